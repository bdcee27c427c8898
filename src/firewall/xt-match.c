/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-match - the everyday match extensions: what each says of a packet, how iptables -S prints it
 *
 * After net/netfilter/xt_*.c; printing after extensions/lib*t_*.c of iptables 1.8.9.
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <stdio.h>

#include "firewall/xt-print.h"

#include <linux/if_packet.h>
#include <linux/netfilter/xt_addrtype.h>
#include <linux/netfilter/xt_comment.h>
#include <linux/netfilter/xt_connmark.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_iprange.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_physdev.h>
#include <linux/netfilter/xt_pkttype.h>
#include <linux/netfilter/xt_rpfilter.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <linux/rtnetlink.h>

/* --- ports ----------------------------------------------------------------- */

static enum tri port_between(struct fw_run *r, bool dst, uint16_t min, uint16_t max, bool invert)
{
	uint16_t port;

	if (min == 0 && max == 0xffff)
		return invert ? TRI_NO : TRI_YES;
	if (!headers_port(&r->st.h, dst, &port))
		return run_maybe(r, "a port that is chosen when the probe is sent");
	return tri_from((port >= min && port <= max) != invert);
}

static enum tri tcp_flags(struct fw_run *r, uint8_t mask, uint8_t cmp, bool invert)
{
	uint8_t flags, known;
	enum tri t;

	if (!mask && !cmp)
		return invert ? TRI_NO : TRI_YES;
	if (headers_read(&r->st.h, HEADER_TRANSPORT, 13, 1, &flags, &known) == TRI_NO)
		return TRI_NO;
	known |= (uint8_t)~mask;
	flags &= mask;
	t = tri_not_if(invert, bytes_equal(&flags, &known, &cmp, 1));
	return t == TRI_MAYBE ? run_maybe(r, "TCP flags") : t;
}

static enum tri eval_tcp(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_tcp *i = info;
	enum tri t;

	if (r->st.h.l4proto != IPPROTO_TCP)
		return TRI_NO;
	t = port_between(r, false, i->spts[0], i->spts[1], i->invflags & XT_TCP_INV_SRCPT);
	t = tri_and(t,
		    port_between(r, true, i->dpts[0], i->dpts[1], i->invflags & XT_TCP_INV_DSTPT));
	t = tri_and(t, tcp_flags(r, i->flg_mask, i->flg_cmp, i->invflags & XT_TCP_INV_FLAGS));
	if (i->option && t != TRI_NO)
		return run_maybe(r, "TCP options");
	return t;
}

static void print_tcp_flags(struct strbuf *b, uint8_t flags)
{
	static const char *const names[] = { "FIN", "SYN", "RST", "PSH", "ACK", "URG" };
	const char *separator = "";

	if (!(flags & 0x3f))
		strbuf_puts(b, "NONE");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (flags & 1u << i) {
			strbuf_printf(b, "%s%s", separator, names[i]);
			separator = ",";
		}
}

static void print_tcp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tcp *i = info;

	xt_print_span(b, "--sport", i->spts[0], i->spts[1], UINT16_MAX, i->invflags & XT_TCP_INV_SRCPT);
	xt_print_span(b, "--dport", i->dpts[0], i->dpts[1], UINT16_MAX, i->invflags & XT_TCP_INV_DSTPT);
	if (i->option || i->invflags & XT_TCP_INV_OPTION) {
		xt_print_not(b, i->invflags & XT_TCP_INV_OPTION);
		strbuf_printf(b, " --tcp-option %u", i->option);
	}
	if (i->flg_mask || i->invflags & XT_TCP_INV_FLAGS) {
		xt_print_not(b, i->invflags & XT_TCP_INV_FLAGS);
		strbuf_puts(b, " --tcp-flags ");
		print_tcp_flags(b, i->flg_mask);
		strbuf_putc(b, ' ');
		print_tcp_flags(b, i->flg_cmp);
	}
}

static enum tri eval_udp(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_udp *i = info;

	if (r->st.h.l4proto != IPPROTO_UDP)
		return TRI_NO;
	return tri_and(port_between(r, false, i->spts[0], i->spts[1],
				    i->invflags & XT_UDP_INV_SRCPT),
		       port_between(r, true, i->dpts[0], i->dpts[1],
				    i->invflags & XT_UDP_INV_DSTPT));
}

static void print_udp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_udp *i = info;

	xt_print_span(b, "--sport", i->spts[0], i->spts[1], UINT16_MAX, i->invflags & XT_UDP_INV_SRCPT);
	xt_print_span(b, "--dport", i->dpts[0], i->dpts[1], UINT16_MAX, i->invflags & XT_UDP_INV_DSTPT);
}

static enum tri multiport_side(struct fw_run *r, const struct xt_multiport_v1 *i, bool dst)
{
	unsigned int n = i->count < XT_MULTI_PORTS ? i->count : XT_MULTI_PORTS;
	uint16_t port;

	if (!headers_port(&r->st.h, dst, &port))
		return run_maybe(r, "a port that is chosen when the probe is sent");
	for (unsigned int k = 0; k < n; k++) {
		uint16_t from = i->ports[k], to = from;

		if (i->pflags[k] && k + 1 < n)
			to = i->ports[++k];
		if (port >= from && port <= to)
			return TRI_YES;
	}
	return TRI_NO;
}

static enum tri eval_multiport(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_multiport_v1 *i = info;
	enum tri t, other;

	if (r->st.h.l4proto != IPPROTO_TCP && r->st.h.l4proto != IPPROTO_UDP)
		return TRI_NO;
	if (i->flags == XT_MULTIPORT_SOURCE)
		return tri_not_if(i->invert, multiport_side(r, i, false));
	t = multiport_side(r, i, true);
	if (i->flags == XT_MULTIPORT_EITHER) {
		other = multiport_side(r, i, false);
		t = t > other ? t : other;
	}
	return tri_not_if(i->invert, t);
}

static void print_multiport(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const options[] = { "--sports", "--dports", "--ports" };
	const struct xt_multiport_v1 *i = info;
	unsigned int n = i->count < XT_MULTI_PORTS ? i->count : XT_MULTI_PORTS;

	xt_print_not(b, i->invert);
	strbuf_printf(b, " %s ", options[i->flags < 3 ? i->flags : 2]);
	for (unsigned int k = 0; k < n; k++) {
		strbuf_printf(b, "%s%u", k ? "," : "", i->ports[k]);
		if (i->pflags[k] && k + 1 < n)
			strbuf_printf(b, ":%u", i->ports[++k]);
	}
}

/* --- ICMP ------------------------------------------------------------------ */

/*
 * Any code is 0 … 255; type 255 is any type (icmp_type_code_match(),
 * net/ipv4/netfilter/ip_tables.c).
 */
static enum tri icmp_type_code(struct fw_run *r, uint8_t proto, uint8_t type, const uint8_t *code,
			       bool invert)
{
	uint8_t data[2], known[2];

	if (r->st.h.l4proto != proto)
		return TRI_NO;
	headers_read(&r->st.h, HEADER_TRANSPORT, 0, 2, data, known);
	if (known[0] != 0xff || known[1] != 0xff)
		return run_maybe(r, "the ICMP type");
	return tri_from(((type == 0xff && proto == IPPROTO_ICMP) ||
			 (data[0] == type && data[1] >= code[0] && data[1] <= code[1])) != invert);
}

static enum tri eval_icmp(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct ipt_icmp *i = info;

	return icmp_type_code(r, IPPROTO_ICMP, i->type, i->code, i->invflags & IPT_ICMP_INV);
}

static enum tri eval_icmp6(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct ip6t_icmp *i = info;

	return icmp_type_code(r, IPPROTO_ICMPV6, i->type, i->code, i->invflags & IP6T_ICMP_INV);
}

static void print_icmp_type(struct strbuf *b, const char *option, uint8_t type, const uint8_t *code,
			    bool invert)
{
	xt_print_not(b, invert);
	if (type == 0xff && streq(option, "--icmp-type")) {
		strbuf_printf(b, " %s any", option);
		return;
	}
	strbuf_printf(b, " %s %u", option, type);
	if (code[0] != 0 || code[1] != 0xff)
		strbuf_printf(b, "/%u", code[0]);
}

static void print_icmp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ipt_icmp *i = info;

	print_icmp_type(b, "--icmp-type", i->type, i->code, i->invflags & IPT_ICMP_INV);
}

static void print_icmp6(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ip6t_icmp *i = info;

	print_icmp_type(b, "--icmpv6-type", i->type, i->code, i->invflags & IP6T_ICMP_INV);
}

/* --- marks ----------------------------------------------------------------- */

static enum tri mark_equal(struct fw_run *r, uint32_t mark, uint32_t known, uint32_t want,
			   uint32_t mask, bool invert, const char *why)
{
	if (((mark ^ want) & mask & known) || (want & ~mask))
		return tri_from(invert);
	return mask & ~known ? run_maybe(r, why) : tri_from(!invert);
}

static enum tri eval_mark(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_mark_mtinfo1 *i = info;

	return mark_equal(r, r->st.mark, r->st.mark_known, i->mark, i->mask, i->invert,
			  "the packet's mark");
}

static enum tri eval_connmark(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_connmark_mtinfo1 *i = info;

	if (r->st.ct == CT_VIEW_NONE && r->st.templated == TRI_MAYBE)
		return run_maybe(r, "whether there is a connection yet");
	if (r->st.ct == CT_VIEW_NONE && r->st.templated == TRI_YES)
		return mark_equal(r, 0, ~0u, i->mark, i->mask, i->invert, NULL);
	if (r->st.ct == CT_VIEW_NONE || r->st.ct == CT_VIEW_UNTRACKED)
		return TRI_NO;
	if (run_ctmark_is_zero(r))
		return mark_equal(r, 0, ~0u, i->mark, i->mask, i->invert, NULL);
	return mark_equal(r, r->st.ctmark, r->st.ctmark_known, i->mark, i->mask, i->invert,
			  "the connection's mark");
}

/* Both structs are the same: mark, mask, invert. */
static void print_mark(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_mark_mtinfo1 *i = info;

	xt_print_not(b, i->invert);
	strbuf_printf(b, " --mark 0x%x", i->mark);
	if (i->mask != ~0u)
		strbuf_printf(b, "/0x%x", i->mask);
}

/* --- addresses ------------------------------------------------------------- */

/*
 * IPv6 has no one type for an address (match_type6()): what it looks like and where it leads are
 * asked one after the other. A local one is unicast, too.
 */
static enum tri type6_of(struct fw_run *r, const struct addr *a, uint16_t mask, int ifindex)
{
	static const struct addr any = { .family = AF_INET6 };
	bool multicast = addr_is_multicast(a);

	if ((mask & XT_ADDRTYPE_MULTICAST && !multicast) ||
	    (mask & XT_ADDRTYPE_UNICAST && (multicast || addr_eq(a, &any))) ||
	    (mask & XT_ADDRTYPE_UNSPEC && !addr_eq(a, &any)))
		return TRI_NO;
	if (mask & XT_ADDRTYPE_LOCAL && local_addr_type(r->ns, a, ifindex) == RTN_LOCAL)
		return TRI_YES;
	if (mask & (XT_ADDRTYPE_ANYCAST | XT_ADDRTYPE_UNREACHABLE))
		return run_maybe(r, "whether an IPv6 address is anycast or unreachable");
	return tri_from(!(mask & XT_ADDRTYPE_LOCAL));
}

static enum tri type_of(struct fw_run *r, bool dst, uint16_t mask, int ifindex, bool invert)
{
	struct addr a;

	if (!mask)
		return TRI_YES;
	if (!headers_addr(&r->st.h, dst, &a))
		return run_maybe(r, "an address that is not known");
	if (a.family == AF_INET6)
		return tri_not_if(invert, type6_of(r, &a, mask, ifindex));
	return tri_from(!!(mask & 1u << local_addr_type(r->ns, &a, ifindex)) != invert);
}

static struct xt_addrtype_info_v1 load_addrtype(const void *info, uint32_t rev)
{
	const struct xt_addrtype_info *old = info;

	if (rev >= 1)
		return *(const struct xt_addrtype_info_v1 *)info;
	return (struct xt_addrtype_info_v1){
		.source = old->source,
		.dest = old->dest,
		.flags = (old->invert_source ? XT_ADDRTYPE_INVERT_SOURCE : 0u) |
			 (old->invert_dest ? XT_ADDRTYPE_INVERT_DEST : 0u),
	};
}

static enum tri eval_addrtype(struct fw_run *r, const void *info, uint32_t rev)
{
	struct xt_addrtype_info_v1 i = load_addrtype(info, rev);
	int dev = i.flags & XT_ADDRTYPE_LIMIT_IFACE_IN ? run_iif(r) :
		  i.flags & XT_ADDRTYPE_LIMIT_IFACE_OUT ? run_oif(r) : 0;

	return tri_and(type_of(r, false, i.source, dev, i.flags & XT_ADDRTYPE_INVERT_SOURCE),
		       type_of(r, true, i.dest, dev, i.flags & XT_ADDRTYPE_INVERT_DEST));
}

static void print_types(struct strbuf *b, uint16_t mask)
{
	static const struct xt_bit_name names[] = {
		{ 1u << RTN_UNSPEC, "UNSPEC" },
		{ 1u << RTN_UNICAST, "UNICAST" },
		{ 1u << RTN_LOCAL, "LOCAL" },
		{ 1u << RTN_BROADCAST, "BROADCAST" },
		{ 1u << RTN_ANYCAST, "ANYCAST" },
		{ 1u << RTN_MULTICAST, "MULTICAST" },
		{ 1u << RTN_BLACKHOLE, "BLACKHOLE" },
		{ 1u << RTN_UNREACHABLE, "UNREACHABLE" },
		{ 1u << RTN_PROHIBIT, "PROHIBIT" },
		{ 1u << RTN_THROW, "THROW" },
		{ 1u << RTN_NAT, "NAT" },
		{ 1u << RTN_XRESOLVE, "XRESOLVE" },
	};

	xt_print_bits(b, mask, names, ARRAY_SIZE(names));
}

static void print_addrtype(struct strbuf *b, const void *info, const struct xt_context *x)
{
	struct xt_addrtype_info_v1 i = load_addrtype(info, x->rev);

	if (i.source) {
		xt_print_not(b, i.flags & XT_ADDRTYPE_INVERT_SOURCE);
		strbuf_puts(b, " --src-type");
		print_types(b, i.source);
	}
	if (i.dest) {
		xt_print_not(b, i.flags & XT_ADDRTYPE_INVERT_DEST);
		strbuf_puts(b, " --dst-type");
		print_types(b, i.dest);
	}
	if (i.flags & XT_ADDRTYPE_LIMIT_IFACE_IN)
		strbuf_puts(b, " --limit-iface-in");
	if (i.flags & XT_ADDRTYPE_LIMIT_IFACE_OUT)
		strbuf_puts(b, " --limit-iface-out");
}

static enum tri addr_between(struct fw_run *r, bool dst, const union nf_inet_addr *min,
			     const union nf_inet_addr *max, bool invert)
{
	struct addr a;
	size_t len = addr_len(r->st.h.family);

	if (!headers_addr(&r->st.h, dst, &a))
		return run_maybe(r, "an address that is not known");
	return tri_from((memcmp(a.b, min, len) >= 0 && memcmp(a.b, max, len) <= 0) != invert);
}

static enum tri eval_iprange(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_iprange_mtinfo *i = info;
	enum tri t = TRI_YES;

	if (i->flags & IPRANGE_SRC)
		t = addr_between(r, false, &i->src_min, &i->src_max, i->flags & IPRANGE_SRC_INV);
	if (i->flags & IPRANGE_DST)
		t = tri_and(t, addr_between(r, true, &i->dst_min, &i->dst_max,
					    i->flags & IPRANGE_DST_INV));
	return t;
}

static void print_range(struct strbuf *b, const char *option, uint8_t family,
			const union nf_inet_addr *min, const union nf_inet_addr *max, bool invert)
{
	struct addr from = { 0 }, to = { 0 };

	addr_from_bytes(family, min, addr_len(family), &from);
	addr_from_bytes(family, max, addr_len(family), &to);
	xt_print_not(b, invert);
	strbuf_printf(b, " %s %s-%s", option, addr_text(&from).s, addr_text(&to).s);
}

static void print_iprange(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_iprange_mtinfo *i = info;

	if (i->flags & IPRANGE_SRC)
		print_range(b, "--src-range", x->family, &i->src_min, &i->src_max,
			    i->flags & IPRANGE_SRC_INV);
	if (i->flags & IPRANGE_DST)
		print_range(b, "--dst-range", x->family, &i->dst_min, &i->dst_max,
			    i->flags & IPRANGE_DST_INV);
}

/*
 * Does the answer to this packet's source leave where it came in
 * (net/ipv4/netfilter/ipt_rpfilter.c)?
 */
static enum tri eval_rpfilter(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_rpfilter_info *i = info;
	bool invert = i->flags & XT_RPFILTER_INVERT;
	const struct link *in = ns_link(r->ns, run_iif(r));
	struct addr a, dst = { 0 };
	int oif;

	if (in && in->flags & IFF_LOOPBACK)
		return tri_from(!invert);
	headers_addr(&r->st.h, true, &dst);
	if (!headers_addr(&r->st.h, false, &a))
		return run_maybe(r, "an address that is not known");
	if (ns_is_local(r->ns, &a))
		return i->flags & XT_RPFILTER_ACCEPT_LOCAL ? run_maybe(r, "xt match \"rpfilter\"") :
							     tri_from(invert);
	oif = local_route(r->ns, &a, &dst, run_iif(r),
			  i->flags & XT_RPFILTER_VALID_MARK ? r->st.mark : 0);
	if (oif < 0 || (i->flags & XT_RPFILTER_VALID_MARK && ~r->st.mark_known))
		return run_maybe(r, "xt match \"rpfilter\"");
	return tri_from((oif && (oif == run_iif(r) || i->flags & XT_RPFILTER_LOOSE)) != invert);
}

static void print_rpfilter(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const options[] = { "--loose", "--validmark", "--accept-local",
					       "--invert" };
	const struct xt_rpfilter_info *i = info;

	for (size_t k = 0; k < ARRAY_SIZE(options); k++)
		if (i->flags & 1u << k)
			strbuf_printf(b, " %s", options[k]);
}

/* --- interfaces, packets --------------------------------------------------- */

/* ifname_compare(): only the bytes of the mask count. */
static bool ifname_matches(const char *name, const char *want, const char *mask)
{
	char padded[IFNAMSIZ] = { 0 };

	str_copy(padded, sizeof(padded), name);
	for (size_t i = 0; i < IFNAMSIZ; i++)
		if ((padded[i] ^ want[i]) & mask[i])
			return false;
	return true;
}

/* After physdev_mt(), net/netfilter/xt_physdev.c; without a port the options hold only inverted. */
static enum tri physdev(const struct fw_run *r, const struct xt_physdev_info *i, int in, int out)
{
	struct ifname in_name = ns_ifname(r->ns, in), out_name = ns_ifname(r->ns, out);
	uint8_t want = i->bitmask, inv = i->invert;

	if (want & XT_PHYSDEV_OP_BRIDGED && (out != 0) == !!(inv & XT_PHYSDEV_OP_BRIDGED))
		return TRI_NO;
	if (want & XT_PHYSDEV_OP_ISIN && (in != 0) == !!(inv & XT_PHYSDEV_OP_ISIN))
		return TRI_NO;
	if (want & XT_PHYSDEV_OP_ISOUT && (out != 0) == !!(inv & XT_PHYSDEV_OP_ISOUT))
		return TRI_NO;
	if (want & XT_PHYSDEV_OP_IN) {
		bool is = in && ifname_matches(in_name.s, i->physindev, i->in_mask);

		if (is == !!(inv & XT_PHYSDEV_OP_IN))
			return TRI_NO;
	}
	if (want & XT_PHYSDEV_OP_OUT) {
		bool is = out && ifname_matches(out_name.s, i->physoutdev, i->out_mask);

		if (is == !!(inv & XT_PHYSDEV_OP_OUT))
			return TRI_NO;
	}
	return TRI_YES;
}

/*
 * With bridge-nf a packet that came in by a bridge port remembers it, also when
 * it is routed on or delivered; the port it leaves by is known only while it is bridged.
 */
static enum tri eval_physdev(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct link *in = r->at->iif ? ns_link(r->ns, r->at->iif) : NULL;
	bool by_bridge = in && streq(in->kind, "bridge");
	bool forwarded = r->at->hook == HOOK_FORWARD || r->at->hook == HOOK_POSTROUTING;

	if (r->at->netfilter_bridged)
		return physdev(r, info, r->at->port_in, forwarded ? r->at->port_out : 0);
	if (!by_bridge || !ns_bridge_nf(r->ns, in->ifindex, r->pf))
		return physdev(r, info, 0, 0);
	if (r->at->port_in)
		return physdev(r, info, r->at->port_in, 0);
	return run_maybe(r, "by which bridge port it came (physdev)");
}

static void print_physdev(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_physdev_info *i = info;
	const struct {
		uint8_t bit;
		const char *option, *name;
	} rows[] = {
		{ XT_PHYSDEV_OP_ISIN, "--physdev-is-in", NULL },
		{ XT_PHYSDEV_OP_IN, "--physdev-in", i->physindev },
		{ XT_PHYSDEV_OP_ISOUT, "--physdev-is-out", NULL },
		{ XT_PHYSDEV_OP_OUT, "--physdev-out", i->physoutdev },
		{ XT_PHYSDEV_OP_BRIDGED, "--physdev-is-bridged", NULL },
	};

	for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
		if (i->bitmask & rows[k].bit) {
			xt_print_not(b, i->invert & rows[k].bit);
			strbuf_printf(b, " %s", rows[k].option);
			if (rows[k].name)
				strbuf_printf(b, " %.*s", IFNAMSIZ, rows[k].name);
		}
}

static enum tri eval_pkttype(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_pkttype_info *i = info;

	return tri_from((i->pkttype == PACKET_HOST) != !!i->invert);
}

static void print_pkttype(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const names[] = { "unicast", "broadcast", "multicast" };
	const struct xt_pkttype_info *i = info;

	xt_print_not(b, i->invert);
	if (i->pkttype >= 0 && (size_t)i->pkttype < ARRAY_SIZE(names))
		strbuf_printf(b, " --pkt-type %s", names[i->pkttype]);
	else
		strbuf_printf(b, " --pkt-type %d", i->pkttype);
}

/* --- words ------------------------------------------------------ */

static enum tri eval_yes(struct fw_run *r, const void *info, uint32_t rev)
{
	return TRI_YES;
}

static void print_comment(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_comment_info *i = info;

	strbuf_puts(b, " --comment");
	xt_print_string(b, i->comment, sizeof(i->comment));
}

static const struct xt_row rows[] = {
	/* name, family, revisions, size, eval, print */
	{ "conntrack", 0, 1, 1, sizeof(struct xt_conntrack_mtinfo1), xt_eval_conntrack,
	  xt_print_conntrack },
	{ "conntrack", 0, 2, 2, sizeof(struct xt_conntrack_mtinfo2), xt_eval_conntrack,
	  xt_print_conntrack },
	{ "conntrack", 0, 3, 3, sizeof(struct xt_conntrack_mtinfo3), xt_eval_conntrack,
	  xt_print_conntrack },
	{ "comment", 0, 0, 0, sizeof(struct xt_comment_info), eval_yes, print_comment },
	{ "tcp", 0, 0, 0, sizeof(struct xt_tcp), eval_tcp, print_tcp },
	{ "udp", 0, 0, 0, sizeof(struct xt_udp), eval_udp, print_udp },
	{ "icmp", AF_INET, 0, 0, sizeof(struct ipt_icmp), eval_icmp, print_icmp },
	{ "icmp6", AF_INET6, 0, 0, sizeof(struct ip6t_icmp), eval_icmp6, print_icmp6 },
	{ "multiport", 0, 1, 1, sizeof(struct xt_multiport_v1), eval_multiport, print_multiport },
	{ "addrtype", 0, 0, 0, sizeof(struct xt_addrtype_info), eval_addrtype, print_addrtype },
	{ "addrtype", 0, 1, 1, sizeof(struct xt_addrtype_info_v1), eval_addrtype, print_addrtype },
	{ "mark", 0, 1, 1, sizeof(struct xt_mark_mtinfo1), eval_mark, print_mark },
	{ "connmark", 0, 1, 1, sizeof(struct xt_connmark_mtinfo1), eval_connmark, print_mark },
	{ "state", 0, 0, 0, sizeof(struct xt_state_info), xt_eval_state, xt_print_state },
	{ "iprange", 0, 1, 1, sizeof(struct xt_iprange_mtinfo), eval_iprange, print_iprange },
	{ "physdev", 0, 0, 0, sizeof(struct xt_physdev_info), eval_physdev, print_physdev },
	{ "pkttype", 0, 0, 0, sizeof(struct xt_pkttype_info), eval_pkttype, print_pkttype },
	{ "rpfilter", 0, 0, 0, sizeof(struct xt_rpfilter_info), eval_rpfilter, print_rpfilter },
};

const struct xt_rows xt_basic_matches = { rows, ARRAY_SIZE(rows) };
