/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <linux/netlink.h>

#include "journal.h"

#define HEADER \
	"nsdoctor-journal 1 boot=0b5e0a0e-52c5-4a2f-8d0b-000000000001 uptime=7 time=8 pid=9\n"
#define FORWARD "op 0 sysctl ns=4:100 sysctl=net.ipv4.ip_forward value=1\n"
#define WAS(n)	"was " #n " value=0 table=0 chain=0 handle=0\n"

static struct journal *parse(const char *text)
{
	struct journal *j = NULL;

	assert_int_equal(journal_parse(text, &j), 0);
	assert_non_null(j);
	return j;
}

static void assert_writes(const struct journal *j, const char *expected)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	journal_serialize(j, &b);
	assert_string_equal(strbuf_str(&b), expected);
}

static void header(void **state)
{
	_cleanup_(journal_freep) struct journal *j = parse(HEADER "about netns1%208.8.8.8\n");

	assert_string_equal(j->boot, "0b5e0a0e-52c5-4a2f-8d0b-000000000001");
	assert_int_equal(j->uptime, 7);
	assert_int_equal(j->time, 8);
	assert_int_equal(j->pid, 9);
	assert_string_equal(j->about, "netns1 8.8.8.8");
	assert_int_equal(j->entries.n, 0);
	assert_int_equal(journal_kept(j), 0);
	assert_writes(j, HEADER "about netns1%208.8.8.8\n");
}

static void entries(void **state)
{
	static const char text[] =
		HEADER FORWARD
		"was 0 value=0 table=0 chain=0 handle=0 sysctl=1:net.ipv4.conf.a%20b.forwarding\n"
		"did 0\n"
		"op 1 nft-accept ns=4:101 family=2 table=filter chain=FORWARD before=7\n"
		"was 1 value=0 table=1 chain=1 handle=12\n"
		"did 1 handle=13 print=18446744073709551615\n"
		"gone 1\n"
		"op 2 link-up ns=4:100 if=3\n"
		"was 2 value=-1 table=0 chain=0 handle=0 "
		"message=1400000010000000000000000000000041424344\n";
	_cleanup_(journal_freep) struct journal *j = parse(text);
	const struct before *was;

	assert_int_equal(j->entries.n, 3);
	assert_int_equal(journal_kept(j), 2);
	was = &j->entries.v[0].change.before;
	assert_true(j->entries.v[0].did);
	assert_false(j->entries.v[0].gone);
	assert_int_equal(j->entries.v[0].change.ns_fd, -1);
	assert_int_equal(j->s->ns.v[j->entries.v[0].change.op.ns].inode, 100);
	assert_int_equal(was->sysctls.n, 1);
	assert_string_equal(was->sysctls.v[0].name, "net.ipv4.conf.a b.forwarding");
	assert_int_equal(was->sysctls.v[0].value, 1);
	was = &j->entries.v[1].change.before;
	assert_true(was->table);
	assert_true(was->chain);
	assert_int_equal(was->handle, 12);
	assert_int_equal(j->entries.v[1].change.op.handle, 13);
	assert_true(j->entries.v[1].change.print == UINT64_MAX);
	assert_true(j->entries.v[1].gone);
	was = &j->entries.v[2].change.before;
	assert_false(j->entries.v[2].did);
	assert_int_equal(was->value, -1);
	assert_int_equal(was->messages.n, 1);
	assert_int_equal(was->messages.v[0]->nlmsg_len, 20);
	assert_int_equal(was->messages.v[0]->nlmsg_type, 16);
	assert_memory_equal((char *)was->messages.v[0] + NLMSG_HDRLEN, "ABCD", 4);
	/* the same namespace is the same */
	assert_int_equal(j->entries.v[0].change.op.ns, j->entries.v[2].change.op.ns);
	assert_int_not_equal(j->entries.v[0].change.op.ns, j->entries.v[1].change.op.ns);
	assert_writes(j, text);
}

/* Killed while it wrote: the line without an end does not count. */
static void torn_lines(void **state)
{
	static const struct {
		const char *text;
		size_t entries, kept;
		bool did;
	} cases[] = {
		{ HEADER "op 0 sysctl ns=4:1", 0, 0, false },
		{ HEADER FORWARD, 0, 0, false },
		{ HEADER FORWARD "was 0 value=0 table=0 chain=0 handle=0", 0, 0, false },
		{ HEADER FORWARD WAS(0), 1, 1, false },
		{ HEADER FORWARD WAS(0) "did 0", 1, 1, false },
		{ HEADER FORWARD WAS(0) "did 0\n", 1, 1, true },
		{ HEADER FORWARD WAS(0) "did 0\ngone 0", 1, 1, true },
		{ HEADER FORWARD WAS(0) "did 0\ngone 0\n", 1, 0, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_(journal_freep) struct journal *j = parse(cases[i].text);

		assert_int_equal(j->entries.n, cases[i].entries);
		assert_int_equal(journal_kept(j), cases[i].kept);
		if (j->entries.n > 0)
			assert_int_equal(j->entries.v[0].did, cases[i].did);
	}
}

static void others_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"nsdoctor-journal 1 boot=x uptime=7 time=8 pid=9",
		"nsdoctor-journal 2 boot=x uptime=7 time=8 pid=9\n",
		"nsdoctor-journal 1 boot=x uptime=7 time=8\n",
		"nsdoctor-journal 1 boot=x uptime=7 time=8 pid=9 more=1\n",
		"nsdoctor-journal 1 boot=x time=8 uptime=7 pid=9\n",
		"nsdoctor-journal 1 boot=x uptime=-7 time=8 pid=9\n",
		"nsdoctor-journal 1 boot=0123456789012345678901234567890123456789 uptime=7 "
		"time=8 pid=9\n",
		HEADER "\n",
		HEADER "nonsense 0\n",
		HEADER "about %\n",
		HEADER "about a\nabout b\n",
		HEADER "op 1 sysctl ns=4:100 sysctl=a value=1\n",
		HEADER "op 0\n",
		HEADER "op 0 nonsense\n",
		HEADER WAS(0),
		HEADER "did 0\n",
		HEADER FORWARD "did 0\n",
		HEADER FORWARD "gone 0\n",
		HEADER FORWARD FORWARD,
		HEADER FORWARD WAS(1),
		HEADER FORWARD WAS(0) WAS(0),
		HEADER FORWARD WAS(0) "did 0\ndid 0\n",
		HEADER FORWARD WAS(0) "did 1\n",
		HEADER FORWARD WAS(0) "did 0 handle=1\n",
		HEADER FORWARD WAS(0) "did 0 handle=0 print=1\n",
		HEADER FORWARD WAS(0) "did 0 handle=1 print=1 \n",
		HEADER FORWARD WAS(0) "gone 0 0\n",
		HEADER FORWARD "was 0\n",
		HEADER FORWARD "was 0 value=0\n",
		HEADER FORWARD "was 0 value=0 table=2 chain=0 handle=0\n",
		HEADER FORWARD "was 0 value=0 table=0 chain=0 handle=0 sysctl=a\n",
		HEADER FORWARD "was 0 value=0 table=0 chain=0 handle=0 sysctl=1:%\n",
		HEADER FORWARD "was 0 value=0 table=0 chain=0 handle=0 message=\n",
		HEADER FORWARD "was 0 value=0 table=0 chain=0 handle=0 message=1\n",
		/* shorter and longer than it says */
		HEADER FORWARD "was 0 value=0 table=0 chain=0 handle=0 "
			       "message=14000000100000000000000000000000414243\n",
		HEADER FORWARD "was 0 value=0 table=0 chain=0 handle=0 "
			       "message=13000000100000000000000000000000" "41424344\n",
	};
	struct journal *j = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		assert_int_equal(journal_parse(texts[i], &j), -EINVAL);
	assert_null(j);
}

static void a_new_one_is_of_this_process(void **state)
{
	_cleanup_(journal_freep) struct journal *j = journal_new(), *back = NULL;
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	assert_int_equal(strlen(j->boot), 36);
	assert_int_equal(j->pid, getpid());
	assert_null(j->path);
	journal_serialize(j, &b);
	back = parse(strbuf_str(&b));
	assert_string_equal(back->boot, j->boot);
	assert_int_equal(back->uptime, j->uptime);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header),
		cmocka_unit_test(entries),
		cmocka_unit_test(torn_lines),
		cmocka_unit_test(others_are_refused),
		cmocka_unit_test(a_new_one_is_of_this_process),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
