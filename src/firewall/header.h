/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * header - the bytes of a modelled packet, each bit known or not
 *
 * struct packet says what matters; rules read bytes. This is the image
 * between them: what a probe leaves open (checksums, IP id, payload) is not known.
 */
#ifndef FIREWALL_HEADER_H
#define FIREWALL_HEADER_H

#include "firewall.h"

enum tri {
	TRI_NO,
	TRI_MAYBE,
	TRI_YES,
};

#define LL_LEN 14 /* Ethernet */

/* Compared bytewise: a zeroed struct, filled. */
struct headers {
	uint8_t data[80], known[80];       /* from the network header on; known: by bit */
	uint8_t ll[LL_LEN], ll_known[LL_LEN];
	uint8_t has_ll;                    /* enum tri: is there a link-layer header to read? */
	uint8_t thoff;                     /* where the transport header begins */
	uint8_t family;                    /* AF_INET, AF_INET6 */
	uint8_t l4proto;                   /* IPPROTO_* */
	bool arp;                          /* ARP, which has no addresses where IP has them, nor ports */
	uint32_t size;                     /* of the IP packet, 0: not known */
};

void headers_build(struct headers *h, const struct ns *ns, const struct fw_place *at,
		   const struct packet *pkt);

enum header_base {
	HEADER_LINK,      /* NFT_PAYLOAD_*, linux/netfilter/nf_tables.h */
	HEADER_NETWORK,
	HEADER_TRANSPORT,
};

/*
 * Reads len bytes. TRI_NO: the packet has no such bytes; TRI_MAYBE: it may
 * have them; data and known are filled in both other cases.
 */
enum tri headers_read(const struct headers *h, enum header_base base, size_t offset, size_t len,
		      uint8_t *data, uint8_t *known);
/* Overwrites bytes; what lies outside of the image is ignored. known NULL: all of it is. */
void headers_write(struct headers *h, enum header_base base, size_t offset, size_t len,
		   const uint8_t *data, const uint8_t *known);

/* Readers of single fields; false where the value is not known. */
bool headers_addr(const struct headers *h, bool dst, struct addr *ret);
bool headers_port(const struct headers *h, bool dst, uint16_t *ret);
/* The type of service, or traffic class, and which bits of it are known. */
void headers_service(const struct headers *h, uint8_t *ret_tos, uint8_t *ret_known);
void headers_set_service(struct headers *h, uint8_t tos, uint8_t known);
/* ETH_P_*, host byte order. */
uint16_t headers_ethertype(const struct headers *h);
/* The time to live, or hop limit; 0: not known. */
uint8_t headers_ttl(const struct headers *h);
/* NAT's view of them. port 0: kept. */
void headers_translate(struct headers *h, bool dst, const struct addr *a, uint16_t port);

#endif
