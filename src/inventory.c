/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inventory.h"

#include <errno.h>

#include "netns.h"

static struct place *find(inventory *l, uint64_t dev, uint64_t inode)
{
	vec_each(p, l)
		if (p->inode == inode && p->dev == dev)
			return p;
	return NULL;
}

static struct place *add(inventory *l, uint64_t dev, uint64_t inode, const char *path)
{
	struct place *p = vec_add(l);

	p->dev = dev;
	p->inode = inode;
	p->path = xstrdup(path);
	return p;
}

static void add_name(struct place *p, char *name)
{
	vec_each(known, &p->names) {
		if (!streq(*known, name))
			continue;
		free(name);
		return;
	}
	vec_push(&p->names, name);
}

static int add_named(inventory *l)
{
	netns_list list = { 0 };
	int r = netns_list_read(&list);

	if (r < 0)
		return r;
	vec_each(e, &list) {
		struct place *p = find(l, e->dev, e->inode);

		if (!p)
			p = add(l, e->dev, e->inode, e->path);
		if (!p->names.n)
			p->named = true;
		add_name(p, xstrdup(e->name));
	}
	netns_list_free(&list);
	return 0;
}

/* Names of its own runtime, all of them: a pod's and its member's are both asked for. */
static void add_container(inventory *l, const struct container *c)
{
	_cleanup_(freep) char *path = NULL;
	_cleanup_(closep) int fd = container_open(c, &path);
	struct place *p;
	uint64_t dev, inode;

	if (fd < 0 || netns_id(fd, &dev, &inode) < 0)
		return;
	p = find(l, dev, inode);
	if (!p)
		p = add(l, dev, inode, path);
	p->pid = c->pid;
	if (!p->id)
		p->id = xasprintf("%s:%.12s", c->runtime->prefix, c->id);
	if (c->network != NETWORK_OWN)
		p->network = c->network;
	vec_each(name, &c->names)
		add_name(p, xasprintf("%s:%s", c->runtime->prefix, *name));
	if (!c->names.n)
		add_name(p, xstrdup(p->id));
}

/* False where its namespace cannot be seen; one that has ended is in none. */
static bool add_process(inventory *l, const struct process *process, uint64_t own)
{
	_cleanup_(closep) int dir = process_open(process->pid);
	_cleanup_(closep) int fd = dir < 0 ? dir : process_netns(dir);
	_cleanup_(freep) char *below = NULL, *path = NULL;
	uint64_t dev, inode;
	struct place *p;

	if (fd < 0)
		return fd == -ENOENT || fd == -ESRCH;
	if (netns_id(fd, &dev, &inode) < 0)
		return false;
	if (inode == own || find(l, dev, inode))
		return true;
	below = xasprintf("/proc/%d/ns/net", (int)process->pid);
	path = hostroot_path(below);
	p = add(l, dev, inode, path);
	p->pid = process->pid;
	p->comm = xstrdup(process->comm);
	add_name(p, xasprintf("pid:%d", (int)process->pid));
	return true;
}

static uint64_t own_inode(void)
{
	_cleanup_(closep) int fd = netns_open_self();
	uint64_t dev, inode = 0;

	return fd >= 0 && netns_id(fd, &dev, &inode) == 0 ? inode : 0;
}

static void place_done(struct place *p)
{
	names_free(&p->names);
	free(p->path);
	free(p->id);
	free(p->comm);
}

/* The others move one place on. */
static void add_first(names *list, const char *name)
{
	vec_push(list, xstrdup(name));
	for (size_t i = list->n - 1; i > 0; i--) {
		char *s = list->v[i];

		list->v[i] = list->v[i - 1];
		list->v[i - 1] = s;
	}
}

static int by_name(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return strcmp(x->names.v[0], y->names.v[0]);
}

void inventory_tell_apart(inventory *l)
{
	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
	for (size_t i = 0; i < l->n;) {
		size_t end = i + 1;

		while (end < l->n && streq(l->v[end].names.v[0], l->v[i].names.v[0]))
			end++;
		for (size_t k = i; end - i > 1 && k < end; k++)
			if (l->v[k].id)
				add_first(&l->v[k].names, l->v[k].id);
		i = end;
	}
	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
}

int place_open(const struct place *p)
{
	uint64_t dev, inode;
	int fd = netns_open(p->path);

	if (fd < 0)
		return fd;
	if (netns_id(fd, &dev, &inode) == 0 && dev == p->dev && inode == p->inode)
		return fd;
	close(fd);
	return -ESTALE;
}

static int read_places(bool with_processes, inventory *ret, bool *ret_every)
{
	inventory l = { 0 };
	containers all = { 0 };
	processes running = { 0 };
	bool every;
	int r;

	containers_read(&all);
	vec_each(c, &all)
		add_container(&l, c);
	containers_free(&all);
	r = add_named(&l);
	if (r < 0 && r != -EACCES) {
		inventory_free(&l);
		return r;
	}
	every = with_processes && processes_read(&running) == 0 && r == 0;
	if (running.n) {
		uint64_t own = own_inode();

		vec_each(p, &running)
			every &= add_process(&l, p, own);
	}
	vec_free(&running);
	inventory_tell_apart(&l);
	*ret = l;
	*ret_every = every;
	return 0;
}

int inventory_read(bool with_processes, inventory *ret)
{
	bool every;

	return read_places(with_processes, ret, &every);
}

int inventory_read_every(inventory *ret, bool *ret_every)
{
	return read_places(true, ret, ret_every);
}

void inventory_stopped(names *ret)
{
	containers all = { 0 };
	names list = { 0 };

	containers_read(&all);
	vec_each(c, &all) {
		_cleanup_(freep) char *path = NULL;
		int fd = container_open(c, &path);

		if (fd >= 0)
			close(fd);
		else if (fd == -ESRCH)
			vec_push(&list, c->names.n ? xasprintf("%s:%s", c->runtime->prefix, c->names.v[0]) :
						     xasprintf("%s:%.12s", c->runtime->prefix, c->id));
	}
	containers_free(&all);
	*ret = list;
}

void inventory_free(inventory *l)
{
	vec_each(p, l)
		place_done(p);
	vec_free(l);
}
