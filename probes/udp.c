/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datagram, to which any datagram from the destination is an answer. A name
 * server is asked what every one of them can answer, the servers of the root
 * (RFC 1035), with the token as padding (RFC 7830); any other service gets the
 * token alone, and may keep silent about it. Every attempt has a socket and so
 * a port of its own: to conntrack it is another connection.
 */
#include "probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>

#include "capture/identify.h"
#include "dns.h"
#include "netns.h"
#include "put.h"
#include "socket.h"

#define UDP_HEADER  8

/*
 *  0 id  2 flags  4 one question … 10 one additional record   (RFC 1035, 4.1.1)
 * 12 ".", NS, IN                                               (4.1.2)
 * 17 "."  18 OPT  20 size of an answer  22 flags  26 length   (RFC 6891, 6.1.2)
 * 28 padding  30 length  32 the token
 */
static size_t build_dns(uint8_t b[UDP_PAYLOAD_MAX], uint16_t id)
{
	put_u16(b, id);
	put_u16(b + 2, 0x0100); /* recursion desired */
	put_u16(b + 4, 1);
	put_u16(b + 10, 1);
	put_u16(b + 13, 2);
	put_u16(b + 15, 1);
	put_u16(b + 18, 41);
	put_u16(b + 20, 1232);
	put_u16(b + 26, 4 + PKT_TOKEN);
	put_u16(b + 28, 12);
	put_u16(b + 30, PKT_TOKEN);
	return DNS_TOKEN_AT;
}

size_t probe_udp_payload(uint8_t b[UDP_PAYLOAD_MAX], const struct marks *m, const struct probe *p, size_t probe,
			 size_t a)
{
	size_t at = p->port == DNS_PORT ? build_dns(b, marks_dns_id(m, probe, a)) : 0;

	marks_token(m, probe, a, b + at);
	return at + PKT_TOKEN;
}

static int send_datagram(int fd, const struct probe_plan *plan, struct probe *p, size_t probe,
			 size_t a)
{
	uint8_t b[UDP_PAYLOAD_MAX] = { 0 };
	size_t n = probe_udp_payload(b, &plan->marks, p, probe, a);

	p->size = (uint32_t)(n + UDP_HEADER) + (p->dst.family == AF_INET6 ? 40 : 20);
	p->attempts.v[a].sent_us = wall_us();
	return send(fd, b, n, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int udp_send(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a)
{
	struct attempt *attempt = &p->attempts.v[a];
	int fd = netns_socket(plan->ns_fds[p->ns], p->dst.family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	struct addr own;
	int r;

	if (fd < 0)
		return fd;
	r = probe_socket_want_errors(fd, p->dst.family);
	if (r == 0)
		r = probe_socket_bind(fd, p);
	if (r == 0)
		r = probe_socket_connect(fd, p);
	if (r == 0)
		r = send_datagram(fd, plan, p, probe, a);
	if (r < 0) {
		attempt->sent_us = 0;
		attempt->outcome = PROBE_NOT_SENT;
		attempt->error = -r;
	}
	probe_socket_name(fd, &own, &attempt->sport);
	return fd;
}

/* From the destination itself it is what a RST is to TCP. */
static void read_errors(int fd, const struct probe *p, struct attempt *a)
{
	struct probe_error e;

	while (probe_socket_error(fd, &e) == 0) {
		if (!e.icmp || e.error == EMSGSIZE || a->outcome != PROBE_PENDING)
			continue;
		probe_socket_rejected(a, &e);
		if (icmp_is_port_unreachable(p->dst.family, e.type, e.code) && addr_eq(&e.from, &p->dst))
			a->outcome = PROBE_REFUSED;
	}
}

/* The socket is connected: it hears the destination only. */
static int udp_receive(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a,
		       int fd)
{
	struct attempt *attempt = &p->attempts.v[a];
	uint8_t b[1];

	read_errors(fd, p, attempt);
	if (attempt->outcome != PROBE_PENDING)
		return 0;
	/* one that is empty is an answer, too */
	if (recv(fd, b, sizeof(b), MSG_DONTWAIT) >= 0) {
		attempt->outcome = PROBE_ANSWERED;
		attempt->done_us = wall_us();
	}
	return 0;
}

const struct probe_ops probe_udp = {
	.name = "udp",
	.proto = PROTO_UDP,
	.events = POLLIN,
	.send = udp_send,
	.receive = udp_receive,
};
