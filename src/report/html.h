/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report/html - the diagnosis as one page to attach to a ticket
 *
 * Pure. The page needs nothing else: no script, no font, no picture from
 * anywhere; it reads on a phone, in the dark and on paper.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <time.h>

#include "report.h"

/* What the diagnosis itself does not know. */
struct html_about {
	const char *host;  /* the machine's name; NULL: not told */
	time_t when;       /* of the report; 0: not told */
};

void report_html(const struct diagnosis *d, const struct html_about *about, struct strbuf *b);

#endif
