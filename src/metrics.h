/* SPDX-License-Identifier: GPL-2.0-or-later */
/* metrics - what became of --all, for Prometheus and who else reads OpenMetrics */
#ifndef METRICS_H
#define METRICS_H

#include "report.h"

/* What is said of one source. */
struct metric_row {
	char *name;
	enum verdict verdict;
	char *code;            /* of the first cause, or NULL */
	enum direction dir;    /* of it */
	int64_t rtt_us;        /* of the question, -1: unanswered */
};

typedef VEC(struct metric_row) metric_rows;

/* destination: as it was asked for, NULL: the way out. Text of OpenMetrics and of Prometheus alike. */
void metrics_text(const metric_rows *rows, const char *destination, double seconds, uint64_t when_us,
		  struct strbuf *b);

void metric_rows_free(metric_rows *rows);

#endif
