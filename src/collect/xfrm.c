/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPsec policies (copy_to_user_policy(), net/xfrm/xfrm_user.c). The states that they ask for are not read: their keys
 * would come along.
 */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <linux/xfrm.h>

#include "collect/collector.h"
#include "nlfield.h"

struct policy_message {
	struct ipsec_policy policy;
	struct xfrm_mark mark;
	struct nlspan templates;
};

static const struct nlfield policy_fields[] = {
	{ XFRMA_TMPL,  NLFIELD(SPAN, struct policy_message, templates) },
	{ XFRMA_MARK,  NLFIELD(BYTES, struct policy_message, mark) },
	{ XFRMA_IF_ID, NLFIELD(U32, struct policy_message, policy.if_id) },
	{ 0 },
};

static int read_prefix(uint16_t family, const xfrm_address_t *a, uint8_t len, struct prefix *ret)
{
	struct addr addr = { 0 };
	int r;

	/* a selector without a family is one for both, and then says no address */
	if (family != AF_INET && family != AF_INET6)
		return 0;
	r = addr_from_bytes((uint8_t)family, a, addr_len((uint8_t)family), &addr);
	return r < 0 ? r : collect_prefix((uint8_t)family, &addr, len, ret);
}

static bool has_duty(struct nlspan templates)
{
	struct xfrm_user_tmpl t;

	for (size_t at = 0; at + sizeof(t) <= templates.n; at += sizeof(t)) {
		memcpy(&t, (const char *)templates.p + at, sizeof(t));
		if (!t.optional)
			return true;
	}
	return false;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const void *header = nl_header(nlh, sizeof(struct xfrm_userpolicy_info));
	struct xfrm_userpolicy_info info;
	struct policy_message m = { 0 };
	struct ipsec_policy *p = &m.policy;
	int r;

	if (nlh->nlmsg_type != XFRM_MSG_NEWPOLICY)
		return 0;
	if (!header)
		return -EBADMSG;
	/* it holds numbers of 8 bytes, and messages are aligned to 4 */
	memcpy(&info, header, sizeof(info));
	r = nlfield_read(policy_fields, nlfield_attrs(nlh, sizeof(info)), &m);
	if (r == 0)
		r = read_prefix(info.sel.family, &info.sel.saddr, info.sel.prefixlen_s, &p->src);
	if (r == 0)
		r = read_prefix(info.sel.family, &info.sel.daddr, info.sel.prefixlen_d, &p->dst);
	if (r < 0)
		return -EBADMSG;
	p->family = (uint8_t)info.sel.family;
	p->proto = info.sel.proto;
	p->sport = ntohs(info.sel.sport);
	p->sport_mask = ntohs(info.sel.sport_mask);
	p->dport = ntohs(info.sel.dport);
	p->dport_mask = ntohs(info.sel.dport_mask);
	p->ifindex = info.sel.ifindex;
	p->priority = info.priority;
	p->dir = info.dir;
	p->blocks = info.action == XFRM_POLICY_BLOCK;
	p->transforms = has_duty(m.templates);
	p->mark = m.mark.v;
	p->mask = m.mark.m;
	vec_push(&ns->policies, *p);
	return 0;
}

static int read_policies(struct collecting *c)
{
	const struct xfrm_userpolicy_id id = { 0 };
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct nl_buf b;
	int r = nl_open(NETLINK_XFRM, &nl);

	if (r == 0)
		r = collect_dump(c, COLLECT_POLICY, nl, nl_put(&b, XFRM_MSG_GETPOLICY, 0, &id, sizeof(id)));
	/* a kernel without IPsec has none */
	return r == -EPROTONOSUPPORT ? 0 : r;
}

const struct collector collect_policy = {
	.kind = COLLECT_POLICY, .read = read_policies, .parse = parse,
};
