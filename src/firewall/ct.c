/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ct - what conntrack would say about the packet's connection, as far as it can be known */
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/eval.h"

#include <linux/netfilter/nf_conntrack_common.h>

/* A new flow has seen no reply, is neither assured nor confirmed. */
uint32_t run_ct_status(const struct fw_run *r, uint32_t *ret_known)
{
	uint32_t status = 0, known = IPS_EXPECTED | IPS_DYING | IPS_TEMPLATE | IPS_SEEN_REPLY;

	if (r->st.ct == CT_VIEW_NEW)
		known |= IPS_ASSURED | IPS_CONFIRMED;
	else if (r->st.ct == CT_VIEW_ESTABLISHED)
		status |= IPS_SEEN_REPLY;
	else
		known = 0;
	if (r->st.nat_known) {
		known |= IPS_SRC_NAT | IPS_DST_NAT;
		status |= (r->st.snat ? IPS_SRC_NAT : 0u) | (r->st.dnat ? IPS_DST_NAT : 0u);
	}
	*ret_known = known;
	return status;
}

/*
 * Where the packet carries that field of the tuple now. As long as nothing was
 * translated every one; else only the source of a first packet before source NAT.
 */
static bool in_packet(const struct fw_run *r, bool of_reply, bool dst, bool *ret_dst)
{
	bool untouched = r->st.nat_known && !r->st.snat && !r->st.dnat;
	bool flip = of_reply != r->pkt->reply;

	if (!untouched && (flip || r->pkt->reply || dst || r->st.snat))
		return false;
	*ret_dst = dst != flip;
	return true;
}

bool run_ct_addr(const struct fw_run *r, bool of_reply, bool dst, struct addr *ret)
{
	return in_packet(r, of_reply, dst, &dst) && headers_addr(&r->st.h, dst, ret);
}

bool run_ct_port(const struct fw_run *r, bool of_reply, bool dst, uint16_t *ret)
{
	return in_packet(r, of_reply, dst, &dst) && headers_port(&r->st.h, dst, ret);
}

/* Ignored for what conntrack has seen already (nft_notrack_eval(), net/netfilter/nft_ct.c). */
void run_notrack(struct fw_run *r)
{
	if (r->st.ct != CT_VIEW_NONE)
		return;
	r->st.ct = CT_VIEW_UNTRACKED;
	r->st.notrack = true;
}

static int writes_ctmark(struct nftnl_expr *e, void *arg)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	if (!name)
		return 0;
	if (streq(name, "ct") && nftnl_expr_is_set(e, NFTNL_EXPR_CT_SREG) &&
	    nftnl_expr_get_u32(e, NFTNL_EXPR_CT_KEY) == NFT_CT_MARK)
		*(bool *)arg = true;
	if (streq(name, "target") && nftnl_expr_is_set(e, NFTNL_EXPR_TG_NAME) &&
	    streq(nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME), "CONNMARK"))
		*(bool *)arg = true;
	return 0;
}

bool run_ctmark_is_zero(struct fw_run *r)
{
	bool written = r->ns->legacy.n || r->ns->error[COLLECT_NFT];

	if (r->ctmark_written >= 0)
		return !r->ctmark_written;
	vec_each(c, &r->ns->chains)
		vec_each(rule, &c->rules) {
			if (!rule->nr)
				written = true;
			else if (!written)
				nftnl_expr_foreach((struct nftnl_rule *)(uintptr_t)rule->nr,
						   writes_ctmark, &written);
		}
	r->ctmark_written = written;
	return !written;
}
