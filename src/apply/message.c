/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink messages that are kept, to be sent again. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "collect/collector.h"
#include "nlfield.h"

void messages_free(messages *m)
{
	vec_each(one, m)
		free(*one);
	vec_free(m);
}

struct nlmsghdr *message_dup(const struct nlmsghdr *nlh)
{
	/* attributes may be walked up to the aligned length */
	struct nlmsghdr *copy = xcalloc(NLMSG_ALIGN((size_t)nlh->nlmsg_len) + 1, 1);

	memcpy(copy, nlh, nlh->nlmsg_len);
	return copy;
}

static int take(const struct nlmsghdr *nlh, void *arg)
{
	vec_push((messages *)arg, message_dup(nlh));
	return 0;
}

int messages_get(struct nl *nl, struct nlmsghdr *request, messages *ret)
{
	return nl_request(nl, request, take, ret);
}

int messages_dump(struct nl *nl, struct nlmsghdr *request, messages *ret)
{
	_cleanup_(nl_dump_done) struct nl_dump dump = { 0 };
	int r = nl_dump(nl, request, &dump);

	if (r < 0)
		return r;
	vec_each(nlh, &dump.messages)
		take(*nlh, ret);
	return dump.interrupted ? -EINTR : 0;
}

struct nlmsghdr *message_again(const struct nlmsghdr *old, uint16_t type, uint16_t flags,
			       size_t header, bool (*keep)(uint16_t attr))
{
	struct nlspan attrs = nlfield_attrs(old, header), payload;
	size_t size = NLMSG_ALIGN((size_t)old->nlmsg_len) + NLMSG_ALIGN(header);
	struct nlmsghdr *nlh = xcalloc(size + 64, 1);
	const void *h = nl_header(old, header);
	uint16_t attr;

	mnl_nlmsg_put_header(nlh);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	if (h)
		memcpy(mnl_nlmsg_put_extra_header(nlh, header), h, header);
	while (nlfield_next(&attrs, &attr, &payload) > 0)
		if (!keep || keep(attr & NLA_TYPE_MASK))
			mnl_attr_put(nlh, attr, payload.n, payload.p);
	return nlh;
}

int messages_parse(const messages *m, enum collect_kind kind, struct snapshot **ret)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	int ns = snapshot_add(s, "", 0);

	for (size_t i = 0; i < m->n; i++) {
		int r = collector_of(kind)->parse(s, &s->ns.v[ns], m->v[i], i);

		if (r < 0)
			return r;
	}
	*ret = s;
	s = NULL;
	return 0;
}

int link_get(struct nl *nl, int ifindex, struct link *ret, struct nlmsghdr **ret_message)
{
	const struct ifinfomsg ifi = { .ifi_index = ifindex };
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	_cleanup_(messages_free) messages m = { 0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_GETLINK, 0, &ifi, sizeof(ifi));
	int r;

	mnl_attr_put_u32(nlh, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	r = messages_get(nl, nlh, &m);
	if (r == 0)
		r = messages_parse(&m, COLLECT_LINK, &s);
	if (r < 0)
		return r;
	if (s->ns.v[0].links.n != 1)
		return -ENODEV;
	*ret = s->ns.v[0].links.v[0];
	if (ret_message) {
		*ret_message = m.v[0];
		m.v[0] = NULL;
	}
	return 0;
}

/* --- what a link loses with its state -------------------------------------- */

static int addresses_read(struct nl *nl, int ifindex, messages *ret)
{
	const struct ifaddrmsg ifa = { .ifa_family = AF_INET6, .ifa_index = (uint32_t)ifindex };
	_cleanup_(messages_free) messages m = { 0 };
	struct nl_buf b;
	int r = messages_dump(nl, nl_put(&b, RTM_GETADDR, 0, &ifa, sizeof(ifa)), &m);

	if (r < 0)
		return r == -EOPNOTSUPP ? 0 : r;
	vec_each(nlh, &m) {
		const struct ifaddrmsg *have = nl_header(*nlh, sizeof(*have));

		if (have && have->ifa_family == AF_INET6 && have->ifa_index == (uint32_t)ifindex)
			vec_push(ret, message_dup(*nlh));
	}
	return 0;
}

static int neighbours_read(struct nl *nl, int ifindex, messages *ret)
{
	const struct ndmsg ndm = { .ndm_family = AF_UNSPEC };
	_cleanup_(messages_free) messages m = { 0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_GETNEIGH, 0, &ndm, sizeof(ndm));
	int r;

	mnl_attr_put_u32(nlh, NDA_IFINDEX, (uint32_t)ifindex);
	r = messages_dump(nl, nlh, &m);
	if (r < 0)
		return r;
	vec_each(one, &m) {
		const struct ndmsg *have = nl_header(*one, sizeof(*have));

		if (have && have->ndm_ifindex == ifindex && (have->ndm_state & NUD_PERMANENT) &&
		    addr_len(have->ndm_family) > 0)
			vec_push(ret, message_dup(*one));
	}
	return 0;
}

int volatile_read(struct nl *nl, int ifindex, messages *ret)
{
	int r = addresses_read(nl, ifindex, ret);

	return r < 0 ? r : neighbours_read(nl, ifindex, ret);
}

static bool neigh_attr(uint16_t attr)
{
	return attr == NDA_DST || attr == NDA_LLADDR || attr == NDA_PROTOCOL;
}

static int give_back(struct nl *nl, const struct nlmsghdr *old)
{
	_cleanup_(freep) struct nlmsghdr *nlh = NULL;
	uint16_t flags = NLM_F_CREATE | NLM_F_EXCL;
	int r;

	if (old->nlmsg_type == RTM_NEWADDR)
		nlh = message_again(old, RTM_NEWADDR, flags, sizeof(struct ifaddrmsg), NULL);
	else if (old->nlmsg_type == RTM_NEWNEIGH)
		nlh = message_again(old, RTM_NEWNEIGH, flags, sizeof(struct ndmsg), neigh_attr);
	else
		return 0;
	r = nl_request(nl, nlh, NULL, NULL);
	return r == -EEXIST ? 0 : r;
}

int volatile_restore(struct nl *nl, const messages *had)
{
	int result = 0;

	vec_each(nlh, had) {
		int r = give_back(nl, *nlh);

		if (result == 0)
			result = r;
	}
	return result;
}
