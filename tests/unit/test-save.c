/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <linux/netlink.h>
#include <math.h>

#include "collect.h"
#include "collect/collector.h"
#include "pack.h"
#include "replay.h"

/* --- values ---------------------------------------------------------------- */

struct values {
	uint32_t number;
	bool yes, no;
	char *text, *none;
	struct addr four, six, unset;
	int index, error;
};

static void pack_values(struct pack *p, struct values *v)
{
	pack_int(p, &v->number);
	pack_bool(p, &v->yes);
	pack_bool(p, &v->no);
	pack_text(p, &v->text);
	pack_text(p, &v->none);
	pack_addr(p, &v->four);
	pack_addr(p, &v->six);
	pack_addr(p, &v->unset);
	pack_index(p, &v->index, -1, 3);
	pack_error(p, &v->error, false);
}

static void values_come_back(void **state)
{
	struct values v = { .number = 0xdeadbeef, .yes = true, .text = (char *)"netns1", .index = -1,
			    .error = -ENOENT }, got = { 0 };
	struct strbuf b = { 0 };
	struct pack p = { .out = &b };

	addr_parse("192.0.2.1", &v.four);
	addr_parse("2001:db8::1", &v.six);
	pack_values(&p, &v);
	p = (struct pack){ .in = (const uint8_t *)strbuf_str(&b), .n = b.n };
	pack_values(&p, &got);
	assert_true(pack_ok(&p));
	assert_int_equal(p.at, b.n);
	assert_int_equal(got.number, 0xdeadbeef);
	assert_true(got.yes && !got.no);
	assert_string_equal(got.text, "netns1");
	assert_null(got.none);
	assert_true(addr_eq(&got.four, &v.four) && addr_eq(&got.six, &v.six));
	assert_false(addr_is_set(&got.unset));
	assert_int_equal(got.index, -1);
	assert_int_equal(got.error, -ENOENT);
	free(got.text);
	strbuf_done(&b);
}

/* Cut anywhere, nothing is read beyond the end, and it is noticed. */
static void values_cut_short_are_wrong(void **state)
{
	struct values v = { .text = (char *)"netns1" };
	struct strbuf b = { 0 };
	struct pack p = { .out = &b };

	pack_values(&p, &v);
	for (size_t n = 0; n < b.n; n++) {
		_cleanup_(freep) char *bytes = xmemdup(strbuf_str(&b), n);
		struct values got = { 0 };

		p = (struct pack){ .in = (const uint8_t *)bytes, .n = n };
		pack_values(&p, &got);
		assert_false(pack_ok(&p));
		free(got.text);
		free(got.none);
	}
	strbuf_done(&b);
}

static struct pack reading(const void *bytes, size_t n)
{
	return (struct pack){ .in = bytes, .n = n };
}

static void what_cannot_be_is_wrong(void **state)
{
	static const uint8_t two[] = { 2 }, family[] = { 7, 1, 2, 3, 4 };
	static const int32_t minus_two = -2, three = 3, positive = 1, far = -5000;
	static const uint32_t many = 0x10000000;
	struct pack p = reading(two, sizeof(two));
	struct addr a;
	bool yes = false;
	int i = 0;

	pack_bool(&p, &yes);
	assert_false(pack_ok(&p));
	p = reading(family, sizeof(family));
	pack_addr(&p, &a);
	assert_false(pack_ok(&p));
	assert_false(addr_is_set(&a));
	p = reading(&minus_two, sizeof(minus_two));
	pack_index(&p, &i, -1, 3);
	assert_false(pack_ok(&p));
	p = reading(&three, sizeof(three));
	pack_index(&p, &i, -1, 3);
	assert_false(pack_ok(&p));
	p = reading(&positive, sizeof(positive));
	pack_error(&p, &i, false);
	assert_false(pack_ok(&p));
	p = reading(&positive, sizeof(positive));
	pack_error(&p, &i, true);
	assert_true(pack_ok(&p));
	p = reading(&far, sizeof(far));
	pack_error(&p, &i, true);
	assert_false(pack_ok(&p));
	p = reading(&many, sizeof(many));
	assert_int_equal(pack_count(&p, 0, 1), 0);
	assert_false(pack_ok(&p));
}

static const struct options as_it_was;

/* --- files ----------------------------------------------------------------- */

/* A host that knows nothing but one switch. */
static struct strbuf a_file_that_took(double ms)
{
	struct options o = { .no_probe = true };
	struct run run = { .options = &o, .source = { .kind = TARGET_HOST, .text = (char *)"host" },
			   .destination = { .kind = TARGET_ADDRESS, .text = (char *)"192.0.2.1" } };
	struct probe *probe;
	struct strbuf b = { 0 };
	struct flow flow;
	struct round r;

	round_begin(&r, &run, NULL);
	r.replayed = true;
	snapshot_add(r.s, "host", 4026531840);
	collect_take_text(r.s, &r.s->ns.v[0], COLLECT_SYSCTL, "net.ipv4.icmp_echo_ignore_all=1");
	r.s->ns.v[0].error[COLLECT_ROUTE] = -EPERM;
	addr_parse("192.0.2.1", &r.dst);
	probe = vec_add(&r.plan.probes);
	*probe = (struct probe){ .dst = r.dst, .size = 84, .question = true, .rtt_us = -1 };
	flow = (struct flow){ .dst_ns = -1, .dst = r.dst, .size = 84 };
	vec_push(&r.paths, round_predict(&r, &flow));
	round_describe(&r);
	round_judge(&r);
	r.d->total_ms = ms;
	assert_int_equal(save_round(&r, &b), 0);
	round_done(&r, true);
	diagnosis_free(r.d);
	return b;
}

static struct strbuf a_file(void)
{
	return a_file_that_took(0);
}

static int parse(const void *bytes, size_t n, char **ret_error)
{
	/* exactly as long as it is, so that a sanitizer sees who reads beyond */
	_cleanup_(freep) char *copy = xmemdup(bytes, n);
	struct saved s;
	int err = save_parse(copy, n, &s, ret_error);

	replay_forget(&s);
	return err;
}

static void a_file_comes_back(void **state)
{
	struct strbuf b = a_file();
	char *error = NULL;
	struct diagnosis *d;
	struct saved s;

	assert_int_equal(save_parse(b.s, b.n, &s, &error), 0);
	assert_int_equal(s.round.s->ns.n, 1);
	assert_string_equal(s.round.s->ns.v[0].name, "host");
	assert_int_equal(s.round.s->ns.v[0].icmp_echo_ignore_all, 1);
	assert_int_equal(s.round.s->ns.v[0].error[COLLECT_ROUTE], -EPERM);
	d = replay(&s, &as_it_was);
	assert_true(d->no_probe);
	assert_string_equal(d->source.name, "host");
	diagnosis_free(d);
	strbuf_done(&b);
}

static void a_time_that_no_run_takes_is_none(void **state)
{
	static const double times[][2] = { { 12.5, 12.5 }, { 1e300, 0 }, { -1, 0 }, { NAN, 0 }, { INFINITY, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct strbuf b = a_file_that_took(times[i][0]);
		char *error = NULL;
		struct saved s;

		assert_int_equal(save_parse(b.s, b.n, &s, &error), 0);
		assert_true(s.round.d->total_ms == times[i][1]);
		replay_forget(&s);
		strbuf_done(&b);
	}
}

static void a_damaged_file_is_none(void **state)
{
	struct strbuf b = a_file();

	for (size_t n = 0; n < b.n; n++) {
		_cleanup_(freep) char *error = NULL;

		assert_int_equal(parse(b.s, n, &error), -EBADMSG);
		assert_non_null(error);
	}
	for (size_t i = 0; i < b.n; i++) {
		_cleanup_(freep) char *error = NULL;

		/* the word that says nothing yet */
		if (i >= 28 && i < 32)
			continue;
		b.s[i] ^= 0x41;
		assert_true(parse(b.s, b.n, &error) < 0);
		assert_non_null(error);
		b.s[i] ^= 0x41;
	}
	strbuf_done(&b);
}

/* Who asks nobody learns nothing, but is not kept asking. */
static void what_is_lacking_stays_unknown(void **state)
{
	struct snapshot *s = snapshot_new();
	struct need rules = { .kind = NEED_RULES, .family = 2, .table = "filter", .name = "FORWARD" };
	const struct need ipset = { .kind = NEED_IPSET, .table = "", .name = "" };
	struct nft_chain *chain;

	snapshot_add(s, "host", 1);
	chain = vec_add(&s->ns.v[0].chains);
	*chain = (struct nft_chain){ .family = 2, .table = snapshot_intern(s, "filter"),
				     .name = snapshot_intern(s, "FORWARD"), .unread = true };
	snapshot_need(s, &rules);
	snapshot_need(s, &ipset);
	assert_int_equal(collect_needs(s, NULL), 1);
	assert_int_equal(collect_needs(s, NULL), 0);
	assert_true(chain->unread);
	assert_int_equal(chain->error, -ENODATA);
	assert_int_equal(s->ns.v[0].ipsets.n, 1);
	assert_int_equal(s->ns.v[0].ipsets.v[0].error, -ENODATA);
	snapshot_free(s);
}

/* Also where the checksum does not see it. */
static void a_wrong_body_is_survived(void **state)
{
	struct strbuf b = a_file();
	const size_t head = 48;

	for (size_t i = head; i < b.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			struct saved s;

			b.s[i] ^= (char)(1 << bit);
			if (save_parse_body(b.s + head, b.n - head, &s) == 0)
				diagnosis_free(replay(&s, &as_it_was));
			else
				replay_forget(&s);
			b.s[i] ^= (char)(1 << bit);
		}
	}
	strbuf_done(&b);
}

/* What the fuzzer begins with would be lost on it otherwise; new ones are files of --save without their head. */
static void seeds_of_the_fuzzer_are_files(void **state)
{
	static const char *const names[] = { "dnat-missing", "forward-drop.in-nft", "forward-drop.ipset",
					     "forward-drop.legacy-rule" };
	const char *srcdir = getenv("srcdir");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_(freep) char *path = xasprintf("%s/tests/fuzz/fuzz-saved/%s", srcdir ? srcdir : ".", names[i]);
		_cleanup_(freep) char *bytes = NULL;
		struct saved s;
		size_t n;

		assert_int_equal(read_input(path, 1 << 20, &bytes, &n), 0);
		assert_int_equal(save_parse_body(bytes, n, &s), 0);
		replay_forget(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_back),
		cmocka_unit_test(values_cut_short_are_wrong),
		cmocka_unit_test(what_cannot_be_is_wrong),
		cmocka_unit_test(a_file_comes_back),
		cmocka_unit_test(a_time_that_no_run_takes_is_none),
		cmocka_unit_test(a_damaged_file_is_none),
		cmocka_unit_test(what_is_lacking_stays_unknown),
		cmocka_unit_test(a_wrong_body_is_survived),
		cmocka_unit_test(seeds_of_the_fuzzer_are_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
