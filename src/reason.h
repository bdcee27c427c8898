/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reason - what the kernel's names for why it drops a packet mean, and what they prove */
#ifndef REASON_H
#define REASON_H

#include "util.h"

struct reason {
	const char *name;       /* of enum skb_drop_reason (net/dropreason-core.h), without its prefix */
	const char *words;      /* "the reverse path filter" */
	const char *codes[4];   /* what it proves, where such a finding is of the same place */
	bool aside;             /* of a copy that was for somebody else: it says nothing */
};

/* The row of a name, or NULL: nothing is made of others. */
const struct reason *reason_find(const char *name);

/* Does the kernel's reason prove that it is this? */
bool reason_proves(const char *name, const char *code);

#endif
