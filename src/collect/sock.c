/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who listens: inet_diag (net/ipv4/inet_diag.c). A message does not name its
 * protocol, but its state does: TCP listeners are in LISTEN, and of UDP only the
 * unconnected sockets, which are in CLOSE, are asked for.
 */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include "collect/collector.h"
#include "nlfield.h"

static const struct nlfield sock_fields[] = {
	{ INET_DIAG_SKV6ONLY, NLFIELD(BOOL, struct listener, v6only) },
	{ 0 },
};

/* A socket bound to ::ffff:192.0.2.1 hears IPv4 (RFC 4291, 2.5.5.2). */
static struct addr unmap(const struct addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct addr four = { .family = AF_INET };

	if (a->family != AF_INET6 || memcmp(a->b, mapped, sizeof(mapped)) != 0)
		return *a;
	memcpy(four.b, a->b + sizeof(mapped), 4);
	return four;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const struct inet_diag_msg *m = nl_header(nlh, sizeof(*m));
	struct listener l = { 0 };
	int r;

	if (nlh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	if (!m)
		return -EBADMSG;
	if (m->idiag_state != TCP_LISTEN && m->idiag_state != TCP_CLOSE)
		return 0;
	r = addr_from_bytes(m->idiag_family, m->id.idiag_src, addr_len(m->idiag_family), &l.addr);
	if (r == 0)
		r = nlfield_read(sock_fields, nlfield_attrs(nlh, sizeof(*m)), &l);
	if (r < 0)
		return -EBADMSG;
	l.addr = unmap(&l.addr);
	l.port = ntohs(m->id.idiag_sport);
	l.proto = m->idiag_state == TCP_LISTEN ? IPPROTO_TCP : IPPROTO_UDP;
	if (l.proto == IPPROTO_TCP) {
		l.waiting = m->idiag_rqueue;
		l.backlog = m->idiag_wqueue;
	}
	if (l.port != 0)
		vec_push(&ns->listeners, l);
	return 0;
}

static int read_kind(struct collecting *c, struct nl *diag, uint8_t family, uint8_t protocol)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = family,
		.sdiag_protocol = protocol,
		.idiag_states = 1u << (protocol == IPPROTO_TCP ? TCP_LISTEN : TCP_CLOSE),
	};
	struct nl_buf b;

	return collect_dump(c, COLLECT_SOCK, diag,
			    nl_put(&b, SOCK_DIAG_BY_FAMILY, 0, &request, sizeof(request)));
}

static int read_socks(struct collecting *c)
{
	_cleanup_(nl_closep) struct nl *diag = NULL;
	int result = nl_open(NETLINK_SOCK_DIAG, &diag);
	static const struct {
		uint8_t family, protocol;
	} kinds[] = {
		{ AF_INET, IPPROTO_TCP }, { AF_INET6, IPPROTO_TCP },
		{ AF_INET, IPPROTO_UDP }, { AF_INET6, IPPROTO_UDP },
	};

	if (result < 0)
		return result;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		int r = read_kind(c, diag, kinds[i].family, kinds[i].protocol);

		if (result == 0)
			result = r;
	}
	return result;
}

const struct collector collect_sock = {
	.kind = COLLECT_SOCK, .read = read_socks, .parse = parse,
};
