/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault - the table of everything that can be wrong
 *
 * One row per code, in groups (src/faults/), in the order in which a packet
 * meets trouble. A row is asked about a leg: one that was seen to fail, or, by
 * the model, one that comes later. It answers from the facts in struct
 * question, and touches nothing.
 */
#ifndef FAULT_H
#define FAULT_H

#include "correlate.h"
#include "finding.h"

/* What is known beside the leg itself. */
struct facts {
	const struct snapshot *s;   /* as read, before any repair of the model */
	const struct snapshot *others; /* further namespaces, perhaps also some of s; NULL: not read; see round_read_others() */
	const struct observations *obs;
	bool control_asked[PROTO_COUNT], control_works[PROTO_COUNT];
	bool control_heard[PROTO_COUNT]; /* works, or something came in about it: the outside knows the way to the host */
	bool routed_both_ways;      /* conntrack: this subnet speaks untranslated with the outside */
	bool port_asked;
	uint32_t sent;              /* packets, of all probes */
	bool noting;                /* the cause is known; what else is worth a note? */
};

struct question {
	struct snapshot *s;         /* the world, with earlier faults repaired where the model looks ahead */
	const struct path *path;
	const struct leg *leg;
	size_t index;               /* of leg */
	/* NULL where only the model speaks */
	const struct evidence *ev;
	const struct probe *probe;
	const struct facts *facts;
};

enum fault_ask {
	ASK_SEEN = 1,   /* may explain a leg that was seen to fail */
	ASK_MODEL = 2,  /* the configuration alone is enough: next, --no-probe */
	ASK_TRACE = 4,  /* may explain a drop that the kernel's rule trace named */
	ASK_LAST = 8,   /* only where nothing else explains a leg that was seen to fail */
	ASK_TAKEN = 16, /* may explain an answer that was not the destination's (LOSS_TAKEN) */
};

struct fault {
	const char *code;
	unsigned int legs;          /* LEG_BIT() of the kinds it can stand on */
	unsigned int ask;           /* enum fault_ask */
	/*
	 * Does this fault stop the packet on q->leg? On true, f is filled (see
	 * the helpers in faults/say.h); else f is left alone. NULL: explained,
	 * but not detected yet, or found apart.
	 */
	bool (*match)(const struct question *q, struct finding *f);
	bool apart;                 /* found without a leg to ask about (nameserver.h, stale.h) */
	enum safety safety;         /* of its fix */
	/* --explain */
	const char *means, *proof, *fix;
};

struct fault_group {
	const char *name;           /* "link: interfaces, bridges, neighbours", … */
	const struct fault *rows;
	size_t n;
};

extern const struct fault_group *const fault_table[];
extern const size_t fault_table_n;

/* The row of a code, or NULL. */
const struct fault *fault_find(const char *code);

/* Every kind of leg inside this host. */
#define LEGS_INSIDE                                                                            \
	(LEG_BIT(LEG_SEND) | LEG_BIT(LEG_WIRE) | LEG_BIT(LEG_BRIDGE_UP) | LEG_BIT(LEG_BRIDGED) | \
	 LEG_BIT(LEG_BRIDGE_DOWN) | LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_DELIVER))

#endif
