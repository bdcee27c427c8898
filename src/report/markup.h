/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report/markup - text in HTML and SVG: no name or rule can be markup there, nor hide */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include "strbuf.h"

/*
 * Appends s as text or as an attribute's value in quotes. As strbuf_visible(),
 * and characters that XML forbids or that change the direction of what stands
 * beside them become \uNNNN.
 */
void markup_text(struct strbuf *b, const char *s);

/* The same with at most max characters, the last one then an ellipsis. */
void markup_short(struct strbuf *b, const char *s, size_t max);

#endif
