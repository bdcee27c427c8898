/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-set - -m set: what an ipset says, which only the kernel knows
 *
 * The packet is put as a question (struct ipset_question); answers to those that were asked are in
 * the snapshot.
 */
#include <stdio.h>

#include "firewall/xt-print.h"

#include <linux/netfilter/xt_set.h>

/* A set of ports takes type and code of an ICMP message for one (ip_set_get_ip4_port()). */
static bool read_ports(const struct fw_run *r, struct ipset_question *q)
{
	uint8_t proto = r->st.h.l4proto, data[2], known[2];

	switch (proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		return headers_port(&r->st.h, false, &q->ports[0]) &&
		       headers_port(&r->st.h, true, &q->ports[1]);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (headers_read(&r->st.h, HEADER_TRANSPORT, 0, 2, data, known) != TRI_YES ||
		    known[0] != 0xff || known[1] != 0xff)
			return false;
		q->ports[0] = q->ports[1] = (uint16_t)(data[0] << 8 | data[1]);
		return true;
	default:
		return false;
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
	q->has_ports = read_ports(r, q);
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

static enum tri ask(struct fw_run *r, const struct xt_set_info *set)
{
	struct need need = { .kind = NEED_IPSET, .ns = r->at->ns, .table = "", .name = "" };
	const struct ipset_answer *a;
	struct ipset_question q;

	_Static_assert(sizeof(q) <= sizeof(need.key), "a question is a key");
	if (!put_question(r, set, &q))
		return run_maybe(r, "the addresses that an ipset is asked about");
	a = ns_ipset_answer(r->ns, &q);
	if (!a) {
		memcpy(need.key, &q, sizeof(q));
		need.key_len = sizeof(q);
		snapshot_need(r->s, &need);
	}
	if (!a || a->error)
		return run_maybe(r, a ? run_text(r, "an ipset, which could not be asked: %s",
						 strerror(-a->error)) : "an ipset");
	return tri_not_if(set->flags & IPSET_INV_MATCH, tri_from(a->found));
}

/* Counters, and elements that say "no match", are asked for in other words. */
static enum tri eval_set(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_set_info_match_v4 *v4 = info;
	const struct xt_set_info_match_v3 *v3 = info;
	uint32_t flags = rev == 4 ? v4->flags : rev == 3 ? v3->flags : 0;
	bool counts = rev == 4 ? v4->packets.op || v4->bytes.op :
		      rev == 3 ? v3->packets.op || v3->bytes.op : false;

	if (counts || flags & IPSET_FLAG_RETURN_NOMATCH || v4->match_set.flags & IPSET_RETURN_NOMATCH)
		return run_maybe(r, "counters or \"nomatch\" elements of an ipset");
	return ask(r, &v4->match_set);
}

static const struct xt_row rows[] = {
	/* name, family, revisions, size, eval, print */
	{ "set", 0, 1, 2, sizeof(struct xt_set_info_match_v1), eval_set, NULL },
	{ "set", 0, 3, 3, sizeof(struct xt_set_info_match_v3), eval_set, NULL },
	{ "set", 0, 4, 4, sizeof(struct xt_set_info_match_v4), eval_set, NULL },
};

const struct xt_rows xt_set_matches = { rows, ARRAY_SIZE(rows) };
