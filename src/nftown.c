/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nftown.h"

#include <errno.h>
#include <stdio.h> /* libnftnl's headers want FILE */

#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter/nf_tables.h>

#define BATCH_SIZE 131072

#ifndef NFT_TABLE_F_OWNER
#define NFT_TABLE_F_OWNER 2
#endif

static struct nlmsghdr *put(struct nftown *o, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(mnl_nlmsg_batch_current(o->b), type, o->family,
				     NLM_F_CREATE | flags, o->seq++);
}

/* What does not fit lies behind the limit, where each message overwrites the one before. */
static void next(struct nftown *o)
{
	if (!mnl_nlmsg_batch_next(o->b))
		o->full = true;
}

void nftown_begin(struct nftown *o, uint8_t family, const char *table)
{
	struct nftnl_table *t = nftnl_table_alloc();

	*o = (struct nftown){ .family = family, .table = table, .buffer = xcalloc(BATCH_SIZE, 2) };
	o->b = mnl_nlmsg_batch_start(o->buffer, BATCH_SIZE);
	nftnl_batch_begin(mnl_nlmsg_batch_current(o->b), o->seq++);
	next(o);
	nftnl_table_set_str(t, NFTNL_TABLE_NAME, table);
	nftnl_table_set_u32(t, NFTNL_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	nftnl_table_nlmsg_build_payload(put(o, NFT_MSG_NEWTABLE, 0), t);
	nftnl_table_free(t);
	next(o);
}

void nftown_chain(struct nftown *o, const char *name, uint32_t hook, int32_t prio, const char **devs)
{
	struct nftnl_chain *c = nftnl_chain_alloc();

	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, o->table);
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name);
	nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, "filter");
	nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, hook);
	nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, prio);
	if (devs)
		nftnl_chain_set_array(c, NFTNL_CHAIN_DEVICES, devs);
	nftnl_chain_nlmsg_build_payload(put(o, NFT_MSG_NEWCHAIN, 0), c);
	nftnl_chain_free(c);
	next(o);
}

struct nftnl_rule *nftown_rule(const struct nftown *o, const char *chain)
{
	struct nftnl_rule *r = nftnl_rule_alloc();

	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, o->table);
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, chain);
	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, o->family);
	return r;
}

void nftown_add_rule(struct nftown *o, struct nftnl_rule *r)
{
	nftnl_rule_nlmsg_build_payload(put(o, NFT_MSG_NEWRULE, NLM_F_APPEND), r);
	nftnl_rule_free(r);
	next(o);
}

int nftown_commit(struct nftown *o, struct nl *nl)
{
	int r;

	nftnl_batch_end(mnl_nlmsg_batch_current(o->b), o->seq++);
	next(o);
	r = o->full ? -ENOBUFS :
		      nl_batch(nl, mnl_nlmsg_batch_head(o->b), mnl_nlmsg_batch_size(o->b), NULL, NULL);
	mnl_nlmsg_batch_stop(o->b);
	free(o->buffer);
	o->buffer = NULL;
	return r;
}
