/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nameserver - a name that could not be resolved, as a finding
 *
 * Pure. Where a server did not answer, the question to it is diagnosed as any
 * other flow: what stops it on this host is the cause then, and the name that
 * does not resolve only follows from it.
 */
#ifndef NAMESERVER_H
#define NAMESERVER_H

#include "report.h"
#include "resolve.h"

struct name_question {
	int error;            /* of resolve_name(); 0: it was resolved */
	const char *name, *conf_path;
	const struct resolve_report *report;
	const struct snapshot *s;
	int ns;               /* the source */
};

/* Does this error come of the servers, so that a finding can be made of it? Else the name is the reason. */
bool nameserver_is_fault(int error);

/*
 * The server to which a question should be followed through the network: the
 * first one that stayed silent, else the first one. NULL: there is none.
 */
const struct addr *nameserver_to_follow(const struct name_question *q);

/*
 * Adds the finding to what the diagnosis of that question made of it (nothing,
 * where there was none to follow) and sums up. Of a name that was resolved, a server
 * that did not answer before is a note.
 */
void nameserver_judge(const struct name_question *q, struct diagnosis *d);

#endif
