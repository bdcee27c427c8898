/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probes and observers against the kernel itself, on the loopback of a namespace of our own. */
#include "unit.h"

#include "observe.h"
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include "netns.h"

static struct addr loopback, elsewhere;
static int self;

struct test {
	struct snapshot *s;
	struct probe_plan plan;
	struct observe_spec spec;
	struct observations o;
	struct observer *ob;
	/* what settle says, and how often it was asked */
	enum settle answer;
	unsigned int asked;
};

static int setup(void **state)
{
	struct test *t = xcalloc(1, sizeof(*t));

	t->s = snapshot_new();
	snapshot_add(t->s, "host", 1);
	random_bytes(t->plan.marks.token, sizeof(t->plan.marks.token));
	random_bytes(&t->plan.marks.seq, sizeof(t->plan.marks.seq));
	t->plan.marks.seq &= 0xffff0000;
	t->plan.ns_fds = &self;
	t->plan.max_attempts = 3;
	/* longer than a busy machine may make us wait */
	t->plan.pace_us = t->plan.timeout_us = 60000000;
	t->spec.marks = t->plan.marks;
	t->spec.capture = t->spec.trace = true;
	t->spec.namespaces = 1;
	vec_push(&t->spec.ns, ((struct watched){ 0, self, snapshot_ns(t->s, 0), 0 }));
	*state = t;
	return 0;
}

static int teardown(void **state)
{
	struct test *t = *state;

	observe_close(t->ob);
	observations_free(&t->o);
	probe_plan_done(&t->plan);
	vec_free(&t->spec.ns);
	vec_free(&t->spec.peers);
	snapshot_free(t->s);
	free(t);
	return system("nft flush ruleset 2>/dev/null") < 0;
}

static struct probe *add_probe(struct test *t, enum proto proto, const struct addr *dst)
{
	struct probe *p = vec_add(&t->plan.probes);

	p->proto = proto;
	p->dst = *dst;
	p->size = proto == PROTO_ICMP ? 84 : 0;
	p->port = proto == PROTO_TCP ? 1 : 0;
	p->question = t->plan.probes.n == 1;
	return p;
}

/* Skips where the kernel has no nf_tables, or this machine no nft. */
static void rules(struct test *t, const char *text)
{
	_cleanup_(freep) char *command = xasprintf(
		"nft 'add table ip t; add chain ip t in { type filter hook input priority 0; }; %s'",
		text);
	struct nft_chain *c = vec_add(&t->s->ns.v[0].chains);

	if (system(command) != 0)
		skip();
	c->family = NFPROTO_IPV4;
	c->base = true;
}

static void observe(struct test *t)
{
	t->ob = observe_open(&t->spec, &t->o, t->ob);
	if (t->o.capture_error.v[0] < 0)
		skip();
}

static void run(struct test *t)
{
	assert_int_equal(probe_run(&t->plan, t->ob, &t->o), 0);
}

static size_t count_sightings(const struct test *t, int probe, enum sight_kind kind, bool out)
{
	size_t n = 0;

	vec_each(s, &t->o.sightings) {
		assert_int_equal(s->ns, 0);
		n += s->probe == probe && s->kind == kind && s->out == out;
	}
	return n;
}

static int listen_on_loopback(uint16_t *ret_port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage ss;
	socklen_t n = addr_to_sockaddr(&loopback, 0, &ss);
	struct addr a;

	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &n), 0);
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &a, ret_port), 0);
	return fd;
}

static void an_echo_is_answered(void **state)
{
	struct test *t = *state;
	const struct probe *p;

	add_probe(t, PROTO_ICMP, &loopback);
	run(t);
	p = &t->plan.probes.v[0];
	assert_int_equal(p->outcome, PROBE_ANSWERED);
	assert_int_equal(p->answered, 1);
	assert_int_equal(p->attempts.n, 1);
	assert_true(p->rtt_us >= 0);
	assert_true(p->attempts.v[0].sent_us >= t->plan.started_us);
	assert_true(p->attempts.v[0].done_us >= p->attempts.v[0].sent_us);
}

static void a_full_size_echo_fills_the_mtu(void **state)
{
	struct test *t = *state;
	struct probe *p = add_probe(t, PROTO_ICMP, &loopback);

	p->size = 0;
	p->df = p->full = true;
	run(t);
	assert_int_equal(t->plan.probes.v[0].outcome, PROBE_ANSWERED);
	assert_int_equal(t->plan.probes.v[0].size, 65535);
}

static void one_more_size(void **state)
{
	struct test *t = *state;
	struct probe *p;

	add_probe(t, PROTO_ICMP, &loopback);
	run(t);
	p = add_probe(t, PROTO_ICMP, &loopback);
	p->full = p->df = p->step = true;
	p->size = 1401;
	t->plan.from = 1;
	run(t);
	p = t->plan.probes.v;
	assert_int_equal(p[0].attempts.n, 1);
	assert_int_equal(p[1].outcome, PROBE_ANSWERED);
	assert_int_equal(p[1].size, 1401);
}

static void a_source_that_is_not_ours(void **state)
{
	struct test *t = *state;

	add_probe(t, PROTO_ICMP, &loopback)->src = elsewhere;
	add_probe(t, PROTO_TCP, &loopback)->src = elsewhere;
	run(t);
	vec_each(p, &t->plan.probes) {
		assert_int_equal(p->outcome, PROBE_NOT_SENT);
		assert_int_equal(p->attempts.v[0].error, EADDRNOTAVAIL);
		assert_false(p->attempts.v[0].no_socket);
	}
}

static void no_route(void **state)
{
	struct test *t = *state;

	add_probe(t, PROTO_ICMP, &elsewhere);
	add_probe(t, PROTO_TCP, &elsewhere);
	run(t);
	vec_each(p, &t->plan.probes) {
		assert_int_equal(p->outcome, PROBE_NOT_SENT);
		assert_int_equal(p->attempts.n, 1);
		assert_int_equal(p->attempts.v[0].error, ENETUNREACH);
		assert_int_equal(p->attempts.v[0].sent_us, 0);
	}
}

static void a_protocol_without_probe(void **state)
{
	struct test *t = *state;

	add_probe(t, PROTO_COUNT, &loopback);
	assert_int_equal(probe_run(&t->plan, NULL, &t->o), -EPROTONOSUPPORT);
	assert_int_equal(t->plan.probes.v[0].outcome, PROBE_NOT_SENT);
	assert_true(t->plan.probes.v[0].attempts.v[0].no_socket);
}

static void connections(void **state)
{
	struct test *t = *state;
	const struct probe *p;
	uint16_t port;
	_cleanup_(closep) int fd = listen_on_loopback(&port);

	assert_true(fd >= 0);
	add_probe(t, PROTO_TCP, &loopback)->port = port;
	add_probe(t, PROTO_TCP, &loopback)->port = 1;
	run(t);
	p = t->plan.probes.v;
	assert_int_equal(p[0].outcome, PROBE_ANSWERED);
	assert_int_not_equal(p[0].attempts.v[0].sport, 0);
	assert_int_equal(p[0].size, 60);
	assert_int_equal(p[1].outcome, PROBE_REFUSED);
	assert_int_equal(p[1].attempts.v[0].error, ECONNREFUSED);
}

/* A socket that takes datagrams; *port 0: any. */
static int receive_on_loopback(uint16_t *port)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_storage ss;
	socklen_t n = addr_to_sockaddr(&loopback, *port, &ss);
	struct addr a;

	assert_int_equal(bind(fd, (struct sockaddr *)&ss, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&ss, &n), 0);
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &a, port), 0);
	return fd;
}

/* Answers one datagram with one of its own. */
static void *serve(void *arg)
{
	int fd = *(const int *)arg;
	struct sockaddr_storage from;
	socklen_t n = sizeof(from);
	uint8_t b[512];

	if (recvfrom(fd, b, sizeof(b), 0, (struct sockaddr *)&from, &n) >= 0)
		sendto(fd, "", 1, 0, (struct sockaddr *)&from, n);
	return NULL;
}

static void datagrams(void **state)
{
	struct test *t = *state;
	uint16_t port = 0, dns = 53;
	int any = receive_on_loopback(&port), names = receive_on_loopback(&dns);
	pthread_t threads[2];
	const struct probe *p;

	add_probe(t, PROTO_UDP, &loopback)->port = port;
	add_probe(t, PROTO_UDP, &loopback)->port = 1;
	add_probe(t, PROTO_UDP, &loopback)->port = dns;
	vec_push(&t->spec.peers, ((struct udp_peer){ loopback, port }));
	vec_push(&t->spec.peers, ((struct udp_peer){ loopback, dns }));
	observe(t);
	assert_int_equal(pthread_create(&threads[0], NULL, serve, &any), 0);
	assert_int_equal(pthread_create(&threads[1], NULL, serve, &names), 0);
	run(t);
	for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	close(any);
	close(names);
	p = t->plan.probes.v;
	assert_int_equal(p[0].outcome, PROBE_ANSWERED);
	assert_int_equal(p[0].size, 40);
	assert_int_equal(p[1].outcome, PROBE_REFUSED);
	assert_int_equal(p[1].attempts.v[0].icmp_code, 3);
	assert_int_equal(p[2].outcome, PROBE_ANSWERED);
	assert_int_equal(p[2].size, 72);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(count_sightings(t, i, SIGHT_REQUEST, true), 1);
		assert_int_equal(count_sightings(t, i, i == 1 ? SIGHT_ERROR : SIGHT_REPLY, true), 1);
	}
}

static void everything_is_seen_once_a_direction(void **state)
{
	struct test *t = *state;
	uint16_t port;
	_cleanup_(closep) int fd = listen_on_loopback(&port);

	assert_true(fd >= 0);
	add_probe(t, PROTO_ICMP, &loopback);
	add_probe(t, PROTO_TCP, &loopback)->port = port;
	add_probe(t, PROTO_TCP, &loopback)->port = 1;
	observe(t);
	run(t);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(count_sightings(t, i, SIGHT_REQUEST, true), 1);
		assert_int_equal(count_sightings(t, i, SIGHT_REQUEST, false), 1);
		assert_int_equal(count_sightings(t, i, SIGHT_REPLY, true), 1);
		assert_int_equal(count_sightings(t, i, SIGHT_REPLY, false), 1);
	}
	assert_int_equal(t->o.sightings.n, 12);
	assert_int_equal(t->o.dropped, 0);
	assert_int_equal(t->o.frames.n, 0);
	/* there are no chains */
	assert_int_equal(t->o.trace_error.v[0], 1);
	vec_each(s, &t->o.sightings) {
		assert_int_equal(s->ifindex, 1);
		assert_int_equal(s->attempt, 0);
		assert_true(s->us >= t->plan.started_us);
	}
	vec_each(p, &t->plan.probes)
		assert_true(p->rtt_us >= -1 && p->rtt_us < 1000000);
}

/* The bytes of what is ours, from the LINUX_SLL2 header on: 20 bytes, then the IP header. */
static void bytes_are_kept_only_when_asked_for(void **state)
{
	struct test *t = *state;
	struct probe *p = add_probe(t, PROTO_ICMP, &loopback);
	size_t kept = 0;

	p->size = 0;
	p->df = p->full = true;
	t->spec.keep_frames = true;
	observe(t);
	run(t);
	assert_int_equal(t->o.sightings.n, 4);
	vec_each(s, &t->o.sightings) {
		if (!s->frame_n)
			continue;
		kept++;
		assert_int_equal(s->frame_n, OBSERVE_SNAPLEN);
		assert_int_equal(s->frame_size, 20 + 65535);
		assert_true(s->frame_at + s->frame_n <= t->o.frames.n);
		assert_int_equal(t->o.frames.v[s->frame_at + 20], 0x45);
	}
	assert_int_equal(kept, 2); /* what loops back is captured once */
	assert_int_equal(t->o.frames.n, 2 * OBSERVE_SNAPLEN);
}

static void what_is_not_asked_for_is_not_opened(void **state)
{
	struct test *t = *state;

	t->spec.capture = t->spec.trace = false;
	t->ob = observe_open(&t->spec, &t->o, t->ob);
	assert_int_equal(t->o.capture_error.v[0], 1);
	assert_int_equal(t->o.trace_error.v[0], 1);
	assert_int_equal(observe_pollfds(t->ob, NULL, 0), 0);
	assert_int_equal(observe_read(t->ob, &t->o), 0);
}

static void what_was_begun_sees_as_much(void **state)
{
	struct test *t = *state;

	t->ob = observe_begin(t->plan.ns_fds, 1);
	observe(t);
	add_probe(t, PROTO_ICMP, &loopback);
	run(t);
	assert_int_equal(t->plan.probes.v[0].outcome, PROBE_ANSWERED);
	assert_int_equal(count_sightings(t, 0, SIGHT_REQUEST, true), 1);
	assert_int_equal(count_sightings(t, 0, SIGHT_REPLY, false), 1);
	observe_stop(t->ob);
}

static void what_was_begun_in_vain_is_closed(void **state)
{
	struct test *t = *state;
	const int none[] = { t->plan.ns_fds[0], -1 };

	t->ob = observe_begin(none, 2);
}

static void chains_that_could_not_be_read(void **state)
{
	struct test *t = *state;

	t->s->ns.v[0].error[COLLECT_NFT] = -EACCES;
	t->ob = observe_open(&t->spec, &t->o, t->ob);
	assert_int_equal(t->o.trace_error.v[0], -EACCES);
}

static void silence_lasts_until_the_timeout(void **state)
{
	struct test *t = *state;
	const struct probe *p;

	rules(t, "add rule ip t in icmp type echo-request drop");
	t->plan.pace_us = 20000;
	t->plan.timeout_us = 200000;
	add_probe(t, PROTO_ICMP, &loopback);
	run(t);
	p = &t->plan.probes.v[0];
	assert_int_equal(p->outcome, PROBE_LOST);
	assert_int_equal(p->answered, 0);
	assert_int_equal(p->rtt_us, -1);
	assert_int_equal(p->attempts.n, 3);
	for (size_t i = 0; i < 3; i++) {
		const struct attempt *a = &p->attempts.v[i];

		assert_int_equal(a->outcome, PROBE_LOST);
		/* the first one's patience is everybody's */
		assert_true(a->done_us >= p->attempts.v[0].sent_us + 200000);
		if (i > 0)
			assert_true(a->sent_us >= p->attempts.v[i - 1].sent_us + 20000);
	}
}

static enum settle settle(void *ctx, size_t probe, uint64_t now, uint64_t *ret_wake)
{
	struct test *t = ctx;

	t->asked++;
	*ret_wake = now + 1000000;
	return probe + 1 == t->plan.probes.n ? t->answer : SETTLE_WAIT;
}

static void what_is_known_to_be_lost_is_not_waited_for(void **state)
{
	struct test *t = *state;
	uint64_t start = now_us();

	rules(t, "add rule ip t in icmp type echo-request drop");
	t->plan.settle = settle;
	t->plan.ctx = t;
	t->answer = SETTLE_LOST;
	add_probe(t, PROTO_ICMP, &loopback);
	run(t);
	assert_int_equal(t->plan.probes.v[0].outcome, PROBE_LOST);
	assert_int_equal(t->plan.probes.v[0].attempts.n, 1);
	assert_int_not_equal(t->asked, 0);
	assert_true(now_us() - start < 30000000);
}

static void retries_are_limited(void **state)
{
	struct test *t = *state;
	uint64_t start = now_us();

	rules(t, "add rule ip t in icmp type echo-request drop");
	t->plan.timeout_us = 200000;
	t->plan.settle = settle;
	t->plan.ctx = t;
	t->answer = SETTLE_RETRY;
	add_probe(t, PROTO_ICMP, &loopback);
	run(t);
	assert_int_equal(t->plan.probes.v[0].outcome, PROBE_LOST);
	assert_int_equal(t->plan.probes.v[0].attempts.n, 3);
	/* an answer was said to be possible for a second, which is for more than twice the timeout */
	assert_true(t->plan.probes.v[0].attempts.v[2].done_us >= t->plan.probes.v[0].attempts.v[0].sent_us + 400000);
	assert_true(now_us() - start < 30000000);
}

static void an_answered_question_leaves_the_others_little_time(void **state)
{
	struct test *t = *state;
	uint64_t start = now_us();

	rules(t, "add rule ip t in tcp dport 1 drop");
	add_probe(t, PROTO_ICMP, &loopback);
	add_probe(t, PROTO_TCP, &loopback);
	run(t);
	assert_int_equal(t->plan.probes.v[0].outcome, PROBE_ANSWERED);
	assert_int_equal(t->plan.probes.v[1].outcome, PROBE_LOST);
	assert_true(now_us() - start >= 150000);
	assert_true(now_us() - start < 30000000);
}

/* How long a second opinion is waited for that has got somewhere, the best of a few. */
static uint64_t patience(struct test *t, enum settle where)
{
	uint64_t best = UINT64_MAX;

	t->plan.settle = settle;
	t->plan.ctx = t;
	t->answer = where;
	for (int i = 0; i < 5; i++) {
		uint64_t start = now_us();

		probe_plan_done(&t->plan);
		add_probe(t, PROTO_ICMP, &loopback);
		add_probe(t, PROTO_TCP, &loopback);
		run(t);
		assert_int_equal(t->plan.probes.v[1].outcome, PROBE_LOST);
		if (now_us() - start < best)
			best = now_us() - start;
	}
	return best;
}

static void what_has_left_the_host_needs_less_patience(void **state)
{
	struct test *t = *state;
	uint64_t beyond;

	rules(t, "add rule ip t in tcp dport 1 drop");
	beyond = patience(t, SETTLE_BEYOND);
	assert_true(beyond >= 20000);
	assert_true(beyond < 150000);
	assert_true(patience(t, SETTLE_ELSEWHERE) < beyond);
	assert_true(patience(t, SETTLE_WAIT) >= 150000);
}

static void a_late_answer_counts(void **state)
{
	struct test *t = *state;
	const struct probe *p;

	/* only the second packet gets through */
	rules(t, "add rule ip t in icmp type echo-request limit rate 1/hour burst 1 packets drop");
	t->plan.pace_us = 20000;
	add_probe(t, PROTO_ICMP, &loopback);
	run(t);
	p = &t->plan.probes.v[0];
	assert_int_equal(p->outcome, PROBE_ANSWERED);
	assert_int_equal(p->answered, 1);
	assert_int_equal(p->attempts.n, 2);
	assert_int_equal(p->attempts.v[0].outcome, PROBE_LOST);
	assert_int_equal(p->attempts.v[1].outcome, PROBE_ANSWERED);
	assert_int_not_equal(p->attempts.v[0].sport, p->attempts.v[1].sport);
}

static void counted_packets_are_all_sent(void **state)
{
	struct test *t = *state;
	const struct probe *p;

	t->plan.all_attempts = true;
	t->plan.max_attempts = 5;
	t->plan.pace_us = 20000;
	add_probe(t, PROTO_ICMP, &loopback);
	observe(t);
	run(t);
	p = &t->plan.probes.v[0];
	assert_int_equal(p->answered, 5);
	assert_int_equal(p->attempts.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_true(p->attempts.v[i].sent_us >= t->plan.started_us + i * 20000);
	assert_int_equal(count_sightings(t, 0, SIGHT_REPLY, false), 5);
}

/* A sequence number has room for 64. */
static void many_connections_are_told_apart(void **state)
{
	struct test *t = *state;
	uint16_t port;
	_cleanup_(closep) int fd = listen_on_loopback(&port);
	bool seen[150] = { 0 };

	assert_true(fd >= 0);
	t->plan.all_attempts = true;
	t->plan.max_attempts = ARRAY_SIZE(seen);
	t->plan.pace_us = 2000;
	add_probe(t, PROTO_TCP, &loopback)->port = port;
	observe(t);
	run(t);
	assert_int_equal(t->plan.probes.v[0].attempts.n, ARRAY_SIZE(seen));
	vec_each(s, &t->o.sightings) {
		assert_in_range(s->attempt, 0, ARRAY_SIZE(seen) - 1);
		if (s->kind == SIGHT_REQUEST && s->out)
			seen[s->attempt] = true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++)
		assert_true(seen[i]);
}

static volatile sig_atomic_t stopped = 1;

static void a_run_can_be_stopped(void **state)
{
	struct test *t = *state;

	t->plan.stop = &stopped;
	add_probe(t, PROTO_ICMP, &elsewhere);
	assert_int_equal(probe_run(&t->plan, NULL, &t->o), -EINTR);
}

static void rejections(void **state)
{
	struct test *t = *state;
	const struct probe *p;

	rules(t, "add rule ip t in icmp type echo-request reject with icmp type admin-prohibited;"
		 "add rule ip t in tcp dport 1 reject;"
		 "add rule ip t in tcp dport 2 reject with tcp reset;"
		 "add rule ip t in tcp dport 3 reject with icmp type host-unreachable");
	add_probe(t, PROTO_ICMP, &loopback);
	for (uint16_t port = 1; port <= 3; port++)
		add_probe(t, PROTO_TCP, &loopback)->port = port;
	observe(t);
	run(t);
	p = t->plan.probes.v;
	assert_int_equal(p[0].outcome, PROBE_REJECTED);
	assert_int_equal(p[0].attempts.v[0].icmp_type, 3);
	assert_int_equal(p[0].attempts.v[0].icmp_code, 13);
	assert_string_equal(addr_text(&p[0].attempts.v[0].icmp_from).s, "127.0.0.1");
	assert_int_equal(p[1].outcome, PROBE_REJECTED);
	assert_int_equal(p[1].attempts.v[0].icmp_code, 3);
	assert_int_equal(p[2].outcome, PROBE_REFUSED);
	assert_int_equal(p[3].outcome, PROBE_REJECTED);
	assert_int_equal(p[3].attempts.v[0].icmp_code, 1);
	assert_int_equal(count_sightings(t, 0, SIGHT_ERROR, true), 1);
	assert_int_equal(count_sightings(t, 1, SIGHT_ERROR, true), 1);
	assert_int_equal(count_sightings(t, 2, SIGHT_ERROR, true), 0);
	assert_int_equal(count_sightings(t, 2, SIGHT_REPLY, true), 1);
}

static const struct trace_event *find_trace(const struct test *t, int probe)
{
	vec_each(e, &t->o.traces)
		if (e->probe == probe && e->verdict == NF_DROP)
			return e;
	return NULL;
}

/* Are there tables of ours? */
static bool have_tables(void)
{
	return system("nft list tables | grep -q nsdoctor-") == 0;
}

static void the_rule_that_drops_is_named(void **state)
{
	struct test *t = *state;
	const struct trace_event *e;

	rules(t, "add rule ip t in counter;"
		 "add rule ip t in icmp type echo-request drop;"
		 "add chain ip t sub { drop; };"
		 "add rule ip t in tcp dport 1 jump sub");
	t->plan.timeout_us = 200000;
	add_probe(t, PROTO_ICMP, &loopback);
	add_probe(t, PROTO_TCP, &loopback);
	observe(t);
	if (t->o.trace_error.v[0] < 0)
		skip();
	assert_true(have_tables());
	run(t);
	e = find_trace(t, 0);
	assert_non_null(e);
	assert_int_equal(e->ns, 0);
	assert_int_equal(e->family, NFPROTO_IPV4);
	assert_string_equal(e->table, "t");
	assert_string_equal(e->chain, "in");
	assert_int_equal(e->type, TRACE_RULE);
	assert_int_not_equal(e->handle, 0);
	assert_int_equal(e->iif, 1);
	assert_int_equal(e->pkt.icmp_id, t->plan.probes.v[0].attempts.v[e->attempt].sport);
	e = find_trace(t, 1);
	assert_non_null(e);
	assert_string_equal(e->chain, "sub");
	assert_int_equal(e->pkt.sport, t->plan.probes.v[1].attempts.v[e->attempt].sport);
	assert_false(t->o.trace_overrun);
	vec_each(any, &t->o.traces)
		assert_string_equal(any->table, "t");
	observe_close(t->ob);
	t->ob = NULL;
	assert_false(have_tables());
}

/* --- a namespace of our own --- */

static int write_text(const char *path, const char *text)
{
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
}

static int loopback_up(void)
{
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return fd < 0 ? -1 : ioctl(fd, SIOCSIFFLAGS, &r);
}

static int own_namespace(void)
{
	_cleanup_(freep) char *uids = xasprintf("0 %d 1", (int)geteuid());
	_cleanup_(freep) char *gids = xasprintf("0 %d 1", (int)getegid());

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0 ||
	    write_text("/proc/self/setgroups", "deny") < 0 ||
	    write_text("/proc/self/uid_map", uids) < 0 || write_text("/proc/self/gid_map", gids) < 0)
		return -1;
	return loopback_up();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void segments_of_strangers(void **state)
{
	const struct probe tcp = { .proto = PROTO_TCP }, follower = { .proto = PROTO_TCP, .follows = 1 };
	const struct probe echo = { .proto = PROTO_ICMP, .follows = 1 };
	const struct packet opening = { .proto = PROTO_TCP, .tcp_flags = TH_SYN };
	const struct packet accepted = { .proto = PROTO_TCP, .tcp_flags = TH_SYN | TH_ACK };
	const struct packet within = { .proto = PROTO_TCP, .tcp_flags = TH_ACK | TH_PUSH };
	const struct packet datagram = { .proto = PROTO_UDP };

	assert_true(probe_sends(&tcp, &opening) && probe_sends(&tcp, &accepted) && probe_sends(&echo, &datagram));
	assert_false(probe_sends(&tcp, &within) || probe_sends(&echo, &within));
	assert_true(probe_sends(&follower, &within));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(segments_of_strangers),
		TEST(an_echo_is_answered),
		TEST(a_full_size_echo_fills_the_mtu),
		TEST(one_more_size),
		TEST(a_source_that_is_not_ours),
		TEST(no_route),
		TEST(a_protocol_without_probe),
		TEST(connections),
		TEST(datagrams),
		TEST(everything_is_seen_once_a_direction),
		TEST(bytes_are_kept_only_when_asked_for),
		TEST(what_is_not_asked_for_is_not_opened),
		TEST(what_was_begun_sees_as_much),
		TEST(what_was_begun_in_vain_is_closed),
		TEST(chains_that_could_not_be_read),
		TEST(silence_lasts_until_the_timeout),
		TEST(what_is_known_to_be_lost_is_not_waited_for),
		TEST(retries_are_limited),
		TEST(an_answered_question_leaves_the_others_little_time),
		TEST(what_has_left_the_host_needs_less_patience),
		TEST(a_late_answer_counts),
		TEST(counted_packets_are_all_sent),
		TEST(many_connections_are_told_apart),
		TEST(a_run_can_be_stopped),
		TEST(rejections),
		TEST(the_rule_that_drops_is_named),
	};

	if (own_namespace() < 0) {
		fprintf(stderr, "test-probe: skipped, no namespace of our own: %m\n");
		return 77;
	}
	self = netns_open_self();
	addr_parse("127.0.0.1", &loopback);
	addr_parse("192.0.2.1", &elsewhere);
	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
