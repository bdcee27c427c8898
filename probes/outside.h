/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outside - the packets of a client beyond the uplink, and what comes back to it */
#ifndef PROBE_OUTSIDE_H
#define PROBE_OUTSIDE_H

#include "probe.h"

#define OUTSIDE_MAX 1500 /* the largest packet that is made */

/*
 * IP packets of a probe, ready to be received: from p->src to p->dst. b has
 * room for OUTSIDE_MAX bytes; the length is returned. A SYN has options, nothing else.
 */
size_t outside_tcp(uint8_t *b, const struct probe *p, uint16_t sport, uint32_t seq, uint8_t flags);
size_t outside_echo(uint8_t *b, const struct marks *m, const struct probe *p, size_t probe, size_t a,
		    uint16_t id);
size_t outside_udp(uint8_t *b, const struct marks *m, const struct probe *p, size_t probe, size_t a,
		   uint16_t sport);

/*
 * Which attempt a packet belongs to. A sequence number tells the last bits of it
 * only; the client's port, or the id of its echo, tells the rest. False: none.
 */
struct identity;
bool outside_attempt(const struct probe_plan *plan, const struct identity *id, uint16_t port,
		     size_t *ret_attempt);

/* Takes all answers that are there: fills the outcomes of their attempts. */
void outside_read(struct probe_plan *plan);

/* Resets every connection that was or may be half open: the last thing before the way in is closed. */
void outside_close(struct probe_plan *plan);

#endif
