/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "jsonwrite.h"

#include "strbuf.h"

/* The comma before a member depends on what was written before it. */
static void separate(struct strbuf *b)
{
	char last = b->n ? b->s[b->n - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		strbuf_putc(b, ',');
}

void jw_open_object(struct strbuf *b)
{
	separate(b);
	strbuf_putc(b, '{');
}

void jw_open_array(struct strbuf *b)
{
	separate(b);
	strbuf_putc(b, '[');
}

void jw_close_object(struct strbuf *b)
{
	strbuf_putc(b, '}');
}

void jw_close_array(struct strbuf *b)
{
	strbuf_putc(b, ']');
}

void jw_key(struct strbuf *b, const char *name)
{
	separate(b);
	strbuf_printf(b, "\"%s\":", name);
}

static void put_ascii(struct strbuf *b, char c)
{
	if (c == '"' || c == '\\')
		strbuf_printf(b, "\\%c", c);
	else if ((unsigned char)c < 0x20 || c == 0x7f)
		strbuf_printf(b, "\\u%04x", (unsigned char)c);
	else
		strbuf_putc(b, c);
}

/* Bytes beyond ASCII: characters stay, what is none becomes the text \xNN. */
static void put_beyond_ascii(struct strbuf *b, const char *s, size_t n)
{
	_cleanup_(strbuf_done) struct strbuf run = { 0 }, shown = { 0 };

	strbuf_add(&run, s, n);
	strbuf_visible(&shown, strbuf_str(&run));
	for (const char *c = strbuf_str(&shown); *c; c++)
		put_ascii(b, *c);
}

void jw_value_string(struct strbuf *b, const char *s)
{
	separate(b);
	if (!s) {
		strbuf_puts(b, "null");
		return;
	}
	strbuf_putc(b, '"');
	while (*s) {
		size_t n = 0;

		while ((unsigned char)s[n] >= 0x80)
			n++;
		if (n)
			put_beyond_ascii(b, s, n);
		else
			put_ascii(b, *s);
		s += n ? n : 1;
	}
	strbuf_putc(b, '"');
}

void jw_member_string(struct strbuf *b, const char *name, const char *s)
{
	jw_key(b, name);
	jw_value_string(b, s);
}

void jw_member_bool(struct strbuf *b, const char *name, bool value)
{
	jw_key(b, name);
	strbuf_puts(b, value ? "true" : "false");
}

void jw_member_number(struct strbuf *b, const char *name, int64_t value)
{
	jw_key(b, name);
	strbuf_printf(b, "%lld", (long long)value);
}

void jw_member_null(struct strbuf *b, const char *name)
{
	jw_key(b, name);
	strbuf_puts(b, "null");
}

void jw_member_number_from(struct strbuf *b, const char *name, int64_t value, int64_t least)
{
	if (value < least)
		jw_member_null(b, name);
	else
		jw_member_number(b, name, value);
}

/* By hand: printf would ask the locale what a point looks like. */
void jw_member_ms(struct strbuf *b, const char *name, double ms)
{
	uint64_t tenths = ms > 0 && ms < 1e15 ? (uint64_t)(ms * 10 + 0.5) : 0;

	jw_key(b, name);
	strbuf_printf(b, "%llu.%llu", (unsigned long long)tenths / 10,
		      (unsigned long long)tenths % 10);
}

void jw_member_address(struct strbuf *b, const char *name, const struct addr *a)
{
	jw_member_string(b, name, addr_is_set(a) ? addr_text(a).s : NULL);
}

void jw_member_strings(struct strbuf *b, const char *name, const op_strings *v)
{
	jw_key(b, name);
	jw_open_array(b);
	vec_each(s, v)
		jw_value_string(b, *s);
	jw_close_array(b);
}
