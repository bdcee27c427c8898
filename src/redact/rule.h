/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rule - what tells of somebody in the bytecode of a rule */
#ifndef REDACT_RULE_H
#define REDACT_RULE_H

#include "redact/redactor.h"

/* The attributes of a rule of such a family (NFPROTO_*). */
void redactor_rule(struct redactor *r, uint8_t family, void *bytes, size_t n);
/* NFTA_VERDICT_*, as in a map or where a rule jumps. */
void redactor_verdict(struct redactor *r, void *bytes, size_t n);
/* The bits of an address that a mask of n bytes has; a mask with holes is refused. */
void redactor_masked(struct redactor *r, uint8_t family, uint8_t *bytes, const uint8_t *mask, size_t n);
/* What an extension of iptables is told; target: else a match. */
void redactor_extension(struct redactor *r, uint8_t family, bool target, const char *name, uint32_t revision,
			uint8_t *info, size_t n);

#endif
