/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "container.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>

#include "container/state.h"
#include "netns.h"

#define ID_DIGITS 12 /* of an id, which are enough where no runtime is named */

const struct runtime *const runtimes[] = {
	&runtime_docker, &runtime_podman, &runtime_containerd, &runtime_crio,
	&runtime_lxc,    &runtime_machine, NULL,
};

void container_done(struct container *c)
{
	free(c->id);
	free(c->netns);
	names_free(&c->names);
	*c = (struct container){ 0 };
}

void containers_free(containers *all)
{
	vec_each(c, all)
		container_done(c);
	vec_free(all);
}

void container_label(const struct container *c, struct strbuf *b)
{
	strbuf_printf(b, "%s:", c->runtime->prefix);
	if (c->names.n)
		strbuf_visible(b, c->names.v[0]);
	else
		strbuf_visible(b, c->id);
}

void search_processes(struct search *s)
{
	if (!s->have_processes)
		processes_read(&s->processes);
	s->have_processes = true;
}

/* --- finding --- */

static const char *behind_prefix(const struct runtime *rt, const char *text)
{
	size_t n = strlen(rt->prefix);

	return str_starts(text, rt->prefix) && text[n] == ':' ? text + n + 1 : NULL;
}

bool container_prefix(const char *text)
{
	for (size_t i = 0; runtimes[i]; i++)
		if (behind_prefix(runtimes[i], text))
			return true;
	return false;
}

static bool has_name(const struct container *c, const char *name)
{
	vec_each(known, &c->names)
		if (streq(*known, name))
			return true;
	return streq(c->id, name);
}

/* Keeps those of which f says so, if it says so of any. */
static void prefer(containers *all, bool (*f)(const struct container *c, const char *name),
		   const char *name)
{
	bool any = false;

	vec_each(c, all)
		any = any || f(c, name);
	for (size_t i = all->n; any && i-- > 0;) {
		if (f(&all->v[i], name))
			continue;
		container_done(&all->v[i]);
		vec_remove(all, i);
	}
}

static bool is_running(const struct container *c, const char *name)
{
	return c->pid || c->netns;
}

void containers_find(const char *text, bool thorough, containers *ret)
{
	struct search s = { .thorough = thorough };
	containers all = { 0 };
	bool prefixed = container_prefix(text);

	for (size_t i = 0; runtimes[i]; i++) {
		const char *name = prefixed ? behind_prefix(runtimes[i], text) : text;

		if (!name || !*name)
			continue;
		s.name = name;
		runtimes[i]->list(runtimes[i], &s, &all);
	}
	for (size_t i = all.n; !prefixed && strlen(text) < ID_DIGITS && i-- > 0;) {
		if (has_name(&all.v[i], text))
			continue;
		container_done(&all.v[i]);
		vec_remove(&all, i);
	}
	if (s.name) {
		prefer(&all, has_name, prefixed ? strchr(text, ':') + 1 : text);
		prefer(&all, is_running, NULL);
	}
	vec_free(&s.processes);
	*ret = all;
}

void containers_read(containers *ret)
{
	struct search s = { .thorough = true };
	containers all = { 0 };

	for (size_t i = 0; runtimes[i]; i++)
		runtimes[i]->list(runtimes[i], &s, &all);
	vec_free(&s.processes);
	*ret = all;
}

/* --- entering --- */

static bool is_id_digit(char c)
{
	return isdigit((unsigned char)c) || (c >= 'a' && c <= 'f');
}

/* Does a cgroup path speak of a container by a whole id, and of another one than this? */
static bool cgroup_denies(const char *cgroup, const char *id)
{
	size_t n = strlen(id);
	bool other = false;

	if (n != 64)
		return false;
	for (const char *s = cgroup; *s;) {
		size_t len = 0;

		while (is_id_digit(s[len]))
			len++;
		if (len == 64 && strncmp(s, id, n) == 0)
			return false;
		other = other || len == 64;
		s += len ? len : 1;
	}
	return other;
}

/* Is the process behind this number still the one that the runtime started? */
static int check_process(const struct container *c, int fd)
{
	_cleanup_(freep) char *cgroup = NULL;
	struct process p;
	int r = process_read(fd, &p);

	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	if (c->start)
		return p.start == c->start ? 0 : -ESRCH;
	if (process_cgroup(fd, &cgroup) == 0 && cgroup_denies(cgroup, c->id))
		return -ESRCH;
	return 0;
}

/* A user's state files say what that user likes: the namespace has to be of that user. */
static int check_owner(const struct container *c, int ns)
{
	uid_t owner;
	int r;

	if (!c->rootless)
		return 0;
	r = netns_owner(ns, &owner);
	if (r < 0)
		return r;
	return owner == c->owner ? 0 : -EPERM;
}

static int open_by_process(const struct container *c, char **ret_path)
{
	_cleanup_(freep) char *below = xasprintf("/proc/%d/ns/net", (int)c->pid);
	_cleanup_(closep) int fd = process_open(c->pid);
	int r = fd == -ENOENT ? -ESRCH : fd < 0 ? fd : check_process(c, fd);
	int ns;

	if (r < 0)
		return r;
	ns = process_netns(fd);
	if (ns == -ENOENT)
		return -ESRCH;
	if (ns >= 0)
		*ret_path = hostroot_path(below);
	return ns;
}

/* By the file: of pods that have no process of their own. */
static int open_by_file(const struct container *c, char **ret_path)
{
	int fd = netns_adopt(root_file(root_host(), c->netns, O_RDONLY));

	if (fd >= 0)
		*ret_path = hostroot_path(c->netns);
	return fd == -ENOENT ? -ESRCH : fd;
}

int container_open(const struct container *c, char **ret_path)
{
	_cleanup_(freep) char *path = NULL;
	int fd = c->pid   ? open_by_process(c, &path) :
		 c->netns ? open_by_file(c, &path) :
			    -ESRCH;
	int r = fd < 0 ? fd : check_owner(c, fd);

	if (r < 0) {
		closep(&fd);
		/* what a stopped container leaves is an ordinary file, where its namespace was bound */
		return r == -EINVAL && !c->pid ? -ESRCH : r;
	}
	*ret_path = path;
	path = NULL;
	return fd;
}

int container_root(const struct container *c)
{
	_cleanup_(closep) int fd = c->pid ? process_open(c->pid) : -ESRCH;

	if (fd < 0)
		return fd;
	return check_process(c, fd) < 0 ? -ESRCH : process_root(fd);
}
