/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xt-conntrack - the conntrack match and its older form, state (net/netfilter/xt_conntrack.c) */
#include <arpa/inet.h>
#include <stdio.h>

#include "firewall/xt-print.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_state.h>

/* Revision 1 has masks of 8 bits, 1 and 2 have single ports in network order. */
static struct xt_conntrack_mtinfo3 load_conntrack(const void *info, uint32_t rev)
{
	struct xt_conntrack_mtinfo3 c = { 0 };
	struct xt_conntrack_mtinfo2 old;

	if (rev >= 3) {
		memcpy(&c, info, sizeof(c));
		return c;
	}
	memcpy(&old, info, sizeof(old));
	memcpy(&c, info, offsetof(struct xt_conntrack_mtinfo3, origsrc_port));
	c.origsrc_port = c.origsrc_port_high = ntohs(old.origsrc_port);
	c.origdst_port = c.origdst_port_high = ntohs(old.origdst_port);
	c.replsrc_port = c.replsrc_port_high = ntohs(old.replsrc_port);
	c.repldst_port = c.repldst_port_high = ntohs(old.repldst_port);
	c.match_flags = old.match_flags;
	c.invert_flags = old.invert_flags;
	c.state_mask = old.state_mask;
	c.status_mask = old.status_mask;
	if (rev == 1) {
		const struct xt_conntrack_mtinfo1 *one = info;

		c.state_mask = one->state_mask;
		c.status_mask = one->status_mask;
	}
	return c;
}

static enum tri state_matches(struct fw_run *r, uint32_t mask, uint32_t invalid, uint32_t untracked)
{
	switch (run_ct_view(r)) {
	case CT_VIEW_NONE:
		return tri_from(mask & invalid);
	case CT_VIEW_NEW:
		return tri_from(mask & XT_CONNTRACK_STATE_BIT(IP_CT_NEW));
	case CT_VIEW_ESTABLISHED:
		return tri_from(mask & XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED));
	case CT_VIEW_UNTRACKED:
		return tri_from(mask & untracked);
	case CT_VIEW_UNKNOWN:
		break;
	}
	return run_maybe(r, "whether conntrack saw the packet before");
}

/* SNAT and DNAT are states, too, beside the others. */
static enum tri ct_state(struct fw_run *r, const struct xt_conntrack_mtinfo3 *c)
{
	enum tri t = state_matches(r, c->state_mask, XT_CONNTRACK_STATE_INVALID,
				   XT_CONNTRACK_STATE_UNTRACKED);
	uint32_t known, status = run_ct_status(r, &known), want = 0;

	if (r->st.ct == CT_VIEW_NEW || r->st.ct == CT_VIEW_ESTABLISHED) {
		if (c->state_mask & XT_CONNTRACK_STATE_SNAT)
			want |= IPS_SRC_NAT;
		if (c->state_mask & XT_CONNTRACK_STATE_DNAT)
			want |= IPS_DST_NAT;
	}
	if (t == TRI_NO && status & want)
		t = TRI_YES;
	else if (t == TRI_NO && want & ~known)
		t = run_maybe(r, "whether the connection is translated");
	return tri_not_if(c->invert_flags & XT_CONNTRACK_STATE, t);
}

static enum tri ct_address(struct fw_run *r, bool of_reply, bool dst,
			   const union nf_inet_addr *want, const union nf_inet_addr *mask,
			   bool invert)
{
	const uint8_t *w = (const uint8_t *)want, *m = (const uint8_t *)mask;
	struct addr a;

	if (!run_ct_addr(r, of_reply, dst, &a))
		return run_maybe(r, "an address of the connection before translation");
	for (size_t i = 0; i < addr_len(a.family); i++)
		if ((a.b[i] & m[i]) != w[i])
			return tri_from(invert);
	return tri_from(!invert);
}

static enum tri ct_addresses(struct fw_run *r, const struct xt_conntrack_mtinfo3 *c)
{
	uint16_t inv = c->invert_flags;
	enum tri t = TRI_YES;

	if (c->match_flags & XT_CONNTRACK_ORIGSRC)
		t = tri_and(t, ct_address(r, false, false, &c->origsrc_addr, &c->origsrc_mask,
					  inv & XT_CONNTRACK_ORIGSRC));
	if (c->match_flags & XT_CONNTRACK_ORIGDST)
		t = tri_and(t, ct_address(r, false, true, &c->origdst_addr, &c->origdst_mask,
					  inv & XT_CONNTRACK_ORIGDST));
	if (c->match_flags & XT_CONNTRACK_REPLSRC)
		t = tri_and(t, ct_address(r, true, false, &c->replsrc_addr, &c->replsrc_mask,
					  inv & XT_CONNTRACK_REPLSRC));
	if (c->match_flags & XT_CONNTRACK_REPLDST)
		t = tri_and(t, ct_address(r, true, true, &c->repldst_addr, &c->repldst_mask,
					  inv & XT_CONNTRACK_REPLDST));
	return t;
}

static enum tri ct_port(struct fw_run *r, bool of_reply, bool dst, uint16_t min, uint16_t max,
			bool invert)
{
	uint16_t p;

	if (!run_ct_port(r, of_reply, dst, &p))
		return run_maybe(r, "a port of the connection before translation");
	return tri_from((p >= min && p <= max) != invert);
}

static enum tri ct_ports(struct fw_run *r, const struct xt_conntrack_mtinfo3 *c)
{
	uint16_t inv = c->invert_flags;
	enum tri t = TRI_YES;

	if (c->match_flags & XT_CONNTRACK_PROTO)
		t = tri_from((c->l4proto == r->st.h.l4proto) != !!(inv & XT_CONNTRACK_PROTO));
	if (c->match_flags & XT_CONNTRACK_ORIGSRC_PORT)
		t = tri_and(t, ct_port(r, false, false, c->origsrc_port, c->origsrc_port_high,
				       inv & XT_CONNTRACK_ORIGSRC_PORT));
	if (c->match_flags & XT_CONNTRACK_ORIGDST_PORT)
		t = tri_and(t, ct_port(r, false, true, c->origdst_port, c->origdst_port_high,
				       inv & XT_CONNTRACK_ORIGDST_PORT));
	if (c->match_flags & XT_CONNTRACK_REPLSRC_PORT)
		t = tri_and(t, ct_port(r, true, false, c->replsrc_port, c->replsrc_port_high,
				       inv & XT_CONNTRACK_REPLSRC_PORT));
	if (c->match_flags & XT_CONNTRACK_REPLDST_PORT)
		t = tri_and(t, ct_port(r, true, true, c->repldst_port, c->repldst_port_high,
				       inv & XT_CONNTRACK_REPLDST_PORT));
	return t;
}

static enum tri ct_status(struct fw_run *r, const struct xt_conntrack_mtinfo3 *c)
{
	uint32_t known, status = run_ct_status(r, &known);
	bool invert = c->invert_flags & XT_CONNTRACK_STATUS;

	if (status & known & c->status_mask)
		return tri_from(!invert);
	if (c->status_mask & ~known)
		return run_maybe(r, "ct status");
	return tri_from(invert);
}

enum tri xt_eval_conntrack(struct fw_run *r, const void *info, uint32_t rev)
{
	struct xt_conntrack_mtinfo3 c = load_conntrack(info, rev);
	enum tri t = TRI_YES;

	if (c.match_flags & XT_CONNTRACK_STATE)
		t = ct_state(r, &c);
	if (r->st.ct == CT_VIEW_NONE && r->st.templated != TRI_NO && c.match_flags & ~XT_CONNTRACK_STATE)
		return tri_and(t, run_maybe(r, "a value of the connection before it is tracked"));
	if (r->st.ct == CT_VIEW_NONE || r->st.ct == CT_VIEW_UNTRACKED)
		return tri_and(t, tri_from(c.match_flags & XT_CONNTRACK_STATE));
	if (r->st.ct == CT_VIEW_UNKNOWN && c.match_flags & ~XT_CONNTRACK_STATE)
		return tri_and(t, run_maybe(r, "whether conntrack saw the packet before"));
	if (c.match_flags & XT_CONNTRACK_DIRECTION)
		t = tri_and(t, tri_from(!r->pkt->reply !=
					!!(c.invert_flags & XT_CONNTRACK_DIRECTION)));
	t = tri_and(t, ct_addresses(r, &c));
	t = tri_and(t, ct_ports(r, &c));
	if (c.match_flags & XT_CONNTRACK_STATUS)
		t = tri_and(t, ct_status(r, &c));
	if (c.match_flags & XT_CONNTRACK_EXPIRES && t != TRI_NO)
		return run_maybe(r, "when the connection expires");
	return t;
}

static void print_ct_state(struct strbuf *b, uint32_t mask)
{
	static const struct xt_bit_name names[] = {
		{ XT_CONNTRACK_STATE_INVALID, "INVALID" },
		{ XT_CONNTRACK_STATE_BIT(IP_CT_NEW), "NEW" },
		{ XT_CONNTRACK_STATE_BIT(IP_CT_RELATED), "RELATED" },
		{ XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED), "ESTABLISHED" },
		{ XT_CONNTRACK_STATE_UNTRACKED, "UNTRACKED" },
		{ XT_CONNTRACK_STATE_SNAT, "SNAT" },
		{ XT_CONNTRACK_STATE_DNAT, "DNAT" },
	};

	xt_print_bits(b, mask, names, ARRAY_SIZE(names));
}

static void print_ct_status(struct strbuf *b, uint32_t mask)
{
	static const struct xt_bit_name names[] = {
		{ IPS_EXPECTED, "EXPECTED" },
		{ IPS_SEEN_REPLY, "SEEN_REPLY" },
		{ IPS_ASSURED, "ASSURED" },
		{ IPS_CONFIRMED, "CONFIRMED" },
	};

	if (!mask)
		strbuf_puts(b, " NONE");
	xt_print_bits(b, mask, names, ARRAY_SIZE(names));
}

static void print_ct_addresses(struct strbuf *b, const struct xt_conntrack_mtinfo3 *c,
			       uint8_t family)
{
	const struct {
		uint16_t flag;
		const char *option;
		const union nf_inet_addr *addr, *mask;
	} rows[] = {
		{ XT_CONNTRACK_ORIGSRC, "--ctorigsrc", &c->origsrc_addr, &c->origsrc_mask },
		{ XT_CONNTRACK_ORIGDST, "--ctorigdst", &c->origdst_addr, &c->origdst_mask },
		{ XT_CONNTRACK_REPLSRC, "--ctreplsrc", &c->replsrc_addr, &c->replsrc_mask },
		{ XT_CONNTRACK_REPLDST, "--ctrepldst", &c->repldst_addr, &c->repldst_mask },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (c->match_flags & rows[i].flag) {
			xt_print_not(b, c->invert_flags & rows[i].flag);
			strbuf_printf(b, " %s", rows[i].option);
			xt_print_masked(b, family, rows[i].addr, rows[i].mask);
		}
}

static void print_ct_ports(struct strbuf *b, const struct xt_conntrack_mtinfo3 *c)
{
	const struct {
		uint16_t flag;
		const char *option;
		uint16_t min, max;
	} rows[] = {
		{ XT_CONNTRACK_ORIGSRC_PORT, "--ctorigsrcport", c->origsrc_port,
		  c->origsrc_port_high },
		{ XT_CONNTRACK_ORIGDST_PORT, "--ctorigdstport", c->origdst_port,
		  c->origdst_port_high },
		{ XT_CONNTRACK_REPLSRC_PORT, "--ctreplsrcport", c->replsrc_port,
		  c->replsrc_port_high },
		{ XT_CONNTRACK_REPLDST_PORT, "--ctrepldstport", c->repldst_port,
		  c->repldst_port_high },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (c->match_flags & rows[i].flag) {
			xt_print_not(b, c->invert_flags & rows[i].flag);
			strbuf_printf(b, " %s %u", rows[i].option, rows[i].min);
			if (rows[i].max > rows[i].min)
				strbuf_printf(b, ":%u", rows[i].max);
		}
}

void xt_print_conntrack(struct strbuf *b, const void *info, const struct xt_context *x)
{
	struct xt_conntrack_mtinfo3 c = load_conntrack(info, x->rev);

	if (c.match_flags & XT_CONNTRACK_STATE) {
		xt_print_not(b, c.invert_flags & XT_CONNTRACK_STATE);
		strbuf_puts(b,
			    c.match_flags & XT_CONNTRACK_STATE_ALIAS ? " --state" : " --ctstate");
		print_ct_state(b, c.state_mask);
	}
	if (c.match_flags & XT_CONNTRACK_PROTO) {
		xt_print_not(b, c.invert_flags & XT_CONNTRACK_PROTO);
		strbuf_printf(b, " --ctproto %u", c.l4proto);
	}
	print_ct_addresses(b, &c, x->family);
	print_ct_ports(b, &c);
	if (c.match_flags & XT_CONNTRACK_STATUS) {
		xt_print_not(b, c.invert_flags & XT_CONNTRACK_STATUS);
		strbuf_puts(b, " --ctstatus");
		print_ct_status(b, c.status_mask);
	}
	if (c.match_flags & XT_CONNTRACK_EXPIRES) {
		xt_print_not(b, c.invert_flags & XT_CONNTRACK_EXPIRES);
		strbuf_printf(b, " --ctexpire %u", c.expires_min);
		if (c.expires_max != c.expires_min)
			strbuf_printf(b, ":%u", c.expires_max);
	}
	if (c.match_flags & XT_CONNTRACK_DIRECTION)
		strbuf_puts(b, c.invert_flags & XT_CONNTRACK_DIRECTION ? " --ctdir REPLY" :
									 " --ctdir ORIGINAL");
}

enum tri xt_eval_state(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_state_info *i = info;

	return state_matches(r, i->statemask, XT_STATE_INVALID, XT_STATE_UNTRACKED);
}

void xt_print_state(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct xt_bit_name names[] = {
		{ XT_STATE_INVALID, "INVALID" },
		{ XT_STATE_BIT(IP_CT_NEW), "NEW" },
		{ XT_STATE_BIT(IP_CT_RELATED), "RELATED" },
		{ XT_STATE_BIT(IP_CT_ESTABLISHED), "ESTABLISHED" },
		{ XT_STATE_UNTRACKED, "UNTRACKED" },
	};
	const struct xt_state_info *i = info;

	strbuf_puts(b, " --state");
	xt_print_bits(b, i->statemask, names, ARRAY_SIZE(names));
}
