/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict - from what became of each probe to what is said about the whole
 *
 * The table of the documented verdicts, as a pure function: question, second
 * opinion and whether a port was asked for decide it.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include "report.h"

enum fate {
	FATE_NOT_ASKED,
	FATE_WORKS,
	FATE_OUTSIDE, /* fails beyond this host: silence, an ICMP error, a RST from there */
	FATE_TARGET,  /* fails at the target itself, on this host: its input hook, no listener, echo ignored */
	FATE_INSIDE,  /* fails on the way inside this host */
	FATE_COUNT,
};

/* What becomes of a probe's finding. */
enum standing {
	STANDS_NOT,
	STANDS_AS_NOTE,
	STANDS_AS_CAUSE,
};

struct judgement {
	enum verdict verdict;
	enum standing question, second;
};

struct judgement verdict_judge(enum fate question, enum fate second, bool port_asked);

#endif
