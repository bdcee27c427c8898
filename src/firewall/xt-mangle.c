/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-mangle - the target extensions that change header fields, or hand the packet to somebody
 * else
 *
 * After net/netfilter/xt_*.c; printing after extensions/lib*t_*.c of iptables 1.8.9.
 */
#include <arpa/inet.h>
#include <stdio.h>

#include "firewall/xt-print.h"

#include <linux/netfilter/xt_AUDIT.h>
#include <linux/netfilter/xt_CLASSIFY.h>
#include <linux/netfilter/xt_CONNSECMARK.h>
#include <linux/netfilter/xt_DSCP.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <linux/netfilter/xt_SYNPROXY.h>
#include <linux/netfilter/xt_TCPOPTSTRIP.h>
#include <linux/netfilter/xt_TEE.h>
#include <linux/netfilter/xt_TPROXY.h>
#include <linux/netfilter_ipv4/ipt_ECN.h>
#include <linux/netfilter_ipv4/ipt_TTL.h>
#include <linux/netfilter_ipv6/ip6t_NPT.h>

/* --- the type of service --------------------------------------------------- */

/* New bits in place of those of mask; bits outside of it that value has are flipped. */
static void service_set(struct fw_run *r, uint8_t value, uint8_t mask)
{
	uint8_t tos, known;

	headers_service(&r->st.h, &tos, &known);
	headers_set_service(&r->st.h, (uint8_t)((tos & ~mask) ^ value), known | mask);
}

static enum tri eval_tos(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_tos_target_info *i = info;

	service_set(r, i->tos_value, i->tos_mask);
	return TRI_YES;
}

static void print_tos(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tos_target_info *i = info;

	strbuf_printf(b, " --set-tos 0x%02x/0x%02x", i->tos_value, i->tos_mask);
}

static enum tri eval_dscp(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_DSCP_info *i = info;

	service_set(r, (uint8_t)(i->dscp << XT_DSCP_SHIFT), XT_DSCP_MASK);
	return TRI_YES;
}

static void print_dscp(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_DSCP_info *i = info;

	strbuf_printf(b, " --set-dscp 0x%02x", i->dscp);
}

static void set_tcp_flag(struct fw_run *r, uint8_t flag, bool value)
{
	uint8_t data, known;

	if (headers_read(&r->st.h, HEADER_TRANSPORT, 13, 1, &data, &known) != TRI_YES)
		return;
	data = (uint8_t)(value ? data | flag : data & ~flag);
	known |= flag;
	headers_write(&r->st.h, HEADER_TRANSPORT, 13, 1, &data, &known);
}

static enum tri eval_ecn(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct ipt_ECN_info *i = info;

	if (i->operation & IPT_ECN_OP_SET_IP)
		service_set(r, i->ip_ect, (uint8_t)IPT_ECN_IP_MASK);
	if (r->st.h.l4proto != IPPROTO_TCP)
		return TRI_YES;
	if (i->operation & IPT_ECN_OP_SET_ECE)
		set_tcp_flag(r, 0x40, i->proto.tcp.ece);
	if (i->operation & IPT_ECN_OP_SET_CWR)
		set_tcp_flag(r, 0x80, i->proto.tcp.cwr);
	return TRI_YES;
}

static void print_ecn(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const uint8_t both = IPT_ECN_OP_SET_ECE | IPT_ECN_OP_SET_CWR;
	const struct ipt_ECN_info *i = info;

	if ((i->operation & both) == both && !i->proto.tcp.ece && !i->proto.tcp.cwr) {
		strbuf_puts(b, " --ecn-tcp-remove");
		return;
	}
	if (i->operation & IPT_ECN_OP_SET_ECE)
		strbuf_printf(b, " --ecn-tcp-ece %u", i->proto.tcp.ece);
	if (i->operation & IPT_ECN_OP_SET_CWR)
		strbuf_printf(b, " --ecn-tcp-cwr %u", i->proto.tcp.cwr);
	if (i->operation & IPT_ECN_OP_SET_IP)
		strbuf_printf(b, " --ecn-ip-ect %u", i->ip_ect);
}

/* --- the time to live ------------------------------------------------------ */

/* TTL and HL have the same struct and modes; both stay within a byte. */
static enum tri eval_ttl(struct fw_run *r, const void *info, uint32_t rev)
{
	size_t at = r->st.h.family == AF_INET6 ? 7 : 8;
	const struct ipt_TTL_info *i = info;
	uint8_t ttl, known;
	int value;

	headers_read(&r->st.h, HEADER_NETWORK, at, 1, &ttl, &known);
	value = i->mode == IPT_TTL_SET ? i->ttl :
		i->mode == IPT_TTL_INC ? ttl + i->ttl : ttl - i->ttl;
	ttl = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
	known = i->mode == IPT_TTL_SET || known == 0xff ? 0xff : 0;
	headers_write(&r->st.h, HEADER_NETWORK, at, 1, &ttl, &known);
	return TRI_YES;
}

static void print_ttl(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const modes[] = { "set", "inc", "dec" };
	const struct ipt_TTL_info *i = info;

	if (i->mode < ARRAY_SIZE(modes))
		strbuf_printf(b, " --%s-%s %u", x->family == AF_INET6 ? "hl" : "ttl", modes[i->mode],
			      i->ttl);
}

/* --- what no rule asks for ------------------------------------------------- */

static void print_classify(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_classify_target_info *i = info;

	strbuf_printf(b, " --set-class %04x:%04x", i->priority >> 16, i->priority & 0xffff);
}

static void print_audit(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const types[] = { "accept", "drop", "reject" };
	const struct xt_audit_info *i = info;

	if (i->type < ARRAY_SIZE(types))
		strbuf_printf(b, " --type %s", types[i->type]);
}

static void print_connsecmark(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_connsecmark_target_info *i = info;

	strbuf_puts(b, i->mode == CONNSECMARK_SAVE ? " --save" : " --restore");
}

static void print_tcpoptstrip(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tcpoptstrip_target_info *i = info;
	const char *separator = " --strip-options ";

	for (unsigned int k = 0; k < 256; k++)
		if (i->strip_bmap[k / 32] & 1u << k % 32) {
			strbuf_printf(b, "%s%u", separator, k);
			separator = ",";
		}
}

static void print_tee(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tee_tginfo *i = info;
	struct addr gw = { 0 };

	addr_from_bytes(x->family, &i->gw, addr_len(x->family), &gw);
	strbuf_printf(b, " --gateway %s", addr_text(&gw).s);
	if (i->oif[0])
		xt_print_word(b, "--oif", i->oif, sizeof(i->oif));
}

/* Prefixes are translated without conntrack: nobody here follows that. */
static enum tri eval_npt(struct fw_run *r, const void *info, uint32_t rev)
{
	r->st.nat_unknown = true;
	r->why = "a translation of prefixes (NPT)";
	return TRI_YES;
}

static void print_npt(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct ip6t_npt_tginfo *i = info;
	struct addr src = { 0 }, dst = { 0 };

	addr_from_bytes(AF_INET6, &i->src_pfx, 16, &src);
	addr_from_bytes(AF_INET6, &i->dst_pfx, 16, &dst);
	strbuf_printf(b, " --src-pfx %s/%u --dst-pfx %s/%u", addr_text(&src).s, i->src_pfx_len,
		      addr_text(&dst).s, i->dst_pfx_len);
}

/* --- the packet is gone ---------------------------------------------------- */

static enum tri eval_gone(struct fw_run *r, const void *info, uint32_t rev)
{
	r->verdict = (struct fw_verdict_code){ .code = VERDICT_UNKNOWN };
	r->why = "a program in user space or a proxy decides";
	return TRI_YES;
}

/* Each revision has what the one before has, and more at its end. */
static unsigned int queue_flags(const struct xt_NFQ_info_v3 *i, uint32_t rev)
{
	return rev == 3 ? i->flags : rev == 2 && i->flags ? NFQ_FLAG_BYPASS : 0;
}

static enum tri eval_nfqueue(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_NFQ_info_v3 *i = info;

	return run_queue(r, i->queuenum, rev ? i->queues_total : 1,
			 queue_flags(i, rev) & NFQ_FLAG_BYPASS);
}

/* Only TCP goes to the proxy (synproxy_tg4()). */
static enum tri eval_synproxy(struct fw_run *r, const void *info, uint32_t rev)
{
	return r->st.h.l4proto == IPPROTO_TCP ? eval_gone(r, info, rev) : TRI_YES;
}

static void print_synproxy(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_synproxy_info *i = info;

	if (i->options & XT_SYNPROXY_OPT_SACK_PERM)
		strbuf_puts(b, " --sack-perm");
	if (i->options & XT_SYNPROXY_OPT_TIMESTAMP)
		strbuf_puts(b, " --timestamp");
	if (i->options & XT_SYNPROXY_OPT_WSCALE)
		strbuf_printf(b, " --wscale %u", i->wscale);
	if (i->options & XT_SYNPROXY_OPT_MSS)
		strbuf_printf(b, " --mss %u", i->mss);
	if (i->options & XT_SYNPROXY_OPT_ECN)
		strbuf_puts(b, " --ecn");
}

/* Revision 2 has a switch where 3 has flags; 0 has only the number. */
static void print_nfqueue(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_NFQ_info_v3 *i = info;
	unsigned int flags = queue_flags(i, x->rev);

	if (x->rev && i->queues_total > 1)
		strbuf_printf(b, " --queue-balance %u:%u", i->queuenum,
			      i->queuenum + i->queues_total - 1u);
	else
		strbuf_printf(b, " --queue-num %u", i->queuenum);
	if (flags & NFQ_FLAG_BYPASS)
		strbuf_puts(b, " --queue-bypass");
	if (flags & NFQ_FLAG_CPU_FANOUT)
		strbuf_puts(b, " --queue-cpu-fanout");
}

static void print_tproxy_to(struct strbuf *b, uint16_t port, const void *to, uint8_t family,
			    uint32_t value, uint32_t mask)
{
	struct addr a = { 0 };

	addr_from_bytes(family, to, addr_len(family), &a);
	strbuf_printf(b, " --on-port %u --on-ip %s --tproxy-mark 0x%x/0x%x", ntohs(port),
		      addr_text(&a).s, value, mask);
}

static void print_tproxy(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_tproxy_target_info_v1 *i = info;
	const struct xt_tproxy_target_info *old = info;

	if (x->rev)
		print_tproxy_to(b, i->lport, &i->laddr, x->family, i->mark_value, i->mark_mask);
	else
		print_tproxy_to(b, old->lport, &old->laddr, x->family, old->mark_value,
				old->mark_mask);
}

static const struct xt_row rows[] = {
	/* name, family, revisions, size, eval, print */
	{ "TOS", 0, 1, 1, sizeof(struct xt_tos_target_info), eval_tos, print_tos },
	{ "DSCP", 0, 0, 0, sizeof(struct xt_DSCP_info), eval_dscp, print_dscp },
	{ "ECN", AF_INET, 0, 0, sizeof(struct ipt_ECN_info), eval_ecn, print_ecn },
	{ "TTL", AF_INET, 0, 0, sizeof(struct ipt_TTL_info), eval_ttl, print_ttl },
	{ "HL", AF_INET6, 0, 0, sizeof(struct ipt_TTL_info), eval_ttl, print_ttl },
	{ "TRACE", 0, 0, 9, 0, xt_eval_nothing, xt_print_nothing },
	{ "AUDIT", 0, 0, 0, sizeof(struct xt_audit_info), xt_eval_nothing, print_audit },
	{ "CLASSIFY", 0, 0, 0, sizeof(struct xt_classify_target_info), xt_eval_nothing,
	  print_classify },
	{ "CONNSECMARK", 0, 0, 0, sizeof(struct xt_connsecmark_target_info), xt_eval_nothing,
	  print_connsecmark },
	{ "TCPOPTSTRIP", 0, 0, 0, sizeof(struct xt_tcpoptstrip_target_info), xt_eval_nothing,
	  print_tcpoptstrip },
	{ "TEE", 0, 1, 1, sizeof(struct xt_tee_tginfo), xt_eval_nothing, print_tee },
	{ "SNPT", AF_INET6, 0, 0, sizeof(struct ip6t_npt_tginfo), eval_npt, print_npt },
	{ "DNPT", AF_INET6, 0, 0, sizeof(struct ip6t_npt_tginfo), eval_npt, print_npt },
	{ "NFQUEUE", 0, 0, 0, sizeof(struct xt_NFQ_info), eval_nfqueue, print_nfqueue },
	{ "NFQUEUE", 0, 1, 1, sizeof(struct xt_NFQ_info_v1), eval_nfqueue, print_nfqueue },
	{ "NFQUEUE", 0, 2, 3, sizeof(struct xt_NFQ_info_v2), eval_nfqueue, print_nfqueue },
	{ "SYNPROXY", 0, 0, 0, sizeof(struct xt_synproxy_info), eval_synproxy, print_synproxy },
	{ "TPROXY", AF_INET, 0, 0, sizeof(struct xt_tproxy_target_info), eval_gone, print_tproxy },
	{ "TPROXY", 0, 1, 1, sizeof(struct xt_tproxy_target_info_v1), eval_gone, print_tproxy },
};

const struct xt_rows xt_mangle_targets = { rows, ARRAY_SIZE(rows) };
