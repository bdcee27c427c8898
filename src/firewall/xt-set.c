/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-set - -m set and -j SET: what an ipset says, which only the kernel knows
 *
 * The packet is put as a question (struct ipset_question); answers to those that were asked are in
 * the snapshot, and so are the names of sets. After net/netfilter/xt_set.c; printing after
 * extensions/libxt_set.c and libxt_SET.c of iptables 1.8.9.
 */
#include <errno.h>
#include <stdio.h>

#include "firewall/xt-print.h"

#include <linux/netfilter/xt_set.h>

/* --- asking ------------------------------------------------------------------ */

/* A set of ports takes type and code of an ICMP message for one (ip_set_get_ip4_port()). */
static void read_ports(const struct fw_run *r, struct ipset_question *q)
{
	uint8_t data[2], known[2];

	switch (q->proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		for (int dst = 0; dst < 2; dst++)
			if (headers_port(&r->st.h, dst, &q->ports[dst]))
				q->known |= dst ? IPSET_KNOWS_DPORT : IPSET_KNOWS_SPORT;
		return;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (headers_read(&r->st.h, HEADER_TRANSPORT, 0, 2, data, known) != TRI_YES ||
		    known[0] != 0xff || known[1] != 0xff)
			return;
		q->ports[0] = q->ports[1] = (uint16_t)(data[0] << 8 | data[1]);
		q->known |= IPSET_KNOWS_SPORT | IPSET_KNOWS_DPORT;
		return;
	}
}

static bool put_question(const struct fw_run *r, const struct xt_set_info *set,
			 struct ipset_question *q)
{
	int ifindex = set->flags & IPSET_DIM_TWO_SRC ? run_iif(r) : run_oif(r);

	memset(q, 0, sizeof(*q));
	q->index = set->index;
	q->dim = set->dim;
	q->flags = set->flags & (uint8_t)~IPSET_INV_MATCH;
	q->family = r->st.h.family;
	q->proto = r->st.h.l4proto;
	read_ports(r, q);
	if (set->dim >= IPSET_DIM_TWO && ifindex)
		str_copy(q->iface, sizeof(q->iface), ns_ifname(r->ns, ifindex).s);
	for (int dst = 0; dst < 2; dst++) {
		struct addr a;

		if (!headers_addr(&r->st.h, dst, &a))
			return false;
		memcpy(q->addrs[dst], a.b, addr_len(a.family));
	}
	return true;
}

/* Those of nf_tables are the other half: see set.c. */
static uint64_t written_bit(uint16_t index)
{
	return UINT64_C(1) << (32 + index % 32);
}

/* Does the set have the packet's element? The rule's "!" is not looked at. */
static enum tri ask(struct fw_run *r, const struct xt_set_info *set)
{
	struct need need = { .kind = NEED_IPSET, .ns = r->at->ns, .table = "", .name = "" };
	const struct ipset_answer *a;
	struct ipset_question q;

	_Static_assert(sizeof(q) <= sizeof(need.key), "a question is a key");
	if (r->st.sets_written & written_bit(set->index))
		return run_maybe(r, "an ipset that a rule changes for this flow");
	if (!put_question(r, set, &q))
		return run_maybe(r, "the addresses that an ipset is asked about");
	a = ns_ipset_answer(r->ns, &q);
	if (!a) {
		memcpy(need.key, &q, sizeof(q));
		need.key_len = sizeof(q);
		snapshot_need(r->s, &need);
	}
	if (a && a->error == -EOPNOTSUPP)
		return run_maybe(r, "an ipset of a type that is not asked");
	if (!a || a->error)
		return run_maybe(r, a ? run_text(r, "an ipset, which could not be asked: %s",
						 strerror(-a->error)) : "an ipset");
	return tri_from(a->found);
}

/* --- -m set -------------------------------------------------------------------- */

/*
 * With counters, which are not read: an element whose own do not fit is passed over for one of a
 * wider network, be it "nomatch" (mtype_test_cidrs()). So that there is none is known only
 * where there is neither one kind nor the other.
 */
static enum tri ask_counted(struct fw_run *r, const struct xt_set_info *set)
{
	struct xt_set_info others = *set;
	enum tri t = ask(r, set);

	others.flags ^= IPSET_RETURN_NOMATCH;
	if (t == TRI_NO)
		t = ask(r, &others);
	return t == TRI_YES ? run_maybe(r, "the counters of an ipset's element") : t;
}

static enum tri eval_set(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_set_info_match_v4 *v4 = info;
	const struct xt_set_info_match_v3 *v3 = info;
	uint32_t flags = rev == 4 ? v4->flags : rev == 3 ? v3->flags : 0;
	bool counts = rev == 4 ? v4->packets.op || v4->bytes.op :
		      rev == 3 ? v3->packets.op || v3->bytes.op : false;
	struct xt_set_info set = v4->match_set;
	enum tri t;

	/* revision 2 says so in the one place, 3 and 4 in the other */
	if (flags & IPSET_FLAG_RETURN_NOMATCH)
		set.flags |= IPSET_RETURN_NOMATCH;
	t = counts ? ask_counted(r, &set) : ask(r, &set);
	return tri_not_if(set.flags & IPSET_INV_MATCH, t);
}

static void print_set_of(struct strbuf *b, const char *option, const struct xt_set_info *set,
			 const struct xt_context *x)
{
	const char *name = ns_ipset_name(x->ns, set->index);

	strbuf_printf(b, " %s %s", option, name ? name : "…");
	for (unsigned int i = 1; i <= set->dim; i++)
		strbuf_printf(b, "%s%s", i == 1 ? " " : ",", set->flags & 1u << i ? "src" : "dst");
}

static void print_counter(struct strbuf *b, const char *name, uint8_t op, uint64_t value)
{
	static const char *const ops[] = {
		[IPSET_COUNTER_EQ] = "eq", [IPSET_COUNTER_NE] = "eq",
		[IPSET_COUNTER_LT] = "lt", [IPSET_COUNTER_GT] = "gt",
	};

	if (op == IPSET_COUNTER_NONE || op >= ARRAY_SIZE(ops))
		return;
	xt_print_not(b, op == IPSET_COUNTER_NE);
	strbuf_printf(b, " --%s-%s %llu", name, ops[op], (unsigned long long)value);
}

static void print_flags(struct strbuf *b, uint32_t flags)
{
	if (flags & IPSET_FLAG_RETURN_NOMATCH)
		strbuf_puts(b, " --return-nomatch");
	if (flags & IPSET_FLAG_SKIP_COUNTER_UPDATE)
		strbuf_puts(b, " ! --update-counters");
	if (flags & IPSET_FLAG_SKIP_SUBCOUNTER_UPDATE)
		strbuf_puts(b, " ! --update-subcounters");
}

static void print_set(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_set_info_match_v4 *v4 = info;
	const struct xt_set_info_match_v3 *v3 = info;

	xt_print_not(b, v4->match_set.flags & IPSET_INV_MATCH);
	print_set_of(b, "--match-set", &v4->match_set, x);
	if (x->rev == 2 && v4->match_set.flags & IPSET_RETURN_NOMATCH)
		strbuf_puts(b, " --return-nomatch");
	if (x->rev == 3) {
		print_flags(b, v3->flags);
		print_counter(b, "packets", v3->packets.op, v3->packets.value);
		print_counter(b, "bytes", v3->bytes.op, v3->bytes.value);
	} else if (x->rev == 4) {
		print_flags(b, v4->flags);
		print_counter(b, "packets", v4->packets.op, v4->packets.value);
		print_counter(b, "bytes", v4->bytes.op, v4->bytes.value);
	}
}

/* --- -j SET -------------------------------------------------------------------- */

#define NO_SET    UINT16_MAX /* IPSET_INVALID_ID */
#define NO_TIMEOUT UINT32_MAX

/* All revisions as the newest; 1 ends behind the second set, 2 has no map. */
static struct xt_set_info_target_v3 load_target(const void *info, uint32_t rev)
{
	const struct xt_set_info_target_v2 *v2 = info;
	struct xt_set_info_target_v3 t;

	if (rev == 3)
		return *(const struct xt_set_info_target_v3 *)info;
	t = (struct xt_set_info_target_v3){
		.add_set = v2->add_set,
		.del_set = v2->del_set,
		.map_set.index = NO_SET,
		.timeout = NO_TIMEOUT,
	};
	if (rev == 2) {
		t.flags = v2->flags;
		t.timeout = v2->timeout;
	}
	return t;
}

/* Of what it maps only the mark is asked for by rules; an element's own is not known. */
static enum tri eval_target(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_set_info_target_v3 t = load_target(info, rev);

	if (t.add_set.index != NO_SET)
		r->st.sets_written |= written_bit(t.add_set.index);
	if (t.del_set.index != NO_SET)
		r->st.sets_written |= written_bit(t.del_set.index);
	if (t.map_set.index != NO_SET && t.flags & IPSET_FLAG_MAP_SKBMARK &&
	    ask(r, &t.map_set) != TRI_NO)
		r->st.mark = r->st.mark_known = 0;
	return TRI_YES;
}

static void print_target(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_set_info_target_v3 t = load_target(info, x->rev);

	if (t.add_set.index != NO_SET)
		print_set_of(b, "--add-set", &t.add_set, x);
	if (t.flags & IPSET_FLAG_EXIST)
		strbuf_puts(b, " --exist");
	if (t.timeout != NO_TIMEOUT)
		strbuf_printf(b, " --timeout %u", t.timeout);
	if (t.del_set.index != NO_SET)
		print_set_of(b, "--del-set", &t.del_set, x);
	if (t.map_set.index != NO_SET)
		print_set_of(b, "--map-set", &t.map_set, x);
	if (t.flags & IPSET_FLAG_MAP_SKBMARK)
		strbuf_puts(b, " --map-mark");
	if (t.flags & IPSET_FLAG_MAP_SKBPRIO)
		strbuf_puts(b, " --map-prio");
	if (t.flags & IPSET_FLAG_MAP_SKBQUEUE)
		strbuf_puts(b, " --map-queue");
}

static const struct xt_row matches[] = {
	/* name, family, revisions, size, eval, print */
	{ "set", 0, 1, 2, sizeof(struct xt_set_info_match_v1), eval_set, print_set },
	{ "set", 0, 3, 3, sizeof(struct xt_set_info_match_v3), eval_set, print_set },
	{ "set", 0, 4, 4, sizeof(struct xt_set_info_match_v4), eval_set, print_set },
};

static const struct xt_row targets[] = {
	{ "SET", 0, 1, 1, sizeof(struct xt_set_info_target_v1), eval_target, print_target },
	{ "SET", 0, 2, 2, sizeof(struct xt_set_info_target_v2), eval_target, print_target },
	{ "SET", 0, 3, 3, sizeof(struct xt_set_info_target_v3), eval_target, print_target },
};

const struct xt_rows xt_set_matches = { matches, ARRAY_SIZE(matches) };
const struct xt_rows xt_set_targets = { targets, ARRAY_SIZE(targets) };

/* --- which sets a rule asks ------------------------------------------------------ */

size_t xt_sets_of(bool target, const char *name, uint32_t rev, const void *info, size_t len,
		  uint16_t ret[XT_SETS_MAX])
{
	const struct xt_row *row = NULL;
	struct xt_set_info_target_v3 t;
	struct xt_info copy;
	uint16_t indexes[XT_SETS_MAX] = { NO_SET, NO_SET, NO_SET };
	size_t n = 0;

	/* nearly all extensions are others */
	if (name && info && streq(name, target ? "SET" : "set"))
		row = target ? xt_target_find(name, rev, 0, len) : xt_match_find(name, rev, 0, len);
	if (!row)
		return 0;
	xt_info_load(&copy, info, len);
	if (target) {
		t = load_target(copy.b, rev);
		indexes[0] = t.add_set.index;
		indexes[1] = t.del_set.index;
		indexes[2] = t.map_set.index;
	} else {
		indexes[0] = ((const struct xt_set_info_match_v1 *)(const void *)copy.b)->match_set.index;
	}
	for (size_t i = 0; i < XT_SETS_MAX; i++)
		if (indexes[i] != NO_SET)
			ret[n++] = indexes[i];
	return n;
}
