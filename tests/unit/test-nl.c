/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket's other end is a thread here that answers request by request as the script says. */
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>

#include "nl.h"

/* One message of an answer. */
struct said {
	uint16_t type, flags;
	int value;       /* payload: an error, or just a number */
	int seq_off;     /* added to the request's sequence number */
	uint32_t len;    /* claimed length; 0: the true one */
	bool ends;       /* the datagram ends here */
	bool answered;   /* and the answer, too: the next message is for the next request */
};

#define MESSAGE(v)  { .type = 20, .flags = NLM_F_MULTI, .value = v }
#define PART_END(v) { .type = 20, .flags = NLM_F_MULTI, .value = v, .ends = true }
#define ERROR(e)    { .type = NLMSG_ERROR, .value = e, .ends = true, .answered = true }
#define DONE(e)     { .type = NLMSG_DONE, .flags = NLM_F_MULTI, .value = e, .ends = true, \
		      .answered = true }

struct kernel {
	int fd;
	const struct said *script;
	size_t n;
	int requests;
	struct nlmsghdr last; /* the request's header */
	pthread_t thread;
	struct nl *nl;
};

static void send_said(const struct kernel *k, const struct said *from, const struct said *to)
{
	_Alignas(4) char datagram[1024] = { 0 };
	size_t n = 0;

	for (const struct said *s = from; s < to; s++, n += NLMSG_SPACE(sizeof(int))) {
		struct nlmsghdr *nlh = (struct nlmsghdr *)(datagram + n);

		nlh->nlmsg_len = s->len ? s->len : NLMSG_LENGTH(sizeof(int));
		nlh->nlmsg_type = s->type;
		nlh->nlmsg_flags = s->flags;
		nlh->nlmsg_seq = k->last.nlmsg_seq + (uint32_t)s->seq_off;
		memcpy(NLMSG_DATA(nlh), &s->value, sizeof(s->value));
	}
	assert_int_equal(send(k->fd, datagram, n, 0), n);
}

static void *serve(void *arg)
{
	struct kernel *k = arg;
	const struct said *from = k->script, *end = k->script + k->n;

	while (from < end) {
		const struct said *to = from;

		if (recv(k->fd, &k->last, sizeof(k->last), 0) < (ssize_t)sizeof(k->last))
			break;
		k->requests++;
		for (bool answered = false; !answered && to < end; from = to) {
			while (to < end && !to->ends)
				to++;
			answered = to->answered;
			send_said(k, from, ++to);
		}
	}
	return NULL;
}

static void start(struct kernel *k, const struct said *script, size_t n)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	*k = (struct kernel){ .fd = pair[1], .script = script, .n = n };
	assert_int_equal(nl_adopt(pair[0], &k->nl), 0);
	assert_int_equal(pthread_create(&k->thread, NULL, serve, k), 0);
}

static void stop(struct kernel *k)
{
	nl_close(k->nl);
	shutdown(k->fd, SHUT_RDWR);
	pthread_join(k->thread, NULL);
	close(k->fd);
}

static struct nlmsghdr *any_request(struct nl_buf *b)
{
	return nl_put(b, 18, 0, "abcd", 4);
}

static int value_of(const struct nlmsghdr *nlh)
{
	const int *v = nl_header(nlh, sizeof(*v));

	assert_non_null(v);
	return *v;
}

static int sum_up(const struct nlmsghdr *nlh, void *arg)
{
	*(int *)arg += value_of(nlh);
	return value_of(nlh) == 13 ? -ELOOP : 0;
}

typedef int (*sender)(struct nl *nl, struct nlmsghdr *nlh, nl_message f, void *arg);

static int send_by(sender way, uint16_t flags, const struct said *script, size_t n, int *ret_sum)
{
	struct kernel k;
	struct nl_buf b;
	int r;

	*ret_sum = 0;
	start(&k, script, n);
	r = way(k.nl, any_request(&b), sum_up, ret_sum);
	stop(&k);
	assert_int_equal(k.requests, 1);
	assert_int_equal(k.last.nlmsg_flags, NLM_F_REQUEST | flags);
	return r;
}

static int ask(const struct said *script, size_t n, int *ret_sum)
{
	return send_by(nl_request, NLM_F_ACK, script, n, ret_sum);
}

static int dump_each(const struct said *script, size_t n, int *ret_sum)
{
	return send_by(nl_dump_each, NLM_F_DUMP, script, n, ret_sum);
}

static int dump_some(const struct said *script, size_t n, nl_keep keep, void *arg, struct nl_dump *ret,
		     int *ret_requests)
{
	struct kernel k;
	struct nl_buf b;
	int r;

	start(&k, script, n);
	r = nl_dump_some(k.nl, any_request(&b), keep, arg, ret);
	stop(&k);
	*ret_requests = k.requests;
	assert_int_equal(k.last.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	return r;
}

static int dump(const struct said *script, size_t n, struct nl_dump *ret, int *ret_requests)
{
	return dump_some(script, n, NULL, NULL, ret, ret_requests);
}

static void a_request_gives_its_answer(void **state)
{
	const struct said script[] = { MESSAGE(3), PART_END(4), ERROR(0) };
	int sum;

	assert_int_equal(ask(script, ARRAY_SIZE(script), &sum), 0);
	assert_int_equal(sum, 7);
}

static void the_kernels_refusal_comes_back(void **state)
{
	const struct said script[] = { ERROR(-ENODEV) };
	int sum;

	assert_int_equal(ask(script, ARRAY_SIZE(script), &sum), -ENODEV);
	assert_int_equal(sum, 0);
}

static void a_callback_ends_the_request(void **state)
{
	const struct said script[] = { MESSAGE(1), MESSAGE(13), MESSAGE(5), ERROR(0) };
	int sum;

	assert_int_equal(ask(script, ARRAY_SIZE(script), &sum), -ELOOP);
	assert_int_equal(sum, 14);
}

static void answers_to_others_are_passed_over(void **state)
{
	const struct said script[] = {
		{ .type = 20, .value = 100, .seq_off = -1 },
		{ .type = NLMSG_ERROR, .value = -EPERM, .seq_off = 7 },
		{ .type = NLMSG_NOOP, .value = 50 },
		MESSAGE(2), ERROR(0),
	};
	int sum;

	assert_int_equal(ask(script, ARRAY_SIZE(script), &sum), 0);
	assert_int_equal(sum, 2);
}

static void a_message_longer_than_its_datagram_is_refused(void **state)
{
	const struct said longer = { .type = 20, .len = 400, .ends = true, .answered = true };
	const struct said negative = { .type = 20, .len = ~15u, .ends = true, .answered = true };
	const struct said bare = { .type = NLMSG_ERROR, .len = 16, .ends = true, .answered = true };
	const struct said positive = ERROR(1);
	int sum;

	assert_int_equal(ask(&longer, 1, &sum), -EBADMSG);
	assert_int_equal(ask(&negative, 1, &sum), -EBADMSG);
	assert_int_equal(ask(&bare, 1, &sum), -EBADMSG);
	assert_int_equal(ask(&positive, 1, &sum), -EBADMSG);
	assert_int_equal(sum, 0);
}

static void a_dump_is_gathered(void **state)
{
	const struct said script[] = {
		MESSAGE(1), PART_END(2), MESSAGE(3), DONE(0),
	};
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int requests;

	assert_int_equal(dump(script, ARRAY_SIZE(script), &d, &requests), 0);
	assert_int_equal(d.messages.n, 3);
	assert_int_equal(d.blocks.n, 2);
	for (int i = 0; i < 3; i++)
		assert_int_equal(value_of(d.messages.v[i]), i + 1);
	assert_false(d.interrupted);
	assert_int_equal(requests, 1);
}

/* The first one, and even values. */
static bool keep_even(const struct nlmsghdr *nlh, size_t n, void *arg)
{
	*(int *)arg += 1;
	return n == 0 || value_of(nlh) % 2 == 0;
}

static void of_a_dump_only_some_is_kept(void **state)
{
	const struct said again = { .type = NLMSG_DONE, .flags = NLM_F_MULTI | NLM_F_DUMP_INTR,
				    .ends = true, .answered = true };
	const struct said script[] = {
		MESSAGE(9), MESSAGE(4), again, MESSAGE(1), PART_END(2), MESSAGE(3), MESSAGE(6), DONE(0),
	};
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int requests, asked = 0;

	assert_int_equal(dump_some(script, ARRAY_SIZE(script), keep_even, &asked, &d, &requests), 0);
	assert_int_equal(asked, 6);
	assert_int_equal(requests, 2);
	assert_int_equal(d.total, 4);
	assert_int_equal(d.messages.n, 3);
	assert_int_equal(d.blocks.n, 3);
	assert_int_equal(value_of(d.messages.v[0]), 1);
	assert_int_equal(value_of(d.messages.v[1]), 2);
	assert_int_equal(value_of(d.messages.v[2]), 6);
}

static void a_dump_is_given_as_it_comes(void **state)
{
	const struct said whole[] = { MESSAGE(1), PART_END(2), MESSAGE(3), DONE(0) };
	const struct said moving[] = {
		{ .type = 20, .flags = NLM_F_MULTI | NLM_F_DUMP_INTR, .value = 2 }, MESSAGE(5), DONE(0),
	};
	const struct said ended[] = { MESSAGE(1), DONE(-EINTR) };
	const struct said enough[] = { MESSAGE(13), MESSAGE(1), DONE(0) };
	int sum;

	assert_int_equal(dump_each(whole, ARRAY_SIZE(whole), &sum), 0);
	assert_int_equal(sum, 6);
	assert_int_equal(dump_each(moving, ARRAY_SIZE(moving), &sum), 0);
	assert_int_equal(sum, 7);
	assert_int_equal(dump_each(ended, ARRAY_SIZE(ended), &sum), -EINTR);
	assert_int_equal(sum, 1);
	assert_int_equal(dump_each(enough, ARRAY_SIZE(enough), &sum), -ELOOP);
	assert_int_equal(sum, 13);
}

static void an_interrupted_dump_is_read_again(void **state)
{
	const struct said script[] = {
		MESSAGE(1),
		{ .type = 20, .flags = NLM_F_MULTI | NLM_F_DUMP_INTR, .value = 2 },
		DONE(0),
		MESSAGE(5),
		DONE(0),
	};
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int requests;

	assert_int_equal(dump(script, ARRAY_SIZE(script), &d, &requests), 0);
	assert_int_equal(d.messages.n, 1);
	assert_int_equal(value_of(d.messages.v[0]), 5);
	assert_false(d.interrupted);
	assert_int_equal(requests, 2);
}

/* The flag may stand on the end alone, when the last message had already gone. */
static void a_dump_that_never_holds_still_says_so(void **state)
{
	const struct said end = { .type = NLMSG_DONE, .flags = NLM_F_MULTI | NLM_F_DUMP_INTR,
				  .ends = true, .answered = true };
	const struct said script[] = {
		MESSAGE(1), end, MESSAGE(2), end, MESSAGE(3), end, MESSAGE(4), end, MESSAGE(5), end,
	};
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int requests;

	assert_int_equal(dump(script, ARRAY_SIZE(script), &d, &requests), 0);
	assert_true(d.interrupted);
	assert_int_equal(requests, 4);
	assert_int_equal(d.messages.n, 1);
	assert_int_equal(value_of(d.messages.v[0]), 4);
}

static void a_dump_can_fail(void **state)
{
	const struct said refused[] = { ERROR(-EOPNOTSUPP) };
	const struct said late[] = { MESSAGE(1), DONE(-EPERM) };
	const struct said changed[] = { MESSAGE(1), DONE(-EINTR), MESSAGE(2), DONE(0) };
	_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
	int requests;

	assert_int_equal(dump(refused, ARRAY_SIZE(refused), &d, &requests), -EOPNOTSUPP);
	assert_int_equal(dump(late, ARRAY_SIZE(late), &d, &requests), -EPERM);
	assert_int_equal(d.messages.n + d.blocks.n, 0);
	assert_int_equal(dump(changed, ARRAY_SIZE(changed), &d, &requests), 0);
	assert_int_equal(requests, 2);
	assert_int_equal(value_of(d.messages.v[0]), 2);
}

static void what_is_no_socket_comes_back(void **state)
{
	struct nl *nl = (struct nl *)state;

	assert_int_equal(nl_adopt(-EMFILE, &nl), -EMFILE);
	assert_ptr_equal(nl, state);
	nl_close(NULL);
}

static void a_batch_reads_all_there_is(void **state)
{
	const struct said script[] = {
		{ .type = 20, .value = 1, .seq_off = 5 },
		{ .type = NLMSG_ERROR, .value = 0, .ends = true },
		{ .type = NLMSG_ERROR, .value = -EEXIST, .seq_off = 2, .ends = true },
		{ .type = NLMSG_ERROR, .value = -ENOENT, .seq_off = 3, .ends = true },
	};
	struct kernel k = { .script = script };
	int pair[2], sum = 0;
	struct nl_buf b;
	struct nlmsghdr *nlh = any_request(&b);

	/* here everything waits already, as it does after the kernel's sendmsg() */
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	k.fd = pair[1];
	assert_int_equal(nl_adopt(pair[0], &k.nl), 0);
	send_said(&k, script, script + 2);
	assert_int_equal(nl_batch(k.nl, nlh, nlh->nlmsg_len, sum_up, &sum), 0);
	assert_int_equal(sum, 1);
	send_said(&k, script, script + 2);
	send_said(&k, script + 2, script + 3);
	send_said(&k, script + 3, script + 4);
	assert_int_equal(nl_batch(k.nl, nlh, nlh->nlmsg_len, NULL, NULL), -EEXIST);
	/* and nothing is left of it */
	assert_int_equal(nl_batch(k.nl, nlh, nlh->nlmsg_len, NULL, NULL), 0);
	nl_close(k.nl);
	close(k.fd);
}

static void a_request_is_all_ours(void **state)
{
	struct nl_buf b;
	struct nlmsghdr *nlh;

	memset(&b, 0xff, sizeof(b));
	nlh = nl_put(&b, 18, NLM_F_CREATE, "abcde", 5);
	assert_int_equal(nlh->nlmsg_len, 16 + 8);
	assert_int_equal(nlh->nlmsg_type, 18);
	assert_int_equal(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_CREATE);
	/* no byte of the stack goes to the kernel as padding */
	assert_memory_equal(NLMSG_DATA(nlh), "abcde\0\0\0", 8);
	for (size_t i = 24; i < sizeof(b); i++)
		assert_int_equal(b.b[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_gives_its_answer),
		cmocka_unit_test(the_kernels_refusal_comes_back),
		cmocka_unit_test(a_callback_ends_the_request),
		cmocka_unit_test(answers_to_others_are_passed_over),
		cmocka_unit_test(a_message_longer_than_its_datagram_is_refused),
		cmocka_unit_test(a_dump_is_gathered),
		cmocka_unit_test(of_a_dump_only_some_is_kept),
		cmocka_unit_test(an_interrupted_dump_is_read_again),
		cmocka_unit_test(a_dump_that_never_holds_still_says_so),
		cmocka_unit_test(a_dump_is_given_as_it_comes),
		cmocka_unit_test(a_dump_can_fail),
		cmocka_unit_test(what_is_no_socket_comes_back),
		cmocka_unit_test(a_batch_reads_all_there_is),
		cmocka_unit_test(a_request_is_all_ours),
	};

	return cmocka_run_group_tests_name("nl", tests, NULL, NULL);
}
