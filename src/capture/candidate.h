/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * candidate - can a dropped packet be a probe of ours, or an answer to one?
 *
 * A first look, which lets others' packets by as seldom as it costs little:
 * whose a packet is, capture/identify.c says. Compiled for the kernel
 * (drops.bpf.c), too, and there every loop and every read has to have a bound.
 */
#ifndef CANDIDATE_H
#define CANDIDATE_H

#include <stdbool.h>

#ifdef __bpf__
#include <linux/in.h>
#include <linux/in6.h>
#else
#include <netinet/in.h>
#endif

#include "capture/drops.h"

/* A transport header of ours, and what follows up to the later place of a token; zeroes behind the packet's end. */
struct transport {
	unsigned char b[8 + DROPS_LATER + 8];
};

/* at: so far behind a header of 8 bytes */
static inline __attribute__((always_inline)) bool has_token(const struct drops_wanted *w, const struct transport *t,
							     unsigned int at)
{
	for (unsigned int i = 0; i < sizeof(w->token); i++)
		if (t->b[8 + at + i] != w->token[i])
			return false;
	return true;
}

/* The upper halves of sequence and acknowledgment number. */
static inline bool has_number(const struct drops_wanted *w, const struct transport *t)
{
	unsigned int high = w->seq >> 16;

	return ((unsigned int)t->b[4] << 8 | t->b[5]) == high || ((unsigned int)t->b[8] << 8 | t->b[9]) == high;
}

/* Errors, which quote something, and neighbour discovery are looked at later. */
static inline bool may_be_ours(const struct drops_wanted *w, unsigned char protocol, const struct transport *t)
{
	switch (protocol) {
	case IPPROTO_ICMP:
		return (t->b[0] != 0 && t->b[0] != 8) || has_token(w, t, 0);
	case IPPROTO_ICMPV6:
		return t->b[0] < 128 || t->b[0] == 135 || t->b[0] == 136 || has_token(w, t, 0);
	case IPPROTO_TCP:
		return has_number(w, t);
	case IPPROTO_UDP:
		return has_token(w, t, 0) || has_token(w, t, DROPS_LATER);
	}
	return false;
}

#endif
