/* SPDX-License-Identifier: GPL-2.0-or-later */
/* message - what tells of somebody in the messages of a snapshot, by attribute */
#include <netinet/in.h>
#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/inet_diag.h>
#include <linux/neighbour.h>
#include <linux/net_namespace.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/xfrm.h>
#include <stdarg.h>
#include <stdio.h>

#include "collect/collector.h"
#include "redact/redactor.h"

/* --- what is done ----------------------------------------------------------- */

void redactor_refuse(struct redactor *r, const char *format, ...)
{
	char text[512];
	va_list ap;

	if (r->refused)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	r->refused = xstrdup(text);
}

void redactor_bits(struct redactor *r, uint8_t family, uint8_t *bytes, unsigned int bits)
{
	if (r->noting)
		redact_map_note(r->map, family, bytes, bits);
	else
		redact_map_bits(r->map, family, bytes, bits);
}

void redactor_bytes(struct redactor *r, uint8_t family, uint8_t *bytes)
{
	redactor_bits(r, family, bytes, (unsigned int)addr_len(family) * 8);
}

void redactor_addr(struct redactor *r, struct addr *a)
{
	if (addr_is_set(a))
		redactor_bytes(r, a->family, a->b);
}

void redactor_name(struct redactor *r, char *name, size_t n)
{
	size_t used = strnlen(name, n);

	if (r->noting)
		return;
	redact_map_name(r->map, name, used);
	memset(name + used, 0, n - used);
}

void redactor_mac(struct redactor *r, uint8_t *mac)
{
	if (!r->noting)
		redact_map_mac(r->map, mac);
}

void redactor_clear(const struct redactor *r, void *bytes, size_t n)
{
	if (!r->noting)
		memset(bytes, 0, n);
}

/* --- attributes ------------------------------------------------------------- */

struct nlattr *redactor_next(void **bytes, size_t *n)
{
	struct nlattr *a = *bytes;
	size_t len;

	if (*n < sizeof(*a) || a->nla_len < sizeof(*a) || a->nla_len > *n)
		return NULL;
	len = (size_t)NLA_ALIGN(a->nla_len);
	len = len < *n ? len : *n;
	*bytes = (char *)*bytes + len;
	*n -= len;
	return a;
}

void *redactor_payload(struct nlattr *a, size_t *ret_n)
{
	*ret_n = a->nla_len - sizeof(*a);
	return (char *)a + sizeof(*a);
}

void *redactor_find(void *bytes, size_t n, uint16_t type, size_t *ret_n)
{
	struct nlattr *a;

	*ret_n = 0;
	while ((a = redactor_next(&bytes, &n)))
		if ((a->nla_type & NLA_TYPE_MASK) == type)
			return redactor_payload(a, ret_n);
	return NULL;
}

const char *redactor_text(void *bytes, size_t n, uint16_t type)
{
	size_t size;
	const char *text = redactor_find(bytes, n, type, &size);

	return text && size && text[size - 1] == '\0' ? text : NULL;
}

static uint8_t family_of(size_t n)
{
	return n == 4 ? AF_INET : n == 16 ? AF_INET6 : AF_UNSPEC;
}

/* An address of a prefix of so many bits; what is behind them counts, too, if it is there. */
static void prefix(struct redactor *r, void *bytes, size_t n, uint8_t bits)
{
	struct prefix p = { .len = bits };

	if (addr_from_bytes(family_of(n), bytes, n, &p.addr) < 0 || bits > n * 8) {
		redactor_clear(r, bytes, n);
		return;
	}
	p = prefix_network(&p);
	redactor_bits(r, p.addr.family, bytes, memcmp(p.addr.b, bytes, n) == 0 ? bits : (unsigned int)n * 8);
}

static void lladdr(struct redactor *r, void *bytes, size_t n)
{
	if (n == 6)
		redactor_mac(r, bytes);
	else
		prefix(r, bytes, n, (uint8_t)(n * 8));
}

static void act(struct redactor *r, const struct redact_row *row, void *bytes, size_t n, const uint8_t *header)
{
	switch (row->act) {
	case REDACT_KEEP:
		return;
	case REDACT_ADDR:
		prefix(r, bytes, n, (uint8_t)(n * 8));
		return;
	case REDACT_DST:
		prefix(r, bytes, n, header[1]);
		return;
	case REDACT_SRC:
		prefix(r, bytes, n, header[2]);
		return;
	case REDACT_LLADDR:
		lladdr(r, bytes, n);
		return;
	case REDACT_NAME:
		redactor_name(r, bytes, n);
		return;
	case REDACT_NEST:
		redactor_walk(r, bytes, n, row->table, header);
		return;
	case REDACT_CALL:
		row->call(r, bytes, n);
		return;
	}
}

static bool is_end(const struct redact_row *row)
{
	return row->attr == 0 && row->act == REDACT_KEEP;
}

void redactor_walk(struct redactor *r, void *bytes, size_t n, const struct redact_row *table, const uint8_t *header)
{
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		const struct redact_row *row = table;
		size_t size;
		void *payload = redactor_payload(a, &size);

		while (!is_end(row) && row->attr != (a->nla_type & NLA_TYPE_MASK))
			row++;
		if (is_end(row))
			redactor_clear(r, payload, size);
		else
			act(r, row, payload, size, header);
	}
	/* what is no attribute */
	redactor_clear(r, bytes, n);
}

/* --- rtnetlink -------------------------------------------------------------- */

static const struct redact_row bridge_data[] = {
	{ .attr = IFLA_BR_STP_STATE }, { .attr = IFLA_BR_VLAN_FILTERING },
	{ .attr = IFLA_BR_NF_CALL_IPTABLES }, { .attr = IFLA_BR_NF_CALL_IP6TABLES }, { 0 },
};

static const struct redact_row macvlan_data[] = {
	{ .attr = IFLA_MACVLAN_MODE }, { 0 },
};

static const struct redact_row port_data[] = {
	{ .attr = IFLA_BRPORT_STATE }, { .attr = IFLA_BRPORT_MODE }, { .attr = IFLA_BRPORT_LEARNING },
	{ .attr = IFLA_BRPORT_UNICAST_FLOOD }, { .attr = IFLA_BRPORT_MCAST_FLOOD },
	{ .attr = IFLA_BRPORT_BCAST_FLOOD }, { .attr = IFLA_BRPORT_ISOLATED }, { .attr = BRPORT_LOCKED }, { 0 },
};

static const struct redact_row nothing[] = { { 0 } };

/* What an attribute number means there depends on the kind of device. */
static const struct redact_row *data_of(const char *kind, size_t n)
{
	if (strnlen(kind, n) == 6 && memcmp(kind, "bridge", 6) == 0)
		return bridge_data;
	if (strnlen(kind, n) == 7 && (memcmp(kind, "macvlan", 7) == 0 || memcmp(kind, "macvtap", 7) == 0))
		return macvlan_data;
	return nothing;
}

/* The kind is said before the data. */
static void link_info(struct redactor *r, void *bytes, size_t n)
{
	const struct redact_row *data = nothing, *port = nothing;
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		size_t size;
		void *payload = redactor_payload(a, &size);

		switch (a->nla_type & NLA_TYPE_MASK) {
		case IFLA_INFO_KIND:
			data = data_of(payload, size);
			break;
		case IFLA_INFO_SLAVE_KIND:
			port = data_of(payload, size) == bridge_data ? port_data : nothing;
			break;
		case IFLA_INFO_DATA:
			redactor_walk(r, payload, size, data, NULL);
			break;
		case IFLA_INFO_SLAVE_DATA:
			redactor_walk(r, payload, size, port, NULL);
			break;
		default:
			redactor_clear(r, payload, size);
		}
	}
}

static const struct redact_row inet_rows[] = { { .attr = IFLA_INET_CONF }, { 0 } };
static const struct redact_row inet6_rows[] = { { .attr = IFLA_INET6_CONF }, { 0 } };
static const struct redact_row af_rows[] = {
	{ .attr = AF_INET, REDACT_NEST, inet_rows },
	{ .attr = AF_INET6, REDACT_NEST, inet6_rows },
	{ 0 },
};

static const struct redact_row link_rows[] = {
	{ .attr = IFLA_IFNAME, REDACT_NAME },
	{ .attr = IFLA_ADDRESS, REDACT_LLADDR },
	{ .attr = IFLA_MTU }, { .attr = IFLA_OPERSTATE }, { .attr = IFLA_CARRIER }, { .attr = IFLA_MASTER },
	{ .attr = IFLA_LINK }, { .attr = IFLA_LINK_NETNSID },
	{ .attr = IFLA_LINKINFO, REDACT_CALL, NULL, link_info },
	{ .attr = IFLA_XDP },
	{ .attr = IFLA_AF_SPEC, REDACT_NEST, af_rows },
	{ 0 },
};

static const struct redact_row addr_rows[] = {
	{ .attr = IFA_LOCAL, REDACT_ADDR }, { .attr = IFA_ADDRESS, REDACT_ADDR }, { .attr = IFA_FLAGS }, { 0 },
};

static void via(struct redactor *r, void *bytes, size_t n)
{
	/* struct rtvia: a family, then the address */
	if (n > 2)
		prefix(r, (char *)bytes + 2, n - 2, (uint8_t)((n - 2) * 8));
}

static const struct redact_row hop_rows[] = {
	{ .attr = RTA_GATEWAY, REDACT_ADDR }, { .attr = RTA_VIA, REDACT_CALL, NULL, via }, { 0 },
};

static void hops(struct redactor *r, void *bytes, size_t n)
{
	while (n >= sizeof(struct rtnexthop)) {
		struct rtnexthop *h = bytes;
		size_t len = RTNH_ALIGN(h->rtnh_len);

		if (h->rtnh_len < sizeof(*h) || h->rtnh_len > n)
			break;
		redactor_walk(r, h + 1, h->rtnh_len - sizeof(*h), hop_rows, NULL);
		len = len < n ? len : n;
		bytes = (char *)bytes + len;
		n -= len;
	}
	redactor_clear(r, bytes, n);
}

static const struct redact_row metric_rows[] = { { .attr = RTAX_MTU }, { 0 } };

static const struct redact_row route_rows[] = {
	{ .attr = RTA_DST, REDACT_DST }, { .attr = RTA_SRC, REDACT_SRC }, { .attr = RTA_PREFSRC, REDACT_ADDR },
	{ .attr = RTA_GATEWAY, REDACT_ADDR }, { .attr = RTA_VIA, REDACT_CALL, NULL, via },
	{ .attr = RTA_OIF }, { .attr = RTA_TABLE }, { .attr = RTA_PRIORITY },
	{ .attr = RTA_METRICS, REDACT_NEST, metric_rows },
	{ .attr = RTA_MULTIPATH, REDACT_CALL, NULL, hops },
	{ 0 },
};

static const struct redact_row rule_rows[] = {
	{ .attr = FRA_DST, REDACT_DST }, { .attr = FRA_SRC, REDACT_SRC },
	{ .attr = FRA_IIFNAME, REDACT_NAME }, { .attr = FRA_OIFNAME, REDACT_NAME },
	{ .attr = FRA_GOTO }, { .attr = FRA_PRIORITY }, { .attr = FRA_FWMARK }, { .attr = FRA_FWMASK },
	{ .attr = FRA_TABLE }, { .attr = FRA_SUPPRESS_PREFIXLEN }, { .attr = FRA_L3MDEV }, { .attr = FRA_IP_PROTO },
	{ .attr = FRA_UID_RANGE }, { .attr = FRA_SPORT_RANGE }, { .attr = FRA_DPORT_RANGE }, { 0 },
};

/* Of neighbours and of bridges' forwarding databases. */
static const struct redact_row neigh_rows[] = {
	{ .attr = NDA_DST, REDACT_ADDR }, { .attr = NDA_LLADDR, REDACT_LLADDR }, { .attr = NDA_MASTER },
	{ .attr = NDA_VLAN }, { 0 },
};

static const struct redact_row nsid_rows[] = { { .attr = NETNSA_NSID }, { 0 } };

/* IFLA_AF_SPEC of a bridge: numbers of VLANs. */
static const struct redact_row vlan_rows[] = { { .attr = IFLA_AF_SPEC }, { 0 } };

static const struct redact_row queue_rows[] = { { .attr = TCA_KIND }, { .attr = TCA_STATS2 }, { 0 } };

static const struct redact_row table_rows[] = {
	{ .attr = NDTA_NAME }, { .attr = NDTA_THRESH3 }, { .attr = NDTA_CONFIG }, { .attr = NDTA_STATS }, { 0 },
};

static const struct redact_row sock_rows[] = { { .attr = INET_DIAG_SKV6ONLY }, { 0 } };

/* --- what has its addresses in the header ----------------------------------- */

static void sock(struct redactor *r, struct nlmsghdr *nlh)
{
	struct inet_diag_msg *m = NLMSG_DATA(nlh);
	size_t len = addr_len(m->idiag_family);

	redactor_bytes(r, m->idiag_family, (uint8_t *)m->id.idiag_src);
	redactor_clear(r, (uint8_t *)m->id.idiag_src + len, sizeof(m->id.idiag_src) - len);
	redactor_clear(r, m->id.idiag_dst, sizeof(m->id.idiag_dst));
	redactor_clear(r, m->id.idiag_cookie, sizeof(m->id.idiag_cookie));
	redactor_clear(r, &m->idiag_uid, sizeof(m->idiag_uid));
	redactor_clear(r, &m->idiag_inode, sizeof(m->idiag_inode));
}

/* Whose tunnel it is; of how it is to be protected only whether it has to be is read. */
static void templates(struct redactor *r, void *bytes, size_t n)
{
	for (size_t at = 0; at + sizeof(struct xfrm_user_tmpl) <= n; at += sizeof(struct xfrm_user_tmpl)) {
		struct xfrm_user_tmpl t, kept = { 0 };

		memcpy(&t, (char *)bytes + at, sizeof(t));
		kept.optional = t.optional;
		if (!r->noting)
			memcpy((char *)bytes + at, &kept, sizeof(kept));
	}
}

static const struct redact_row policy_rows[] = {
	{ .attr = XFRMA_TMPL, REDACT_CALL, NULL, templates }, { .attr = XFRMA_MARK }, { .attr = XFRMA_IF_ID }, { 0 },
};

static void policy(struct redactor *r, struct nlmsghdr *nlh)
{
	struct xfrm_userpolicy_info info;
	size_t len;

	memcpy(&info, NLMSG_DATA(nlh), sizeof(info));
	len = addr_len((uint8_t)info.sel.family);
	prefix(r, &info.sel.saddr, len, info.sel.prefixlen_s);
	prefix(r, &info.sel.daddr, len, info.sel.prefixlen_d);
	if (!len) {
		redactor_clear(r, &info.sel.saddr, sizeof(info.sel.saddr));
		redactor_clear(r, &info.sel.daddr, sizeof(info.sel.daddr));
	}
	memcpy(NLMSG_DATA(nlh), &info, sizeof(info));
}

/* --- conntrack -------------------------------------------------------------- */

static const struct redact_row ip_rows[] = {
	{ .attr = CTA_IP_V4_SRC, REDACT_ADDR }, { .attr = CTA_IP_V4_DST, REDACT_ADDR },
	{ .attr = CTA_IP_V6_SRC, REDACT_ADDR }, { .attr = CTA_IP_V6_DST, REDACT_ADDR }, { 0 },
};

static const struct redact_row tuple_rows[] = {
	{ .attr = CTA_TUPLE_IP, REDACT_NEST, ip_rows }, { .attr = CTA_TUPLE_PROTO }, { 0 },
};

static const struct redact_row flow_rows[] = {
	{ .attr = CTA_TUPLE_ORIG, REDACT_NEST, tuple_rows }, { .attr = CTA_TUPLE_REPLY, REDACT_NEST, tuple_rows },
	{ .attr = CTA_STATUS }, { 0 },
};

static const struct redact_row cpu_rows[] = { { .attr = CTA_STATS_DROP }, { 0 } };

/* --- one message ------------------------------------------------------------ */

/* Which numbers a kind's messages have, how long their header is, and what the attributes are. */
static const struct shape {
	enum collect_kind kind;
	uint16_t type;
	size_t header;
	const struct redact_row *rows;
	void (*head)(struct redactor *r, struct nlmsghdr *nlh); /* or NULL */
} shapes[] = {
	{ COLLECT_LINK, RTM_NEWLINK, sizeof(struct ifinfomsg), link_rows, NULL },
	{ COLLECT_ADDR, RTM_NEWADDR, sizeof(struct ifaddrmsg), addr_rows, NULL },
	{ COLLECT_ROUTE, RTM_NEWROUTE, sizeof(struct rtmsg), route_rows, NULL },
	{ COLLECT_RULE, RTM_NEWRULE, sizeof(struct fib_rule_hdr), rule_rows, NULL },
	{ COLLECT_NEIGH, RTM_NEWNEIGH, sizeof(struct ndmsg), neigh_rows, NULL },
	{ COLLECT_NSID, RTM_NEWNSID, sizeof(struct rtgenmsg), nsid_rows, NULL },
	{ COLLECT_QUEUE, RTM_NEWQDISC, sizeof(struct tcmsg), queue_rows, NULL },
	{ COLLECT_FILTER, RTM_NEWTFILTER, sizeof(struct tcmsg), queue_rows, NULL },
	{ COLLECT_BRIDGE, RTM_NEWNEIGH, sizeof(struct ndmsg), neigh_rows, NULL },
	{ COLLECT_BRIDGE, RTM_NEWLINK, sizeof(struct ifinfomsg), vlan_rows, NULL },
	{ COLLECT_TABLE, RTM_NEWNEIGHTBL, sizeof(struct ndtmsg), table_rows, NULL },
	{ COLLECT_TABLE, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU, sizeof(struct nfgenmsg), cpu_rows,
	  NULL },
	{ COLLECT_FLOW, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, sizeof(struct nfgenmsg), flow_rows, NULL },
	{ COLLECT_SOCK, SOCK_DIAG_BY_FAMILY, sizeof(struct inet_diag_msg), sock_rows, sock },
	{ COLLECT_POLICY, XFRM_MSG_NEWPOLICY, sizeof(struct xfrm_userpolicy_info), policy_rows, policy },
};

/* Numbers of switches, counters and namespaces, and names of tables that are the kernel's: they tell of nobody. */
static void text(struct redactor *r, enum collect_kind kind, const char *words)
{
	if (kind != COLLECT_SYSCTL && kind != COLLECT_TABLE && kind != COLLECT_LEGACY && kind != COLLECT_NSID)
		redactor_refuse(r, "a text \"%.40s\", which is not known", words);
}

static bool is_kept(enum collect_kind kind, uint16_t type)
{
	/* numbers only */
	return kind == COLLECT_SYSCTL && type == RTM_NEWNETCONF;
}

void redactor_message(struct redactor *r, enum collect_kind kind, struct nlmsghdr *nlh)
{
	const char *words = collect_text(nlh);
	const size_t n = nlh->nlmsg_len - NLMSG_HDRLEN;

	if (kind == COLLECT_NFT) {
		redactor_nft(r, nlh);
		return;
	}
	if (words) {
		text(r, kind, words);
		return;
	}
	if (kind == COLLECT_LEGACY) {
		redactor_legacy(r, nlh);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		const struct shape *s = &shapes[i];
		size_t header = NLMSG_ALIGN(s->header);

		if (s->kind != kind || s->type != nlh->nlmsg_type)
			continue;
		if (n < s->header) {
			redactor_refuse(r, "a message that is not whole");
			return;
		}
		if (s->head)
			s->head(r, nlh);
		if (n > header)
			redactor_walk(r, (char *)NLMSG_DATA(nlh) + header, n - header, s->rows, NLMSG_DATA(nlh));
		return;
	}
	if (!is_kept(kind, nlh->nlmsg_type))
		redactor_clear(r, NLMSG_DATA(nlh), n);
}
