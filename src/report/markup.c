/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/markup.h"

/* One character of well-formed text, which is n bytes long; returns n. */
static size_t put_character(struct strbuf *b, const char *s)
{
	size_t n = 1;

	switch (*s) {
	case '&':
		strbuf_puts(b, "&amp;");
		return n;
	case '<':
		strbuf_puts(b, "&lt;");
		return n;
	case '>':
		strbuf_puts(b, "&gt;");
		return n;
	case '"':
		strbuf_puts(b, "&quot;");
		return n;
	case '\'':
		strbuf_puts(b, "&#39;");
		return n;
	default:
		break;
	}
	while (((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	strbuf_add(b, s, n);
	return n;
}

void markup_short(struct strbuf *b, const char *text, size_t max)
{
	_cleanup_(strbuf_done) struct strbuf shown = { 0 };
	const char *s;

	strbuf_visible(&shown, text);
	s = strbuf_str(&shown);
	for (size_t n = 1; *s; n++) {
		const char *this = s;
		struct strbuf one = { 0 };

		s += put_character(&one, s);
		if (n >= max && *s)
			strbuf_puts(b, "…");
		else
			strbuf_puts(b, strbuf_str(&one));
		strbuf_done(&one);
		if (n >= max || s == this)
			return;
	}
}

void markup_text(struct strbuf *b, const char *s)
{
	markup_short(b, s, SIZE_MAX);
}
