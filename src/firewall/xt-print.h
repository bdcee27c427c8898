/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xt-print - what several extensions need to print themselves */
#ifndef FIREWALL_XT_PRINT_H
#define FIREWALL_XT_PRINT_H

#include "firewall/xt.h"

#include <linux/netfilter.h>

struct xt_bit_name {
	uint32_t bit;
	const char *name;
};

/* " A,B" for the bits of mask that have a name. */
void xt_print_bits(struct strbuf *b, uint32_t mask, const struct xt_bit_name *names, size_t n);

/* " !" where inverted. */
void xt_print_not(struct strbuf *b, bool invert);

/* " --option 5:9"; nothing where it is all from 0 to max. */
void xt_print_span(struct strbuf *b, const char *option, uint32_t from, uint32_t to, uint32_t max, bool invert);

/* " text", quoted where iptables-save would quote it. */
void xt_print_string(struct strbuf *b, const char *s, size_t max);

/* " --limit 5/sec --limit-burst 7"; avg in ten-thousandths of a second a packet. */
void xt_print_limit(struct strbuf *b, uint64_t avg, uint64_t burst);

/* Where there are no options to print. */
void xt_print_nothing(struct strbuf *b, const void *info, const struct xt_context *x);

/* An interface's name or another word of at most max bytes: " option word". */
void xt_print_word(struct strbuf *b, const char *option, const char *word, size_t max);

/* " address", with "/24" or "/255.0.255.0" where the mask leaves out anything. */
void xt_print_masked(struct strbuf *b, uint8_t family, const union nf_inet_addr *addr,
		     const union nf_inet_addr *mask);

/* xt-field.c: a header that is not modelled, of another transport protocol than those of probes */
enum tri xt_eval_other_proto(struct fw_run *r, uint8_t proto);

/* xt-conntrack.c: rows of the table in xt-match.c */
enum tri xt_eval_conntrack(struct fw_run *r, const void *info, uint32_t rev);
void xt_print_conntrack(struct strbuf *b, const void *info, const struct xt_context *x);
enum tri xt_eval_state(struct fw_run *r, const void *info, uint32_t rev);
void xt_print_state(struct strbuf *b, const void *info, const struct xt_context *x);

#endif
