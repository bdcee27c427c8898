/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "inventory.h"
#include "nearest.h"
#include "netns.h"

#define NETNS_DIR "/run/netns/"

/* --- errors: one sentence, in which a stranger's text cannot harm a terminal --- */

/* "BEFORE text AFTER" beside the error number */
static int fail(int error, char **ret_error, const char *before, const char *text,
		const char *after)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, before);
	strbuf_visible(&b, text);
	strbuf_puts(&b, after);
	*ret_error = strbuf_take(&b);
	return error;
}

/* --- the grammar --- */

/* A decimal number of 1 to max without anything around it. */
static bool parse_number(const char *s, unsigned long max, unsigned long *ret)
{
	unsigned long n = 0;

	if (*s < '1' || *s > '9')
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		n = n * 10 + (unsigned long)(*s - '0');
		if (n > max)
			return false;
	}
	*ret = n;
	return true;
}

static int parse_pid(const char *text, struct target *t, char **ret_error)
{
	_cleanup_(freep) char *below = NULL;
	unsigned long pid;

	if (!parse_number(text + strlen("pid:"), PID_LIMIT, &pid))
		return fail(-EINVAL, ret_error, "", text, ": what follows pid: is no process id");
	t->kind = TARGET_PID;
	below = xasprintf("/proc/%lu/ns/net", pid);
	t->path = hostroot_path(below);
	return 0;
}

static int parse_path(const char *text, struct target *t, char **ret_error)
{
	if (strlen(text) >= PATH_MAX)
		return fail(-EINVAL, ret_error, "the path is longer than a path can be", "", "");
	t->kind = TARGET_PATH;
	t->path = xstrdup(text);
	return 0;
}

/* Could a file of /run/netns have this name? */
static bool is_filename(const char *s)
{
	return *s && strlen(s) <= NAME_MAX && !strchr(s, '/') && !streq(s, ".") && !streq(s, "..");
}

static int parse_container(const char *text, struct target *t, char **ret_error)
{
	const char *name = strchr(text, ':') + 1;

	if (!*name)
		return fail(-EINVAL, ret_error, "", text, ": the container's name or id is missing");
	t->kind = TARGET_CONTAINER;
	return 0;
}

static int parse_netns(const char *text, struct target *t, char **ret_error)
{
	_cleanup_(freep) char *below = NULL;

	if (!is_filename(text))
		return fail(-EINVAL, ret_error, "", text,
			    " can be no name of a namespace; a file is written with its full path");
	t->kind = TARGET_NETNS;
	below = xasprintf(NETNS_DIR "%s", text);
	t->path = hostroot_path(below);
	return 0;
}

/* The ways to name a namespace that SOURCE and DESTINATION share. -ENOENT: it is none of them. */
static int parse_common(const char *text, struct target *t, char **ret_error)
{
	if (text[0] == '/')
		return parse_path(text, t, ret_error);
	if (str_starts(text, "pid:"))
		return parse_pid(text, t, ret_error);
	if (container_prefix(text))
		return parse_container(text, t, ret_error);
	if (streq(text, "host")) {
		t->kind = TARGET_HOST;
		return 0;
	}
	return -ENOENT;
}

static int finish(struct target *t, const char *text, int r, struct target *ret)
{
	if (r < 0) {
		target_done(t);
		return r;
	}
	t->text = xstrdup(text);
	*ret = *t;
	return 0;
}

int target_parse_source(const char *text, struct target *ret, char **ret_error)
{
	struct target t = { .fd = -1, .root = -1 };
	struct addr a;
	int r;

	if (!*text)
		return fail(-EINVAL, ret_error, "SOURCE is empty", "", "");
	if (addr_parse(text, &a) == 0)
		return fail(-EINVAL, ret_error, "", text,
			    " is an address; SOURCE is a namespace, see nsdoctor --help");
	if (streq(text, "outside")) {
		t.kind = TARGET_OUTSIDE;
		return finish(&t, text, 0, ret);
	}
	r = parse_common(text, &t, ret_error);
	if (r == -ENOENT)
		r = parse_netns(text, &t, ret_error);
	return finish(&t, text, r, ret);
}

/* --- DESTINATION: something, perhaps a port, perhaps a protocol --- */

/* Does a port, ":80", end here? */
static bool ends_in_port(const char *text, const char *end)
{
	const char *s = end;

	while (s > text && s[-1] >= '0' && s[-1] <= '9')
		s--;
	return s < end && s > text && s[-1] == ':';
}

/* Cuts "/tcp" or "/udp" off text. A path keeps its slashes: a namespace may be called tcp. */
static int cut_proto(char *text, struct target *t, char **ret_error)
{
	char *slash = strrchr(text, '/');

	if (!slash || ((text[0] == '/' || container_prefix(text)) && !ends_in_port(text, slash)))
		return 0;
	if (streq(slash, "/tcp"))
		t->proto = PROTO_TCP;
	else if (streq(slash, "/udp"))
		t->proto = PROTO_UDP;
	else
		return fail(-EINVAL, ret_error, "", text,
			    ": only /tcp or /udp can follow a destination's port");
	t->has_proto = true;
	*slash = '\0';
	return 0;
}

static int parse_port(const char *digits, const char *text, struct target *t, char **ret_error)
{
	unsigned long port;

	if (!parse_number(digits, 65535, &port))
		return fail(-EINVAL, ret_error, "", text, ": a port is a number of 1 to 65535");
	t->port = (uint16_t)port;
	return 0;
}

/* "[2001:db8::1]:443", "[2001:db8::1]": the brackets go, too */
static int cut_bracket_port(char *text, struct target *t, char **ret_error)
{
	char *end = strchr(text, ']');
	int r = 0;

	if (!end || !memchr(text, ':', (size_t)(end - text)) || (end[1] && end[1] != ':'))
		return fail(-EINVAL, ret_error, "", text,
			    ": brackets hold an IPv6 address, as in [2001:db8::1]:443");
	if (end[1] == ':')
		r = parse_port(end + 2, text, t, ret_error);
	if (r < 0)
		return r;
	*end = '\0';
	memmove(text, text + 1, strlen(text));
	return 0;
}

/* Is what stands behind the last colon a part of the target itself? */
static bool colon_is_inside(const char *text, const char *colon)
{
	struct addr a;

	if (container_prefix(text) || str_starts(text, "pid:"))
		return memchr(text, ':', (size_t)(colon - text)) == NULL;
	if (text[0] == '/')
		return colon[1 + strspn(colon + 1, "0123456789")] != '\0' || !colon[1];
	/* an IPv6 address without brackets, also with its interface, has no port */
	return addr_parse(text, &a) == 0 || memchr(text, ':', (size_t)(colon - text)) != NULL;
}

static int cut_port(char *text, struct target *t, char **ret_error)
{
	char *colon;
	int r;

	if (text[0] == '[')
		return cut_bracket_port(text, t, ret_error);
	colon = strrchr(text, ':');
	if (!colon || colon_is_inside(text, colon))
		return 0;
	r = parse_port(colon + 1, text, t, ret_error);
	if (r < 0)
		return r;
	*colon = '\0';
	return 0;
}

/* Cuts "%eth0" off an IPv6 address. */
static void cut_ifname(char *text, struct target *t)
{
	char *percent = strchr(text, '%');

	if (!percent || !strchr(text, ':'))
		return;
	t->ifname = xstrdup(percent + 1);
	*percent = '\0';
}

static int check_address(const struct target *t, const char *text, char **ret_error)
{
	const struct addr *a = &t->addr;

	if (addr_is_multicast(a))
		return fail(-EINVAL, ret_error, "", text,
			    " is a multicast address: many may answer, or nobody");
	if (!addr_is_unicast(a))
		return fail(-EINVAL, ret_error, "", text,
			    addr_is_zero(a) ? " means no address" :
			    a->b[0] == 255  ? " is a broadcast address: many may answer, or nobody" :
					      " is an address that nobody can have");
	if (a->family == AF_INET)
		return 0;
	if (addr_is_linklocal(a) && (!t->ifname || !*t->ifname))
		return fail(-EINVAL, ret_error, "", text,
			    " is on every link; say by which interface: ADDRESS%IF");
	if (!addr_is_linklocal(a) && t->ifname)
		return fail(-EINVAL, ret_error, "", text,
			    ": only a link-local address has an interface behind %");
	return 0;
}

/* Looks like dotted numbers, but is no address: "192.168.0.256", "10.1" */
static bool is_broken_address(const char *text)
{
	return text[strspn(text, "0123456789.")] == '\0' && strchr(text, '.');
}

static int parse_word(const char *text, struct target *t, char **ret_error)
{
	if (strchr(text, ':') || is_broken_address(text))
		return fail(-EINVAL, ret_error, "", text, " is no address");
	if (!is_filename(text))
		return fail(-EINVAL, ret_error, "", text, " can be no name");
	t->kind = TARGET_NAME;
	return 0;
}

/* What is left when port and protocol are off. */
static int parse_place(char *text, const char *written, struct target *t, char **ret_error)
{
	int r;

	if (streq(text, "outside"))
		return fail(-EINVAL, ret_error, "outside can only be the SOURCE", "", "");
	r = parse_common(text, t, ret_error);
	if (r != -ENOENT)
		return r;
	cut_ifname(text, t);
	if (addr_parse(text, &t->addr) < 0)
		return parse_word(text, t, ret_error);
	t->kind = TARGET_ADDRESS;
	return check_address(t, written, ret_error);
}

static bool is_network(const char *text)
{
	const char *slash = strchr(text, '/');

	return text[0] != '/' && slash && slash[1] && !slash[1 + strspn(slash + 1, "0123456789")];
}

static int parse_destination(char *text, const char *written, struct target *t, char **ret_error)
{
	int r;

	if (is_network(text))
		return fail(-EINVAL, ret_error, "", text,
			    " is a whole network; name one address of it");
	r = cut_proto(text, t, ret_error);
	if (r == 0)
		r = cut_port(text, t, ret_error);
	if (r < 0)
		return r;
	if (t->has_proto && !t->port)
		return fail(-EINVAL, ret_error, "", written,
			    ": a protocol needs a port before it, as in 8.8.8.8:53/udp");
	if (!*text)
		return fail(-EINVAL, ret_error, "", written, ": there is nothing before the port");
	return parse_place(text, written, t, ret_error);
}

int target_parse_destination(const char *text, struct target *ret, char **ret_error)
{
	struct target t = { .fd = -1, .root = -1, .proto = PROTO_TCP };
	_cleanup_(freep) char *place = NULL;
	int r;

	if (!text) {
		t.kind = TARGET_DEFAULT;
		*ret = t;
		return 0;
	}
	if (!*text)
		return fail(-EINVAL, ret_error, "DESTINATION is empty", "", "");
	place = xstrdup(text);
	r = parse_destination(place, text, &t, ret_error);
	return finish(&t, place, r, ret);
}

/* --- opening --- */

/* Appends the names that come near; false where there are none. */
static bool hint_names(struct strbuf *b, const char *text)
{
	inventory list = { 0 };
	words known = { 0 };
	bool near;

	inventory_read(false, &list);
	vec_each(p, &list)
		vec_each(name, &p->names) {
			const char *colon = strchr(*name, ':');

			/* without its runtime, where the word had none */
			vec_push(&known, (const char *)(colon && !strchr(text, ':') ? colon + 1 : *name));
		}
	near = nearest_hint(b, "", text, &known);
	vec_free(&known);
	inventory_free(&list);
	return near;
}

/* Nobody answers to it: say who does */
static int unknown(const struct target *t, char **ret_error)
{
	struct strbuf b = { 0 };

	if (t->kind == TARGET_PID) {
		strbuf_puts(&b, "there is no process ");
		strbuf_visible(&b, t->text + strlen("pid:"));
	} else if (t->kind == TARGET_PATH) {
		strbuf_puts(&b, "there is no file ");
		strbuf_visible(&b, t->text);
	} else {
		strbuf_puts(&b, t->kind == TARGET_CONTAINER ? "there is no container " :
							      "there is no namespace or container ");
		strbuf_visible(&b, t->text);
		if (!hint_names(&b, t->text))
			strbuf_puts(&b, "; nsdoctor --list shows all there are, "
					"pid:PID is the namespace of a process");
	}
	*ret_error = strbuf_take(&b);
	return -ENOENT;
}

/* Why a namespace file did not open. */
static int not_opened(const struct target *t, int error, char **ret_error)
{
	if (error == -ENOENT || error == -ESRCH)
		return unknown(t, ret_error);
	if (error == -ESTALE)
		return fail(error, ret_error, "the namespace of ", t->text, " has vanished meanwhile");
	if (error == -EINVAL)
		return fail(error, ret_error, "", t->path, " is no network namespace");
	if (error == -EPERM || error == -EACCES)
		return fail(error, ret_error, "", t->text,
			    t->kind == TARGET_PID ? ": looking into another's process needs "
						    "CAP_SYS_PTRACE; run nsdoctor as root" :
						    ": the namespace's file cannot be opened "
						    "without root");
	return fail(error, ret_error, "", t->path, " cannot be opened");
}

/* Tries to enter it: only that tells whether the privilege is there. */
static int try_entering(const struct target *t, char **ret_error)
{
	_cleanup_(closep) int fd = netns_socket(t->fd, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		return 0;
	if (fd == -EPERM || fd == -EACCES)
		return fail(fd, ret_error, "entering ", t->text,
			    " needs CAP_SYS_ADMIN, and sending from there CAP_NET_RAW: run nsdoctor "
			    "as root; without it only this namespace can be asked, as host");
	return fail(fd, ret_error, "the namespace of ", t->text, " cannot be entered");
}

static int open_self(struct target *t, char **ret_error)
{
	int fd = netns_open_self();

	if (fd < 0)
		return fail(fd, ret_error, "/proc/self/ns/net cannot be opened: is /proc mounted?",
			    "", "");
	t->fd = fd;
	return netns_id(fd, &t->dev, &t->inode);
}

/* Takes fd over, which may be an -errno. */
static int take_file(struct target *t, int fd, char **ret_error)
{
	int r;

	if (fd < 0)
		return not_opened(t, fd, ret_error);
	t->fd = fd;
	r = netns_id(t->fd, &t->dev, &t->inode);
	if (r < 0)
		return fail(r, ret_error, "", t->path, " has no identity");
	return try_entering(t, ret_error);
}

/* --- a word: who answers to it? --- */

/* One of those who do: a file of /run/netns or a container. */
struct claim {
	const struct container *container; /* NULL: the file */
	int fd;              /* or -errno, why it cannot be opened */
	char *path;
	uint64_t dev, inode;
};

typedef VEC(struct claim) claims;

static void claims_done(claims *all)
{
	vec_each(c, all) {
		closep(&c->fd);
		free(c->path);
	}
	vec_free(all);
}

static void claim(claims *all, const struct container *container, int fd, char *path)
{
	struct claim c = { container, fd, path, 0, 0 };

	if (c.fd >= 0)
		netns_id(c.fd, &c.dev, &c.inode);
	/* the same namespace twice is no question */
	vec_each(known, all) {
		if (c.fd < 0 || known->fd < 0 || known->inode != c.inode || known->dev != c.dev)
			continue;
		close(c.fd);
		free(c.path);
		return;
	}
	vec_push(all, c);
}

/* The file, if it is there at all, comes first. */
static void claim_file(const struct target *t, claims *all)
{
	_cleanup_(freep) char *below = xasprintf(NETNS_DIR "%s", t->text);
	char *path = t->kind == TARGET_CONTAINER ? NULL : hostroot_path(below);

	if (path && access(path, F_OK) == 0)
		claim(all, NULL, netns_open(path), path);
	else
		free(path);
}

static void claim_containers(const struct target *t, const containers *found, claims *all)
{
	vec_each(c, found) {
		char *path = NULL;
		int fd = container_open(c, &path);

		claim(all, c, fd, path);
	}
}

/* One that can be opened counts more than one that cannot. */
static size_t count_open(const claims *all)
{
	size_t n = 0;

	vec_each(c, all)
		n += c->fd >= 0;
	return n;
}

static int ambiguous(const struct target *t, const claims *all, char **ret_error)
{
	size_t n = count_open(all), i = 0;
	struct strbuf b = { 0 };

	strbuf_visible(&b, t->text);
	strbuf_puts(&b, " is the name of several: ");
	vec_each(c, all) {
		if (c->fd < 0)
			continue;
		if (i > 0)
			strbuf_puts(&b, i + 1 == n ? " and " : ", ");
		i++;
		if (!c->container)
			strbuf_visible(&b, c->path);
		else if (!t->text || c->container->names.n < 1 ||
			 streq(c->container->names.v[0], t->text) || !strchr(t->text, ':'))
			container_label(c->container, &b);
		else
			strbuf_printf(&b, "%s:%.12s", c->container->runtime->prefix,
				      c->container->id);
		if (c->container && c->container->rootless)
			strbuf_printf(&b, " of user %u (pid:%d)", c->container->owner,
				      (int)c->container->pid);
	}
	strbuf_puts(&b, "; name the one that is meant");
	*ret_error = strbuf_take(&b);
	return -ENOTUNIQ;
}

/* Why none of those who answer to it can be opened. */
static int none_opens(const struct target *t, const claims *all, char **ret_error)
{
	const struct claim *c = &all->v[0];
	_cleanup_(strbuf_done) struct strbuf label = { 0 };
	_cleanup_(freep) char *after = NULL;

	if (!c->container) {
		struct target file = { .kind = TARGET_NETNS, .text = t->text, .path = c->path };

		return not_opened(&file, c->fd, ret_error);
	}
	container_label(c->container, &label);
	if (c->fd == -ESRCH)
		after = xasprintf(" is not running (%s)", c->container->runtime->title);
	else if (c->fd == -EPERM && c->container->rootless)
		after = xasprintf(": the files of user %u name a namespace that is not of that user",
				  c->container->owner);
	else if (c->fd == -EPERM || c->fd == -EACCES)
		after = xstrdup(": looking into its process needs CAP_SYS_PTRACE; run nsdoctor as root");
	else
		after = xasprintf(": its namespace cannot be opened: %s", strerror(-c->fd));
	return fail(c->fd, ret_error, "", strbuf_str(&label), after);
}

/* What a person should know about a container's network before anything else. */
static void remark(struct target *t, const struct container *c)
{
	_cleanup_(closep) int self = netns_open_self();
	_cleanup_(strbuf_done) struct strbuf label = { 0 };
	uint64_t dev, inode;

	container_label(c, &label);
	if (self >= 0 && netns_id(self, &dev, &inode) == 0 && dev == t->dev && inode == t->inode)
		t->remark = xasprintf("%s has no network of its own: it runs in the host's",
				      strbuf_str(&label));
	else if (c->network == NETWORK_NONE)
		t->remark = xasprintf("%s was started without a network (none)", strbuf_str(&label));
}

static int take(struct target *t, claims *all, char **ret_error)
{
	vec_each(c, all) {
		if (c->fd < 0)
			continue;
		free(t->path);
		t->fd = c->fd;
		t->path = c->path;
		t->dev = c->dev;
		t->inode = c->inode;
		t->kind = c->container ? TARGET_CONTAINER : TARGET_NETNS;
		if (c->container) {
			t->root = container_root(c->container);
			if (t->root < 0)
				t->root = -1;
			remark(t, c->container);
		}
		c->fd = -1;
		c->path = NULL;
		break;
	}
	return try_entering(t, ret_error);
}

/* The word is looked up everywhere; only what is nowhere is worth looking at all processes. */
static int open_word(struct target *t, char **ret_error)
{
	containers found = { 0 };
	claims all = { 0 };
	int r = 0;

	claim_file(t, &all);
	containers_find(t->text, false, &found);
	if (!all.n && !found.n) {
		containers_free(&found);
		containers_find(t->text, true, &found);
	}
	claim_containers(t, &found, &all);
	if (count_open(&all) > 1)
		r = ambiguous(t, &all, ret_error);
	else if (count_open(&all) == 1)
		r = take(t, &all, ret_error);
	else if (all.n)
		r = none_opens(t, &all, ret_error);
	else if (t->kind != TARGET_NAME)
		r = unknown(t, ret_error);
	claims_done(&all);
	containers_free(&found);
	return r;
}

int target_open(struct target *t, char **ret_error)
{
	switch (t->kind) {
	case TARGET_PATH:
	case TARGET_PID:
		return take_file(t, netns_open(t->path), ret_error);
	case TARGET_HOST:
		return open_self(t, ret_error);
	case TARGET_NETNS:
	case TARGET_CONTAINER:
	case TARGET_NAME:
		return open_word(t, ret_error);
	case TARGET_OUTSIDE:
	case TARGET_ADDRESS:
	case TARGET_DEFAULT:
		return 0;
	}
	return -EINVAL;
}

char *target_neither(const struct target *t, const char *why)
{
	struct strbuf b = { 0 };

	strbuf_visible(&b, t->text);
	strbuf_puts(&b, " is no namespace or container here");
	if (why) {
		strbuf_puts(&b, ", and ");
		strbuf_visible(&b, why);
	}
	hint_names(&b, t->text);
	return strbuf_take(&b);
}

/* The root of a process, where it is another one than that of the host's processes. */
static int root_of(pid_t pid)
{
	_cleanup_(closep) int fd = process_open(pid);
	int root = fd < 0 ? fd : process_root(fd);
	struct stat there, host;

	if (root >= 0 && fstat(root, &there) == 0 && fstat(root_host(), &host) == 0 &&
	    there.st_dev == host.st_dev && there.st_ino == host.st_ino) {
		close(root);
		return -1;
	}
	return root < 0 ? -1 : root;
}

int target_of_place(const struct place *p, struct target *ret, char **ret_error)
{
	struct target t = { .kind = p->named ? TARGET_NETNS : p->comm ? TARGET_PID : TARGET_CONTAINER,
			    .text = xstrdup(p->names.v[0]), .path = xstrdup(p->path),
			    .fd = -1, .root = -1 };
	int r = take_file(&t, place_open(p), ret_error);

	if (r < 0) {
		target_done(&t);
		return r;
	}
	if (p->pid && t.kind == TARGET_CONTAINER)
		t.root = root_of(p->pid);
	*ret = t;
	return 0;
}

/* --- the files by which names resolve --- */

/* The name under which `ip netns` knows a namespace, or NULL. Free it. */
static char *name_of(const struct target *t)
{
	netns_list list = { 0 };
	char *name = NULL;

	if (t->kind == TARGET_NETNS)
		return xstrdup(t->text);
	if (t->kind == TARGET_HOST || netns_list_read(&list) < 0)
		return NULL;
	vec_each(e, &list)
		if (!name && e->inode == t->inode && e->dev == t->dev)
			name = xstrdup(e->name);
	netns_list_free(&list);
	return name;
}

void target_read_files(struct target *t)
{
	_cleanup_(freep) char *name = NULL;

	if (t->kind == TARGET_PID && t->root < 0)
		t->root = root_of((pid_t)atol(t->text + strlen("pid:")));
	if (t->root < 0)
		name = name_of(t);
	resolve_files_done(&t->files);
	resolve_files_read(name, t->root, &t->files);
}

void target_done(struct target *t)
{
	free(t->text);
	free(t->path);
	free(t->ifname);
	free(t->remark);
	closep(&t->fd);
	closep(&t->root);
	resolve_files_done(&t->files);
	*t = (struct target){ .fd = -1, .root = -1 };
}
