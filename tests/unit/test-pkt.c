/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <netinet/tcp.h>

#include "packets.h"
#include "pkt.h"

#define SRC 0xc0a80002 /* 192.168.0.2 */
#define DST 0x08080808

static const uint8_t token[PKT_TOKEN] = "token bytes";

static struct pkt view(const struct bytes *p)
{
	return pkt_view(p->b, p->n);
}

static void reads_are_in_network_order(void **state)
{
	static const uint8_t b[] = { 0x12, 0x34, 0x56, 0x78, 0x9a };
	struct pkt k = pkt_view(b, sizeof(b));
	uint8_t copy[2];

	assert_int_equal(pkt_u8(&k, 4), 0x9a);
	assert_int_equal(pkt_u16(&k, 3), 0x789a);
	assert_int_equal(pkt_u32(&k, 1), 0x3456789a);
	pkt_bytes(&k, 1, copy, 2);
	assert_memory_equal(copy, "\x34\x56", 2);
	assert_false(k.bad);
}

static void reads_past_the_end_are_zero_and_bad(void **state)
{
	static const uint8_t b[] = { 1, 2, 3, 4 };
	static const size_t beyond[] = { 1, 2, 3, 4, 5, 1000, SIZE_MAX - 3, SIZE_MAX };
	uint8_t copy[4];

	for (size_t i = 0; i < ARRAY_SIZE(beyond); i++) {
		struct pkt k = pkt_view(b, sizeof(b));

		assert_int_equal(pkt_u32(&k, beyond[i]), 0);
		assert_true(k.bad);
		k.bad = false;
		memset(copy, 0xff, sizeof(copy));
		pkt_bytes(&k, beyond[i], copy, sizeof(copy));
		assert_true(k.bad);
		assert_memory_equal(copy, "\0\0\0\0", 4);
	}
	struct pkt k = pkt_view(b, sizeof(b));

	assert_int_equal(pkt_u16(&k, 3), 0);
	assert_true(k.bad);
	k = pkt_view(b, sizeof(b));
	assert_int_equal(pkt_u8(&k, 4), 0);
	assert_true(k.bad);
	/* and it stays so */
	assert_int_equal(pkt_u8(&k, 0), 1);
	assert_true(k.bad);
}

static void what_follows_the_end_is_empty(void **state)
{
	static const uint8_t b[] = { 1, 2 };
	struct pkt k = pkt_view(b, sizeof(b)), rest;

	rest = pkt_from(&k, 1);
	assert_int_equal(rest.n, 1);
	assert_int_equal(pkt_u8(&rest, 0), 2);
	assert_int_equal(pkt_from(&k, 2).n, 0);
	assert_int_equal(pkt_from(&k, SIZE_MAX).n, 0);
}

static struct bytes echo_packet(unsigned int options)
{
	struct bytes p = { 0 };

	put_ipv4(&p, options, 84, IPPROTO_ICMP, SRC, DST);
	put_echo(&p, 8, 0xbeef, token, sizeof(token));
	return p;
}

static void an_echo(void **state)
{
	for (unsigned int options = 0; options <= 10; options++) {
		struct bytes p = echo_packet(options);
		struct pkt_headers h;

		assert_int_equal(pkt_ip(view(&p), &h), 0);
		assert_int_equal(h.kind, PKT_ECHO_REQUEST);
		assert_int_equal(h.pkt.proto, PROTO_ICMP);
		assert_string_equal(addr_text(&h.pkt.src).s, "192.168.0.2");
		assert_string_equal(addr_text(&h.pkt.dst).s, "8.8.8.8");
		assert_int_equal(h.pkt.size, 84);
		assert_int_equal(h.pkt.ttl, 63);
		assert_int_equal(h.pkt.icmp_type, 8);
		assert_int_equal(h.pkt.icmp_id, 0xbeef);
		assert_int_equal(h.token_n, PKT_TOKEN);
		assert_memory_equal(h.token, token, PKT_TOKEN);
	}
}

static void an_echo_with_less_than_a_token(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h;

	put_ipv4(&p, 0, 31, IPPROTO_ICMP, SRC, DST);
	put_echo(&p, 0, 1, token, 3);
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_ECHO_REPLY);
	assert_int_equal(h.token_n, 3);
	assert_memory_equal(h.token, token, 3);
}

static void headers_cut_short(void **state)
{
	struct bytes p = echo_packet(0);

	for (size_t n = 0; n < p.n; n++) {
		struct pkt_headers h = { .next = 77 };
		int r = pkt_ip(pkt_view(p.b, n), &h);

		/* IP header and the 8 bytes of ICMP's */
		assert_int_equal(r, n < 28 ? -EBADMSG : 0);
		assert_int_equal(h.next, n < 28 ? 77 : IPPROTO_ICMP);
	}
}

static void contradictions(void **state)
{
	struct bytes p = echo_packet(0);
	struct pkt_headers h;

	p.b[0] = 0x44; /* header of 16 bytes */
	assert_int_equal(pkt_ip(view(&p), &h), -EBADMSG);
	p.b[0] = 0x55; /* version 5 */
	assert_int_equal(pkt_ip(view(&p), &h), -EBADMSG);
	p.b[0] = 0x4f; /* header longer than the packet */
	assert_int_equal(pkt_ip(view(&p), &h), -EBADMSG);
}

static void only_the_first_fragment_has_a_header(void **state)
{
	struct bytes p = echo_packet(0);
	struct pkt_headers h;

	p.b[6] = 0x20; /* more fragments, offset 0 */
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_ECHO_REQUEST);
	p.b[7] = 1;
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_OTHER);
}

static void a_tcp_segment(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h;

	put_ipv4(&p, 0, 40, IPPROTO_TCP, SRC, DST);
	put_tcp(&p, 50000, 443, 0x11223344, 0x55667788, TH_SYN | TH_ACK);
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_TCP);
	assert_int_equal(h.pkt.proto, PROTO_TCP);
	assert_int_equal(h.pkt.sport, 50000);
	assert_int_equal(h.pkt.dport, 443);
	assert_int_equal(h.tcp_seq, 0x11223344);
	assert_int_equal(h.tcp_ack, 0x55667788);
	assert_int_equal(h.pkt.tcp_flags, TH_SYN | TH_ACK);
	assert_true(h.has_ack);
	/* as a router quotes it: 8 bytes are enough for ports and sequence number */
	for (size_t n = 20; n < p.n; n++) {
		int r = pkt_ip(pkt_view(p.b, n), &h);

		assert_int_equal(r, n < 28 ? -EBADMSG : 0);
		if (r < 0)
			continue;
		assert_int_equal(h.tcp_seq, 0x11223344);
		assert_int_equal(h.has_ack, n >= 34);
		assert_int_equal(h.pkt.tcp_flags, n >= 34 ? TH_SYN | TH_ACK : 0);
	}
}

static void a_datagram(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h;

	put_ipv4(&p, 0, 40, IPPROTO_UDP, SRC, DST);
	put16(&p, 50000);
	put16(&p, 53);
	put32(&p, 0);
	put_bytes(&p, token, sizeof(token));
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_UDP);
	assert_int_equal(h.pkt.proto, PROTO_UDP);
	assert_int_equal(h.pkt.dport, 53);
	assert_memory_equal(h.token, token, PKT_TOKEN);
}

static void other_protocols(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h;

	put_ipv4(&p, 0, 20, 47, SRC, DST);
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_OTHER);
	/* the other family's ICMP */
	p = (struct bytes){ 0 };
	put_ipv4(&p, 0, 40, IPPROTO_ICMPV6, SRC, DST);
	put_echo(&p, 128, 1, token, sizeof(token));
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_OTHER);
	p = (struct bytes){ 0 };
	put_ipv6(&p, 20, IPPROTO_ICMP, 1, 2);
	put_echo(&p, 8, 1, token, sizeof(token));
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_OTHER);
}

static void errors_quote(void **state)
{
	static const struct {
		uint8_t type, code;
		uint32_t rest, mtu;
	} rows[] = {
		{ 3, 1, 0, 0 },
		{ 3, 4, 1400, 1400 },
		{ 3, 3, 1400, 0 },
		{ 4, 0, 0, 0 },
		{ 5, 1, 0xc0a80001, 0 },
		{ 11, 0, 0, 0 },
		{ 12, 0, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bytes p = { 0 }, inner = echo_packet(0);
		struct pkt_headers h, quoted;

		put_ipv4(&p, 0, 56, IPPROTO_ICMP, DST, SRC);
		put_icmp_error(&p, rows[i].type, rows[i].code, rows[i].rest);
		put_bytes(&p, inner.b, 28);
		assert_int_equal(pkt_ip(view(&p), &h), 0);
		assert_int_equal(h.kind, PKT_ICMP_ERROR);
		assert_int_equal(h.pkt.icmp_type, rows[i].type);
		assert_int_equal(h.pkt.icmp_code, rows[i].code);
		assert_int_equal(h.mtu, rows[i].mtu);
		assert_int_equal(pkt_ip(h.quoted, &quoted), 0);
		assert_int_equal(quoted.kind, PKT_ECHO_REQUEST);
		assert_int_equal(quoted.pkt.icmp_id, 0xbeef);
		assert_int_equal(quoted.token_n, 0);
	}
}

static void an_ipv6_echo(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h;

	put_ipv6(&p, 20, IPPROTO_ICMPV6, 1, 2);
	put_echo(&p, 129, 0xbeef, token, sizeof(token));
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_ECHO_REPLY);
	assert_string_equal(addr_text(&h.pkt.src).s, "2001:db8::1");
	assert_string_equal(addr_text(&h.pkt.dst).s, "2001:db8::2");
	assert_int_equal(h.pkt.size, 60);
	assert_int_equal(h.pkt.ttl, 62);
	assert_int_equal(h.pkt.icmp_id, 0xbeef);
	assert_memory_equal(h.token, token, PKT_TOKEN);
	for (size_t n = 0; n < p.n; n++)
		assert_int_equal(pkt_ip(pkt_view(p.b, n), &h), n < 48 ? -EBADMSG : 0);
}

static void extension_headers_are_skipped(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h;

	put_ipv6(&p, 52, IPPROTO_HOPOPTS, 1, 2);
	put32(&p, IPPROTO_DSTOPTS << 24); /* 8 bytes */
	put32(&p, 0);
	put32(&p, IPPROTO_FRAGMENT << 24 | 1 << 16); /* 16 bytes */
	put32(&p, 0);
	put32(&p, 0);
	put32(&p, 0);
	put32(&p, IPPROTO_ICMPV6 << 24 | 1); /* the first of several */
	put32(&p, 0);
	put_echo(&p, 128, 7, token, sizeof(token));
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_ECHO_REQUEST);
	assert_int_equal(h.pkt.icmp_id, 7);
	for (size_t n = 0; n < 72; n++)
		assert_int_equal(pkt_ip(pkt_view(p.b, n), &h), -EBADMSG);
	p.b[40 + 8 + 16 + 3] = 8; /* not the first one */
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_OTHER);
}

static void extension_headers_come_to_an_end(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h;

	put_ipv6(&p, 400, IPPROTO_HOPOPTS, 1, 2);
	for (int i = 0; i < 40; i++) {
		put32(&p, IPPROTO_HOPOPTS << 24);
		put32(&p, 0);
	}
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_OTHER);
}

static void an_ipv6_error(void **state)
{
	struct bytes p = { 0 };
	struct pkt_headers h, quoted;

	put_ipv6(&p, 68, IPPROTO_ICMPV6, 1, 2);
	put_icmp_error(&p, 2, 0, 0x10500);
	put_ipv6(&p, 20, IPPROTO_ICMPV6, 2, 3);
	put_echo(&p, 128, 5, token, sizeof(token));
	assert_int_equal(pkt_ip(view(&p), &h), 0);
	assert_int_equal(h.kind, PKT_ICMP_ERROR);
	assert_int_equal(h.mtu, 0x10500);
	assert_int_equal(pkt_ip(h.quoted, &quoted), 0);
	assert_string_equal(addr_text(&quoted.pkt.dst).s, "2001:db8::3");
	assert_memory_equal(quoted.token, token, PKT_TOKEN);
}

static void neighbour_discovery(void **state)
{
	for (unsigned int type = 135; type <= 136; type++) {
		struct bytes p = { 0 };
		struct pkt_headers h;

		put_ipv6(&p, 40, IPPROTO_ICMPV6, 1, 2);
		put_icmp_error(&p, type, 0, 0);
		put32(&p, 0x20010db8);
		put32(&p, 0);
		put32(&p, 0);
		put32(&p, 9);
		put16(&p, 0x0e01); /* a nonce, say */
		put_bytes(&p, "\1\2\3\4\5\6", 6);
		put16(&p, type == 135 ? 0x0101 : 0x0201);
		put_bytes(&p, "\2\0\0\0\0\7", 6);
		assert_int_equal(pkt_ip(view(&p), &h), 0);
		assert_int_equal(h.kind, type == 135 ? PKT_ND_SOLICIT : PKT_ND_ADVERT);
		assert_string_equal(addr_text(&h.nd_target).s, "2001:db8::9");
		assert_memory_equal(h.nd_mac, "\2\0\0\0\0\7", 6);
		/* an option of no length would never end */
		p.b[40 + 24 + 1] = 0;
		assert_int_equal(pkt_ip(view(&p), &h), 0);
		assert_memory_equal(h.nd_mac, "\0\0\0\0\0\0", 6);
	}
}

static void arp(void **state)
{
	static const uint8_t a[6] = { 2, 0, 0, 0, 0, 1 }, b[6] = { 2, 0, 0, 0, 0, 2 };
	struct bytes p = { 0 };
	struct pkt_arp arp;

	put_arp(&p, 1, a, SRC, b, 0xc0a80001);
	for (size_t n = 0; n < p.n; n++)
		assert_int_equal(pkt_arp(pkt_view(p.b, n), &arp), -EBADMSG);
	assert_int_equal(pkt_arp(view(&p), &arp), 0);
	assert_false(arp.reply);
	assert_string_equal(addr_text(&arp.sender).s, "192.168.0.2");
	assert_string_equal(addr_text(&arp.target).s, "192.168.0.1");
	assert_memory_equal(arp.sender_mac, a, 6);
	assert_memory_equal(arp.target_mac, b, 6);
	p.b[7] = 2;
	assert_int_equal(pkt_arp(view(&p), &arp), 0);
	assert_true(arp.reply);
	p.b[7] = 3; /* RARP */
	assert_int_equal(pkt_arp(view(&p), &arp), -EBADMSG);
	p.b[7] = 1;
	p.b[4] = 8; /* no Ethernet address */
	assert_int_equal(pkt_arp(view(&p), &arp), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_are_in_network_order),
		cmocka_unit_test(reads_past_the_end_are_zero_and_bad),
		cmocka_unit_test(what_follows_the_end_is_empty),
		cmocka_unit_test(an_echo),
		cmocka_unit_test(an_echo_with_less_than_a_token),
		cmocka_unit_test(headers_cut_short),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(only_the_first_fragment_has_a_header),
		cmocka_unit_test(a_tcp_segment),
		cmocka_unit_test(a_datagram),
		cmocka_unit_test(other_protocols),
		cmocka_unit_test(errors_quote),
		cmocka_unit_test(an_ipv6_echo),
		cmocka_unit_test(extension_headers_are_skipped),
		cmocka_unit_test(extension_headers_come_to_an_end),
		cmocka_unit_test(an_ipv6_error),
		cmocka_unit_test(neighbour_discovery),
		cmocka_unit_test(arp),
	};

	return cmocka_run_group_tests_name("pkt", tests, NULL, NULL);
}
