/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diagnosed.h"

#include "report/pcapng.h"
#include "report/story.h"
#include "strbuf.h"

#define SECOND 1700000000000000

/* --- reading it back, as the format says --- */

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6 };
enum { COMMENT = 1, NAME = 2, DESCRIPTION = 3, FLAGS = 2 };

struct block {
	uint32_t type, len;
	const char *body;
	size_t fixed; /* bytes before its options */
};

static uint32_t u32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint16_t u16(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

typedef VEC(struct block) blocks;

static void read_blocks(const struct strbuf *b, blocks *ret)
{
	for (size_t at = 0; at < b->n;) {
		struct block *block = vec_add(ret);

		assert_true(b->n - at >= 12);
		*block = (struct block){ u32(b->s + at), u32(b->s + at + 4), b->s + at + 8, 0 };
		assert_int_equal(block->len % 4, 0);
		assert_true(block->len >= 12 && block->len <= b->n - at);
		assert_int_equal(u32(b->s + at + block->len - 4), block->len);
		block->fixed = block->type == SECTION   ? 16 :
			       block->type == INTERFACE ? 8 :
							  20 + (u32(block->body + 12) + 3) / 4 * 4;
		at += block->len;
	}
}

/* The nth option of this code as text, "" where there is none. Options end with an empty one. */
static const char *option(const struct block *b, uint16_t code, int n)
{
	static char text[1024];
	size_t at = b->fixed, end = b->len - 12;

	while (at + 4 <= end && u16(b->body + at)) {
		uint16_t len = u16(b->body + at + 2);

		assert_true(at + 4 + len <= end && len < sizeof(text));
		if (u16(b->body + at) == code && n-- == 0) {
			memcpy(text, b->body + at + 4, len);
			text[len] = '\0';
			return text;
		}
		at += 4 + (len + 3u) / 4 * 4;
	}
	assert_int_equal(at + 4, end);
	return "";
}

/* --- what is written --- */

static struct sighting *add_seen(struct diagnosis *d, int ns, int ifindex, bool out,
				 enum sight_kind kind, int64_t us, const char *frame)
{
	struct sighting *s = vec_add(&d->seen.sightings);

	*s = (struct sighting){ .us = (uint64_t)(SECOND + us), .ns = ns, .ifindex = ifindex,
				.out = out, .kind = kind };
	s->pkt.reply = kind == SIGHT_REPLY;
	s->frame_at = d->seen.frames.n;
	s->frame_n = strlen(frame);
	s->frame_size = s->frame_n ? 1500 : 0;
	for (const char *c = frame; *c; c++)
		vec_push(&d->seen.frames, (uint8_t)*c);
	return s;
}

static void written(struct diagnosis *d, struct strbuf *b, blocks *ret)
{
	report_pcapng(d, b);
	read_blocks(b, ret);
}

static void a_block_for_each_hop_and_each_packet(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = not_forwarded();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	blocks all = { 0 };

	/* read namespace by namespace, so not in the order of time */
	add_seen(d, NS_HOST, VETH0, false, SIGHT_REQUEST, 10, "second");
	add_seen(d, NS_HOST, BR0, false, SIGHT_REQUEST, 20, "third");
	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 0, "first");
	add_seen(d, NS_HOST, 17, true, SIGHT_ARP_REQUEST, 30, "a")->probe = -1;
	add_seen(d, NS_HOST, ETH0, true, SIGHT_REQUEST, 40, ""); /* no bytes, no packet */
	d->seen.sightings.n--;
	written(d, &b, &all);

	assert_int_equal(all.n, 1 + 5 + 4);
	assert_int_equal(all.v[0].type, SECTION);
	assert_int_equal(u32(all.v[0].body), 0x1a2b3c4d);
	assert_non_null(strstr(option(&all.v[0], COMMENT, 0), "unreachable: netns1 cannot reach"));

	assert_int_equal(all.v[1].type, INTERFACE);
	assert_int_equal(u16(all.v[1].body), 276);
	assert_string_equal(option(&all.v[1], NAME, 0), "netns1:ceth0");
	assert_string_equal(option(&all.v[1], DESCRIPTION, 0), "source, 192.168.0.2");
	assert_string_equal(option(&all.v[2], DESCRIPTION, 0), "port of br0");
	assert_string_equal(option(&all.v[4], NAME, 0), "host:eth0");
	assert_string_equal(option(&all.v[5], NAME, 0), "host:if17");
	assert_string_equal(option(&all.v[5], DESCRIPTION, 0), "not on the path");

	assert_int_equal(all.v[6].type, PACKET);
	assert_int_equal(u32(all.v[6].body), 0);
	assert_true(((uint64_t)u32(all.v[6].body + 4) << 32 | u32(all.v[6].body + 8)) == SECOND);
	assert_int_equal(u32(all.v[6].body + 12), 5);
	assert_int_equal(u32(all.v[6].body + 16), 1500);
	assert_memory_equal(all.v[6].body + 20, "first", 5);
	assert_int_equal(u32(option(&all.v[6], FLAGS, 0)), 2);
	assert_int_equal(u32(option(&all.v[7], FLAGS, 0)), 1);
	assert_int_equal(u32(all.v[8].body), 2);
	assert_int_equal(u32(all.v[9].body), 4);
	vec_free(&all);
}

static void the_comments_say_what_and_why(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = not_forwarded();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	blocks all = { 0 };

	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 0, "x");
	add_seen(d, NS_HOST, BR0, false, SIGHT_REQUEST, 20, "x");
	/* the host's own question got through */
	add_seen(d, NS_HOST, ETH0, true, SIGHT_REQUEST, 30, "x")->probe = 1;
	add_seen(d, NS_HOST, ETH0, false, SIGHT_REPLY, 40, "x")->probe = 1;
	written(d, &b, &all);

	assert_int_equal(all.n, 1 + 4 + 4);
	assert_string_equal(option(&all.v[5], COMMENT, 0),
			    "netns1:ceth0, leaving: request 1 by icmp, the question");
	assert_string_equal(option(&all.v[5], COMMENT, 1), "");
	assert_string_equal(option(&all.v[6], COMMENT, 0),
			    "host:br0, arriving: request 1 by icmp, the question");
	assert_string_equal(option(&all.v[6], COMMENT, 1),
			    "last seen here, not forwarded: ip-forward-off (confirmed): this host does "
			    "not forward IPv4 (net.ipv4.ip_forward = 0)");
	assert_string_equal(option(&all.v[8], COMMENT, 0),
			    "host:eth0, arriving: answer to request 1 by icmp, the host's own");
	assert_string_equal(option(&all.v[8], COMMENT, 1), "");
	vec_free(&all);
}

static void a_lost_answer_ends_where_it_was_seen_last(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = reply_dropped();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	blocks all = { 0 };

	add_seen(d, NS_HOST, ETH0, true, SIGHT_REQUEST, 0, "x");
	add_seen(d, NS_HOST, ETH0, false, SIGHT_REPLY, 5, "x");
	written(d, &b, &all);
	assert_string_equal(option(&all.v[5], COMMENT, 1), "");
	assert_string_equal(option(&all.v[6], COMMENT, 1),
			    "last seen here, dropped by a rule: forward-drop (confirmed): a rule of this "
			    "host drops the answer; rule: ip filter FORWARD handle 7: "
			    "-A FORWARD -i eth0 -j DROP (iptables-nft)");
	vec_free(&all);
}

static void an_answer_nobody_saw_ends_with_its_request(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = reply_dropped();
	story lines = { 0 };

	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 0, "");
	add_seen(d, NS_HOST, ETH0, true, SIGHT_REQUEST, 5, "");
	story_tell(d, &lines);
	assert_int_equal(lines.n, 2);
	assert_null(lines.v[0].end);
	assert_ptr_equal(lines.v[1].end, &d->findings.v[0]);
	vec_free(&lines);
}

static void what_was_answered_ended_nowhere(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = not_forwarded();
	story lines = { 0 };

	d->probes.v[0].attempts.v[0].outcome = PROBE_ANSWERED;
	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 0, "");
	/* and what no probe of ours can be is nobody's */
	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 1, "")->probe = 4711;
	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 2, "")->attempt = -5;
	story_tell(d, &lines);
	vec_each(line, &lines)
		assert_null(line->end);
	vec_free(&lines);
}

/* In the same microsecond the way decides: down with the request, up with the answer. */
static void the_order_is_that_of_the_way(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = healthy();
	static const int want[] = { 1, 0, 2, 3 };
	story lines = { 0 };

	add_seen(d, NS_HOST, VETH0, false, SIGHT_REQUEST, 7, "");
	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 7, "");
	add_seen(d, NS_HOST, VETH0, true, SIGHT_REPLY, 9, "");
	add_seen(d, netns1, CETH0, false, SIGHT_REPLY, 9, "");
	story_tell(d, &lines);
	for (size_t i = 0; i < ARRAY_SIZE(want); i++)
		assert_ptr_equal(lines.v[i].s, &d->seen.sightings.v[want[i]]);
	vec_free(&lines);
}

static void strangers_names_are_text(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = hostile();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	blocks all = { 0 };

	add_seen(d, netns1, CETH0, true, SIGHT_REQUEST, 0, "x");
	written(d, &b, &all);
	vec_each(block, &all)
		for (const char *c = option(block, block->type == INTERFACE ? NAME : COMMENT, 0); *c; c++)
			assert_true((unsigned char)*c >= 0x20 && *c != 0x7f);
	vec_free(&all);
}

static void nothing_seen_is_a_file_all_the_same(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = xcalloc(1, sizeof(*d));
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	blocks all = { 0 };

	d->mark_hop = MARK_NONE;
	written(d, &b, &all);
	assert_int_equal(all.n, 1);
	vec_free(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_for_each_hop_and_each_packet),
		cmocka_unit_test(the_comments_say_what_and_why),
		cmocka_unit_test(a_lost_answer_ends_where_it_was_seen_last),
		cmocka_unit_test(an_answer_nobody_saw_ends_with_its_request),
		cmocka_unit_test(what_was_answered_ended_nowhere),
		cmocka_unit_test(the_order_is_that_of_the_way),
		cmocka_unit_test(strangers_names_are_text),
		cmocka_unit_test(nothing_seen_is_a_file_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
