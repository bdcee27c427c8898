/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "collect.h"
#include "journal.h"
#include "netns.h"

int journal_open(struct journal **ret, char **ret_error)
{
	struct journal *j = journal_new();

	if (j->boot[0] == '\0') {
		journal_free(j);
		*ret_error = xstrdup("the boot id cannot be read, by which a journal is known");
		return -ENOENT;
	}
	*ret = j;
	return 0;
}

const char *journal_id(const struct journal *j)
{
	return j->id;
}

void journal_about(struct journal *j, const char *words)
{
	free(j->about);
	j->about = xstrdup(words);
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	journal_end(j);
	journal_free(j);
}

/* --- sentences ------------------------------------------------------------- */

/* The op as its command, or its undo as that; several joined by "; ". */
static void put_command(struct strbuf *b, const struct change *c, bool undo)
{
	op_strings commands = { 0 };

	if (undo)
		op_undo_commands(c->s, &c->op, &commands);
	if (commands.n == 0)
		op_commands(c->s, &c->op, &commands);
	vec_each(command, &commands)
		strbuf_printf(b, "%s%s", command == commands.v ? "" : "; ", *command);
	op_strings_free(&commands);
}

static char *sentence(const struct change *c, bool undo, const char *what, const char *why)
{
	struct strbuf b = { 0 };

	strbuf_printf(&b, "%s: ", what);
	put_command(&b, c, undo);
	if (why)
		strbuf_printf(&b, ": %s", why);
	return strbuf_take(&b);
}

static int fail(int error, const struct change *c, bool undo, const char *what, const char *why,
		char **ret_error)
{
	*ret_error = sentence(c, undo, what, why ? why : strerror(-error));
	return error;
}

/* --- applying -------------------------------------------------------------- */

/* The namespace's index in the journal, with what is needed to name things there. */
static int journal_ns(struct journal *j, const struct snapshot *s, const struct op *op, int ns_fd,
		      int *ret)
{
	const struct ns *from = snapshot_ns(s, op->ns);
	uint64_t dev, inode;
	struct ns *to;
	int ns, r = netns_id(ns_fd, &dev, &inode);

	if (r < 0)
		return r;
	ns = op->ns == NS_HOST ? NS_HOST : snapshot_find(j->s, inode);
	if (ns < 0)
		ns = snapshot_add(j->s, from->name, inode);
	to = &j->s->ns.v[ns];
	to->dev = dev;
	to->inode = inode;
	to->path = from->path ? snapshot_intern(j->s, from->path) : NULL;
	to->named = from->named;
	vec_free(&to->links);
	vec_copy(&to->links, &from->links);
	*ret = ns;
	return 0;
}

/*
 * A copy that depends on nothing of the caller's, made as another process
 * would make it: from the line in the journal.
 */
static int copy_op(struct journal *j, const struct op *op, int ns, struct op *ret)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	struct op moved = *op;

	moved.ns = ns;
	op_serialize(j->s, &moved, &b);
	return op_parse(j->s, strbuf_str(&b), ret);
}

static int prepare(struct journal *j, const struct snapshot *s, const struct op *op, int ns_fd,
		   struct change *ret)
{
	struct change c = { .s = j->s, .ns_fd = -1 };
	int ns, r = journal_ns(j, s, op, ns_fd, &ns);

	if (r == 0)
		r = copy_op(j, op, ns, &c.op);
	if (r < 0)
		return r;
	c.ns_fd = fcntl(ns_fd, F_DUPFD_CLOEXEC, 0);
	if (c.ns_fd < 0)
		return -errno;
	*ret = c;
	return 0;
}

/* One that is on disk keeps its number there. */
static void forget_last(struct journal *j)
{
	struct entry *e = &j->entries.v[j->entries.n - 1];

	if (e->gone)
		return;
	before_done(&e->change.before);
	closep(&e->change.ns_fd);
	j->entries.n--;
}

/* Reads what was before, notes it, and makes the change. */
static int make(struct journal *j, size_t i, char **ret_error)
{
	struct change *c = &j->entries.v[i].change;
	_cleanup_(freep) char *why = NULL;
	int r = apply_read(c, &why);

	if (r < 0)
		return fail(r, c, false, "not done", why, ret_error);
	r = journal_intend(j, i, ret_error);
	if (r < 0)
		return r;
	r = apply_do(c, &why);
	if (r < 0) {
		journal_gone(j, i);
		return fail(r, c, false, "not done", why, ret_error);
	}
	/* should this line not get there, the change is found again all the same */
	journal_did(j, i);
	return (int)i;
}

int fix_apply(struct journal *j, struct snapshot *s, const struct op *op, int ns_fd,
	      char **ret_error)
{
	struct change c;
	int r = prepare(j, s, op, ns_fd, &c);

	if (r < 0) {
		*ret_error = xasprintf("nothing can be changed in %s: %s", s->ns.v[op->ns].name,
				       strerror(-r));
		return r;
	}
	vec_push(&j->entries, ((struct entry){ .change = c }));
	r = make(j, j->entries.n - 1, ret_error);
	if (r < 0)
		forget_last(j);
	return r;
}

const struct op *fix_op(const struct journal *j, int change)
{
	return &j->entries.v[change].change.op;
}

/* --- taking back ----------------------------------------------------------- */

int fix_revert(struct journal *j, int change, char **ret_error)
{
	struct entry *e = &j->entries.v[change];
	_cleanup_(freep) char *why = NULL;
	int r;

	if (e->gone)
		return 0;
	r = apply_undo(&e->change, &why);
	if (r < 0)
		return fail(r, &e->change, true, "not taken back", why, ret_error);
	journal_gone(j, (size_t)change);
	return 0;
}

/* --- finding namespaces again ---------------------------------------------- */

static bool is_it(const char *path, uint64_t dev, uint64_t inode)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_dev == dev && st.st_ino == inode;
}

/* The host, whose number in a snapshot is fixed: commands are written for it. */
static int open_own(struct journal *j)
{
	struct ns *own = &j->s->ns.v[NS_HOST];
	int fd = netns_open_self();
	int r = fd < 0 ? fd : netns_id(fd, &own->dev, &own->inode);

	if (r < 0)
		return r;
	vec_each(e, &j->entries) {
		const struct ns *ns = snapshot_ns(j->s, e->change.op.ns);

		if (ns->dev == own->dev && ns->inode == own->inode)
			e->change.op.ns = NS_HOST;
	}
	return fd;
}

static int open_named(struct snapshot *s, struct ns *ns)
{
	netns_list list = { 0 };
	int fd = -ENOENT;

	if (netns_list_read(&list) < 0)
		return fd;
	vec_each(e, &list) {
		if (fd >= 0 || e->inode != ns->inode || e->dev != ns->dev)
			continue;
		fd = netns_open(e->path);
		if (fd < 0)
			continue;
		ns->name = snapshot_intern(s, e->name);
		ns->path = snapshot_intern(s, e->path);
		ns->named = true;
	}
	netns_list_free(&list);
	return fd;
}

/* A process may end, and its number be given away, between the look and the opening: look again. */
static int open_of_process(struct snapshot *s, struct ns *ns)
{
	DIR *dir = opendir("/proc");
	struct dirent *d;
	int fd = -ENOENT;

	while (dir && fd < 0 && (d = readdir(dir))) {
		_cleanup_(freep) char *path = xasprintf("/proc/%s/ns/net", d->d_name);
		uint64_t dev, inode;

		if (!isdigit((unsigned char)d->d_name[0]) || !is_it(path, ns->dev, ns->inode))
			continue;
		fd = netns_open(path);
		if (fd < 0)
			continue;
		if (netns_id(fd, &dev, &inode) < 0 || dev != ns->dev || inode != ns->inode) {
			close(fd);
			fd = -ENOENT;
			continue;
		}
		ns->path = snapshot_intern(s, path);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* Opens namespace i of the journal, learning its names. -ENOENT: it is gone. */
static int open_again(struct snapshot *s, int i, int own_fd)
{
	const struct ns *own = &s->ns.v[NS_HOST];
	struct ns *ns = &s->ns.v[i];
	int fd;

	if (ns->dev == own->dev && ns->inode == own->inode)
		return fcntl(own_fd, F_DUPFD_CLOEXEC, 0);
	fd = open_named(s, ns);
	return fd >= 0 ? fd : open_of_process(s, ns);
}

/* --- undo ------------------------------------------------------------------- */

/* Takes one entry back and says what happened. Returns 0 or what the whole comes to. */
static int undo_entry(struct journal *j, size_t i, int ns_fd, op_strings *ret_lines)
{
	struct entry *e = &j->entries.v[i];
	_cleanup_(freep) char *why = NULL;
	const char *what = "not taken back";
	int r;

	if (ns_fd < 0) {
		vec_push(ret_lines, sentence(&e->change, true, "nothing to take back",
					     "its namespace is gone"));
		return journal_gone(j, i);
	}
	e->change.ns_fd = ns_fd;
	r = apply_undo(&e->change, &why);
	e->change.ns_fd = -1;
	if (r == UNDO_DONE)
		what = "taken back";
	else if (r == UNDO_NOTHING)
		what = "nothing to take back";
	if (r < 0 && !why)
		why = xstrdup(strerror(-r));
	if (r == UNDO_NOTHING && !why)
		why = xstrdup("it is not there any more");
	vec_push(ret_lines, sentence(&e->change, true, what, why));
	if (r >= 0 || r == -ESTALE)
		journal_gone(j, i);
	return r < 0 ? r : 0;
}

static void close_all(const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/*
 * An interface that goes down or loses its last address forgets its neighbours, those that were set by hand, too: they
 * are put back when all else is as it was.
 */
static bool comes_last(const struct entry *e)
{
	return e->change.op.kind == OP_NEIGH_DEL;
}

static int undo_all(struct journal *j, int own_fd, op_strings *ret_lines)
{
	size_t n = j->s->ns.n;
	_cleanup_(freep) int *fds = xcalloc(n, sizeof(*fds));
	int result = 0;

	for (size_t i = 0; i < n; i++) {
		fds[i] = open_again(j->s, (int)i, own_fd);
		if (fds[i] >= 0)
			collect_links(j->s, (int)i, fds[i]);
	}
	for (int last = 0; last <= 1; last++) {
		for (size_t i = j->entries.n; i-- > 0;) {
			const struct entry *e = &j->entries.v[i];
			int r = 0;

			if (!e->gone && comes_last(e) == last)
				r = undo_entry(j, i, fds[e->change.op.ns], ret_lines);
			if (result == 0)
				result = r;
		}
	}
	close_all(fds, n);
	return result;
}

int fix_undo(op_strings *ret_lines)
{
	_cleanup_(closep) int own_fd = -1;
	struct journal *j = NULL;
	char *error = NULL;
	int r = journal_newest(&j, &error);

	if (r < 0) {
		vec_push(ret_lines, error);
		return r;
	}
	own_fd = open_own(j);
	r = own_fd < 0 ? own_fd : undo_all(j, own_fd, ret_lines);
	journal_close(j);
	return r;
}
