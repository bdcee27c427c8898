/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evaluator against the kernel, with rulesets that were written for what they hold: natively,
 * and by iptables-nft, whose words for each rule are compared with ours, too.
 */
#include "firewall/decode.h"
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
	/* sets, maps and registers in their rarer shapes */
	"table inet t {\n map m { type ipv4_addr : verdict; elements = { 10.1.0.2 : accept, * : drop }\n }\n"
	" map n { type ipv4_addr : verdict; flags interval; elements = { 10.1.0.128/25 : accept, * : drop }\n }\n"
	" set s { type ipv4_addr; flags interval; elements = { 10.2.0.0/24, * }\n }\n"
	" chain f { type filter hook forward priority 0;\n tcp dport 80 ip saddr vmap @m\n tcp dport 443 ip saddr vmap @n\n"
	" ip daddr != @s drop\n udp dport 53 ip daddr @s drop\n }\n}\n",
	"table inet t {\n set p { type inet_service; flags interval; elements = { 0-79, 81-442, 444-65535 }\n }\n"
	" set six { type ipv6_addr; flags interval; elements = { fd00:1::/64, fd00:2::3-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff }\n }\n"
	" chain f { type filter hook forward priority 0;\n tcp dport @p drop\n udp dport != @p drop\n"
	" ip6 daddr @six tcp dport 80 drop\n }\n}\n",
	"table inet t {\n set s { type ipv4_addr . inet_proto . inet_service; flags interval; elements = { 10.1.0.0/24 . tcp . 80-90,"
	" 10.1.0.130-10.1.0.250 . udp . 0-65535 }\n }\n"
	" chain f { type filter hook forward priority 0;\n meta l4proto { tcp, udp } ip saddr . meta l4proto . th dport @s drop\n }\n}\n",
	"table inet t {\n chain g { tcp dport 8080 drop\n }\n chain f { type filter hook forward priority 0;\n meta mark set 7\n"
	" meta mark { 1-5, 8-10 } drop\n meta mark 5-9 tcp dport 80 drop\n meta length 30-50 udp dport 53 drop\n"
	" meta mark . tcp dport vmap { 5-9 . 443 : drop }\n ct mark 1-10 drop\n meta mark vmap { 6-8 : jump g }\n }\n}\n",
	"table inet t {\n chain g { udp dport 53 drop\n }\n chain f { type filter hook forward priority 0;\n"
	" iifname { \"i*\", \"xx\" } oifname { \"o*\" } tcp dport 80 drop\n iifname . oifname vmap { \"in0\" . \"out0\" : jump g }\n"
	" iifname . tcp dport { \"in0\" . 400-500 } drop\n }\n}\n",
	FORWARD("ip saddr 10.1.0.2 jump {\n tcp dport 80 drop\n udp dport 53 return\n meta l4proto icmp drop\n }\n"
		"udp dport 53 drop\n ip saddr 10.1.0.130 goto {\n tcp dport 22 drop\n }\n tcp dport 443 drop"),
	"table inet t {\n chain p { type filter hook prerouting priority 0;\n ct mark set 0x55\n meta mark set ct mark\n"
	" meta mark set meta mark << 2\n meta mark set mark and 0xf0 or 0x3\n ct mark set mark\n }\n"
	" chain f { type filter hook forward priority 0;\n meta mark 0x53 tcp dport 80 drop\n ct mark 0x53 udp dport 53 drop\n }\n}\n",
	/* devices */
	"table netdev t {\n chain a { type filter hook ingress device in0 priority 5;\n tcp dport 80 drop\n"
	" meta protocol ip6 udp dport 53 drop\n }\n"
	" chain b { type filter hook egress devices = { in0, out0 } priority 5;\n udp dport 5000 drop\n"
	" ip protocol icmp ip daddr 10.3.0.1 drop\n }\n}\n"
	"table inet u {\n chain c { type filter hook ingress device in0 priority 3;\n meta nfproto ipv4 tcp dport 443 drop\n"
	" ip6 saddr fd00:1::3 drop\n }\n}\n",
	/* translations back to where it came from, and by maps */
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n tcp dport 80 dnat to 10.1.0.77\n udp dport 53 dnat to 10.1.0.2\n }\n"
	" chain q { type nat hook postrouting priority 100;\n oifname \"in0\" masquerade\n }\n}\n",
	"table ip n {\n map m { type ipv4_addr . inet_service : ipv4_addr . inet_service;"
	" elements = { 10.2.0.2 . 80 : 10.3.1.1 . 8080 }\n }\n"
	" chain p { type nat hook prerouting priority -100;\n dnat ip to ip daddr . tcp dport map @m\n }\n}\n",
	"table ip n {\n chain i { type nat hook input priority 100;\n tcp dport 443 snat to 10.1.0.44\n }\n"
	" chain o { type nat hook output priority -100;\n tcp dport 80 dnat to 10.1.0.2:99\n udp dport 53 dnat to 10.2.0.2\n }\n"
	" chain q { type nat hook postrouting priority 100;\n oifname \"out0\" masquerade\n }\n}\n",
	"table ip t {\n chain q { type nat hook prerouting priority -100;\n tcp dport 80 dnat to 10.3.1.1:81\n }\n"
	" chain f { type filter hook forward priority 0;\n ip saddr 10.3.1.1 tcp sport 81 meta mark set 1\n }\n"
	" chain z { type filter hook postrouting priority 200;\n ip saddr 10.3.1.1 drop\n meta mark 1 ip saddr 10.2.0.2 drop\n }\n}\n",
	/* full sets take nothing more */
	"table ip t {\n set s { type ipv4_addr; flags dynamic; size 2; elements = { 10.1.0.99, 10.1.0.130 }\n }\n"
	" chain f { type filter hook forward priority 0;\n add @s { ip saddr } drop\n }\n}\n",
	/* objects; a proxy for the handshake takes the packet */
	"table inet t {\n synproxy s { mss 1460\n wscale 7\n timestamp sack-perm\n }\n"
	" chain f { type filter hook forward priority 0;\n tcp dport 80 synproxy name \"s\"\n }\n}\n",
	"table inet t {\n synproxy s { mss 1460\n wscale 7\n timestamp sack-perm\n }\n"
	" chain f { type filter hook forward priority 0;\n synproxy name ip saddr map { 10.1.0.2 : \"s\" }\n }\n}\n",
	"table inet t {\n counter c {\n }\n chain f { type filter hook forward priority 0;\n"
	" counter name ip saddr map { 10.1.0.2 : \"c\" } drop\n }\n}\n",
	/* no route before it is looked for; no helper without a connection that expects this one */
	"table ip t {\n chain p { type filter hook prerouting priority 0;\n rt classid 0 drop\n rt nexthop 10.2.0.2 drop\n }\n}\n",
	FORWARD("ct helper \"ftp\" drop\n ct helper != \"ftp\" drop"),
	/* order, priorities, families */
	"table ip a {\n chain f { type filter hook forward priority 0; policy accept;\n meta mark 1 drop\n }\n}\n"
	"table ip b {\n chain f { type filter hook forward priority 0; policy accept;\n meta mark set 1\n }\n}\n",
	"table ip a {\n chain f { type filter hook forward priority 5; policy accept;\n tcp dport 80 drop\n }\n}\n"
	"table inet b {\n chain f { type filter hook forward priority -5; policy accept;\n accept\n }\n}\n",
	/* a chain may be younger than the table behind its own */
	"table ip a {\n chain x { type filter hook forward priority 1;\n }\n}\n"
	"table ip b {\n chain f { type filter hook forward priority 0;\n meta mark set 1\n }\n}\n"
	"table ip a {\n chain f { type filter hook forward priority 0;\n meta mark 1 drop\n }\n}\n",
	"table ip a {\n chain x { type filter hook forward priority 1;\n }\n}\n"
	"table ip b {\n chain f { type nat hook prerouting priority -100;\n tcp dport 80 dnat to 10.3.1.1\n }\n}\n"
	"table ip a {\n chain f { type nat hook prerouting priority -100;\n tcp dport 80 dnat to 10.3.1.2\n }\n}\n",
	"table ip a {\n chain x { type filter hook forward priority 1;\n }\n}\n"
	"table ip b {\n chain f { type filter hook forward priority 0;\n tcp dport 80 drop\n }\n}\n"
	"table ip a {\n chain f { type filter hook forward priority 0;\n tcp dport 80 drop\n }\n}\n",
	"table ip a {\n flags dormant;\n chain f { type filter hook forward priority 5; policy drop;\n }\n}\n",
	"table ip a {\n chain p { type filter hook prerouting priority -300;\n udp dport 53 notrack\n"
	" ct state invalid tcp dport 80 drop\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct state untracked,established,new accept\n }\n}\n",
	/* a zone comes with a template: it looks like a new connection, and is tracked whatever is asked behind it */
	"table inet t {\n chain p { type filter hook prerouting priority -300;\n udp dport 53 ct zone set 5\n udp dport 53 notrack\n"
	" tcp dport 443 ct zone set 6\n ct state new tcp dport 443 drop\n tcp dport 80 notrack\n tcp dport 80 ct zone set 7\n"
	" }\n"
	" chain f { type filter hook forward priority 0;\n ct state untracked drop\n }\n}\n",
	/* an answer in another zone is none, but one that a zone of the one direction expects there is */
	"table inet t {\n chain p { type filter hook prerouting priority -300;\n iif \"in0\" ct zone set 1\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct state new iif \"in0\" accept\n"
	" ct state established accept\n }\n}\n",
	"table inet t {\n chain p { type filter hook prerouting priority -300;\n iif \"in0\" ct original zone set 1\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct state new iif \"in0\" accept\n"
	" ct state established accept\n }\n}\n",
	/* the zone of the answer's own direction counts, and one that is set behind conntrack comes too late */
	"table inet t {\n chain p { type filter hook prerouting priority -300;\n iif \"in0\" ct zone set 5\n"
	" iif \"out0\" ct original zone set 5\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct state new iif \"in0\" accept\n"
	" ct state established accept\n }\n}\n",
	"table inet t {\n chain p { type filter hook prerouting priority -300;\n iif \"in0\" ct zone set 5\n }\n"
	" chain m { type filter hook prerouting priority -150;\n iif \"out0\" ct zone set 5\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct state new iif \"in0\" accept\n"
	" ct state established accept\n }\n}\n",
	"table ip a {\n chain p { type filter hook prerouting priority -300;\n iif \"in0\" ct zone set 5\n }\n}\n"
	"table ip b {\n chain p { type filter hook prerouting priority -300;\n iif \"in0\" ct zone set 7\n"
	" iif \"out0\" ct zone set 5\n }\n"
	" chain f { type filter hook forward priority 0; policy drop;\n ct state new iif \"in0\" accept\n"
	" ct state established accept\n }\n}\n",
	/* nothing here asks for conntrack, so the nat chain sees nothing */
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n tcp dport 80 drop\n }\n}\n"
	"table ip f {\n chain f { type filter hook forward priority 0;\n tcp dport 443 log\n }\n}\n",
	"table inet t {\n chain o { type filter hook output priority -300;\n meta l4proto { icmp, tcp } ct zone set 5\n notrack\n }\n"
	" chain f { type filter hook postrouting priority 0;\n ct state untracked drop\n }\n}\n",
	"table inet t {\n chain p { type filter hook prerouting priority -300;\n numgen random mod 2 0 ct zone set 5\n"
	" udp dport 53 notrack\n ct state new tcp dport 443 drop\n }\n"
	" chain f { type filter hook forward priority 0;\n ct state untracked drop\n tcp dport 80 ct state new drop\n }\n}\n",
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
	/* without a rule that asks for conntrack nat chains see nothing */
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n tcp dport 80 drop\n }\n}\n",
	"table inet n {\n chain p { type nat hook prerouting priority -100;\n dnat ip to 10.3.1.1\n tcp dport 80 drop\n }\n}\n",
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n tcp dport 80 drop\n }\n"
	" chain f { type filter hook forward priority 0;\n ct state invalid drop\n }\n}\n",
	/* each for its own family only */
	"table inet n {\n chain p { type nat hook postrouting priority 100;\n snat ip to 10.2.0.60\n"
	" snat ip6 to fd00:2::60\n }\n}\n",
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
	"*raw\n:PREROUTING ACCEPT\n-A PREROUTING -p udp --dport 53 -j CT --zone 5\n-A PREROUTING -p udp -j CT --notrack\n"
	"-A PREROUTING -p tcp --dport 80 -j CT --ctevents new\n-A PREROUTING -p tcp -j CT --notrack\n"
	"-A PREROUTING -p tcp --dport 80 -m connmark --mark 0 -m conntrack --ctstate NEW -j MARK --set-mark 3\nCOMMIT\n"
	"*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate UNTRACKED -j DROP\n-A FORWARD -m mark --mark 3 -j DROP\nCOMMIT\n",
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

/* Every rule must read as a line of what iptables-save prints, and nothing may be left out. */
static void compare_chains(const char *rules, const struct snapshot *s, const nft_chain_list *chains,
			   const char *backend, const char *saved)
{
	vec_each(c, chains)
		vec_each(rule, &c->rules) {
			struct rule_ref ref;
			_cleanup_(freep) char *want = NULL;

			if (streq(c->table, WORLD_TRACE))
				continue;
			fw_rule_ref(s, 0, c, rule->handle, &ref);
			assert_string_equal(ref.backend, backend);
			want = xasprintf("\n%s\n", ref.text);
			if (!strstr(saved, want))
				fail_msg("%s\nnot in what iptables-save prints: %s", rules, want);
			rule_ref_done(&ref);
		}
}

static char *read_command(const char *command)
{
	struct strbuf b = { 0 };
	char line[1024];
	FILE *f = popen(command, "r");

	while (f && fgets(line, sizeof(line), f))
		strbuf_puts(&b, line);
	assert_int_equal(pclose(f), 0);
	return strbuf_take(&b);
}

static void compare_text(const char *rules)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_read_all();
	_cleanup_(freep) char *saved = read_command("{ iptables-save; ip6tables-save; } 2>/dev/null");

	compare_chains(rules, s, &snapshot_ns(s, 0)->chains, "iptables-nft", saved);
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

/*
 * Words only: one rule with each thing that an extension can be told, in FORWARD of the table
 * mangle, or "*TABLE CHAIN …".
 */
static const char *const texts[] = {
	"-p tcp -m tcp --tcp-option 8 -j DROP", "-p tcp -m tcp ! --tcp-option 8",
	"-p tcp -m tcp --tcp-flags ALL NONE", "-p tcp -m tcp ! --tcp-flags SYN,ACK SYN",
	"-p udp -m udp --sport 5:10 ! --dport 53", "-p icmp -m icmp --icmp-type 3/4",
	"-p icmp -m icmp ! --icmp-type 8", "-p icmp -m icmp --icmp-type any",
	"-p tcp -m multiport ! --sports 1:5,7,9:11", "-p udp -m multiport --ports 53",
	"-m conntrack ! --ctstate NEW,RELATED,UNTRACKED,SNAT,DNAT,INVALID", "-m conntrack --ctproto 17",
	"-m conntrack --ctorigsrc 10.0.0.0/8 ! --ctorigdst 10.1.1.1 --ctreplsrc 10.2.0.0/16 --ctrepldst"
	" 10.3.3.3/32",
	"-m conntrack --ctproto 6 --ctorigsrcport 1:5 ! --ctorigdstport 80 --ctreplsrcport 6 --ctrepldstport"
	" 7:9",
	"-m conntrack --ctstatus EXPECTED,SEEN_REPLY,ASSURED,CONFIRMED", "-m conntrack ! --ctstatus NONE",
	"-m conntrack --ctexpire 1:100", "-m conntrack --ctexpire 5", "-m conntrack --ctdir ORIGINAL",
	"-m state --state INVALID,UNTRACKED", "-m state ! --state NEW",
	"-m addrtype --src-type UNICAST,LOCAL ! --dst-type BROADCAST,MULTICAST",
	"-m addrtype --dst-type LOCAL --limit-iface-in", "-m addrtype --src-type BLACKHOLE,UNREACHABLE,PROHIBIT",
	"-m comment --comment plain", "-m comment --comment \"a 'b' \\\\ c\"", "-m mark ! --mark 0x1/0xff",
	"-m connmark --mark 0x5", "-m connmark ! --mark 0x5/0xf0", "-m iprange ! --src-range 10.0.0.1-10.0.0.9",
	"-m iprange --src-range 10.0.0.1-10.0.0.9 ! --dst-range 10.1.0.0-10.2.0.0",
	"-m physdev --physdev-in br+ --physdev-is-in", "-m physdev ! --physdev-in eth0",
	"-m physdev --physdev-is-bridged", "-m physdev ! --physdev-is-bridged --physdev-out eth1",
	"-m pkttype ! --pkt-type broadcast", "-m pkttype --pkt-type multicast",
	"-m limit --limit 3/min --limit-burst 9", "-m limit --limit 7/hour", "-m limit --limit 1/day",
	"-m limit --limit 1000/sec", "-m hashlimit --hashlimit-upto 5/sec --hashlimit-name a",
	"-m hashlimit --hashlimit-above 5/min --hashlimit-burst 9 --hashlimit-mode"
	" srcip,dstip,srcport,dstport --hashlimit-name b",
	"-m hashlimit --hashlimit-above 512kb/s --hashlimit-burst 1mb --hashlimit-mode srcip"
	" --hashlimit-name c --hashlimit-srcmask 24",
	"-m hashlimit --hashlimit-upto 1/hour --hashlimit-name d --hashlimit-htable-size 16"
	" --hashlimit-htable-max 99 --hashlimit-htable-expire 5000 --hashlimit-htable-gcinterval 7000"
	" --hashlimit-dstmask 16 --hashlimit-mode dstip",
	"-m connlimit --connlimit-above 5", "-m connlimit --connlimit-upto 7 --connlimit-mask 24 --connlimit-daddr",
	"-m connlimit --connlimit-upto 1 --connlimit-mask 0", "-m recent --set --name r --rsource",
	"-m recent ! --rcheck --seconds 60 --hitcount 4 --name r --mask 255.255.255.0 --rdest",
	"-m recent --update --seconds 9 --reap --rttl --name DEFAULT --rsource",
	"-m recent --remove --name x --rsource", "-m statistic --mode random --probability 0.25",
	"-m statistic --mode nth --every 5 --packet 2", "-m length ! --length 40", "-m length --length 5:",
	"-m ttl ! --ttl-eq 5", "-m ttl --ttl-gt 3", "-m tos --tos 0x10", "-m tos ! --tos 0x04/0x0c",
	"-m dscp --dscp 0x0a", "-m dscp ! --dscp-class AF21", "-m mac --mac-source 00:01:02:0a:0B:0c",
	"-m mac ! --mac-source 00:01:02:03:04:05", "-m string --string hello --algo bm",
	"-m string ! --hex-string \"|00ff|x\" --algo kmp --from 3 --to 99 --icase",
	"-m time --timestart 10:00 --timestop 12:30:05 --weekdays Mon,Tue",
	"-m time --monthdays 1,5 ! --weekdays Sun --kerneltz",
	"-m time --datestart 2020-01-02T03:04:05 --datestop 2030-01-01 --contiguous --timestart 22:00"
	" --timestop 02:00",
	"-m u32 --u32 \"0>>22&0x3C@4=0x5,0x7:0x9&&6&0xff=1\"", "-m u32 ! --u32 \"4=1\"",
	"-m bpf --bytecode \"4,48 0 0 9,21 0 1 6,6 0 0 1,6 0 0 0\"", "-m ecn --ecn-ip-ect 1",
	"-p tcp -m ecn --ecn-tcp-cwr ! --ecn-tcp-ece", "-p esp -m esp --espspi 5:9", "-p esp -m esp ! --espspi 7",
	"-p ah -m ah --ahspi 5:9", "-p tcp -m tcpmss --mss 5:900", "-p tcp -m tcpmss ! --mss 7",
	"-m helper --helper ftp", "-m connbytes --connbytes 5:9 --connbytes-mode bytes --connbytes-dir reply",
	"-m connbytes ! --connbytes 5 --connbytes-mode avgpkt --connbytes-dir both", "-m quota --quota 1000",
	"-m cpu ! --cpu 1", "-m realm --realm 0x5/0xf", "-m devgroup --src-group 0x5",
	"-m cluster --cluster-total-nodes 3 --cluster-local-nodemask 0x1 --cluster-hash-seed 0x7",
	"-m policy --dir in --pol ipsec --strict --reqid 5 --spi 0x7 --proto esp --mode tunnel --tunnel-dst"
	" 10.0.0.1 --tunnel-src 10.0.0.2 --next --proto ah",
	"-m policy --dir out --pol none",
	"-p 139 -m connbytes --connbytes 5:9 --connbytes-mode packets --connbytes-dir original", "-p 200",
	"-p sctp -m sctp --sport 1:2 ! --dport 80", "-p sctp -m sctp --chunk-types any INIT,DATA:Ube",
	"-p sctp -m sctp ! --chunk-types all DATA,INIT_ACK,ABORT:T,SHUTDOWN_COMPLETE:t,SACK",
	"-p sctp -m sctp --chunk-types only ALL", "-p sctp -m sctp --chunk-types only NONE",
	"-p sctp -m sctp --chunk-types any ASCONF,ASCONF_ACK,FORWARD_TSN,I_DATA,RE_CONFIG,PAD,I_FORWARD_TSN,"
	"COOKIE_ECHO,COOKIE_ACK,ECN_ECNE,ECN_CWR,ERROR,HEARTBEAT,HEARTBEAT_ACK,SHUTDOWN,SHUTDOWN_ACK",
	"-p ipcomp -m ipcomp --ipcompspi 5:9", "-p ipcomp -m ipcomp ! --ipcompspi 5 --compres",
	"-p ipcomp -m ipcomp", "-m connlabel --label 5", "-m connlabel ! --label 7 --set",
	"*mangle OUTPUT -m owner --socket-exists", "-m comment --comment \"\"", "-m mark --mark 0",
	"-m recent --rcheck --name z --mask 0.0.0.0", "-m addrtype --src-type LOCAL --limit-iface-out",
	"-m hashlimit --hashlimit-upto 5/sec --hashlimit-rate-match --hashlimit-rate-interval 7 --hashlimit-name z1",
	"-m hashlimit --hashlimit-above 5kb/sec --hashlimit-rate-match --hashlimit-name z2",
	"-p udplite -m multiport --dports 5", "-p dccp -m dccp ! --dccp-types REQUEST,INVALID",
	"-m policy --dir in --pol ipsec ! --proto esp ! --mode transport ! --spi 5",
	"-p dccp -m dccp --dport 5 --dccp-types REQUEST,RESPONSE", "-p dccp -m dccp ! --sport 6:7 --dccp-option 3",
	"-p tcp -m osf --genre Linux --ttl 0 --log 1",
	"-s 10.1.0.0/255.255.0.255 ! -d 10.0.0.0/8 ! -i eth+ -o e ! -p 47 -j RETURN", "! -f -j ACCEPT", "-f", "-i +",
	"-j LOG --log-prefix \"a b: \" --log-level 7 --log-tcp-sequence --log-tcp-options --log-ip-options"
	" --log-uid",
	"-j LOG --log-level info", "-j NFLOG --nflog-group 5 --nflog-prefix x --nflog-size 100 --nflog-threshold 3",
	"-j MARK --set-mark 5", "-j MARK --or-mark 6", "-j MARK --and-mark 7", "-j MARK --xor-mark 8",
	"-j MARK --set-xmark 0x1/0xf", "-j CONNMARK --set-mark 5/7",
	"-j CONNMARK --save-mark --nfmask 0xf --ctmask 0xff", "-j CONNMARK --restore-mark --mask 0xf",
	"-j CONNMARK --or-mark 3", "-j TOS --set-tos 0x10", "-j TOS --and-tos 0x3", "-j TOS --set-tos 0x1/0x3",
	"-j DSCP --set-dscp 0x0a", "-j DSCP --set-dscp-class EF", "-j TTL --ttl-set 5", "-j TTL --ttl-inc 1",
	"-j TTL --ttl-dec 2", "-p tcp -j ECN --ecn-tcp-remove", "-p tcp --syn -j TCPMSS --set-mss 100",
	"-p tcp --syn -j TCPMSS --clamp-mss-to-pmtu", "-j CHECKSUM --checksum-fill", "-j CLASSIFY --set-class 1:2f",
	"-j NFQUEUE --queue-num 5", "-j NFQUEUE --queue-balance 5:9 --queue-bypass --queue-cpu-fanout",
	"-p tcp -j TCPOPTSTRIP --strip-options sack,timestamp", "-j TEE --gateway 10.0.0.1", "-j AUDIT --type drop",
	"-j TRACE", "-j IDLETIMER --timeout 5 --label a",
	"-j IDLETIMER --timeout 6 --label c --alarm", "-j IDLETIMER --timeout 7 --label \"b c\"",
	"-j RATEEST --rateest-name e --rateest-interval 250ms --rateest-ewmalog 500ms",
	"-j RATEEST --rateest-name f --rateest-interval 500ms --rateest-ewmalog 16s",
	"-j RATEEST --rateest-name g --rateest-interval 8s --rateest-ewmalog 64s",
	"-m rateest --rateest e --rateest-gt --rateest-bps 1mbit",
	"-m rateest --rateest e ! --rateest-lt --rateest-pps 100",
	"-m rateest --rateest e --rateest-eq --rateest-bps 12345 --rateest-pps 7",
	"-m rateest --rateest-delta --rateest e --rateest-gt --rateest-bps1 10gbit --rateest-pps1 7"
	" --rateest-bps2 999kbit --rateest-pps2 9",
	"-m rateest --rateest1 e ! --rateest-gt --rateest-bps --rateest-pps --rateest2 f",
	"-m rateest --rateest-delta --rateest1 e --rateest-gt --rateest-bps1 5mbit --rateest-pps1 7 --rateest-bps"
	" --rateest-pps --rateest2 f",
	"-j HMARK --hmark-tuple src,dst --hmark-mod 5 --hmark-rnd 7",
	"-j HMARK --hmark-tuple src,dst,sport,dport,proto,ct --hmark-mod 4294967295 --hmark-rnd 0xfeafbeef"
	" --hmark-offset 100",
	"-p udp -j HMARK --hmark-src-prefix 24 --hmark-dst-prefix 16 --hmark-sport-mask 0xff00 --hmark-dport 80"
	" --hmark-proto-mask 0xff --hmark-mod 5 --hmark-rnd 7",
	"-p udp -j HMARK --hmark-sport-mask 0x0f --hmark-dport-mask 1 --hmark-sport 5 --hmark-dport 6"
	" --hmark-proto-mask 0 --hmark-mod 5 --hmark-rnd 7",
	"-j HMARK --hmark-src-prefix 255.0.255.0 --hmark-mod 5 --hmark-rnd 7",
	"-p esp -j HMARK --hmark-src-prefix 0 --hmark-spi-mask 0xff --hmark-spi 5 --hmark-mod 5 --hmark-rnd 7",
	"-j CONNSECMARK --restore", "-j TEE --gateway 1.2.3.4 --oif lo", "-j NFLOG --nflog-range 5",
	"-j LOG --log-macdecode",
	"-j CONNSECMARK --save", "-j DROP",
	"-j ACCEPT", "-j RETURN", "", "*filter FORWARD -j REJECT",
	"*filter FORWARD -p tcp -j REJECT --reject-with tcp-reset",
	"*filter FORWARD -j REJECT --reject-with icmp-net-prohibited",
	"*filter INPUT -p tcp -j SYNPROXY --sack-perm --timestamp --wscale 7 --mss 1460",
	"*raw PREROUTING -j CT --notrack", "*raw PREROUTING -j NOTRACK",
	"*raw PREROUTING -m rpfilter --loose --validmark --accept-local --invert",
	"*mangle PREROUTING -p tcp -m socket --transparent --nowildcard", "*mangle OUTPUT -m cgroup --cgroup 5",
	"*mangle OUTPUT -m owner ! --uid-owner 5 --gid-owner 7:9 --suppl-groups", "*raw PREROUTING -j CT --zone 5",
	"*raw PREROUTING -j CT --zone mark", "*raw PREROUTING -j CT --zone-orig 7",
	"*raw PREROUTING -p tcp -j CT --ctevents new,destroy --expevents new",
	"*raw PREROUTING -p tcp -j CT --helper ftp",
	"*mangle PREROUTING -p tcp -j TPROXY --on-port 5 --on-ip 127.0.0.1 --tproxy-mark 1/1",
	"*mangle PREROUTING -p tcp -j TPROXY --on-port 5", "*nat PREROUTING -j DNAT --to-destination 10.0.0.1",
	"*nat PREROUTING -p tcp -j DNAT --to-destination 10.0.0.1-10.0.0.9:5-9 --random --persistent",
	"*nat PREROUTING -p tcp -j DNAT --to-destination :5",
	"*nat PREROUTING -p tcp --dport 5:9 -j DNAT --to-destination 10.0.0.1:15-19/5",
	"*nat POSTROUTING -p tcp -j SNAT --to-source 10.0.0.1:5-9 --random-fully", "*nat POSTROUTING -j MASQUERADE",
	"*nat POSTROUTING -p tcp -j MASQUERADE --to-ports 5-9 --random", "*nat PREROUTING -j REDIRECT",
	"*nat PREROUTING -p udp -j REDIRECT --to-ports 53 --random", "*nat PREROUTING -j NETMAP --to 10.0.0.0/24",
	"*security FORWARD -j DROP", "*nat OUTPUT -m owner --uid-owner 5-9 ! --gid-owner 7 --socket-exists -j ACCEPT",
};

static const char *const texts6[] = {
	"-s fd00::/8 ! -d fd00::1 -j DROP", "-s fd00::1/ffff::ffff", "-p icmpv6 -m icmp6 --icmpv6-type 1/4",
	"-p icmpv6 -m icmp6 ! --icmpv6-type echo-request", "-m hl --hl-lt 5", "-m hl ! --hl-eq 7",
	"-m frag --fragid 5:9 --fragfirst --fragmore", "-m frag ! --fragid 7 --fragres --fraglast",
	"-m hbh --hbh-len 5 --hbh-opts 1:3,5", "-m hbh ! --hbh-len 4", "-m dst --dst-len 8 --dst-opts 0x20",
	"-m dst ! --dst-len 8", "-m rt --rt-type 0 ! --rt-segsleft 5:7 --rt-len 3",
	"-m rt --rt-type 0 --rt-0-res --rt-0-addrs fd00::1,fd00::2 --rt-0-not-strict",
	"-p mobility-header -m mh --mh-type binding-refresh-request:7", "-p mobility-header -m mh ! --mh-type 5",
	"-m ah ! --ahspi 5:9 --ahlen 7 --ahres -p ah", "-m ipv6header --header hop-by-hop,dst --soft",
	"-m ipv6header ! --header esp", "-m eui64", "-m srh",
	"-m srh --srh-next-hdr 6 ! --srh-hdr-len-eq 4", "-m srh --srh-hdr-len-gt 2 ! --srh-segs-left-lt 9",
	"-m srh --srh-segs-left-eq 4 --srh-last-entry-eq 1 ! --srh-tag 7",
	"-m srh ! --srh-segs-left-gt 4 ! --srh-last-entry-gt 1", "-m srh ! --srh-hdr-len-lt 3 --srh-last-entry-lt 9",
	"-m srh --srh-psid fd00::1 ! --srh-nsid fd00::/16 --srh-lsid fd00::1/64", "-m ipv6header --header none,route,prot",
	"-j HMARK --hmark-tuple src,dst,sport,dport --hmark-mod 5 --hmark-rnd 7",
	"-j HMARK --hmark-src-prefix 64 --hmark-dst-prefix 16 --hmark-mod 5 --hmark-rnd 7", "-m addrtype --dst-type LOCAL,ANYCAST",
	"-m conntrack --ctorigsrc fd00::/64 ! --ctrepldst fd00::1", "-m iprange --src-range fd00::1-fd00::9",
	"-m recent --set --name r --mask ffff:ffff:: --rsource",
	"-m connlimit --connlimit-above 5 --connlimit-mask 64",
	"-m hashlimit --hashlimit-upto 5/sec --hashlimit-name a6 --hashlimit-mode srcip --hashlimit-srcmask 64",
	"-m policy --dir in --pol ipsec --strict --tunnel-src fd00::/64 --mode tunnel",
	"-p tcp -m multiport --dports 5,7", "-j HL --hl-set 5", "-j HL --hl-dec 1", "-j TEE --gateway fd00::1",
	"-j MARK --set-mark 5", "-m tos --tos 0x10", "-m mark --mark 5",
	"*filter FORWARD -j REJECT --reject-with icmp6-policy-fail",
	"*filter FORWARD -p tcp -j REJECT --reject-with tcp-reset",
	"*nat PREROUTING -p tcp -j DNAT --to-destination [fd00::1]:5",
	"*nat PREROUTING -j DNAT --to-destination fd00::1-fd00::9",
	"*nat POSTROUTING -p udp -j SNAT --to-source [fd00::1]:5-9", "*nat POSTROUTING -j MASQUERADE --random-fully",
	"*nat PREROUTING -j NETMAP --to fd00:5::/64", "*nat PREROUTING -p tcp -j REDIRECT --to-ports 5",
	"*mangle PREROUTING -j DNPT --src-pfx fd00:1::/64 --dst-pfx fd00:2::/64",
	"*mangle PREROUTING -p tcp -j TPROXY --on-port 5 --on-ip ::1",
};

/* What this kernel has no extension for is left out, found by halves: a process takes long. */
static size_t add_texts(const char *command, const char *const *rules, size_t n)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		size_t table = rules[i][0] == '*' ? strcspn(rules[i], " ") : 0;

		if (table)
			strbuf_printf(&b, "%.*s\n-A%s\nCOMMIT\n", (int)table, rules[i], rules[i] + table);
		else
			strbuf_printf(&b, "*mangle\n-A FORWARD %s\nCOMMIT\n", rules[i]);
	}
	if (restore(command, strbuf_str(&b)))
		return n;
	if (n == 1 && getenv("NSDOCTOR_FIREWALL_WHY"))
		print_message("refused: %s\n", *rules);
	return n < 2 ? 0 : add_texts(command, rules, n / 2) + add_texts(command, rules + n / 2, n - n / 2);
}

static size_t add_all_texts(const char *backend)
{
	_cleanup_(freep) char *v4 = xasprintf("iptables%s-restore --noflush 2>/dev/null", backend);
	_cleanup_(freep) char *v6 = xasprintf("ip6tables%s-restore --noflush 2>/dev/null", backend);
	size_t n = add_texts(v4, texts, ARRAY_SIZE(texts)) + add_texts(v6, texts6, ARRAY_SIZE(texts6));

	print_message("%zu rules in words\n", n);
	assert_true(n > ARRAY_SIZE(texts) / 2);
	return n;
}

static void words_of_every_extension(void **state)
{
	skip_unless_ready();
	if (system("iptables -V 2>/dev/null | grep -q nf_tables") != 0) {
		print_message("skipped: no iptables-nft\n");
		skip();
	}
	assert_true(world_load(""));
	add_all_texts("");
	compare_text("what is written above");
}

/* The same, as it stands in the tables of legacy iptables. */
static void words_of_legacy_iptables(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	_cleanup_(freep) char *saved = NULL;
	size_t n, found = 0;

	skip_unless_ready();
	if (system("{ iptables-legacy -S && ip6tables-legacy -S; } >/dev/null 2>&1") != 0) {
		print_message("skipped: no legacy iptables\n");
		skip();
	}
	assert_true(world_load(""));
	n = add_all_texts("-legacy");
	s = world_read_all();
	saved = read_command("{ iptables-legacy-save; ip6tables-legacy-save; } 2>/dev/null");
	vec_each(c, &snapshot_ns(s, 0)->legacy)
		found += c->rules.n;
	/* what was refused came behind others, which are there twice */
	assert_true(found >= n);
	compare_chains("what is written above", s, &snapshot_ns(s, 0)->legacy, "iptables-legacy", saved);
}

/* Our own words for native rules, in place of those of libnftables where it cannot list the table. */
static void native_words(void **state)
{
	static const char *const rules[] = {
		"ct mark 0x00000005 accept", "ct mark & 0x000000f0 == 0x00000010 drop", "ct mark != 0x00000005",
		"meta mark & 0x000000f0 != 0x00000010 drop", "meta mark != 0x00000007", "meta mark > 0x00000002",
		"meta mark != 0x00000002-0x00000009", "ct mark < 0x00000100", "ct mark != 0x00000002-0x00000009",
		"meta length > 40 drop", "meta length 40", "meta length != 40-1500", "meta skuid >= 1000 drop",
		"ct direction reply accept", "ct direction original", "ct status dnat accept", "ct status snat,dnat",
		"ct zone 5 drop", "ct zone != 7", "meta pkttype broadcast drop", "meta pkttype host",
		"meta pkttype multicast", "meta protocol ip6 drop", "meta protocol ip", "meta skgid 7 drop",
		"meta skuid 5", "meta cpu 1", "iifgroup 5", "oifgroup 7", "meta cgroup 9",
		"iifname \"eth*\" drop", "ct state established,related accept",
		"log", "log prefix \"a b\" level info", "log flags all", "log flags tcp sequence,options",
		"log flags tcp options flags ip options flags skuid flags ether",
		"log prefix \"x\" group 5 snaplen 100 queue-threshold 3",
	};
	static const char *const dnat[] = {
		"redirect", "tcp dport 80 redirect to :8080", "tcp dport 81 redirect to :80-90 random", "dnat to 10.0.0.1",
		"tcp dport 80 dnat to 10.0.0.1:80", "dnat to 10.0.0.1-10.0.0.9 random,persistent",
	};
	static const char *const snat[] = {
		"masquerade", "masquerade fully-random", "masquerade random,persistent",
		"tcp dport 80 masquerade to :80-90", "snat to 10.0.0.1 fully-random",
		"udp dport 53 snat to 10.0.0.1-10.0.0.9:1000-2000",
	};
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	_cleanup_(freep) char *listed = NULL;
	size_t n = 0;

	skip_unless_ready();
	strbuf_puts(&text, "table ip words {\n chain f {\n");
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		strbuf_printf(&text, "%s\n", rules[i]);
	strbuf_puts(&text, "}\n chain d {\n type nat hook prerouting priority -100;\n");
	for (size_t i = 0; i < ARRAY_SIZE(dnat); i++)
		strbuf_printf(&text, "%s\n", dnat[i]);
	strbuf_puts(&text, "}\n chain s {\n type nat hook postrouting priority 100;\n");
	for (size_t i = 0; i < ARRAY_SIZE(snat); i++)
		strbuf_printf(&text, "%s\n", snat[i]);
	strbuf_puts(&text, "}\n}\n");
	assert_true(world_load(strbuf_str(&text)));
	s = world_read_all();
	listed = read_command("nft list table ip words");
	vec_each(c, &snapshot_ns(s, 0)->chains)
		vec_each(rule, &c->rules) {
			_cleanup_(strbuf_done) struct strbuf b = { 0 };
			_cleanup_(freep) char *want = NULL;

			if (!streq(c->table, "words"))
				continue;
			nft_rule(&b, nft_rule_code(s, rule), AF_INET);
			want = xasprintf("\t\t%s\n", strbuf_str(&b));
			if (!strstr(listed, want))
				fail_msg("not in what nft lists: %s\n%s", want, listed);
			n++;
		}
	assert_int_equal(n, ARRAY_SIZE(rules) + ARRAY_SIZE(dnat) + ARRAY_SIZE(snat));
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

static bool can_ask_ipsets(void)
{
	return system("iptables -V 2>/dev/null | grep -q nf_tables") == 0 && world_ipsets();
}

/* Not all of it is known, and that is no disagreement; what is known must be right. */
static void compare_some(const char *const *rules, size_t n_rules)
{
	for (size_t i = 0; i < n_rules; i++) {
		_cleanup_(freep) char *text = xasprintf("*mangle\n:FORWARD ACCEPT\n%sCOMMIT\n", rules[i]);
		struct world_counts n = { 0 };

		assert_true(world_load(""));
		if (!restore("iptables-restore", text))
			fail_msg("refused: %s", text);
		compare_all(text, &n);
		compare_text(text);
		assert_true(n.unknown > 0);
		assert_true(n.decided > 0);
	}
}

static void ipsets_that_rules_change(void **state)
{
	static const char *const changes[] = {
		"-A FORWARD -j SET --add-set r-seen src\n-A FORWARD -m set --match-set r-seen src -j DROP\n",
		"-A FORWARD -j SET --del-set r-ip src\n-A FORWARD -m set --match-set r-ip src -j DROP\n",
		"-A FORWARD -j SET --map-set r-map src --map-mark\n-A FORWARD -m mark --mark 1 -j DROP\n",
	};

	skip_unless_ready();
	if (!can_ask_ipsets()) {
		print_message("skipped: no iptables-nft, or no ipset\n");
		skip();
	}
	compare_some(changes, ARRAY_SIZE(changes));
}

/* Counters are not asked for; an element whose own do not fit is passed over, one that says "nomatch" included. */
static void ipsets_that_count(void **state)
{
	static const char *const counts[] = {
		"-A FORWARD -m set --match-set r-count src --packets-gt 50 -j DROP\n",
		"-A FORWARD -m set ! --match-set r-count src --packets-gt 50 -j DROP\n",
		"-A FORWARD -m set --match-set r-count src --bytes-lt 50 -j DROP\n",
		"-A FORWARD -m set --match-set r-count dst ! --bytes-eq 0 ! --update-counters -j DROP\n",
		"-A FORWARD -m set --match-set r-count dst --return-nomatch --packets-gt 50 -j DROP\n",
		"-A FORWARD -p tcp -m set --match-set r-mac src,src -j DROP\n",
	};

	skip_unless_ready();
	if (!can_ask_ipsets()) {
		print_message("skipped: no iptables-nft, or no ipset\n");
		skip();
	}
	compare_some(counts, ARRAY_SIZE(counts));
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
	if (!can_ask_ipsets()) {
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
		cmocka_unit_test(words_of_every_extension),
		cmocka_unit_test(native_words),
		cmocka_unit_test(ipsets),
		cmocka_unit_test(ipsets_that_rules_change),
		cmocka_unit_test(ipsets_that_count),
		/* last: legacy tables stay */
		cmocka_unit_test(words_of_legacy_iptables),
	};

	return cmocka_run_group_tests_name("firewall-kernel", tests, set_up, tear_down);
}
