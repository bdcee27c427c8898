/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * owner - which program a chain or rule belongs to, by the names and comments that it uses, and how
 * that program itself is told to accept something
 */
#include <stdio.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/build.h"
#include "firewall/decode.h"
#include "firewall/ref.h"

enum mark_kind {
	CHAIN_PREFIX,
	TABLE_NAME,
	COMMENT_PREFIX,
};

/* Who is known by which names. Sources: the programs' own documentation and rulesets. */
static const struct {
	enum mark_kind kind;
	const char *mark, *owner;
} owners[] = {
	{ TABLE_NAME, "nsdoctor", "nsdoctor" },
	{ CHAIN_PREFIX, "DOCKER", "docker" },
	{ TABLE_NAME, "docker-bridges", "docker" },
	{ CHAIN_PREFIX, "NETAVARK", "podman" },
	{ TABLE_NAME, "netavark", "podman" },
	{ COMMENT_PREFIX, "netavark", "podman" },
	{ CHAIN_PREFIX, "CNI-", "cni" },
	{ COMMENT_PREFIX, "CNI firewall plugin ", "cni" },
	{ COMMENT_PREFIX, "CNI portfwd ", "cni" },
	{ CHAIN_PREFIX, "KUBE-", "kube-proxy" },
	{ TABLE_NAME, "kube-proxy", "kube-proxy" },
	{ CHAIN_PREFIX, "cali-", "calico" },
	{ TABLE_NAME, "calico", "calico" },
	{ COMMENT_PREFIX, "cali:", "calico" },
	{ CHAIN_PREFIX, "CILIUM_", "cilium" },
	{ CHAIN_PREFIX, "OLD_CILIUM_", "cilium" },
	{ COMMENT_PREFIX, "cilium: ", "cilium" },
	{ COMMENT_PREFIX, "cilium-feeder: ", "cilium" },
	{ CHAIN_PREFIX, "FLANNEL-", "flannel" },
	{ COMMENT_PREFIX, "flanneld", "flannel" },
	{ TABLE_NAME, "lxc", "lxc" },
	{ TABLE_NAME, "lxd", "lxd" },
	{ COMMENT_PREFIX, "generated for LXD", "lxd" },
	{ TABLE_NAME, "incus", "incus" },
	{ COMMENT_PREFIX, "generated for Incus", "incus" },
	{ CHAIN_PREFIX, "LIBVIRT_", "libvirt" },
	{ TABLE_NAME, "libvirt_network", "libvirt" },
	{ TABLE_NAME, "firewalld", "firewalld" },
	{ CHAIN_PREFIX, "FWDI_", "firewalld" },
	{ CHAIN_PREFIX, "FWDO_", "firewalld" },
	{ CHAIN_PREFIX, "FORWARD_IN_ZONES", "firewalld" },
	{ CHAIN_PREFIX, "FORWARD_OUT_ZONES", "firewalld" },
	{ CHAIN_PREFIX, "INPUT_ZONES", "firewalld" },
	{ CHAIN_PREFIX, "ufw-", "ufw" },
	{ CHAIN_PREFIX, "ufw6-", "ufw" },
	{ CHAIN_PREFIX, "~", "shorewall" },
	{ CHAIN_PREFIX, "loc_frwd", "shorewall" },
	{ CHAIN_PREFIX, "net_frwd", "shorewall" },
	{ CHAIN_PREFIX, "f2b-", "fail2ban" },
	{ TABLE_NAME, "f2b-table", "fail2ban" },
	{ CHAIN_PREFIX, "ts-", "tailscale" },
	{ TABLE_NAME, "fw4", "fw4" },
	{ TABLE_NAME, "mullvad", "mullvad" },
	{ TABLE_NAME, "ip-nat-systemd", "systemd" },
	{ TABLE_NAME, "io.systemd.nat", "systemd" },
	{ TABLE_NAME, "wg-quick-", "wg-quick" },
	{ COMMENT_PREFIX, "wg-quick(8) rule for ", "wg-quick" },
	{ CHAIN_PREFIX, "sshuttle-", "sshuttle" },
};

static const char *owner_by(enum mark_kind kind, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++)
		if (owners[i].kind == kind && str_starts(name, owners[i].mark))
			return owners[i].owner;
	return NULL;
}

/* That of iptables is an extension, that of nft user data: type 0, length, text. */
const char *rule_comment(const struct nftnl_rule *nr, char *buffer, size_t size)
{
	struct decoded d;
	uint32_t len = 0;
	const uint8_t *data;

	buffer[0] = '\0';
	rule_decode(nr, &d);
	vec_each(c, &d.conds) {
		const char *name = c->source == COND_MATCH ?
					   nftnl_expr_get_str(c->expr, NFTNL_EXPR_MT_NAME) : NULL;

		if (!name || !streq(name, "comment"))
			continue;
		data = nftnl_expr_get(c->expr, NFTNL_EXPR_MT_INFO, &len);
		if (data) { /* as long as the extension's field, whatever it says */
			len = (uint32_t)strnlen((const char *)data, len < size ? len : size - 1);
			memcpy(buffer, data, len);
			buffer[len] = '\0';
		}
	}
	decoded_done(&d);
	data = nftnl_rule_is_set(nr, NFTNL_RULE_USERDATA) ?
		       nftnl_rule_get_data(nr, NFTNL_RULE_USERDATA, &len) : NULL;
	if (data && len >= 2 && data[0] == 0 && data[1] <= len - 2 && data[1] < size) {
		memcpy(buffer, data + 2, data[1]);
		buffer[data[1]] = '\0';
	}
	return buffer;
}

/* Where the rule jumps to says as much as where it stands. */
static const char *jump_target(const struct nftnl_rule *nr, char *buffer, size_t size)
{
	struct decoded d;

	buffer[0] = '\0';
	rule_decode(nr, &d);
	vec_each(e, &d.statements) {
		const char *name = nftnl_expr_get_str(*e, NFTNL_EXPR_NAME);

		if (name && streq(name, "immediate") && nftnl_expr_is_set(*e, NFTNL_EXPR_IMM_CHAIN))
			str_copy(buffer, size, nftnl_expr_get_str(*e, NFTNL_EXPR_IMM_CHAIN));
	}
	decoded_done(&d);
	return buffer;
}

const char *fw_owner(const struct nft_chain *chain, const struct nftnl_rule *nr)
{
	char text[256];
	const char *owner = owner_by(CHAIN_PREFIX, chain->name);

	if (!owner)
		owner = owner_by(TABLE_NAME, chain->table);
	if (!owner && nr)
		owner = owner_by(COMMENT_PREFIX, rule_comment(nr, text, sizeof(text)));
	if (!owner && nr)
		owner = owner_by(CHAIN_PREFIX, jump_target(nr, text, sizeof(text)));
	return owner;
}

/* --- the owner's own way ----------------------------------------------------- */

bool fw_is_place(const char *chain)
{
	static const char *const places[] = {
		"DOCKER-USER",	   "CNI-ADMIN",		"ufw-user-forward", "ufw-user-input",
		"ufw-user-output", "ufw6-user-forward", "ufw6-user-input",  "ufw6-user-output",
	};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (streq(places[i], chain))
			return true;
	return false;
}

/* Which way the packets of a chain go, as its name says. */
enum direction {
	DIRECTION_UNKNOWN,
	DIRECTION_IN,
	DIRECTION_OUT,
	DIRECTION_FORWARD,
};

static enum direction direction_of(const char *chain)
{
	static const struct {
		const char *part;
		enum direction direction;
	} parts[] = {
		{ "FORWARD", DIRECTION_FORWARD }, { "forward", DIRECTION_FORWARD },
		{ "INPUT", DIRECTION_IN },	  { "input", DIRECTION_IN },
		{ "OUTPUT", DIRECTION_OUT },	  { "output", DIRECTION_OUT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(chain, parts[i].part))
			return parts[i].direction;
	return DIRECTION_UNKNOWN;
}

/* Neither program has words for more: answers they accept by themselves. */
static bool is_sayable(const struct op_match *m)
{
	return !m->established && !m->icmp_type && !m->sport &&
	       (!m->proto || ip_proto_name((uint8_t)m->proto)) && (!m->dport || m->proto);
}

static struct addr_text host_or_net(const struct prefix *p)
{
	struct prefix net = prefix_network(p);

	if (!addr_is_set(&p->addr))
		return (struct addr_text){ "any" };
	return p->len == addr_len(p->addr.family) * 8 ? addr_text(&net.addr) : prefix_text(&net);
}

static void put_interface(struct strbuf *b, const struct ns *ns, const char *words, int ifindex)
{
	struct ifname name = ns_ifname(ns, ifindex);

	if (!ifindex)
		return;
	strbuf_puts(b, words);
	op_shell_word(b, name.s);
}

/* ufw(8) */
static void ufw_way(const struct ns *ns, const struct op_match *m, enum direction way,
		    op_strings *ret)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, way == DIRECTION_FORWARD ? "ufw route allow" : "ufw allow");
	put_interface(&b, ns, " in on ", way == DIRECTION_OUT ? 0 : m->iif);
	put_interface(&b, ns, " out on ", way == DIRECTION_IN ? 0 : m->oif);
	if (m->proto)
		strbuf_printf(&b, " proto %s", ip_proto_name((uint8_t)m->proto));
	strbuf_printf(&b, " from %s to %s", host_or_net(&m->src).s, host_or_net(&m->dst).s);
	if (m->dport)
		strbuf_printf(&b, " port %u", m->dport);
	vec_push(ret, strbuf_take(&b));
}

/* A policy between all zones, but for exactly this: firewalld.policies(5), firewalld.richlanguage(5). */
static void firewalld_way(const struct op_match *m, enum direction way, op_strings *ret)
{
	const struct prefix *any = addr_is_set(&m->src.addr) ? &m->src : &m->dst;
	struct strbuf b = { 0 };

	strbuf_printf(&b, "rule family=\"%s\"", any->addr.family == AF_INET6 ? "ipv6" : "ipv4");
	if (addr_is_set(&m->src.addr))
		strbuf_printf(&b, " source address=\"%s\"", host_or_net(&m->src).s);
	if (addr_is_set(&m->dst.addr))
		strbuf_printf(&b, " destination address=\"%s\"", host_or_net(&m->dst).s);
	if (m->dport)
		strbuf_printf(&b, " port port=\"%u\" protocol=\"%s\"", m->dport,
			      ip_proto_name((uint8_t)m->proto));
	else if (m->proto)
		strbuf_printf(&b, " protocol value=\"%s\"", ip_proto_name((uint8_t)m->proto));
	strbuf_puts(&b, " accept");
	vec_push(ret, xstrdup("firewall-cmd --permanent --new-policy=nsdoctor"));
	vec_push(ret, xasprintf("firewall-cmd --permanent --policy=nsdoctor --add-ingress-zone=%s",
				way == DIRECTION_OUT ? "HOST" : "ANY"));
	vec_push(ret, xasprintf("firewall-cmd --permanent --policy=nsdoctor --add-egress-zone=%s",
				way == DIRECTION_IN ? "HOST" : "ANY"));
	vec_push(ret, xasprintf("firewall-cmd --permanent --policy=nsdoctor --add-rich-rule='%s'",
				strbuf_str(&b)));
	vec_push(ret, xstrdup("firewall-cmd --reload"));
	strbuf_done(&b);
}

bool fw_op_owners_way(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	const struct nft_chain *c = fw_op_chain(s, op);
	const char *owner = c ? fw_owner(c, NULL) : NULL;
	struct op_match m = fw_op_match(op);
	enum direction way = c ? direction_of(c->name) : DIRECTION_UNKNOWN;

	if (!owner || op->ns != NS_HOST || fw_op_masquerades(op) || fw_op_redirects(op) || way == DIRECTION_UNKNOWN ||
	    !is_sayable(&m))
		return false;
	if (streq(owner, "ufw"))
		ufw_way(snapshot_ns(s, op->ns), &m, way, ret);
	else if (streq(owner, "firewalld") && (addr_is_set(&m.src.addr) || addr_is_set(&m.dst.addr)))
		firewalld_way(&m, way, ret);
	else
		return false;
	return true;
}
