/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report/svg - the path and the time line as pictures
 *
 * Pure. The path stands upright, so that it fits on a phone: one station a
 * hop, framed by its namespace; the request goes down on the left line, the
 * answer up on the right one; one red mark where the packet ends.
 */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include "report.h"

/* The path as a file of its own. */
void report_svg(const struct diagnosis *d, struct strbuf *b);

/* The <svg> element for a page that brings svg_style; nothing where there is no path. */
void svg_path(const struct diagnosis *d, struct strbuf *b);

/* How the question's first packet and its answer went from hop to hop; nothing where none was seen. */
void svg_timeline(const struct diagnosis *d, struct strbuf *b);

/* The rules that both pictures need, for light and dark. */
extern const char svg_style[];

#endif
