/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nftown - a table of our own for a while, made in one transaction
 *
 * It carries NFT_TABLE_F_OWNER (Linux 5.12): the kernel removes it when the
 * socket by which it came is closed, however this program ends.
 */
#ifndef NFTOWN_H
#define NFTOWN_H

#include "nl.h"
#include "util.h"

/* linux/netfilter.h: netdev's egress (Linux 5.16) */
#define HOOK_NETDEV_EGRESS 1

struct mnl_nlmsg_batch;
struct nftnl_rule;

/* What the names of our tables begin with. */
#define NFTOWN_PREFIX "nsdoctor-"

struct nftown {
	uint8_t family;       /* NFPROTO_* */
	const char *table;
	uint32_t seq;
	bool full;            /* it did not fit */
	struct mnl_nlmsg_batch *b;
	void *buffer;
};

/* Begins with the table; nftown_commit ends it. table must live until then. */
void nftown_begin(struct nftown *o, uint8_t family, const char *table);
/* A filter chain. devs: names, ended by NULL; only with hooks of the netdev family. */
void nftown_chain(struct nftown *o, const char *name, uint32_t hook, int32_t prio, const char **devs);
/* A rule at the end of a chain, to be filled and given to nftown_add_rule. */
struct nftnl_rule *nftown_rule(const struct nftown *o, const char *chain);
void nftown_add_rule(struct nftown *o, struct nftnl_rule *r);
/* Sends all of it. 0, -ENOBUFS where it is too much or the kernel's -errno, and then nothing of it is there. */
int nftown_commit(struct nftown *o, struct nl *nl);

/* Has a table such a name? It may be that of another run. */
static inline bool nftown_is_name(const char *table)
{
	return str_starts(table, NFTOWN_PREFIX);
}

#endif
