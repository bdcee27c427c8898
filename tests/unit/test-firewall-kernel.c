/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evaluator against the kernel, with rulesets that were written for what they hold: natively,
 * and by iptables-nft, whose words for each rule are compared with ours, too.
 */
#include "fwworld.h"
#include "unit.h"

#include <stdio.h>

static const char *skip_why;

static int set_up(void **state)
{
	skip_why = world_open();
	return 0;
}

static int tear_down(void **state)
{
	world_close();
	return 0;
}

static void skip_unless_ready(void)
{
	if (!skip_why)
		return;
	print_message("skipped: %s\n", skip_why);
	skip();
}

/* Fails where model and kernel do not agree about this ruleset. */
static void compare_all(const char *rules, struct world_counts *n)
{
	_cleanup_(strbuf_done) struct strbuf complaint = { 0 };

	world_compare_all(n, &complaint);
	if (complaint.n)
		fail_msg("%s\n%s", rules, strbuf_str(&complaint));
}

/* --- written rulesets ------------------------------------------------------ */

#define FORWARD(rules)                                                                             \
	"table inet t {\n chain f {\n type filter hook forward priority 0; policy accept;\n" rules \
	"\n }\n}\n"
#define FORWARD_DROP(rules)                                                                      \
	"table inet t {\n chain f {\n type filter hook forward priority 0; policy drop;\n" rules \
	"\n }\n}\n"

static const char *const rulesets[] = {
	FORWARD(""),
	FORWARD_DROP(""),
	FORWARD_DROP("ct state established,related accept\n ip saddr 10.1.0.0/25 accept"),
	FORWARD_DROP("ct state new ip daddr 10.3.0.0/16 accept\n ct direction reply accept"),
	FORWARD("tcp dport 80 drop\n udp dport { 53, 5000-6000 } reject"),
	FORWARD("tcp dport != 80 drop"),
	FORWARD("tcp dport { 1-79, 81-500 } drop\n ip saddr != { 10.1.0.0-10.1.0.100 } drop"),
	FORWARD("icmp type echo-request drop\n icmpv6 type echo-reply drop"),
	FORWARD("meta l4proto { tcp, udp } drop"),
	FORWARD("meta nfproto ipv6 drop"),
	FORWARD("iifname \"in*\" oifname \"out0\" tcp dport 443 drop"),
	FORWARD("iif \"in0\" drop"),
	FORWARD("iifname != \"in0\" drop"),
	FORWARD("meta iifkind \"tun\" udp dport 53 drop\n meta iiftype 65534 tcp dport 80 drop"),
	FORWARD("ip ttl < 64 drop\n ip6 hoplimit 63 tcp dport 80 drop"),
	FORWARD("ip ttl > 62 udp dport 53 drop"),
	FORWARD("meta length > 40 tcp dport 80 drop\n ip length 36 icmp type echo-request drop"),
	FORWARD("tcp flags & (syn|ack) == syn drop"),
	FORWARD("tcp flags syn,ack drop"),
	FORWARD("tcp flags & (fin|syn|rst|ack) == syn|ack drop"),
	FORWARD("ip saddr & 0.0.0.128 == 0.0.0.128 drop"),
	FORWARD("ip saddr . tcp dport { 10.1.0.2 . 80, 10.1.0.3 . 443 } drop"),
	FORWARD("ip saddr . ip daddr { 10.1.0.0/25 . 10.3.0.0/16, 10.1.0.131 . 10.3.0.0-10.3.0.255 } drop"),
	FORWARD("ip saddr vmap { 10.1.0.2 : drop, 10.1.0.128/25 : accept }"),
	FORWARD("tcp dport vmap { 80 : drop, 443-9000 : accept }\n meta l4proto tcp drop"),
	FORWARD("ct state vmap { established : accept, new : continue, invalid : drop }\n tcp dport 80 drop"),
	FORWARD("fib daddr type local drop\n fib saddr type unicast udp dport 53 drop"),
	FORWARD("fib saddr . iif oif missing drop"),
	FORWARD("fib saddr . iif oif exists tcp dport 80 drop"),
	FORWARD("fib daddr oifname \"out0\" tcp dport 443 drop"),
	FORWARD("meta mark set 0x12 meta mark and 0xf0 == 0x10 tcp dport 80 drop\n meta mark 0x13 drop"),
	FORWARD("meta mark set meta mark or 0x3 meta mark > 2 udp dport 53 drop"),
	FORWARD("ct mark set 0x7 ct mark 0x7 tcp dport 80 drop"),
	FORWARD("ct mark 0x1 drop\n ct mark != 0 drop\n ct mark 0 tcp dport 80 drop"),
	FORWARD("tcp dport 80 ct mark set 0x9\n ct mark 0x9 ct direction reply drop"),
	FORWARD("ct original ip saddr 10.1.0.2 tcp dport 80 drop\n meta l4proto udp ct original proto-dst 53 drop"),
	FORWARD("ct original ip saddr 10.1.0.0/16 tcp dport 80 drop\n ct reply ip daddr 10.0.0.0/8 udp dport 53 drop\n"
		"ct original ip daddr 10.3.0.0/16 drop\n ct original ip saddr 10.0.0.0/15 tcp dport 443 drop"),
	FORWARD("ct status snat drop\n ct status dnat drop\n ct status seen-reply drop"),
	FORWARD("ip protocol icmp drop\n ip6 nexthdr udp drop"),
	FORWARD("@th,16,16 80 drop\n @nh,72,8 17 drop"),
	FORWARD("th dport 53 drop\n th sport 80 drop"),
	FORWARD("limit rate 1/second drop"),
	FORWARD_DROP(
		"limit rate 1/second log\n numgen random mod 2 0 drop\n meta mark set 1 accept"),
	FORWARD("numgen random mod 2 vmap { 0 : drop, 1 : accept }"),
	FORWARD("numgen inc mod 1 0 tcp dport 80 drop"),
	FORWARD("meta pkttype host tcp dport 80 drop\n meta pkttype broadcast drop"),
	FORWARD("meta skuid 0 drop\n meta skuid != 5 drop"),
	FORWARD("quota over 100 mbytes drop\n quota until 10 mbytes tcp dport 80 drop"),
	FORWARD("ip dscp 0 tcp dport 80 ct direction original drop\n ip dscp 5 drop"),
	FORWARD("ip frag-off & 0x1fff != 0 drop\n exthdr frag exists drop\n exthdr hbh missing ip6 nexthdr tcp drop"),
	FORWARD("ip6 saddr fd00:1::/64 tcp dport 80 drop\n ip6 daddr fd00:2::2-fd00:2::2 udp dport 53 drop"),
	FORWARD("ether type ip tcp dport 80 drop"),
	FORWARD("ether saddr 00:11:22:33:44:55 drop"),
	FORWARD("meta protocol ip6 drop"),
	FORWARD("meta time > \"2020-01-01 00:00\" drop"),
	FORWARD("ip daddr 10.2.0.2 ip daddr set 10.2.0.3 counter\n ip daddr 10.2.0.3 meta mark set 5"),
	"table inet t {\n set s { type ipv4_addr; flags interval; elements = { 10.1.0.2, 10.1.0.128/25 }\n }\n"
	" set d { type inet_service; elements = { 80, 53 }\n }\n"
	" chain c { ip saddr @s tcp dport @d drop\n tcp dport 443 return\n udp dport @d goto g\n }\n"
	" chain g { ip saddr 10.1.0.2 accept\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n jump c\n ct state established accept\n"
	" tcp dport 443 accept\n meta l4proto icmp jump g\n udp dport 53 accept\n }\n}\n",
	"table inet t {\n map m { type ipv4_addr : verdict; elements = { 10.1.0.2 : jump a, 10.1.0.3 : goto b }\n }\n"
	" chain a { tcp dport 80 drop\n }\n chain b { drop\n }\n"
	" chain f { type filter hook forward priority 0;\n ip saddr vmap @m\n udp dport 5000 drop\n }\n}\n",
	"table inet t {\n map m { type inet_service : mark; elements = { 80 : 0x1, 443 : 0x2 }\n }\n"
	" chain f { type filter hook forward priority 0;\n meta mark set tcp dport map @m\n meta mark 2 drop\n }\n}\n",
	"table inet t {\n set s { type ipv4_addr; flags dynamic; timeout 1h;\n }\n"
	" chain f { type filter hook forward priority 0;\n ip saddr 10.1.0.2 add @s { ip saddr }\n"
	" update @s { ip saddr limit rate over 1/second } drop\n }\n}\n",
	/* what a rule before has put into a set, or taken out */
	"table inet t {\n set s { type ipv4_addr; flags dynamic; size 100;\n }\n set other { type inet_service; elements = { 443 }\n }\n"
	" chain p { type filter hook prerouting priority 0;\n add @s { ip saddr }\n }\n"
	" chain f { type filter hook forward priority 0;\n tcp dport @other drop\n ip daddr @s drop\n ip saddr @s udp dport 53 drop\n }\n}\n",
	"table ip t {\n set s { type ipv4_addr; flags dynamic,timeout; timeout 1m; elements = { 10.1.0.130 }\n }\n"
	" chain f { type filter hook forward priority 0;\n tcp dport 443 delete @s { ip saddr } counter\n ip saddr @s drop\n }\n}\n",
	"table ip t {\n set s { type ipv4_addr; flags dynamic; size 100;\n }\n"
	" chain f { type filter hook forward priority 0;\n update @s { ip saddr limit rate over 1000/second } drop\n"
	" ip saddr @s drop\n }\n}\n",
	/* order, priorities, families */
	"table ip a {\n chain f { type filter hook forward priority 0; policy accept;\n meta mark 1 drop\n }\n}\n"
	"table ip b {\n chain f { type filter hook forward priority 0; policy accept;\n meta mark set 1\n }\n}\n",
	"table ip a {\n chain f { type filter hook forward priority 5; policy accept;\n tcp dport 80 drop\n }\n}\n"
	"table inet b {\n chain f { type filter hook forward priority -5; policy accept;\n accept\n }\n}\n",
	"table ip a {\n flags dormant;\n chain f { type filter hook forward priority 5; policy drop;\n }\n}\n",
	"table ip a {\n chain p { type filter hook prerouting priority -300;\n udp dport 53 notrack\n"
	" ct state invalid tcp dport 80 drop\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct state untracked,established,new accept\n }\n}\n",
	"table ip a {\n chain p { type filter hook prerouting priority -150;\n ct state new tcp dport 443 drop\n"
	" ct state invalid drop\n }\n}\n",
	"table ip a {\n chain p { type filter hook prerouting priority -200;\n ct state new tcp dport 443 drop\n }\n}\n",
	"table inet a {\n chain p { type filter hook postrouting priority 0;\n oifname \"out0\" iifname \"in0\" udp dport 53 drop\n"
	" iif \"in0\" tcp dport 80 drop\n }\n}\n",
	/* translation */
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n oifname \"out0\" masquerade\n }\n}\n",
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n oifname \"in0\" masquerade\n }\n}\n",
	/* another port is a translation, too */
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n masquerade random\n }\n"
	" chain f { type filter hook prerouting priority 0;\n ct status snat drop\n }\n}\n",
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n"
	" meta l4proto { tcp, udp } snat to 10.2.0.1:50000-50100\n }\n"
	" chain f { type filter hook prerouting priority 0;\n ct status snat drop\n }\n}\n",
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n tcp dport 80 snat to 10.2.0.77\n"
	" ip saddr 10.1.0.128/25 meta l4proto udp snat to 10.2.0.78:3000-4000\n udp dport 53 drop\n masquerade\n }\n}\n",
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n tcp dport 80 dnat to 10.3.1.1:8080\n"
	" tcp dport 443 dnat to 10.3.1.2\n udp dport 53 redirect to :5353\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct status dnat accept\n"
	" ct direction reply accept\n }\n}\n",
	"table ip n {\n chain a { type nat hook prerouting priority -110;\n tcp dport 80 dnat to 10.3.1.1\n }\n"
	" chain b { type nat hook prerouting priority -100;\n tcp dport { 80, 443 } dnat to 10.3.1.2\n }\n"
	" chain x { type filter hook prerouting priority -105;\n ip daddr 10.3.1.1 drop\n }\n"
	" chain y { type filter hook prerouting priority -95;\n ip daddr 10.3.1.2 drop\n }\n}\n",
	"table inet n {\n chain p { type nat hook postrouting priority 100;\n meta nfproto ipv4 masquerade\n"
	" ip6 saddr fd00:1::/64 masquerade\n }\n}\n",
	"table ip n {\n map m { type inet_service : ipv4_addr; elements = { 80 : 10.3.1.5, 443 : 10.3.1.6 }\n }\n"
	" chain p { type nat hook prerouting priority -100;\n dnat to tcp dport map @m\n }\n}\n",
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n"
	" dnat to numgen random mod 2 map { 0 : 10.3.1.5, 1 : 10.3.1.6 }\n }\n}\n",
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n"
	" meta l4proto udp snat to 10.1.0.100-10.1.0.150:20000-50000\n snat to 10.1.0.100-10.1.0.150\n }\n}\n",
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n snat to ip saddr map { 10.1.0.2 : 10.2.0.50 }\n }\n}\n",
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n ip daddr 10.3.0.0/16 dnat ip prefix to"
	" ip daddr map { 10.3.0.0/16 : 10.3.128.0/17 }\n }\n}\n",
};

static void written_rulesets(void **state)
{
	struct world_counts n = { 0 };

	skip_unless_ready();
	for (size_t i = 0; i < ARRAY_SIZE(rulesets); i++)
		if (world_load(rulesets[i]))
			compare_all(rulesets[i], &n);
	print_message("%u verdicts compared, %u not decided\n", n.decided, n.unknown);
	assert_true(n.decided > 10 * n.unknown);
}

/* --- iptables -------------------------------------------------------------- */

static const char *const iptables[] = {
	"*filter\n:FORWARD DROP\n-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
	"-A FORWARD -s 10.1.0.0/25 -i in+ -o out0 -j ACCEPT\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp -m tcp --dport 80 --tcp-flags SYN,ACK SYN -j REJECT\n"
	"-A FORWARD -p tcp ! --sport 1:1023 --dport 400:500 -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp -m multiport --dports 22,79:81 -j DROP\n"
	"-A FORWARD -p udp -m multiport ! --ports 53,5000 -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -p icmp --icmp-type 8 -m comment --comment \"no ping\" -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -m addrtype --dst-type LOCAL -j DROP\n"
	"-A FORWARD -m addrtype --src-type UNICAST ! --dst-type LOCAL -p udp -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -m iprange --src-range 10.1.0.100-10.1.0.140 -j DROP\n"
	"-A FORWARD -m iprange ! --dst-range 10.2.0.0-10.3.9.8 -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -m mark --mark 0x1/0xf -j DROP\n-A FORWARD -m length --length 48 -j DROP\nCOMMIT\n"
	"*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j MARK --set-xmark 0x11/0xffffffff\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -m physdev --physdev-is-bridged -j DROP\n"
	"-A FORWARD -m physdev ! --physdev-is-bridged -p udp -j DROP\n-A FORWARD -m pkttype --pkt-type multicast -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n:a -\n:b -\n-A FORWARD -j a\n-A FORWARD -p udp -j DROP\n"
	"-A a -s 10.1.0.2/32 -g b\n-A a -p tcp -j RETURN\n-A a -j DROP\n-A b -p icmp -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD DROP\n-A FORWARD -m conntrack --ctstate DNAT -j ACCEPT\n"
	"-A FORWARD -m conntrack --ctdir REPLY -j ACCEPT\nCOMMIT\n"
	"*nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.3.7.7:81\n"
	"-A POSTROUTING -s 10.1.0.0/16 ! -o in0 -j MASQUERADE\nCOMMIT\n",
	"*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -p icmp -j RETURN\n-A POSTROUTING -p udp -j SNAT --to-source 10.2.0.40\n"
	"-A POSTROUTING -m statistic --mode random --probability 0.5 -j SNAT --to-source 10.2.0.41\nCOMMIT\n",
	"*raw\n:PREROUTING ACCEPT\n-A PREROUTING -p udp -j CT --notrack\n-A PREROUTING -m rpfilter --invert -j DROP\nCOMMIT\n"
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate UNTRACKED -s 10.1.0.2 -j DROP\n"
	"-A FORWARD -m conntrack --ctproto 6 --ctorigdst 10.2.0.0/16 -j DROP\nCOMMIT\n",
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp -m dscp ! --dscp 0x05 -m ttl --ttl-lt 64 -j DROP\n"
	"-A FORWARD -m tos --tos 0x10/0x3f -j DROP\n-A FORWARD -p udp -m ttl ! --ttl-eq 63 -j DROP\n"
	"-A FORWARD -m ttl --ttl-gt 62 -p udp --dport 53 -j DROP\nCOMMIT\n",
	"*mangle\n:FORWARD ACCEPT\n-A FORWARD -p tcp --syn -j TCPMSS --clamp-mss-to-pmtu\n-A FORWARD -p tcp -j CONNMARK --set-xmark 0x5/0xf\n"
	"-A FORWARD -m connmark --mark 0x5 -s 10.1.0.3 -j DROP\n-A FORWARD -j CONNMARK --restore-mark\n-A FORWARD -m mark --mark 5 --dst 10.3.5.6 -j DROP\n"
	"COMMIT\n",
};

static bool restore(const char *command, const char *rules)
{
	FILE *f = popen(command, "w");

	if (!f)
		return false;
	fputs(rules, f);
	return pclose(f) == 0;
}

/* Every line of "iptables -S" must be what we print for the same rule. */
static void compare_text(const char *rules)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_read_all();
	_cleanup_(strbuf_done) struct strbuf saved = { 0 };
	char line[1024];
	FILE *f = popen("iptables-save; ip6tables-save", "r");

	while (f && fgets(line, sizeof(line), f))
		strbuf_puts(&saved, line);
	assert_int_equal(pclose(f), 0);
	vec_each(c, &snapshot_ns(s, 0)->chains)
		vec_each(rule, &c->rules) {
			struct rule_ref ref;
			_cleanup_(freep) char *want = NULL;

			if (streq(c->table, WORLD_TRACE))
				continue;
			fw_rule_ref(s, 0, c, rule->handle, &ref);
			assert_string_equal(ref.backend, "iptables-nft");
			want = xasprintf("\n%s\n", ref.text);
			if (!strstr(strbuf_str(&saved), want))
				fail_msg("%s\nnot in what iptables-save prints: %s", rules, want);
			rule_ref_done(&ref);
		}
}

static void iptables_rulesets(void **state)
{
	struct world_counts n = { 0 };
	unsigned int loaded = 0;

	skip_unless_ready();
	if (system("iptables -V 2>/dev/null | grep -q nf_tables") != 0) {
		print_message("skipped: no iptables-nft\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(iptables); i++) {
		assert_true(world_load(""));
		if (!restore("iptables-restore 2>/dev/null", iptables[i])) {
			fprintf(stderr, "not taken by iptables-restore:\n%s", iptables[i]);
			continue;
		}
		loaded++;
		compare_all(iptables[i], &n);
		compare_text(iptables[i]);
	}
	assert_true(loaded > ARRAY_SIZE(iptables) / 2);
}

/* One after the other, each with what it is compared by. */
static void compare_ipsets(const char *command, const char *const *rules, size_t n_rules)
{
	struct world_counts n = { 0 };

	for (size_t i = 0; i < n_rules; i++) {
		_cleanup_(freep) char *text =
			xasprintf("*mangle\n:FORWARD ACCEPT\n-A FORWARD %s\nCOMMIT\n", rules[i]);

		assert_true(world_load(""));
		if (!restore(command, text))
			fail_msg("refused: %s", text);
		compare_all(text, &n);
		compare_text(text);
	}
	assert_int_equal(n.unknown, 0);
}

/* A rule before has changed what the set says: that it is not known is no disagreement. */
static void ipsets_that_rules_change(void **state)
{
	static const char *const changes[] = {
		"-A FORWARD -j SET --add-set r-seen src\n-A FORWARD -m set --match-set r-seen src -j DROP\n",
		"-A FORWARD -j SET --del-set r-ip src\n-A FORWARD -m set --match-set r-ip src -j DROP\n",
		"-A FORWARD -j SET --map-set r-map src --map-mark\n-A FORWARD -m mark --mark 1 -j DROP\n",
	};
	struct world_counts n = { 0 };

	skip_unless_ready();
	if (system("iptables -V 2>/dev/null | grep -q nf_tables") != 0 || !world_ipsets()) {
		print_message("skipped: no iptables-nft, or no ipset\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		_cleanup_(freep) char *text = xasprintf("*mangle\n:FORWARD ACCEPT\n%sCOMMIT\n", changes[i]);

		assert_true(world_load(""));
		assert_true(restore("iptables-restore", text));
		compare_all(text, &n);
	}
	assert_true(n.unknown > 0);
	assert_true(n.decided > 0);
}

static void ipsets(void **state)
{
	static const char *const rules[] = {
		"-m set --match-set r-net src -j DROP", "-m set ! --match-set r-net dst -j DROP",
		"-m set --match-set r-ip src -j DROP", "-m set --match-set r-pair src,dst -j DROP",
		"-m set ! --match-set r-pair src,dst -j DROP", "-m set --match-set r-port dst -j DROP",
		"-m set ! --match-set r-port dst -j DROP", "-m set --match-set r-net-port dst,dst -j DROP",
		"-m set --match-set r-iface src,src -j DROP", "-m set ! --match-set r-iface src,dst -j DROP",
		"-m set --match-set r-three src,dst,dst -j DROP", "-m set --match-set r-bitmap src -j DROP",
		"-m set ! --match-set r-bitmap dst -j DROP", "-m set --match-set r-short src -j DROP",
		"-m set ! --match-set r-ip-ip src,dst,dst -j DROP",
		"-m set --match-set r-list src,dst -j DROP",
		"-m set ! --match-set r-list dst -j DROP",
		/* elements that say "no match", and what does not look at them */
		"-m set --match-set r-net src --return-nomatch -j DROP",
		"-m set ! --match-set r-net src --return-nomatch -j DROP",
		"-m set --match-set r-short src --return-nomatch -j DROP",
		"-m set --match-set r-ip src --return-nomatch -j DROP",
		"-m set --match-set r-short src ! --update-counters -j DROP",
		"-m set --match-set r-list src ! --update-subcounters -j DROP",
		/* fewer dimensions than the set has: no match */
		"-m set --match-set r-pair src -j DROP", "-m set ! --match-set r-pair src -j DROP",
		"-m set --match-set r-ip src,dst -j DROP",
		/* nothing counts what is not there */
		"-m set --match-set r-seen dst --packets-gt 5 ! --bytes-eq 100 -j DROP",
		"-j SET --add-set r-seen src --exist --timeout 30", "-j SET --del-set r-seen dst",
		"-j SET --map-set r-map src --map-mark --map-prio --map-queue",
	};
	static const char *const rules6[] = {
		"-m set --match-set r6-net src -j DROP", "-m set ! --match-set r6-net dst -j DROP",
		"-m set --match-set r6-net src --return-nomatch -j DROP", "-m set --match-set r6-ip dst -j DROP",
		"-m set ! --match-set r6-ip src -j DROP", "-m set --match-set r6-pair src,dst -j DROP",
		"-m set ! --match-set r6-pair src,dst -j DROP", "-m set --match-set r6-net-port dst,dst -j DROP",
		"-m set --match-set r6-iface src,src -j DROP",
		"-m set ! --match-set r6-iface src,dst -j DROP", "-m set --match-set r6-three src,dst,dst -j DROP",
		"-m set --match-set r6-ip-ip src,dst,dst -j DROP", "-m set --match-set r-port dst -j DROP",
		"-m set --match-set r-list src -j DROP", "-m set ! --match-set r-list dst,dst -j DROP",
		"-m set ! --match-set r6-ip src -j ACCEPT",
	};

	skip_unless_ready();
	if (system("iptables -V 2>/dev/null | grep -q nf_tables") != 0 || !world_ipsets()) {
		print_message("skipped: no iptables-nft, or no ipset\n");
		skip();
	}
	compare_ipsets("iptables-restore", rules, ARRAY_SIZE(rules));
	compare_ipsets("ip6tables-restore", rules6, ARRAY_SIZE(rules6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_rulesets),
		cmocka_unit_test(iptables_rulesets),
		cmocka_unit_test(ipsets),
		cmocka_unit_test(ipsets_that_rules_change),
	};

	return cmocka_run_group_tests_name("firewall-kernel", tests, set_up, tear_down);
}
