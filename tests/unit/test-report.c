/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>

#include "diagnosed.h"
#include "strbuf.h"

/* --- the screen --- */

static const struct report_style ascii = { .ascii = true };

static void assert_screen(struct diagnosis *d, const struct report_style *style,
			  const char *expected)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	_cleanup_(diagnosis_freep) struct diagnosis *owned = d;

	report_text(owned, style, &b);
	assert_string_equal(strbuf_str(&b), expected);
}

static void healthy_is_two_lines(void **state)
{
	assert_screen(healthy(), &(struct report_style){ 0 },
		      "✓ netns1 reaches 8.8.8.8 in 1.7 ms.\n"
		      "  netns1:ceth0 → veth0 → br0 → eth0 → 8.8.8.8 (icmp 1.7 ms, tcp/443 1.9 ms, "
		      "1500 bytes pass)\n");
}

static void quiet_is_one_line(void **state)
{
	assert_screen(healthy(), &(struct report_style){ .quiet = true },
		      "✓ netns1 reaches 8.8.8.8 in 1.7 ms.\n");
	assert_screen(not_forwarded(), &(struct report_style){ .quiet = true, .width = 40 },
		      "✗ netns1 cannot reach 8.8.8.8: this host does not forward IPv4 "
		      "(net.ipv4.ip_forward = 0), packets end at br0.\n");
}

static void the_mark_stands_where_the_packet_ends(void **state)
{
	assert_screen(
		not_forwarded(), &(struct report_style){ 0 },
		"✗ netns1 cannot reach 8.8.8.8: this host does not forward IPv4 "
		"(net.ipv4.ip_forward = 0), packets end at br0.\n"
		"\n"
		"  netns1    ceth0     192.168.0.2    ● sent  3\n"
		"  host      veth0     port of br0    ● seen  3  +0.01 ms\n"
		"  host      br0       192.168.0.1    ● seen  3  +0.02 ms\n"
		"                                     ✗ not forwarded\n"
		"  host      eth0      172.31.8.154   ○\n"
		"  outside   8.8.8.8                  ○ the host itself gets an answer in 1.7 ms\n"
		"\n"
		"  ip-forward-off   confirmed for icmp and tcp/443\n"
		"    net.ipv4.ip_forward is 0; br0 saw 3 of 3 requests, eth0 saw 0 of 3\n"
		"    fix      sysctl -w net.ipv4.ip_forward=1\n"
		"    undo     sysctl -w net.ipv4.ip_forward=0\n"
		"    persist  echo net.ipv4.ip_forward=1 > /etc/sysctl.d/60-ip-forward.conf\n"
		"  then: masquerade-missing (likely)\n"
		"    nothing translates 192.168.0.2 on eth0\n"
		"    advice   iptables -t nat -A POSTROUTING -s 192.168.0.0/16 -o eth0 -j MASQUERADE\n"
		"\n"
		"Repair what can be repaired with --fix. More about a code: nsdoctor --explain "
		"ip-forward-off\n");
}

static void the_answer_has_its_own_columns(void **state)
{
	assert_screen(
		reply_dropped(), &ascii,
		"X netns1 cannot reach 8.8.8.8: a rule of this host drops the answer.\n"
		"\n"
		"                                     request v             reply ^\n"
		"  netns1    ceth0     192.168.0.2    * sent  2             .\n"
		"  host      veth0     port of br0    * seen  2  +0.01 ms   .\n"
		"  host      br0       192.168.0.1    * seen  2  +0.02 ms   .\n"
		"                                                           X dropped by a rule\n"
		"  host      eth0      172.31.8.154   * seen  2  +0.03 ms   *  2  +1.7 ms\n"
		"  outside   8.8.8.8                  * answered\n"
		"\n"
		"  forward-drop   confirmed for icmp, on the way back\n"
		"    rule     ip filter FORWARD handle 7: -A FORWARD -i eth0 -j DROP (iptables-nft)\n"
		"\n"
		"More about a code: nsdoctor --explain forward-drop\n");
}

static void silence_outside_is_marked_in_front_of_it(void **state)
{
	struct diagnosis *d = asked("netns1");
	struct finding *f;

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("netns1 gets no answer from 8.8.8.8.");
	seen(d, 4, 4, 1);
	d->mark_hop = MARK_END;
	add_probe(d, PROTO_ICMP, 0, PROBE_LOST, -1)->question = true;
	f = add_finding(d, "upstream-silent", FINDING_CAUSE, "nothing came back");
	f->mark = "nothing comes back";
	f->safety = SAFETY_MANUAL;
	assert_screen(d, &ascii,
		      "X netns1 gets no answer from 8.8.8.8.\n"
		      "\n"
		      "  netns1    ceth0     192.168.0.2    * sent  1\n"
		      "  host      veth0     port of br0    * seen  1  +0.01 ms\n"
		      "  host      br0       192.168.0.1    * seen  1  +0.02 ms\n"
		      "  host      eth0      172.31.8.154   * seen  1  +0.03 ms\n"
		      "                                     X nothing comes back\n"
		      "  outside   8.8.8.8                  .\n"
		      "\n"
		      "  upstream-silent   confirmed for icmp and tcp/443\n"
		      "    nothing came back\n"
		      "\n"
		      "More about a code: nsdoctor --explain upstream-silent\n");
}

/* The far end said no: the mark belongs to it, not to where its answer arrived. */
static void a_refusal_is_marked_at_the_far_end(void **state)
{
	struct diagnosis *d = asked("netns1");
	_cleanup_(strbuf_done) struct strbuf b = { 0 }, inside = { 0 };

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("no");
	d->mark_hop = MARK_END;
	d->mark_dir = DIR_REPLY;
	seen(d, 4, 0, 1);
	add_finding(d, "connection-refused", FINDING_CAUSE, "refused")->mark = "refused";
	add_probe(d, PROTO_TCP, 81, PROBE_REFUSED, -1)->question = true;
	report_text(d, &ascii, &b);
	assert_non_null(strstr(strbuf_str(&b), "\n  outside   8.8.8.8                  X refused\n"));
	assert_null(strstr(strbuf_str(&b), "    X refused\n  netns1"));
	d->destination.ns = NS_HOST;
	report_text(d, &ascii, &inside);
	assert_non_null(strstr(strbuf_str(&inside),
			       "+1.7 ms\n                                  X refused\n\n"));
	diagnosis_free(d);
}

/* While the gateway's address is asked for, the mark stands where that question ended. */
static void only_arp_is_seen(void **state)
{
	struct diagnosis *d = asked("netns1");
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("no");
	d->mark_hop = 0;
	d->path.v[0].request.state = HOP_LOST;
	d->path.v[0].request.arp = 2;
	d->path.v[1].request.arp = 2;
	add_finding(d, "link-down", FINDING_CAUSE, "br0 is down")->mark = "link down";
	report_text(d, &ascii, &b);
	assert_non_null(strstr(strbuf_str(&b),
			       "  netns1    ceth0     192.168.0.2    . ARP only\n"
			       "  host      veth0     port of br0    . ARP only\n"
			       "                                     X link down\n"
			       "  host      br0       192.168.0.1    .\n"));
	diagnosis_free(d);
}

/* What is not sent because of an interface further on is marked there. */
static void the_mark_stands_at_the_interface_to_blame(void **state)
{
	struct diagnosis *d = asked("netns1");
	struct finding *f = add_finding(d, "link-down", FINDING_CAUSE, "br0 is down");
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("no");
	d->mark_hop = 0;
	f->object = xstrdup("br0");
	f->mark = "link down";
	report_text(d, &ascii, &b);
	assert_non_null(strstr(strbuf_str(&b), "port of br0    .\n"
					       "                                     X link down\n"
					       "  host      br0 "));
	diagnosis_free(d);
}

/* The model knew no way for the answer; still it was seen at the uplink. */
static void an_answer_that_left_its_way(void **state)
{
	struct diagnosis *d = asked("netns1");
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("no");
	seen(d, 4, 3, 1);
	d->mark_hop = MARK_END;
	add_finding(d, "return-route-wrong", FINDING_CAUSE, "away")->mark = "leaves elsewhere";
	report_text(d, &ascii, &b);
	assert_non_null(strstr(strbuf_str(&b),
			       "                                                           X leaves "
			       "elsewhere\n  host      eth0 "));
	diagnosis_free(d);
}

static void facts_break_between_each_other(void **state)
{
	struct diagnosis *d = asked("netns1");
	struct finding *f = add_finding(d, "link-down", FINDING_CAUSE, "no");
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	d->verdict = VERDICT_UNREACHABLE;
	d->summary = xstrdup("no");
	add_evidence(f, "eth0: IFF_UP is not set");
	add_evidence(f, "ceth0 saw 0 of 3");
	add_evidence(f, "a fact that is longer than a line can be on a terminal of this width");
	add_evidence(f, "the last");
	report_text(d, &(struct report_style){ .ascii = true, .width = 48 }, &b);
	assert_non_null(strstr(strbuf_str(&b), "\n    eth0: IFF_UP is not set; ceth0 saw 0 of 3;\n"
					       "    a fact that is longer than a line can be on\n"
					       "    a terminal of this width;\n"
					       "    the last\n"));
	diagnosis_free(d);
}

static void an_answer_that_does_not_arrive_is_marked_above(void **state)
{
	struct diagnosis *d = asked("netns1");
	struct finding *f;
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	d->verdict = VERDICT_DEGRADED;
	d->summary = xstrdup("half");
	seen(d, 4, 0, 1);
	d->mark_hop = MARK_END;
	d->mark_dir = DIR_REPLY;
	f = add_finding(d, "input-drop", FINDING_CAUSE, "a rule of netns1 drops the answer");
	f->mark = "dropped by a rule";
	f->protocols = 1u << PROTO_TCP;
	report_text(d, &ascii, &b);
	/* icmp was the question: whose mark it is has to be said */
	assert_non_null(strstr(strbuf_str(&b),
			       "                                                           X tcp/443 "
			       "dropped by a rule\n  netns1 "));
	diagnosis_free(d);
}

static void narrow_terminals_lose_numbers_first(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = reply_dropped();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	report_text(d, &(struct report_style){ .ascii = true, .width = 60 }, &b);
	assert_non_null(strstr(strbuf_str(&b),
			       "  netns1    ceth0     192.168.0.2    * sent  2   .\n"));
	for (const char *s = strbuf_str(&b); *s; s += strcspn(s, "\n") + 1)
		if (!str_starts(s + strspn(s, " "), "X dropped")) /* the mark runs over */
			assert_in_range(strcspn(s, "\n"), 0, 60);
}

static void notes_unchecked_and_the_record_of_fix(void **state)
{
	struct diagnosis *d = healthy();
	struct fix_record *r;
	struct unchecked *u = vec_add(&d->unchecked);

	*u = (struct unchecked){ xstrdup("legacy iptables rules"), xstrdup("no permission") };
	add_finding(d, "connection-refused", FINDING_NOTE, "8.8.8.8 refuses tcp/443");
	d->fixed = true;
	d->before = VERDICT_UNREACHABLE;
	d->journal = xstrdup("20261122-1");
	r = vec_add(&d->fixes);
	r->code = xstrdup("ip-forward-off");
	r->kept = true;
	vec_push(&r->commands, xstrdup("sysctl -w net.ipv4.ip_forward=1"));
	r = vec_add(&d->fixes);
	r->code = xstrdup("forward-drop");
	vec_push(&r->commands, xstrdup("nft insert rule …"));
	assert_screen(d, &(struct report_style){ 0 },
		      "✓ netns1 reaches 8.8.8.8 in 1.7 ms.\n"
		      "  netns1:ceth0 → veth0 → br0 → eth0 → 8.8.8.8 (icmp 1.7 ms, tcp/443 1.9 ms, "
		      "1500 bytes pass)\n"
		      "  note: 8.8.8.8 refuses tcp/443 (connection-refused)\n"
		      "  not checked: legacy iptables rules\n"
		      "\n"
		      "  It was unreachable and is now reachable.\n"
		      "  Changed, because it helped:\n"
		      "    ip-forward-off\n"
		      "      sysctl -w net.ipv4.ip_forward=1\n"
		      "  Tried and taken back, because it did not help:\n"
		      "    forward-drop\n"
		      "      nft insert rule …\n"
		      "\n"
		      "Take it back with --undo.\n");
}

static void a_rehearsal_says_what_the_model_expects(void **state)
{
	struct diagnosis *d = not_forwarded();
	struct fix_record *r = vec_add(&d->fixes);
	_cleanup_(strbuf_done) struct strbuf b = { 0 }, again = { 0 };

	d->fixed = d->dry_run = d->expect_reachable = true;
	d->before = d->verdict;
	r->code = xstrdup("ip-forward-off");
	vec_push(&r->commands, xstrdup("sysctl -w net.ipv4.ip_forward=1"));
	report_text(d, &ascii, &b);
	assert_non_null(strstr(strbuf_str(&b),
			       "\n  Nothing was changed. By the model it works after this:\n"
			       "    ip-forward-off\n"
			       "      sysctl -w net.ipv4.ip_forward=1\n"
			       "\n"
			       "Repair what can be repaired with --fix. "));
	d->expect_reachable = false;
	report_text(d, &ascii, &again);
	assert_non_null(strstr(strbuf_str(&again), "\n  Nothing was changed. This would be tried; "
						   "by the model it is not enough:\n"));
	diagnosis_free(d);
}

static void an_offer_shows_what_is_asked_for(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = hostile();
	struct finding *f = &d->findings.v[0];
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	f->has_rule = false;
	report_offer(d, f, &ascii, &b);
	assert_string_equal(
		strbuf_str(&b),
		"  ip-forward-off   confirmed for icmp and tcp/443\n"
		"    this host does not forward IPv4 (net.ipv4.ip_forward = 0); net.ipv4.ip_forward is "
		"0;\n"
		"    br0 saw 3 of 3 requests, eth0 saw 0 of 3; \\x1b[2J\\xff\\xc3\\xbc\"\\{\\xf0\\x9f\\x98\n"
		"    fix      sysctl -w net.ipv4.ip_forward=1\n"
		"    undo     sysctl -w net.ipv4.ip_forward=0\n"
		"    persist  echo net.ipv4.ip_forward=1 > /etc/sysctl.d/60-ip-forward.conf\n"
		"    It allows more than before.\n");
	f->has_rule = true;
}

static void colour_is_only_where_it_is_wanted(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = not_forwarded();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	report_text(d, &(struct report_style){ .color = true }, &b);
	assert_non_null(strstr(strbuf_str(&b), "\033[1;31m✗\033[0m netns1 cannot"));
	assert_non_null(strstr(strbuf_str(&b), "\033[1;31m✗ not forwarded\033[0m\n"));
}

static void hostile_names_stay_on_their_line(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = hostile();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	report_text(d, &(struct report_style){ .verbose = true, .ascii = true }, &b);
	for (const char *s = strbuf_str(&b); *s; s++)
		assert_true(*s == '\n' || (*s >= 0x20 && *s < 0x7f));
	assert_non_null(strstr(strbuf_str(&b), "\\x1b[2J\\xff\\xc3\\xbc\""));
	assert_non_null(strstr(strbuf_str(&b), "\\x0d\\x0a\\x80\\x7f"));
}

static void a_diagnosis_that_knows_nothing(void **state)
{
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	d->verdict = VERDICT_UNKNOWN;
	d->mark_hop = MARK_NONE;
	d->source.ns = d->destination.ns = -1;
	d->error = xstrdup("there is no namespace netns9");
	assert_screen(d, &(struct report_style){ 0 }, "? there is no namespace netns9\n");
}

/* --- JSON --- */

/* A JSON value at s: what follows it, or NULL where it is none (RFC 8259). */
static const char *json_value(const char *s);

static const char *json_string(const char *s)
{
	if (*s++ != '"')
		return NULL;
	for (; *s != '"'; s++) {
		if ((unsigned char)*s < 0x20)
			return NULL;
		if (*s != '\\')
			continue;
		s++;
		if (*s == 'u' && strspn(s + 1, "0123456789abcdef") < 4)
			return NULL;
		if (!strchr("\"\\/bfnrtu", *s))
			return NULL;
	}
	return s + 1;
}

static const char *json_list(const char *s, char end, bool keys)
{
	if (*s == end)
		return s + 1;
	for (;;) {
		if (keys && (!(s = json_string(s)) || *s++ != ':'))
			return NULL;
		s = json_value(s);
		if (!s || (*s != ',' && *s != end))
			return NULL;
		if (*s++ == end)
			return s;
	}
}

static const char *json_value(const char *s)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t digits;

	if (*s == '{')
		return json_list(s + 1, '}', true);
	if (*s == '[')
		return json_list(s + 1, ']', false);
	if (*s == '"')
		return json_string(s);
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (str_starts(s, words[i]))
			return s + strlen(words[i]);
	digits = strspn(s, "0123456789");
	if (digits == 0 || (digits > 1 && *s == '0'))
		return NULL;
	s += digits;
	return *s == '.' ? s + 1 + strspn(s + 1, "0123456789") : s;
}

static void assert_json(const char *text)
{
	_cleanup_(strbuf_done) struct strbuf shown = { 0 };
	_cleanup_(freep) char *line = xstrdup(text);
	const char *end = json_value(text);

	assert_non_null(end);
	assert_string_equal(end, "\n");
	/* it is UTF-8 and holds no control character, or something would have been made visible */
	line[strlen(line) - 1] = '\0';
	strbuf_visible(&shown, line);
	assert_string_equal(strbuf_str(&shown), line);
}

static void json_has_every_field_in_order(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = not_forwarded();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	const char *expected =
		"{\"schema\":1,\"version\":\"" PACKAGE_VERSION "\",\"verdict\":\"unreachable\","
		"\"error\":null,\"summary\":\"netns1 cannot reach 8.8.8.8: this host does not "
		"forward IPv4 (net.ipv4.ip_forward = 0), packets end at br0.\","
		"\"source\":{\"name\":\"netns1\",\"kind\":\"netns\",\"netns\":\"netns1\","
		"\"netns_inode\":4026532177,\"address\":\"192.168.0.2\"},"
		"\"destination\":{\"name\":null,\"kind\":\"address\",\"netns\":null,"
		"\"netns_inode\":null,\"address\":\"8.8.8.8\",\"port\":null,"
		"\"protocol\":\"icmp\"},"
		"\"probes\":[{\"protocol\":\"icmp\",\"port\":null,\"size\":84,\"question\":true,"
		"\"control\":false,\"sent\":1,\"answered\":0,\"result\":\"lost\",\"rtt_us\":null,"
		"\"icmp\":null,\"errno\":null},"
		"{\"protocol\":\"icmp\",\"port\":null,\"size\":84,\"question\":false,"
		"\"control\":true,\"sent\":1,\"answered\":1,\"result\":\"answered\","
		"\"rtt_us\":1730,\"icmp\":null,\"errno\":null}],"
		"\"path\":[{\"netns\":\"netns1\",\"ifname\":\"ceth0\",\"role\":\"source\","
		"\"bridge\":null,\"address\":\"192.168.0.2\",\"mtu\":1500,"
		"\"request\":{\"state\":\"seen\",\"packets\":3,\"first_us\":0},"
		"\"reply\":{\"state\":\"not-reached\",\"packets\":0,\"first_us\":null}},"
		"{\"netns\":\"host\",\"ifname\":\"veth0\",\"role\":\"port\",\"bridge\":\"br0\","
		"\"address\":null,\"mtu\":1500,"
		"\"request\":{\"state\":\"seen\",\"packets\":3,\"first_us\":10},"
		"\"reply\":{\"state\":\"not-reached\",\"packets\":0,\"first_us\":null}},"
		"{\"netns\":\"host\",\"ifname\":\"br0\",\"role\":\"bridge\",\"bridge\":null,"
		"\"address\":\"192.168.0.1\",\"mtu\":1500,"
		"\"request\":{\"state\":\"seen\",\"packets\":3,\"first_us\":20},"
		"\"reply\":{\"state\":\"not-reached\",\"packets\":0,\"first_us\":null}},"
		"{\"netns\":\"host\",\"ifname\":\"eth0\",\"role\":\"uplink\",\"bridge\":null,"
		"\"address\":\"172.31.8.154\",\"mtu\":1500,"
		"\"request\":{\"state\":\"lost\",\"packets\":0,\"first_us\":null},"
		"\"reply\":{\"state\":\"not-reached\",\"packets\":0,\"first_us\":null}}],"
		"\"findings\":[{\"code\":\"ip-forward-off\",\"role\":\"cause\","
		"\"confidence\":\"confirmed\",\"direction\":\"request\","
		"\"protocols\":[\"icmp\",\"tcp\"],\"netns\":\"host\","
		"\"object\":\"net.ipv4.ip_forward\","
		"\"message\":\"this host does not forward IPv4 (net.ipv4.ip_forward = 0)\","
		"\"evidence\":[\"net.ipv4.ip_forward is 0\","
		"\"br0 saw 3 of 3 requests, eth0 saw 0 of 3\"],\"rule\":null,"
		"\"fix\":{\"safety\":\"consent\","
		"\"commands\":[\"sysctl -w net.ipv4.ip_forward=1\"],"
		"\"undo\":[\"sysctl -w net.ipv4.ip_forward=0\"],"
		"\"persist\":[\"echo net.ipv4.ip_forward=1 > /etc/sysctl.d/60-ip-forward.conf\"]}},"
		"{\"code\":\"masquerade-missing\",\"role\":\"next\",\"confidence\":\"likely\","
		"\"direction\":\"request\",\"protocols\":[\"icmp\",\"tcp\"],\"netns\":\"host\","
		"\"object\":null,\"message\":\"nothing translates 192.168.0.2 on eth0\","
		"\"evidence\":[],\"rule\":null,\"fix\":{\"safety\":\"consent\",\"commands\":["
		"\"iptables -t nat -A POSTROUTING -s 192.168.0.0/16 -o eth0 -j MASQUERADE\"],"
		"\"undo\":[],\"persist\":[]}}],"
		"\"fix\":null,\"unchecked\":[],"
		"\"timing_ms\":{\"collect\":4.1,\"probe\":22.0,\"total\":31.5}}\n";

	report_json(d, &b);
	assert_string_equal(strbuf_str(&b), expected);
	assert_json(strbuf_str(&b));
}

static void assert_has(struct diagnosis *d, const char *part)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	_cleanup_(diagnosis_freep) struct diagnosis *owned = d;

	report_json(owned, &b);
	assert_json(strbuf_str(&b));
	assert_non_null(strstr(strbuf_str(&b), part));
}

static void json_takes_any_bytes(void **state)
{
	assert_has(hostile(), "\"name\":\"\\u001b[2J\\\\xff\xc3\xbc\\\"\\\\{"
			      "\\\\xf0\\\\x9f\\\\x98\"");
	assert_has(hostile(), "\"ifname\":\"\\u000d\\u000a\\\\x80\\u007f\"");
	assert_has(hostile(), "\"timing_ms\":{\"collect\":0.0,\"probe\":22.0,\"total\":0.0}");
}

static void json_of_what_did_not_come(void **state)
{
	struct diagnosis *d = asked("netns1");
	struct probe *p = add_probe(d, PROTO_TCP, 443, PROBE_REJECTED, -1);

	p->attempts.v[0].icmp_type = 3;
	p->attempts.v[0].icmp_code = 13;
	p->attempts.v[0].icmp_from = address("172.31.0.1");
	p = add_probe(d, PROTO_ICMP, 0, PROBE_NOT_SENT, -1);
	p->attempts.v[0].sent_us = 0;
	p->attempts.v[0].error = 101;
	d->path.v[3].reply_only = true;
	assert_has(d, "\"result\":\"rejected\",\"rtt_us\":null,"
		      "\"icmp\":{\"type\":3,\"code\":13,\"from\":\"172.31.0.1\"},\"errno\":null},"
		      "{\"protocol\":\"icmp\",\"port\":null,\"size\":84,\"question\":false,"
		      "\"control\":false,\"sent\":0,\"answered\":0,\"result\":\"not-sent\","
		      "\"rtt_us\":null,\"icmp\":null,\"errno\":101}]");
}

static void json_of_rules_and_repairs(void **state)
{
	struct diagnosis *d = reply_dropped();
	struct fix_record *r = vec_add(&d->fixes);

	d->fixed = true;
	d->before = VERDICT_DEGRADED;
	r->code = xstrdup("ip-forward-off");
	r->kept = true;
	vec_push(&r->commands, xstrdup("sysctl"));
	assert_has(d, "\"fix\":{\"applied\":[{\"code\":\"ip-forward-off\",\"commands\":[\"sysctl\"],"
		      "\"kept\":true}],\"verdict_before\":\"degraded\",\"journal\":null},");
	assert_has(reply_dropped(),
		   "\"rule\":{\"backend\":\"iptables-nft\",\"family\":\"ip\",\"table\":\"filter\","
		   "\"chain\":\"FORWARD\",\"handle\":7,\"policy\":false,"
		   "\"text\":\"-A FORWARD -i eth0 -j DROP\",\"owner\":null}");
}

static void json_of_nothing(void **state)
{
	struct diagnosis *d = xcalloc(1, sizeof(*d));

	d->verdict = VERDICT_UNKNOWN;
	d->mark_hop = MARK_NONE;
	d->source.ns = d->destination.ns = -1;
	d->error = xstrdup("there is no namespace netns9");
	assert_has(d, "\"verdict\":\"unknown\",\"error\":\"there is no namespace netns9\","
		      "\"summary\":null,\"source\":{\"name\":null,\"kind\":null,\"netns\":null,"
		      "\"netns_inode\":null,\"address\":null}");
}

/* --- the rest --- */

static void verdicts(void **state)
{
	assert_string_equal(verdict_text(VERDICT_REACHABLE), "reachable");
	assert_string_equal(verdict_text(VERDICT_DEGRADED), "degraded");
	assert_string_equal(verdict_text(VERDICT_UNREACHABLE), "unreachable");
	assert_string_equal(verdict_text(VERDICT_UNKNOWN), "unknown");
	assert_int_equal(verdict_exit(VERDICT_REACHABLE), 0);
	assert_int_equal(verdict_exit(VERDICT_DEGRADED), 1);
	assert_int_equal(verdict_exit(VERDICT_UNREACHABLE), 1);
	assert_int_equal(verdict_exit(VERDICT_UNKNOWN), 3);
	diagnosis_free(NULL);
}

static void explaining(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 }, wrong = { 0 };

	assert_true(report_explain("ip-forward-off", &ascii, &b));
	assert_true(str_starts(strbuf_str(&b), "ip-forward-off   "));
	assert_non_null(strstr(strbuf_str(&b), "\n  proof    "));
	assert_non_null(strstr(strbuf_str(&b), "\n  safety   consent: "));
	for (const char *s = strbuf_str(&b); *s; s += strcspn(s, "\n") + 1)
		assert_in_range(strcspn(s, "\n"), 0, 80);
	assert_false(report_explain("ip-forwad-off", &ascii, &wrong));
	assert_true(str_starts(strbuf_str(&wrong),
			       "there is no finding ip-forwad-off; did you mean ip-forward-off"));
}

static void explaining_what_is_looked_for(void **state)
{
	static const struct {
		const char *code;
		bool looked_for;
	} rows[] = { { "no-route", true }, { "dns-no-answer", true }, { "checksum-bad", true } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_(strbuf_done) struct strbuf b = { 0 };

		assert_true(report_explain(rows[i].code, &ascii, &b));
		assert_int_equal(!strstr(strbuf_str(&b), "does not look for it yet"), rows[i].looked_for);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(healthy_is_two_lines),
		cmocka_unit_test(quiet_is_one_line),
		cmocka_unit_test(the_mark_stands_where_the_packet_ends),
		cmocka_unit_test(the_answer_has_its_own_columns),
		cmocka_unit_test(silence_outside_is_marked_in_front_of_it),
		cmocka_unit_test(an_answer_that_does_not_arrive_is_marked_above),
		cmocka_unit_test(a_refusal_is_marked_at_the_far_end),
		cmocka_unit_test(only_arp_is_seen),
		cmocka_unit_test(the_mark_stands_at_the_interface_to_blame),
		cmocka_unit_test(an_answer_that_left_its_way),
		cmocka_unit_test(facts_break_between_each_other),
		cmocka_unit_test(narrow_terminals_lose_numbers_first),
		cmocka_unit_test(notes_unchecked_and_the_record_of_fix),
		cmocka_unit_test(a_rehearsal_says_what_the_model_expects),
		cmocka_unit_test(an_offer_shows_what_is_asked_for),
		cmocka_unit_test(colour_is_only_where_it_is_wanted),
		cmocka_unit_test(hostile_names_stay_on_their_line),
		cmocka_unit_test(a_diagnosis_that_knows_nothing),
		cmocka_unit_test(json_has_every_field_in_order),
		cmocka_unit_test(json_takes_any_bytes),
		cmocka_unit_test(json_of_what_did_not_come),
		cmocka_unit_test(json_of_rules_and_repairs),
		cmocka_unit_test(json_of_nothing),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(explaining),
		cmocka_unit_test(explaining_what_is_looked_for),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
