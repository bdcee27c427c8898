/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "strbuf.h"

static void empty_is_the_empty_string(void **state)
{
	struct strbuf b = { 0 };
	char *s;

	assert_string_equal(strbuf_str(&b), "");
	s = strbuf_take(&b);
	assert_string_equal(s, "");
	free(s);
	strbuf_done(&b);
	strbuf_done(&b);
}

static void adding_appends(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	strbuf_puts(&b, "veth");
	strbuf_putc(&b, '0');
	strbuf_add(&b, " port of", 5);
	strbuf_add(&b, NULL, 0);
	strbuf_printf(&b, " %s/%d", "br", 16);
	assert_string_equal(strbuf_str(&b), "veth0 port br/16");
	assert_int_equal(b.n, strlen("veth0 port br/16"));
}

static void growing_keeps_the_text(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	for (int i = 0; i < 10000; i++)
		strbuf_putc(&b, (char)('a' + i % 26));
	assert_int_equal(b.n, 10000);
	assert_int_equal(strlen(strbuf_str(&b)), 10000);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(b.s[i], 'a' + i % 26);
}

static void printf_longer_than_the_buffer(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	strbuf_printf(&b, "%s%*d", "", 5000, 7);
	assert_int_equal(b.n, 5000);
	assert_int_equal(b.s[4999], '7');
	assert_int_equal(b.s[0], ' ');
	strbuf_printf(&b, "%s", "");
	assert_int_equal(b.n, 5000);
}

static void take_leaves_it_empty(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	_cleanup_(freep) char *first = NULL;

	strbuf_puts(&b, "first");
	first = strbuf_take(&b);
	assert_string_equal(first, "first");
	assert_string_equal(strbuf_str(&b), "");
	strbuf_puts(&b, "second");
	assert_string_equal(strbuf_str(&b), "second");
}

static void assert_visible(const char *text, const char *expected)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	strbuf_visible(&b, text);
	assert_string_equal(strbuf_str(&b), expected);
}

static void visible_leaves_text_alone(void **state)
{
	assert_visible("", "");
	assert_visible("eth0 ~!", "eth0 ~!");
	/* two, three and four bytes of UTF-8, the first and the last of each length */
	assert_visible("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	assert_visible("\xc2\xa0\xdf\xbf", "\xc2\xa0\xdf\xbf");
	assert_visible("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd",
		       "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbd");
	assert_visible("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

static void visible_shows_control_characters(void **state)
{
	assert_visible("\033[2Jx", "\\x1b[2Jx");
	assert_visible("a\nb\tc\r", "a\\x0ab\\x09c\\x0d");
	assert_visible("\x7f", "\\x7f");
	/* U+009B is another way to write ESC [ */
	assert_visible("\xc2\x9b" "1m", "\\xc2\\x9b1m");
	assert_visible("\xc2\x80\xc2\x9f", "\\xc2\\x80\\xc2\\x9f");
}

/* What turns text around or hides between it, and its neighbours that do not */
static void visible_shows_what_deceives(void **state)
{
	assert_visible("a\xd8\x9c" "b", "a\\u061cb");
	assert_visible("\xe2\x80\x8b\xe2\x80\x8f\xe2\x80\xae\xe2\x81\xa9", "\\u200b\\u200f\\u202e\\u2069");
	assert_visible("\xef\xbb\xbf\xef\xbf\xbf", "\\ufeff\\uffff");
	assert_visible("\xd8\x9b\xe2\x80\x90\xe2\x80\xaf", "\xd8\x9b\xe2\x80\x90\xe2\x80\xaf");
}

static void visible_shows_broken_utf8(void **state)
{
	assert_visible("\xff\xfe", "\\xff\\xfe");
	assert_visible("\x80", "\\x80");
	assert_visible("\xc3", "\\xc3");
	assert_visible("\xc3" "a", "\\xc3a");
	assert_visible("\xe2\x82", "\\xe2\\x82");
	assert_visible("\xf0\x9f\x98", "\\xf0\\x9f\\x98");
	/* overlong forms, a surrogate, beyond U+10FFFF */
	assert_visible("\xc0\xaf", "\\xc0\\xaf");
	assert_visible("\xe0\x80\x9b", "\\xe0\\x80\\x9b");
	assert_visible("\xed\xa0\x80", "\\xed\\xa0\\x80");
	assert_visible("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
}

static void visible_appends(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	strbuf_puts(&b, "name ");
	strbuf_visible(&b, "\x01");
	strbuf_visible(&b, "x");
	assert_string_equal(strbuf_str(&b), "name \\x01x");
}

static void quoted_escapes_quotes(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	strbuf_quoted(&b, "a\"b\\c\n");
	assert_string_equal(strbuf_str(&b), "\"a\\\"b\\\\c\\\\x0a\"");
}

static void columns_are_characters(void **state)
{
	assert_int_equal(text_columns("gr\xc3\xbc\xc3\x9f"), 4);
	assert_int_equal(text_fits("gr\xc3\xbc\xc3\x9f", 3), 4);
	assert_int_equal(text_fits("gr", 3), 2);
	assert_int_equal(text_fits("gr", 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_is_the_empty_string),
		cmocka_unit_test(adding_appends),
		cmocka_unit_test(growing_keeps_the_text),
		cmocka_unit_test(printf_longer_than_the_buffer),
		cmocka_unit_test(take_leaves_it_empty),
		cmocka_unit_test(visible_leaves_text_alone),
		cmocka_unit_test(visible_shows_control_characters),
		cmocka_unit_test(visible_shows_what_deceives),
		cmocka_unit_test(visible_shows_broken_utf8),
		cmocka_unit_test(visible_appends),
		cmocka_unit_test(quoted_escapes_quotes),
		cmocka_unit_test(columns_are_characters),
	};

	return cmocka_run_group_tests_name("strbuf", tests, NULL, NULL);
}
