/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hostroot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* More than any host has; a directory may be somebody's trap. */
#define NAMES_MAX 100000

/* The one thing that is set once and asked by everybody, as a working directory is. */
static struct {
	char *dir; /* without a slash at its end; NULL: the own root */
	int fd;
} host = { NULL, -1 };

int root_open(const char *dir)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int hostroot_set(const char *dir)
{
	size_t n = dir ? strlen(dir) : 0;
	int fd = root_open(n ? dir : "/");

	if (fd < 0)
		return fd;
	while (n > 0 && dir[n - 1] == '/')
		n--;
	closep(&host.fd);
	free(host.dir);
	host.dir = n ? xmemdup(dir, n) : NULL;
	host.fd = fd;
	return 0;
}

char *hostroot_path(const char *path)
{
	return xasprintf("%s%s", host.dir ? host.dir : "", path);
}

int root_host(void)
{
	if (host.fd < 0) {
		int r = hostroot_set(NULL);

		if (r < 0)
			return r;
	}
	return host.fd;
}

int root_file(int root, const char *path, int flags)
{
	/* openat2 refuses what has no meaning beside O_PATH */
	int more = flags & O_PATH ? O_CLOEXEC : O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)(flags | more),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	if (root < 0)
		return root;
	/* -EAGAIN: something was renamed meanwhile, and ".." may have led out */
	for (int i = 0; i < 8; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd >= 0 || errno != EAGAIN)
			break;
	}
	/* before Linux 5.6, and under valgrind: nobody can be kept inside, but in the own root nobody needs to be */
	if (fd < 0 && errno == ENOSYS && !host.dir && root == host.fd)
		fd = open(path, flags | more);
	return fd < 0 ? -errno : (int)fd;
}

int root_read(int root, const char *path, size_t max, char **ret_text)
{
	_cleanup_(closep) int fd = root_file(root, path, O_RDONLY);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return read_whole(fd, max, ret_text, NULL);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int root_list(int root, const char *path, names *ret)
{
	int fd = root_file(root, path, O_RDONLY | O_DIRECTORY);
	names list = { 0 };
	struct dirent *d;
	DIR *dir;

	if (fd == -ENOENT || fd == -ENOTDIR) {
		*ret = list;
		return 0;
	}
	if (fd < 0)
		return fd;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (list.n < NAMES_MAX && (d = readdir(dir)))
		if (d->d_name[0] != '.')
			vec_push(&list, xstrdup(d->d_name));
	closedir(dir);
	if (list.n > 0)
		qsort(list.v, list.n, sizeof(*list.v), by_name);
	*ret = list;
	return 0;
}

void names_free(names *n)
{
	vec_each(name, n)
		free(*name);
	vec_free(n);
}
