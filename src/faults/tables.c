/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tables - the kernel's tables that are full: of neighbours, and of connections */
#include <linux/neighbour.h>

#include "faults/groups.h"
#include "faults/say.h"

static bool is_full(const struct table_use *t)
{
	return t->limit && t->used >= t->limit;
}

/* Such limits are the whole machine's, whichever namespace comes to them. */
static void say_larger(const struct question *q, struct finding *f, const char *sysctl, const struct table_use *t)
{
	struct op *op = say_op(f, OP_SYSCTL, NS_HOST, 0);

	op->sysctl = snapshot_intern(q->s, sysctl);
	op->old = (int)t->limit;
	op->value = t->limit < INT32_MAX / 2 ? (int)t->limit * 2 : INT32_MAX;
	/* since when nobody says */
	if (t->refused)
		say_evidence(f, "%llu were refused so far", (unsigned long long)t->refused);
	f->confidence = t->refused ? LIKELY : POSSIBLE;
}

/* --- neighbour-table-full --- */

static bool neighbour_table_full(const struct question *q, struct finding *f)
{
	const bool ipv6 = q->leg->nexthop.family == AF_INET6;
	const struct table_use *t = ipv6 ? &leg_ns(q)->neighbours6_use : &leg_ns(q)->neighbours_use;
	const struct neigh *n;

	if (q->leg->segment != (int)q->index || !is_full(t) || leg_ns(q)->error[COLLECT_TABLE])
		return false;
	/* it has a place already */
	n = ns_neigh(leg_ns(q), q->leg->oif, &q->leg->nexthop);
	if (n && n->mac_len)
		return false;
	say(f, NS_HOST, ipv6 ? "net.ipv6.neigh.default.gc_thresh3" : "net.ipv4.neigh.default.gc_thresh3",
	    "the neighbour table has no room for %s: %u of %u entries are taken, of this host and all its namespaces",
	    addr_text(&q->leg->nexthop).s, t->used, t->limit);
	say_evidence(f, "gc_thresh3 is %u, and there are %u entries", t->limit, t->used);
	say_larger(q, f, f->object, t);
	f->mark = "no room for a neighbour";
	return true;
}

/* --- conntrack-full --- */

static bool conntrack_full(const struct question *q, struct finding *f)
{
	const struct table_use *t = &leg_ns(q)->connections_use;

	if (q->leg->dir != DIR_REQUEST || !is_full(t) || leg_ns(q)->error[COLLECT_TABLE] ||
	    (q->ev->loss != LOSS_PACKET && q->ev->loss != LOSS_NOT_SENT))
		return false;
	say(f, q->leg->ns, "net.netfilter.nf_conntrack_max",
	    "the conntrack table of %s is full: %u of %u connections, and new ones are dropped", who(q, q->leg->ns).s,
	    t->used, t->limit);
	say_evidence(f, "nf_conntrack_count is %u, nf_conntrack_max %u", t->used, t->limit);
	say_larger(q, f, f->object, t);
	f->mark = "no room to track it";
	return true;
}

static const struct fault rows[] = {
	{ .code = "neighbour-table-full",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_FORWARD),
	  .ask = ASK_LAST,
	  .match = neighbour_table_full,
	  .safety = SAFETY_CONSENT,
	  .means = "The neighbour table is full (gc_thresh3), on the whole host.",
	  .proof = "The table's counters, packets that end where the next hop would be asked for, and nothing else that "
		   "explains it.",
	  .fix = "sysctl -w net.ipv4.neigh.default.gc_thresh3=N; gc_thresh1 and 2 with it." },
	{ .code = "conntrack-full",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_DELIVER),
	  .ask = ASK_LAST,
	  .match = conntrack_full,
	  .safety = SAFETY_CONSENT,
	  .means = "The conntrack table is full, so that packets of new connections are dropped.",
	  .proof = "Its size, its limit and its counter, packets that end there, and nothing else that explains it.",
	  .fix = "sysctl -w net.netfilter.nf_conntrack_max=N." },
};

const struct fault_group faults_tables = {
	.name = "tables of the kernel",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
