/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report/story - what was captured, in the order of time, each in words
 *
 * Pure; reads diagnosis.seen. As in show.h, texts are appended as they are.
 */
#ifndef REPORT_STORY_H
#define REPORT_STORY_H

#include "report/show.h"

struct story_line {
	const struct sighting *s;
	/*
	 * The cause that ended this packet, set only where a request or answer
	 * was seen for the last time. NULL: it went on, or nobody knows why not.
	 */
	const struct finding *end;
};

typedef VEC(struct story_line) story;

/* All sightings by time, then in the order of the way. Free with vec_free. */
void story_tell(const struct diagnosis *d, story *ret);

/* The hop of the path where it was seen, as an index; -1: on no hop of it. */
int story_hop(const struct diagnosis *d, const struct sighting *s);

/* "host:veth0" */
void story_where(const struct diagnosis *d, int ns, int ifindex, struct strbuf *b);

/* "request 1 by icmp, the question", "SYN-ACK to request 2 by tcp/443", "ARP: who has …?" */
void story_what(const struct diagnosis *d, const struct sighting *s, struct strbuf *b);

#endif
