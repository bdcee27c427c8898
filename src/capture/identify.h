/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * identify - which of our packets is this?
 *
 * Pure. Addresses, ports and the ICMP id can be rewritten on the way; an echo's
 * payload, a datagram and a TCP sequence number are not. So an echo and a
 * datagram carry a token (8 random bytes, 2 of the probe's index, 2 of the
 * attempt's) and a SYN the sequence number seq + 256 * probe + 4 * attempt, which
 * its answer acknowledges plus one. A connection whose next segment is the question begins
 * with 2 more, and that segment has the number of the SYN once more. Of the attempt it has the last 6 bits only:
 * see probe.c for the others.
 *
 * What answers a datagram is the service's choice. Its answer is known by its
 * addresses and ports, which are those of a request seen before, reversed.
 */
#ifndef IDENTIFY_H
#define IDENTIFY_H

#include "observe.h"
#include "pkt.h"

/* What the observers look for. */
struct lookout {
	struct marks marks;
	VEC(struct addr) arp;
	VEC(struct udp_peer) peers;
	bool keep_frames; /* of what is found keep the bytes */
	uint64_t since_us; /* wall clock: before all captures were open, none of them proves anything */
};

void marks_token(const struct marks *m, size_t probe, size_t attempt, uint8_t ret_token[PKT_TOKEN]);
uint32_t marks_seq(const struct marks *m, size_t probe, size_t attempt);

/* Added to it where not the SYN is the question, but what follows on it. */
#define SEQ_FOLLOWS 2

/*
 * A question to a name server cannot begin with the token, and a rule trace
 * shows its first 12 bytes only: there its id tells the attempt (of 16384) and
 * the last 2 bits of the probe. The token is padding (RFC 7830), further on.
 */
#define DNS_TOKEN_AT 32
uint16_t marks_dns_id(const struct marks *m, size_t probe, size_t attempt);

struct identity {
	int probe, attempt;
	bool reply;
};

/* Is it one of our requests, or an answer to one? o: what was seen before, or NULL. */
bool identify_packet(const struct marks *m, const struct observations *o,
		     const struct pkt_headers *h, struct identity *ret);

/*
 * The same for a packet quoted by an ICMP error, which may be cut off 8 bytes
 * into its transport header: an echo without its token is known by the id with
 * which it was seen before.
 */
bool identify_quoted(const struct marks *m, const struct observations *o,
		     const struct pkt_headers *h, struct identity *ret);

/*
 * A captured frame from its network header on: fills everything of a sighting
 * that is in the packet. False: none of ours.
 */
bool identify_frame(const struct lookout *l, const struct observations *o, uint16_t ethertype,
		    struct pkt k, struct sighting *ret);

#endif
