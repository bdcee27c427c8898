/* SPDX-License-Identifier: GPL-2.0-or-later */
/* meta - the meta expression: interfaces, protocols, marks (net/netfilter/nft_meta.c) */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <stdio.h>

#include <linux/if_packet.h>

#include <libnftnl/expr.h>

#include "firewall/decode.h"
#include "firewall/eval.h"

static enum tri meta_set(struct fw_run *r, const struct nftnl_expr *e)
{
	const uint8_t *known, *data;

	if (expr_u32(e, NFTNL_EXPR_META_KEY) != NFT_META_MARK)
		return TRI_YES; /* priority, packet type, trace flag: nothing that we model */
	data = reg_load(r, expr_u32(e, NFTNL_EXPR_META_SREG), sizeof(r->st.mark), &known);
	if (!data)
		return run_maybe(r, "a mark that cannot be decoded");
	memcpy(&r->st.mark, data, sizeof(r->st.mark));
	memcpy(&r->st.mark_known, known, sizeof(r->st.mark_known));
	return TRI_YES;
}

static enum tri meta_unknown(struct fw_run *r, uint32_t dreg, size_t len, const char *why)
{
	reg_store_partly(r, dreg, NULL, NULL, len, why);
	return TRI_YES;
}

/* nft_meta_store_ifname(): no interface is the empty name. */
void run_ifname(struct fw_run *r, uint32_t dreg, int ifindex)
{
	const struct link *l = ifindex ? ns_link(r->ns, ifindex) : NULL;
	char name[IFNAMSIZ] = { 0 };

	if (ifindex && !l) {
		reg_store_partly(r, dreg, NULL, NULL, sizeof(name),
				 "the name of an unknown interface");
		return;
	}
	if (l)
		memcpy(name, l->name, strnlen(l->name, sizeof(l->name) - 1));
	reg_store(r, dreg, name, sizeof(name));
}

static enum tri meta_kind(struct fw_run *r, uint32_t dreg, int ifindex)
{
	const struct link *l = ifindex ? ns_link(r->ns, ifindex) : NULL;
	char kind[IFNAMSIZ] = { 0 };

	if (!ifindex || (l && !l->kind[0]))
		return TRI_NO;
	if (l)
		memcpy(kind, l->kind, strnlen(l->kind, sizeof(kind) - 1));
	if (l)
		reg_store(r, dreg, kind, sizeof(kind));
	else
		reg_store_partly(r, dreg, NULL, NULL, sizeof(kind),
				 "the kind of an unknown interface");
	return TRI_YES;
}

static enum tri meta_iftype(struct fw_run *r, uint32_t dreg, int ifindex)
{
	const struct link *l = ifindex ? ns_link(r->ns, ifindex) : NULL;

	if (!ifindex)
		return TRI_NO;
	if (l)
		reg_store_u16(r, dreg, l->type);
	else
		reg_store_partly(r, dreg, NULL, NULL, 2, "the type of an unknown interface");
	return TRI_YES;
}

/*
 * That of the incoming device, but since Linux 6.18 of the one where the packet is: the outgoing one behind the routing
 * decision, and already while a bridge forwards it.
 */
static enum tri meta_iiftype(struct fw_run *r, uint32_t dreg, int iif, int oif)
{
	const struct fw_place *at = r->at;
	bool gone = at->hook == HOOK_POSTROUTING || at->hook == HOOK_EGRESS ||
		    (at->bridge && (at->hook == HOOK_FORWARD || at->hook == HOOK_OUTPUT));
	const struct link *in = iif ? ns_link(r->ns, iif) : NULL;
	const struct link *out = oif ? ns_link(r->ns, oif) : NULL;

	if (!gone || (in && out && in->type == out->type))
		return meta_iftype(r, dreg, iif);
	return meta_unknown(r, dreg, 2, "whose type meta iiftype is, which kernels do not agree about");
}

/* The bridge of a port; only the bridge family has it (net/bridge/netfilter/nft_meta_bridge.c). */
static enum tri meta_bridge(struct fw_run *r, uint32_t dreg, int port)
{
	const struct link *l = port ? ns_link(r->ns, port) : NULL;

	if (!l || !l->master)
		return TRI_NO;
	run_ifname(r, dreg, l->master);
	return TRI_YES;
}

/* A routed or delivered packet was addressed to us; what a bridge forwards need not be. */
static enum tri meta_pkttype(struct fw_run *r, uint32_t dreg)
{
	if (r->at->bridge || r->at->hook == HOOK_INGRESS || r->at->hook == HOOK_EGRESS)
		return meta_unknown(r, dreg, 1, "meta pkttype");
	reg_store_u8(r, dreg, PACKET_HOST);
	return TRI_YES;
}

/* Forwarded packets have no socket, then the rule ends (nft_meta_get_eval_skugid()). */
static enum tri meta_socket(struct fw_run *r, uint32_t dreg, const char *why)
{
	if (r->at->hook == HOOK_FORWARD || r->at->hook == HOOK_PREROUTING ||
	    (r->at->hook == HOOK_POSTROUTING && r->at->iif))
		return TRI_NO;
	return meta_unknown(r, dreg, 4, why);
}

static enum tri meta_get(struct fw_run *r, uint32_t key, uint32_t dreg)
{
	int iif = run_iif(r), oif = run_oif(r);

	switch (key) {
	case NFT_META_LEN:
		if (!r->st.h.size || r->at->hook == HOOK_EGRESS)
			return meta_unknown(r, dreg, 4, "the packet's length");
		reg_store_u32(r, dreg, r->st.h.size);
		return TRI_YES;
	case NFT_META_PROTOCOL:
		reg_store_u16(r, dreg, htons(headers_ethertype(&r->st.h)));
		return TRI_YES;
	case NFT_META_NFPROTO:
		reg_store_u8(r, dreg, r->pf);
		return TRI_YES;
	case NFT_META_L4PROTO:
		if (r->st.h.arp)
			return TRI_NO;
		reg_store_u8(r, dreg, r->st.h.l4proto);
		return TRI_YES;
	case NFT_META_MARK:
		reg_store_partly(r, dreg, &r->st.mark, &r->st.mark_known, 4, "the packet's mark");
		return TRI_YES;
	case NFT_META_IIF:
		reg_store_u32(r, dreg, (uint32_t)iif);
		return TRI_YES;
	case NFT_META_OIF:
		reg_store_u32(r, dreg, (uint32_t)oif);
		return TRI_YES;
	case NFT_META_IIFNAME:
		run_ifname(r, dreg, iif);
		return TRI_YES;
	case NFT_META_OIFNAME:
		run_ifname(r, dreg, oif);
		return TRI_YES;
	case NFT_META_IIFTYPE:
		return meta_iiftype(r, dreg, iif, oif);
	case NFT_META_OIFTYPE:
		return meta_iftype(r, dreg, oif);
	case NFT_META_IIFKIND:
		return meta_kind(r, dreg, iif);
	case NFT_META_OIFKIND:
		return meta_kind(r, dreg, oif);
	case NFT_META_BRI_IIFNAME:
		return meta_bridge(r, dreg, iif);
	case NFT_META_BRI_OIFNAME:
		return meta_bridge(r, dreg, oif);
	case NFT_META_PKTTYPE:
		return meta_pkttype(r, dreg);
	case NFT_META_SKUID:
		return meta_socket(r, dreg, "meta skuid");
	case NFT_META_SKGID:
		return meta_socket(r, dreg, "meta skgid");
	case NFT_META_CGROUP:
		return meta_socket(r, dreg, "meta cgroup");
	case NFT_META_IIFGROUP:
		return iif ? meta_unknown(r, dreg, 4, "meta iifgroup") : TRI_NO;
	case NFT_META_OIFGROUP:
		return oif ? meta_unknown(r, dreg, 4, "meta oifgroup") : TRI_NO;
	case NFT_META_TIME_NS:
	case NFT_META_TIME_DAY:
	case NFT_META_TIME_HOUR:
		return meta_unknown(r, dreg,
				    key == NFT_META_TIME_NS    ? 8
				    : key == NFT_META_TIME_DAY ? 1
							       : 4,
				    "the time of day");
	case NFT_META_PRANDOM:
		return meta_unknown(r, dreg, 4, "a random number");
	case NFT_META_SECPATH:
		return meta_unknown(r, dreg, 1, "meta ipsec");
	default:
		return meta_unknown(r, dreg, 16, "a meta value that is not modelled");
	}
}

enum tri expr_meta(struct fw_run *r, const struct nftnl_expr *e)
{
	if (nftnl_expr_is_set(e, NFTNL_EXPR_META_SREG))
		return meta_set(r, e);
	return meta_get(r, expr_u32(e, NFTNL_EXPR_META_KEY), expr_u32(e, NFTNL_EXPR_META_DREG));
}
