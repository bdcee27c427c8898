/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ipset - asks ipsets about packets, one at a time (NEED_IPSET) */
#ifndef COLLECT_IPSET_H
#define COLLECT_IPSET_H

#include "collect/collector.h"
#include "nl.h"

/*
 * Asks, where the snapshot has no answer yet, and keeps the answer in it, also
 * one that nobody can give. nl: NETLINK_NETFILTER, in the namespace; error: 0,
 * or the -errno for which there is no such socket.
 */
void ipset_ask(struct collecting *c, struct nl *nl, int error, const struct ipset_question *q);

/*
 * Learns the names of the sets that the chain's rules ask and that are not known
 * yet; one that cannot be read stays unknown. Names are kept as messages of this
 * kind. nl: as above; where it is NULL it is opened, if need be, in the thread's namespace.
 */
void ipset_names(struct collecting *c, enum collect_kind kind, struct nl **nl,
		 const struct nft_chain *chain);

/* Answers are kept as messages of COLLECT_NFT; is it one of them? */
bool ipset_is_answer(const struct nlmsghdr *nlh);
int ipset_parse(struct ns *ns, const struct nlmsghdr *nlh);

bool ipset_is_name(const struct nlmsghdr *nlh);
int ipset_parse_name(ipset_name_list *names, const struct nlmsghdr *nlh);

#endif
