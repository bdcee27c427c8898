/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "op.h"

void op_strings_free(op_strings *v)
{
	vec_each(text, v)
		free(*text);
	vec_free(v);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       strchr("_./:@%+=,-", c);
}

/*
 * Quoted only where needed, so that commands look as a person types them.
 * Names come from containers and may hold anything: bytes that a terminal
 * could obey are written as $'\033' (POSIX.1-2024 2.2.4).
 */
void op_shell_word(struct strbuf *b, const char *word)
{
	bool plain = *word != '\0', printable = true;

	for (const char *c = word; *c; c++) {
		if (!is_plain(*c))
			plain = false;
		if (*c < 0x20 || *c > 0x7e)
			printable = false;
	}
	if (plain) {
		strbuf_puts(b, word);
		return;
	}
	strbuf_puts(b, printable ? "'" : "$'");
	for (const char *c = word; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			strbuf_printf(b, "\\%03o", (unsigned char)*c);
		else if (printable && *c == '\'')
			strbuf_puts(b, "'\\''");
		else if (!printable && (*c == '\'' || *c == '\\'))
			strbuf_printf(b, "\\%c", *c);
		else
			strbuf_putc(b, *c);
	}
	strbuf_putc(b, '\'');
}
