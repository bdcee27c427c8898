/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "collect/collector.h"

#include <errno.h>

static const struct collector *const collectors[COLLECT_KINDS] = {
	[COLLECT_LINK] = &collect_link,     [COLLECT_ADDR] = &collect_addr,
	[COLLECT_ROUTE] = &collect_route_table, [COLLECT_RULE] = &collect_rule,
	[COLLECT_NEIGH] = &collect_neigh,   [COLLECT_NSID] = &collect_nsid,
	[COLLECT_SYSCTL] = &collect_sysctl, [COLLECT_NFT] = &collect_nft,
	[COLLECT_SOCK] = &collect_sock,     [COLLECT_LEGACY] = &collect_legacy,
	[COLLECT_QUEUE] = &collect_queue,   [COLLECT_BRIDGE] = &collect_bridge,
	[COLLECT_FILTER] = &collect_filter, [COLLECT_POLICY] = &collect_policy,
	[COLLECT_TABLE] = &collect_table,   [COLLECT_FLOW] = &collect_flow,
};

const struct collector *collector_of(enum collect_kind kind)
{
	return collectors[kind];
}

const char *collect_text(const struct nlmsghdr *nlh)
{
	const char *text = (const char *)nlh + NLMSG_HDRLEN;

	if (nlh->nlmsg_type != COLLECT_TEXT || nlh->nlmsg_len <= NLMSG_HDRLEN ||
	    !memchr(text, '\0', nlh->nlmsg_len - NLMSG_HDRLEN))
		return NULL;
	return text;
}

int collect_take(struct snapshot *s, struct ns *ns, enum collect_kind kind,
		 const struct nlmsghdr *nlh)
{
	struct raw *raw = vec_add(&ns->raw);
	int r;

	raw->kind = kind;
	raw->len = nlh->nlmsg_len;
	raw->msg = (void *)nlh;
	r = collectors[kind]->parse(s, ns, nlh, ns->raw.n - 1);
	if (r < 0 && ns->error[kind] == 0)
		ns->error[kind] = r;
	return r;
}

const struct nlmsghdr *collect_copy(struct snapshot *s, const struct nlmsghdr *nlh)
{
	void *copy = xmemdup(nlh, NLMSG_ALIGN((size_t)nlh->nlmsg_len));

	snapshot_own_block(s, copy);
	return copy;
}

int collect_take_copy(struct collecting *c, enum collect_kind kind, const struct nlmsghdr *nlh)
{
	return collect_take(c->s, c->ns, kind, collect_copy(c->s, nlh));
}

int collect_take_text(struct snapshot *s, struct ns *ns, enum collect_kind kind, const char *text)
{
	size_t size = strlen(text) + 1;
	struct nlmsghdr *nlh = xcalloc(1, NLMSG_HDRLEN + NLMSG_ALIGN(size));

	nlh->nlmsg_type = COLLECT_TEXT;
	nlh->nlmsg_len = NLMSG_HDRLEN + (uint32_t)size;
	memcpy((char *)nlh + NLMSG_HDRLEN, text, size);
	snapshot_own_block(s, nlh);
	return collect_take(s, ns, kind, nlh);
}

int collect_take_dump(struct collecting *c, enum collect_kind kind, struct nl_dump *d)
{
	vec_each(block, &d->blocks)
		snapshot_own_block(c->s, *block);
	d->blocks.n = 0;
	vec_each(nlh, &d->messages)
		collect_take(c->s, c->ns, kind, *nlh);
	return d->interrupted ? -EINTR : 0;
}

int collect_dump(struct collecting *c, enum collect_kind kind, struct nl *nl,
		 struct nlmsghdr *request)
{
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int r = nl_dump(nl, request, &d);

	return r < 0 ? r : collect_take_dump(c, kind, &d);
}

int collect_prefix(uint8_t family, const struct addr *a, uint8_t len, struct prefix *ret)
{
	if (len > addr_len(family) * 8 || (addr_is_set(a) && a->family != family))
		return -EBADMSG;
	*ret = (struct prefix){ .addr = *a, .len = len };
	ret->addr.family = family;
	return 0;
}
