/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nd - do rules drop what finds a next hop: the neighbour solicitation or ARP request, or what answers it?
 *
 * ARP is seen by rules of arp, bridge and netdev only, ND by all of ip6 and inet, too: it goes through INPUT and OUTPUT as any packet does,
 * untracked (nf_conntrack_icmpv6_error(), net/netfilter/nf_conntrack_proto_icmpv6.c). The kernel's rule trace of the
 * probe says nothing of it.
 */
#ifndef ND_H
#define ND_H

#include "fault.h"

struct nd_drop {
	struct fw_place at;
	struct packet pkt;       /* the solicitation or advertisement, ARP request or reply */
	struct fw_result res;    /* FW_DROP, with its base chain */
	struct addr target;      /* whose MAC is asked for */
};

/*
 * The first place on q's leg at which the model has the solicitation for the leg's next hop dropped, or the
 * advertisement that answers it. False too where the packet does not wait for one: the neighbour is known, or, with
 * evidence, it was resolved.
 */
bool nd_drop_on(const struct question *q, struct nd_drop *ret);

/* The same for the answer alone: it may be dropped where the solicitation is, too. */
bool nd_answer_drop_on(const struct question *q, struct nd_drop *ret);

/*
 * On a leg outside that brought no answer: somebody there was seen to ask for an address of this host by ND, nothing was
 * answered, and the model has the solicitation dropped as it comes in, or the advertisement as it leaves.
 */
bool nd_drop_outside(const struct question *q, struct nd_drop *ret);

/* Was the question for the next hop's MAC address answered, or lost by a rule or traffic control, which say so? */
bool nd_answer_lost(const struct question *q);

/* "neighbour solicitations", "neighbour advertisements", "ARP requests", "ARP replies" */
const char *nd_name(const struct packet *pkt);

#endif
