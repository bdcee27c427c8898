/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switches under /proc/sys/net. The files show the namespace of the thread
 * that opens them, hence netns_call().
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "apply/applier.h"
#include "netns.h"

struct access {
	const char *path;
	int value;
};

static int read_here(void *arg)
{
	struct access *a = arg;
	_cleanup_(freep) char *text = NULL;
	char *end;
	long value;
	int r = read_file(a->path, 64, &text);

	if (r < 0)
		return r;
	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || (*end != '\n' && *end != '\0'))
		return -EBADMSG;
	if (value < INT_MIN || value > INT_MAX)
		return -ERANGE;
	a->value = (int)value;
	return 0;
}

static int write_here(void *arg)
{
	const struct access *a = arg;
	_cleanup_(closep) int fd = open(a->path, O_WRONLY | O_CLOEXEC);
	_cleanup_(freep) char *text = xasprintf("%d\n", a->value);

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

int sysctl_get(int ns_fd, const char *name, int *ret)
{
	_cleanup_(freep) char *path = op_sysctl_path(name);
	struct access a = { .path = path };
	int r = netns_call(ns_fd, read_here, &a);

	if (r == 0)
		*ret = a.value;
	return r;
}

int sysctl_set(int ns_fd, const char *name, int value)
{
	_cleanup_(freep) char *path = op_sysctl_path(name);
	struct access a = { .path = path, .value = value };

	return netns_call(ns_fd, write_here, &a);
}

void sysctl_remember(struct change *c, const char *name)
{
	int value;

	if (sysctl_get(c->ns_fd, name, &value) == 0)
		vec_push(&c->before.sysctls, ((struct old_sysctl){ xstrdup(name), value }));
}

/* An interface that has gone takes its switches along. */
static int set_if_different(struct change *c, const char *name, int value)
{
	int now = 0, r = sysctl_get(c->ns_fd, name, &now);

	if (r < 0 || now == value)
		return r == -ENOENT ? 0 : r;
	return sysctl_set(c->ns_fd, name, value);
}

int sysctl_restore(struct change *c)
{
	int result = 0;

	vec_each(s, &c->before.sysctls) {
		int r = set_if_different(c, s->name, s->value);

		if (result == 0)
			result = r;
	}
	return result;
}

/*
 * Switches that write others: one per interface, and with IPv4 forwarding
 * whether redirects are believed (inet_forward_change() in
 * net/ipv4/devinet.c, addrconf_fixup_forwarding() in net/ipv6/addrconf.c).
 */
static const struct leader {
	const char *name, *tree, *leaf;
	const char *opposite; /* gets the opposite of the value; NULL: none */
} leaders[] = {
	{ "net.ipv4.ip_forward", "net.ipv4.conf", "forwarding",
	  "net.ipv4.conf.all.accept_redirects" },
	{ "net.ipv4.conf.all.forwarding", "net.ipv4.conf", "forwarding",
	  "net.ipv4.conf.all.accept_redirects" },
	{ "net.ipv6.conf.all.forwarding", "net.ipv6.conf", "forwarding", NULL },
};

static const struct leader *find_leader(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(leaders); i++)
		if (streq(leaders[i].name, name))
			return &leaders[i];
	return NULL;
}

struct listing {
	const char *path;
	VEC(char *) names;
};

static int list_here(void *arg)
{
	struct listing *l = arg;
	DIR *dir = opendir(l->path);
	struct dirent *d;

	if (!dir)
		return -errno;
	while ((d = readdir(dir)))
		if (!streq(d->d_name, ".") && !streq(d->d_name, ".."))
			vec_push(&l->names, xstrdup(d->d_name));
	closedir(dir);
	return 0;
}

static void listing_done(struct listing *l)
{
	vec_each(name, &l->names)
		free(*name);
	vec_free(&l->names);
}

static int remember_followers(struct change *c, const struct leader *leader)
{
	_cleanup_(listing_done) struct listing l = { 0 };
	_cleanup_(freep) char *path = op_sysctl_path(leader->tree);
	int r;

	l.path = path;
	r = netns_call(c->ns_fd, list_here, &l);
	if (r < 0)
		return r;
	vec_each(name, &l.names) {
		_cleanup_(freep) char *full = NULL;

		if (streq(*name, "all"))
			continue;
		full = xasprintf("%s.%s.%s", leader->tree, *name, leader->leaf);
		sysctl_remember(c, full);
	}
	if (leader->opposite)
		sysctl_remember(c, leader->opposite);
	return 0;
}

static int read_sysctl(struct change *c, char **ret_why)
{
	const struct leader *leader = find_leader(c->op.sysctl);
	int r = sysctl_get(c->ns_fd, c->op.sysctl, &c->before.value);

	if (r < 0)
		return r;
	if (c->before.value == c->op.value)
		return apply_fail(-EALREADY, ret_why, "%s is %d already", c->op.sysctl,
				  c->op.value);
	return leader ? remember_followers(c, leader) : 0;
}

static int do_sysctl(struct change *c, char **ret_why)
{
	return sysctl_set(c->ns_fd, c->op.sysctl, c->op.value);
}

/* The value that the change gave to one that follows. */
static int value_given(const struct change *c, const struct leader *leader, const char *name)
{
	if (leader->opposite && streq(name, leader->opposite))
		return !c->op.value;
	return c->op.value;
}

static const struct old_sysctl *find_old(const struct before *before, const char *name)
{
	vec_each(s, &before->sysctls)
		if (streq(s->name, name))
			return s;
	return NULL;
}

/*
 * Followers get back what they had; one that somebody has set since keeps
 * that, and an interface that is new is written by the leader, as it would
 * have been without us.
 */
static int undo_leader(struct change *c, const struct leader *leader)
{
	struct change now = { .s = c->s, .op = c->op, .ns_fd = c->ns_fd };
	int r = remember_followers(&now, leader), result = 0;

	if (r == 0)
		r = sysctl_set(c->ns_fd, c->op.sysctl, c->before.value);
	if (r < 0) {
		before_done(&now.before);
		return r;
	}
	vec_each(s, &now.before.sysctls) {
		bool ours = s->value == value_given(c, leader, s->name);
		const struct old_sysctl *old = ours ? find_old(&c->before, s->name) : s;

		r = old ? set_if_different(c, s->name, old->value) : 0;
		if (result == 0)
			result = r;
	}
	before_done(&now.before);
	return result;
}

static int undo_sysctl(struct change *c, char **ret_why)
{
	const struct leader *leader = find_leader(c->op.sysctl);
	int now = 0, r = sysctl_get(c->ns_fd, c->op.sysctl, &now);

	if (r == -ENOENT)
		return UNDO_NOTHING;
	if (r < 0)
		return r;
	if (now == c->before.value)
		return UNDO_NOTHING;
	if (now != c->op.value)
		return apply_fail(-ESTALE, ret_why, "%s is %d, not the %d that was set",
				  c->op.sysctl, now, c->op.value);
	r = leader ? undo_leader(c, leader)
		   : sysctl_set(c->ns_fd, c->op.sysctl, c->before.value);
	return r < 0 ? r : UNDO_DONE;
}

const struct applier apply_sysctl = {
	.read = read_sysctl, .apply = do_sysctl, .undo = undo_sysctl,
};
