/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routing policy: RTM_NEWRULE (fib_nl_fill_rule() in net/core/fib_rules.c). */
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "collect/collector.h"
#include "nlfield.h"

struct rule_message {
	struct fib_rule rule;
	struct addr src, dst;
	struct fib_rule_uid_range uid;
	struct fib_rule_port_range sport, dport;
};

static const struct nlfield rule_fields[] = {
	{ FRA_DST,                NLFIELD(ADDR, struct rule_message, dst) },
	{ FRA_SRC,                NLFIELD(ADDR, struct rule_message, src) },
	{ FRA_IIFNAME,            NLFIELD(STRING, struct rule_message, rule.iif) },
	{ FRA_OIFNAME,            NLFIELD(STRING, struct rule_message, rule.oif) },
	{ FRA_GOTO,               NLFIELD(U32, struct rule_message, rule.target) },
	{ FRA_PRIORITY,           NLFIELD(U32, struct rule_message, rule.priority) },
	{ FRA_FWMARK,             NLFIELD(U32, struct rule_message, rule.mark) },
	{ FRA_FWMASK,             NLFIELD(U32, struct rule_message, rule.mask) },
	{ FRA_TABLE,              NLFIELD(U32, struct rule_message, rule.table) },
	{ FRA_SUPPRESS_PREFIXLEN, NLFIELD(S32, struct rule_message, rule.suppress_prefixlen) },
	{ FRA_L3MDEV,             NLFIELD(BOOL, struct rule_message, rule.l3mdev) },
	{ FRA_IP_PROTO,           NLFIELD(U8, struct rule_message, rule.ip_proto) },
	{ FRA_UID_RANGE,          NLFIELD(PRESENT, struct rule_message, rule.has_uid) },
	{ FRA_UID_RANGE,          NLFIELD(BYTES, struct rule_message, uid) },
	{ FRA_SPORT_RANGE,        NLFIELD(BYTES, struct rule_message, sport) },
	{ FRA_DPORT_RANGE,        NLFIELD(BYTES, struct rule_message, dport) },
	{ 0 },
};

static int read_rule(const struct fib_rule_hdr *h, struct rule_message *m)
{
	struct fib_rule *rule = &m->rule;
	int r = collect_prefix(h->family, &m->src, h->src_len, &rule->src);

	if (r == 0)
		r = collect_prefix(h->family, &m->dst, h->dst_len, &rule->dst);
	if (r < 0)
		return r;
	rule->family = h->family;
	rule->action = h->action;
	rule->tos = h->tos;
	rule->invert = h->flags & FIB_RULE_INVERT;
	rule->sport_min = m->sport.start;
	rule->sport_max = m->sport.end;
	rule->dport_min = m->dport.start;
	rule->dport_max = m->dport.end;
	rule->uid_min = m->uid.start;
	rule->uid_max = m->uid.end;
	return 0;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	struct rule_message m = { .rule = { .suppress_prefixlen = -1, .raw = raw } };
	const struct fib_rule_hdr *h = nl_header(nlh, sizeof(*h));
	int r;

	if (nlh->nlmsg_type != RTM_NEWRULE)
		return 0;
	if (!h)
		return -EBADMSG;
	if (addr_len(h->family) == 0)
		return 0;
	m.rule.table = h->table;
	r = nlfield_read(rule_fields, nlfield_attrs(nlh, sizeof(*h)), &m);
	if (r == 0)
		r = read_rule(h, &m);
	if (r < 0)
		return r;
	vec_push(&ns->rules, m.rule);
	return 0;
}

static int read_family(struct collecting *c, uint8_t family)
{
	const struct fib_rule_hdr h = { .family = family };
	struct nl_buf b;

	return collect_dump(c, COLLECT_RULE, c->route, nl_put(&b, RTM_GETRULE, 0, &h, sizeof(h)));
}

static int read_rules(struct collecting *c)
{
	int four = read_family(c, AF_INET);
	int six = read_family(c, AF_INET6);

	/* a kernel may be without IPv6, or without policy routing at all */
	if (four < 0 && four != -EOPNOTSUPP && four != -EAFNOSUPPORT)
		return four;
	return six == -EOPNOTSUPP || six == -EAFNOSUPPORT ? 0 : six;
}

const struct collector collect_rule = {
	.kind = COLLECT_RULE, .read = read_rules, .parse = parse,
};
