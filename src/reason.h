/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reason - what the kernel's names for why it drops a packet mean, and what they prove */
#ifndef REASON_H
#define REASON_H

#include "flow.h"
#include "util.h"

struct reason {
	const char *name;       /* of enum skb_drop_reason (net/dropreason-core.h), without its prefix */
	const char *words;      /* "the reverse path filter" */
	const char *codes[4];   /* what it proves, where such a finding is of the same place */
	enum {
		ASIDE_NEVER,
		ASIDE_ICMP,     /* with ICMP: sockets are offered copies of what comes, and need not take them */
		ASIDE_ALWAYS,   /* of a copy that was for somebody else */
	} aside;
};

/* The row of a name, or NULL: nothing is made of others. */
const struct reason *reason_find(const char *name);

/* Does it say nothing of the packet that is asked about? */
bool reason_is_aside(const struct reason *r, enum proto proto);

/* Does the kernel's reason prove that it is this? */
bool reason_proves(const char *name, const char *code);

#endif
