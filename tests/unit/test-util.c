/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#include "util.h"
#include "vec.h"

/* A file of n bytes 'x' that has no name any more; ret_path leads to it through our own descriptor. */
static int file_of(size_t n, char *ret_path, size_t size)
{
	FILE *f = tmpfile();
	int fd;

	assert_non_null(f);
	for (size_t i = 0; i < n; i++)
		fputc('x', f);
	fflush(f);
	fd = dup(fileno(f));
	fclose(f);
	assert_true(fd >= 0);
	snprintf(ret_path, size, "/proc/self/fd/%d", fd);
	return fd;
}

static void strings_compare(void **state)
{
	assert_true(streq("br0", "br0"));
	assert_false(streq("br0", "br01"));
	assert_true(str_starts("pid:71", "pid:"));
	assert_true(str_starts("pid:", "pid:"));
	assert_true(str_starts("x", ""));
	assert_false(str_starts("pi", "pid:"));
}

static void memory_is_zeroed_and_never_null(void **state)
{
	uint8_t *p = xcalloc(16, 1), *none = xcalloc(0, 0);

	for (int i = 0; i < 16; i++)
		assert_int_equal(p[i], 0);
	assert_non_null(none);
	free(none);
	p = xreallocarray(p, 0, 8);
	assert_non_null(p);
	free(p);
}

static void memdup_adds_a_nul(void **state)
{
	_cleanup_(freep) char *s = xmemdup("eth0garbage", 4);
	_cleanup_(freep) char *none = xmemdup(NULL, 0);

	assert_string_equal(s, "eth0");
	assert_string_equal(none, "");
}

static void asprintf_formats(void **state)
{
	_cleanup_(freep) char *s = xasprintf("%s/%d", "10.0.0.0", 8);

	assert_string_equal(s, "10.0.0.0/8");
}

static void copy_cuts_what_does_not_fit(void **state)
{
	char d[5];

	memset(d, 'x', sizeof(d));
	str_copy(d, sizeof(d), "lo");
	assert_string_equal(d, "lo");
	str_copy(d, sizeof(d), "veth");
	assert_string_equal(d, "veth");
	str_copy(d, sizeof(d), "veth0");
	assert_string_equal(d, "veth");
	memset(d, 'x', sizeof(d));
	str_copy(d, 1, "veth0");
	assert_string_equal(d, "");
	assert_int_equal(d[1], 'x');
}

static void clocks_go_forward(void **state)
{
	uint64_t a = now_us(), b = now_us();

	assert_true(a > 0);
	assert_true(b >= a);
	assert_true(wall_us() > UINT64_C(1600000000) * 1000000);
}

static void read_file_reads_up_to_the_limit(void **state)
{
	char path[64];
	_cleanup_(closep) int fd = file_of(100, path, sizeof(path));
	_cleanup_(freep) char *whole = NULL, *more = NULL;

	assert_int_equal(read_file(path, 100, &whole), 0);
	assert_int_equal(strlen(whole), 100);
	assert_int_equal(read_file(path, 4096, &more), 0);
	assert_int_equal(strlen(more), 100);
}

static void read_file_refuses_without_touching_the_result(void **state)
{
	char path[64], mark[] = "mark";
	_cleanup_(closep) int fd = file_of(100, path, sizeof(path));
	char *text = mark;

	assert_int_equal(read_file(path, 99, &text), -EFBIG);
	assert_int_equal(read_file("/proc/self/no-such-file", 99, &text), -ENOENT);
	assert_int_equal(read_file("/proc/self", 99, &text), -EISDIR);
	assert_ptr_equal(text, mark);
}

static void read_file_takes_an_empty_file(void **state)
{
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(read_file("/dev/null", 10, &text), 0);
	assert_string_equal(text, "");
}

static void random_bytes_fill_the_whole_buffer(void **state)
{
	uint8_t a[300] = { 0 }, b[300] = { 0 };
	uint8_t tail = 0;

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	for (size_t i = sizeof(a) - 16; i < sizeof(a); i++)
		tail |= a[i];
	assert_int_not_equal(tail, 0);
}

static void cleanups_take_nothing(void **state)
{
	int closed = -1;
	void *none = NULL;

	closep(&closed);
	freep(&none);
}

static void vec_grows_zeroed(void **state)
{
	struct pair {
		int key;
		const char *name;
	};
	VEC(struct pair) v = { 0 };

	for (int i = 0; i < 100; i++) {
		struct pair *p = vec_add(&v);

		assert_int_equal(p->key, 0);
		assert_null(p->name);
		p->key = i;
	}
	assert_int_equal(v.n, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(v.v[i].key, i);
	vec_free(&v);
	assert_int_equal(v.n, 0);
	assert_null(v.v);
}

static void vec_each_walks_in_order(void **state)
{
	VEC(int) v = { 0 };
	int sum = 0, last = 0;

	vec_each(p, &v)
		fail_msg("an empty vec has %d", *p);
	for (int i = 1; i <= 20; i++)
		vec_push(&v, i);
	vec_each(p, &v) {
		assert_true(*p > last);
		last = *p;
		sum += *p;
	}
	assert_int_equal(sum, 210);
	vec_free(&v);
}

static void vec_remove_keeps_the_order(void **state)
{
	VEC(int) v = { 0 };

	for (int i = 0; i < 5; i++)
		vec_push(&v, i);
	vec_remove(&v, 4);
	vec_remove(&v, 0);
	vec_remove(&v, 1);
	assert_int_equal(v.n, 2);
	assert_int_equal(v.v[0], 1);
	assert_int_equal(v.v[1], 3);
	vec_free(&v);
}

static void vec_copy_is_independent(void **state)
{
	VEC(int) v = { 0 };
	__typeof__(v) empty = { 0 }, copy;

	vec_push(&v, 7);
	vec_copy(&copy, &v);
	v.v[0] = 8;
	vec_push(&copy, 9);
	assert_int_equal(copy.n, 2);
	assert_int_equal(copy.v[0], 7);
	assert_int_equal(copy.v[1], 9);
	vec_free(&copy);
	vec_copy(&copy, &empty);
	assert_int_equal(copy.n, 0);
	vec_push(&copy, 1);
	assert_int_equal(copy.v[0], 1);
	vec_free(&copy);
	vec_free(&v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_compare),
		cmocka_unit_test(memory_is_zeroed_and_never_null),
		cmocka_unit_test(memdup_adds_a_nul),
		cmocka_unit_test(asprintf_formats),
		cmocka_unit_test(copy_cuts_what_does_not_fit),
		cmocka_unit_test(clocks_go_forward),
		cmocka_unit_test(read_file_reads_up_to_the_limit),
		cmocka_unit_test(read_file_refuses_without_touching_the_result),
		cmocka_unit_test(read_file_takes_an_empty_file),
		cmocka_unit_test(random_bytes_fill_the_whole_buffer),
		cmocka_unit_test(cleanups_take_nothing),
		cmocka_unit_test(vec_grows_zeroed),
		cmocka_unit_test(vec_each_walks_in_order),
		cmocka_unit_test(vec_remove_keeps_the_order),
		cmocka_unit_test(vec_copy_is_independent),
	};

	return cmocka_run_group_tests_name("util", tests, NULL, NULL);
}
