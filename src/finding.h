/* SPDX-License-Identifier: GPL-2.0-or-later */
/* finding - one thing that is wrong, with the facts behind it and what repairs it */
#ifndef FINDING_H
#define FINDING_H

#include "op.h"
#include "path.h"

enum finding_role {
	FINDING_CAUSE,
	FINDING_NEXT,
	FINDING_NOTE,
};

enum confidence {
	CONFIRMED,
	LIKELY,
	POSSIBLE,
};

enum safety {
	SAFETY_SAFE,
	SAFETY_CONSENT,
	SAFETY_MANUAL,
};

struct finding {
	const char *code;
	enum finding_role role;
	enum confidence confidence;
	bool underway;              /* an input-drop of what finds the next hop: not of the target's making */
	bool passing;               /* may be over in a moment: look again before it is said */
	enum direction dir;
	unsigned int protocols;     /* bit PROTO_* */
	unsigned int ports;         /* 0, or the TCP/UDP port shown behind the protocol */
	int ns;                     /* index in the snapshot */
	char *object;
	char *message;              /* one clause: "this host does not forward IPv4 (net.ipv4.ip_forward = 0)" */
	char *place;                /* where packets end, for the summary: "br0"; NULL */
	op_strings evidence;
	bool has_rule;
	struct rule_ref rule;
	/* what repairs it; ops empty: advice only */
	enum safety safety;
	VEC(struct op) ops;
	op_strings advice;          /* commands or words where there are no ops */
	/* what the screen shows between two hops: "not forwarded" */
	const char *mark;
};

typedef VEC(struct finding) findings;

void finding_done(struct finding *f);
/* False where they are of rules of two kinds: legacy iptables has tables and chains of the same names as nf_tables. */
bool finding_same_backend(const struct finding *a, const struct finding *b);
/* Gives the rule another text (owned from here on), also where the evidence quotes it. */
void finding_set_rule_text(struct finding *f, char *text);
void findings_free(findings *f);

const char *role_text(enum finding_role r);         /* "cause", "next", "note" */
const char *confidence_text(enum confidence c);     /* "confirmed", … */
const char *safety_text(enum safety s);             /* "safe", … */
const char *direction_text(enum direction d);       /* "request", "reply" */

#endif
