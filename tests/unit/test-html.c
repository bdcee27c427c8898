/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diagnosed.h"

#include <stdio.h>

#include "report/html.h"
#include "report/markup.h"
#include "report/svg.h"
#include "strbuf.h"

static void see(struct diagnosis *d, int ns, int ifindex, enum sight_kind kind, int64_t us)
{
	struct sighting *s = vec_add(&d->seen.sightings);

	*s = (struct sighting){ .us = (uint64_t)(1700000000000000 + us), .ns = ns,
				.ifindex = ifindex, .kind = kind };
}

/* --- well-formed: what is opened is closed, in order; attributes of the page need no quotes --- */

static bool is_void(const char *tag, size_t n)
{
	static const char *const names[] = { "meta", "br", "!DOCTYPE" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n && memcmp(names[i], tag, n) == 0)
			return true;
	return false;
}

static void assert_well_formed(const char *s)
{
	struct {
		const char *name;
		size_t n;
	} open[64];
	size_t depth = 0;

	for (s = strchr(s, '<'); s; s = strchr(s, '<')) {
		bool closing = s[1] == '/';
		const char *name = s + 1 + closing, *end = strchr(s, '>');
		size_t n = strcspn(name, " >/");

		assert_non_null(end);
		assert_true(n > 0);
		if (closing) {
			assert_true(depth > 0);
			depth--;
			assert_int_equal(open[depth].n, n);
			assert_memory_equal(open[depth].name, name, n);
		} else if (end[-1] != '/' && !is_void(name, n)) {
			assert_true(depth < ARRAY_SIZE(open));
			open[depth].name = name;
			open[depth].n = n;
			depth++;
		}
		s = end;
	}
	assert_int_equal(depth, 0);
}

static char *page_of(const struct diagnosis *d)
{
	const struct html_about about = { .host = "my <host>", .when = 1700000000 };
	struct strbuf b = { 0 };

	report_html(d, &about, &b);
	assert_well_formed(strbuf_str(&b));
	return strbuf_take(&b);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in: %s", part, text);
}

static void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in: %s", part, text);
}

/* How often part is in text. */
static unsigned int count(const char *text, const char *part)
{
	unsigned int n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

/* --- the page --- */

static void a_broken_path(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = not_forwarded();
	_cleanup_(freep) char *page = NULL;

	see(d, netns1, CETH0, SIGHT_REQUEST, 0);
	see(d, NS_HOST, BR0, SIGHT_REQUEST, 1234);
	*vec_add(&d->unchecked) = (struct unchecked){ xstrdup("rule trace"), xstrdup("not allowed") };
	page = page_of(d);
	assert_has(page, "<h1>netns1 cannot reach 8.8.8.8: this host does not forward IPv4");
	assert_has(page, "class=unreachable");
	assert_has(page, "netns1 (192.168.0.2) → 8.8.8.8 by icmp, asked on my &lt;host&gt;, "
			 "2023-11-14 22:13:20 UTC");
	assert_has(page, "<h3>ip-forward-off</h3>");
	assert_has(page, "confirmed for icmp and tcp/443, in host: net.ipv4.ip_forward");
	assert_has(page, "<li>br0 saw 3 of 3 requests, eth0 saw 0 of 3</li>");
	assert_has(page, "<pre>sysctl -w net.ipv4.ip_forward=1</pre>");
	assert_has(page, "<pre>sysctl -w net.ipv4.ip_forward=0</pre>");
	assert_has(page, "echo net.ipv4.ip_forward=1 &gt; /etc/sysctl.d/60-ip-forward.conf");
	assert_has(page, "What would stop it then");
	assert_has(page, "masquerade-missing");
	assert_has(page, "<dt>rule trace</dt>\n<dd>not allowed</dd>");
	assert_has(page, "<td class=n>1.234</td><td>host:br0</td>");
	assert_int_equal(count(page, "ends here: ip-forward-off"), 1);
	assert_has(page, "exit status 1");
}

static void a_healthy_path(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = healthy();
	_cleanup_(freep) char *page = page_of(d);

	assert_has(page, "class=reachable");
	assert_has(page, "<td>tcp/443 1.9 ms</td>");
	assert_has(page, "exit status 0");
	assert_has_not(page, "<article");
	assert_has_not(page, "class=\"x\"");
	/* nothing was captured: there is no time line of nothing */
	assert_has_not(page, "What was seen");
}

static void what_fix_did(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = healthy();
	_cleanup_(freep) char *page = NULL;
	struct fix_record *f = vec_add(&d->fixes);

	f->code = xstrdup("link-down");
	f->kept = true;
	vec_push(&f->commands, xstrdup("ip link set dev veth0 up"));
	d->fixed = true;
	d->before = VERDICT_UNREACHABLE;
	page = page_of(d);
	assert_has(page, "Changed, because it helped");
	assert_has(page, "<dt>link-down</dt>\n<dd><pre>ip link set dev veth0 up</pre>");
	assert_has(page, "It was unreachable and is reachable now.");
}

static void nothing_is_known(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = xcalloc(1, sizeof(*d));
	_cleanup_(freep) char *page = NULL;
	_cleanup_(strbuf_done) struct strbuf picture = { 0 };

	d->verdict = VERDICT_UNKNOWN;
	d->mark_hop = MARK_NONE;
	d->error = xstrdup("the namespace <b> has vanished");
	d->source.ns = d->destination.ns = -1;
	page = page_of(d);
	assert_has(page, "<h1>the namespace &lt;b&gt; has vanished</h1>");
	report_svg(d, &picture);
	assert_well_formed(strbuf_str(&picture));
}

#define MARKUP "</style><script>alert(1)</script>\"'&\xe2\x80\xae"

/* Every text that the system or a person chose. */
static void poison(struct diagnosis *d)
{
	struct finding *f = &d->findings.v[0];

	free(d->summary);
	d->summary = xstrdup(MARKUP);
	d->destination.name = xstrdup(MARKUP);
	d->snapshot->ns.v[NS_HOST].name = MARKUP;
	str_copy(d->snapshot->ns.v[netns1].links.v[0].name, IFNAMSIZ, "<i>\"&'<script>");
	free(f->message);
	f->message = xstrdup(MARKUP);
	free(f->object);
	f->object = xstrdup(MARKUP);
	vec_push(&d->findings.v[1].advice, xstrdup(MARKUP));
	vec_push(&d->remarks, ((struct unchecked){ .why = xstrdup(MARKUP) }));
	vec_push(&f->evidence, xstrdup(MARKUP));
	*vec_add(&d->unchecked) = (struct unchecked){ xstrdup(MARKUP), xstrdup(MARKUP) };
	free(f->rule.text);
	f->rule.text = xstrdup(MARKUP);
	free(f->rule.chain);
	f->rule.chain = xstrdup(MARKUP);
	f->rule.owner = xstrdup(MARKUP);
	f->mark = MARKUP;
}

static void nothing_of_the_system_is_markup(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = hostile();
	_cleanup_(strbuf_done) struct strbuf picture = { 0 };
	_cleanup_(freep) char *page = NULL;

	poison(d);
	see(d, netns1, CETH0, SIGHT_REQUEST, 0);
	see(d, NS_HOST, BR0, SIGHT_REQUEST, 1234);
	page = page_of(d);
	report_svg(d, &picture);
	assert_well_formed(strbuf_str(&picture));
	for (const char *const *s = (const char *const[]){ page, strbuf_str(&picture), NULL }; *s; s++) {
		assert_has_not(*s, "<script");
		assert_has_not(*s, "<i>");
		assert_has_not(*s, "\033");
		assert_has_not(*s, "\xe2\x80\xae");
		assert_int_equal(count(*s, "</style>"), 1);
	}
	assert_has(page, "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;\\u202e");
}

/* It is whole as it is, wherever it is opened. */
static void nothing_comes_from_elsewhere(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = reply_dropped();
	_cleanup_(freep) char *page = page_of(d);

	assert_has(page, "default-src 'none'");
	assert_has_not(page, "http:");
	assert_has_not(page, "https:");
	assert_has_not(page, "src=");
	assert_has_not(page, "href=");
	assert_has_not(page, "url(");
	assert_has_not(page, "@import");
}

/* --- pictures --- */

static void the_one_mark(void **state)
{
	struct diagnosis *const all[] = { not_forwarded(), reply_dropped(), healthy() };
	static const char *const marks[] = { ">not forwarded<", ">dropped by a rule<", NULL };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		_cleanup_(diagnosis_freep) struct diagnosis *d = all[i];
		_cleanup_(strbuf_done) struct strbuf b = { 0 };

		report_svg(d, &b);
		assert_well_formed(strbuf_str(&b));
		assert_int_equal(count(strbuf_str(&b), "class=\"x\""), marks[i] != NULL);
		if (marks[i])
			assert_has(strbuf_str(&b), marks[i]);
		assert_has(strbuf_str(&b), "http://www.w3.org/2000/svg");
	}
}

static void the_stations(void **state)
{
	_cleanup_(diagnosis_freep) struct diagnosis *d = not_forwarded();
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	report_svg(d, &b);
	/* three saw it, the uplink and outside did not; no answer, so there is no second line */
	assert_int_equal(count(strbuf_str(&b), "<circle class=\"y\""), 3);
	assert_int_equal(count(strbuf_str(&b), "<circle class=\"e\""), 2);
	assert_has_not(strbuf_str(&b), "class=\"l r\"");
	assert_has(strbuf_str(&b), ">port of br0<");
	assert_has(strbuf_str(&b), ">the host itself gets an answer in 1.7 ms<");
}

static void text_is_cut_by_characters(void **state)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	markup_short(&b, "<<<<", 3);
	assert_string_equal(strbuf_str(&b), "&lt;&lt;…");
	b.n = 0;
	markup_short(&b, "üüü", 3);
	assert_string_equal(strbuf_str(&b), "üüü");
	b.n = 0;
	markup_text(&b, "\xef\xbf\xbf\xe2\x81\xa6\x01\xff€𝄞");
	assert_string_equal(strbuf_str(&b), "\\uffff\\u2066\\x01\\xff€𝄞");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_path),
		cmocka_unit_test(a_healthy_path),
		cmocka_unit_test(what_fix_did),
		cmocka_unit_test(nothing_is_known),
		cmocka_unit_test(nothing_of_the_system_is_markup),
		cmocka_unit_test(nothing_comes_from_elsewhere),
		cmocka_unit_test(the_one_mark),
		cmocka_unit_test(the_stations),
		cmocka_unit_test(text_is_cut_by_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
