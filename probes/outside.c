/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client beyond the uplink. It has no socket: its packets are made here, come
 * in by the uplink, and what they are answered with is read from the tap (see
 * inject.h), whichever probe's turn it is. It answers echo requests that are ours:
 * large ones are what the target's large answers would be. A connection is reset as soon as it
 * would open, and all of them in the end: a listener repeats its SYN-ACK for a
 * minute to somebody who is silent.
 */
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "capture/identify.h"
#include "inject.h"
#include "outside.h"
#include "put.h"
#include "socket.h"

#define TCP_HEADER  20
#define ECHO_HEADER 8
#define UDP_HEADER  8
#define SYN_OPTIONS 20

static size_t ip_header(const struct probe *p)
{
	return p->dst.family == AF_INET6 ? 40 : 20;
}

/*
 * RFC 791:
 *  0 version, header length  1 tos  2 length  4 id  6 flags, offset  8 ttl  9 protocol
 * 10 checksum  12 source  16 destination
 */
static void put_ipv4(uint8_t *b, const struct probe *p, uint8_t protocol, size_t n)
{
	uint16_t id;

	random_bytes(&id, sizeof(id));
	b[0] = 0x45;
	put_u16(b + 2, (uint16_t)n);
	put_u16(b + 4, id);
	b[6] = 0x40; /* don't fragment */
	b[8] = 64;
	b[9] = protocol;
	memcpy(b + 12, p->src.b, 4);
	memcpy(b + 16, p->dst.b, 4);
	put_u16(b + 10, checksum_folded(checksum_add(0, b, 20)));
}

/*
 * RFC 8200:
 *  0 version, class, flow label  4 payload length  6 next header  7 hop limit  8 source  24 destination
 */
static void put_ipv6(uint8_t *b, const struct probe *p, uint8_t protocol, size_t n)
{
	b[0] = 0x60;
	put_u16(b + 4, (uint16_t)(n - 40));
	b[6] = protocol;
	b[7] = 64;
	memcpy(b + 8, p->src.b, 16);
	memcpy(b + 24, p->dst.b, 16);
}

static void put_ip(uint8_t *b, const struct probe *p, uint8_t protocol, size_t n)
{
	if (p->dst.family == AF_INET6)
		put_ipv6(b, p, protocol, n);
	else
		put_ipv4(b, p, protocol, n);
}

/* Of the n bytes behind the IP header, and a pseudo header: addresses, protocol, length. */
static uint16_t transport_checksum(const uint8_t *b, const struct probe *p, uint8_t protocol, size_t n)
{
	size_t addresses = 2 * addr_len(p->dst.family);
	uint32_t sum = checksum_add((uint32_t)protocol + (uint32_t)n, b + ip_header(p) - addresses, addresses);

	return checksum_folded(checksum_add(sum, b + ip_header(p), n));
}

/*
 * RFC 9293:
 *  0 source port  2 destination port  4 sequence number  8 acknowledgment  12 header length
 * 13 flags  14 window  16 checksum  18 urgent pointer  20 options
 */
size_t outside_tcp(uint8_t *b, const struct probe *p, uint16_t sport, uint32_t seq, uint8_t flags)
{
	/* as Linux asks: MSS, SACK, timestamp, window scale 7 */
	static const uint8_t options[SYN_OPTIONS] = { 2, 4, 0, 0, 4, 2, 8, 10, 0, 0, 0, 1,
						      0, 0, 0, 0, 1, 3, 3, 7 };
	bool syn = flags & TH_SYN;
	size_t tcp = TCP_HEADER + (syn ? SYN_OPTIONS : 0), n = ip_header(p) + tcp;
	uint8_t *t = b + ip_header(p);

	memset(b, 0, n);
	put_ip(b, p, IPPROTO_TCP, n);
	put_u16(t, sport);
	put_u16(t + 2, p->port);
	put_u32(t + 4, seq);
	t[12] = (uint8_t)(tcp / 4 << 4);
	t[13] = flags;
	put_u16(t + 14, syn ? 64240 : 0);
	if (syn) {
		memcpy(t + TCP_HEADER, options, sizeof(options));
		put_u16(t + TCP_HEADER + 2, (uint16_t)(OUTSIDE_MAX - ip_header(p) - TCP_HEADER));
	}
	put_u16(t + 16, transport_checksum(b, p, IPPROTO_TCP, tcp));
	return n;
}

/* RFC 792, RFC 4443:  0 type  1 code  2 checksum  4 id  6 sequence number  8 token, padding */
static size_t put_echo(uint8_t *b, const struct marks *m, const struct probe *p, size_t probe, size_t a,
		       uint16_t id, bool reply)
{
	size_t least = ip_header(p) + ECHO_HEADER + PKT_TOKEN;
	size_t n = p->size > least && p->size <= OUTSIDE_MAX ? p->size : least;
	size_t echo = n - ip_header(p);
	uint8_t *e = b + ip_header(p);
	bool v6 = p->dst.family == AF_INET6;

	memset(b, 0, n);
	put_ip(b, p, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP, n);
	if (reply)
		e[0] = v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY;
	else
		e[0] = v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO;
	put_u16(e + 4, id);
	put_u16(e + 6, (uint16_t)(a + 1));
	marks_token(m, probe, a, e + ECHO_HEADER);
	for (size_t i = ECHO_HEADER + PKT_TOKEN; i < echo; i++)
		e[i] = (uint8_t)i;
	put_u16(e + 2, v6 ? transport_checksum(b, p, IPPROTO_ICMPV6, echo) :
			    checksum_folded(checksum_add(0, e, echo)));
	return n;
}

size_t outside_echo(uint8_t *b, const struct marks *m, const struct probe *p, size_t probe, size_t a,
		    uint16_t id)
{
	return put_echo(b, m, p, probe, a, id, false);
}

/* RFC 768:  0 source port  2 destination port  4 length  6 checksum */
size_t outside_udp(uint8_t *b, const struct marks *m, const struct probe *p, size_t probe, size_t a,
		   uint16_t sport)
{
	uint8_t payload[UDP_PAYLOAD_MAX] = { 0 };
	size_t udp = UDP_HEADER + probe_udp_payload(payload, m, p, probe, a), n = ip_header(p) + udp;
	uint8_t *u = b + ip_header(p);
	uint16_t sum;

	memset(b, 0, n);
	put_ip(b, p, IPPROTO_UDP, n);
	put_u16(u, sport);
	put_u16(u + 2, p->port);
	put_u16(u + 4, (uint16_t)udp);
	memcpy(u + UDP_HEADER, payload, udp - UDP_HEADER);
	sum = transport_checksum(b, p, IPPROTO_UDP, udp);
	put_u16(u + 6, sum ? sum : 0xffff); /* 0: none */
	return n;
}

/* The packet of an attempt, which has its port or id already. */
static size_t build(uint8_t *b, const struct marks *m, const struct probe *p, size_t probe, size_t a)
{
	uint16_t sport = p->attempts.v[a].sport;

	if (p->proto == PROTO_TCP)
		return outside_tcp(b, p, sport, marks_seq(m, probe, a), TH_SYN);
	if (p->proto == PROTO_UDP)
		return outside_udp(b, m, p, probe, a, sport);
	return outside_echo(b, m, p, probe, a, sport);
}

static uint16_t choose_port(const struct probe_plan *plan, const struct probe *p)
{
	uint16_t port;

	if (p->proto == PROTO_UDP)
		return inject_port(plan->inject);
	random_bytes(&port, sizeof(port));
	return (uint16_t)(32768 + port % 28232); /* ip_local_port_range */
}

static int outside_send(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a)
{
	struct attempt *attempt = &p->attempts.v[a];
	uint8_t b[OUTSIDE_MAX];
	size_t n;
	int fd, r;

	if (p->dst.family != p->src.family)
		return -EAFNOSUPPORT;
	/* of its own, as each socket has: the loop closes it */
	fd = fcntl(inject_fd(plan->inject), F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	attempt->sport = choose_port(plan, p);
	n = build(b, &plan->marks, p, probe, a);
	if (p->size == 0 || p->proto == PROTO_UDP)
		p->size = (uint32_t)n;
	attempt->sent_us = wall_us();
	r = inject_send(plan->inject, b, n);
	if (r < 0) {
		attempt->sent_us = 0;
		attempt->outcome = PROBE_NOT_SENT;
		attempt->error = -r;
	}
	return fd;
}

static void reset(const struct probe_plan *plan, const struct probe *p, size_t probe, size_t a)
{
	uint8_t b[OUTSIDE_MAX];

	inject_send(plan->inject, b,
		    outside_tcp(b, p, p->attempts.v[a].sport, marks_seq(&plan->marks, probe, a) + 1,
				TH_RST));
}

static void finish(struct attempt *a, enum probe_outcome outcome)
{
	if (a->outcome != PROBE_PENDING)
		return;
	a->outcome = outcome;
	a->done_us = wall_us();
}

bool outside_attempt(const struct probe_plan *plan, const struct identity *id, uint16_t port,
		     size_t *ret_attempt)
{
	const struct probe *p = (size_t)id->probe < plan->probes.n ? &plan->probes.v[id->probe] : NULL;
	size_t step = p && p->proto == PROTO_TCP ? SEQ_ATTEMPTS : PROBE_ATTEMPTS;

	for (size_t a = (size_t)id->attempt; p && p->outside && a < p->attempts.n; a += step) {
		if (p->attempts.v[a].sport != port)
			continue;
		*ret_attempt = a;
		return true;
	}
	return false;
}

/* The client's port, or the id of its echo, in one of its packets or in an answer. */
static uint16_t client_port(const struct pkt_headers *h, bool reply)
{
	if (h->kind != PKT_TCP && h->kind != PKT_UDP)
		return h->pkt.icmp_id;
	return reply ? h->pkt.dport : h->pkt.sport;
}

/* As path MTU discovery has it: the next packet is as large as the router said. */
static void shrink(struct probe *p, const struct pkt_headers *h)
{
	if (p->full && !p->step && icmp_is_too_big(p->dst.family, h->pkt.icmp_type, h->pkt.icmp_code) &&
	    h->mtu < p->size)
		p->size = h->mtu;
}

static void take_error(struct probe_plan *plan, const struct pkt_headers *h)
{
	const struct observations none = { 0 };
	struct pkt_headers quoted;
	struct probe *p;
	struct identity id;
	struct attempt *a;
	size_t at;

	if (pkt_ip(h->quoted, &quoted) < 0 || !identify_quoted(&plan->marks, &none, &quoted, &id) ||
	    id.reply || !outside_attempt(plan, &id, client_port(&quoted, false), &at))
		return;
	p = &plan->probes.v[id.probe];
	a = &p->attempts.v[at];
	if (a->outcome != PROBE_PENDING)
		return;
	a->icmp_type = h->pkt.icmp_type;
	a->icmp_code = h->pkt.icmp_code;
	a->icmp_from = h->pkt.src;
	shrink(p, h);
	/* from the destination itself that is what a RST is to TCP */
	finish(a, p->proto == PROTO_UDP && addr_eq(&h->pkt.src, &p->dst) &&
			  icmp_is_port_unreachable(p->dst.family, h->pkt.icmp_type, h->pkt.icmp_code) ?
			  PROBE_REFUSED : PROBE_REJECTED);
}

/* Any datagram from whom was asked, to the port that asked last, is an answer. */
static void take_datagram(struct probe_plan *plan, const struct pkt_headers *h)
{
	vec_each(p, &plan->probes) {
		if (!p->outside || p->proto != PROTO_UDP || p->port != h->pkt.sport ||
		    !addr_eq(&p->dst, &h->pkt.src))
			continue;
		for (size_t a = p->attempts.n; a-- > 0;) {
			if (p->attempts.v[a].sport != h->pkt.dport)
				continue;
			finish(&p->attempts.v[a], PROBE_ANSWERED);
			return;
		}
	}
}

/* An echo request that a probe sends to the client: it is there, and answers. */
static void answer(const struct probe_plan *plan, const struct pkt_headers *h)
{
	const struct probe back = { .src = h->pkt.dst, .dst = h->pkt.src };
	const struct probe *p;
	uint8_t b[OUTSIDE_MAX];
	struct identity id;

	if (!identify_packet(&plan->marks, NULL, h, &id) || (size_t)id.probe >= plan->probes.n)
		return;
	p = &plan->probes.v[id.probe];
	if (p->outside || !addr_eq(&p->dst, &h->pkt.dst))
		return;
	inject_send(plan->inject, b,
		    put_echo(b, &plan->marks, &back, (size_t)id.probe, (size_t)id.attempt, h->pkt.icmp_id,
			     true));
}

static void take(struct probe_plan *plan, struct pkt k)
{
	struct pkt_headers h;
	struct identity id;
	struct probe *p;
	struct attempt *a;
	size_t at;

	if (pkt_ip(k, &h) < 0)
		return;
	if (h.kind == PKT_ICMP_ERROR) {
		take_error(plan, &h);
		return;
	}
	if (h.kind == PKT_UDP) {
		take_datagram(plan, &h);
		return;
	}
	if (h.kind == PKT_ECHO_REQUEST) {
		answer(plan, &h);
		return;
	}
	if (!identify_packet(&plan->marks, NULL, &h, &id) || !id.reply ||
	    !outside_attempt(plan, &id, client_port(&h, true), &at))
		return;
	p = &plan->probes.v[id.probe];
	a = &p->attempts.v[at];
	/* a client knows nobody but whom it asked: what comes from another address is no answer */
	if (!addr_eq(&h.pkt.src, &p->dst))
		return;
	if (h.kind == PKT_TCP && (h.pkt.tcp_flags & TH_RST)) {
		finish(a, PROBE_REFUSED);
		return;
	}
	finish(a, PROBE_ANSWERED);
	if (h.kind == PKT_TCP)
		reset(plan, p, (size_t)id.probe, at);
}

void outside_read(struct probe_plan *plan)
{
	uint8_t b[OUTSIDE_MAX];
	ssize_t n;

	while ((n = inject_receive(plan->inject, b, sizeof(b))) >= 0)
		take(plan, pkt_view(b, (size_t)n));
}

/* The tap is one for all: outside_read() has taken everything already. */
static int outside_receive(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a,
			   int fd)
{
	(void)plan, (void)p, (void)probe, (void)a, (void)fd;
	return 0;
}

void outside_close(struct probe_plan *plan)
{
	for (size_t i = 0; i < plan->probes.n; i++) {
		const struct probe *p = &plan->probes.v[i];

		for (size_t a = 0; p->outside && p->proto == PROTO_TCP && a < p->attempts.n; a++)
			if (p->attempts.v[a].sent_us && p->attempts.v[a].outcome != PROBE_REFUSED)
				reset(plan, p, i, a);
	}
}

const struct probe_ops probe_outside = {
	.name = "outside",
	.proto = PROTO_COUNT,
	.events = POLLIN,
	.send = outside_send,
	.receive = outside_receive,
};
