/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stale - flows older than the rules
 *
 * Rules of translation are asked about the first packet of a flow only. A
 * datagram socket that goes on sending keeps what was said then, though the
 * rules say something else now, and each new flow works.
 */
#ifndef STALE_H
#define STALE_H

#include "correlate.h"

struct diagnosis;

/*
 * Adds a note where tracked flows of the host (ns.flows), from the source to the port
 * that was asked by UDP, get no answer and leave untranslated, or go to somebody
 * else, while the question was seen leaving translated, or to whom the rules send
 * it now, and was answered. Pure.
 */
void stale_judge(const struct ns *host, const struct path *path, const struct evidence *ev,
		 const struct observations *obs, struct diagnosis *d);

#endif
