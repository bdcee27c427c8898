/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xt-print - what several extensions need to print themselves, as libxtables 1.8.9 does */
#include <stdio.h>

#include "firewall/decode.h"
#include "firewall/xt-print.h"

#include <linux/netfilter/xt_limit.h>

void xt_print_not(struct strbuf *b, bool invert)
{
	if (invert)
		strbuf_puts(b, " !");
}

void xt_print_bits(struct strbuf *b, uint32_t mask, const struct xt_bit_name *names, size_t n)
{
	const char *separator = " ";

	for (size_t i = 0; i < n; i++)
		if (mask & names[i].bit) {
			strbuf_printf(b, "%s%s", separator, names[i].name);
			separator = ",";
		}
}

void xt_print_span(struct strbuf *b, const char *option, uint32_t from, uint32_t to, uint32_t max, bool invert)
{
	if (from == 0 && to == max)
		return;
	xt_print_not(b, invert);
	strbuf_printf(b, " %s %u", option, from);
	if (from != to)
		strbuf_printf(b, ":%u", to);
}

void xt_print_string(struct strbuf *b, const char *s, size_t max)
{
	static const char plain[] = "_-0123456789abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strnlen(s, max), i = 0;

	while (i < len && strchr(plain, s[i]))
		i++;
	strbuf_putc(b, ' ');
	if (len && i == len) {
		strbuf_add(b, s, len);
		return;
	}
	strbuf_putc(b, '"');
	for (i = 0; i < len; i++) {
		if (strchr("\"\\'", s[i]))
			strbuf_putc(b, '\\');
		strbuf_putc(b, s[i]);
	}
	strbuf_putc(b, '"');
}

/* The average is in ten-thousandths of a second a packet. */
void xt_print_limit(struct strbuf *b, uint64_t avg, uint64_t burst)
{
	static const struct {
		const char *name;
		uint64_t mult;
	} rates[] = {
		{ "day", XT_LIMIT_SCALE * 24ull * 60 * 60 },
		{ "hour", XT_LIMIT_SCALE * 60ull * 60 },
		{ "min", XT_LIMIT_SCALE * 60ull },
		{ "sec", XT_LIMIT_SCALE },
	};
	size_t i = 1;

	if (!avg)
		return;
	while (i < ARRAY_SIZE(rates) && avg <= rates[i].mult &&
	       !(rates[i].mult / avg < rates[i].mult % avg))
		i++;
	strbuf_printf(b, " --limit %llu/%s", (unsigned long long)(rates[i - 1].mult / avg),
		      rates[i - 1].name);
	if (burst != 5)
		strbuf_printf(b, " --limit-burst %llu", (unsigned long long)burst);
}

void xt_print_nothing(struct strbuf *b, const void *info, const struct xt_context *x)
{
}

void xt_print_word(struct strbuf *b, const char *option, const char *word, size_t max)
{
	strbuf_printf(b, " %s %.*s", option, (int)max, word);
}

void xt_print_masked(struct strbuf *b, uint8_t family, const union nf_inet_addr *addr,
		     const union nf_inet_addr *mask)
{
	int bits = mask_prefix((const uint8_t *)mask, addr_len(family));
	struct addr a = { 0 }, m = { 0 };

	addr_from_bytes(family, addr, addr_len(family), &a);
	addr_from_bytes(family, mask, addr_len(family), &m);
	strbuf_printf(b, " %s", addr_text(&a).s);
	if (bits < 0)
		strbuf_printf(b, "/%s", addr_text(&m).s);
	else if ((size_t)bits < addr_len(family) * 8)
		strbuf_printf(b, "/%d", bits);
}
