/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "metrics.h"

#include "strbuf.h"

static void put_head(struct strbuf *b, const char *name, const char *help)
{
	strbuf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put_begin(struct strbuf *b, const char *metric, const struct metric_row *row,
		      const char *destination)
{
	strbuf_printf(b, "%s{netns=", metric);
	strbuf_quoted(b, row->name);
	strbuf_puts(b, ",destination=");
	strbuf_quoted(b, destination ? destination : "");
}

/* Seconds with microseconds, by hand: printf would ask the locale what a point looks like. */
static void put_seconds(struct strbuf *b, uint64_t us)
{
	strbuf_printf(b, "%llu.%06llu\n", (unsigned long long)(us / 1000000),
		      (unsigned long long)(us % 1000000));
}

static void put_verdicts(const metric_rows *rows, const char *destination, struct strbuf *b)
{
	put_head(b, "nsdoctor_reachable",
		 "Whether the namespace reaches the destination: 1 yes, also with a defect, 0 no or unknown.");
	vec_each(row, rows) {
		put_begin(b, "nsdoctor_reachable", row, destination);
		strbuf_printf(b, "} %d\n", row->verdict == VERDICT_REACHABLE ||
					   row->verdict == VERDICT_DEGRADED);
	}
	put_head(b, "nsdoctor_verdict", "The verdict, 1 for the one that holds.");
	vec_each(row, rows)
		for (enum verdict v = VERDICT_REACHABLE; v <= VERDICT_UNKNOWN; v++) {
			put_begin(b, "nsdoctor_verdict", row, destination);
			strbuf_printf(b, ",verdict=\"%s\"} %d\n", verdict_text(v), row->verdict == v);
		}
}

static void put_causes(const metric_rows *rows, const char *destination, struct strbuf *b)
{
	put_head(b, "nsdoctor_cause", "The code of the first cause, where there is one.");
	vec_each(row, rows) {
		if (!row->code)
			continue;
		put_begin(b, "nsdoctor_cause", row, destination);
		strbuf_printf(b, ",code=\"%s\",direction=\"%s\"} 1\n", row->code,
			      direction_text(row->dir));
	}
}

void metrics_text(const metric_rows *rows, const char *destination, double seconds, uint64_t when_us,
		  struct strbuf *b)
{
	put_verdicts(rows, destination, b);
	put_causes(rows, destination, b);
	put_head(b, "nsdoctor_rtt_seconds", "Time to the first answer.");
	vec_each(row, rows) {
		if (row->rtt_us < 0)
			continue;
		put_begin(b, "nsdoctor_rtt_seconds", row, destination);
		strbuf_puts(b, "} ");
		put_seconds(b, (uint64_t)row->rtt_us);
	}
	put_head(b, "nsdoctor_run_seconds", "How long the run took.");
	strbuf_puts(b, "nsdoctor_run_seconds ");
	put_seconds(b, (uint64_t)(seconds * 1e6));
	put_head(b, "nsdoctor_run_timestamp_seconds", "When the run ended.");
	strbuf_puts(b, "nsdoctor_run_timestamp_seconds ");
	put_seconds(b, when_us);
	strbuf_puts(b, "# EOF\n");
}

void metric_rows_free(metric_rows *rows)
{
	vec_each(row, rows) {
		free(row->name);
		free(row->code);
	}
	vec_free(rows);
}
