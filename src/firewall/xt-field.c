/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-field - the match extensions that read header fields: what each says of a packet, how
 * iptables -S prints it
 *
 * After net/netfilter/xt_*.c and net/ipv6/netfilter/ip6t_*.c; printing after
 * extensions/lib*t_*.c of iptables 1.8.9.
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <stdio.h>

#include "firewall/xt-print.h"

#include <linux/netfilter/xt_dccp.h>
#include <linux/netfilter/xt_dscp.h>
#include <linux/netfilter/xt_ecn.h>
#include <linux/netfilter/xt_esp.h>
#include <linux/netfilter/xt_length.h>
#include <linux/netfilter/xt_mac.h>
#include <linux/netfilter/xt_tcpmss.h>
#include <linux/netfilter/xt_u32.h>
#include <linux/netfilter_ipv4/ipt_ah.h>
#include <linux/netfilter_ipv4/ipt_ttl.h>
#include <linux/netfilter_ipv6/ip6t_ah.h>
#include <linux/netfilter_ipv6/ip6t_frag.h>
#include <linux/netfilter_ipv6/ip6t_ipv6header.h>
#include <linux/netfilter_ipv6/ip6t_mh.h>
#include <linux/netfilter_ipv6/ip6t_opts.h>
#include <linux/netfilter_ipv6/ip6t_rt.h>

#ifndef IPPROTO_MH
#define IPPROTO_MH 135
#endif

static enum tri eval_length(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_length_info *i = info;

	if (!r->st.h.size)
		return run_maybe(r, "the packet's length");
	return tri_from((r->st.h.size >= i->min && r->st.h.size <= i->max) != !!i->invert);
}

static void print_length(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_length_info *i = info;

	xt_print_not(b, i->invert);
	strbuf_printf(b, " --length %u", i->min);
	if (i->min != i->max)
		strbuf_printf(b, ":%u", i->max);
}

/* --- header fields --------------------------------------------------------- */

/* One byte of the network header that spans two in IPv6: the traffic class. */
static enum tri service_is(struct fw_run *r, uint8_t value, uint8_t mask, bool invert)
{
	uint8_t tos, known;
	enum tri t;

	headers_service(&r->st.h, &tos, &known);
	tos &= mask;
	known |= (uint8_t)~mask;
	t = tri_not_if(invert, bytes_equal(&tos, &known, &value, 1));
	return t == TRI_MAYBE ? run_maybe(r, "the type of service") : t;
}

static enum tri eval_dscp(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_dscp_info *i = info;

	return service_is(r, (uint8_t)(i->dscp << XT_DSCP_SHIFT), XT_DSCP_MASK, i->invert);
}

static void print_dscp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_dscp_info *i = info;

	xt_print_not(b, i->invert);
	strbuf_printf(b, " --dscp 0x%02x", i->dscp);
}

static enum tri eval_tos(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_tos_match_info *i = info;

	return service_is(r, i->tos_value, i->tos_mask, i->invert);
}

static void print_tos(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tos_match_info *i = info;

	xt_print_not(b, i->invert);
	strbuf_printf(b, " --tos 0x%02x/0x%02x", i->tos_value, i->tos_mask);
}

/* ttl and hl have the same struct and modes. */
static enum tri eval_ttl(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct ipt_ttl_info *i = info;
	uint8_t ttl, known;

	headers_read(&r->st.h, HEADER_NETWORK, r->st.h.family == AF_INET6 ? 7 : 8, 1, &ttl, &known);
	if (known != 0xff)
		return run_maybe(r, "the packet's time to live");
	switch (i->mode) {
	case IPT_TTL_EQ:
		return tri_from(ttl == i->ttl);
	case IPT_TTL_NE:
		return tri_from(ttl != i->ttl);
	case IPT_TTL_LT:
		return tri_from(ttl < i->ttl);
	case IPT_TTL_GT:
		return tri_from(ttl > i->ttl);
	default:
		return TRI_NO;
	}
}

static void print_ttl(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const modes[] = { "eq", "eq", "lt", "gt" };
	const struct ipt_ttl_info *i = info;

	xt_print_not(b, i->mode == IPT_TTL_NE);
	if (i->mode < ARRAY_SIZE(modes))
		strbuf_printf(b, " --%s-%s %u", x->family == AF_INET6 ? "hl" : "ttl", modes[i->mode],
			      i->ttl);
}

/* Only Ethernet interfaces have one (net/netfilter/xt_mac.c). */
static enum tri eval_mac(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_mac_info *i = info;
	const struct link *in = ns_link(r->ns, r->at->iif);
	uint8_t data[ETH_ALEN], known[ETH_ALEN];
	enum tri t;

	if (!r->at->iif || (in && in->type != ARPHRD_ETHER))
		return TRI_NO;
	t = headers_read(&r->st.h, HEADER_LINK, ETH_ALEN, ETH_ALEN, data, known);
	if (t == TRI_YES)
		t = tri_not_if(i->invert, bytes_equal(data, known, i->srcaddr, ETH_ALEN));
	return t == TRI_MAYBE ? run_maybe(r, "a link-layer address") : t;
}

static void print_mac(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_mac_info *i = info;

	xt_print_not(b, i->invert);
	strbuf_puts(b, " --mac-source");
	for (int k = 0; k < ETH_ALEN; k++)
		strbuf_printf(b, "%c%02x", k ? ':' : ' ', i->srcaddr[k]);
}

/* The two bits beside the DSCP, and TCP's part of it. */
static enum tri eval_ecn(struct fw_run *r, const void *info, uint32_t rev)
{
	static const struct {
		uint8_t op, flag;
	} bits[] = { { XT_ECN_OP_MATCH_ECE, 0x40 }, { XT_ECN_OP_MATCH_CWR, 0x80 } };
	const struct xt_ecn_info *i = info;
	uint8_t flags, known;
	enum tri t = TRI_YES;

	if (i->operation & XT_ECN_OP_MATCH_IP)
		t = service_is(r, i->ip_ect, (uint8_t)XT_ECN_IP_MASK,
			       i->invert & XT_ECN_OP_MATCH_IP);
	if (!(i->operation & (XT_ECN_OP_MATCH_ECE | XT_ECN_OP_MATCH_CWR)))
		return t;
	if (r->st.h.l4proto != IPPROTO_TCP)
		return TRI_NO;
	headers_read(&r->st.h, HEADER_TRANSPORT, 13, 1, &flags, &known);
	for (size_t k = 0; k < ARRAY_SIZE(bits); k++) {
		if (!(i->operation & bits[k].op))
			continue;
		if (!(known & bits[k].flag))
			t = tri_and(t, run_maybe(r, "TCP flags"));
		else if (!(flags & bits[k].flag) != !!(i->invert & bits[k].op))
			return TRI_NO;
	}
	return t;
}

static void print_ecn(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_ecn_info *i = info;

	if (i->operation & XT_ECN_OP_MATCH_ECE) {
		xt_print_not(b, i->invert & XT_ECN_OP_MATCH_ECE);
		strbuf_puts(b, " --ecn-tcp-ece");
	}
	if (i->operation & XT_ECN_OP_MATCH_CWR) {
		xt_print_not(b, i->invert & XT_ECN_OP_MATCH_CWR);
		strbuf_puts(b, " --ecn-tcp-cwr");
	}
	if (i->operation & XT_ECN_OP_MATCH_IP) {
		xt_print_not(b, i->invert & XT_ECN_OP_MATCH_IP);
		strbuf_printf(b, " --ecn-ip-ect %u", i->ip_ect);
	}
}

/* --- u32 ------------------------------------------------------------------- */

/* A number of 32 bits at an offset into the packet, where the packet has it. */
struct word {
	uint32_t value, known;
	enum tri there;
};

static struct word load_word(const struct fw_run *r, uint64_t at)
{
	uint8_t data[4] = { 0 }, known[4] = { 0 };
	struct word w;

	w.there = at > 0xffff ? TRI_NO :
		  headers_read(&r->st.h, HEADER_NETWORK, (size_t)at, 4, data, known);
	w.value = (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 |
		  data[3];
	w.known = (uint32_t)known[0] << 24 | (uint32_t)known[1] << 16 | (uint32_t)known[2] << 8 |
		  known[3];
	return w;
}

/* The locations of one test, after u32_match_it() (net/netfilter/xt_u32.c). */
static struct word u32_value(const struct fw_run *r, const struct xt_u32_test *t)
{
	struct word w = load_word(r, t->location[0].number);
	uint64_t at = 0;

	for (unsigned int k = 1; k < t->nnums && k <= XT_U32_MAXSIZE && w.there == TRI_YES; k++) {
		uint32_t n = t->location[k].number;

		switch (t->location[k].nextop) {
		case XT_U32_AND:
			w.value &= n;
			w.known |= ~n;
			break;
		case XT_U32_LEFTSH:
			w.value = n < 32 ? w.value << n : 0;
			w.known = n < 32 ? w.known << n | ((1u << n) - 1) : ~0u;
			break;
		case XT_U32_RIGHTSH:
			w.value = n < 32 ? w.value >> n : 0;
			w.known = n < 32 ? w.known >> n | ~(~0u >> n) : ~0u;
			break;
		case XT_U32_AT:
			if (~w.known) {
				w.there = TRI_MAYBE;
				break;
			}
			at += w.value;
			w = load_word(r, at + n);
			break;
		default:
			w.there = TRI_MAYBE;
		}
	}
	return w;
}

static enum tri u32_test(const struct fw_run *r, const struct xt_u32_test *t)
{
	struct word w = u32_value(r, t);
	uint32_t low = w.value & w.known, high = low | ~w.known;
	enum tri match = TRI_NO;

	if (w.there != TRI_YES)
		return w.there;
	for (unsigned int k = 0; k < t->nvalues && k <= XT_U32_MAXSIZE; k++) {
		if (low >= t->value[k].min && high <= t->value[k].max)
			return TRI_YES;
		if (high >= t->value[k].min && low <= t->value[k].max)
			match = TRI_MAYBE;
	}
	return match;
}

static enum tri eval_u32(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_u32 *i = info;
	enum tri match = TRI_YES;

	for (unsigned int k = 0; k < i->ntests && k <= XT_U32_MAXSIZE; k++)
		match = tri_and(match, u32_test(r, &i->tests[k]));
	return match == TRI_MAYBE ? run_maybe(r, "xt match \"u32\"") :
				    tri_not_if(i->invert, match);
}

static void print_u32(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const ops[] = { "&", "<<", ">>", "@" };
	const struct xt_u32 *i = info;

	xt_print_not(b, i->invert);
	strbuf_puts(b, " --u32 \"");
	for (unsigned int k = 0; k < i->ntests && k <= XT_U32_MAXSIZE; k++) {
		const struct xt_u32_test *t = &i->tests[k];

		strbuf_printf(b, "%s0x%x", k ? "&&" : "", t->location[0].number);
		for (unsigned int n = 1; n < t->nnums && n <= XT_U32_MAXSIZE; n++)
			strbuf_printf(b, "%s0x%x", ops[t->location[n].nextop & 3],
				      t->location[n].number);
		strbuf_putc(b, '=');
		for (unsigned int n = 0; n < t->nvalues && n <= XT_U32_MAXSIZE; n++) {
			strbuf_printf(b, "%s0x%x", n ? "," : "", t->value[n].min);
			if (t->value[n].min != t->value[n].max)
				strbuf_printf(b, ":0x%x", t->value[n].max);
		}
	}
	strbuf_putc(b, '"');
}

/* --- protocols and headers that no probe has ------------------------------- */

enum tri xt_eval_other_proto(struct fw_run *r, uint8_t proto)
{
	return r->st.h.l4proto == proto ? run_maybe(r, "a header that is not modelled") : TRI_NO;
}

static enum tri eval_esp(struct fw_run *r, const void *info, uint32_t rev)
{
	return xt_eval_other_proto(r, IPPROTO_ESP);
}

static enum tri eval_ah(struct fw_run *r, const void *info, uint32_t rev)
{
	return xt_eval_other_proto(r, IPPROTO_AH);
}

static enum tri eval_dccp(struct fw_run *r, const void *info, uint32_t rev)
{
	return xt_eval_other_proto(r, IPPROTO_DCCP);
}

static enum tri eval_mh(struct fw_run *r, const void *info, uint32_t rev)
{
	return xt_eval_other_proto(r, IPPROTO_MH);
}

/* No probe has IPv6 extension headers (ipv6_find_hdr() finds none). */
static enum tri eval_no_header(struct fw_run *r, const void *info, uint32_t rev)
{
	return TRI_NO;
}

/* All that there is is the transport protocol (ipv6header_mt6()). */
static enum tri eval_ipv6header(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct ip6t_ipv6header_info *i = info;
	uint8_t have = MASK_PROTO;

	if (i->modeflag)
		return tri_from(!((have ^ i->matchflags ^ i->invflags) & i->matchflags));
	return tri_from((have == i->matchflags) != !!i->invflags);
}

static void print_ipv6header(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct xt_bit_name names[] = {
		{ MASK_HOPOPTS, "hop-by-hop" }, { MASK_DSTOPTS, "ipv6-opts" },
		{ MASK_ROUTING, "ipv6-route" }, { MASK_FRAGMENT, "ipv6-frag" }, { MASK_AH, "ah" },
		{ MASK_ESP, "esp" }, { MASK_NONE, "ipv6-nonxt" }, { MASK_PROTO, "protocol" },
	};
	const struct ip6t_ipv6header_info *i = info;

	xt_print_not(b, i->invflags);
	strbuf_puts(b, " --header");
	xt_print_bits(b, i->matchflags, names, ARRAY_SIZE(names));
	if (i->modeflag)
		strbuf_puts(b, " --soft");
}

static void print_esp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_esp *i = info;

	xt_print_span(b, "--espspi", i->spis[0], i->spis[1], UINT32_MAX, i->invflags);
}

static void print_ah(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ipt_ah *i = info;

	xt_print_span(b, "--ahspi", i->spis[0], i->spis[1], UINT32_MAX, i->invflags);
}

static void print_ah6(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ip6t_ah *i = info;

	xt_print_span(b, "--ahspi", i->spis[0], i->spis[1], UINT32_MAX, i->invflags & IP6T_AH_INV_SPI);
	if (i->hdrlen) {
		xt_print_not(b, i->invflags & IP6T_AH_INV_LEN);
		strbuf_printf(b, " --ahlen %u", i->hdrlen);
	}
	if (i->hdrres)
		strbuf_puts(b, " --ahres");
}

static void print_dccp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct xt_bit_name types[] = {
		{ 1 << 0, "REQUEST" }, { 1 << 1, "RESPONSE" }, { 1 << 2, "DATA" }, { 1 << 3, "ACK" },
		{ 1 << 4, "DATAACK" }, { 1 << 5, "CLOSEREQ" }, { 1 << 6, "CLOSE" }, { 1 << 7, "RESET" },
		{ 1 << 8, "SYNC" }, { 1 << 9, "SYNCACK" }, { 1 << 15, "INVALID" },
	};
	const struct xt_dccp_info *i = info;

	if (i->flags & XT_DCCP_SRC_PORTS)
		xt_print_span(b, "--sport", i->spts[0], i->spts[1], 0xffff, i->invflags & XT_DCCP_SRC_PORTS);
	if (i->flags & XT_DCCP_DEST_PORTS)
		xt_print_span(b, "--dport", i->dpts[0], i->dpts[1], 0xffff, i->invflags & XT_DCCP_DEST_PORTS);
	if (i->flags & XT_DCCP_TYPE) {
		xt_print_not(b, i->invflags & XT_DCCP_TYPE);
		strbuf_puts(b, " --dccp-types");
		xt_print_bits(b, i->typemask, types, ARRAY_SIZE(types));
	}
	if (i->flags & XT_DCCP_OPTION) {
		xt_print_not(b, i->invflags & XT_DCCP_OPTION);
		strbuf_printf(b, " --dccp-option %u", i->option);
	}
}

static void print_mh(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ip6t_mh *i = info;

	xt_print_span(b, "--mh-type", i->types[0], i->types[1], 0xff, i->invflags & IP6T_MH_INV_TYPE);
}

static void print_frag(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct xt_bit_name flags[] = {
		{ IP6T_FRAG_RES, "--fragres" }, { IP6T_FRAG_FST, "--fragfirst" },
		{ IP6T_FRAG_MF, "--fragmore" }, { IP6T_FRAG_NMF, "--fraglast" },
	};
	const struct ip6t_frag *i = info;

	xt_print_span(b, "--fragid", i->ids[0], i->ids[1], UINT32_MAX, i->invflags & IP6T_FRAG_INV_IDS);
	if (i->flags & IP6T_FRAG_LEN) {
		xt_print_not(b, i->invflags & IP6T_FRAG_INV_LEN);
		strbuf_printf(b, " --fraglen %u", i->hdrlen);
	}
	for (size_t k = 0; k < ARRAY_SIZE(flags); k++)
		if (i->flags & flags[k].bit)
			strbuf_printf(b, " %s", flags[k].name);
}

/* "hbh" and "dst" are told the same: options by type and, where it is not 0xff, length. */
static void print_opts(struct strbuf *b, const struct ip6t_opts *i, const char *name)
{
	if (i->flags & IP6T_OPTS_LEN) {
		xt_print_not(b, i->invflags & IP6T_OPTS_INV_LEN);
		strbuf_printf(b, " --%s-len %u", name, i->hdrlen);
	}
	if (!(i->flags & IP6T_OPTS_OPTS))
		return;
	strbuf_printf(b, " --%s-opts", name);
	for (size_t k = 0; k < i->optsnr && k < ARRAY_SIZE(i->opts); k++) {
		strbuf_printf(b, "%c%u", k ? ',' : ' ', i->opts[k] >> 8);
		if ((i->opts[k] & 0xff) != 0xff)
			strbuf_printf(b, ":%u", i->opts[k] & 0xff);
	}
}

static void print_hbh(struct strbuf *b, const void *info, const struct xt_context *x)
{
	print_opts(b, info, "hbh");
}

static void print_dst(struct strbuf *b, const void *info, const struct xt_context *x)
{
	print_opts(b, info, "dst");
}

static void print_rt(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ip6t_rt *i = info;

	if (i->flags & IP6T_RT_TYP) {
		xt_print_not(b, i->invflags & IP6T_RT_INV_TYP);
		strbuf_printf(b, " --rt-type %u", i->rt_type);
	}
	xt_print_span(b, "--rt-segsleft", i->segsleft[0], i->segsleft[1], UINT32_MAX,
		      i->invflags & IP6T_RT_INV_SGS);
	if (i->flags & IP6T_RT_LEN) {
		xt_print_not(b, i->invflags & IP6T_RT_INV_LEN);
		strbuf_printf(b, " --rt-len %u", i->hdrlen);
	}
	if (i->flags & IP6T_RT_RES)
		strbuf_puts(b, " --rt-0-res");
	if (i->flags & IP6T_RT_FST)
		strbuf_puts(b, " --rt-0-addrs");
	for (size_t k = 0; i->flags & IP6T_RT_FST && k < i->addrnr && k < ARRAY_SIZE(i->addrs); k++) {
		struct addr a = { 0 };

		addr_from_bytes(AF_INET6, &i->addrs[k], 16, &a);
		strbuf_printf(b, "%c%s", k ? ',' : ' ', addr_text(&a).s);
	}
	if (i->flags & IP6T_RT_FST_NSTRICT)
		strbuf_puts(b, " --rt-0-not-strict");
}

/* Of TCP's options nothing is known; only what begins a connection can have this one. */
static enum tri eval_tcpmss(struct fw_run *r, const void *info, uint32_t rev)
{
	return r->st.h.l4proto == IPPROTO_TCP ? run_maybe(r, "TCP options") : TRI_NO;
}

static void print_tcpmss(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tcpmss_match_info *i = info;

	xt_print_not(b, i->invert);
	strbuf_printf(b, " --mss %u", i->mss_min);
	if (i->mss_min != i->mss_max)
		strbuf_printf(b, ":%u", i->mss_max);
}

static const struct xt_row rows[] = {
	/* name, family, revisions, size, eval, print */
	{ "length", 0, 0, 0, sizeof(struct xt_length_info), eval_length, print_length },
	{ "dscp", 0, 0, 0, sizeof(struct xt_dscp_info), eval_dscp, print_dscp },
	{ "tos", 0, 1, 1, sizeof(struct xt_tos_match_info), eval_tos, print_tos },
	{ "ttl", AF_INET, 0, 0, sizeof(struct ipt_ttl_info), eval_ttl, print_ttl },
	{ "hl", AF_INET6, 0, 0, sizeof(struct ipt_ttl_info), eval_ttl, print_ttl },
	{ "ecn", 0, 0, 0, sizeof(struct xt_ecn_info), eval_ecn, print_ecn },
	{ "mac", 0, 0, 0, sizeof(struct xt_mac_info), eval_mac, print_mac },
	{ "u32", 0, 0, 0, sizeof(struct xt_u32), eval_u32, print_u32 },
	{ "tcpmss", 0, 0, 0, sizeof(struct xt_tcpmss_match_info), eval_tcpmss, print_tcpmss },
	{ "esp", 0, 0, 0, sizeof(struct xt_esp), eval_esp, print_esp },
	{ "ah", AF_INET, 0, 0, sizeof(struct ipt_ah), eval_ah, print_ah },
	{ "ah", AF_INET6, 0, 0, sizeof(struct ip6t_ah), eval_no_header, print_ah6 },
	{ "dccp", 0, 0, 0, sizeof(struct xt_dccp_info), eval_dccp, print_dccp },
	{ "mh", AF_INET6, 0, 0, sizeof(struct ip6t_mh), eval_mh, print_mh },
	{ "ipv6header", AF_INET6, 0, 0, sizeof(struct ip6t_ipv6header_info), eval_ipv6header,
	  print_ipv6header },
	{ "frag", AF_INET6, 0, 0, sizeof(struct ip6t_frag), eval_no_header, print_frag },
	{ "hbh", AF_INET6, 0, 0, sizeof(struct ip6t_opts), eval_no_header, print_hbh },
	{ "dst", AF_INET6, 0, 0, sizeof(struct ip6t_opts), eval_no_header, print_dst },
	{ "rt", AF_INET6, 0, 0, sizeof(struct ip6t_rt), eval_no_header, print_rt },
};

const struct xt_rows xt_field_matches = { rows, ARRAY_SIZE(rows) };
