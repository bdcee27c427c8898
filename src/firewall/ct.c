/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ct - what conntrack would say about the packet's connection, as far as it can
 * be known, and the ct expression that asks for it (net/netfilter/nft_ct.c)
 */
#include <arpa/inet.h>
#include <stdio.h>

#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/decode.h"
#include "firewall/eval.h"

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

/*
 * Counted before the rules see the packet (nf_conntrack_in()). What follows on a first packet comes after one answer; of
 * TCP it is a third one, as the answer is acknowledged. An answer may be to either.
 */
bool run_ct_packets(const struct fw_run *r, uint8_t dir, uint64_t *ret)
{
	bool first = r->st.ct == CT_VIEW_NEW;
	uint64_t there = first ? 1 : r->pkt->proto == PROTO_TCP ? 3 : 2, back = first ? 0 : 1;

	if ((!first && r->st.ct != CT_VIEW_ESTABLISHED) || r->pkt->reply)
		return false;
	*ret = dir == IP_CT_DIR_ORIGINAL ? there : dir == IP_CT_DIR_REPLY ? back : there + back;
	return true;
}

/* ICMP has type and code in the place of the destination's port (union nf_conntrack_man_proto). */
static uint16_t icmp_port(const struct fw_run *r, bool of_reply)
{
	bool v6 = r->st.h.family == AF_INET6;
	/* echo and its reply: RFC 4443, RFC 792 */
	uint8_t type = v6 ? (of_reply ? 129 : 128) : (of_reply ? 0 : 8);

	return (uint16_t)(type << 8);
}

bool run_ct_port(const struct fw_run *r, bool of_reply, bool dst, uint16_t *ret)
{
	if (r->pkt->proto == PROTO_ICMP) {
		*ret = icmp_port(r, of_reply);
		return dst;
	}
	return in_packet(r, of_reply, dst, &dst) && headers_port(&r->st.h, dst, ret);
}

enum ct_view run_ct_view(const struct fw_run *r)
{
	if (r->st.ct != CT_VIEW_NONE || r->st.templated == TRI_NO)
		return (enum ct_view)r->st.ct;
	return r->st.templated == TRI_YES ? CT_VIEW_NEW : CT_VIEW_UNKNOWN;
}

bool run_attach_template(struct fw_run *r)
{
	bool first = r->st.ct == CT_VIEW_NONE && r->st.templated != TRI_YES;

	/* whose zone counts, if there may be one already, or none is attached any more? */
	if ((first && r->st.templated == TRI_MAYBE) || r->st.ct == CT_VIEW_UNKNOWN)
		r->st.zone_unknown = true;
	if (first)
		r->st.templated = TRI_YES;
	return first;
}

void run_set_zone(struct fw_run *r, uint16_t zone, bool known, uint8_t dir)
{
	if (dir == IP_CT_DIR_ORIGINAL)
		return;
	r->st.reply_zone = zone;
	r->st.zone_unknown |= !known;
}

/*
 * Ignored for what conntrack has seen already (nft_notrack_eval(), net/netfilter/nft_ct.c), and for what has a template
 * of it. What came in by a bridge's
 * port it has seen only where the bridge has a conntrack of its own, which nobody tells.
 */
void run_notrack(struct fw_run *r)
{
	if (r->at->bridge && r->at->port_in && r->st.ct != CT_VIEW_NONE && r->st.ct != CT_VIEW_UNTRACKED)
		r->st.ct = CT_VIEW_UNKNOWN;
	if (r->st.ct == CT_VIEW_NONE && r->st.templated == TRI_MAYBE)
		r->st.ct = CT_VIEW_UNKNOWN;
	if (r->st.ct != CT_VIEW_NONE || r->st.templated == TRI_YES)
		return;
	r->st.ct = CT_VIEW_UNTRACKED;
	r->st.notrack = true;
	r->st.notrack_chain = r->chain;
	r->st.notrack_handle = r->handle;
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

static bool any_writes_ctmark(struct fw_run *r, const nft_chain_list *chains)
{
	bool written = chains == &r->ns->chains && r->ns->more_chains;

	vec_each(c, chains) {
		if (c->unread) {
			written = true;
			if (run_reads_all(r))
				run_has_rules(r, c);
		}
		vec_each(rule, &c->rules) {
			const struct nftnl_rule *nr = written ? NULL : nft_rule_code(r->s, rule);

			written = written || !nr;
			if (nr)
				nftnl_expr_foreach((struct nftnl_rule *)(uintptr_t)nr,
						   writes_ctmark, &written);
		}
	}
	return written;
}

static bool all_read(const struct ns *ns)
{
	vec_each(t, &ns->legacy_tables)
		if (!t->read)
			return false;
	return !ns->error[COLLECT_NFT] && !ns->error[COLLECT_LEGACY];
}

bool run_ctmark_is_zero(struct fw_run *r)
{
	if (r->ctmark_written < 0)
		r->ctmark_written = !all_read(r->ns) || any_writes_ctmark(r, &r->ns->chains) ||
				    any_writes_ctmark(r, &r->ns->legacy);
	return !r->ctmark_written;
}

/* A translation to an address of one family asks for conntrack of that one only (nft_nat_init()). */
static bool is_of_other_family(const struct fw_run *r, struct nftnl_expr *e, const char *name)
{
	uint32_t family = streq(name, "nat") ? nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_FAMILY) : NFPROTO_INET;

	return family != NFPROTO_INET && family != r->pf;
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; name && *names; names++)
		if (streq(name, *names))
			return true;
	return false;
}

/* Those that call nf_ct_netns_get() when a rule is made. */
static bool expr_asks_for_conntrack(const struct fw_run *r, struct nftnl_expr *e)
{
	static const char *const exprs[] = { "ct", "nat", "masq", "redir", "connlimit", "synproxy", "flow_offload", NULL };
	static const char *const matches[] = { "conntrack", "state", "connmark", "connbytes", "connlimit", "connlabel",
					       "helper", NULL };
	static const char *const targets[] = { "SNAT", "DNAT", "MASQUERADE", "REDIRECT", "NETMAP", "CONNMARK",
					       "CONNSECMARK", "SYNPROXY", NULL };
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	if (name && streq(name, "match"))
		return is_one_of(nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME), matches);
	if (name && streq(name, "target"))
		return is_one_of(nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME), targets);
	return is_one_of(name, exprs) && !is_of_other_family(r, e, name);
}

/* Does a rule that is read ask for conntrack's hooks? What cannot be decoded is not known to. */
static bool asks_for_conntrack(const struct fw_run *r, const struct nft_rule *rule)
{
	const struct nftnl_rule *code = nft_rule_code(r->s, rule);
	struct nftnl_expr_iter *it = code ? nftnl_expr_iter_create(code) : NULL;
	struct nftnl_expr *e;
	bool asks = false;

	while (it && !asks && (e = nftnl_expr_iter_next(it)))
		asks = expr_asks_for_conntrack(r, e);
	if (it)
		nftnl_expr_iter_destroy(it);
	return asks;
}

static bool any_asks_for_conntrack(struct fw_run *r, const nft_chain_list *chains)
{
	vec_each(c, chains) {
		if (c->family != NFPROTO_INET && c->family != r->pf)
			continue;
		if (c->unread && run_reads_all(r))
			run_has_rules(r, c);
		vec_each(rule, &c->rules)
			if (asks_for_conntrack(r, rule))
				return true;
	}
	return false;
}

bool run_asks_for_conntrack(struct fw_run *r)
{
	if (r->conntrack_asked < 0)
		r->conntrack_asked = any_asks_for_conntrack(r, &r->ns->chains) ||
				     any_asks_for_conntrack(r, &r->ns->legacy);
	return r->conntrack_asked;
}

/* --- the expression -------------------------------------------------------- */

/* What a rule has exempted from tracking before is tracked then (nft_ct_set_zone_eval()). */
static enum tri ct_set_zone(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t sreg = expr_u32(e, NFTNL_EXPR_CT_SREG);
	uint8_t dir = nftnl_expr_is_set(e, NFTNL_EXPR_CT_DIR) ? nftnl_expr_get_u8(e, NFTNL_EXPR_CT_DIR) : IP_CT_DIR_MAX;
	const uint8_t *known, *data = reg_load(r, sreg, sizeof(uint16_t), &known);
	uint16_t zone = 0;

	if (data)
		memcpy(&zone, data, sizeof(zone));
	if (r->st.ct == CT_VIEW_UNTRACKED && r->st.notrack) {
		r->st.ct = CT_VIEW_NONE;
		r->st.notrack = false;
		r->st.notrack_chain = NULL;
		r->st.notrack_handle = 0;
	}
	if (run_attach_template(r))
		run_set_zone(r, zone, reg_is_known(r, sreg, sizeof(zone)), dir);
	return TRI_YES;
}

static enum tri ct_set(struct fw_run *r, const struct nftnl_expr *e)
{
	const uint8_t *known, *data;

	if (expr_u32(e, NFTNL_EXPR_CT_KEY) == NFT_CT_ZONE)
		return ct_set_zone(r, e);
	if (expr_u32(e, NFTNL_EXPR_CT_KEY) != NFT_CT_MARK)
		return TRI_YES; /* labels, event mask … */
	data = reg_load(r, expr_u32(e, NFTNL_EXPR_CT_SREG), sizeof(r->st.ctmark), &known);
	if (!data)
		return run_maybe(r, "a mark that cannot be decoded");
	if (r->st.ct == CT_VIEW_NONE || r->st.ct == CT_VIEW_UNTRACKED)
		return TRI_YES;
	memcpy(&r->st.ctmark, data, sizeof(r->st.ctmark));
	memcpy(&r->st.ctmark_known, known, sizeof(r->st.ctmark_known));
	return TRI_YES;
}

static enum tri ct_state(struct fw_run *r, uint32_t dreg)
{
	static const uint32_t bits[] = {
		[CT_VIEW_NONE] = NF_CT_STATE_INVALID_BIT,
		[CT_VIEW_NEW] = NF_CT_STATE_BIT(IP_CT_NEW),
		[CT_VIEW_ESTABLISHED] = NF_CT_STATE_BIT(IP_CT_ESTABLISHED),
		[CT_VIEW_UNTRACKED] = NF_CT_STATE_UNTRACKED_BIT,
		[CT_VIEW_UNKNOWN] = 0,
	};

	enum ct_view view = run_ct_view(r);

	if (view == CT_VIEW_UNKNOWN)
		reg_store_partly(r, dreg, NULL, NULL, 4, "whether conntrack saw the packet before");
	else
		reg_store_u32(r, dreg, bits[view]);
	return TRI_YES;
}

static void ct_status(struct fw_run *r, uint32_t dreg)
{
	uint32_t known, status = run_ct_status(r, &known);

	reg_store_partly(r, dreg, &status, &known, sizeof(status), "ct status");
}

/* Of one direction, or of both (nft_ct_get_eval_counter()). */
static void ct_packets(struct fw_run *r, const struct nftnl_expr *e)
{
	bool one = nftnl_expr_is_set(e, NFTNL_EXPR_CT_DIR);
	uint32_t dreg = expr_u32(e, NFTNL_EXPR_CT_DREG);
	uint64_t n;

	if (run_ct_packets(r, one ? nftnl_expr_get_u8(e, NFTNL_EXPR_CT_DIR) : IP_CT_DIR_MAX, &n))
		reg_store(r, dreg, &n, sizeof(n));
	else
		reg_store_partly(r, dreg, NULL, NULL, sizeof(n), "how many packets the connection had");
}

/* An address or port of the flow's first packet or of its answers. */
static void ct_tuple(struct fw_run *r, const struct nftnl_expr *e, bool dst, bool port)
{
	uint32_t dreg = expr_u32(e, NFTNL_EXPR_CT_DREG);
	bool of_reply = nftnl_expr_is_set(e, NFTNL_EXPR_CT_DIR) &&
			nftnl_expr_get_u8(e, NFTNL_EXPR_CT_DIR) == IP_CT_DIR_REPLY;
	struct addr a;
	uint16_t p;

	if (port && run_ct_port(r, of_reply, dst, &p))
		reg_store_u16(r, dreg, htons(p));
	else if (!port && run_ct_addr(r, of_reply, dst, &a))
		reg_store(r, dreg, a.b, addr_len(a.family));
	else
		reg_store_partly(r, dreg, NULL, NULL, port ? 2 : addr_len(r->st.h.family),
				 "an address of the connection before translation");
}

static enum tri ct_get(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t key = expr_u32(e, NFTNL_EXPR_CT_KEY), dreg = expr_u32(e, NFTNL_EXPR_CT_DREG);

	if (key == NFT_CT_STATE)
		return ct_state(r, dreg);
	if (r->st.ct == CT_VIEW_NONE && r->st.templated != TRI_NO)
		return run_maybe(r, "a value of the connection before it is tracked");
	if (r->st.ct == CT_VIEW_NONE || r->st.ct == CT_VIEW_UNTRACKED)
		return TRI_NO;
	switch (key) {
	case NFT_CT_DIRECTION:
		reg_store_u8(r, dreg, r->pkt->reply ? IP_CT_DIR_REPLY : IP_CT_DIR_ORIGINAL);
		return TRI_YES;
	case NFT_CT_STATUS:
		ct_status(r, dreg);
		return TRI_YES;
	case NFT_CT_MARK:
		if (run_ctmark_is_zero(r))
			r->st.ctmark = 0, r->st.ctmark_known = ~0u;
		reg_store_partly(r, dreg, &r->st.ctmark, &r->st.ctmark_known, 4, "ct mark");
		return TRI_YES;
	case NFT_CT_L3PROTOCOL:
		reg_store_u8(r, dreg, r->st.h.family == AF_INET6 ? NFPROTO_IPV6 : NFPROTO_IPV4);
		return TRI_YES;
	case NFT_CT_PROTOCOL:
		reg_store_u8(r, dreg, r->st.h.l4proto);
		return TRI_YES;
	case NFT_CT_SRC:
	case NFT_CT_SRC_IP:
	case NFT_CT_SRC_IP6:
		ct_tuple(r, e, false, false);
		return TRI_YES;
	case NFT_CT_DST:
	case NFT_CT_DST_IP:
	case NFT_CT_DST_IP6:
		ct_tuple(r, e, true, false);
		return TRI_YES;
	case NFT_CT_PROTO_SRC:
	case NFT_CT_PROTO_DST:
		ct_tuple(r, e, key == NFT_CT_PROTO_DST, true);
		return TRI_YES;
	case NFT_CT_PKTS:
		ct_packets(r, e);
		return TRI_YES;
	case NFT_CT_HELPER: /* that of the connection which expected this one: no probe is expected */
		return r->st.ct == CT_VIEW_UNKNOWN ? run_maybe(r, "ct helper") : TRI_NO;
	default:
		reg_store_partly(r, dreg, NULL, NULL, 16,
				 "a value of the connection that is not modelled");
		return TRI_YES;
	}
}

enum tri expr_ct(struct fw_run *r, const struct nftnl_expr *e)
{
	if (nftnl_expr_is_set(e, NFTNL_EXPR_CT_SREG))
		return ct_set(r, e);
	return ct_get(r, e);
}
