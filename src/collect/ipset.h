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

/* Answers are kept as messages of COLLECT_NFT; is it one of them? */
bool ipset_is_answer(const struct nlmsghdr *nlh);
int ipset_parse(struct ns *ns, const struct nlmsghdr *nlh);

#endif
