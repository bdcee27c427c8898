/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "expect.h"

#include <errno.h>
#include <stdio.h>

#include "jsonwrite.h"
#include "report/markup.h"
#include "strbuf.h"

/* --- the file --- */

#define BLANKS " \t\r"

/* The next word of a line, cut off in place, or NULL. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, BLANKS);

	if (!*word || *word == '#')
		return NULL;
	*line = word + strcspn(word, BLANKS);
	if (**line)
		*(*line)++ = '\0';
	return word;
}

static bool is_arrow(const char *word)
{
	return word && (streq(word, "->") || streq(word, "\xe2\x86\x92"));
}

static int wrong_line(unsigned int line, const char *what, const char *word, char **ret_error)
{
	struct strbuf b = { 0 };

	strbuf_printf(&b, "line %u: %s", line, what);
	if (word) {
		strbuf_puts(&b, ", not \"");
		strbuf_visible(&b, word);
		strbuf_putc(&b, '"');
	}
	*ret_error = strbuf_take(&b);
	return -EINVAL;
}

static int parse_line(char *text, unsigned int line, expectations *ret, char **ret_error)
{
	char *source = next_word(&text), *arrow, *destination, *verdict, *more;
	struct expectation *e;

	if (!source)
		return 0;
	arrow = next_word(&text);
	if (!is_arrow(arrow))
		return wrong_line(line, "\"->\" belongs between SOURCE and DESTINATION", arrow, ret_error);
	destination = next_word(&text);
	if (!destination)
		return wrong_line(line, "no DESTINATION", NULL, ret_error);
	verdict = next_word(&text);
	if (!verdict || (!streq(verdict, "allow") && !streq(verdict, "deny")))
		return wrong_line(line, "\"allow\" or \"deny\" ends it", verdict, ret_error);
	more = next_word(&text);
	if (more)
		return wrong_line(line, "nothing may come behind \"allow\" and \"deny\"", more, ret_error);
	e = vec_add(ret);
	*e = (struct expectation){ .source = xstrdup(source),
				   .destination = xstrdup(destination),
				   .allow = streq(verdict, "allow"),
				   .line = line };
	return 0;
}

int expect_parse(const char *text, expectations *ret, char **ret_error)
{
	unsigned int number = 0;
	int r = 0;

	while (r == 0 && *text) {
		size_t n = strcspn(text, "\n");
		_cleanup_(freep) char *line = xasprintf("%.*s", (int)n, text);

		r = parse_line(line, ++number, ret, ret_error);
		text += n + (text[n] == '\n');
	}
	if (r == 0 && ret->n == 0) {
		*ret_error = xstrdup("it expects nothing");
		r = -EINVAL;
	}
	if (r < 0)
		expectations_free(ret);
	return r;
}

void expectations_free(expectations *es)
{
	vec_each(e, es) {
		free(e->source);
		free(e->destination);
		free(e->summary);
		free(e->code);
	}
	vec_free(es);
}

/* --- what became of it --- */

enum expect_outcome expect_judge(const struct expectation *e)
{
	switch (e->verdict) {
	case VERDICT_REACHABLE:
	case VERDICT_DEGRADED:
		return e->allow ? EXPECT_MET : EXPECT_SURPRISE;
	case VERDICT_UNREACHABLE:
		return e->allow ? EXPECT_SURPRISE : EXPECT_MET;
	case VERDICT_UNKNOWN:
		break;
	}
	return EXPECT_UNKNOWN;
}

static const char *outcome_text(const struct expectation *e)
{
	static const char *const texts[] = { "met", "surprise", "unknown" };

	return texts[expect_judge(e)];
}

static char *title(const struct expectation *e)
{
	struct strbuf b = { 0 };

	strbuf_visible(&b, e->source);
	strbuf_puts(&b, " -> ");
	strbuf_visible(&b, e->destination);
	strbuf_puts(&b, e->allow ? " allow" : " deny");
	return strbuf_take(&b);
}

/* A TAP description: "#" would begin a directive. */
static void put_tap(struct strbuf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == '#' || *s == '\\')
			strbuf_putc(b, '\\');
		strbuf_putc(b, *s);
	}
}

static void put_yaml(struct strbuf *b, const char *name, const char *value)
{
	strbuf_printf(b, "  %s: ", name);
	strbuf_quoted(b, value);
	strbuf_putc(b, '\n');
}

void expect_tap(const expectations *es, struct strbuf *b)
{
	size_t n = 0;

	strbuf_printf(b, "TAP version 13\n1..%zu\n", es->n);
	vec_each(e, es) {
		_cleanup_(freep) char *what = title(e);

		strbuf_printf(b, "%sok %zu - ", expect_judge(e) == EXPECT_MET ? "" : "not ", ++n);
		put_tap(b, what);
		strbuf_putc(b, '\n');
		if (expect_judge(e) == EXPECT_MET && e->verdict != VERDICT_DEGRADED)
			continue;
		strbuf_puts(b, "  ---\n");
		put_yaml(b, "verdict", verdict_text(e->verdict));
		if (e->code)
			put_yaml(b, "code", e->code);
		if (e->summary)
			put_yaml(b, "message", e->summary);
		strbuf_puts(b, "  ...\n");
	}
}

/* Seconds with milliseconds; printf would ask the locale what a point looks like. */
static void put_seconds(struct strbuf *b, double seconds)
{
	uint64_t ms = seconds > 0 && seconds < 1e12 ? (uint64_t)(seconds * 1000 + 0.5) : 0;

	strbuf_printf(b, "%llu.%03llu", (unsigned long long)ms / 1000, (unsigned long long)ms % 1000);
}

void expect_junit(const expectations *es, struct strbuf *b)
{
	size_t surprises = 0, unknown = 0;
	double seconds = 0;

	vec_each(e, es) {
		surprises += expect_judge(e) == EXPECT_SURPRISE;
		unknown += expect_judge(e) == EXPECT_UNKNOWN;
		seconds += e->seconds;
	}
	strbuf_puts(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	strbuf_printf(b, "<testsuite name=\"nsdoctor\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"",
		      es->n, surprises, unknown);
	put_seconds(b, seconds);
	strbuf_puts(b, "\">\n");
	vec_each(e, es) {
		_cleanup_(freep) char *what = title(e);
		const char *tag = expect_judge(e) == EXPECT_UNKNOWN ? "error" : "failure";

		strbuf_puts(b, "  <testcase classname=\"nsdoctor\" name=\"");
		markup_text(b, what);
		strbuf_puts(b, "\" time=\"");
		put_seconds(b, e->seconds);
		if (expect_judge(e) == EXPECT_MET) {
			strbuf_puts(b, "\"/>\n");
			continue;
		}
		strbuf_printf(b, "\">\n    <%s type=\"", tag);
		markup_text(b, e->code ? e->code : verdict_text(e->verdict));
		strbuf_puts(b, "\" message=\"");
		markup_text(b, e->summary ? e->summary : verdict_text(e->verdict));
		strbuf_puts(b, "\"/>\n  </testcase>\n");
	}
	strbuf_puts(b, "</testsuite>\n");
}

static void put_json(const struct expectation *e, struct strbuf *b)
{
	jw_open_object(b);
	jw_member_number(b, "line", e->line);
	jw_member_string(b, "source", e->source);
	jw_member_string(b, "destination", e->destination);
	jw_member_string(b, "expected", e->allow ? "allow" : "deny");
	jw_member_string(b, "outcome", outcome_text(e));
	jw_member_string(b, "verdict", verdict_text(e->verdict));
	jw_member_string(b, "code", e->code);
	jw_member_string(b, "summary", e->summary);
	jw_member_ms(b, "ms", e->seconds * 1000);
	jw_close_object(b);
}

void expect_json(const expectations *es, struct strbuf *b)
{
	size_t count[] = { [EXPECT_MET] = 0, [EXPECT_SURPRISE] = 0, [EXPECT_UNKNOWN] = 0 };

	vec_each(e, es)
		count[expect_judge(e)]++;
	jw_open_object(b);
	jw_member_number(b, "schema", 1);
	jw_member_string(b, "version", PACKAGE_VERSION);
	jw_member_number(b, "met", (int64_t)count[EXPECT_MET]);
	jw_member_number(b, "surprises", (int64_t)count[EXPECT_SURPRISE]);
	jw_member_number(b, "unknown", (int64_t)count[EXPECT_UNKNOWN]);
	jw_key(b, "expectations");
	jw_open_array(b);
	vec_each(e, es)
		put_json(e, b);
	jw_close_array(b);
	jw_close_object(b);
	strbuf_putc(b, '\n');
}
