/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-target - the target extensions that decide, translate and mark: what each does with a packet,
 * how iptables -S prints it
 *
 * After net/netfilter/xt_*.c; printing after extensions/lib*t_*.c of iptables 1.8.9.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "firewall/decode.h"
#include "firewall/xt-print.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_CHECKSUM.h>
#include <linux/netfilter/xt_CONNMARK.h>
#include <linux/netfilter/xt_CT.h>
#include <linux/netfilter/xt_LOG.h>
#include <linux/netfilter/xt_MARK.h>
#include <linux/netfilter/xt_NFLOG.h>
#include <linux/netfilter/xt_TCPMSS.h>
#include <linux/netfilter_ipv4/ipt_REJECT.h>
#include <linux/netfilter_ipv6/ip6t_REJECT.h>

/* --- NAT ------------------------------------------------------------------- */

/* IPv4 extensions came before struct nf_nat_range; those with one range only are used. */
static struct nf_nat_range load_ipv4_range(const void *info)
{
	const struct nf_nat_ipv4_multi_range_compat *old = info;
	struct nf_nat_range range = { 0 };

	range.flags = old->range[0].flags;
	memcpy(&range.min_addr, &old->range[0].min_ip, 4);
	memcpy(&range.max_addr, &old->range[0].max_ip, 4);
	range.min_proto = old->range[0].min;
	range.max_proto = old->range[0].max;
	return range;
}

static bool is_ipv4_range(uint8_t family, uint32_t rev)
{
	return family == AF_INET && rev == 0;
}

static struct nf_nat_range load_range(const void *info, uint8_t family, uint32_t rev)
{
	struct nf_nat_range range;

	if (is_ipv4_range(family, rev))
		return load_ipv4_range(info);
	/* struct nf_nat_range2 begins in the same way */
	memcpy(&range, info, sizeof(range));
	return range;
}

static struct nat_range to_range(const struct nf_nat_range *range, uint8_t family)
{
	struct nat_range n = {
		.has_addr = range->flags & NF_NAT_RANGE_MAP_IPS,
		.has_port = range->flags & NF_NAT_RANGE_PROTO_SPECIFIED,
		.netmap = range->flags & NF_NAT_RANGE_NETMAP,
		.persistent = range->flags & NF_NAT_RANGE_PERSISTENT,
		.random = range->flags & NF_NAT_RANGE_PROTO_RANDOM_ALL,
		.port_min = ntohs(range->min_proto.all),
		.port_max = ntohs(range->max_proto.all),
	};

	if (n.has_addr) {
		addr_from_bytes(family, &range->min_addr, addr_len(family), &n.min);
		addr_from_bytes(family, &range->max_addr, addr_len(family), &n.max);
	}
	return n;
}

/* Only revision 2 has the port from which others keep their distance. */
static void add_base(struct nat_range *n, const void *info, uint32_t rev)
{
	const struct nf_nat_range2 *range = info;

	n->shift = rev >= 2 && range->flags & NF_NAT_RANGE_PROTO_OFFSET;
	if (n->shift)
		n->port_base = ntohs(range->base_proto.all);
}

static struct nat_range run_range(const struct fw_run *r, const void *info, uint32_t rev)
{
	struct nf_nat_range range = load_range(info, r->st.h.family, rev);
	struct nat_range n = to_range(&range, r->st.h.family);

	add_base(&n, info, rev);
	return n;
}

static enum tri eval_snat(struct fw_run *r, const void *info, uint32_t rev)
{
	struct nat_range n = run_range(r, info, rev);

	nat_translate(r, NAT_SOURCE, &n);
	return TRI_YES;
}

static enum tri eval_dnat(struct fw_run *r, const void *info, uint32_t rev)
{
	struct nat_range n = run_range(r, info, rev);

	nat_translate(r, NAT_DEST, &n);
	return TRI_YES;
}

static enum tri eval_masquerade(struct fw_run *r, const void *info, uint32_t rev)
{
	struct nat_range n = run_range(r, info, rev);

	nat_masquerade(r, &n);
	return TRI_YES;
}

static enum tri eval_redirect(struct fw_run *r, const void *info, uint32_t rev)
{
	struct nat_range n = run_range(r, info, rev);

	nat_redirect(r, &n);
	return TRI_YES;
}

/* Which side it maps is the hook's (netmap_tg4(), net/netfilter/xt_NETMAP.c). */
static enum tri eval_netmap(struct fw_run *r, const void *info, uint32_t rev)
{
	struct nat_range n = run_range(r, info, rev);
	bool dst = r->at->hook == HOOK_PREROUTING || r->at->hook == HOOK_OUTPUT;

	n.netmap = n.has_addr = true;
	nat_translate(r, dst ? NAT_DEST : NAT_SOURCE, &n);
	return TRI_YES;
}

/* A network with its prefix length, or its mask where that has holes. */
static void print_netmap(struct strbuf *b, const void *info, const struct xt_context *x)
{
	struct nf_nat_range range = load_range(info, x->family, x->rev);
	struct nat_range n;
	struct addr mask = { .family = x->family };
	int bits;

	range.flags |= NF_NAT_RANGE_MAP_IPS;
	n = to_range(&range, x->family);
	for (size_t i = 0; i < addr_len(x->family); i++)
		mask.b[i] = (uint8_t)~(n.min.b[i] ^ n.max.b[i]);
	bits = mask_prefix(mask.b, addr_len(x->family));
	strbuf_printf(b, " --to %s", addr_text(&n.min).s);
	if (bits < 0)
		strbuf_printf(b, "/%s", addr_text(&mask).s);
	else if ((size_t)bits < addr_len(x->family) * 8)
		strbuf_printf(b, "/%d", bits);
}

static void print_nat_flags(struct strbuf *b, unsigned int flags)
{
	if (flags & NF_NAT_RANGE_PROTO_RANDOM)
		strbuf_puts(b, " --random");
	if (flags & NF_NAT_RANGE_PROTO_RANDOM_FULLY)
		strbuf_puts(b, " --random-fully");
	if (flags & NF_NAT_RANGE_PERSISTENT)
		strbuf_puts(b, " --persistent");
}

static void print_port_range(struct strbuf *b, const struct nat_range *n)
{
	strbuf_printf(b, "%u", n->port_min);
	if (n->port_max != n->port_min)
		strbuf_printf(b, "-%u", n->port_max);
}

/* "10.0.0.1-10.0.0.9:80-90"; IPv6 addresses in brackets before a port. */
static void print_to(struct strbuf *b, const char *option, const void *info, uint8_t family,
		     uint32_t rev)
{
	struct nf_nat_range range = load_range(info, family, rev);
	struct nat_range n = to_range(&range, family);
	bool brackets = n.has_port && family == AF_INET6;

	add_base(&n, info, rev);
	strbuf_printf(b, " %s ", option);
	if (n.has_addr) {
		strbuf_printf(b, "%s%s", brackets ? "[" : "", addr_text(&n.min).s);
		if (!addr_eq(&n.min, &n.max))
			strbuf_printf(b, "-%s", addr_text(&n.max).s);
		strbuf_puts(b, brackets ? "]" : "");
	}
	if (n.has_port) {
		strbuf_putc(b, ':');
		print_port_range(b, &n);
	}
	if (n.shift)
		strbuf_printf(b, "/%u", n.port_base);
	print_nat_flags(b, range.flags);
}

static void print_snat(struct strbuf *b, const void *info, const struct xt_context *x)
{
	print_to(b, "--to-source", info, x->family, x->rev);
}

static void print_dnat(struct strbuf *b, const void *info, const struct xt_context *x)
{
	print_to(b, "--to-destination", info, x->family, x->rev);
}

/* MASQUERADE and REDIRECT */
static void print_to_ports(struct strbuf *b, const void *info, const struct xt_context *x)
{
	struct nf_nat_range range = load_range(info, x->family, x->rev);
	struct nat_range n = to_range(&range, x->family);

	if (n.has_port) {
		strbuf_puts(b, " --to-ports ");
		print_port_range(b, &n);
	}
	print_nat_flags(b, range.flags);
}

/* --- refusing -------------------------------------------------------------- */

static enum tri eval_reject(struct fw_run *r, const void *info, uint32_t rev)
{
	r->verdict = (struct fw_verdict_code){ .code = NF_DROP, .reject = true };
	return TRI_YES;
}

static void print_reject(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const ipv4[] = {
		[IPT_ICMP_NET_UNREACHABLE] = "icmp-net-unreachable",
		[IPT_ICMP_HOST_UNREACHABLE] = "icmp-host-unreachable",
		[IPT_ICMP_PROT_UNREACHABLE] = "icmp-proto-unreachable",
		[IPT_ICMP_PORT_UNREACHABLE] = "icmp-port-unreachable",
		[IPT_ICMP_ECHOREPLY] = "echo-reply",
		[IPT_ICMP_NET_PROHIBITED] = "icmp-net-prohibited",
		[IPT_ICMP_HOST_PROHIBITED] = "icmp-host-prohibited",
		[IPT_TCP_RESET] = "tcp-reset",
		[IPT_ICMP_ADMIN_PROHIBITED] = "icmp-admin-prohibited",
	};
	static const char *const ipv6[] = {
		[IP6T_ICMP6_NO_ROUTE] = "icmp6-no-route",
		[IP6T_ICMP6_ADM_PROHIBITED] = "icmp6-adm-prohibited",
		[IP6T_ICMP6_NOT_NEIGHBOUR] = "icmp6-not-neighbour",
		[IP6T_ICMP6_ADDR_UNREACH] = "icmp6-addr-unreachable",
		[IP6T_ICMP6_PORT_UNREACH] = "icmp6-port-unreachable",
		[IP6T_ICMP6_ECHOREPLY] = "icmp6-echo-reply",
		[IP6T_TCP_RESET] = "tcp-reset",
		[IP6T_ICMP6_POLICY_FAIL] = "icmp6-policy-fail",
		[IP6T_ICMP6_REJECT_ROUTE] = "icmp6-reject-route",
	};
	const struct ipt_reject_info *i = info;
	size_t with = (size_t)i->with, n = x->family == AF_INET ? ARRAY_SIZE(ipv4) : ARRAY_SIZE(ipv6);

	if (with < n)
		strbuf_printf(b, " --reject-with %s", x->family == AF_INET ? ipv4[with] : ipv6[with]);
}

/* --- marks ----------------------------------------------------------------- */

static enum tri eval_mark(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_mark_tginfo2 *i = info;

	r->st.mark_known |= i->mask;
	r->st.mark = ((r->st.mark & ~i->mask) ^ i->mark) & r->st.mark_known;
	return TRI_YES;
}

static void print_mark(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_mark_tginfo2 *i = info;

	strbuf_printf(b, " --set-xmark 0x%x/0x%x", i->mark, i->mask);
}

static struct xt_connmark_tginfo2 load_connmark(const void *info, uint32_t rev)
{
	const struct xt_connmark_tginfo1 *old = info;

	if (rev >= 2)
		return *(const struct xt_connmark_tginfo2 *)info;
	return (struct xt_connmark_tginfo2){
		.ctmark = old->ctmark,
		.ctmask = old->ctmask,
		.nfmask = old->nfmask,
		.mode = old->mode,
	};
}

/* Only plain copies and settings; with shifts (revision 2) the result is not known. */
static enum tri eval_connmark(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_connmark_tginfo2 loaded = load_connmark(info, rev), *i = &loaded;
	struct fw_state *st = &r->st;

	if (st->ct == CT_VIEW_NONE && st->templated != TRI_NO && i->mode == XT_CONNMARK_RESTORE)
		st->mark_known &= ~i->nfmask;
	if (st->ct == CT_VIEW_NONE || st->ct == CT_VIEW_UNTRACKED)
		return TRI_YES;
	if (i->shift_bits) {
		st->mark_known = i->mode == XT_CONNMARK_RESTORE ? 0 : st->mark_known;
		st->ctmark_known = i->mode == XT_CONNMARK_RESTORE ? st->ctmark_known : 0;
		return TRI_YES;
	}
	switch (i->mode) {
	case XT_CONNMARK_SET:
		st->ctmark_known |= i->ctmask;
		st->ctmark = ((st->ctmark & ~i->ctmask) ^ i->ctmark) & st->ctmark_known;
		break;
	case XT_CONNMARK_SAVE:
		st->ctmark_known = (st->ctmark_known | i->ctmask) & (st->mark_known | ~i->nfmask);
		st->ctmark = ((st->ctmark & ~i->ctmask) ^ (st->mark & i->nfmask)) &
			     st->ctmark_known;
		break;
	case XT_CONNMARK_RESTORE:
		st->mark_known = (st->mark_known | i->nfmask) & (st->ctmark_known | ~i->ctmask);
		st->mark = ((st->mark & ~i->nfmask) ^ (st->ctmark & i->ctmask)) & st->mark_known;
		break;
	default:
		break;
	}
	return TRI_YES;
}

static void print_connmark(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_connmark_tginfo2 loaded = load_connmark(info, x->rev), *i = &loaded;

	switch (i->mode) {
	case XT_CONNMARK_SET:
		strbuf_printf(b, " --set-xmark 0x%x/0x%x", i->ctmark, i->ctmask);
		break;
	case XT_CONNMARK_SAVE:
		strbuf_printf(b, " --save-mark --nfmask 0x%x --ctmask 0x%x", i->nfmask, i->ctmask);
		break;
	case XT_CONNMARK_RESTORE:
		strbuf_printf(b, " --restore-mark --nfmask 0x%x --ctmask 0x%x", i->nfmask,
			      i->ctmask);
		break;
	default:
		return;
	}
	if (i->shift_bits)
		strbuf_printf(b, " --%s-shift-mark %u",
			      i->shift_dir == D_SHIFT_LEFT ? "left" : "right", i->shift_bits);
}

/* --- conntrack ------------------------------------------------------------- */

/* Helper, zone and events come with a template; the first of these targets decides (xt_ct_target()). */
static enum tri eval_ct(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_ct_target_info *i = info;

	if (i->flags & XT_CT_NOTRACK)
		run_notrack(r);
	else if (run_attach_template(r))
		/* the mark is that at conntrack's place (nf_ct_zone_tmpl()), which a later rule may have set */
		run_set_zone(r, i->zone, !(i->flags & XT_CT_ZONE_MARK),
			     i->flags & XT_CT_ZONE_DIR_ORIG ? IP_CT_DIR_ORIGINAL :
			     i->flags & XT_CT_ZONE_DIR_REPL ? IP_CT_DIR_REPLY : IP_CT_DIR_MAX);
	return TRI_YES;
}

static enum tri eval_notrack(struct fw_run *r, const void *info, uint32_t rev)
{
	run_notrack(r);
	return TRI_YES;
}

static void print_ct(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct xt_bit_name events[] = {
		{ 1 << IPCT_NEW, "new" },	{ 1 << IPCT_RELATED, "related" },
		{ 1 << IPCT_DESTROY, "destroy" }, { 1 << IPCT_REPLY, "reply" },
		{ 1 << IPCT_ASSURED, "assured" }, { 1 << IPCT_PROTOINFO, "protoinfo" },
		{ 1 << IPCT_HELPER, "helper" }, { 1 << IPCT_MARK, "mark" },
		{ 1 << IPCT_NATSEQADJ, "natseqinfo" }, { 1 << IPCT_SECMARK, "secmark" },
	};
	const struct xt_ct_target_info_v1 *i = info; /* revision 0 ends behind the helper */

	if (i->flags & XT_CT_NOTRACK_ALIAS) {
		strbuf_puts(b, " NOTRACK");
		return;
	}
	if (i->flags & XT_CT_NOTRACK)
		strbuf_puts(b, " --notrack");
	if (i->helper[0])
		xt_print_word(b, "--helper", i->helper, sizeof(i->helper));
	if (x->rev && i->timeout[0])
		xt_print_word(b, "--timeout", i->timeout, sizeof(i->timeout));
	if (i->ct_events) {
		strbuf_puts(b, " --ctevents");
		xt_print_bits(b, i->ct_events, events, ARRAY_SIZE(events));
	}
	if (i->exp_events)
		strbuf_puts(b, " --expevents new");
	if (i->flags & XT_CT_ZONE_MARK)
		strbuf_puts(b, " --zone mark");
	else if (i->zone)
		strbuf_printf(b, " --zone%s %u",
			      i->flags & XT_CT_ZONE_DIR_ORIG ? "-orig" :
			      i->flags & XT_CT_ZONE_DIR_REPL ? "-reply" : "", i->zone);
}

/* --- the packet goes on ---------------------------------------------------- */

static void print_log(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct {
		unsigned char bit;
		const char *option;
	} flags[] = {
		{ XT_LOG_TCPSEQ, "--log-tcp-sequence" },
		{ XT_LOG_TCPOPT, "--log-tcp-options" },
		{ XT_LOG_IPOPT, "--log-ip-options" },
		{ XT_LOG_UID, "--log-uid" },
		{ XT_LOG_MACDECODE, "--log-macdecode" },
	};
	const struct xt_log_info *i = info;

	if (i->prefix[0]) {
		strbuf_puts(b, " --log-prefix");
		xt_print_string(b, i->prefix, sizeof(i->prefix));
	}
	if (i->level != 4) /* LOG_WARNING */
		strbuf_printf(b, " --log-level %u", i->level);
	for (size_t k = 0; k < ARRAY_SIZE(flags); k++)
		if (i->logflags & flags[k].bit)
			strbuf_printf(b, " %s", flags[k].option);
}

static void print_nflog(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_nflog_info *i = info;

	if (i->prefix[0]) {
		strbuf_puts(b, " --nflog-prefix");
		xt_print_string(b, i->prefix, sizeof(i->prefix));
	}
	if (i->group)
		strbuf_printf(b, " --nflog-group %u", i->group);
	/* a length that is not said to be meant is what --nflog-range, which never worked, left there */
	if (i->flags & XT_NFLOG_F_COPY_LEN)
		strbuf_printf(b, " --nflog-size %u", i->len);
	else if (i->len)
		strbuf_printf(b, " --nflog-range %u", i->len);
	if (i->threshold)
		strbuf_printf(b, " --nflog-threshold %u", i->threshold);
}

static void print_tcpmss(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tcpmss_info *i = info;

	if (i->mss == XT_TCPMSS_CLAMP_PMTU)
		strbuf_puts(b, " --clamp-mss-to-pmtu");
	else
		strbuf_printf(b, " --set-mss %u", i->mss);
}

static void print_checksum(struct strbuf *b, const void *info, const struct xt_context *x)
{
	strbuf_puts(b, " --checksum-fill");
}

#define IPV4_RANGE sizeof(struct nf_nat_ipv4_multi_range_compat)
#define RANGE      sizeof(struct nf_nat_range)

static const struct xt_row rows[] = {
	/* name, family, revisions, size, eval, print */
	{ "MASQUERADE", AF_INET, 0, 0, IPV4_RANGE, eval_masquerade, print_to_ports },
	{ "MASQUERADE", AF_INET6, 0, 0, RANGE, eval_masquerade, print_to_ports },
	{ "SNAT", AF_INET, 0, 0, IPV4_RANGE, eval_snat, print_snat },
	{ "SNAT", 0, 1, 1, RANGE, eval_snat, print_snat },
	{ "SNAT", 0, 2, 2, sizeof(struct nf_nat_range2), eval_snat, print_snat },
	{ "DNAT", AF_INET, 0, 0, IPV4_RANGE, eval_dnat, print_dnat },
	{ "DNAT", 0, 1, 1, RANGE, eval_dnat, print_dnat },
	{ "DNAT", 0, 2, 2, sizeof(struct nf_nat_range2), eval_dnat, print_dnat },
	{ "REDIRECT", AF_INET, 0, 0, IPV4_RANGE, eval_redirect, print_to_ports },
	{ "REDIRECT", AF_INET6, 0, 0, RANGE, eval_redirect, print_to_ports },
	{ "NETMAP", AF_INET, 0, 0, IPV4_RANGE, eval_netmap, print_netmap },
	{ "NETMAP", AF_INET6, 0, 0, RANGE, eval_netmap, print_netmap },
	{ "REJECT", AF_INET, 0, 0, sizeof(struct ipt_reject_info), eval_reject, print_reject },
	{ "REJECT", AF_INET6, 0, 0, sizeof(struct ip6t_reject_info), eval_reject, print_reject },
	{ "MARK", 0, 2, 2, sizeof(struct xt_mark_tginfo2), eval_mark, print_mark },
	{ "CONNMARK", 0, 1, 1, sizeof(struct xt_connmark_tginfo1), eval_connmark, print_connmark },
	{ "CONNMARK", 0, 2, 2, sizeof(struct xt_connmark_tginfo2), eval_connmark, print_connmark },
	{ "CT", 0, 0, 0, sizeof(struct xt_ct_target_info), eval_ct, print_ct },
	{ "CT", 0, 1, 2, sizeof(struct xt_ct_target_info_v1), eval_ct, print_ct },
	{ "NOTRACK", 0, 0, 0, 0, eval_notrack, xt_print_nothing },
	{ "LOG", 0, 0, 0, sizeof(struct xt_log_info), xt_eval_nothing, print_log },
	{ "NFLOG", 0, 0, 0, sizeof(struct xt_nflog_info), xt_eval_nothing, print_nflog },
	{ "TCPMSS", 0, 0, 0, sizeof(struct xt_tcpmss_info), xt_eval_nothing, print_tcpmss },
	{ "CHECKSUM", 0, 0, 0, sizeof(struct xt_CHECKSUM_info), xt_eval_nothing, print_checksum },
};

const struct xt_rows xt_basic_targets = { rows, ARRAY_SIZE(rows) };
