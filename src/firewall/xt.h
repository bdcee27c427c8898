/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt - the x_tables extensions, as iptables-nft (and legacy iptables) use them
 *
 * One row an extension (and range of revisions), in xt-match.c, xt-field.c,
 * xt-state.c, xt-set.c, xt-rare.c, xt-target.c and xt-mangle.c: name, revision,
 * the size of its struct, what it does with a packet and how iptables -S prints
 * it. What has no row is not known, by name.
 */
#ifndef FIREWALL_XT_H
#define FIREWALL_XT_H

#include "firewall/eval.h"
#include "strbuf.h"

/* What it takes to know how an extension is printed. */
struct xt_context {
	const struct ns *ns;         /* where the rule stands: there, sets have names */
	uint8_t family;              /* AF_INET, AF_INET6 */
	uint32_t rev;
};

struct xt_row {
	const char *name;
	uint8_t family;      /* AF_INET, AF_INET6; 0: both */
	uint32_t rev_min, rev_max;
	size_t size;         /* of the struct of these revisions, at least */
	/* NULL: its answer is not known */
	enum tri (*eval)(struct fw_run *r, const void *info, uint32_t rev);
	/* appends what follows "-m name" or "-j NAME": " --dport 80"; NULL: "…" is printed */
	void (*print)(struct strbuf *b, const void *info, const struct xt_context *x);
};

struct xt_rows {
	const struct xt_row *v;
	size_t n;
};

extern const struct xt_rows xt_basic_matches, xt_field_matches, xt_state_matches,
	xt_set_matches, xt_rare_matches;
extern const struct xt_rows xt_basic_targets, xt_mangle_targets, xt_set_targets, xt_rare_targets;

/* Structs are copied into aligned memory of this size, zeroed behind their end. */
#define XT_INFO_MAX 2048
struct xt_info {
	_Alignas(16) uint8_t b[XT_INFO_MAX];
};

/* The row for an extension, NULL where there is none or info is too short for it. */
const struct xt_row *xt_match_find(const char *name, uint32_t rev, uint8_t family, size_t len);
const struct xt_row *xt_target_find(const char *name, uint32_t rev, uint8_t family, size_t len);
/* What decides nothing of the packet's way: LOG and the like. */
enum tri xt_eval_nothing(struct fw_run *r, const void *info, uint32_t rev);
void xt_info_load(struct xt_info *ret, const void *info, size_t len);

enum tri xt_match_eval(struct fw_run *r, const char *name, uint32_t rev, const void *info,
		       size_t len);
enum tri xt_target_eval(struct fw_run *r, const char *name, uint32_t rev, const void *info,
			size_t len);

/* The indexes of the ipsets that a match or target asks; ret has room for so many. Returns how many. */
#define XT_SETS_MAX 3
size_t xt_sets_of(bool target, const char *name, uint32_t rev, const void *info, size_t len,
		  uint16_t ret[XT_SETS_MAX]);

/*
 * " -m name …" and " -j NAME …" as iptables -S prints them; an extension without a row
 * prints its name and "…".
 */
void xt_match_print(struct strbuf *b, const char *name, const struct xt_context *x,
		    const void *info, size_t len);
void xt_target_print(struct strbuf *b, const char *name, const struct xt_context *x,
		     const void *info, size_t len);

#endif
