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
	return m->seq + 256 * (uint32_t)probe + 4 * (uint32_t)attempt;
}

static bool by_token(const struct marks *m, const struct pkt_headers *h, struct identity *ret)
{
	const uint8_t *t = h->token;

	if (h->token_n < PKT_TOKEN || memcmp(t, m->token, sizeof(m->token)) != 0)
		return false;
	ret->probe = t[8] << 8 | t[9];
	ret->attempt = t[10] << 8 | t[11];
	ret->reply = h->kind == PKT_ECHO_REPLY;
	return true;
}

static bool by_seq(const struct marks *m, uint32_t seq, bool reply, struct identity *ret)
{
	uint32_t d = seq - m->seq;

	if (d > 0xffff || d & 3)
		return false;
	ret->probe = (int)(d >> 8);
	ret->attempt = (int)(d >> 2 & 63);
	ret->reply = reply;
	return true;
}

/* Only what opens a connection asks; our reset that closes it does not. */
static bool by_tcp(const struct marks *m, const struct pkt_headers *h, struct identity *ret)
{
	uint8_t flags = h->pkt.tcp_flags & (TH_SYN | TH_ACK | TH_RST | TH_FIN);

	if (flags == TH_SYN)
		return by_seq(m, h->tcp_seq, false, ret);
	if (h->has_ack && flags & (TH_SYN | TH_RST))
		return by_seq(m, h->tcp_ack - 1, true, ret);
	return false;
}

bool identify_packet(const struct marks *m, const struct pkt_headers *h, struct identity *ret)
{
	if (h->kind == PKT_ECHO_REQUEST || h->kind == PKT_ECHO_REPLY)
		return by_token(m, h, ret);
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
	if (identify_packet(m, h, ret))
		return true;
	if (h->kind == PKT_TCP && h->pkt.tcp_flags == 0) /* cut off before the flags */
		return by_seq(m, h->tcp_seq, false, ret);
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

static bool frame_probe(const struct lookout *l, const struct pkt_headers *h, struct sighting *s)
{
	struct identity id;

	if (!identify_packet(&l->marks, h, &id))
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
	return frame_probe(l, &h, ret);
}
