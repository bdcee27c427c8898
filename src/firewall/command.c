/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command - the command line that does what an op of the firewall does, and the one that
 * takes it back
 */
#include <netinet/in.h>
#include <stdio.h>

#include "firewall/build.h"
#include "firewall/decode.h"
#include "firewall/ref.h"

#include <linux/netfilter.h>
#include <netinet/icmp6.h>

static void put_ifname(struct strbuf *b, const struct ns *ns, const char *option, int ifindex)
{
	struct ifname name = ns_ifname(ns, ifindex);

	if (!ifindex)
		return;
	strbuf_printf(b, " %s ", option);
	op_shell_word(b, name.s);
}

static void put_prefix(struct strbuf *b, const char *option, const struct prefix *p)
{
	struct prefix net = prefix_network(p);

	if (!addr_is_set(&p->addr) || !p->len)
		return;
	strbuf_printf(b, " %s ", option);
	strbuf_puts(b, p->len == addr_len(p->addr.family) * 8 ? addr_text(&net.addr).s :
								prefix_text(&net).s);
}

static const char *proto_word(int proto)
{
	const char *name = ip_proto_name((uint8_t)proto);

	return name ? name : "?";
}

/* --- iptables -------------------------------------------------------------- */

static void iptables_match(struct strbuf *b, const struct ns *ns, const struct op_match *m)
{
	put_prefix(b, "-s", &m->src);
	put_prefix(b, "-d", &m->dst);
	put_ifname(b, ns, "-i", m->iif);
	put_ifname(b, ns, "-o", m->oif);
	if (m->proto)
		strbuf_printf(b, " -p %s", proto_word(m->proto));
	if (m->sport)
		strbuf_printf(b, " --sport %u", m->sport);
	if (m->dport)
		strbuf_printf(b, " --dport %u", m->dport);
	if (m->icmp_type)
		strbuf_printf(b, " -m icmp6 --icmpv6-type %u", m->icmp_type);
	if (m->established)
		strbuf_puts(b, " -m conntrack --ctstate RELATED,ESTABLISHED");
}

/* iptables counts rules from 1 instead of naming them. */
static size_t rule_number(const struct snapshot *s, const struct op *op)
{
	const struct nft_chain *c = fw_op_chain(s, op);

	for (size_t i = 0; c && i < c->rules.n; i++)
		if (c->rules.v[i].handle == op->before)
			return i + 1;
	return 1;
}

/* "10.0.0.2:80", "[fd00::2]:80" */
static void put_to(struct strbuf *b, const struct op *op)
{
	bool brackets = op->to.family == AF_INET6;

	strbuf_printf(b, "%s%s%s:%u", brackets ? "[" : "", addr_text(&op->to).s, brackets ? "]" : "",
		      op->to_port);
}

static void iptables_target(struct strbuf *b, const struct op *op)
{
	if (fw_op_redirects(op)) {
		strbuf_puts(b, " -j DNAT --to-destination ");
		put_to(b, op);
		return;
	}
	strbuf_puts(b, fw_op_masquerades(op) ? " -j MASQUERADE" : " -j ACCEPT");
}

static char *iptables_command(const struct snapshot *s, const struct op *op, bool undo)
{
	const struct ns *ns = snapshot_ns(s, op->ns);
	struct op_match m = fw_op_match(op);
	struct strbuf b = { 0 };

	strbuf_puts(&b, op->family == NFPROTO_IPV6 ? "ip6tables" : "iptables");
	strbuf_puts(&b, fw_op_is_legacy(op) ? "-legacy" : "");
	if (!streq(op->table, "filter"))
		strbuf_printf(&b, " -t %s", op->table);
	strbuf_puts(&b, undo ? " -D " : op->before ? " -I " : " -A ");
	op_shell_word(&b, op->chain);
	if (!undo && op->before && rule_number(s, op) > 1)
		strbuf_printf(&b, " %zu", rule_number(s, op));
	iptables_match(&b, ns, &m);
	iptables_target(&b, op);
	return strbuf_take(&b);
}

/* --- nft ------------------------------------------------------------------- */

static void nft_ifname(struct strbuf *b, const struct ns *ns, const char *option, int ifindex)
{
	struct ifname name = ns_ifname(ns, ifindex);

	if (ifindex)
		strbuf_printf(b, " %s \"%s\"", option, name.s);
}

/* By the names that nft lists them with. */
static void nft_icmp_type(struct strbuf *b, uint8_t type)
{
	switch (type) {
	case ND_NEIGHBOR_SOLICIT:
		strbuf_puts(b, " icmpv6 type nd-neighbor-solicit");
		return;
	case ND_NEIGHBOR_ADVERT:
		strbuf_puts(b, " icmpv6 type nd-neighbor-advert");
		return;
	case ICMP6_PACKET_TOO_BIG:
		strbuf_puts(b, " icmpv6 type packet-too-big");
		return;
	default:
		strbuf_printf(b, " icmpv6 type %u", type);
	}
}

/* The rule as nft itself lists it. */
static void nft_match(struct strbuf *b, const struct ns *ns, const struct op *op,
		      const struct op_match *m)
{
	put_prefix(b, m->src.addr.family == AF_INET6 ? "ip6 saddr" : "ip saddr", &m->src);
	put_prefix(b, m->dst.addr.family == AF_INET6 ? "ip6 daddr" : "ip daddr", &m->dst);
	nft_ifname(b, ns, "iifname", m->iif);
	nft_ifname(b, ns, "oifname", m->oif);
	if (m->sport)
		strbuf_printf(b, " %s sport %u", proto_word(m->proto), m->sport);
	if (m->dport)
		strbuf_printf(b, " %s dport %u", proto_word(m->proto), m->dport);
	if (m->icmp_type)
		nft_icmp_type(b, m->icmp_type);
	if (m->proto && !m->sport && !m->dport && !m->icmp_type)
		strbuf_printf(b, " meta l4proto %s", proto_word(m->proto));
	if (m->established)
		strbuf_puts(b, " ct state established,related");
	if (fw_op_redirects(op)) {
		strbuf_puts(b, op->family != NFPROTO_INET ? " dnat to " :
			       op->to.family == AF_INET6  ? " dnat ip6 to " : " dnat ip to ");
		put_to(b, op);
		return;
	}
	strbuf_puts(b, fw_op_masquerades(op) ? " masquerade" : " accept");
}

/* One word for the shell: nft's own quotes would not survive it otherwise. */
static void nft_line(struct strbuf *b, const char *arguments)
{
	strbuf_puts(b, b->n ? "\nnft " : "nft ");
	op_shell_word(b, arguments);
}

static char *nft_command(const struct snapshot *s, const struct op *op)
{
	const struct ns *ns = snapshot_ns(s, op->ns);
	const char *family = fw_family_name(op->family);
	const char *table = op->table ? op->table : FW_OWN_TABLE;
	const struct fw_own_chain *own = fw_own_chain(op);
	const char *chain = op->table ? op->chain : own->name;
	_cleanup_(strbuf_done) struct strbuf rule = { 0 };
	struct op_match m = fw_op_match(op);
	struct strbuf b = { 0 };

	if (!op->table) {
		_cleanup_(freep) char *t = xasprintf("add table %s %s", family, table);
		_cleanup_(freep) char *c = xasprintf("add chain %s %s %s { type nat hook %s "
						     "priority %s; }",
						     family, table, chain, own->name, own->prio);

		nft_line(&b, t);
		nft_line(&b, c);
	}
	strbuf_printf(&rule, "%s rule %s %s %s", op->before ? "insert" : "add", family, table,
		      chain);
	if (op->before)
		strbuf_printf(&rule, " position %llu", (unsigned long long)op->before);
	nft_match(&rule, ns, op, &m);
	nft_line(&b, strbuf_str(&rule));
	return strbuf_take(&b);
}

/* As a basic regular expression that matches just that text; a dot that matches anything does no harm. */
static void regex_text(struct strbuf *b, const char *text)
{
	for (; *text; text++)
		strbuf_printf(b, strchr("[*^$\\|", *text) ? "\\%c" : "%c", *text);
}

/* nft deletes by handle: where that is not known yet, it is asked for by the rule's own text. */
static char *nft_undo(const struct snapshot *s, const struct op *op, uint64_t handle)
{
	const char *family = fw_family_name(op->family);
	_cleanup_(strbuf_done) struct strbuf rule = { 0 }, script = { 0 };
	struct op_match m = fw_op_match(op);
	struct strbuf b = { 0 };

	if (!op->table && fw_has_table(snapshot_ns(s, op->ns), op->family, FW_OWN_TABLE))
		return xasprintf("nft delete chain %s %s %s", family, FW_OWN_TABLE, fw_own_chain(op)->name);
	if (!op->table)
		return xasprintf("nft delete table %s %s", family, FW_OWN_TABLE);
	strbuf_printf(&b, "nft delete rule %s %s %s handle ", family, op->table, op->chain);
	if (handle) {
		strbuf_printf(&b, "%llu", (unsigned long long)handle);
		return strbuf_take(&b);
	}
	nft_match(&rule, snapshot_ns(s, op->ns), op, &m);
	strbuf_puts(&script, "s|^[[:space:]]*");
	regex_text(&script, strbuf_str(&rule) + 1);
	strbuf_puts(&script, " # handle ||p");
	strbuf_printf(&b, "$(nft -a list chain %s %s %s | sed -n ", family, op->table, op->chain);
	op_shell_word(&b, strbuf_str(&script));
	strbuf_puts(&b, " | head -n 1)");
	return strbuf_take(&b);
}

char *fw_op_command(const struct snapshot *s, const struct op *op)
{
	return op->iptables || fw_op_is_legacy(op) ? iptables_command(s, op, false) : nft_command(s, op);
}

char *fw_op_undo_command(const struct snapshot *s, const struct op *op, uint64_t handle)
{
	return op->iptables || fw_op_is_legacy(op) ? iptables_command(s, op, true) : nft_undo(s, op, handle);
}
