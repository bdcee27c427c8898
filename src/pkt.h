/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pkt - read the headers of a packet; no byte is read past what was captured
 *
 * Pure. Packets are strangers' bytes: every field goes through pkt_u8(),
 * pkt_u16() or pkt_u32(), which check bounds themselves. A header that is cut
 * short or contradicts itself makes a parser return -EBADMSG.
 */
#ifndef PKT_H
#define PKT_H

#include "flow.h"

/* Captured bytes. bad is set by a read past the end, which yields zero, and stays set. */
struct pkt {
	const uint8_t *p;
	size_t n;
	bool bad;
};

static inline struct pkt pkt_view(const void *p, size_t n)
{
	return (struct pkt){ .p = p, .n = n };
}

/* In host order. */
uint8_t pkt_u8(struct pkt *k, size_t off);
uint16_t pkt_u16(struct pkt *k, size_t off);
uint32_t pkt_u32(struct pkt *k, size_t off);
/* Copies n bytes, or zeroes where they are not all there. */
void pkt_bytes(struct pkt *k, size_t off, void *dst, size_t n);
/* What comes after the first off bytes. */
struct pkt pkt_from(const struct pkt *k, size_t off);

enum pkt_kind {
	PKT_OTHER,          /* nothing that we look into; also a fragment other than the first */
	PKT_ECHO_REQUEST,
	PKT_ECHO_REPLY,
	PKT_ICMP_ERROR,     /* quotes a packet: unreachable, too big, redirect, time exceeded … */
	PKT_TCP,
	PKT_UDP,
	PKT_ND_SOLICIT,     /* IPv6's ARP (RFC 4861) */
	PKT_ND_ADVERT,
};

/* Of an echo's payload. */
#define PKT_TOKEN 12

struct pkt_headers {
	struct packet pkt;
	enum pkt_kind kind;
	uint8_t next;             /* IPPROTO_* */
	uint32_t tcp_seq, tcp_ack;
	bool has_ack;             /* quoted headers may end before it; tcp_flags are then 0 */
	uint8_t token[PKT_TOKEN]; /* first bytes of the payload of an echo or of UDP … */
	size_t token_n;           /* … as many as there are */
	uint32_t mtu;             /* of a "too big": the next hop's */
	struct pkt quoted;        /* of an ICMP error: the packet that it is about */
	struct pkt payload;       /* of UDP: what there is of it */
	struct addr nd_target;
	uint8_t nd_mac[6];        /* source or target link-layer address, zero without */
};

/* The network header (IPv4: RFC 791, IPv6: RFC 8200); ret_transport is what comes after it. */
int pkt_network(struct pkt k, struct pkt_headers *ret, struct pkt *ret_transport);

/*
 * The transport header after pkt_network(), by ret->next. A quoted packet may
 * end 8 bytes into it.
 */
int pkt_transport(struct pkt k, struct pkt_headers *ret);

/* Both: a packet from its network header on. */
int pkt_ip(struct pkt k, struct pkt_headers *ret);

/* ARP for IPv4 over Ethernet addresses (RFC 826). */
struct pkt_arp {
	bool reply;
	struct addr sender, target;
	uint8_t sender_mac[6], target_mac[6];
};
int pkt_arp(struct pkt k, struct pkt_arp *ret);

#endif
