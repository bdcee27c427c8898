/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd-nspawn: registered machines have /run/systemd/machines/NAME with
 * their LEADER; others are the child of a "systemd-nspawn … -M NAME". The child
 * that has a network namespace of its own is the leader.
 */
#include "container/state.h"

#include "netns.h"

#define FILE_MAX (64 << 10)
#define MACHINES "/run/systemd/machines"

/* NAME=value lines; values may be quoted. A virtual machine has no namespace of its own. */
bool machine_parse(const char *text, struct container *c)
{
	bool is_vm = false;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		size_t n = strcspn(line, "\n");
		_cleanup_(freep) char *copy = xmemdup(line, n);
		char *value = strchr(copy, '=');
		size_t len;

		if (!value)
			continue;
		*value++ = '\0';
		len = strlen(value);
		if (len >= 2 && value[0] == '"' && value[len - 1] == '"') {
			value[len - 1] = '\0';
			value++;
		}
		if (streq(copy, "LEADER") && strspn(value, "0123456789") == strlen(value) &&
		    strlen(value) < 8 && atoi(value) <= PID_LIMIT)
			c->pid = atoi(value);
		else if (streq(copy, "NAME"))
			state_name(c, value);
		else if (streq(copy, "CLASS"))
			is_vm = streq(value, "vm");
	}
	return c->pid > 0 && !is_vm;
}

/* The value of an option at *arg, written as "-M x", "-Mx", "--machine=x" or "--machine x". */
static const char *option(const char **arg, char letter, const char *name)
{
	const char *s = *arg;
	size_t n = strlen(name);

	if (s[0] == '-' && s[1] == letter && s[2])
		return s + 2;
	if (str_starts(s, "--") && str_starts(s + 2, name) && s[2 + n] == '=')
		return s + 3 + n;
	if ((s[0] == '-' && s[1] == letter && !s[2]) || (str_starts(s, "--") && streq(s + 2, name))) {
		*arg = s + strlen(s) + 1;
		return **arg ? *arg : NULL;
	}
	return NULL;
}

bool nspawn_parse(const char *arguments, struct container *c)
{
	const char *base = strrchr(arguments, '/'), *machine = NULL, *dir = NULL;

	if (!streq(base ? base + 1 : arguments, "systemd-nspawn"))
		return false;
	for (const char *arg = arguments + strlen(arguments) + 1; *arg; arg += strlen(arg) + 1) {
		const char *value = option(&arg, 'M', "machine");

		if (value)
			machine = value;
		else if ((value = option(&arg, 'D', "directory")))
			dir = value;
		if (!*arg)
			break;
	}
	/* without a name it is called as its directory */
	if (!machine && dir) {
		base = strrchr(dir, '/');
		machine = base && base[1] ? base + 1 : dir;
	}
	state_name(c, machine);
	return c->names.n > 0;
}

static bool is_listed(const containers *all, const struct container *c)
{
	vec_each(known, all)
		if (known->runtime == c->runtime && streq(known->id, c->id))
			return true;
	return false;
}

static void add(const struct search *s, struct container *c, containers *ret)
{
	if (c->names.n > 0)
		c->id = xstrdup(c->names.v[0]);
	if (c->id && state_wanted(s, c) && !is_listed(ret, c))
		vec_push(ret, *c);
	else
		container_done(c);
}

static void add_registered(const struct runtime *rt, const struct search *s, const char *name,
			   containers *ret)
{
	_cleanup_(freep) char *path = xasprintf(MACHINES "/%s", name);
	_cleanup_(freep) char *text = NULL;
	struct container c = { .runtime = rt };

	if (root_read(root_host(), path, FILE_MAX, &text) < 0)
		return;
	state_name(&c, name);
	if (machine_parse(text, &c))
		add(s, &c, ret);
	else
		container_done(&c);
}

static bool is_elsewhere(pid_t pid, uint64_t inode)
{
	_cleanup_(closep) int fd = process_open(pid);
	_cleanup_(closep) int ns = fd < 0 ? fd : process_netns(fd);
	uint64_t dev, there;

	return ns >= 0 && netns_id(ns, &dev, &there) == 0 && there != inode;
}

/* nspawn's children: the leader and helpers. Without --private-network all are in the host's. */
static const struct process *leader_of(const struct search *s, const struct process *nspawn)
{
	_cleanup_(closep) int fd = process_open(nspawn->pid);
	_cleanup_(closep) int ns = fd < 0 ? fd : process_netns(fd);
	const struct process *first = NULL;
	uint64_t dev, inode;

	if (ns < 0 || netns_id(ns, &dev, &inode) < 0)
		return NULL;
	vec_each(p, &s->processes) {
		if (p->parent != nspawn->pid)
			continue;
		if (!first)
			first = p;
		if (is_elsewhere(p->pid, inode))
			return p;
	}
	return first;
}

static void add_unregistered(const struct runtime *rt, const struct search *s,
			     const struct process *p, containers *ret)
{
	_cleanup_(closep) int fd = process_open(p->pid);
	_cleanup_(freep) char *arguments = NULL;
	struct container c = { .runtime = rt };
	const struct process *leader;

	if (fd < 0 || process_arguments(fd, &arguments) < 0 || !nspawn_parse(arguments, &c) ||
	    !(leader = leader_of(s, p))) {
		container_done(&c);
		return;
	}
	c.pid = leader->pid;
	c.start = leader->start;
	add(s, &c, ret);
}

static void list(const struct runtime *rt, struct search *s, containers *ret)
{
	_cleanup_(names_free) names all = { 0 };

	if (root_list(root_host(), MACHINES, &all) == 0)
		vec_each(name, &all)
			if (!str_starts(*name, "unit:"))
				add_registered(rt, s, *name, ret);
	if (!s->thorough)
		return;
	search_processes(s);
	vec_each(p, &s->processes)
		if (str_starts(p->comm, "systemd-nspawn"))
			add_unregistered(rt, s, p, ret);
}

const struct runtime runtime_machine = { "machine", "systemd-nspawn", list };
