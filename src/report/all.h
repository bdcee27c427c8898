/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report/all - what became of --all: a line for each namespace */
#ifndef REPORT_ALL_H
#define REPORT_ALL_H

#include "metrics.h"

/* why: for each row one sentence, "" where there is nothing to say. */
void report_all(const metric_rows *rows, const op_strings *why, size_t isolated, double seconds,
		const struct report_style *style, struct strbuf *b);

#endif
