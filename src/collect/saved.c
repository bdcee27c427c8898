/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saved - a snapshot's namespaces in a file: the messages as they came, and what no message says
 *
 * Read back, a message takes the same way as from the kernel: collect_take().
 * What the file says beyond them is how much of a ruleset had been read.
 */
#include <libmnl/libmnl.h>
#include <libnftnl/set.h>

#include "collect.h"
#include "collect/collector.h"
#include "collect/nft.h"
#include "firewall.h"
#include "pack.h"

/* The least that an element of each list takes: its fixed fields. */
#define NAMESPACE_LEAST (4 + 4 + 1 + 8 + 8 + 4 + 1)
#define NAMESPACES_MAX  65536
#define MESSAGE_LEAST   (1 + 4)
#define MARK_LEAST      (1 + 4 + 4 + 1 + 4)
#define ANSWER_LEAST    (4 + 4 + 4)

static void pack_interned(struct pack *p, struct snapshot *s, const char **field)
{
	char *text = (char *)(uintptr_t)*field;

	pack_text(p, &text);
	if (p->out)
		return;
	*field = text ? snapshot_intern(s, text) : NULL;
	free(text);
}

void collect_pack_name(struct pack *p, struct snapshot *s, const char **field)
{
	pack_interned(p, s, field);
	if (!*field) {
		pack_fail(p);
		*field = snapshot_intern(s, "");
	}
}

/* --- namespaces ------------------------------------------------------------ */

static void pack_namespace(struct pack *p, struct snapshot *s, struct ns *ns)
{
	collect_pack_name(p, s, &ns->name);
	pack_interned(p, s, &ns->path);
	pack_bool(p, &ns->named);
	pack_int(p, &ns->inode);
	pack_int(p, &ns->dev);
	pack_int(p, &ns->nft_generation);
	pack_bool(p, &ns->more_chains);
}

static void pack_namespaces(struct pack *p, struct snapshot *s)
{
	size_t n = pack_count(p, s->ns.n, NAMESPACE_LEAST);

	if (!p->out && n > NAMESPACES_MAX) {
		pack_fail(p);
		return;
	}
	for (size_t i = 0; i < n && pack_ok(p); i++) {
		if (!p->out)
			snapshot_add(s, "", 0);
		pack_namespace(p, s, &s->ns.v[i]);
	}
}

/* --- messages -------------------------------------------------------------- */

static void write_messages(struct pack *p, const struct ns *ns, unsigned int kinds)
{
	size_t n = 0;

	vec_each(raw, &ns->raw)
		n += (kinds >> raw->kind) & 1;
	pack_count(p, n, MESSAGE_LEAST);
	vec_each(raw, &ns->raw) {
		size_t len = raw->len;

		if (!((kinds >> raw->kind) & 1))
			continue;
		pack_enum(p, &raw->kind, COLLECT_KINDS);
		pack_block(p, raw->msg, &len);
	}
}

/* A message in memory of its own, aligned and with what pads it; NULL where the block is not one. */
static struct nlmsghdr *read_message(struct pack *p, struct snapshot *s)
{
	size_t len = 0;
	const void *bytes = pack_block(p, NULL, &len);
	struct nlmsghdr head, *copy;

	if (bytes && len >= sizeof(head))
		memcpy(&head, bytes, sizeof(head));
	if (!bytes || len < sizeof(head) || head.nlmsg_len != len) {
		pack_fail(p);
		return NULL;
	}
	copy = xcalloc(1, NLMSG_ALIGN(len));
	memcpy(copy, bytes, len);
	snapshot_own_block(s, copy);
	return copy;
}

static void read_messages(struct pack *p, struct snapshot *s, struct ns *ns)
{
	size_t n = pack_count(p, 0, MESSAGE_LEAST);

	for (size_t i = 0; i < n && pack_ok(p); i++) {
		enum collect_kind kind = COLLECT_LINK;
		const struct nlmsghdr *nlh;

		pack_enum(p, &kind, COLLECT_KINDS);
		nlh = read_message(p, s);
		if (nlh)
			collect_take(s, ns, kind, nlh);
	}
}

/* Of as many kinds as there were then: a version that knows more reads the file, too. */
static void pack_errors(struct pack *p, struct ns *ns)
{
	size_t n = pack_count(p, COLLECT_KINDS, 4);

	if (n > COLLECT_KINDS)
		pack_fail(p);
	for (size_t kind = 0; kind < n && pack_ok(p); kind++) {
		int error = ns->error[kind];

		pack_error(p, &error, false);
		if (error)
			ns->error[kind] = error;
	}
}

/* --- how much of the ruleset was read -------------------------------------- */

static void pack_chain(struct pack *p, struct snapshot *s, struct ns *ns, struct nft_chain *chain, size_t *unknown)
{
	struct nft_chain mark = p->out ? *chain : (struct nft_chain){ 0 };
	struct nft_chain *known;

	pack_int(p, &mark.family);
	collect_pack_name(p, s, &mark.table);
	collect_pack_name(p, s, &mark.name);
	pack_bool(p, &mark.unread);
	pack_error(p, &mark.error, false);
	if (p->out || !pack_ok(p))
		return;
	known = (struct nft_chain *)(uintptr_t)ns_chain(ns, mark.family, mark.table, mark.name);
	/* one that was asked for, and that no message is about: so many can be asked for */
	if (!known) {
		if (!(*unknown)--)
			pack_fail(p);
		else
			vec_push(&ns->chains, mark);
		return;
	}
	known->unread = mark.unread;
	known->error = mark.error;
}

static void pack_answer(struct pack *p, struct snapshot *s, struct nft_answer *a)
{
	size_t key_len = a->key_len, len = a->msg ? a->msg->nlmsg_len : 0;
	const void *key = pack_block(p, a->key, &key_len);
	bool found = a->msg != NULL;
	struct nftnl_set *set = NULL;

	pack_error(p, &a->error, false);
	pack_bool(p, &found);
	if (p->out) {
		if (found)
			pack_block(p, a->msg, &len);
		return;
	}
	if (!key || key_len > sizeof(a->key)) {
		pack_fail(p);
		return;
	}
	memcpy(a->key, key, key_len);
	a->key_len = (uint32_t)key_len;
	a->msg = found ? read_message(p, s) : NULL;
	if (a->msg && nft_parse_element(s, a->msg, &set) < 0)
		pack_fail(p);
	a->found = set;
}

static void write_answers(struct pack *p, struct snapshot *s, const struct nft_set *set)
{
	size_t n = 0;

	for (const struct nft_answer *a = set->answers; a; a = a->next)
		n++;
	pack_count(p, n, ANSWER_LEAST);
	for (const struct nft_answer *a = set->answers; a; a = a->next)
		pack_answer(p, s, (struct nft_answer *)(uintptr_t)a);
}

static void read_answers(struct pack *p, struct snapshot *s, struct nft_set *set)
{
	size_t n = pack_count(p, 0, ANSWER_LEAST);

	for (size_t i = 0; i < n && pack_ok(p); i++) {
		struct nft_answer *a = xcalloc(1, sizeof(*a));

		snapshot_own_block(s, a);
		pack_answer(p, s, a);
		a->next = set->answers;
		set->answers = a;
	}
}

static void pack_set(struct pack *p, struct snapshot *s, struct ns *ns, struct nft_set *set)
{
	struct nft_set mark = p->out ? *set : (struct nft_set){ 0 };
	struct nft_set *known;

	pack_int(p, &mark.family);
	collect_pack_name(p, s, &mark.table);
	collect_pack_name(p, s, &mark.name);
	pack_bool(p, &mark.unread);
	pack_error(p, &mark.error, false);
	if (p->out) {
		write_answers(p, s, set);
		return;
	}
	read_answers(p, s, &mark);
	known = (struct nft_set *)(uintptr_t)ns_set(ns, mark.family, mark.table, mark.name);
	if (!known)
		return;
	known->unread = mark.unread;
	known->error = mark.error;
	known->answers = mark.answers;
}

/* Chains and sets of which something is to be said. */
static void pack_ruleset(struct pack *p, struct snapshot *s, struct ns *ns)
{
	size_t chains = 0, unknown = NFT_CHAINS_MORE, sets;

	vec_each(c, &ns->chains)
		chains += c->unread || c->error;
	chains = pack_count(p, chains, MARK_LEAST);
	if (p->out) {
		vec_each(c, &ns->chains)
			if (c->unread || c->error)
				pack_chain(p, s, ns, c, NULL);
	} else {
		for (size_t i = 0; i < chains && pack_ok(p); i++)
			pack_chain(p, s, ns, NULL, &unknown);
	}
	if (!p->out && ns->more_chains)
		vec_reserve(&ns->chains, ns->chains.n + NFT_CHAINS_MORE);
	sets = pack_count(p, ns->sets.n, MARK_LEAST + 4);
	for (size_t i = 0; i < sets && pack_ok(p); i++)
		pack_set(p, s, ns, p->out ? &ns->sets.v[i] : NULL);
}

void collect_pack(struct pack *p, struct snapshot *s, unsigned int kinds)
{
	pack_namespaces(p, s);
	vec_each(ns, &s->ns) {
		if (p->out)
			write_messages(p, ns, kinds);
		else
			read_messages(p, s, ns);
		if (kinds & (1u << COLLECT_NFT))
			pack_ruleset(p, s, ns);
		pack_errors(p, ns);
	}
}
