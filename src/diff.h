/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * diff - what changed on the way between two answers
 *
 * Pure. Both are told in items, "this of that namespace is so", of what a
 * packet on the way of either can meet: its interfaces and their bridges,
 * their addresses, routes and rules towards both ends, switches, firewall.
 * What changes by itself (counters, neighbours that come and go) is left out.
 */
#ifndef DIFF_H
#define DIFF_H

#include "report.h"

struct diff_change {
	char *netns, *what;
	char *before, *after;    /* NULL: it is not there */
};

typedef VEC(struct diff_change) diff_changes;

/* In the order of the namespaces and of what is looked at. Free with diff_free. */
void diff_find(const struct diagnosis *before, const struct diagnosis *after, diff_changes *ret);
void diff_free(diff_changes *changes);

void diff_text(const struct diagnosis *before, const struct diagnosis *after, const diff_changes *changes,
	       struct strbuf *b);
/* With an error (else NULL) nothing could be compared. */
void diff_json(const struct diagnosis *before, const struct diagnosis *after, const char *error,
	       const diff_changes *changes, struct strbuf *b);

#endif
