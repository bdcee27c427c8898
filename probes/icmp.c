/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Echo (RFC 792, RFC 4443) by a raw socket, or by a ping socket where only that
 * is permitted (icmp(7), ping_group_range). Every attempt has a socket and an
 * id of its own: nat chains judge only the first packet of a connection, and to
 * conntrack an id is one.
 */
#include "probe.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <poll.h>

#include "capture/identify.h"
#include "netns.h"
#include "put.h"
#include "socket.h"

#define ECHO_HEADER 8
#define MAX_SIZE    65535

static uint32_t ip_header(uint8_t family)
{
	return family == AF_INET6 ? 40 : 20;
}

/* Its id is the kernel's choice, and it receives without an IP header. */
static bool is_ping_socket(int fd)
{
	int type = 0;
	socklen_t n = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 && type == SOCK_DGRAM;
}

static int open_socket(int ns_fd, uint8_t family)
{
	int protocol = family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	int fd = netns_socket(ns_fd, family, SOCK_RAW | SOCK_NONBLOCK, protocol);
	int ping;

	if (fd != -EPERM && fd != -EACCES)
		return fd;
	ping = netns_socket(ns_fd, family, SOCK_DGRAM | SOCK_NONBLOCK, protocol);
	return ping < 0 ? fd : ping;
}

/* Replies only; errors come by the error queue. */
static int set_filter(int fd, uint8_t family)
{
	struct icmp_filter v4 = { .data = ~(1u << ICMP_ECHOREPLY) };
	struct icmp6_filter v6;
	int r;

	if (is_ping_socket(fd))
		return 0;
	if (family == AF_INET6) {
		ICMP6_FILTER_SETBLOCKALL(&v6);
		ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6);
		r = setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof(v6));
	} else {
		r = setsockopt(fd, SOL_RAW, ICMP_FILTER, &v4, sizeof(v4));
	}
	return r < 0 ? -errno : 0;
}

static int set_df(int fd, const struct probe *p)
{
	bool v6 = p->dst.family == AF_INET6;
	/* IPv6's have the same values */
	int how = p->df || p->full ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;

	if (setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER,
		       &how, sizeof(how)) < 0)
		return -errno;
	return 0;
}

static int prepare(int fd, const struct probe *p)
{
	int r = set_filter(fd, p->dst.family);

	if (r == 0)
		r = probe_socket_want_errors(fd, p->dst.family);
	if (r == 0)
		r = set_df(fd, p);
	if (r == 0)
		r = probe_socket_bind(fd, p);
	return r < 0 ? r : probe_socket_connect(fd, p);
}

/*  0 type  1 code  2 checksum  4 id  6 sequence number  8 token, padding */
static void build(uint8_t *b, size_t n, const struct probe_plan *plan, const struct probe *p,
		  size_t probe, size_t a)
{
	b[0] = p->dst.family == AF_INET6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	put_u16(b + 4, p->attempts.v[a].sport);
	put_u16(b + 6, (uint16_t)(a + 1));
	marks_token(&plan->marks, probe, a, b + ECHO_HEADER);
	for (size_t i = ECHO_HEADER + PKT_TOKEN; i < n; i++)
		b[i] = (uint8_t)i;
	/* the kernel fills in that of ICMPv6 */
	if (p->dst.family == AF_INET)
		put_u16(b + 2, checksum_folded(checksum_add(0, b, n)));
}

static uint32_t clamp_size(uint32_t size, uint8_t family)
{
	uint32_t least = ip_header(family) + ECHO_HEADER + PKT_TOKEN;

	return size < least ? least : size > MAX_SIZE ? MAX_SIZE : size;
}

static int send_sized(int fd, const struct probe_plan *plan, struct probe *p, size_t probe,
		      size_t a)
{
	size_t n = clamp_size(p->size, p->dst.family) - ip_header(p->dst.family);
	_cleanup_(freep) uint8_t *b = xcalloc(n, 1);

	build(b, n, plan, p, probe, a);
	p->attempts.v[a].sent_us = wall_us();
	return send(fd, b, n, 0) < 0 ? -errno : 0;
}

/* A path MTU that became known since the socket was connected shows as EMSGSIZE, once. */
static int send_full(int fd, const struct probe_plan *plan, struct probe *p, size_t probe, size_t a)
{
	int r = -EMSGSIZE;

	for (int i = 0; i < 2 && r == -EMSGSIZE; i++) {
		r = probe_socket_mtu(fd, p->dst.family, &p->size);
		if (r < 0)
			return r;
		p->size = clamp_size(p->size, p->dst.family);
		r = send_sized(fd, plan, p, probe, a);
	}
	return r;
}

static int icmp_send(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a)
{
	struct attempt *attempt = &p->attempts.v[a];
	int fd = open_socket(plan->ns_fds[p->ns], p->dst.family), r;
	struct addr own;

	if (fd < 0)
		return fd;
	/* as random as the token, and another one for every packet */
	attempt->sport = p->follows ? p->follows :
				      (uint16_t)((plan->marks.token[0] << 8 | plan->marks.token[1]) +
						 probe * (plan->max_attempts + 1) + a);
	/* a ping socket's id is none that could be chosen */
	if (p->follows && is_ping_socket(fd)) {
		close(fd);
		return -EPERM;
	}
	r = prepare(fd, p);
	if (r == 0 && !p->step && (p->full || p->size == 0))
		r = send_full(fd, plan, p, probe, a);
	else if (r == 0)
		r = send_sized(fd, plan, p, probe, a);
	if (r < 0) {
		attempt->sent_us = 0;
		attempt->outcome = PROBE_NOT_SENT;
		attempt->error = -r;
	} else if (is_ping_socket(fd)) {
		probe_socket_name(fd, &own, &attempt->sport);
	}
	return fd;
}

static bool is_our_error(const struct attempt *a, const struct probe_error *e)
{
	struct pkt k = pkt_view(e->quoted, e->quoted_n);

	return e->icmp && pkt_u16(&k, 4) == a->sport && !k.bad;
}

static void read_errors(int fd, struct attempt *a)
{
	struct probe_error e;

	while (probe_socket_error(fd, &e) == 0)
		if (is_our_error(a, &e) && a->outcome == PROBE_PENDING)
			probe_socket_rejected(a, &e);
}

/* IPv4's raw sockets deliver the IP header, too. */
static int parse(int fd, uint8_t family, struct pkt k, struct pkt_headers *ret)
{
	struct pkt_headers h = { .pkt.src.family = family };
	int r;

	if (family == AF_INET && !is_ping_socket(fd))
		return pkt_ip(k, ret);
	h.next = family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	r = pkt_transport(k, &h);
	if (r == 0)
		*ret = h;
	return r;
}

static bool is_our_reply(const struct probe_plan *plan, const struct probe *p, size_t probe,
			 size_t a, int fd, struct pkt k)
{
	uint8_t token[PKT_TOKEN];
	struct pkt_headers h;

	marks_token(&plan->marks, probe, a, token);
	/* a truncated answer is one */
	return parse(fd, p->dst.family, k, &h) == 0 && h.kind == PKT_ECHO_REPLY &&
	       h.pkt.icmp_id == p->attempts.v[a].sport && memcmp(h.token, token, h.token_n) == 0;
}

static int icmp_receive(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a,
			int fd)
{
	struct attempt *attempt = &p->attempts.v[a];

	/* bounded: another program's pings must not hold us up */
	for (int i = 0; i < 64 && attempt->outcome == PROBE_PENDING; i++) {
		uint8_t b[128];
		ssize_t n = recv(fd, b, sizeof(b), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0) /* what the error queue explains */
			continue;
		if (!is_our_reply(plan, p, probe, a, fd, pkt_view(b, (size_t)n)))
			continue;
		attempt->outcome = PROBE_ANSWERED;
		attempt->done_us = wall_us();
	}
	read_errors(fd, attempt);
	return 0;
}

const struct probe_ops probe_icmp = {
	.name = "icmp",
	.proto = PROTO_ICMP,
	.events = POLLIN,
	.send = icmp_send,
	.receive = icmp_receive,
};
