/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diagnose - evidence and snapshot in, findings and verdict out
 *
 * Asks the fault table about the legs that failed, then lets the model repair
 * what was found and asks about what would come next. Pure.
 */
#ifndef DIAGNOSE_H
#define DIAGNOSE_H

#include "fault.h"
#include "report.h"

/* One probe with its predicted path and what was observed of it. */
struct asked {
	struct path *path;
	struct evidence ev;
};

struct inquiry {
	const struct snapshot *s;
	const struct snapshot *others; /* see struct facts */
	const struct observations *obs;
	const struct probe *probes;  /* n of them; the question first */
	struct asked *asked;         /* one per probe */
	size_t n;
	bool port_asked, no_probe, all_attempts;
	bool routed_both_ways;       /* see struct facts */
	bool lost_again;             /* a packet sent alone a second later was lost, too */
};

/*
 * Fills verdict, summary, path, findings, unchecked and notes of d; source,
 * destination and snapshot must be there.
 */
void diagnose(const struct inquiry *in, struct diagnosis *d);

#endif
