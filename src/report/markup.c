/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/markup.h"

/* The character at s, of three bytes of UTF-8; 0: it is a shorter or a longer one. */
static unsigned int three_bytes(const char *s)
{
	const unsigned char *u = (const unsigned char *)s;

	if ((u[0] & 0xf0) != 0xe0)
		return 0;
	return (u[0] & 0x0fu) << 12 | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
}

/* Of Unicode's "Bidi_Control" and line separators, and no characters of XML 1.0. */
static bool is_deceiving(unsigned int c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff || c == 0xfffe || c == 0xffff;
}

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
	if (n == 3 && is_deceiving(three_bytes(s)))
		strbuf_printf(b, "\\u%04x", three_bytes(s));
	else
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
