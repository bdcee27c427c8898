/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>

#include "expect.h"
#include "strbuf.h"

static void lines_are_read(void **state)
{
	expectations es = { 0 };
	char *error = NULL;

	assert_int_equal(expect_parse("# what should be\n"
				      "\n"
				      "web -> db:5432 allow\n"
				      "  web\t\xe2\x86\x92 8.8.8.8   deny  # nothing leaves\r\n"
				      "host -> [2001:db8::1]:443 allow",
				      &es, &error), 0);
	assert_int_equal(es.n, 3);
	assert_string_equal(es.v[0].source, "web");
	assert_string_equal(es.v[0].destination, "db:5432");
	assert_true(es.v[0].allow);
	assert_int_equal(es.v[0].line, 3);
	assert_string_equal(es.v[1].destination, "8.8.8.8");
	assert_false(es.v[1].allow);
	assert_string_equal(es.v[2].destination, "[2001:db8::1]:443");
	assert_int_equal(es.v[2].line, 5);
	expectations_free(&es);
}

static void wrong_lines_are_named(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "it expects nothing" },
		{ "# nothing\n\n", "it expects nothing" },
		{ "web\n", "line 1: \"->\" belongs between SOURCE and DESTINATION" },
		{ "web db allow\n", "line 1: \"->\" belongs between SOURCE and DESTINATION, not \"db\"" },
		{ "a -> b allow\nweb ->", "line 2: no DESTINATION" },
		{ "web -> db", "line 1: \"allow\" or \"deny\" ends it" },
		{ "web -> db maybe", "line 1: \"allow\" or \"deny\" ends it, not \"maybe\"" },
		{ "web -> db al\033[2J", "line 1: \"allow\" or \"deny\" ends it, not \"al\\x1b[2J\"" },
		{ "web -> db deny now", "line 1: nothing may come behind \"allow\" and \"deny\", not \"now\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		expectations es = { 0 };
		char *error = NULL;

		assert_int_equal(expect_parse(cases[i].text, &es, &error), -EINVAL);
		assert_string_equal(error, cases[i].error);
		assert_int_equal(es.n, 0);
		free(error);
	}
}

static void verdicts_are_held_against_expectations(void **state)
{
	static const enum expect_outcome outcomes[][2] = {
		/* deny, allow */
		[VERDICT_REACHABLE] = { EXPECT_SURPRISE, EXPECT_MET },
		[VERDICT_DEGRADED] = { EXPECT_SURPRISE, EXPECT_MET },
		[VERDICT_UNREACHABLE] = { EXPECT_MET, EXPECT_SURPRISE },
		[VERDICT_UNKNOWN] = { EXPECT_UNKNOWN, EXPECT_UNKNOWN },
	};

	for (size_t v = 0; v < ARRAY_SIZE(outcomes); v++)
		for (int allow = 0; allow < 2; allow++)
			assert_int_equal(expect_judge(&(struct expectation){ .allow = allow, .verdict = v }),
					 outcomes[v][allow]);
}

/* One met, one met with a defect, one surprise full of what could harm a reader, one unknown. */
static void answered(expectations *es)
{
	char *error = NULL;

	assert_int_equal(expect_parse("a -> b allow\na -> c allow\na -> d#1 allow\na -> e deny\n", es, &error),
			 0);
	es->v[1].verdict = VERDICT_DEGRADED;
	es->v[1].code = xstrdup("mtu-mismatch");
	es->v[1].summary = xstrdup("full-size packets do not fit");
	es->v[2].verdict = VERDICT_UNREACHABLE;
	es->v[2].code = xstrdup("forward-drop");
	es->v[2].summary = xstrdup("a rule \"<x>\" & \\ drops it");
	es->v[2].seconds = 0.1234;
	es->v[3].verdict = VERDICT_UNKNOWN;
	es->v[3].summary = xstrdup("there is no namespace e");
}

static void tap_tells_the_cause(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	expectations es = { 0 };

	answered(&es);
	expect_tap(&es, &b);
	assert_string_equal(strbuf_str(&b),
			    "TAP version 13\n"
			    "1..4\n"
			    "ok 1 - a -> b allow\n"
			    "ok 2 - a -> c allow\n"
			    "  ---\n"
			    "  verdict: \"degraded\"\n"
			    "  code: \"mtu-mismatch\"\n"
			    "  message: \"full-size packets do not fit\"\n"
			    "  ...\n"
			    "not ok 3 - a -> d\\#1 allow\n"
			    "  ---\n"
			    "  verdict: \"unreachable\"\n"
			    "  code: \"forward-drop\"\n"
			    "  message: \"a rule \\\"<x>\\\" & \\\\ drops it\"\n"
			    "  ...\n"
			    "not ok 4 - a -> e deny\n"
			    "  ---\n"
			    "  verdict: \"unknown\"\n"
			    "  message: \"there is no namespace e\"\n"
			    "  ...\n");
	expectations_free(&es);
}

static void junit_counts_and_escapes(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	expectations es = { 0 };
	const char *s;

	answered(&es);
	expect_junit(&es, &b);
	s = strbuf_str(&b);
	assert_non_null(strstr(s, "tests=\"4\" failures=\"1\" errors=\"1\" time=\"0.123\""));
	assert_non_null(strstr(s, "<testcase classname=\"nsdoctor\" name=\"a -&gt; b allow\" time=\"0.000\"/>"));
	assert_non_null(strstr(s, "<failure type=\"forward-drop\" message=\"a rule &quot;&lt;x&gt;&quot; &amp; "));
	assert_non_null(strstr(s, "<error type=\"unknown\" message=\"there is no namespace e\"/>"));
	expectations_free(&es);
}

static void json_lists_them(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	expectations es = { 0 };
	const char *s;

	answered(&es);
	expect_json(&es, &b);
	s = strbuf_str(&b);
	assert_non_null(strstr(s, "\"met\":2,\"surprises\":1,\"unknown\":1,"));
	assert_non_null(strstr(s, "{\"line\":3,\"source\":\"a\",\"destination\":\"d#1\",\"expected\":\"allow\","
				  "\"outcome\":\"surprise\",\"verdict\":\"unreachable\",\"code\":\"forward-drop\","));
	expectations_free(&es);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(wrong_lines_are_named),
		cmocka_unit_test(verdicts_are_held_against_expectations),
		cmocka_unit_test(tap_tells_the_cause),
		cmocka_unit_test(junit_counts_and_escapes),
		cmocka_unit_test(json_lists_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
