/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "capture/capture.h"
#include "capture/drops.h"
#include "dropwatch.h"
#include "nftown.h"
#include "packets.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/tcp.h>
#include <pcap/pcap.h>
#include <pcap/sll.h>
#include <stdio.h>

#define SRC 0xc0a80002 /* 192.168.0.2 */
#define GW  0xc0a80001
#define DST 0x08080808

static const struct marks marks = {
	.token = { 0xde, 0xad, 0xbe, 0xef, 1, 2, 3, 4 },
	.seq = 0xabcd0000,
};

static struct addr address(const char *text)
{
	struct addr a = { 0 };

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

/* Looks for ARP from and for 192.168.0.1 and 2001:db8::9. */
static struct lookout lookout(void)
{
	struct lookout l = { .marks = marks };

	vec_push(&l.arp, address("2001:db8::9"));
	vec_push(&l.arp, address("192.168.0.1"));
	vec_push(&l.peers, ((struct udp_peer){ address("8.8.8.8"), 53 }));
	vec_push(&l.peers, ((struct udp_peer){ address("2001:db8::8"), 53 }));
	return l;
}

/* --- frames --- */

static struct bytes frame_echo(unsigned int type, size_t probe, size_t attempt)
{
	struct bytes p = { 0 };
	uint8_t token[PKT_TOKEN];

	marks_token(&marks, probe, attempt, token);
	put_ipv4(&p, 0, 84, IPPROTO_ICMP, type == 8 ? SRC : DST, type == 8 ? DST : SRC);
	put_echo(&p, type, 77, token, sizeof(token));
	return p;
}

static struct bytes frame_tcp(uint32_t seq, uint32_t ack, unsigned int flags)
{
	struct bytes p = { 0 };

	put_ipv4(&p, 0, 60, IPPROTO_TCP, SRC, DST);
	put_tcp(&p, 50000, 443, seq, ack, flags);
	return p;
}

/* Quotes the first n bytes of a packet. */
static struct bytes frame_error(const struct bytes *quoted, size_t n)
{
	struct bytes p = { 0 };

	put_ipv4(&p, 0, 56, IPPROTO_ICMP, GW, SRC);
	put_icmp_error(&p, 3, 4, 1400);
	put_bytes(&p, quoted->b, n);
	return p;
}

static struct bytes frame_arp(unsigned int op, uint32_t sender, uint32_t target)
{
	static const uint8_t a[6] = { 2, 0, 0, 0, 0, 1 }, b[6] = { 2, 0, 0, 0, 0, 2 };
	struct bytes p = { 0 };

	put_arp(&p, op, a, sender, b, target);
	return p;
}

static struct bytes frame_nd(unsigned int type, uint32_t target)
{
	struct bytes p = { 0 };

	put_ipv6(&p, 32, IPPROTO_ICMPV6, 1, 2);
	put_icmp_error(&p, type, 0, 0);
	put32(&p, 0x20010db8);
	put32(&p, 0);
	put32(&p, 0);
	put32(&p, target);
	put16(&p, type == 135 ? 0x0101 : 0x0201);
	put_bytes(&p, "\2\0\0\0\0\7", 6);
	return p;
}

/* A datagram between port 50000 of src and port 53 of dst, or back. */
static struct bytes frame_udp(uint32_t src, uint32_t dst, bool back, const void *payload, size_t n)
{
	struct bytes p = { 0 };

	put_ipv4(&p, 0, 28 + (unsigned int)n, IPPROTO_UDP, back ? dst : src, back ? src : dst);
	put_udp(&p, back ? 53 : 50000, back ? 50000 : 53, payload, n);
	return p;
}

/* What asks a name server. */
static size_t dns_question(uint8_t b[64], size_t probe, size_t attempt)
{
	static const uint8_t counts[] = { 1, 0, 0, 1, 0, 0, 0, 0, 0, 1 };
	uint16_t id = marks_dns_id(&marks, probe, attempt);

	memset(b, 0, 64);
	b[0] = (uint8_t)(id >> 8);
	b[1] = (uint8_t)id;
	memcpy(b + 2, counts, sizeof(counts));
	marks_token(&marks, probe, attempt, b + DNS_TOKEN_AT);
	return DNS_TOKEN_AT + PKT_TOKEN;
}

static struct bytes frame_echo6(unsigned int type, size_t probe, size_t attempt)
{
	struct bytes p = { 0 };
	uint8_t token[PKT_TOKEN];

	marks_token(&marks, probe, attempt, token);
	put_ipv6(&p, 20, IPPROTO_ICMPV6, 1, 2);
	put_echo(&p, type, 77, token, sizeof(token));
	return p;
}

/* --- the filter, run here --- */

static bool passes(const struct lookout *l, uint16_t protocol, const struct bytes *p)
{
	struct bpf_program f;
	struct pcap_pkthdr h = { 0 };
	struct bytes frame = { 0 };
	bool r;

	put16(&frame, protocol);
	frame.n = SLL2_HDR_LEN;
	put_bytes(&frame, p->b, p->n);
	h.caplen = h.len = (uint32_t)frame.n;
	assert_int_equal(packet_filter(l, &f), 0);
	r = pcap_offline_filter(&f, &h, frame.b) > 0;
	pcap_freecode(&f);
	return r;
}

/* Through the filter and the parser, as a captured frame goes. */
static bool seen(uint16_t protocol, const struct bytes *p, const struct observations *o,
		 struct sighting *ret)
{
	static const struct observations nothing;
	struct lookout l = lookout();
	struct sighting s = { 0 };
	bool r = identify_frame(&l, o ? o : &nothing, protocol, pkt_view(p->b, p->n), &s);

	/* what is ours must not be filtered out */
	assert_true(!r || passes(&l, protocol, p));
	vec_free(&l.arp);
	vec_free(&l.peers);
	*ret = s;
	return r;
}

static void echoes_are_known_by_their_token(void **state)
{
	static const size_t numbers[][2] = { { 0, 0 }, { 1, 2 }, { 255, 62 }, { 300, 0 } };
	struct sighting s;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		for (int reply = 0; reply < 2; reply++) {
			struct bytes p = frame_echo(reply ? 0 : 8, numbers[i][0], numbers[i][1]);

			assert_true(seen(ETH_P_IP, &p, NULL, &s));
			assert_int_equal(s.kind, reply ? SIGHT_REPLY : SIGHT_REQUEST);
			assert_int_equal(s.probe, numbers[i][0]);
			assert_int_equal(s.attempt, numbers[i][1]);
			assert_int_equal(s.pkt.icmp_id, 77);
			assert_int_equal(s.pkt.reply, reply);
		}
	}
}

static void echoes_of_others(void **state)
{
	struct lookout l = lookout();
	struct sighting s;

	for (size_t i = 0; i < sizeof(marks.token); i++) {
		struct bytes p = frame_echo(8, 0, 0);

		p.b[28 + i] ^= 1;
		assert_false(seen(ETH_P_IP, &p, NULL, &s));
		assert_false(passes(&l, ETH_P_IP, &p));
	}
	/* a token that is not whole */
	struct bytes p = frame_echo(8, 0, 0);

	p.n--;
	assert_false(seen(ETH_P_IP, &p, NULL, &s));
	/* another protocol altogether */
	p.n++;
	assert_false(seen(ETH_P_LOOPBACK, &p, NULL, &s));
	assert_false(passes(&l, ETH_P_LOOPBACK, &p));
	vec_free(&l.arp);
	vec_free(&l.peers);
}

static void connections_are_known_by_their_numbers(void **state)
{
	static const size_t numbers[][2] = { { 0, 0 }, { 1, 2 }, { 255, 62 } };
	struct sighting s;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint32_t seq = marks_seq(&marks, numbers[i][0], numbers[i][1]);
		struct bytes syn = frame_tcp(seq, 0, TH_SYN);
		struct bytes ecn = frame_tcp(seq, 0, TH_SYN | 0xc0);
		struct bytes syn_ack = frame_tcp(1, seq + 1, TH_SYN | TH_ACK);
		struct bytes rst = frame_tcp(0, seq + 1, TH_RST | TH_ACK);

		assert_true(seen(ETH_P_IP, &syn, NULL, &s));
		assert_int_equal(s.kind, SIGHT_REQUEST);
		assert_int_equal(s.probe, numbers[i][0]);
		assert_int_equal(s.attempt, numbers[i][1]);
		assert_true(seen(ETH_P_IP, &ecn, NULL, &s));
		assert_int_equal(s.kind, SIGHT_REQUEST);
		assert_true(seen(ETH_P_IP, &syn_ack, NULL, &s));
		assert_int_equal(s.kind, SIGHT_REPLY);
		assert_int_equal(s.probe, numbers[i][0]);
		assert_int_equal(s.attempt, numbers[i][1]);
		assert_true(seen(ETH_P_IP, &rst, NULL, &s));
		assert_int_equal(s.kind, SIGHT_REPLY);
		assert_int_equal(s.pkt.tcp_flags, TH_RST | TH_ACK);
	}
}

static void the_end_of_a_connection_is_no_question(void **state)
{
	uint32_t seq = marks_seq(&marks, 1, 2);
	struct bytes p[] = {
		frame_tcp(seq + 1, 5, TH_ACK),
		frame_tcp(seq + 1, 5, TH_RST | TH_ACK),
		frame_tcp(seq + 1, 0, TH_RST),
		frame_tcp(seq + 1, 0, TH_SYN),
		frame_tcp(seq, 5, TH_RST),
		frame_tcp(5, seq + 1, TH_ACK),
		frame_tcp(5, seq + 1, TH_RST),
		frame_tcp(5, seq + 1, TH_SYN),
		frame_tcp(5, seq + 2, TH_SYN | TH_ACK),
		frame_tcp(marks.seq - 4, 0, TH_SYN),
		frame_tcp(marks.seq + 0x10000, 0, TH_SYN),
	};
	struct sighting s;

	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		if (seen(ETH_P_IP, &p[i], NULL, &s))
			fail_msg("segment %zu", i);
}

static void what_follows_on_a_connection(void **state)
{
	uint32_t seq = marks_seq(&marks, 3, 2) + SEQ_FOLLOWS;
	const struct {
		struct bytes frame;
		bool ours;
		enum sight_kind kind;
	} table[] = {
		{ frame_tcp(seq, 5, TH_ACK), true, SIGHT_REQUEST },
		{ frame_tcp(5, seq + 1, TH_ACK), true, SIGHT_REPLY },
		/* how the connection is opened, acknowledged and closed */
		{ frame_tcp(seq, 0, TH_SYN), false, 0 },
		{ frame_tcp(5, seq + 1, TH_SYN | TH_ACK), false, 0 },
		{ frame_tcp(seq + 1, 6, TH_ACK), false, 0 },
		{ frame_tcp(seq + 1, 6, TH_RST | TH_ACK), false, 0 },
		{ frame_tcp(5, seq + 1, TH_RST | TH_ACK), false, 0 },
		{ frame_tcp(seq, 5, TH_ACK | TH_FIN), false, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct bytes frame = table[i].frame;
		struct sighting s;

		if (seen(ETH_P_IP, &frame, NULL, &s) != table[i].ours)
			fail_msg("segment %zu", i);
		if (!table[i].ours)
			continue;
		assert_int_equal(s.kind, table[i].kind);
		assert_int_equal(s.probe, 3);
		assert_int_equal(s.attempt, 2);
	}
}

static void sequence_numbers_wrap_around(void **state)
{
	struct marks high = { .seq = 0xffff0000 };
	struct bytes p = frame_tcp(7, marks_seq(&high, 255, 63) + 1, TH_SYN | TH_ACK);
	struct pkt_headers h;
	struct identity id;

	assert_int_equal(pkt_ip(pkt_view(p.b, p.n), &h), 0);
	assert_true(identify_packet(&high, NULL, &h, &id));
	assert_int_equal(id.probe, 255);
	assert_int_equal(id.attempt, 63);
}

static void ipv6(void **state)
{
	struct bytes p = frame_echo6(128, 3, 1);
	struct sighting s;

	assert_true(seen(ETH_P_IPV6, &p, NULL, &s));
	assert_int_equal(s.kind, SIGHT_REQUEST);
	p = frame_echo6(129, 3, 1);
	assert_true(seen(ETH_P_IPV6, &p, NULL, &s));
	assert_int_equal(s.kind, SIGHT_REPLY);
	assert_int_equal(s.probe, 3);
	p = (struct bytes){ 0 };
	put_ipv6(&p, 20, IPPROTO_TCP, 1, 2);
	put_tcp(&p, 1, 2, marks_seq(&marks, 4, 5), 0, TH_SYN);
	assert_true(seen(ETH_P_IPV6, &p, NULL, &s));
	assert_int_equal(s.probe, 4);
	assert_int_equal(s.attempt, 5);
}

static void datagrams_are_known_by_their_token(void **state)
{
	uint8_t b[64];
	struct sighting s;

	for (size_t attempt = 0; attempt < 10000; attempt += 3333) {
		struct bytes p;

		marks_token(&marks, 1, attempt, b);
		p = frame_udp(SRC, DST, false, b, PKT_TOKEN);
		assert_true(seen(ETH_P_IP, &p, NULL, &s));
		assert_int_equal(s.kind, SIGHT_REQUEST);
		assert_int_equal(s.probe, 1);
		assert_int_equal(s.attempt, attempt);
		assert_int_equal(s.pkt.sport, 50000);
		p = frame_udp(SRC, DST, false, b, dns_question(b, 1, attempt));
		assert_true(seen(ETH_P_IP, &p, NULL, &s));
		assert_int_equal(s.probe, 1);
		assert_int_equal(s.attempt, attempt);
		/* the same to another name */
		p.b[28 + DNS_TOKEN_AT] ^= 1;
		assert_false(seen(ETH_P_IP, &p, NULL, &s));
	}
}

static void the_answer_to_a_datagram_is_known_by_its_ports(void **state)
{
	struct observations o = { 0 };
	uint8_t b[64];
	struct bytes request = frame_udp(SRC, DST, false, b, dns_question(b, 2, 1));
	/* NAT made another source of it */
	struct bytes outside = frame_udp(GW, DST, false, b, dns_question(b, 2, 1));
	struct bytes answer = frame_udp(SRC, DST, true, "whatever", 8);
	struct bytes there = frame_udp(GW, DST, true, "", 0);
	struct bytes echoed = frame_udp(SRC, DST, true, b, dns_question(b, 2, 1));
	struct bytes error, other = answer;
	struct sighting s;

	assert_false(seen(ETH_P_IP, &answer, &o, &s));
	assert_true(seen(ETH_P_IP, &request, &o, &s));
	vec_push(&o.sightings, s);
	assert_true(seen(ETH_P_IP, &outside, &o, &s));
	assert_int_equal(s.kind, SIGHT_REQUEST);
	vec_push(&o.sightings, s);
	assert_true(seen(ETH_P_IP, &answer, &o, &s));
	assert_int_equal(s.kind, SIGHT_REPLY);
	assert_true(s.pkt.reply);
	assert_int_equal(s.probe, 2);
	assert_int_equal(s.attempt, 1);
	assert_true(seen(ETH_P_IP, &there, &o, &s));
	assert_int_equal(s.kind, SIGHT_REPLY);
	/* a service that sends back what it gets */
	assert_true(seen(ETH_P_IP, &echoed, &o, &s));
	assert_int_equal(s.kind, SIGHT_REPLY);
	/* an error that quotes the ports only */
	error = frame_error(&outside, 28);
	assert_true(seen(ETH_P_IP, &error, &o, &s));
	assert_int_equal(s.kind, SIGHT_ERROR);
	assert_int_equal(s.probe, 2);
	assert_false(s.error_of_reply);
	error = frame_error(&answer, 28);
	assert_true(seen(ETH_P_IP, &error, &o, &s));
	assert_true(s.error_of_reply);
	/* another connection's answer */
	other.b[23] ^= 1;
	assert_false(seen(ETH_P_IP, &other, &o, &s));
	observations_free(&o);
}

static void errors_are_known_by_what_they_quote(void **state)
{
	uint32_t seq = marks_seq(&marks, 1, 0);
	struct bytes echo = frame_echo(8, 2, 1), reply = frame_echo(0, 2, 1);
	struct bytes syn = frame_tcp(seq, 0, TH_SYN);
	struct bytes syn_ack = frame_tcp(9, seq + 1, TH_SYN | TH_ACK), p;
	struct sighting s;

	p = frame_error(&echo, echo.n);
	assert_true(seen(ETH_P_IP, &p, NULL, &s));
	assert_int_equal(s.kind, SIGHT_ERROR);
	assert_int_equal(s.probe, 2);
	assert_int_equal(s.attempt, 1);
	assert_false(s.error_of_reply);
	assert_int_equal(s.error_mtu, 1400);
	assert_string_equal(addr_text(&s.pkt.src).s, "192.168.0.1");
	assert_string_equal(addr_text(&s.inner.dst).s, "8.8.8.8");
	assert_int_equal(s.inner.icmp_type, 8);

	p = frame_error(&reply, reply.n);
	assert_true(seen(ETH_P_IP, &p, NULL, &s));
	assert_true(s.error_of_reply);
	assert_true(s.inner.reply);

	for (size_t n = 28; n <= syn.n; n++) {
		p = frame_error(&syn, n);
		assert_true(seen(ETH_P_IP, &p, NULL, &s));
		assert_int_equal(s.probe, 1);
		assert_false(s.error_of_reply);
	}
	p = frame_error(&syn_ack, syn_ack.n);
	assert_true(seen(ETH_P_IP, &p, NULL, &s));
	assert_int_equal(s.probe, 1);
	assert_true(s.error_of_reply);
}

static void errors_that_quote_little(void **state)
{
	struct bytes echo = frame_echo(8, 2, 1), p = frame_error(&echo, 28);
	struct observations o = { 0 };
	struct sighting s, *earlier;

	/* nobody knows that id */
	assert_false(seen(ETH_P_IP, &p, &o, &s));
	earlier = vec_add(&o.sightings);
	assert_true(seen(ETH_P_IP, &echo, &o, earlier));
	assert_true(seen(ETH_P_IP, &p, &o, &s));
	assert_int_equal(s.kind, SIGHT_ERROR);
	assert_int_equal(s.probe, 2);
	assert_int_equal(s.attempt, 1);
	/* the id of somebody else's question to another place */
	p.b[28 + 19] ^= 1;
	assert_false(seen(ETH_P_IP, &p, &o, &s));
	/* a token that is there and not ours decides */
	p = frame_error(&echo, echo.n);
	p.b[28 + 28] ^= 1;
	assert_false(seen(ETH_P_IP, &p, &o, &s));
	observations_free(&o);
}

static void errors_of_others(void **state)
{
	struct bytes syn = frame_tcp(5, 0, TH_SYN), p = frame_error(&syn, 28);
	struct sighting s;

	assert_false(seen(ETH_P_IP, &p, NULL, &s));
	p.n = 28;
	assert_false(seen(ETH_P_IP, &p, NULL, &s));
}

static void arp_of_the_path(void **state)
{
	struct lookout l = lookout();
	struct bytes p = frame_arp(1, SRC, GW);
	struct sighting s;

	assert_true(seen(ETH_P_ARP, &p, NULL, &s));
	assert_int_equal(s.kind, SIGHT_ARP_REQUEST);
	assert_int_equal(s.probe, -1);
	assert_int_equal(s.attempt, -1);
	assert_string_equal(addr_text(&s.arp_sender).s, "192.168.0.2");
	assert_string_equal(addr_text(&s.arp_target).s, "192.168.0.1");
	assert_memory_equal(s.arp_sender_mac, "\2\0\0\0\0\1", 6);
	assert_memory_equal(s.arp_target_mac, "\2\0\0\0\0\2", 6);
	p = frame_arp(2, GW, SRC);
	assert_true(seen(ETH_P_ARP, &p, NULL, &s));
	assert_int_equal(s.kind, SIGHT_ARP_REPLY);
	p = frame_arp(1, SRC, SRC + 9);
	assert_false(seen(ETH_P_ARP, &p, NULL, &s));
	assert_false(passes(&l, ETH_P_ARP, &p));
	vec_free(&l.arp);
	vec_free(&l.peers);
}

static void nobody_asked_for_arp(void **state)
{
	struct lookout l = { .marks = marks };
	struct bytes p = frame_arp(1, SRC, GW);

	assert_false(passes(&l, ETH_P_ARP, &p));
}

static void more_addresses_than_the_filter_has_room_for(void **state)
{
	struct lookout l = { .marks = marks };
	struct bytes p = frame_arp(1, 0x0a000000 + 299, 0);
	struct observations o = { 0 };
	struct sighting s = { 0 };

	for (unsigned int i = 0; i < 300; i++) {
		struct addr a = address("10.0.0.0");

		a.b[2] = (uint8_t)(i >> 8);
		a.b[3] = (uint8_t)i;
		vec_push(&l.arp, a);
	}
	assert_true(passes(&l, ETH_P_ARP, &p));
	assert_true(identify_frame(&l, &o, ETH_P_ARP, pkt_view(p.b, p.n), &s));
	p = frame_arp(1, 0x0a000000 + 300, 0);
	assert_false(identify_frame(&l, &o, ETH_P_ARP, pkt_view(p.b, p.n), &s));
	vec_free(&l.arp);
	vec_free(&l.peers);
}

static void neighbour_discovery(void **state)
{
	struct bytes p = frame_nd(135, 9);
	struct sighting s;

	assert_true(seen(ETH_P_IPV6, &p, NULL, &s));
	assert_int_equal(s.kind, SIGHT_ARP_REQUEST);
	assert_string_equal(addr_text(&s.arp_sender).s, "2001:db8::1");
	assert_string_equal(addr_text(&s.arp_target).s, "2001:db8::9");
	p = frame_nd(136, 9);
	assert_true(seen(ETH_P_IPV6, &p, NULL, &s));
	assert_int_equal(s.kind, SIGHT_ARP_REPLY);
	assert_string_equal(addr_text(&s.arp_sender).s, "2001:db8::9");
	assert_memory_equal(s.arp_sender_mac, "\2\0\0\0\0\7", 6);
	p = frame_nd(135, 10);
	assert_false(seen(ETH_P_IPV6, &p, NULL, &s));
}

static void the_filter_drops_the_rest(void **state)
{
	struct lookout l = lookout();
	struct bytes p = frame_tcp(0xabce0000, 0xabcc0000, TH_SYN | TH_ACK);

	assert_false(passes(&l, ETH_P_IP, &p));
	p = (struct bytes){ 0 };
	put_ipv4(&p, 0, 28, IPPROTO_UDP, SRC, DST);
	put32(&p, 0);
	put32(&p, 0);
	assert_false(passes(&l, ETH_P_IP, &p));
	/* a later fragment: its payload is no header */
	p = frame_tcp(marks.seq, 0, TH_SYN);
	p.b[7] = 1;
	assert_false(passes(&l, ETH_P_IP, &p));
	/* router advertisements are none of our business */
	p = frame_nd(134, 9);
	assert_false(passes(&l, ETH_P_IPV6, &p));
	vec_free(&l.arp);
	vec_free(&l.peers);
}

/* --- trace messages --- */

struct trace_text {
	uint8_t family;
	uint32_t id, type, verdict;
	const char *table, *chain, *jump;
	uint64_t handle;
	const struct bytes *packet; /* NULL: without headers */
};

static bool trace(struct nftrace *t, struct observations *o, const struct trace_text *text)
{
	_Alignas(8) char buffer[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *header;
	struct nlattr *nest;

	nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE;
	header = mnl_nlmsg_put_extra_header(nlh, sizeof(*header));
	header->nfgen_family = text->family;
	mnl_attr_put_u32(nlh, NFTA_TRACE_ID, htobe32(text->id));
	mnl_attr_put_u32(nlh, NFTA_TRACE_TYPE, htobe32(text->type));
	mnl_attr_put_strz(nlh, NFTA_TRACE_TABLE, text->table);
	mnl_attr_put_strz(nlh, NFTA_TRACE_CHAIN, text->chain);
	if (text->handle)
		mnl_attr_put_u64(nlh, NFTA_TRACE_RULE_HANDLE, htobe64(text->handle));
	if (text->type == NFT_TRACETYPE_POLICY) {
		mnl_attr_put_u32(nlh, NFTA_TRACE_POLICY, htobe32(text->verdict));
	} else {
		nest = mnl_attr_nest_start(nlh, NFTA_TRACE_VERDICT);
		mnl_attr_put_u32(nlh, NFTA_VERDICT_CODE, htobe32(text->verdict));
		if (text->jump)
			mnl_attr_put_strz(nlh, NFTA_VERDICT_CHAIN, text->jump);
		mnl_attr_nest_end(nlh, nest);
	}
	mnl_attr_put_u32(nlh, NFTA_TRACE_MARK, htobe32(0x42));
	if (text->packet) {
		mnl_attr_put_u32(nlh, NFTA_TRACE_IIF, htobe32(5));
		mnl_attr_put_u32(nlh, NFTA_TRACE_OIF, htobe32(6));
		mnl_attr_put(nlh, NFTA_TRACE_NETWORK_HEADER, 20, text->packet->b);
		mnl_attr_put(nlh, NFTA_TRACE_TRANSPORT_HEADER, 20, text->packet->b + 20);
	}
	return nftrace_message(t, 3, nlh, o);
}

static void a_drop(void **state)
{
	struct bytes p = frame_echo(8, 2, 1);
	const struct trace_text text = {
		.family = NFPROTO_IPV4, .id = 1, .type = NFT_TRACETYPE_RULE, .verdict = NF_DROP,
		.table = "filter", .chain = "FORWARD", .handle = 7, .packet = &p,
	};
	struct nftrace *t = nftrace_new(&marks);
	struct observations o = { 0 };
	const struct trace_event *e;

	assert_true(trace(t, &o, &text));
	assert_int_equal(o.traces.n, 1);
	e = &o.traces.v[0];
	assert_int_equal(e->ns, 3);
	assert_int_equal(e->id, 1);
	assert_int_equal(e->family, NFPROTO_IPV4);
	assert_string_equal(e->table, "filter");
	assert_string_equal(e->chain, "FORWARD");
	assert_int_equal(e->handle, 7);
	assert_int_equal(e->type, TRACE_RULE);
	assert_int_equal(e->verdict, NF_DROP);
	assert_null(e->jump);
	assert_int_equal(e->iif, 5);
	assert_int_equal(e->oif, 6);
	assert_int_equal(e->probe, 2);
	assert_int_equal(e->attempt, 1);
	assert_false(e->reply);
	assert_int_equal(e->pkt.mark, 0x42);
	assert_string_equal(addr_text(&e->pkt.dst).s, "8.8.8.8");
	observations_free(&o);
	nftrace_close(t);
}

static void a_dropped_question_to_a_name_server(void **state)
{
	struct marks many = { .token = { 0xde, 0xad }, .crowded = true };
	struct nftrace *t = nftrace_new(&marks), *crowded = nftrace_new(&many);
	struct observations o = { 0 };
	uint8_t b[64];
	struct bytes p = frame_udp(SRC, DST, false, b, dns_question(b, 3, 9999));
	const struct trace_text text = {
		.family = NFPROTO_INET, .id = 1, .type = NFT_TRACETYPE_RULE, .verdict = NF_DROP,
		.table = "filter", .chain = "OUTPUT", .handle = 7, .packet = &p,
	};

	/* it was dropped before any capture could see it */
	assert_true(trace(t, &o, &text));
	assert_int_equal(o.traces.v[0].probe, 3);
	assert_int_equal(o.traces.v[0].attempt, 9999);
	assert_false(o.traces.v[0].reply);
	/* with more probes, an id may mean several */
	assert_false(trace(crowded, &o, &text));
	/* somebody's question without the additional record */
	p.b[28 + 11] = 0;
	assert_false(trace(t, &o, &text));
	nftrace_close(crowded);
	observations_free(&o);
	nftrace_close(t);
}

static void later_messages_inherit_the_packet(void **state)
{
	struct bytes p = frame_tcp(3, marks_seq(&marks, 1, 0) + 1, TH_SYN | TH_ACK);
	struct trace_text text = {
		.family = NFPROTO_INET, .id = 9, .type = NFT_TRACETYPE_RULE,
		.verdict = (uint32_t)NFT_JUMP, .table = "t", .chain = "c", .jump = "sub", .handle = 1,
		.packet = &p,
	};
	struct nftrace *t = nftrace_new(&marks);
	struct observations o = { 0 };

	assert_true(trace(t, &o, &text));
	assert_string_equal(o.traces.v[0].jump, "sub");
	assert_int_equal(o.traces.v[0].verdict, NFT_JUMP);
	text.packet = NULL;
	text.jump = NULL;
	text.type = NFT_TRACETYPE_POLICY;
	text.handle = 0;
	text.verdict = NF_ACCEPT;
	assert_true(trace(t, &o, &text));
	assert_int_equal(o.traces.v[1].type, TRACE_POLICY);
	assert_int_equal(o.traces.v[1].verdict, NF_ACCEPT);
	assert_int_equal(o.traces.v[1].probe, 1);
	assert_true(o.traces.v[1].reply);
	assert_int_equal(o.traces.v[1].iif, 5);
	/* an id that nobody introduced */
	text.id = 10;
	assert_false(trace(t, &o, &text));
	assert_int_equal(o.traces.n, 2);
	observations_free(&o);
	nftrace_close(t);
}

/* What it quotes cannot be seen in 20 bytes; the rule that has it traced has seen it. */
static void a_dropped_error(void **state)
{
	struct bytes echo = frame_echo(8, 2, 1), p = frame_error(&echo, echo.n);
	const struct trace_text text = {
		.family = NFPROTO_IPV4, .id = 1, .type = NFT_TRACETYPE_RULE, .verdict = NF_DROP,
		.table = "filter", .chain = "OUTPUT", .handle = 7, .packet = &p,
	};
	struct nftrace *t = nftrace_new(&marks);
	struct observations o = { 0 };

	assert_true(trace(t, &o, &text));
	assert_int_equal(o.traces.v[0].probe, -1);
	assert_int_equal(o.traces.v[0].pkt.icmp_type, 3);
	assert_int_equal(o.traces.v[0].pkt.icmp_code, 4);
	observations_free(&o);
	nftrace_close(t);
}

static void an_id_that_went_to_somebody_else(void **state)
{
	struct bytes ours = frame_echo(8, 2, 1), theirs = frame_tcp(5, 0, TH_SYN);
	struct trace_text text = {
		.family = NFPROTO_IPV4, .id = 1, .type = NFT_TRACETYPE_RULE, .verdict = NF_ACCEPT,
		.table = "t", .chain = "c", .handle = 7, .packet = &ours,
	};
	struct nftrace *t = nftrace_new(&marks);
	struct observations o = { 0 };

	assert_true(trace(t, &o, &text));
	text.packet = &theirs;
	assert_false(trace(t, &o, &text));
	text.packet = NULL;
	assert_false(trace(t, &o, &text));
	assert_int_equal(o.traces.n, 1);
	observations_free(&o);
	nftrace_close(t);
}

static void our_own_table_only_introduces(void **state)
{
	struct bytes p = frame_echo(8, 2, 1);
	char table[32];
	struct trace_text text = {
		.family = NFPROTO_INET, .id = 1, .type = NFT_TRACETYPE_RULE,
		.verdict = (uint32_t)NFT_CONTINUE, .table = table, .chain = "prerouting", .handle = 2,
		.packet = &p,
	};
	struct nftrace *t = nftrace_new(&marks);
	struct observations o = { 0 };

	snprintf(table, sizeof(table), "nsdoctor-%d", (int)getpid());
	assert_false(trace(t, &o, &text));
	text.table = "t";
	text.packet = NULL;
	assert_true(trace(t, &o, &text));
	assert_int_equal(o.traces.v[0].probe, 2);
	/* the end of a chain, told like a rule */
	text.handle = 0;
	assert_false(trace(t, &o, &text));
	observations_free(&o);
	nftrace_close(t);
}

static void messages_cut_short(void **state)
{
	_Alignas(8) char buffer[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nftrace *t = nftrace_new(&marks);
	struct observations o = { 0 };

	nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE;
	assert_false(nftrace_message(t, 0, nlh, &o));
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nfgenmsg));
	assert_false(nftrace_message(t, 0, nlh, &o));
	mnl_attr_put_u16(nlh, NFTA_TRACE_ID, 1);
	assert_false(nftrace_message(t, 0, nlh, &o));
	assert_int_equal(o.traces.n, 0);
	nftrace_close(t);
}

/* Nothing of it is sent. */
static void a_table_that_is_too_large(void **state)
{
	struct nftown o;

	nftown_begin(&o, NFPROTO_INET, "nsdoctor-1");
	for (int i = 0; i < 4000; i++)
		nftown_add_rule(&o, nftown_rule(&o, "a chain whose name is rather long"));
	assert_int_equal(nftown_commit(&o, NULL), -ENOBUFS);
}

/* --- what the kernel says of its drops --- */

static struct drops_answer dropped(const struct bytes *p, unsigned int ethertype)
{
	struct drops_answer a = { .kind = DROPS_EVENT, .reason = "IP_RPFILTER" };

	a.event = (struct drops_event){ .netns = 4711, .ifindex = 3, .ethertype = (unsigned short)ethertype,
					.n = (unsigned short)p->n, .function = "ip_rcv_finish_core" };
	memcpy(a.event.bytes, p->b, p->n < sizeof(a.event.bytes) ? p->n : sizeof(a.event.bytes));
	return a;
}

static void reasons_of_the_kernel(void **state)
{
	const struct ns config = { .inode = 4711 };
	struct observe_spec spec = { .marks = marks };
	struct bytes p = frame_echo(8, 2, 0);
	struct drops_answer a = dropped(&p, ETH_P_IP);
	struct kernel_drop d;

	vec_push(&spec.ns, ((struct watched){ .ns = 5, .config = &config }));
	assert_true(dropwatch_take(&a, &spec, &d));
	assert_int_equal(d.ns, 5);
	assert_int_equal(d.ifindex, 3);
	assert_int_equal(d.kind, SIGHT_REQUEST);
	assert_int_equal(d.probe, 2);
	assert_string_equal(d.reason, "IP_RPFILTER");
	assert_string_equal(d.function, "ip_rcv_finish_core");
	/* names that do not end, and more bytes than there can be */
	memset(a.reason, 'A', sizeof(a.reason));
	memset(a.event.function, 'f', sizeof(a.event.function));
	a.event.n = 0xffff;
	assert_true(dropwatch_take(&a, &spec, &d));
	assert_int_equal(strlen(d.reason), sizeof(d.reason) - 1);
	assert_int_equal(strlen(d.function), sizeof(d.function) - 1);
	/* an answer to it, and a connection's */
	p = frame_echo(0, 1, 0);
	a = dropped(&p, ETH_P_IP);
	assert_true(dropwatch_take(&a, &spec, &d));
	assert_int_equal(d.kind, SIGHT_REPLY);
	p = frame_tcp(marks_seq(&marks, 1, 0), 0, TH_SYN);
	a = dropped(&p, ETH_P_IP);
	assert_true(dropwatch_take(&a, &spec, &d));
	assert_int_equal(d.probe, 1);
	/* another namespace's, somebody else's, cut off, no account of a drop */
	a.event.netns = 4712;
	assert_false(dropwatch_take(&a, &spec, &d));
	p = frame_tcp(1, 0, TH_SYN);
	a = dropped(&p, ETH_P_IP);
	assert_false(dropwatch_take(&a, &spec, &d));
	p = frame_echo(8, 2, 0);
	a = dropped(&p, ETH_P_IP);
	a.event.n = 22;
	assert_false(dropwatch_take(&a, &spec, &d));
	a = dropped(&p, ETH_P_IP);
	a.kind = DROPS_DONE;
	assert_false(dropwatch_take(&a, &spec, &d));
	vec_free(&spec.ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echoes_are_known_by_their_token),
		cmocka_unit_test(echoes_of_others),
		cmocka_unit_test(connections_are_known_by_their_numbers),
		cmocka_unit_test(the_end_of_a_connection_is_no_question),
		cmocka_unit_test(what_follows_on_a_connection),
		cmocka_unit_test(sequence_numbers_wrap_around),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(datagrams_are_known_by_their_token),
		cmocka_unit_test(the_answer_to_a_datagram_is_known_by_its_ports),
		cmocka_unit_test(errors_are_known_by_what_they_quote),
		cmocka_unit_test(errors_that_quote_little),
		cmocka_unit_test(errors_of_others),
		cmocka_unit_test(arp_of_the_path),
		cmocka_unit_test(nobody_asked_for_arp),
		cmocka_unit_test(more_addresses_than_the_filter_has_room_for),
		cmocka_unit_test(neighbour_discovery),
		cmocka_unit_test(the_filter_drops_the_rest),
		cmocka_unit_test(a_drop),
		cmocka_unit_test(a_dropped_question_to_a_name_server),
		cmocka_unit_test(later_messages_inherit_the_packet),
		cmocka_unit_test(a_dropped_error),
		cmocka_unit_test(an_id_that_went_to_somebody_else),
		cmocka_unit_test(our_own_table_only_introduces),
		cmocka_unit_test(messages_cut_short),
		cmocka_unit_test(a_table_that_is_too_large),
		cmocka_unit_test(reasons_of_the_kernel),
	};

	return cmocka_run_group_tests_name("capture", tests, NULL, NULL);
}
