/* SPDX-License-Identifier: GPL-2.0-or-later */
/* strbuf - a growing string; a zeroed struct is the empty string */
#ifndef STRBUF_H
#define STRBUF_H

#include <stdarg.h>

#include "util.h"

struct strbuf {
	char *s; /* NULL while empty; strbuf_str() never is */
	size_t n, cap;
};

void strbuf_add(struct strbuf *b, const char *s, size_t n);
void strbuf_puts(struct strbuf *b, const char *s);
void strbuf_putc(struct strbuf *b, char c);
void strbuf_printf(struct strbuf *b, const char *format, ...) _printf_(2, 3);
void strbuf_vprintf(struct strbuf *b, const char *format, va_list ap) _printf_(2, 0);

/* The text so far, owned by b. */
const char *strbuf_str(const struct strbuf *b);

/* Takes the text out of b (free it) and leaves b empty. */
char *strbuf_take(struct strbuf *b);

/*
 * Appends s with everything that could harm a terminal or a UTF-8 reader made
 * visible: control characters and invalid bytes become \xNN, characters without
 * a picture that change how others are shown (bidi, zero width) \uNNNN.
 */
void strbuf_visible(struct strbuf *b, const char *s);

/* The same between double quotes, with those and backslashes escaped, as OpenMetrics and YAML have it. */
void strbuf_quoted(struct strbuf *b, const char *s);

/* Columns of a terminal that a visible text takes: characters, not bytes. */
size_t text_columns(const char *s);

/* How many bytes of s take no more columns than these. */
size_t text_fits(const char *s, size_t columns);

void strbuf_done(struct strbuf *b);

#endif
