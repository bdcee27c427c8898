/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-rare - extensions that are rarely met: all but their words is short here
 *
 * After net/netfilter/xt_*.c and net/ipv6/netfilter/ip6t_srh.c; printing after
 * extensions/lib*t_*.c of iptables 1.8.9.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "firewall/decode.h"
#include "firewall/xt-print.h"

#include <linux/ip_vs.h>
#include <linux/netfilter/xt_HMARK.h>
#include <linux/netfilter/xt_IDLETIMER.h>
#include <linux/netfilter/xt_LED.h>
#include <linux/netfilter/xt_RATEEST.h>
#include <linux/netfilter/xt_SECMARK.h>
#include <linux/netfilter/xt_ipcomp.h>
#include <linux/netfilter/xt_ipvs.h>
#include <linux/netfilter/xt_nfacct.h>
#include <linux/netfilter/xt_rateest.h>
#include <linux/netfilter/xt_sctp.h>
#include <linux/netfilter_ipv6/ip6t_srh.h>

/* --- sctp ------------------------------------------------------------------ */

/* RFC 9260, 5061, 3758, 6525, 4820 and 8260; flags from bit 7 to bit 0. */
static const struct chunk {
	uint8_t type;
	const char *name, *flags;
} chunks[] = {
	{ 0, "DATA", "----IUBE" }, { 1, "INIT", NULL }, { 2, "INIT_ACK", NULL }, { 3, "SACK", NULL },
	{ 4, "HEARTBEAT", NULL }, { 5, "HEARTBEAT_ACK", NULL }, { 6, "ABORT", "-------T" },
	{ 7, "SHUTDOWN", NULL }, { 8, "SHUTDOWN_ACK", NULL }, { 9, "ERROR", NULL },
	{ 10, "COOKIE_ECHO", NULL }, { 11, "COOKIE_ACK", NULL }, { 12, "ECN_ECNE", NULL },
	{ 13, "ECN_CWR", NULL }, { 14, "SHUTDOWN_COMPLETE", "-------T" }, { 64, "I_DATA", NULL },
	{ 128, "ASCONF_ACK", NULL }, { 130, "RE_CONFIG", NULL }, { 132, "PAD", NULL },
	{ 192, "FORWARD_TSN", NULL }, { 193, "ASCONF", NULL }, { 194, "I_FORWARD_TSN", NULL },
};

static enum tri eval_sctp(struct fw_run *r, const void *info, uint32_t rev)
{
	return xt_eval_other_proto(r, IPPROTO_SCTP);
}

/* ":uB": unordered must not be set, beginning must. */
static void print_chunk_flags(struct strbuf *b, const struct xt_sctp_info *i, const struct chunk *c)
{
	for (int k = 0; c->flags && k < i->flag_count && k < XT_NUM_SCTP_FLAGS; k++) {
		const struct xt_sctp_flag_info *f = &i->flag_info[k];

		if (f->chunktype != c->type)
			continue;
		strbuf_putc(b, ':');
		for (unsigned int bit = 0; bit < 8; bit++) {
			char letter = c->flags[bit];

			if (f->flag & 0x80u >> bit)
				strbuf_putc(b, letter);
			else if (f->flag_mask & 0x80u >> bit)
				strbuf_putc(b, (char)(letter | 0x20));
		}
	}
}

static void print_chunks(struct strbuf *b, const struct xt_sctp_info *i)
{
	char separator = ' ';

	xt_print_not(b, i->invflags & XT_SCTP_CHUNK_TYPES);
	strbuf_printf(b, " --chunk-types %s",
		      i->chunk_match_type & SCTP_CHUNK_MATCH_ANY ? "any" :
		      i->chunk_match_type & SCTP_CHUNK_MATCH_ALL ? "all" : "only");
	if (SCTP_CHUNKMAP_IS_CLEAR(i->chunkmap) || SCTP_CHUNKMAP_IS_ALL_SET(i->chunkmap)) {
		strbuf_puts(b, i->chunkmap[0] ? " ALL" : " NONE");
		return;
	}
	for (size_t k = 0; k < ARRAY_SIZE(chunks); k++) {
		if (!(i->chunkmap[chunks[k].type / 32] & 1u << chunks[k].type % 32))
			continue;
		strbuf_printf(b, "%c%s", separator, chunks[k].name);
		print_chunk_flags(b, i, &chunks[k]);
		separator = ',';
	}
}

static void print_sctp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_sctp_info *i = info;

	if (i->flags & XT_SCTP_SRC_PORTS)
		xt_print_span(b, "--sport", i->spts[0], i->spts[1], 0xffff, i->invflags & XT_SCTP_SRC_PORTS);
	if (i->flags & XT_SCTP_DEST_PORTS)
		xt_print_span(b, "--dport", i->dpts[0], i->dpts[1], 0xffff, i->invflags & XT_SCTP_DEST_PORTS);
	if (i->flags & XT_SCTP_CHUNK_TYPES)
		print_chunks(b, i);
}

/* --- ipcomp ---------------------------------------------------------------- */

static enum tri eval_ipcomp(struct fw_run *r, const void *info, uint32_t rev)
{
	return xt_eval_other_proto(r, IPPROTO_COMP);
}

static void print_ipcomp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_ipcomp *i = info;

	xt_print_span(b, "--ipcompspi", i->spis[0], i->spis[1], UINT32_MAX,
		      i->invflags & XT_IPCOMP_INV_SPI);
	if (i->hdrres)
		strbuf_puts(b, " --compres");
}

/* --- segment routing ------------------------------------------------------- */

/* Revision 0 ends with what 1 has behind the addresses. */
static struct ip6t_srh1 load_srh(const void *info, uint32_t rev)
{
	const struct ip6t_srh *old = info;

	if (rev)
		return *(const struct ip6t_srh1 *)info;
	return (struct ip6t_srh1){
		.next_hdr = old->next_hdr,
		.hdr_len = old->hdr_len,
		.segs_left = old->segs_left,
		.last_entry = old->last_entry,
		.tag = old->tag,
		.mt_flags = old->mt_flags,
		.mt_invflags = old->mt_invflags,
	};
}

/* A packet without the header matches no rule, be it inverted (ipv6_find_hdr() in srh_mt6()). */
static enum tri eval_srh(struct fw_run *r, const void *info, uint32_t rev)
{
	return TRI_NO;
}

static void print_srh(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ip6t_srh1 i = load_srh(info, x->rev);
	const struct {
		uint16_t bit; /* the one that inverts is the same */
		const char *option;
		uint16_t value;
	} numbers[] = {
		{ IP6T_SRH_NEXTHDR, "next-hdr", i.next_hdr },
		{ IP6T_SRH_LEN_EQ, "hdr-len-eq", i.hdr_len },
		{ IP6T_SRH_LEN_GT, "hdr-len-gt", i.hdr_len },
		{ IP6T_SRH_LEN_LT, "hdr-len-lt", i.hdr_len },
		{ IP6T_SRH_SEGS_EQ, "segs-left-eq", i.segs_left },
		{ IP6T_SRH_SEGS_GT, "segs-left-gt", i.segs_left },
		{ IP6T_SRH_SEGS_LT, "segs-left-lt", i.segs_left },
		{ IP6T_SRH_LAST_EQ, "last-entry-eq", i.last_entry },
		{ IP6T_SRH_LAST_GT, "last-entry-gt", i.last_entry },
		{ IP6T_SRH_LAST_LT, "last-entry-lt", i.last_entry },
		{ IP6T_SRH_TAG, "tag", i.tag },
	};
	const struct {
		uint16_t bit;
		const char *option;
		const struct in6_addr *addr, *mask;
	} segments[] = {
		{ IP6T_SRH_PSID, "psid", &i.psid_addr, &i.psid_msk },
		{ IP6T_SRH_NSID, "nsid", &i.nsid_addr, &i.nsid_msk },
		{ IP6T_SRH_LSID, "lsid", &i.lsid_addr, &i.lsid_msk },
	};

	for (size_t k = 0; k < ARRAY_SIZE(numbers); k++)
		if (i.mt_flags & numbers[k].bit)
			strbuf_printf(b, "%s --srh-%s %u", i.mt_invflags & numbers[k].bit ? " !" : "",
				      numbers[k].option, numbers[k].value);
	for (size_t k = 0; k < ARRAY_SIZE(segments); k++) {
		struct addr a = { 0 };

		if (!(i.mt_flags & segments[k].bit))
			continue;
		addr_from_bytes(AF_INET6, segments[k].addr, 16, &a);
		strbuf_printf(b, "%s --srh-%s %s/%d", i.mt_invflags & segments[k].bit ? " !" : "",
			      segments[k].option, addr_text(&a).s,
			      mask_prefix((const uint8_t *)segments[k].mask, 16));
	}
}

/* --- rates of packets ------------------------------------------------------ */

static void print_rate(struct strbuf *b, uint32_t bytes)
{
	uint64_t bits = bytes * UINT64_C(8);

	if (bits >= 1000 * 1000000)
		strbuf_printf(b, " %.0fMbit", (double)bits / 1000000);
	else if (bits >= 1000 * 1000)
		strbuf_printf(b, " %.0fKbit", (double)bits / 1000);
	else
		strbuf_printf(b, " %.0fbit", (double)bits);
}

static void print_rateest_mode(struct strbuf *b, const struct xt_rateest_match_info *i)
{
	static const char *const modes[] = {
		[XT_RATEEST_MATCH_EQ] = "eq", [XT_RATEEST_MATCH_LT] = "lt", [XT_RATEEST_MATCH_GT] = "gt",
	};

	xt_print_not(b, i->flags & XT_RATEEST_MATCH_INVERT);
	if (i->mode < ARRAY_SIZE(modes) && modes[i->mode])
		strbuf_printf(b, " --rateest-%s", modes[i->mode]);
}

/* Two estimators are compared as they are, or after what is subtracted from each. */
static void print_rateest_bps(struct strbuf *b, const struct xt_rateest_match_info *i)
{
	bool delta = i->flags & XT_RATEEST_MATCH_DELTA;

	if (delta) {
		strbuf_puts(b, " --rateest-bps1");
		print_rate(b, i->bps1);
	}
	print_rateest_mode(b, i);
	strbuf_printf(b, " --rateest-bps%s", delta ? "2" : "");
	if (delta || i->flags & XT_RATEEST_MATCH_ABS)
		print_rate(b, i->bps2);
}

static void print_rateest_pps(struct strbuf *b, const struct xt_rateest_match_info *i)
{
	bool delta = i->flags & XT_RATEEST_MATCH_DELTA;

	if (delta)
		strbuf_printf(b, " --rateest-pps1 %u", i->pps1);
	print_rateest_mode(b, i);
	strbuf_printf(b, " --rateest-pps%s", delta ? "2" : "");
	if (delta || i->flags & XT_RATEEST_MATCH_ABS)
		strbuf_printf(b, " %u", i->pps2);
}

static void print_rateest(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_rateest_match_info *i = info;
	bool two = i->flags & XT_RATEEST_MATCH_REL;

	if (i->flags & XT_RATEEST_MATCH_DELTA)
		strbuf_puts(b, " --rateest-delta");
	xt_print_word(b, two ? "--rateest1" : "--rateest", i->name1, sizeof(i->name1));
	if (i->flags & XT_RATEEST_MATCH_BPS)
		print_rateest_bps(b, i);
	if (i->flags & XT_RATEEST_MATCH_PPS)
		print_rateest_pps(b, i);
	if (two)
		xt_print_word(b, "--rateest2", i->name2, sizeof(i->name2));
}

static void print_seconds(struct strbuf *b, const char *option, double seconds)
{
	if (seconds >= 1)
		strbuf_printf(b, " %s %.1fs", option, seconds);
	else
		strbuf_printf(b, " %s %.1fms", option, seconds * 1000);
}

/* The interval is 2^interval s, from 250 ms to 8 s (gen_new_estimator()); the average goes over 2^ewma_log of them. */
static void print_rateest_target(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_rateest_target_info *i = info;
	double seconds;

	xt_print_word(b, "--rateest-name", i->name, sizeof(i->name));
	if (i->interval < -2 || i->interval > 3 || i->ewma_log > 31)
		return;
	seconds = (1u << (i->interval + 2)) / 4.0;
	print_seconds(b, "--rateest-interval", seconds);
	print_seconds(b, "--rateest-ewmalog", seconds * (1u << i->ewma_log));
}

/* --- what others know ------------------------------------------------------ */

/* It matches unless its quota is not yet used up (nfacct_mt()), which nobody here asks. */
static void print_nfacct(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_nfacct_match_info *i = info;

	xt_print_word(b, "--nfacct-name", i->name, sizeof(i->name));
}

static const char *ipvs_method(uint8_t method)
{
	switch (method) {
	case IP_VS_CONN_F_DROUTE: return "GATE";
	case IP_VS_CONN_F_TUNNEL: return "IPIP";
	case IP_VS_CONN_F_MASQ: return "MASQ";
	default: return "UNKNOWN";
	}
}

static void print_ipvs(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_ipvs_mtinfo *i = info;

	if (i->bitmask == XT_IPVS_IPVS_PROPERTY)
		strbuf_puts(b, i->invert & XT_IPVS_IPVS_PROPERTY ? " ! --ipvs" : " --ipvs");
	if (i->bitmask & XT_IPVS_PROTO) {
		xt_print_not(b, i->invert & XT_IPVS_PROTO);
		strbuf_printf(b, " --vproto %u", i->l4proto);
	}
	if (i->bitmask & XT_IPVS_VADDR) {
		xt_print_not(b, i->invert & XT_IPVS_VADDR);
		strbuf_puts(b, " --vaddr");
		xt_print_masked(b, x->family, &i->vaddr, &i->vmask);
	}
	if (i->bitmask & XT_IPVS_VPORT) {
		xt_print_not(b, i->invert & XT_IPVS_VPORT);
		strbuf_printf(b, " --vport %u", ntohs(i->vport));
	}
	if (i->bitmask & XT_IPVS_DIR)
		strbuf_printf(b, " --vdir %s", i->invert & XT_IPVS_DIR ? "REPLY" : "ORIGINAL");
	if (i->bitmask & XT_IPVS_METHOD) {
		xt_print_not(b, i->invert & XT_IPVS_METHOD);
		strbuf_printf(b, " --vmethod %s", ipvs_method(i->fwd_method));
	}
	if (i->bitmask & XT_IPVS_VPORTCTL) {
		xt_print_not(b, i->invert & XT_IPVS_VPORTCTL);
		strbuf_printf(b, " --vportctl %u", ntohs(i->vportctl));
	}
}

/* --- targets --------------------------------------------------------------- */

static enum tri eval_hmark(struct fw_run *r, const void *info, uint32_t rev)
{
	r->st.mark = r->st.mark_known = 0;
	return TRI_YES;
}

static uint32_t mask_bits(const union nf_inet_addr *mask, uint8_t family)
{
	const uint8_t *m = (const uint8_t *)mask;
	uint32_t n = 0;

	for (size_t i = 0; i < addr_len(family); i++)
		n += (uint32_t)__builtin_popcount(m[i]);
	return n;
}

/* A mask of an address is printed as a prefix, even where it is none. */
static void print_hmark(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_hmark_info *i = info;
	const struct {
		unsigned int flag;
		const char *option;
		int digits; /* of a hexadecimal number; 0: it is decimal */
		uint32_t value;
	} options[] = {
		{ XT_HMARK_SADDR_MASK, "src-prefix", 0, mask_bits(&i->src_mask, x->family) },
		{ XT_HMARK_DADDR_MASK, "dst-prefix", 0, mask_bits(&i->dst_mask, x->family) },
		{ XT_HMARK_SPORT_MASK, "sport-mask", 4, ntohs(i->port_mask.p16.src) },
		{ XT_HMARK_DPORT_MASK, "dport-mask", 4, ntohs(i->port_mask.p16.dst) },
		{ XT_HMARK_SPI_MASK, "spi-mask", 8, ntohl(i->port_mask.v32) },
		{ XT_HMARK_SPORT, "sport", 4, ntohs(i->port_set.p16.src) },
		{ XT_HMARK_DPORT, "dport", 4, ntohs(i->port_set.p16.dst) },
		{ XT_HMARK_SPI, "spi", 8, ntohl(i->port_set.v32) },
		{ XT_HMARK_PROTO_MASK, "proto-mask", 2, i->proto_mask },
		{ XT_HMARK_RND, "rnd", 8, i->hashrnd },
		{ XT_HMARK_MODULUS, "mod", 0, i->hmodulus },
		{ XT_HMARK_OFFSET, "offset", 0, i->hoffset },
	};

	for (size_t k = 0; k < ARRAY_SIZE(options); k++) {
		if (!(i->flags & XT_HMARK_FLAG(options[k].flag)))
			continue;
		strbuf_printf(b, " --hmark-%s ", options[k].option);
		if (options[k].digits)
			strbuf_printf(b, "0x%0*x", options[k].digits, options[k].value);
		else
			strbuf_printf(b, "%u", options[k].value);
	}
	if (i->flags & XT_HMARK_FLAG(XT_HMARK_CT))
		strbuf_puts(b, " --hmark-tuple ct");
}

static void print_idletimer(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct idletimer_tg_info_v1 *i = info; /* revision 0 is its beginning */

	strbuf_printf(b, " --timeout %u", i->timeout);
	xt_print_word(b, "--label", i->label, sizeof(i->label));
	if (x->rev && i->timer_type == XT_IDLETIMER_ALARM)
		strbuf_puts(b, " --alarm");
}

/* The kernel knows the trigger under a name that begins with "netfilter-". */
static void print_led(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const size_t skip = strlen("netfilter-");
	const struct xt_led_info *i = info;

	strbuf_puts(b, " --led-trigger-id \"");
	for (size_t k = skip; k < sizeof(i->id) && i->id[k]; k++)
		strbuf_printf(b, "%s%c", strchr("\"\\", i->id[k]) ? "\\" : "", i->id[k]);
	strbuf_putc(b, '"');
	if (i->delay == UINT32_MAX)
		strbuf_puts(b, " --led-delay inf");
	else if (i->delay)
		strbuf_printf(b, " --led-delay %u", i->delay);
	if (i->always_blink)
		strbuf_puts(b, " --led-always-blink");
}

/* Revision 1 has the same behind one another in another order. */
static void print_secmark(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_secmark_target_info_v1 *i = info;
	const struct xt_secmark_target_info *old = info;

	xt_print_word(b, "--selctx", x->rev ? i->secctx : old->secctx, SECMARK_SECCTX_MAX);
}

/* --- rows ------------------------------------------------------------------ */

static const struct xt_row matches[] = {
	/* name, family, revisions, size, eval, print */
	{ "sctp", 0, 0, 0, sizeof(struct xt_sctp_info), eval_sctp, print_sctp },
	{ "ipcomp", 0, 0, 0, sizeof(struct xt_ipcomp), eval_ipcomp, print_ipcomp },
	{ "srh", AF_INET6, 0, 0, sizeof(struct ip6t_srh), eval_srh, print_srh },
	{ "srh", AF_INET6, 1, 1, sizeof(struct ip6t_srh1), eval_srh, print_srh },
	{ "rateest", 0, 0, 0, sizeof(struct xt_rateest_match_info), NULL, print_rateest },
	{ "nfacct", 0, 0, 1, sizeof(struct xt_nfacct_match_info), NULL, print_nfacct },
	{ "ipvs", 0, 0, 0, sizeof(struct xt_ipvs_mtinfo), NULL, print_ipvs },
};

static const struct xt_row targets[] = {
	{ "HMARK", 0, 0, 0, sizeof(struct xt_hmark_info), eval_hmark, print_hmark },
	{ "IDLETIMER", 0, 0, 0, sizeof(struct idletimer_tg_info), xt_eval_nothing, print_idletimer },
	{ "IDLETIMER", 0, 1, 1, sizeof(struct idletimer_tg_info_v1), xt_eval_nothing,
	  print_idletimer },
	{ "RATEEST", 0, 0, 0, sizeof(struct xt_rateest_target_info), xt_eval_nothing,
	  print_rateest_target },
	{ "LED", 0, 0, 0, sizeof(struct xt_led_info), xt_eval_nothing, print_led },
	{ "SECMARK", 0, 0, 0, sizeof(struct xt_secmark_target_info), xt_eval_nothing, print_secmark },
	{ "SECMARK", 0, 1, 1, sizeof(struct xt_secmark_target_info_v1), xt_eval_nothing,
	  print_secmark },
};

const struct xt_rows xt_rare_matches = { matches, ARRAY_SIZE(matches) };
const struct xt_rows xt_rare_targets = { targets, ARRAY_SIZE(targets) };
