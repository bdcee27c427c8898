/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nft - the messages of nf_tables, for those who ask for them (collect/nftread.c) */
#ifndef COLLECT_NFT_H
#define COLLECT_NFT_H

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "model.h"

/* A message's number on the wire. */
#define NFT_TYPE(message) ((uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | (message)))

/* Where chains are listed in part, so many can be needed beside the base chains. */
#define NFT_CHAINS_MORE 2048

/*
 * Reads one message into ns, as struct collector has it. Rules join their
 * chain, elements their set; the order is that of the messages.
 */
int nft_parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw);

struct nftnl_set;

/*
 * Reads a message about one element into a set of its own, which the snapshot
 * keeps. 0, -EBADMSG or, of a newer kernel, -EOPNOTSUPP.
 */
int nft_parse_element(struct snapshot *s, const struct nlmsghdr *nlh, struct nftnl_set **ret);

#endif
