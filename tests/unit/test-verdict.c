/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every combination of the documented table of verdicts. */
#include "unit.h"

#include "verdict.h"

static const enum fate failures[] = { FATE_OUTSIDE, FATE_TARGET, FATE_INSIDE };

static void check(enum fate question, enum fate second, bool port, enum verdict verdict,
		  enum standing q, enum standing s)
{
	struct judgement j = verdict_judge(question, second, port);

	assert_int_equal(j.verdict, verdict);
	assert_int_equal(j.question, q);
	assert_int_equal(j.second, s);
}

static void works_alone(void **state)
{
	for (int port = 0; port < 2; port++)
		check(FATE_WORKS, FATE_NOT_ASKED, port, VERDICT_REACHABLE, STANDS_NOT, STANDS_NOT);
}

static void works_and_the_second_works_or_fails_elsewhere(void **state)
{
	static const enum fate second[] = { FATE_WORKS, FATE_OUTSIDE, FATE_TARGET };

	for (size_t i = 0; i < ARRAY_SIZE(second); i++)
		for (int port = 0; port < 2; port++)
			check(FATE_WORKS, second[i], port, VERDICT_REACHABLE, STANDS_NOT, STANDS_NOT);
}

static void works_and_the_second_is_dropped_on_the_way(void **state)
{
	for (int port = 0; port < 2; port++)
		check(FATE_WORKS, FATE_INSIDE, port, VERDICT_DEGRADED, STANDS_NOT, STANDS_AS_CAUSE);
}

static void fails_here_and_the_second_works(void **state)
{
	static const enum fate here[] = { FATE_INSIDE, FATE_TARGET };

	for (size_t i = 0; i < ARRAY_SIZE(here); i++) {
		check(here[i], FATE_WORKS, false, VERDICT_DEGRADED, STANDS_AS_CAUSE, STANDS_NOT);
		check(here[i], FATE_WORKS, true, VERDICT_UNREACHABLE, STANDS_AS_CAUSE, STANDS_NOT);
	}
}

static void fails_outside_and_the_second_works(void **state)
{
	check(FATE_OUTSIDE, FATE_WORKS, false, VERDICT_REACHABLE, STANDS_AS_NOTE, STANDS_NOT);
	check(FATE_OUTSIDE, FATE_WORKS, true, VERDICT_UNREACHABLE, STANDS_AS_CAUSE, STANDS_NOT);
}

static void both_fail(void **state)
{
	for (size_t q = 0; q < ARRAY_SIZE(failures); q++)
		for (size_t s = 0; s < ARRAY_SIZE(failures); s++)
			for (int port = 0; port < 2; port++)
				check(failures[q], failures[s], port, VERDICT_UNREACHABLE,
				      STANDS_AS_CAUSE, STANDS_AS_CAUSE);
}

static void fails_alone(void **state)
{
	for (size_t q = 0; q < ARRAY_SIZE(failures); q++)
		for (int port = 0; port < 2; port++)
			check(failures[q], FATE_NOT_ASKED, port, VERDICT_UNREACHABLE,
			      STANDS_AS_CAUSE, STANDS_NOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(works_alone),
		cmocka_unit_test(works_and_the_second_works_or_fails_elsewhere),
		cmocka_unit_test(works_and_the_second_is_dropped_on_the_way),
		cmocka_unit_test(fails_here_and_the_second_works),
		cmocka_unit_test(fails_outside_and_the_second_works),
		cmocka_unit_test(both_fail),
		cmocka_unit_test(fails_alone),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
