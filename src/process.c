/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "netns.h"

#define STAT_MAX       4096
#define ARGUMENTS_MAX  (64 << 10)
#define ARGUMENTS_STEP 1024
#define CGROUP_MAX     (64 << 10)

int process_open(pid_t pid)
{
	_cleanup_(freep) char *below = xasprintf("/proc/%d", (int)pid);
	_cleanup_(freep) char *path = hostroot_path(below);

	return pid > 0 ? root_open(path) : -ENOENT;
}

/*
 * "71 (name) S 1 …": the name may hold anything, so what follows is counted
 * from its last parenthesis. Fields 4 and 22 of proc(5).
 */
int process_parse_stat(const char *text, struct process *ret)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	unsigned long long start;
	struct process p = { 0 };
	int pid, parent;

	if (!open || !close || close < open)
		return -EBADMSG;
	if (sscanf(text, "%d", &pid) != 1 || pid <= 0 ||
	    sscanf(close + 1, " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
			      "%*d %*d %llu", &parent, &start) != 2)
		return -EBADMSG;
	p.pid = pid;
	p.parent = parent;
	p.start = start;
	str_copy(p.comm, (size_t)(close - open) < sizeof(p.comm) ? (size_t)(close - open) : sizeof(p.comm),
		 open + 1);
	*ret = p;
	return 0;
}

static int read_below(int fd, const char *name, size_t max, char **ret)
{
	_cleanup_(closep) int file = openat(fd, name, O_RDONLY | O_CLOEXEC);

	return file < 0 ? -errno : read_whole(file, max, ret, NULL);
}

int process_read(int fd, struct process *ret)
{
	_cleanup_(freep) char *text = NULL;
	int r = read_below(fd, "stat", STAT_MAX, &text);

	return r < 0 ? r : process_parse_stat(text, ret);
}

int process_arguments(int fd, char **ret)
{
	_cleanup_(closep) int file = openat(fd, "cmdline", O_RDONLY | O_CLOEXEC);
	_cleanup_(freep) char *text = xcalloc(ARGUMENTS_STEP + 2, 1);
	size_t n = 0;

	if (file < 0)
		return -errno;
	while (n < ARGUMENTS_MAX) {
		ssize_t r = read(file, text + n, ARGUMENTS_STEP);

		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		n += (size_t)r;
		text = xreallocarray(text, n + ARGUMENTS_STEP + 2, 1);
	}
	text[n] = text[n + 1] = '\0';
	*ret = text;
	text = NULL;
	return 0;
}

int process_cgroup(int fd, char **ret)
{
	return read_below(fd, "cgroup", CGROUP_MAX, ret);
}

int process_netns(int fd)
{
	return netns_openat(fd, "ns/net");
}

int process_root(int fd)
{
	int root = openat(fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return root < 0 ? -errno : root;
}

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct process *)a)->pid, y = ((const struct process *)b)->pid;

	return (x > y) - (x < y);
}

int processes_read(processes *ret)
{
	_cleanup_(names_free) names list = { 0 };
	_cleanup_(freep) char *path = hostroot_path("/proc");
	_cleanup_(closep) int proc = root_open(path);
	processes all = { 0 };
	int r = root_list(root_host(), "/proc", &list);

	if (r < 0 || proc < 0)
		return r < 0 ? r : proc;
	vec_each(name, &list) {
		_cleanup_(freep) char *file = NULL, *text = NULL;
		struct process p;

		if (strspn(*name, "0123456789") != strlen(*name))
			continue;
		file = xasprintf("%s/stat", *name);
		if (read_below(proc, file, STAT_MAX, &text) == 0 && process_parse_stat(text, &p) == 0)
			vec_push(&all, p);
	}
	if (all.n > 0)
		qsort(all.v, all.n, sizeof(*all.v), by_pid);
	*ret = all;
	return 0;
}
