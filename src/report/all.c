/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/all.h"

#include "strbuf.h"

static const char *mark(enum verdict v, bool ascii)
{
	switch (v) {
	case VERDICT_REACHABLE:
		return ascii ? "+" : "✓";
	case VERDICT_DEGRADED:
		return "!";
	case VERDICT_UNREACHABLE:
		return ascii ? "x" : "✗";
	case VERDICT_UNKNOWN:
		break;
	}
	return "?";
}

static const char *color(enum verdict v)
{
	return v == VERDICT_REACHABLE ? "\033[32m" : v == VERDICT_UNREACHABLE ? "\033[31m" : "\033[33m";
}

static void put_row(const struct metric_row *row, const char *why, size_t width,
		    const struct report_style *style, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf name = { 0 };

	strbuf_visible(&name, row->name);
	strbuf_printf(b, "%s%s%s %s%*s  ", style->color ? color(row->verdict) : "",
		      mark(row->verdict, style->ascii), style->color ? "\033[0m" : "", strbuf_str(&name),
		      (int)(width - text_columns(strbuf_str(&name))), "");
	strbuf_puts(b, verdict_text(row->verdict));
	if (row->code)
		strbuf_printf(b, "  %s", row->code);
	if (row->verdict == VERDICT_REACHABLE && row->rtt_us >= 0)
		strbuf_printf(b, "  %lld.%02lld ms", (long long)(row->rtt_us / 1000),
			      (long long)(row->rtt_us % 1000 / 10));
	if (*why) {
		strbuf_puts(b, row->code ? ": " : "  ");
		strbuf_visible(b, why);
	}
	strbuf_putc(b, '\n');
}

static size_t count(const metric_rows *rows, enum verdict v)
{
	size_t n = 0;

	vec_each(row, rows)
		n += row->verdict == v;
	return n;
}

static void put_sum(const metric_rows *rows, size_t isolated, double seconds, struct strbuf *b)
{
	uint64_t tenths = (uint64_t)(seconds * 10 + 0.5);

	if (!rows->n)
		strbuf_puts(b, "There are no namespaces but the host's");
	else
		strbuf_printf(b, "%zu namespace%s:", rows->n, rows->n == 1 ? "" : "s");
	for (enum verdict v = VERDICT_REACHABLE; v <= VERDICT_UNKNOWN; v++)
		if (count(rows, v))
			strbuf_printf(b, " %zu %s,", count(rows, v), verdict_text(v));
	if (rows->n)
		strbuf_printf(b, " in %llu.%llu s", (unsigned long long)(tenths / 10),
			      (unsigned long long)(tenths % 10));
	if (isolated)
		strbuf_printf(b, "; %zu without a network %s not asked", isolated,
			      isolated == 1 ? "was" : "were");
	strbuf_putc(b, '\n');
}

void report_all(const metric_rows *rows, const op_strings *why, size_t isolated, double seconds,
		const struct report_style *style, struct strbuf *b)
{
	size_t width = 0;

	vec_each(row, rows) {
		_cleanup_(strbuf_done) struct strbuf name = { 0 };

		strbuf_visible(&name, row->name);
		if (text_columns(strbuf_str(&name)) > width)
			width = text_columns(strbuf_str(&name));
	}
	for (size_t i = 0; !style->quiet && i < rows->n; i++)
		put_row(&rows->v[i], why->v[i] ? why->v[i] : "", width, style, b);
	put_sum(rows, isolated, seconds, b);
}
