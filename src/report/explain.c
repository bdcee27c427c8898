/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report/explain - one row of the fault table in words */
#include "report.h"

#include "fault.h"
#include "nearest.h"
#include "strbuf.h"

#define WIDTH   80
#define NOT_YET "This version does not look for it yet."

/* Writes label and text as a paragraph of its own, broken at spaces. */
static void put_paragraph(struct strbuf *b, const char *label, const char *text, size_t width)
{
	size_t indent = *label ? 11 : 2, col = indent;

	if (!text || !*text)
		return;
	strbuf_printf(b, "\n  %-*s", (int)(indent - 2), label);
	for (const char *s = text; *s;) {
		size_t len = strcspn(s, " ");

		if (s != text && col + 1 + len > width) {
			strbuf_printf(b, "\n%*s", (int)indent, "");
			col = indent;
		} else if (s != text) {
			strbuf_putc(b, ' ');
			col++;
		}
		strbuf_add(b, s, len);
		col += len;
		s += len + strspn(s + len, " ");
	}
	strbuf_putc(b, '\n');
}

static const char *safety_words(enum safety s)
{
	switch (s) {
	case SAFETY_SAFE:
		return "safe: no other traffic can break; --fix asks first, yes is the default";
	case SAFETY_CONSENT:
		return "consent: it allows more than before; --fix asks first, no is the default";
	case SAFETY_MANUAL:
		return "manual: nsdoctor gives advice and changes nothing";
	}
	return NULL;
}

static const struct fault_group *group_of(const struct fault *f)
{
	for (size_t g = 0; g < fault_table_n; g++)
		if (f >= fault_table[g]->rows && f < fault_table[g]->rows + fault_table[g]->n)
			return fault_table[g];
	return NULL;
}

static bool is_looked_for(const struct fault *f)
{
	return f->match || f->apart;
}

static bool is_code_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* Does text speak of this code, as a whole word? */
static bool mentions(const char *text, const char *code)
{
	size_t len = strlen(code);

	for (const char *s = text; s && (s = strstr(s, code)); s += len)
		if ((s == text || !is_code_char(s[-1])) && !is_code_char(s[len]))
			return true;
	return false;
}

static bool speaks_of(const struct fault *f, const struct fault *other)
{
	return f != other && (mentions(f->means, other->code) || mentions(f->proof, other->code) ||
			      mentions(f->fix, other->code));
}

/* Codes that this row speaks of, or that speak of it, divided by commas. */
static void list_related(struct strbuf *b, const struct fault *f, void (*put)(struct strbuf *, const char *))
{
	for (size_t g = 0; g < fault_table_n; g++)
		for (size_t i = 0; i < fault_table[g]->n; i++) {
			const struct fault *other = &fault_table[g]->rows[i];

			if (!speaks_of(f, other) && !speaks_of(other, f))
				continue;
			strbuf_puts(b, b->n ? ", " : "");
			put(b, other->code);
		}
}

static void put_related(struct strbuf *b, const struct fault *f, size_t width)
{
	_cleanup_(strbuf_done) struct strbuf related = { 0 };

	list_related(&related, f, strbuf_puts);
	put_paragraph(b, "see also", strbuf_str(&related), width);
}

static void put_nearest(const char *code, struct strbuf *b)
{
	words known = { 0 };

	for (size_t g = 0; g < fault_table_n; g++)
		for (size_t i = 0; i < fault_table[g]->n; i++)
			vec_push(&known, fault_table[g]->rows[i].code);
	strbuf_puts(b, "there is no finding ");
	strbuf_visible(b, code);
	if (!nearest_hint(b, "", code, &known))
		strbuf_puts(b, "; nsdoctor(8) lists them");
	vec_free(&known);
}

/* --- the same as pages --- */

static void put_markdown(struct strbuf *b, const char *text)
{
	for (const char *s = text; *s; s++) {
		if (strchr("\\`*_<>[]|", *s))
			strbuf_putc(b, '\\');
		strbuf_putc(b, *s);
	}
}

static void put_item(struct strbuf *b, const char *label, const char *text)
{
	if (!text || !*text)
		return;
	strbuf_printf(b, "- **%s**: ", label);
	put_markdown(b, text);
	strbuf_putc(b, '\n');
}

static void put_link(struct strbuf *b, const char *code)
{
	strbuf_printf(b, "[%s](#%s)", code, code);
}

static void put_page(struct strbuf *b, const struct fault *f)
{
	_cleanup_(strbuf_done) struct strbuf related = { 0 };

	strbuf_printf(b, "\n### %s\n\n", f->code);
	put_markdown(b, f->means);
	strbuf_puts(b, is_looked_for(f) ? "\n\n" : "\n" NOT_YET "\n\n");
	put_item(b, "Proof", f->proof);
	put_item(b, "Fix", f->fix);
	put_item(b, "Safety", safety_words(f->safety));
	list_related(&related, f, put_link);
	if (related.n)
		strbuf_printf(b, "- **See also**: %s\n", strbuf_str(&related));
}

void report_pages(struct strbuf *b)
{
	strbuf_puts(b, "<!-- made by src/findings: \"make findings\" writes it again -->\n"
		       "# Findings\n\n"
		       "Everything that nsdoctor can find, in the order in which a packet meets trouble.\n"
		       "`nsdoctor --explain CODE` prints the same; nsdoctor(8) has the list in short.\n"
		       "A code means the same for ever. Small networks with each of them are in\n"
		       "[tests/cases](../tests/cases), in folders that begin with its name.\n");
	for (size_t g = 0; g < fault_table_n; g++) {
		strbuf_puts(b, "\n## ");
		put_markdown(b, fault_table[g]->name);
		strbuf_putc(b, '\n');
		for (size_t i = 0; i < fault_table[g]->n; i++)
			put_page(b, &fault_table[g]->rows[i]);
	}
}

bool report_explain(const char *code, const struct report_style *style, struct strbuf *b)
{
	const struct fault *f = fault_find(code);
	size_t width = style->width && style->width < WIDTH ? style->width : WIDTH;
	const struct fault_group *group;

	if (!f) {
		put_nearest(code, b);
		return false;
	}
	group = group_of(f);
	strbuf_printf(b, style->color ? "\033[1m%s\033[0m" : "%s", f->code);
	if (group)
		strbuf_printf(b, "   %s", group->name);
	strbuf_putc(b, '\n');
	put_paragraph(b, "", f->means, width);
	if (!is_looked_for(f))
		put_paragraph(b, "", NOT_YET, width);
	put_paragraph(b, "proof", f->proof, width);
	put_paragraph(b, "fix", f->fix, width);
	put_paragraph(b, "safety", safety_words(f->safety), width);
	put_related(b, f, width);
	return true;
}
