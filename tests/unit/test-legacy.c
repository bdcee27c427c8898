/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Legacy iptables: tables loaded by its own tools in a namespace of our own
 * are read back, must say what "iptables-legacy -S" says and do what the same
 * rules do in iptables-nft; blocks that are damaged must be refused, and
 * rules put in by an op and taken out again must leave everything as it was.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>

#include <linux/netfilter.h>

#include "apply.h"
#include "collect.h"
#include "collect/collector.h"
#include "firewall.h"
#include "firewall/build.h"
#include "firewall/legacy.h"
#include "netns.h"
#include "strbuf.h"

static int ns_fd = -1;
static const char *skip_why;

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		ssize_t n = write(fd, text, strlen(text));

		(void)n;
		close(fd);
	}
}

static bool enter_namespace(void)
{
	char map[64];
	uid_t uid = getuid();
	gid_t gid = getgid();

	if (unshare(CLONE_NEWNET) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return false;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", gid);
	write_file("/proc/self/gid_map", map);
	return true;
}

static const char setup_script[] =
	"exec >/dev/null 2>&1; iptables-legacy -S && ip6tables-legacy -S && iptables-nft -S && "
	"ip link add in0 type veth peer name out0 && ip addr add 10.1.0.1/24 dev in0 && "
	"ip addr add 10.2.0.1/24 dev out0 && ip link set in0 up && ip link set out0 up && "
	"ip route add 10.3.0.0/16 via 10.2.0.2";

static int set_up(void **state)
{
	/* not the machine's */
	setenv("XTABLES_LOCKFILE", "/dev/null", 1);
	if (!enter_namespace()) {
		skip_why = "no namespaces";
		return 0;
	}
	if (system(setup_script) != 0) {
		skip_why = "no legacy iptables, or no kernel that knows it";
		return 0;
	}
	ns_fd = netns_open_self();
	return 0;
}

static int tear_down(void **state)
{
	if (ns_fd >= 0)
		close(ns_fd);
	return 0;
}

static void need_iptables(void)
{
	if (skip_why) {
		print_message("%s\n", skip_why);
		skip();
	}
}

/* --- shell ------------------------------------------------------------------ */

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static void feed(const char *command, const char *text)
{
	FILE *f = popen(command, "w");

	assert_non_null(f);
	fputs(text, f);
	if (pclose(f) != 0)
		fail_msg("%s refuses its input", command);
}

/* What a command prints. */
static char *output(const char *command)
{
	struct strbuf b = { 0 };
	FILE *f = popen(command, "r");
	char line[1024];

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		strbuf_puts(&b, line);
	assert_int_equal(pclose(f), 0);
	return strbuf_take(&b);
}

static struct snapshot *collect_here(void)
{
	struct snapshot *s = snapshot_new();
	int ns = snapshot_add(s, "host", 1);

	assert_int_equal(collect_ns(s, ns, ns_fd), 0);
	assert_int_equal(s->ns.v[0].error[COLLECT_LEGACY], 0);
	return s;
}

static void flush(void)
{
	for (int i = 0; i < 5; i++) {
		static const char *const tables[] = { "raw", "mangle", "nat", "filter", "security" };
		_cleanup_(freep) char *command = xasprintf(
			"for t in iptables-legacy ip6tables-legacy; do $t -w -t %s -F; $t -w -t %s -X; "
			"for c in $($t -w -t %s -S | sed -n 's/^-P \\([A-Z]*\\) DROP/\\1/p'); do "
			"$t -w -t %s -P $c ACCEPT; done; done",
			tables[i], tables[i], tables[i], tables[i]);

		run(command);
	}
	run("nft flush ruleset");
}

/* --- what -S says ----------------------------------------------------------- */

static const char rules4[] =
	"*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n"
	"-A PREROUTING -i in0 -j CT --notrack\n-A OUTPUT -o lo -j ACCEPT\nCOMMIT\n"
	"*mangle\n:PREROUTING ACCEPT\n:FORWARD DROP\n"
	"-A PREROUTING -s 10.1.0.0/24 -j MARK --set-xmark 0x1/0xff\n"
	"-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu\n"
	"-A FORWARD -m mark --mark 0x1/0xff -j ACCEPT\n"
	"-A FORWARD -m mark ! --mark 0x20 -j RETURN\nCOMMIT\n"
	"*nat\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n:own -\n"
	"-A PREROUTING -d 10.2.0.1/32 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 10.1.0.2:80\n"
	"-A PREROUTING -p udp -m udp --dport 53 -j REDIRECT --to-ports 5353\n"
	"-A POSTROUTING -s 10.1.0.0/24 ! -o in0 -j MASQUERADE\n"
	"-A POSTROUTING -s 10.1.1.0/24 -o out+ -j SNAT --to-source 10.2.0.1\n"
	"-A POSTROUTING -j own\n-A own -d 10.3.0.0/16 -j RETURN\nCOMMIT\n"
	"*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:a -\n:b -\n:empty -\n"
	"-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n"
	"-A INPUT -m state --state NEW -j ACCEPT\n"
	"-A INPUT -s 10.1.0.0/255.255.0.255 -j DROP\n"
	"-A INPUT ! -s 10.1.0.0/20 -d 10.2.0.1/32 -j DROP\n"
	"-A INPUT -i in0 -p icmp -m icmp --icmp-type 8 -j ACCEPT\n"
	"-A INPUT -p tcp -m multiport --dports 80,443,8000:8100 -j ACCEPT\n"
	"-A INPUT -p tcp -m tcp --sport 1024:65535 ! --dport 22 -j ACCEPT\n"
	"-A INPUT -p udp -m udp --sport 53 -m comment --comment \"a comment\" -j ACCEPT\n"
	"-A INPUT -m limit --limit 5/min -j LOG --log-prefix \"in: \" --log-level 7\n"
	"-A INPUT -j REJECT --reject-with icmp-host-prohibited\n"
	"-A FORWARD -f -j DROP\n-A FORWARD ! -f -i in+ -j a\n"
	"-A FORWARD ! -p tcp -g b\n-A FORWARD -p 47 -j ACCEPT\n-A FORWARD -p esp\n"
	"-A FORWARD -m iprange --src-range 10.1.0.10-10.1.0.20 -j DROP\n"
	"-A FORWARD -m addrtype --dst-type LOCAL -j ACCEPT\n"
	"-A FORWARD -m length --length 1000:2000 -j ACCEPT\n"
	"-A FORWARD -p tcp -j REJECT --reject-with tcp-reset\n"
	"-A a -s 10.1.0.2/32 -d 10.3.0.0/16 -o out0 -p tcp -m tcp --dport 443 -j b\n"
	"-A a -m pkttype --pkt-type broadcast -j DROP\n-A a -j RETURN\n"
	"-A b -p udp -j DROP\n-A b -s 10.1.0.200/32 -j ACCEPT\n"
	"-A OUTPUT -o out0 -j NFLOG --nflog-prefix x --nflog-group 5\nCOMMIT\n";

static const char rules6[] =
	"*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -s fd00:1::/64 -o out0 -j MASQUERADE\nCOMMIT\n"
	"*filter\n:INPUT DROP\n:FORWARD ACCEPT\n:a -\n"
	"-A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT\n"
	"-A INPUT -s fd00:1::/60 ! -d fd00:2::1/128 -i in+ -j DROP\n"
	"-A INPUT -p tcp -m tcp --dport 22 -j a\n"
	"-A INPUT -j REJECT --reject-with icmp6-adm-prohibited\n"
	"-A a -m conntrack --ctstate NEW -j ACCEPT\nCOMMIT\n";

/* The lines of -S in our words, in its order: policies, user chains by name, rules. */
static char *our_lines(const struct snapshot *s, uint8_t family, const char *table)
{
	struct strbuf b = { 0 };

	vec_each(c, &snapshot_ns(s, 0)->legacy) {
		struct rule_ref ref;

		if (c->family != family || !streq(c->table, table))
			continue;
		if (c->base) {
			fw_rule_ref(s, 0, c, 0, &ref);
			strbuf_printf(&b, "%s\n", ref.text);
			rule_ref_done(&ref);
		} else {
			strbuf_printf(&b, "-N %s\n", c->name);
		}
	}
	vec_each(c, &snapshot_ns(s, 0)->legacy) {
		if (c->family != family || !streq(c->table, table))
			continue;
		vec_each(rule, &c->rules) {
			struct rule_ref ref;

			fw_rule_ref(s, 0, c, rule->handle, &ref);
			assert_string_equal(ref.backend, "iptables-legacy");
			strbuf_printf(&b, "%s\n", ref.text);
			rule_ref_done(&ref);
		}
	}
	return strbuf_take(&b);
}

static void assert_says_the_same(const struct snapshot *s, const char *tool, uint8_t family)
{
	size_t tables = 0;

	vec_each(t, &snapshot_ns(s, 0)->legacy_tables) {
		_cleanup_(freep) char *command = xasprintf("%s -w -t %s -S", tool, t->name);
		_cleanup_(freep) char *theirs = NULL, *ours = NULL;

		if (t->family != family)
			continue;
		assert_true(t->read);
		theirs = output(command);
		ours = our_lines(s, family, t->name);
		assert_string_equal(ours, theirs);
		tables++;
	}
	assert_true(tables > 0);
}

static void rules_are_printed_as_by_the_tool(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;

	need_iptables();
	feed("iptables-legacy-restore", rules4);
	feed("ip6tables-legacy-restore", rules6);
	s = collect_here();
	assert_says_the_same(s, "iptables-legacy", NFPROTO_IPV4);
	assert_says_the_same(s, "ip6tables-legacy", NFPROTO_IPV6);
	flush();
}

/* Each table's rules name sets that the kernel calls by numbers. */
static void sets_have_their_names(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;

	need_iptables();
	if (system("exec >/dev/null 2>&1; ipset create first hash:ip && ipset create second hash:ip,port timeout 60 && "
		   "ipset create third hash:net family inet6 && ipset create last bitmap:port range 0-65535 skbinfo") != 0) {
		print_message("no ipset(8), or no kernel that knows it\n");
		skip();
	}
	feed("iptables-legacy-restore",
	     "*mangle\n:FORWARD ACCEPT\n-A FORWARD -j SET --map-set last dst --map-mark\nCOMMIT\n"
	     "*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n-A INPUT -m set ! --match-set second src,dst -j DROP\n"
	     "-A FORWARD -m set --match-set first src -m set --match-set second dst,dst -j ACCEPT\n"
	     "-A FORWARD -j SET --add-set second src,dst --exist --timeout 5 --del-set first src\nCOMMIT\n");
	feed("ip6tables-legacy-restore",
	     "*filter\n:INPUT ACCEPT\n-A INPUT -m set --match-set third src --return-nomatch ! --update-counters"
	     " --packets-lt 3 ! --bytes-eq 5 -j DROP\nCOMMIT\n");
	s = collect_here();
	assert_says_the_same(s, "iptables-legacy", NFPROTO_IPV4);
	assert_says_the_same(s, "ip6tables-legacy", NFPROTO_IPV6);
	flush();
	run("ipset destroy");
}

/* --- what they do ------------------------------------------------------------ */

static const struct {
	enum proto proto;
	const char *src, *dst;
	uint16_t sport, dport;
	enum ct_state ct;
	uint32_t mark;
} packets[] = {
	{ PROTO_ICMP, "10.1.0.2", "10.3.0.1", 0, 0, CT_NEW, 0 },
	{ PROTO_ICMP, "10.9.0.2", "10.2.0.1", 0, 0, CT_NEW, 0 },
	{ PROTO_TCP, "10.1.0.2", "10.3.0.1", 40000, 443, CT_NEW, 0 },
	{ PROTO_TCP, "10.1.0.200", "10.3.0.1", 40000, 443, CT_NEW, 1 },
	{ PROTO_TCP, "10.1.0.15", "10.2.0.1", 40000, 8080, CT_NEW, 1 },
	{ PROTO_TCP, "10.1.1.15", "10.2.0.7", 400, 22, CT_ESTABLISHED, 0x20 },
	{ PROTO_UDP, "10.1.0.200", "10.3.0.1", 53, 53, CT_NEW, 0x20 },
	{ PROTO_UDP, "10.1.0.7", "10.3.0.1", 53, 5000, CT_NEW, 0 },
};

static struct packet make_packet(size_t i)
{
	struct packet p = { .proto = packets[i].proto, .sport = packets[i].sport,
			    .dport = packets[i].dport, .ct = packets[i].ct,
			    .mark = packets[i].mark, .ttl = 64, .size = 84,
			    .tcp_flags = TH_SYN, .icmp_type = 8 };

	assert_int_equal(addr_parse(packets[i].src, &p.src), 0);
	assert_int_equal(addr_parse(packets[i].dst, &p.dst), 0);
	return p;
}

static int ifindex_of(const struct snapshot *s, const char *name)
{
	return ns_link_by_name(snapshot_ns(s, 0), name)->ifindex;
}

static void assert_do_the_same(const struct snapshot *legacy, const struct snapshot *nft, size_t i,
			       enum hook hook)
{
	struct packet p = make_packet(i);
	struct fw_place at = {
		.hook = hook,
		.iif = hook == HOOK_OUTPUT ? 0 : ifindex_of(legacy, "in0"),
		.oif = hook == HOOK_PREROUTING || hook == HOOK_INPUT ? 0 : ifindex_of(legacy, "out0"),
	};
	struct fw_result a, b;

	fw_eval(legacy, &at, &p, &a);
	fw_eval(nft, &at, &p, &b);
	if (a.verdict != b.verdict || a.reject != b.reject || a.mark != b.mark ||
	    a.mark_unknown != b.mark_unknown || a.nat.kind != b.nat.kind ||
	    a.nat.port != b.nat.port || !addr_eq(&a.nat.addr, &b.nat.addr) ||
	    a.nat_unknown != b.nat_unknown || a.notrack != b.notrack ||
	    !a.chain != !b.chain || (a.chain && !streq(a.chain->name, b.chain->name)) ||
	    !a.handle != !b.handle)
		fail_msg("packet %zu at %s: %d by legacy, %d by nft", i, hook_name(hook), a.verdict,
			 b.verdict);
}

static void rules_do_what_they_do_in_nft(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *legacy = NULL, *nft = NULL;
	const int fds[] = { ns_fd };

	need_iptables();
	feed("iptables-legacy-restore", rules4);
	legacy = collect_here();
	flush();
	feed("iptables-nft-restore", rules4);
	nft = collect_here();
	assert_true(collect_rulesets(nft, fds) >= 0);
	assert_true(legacy->ns.v[0].chains.n == 0);
	for (size_t i = 0; i < ARRAY_SIZE(packets); i++)
		for (int hook = HOOK_PREROUTING; hook <= HOOK_POSTROUTING; hook++)
			assert_do_the_same(legacy, nft, i, (enum hook)hook);
	flush();
}

/* --- blocks that are not what they should be --------------------------------- */

static const struct raw *block_of(const struct ns *ns)
{
	const struct raw *block = NULL;

	vec_each(raw, &ns->raw)
		if (raw->kind == COLLECT_LEGACY && raw->len > 1000 && (!block || raw->len > block->len))
			block = raw;
	return block;
}

static void damaged_blocks_are_refused(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	const struct raw *block;
	unsigned int refused = 0;

	need_iptables();
	feed("iptables-legacy-restore", rules4);
	s = collect_here();
	block = block_of(&s->ns.v[0]);
	assert_non_null(block);
	for (size_t at = 20; at < block->len; at++) {
		_cleanup_(snapshot_freep) struct snapshot *t = snapshot_new();
		uint8_t *copy = (uint8_t *)xmemdup(block->msg, block->len);

		snapshot_own_block(t, copy);
		snapshot_add(t, "host", 1);
		collect_take_text(t, &t->ns.v[0], COLLECT_LEGACY, "filter");
		copy[at] ^= 0xff;
		refused += collect_take(t, &t->ns.v[0], COLLECT_LEGACY, (void *)copy) < 0;
	}
	/* addresses may be any, offsets and sizes may not */
	assert_in_range(refused, 300, block->len);
	flush();
}

/* --- ops ---------------------------------------------------------------------- */

static char *saved(void)
{
	/* counters too, but for IPv6, where the kernel itself sends (MLD, router solicitations) */
	return output("iptables-legacy-save -c | sed '/^#/d'; ip6tables-legacy-save | sed '/^#/d; s/\\[[0-9]*:[0-9]*\\]$//'");
}

static const struct nft_chain *legacy_chain(const struct snapshot *s, uint8_t family, const char *table,
					    const char *name)
{
	const struct nft_chain *c = chain_in(&snapshot_ns(s, 0)->legacy, family, table, name);

	if (!c)
		fail_msg("no chain %s", name);
	return c;
}

static const struct nft_chain *chain_of(const struct snapshot *s, const char *table,
					const char *name)
{
	return legacy_chain(s, NFPROTO_IPV4, table, name);
}

/* The rule that an op puts there is the one that it had in the model, and it goes again. */
static void assert_round_trip(struct snapshot *s, const struct op *op, const char *expected)
{
	struct change c = { .s = s, .op = *op, .ns_fd = ns_fd };
	_cleanup_(snapshot_freep) struct snapshot *model = snapshot_copy(s), *after = NULL;
	_cleanup_(freep) char *before = saved(), *why = NULL, *now = NULL;
	_cleanup_(freep) char *command = fw_op_command(s, op);
	const struct nft_chain *wanted, *got;

	assert_string_equal(command, expected);
	assert_int_equal(op_model(model, op), 0);
	assert_int_equal(apply_read(&c, &why), 0);
	assert_int_equal(apply_do(&c, &why), 0);
	after = collect_here();
	wanted = legacy_chain(model, op->family, op->table, op->chain);
	got = legacy_chain(after, op->family, op->table, op->chain);
	assert_int_equal(got->rules.n, wanted->rules.n);
	for (size_t i = 0; i < got->rules.n; i++)
		assert_int_equal(got->rules.v[i].print, wanted->rules.v[i].print);
	assert_int_equal(apply_undo(&c, &why), UNDO_DONE);
	now = saved();
	assert_string_equal(now, before);
	assert_int_equal(apply_undo(&c, &why), UNDO_NOTHING);
	/* what is pasted is the same rule */
	run(command);
	snapshot_free(after);
	after = collect_here();
	got = legacy_chain(after, op->family, op->table, op->chain);
	for (size_t i = 0; i < got->rules.n; i++)
		assert_int_equal(got->rules.v[i].print, wanted->rules.v[i].print);
	assert_int_equal(apply_undo(&c, &why), UNDO_DONE);
	before_done(&c.before);
}

static void ops_leave_everything_as_it_was(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	struct op_match m = { .established = true };
	struct prefix net;
	struct op op;

#ifndef HAVE_LIBIPTC
	skip();
#endif
	need_iptables();
	feed("iptables-legacy-restore", rules4);
	s = collect_here();
	assert_int_equal(addr_parse("10.1.0.2", &m.dst.addr), 0);
	m.dst.len = 32;
	m.iif = ifindex_of(s, "out0");
	assert_int_equal(op_accept(s, 0, chain_of(s, "filter", "FORWARD"), 2, &m, &op), 0);
	assert_int_equal(op.kind, OP_LEGACY_ACCEPT);
	assert_round_trip(s, &op, "iptables-legacy -I FORWARD 2 -d 10.1.0.2 -i out0 -m conntrack "
				  "--ctstate RELATED,ESTABLISHED -j ACCEPT");
	m = (struct op_match){ .src = m.dst, .proto = IPPROTO_TCP, .dport = 443 };
	assert_int_equal(op_accept(s, 0, chain_of(s, "filter", "INPUT"), 0, &m, &op), 0);
	assert_round_trip(s, &op, "iptables-legacy -A INPUT -s 10.1.0.2 -p tcp --dport 443 -j ACCEPT");
	assert_int_equal(addr_parse("10.1.0.0", &net.addr), 0);
	net.len = 24;
	assert_int_equal(op_masquerade(s, 0, &net, ifindex_of(s, "out0"), &op), 0);
	assert_int_equal(op.kind, OP_LEGACY_MASQUERADE);
	assert_round_trip(s, &op, "iptables-legacy -t nat -A POSTROUTING -s 10.1.0.0/24 -o out0 "
				  "-j MASQUERADE");
	flush();
}

static void ops_of_ipv6_leave_everything_as_it_was(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	struct op_match m = { .proto = IPPROTO_ICMPV6, .icmp_type = 136 };
	struct prefix net = { .len = 64 };
	struct op op;

#ifndef HAVE_LIBIPTC
	skip();
#endif
	need_iptables();
	feed("ip6tables-legacy-restore", rules6);
	s = collect_here();
	m.iif = ifindex_of(s, "in0");
	assert_int_equal(op_accept(s, 0, legacy_chain(s, NFPROTO_IPV6, "filter", "INPUT"), 4, &m, &op), 0);
	assert_round_trip(s, &op, "ip6tables-legacy -I INPUT 4 -i in0 -p ipv6-icmp -m icmp6 "
				  "--icmpv6-type 136 -j ACCEPT");
	assert_int_equal(addr_parse("fd00:1::", &net.addr), 0);
	assert_int_equal(op_masquerade(s, 0, &net, ifindex_of(s, "out0"), &op), 0);
	assert_round_trip(s, &op, "ip6tables-legacy -t nat -A POSTROUTING -s fd00:1::/64 -o out0 "
				  "-j MASQUERADE");
	flush();
}

/* A rule keeps the name that the interface had. */
static void a_renamed_interface_hides_no_rule(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL, *after = NULL;
	_cleanup_(freep) char *before = NULL, *now = NULL, *why = NULL;
	struct op_match m = { .proto = IPPROTO_TCP };
	struct change c;
	struct op op;

#ifndef HAVE_LIBIPTC
	skip();
#endif
	need_iptables();
	feed("iptables-legacy-restore", rules4);
	before = saved();
	s = collect_here();
	m.iif = ifindex_of(s, "in0");
	assert_int_equal(op_accept(s, 0, chain_of(s, "filter", "FORWARD"), 1, &m, &op), 0);
	c = (struct change){ .s = s, .op = op, .ns_fd = ns_fd };
	assert_int_equal(apply_read(&c, &why), 0);
	assert_int_equal(apply_do(&c, &why), 0);
	run("ip link set in0 down && ip link set in0 name other0");
	after = collect_here();
	c.s = after;
	assert_int_equal(apply_undo(&c, &why), UNDO_DONE);
	now = saved();
	assert_string_equal(now, before);
	run("ip link set other0 name in0 && ip link set in0 up");
	before_done(&c.before);
	flush();
}

static void an_anchor_is_found_where_it_went(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL, *after = NULL;
	_cleanup_(freep) char *why = NULL;
	struct op_match m = { .proto = IPPROTO_TCP };
	struct change c;
	struct op op;

#ifndef HAVE_LIBIPTC
	skip();
#endif
	need_iptables();
	feed("iptables-legacy-restore", rules4);
	s = collect_here();
	assert_int_equal(op_accept(s, 0, chain_of(s, "filter", "b"), 2, &m, &op), 0);
	run("iptables-legacy -I b -p icmp -j ACCEPT");
	c = (struct change){ .s = s, .op = op, .ns_fd = ns_fd };
	assert_int_equal(apply_read(&c, &why), 0);
	assert_int_equal(apply_do(&c, &why), 0);
	assert_int_equal(c.op.handle, 3);
	after = collect_here();
	assert_int_equal(chain_of(after, "filter", "b")->rules.v[2].print, c.print);
	/* and ours, when something came before it */
	run("iptables-legacy -D b 1");
	assert_int_equal(apply_undo(&c, &why), UNDO_DONE);
	/* the rule to stand before is gone */
	run("iptables-legacy -D b -s 10.1.0.200 -j ACCEPT");
	c = (struct change){ .s = s, .op = op, .ns_fd = ns_fd };
	assert_int_equal(apply_read(&c, &why), 0);
	assert_int_equal(apply_do(&c, &why), -ENOENT);
	assert_non_null(why);
	flush();
}

static void counters_are_read_again(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	uint64_t n = 77;

	need_iptables();
	feed("iptables-legacy-restore -c",
	     "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [5:500]\n:OUTPUT ACCEPT [0:0]\n"
	     "[3:300] -A FORWARD -p tcp -j DROP\nCOMMIT\n");
	s = collect_here();
	assert_int_equal(chain_of(s, "filter", "FORWARD")->packets, 5);
	assert_int_equal(chain_of(s, "filter", "FORWARD")->rules.v[0].packets, 3);
	feed("iptables-legacy-restore -c",
	     "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [6:500]\n:OUTPUT ACCEPT [0:0]\n"
	     "[9:300] -A FORWARD -p tcp -j DROP\nCOMMIT\n");
	assert_int_equal(collect_legacy_count(ns_fd, chain_of(s, "filter", "FORWARD"), 1, &n), 0);
	assert_int_equal(n, 9);
	assert_int_equal(collect_legacy_count(ns_fd, chain_of(s, "filter", "FORWARD"), 0, &n), 0);
	assert_int_equal(n, 6);
	run("iptables-legacy -I FORWARD -p udp -j ACCEPT");
	assert_int_equal(collect_legacy_count(ns_fd, chain_of(s, "filter", "FORWARD"), 1, &n),
			 -ESTALE);
	flush();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_printed_as_by_the_tool),
		cmocka_unit_test(sets_have_their_names),
		cmocka_unit_test(rules_do_what_they_do_in_nft),
		cmocka_unit_test(damaged_blocks_are_refused),
		cmocka_unit_test(ops_leave_everything_as_it_was),
		cmocka_unit_test(ops_of_ipv6_leave_everything_as_it_was),
		cmocka_unit_test(a_renamed_interface_hides_no_rule),
		cmocka_unit_test(an_anchor_is_found_where_it_went),
		cmocka_unit_test(counters_are_read_again),
	};

	return cmocka_run_group_tests_name("legacy", tests, set_up, tear_down);
}
