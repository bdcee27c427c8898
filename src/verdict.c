/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verdict.h"

static bool fails_here(enum fate f)
{
	return f == FATE_TARGET || f == FATE_INSIDE;
}

struct judgement verdict_judge(enum fate question, enum fate second, bool port_asked)
{
	struct judgement j = { .verdict = VERDICT_UNREACHABLE, .question = STANDS_AS_CAUSE };

	if (question == FATE_WORKS) {
		j.question = STANDS_NOT;
		j.verdict = second == FATE_INSIDE ? VERDICT_DEGRADED : VERDICT_REACHABLE;
		j.second = second == FATE_INSIDE ? STANDS_AS_CAUSE : STANDS_NOT;
		return j;
	}
	if (second == FATE_WORKS) {
		if (port_asked)
			return j;
		if (fails_here(question)) {
			j.verdict = VERDICT_DEGRADED;
			return j;
		}
		/* half of the internet drops echo requests: the second opinion counts */
		j.verdict = VERDICT_REACHABLE;
		j.question = STANDS_AS_NOTE;
		return j;
	}
	if (second != FATE_NOT_ASKED)
		j.second = STANDS_AS_CAUSE;
	return j;
}
