/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LXC, and LXD and Incus, which run LXC containers: nobody writes down the
 * process, but the monitor's title is "[lxc monitor] LXCPATH NAME", and its
 * child is the container's init. What exists and does not run is a folder with
 * a configuration below one of the usual places.
 */
#include "container/state.h"

#include <fcntl.h>

#define TITLE "[lxc monitor] "

static const char *const places[] = {
	"/var/lib/lxc",
	"/var/lib/lxd/containers",
	"/var/snap/lxd/common/lxd/containers",
	"/var/lib/incus/containers",
};

bool lxc_monitor_parse(const char *arguments, char **ret_path, char **ret_name)
{
	const char *path = arguments + strlen(TITLE), *space;

	if (!str_starts(arguments, TITLE) || *path != '/')
		return false;
	space = strrchr(path, ' ');
	if (!space || !space[1] || strchr(space, '/'))
		return false;
	*ret_path = xmemdup(path, (size_t)(space - path));
	*ret_name = xstrdup(space + 1);
	return true;
}

/* LXD calls a container of project "web" "web_NAME". */
static void name_it(struct container *c, const char *path, const char *name)
{
	const char *behind = strchr(name, '_');

	c->id = xasprintf("%s/%s", path, name);
	state_name(c, name);
	if (behind && (strstr(path, "/lxd/") || strstr(path, "/incus/")))
		state_name(c, behind + 1);
}

static const struct process *child_of(const struct search *s, pid_t pid)
{
	vec_each(p, &s->processes)
		if (p->parent == pid)
			return p;
	return NULL;
}

static bool is_listed(const containers *all, const char *id)
{
	vec_each(c, all)
		if (c->runtime == &runtime_lxc && streq(c->id, id))
			return true;
	return false;
}

static void add_running(const struct runtime *rt, struct search *s, const struct process *monitor,
			containers *ret)
{
	_cleanup_(closep) int fd = process_open(monitor->pid);
	_cleanup_(freep) char *title = NULL, *path = NULL, *name = NULL;
	struct container c = { .runtime = rt };
	const struct process *init;

	if (fd < 0 || process_arguments(fd, &title) < 0 || !lxc_monitor_parse(title, &path, &name))
		return;
	name_it(&c, path, name);
	init = child_of(s, monitor->pid);
	if (init && state_wanted(s, &c)) {
		c.pid = init->pid;
		c.start = init->start;
		vec_push(ret, c);
	} else {
		container_done(&c);
	}
}

static void add_stopped(const struct runtime *rt, const struct search *s, const char *path,
			const char *name, containers *ret)
{
	struct container c = { .runtime = rt };

	name_it(&c, path, name);
	if (state_wanted(s, &c) && !is_listed(ret, c.id))
		vec_push(ret, c);
	else
		container_done(&c);
}

/* Is there a folder of that name, so that it is worth looking for its monitor? */
static bool exists(const char *name)
{
	bool found = false;

	if (strchr(name, '/') || name[0] == '.')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(places) && !found; i++) {
		_cleanup_(freep) char *path = xasprintf("%s/%s", places[i], name);
		_cleanup_(closep) int fd = root_file(root_host(), path, O_PATH | O_DIRECTORY);

		found = fd >= 0;
	}
	return found;
}

static void list(const struct runtime *rt, struct search *s, containers *ret)
{
	if (s->name && !s->thorough && !exists(s->name))
		return;
	search_processes(s);
	vec_each(p, &s->processes)
		add_running(rt, s, p, ret);
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		_cleanup_(names_free) names all = { 0 };

		if (root_list(root_host(), places[i], &all) < 0)
			continue;
		vec_each(name, &all) {
			_cleanup_(freep) char *file = xasprintf("%s/%s/rootfs", places[i], *name);
			_cleanup_(closep) int fd = root_file(root_host(), file, O_PATH);

			if (fd >= 0)
				add_stopped(rt, s, places[i], *name, ret);
		}
	}
}

const struct runtime runtime_lxc = { "lxc", "LXC", list };
