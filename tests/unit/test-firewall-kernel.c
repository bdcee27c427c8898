/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evaluator against the kernel: rulesets are loaded in a namespace of our
 * own, packets are sent through it, and what comes out (or does not) is
 * compared with what fw_eval() says at each hook. Two tun devices stand for
 * the outside world; a write to one has gone all the way when it returns.
 *
 *	in0 10.1.0.1/24, fd00:1::1/64    ──►  routed  ──►    out0 10.2.0.1/24, 10.2.0.9/24, fd00:2::1/64
 *
 * NSDOCTOR_FIREWALL_ROUNDS=N runs N random rulesets instead of a few.
 */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>

#include <linux/if_tun.h>
#include <nftables/libnftables.h>

#include "collect.h"
#include "firewall.h"
#include "netns.h"
#include "strbuf.h"

static int in_fd = -1, out_fd = -1, ns_fd = -1;
static const char *skip_why;

/* --- a namespace ----------------------------------------------------------- */

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

static int open_tun(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	str_copy(ifr.ifr_name, sizeof(ifr.ifr_name), name);
	if (ioctl(fd, TUNSETIFF, &ifr) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static const char setup_script[] =
	"ip link set lo up &&"
	"ip addr add 10.1.0.1/24 dev in0 && ip -6 addr add fd00:1::1/64 dev in0 nodad &&"
	"ip addr add 10.2.0.1/24 dev out0 && ip addr add 10.2.0.9/24 dev out0 &&"
	"ip -6 addr add fd00:2::1/64 dev out0 nodad &&"
	"ip link set in0 up && ip link set out0 up && ip route add 10.3.0.0/16 via 10.2.0.2 &&"
	"echo 1 >/proc/sys/net/ipv4/ip_forward && echo 1 >/proc/sys/net/ipv6/conf/all/forwarding";

static int set_up(void **state)
{
	if (!enter_namespace()) {
		skip_why = "no namespaces";
		return 0;
	}
	in_fd = open_tun("in0");
	out_fd = open_tun("out0");
	if (in_fd < 0 || out_fd < 0 || system(setup_script) != 0) {
		skip_why = "no tun devices or no iproute2";
		return 0;
	}
	ns_fd = netns_open_self();
	return 0;
}

static int tear_down(void **state)
{
	if (in_fd >= 0)
		close(in_fd);
	if (out_fd >= 0)
		close(out_fd);
	if (ns_fd >= 0)
		close(ns_fd);
	return 0;
}

/* --- packets on the wire --------------------------------------------------- */

static uint32_t sum(const void *data, size_t len, uint32_t start)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		start += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	return start;
}

static uint16_t fold(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return htons((uint16_t)~s);
}

static uint8_t l4proto(const struct packet *p)
{
	if (p->proto == PROTO_TCP)
		return IPPROTO_TCP;
	if (p->proto == PROTO_UDP)
		return IPPROTO_UDP;
	return p->dst.family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
}

static size_t l4_len(const struct packet *p)
{
	return p->proto == PROTO_TCP ? sizeof(struct tcphdr) : 8;
}

/* The transport header with its checksum; the token is the payload. */
static void put_l4(uint8_t *l4, const struct packet *p, const void *token, size_t token_len)
{
	size_t len = l4_len(p) + token_len, alen = addr_len(p->dst.family);
	uint32_t pseudo =
		sum(p->src.b, alen, 0) + sum(p->dst.b, alen, 0) + l4proto(p) + (uint32_t)len;

	memset(l4, 0, l4_len(p));
	memcpy(l4 + l4_len(p), token, token_len);
	if (p->proto == PROTO_TCP) {
		struct tcphdr *th = (struct tcphdr *)l4;

		th->source = htons(p->sport);
		th->dest = htons(p->dport);
		th->seq = htonl(1000);
		th->ack_seq = p->tcp_flags & TH_ACK ? htonl(1001 + (uint32_t)token_len) : 0;
		th->doff = 5;
		th->th_flags = p->tcp_flags;
		th->window = htons(1000);
		th->check = fold(sum(l4, len, pseudo));
	} else if (p->proto == PROTO_UDP) {
		struct udphdr *uh = (struct udphdr *)l4;

		uh->source = htons(p->sport);
		uh->dest = htons(p->dport);
		uh->len = htons((uint16_t)len);
		uh->check = fold(sum(l4, len, pseudo));
	} else {
		uint16_t check;

		l4[0] = p->icmp_type;
		l4[1] = p->icmp_code;
		l4[4] = (uint8_t)(p->icmp_id >> 8);
		l4[5] = (uint8_t)p->icmp_id;
		check = fold(sum(l4, len, p->dst.family == AF_INET6 ? pseudo : 0));
		memcpy(l4 + 2, &check, sizeof(check));
	}
}

static size_t build(uint8_t *b, struct packet *p, uint64_t token)
{
	size_t head = p->dst.family == AF_INET6 ? 40 : 20;

	memset(b, 0, head);
	p->size = (uint32_t)(head + l4_len(p) + sizeof(token));
	put_l4(b + head, p, &token, sizeof(token));
	if (head == 40) {
		struct ip6_hdr *h = (struct ip6_hdr *)b;

		h->ip6_flow = htonl(6u << 28);
		h->ip6_plen = htons((uint16_t)(p->size - head));
		h->ip6_nxt = l4proto(p);
		h->ip6_hlim = p->ttl;
		memcpy(&h->ip6_src, p->src.b, 16);
		memcpy(&h->ip6_dst, p->dst.b, 16);
	} else {
		struct iphdr *h = (struct iphdr *)b;

		h->version = 4;
		h->ihl = 5;
		h->tot_len = htons((uint16_t)p->size);
		h->ttl = p->ttl;
		h->protocol = l4proto(p);
		memcpy(&h->saddr, p->src.b, 4);
		memcpy(&h->daddr, p->dst.b, 4);
		h->check = fold(sum(b, 20, 0));
	}
	return p->size;
}

static void parse(const uint8_t *b, struct packet *p)
{
	bool v6 = b[0] >> 4 == 6;
	const uint8_t *l4 = b + (v6 ? 40 : 20);
	uint8_t proto = v6 ? b[6] : b[9];

	addr_from_bytes(v6 ? AF_INET6 : AF_INET, b + (v6 ? 8 : 12), v6 ? 16 : 4, &p->src);
	addr_from_bytes(v6 ? AF_INET6 : AF_INET, b + (v6 ? 24 : 16), v6 ? 16 : 4, &p->dst);
	p->sport = p->dport = 0;
	if (proto == IPPROTO_TCP || proto == IPPROTO_UDP) {
		p->sport = (uint16_t)(l4[0] << 8 | l4[1]);
		p->dport = (uint16_t)(l4[2] << 8 | l4[3]);
	}
}

/* Does the packet with our token come out of this device? */
static bool receive(int fd, uint64_t token, struct packet *ret)
{
	uint8_t b[2048];
	ssize_t n;

	while ((n = read(fd, b, sizeof(b))) > 0) {
		/* an ICMP error quotes the packet and ends in the token, too */
		bool v6 = b[0] >> 4 == 6;
		size_t head = v6 ? 40 : 20;
		uint8_t proto = v6 ? b[6] : b[9];

		if ((size_t)n < head + 8 + sizeof(token) ||
		    memcmp(b + n - sizeof(token), &token, sizeof(token)) != 0)
			continue;
		if (proto == IPPROTO_ICMP && b[20] != 8 && b[20] != 0)
			continue;
		if (proto == IPPROTO_ICMPV6 && b[40] < 128)
			continue;
		parse(b, ret);
		return true;
	}
	return false;
}

static void drain(int fd)
{
	uint8_t b[2048];

	while (read(fd, b, sizeof(b)) > 0)
		;
}

/* --- the model's way through the same hooks --------------------------------- */

struct expectation {
	enum fw_verdict verdict;
	bool nat_unknown;
	struct packet pkt;         /* as it comes out */
	bool snat, dnat;
	const char *why;
	struct rule_ref where;
	bool local;                /* redirected to this host */
};

static bool cross(struct snapshot *s, enum hook hook, int iif, int oif, struct packet *pkt,
		  struct expectation *e)
{
	struct fw_place at = { .hook = hook, .iif = iif, .oif = oif };
	struct fw_result r;

	/* as much of the ruleset as the packet comes to */
	do
		fw_eval(s, &at, pkt, &r);
	while (collect_needs(s, &ns_fd) > 0);
	pkt->mark = r.mark;
	pkt->mark_unknown = r.mark_unknown;
	if (r.notrack)
		pkt->ct = CT_UNTRACKED;
	if (r.nat.kind == NAT_DEST) {
		if (addr_is_set(&r.nat.addr))
			pkt->dst = r.nat.addr;
		if (r.nat.port && pkt->proto != PROTO_ICMP)
			pkt->dport = r.nat.port;
		pkt->dnat = e->dnat = true;
	}
	if (r.nat.kind == NAT_SOURCE) {
		if (addr_is_set(&r.nat.addr))
			pkt->src = r.nat.addr;
		if (r.nat.port && pkt->proto != PROTO_ICMP)
			pkt->sport = r.nat.port;
		pkt->snat = e->snat = true;
	}
	if (r.nat_unknown) {
		e->nat_unknown = true;
		e->why = r.why;
	}
	if (r.verdict == FW_ACCEPT)
		return true;
	if (e->verdict != FW_UNKNOWN) {
		e->verdict = r.verdict;
		e->why = r.why;
		if (r.chain)
			fw_rule_ref(s, 0, r.chain, r.handle, &e->where);
	}
	return false;
}

static int ifindex_of(const struct snapshot *s, const char *name)
{
	return ns_link_by_name(snapshot_ns(s, 0), name)->ifindex;
}

static void expect(struct snapshot *s, const struct packet *pkt, bool reply,
		   const struct packet *request, const struct expectation *forth,
		   struct expectation *e)
{
	int iif = ifindex_of(s, reply ? "out0" : "in0"),
	    oif = ifindex_of(s, reply ? "in0" : "out0");

	memset(e, 0, sizeof(*e));
	e->pkt = *pkt;
	e->pkt.nat_known = true;
	e->pkt.snat = reply && forth->snat;
	e->pkt.dnat = reply && forth->dnat;
	if (!cross(s, HOOK_PREROUTING, iif, 0, &e->pkt, e))
		return;
	if (e->nat_unknown)
		return;
	if (reply && e->pkt.ct != CT_UNTRACKED) {
		/* conntrack translates back: the destination here, the source at the very end */
		e->pkt.dst = request->src;
		e->pkt.dport = request->sport;
	}
	if (ns_is_local(snapshot_ns(s, 0), &e->pkt.dst)) {
		e->local = true;
		return;
	}
	e->pkt.ttl--; /* ip_forward() does so before the hook */
	if (!cross(s, HOOK_FORWARD, iif, oif, &e->pkt, e))
		return;
	if (!cross(s, HOOK_POSTROUTING, iif, oif, &e->pkt, e))
		return;
	if (reply && e->pkt.ct != CT_UNTRACKED) {
		e->pkt.src = request->dst;
		e->pkt.sport = request->dport;
	}
}

/* --- comparing ------------------------------------------------------------- */

static unsigned int decided, unknown;

static char *packet_words(const struct packet *p)
{
	return xasprintf("%s %s:%u > %s:%u%s", proto_name(p->proto), addr_text(&p->src).s, p->sport,
			 addr_text(&p->dst).s, p->dport, p->reply ? " (reply)" : "");
}

static void complain(const char *rules, const struct packet *pkt, const struct expectation *e,
		     bool came, const struct packet *got)
{
	_cleanup_(freep) char *words = packet_words(pkt), *want = packet_words(&e->pkt);
	_cleanup_(freep) char *seen = packet_words(got);

	fprintf(stderr,
		"%s\npacket %s\nmodel: %s by %s %s %llu (%s), leaves as %s\nkernel: %s %s\n", rules,
		words, e->verdict == FW_ACCEPT ? "accept" : "drop",
		e->where.table ? e->where.table : "-", e->where.chain ? e->where.chain : "-",
		(unsigned long long)e->where.handle, e->where.text ? e->where.text : "", want,
		came ? "forwarded" : "nothing came", came ? seen : "");
	fail();
}

/* Sends pkt and compares. Returns whether it came out, unchanged in its payload. */
static bool send_and_compare(struct snapshot *s, const char *rules, struct packet *pkt,
			     struct expectation *e, const struct packet *request,
			     const struct expectation *forth, struct packet *got)
{
	static uint64_t token = 0x6e73646f63746f72;
	int from = pkt->reply ? out_fd : in_fd, to = pkt->reply ? in_fd : out_fd;
	uint8_t wire[256];
	size_t len = build(wire, pkt, ++token);
	bool came;

	expect(s, pkt, pkt->reply, request, forth, e);
	drain(to);
	assert_int_equal(write(from, wire, len), len);
	*got = *pkt;
	came = receive(to, token, got);
	if (e->local)
		return false;
	if (e->verdict == FW_UNKNOWN || e->nat_unknown) {
		unknown++;
		assert_non_null(e->why);
		return came;
	}
	decided++;
	if (came != (e->verdict == FW_ACCEPT))
		complain(rules, pkt, e, came, got);
	if (came && (!addr_eq(&got->src, &e->pkt.src) || !addr_eq(&got->dst, &e->pkt.dst) ||
		     got->dport != e->pkt.dport))
		complain(rules, pkt, e, came, got);
	return came;
}

/* The answer to what came out, the other way round. */
static struct packet answer_to(const struct packet *sent, const struct packet *got)
{
	struct packet p = *got;

	p.src = got->dst;
	p.dst = got->src;
	p.sport = got->dport;
	p.dport = got->sport;
	p.proto = sent->proto;
	p.reply = true;
	p.ct = CT_ESTABLISHED;
	p.tcp_flags = TH_SYN | TH_ACK;
	p.icmp_type = sent->dst.family == AF_INET6 ? 129 : 0;
	p.icmp_id = sent->icmp_id;
	p.ttl = 60;
	p.mark = p.mark_unknown = 0;
	return p;
}

static uint16_t fresh = 1024;

static struct packet make_packet(enum proto proto, const char *src, const char *dst, uint16_t dport)
{
	struct packet p = { .proto = proto, .dport = dport, .ttl = 64, .tcp_flags = TH_SYN };

	assert_int_equal(addr_parse(src, &p.src), 0);
	assert_int_equal(addr_parse(dst, &p.dst), 0);
	fresh = fresh > 60000 ? 1024 : (uint16_t)(fresh + 1);
	p.sport = proto == PROTO_ICMP ? 0 : fresh;
	p.icmp_id = proto == PROTO_ICMP ? fresh : 0;
	p.icmp_type = p.dst.family == AF_INET6 ? 128 : 8;
	return p;
}

static const struct {
	enum proto proto;
	const char *src, *dst;
	uint16_t dport;
} flows[] = {
	{ PROTO_ICMP, "10.1.0.2", "10.2.0.2", 0 },
	{ PROTO_TCP, "10.1.0.2", "10.2.0.2", 80 },
	{ PROTO_TCP, "10.1.0.130", "10.3.5.6", 443 },
	{ PROTO_TCP, "10.1.0.3", "10.3.5.7", 8080 },
	{ PROTO_UDP, "10.1.0.2", "10.2.0.3", 53 },
	{ PROTO_UDP, "10.1.0.200", "10.3.9.9", 5000 },
	{ PROTO_ICMP, "10.1.0.131", "10.3.0.1", 0 },
	{ PROTO_ICMP, "fd00:1::2", "fd00:2::2", 0 },
	{ PROTO_TCP, "fd00:1::2", "fd00:2::3", 80 },
	{ PROTO_UDP, "fd00:1::3", "fd00:2::2", 53 },
};

static struct snapshot *collect_here(void)
{
	struct snapshot *s = snapshot_new();
	int ns = snapshot_add(s, "host", 1);

	assert_int_equal(collect_ns(s, ns, ns_fd), 0);
	return s;
}

/* Every flow forth and, where it came out, back. */
static void compare_all(const char *rules)
{
	_cleanup_(snapshot_freep) struct snapshot *s = collect_here();

	for (size_t i = 0; i < ARRAY_SIZE(flows); i++) {
		struct packet pkt = make_packet(flows[i].proto, flows[i].src, flows[i].dst,
						flows[i].dport);
		struct expectation e, back_e;
		struct packet got, back, back_got;
		bool came = send_and_compare(s, rules, &pkt, &e, NULL, NULL, &got);

		rule_ref_done(&e.where);
		/* an answer to what was not tracked is no part of a connection */
		if (!came || e.nat_unknown || e.verdict == FW_UNKNOWN || e.pkt.ct == CT_UNTRACKED)
			continue;
		back = answer_to(&pkt, &got);
		send_and_compare(s, rules, &back, &back_e, &pkt, &e, &back_got);
		rule_ref_done(&back_e.where);
	}
}

static bool load(const char *rules)
{
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	_cleanup_(freep) char *all = xasprintf("flush ruleset\n%s\n", rules);
	bool ok;

	nft_ctx_buffer_error(ctx);
	ok = nft_run_cmd_from_buffer(ctx, all) == 0;
	if (!ok)
		fprintf(stderr, "%s\n%s", rules, nft_ctx_get_error_buffer(ctx));
	nft_ctx_free(ctx);
	return ok;
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
	"table ip n {\n chain p { type nat hook postrouting priority 100;\n snat to ip saddr map { 10.1.0.2 : 10.2.0.50 }\n }\n}\n",
	"table ip n {\n chain p { type nat hook prerouting priority -100;\n ip daddr 10.3.0.0/16 dnat ip prefix to"
	" ip daddr map { 10.3.0.0/16 : 10.3.128.0/17 }\n }\n}\n",
};

static void skip_unless_ready(void)
{
	if (!skip_why)
		return;
	print_message("skipped: %s\n", skip_why);
	skip();
}

static void written_rulesets(void **state)
{
	skip_unless_ready();
	for (size_t i = 0; i < ARRAY_SIZE(rulesets); i++)
		if (load(rulesets[i]))
			compare_all(rulesets[i]);
	print_message("%u verdicts compared, %u not decided\n", decided, unknown);
	assert_true(decided > 10 * unknown);
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

static bool restore(const char *rules)
{
	FILE *f = popen("iptables-restore 2>/dev/null", "w");

	if (!f)
		return false;
	fputs(rules, f);
	return pclose(f) == 0;
}

/* Every line of "iptables -S" must be what we print for the same rule. */
static void compare_text(const char *rules)
{
	_cleanup_(snapshot_freep) struct snapshot *s = collect_here();
	_cleanup_(strbuf_done) struct strbuf saved = { 0 };
	char line[1024];
	FILE *f = popen("iptables-save", "r");

	while (f && fgets(line, sizeof(line), f))
		strbuf_puts(&saved, line);
	assert_int_equal(pclose(f), 0);
	vec_each(c, &snapshot_ns(s, 0)->chains)
		vec_each(rule, &c->rules) {
			struct rule_ref ref;
			_cleanup_(freep) char *want = NULL;

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
	unsigned int loaded = 0;

	skip_unless_ready();
	if (system("iptables -V 2>/dev/null | grep -q nf_tables") != 0) {
		print_message("skipped: no iptables-nft\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(iptables); i++) {
		assert_true(load(""));
		if (!restore(iptables[i])) {
			fprintf(stderr, "not taken by iptables-restore:\n%s", iptables[i]);
			continue;
		}
		loaded++;
		compare_all(iptables[i]);
		compare_text(iptables[i]);
	}
	assert_true(loaded > ARRAY_SIZE(iptables) / 2);
}

/* --- random rulesets ------------------------------------------------------- */

static uint32_t seed = 1;

static uint32_t pick(uint32_t n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

static const char *const matches[] = {
	"ip saddr 10.1.0.2", "ip saddr 10.1.0.0/25", "ip saddr != 10.1.0.0/25", "ip daddr 10.3.0.0/16",
	"ip daddr { 10.2.0.2, 10.3.5.0/24 }", "ip daddr != { 10.2.0.2, 10.2.0.3 }", "tcp dport 80",
	"tcp dport != 80", "tcp dport 400-9000", "tcp dport { 80, 443 }", "udp dport 53",
	"udp dport { 1-100, 4000-6000 }", "th dport 53", "tcp sport 1024-65535", "icmp type echo-request",
	"icmp type echo-reply", "meta l4proto icmp", "meta l4proto { tcp, udp }", "ip protocol tcp",
	"iifname \"in0\"", "iifname \"in*\"", "iifname != \"out0\"", "oifname \"out0\"", "oifname \"in0\"",
	"meta mark 1", "meta mark and 0x3 == 0x2", "meta mark != 0", "meta mark > 1", "ct state new",
	"ct state established", "ct state established,related", "ct state != new", "ct state invalid",
	"ct state untracked", "ct direction original", "ct direction reply", "ct mark 1", "ct mark != 0",
	"ct status dnat", "ct status snat", "ct original ip saddr 10.1.0.2", "ip ttl 63", "ip ttl > 60",
	"ip length < 40", "meta length 36", "tcp flags & (syn|ack) == syn", "tcp flags syn",
	"tcp flags & ack != 0", "fib daddr type local", "fib saddr . iif oif exists",
	"fib daddr oifname \"out0\"", "ip saddr . tcp dport { 10.1.0.2 . 80, 10.1.0.130 . 443 }",
	"ip saddr . ip daddr { 10.1.0.0/25 . 10.2.0.0/16, 10.1.0.128/25 . 10.3.0.0-10.3.5.9 }",
	"ip saddr @s", "ip daddr @s", "tcp dport @p", "ip saddr & 0.0.0.1 == 0.0.0.1", "ip6 saddr fd00:1::2",
	"ip6 daddr fd00:2::/64", "meta nfproto ipv4", "meta nfproto ipv6", "icmpv6 type echo-request",
	"meta pkttype host", "limit rate 10000/second", "numgen random mod 3 < 2", "@th,16,16 443",
	"ip saddr >= 10.1.0.128", "tcp dport < 443", "ip daddr vmap @v", "tcp dport vmap { 80 : jump c2, 443 : return }",
};

static const char *const statements[] = {
	"accept", "accept", "drop", "drop", "drop", "reject", "return", "continue", "jump c1", "jump c2",
	"goto c2", "meta mark set 1", "meta mark set meta mark or 2", "meta mark set 0", "ct mark set 1",
	"meta mark set ct mark", "ct mark set meta mark", "counter", "",
};

static const char *const translations[] = {
	"dnat to 10.3.1.1", "dnat to 10.2.0.3", "redirect", "accept", "drop", "return", "counter",
	"meta mark set 2",
};

static const char *const source_translations[] = {
	"snat to 10.2.0.50", "snat to 10.2.0.51-10.2.0.52", "masquerade", "accept", "drop", "return",
	"counter", "meta mark set 2",
};

static const char skeleton[] =
	"table inet t {\n"
	" set s { type ipv4_addr; flags interval; elements = { 10.1.0.2, 10.1.0.128/26, 10.3.0.0/16 }\n }\n"
	" set p { type inet_service; elements = { 80, 53, 5000 }\n }\n"
	" chain c2 {\n }\n chain c1 {\n }\n"
	" map v { type ipv4_addr : verdict; flags interval; elements = { 10.3.5.6 : drop, 10.2.0.0/30 : jump c2,"
	" 10.3.9.0/24 : accept }\n }\n"
	" chain raw { type filter hook prerouting priority -300;\n }\n"
	" chain pre { type filter hook prerouting priority -150;\n }\n"
	" chain pre2 { type filter hook prerouting priority 0;\n }\n"
	" chain f1 { type filter hook forward priority -5;\n }\n"
	" chain f2 { type filter hook forward priority 0; policy %s;\n }\n"
	" chain post { type filter hook postrouting priority 0;\n }\n"
	" chain post2 { type filter hook postrouting priority 200;\n }\n"
	"}\n"
	"table ip n {\n"
	" set s { type ipv4_addr; flags interval; elements = { 10.1.0.2, 10.1.0.128/26, 10.3.0.0/16 }\n }\n"
	" set p { type inet_service; elements = { 80, 53, 5000 }\n }\n"
	" chain dn { type nat hook prerouting priority -100;\n }\n"
	" chain sn { type nat hook postrouting priority 100;\n }\n"
	"}\n";

struct generator {
	struct nft_ctx *ctx;
	struct strbuf rules; /* those that were taken */
};

/* A rule that nft or the kernel refuses (conflicting protocols, a loop) is left out. */
static void add_rule(struct generator *g, const char *chain, const char *statement)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	uint32_t conditions = pick(3);

	strbuf_printf(&b, "add rule %s", chain);
	for (uint32_t k = 0; k < conditions; k++)
		strbuf_printf(&b, " %s", matches[pick(ARRAY_SIZE(matches))]);
	strbuf_printf(&b, " %s", conditions || *statement ? statement : "counter");
	if (nft_run_cmd_from_buffer(g->ctx, strbuf_str(&b)) == 0)
		strbuf_printf(&g->rules, "%s\n", strbuf_str(&b));
}

static void add_rules(struct generator *g, const char *chain, unsigned int n,
		      const char *const *what, uint32_t n_what)
{
	for (unsigned int i = 0; i < n; i++)
		add_rule(g, chain, what[pick(n_what)]);
}

static bool generate(struct generator *g)
{
	static const char *const filters[] = { "inet t c1",   "inet t c2",   "inet t pre",
					       "inet t pre2", "inet t f1",   "inet t f2",
					       "inet t post", "inet t post2" };
	_cleanup_(freep) char *tables = xasprintf(skeleton, pick(2) ? "drop" : "accept");

	if (!load(tables))
		return false;
	strbuf_puts(&g->rules, strstr(tables, "policy drop") ? "policy drop\n" : "policy accept\n");
	if (pick(2))
		add_rule(g, "inet t raw", "notrack");
	add_rules(g, "inet t raw", pick(2), statements, ARRAY_SIZE(statements));
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		add_rules(g, filters[i], pick(6), statements, ARRAY_SIZE(statements));
	if (pick(2))
		add_rules(g, "ip n dn", pick(3), translations, ARRAY_SIZE(translations));
	if (pick(2))
		add_rules(g, "ip n sn", pick(4), source_translations,
			  ARRAY_SIZE(source_translations));
	return true;
}

static void random_rulesets(void **state)
{
	const char *rounds = getenv("NSDOCTOR_FIREWALL_ROUNDS"),
		   *start = getenv("NSDOCTOR_FIREWALL_SEED");
	int n = rounds ? atoi(rounds) : 25;
	unsigned int decided_before = decided, unknown_before = unknown;

	skip_unless_ready();
	for (int i = 0; i < n; i++) {
		struct generator g = { .ctx = nft_ctx_new(NFT_CTX_DEFAULT) };
		_cleanup_(freep) char *rules = NULL;

		seed = (start ? (uint32_t)atoi(start) : 1) + (uint32_t)i;
		nft_ctx_buffer_error(g.ctx);
		assert_true(generate(&g));
		nft_ctx_free(g.ctx);
		strbuf_printf(&g.rules, "(seed %d)", (start ? atoi(start) : 1) + i);
		rules = strbuf_take(&g.rules);
		compare_all(rules);
	}
	print_message("%u verdicts compared, %u not decided\n", decided - decided_before,
		      unknown - unknown_before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_rulesets),
		cmocka_unit_test(iptables_rulesets),
		cmocka_unit_test(random_rulesets),
	};

	return cmocka_run_group_tests_name("firewall-kernel", tests, set_up, tear_down);
}
