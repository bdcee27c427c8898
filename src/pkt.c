/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pkt.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/tcp.h>

static bool have(struct pkt *k, size_t off, size_t n)
{
	if (off <= k->n && n <= k->n - off)
		return true;
	k->bad = true;
	return false;
}

uint8_t pkt_u8(struct pkt *k, size_t off)
{
	return have(k, off, 1) ? k->p[off] : 0;
}

uint16_t pkt_u16(struct pkt *k, size_t off)
{
	return have(k, off, 2) ? (uint16_t)(k->p[off] << 8 | k->p[off + 1]) : 0;
}

uint32_t pkt_u32(struct pkt *k, size_t off)
{
	uint32_t high = pkt_u16(k, off), low = pkt_u16(k, off + 2);

	return k->bad ? 0 : high << 16 | low;
}

void pkt_bytes(struct pkt *k, size_t off, void *dst, size_t n)
{
	if (n == 0)
		return;
	if (have(k, off, n))
		memcpy(dst, k->p + off, n);
	else
		memset(dst, 0, n);
}

struct pkt pkt_from(const struct pkt *k, size_t off)
{
	if (off >= k->n)
		return (struct pkt){ .bad = k->bad };
	return (struct pkt){ .p = k->p + off, .n = k->n - off, .bad = k->bad };
}

static struct addr read_addr(struct pkt *k, size_t off, uint8_t family)
{
	struct addr a = { .family = family };

	pkt_bytes(k, off, a.b, addr_len(family));
	return a;
}

/*
 * RFC 791:  0 version, header length   2 total length   6 flags, fragment offset
 *           8 time to live             9 protocol      12 source   16 destination
 */
static int read_ipv4(struct pkt k, struct pkt_headers *h, struct pkt *ret_transport)
{
	size_t len = (pkt_u8(&k, 0) & 0x0f) * 4u;
	bool later_fragment = pkt_u16(&k, 6) & 0x1fff;

	h->pkt.size = pkt_u16(&k, 2);
	h->pkt.ttl = pkt_u8(&k, 8);
	h->next = pkt_u8(&k, 9);
	h->pkt.src = read_addr(&k, 12, AF_INET);
	h->pkt.dst = read_addr(&k, 16, AF_INET);
	if (k.bad || len < 20)
		return -EBADMSG;
	if (later_fragment)
		h->next = IPPROTO_NONE;
	*ret_transport = pkt_from(&k, len);
	return 0;
}

/* RFC 8200, 4: the extension headers that may stand before the transport header. */
#define MAX_EXTENSIONS 8

static int skip_extensions(struct pkt *k, struct pkt_headers *h)
{
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		size_t len;

		switch (h->next) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			len = (pkt_u8(k, 1) + 1u) * 8;
			break;
		case IPPROTO_FRAGMENT:
			len = 8;
			if (pkt_u16(k, 2) & 0xfff8) {
				h->next = IPPROTO_NONE;
				return 0;
			}
			break;
		default:
			return 0;
		}
		h->next = pkt_u8(k, 0);
		if (k->bad)
			return -EBADMSG;
		*k = pkt_from(k, len);
	}
	h->next = IPPROTO_NONE;
	return 0;
}

/*
 * RFC 8200:  0 version, class   4 payload length   6 next header   7 hop limit
 *            8 source          24 destination
 */
static int read_ipv6(struct pkt k, struct pkt_headers *h, struct pkt *ret_transport)
{
	struct pkt rest = pkt_from(&k, 40);

	h->pkt.size = pkt_u16(&k, 4) + 40u;
	h->next = pkt_u8(&k, 6);
	h->pkt.ttl = pkt_u8(&k, 7);
	h->pkt.src = read_addr(&k, 8, AF_INET6);
	h->pkt.dst = read_addr(&k, 24, AF_INET6);
	if (k.bad || skip_extensions(&rest, h) < 0)
		return -EBADMSG;
	*ret_transport = rest;
	return 0;
}

int pkt_network(struct pkt k, struct pkt_headers *ret, struct pkt *ret_transport)
{
	struct pkt_headers h = { 0 };
	int r = -EBADMSG;

	switch (pkt_u8(&k, 0) >> 4) {
	case 4:
		r = read_ipv4(k, &h, ret_transport);
		break;
	case 6:
		r = read_ipv6(k, &h, ret_transport);
		break;
	}
	if (r < 0)
		return r;
	*ret = h;
	return 0;
}

/* An echo: 4 identifier, 6 sequence number, 8 payload; the same in RFC 792 and RFC 4443. */
static void read_echo(struct pkt k, struct pkt_headers *h, enum pkt_kind kind)
{
	h->kind = kind;
	h->pkt.icmp_id = pkt_u16(&k, 4);
	k = pkt_from(&k, 8);
	h->token_n = k.n < PKT_TOKEN ? k.n : PKT_TOKEN;
	pkt_bytes(&k, 0, h->token, h->token_n);
}

/* RFC 792; the MTU in a "fragmentation needed": RFC 1191. */
static int read_icmp(struct pkt k, struct pkt_headers *h)
{
	h->pkt.proto = PROTO_ICMP;
	h->pkt.icmp_type = pkt_u8(&k, 0);
	h->pkt.icmp_code = pkt_u8(&k, 1);
	pkt_u32(&k, 4);
	if (k.bad)
		return -EBADMSG;
	switch (h->pkt.icmp_type) {
	case ICMP_ECHO:
		read_echo(k, h, PKT_ECHO_REQUEST);
		break;
	case ICMP_ECHOREPLY:
		read_echo(k, h, PKT_ECHO_REPLY);
		break;
	case ICMP_DEST_UNREACH:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		h->kind = PKT_ICMP_ERROR;
		h->quoted = pkt_from(&k, 8);
		break;
	}
	if (h->pkt.icmp_type == ICMP_DEST_UNREACH && h->pkt.icmp_code == ICMP_FRAG_NEEDED)
		h->mtu = pkt_u16(&k, 6);
	return 0;
}

/* RFC 4861, 4.3 and 4.4:  8 target  24 options: type, length in 8 bytes, link-layer address */
static void read_nd(struct pkt k, struct pkt_headers *h, enum pkt_kind kind)
{
	uint8_t want = kind == PKT_ND_SOLICIT ? 1 : 2;
	struct addr target = read_addr(&k, 8, AF_INET6);

	if (k.bad)
		return;
	h->kind = kind;
	h->nd_target = target;
	k = pkt_from(&k, 24);
	while (k.n >= 8 && pkt_u8(&k, 1) != 0) {
		if (pkt_u8(&k, 0) == want) {
			pkt_bytes(&k, 2, h->nd_mac, sizeof(h->nd_mac));
			return;
		}
		k = pkt_from(&k, pkt_u8(&k, 1) * 8u);
	}
}

/* RFC 4443: types below 128 are errors. */
static int read_icmpv6(struct pkt k, struct pkt_headers *h)
{
	h->pkt.proto = PROTO_ICMP;
	h->pkt.icmp_type = pkt_u8(&k, 0);
	h->pkt.icmp_code = pkt_u8(&k, 1);
	pkt_u32(&k, 4);
	if (k.bad)
		return -EBADMSG;
	switch (h->pkt.icmp_type) {
	case ICMP6_ECHO_REQUEST:
		read_echo(k, h, PKT_ECHO_REQUEST);
		break;
	case ICMP6_ECHO_REPLY:
		read_echo(k, h, PKT_ECHO_REPLY);
		break;
	case ND_NEIGHBOR_SOLICIT:
		read_nd(k, h, PKT_ND_SOLICIT);
		break;
	case ND_NEIGHBOR_ADVERT:
		read_nd(k, h, PKT_ND_ADVERT);
		break;
	case ICMP6_PACKET_TOO_BIG:
	case ICMP6_DST_UNREACH:
	case ICMP6_TIME_EXCEEDED:
	case ICMP6_PARAM_PROB:
		h->kind = PKT_ICMP_ERROR;
		h->quoted = pkt_from(&k, 8);
		break;
	}
	if (h->pkt.icmp_type == ICMP6_PACKET_TOO_BIG)
		h->mtu = pkt_u32(&k, 4);
	return 0;
}

/* RFC 9293:  0 source port   2 destination port   4 sequence   8 acknowledgment   13 flags */
static int read_tcp(struct pkt k, struct pkt_headers *h)
{
	h->kind = PKT_TCP;
	h->pkt.proto = PROTO_TCP;
	h->pkt.sport = pkt_u16(&k, 0);
	h->pkt.dport = pkt_u16(&k, 2);
	h->tcp_seq = pkt_u32(&k, 4);
	if (k.bad)
		return -EBADMSG;
	h->tcp_ack = pkt_u32(&k, 8);
	h->pkt.tcp_flags = pkt_u8(&k, 13);
	h->has_ack = !k.bad && h->pkt.tcp_flags & TH_ACK;
	return 0;
}

static int read_udp(struct pkt k, struct pkt_headers *h)
{
	h->kind = PKT_UDP;
	h->pkt.proto = PROTO_UDP;
	h->pkt.sport = pkt_u16(&k, 0);
	h->pkt.dport = pkt_u16(&k, 2);
	pkt_u32(&k, 4);
	if (k.bad)
		return -EBADMSG;
	k = pkt_from(&k, 8);
	h->payload = k;
	h->token_n = k.n < PKT_TOKEN ? k.n : PKT_TOKEN;
	pkt_bytes(&k, 0, h->token, h->token_n);
	return 0;
}

int pkt_transport(struct pkt k, struct pkt_headers *ret)
{
	struct pkt_headers h = *ret;
	int r = 0;

	switch (h.next) {
	case IPPROTO_ICMP:
		r = h.pkt.src.family == AF_INET ? read_icmp(k, &h) : 0;
		break;
	case IPPROTO_ICMPV6:
		r = h.pkt.src.family == AF_INET6 ? read_icmpv6(k, &h) : 0;
		break;
	case IPPROTO_TCP:
		r = read_tcp(k, &h);
		break;
	case IPPROTO_UDP:
		r = read_udp(k, &h);
		break;
	}
	if (r < 0)
		return r;
	*ret = h;
	return 0;
}

int pkt_ip(struct pkt k, struct pkt_headers *ret)
{
	struct pkt_headers h;
	struct pkt transport;
	int r = pkt_network(k, &h, &transport);

	if (r < 0)
		return r;
	r = pkt_transport(transport, &h);
	if (r < 0)
		return r;
	*ret = h;
	return 0;
}

/*
 * RFC 826:  0 hardware       2 protocol   4 their lengths   6 operation
 *           8 sender's MAC  14 its IP    18 target's MAC   24 its IP
 */
int pkt_arp(struct pkt k, struct pkt_arp *ret)
{
	struct pkt_arp a = { 0 };
	uint16_t op = pkt_u16(&k, 6);

	if (pkt_u16(&k, 2) != 0x0800 || pkt_u8(&k, 4) != 6 || pkt_u8(&k, 5) != 4)
		return -EBADMSG;
	a.reply = op == 2;
	pkt_bytes(&k, 8, a.sender_mac, 6);
	a.sender = read_addr(&k, 14, AF_INET);
	pkt_bytes(&k, 18, a.target_mac, 6);
	a.target = read_addr(&k, 24, AF_INET);
	if (k.bad || (op != 1 && op != 2))
		return -EBADMSG;
	*ret = a;
	return 0;
}
