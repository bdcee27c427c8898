/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets of a client outside: as a stack would send them, and found again by their marks. */
#include "unit.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "capture/identify.h"
#include "outside.h"

static const struct marks marks = { .token = { 1, 2, 3, 4, 5, 6, 7, 8 }, .seq = 0xabcd0000 };

static struct probe probe_of(enum proto proto)
{
	struct probe p = { .proto = proto, .port = proto == PROTO_TCP ? 5000 : 0, .size = 84 };

	addr_parse("203.0.113.71", &p.src);
	addr_parse("172.31.8.154", &p.dst);
	return p;
}

/* Over bytes that hold their own checksum it comes to zero (RFC 1071). */
static uint16_t sum(uint32_t start, const uint8_t *b, size_t n)
{
	uint32_t sum = start;

	for (size_t i = 0; i < n; i++)
		sum += i & 1 ? b[i] : (uint32_t)b[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Protocol and length of the pseudo header; its addresses stand before the segment. */
static uint16_t tcp_sum(const uint8_t *b, size_t n)
{
	return sum(IPPROTO_TCP + (uint32_t)(n - 20), b + 12, n - 12);
}

static struct pkt_headers headers(const uint8_t *b, size_t n, const struct probe *p)
{
	struct pkt_headers h;

	assert_int_equal(b[2] << 8 | b[3], n);
	assert_int_equal(sum(0, b, 20), 0);
	assert_int_equal(pkt_ip(pkt_view(b, n), &h), 0);
	assert_true(addr_eq(&h.pkt.src, &p->src));
	assert_true(addr_eq(&h.pkt.dst, &p->dst));
	return h;
}

static void a_syn_is_one_of_ours(void **state)
{
	const struct probe p = probe_of(PROTO_TCP);
	uint8_t b[1500];
	size_t n = outside_tcp(b, &p, 40001, marks_seq(&marks, 3, 2), TH_SYN);
	struct pkt_headers h = headers(b, n, &p);
	struct identity id;

	assert_int_equal(n, 60);
	assert_int_equal(tcp_sum(b, n), 0);
	assert_int_equal(h.pkt.sport, 40001);
	assert_int_equal(h.pkt.dport, 5000);
	assert_int_equal(h.pkt.tcp_flags, TH_SYN);
	assert_true(identify_packet(&marks, NULL, &h, &id));
	assert_int_equal(id.probe, 3);
	assert_int_equal(id.attempt, 2);
	assert_false(id.reply);
}

static void a_reset_closes_it_and_is_no_question(void **state)
{
	const struct probe p = probe_of(PROTO_TCP);
	uint8_t b[1500];
	size_t n = outside_tcp(b, &p, 40001, marks_seq(&marks, 3, 2) + 1, TH_RST);
	struct pkt_headers h = headers(b, n, &p);
	struct identity id;

	assert_int_equal(n, 40);
	assert_int_equal(tcp_sum(b, n), 0);
	assert_int_equal(h.tcp_seq, marks_seq(&marks, 3, 2) + 1);
	assert_int_equal(h.pkt.tcp_flags, TH_RST);
	assert_false(identify_packet(&marks, NULL, &h, &id));
}

static void an_echo_carries_the_token(void **state)
{
	const struct probe p = probe_of(PROTO_ICMP);
	uint8_t b[1500];
	size_t n = outside_echo(b, &marks, &p, 1, 0, 4711);
	struct pkt_headers h = headers(b, n, &p);
	struct identity id;

	assert_int_equal(n, 84);
	assert_int_equal(sum(0, b + 20, n - 20), 0);
	assert_int_equal(h.kind, PKT_ECHO_REQUEST);
	assert_int_equal(h.pkt.icmp_id, 4711);
	assert_true(identify_packet(&marks, NULL, &h, &id));
	assert_int_equal(id.probe, 1);
	assert_int_equal(id.attempt, 0);
}

/* The same in IPv6: its addresses stand at once before the segment, too. */
static void the_other_family(void **state)
{
	struct probe p = { .proto = PROTO_TCP, .port = 5000, .size = 104 };
	struct pkt_headers h;
	struct identity id;
	uint8_t b[1500];
	size_t n;

	addr_parse("2001:db8:7171::71", &p.src);
	addr_parse("fd00::2", &p.dst);
	n = outside_tcp(b, &p, 40001, marks_seq(&marks, 3, 2), TH_SYN);
	assert_int_equal(n, 80);
	assert_int_equal(b[4] << 8 | b[5], 40);
	assert_int_equal(sum(IPPROTO_TCP + 40, b + 8, n - 8), 0);
	assert_int_equal(b[62] << 8 | b[63], 1440); /* MSS */
	assert_int_equal(pkt_ip(pkt_view(b, n), &h), 0);
	assert_true(addr_eq(&h.pkt.src, &p.src));
	assert_true(addr_eq(&h.pkt.dst, &p.dst));
	assert_true(identify_packet(&marks, NULL, &h, &id));
	assert_int_equal(id.probe, 3);
	p.proto = PROTO_ICMP;
	n = outside_echo(b, &marks, &p, 1, 0, 4711);
	assert_int_equal(n, 104);
	assert_int_equal(sum(IPPROTO_ICMPV6 + 64, b + 8, n - 8), 0);
	assert_int_equal(pkt_ip(pkt_view(b, n), &h), 0);
	assert_int_equal(h.kind, PKT_ECHO_REQUEST);
	assert_true(identify_packet(&marks, NULL, &h, &id));
	assert_int_equal(id.probe, 1);
}

/* A sequence number tells 64 attempts apart, and no more. */
static void an_attempt_is_found_by_its_port(void **state)
{
	struct probe_plan plan = { 0 };
	struct probe tcp = probe_of(PROTO_TCP), echo = probe_of(PROTO_ICMP);
	struct identity id = { .probe = 0, .attempt = 3, .reply = true };
	size_t at;

	for (uint16_t a = 0; a < 200; a++) {
		vec_push(&tcp.attempts, ((struct attempt){ .sport = (uint16_t)(40000 + a) }));
		vec_push(&echo.attempts, ((struct attempt){ .sport = (uint16_t)(40000 + a) }));
	}
	tcp.outside = echo.outside = true;
	vec_push(&plan.probes, tcp);
	vec_push(&plan.probes, echo);
	for (size_t a = 3; a < 200; a += 64) {
		assert_true(outside_attempt(&plan, &id, (uint16_t)(40000 + a), &at));
		assert_int_equal(at, a);
	}
	assert_false(outside_attempt(&plan, &id, 40004, &at));
	id.probe = 1;
	assert_true(outside_attempt(&plan, &id, 40003, &at));
	assert_int_equal(at, 3);
	assert_false(outside_attempt(&plan, &id, 40067, &at));
	id.attempt = 200;
	assert_false(outside_attempt(&plan, &id, 40003, &at));
	id.probe = 2;
	assert_false(outside_attempt(&plan, &id, 40003, &at));
	plan.probes.v[0].outside = false;
	id = (struct identity){ .probe = 0, .attempt = 3 };
	assert_false(outside_attempt(&plan, &id, 40003, &at));
	probe_plan_done(&plan);
}

static void a_datagram_carries_the_token(void **state)
{
	struct probe p = probe_of(PROTO_UDP);
	struct pkt_headers h;
	struct identity id;
	uint8_t b[1500];
	size_t n;

	p.port = 4000;
	n = outside_udp(b, &marks, &p, 1, 2, 40001);
	h = headers(b, n, &p);
	assert_int_equal(n, 20 + 8 + 12);
	assert_int_equal(sum(IPPROTO_UDP + 8 + 12, b + 12, n - 12), 0);
	assert_int_equal(h.pkt.sport, 40001);
	assert_int_equal(h.pkt.dport, 4000);
	assert_true(identify_packet(&marks, NULL, &h, &id));
	assert_int_equal(id.probe, 1);
	assert_int_equal(id.attempt, 2);
	/* a name server is asked something */
	p.port = 53;
	n = outside_udp(b, &marks, &p, 1, 2, 40001);
	h = headers(b, n, &p);
	assert_int_equal(n, 20 + 8 + 44);
	assert_true(identify_packet(&marks, NULL, &h, &id));
	assert_int_equal(id.attempt, 2);
}

static void sizes_have_bounds(void **state)
{
	struct probe p = probe_of(PROTO_ICMP);
	uint8_t b[1500];

	p.size = 0;
	assert_int_equal(outside_echo(b, &marks, &p, 0, 0, 1), 20 + 8 + PKT_TOKEN);
	p.size = 1500;
	assert_int_equal(outside_echo(b, &marks, &p, 0, 0, 1), 1500);
	p.size = 65535;
	assert_int_equal(outside_echo(b, &marks, &p, 0, 0, 1), 20 + 8 + PKT_TOKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_one_of_ours),
		cmocka_unit_test(a_reset_closes_it_and_is_no_question),
		cmocka_unit_test(an_echo_carries_the_token),
		cmocka_unit_test(the_other_family),
		cmocka_unit_test(an_attempt_is_found_by_its_port),
		cmocka_unit_test(a_datagram_carries_the_token),
		cmocka_unit_test(sizes_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
