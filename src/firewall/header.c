/* SPDX-License-Identifier: GPL-2.0-or-later */
/* header - the bytes of a modelled packet, each bit known or not */
#include <arpa/inet.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#include "firewall/header.h"

#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_IPV4 0x0800
#define ARP_LEN 28
#define ETHERTYPE_IPV6 0x86dd

static void put(struct headers *h, size_t at, const void *data, size_t len)
{
	memcpy(h->data + at, data, len);
	memset(h->known + at, 0xff, len);
}

static void put_u8(struct headers *h, size_t at, uint8_t v)
{
	put(h, at, &v, sizeof(v));
}

static void put_u16(struct headers *h, size_t at, uint16_t v)
{
	v = htons(v);
	put(h, at, &v, sizeof(v));
}

/* RFC 791. The type of service is 0 in what we send; of answers it is not known. */
static void build_ipv4(struct headers *h, const struct packet *pkt)
{
	put_u8(h, 0, 0x45);
	if (!pkt->reply)
		put_u8(h, 1, 0);
	if (pkt->size)
		put_u16(h, 2, (uint16_t)pkt->size);
	put_u16(h, 6, 0);
	h->known[6] = 0xbf; /* whether it may be fragmented is not known, but it is no fragment */
	if (pkt->ttl)
		put_u8(h, 8, pkt->ttl);
	put_u8(h, 9, h->l4proto);
	if (pkt->src.family == AF_INET)
		put(h, 12, pkt->src.b, 4);
	if (pkt->dst.family == AF_INET)
		put(h, 16, pkt->dst.b, 4);
	h->thoff = 20;
}

/* RFC 8200; no extension headers. */
static void build_ipv6(struct headers *h, const struct packet *pkt)
{
	put_u8(h, 0, 0x60);
	if (pkt->reply)
		h->known[0] = 0xf0;
	else
		h->known[1] = 0xf0;
	if (pkt->size >= 40)
		put_u16(h, 4, (uint16_t)(pkt->size - 40));
	put_u8(h, 6, h->l4proto);
	if (pkt->ttl)
		put_u8(h, 7, pkt->ttl);
	if (pkt->src.family == AF_INET6)
		put(h, 8, pkt->src.b, 16);
	if (pkt->dst.family == AF_INET6)
		put(h, 24, pkt->dst.b, 16);
	h->thoff = 40;
}

/* RFC 826, of IPv4 on Ethernet. Whose MAC address is asked for is not filled in. */
static void build_arp(struct headers *h, const struct packet *pkt)
{
	put_u16(h, 0, ARPHRD_ETHER);
	put_u16(h, 2, ETHERTYPE_IPV4);
	put_u8(h, 4, 6);
	put_u8(h, 5, 4);
	put_u16(h, 6, pkt->arp);
	if (pkt->has_smac)
		put(h, 8, pkt->smac, 6);
	if (pkt->src.family == AF_INET)
		put(h, 14, pkt->src.b, 4);
	put(h, 24, pkt->dst.b, 4);
	h->thoff = h->size = ARP_LEN;
}

uint16_t headers_ethertype(const struct headers *h)
{
	if (h->arp)
		return ETHERTYPE_ARP;
	return h->family == AF_INET6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4;
}

static void build_transport(struct headers *h, const struct packet *pkt)
{
	size_t at = h->thoff;

	switch (pkt->proto) {
	case PROTO_ICMP:
		put_u8(h, at, pkt->icmp_type);
		put_u8(h, at + 1, pkt->icmp_code);
		if (pkt->icmp_id)
			put_u16(h, at + 4, pkt->icmp_id);
		return;
	case PROTO_TCP:
		h->known[at + 12] = 0x0e; /* reserved bits; how long the options are is not known */
		if (pkt->tcp_flags)
			put_u8(h, at + 13, pkt->tcp_flags);
		break;
	case PROTO_UDP:
		if (pkt->size > at)
			put_u16(h, at + 4, (uint16_t)(pkt->size - at));
		break;
	case PROTO_COUNT:
		return;
	}
	/* a source port that was not chosen yet is not known */
	if (pkt->sport)
		put_u16(h, at, pkt->sport);
	if (pkt->dport)
		put_u16(h, at + 2, pkt->dport);
}

/*
 * The link-layer header: there from reception on; what this host sends itself
 * has none at the IP hooks (skb_mac_header_was_set(), net/netfilter/nft_payload.c).
 */
static void build_link(struct headers *h, const struct ns *ns, const struct fw_place *at,
		       const struct packet *pkt)
{
	uint16_t type = htons(headers_ethertype(h));
	const struct link *in = at->iif ? ns_link(ns, at->iif) : NULL;
	bool l2 = at->bridge || at->hook == HOOK_INGRESS || at->hook == HOOK_EGRESS;

	if (!l2 && !at->iif) {
		h->has_ll = TRI_NO;
		return;
	}
	if (!l2 && (!in || in->type != ARPHRD_ETHER)) {
		h->has_ll = TRI_MAYBE;
		return;
	}
	h->has_ll = TRI_YES;
	memcpy(h->ll + 12, &type, sizeof(type));
	memset(h->ll_known + 12, 0xff, sizeof(type));
	if (pkt->has_smac) {
		memcpy(h->ll + 6, pkt->smac, 6);
		memset(h->ll_known + 6, 0xff, 6);
	}
	/* what is routed was addressed to the interface itself */
	if (!l2 && !at->netfilter_bridged && in->mac_len == 6 && at->hook != HOOK_POSTROUTING) {
		memcpy(h->ll, in->mac, 6);
		memset(h->ll_known, 0xff, 6);
	}
}

void headers_build(struct headers *h, const struct ns *ns, const struct fw_place *at,
		   const struct packet *pkt)
{
	memset(h, 0, sizeof(*h));
	h->family = pkt->dst.family == AF_INET6 ? AF_INET6 : AF_INET;
	if (pkt->arp) {
		h->arp = true;
		build_arp(h, pkt);
		build_link(h, ns, at, pkt);
		return;
	}
	h->l4proto = proto_number(pkt->proto, pkt->dst.family);
	h->size = pkt->size;
	if (h->family == AF_INET6)
		build_ipv6(h, pkt);
	else
		build_ipv4(h, pkt);
	if (pkt->has_tos)
		headers_set_service(h, pkt->tos, pkt->tos_known);
	build_transport(h, pkt);
	build_link(h, ns, at, pkt);
}

static size_t base_offset(const struct headers *h, enum header_base base)
{
	return base == HEADER_TRANSPORT ? h->thoff : 0;
}

static enum tri read_link(const struct headers *h, size_t offset, size_t len, uint8_t *data,
			  uint8_t *known)
{
	if (h->has_ll == TRI_NO)
		return TRI_NO;
	for (size_t i = 0; i < len && offset + i < LL_LEN; i++) {
		data[i] = h->ll[offset + i];
		known[i] = h->has_ll == TRI_YES ? h->ll_known[offset + i] : 0;
	}
	return h->has_ll;
}

enum tri headers_read(const struct headers *h, enum header_base base, size_t offset, size_t len,
		      uint8_t *data, uint8_t *known)
{
	memset(data, 0, len);
	memset(known, 0, len);
	if (base == HEADER_LINK)
		return read_link(h, offset, len, data, known);
	if (base == HEADER_TRANSPORT && h->arp)
		return TRI_NO;
	offset += base_offset(h, base);
	if (h->size && offset + len > h->size)
		return TRI_NO;
	for (size_t i = 0; i < len && offset + i < sizeof(h->data); i++) {
		data[i] = h->data[offset + i];
		known[i] = h->known[offset + i];
	}
	/* the fixed headers are there in any case */
	if (offset + len <= (size_t)h->thoff + (h->l4proto == IPPROTO_TCP ? 20 : 8))
		return TRI_YES;
	return h->size ? TRI_YES : TRI_MAYBE;
}

void headers_write(struct headers *h, enum header_base base, size_t offset, size_t len,
		   const uint8_t *data, const uint8_t *known)
{
	uint8_t *to = base == HEADER_LINK ? h->ll : h->data;
	uint8_t *to_known = base == HEADER_LINK ? h->ll_known : h->known;
	size_t max = base == HEADER_LINK ? sizeof(h->ll) : sizeof(h->data);

	offset += base_offset(h, base);
	for (size_t i = 0; i < len && offset + i < max; i++) {
		to[offset + i] = data[i];
		to_known[offset + i] = known ? known[i] : 0xff;
	}
}

static bool all_known(const uint8_t *known, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (known[i] != 0xff)
			return false;
	return true;
}

static size_t addr_offset(const struct headers *h, bool dst)
{
	if (h->family == AF_INET6)
		return dst ? 24 : 8;
	return dst ? 16 : 12;
}

bool headers_addr(const struct headers *h, bool dst, struct addr *ret)
{
	size_t at = addr_offset(h, dst), len = addr_len(h->family);

	if (h->arp || !all_known(h->known + at, len))
		return false;
	return addr_from_bytes(h->family, h->data + at, len, ret) == 0;
}

bool headers_port(const struct headers *h, bool dst, uint16_t *ret)
{
	size_t at = h->thoff + (dst ? 2u : 0u);

	if (h->l4proto != IPPROTO_TCP && h->l4proto != IPPROTO_UDP)
		return false;
	if (!all_known(h->known + at, 2))
		return false;
	*ret = (uint16_t)(h->data[at] << 8 | h->data[at + 1]);
	return true;
}

void headers_service(const struct headers *h, uint8_t *ret_tos, uint8_t *ret_known)
{
	bool v6 = h->family == AF_INET6;

	*ret_tos = v6 ? (uint8_t)(h->data[0] << 4 | h->data[1] >> 4) : h->data[1];
	*ret_known = v6 ? (uint8_t)(h->known[0] << 4 | h->known[1] >> 4) : h->known[1];
	*ret_tos &= *ret_known;
}

/* IPv6's stands across two bytes. */
void headers_set_service(struct headers *h, uint8_t tos, uint8_t known)
{
	tos &= known;
	if (h->family != AF_INET6) {
		h->data[1] = tos;
		h->known[1] = known;
		return;
	}
	h->data[0] = (uint8_t)((h->data[0] & 0xf0) | tos >> 4);
	h->known[0] = (uint8_t)((h->known[0] & 0xf0) | known >> 4);
	h->data[1] = (uint8_t)((h->data[1] & 0x0f) | tos << 4);
	h->known[1] = (uint8_t)((h->known[1] & 0x0f) | known << 4);
}

uint8_t headers_ttl(const struct headers *h)
{
	size_t at = h->family == AF_INET6 ? 7 : 8;

	return h->known[at] == 0xff ? h->data[at] : 0;
}

void headers_translate(struct headers *h, bool dst, const struct addr *a, uint16_t port)
{
	if (a->family == h->family)
		put(h, addr_offset(h, dst), a->b, addr_len(a->family));
	else if (addr_is_set(a))
		return;
	if (port && (h->l4proto == IPPROTO_TCP || h->l4proto == IPPROTO_UDP))
		put_u16(h, h->thoff + (dst ? 2u : 0u), port);
}
