/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault - the table of everything that can be wrong
 *
 * One row per code, in groups (src/faults/), in the order in which a packet
 * meets trouble. A row is asked only about a leg that failed (or, by the model,
 * about the legs that come next), and answers from the facts in struct
 * question: it touches nothing.
 */
#ifndef FAULT_H
#define FAULT_H

#include "correlate.h"
#include "finding.h"

enum answer {
	ANSWER_NO,
	ANSWER_YES,
	ANSWER_UNKNOWN,
};

struct question {
	const struct snapshot *s;     /* the world; with earlier faults repaired when the model looks ahead */
	struct snapshot *scratch;     /* the same, for interning strings of ops */
	const struct path *path;
	size_t leg;
	/* what was observed there; NULL when only the model speaks */
	const struct evidence *ev;
	const struct observations *obs;
	const struct probe *probe;
	const struct diagnosis_facts *facts;
};

enum fault_ask {
	ASK_OBSERVED = 1, /* may explain a leg seen to fail */
	ASK_MODEL = 2,    /* the configuration alone is enough: next, --no-probe */
};

struct fault {
	const char *code;
	unsigned int legs;            /* LEG_BIT() of the kinds it can stand on */
	unsigned int ask;             /* enum fault_ask bits */
	enum answer (*match)(const struct question *q, struct finding *f);
	enum safety safety;
	/* --explain */
	const char *means, *proof, *fix;
};

struct fault_group {
	const char *name;             /* "link", "address and route", … */
	const struct fault *rows;
	size_t n;
};

extern const struct fault_group fault_groups[];
extern const size_t fault_groups_n;

/* The row of a code, or NULL. */
const struct fault *fault_find(const char *code);

#endif
