/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/identify.h"

#include <linux/if_ether.h>
#include <netinet/tcp.h>

void marks_token(const struct marks *m, size_t probe, size_t attempt, uint8_t ret_token[PKT_TOKEN])
{
	memcpy(ret_token, m->token, sizeof(m->token));
	ret_token[8] = (uint8_t)(probe >> 8);
	ret_token[9] = (uint8_t)probe;
	ret_token[10] = (uint8_t)(attempt >> 8);
	ret_token[11] = (uint8_t)attempt;
}

uint32_t marks_seq(const struct marks *m, size_t probe, size_t attempt)
{
	return m->seq + 256 * (uint32_t)probe + 4 * (uint32_t)(attempt % SEQ_ATTEMPTS);
}

uint16_t marks_dns_id(const struct marks *m, size_t probe, size_t attempt)
{
	uint16_t key = (uint16_t)(m->token[0] << 8 | m->token[1]);

	return (uint16_t)(key + ((probe & 3) << 14 | (attempt & 0x3fff)));
}

static bool read_token(const struct marks *m, const uint8_t t[PKT_TOKEN], struct identity *ret)
{
	if (memcmp(t, m->token, sizeof(m->token)) != 0)
		return false;
	ret->probe = t[8] << 8 | t[9];
	ret->attempt = t[10] << 8 | t[11];
	return true;
}

static bool by_token(const struct marks *m, const struct pkt_headers *h, struct identity *ret)
{
	if (h->token_n < PKT_TOKEN || !read_token(m, h->token, ret))
		return false;
	ret->reply = h->kind == PKT_ECHO_REPLY;
	return true;
}

/* --- datagrams --- */

/* How far back a datagram's request is looked for: other people's are looked for in vain. */
#define LOOK_BACK 4096

static bool is_same_way(const struct packet *a, const struct packet *b)
{
	return a->sport == b->sport && a->dport == b->dport && addr_eq(&a->src, &b->src) &&
	       addr_eq(&a->dst, &b->dst);
}

static bool is_way_back(const struct packet *a, const struct packet *b)
{
	return a->sport == b->dport && a->dport == b->sport && addr_eq(&a->src, &b->dst) &&
	       addr_eq(&a->dst, &b->src);
}

/* The request with these addresses and ports, or the one that it is an answer to. */
static bool by_ports(const struct observations *o, const struct pkt_headers *h,
		     struct identity *ret)
{
	size_t n = o ? o->sightings.n : 0, end = n > LOOK_BACK ? n - LOOK_BACK : 0;

	for (size_t i = n; i-- > end;) {
		const struct sighting *s = &o->sightings.v[i];
		bool back = is_way_back(&s->pkt, &h->pkt);

		if (s->kind != SIGHT_REQUEST || s->pkt.proto != PROTO_UDP ||
		    (!back && !is_same_way(&s->pkt, &h->pkt)))
			continue;
		*ret = (struct identity){ s->probe, s->attempt, back };
		return true;
	}
	return false;
}

/* The beginning of one of our questions to a name server, as a rule trace shows it. */
static bool by_dns_id(const struct marks *m, const struct pkt_headers *h, struct identity *ret)
{
	static const uint8_t after_id[] = { 1, 0, 0, 1, 0, 0, 0, 0, 0, 1 };
	uint16_t d;

	if (m->crowded || h->payload.n != PKT_TOKEN ||
	    memcmp(h->token + 2, after_id, sizeof(after_id)) != 0)
		return false;
	d = (uint16_t)((h->token[0] << 8 | h->token[1]) - marks_dns_id(m, 0, 0));
	*ret = (struct identity){ .probe = d >> 14, .attempt = d & 0x3fff };
	return true;
}

/* A service may send back what it was sent. */
static bool by_datagram(const struct marks *m, const struct observations *o,
			const struct pkt_headers *h, struct identity *ret)
{
	static const size_t places[] = { 0, DNS_TOKEN_AT };
	struct identity earlier;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct pkt k = pkt_from(&h->payload, places[i]);
		uint8_t token[PKT_TOKEN];

		pkt_bytes(&k, 0, token, sizeof(token));
		if (k.bad || !read_token(m, token, ret))
			continue;
		ret->reply = by_ports(o, h, &earlier) && earlier.reply;
		return true;
	}
	return by_ports(o, h, ret) || by_dns_id(m, h, ret);
}

/* kind: 0, or SEQ_FOLLOWS */
static bool by_seq(const struct marks *m, uint32_t seq, uint32_t kind, bool reply, struct identity *ret)
{
	uint32_t d = seq - m->seq;

	if (d > 0xffff || (d & 3) != kind)
		return false;
	ret->probe = (int)(d >> 8);
	ret->attempt = (int)(d >> 2 & (SEQ_ATTEMPTS - 1));
	ret->reply = reply;
	return true;
}

/*
 * Only what opens a connection asks, or what follows on that where it is meant to; the rest of a
 * connection, and our reset that closes it, does not.
 */
static bool by_tcp(const struct marks *m, const struct pkt_headers *h, struct identity *ret)
{
	uint8_t flags = h->pkt.tcp_flags & (TH_SYN | TH_ACK | TH_RST | TH_FIN);

	if (flags == TH_SYN)
		return by_seq(m, h->tcp_seq, 0, false, ret);
	if (h->has_ack && flags & (TH_SYN | TH_RST))
		return by_seq(m, h->tcp_ack - 1, 0, true, ret);
	return flags == TH_ACK && (by_seq(m, h->tcp_seq, SEQ_FOLLOWS, false, ret) ||
				   (h->has_ack && by_seq(m, h->tcp_ack - 1, SEQ_FOLLOWS, true, ret)));
}

bool identify_packet(const struct marks *m, const struct observations *o,
		     const struct pkt_headers *h, struct identity *ret)
{
	if (h->kind == PKT_ECHO_REQUEST || h->kind == PKT_ECHO_REPLY)
		return by_token(m, h, ret);
	if (h->kind == PKT_UDP)
		return by_datagram(m, o, h, ret);
	return h->kind == PKT_TCP && by_tcp(m, h, ret);
}

static bool by_earlier_id(const struct observations *o, const struct pkt_headers *h,
			  struct identity *ret)
{
	bool reply = h->kind == PKT_ECHO_REPLY;

	for (size_t i = o->sightings.n; i-- > 0;) {
		const struct sighting *s = &o->sightings.v[i];

		if (s->kind != (reply ? SIGHT_REPLY : SIGHT_REQUEST) ||
		    s->pkt.proto != PROTO_ICMP || s->pkt.icmp_id != h->pkt.icmp_id ||
		    !addr_eq(&s->pkt.dst, &h->pkt.dst))
			continue;
		*ret = (struct identity){ s->probe, s->attempt, reply };
		return true;
	}
	return false;
}

bool identify_quoted(const struct marks *m, const struct observations *o,
		     const struct pkt_headers *h, struct identity *ret)
{
	if (identify_packet(m, o, h, ret))
		return true;
	if (h->kind == PKT_TCP && h->pkt.tcp_flags == 0) /* cut off before the flags */
		return by_seq(m, h->tcp_seq, 0, false, ret) || by_seq(m, h->tcp_seq, SEQ_FOLLOWS, false, ret);
	if (h->kind != PKT_ECHO_REQUEST && h->kind != PKT_ECHO_REPLY)
		return false;
	return h->token_n < PKT_TOKEN && by_earlier_id(o, h, ret);
}

static bool wanted(const struct lookout *l, const struct addr *a)
{
	vec_each(w, &l->arp)
		if (addr_eq(w, a))
			return true;
	return false;
}

static bool frame_arp(const struct lookout *l, struct pkt k, struct sighting *s)
{
	struct pkt_arp arp;

	if (pkt_arp(k, &arp) < 0 || !(wanted(l, &arp.sender) || wanted(l, &arp.target)))
		return false;
	s->kind = arp.reply ? SIGHT_ARP_REPLY : SIGHT_ARP_REQUEST;
	s->probe = s->attempt = -1;
	s->arp_sender = arp.sender;
	s->arp_target = arp.target;
	memcpy(s->arp_sender_mac, arp.sender_mac, sizeof(s->arp_sender_mac));
	memcpy(s->arp_target_mac, arp.target_mac, sizeof(s->arp_target_mac));
	return true;
}

/* A solicitation asks for its target; an advertisement comes from it (RFC 4861). */
static bool frame_nd(const struct lookout *l, const struct pkt_headers *h, struct sighting *s)
{
	bool reply = h->kind == PKT_ND_ADVERT;

	if (!wanted(l, &h->nd_target))
		return false;
	s->kind = reply ? SIGHT_ARP_REPLY : SIGHT_ARP_REQUEST;
	s->probe = s->attempt = -1;
	s->pkt = h->pkt;
	s->arp_sender = reply ? h->nd_target : h->pkt.src;
	s->arp_target = reply ? h->pkt.dst : h->nd_target;
	memcpy(s->arp_sender_mac, h->nd_mac, sizeof(s->arp_sender_mac));
	return true;
}

static bool frame_error(const struct lookout *l, const struct observations *o,
			const struct pkt_headers *h, struct sighting *s)
{
	struct pkt_headers quoted;
	struct identity id;

	if (pkt_ip(h->quoted, &quoted) < 0 || !identify_quoted(&l->marks, o, &quoted, &id))
		return false;
	s->kind = SIGHT_ERROR;
	s->probe = id.probe;
	s->attempt = id.attempt;
	s->pkt = h->pkt;
	s->error_of_reply = id.reply;
	s->inner = quoted.pkt;
	s->inner.reply = id.reply;
	s->error_mtu = h->mtu;
	return true;
}

static bool frame_probe(const struct lookout *l, const struct observations *o,
			const struct pkt_headers *h, struct sighting *s)
{
	struct identity id;

	if (!identify_packet(&l->marks, o, h, &id))
		return false;
	s->kind = id.reply ? SIGHT_REPLY : SIGHT_REQUEST;
	s->probe = id.probe;
	s->attempt = id.attempt;
	s->pkt = h->pkt;
	s->pkt.reply = id.reply;
	return true;
}

bool identify_frame(const struct lookout *l, const struct observations *o, uint16_t ethertype,
		    struct pkt k, struct sighting *ret)
{
	struct pkt_headers h;

	if (ethertype == ETH_P_ARP)
		return frame_arp(l, k, ret);
	if ((ethertype != ETH_P_IP && ethertype != ETH_P_IPV6) || pkt_ip(k, &h) < 0)
		return false;
	if (h.kind == PKT_ND_SOLICIT || h.kind == PKT_ND_ADVERT)
		return frame_nd(l, &h, ret);
	if (h.kind == PKT_ICMP_ERROR)
		return frame_error(l, o, &h, ret);
	return frame_probe(l, o, &h, ret);
}
