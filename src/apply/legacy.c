/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rules of legacy iptables and ip6tables, by libiptc: it reads a table,
 * changes its copy and hands all of it back, counters kept. The kernel refuses
 * (-EAGAIN) where the table has grown or shrunk meanwhile; then it is done
 * again. Beside it stands the lock file by which iptables' own calls wait for
 * each other.
 *
 * A rule has a number and no name, so it is known by its fingerprint: the one
 * to stand before, and ours when it is taken back. Of equal ones the one
 * nearest to where ours was put is taken; where there are no more of them than
 * before, ours has gone.
 */
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>

#include "apply/applier.h"

#ifdef HAVE_LIBIPTC

#include <fcntl.h>
#include <libiptc/libip6tc.h>
#include <libiptc/libiptc.h>
#include <linux/netfilter.h>
#include <sys/file.h>
#include <time.h>

#include "firewall/build.h"
#include "firewall/legacy.h"
#include "netns.h"

#define ATTEMPTS  8
#define LOCK_FILE "/run/xtables.lock"
#define LOCK_MS   2000
#define NAMES_MAX 4096

/* --- libiptc, by family ----------------------------------------------------- */

struct backend {
	const char *names;   /* which tables exist; asking for another one would make it */
	struct xtc_handle *(*init)(const char *table);
	void (*free)(struct xtc_handle *h);
	int (*is_chain)(const char *chain, struct xtc_handle *h);
	const void *(*first)(const char *chain, struct xtc_handle *h);
	const void *(*next)(const void *entry, struct xtc_handle *h);
	const char *(*label)(const void *entry, struct xtc_handle *h);
	int (*insert)(const char *chain, const void *entry, unsigned int number,
		      struct xtc_handle *h);
	int (*remove)(const char *chain, unsigned int number, struct xtc_handle *h);
	int (*commit)(struct xtc_handle *h);
};

#define BACKEND(p)                                                                                \
	static const void *p##_first(const char *chain, struct xtc_handle *h)                     \
	{                                                                                         \
		return p##tc_first_rule(chain, h);                                                \
	}                                                                                         \
	static const void *p##_next(const void *entry, struct xtc_handle *h)                      \
	{                                                                                         \
		return p##tc_next_rule(entry, h);                                                 \
	}                                                                                         \
	static const char *p##_label(const void *entry, struct xtc_handle *h)                     \
	{                                                                                         \
		return p##tc_get_target(entry, h);                                                \
	}                                                                                         \
	static int p##_insert(const char *chain, const void *entry, unsigned int number,          \
			      struct xtc_handle *h)                                               \
	{                                                                                         \
		return p##tc_insert_entry(chain, entry, number, h);                               \
	}                                                                                         \
	static int p##_remove(const char *chain, unsigned int number, struct xtc_handle *h)       \
	{                                                                                         \
		return p##tc_delete_num_entry(chain, number, h);                                  \
	}

BACKEND(ip)
BACKEND(ip6)

#define BACKEND_ROW(p, file)                                                                      \
	{ .names = "/proc/thread-self/net/" file,                                                 \
	  .init = p##tc_init,                                                                     \
	  .free = p##tc_free,                                                                     \
	  .is_chain = p##tc_is_chain,                                                             \
	  .first = p##_first,                                                                     \
	  .next = p##_next,                                                                       \
	  .label = p##_label,                                                                     \
	  .insert = p##_insert,                                                                   \
	  .remove = p##_remove,                                                                   \
	  .commit = p##tc_commit }

static const struct backend ipv4 = BACKEND_ROW(ip, "ip_tables_names");
static const struct backend ipv6 = BACKEND_ROW(ip6, "ip6_tables_names");

/* --- one table, open ------------------------------------------------------- */

struct work {
	struct change *c;
	char **ret_why;
	const struct backend *b;
	struct xtc_handle *h;
	void *entry;             /* ours */
	uint64_t print;
	int attempts;
};

static bool is_listed(const struct backend *b, const char *table)
{
	_cleanup_(freep) char *text = NULL;
	char *rest = NULL;

	if (read_file(b->names, NAMES_MAX, &text) < 0)
		return false;
	for (char *n = strtok_r(text, "\n", &rest); n; n = strtok_r(NULL, "\n", &rest))
		if (streq(n, table))
			return true;
	return false;
}

static void close_table(struct work *w)
{
	if (w->h)
		w->b->free(w->h);
	w->h = NULL;
}

/* Opens the op's table afresh. -ENOENT: there is none, or no such chain in it. */
static int open_table(struct work *w)
{
	const struct op *op = &w->c->op;

	close_table(w);
	if (!is_listed(w->b, op->table))
		return -ENOENT;
	w->h = w->b->init(op->table);
	if (!w->h)
		return errno ? -errno : -EIO;
	return w->b->is_chain(op->chain, w->h) ? 0 : -ENOENT;
}

/* The fingerprints of the chain's rules, in their order. */
typedef VEC(uint64_t) prints;

static void prints_free(prints *v)
{
	vec_free(v);
}

static void read_prints(const struct work *w, prints *ret)
{
	const struct op *op = &w->c->op;

	for (const void *e = w->b->first(op->chain, w->h); e; e = w->b->next(e, w->h))
		vec_push(ret, legacy_print(op->family, e, w->b->label(e, w->h)));
}

/* The number of the rule with this fingerprint that is nearest to where it was; 0: none. */
static uint64_t nearest(const prints *v, uint64_t print, uint64_t number)
{
	uint64_t best = 0, distance = UINT64_MAX;

	for (size_t i = 0; i < v->n; i++) {
		uint64_t at = i + 1, d = at > number ? at - number : number - at;

		if (v->v[i] == print && d < distance) {
			best = at;
			distance = d;
		}
	}
	return best;
}

static uint64_t count(const prints *v, uint64_t print)
{
	uint64_t n = 0;

	vec_each(p, v)
		n += *p == print;
	return n;
}

static int commit(const struct work *w)
{
	errno = 0;
	return w->b->commit(w->h) ? 0 : errno ? -errno : -EIO;
}

/* --- the lock -------------------------------------------------------------- */

/* As iptables does; where nobody ever made the file, nobody waits at it. */
static int lock(struct work *w, int *ret_fd)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	int fd = open(LOCK_FILE, O_RDONLY | O_CLOEXEC);

	*ret_fd = fd;
	for (int ms = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0; ms += 10) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return 0;
		if (ms >= LOCK_MS)
			return apply_fail(-EBUSY, w->ret_why, "another program holds " LOCK_FILE);
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* --- the three verbs, inside the namespace --------------------------------- */

static int read_here(void *arg)
{
	struct work *w = arg;
	struct before *before = &w->c->before;
	_cleanup_(prints_free) prints v = { 0 };
	int r = open_table(w);

	if (r == -ENOENT)
		return apply_fail(r, w->ret_why, "there is no chain %s in the legacy table %s any more",
				  w->c->op.chain, w->c->op.table);
	if (r < 0)
		return r;
	read_prints(w, &v);
	before->table = before->chain = true;
	before->handle = count(&v, w->print);
	return 0;
}

/* Where ours has to go. */
static int find_place(struct work *w, uint64_t *ret)
{
	const struct op *op = &w->c->op;
	_cleanup_(prints_free) prints v = { 0 };

	read_prints(w, &v);
	*ret = op->before ? nearest(&v, op->anchor, op->before) : v.n + 1;
	return *ret ? 0 : apply_fail(-ENOENT, w->ret_why, "the rule to stand before has gone");
}

static int insert_once(struct work *w)
{
	uint64_t at = 0;
	int r = open_table(w);

	if (r == 0)
		r = find_place(w, &at);
	if (r < 0)
		return r;
	if (!w->b->insert(w->c->op.chain, w->entry, (unsigned int)at - 1, w->h))
		return errno ? -errno : -EIO;
	r = commit(w);
	if (r == 0) {
		w->c->op.handle = at;
		w->c->print = w->print;
	}
	return r;
}

static int do_here(void *arg)
{
	struct work *w = arg;
	_cleanup_(closep) int fd = -1;
	int r = lock(w, &fd);

	if (r < 0)
		return r;
	do
		r = insert_once(w);
	while (r == -EAGAIN && ++w->attempts < ATTEMPTS);
	return r;
}

static int remove_once(struct work *w)
{
	const struct change *c = w->c;
	/* what it says was noted when it was put there: interfaces may be called otherwise by now */
	const uint64_t print = c->print ? c->print : w->print;
	_cleanup_(prints_free) prints v = { 0 };
	uint64_t at;
	int r = open_table(w);

	if (r < 0)
		return r == -ENOENT ? UNDO_NOTHING : r;
	read_prints(w, &v);
	at = nearest(&v, print, c->op.handle);
	if (!at || count(&v, print) <= c->before.handle)
		return UNDO_NOTHING;
	if (!w->b->remove(c->op.chain, (unsigned int)at - 1, w->h))
		return errno ? -errno : -EIO;
	r = commit(w);
	return r < 0 ? r : UNDO_DONE;
}

static int undo_here(void *arg)
{
	struct work *w = arg;
	_cleanup_(closep) int fd = -1;
	int r = lock(w, &fd);

	if (r < 0)
		return r;
	do
		r = remove_once(w);
	while (r == -EAGAIN && ++w->attempts < ATTEMPTS);
	return r;
}

/* libiptc knows the standard target by the verdict's name instead of its number. */
static void name_verdict(uint8_t family, void *entry, const char *label)
{
	size_t target = family == NFPROTO_IPV6 ? ((struct ip6t_entry *)entry)->target_offset :
						 ((struct ipt_entry *)entry)->target_offset;
	struct xt_entry_target *t = (void *)((char *)entry + target);

	str_copy(t->u.user.name, sizeof(t->u.user.name), label);
}

static int work(struct change *c, char **ret_why, int (*f)(void *arg))
{
	const uint8_t family = c->op.family;
	struct work w = { .c = c, .ret_why = ret_why,
			  .b = family == NFPROTO_IPV6 ? &ipv6 : &ipv4 };
	const char *label;
	int r;

	if (!c->op.table || !c->op.chain)
		return -EINVAL;
	w.entry = legacy_build(c->s, &c->op, &label);
	w.print = legacy_print(family, w.entry, label);
	name_verdict(family, w.entry, label);
	r = netns_call(c->ns_fd, f, &w);
	close_table(&w);
	free(w.entry);
	return r;
}

static int read_legacy(struct change *c, char **ret_why)
{
	return work(c, ret_why, read_here);
}

static int do_legacy(struct change *c, char **ret_why)
{
	return work(c, ret_why, do_here);
}

static int undo_legacy(struct change *c, char **ret_why)
{
	return work(c, ret_why, undo_here);
}

#else /* no libiptc */

static int cannot(struct change *c, char **ret_why)
{
	return apply_fail(-ENOTSUP, ret_why, "this program was built without libiptc");
}

#define read_legacy cannot
#define do_legacy   cannot
#define undo_legacy cannot

#endif

const struct applier apply_legacy = {
	.read = read_legacy, .apply = do_legacy, .undo = undo_legacy,
};
