/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * set - lookups in sets, maps and verdict maps
 *
 * Three kinds by flags (net/netfilter/nft_set_*.c): single keys, intervals (a
 * sorted list of beginnings and ends, NFT_SET_ELEM_INTERVAL_END), and
 * concatenations with a range per field. A catch-all element answers last.
 */
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/set.h>

#include "firewall/eval.h"

struct lookup_key {
	const uint8_t *data, *known;
	size_t len;
	bool complete;
};

static uint32_t elem_flags(struct nftnl_set_elem *el)
{
	return nftnl_set_elem_is_set(el, NFTNL_SET_ELEM_FLAGS) ?
		       nftnl_set_elem_get_u32(el, NFTNL_SET_ELEM_FLAGS) : 0;
}

static const uint8_t *elem_key(struct nftnl_set_elem *el, uint16_t attr, size_t len)
{
	uint32_t have = 0;
	const void *key;

	if (!nftnl_set_elem_is_set(el, attr))
		return NULL;
	key = nftnl_set_elem_get(el, attr, &have);
	return have >= len ? key : NULL;
}

/* A range per field; each field is padded to whole words in the key (nft_set_pipapo.c). */
static enum tri in_fields(const struct lookup_key *key, const uint8_t *from, const uint8_t *to,
			  const uint8_t *fields, size_t n)
{
	enum tri match = TRI_YES;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = fields[i];

		if (at + len > key->len)
			return TRI_MAYBE;
		match = tri_and(match, tri_not(bytes_below(key->data + at, key->known + at,
							   from + at, len, false)));
		match = tri_and(match, bytes_below(key->data + at, key->known + at, to + at, len,
						   true));
		at += (len + 3) / 4 * 4;
	}
	return match;
}

static enum tri elem_match(const struct nftnl_set *set, struct nftnl_set_elem *el,
			   const struct lookup_key *key)
{
	const uint8_t *from = elem_key(el, NFTNL_SET_ELEM_KEY, key->len);
	const uint8_t *to = elem_key(el, NFTNL_SET_ELEM_KEY_END, key->len);
	const uint8_t whole = (uint8_t)key->len, *fields = NULL;
	uint32_t n = 0;

	if (!from)
		return TRI_NO;
	if (!to)
		return bytes_equal(key->data, key->known, from, key->len);
	if (nftnl_set_is_set(set, NFTNL_SET_DESC_CONCAT))
		fields = nftnl_set_get_data(set, NFTNL_SET_DESC_CONCAT, &n);
	if (!fields || !n)
		return in_fields(key, from, to, &whole, 1);
	return in_fields(key, from, to, fields, n);
}

struct found {
	struct nftnl_set_elem *el;   /* the one that matches for certain */
	enum tri match;
	/* those that may match */
	struct nftnl_set_elem *maybe[RUN_ALTERNATIVES];
	size_t n_maybe;
	bool too_many;
};

static void note_maybe(struct found *f, struct nftnl_set_elem *el)
{
	if (f->match == TRI_NO)
		f->match = TRI_MAYBE;
	if (f->n_maybe < ARRAY_SIZE(f->maybe))
		f->maybe[f->n_maybe++] = el;
	else
		f->too_many = true;
}

static void search_elements(const struct nftnl_set *set, struct nftnl_set_elems_iter *it,
			    const struct lookup_key *key, struct found *f)
{
	struct nftnl_set_elem *el;

	while (f->match != TRI_YES && (el = nftnl_set_elems_iter_next(it))) {
		enum tri m;

		if (elem_flags(el) & NFT_SET_ELEM_CATCHALL)
			continue;
		m = elem_match(set, el, key);
		if (m == TRI_YES) {
			f->el = el;
			f->match = TRI_YES;
		} else if (m == TRI_MAYBE) {
			note_maybe(f, el);
		}
	}
}

/*
 * The element whose key is the nearest one not above the value decides: a
 * beginning matches, an end does not; of equal keys the beginning counts.
 */
static void search_intervals(struct nftnl_set_elems_iter *it, const struct lookup_key *key,
			     struct found *f)
{
	struct nftnl_set_elem *el, *nearest = NULL;
	const uint8_t *at = NULL;

	while ((el = nftnl_set_elems_iter_next(it))) {
		bool end = elem_flags(el) & NFT_SET_ELEM_INTERVAL_END;
		const uint8_t *from = elem_key(el, NFTNL_SET_ELEM_KEY, key->len);
		int order;

		if (!from || elem_flags(el) & NFT_SET_ELEM_CATCHALL)
			continue;
		if (!key->complete) {
			if (!end)
				note_maybe(f, el);
			continue;
		}
		if (memcmp(from, key->data, key->len) > 0)
			continue;
		order = at ? memcmp(from, at, key->len) : 1;
		if (order > 0 || (order == 0 && !end)) {
			nearest = el;
			at = from;
		}
	}
	if (nearest && !(elem_flags(nearest) & NFT_SET_ELEM_INTERVAL_END)) {
		f->el = nearest;
		f->match = TRI_YES;
	}
}

static void search_catchall(struct nftnl_set_elems_iter *it, struct found *f)
{
	struct nftnl_set_elem *el;

	while (f->match != TRI_YES && (el = nftnl_set_elems_iter_next(it)))
		if (elem_flags(el) & NFT_SET_ELEM_CATCHALL) {
			if (f->match == TRI_MAYBE) {
				note_maybe(f, el);
				return;
			}
			f->el = el;
			f->match = TRI_YES;
		}
}

static void search_set(const struct nftnl_set *set, const struct lookup_key *key, struct found *f)
{
	uint32_t flags = nftnl_set_is_set(set, NFTNL_SET_FLAGS) ?
				 nftnl_set_get_u32(set, NFTNL_SET_FLAGS) : 0;
	struct nftnl_set_elems_iter *it = nftnl_set_elems_iter_create(set);

	if (!it)
		return;
	if (flags & NFT_SET_INTERVAL && !(flags & NFT_SET_CONCAT))
		search_intervals(it, key, f);
	else
		search_elements(set, it, key, f);
	nftnl_set_elems_iter_destroy(it);

	it = nftnl_set_elems_iter_create(set);
	if (!it)
		return;
	search_catchall(it, f);
	nftnl_set_elems_iter_destroy(it);
}

/* Counters in an element decide nothing; a limit or quota does. */
static int is_condition(struct nftnl_expr *e, void *arg)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	if (!name || (!streq(name, "counter") && !streq(name, "last")))
		*(bool *)arg = true;
	return 0;
}

static bool has_condition(struct nftnl_set_elem *el)
{
	bool condition = false;

	nftnl_set_elem_expr_foreach(el, is_condition, &condition);
	return condition;
}

static struct fw_verdict_code elem_verdict(struct nftnl_set_elem *el)
{
	struct fw_verdict_code v = { .code = NFT_CONTINUE };

	if (nftnl_set_elem_is_set(el, NFTNL_SET_ELEM_VERDICT))
		v.code = (int)nftnl_set_elem_get_u32(el, NFTNL_SET_ELEM_VERDICT);
	if (nftnl_set_elem_is_set(el, NFTNL_SET_ELEM_CHAIN))
		v.chain = nftnl_set_elem_get_str(el, NFTNL_SET_ELEM_CHAIN);
	return v;
}

static void add_alternative(struct fw_run *r, const struct fw_verdict_code *v)
{
	for (size_t i = 0; i < r->n_alternatives; i++) {
		const struct fw_verdict_code *a = &r->alternative[i];

		if (a->code == v->code && (!a->chain || !v->chain || streq(a->chain, v->chain)))
			return;
	}
	if (r->n_alternatives < ARRAY_SIZE(r->alternative))
		r->alternative[r->n_alternatives++] = *v;
}

static enum tri verdict_of(struct fw_run *r, const struct found *f, const char *why)
{
	if (f->match == TRI_YES) {
		r->verdict = elem_verdict(f->el);
		return TRI_YES;
	}
	if (f->too_many) {
		r->verdict = (struct fw_verdict_code){ .code = VERDICT_UNKNOWN };
		return run_maybe(r, why);
	}
	for (size_t i = 0; i < f->n_maybe; i++) {
		struct fw_verdict_code v = elem_verdict(f->maybe[i]);

		if (i == 0)
			r->verdict = v;
		else
			add_alternative(r, &v);
	}
	return run_maybe(r, why);
}

static enum tri data_of(struct fw_run *r, const struct nftnl_set *set, const struct found *f,
			uint32_t dreg, const char *why)
{
	uint32_t len = 0;
	const void *data;

	if (f->match == TRI_YES) {
		data = nftnl_set_elem_get(f->el, NFTNL_SET_ELEM_DATA, &len);
		if (!data)
			return run_maybe(r, "a map that cannot be decoded");
		reg_store(r, dreg, data, len);
		return TRI_YES;
	}
	len = nftnl_set_is_set(set, NFTNL_SET_DATA_LEN) ?
		      nftnl_set_get_u32(set, NFTNL_SET_DATA_LEN) : 16;
	reg_store_partly(r, dreg, NULL, NULL, len, why);
	return run_maybe(r, why);
}

static enum tri answer(struct fw_run *r, const struct nftnl_expr *e, const struct nftnl_set *set,
		       struct found *f, const char *why)
{
	bool invert = nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_FLAGS) &&
		      nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_FLAGS) & NFT_LOOKUP_F_INV;
	enum tri match;

	if (f->match == TRI_YES && has_condition(f->el)) {
		f->match = TRI_MAYBE;
		f->n_maybe = 0;
		note_maybe(f, f->el);
		why = "the state of a set's element (limit, quota)";
	}
	if (nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_DREG)) {
		uint32_t dreg = nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG);

		if (f->match == TRI_NO)
			return TRI_NO;
		return dreg == NFT_REG_VERDICT ? verdict_of(r, f, why) :
						 data_of(r, set, f, dreg, why);
	}
	match = invert ? tri_not(f->match) : f->match;
	return match == TRI_MAYBE ? run_maybe(r, why) : match;
}

static void need_of_set(struct fw_run *r, const struct nft_set *set, const struct lookup_key *key)
{
	struct need need = { .kind = key ? NEED_ELEMENT : NEED_ELEMENTS,
			     .ns = r->at->ns,
			     .family = set->family,
			     .table = set->table,
			     .name = set->name };

	if (key) {
		memcpy(need.key, key->data, key->len);
		need.key_len = (uint32_t)key->len;
	}
	snapshot_need(r->s, &need);
}

static uint32_t flags_of(const struct nft_set *set)
{
	return nftnl_set_is_set(set->ns, NFTNL_SET_FLAGS) ? nftnl_set_get_u32(set->ns, NFTNL_SET_FLAGS) : 0;
}

/* One element of a set that others fill; a rule's own set is small, and asked for as a whole. */
static bool is_asked_singly(const struct nft_set *set, const struct lookup_key *key)
{
	return key->complete && key->len <= sizeof(((struct need *)NULL)->key) &&
	       !(flags_of(set) & NFT_SET_ANONYMOUS);
}

/* What the kernel said about the key. */
static void search_answer(const struct nft_answer *a, struct found *f)
{
	struct nftnl_set_elems_iter *it = a->found ? nftnl_set_elems_iter_create(a->found) : NULL;

	if (!it)
		return;
	f->el = nftnl_set_elems_iter_next(it);
	if (f->el)
		f->match = TRI_YES;
	nftnl_set_elems_iter_destroy(it);
}

/* Where the elements are not there: false, with what is lacking said. */
static bool search_unread(struct fw_run *r, const struct nft_set *set, const struct lookup_key *key,
			  struct found *f)
{
	const struct nft_answer *a = NULL;

	if (set->error)
		return false;
	if (!is_asked_singly(set, key)) {
		need_of_set(r, set, NULL);
		return false;
	}
	a = nft_set_answer(set, key->data, key->len);
	if (!a)
		need_of_set(r, set, key);
	if (!a || a->error)
		return false;
	search_answer(a, f);
	return true;
}

static enum tri unreadable(struct fw_run *r, const struct nftnl_expr *e, const char *why)
{
	if (nftnl_expr_is_set(e, NFTNL_EXPR_LOOKUP_DREG) &&
	    nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_DREG) == NFT_REG_VERDICT)
		r->verdict.code = VERDICT_UNKNOWN;
	return run_maybe(r, why);
}

static const char *could_not_read(struct fw_run *r, const char *name)
{
	return run_text(r, "set %s, which could not be read", name ? name : "without a name");
}

/* Those of ipsets are the other half: see xt-set.c. */
static uint64_t written_bit(const struct fw_run *r, const struct nft_set *set)
{
	return UINT64_C(1) << (set - r->ns->sets.v) % 32;
}

/* A rule's own set never changes, whatever bit it shares. */
static bool is_written(const struct fw_run *r, const struct nft_set *set)
{
	return r->st.sets_written & written_bit(r, set) &&
	       !(flags_of(set) & (NFT_SET_ANONYMOUS | NFT_SET_CONSTANT));
}

/* The answer, or false with r->why where it is not known; key is filled in where it can be. */
static bool find(struct fw_run *r, const struct nft_set *set, const char *name, uint32_t sreg,
		 struct lookup_key *key, struct found *f)
{
	*key = (struct lookup_key){ 0 };
	*f = (struct found){ .match = TRI_NO };
	if (set && set->ns && nftnl_set_is_set(set->ns, NFTNL_SET_KEY_LEN))
		key->len = nftnl_set_get_u32(set->ns, NFTNL_SET_KEY_LEN);
	key->data = key->len ? reg_load(r, sreg, key->len, &key->known) : NULL;
	key->complete = key->data && reg_is_known(r, sreg, key->len);
	if (key->data && is_written(r, set)) {
		r->why = run_text(r, "set %s, which a rule changes for this flow", name);
		return false;
	}
	if (key->data && !set->unread) {
		search_set(set->ns, key, f);
		return true;
	}
	if (key->data && search_unread(r, set, key, f))
		return true;
	r->why = could_not_read(r, name);
	return false;
}

static const struct nft_set *set_named(const struct fw_run *r, const char *name)
{
	return name ? ns_set(r->ns, r->chain->family, r->chain->table, name) : NULL;
}

void set_write(struct fw_run *r, const char *name)
{
	const struct nft_set *set = set_named(r, name);

	if (set)
		r->st.sets_written |= written_bit(r, set);
}

enum tri set_has(struct fw_run *r, const char *name, uint32_t sreg)
{
	struct lookup_key key;
	struct found f;

	if (!find(r, set_named(r, name), name, sreg, &key, &f))
		return TRI_MAYBE;
	return f.match == TRI_MAYBE ? run_maybe(r, reg_why(r, sreg, key.len)) : f.match;
}

uint32_t set_object_type(const struct fw_run *r, const char *name)
{
	const struct nft_set *set = set_named(r, name);

	if (!set || !set->ns || !nftnl_set_is_set(set->ns, NFTNL_SET_OBJ_TYPE))
		return NFT_OBJECT_UNSPEC;
	return nftnl_set_get_u32(set->ns, NFTNL_SET_OBJ_TYPE);
}

static int count_element(struct nftnl_set_elem *el, void *arg)
{
	(*(uint32_t *)arg)++;
	return 0;
}

/* Elements beyond the set's size are refused (nft_dynset_new(), net/netfilter/nft_dynset.c). */
enum tri set_has_room(struct fw_run *r, const char *name, uint32_t sreg)
{
	const struct nft_set *set = set_named(r, name);
	uint32_t size = 0, n = 0;
	enum tri there;

	if (!set || !set->ns)
		return run_maybe(r, could_not_read(r, name));
	if (nftnl_set_is_set(set->ns, NFTNL_SET_DESC_SIZE))
		size = nftnl_set_get_u32(set->ns, NFTNL_SET_DESC_SIZE);
	if (!size)
		return TRI_YES;
	/* one element is asked for, before all of them have to be counted */
	there = set_has(r, name, sreg);
	if (there == TRI_YES || (there == TRI_MAYBE && set->unread && !is_written(r, set)))
		return there;
	if (set->unread) {
		if (!set->error)
			need_of_set(r, set, NULL);
		return run_maybe(r, could_not_read(r, name));
	}
	nftnl_set_elem_foreach((struct nftnl_set *)(uintptr_t)set->ns, count_element, &n);
	return n < size ? TRI_YES : there;
}

enum tri set_lookup(struct fw_run *r, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_LOOKUP_SET);
	uint32_t sreg = nftnl_expr_get_u32(e, NFTNL_EXPR_LOOKUP_SREG);
	const struct nft_set *set = set_named(r, name);
	struct lookup_key key;
	struct found f;

	if (!find(r, set, name, sreg, &key, &f))
		return unreadable(r, e, r->why);
	return answer(r, e, set->ns, &f,
		      key.complete ? "a set's element" : reg_why(r, sreg, key.len));
}
