/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipsec - IPsec policies that take or refuse a packet (__xfrm_policy_check(), xfrm_lookup(), net/xfrm/xfrm_policy.c) */
#include <linux/xfrm.h>
#include <stdio.h>

#include "faults/groups.h"
#include "faults/say.h"

enum answer { NO, YES, UNKNOWN };

/* Is the packet one that the policy is about, on its way by this interface? */
static enum answer matches(const struct ipsec_policy *p, const struct packet *pkt, int ifindex)
{
	if (p->if_id || (p->family && p->family != pkt->dst.family) || (p->proto && p->proto != proto_number(pkt->proto, pkt->dst.family)) ||
	    (p->ifindex && p->ifindex != ifindex))
		return NO;
	if (p->family && !(prefix_has(&p->src, &pkt->src) && prefix_has(&p->dst, &pkt->dst)))
		return NO;
	/* of an echo these are its type and code */
	if ((p->sport_mask || p->dport_mask) && pkt->proto == PROTO_ICMP)
		return UNKNOWN;
	if ((pkt->dport & p->dport_mask) != (p->dport & p->dport_mask))
		return NO;
	/* ports that the kernel chooses */
	if (p->sport_mask && !pkt->sport)
		return UNKNOWN;
	if ((pkt->sport & p->sport_mask) != (p->sport & p->sport_mask))
		return NO;
	if (pkt->mark_unknown & p->mask)
		return UNKNOWN;
	return (pkt->mark & p->mask) == p->mark ? YES : NO;
}

/* The policy that decides in this direction; the one with the smallest number wins. NULL: none, or it is not known. */
static const struct ipsec_policy *deciding_policy(const struct ns *ns, uint8_t dir, const struct packet *pkt, int ifindex)
{
	const struct ipsec_policy *found = NULL, *doubtful = NULL;

	vec_each(p, &ns->policies) {
		enum answer a = p->dir == dir ? matches(p, pkt, ifindex) : NO;
		/* of equals the older decides, and which that is nobody tells */
		bool unsure = a == UNKNOWN || (a == YES && found && p->priority == found->priority &&
					       (p->blocks != found->blocks || p->transforms != found->transforms));

		if (unsure && (!doubtful || p->priority < doubtful->priority))
			doubtful = p;
		if (a == YES && (!found || p->priority < found->priority))
			found = p;
	}
	return found && doubtful && doubtful->priority <= found->priority ? NULL : found;
}

/*
 * The packet with the addresses that policies are held against: those before it is translated here, whichever way
 * (nf_nat_ipv4_decode_session(), net/netfilter/nf_nat_core.c).
 */
static const struct packet *untranslated(const struct leg *leg)
{
	for (size_t i = 0; i < leg->n_crossings; i++)
		if (!leg->crossings[i].at.bridge && leg->crossings[i].at.hook != HOOK_INGRESS)
			return &leg->crossings[i].pkt;
	return &leg->pkt;
}

static const struct ipsec_policy *policy_of(const struct question *q)
{
	const struct leg *leg = q->leg;
	const struct ns *ns = leg_ns(q);
	const struct ipsec_policy *p;

	switch (leg->kind) {
	case LEG_SEND:
		return deciding_policy(ns, XFRM_POLICY_OUT, untranslated(leg), leg->oif);
	case LEG_FORWARD:
		p = deciding_policy(ns, XFRM_POLICY_FWD, untranslated(leg), leg->iif);
		return p && (p->blocks || p->transforms) ?
			       p : deciding_policy(ns, XFRM_POLICY_OUT, untranslated(leg), leg->oif);
	case LEG_DELIVER:
		return deciding_policy(ns, XFRM_POLICY_IN, untranslated(leg), leg->iif);
	default:
		return NULL;
	}
}

static bool xfrm_drop(const struct question *q, struct finding *f)
{
	static const char *const dirs[] = { [XFRM_POLICY_IN] = "in", [XFRM_POLICY_OUT] = "out", [XFRM_POLICY_FWD] = "fwd" };
	const struct link *l = ns_link(leg_ns(q), q->leg->oif ? q->leg->oif : q->leg->iif);
	const struct ipsec_policy *p;
	char selector[160] = "";

	/* what stays on the loopback is not looked at */
	if (leg_ns(q)->error[COLLECT_POLICY] || !l || l->flags & IFF_LOOPBACK ||
	    (q->ev && q->ev->loss != LOSS_PACKET && q->ev->loss != LOSS_NOT_SENT))
		return false;
	p = policy_of(q);
	if (!p || (!p->blocks && !p->transforms))
		return false;
	if (p->family)
		snprintf(selector, sizeof(selector), " src %s dst %s", prefix_text(&p->src).s, prefix_text(&p->dst).s);
	say(f, q->leg->ns, dirs[p->dir], p->blocks ? "an IPsec policy of %s (%s%s) blocks it" :
						     "an IPsec policy of %s (%s%s) asks for it to be protected",
	    who(q, q->leg->ns).s, dirs[p->dir], selector);
	say_evidence(f, "policy: dir %s%s priority %u, action %s", dirs[p->dir], selector, p->priority,
		     p->blocks ? "block" : "allow, with templates");
	if (p->blocks)
		say_advice(f, "ip xfrm policy delete dir %s%s   # by whom it belongs to", dirs[p->dir], selector);
	else
		say_advice(f, "ip xfrm state   # is there a security association for it, and does it count packets?");
	/* whether there is a state for it is not known here */
	if (!p->blocks)
		f->confidence = POSSIBLE;
	f->mark = p->blocks ? "blocked by IPsec" : "held by IPsec";
	return true;
}

static const struct fault rows[] = {
	{ .code = "xfrm-drop",
	  .legs = LEG_BIT(LEG_SEND) | LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_DELIVER),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = xfrm_drop,
	  .safety = SAFETY_MANUAL,
	  .means = "An IPsec policy takes or refuses it.",
	  .proof = "The policy that matches the packet in its direction, and packets that end there.",
	  .fix = "The policy's owner changes it, or sets the security association up." },
};

const struct fault_group faults_ipsec = {
	.name = "filter: IPsec",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
