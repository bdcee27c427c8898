/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fwworld.h"

#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <libnftnl/trace.h>
#include <linux/if_tun.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <nftables/libnftables.h>

#include "collect.h"
#include "netns.h"

static int in_fd = -1, out_fd = -1, ns_fd = -1;
static int port_fds[] = { -1, -1 }; /* of the bridge, see world_bridge() */
static int raw_fds[6], raw_out = -1, raw_out6 = -1; /* see open_raw() */
static struct mnl_socket *trace_socket;

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

static int open_tun(const char *name, short kind)
{
	struct ifreq ifr = { .ifr_flags = (short)(kind | IFF_NO_PI) };
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

/* Behind each port a station, which the bridge and the namespace know. */
#define BRIDGE_MAC "02:00:00:00:04:01"
static const uint8_t bridge_mac[ETH_ALEN] = { 2, 0, 0, 0, 4, 1 };
static const uint8_t stations[][ETH_ALEN] = { { 2, 0, 0, 0, 4, 2 }, { 2, 0, 0, 0, 4, 3 } };

static const char bridge_script[] =
	"ip link add br0 address " BRIDGE_MAC " type bridge &&"
	"for i in br0 bp0 bp1; do echo 1 >/proc/sys/net/ipv6/conf/$i/disable_ipv6; done;"
	"ip link set bp0 master br0 && ip link set bp1 master br0 &&"
	"for i in br0 bp0 bp1; do ip link set $i up; done;"
	"ip addr add 10.4.0.1/24 dev br0 &&"
	"for i in 0 1; do bridge fdb add 02:00:00:00:04:0$((i + 2)) dev bp$i master static;"
	" ip neigh add 10.4.0.$((i + 2)) lladdr 02:00:00:00:04:0$((i + 2)) dev br0; done &&"
	"for i in iptables ip6tables arptables; do"
	" ! [ -e /proc/sys/net/bridge/bridge-nf-call-$i ] ||"
	" echo 0 >/proc/sys/net/bridge/bridge-nf-call-$i; done";

/* Sockets that see what is delivered, by protocol and family, and two that send whole packets. */
static bool open_raw(void)
{
	static const struct {
		int family, proto;
	} kinds[] = { { AF_INET, IPPROTO_ICMP },    { AF_INET, IPPROTO_TCP },
		      { AF_INET, IPPROTO_UDP },	    { AF_INET6, IPPROTO_ICMPV6 },
		      { AF_INET6, IPPROTO_TCP },    { AF_INET6, IPPROTO_UDP } };
	int one = 1;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		raw_fds[i] = socket(kinds[i].family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
				    kinds[i].proto);
		if (raw_fds[i] < 0)
			return false;
	}
	raw_out = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	raw_out6 = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	return raw_out >= 0 && raw_out6 >= 0 &&
	       setsockopt(raw_out6, IPPROTO_IPV6, IPV6_HDRINCL, &one, sizeof(one)) == 0;
}

static bool open_trace(void)
{
	int size = 4 << 20;

	trace_socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_NONBLOCK | SOCK_CLOEXEC);
	return trace_socket && mnl_socket_bind(trace_socket,
					       1u << (NFNLGRP_NFTRACE - 1), 0) == 0 &&
	       setsockopt(mnl_socket_get_fd(trace_socket), SOL_SOCKET, SO_RCVBUFFORCE, &size,
			  sizeof(size)) <= 0;
}

const char *world_open(void)
{
	if (!enter_namespace())
		return "no namespaces";
	in_fd = open_tun("in0", IFF_TUN);
	out_fd = open_tun("out0", IFF_TUN);
	if (in_fd < 0 || out_fd < 0 || system(setup_script) != 0)
		return "no tun devices or no iproute2";
	if (!open_raw())
		return "no raw sockets";
	if (!open_trace())
		return "no rule trace";
	ns_fd = netns_open_self();
	return NULL;
}

bool world_bridge(void)
{
	port_fds[0] = open_tun("bp0", IFF_TAP);
	port_fds[1] = open_tun("bp1", IFF_TAP);
	return port_fds[0] >= 0 && port_fds[1] >= 0 && system(bridge_script) == 0 &&
	       system("nft add table bridge " WORLD_TRACE " 2>/dev/null") == 0;
}

void world_close(void)
{
	const int fds[] = { in_fd, out_fd, ns_fd, raw_out, raw_out6, port_fds[0], port_fds[1] };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	for (size_t i = 0; i < ARRAY_SIZE(raw_fds); i++)
		if (raw_fds[i] > 0)
			close(raw_fds[i]);
	if (trace_socket)
		mnl_socket_close(trace_socket);
}

/* Each packet is traced from the first hook on. */
static const char trace_tables[] =
	"table inet " WORLD_TRACE " {\n"
	" chain p { type filter hook prerouting priority -2000000000; meta nftrace set 1\n }\n"
	" chain o { type filter hook output priority -2000000000; meta nftrace set 1\n }\n}\n"
	"table netdev " WORLD_TRACE " {\n"
	" chain i { type filter hook ingress devices = { in0, out0 } priority -2000000000;"
	" meta nftrace set 1\n }\n}\n";

static const char bridge_trace_tables[] =
	"table bridge " WORLD_TRACE " {\n"
	" chain p { type filter hook prerouting priority -2000000000; meta nftrace set 1\n }\n}\n"
	"table netdev " WORLD_TRACE "-b {\n"
	" chain i { type filter hook ingress devices = { bp0, bp1 } priority -2000000000;"
	" meta nftrace set 1\n }\n}\n";

bool world_ipsets(void)
{
	FILE *f = popen("exec >/dev/null 2>&1; ipset -! restore", "w");

	if (!f)
		return false;
	fputs("create r-net hash:net\nadd r-net 10.1.0.0/25\nadd r-net 10.1.0.2 nomatch\nadd r-net 10.3.0.0/16\n"
	      "create r-ip hash:ip\nadd r-ip 10.1.0.3\nadd r-ip 10.3.5.6\n"
	      "create r-pair hash:ip,port\nadd r-pair 10.1.0.2,tcp:80\nadd r-pair 10.1.0.130,udp:53\n"
	      "add r-pair 10.1.0.3,icmp:8/0\n"
	      "create r-port bitmap:port range 0-65535\nadd r-port 80\nadd r-port 53\n"
	      "create r-net-port hash:net,port\nadd r-net-port 10.3.0.0/16,tcp:400-500\n"
	      "create r-iface hash:net,iface\nadd r-iface 10.1.0.0/24,in0\n"
	      "create r-three hash:ip,port,net\nadd r-three 10.1.0.2,tcp:80,10.2.0.0/16\n"
	      "create r-bitmap bitmap:ip range 10.1.0.0/28\nadd r-bitmap 10.1.0.3\n"
	      "create r-short hash:net timeout 600 counters\nadd r-short 10.1.0.0/24\n"
	      "add r-short 10.1.0.3 timeout 0 nomatch\nadd r-short 10.3.0.0/16 timeout 300\n"
	      "create r-ip-ip hash:ip,port,ip\nadd r-ip-ip 10.1.0.130,tcp:443,10.2.0.9\n"
	      "create r-map hash:ip skbinfo\nadd r-map 10.1.0.2 skbmark 0x1/0xff\n"
	      "create r-seen hash:ip timeout 60\n"
	      "create r-count hash:net counters\nadd r-count 10.1.0.0/24 packets 1000 bytes 90000\n"
	      "add r-count 10.1.0.3 nomatch\nadd r-count 10.3.0.0/16 nomatch packets 1000\nadd r-count 10.3.5.0/24\n"
	      "create r-mac bitmap:ip,mac range 10.1.0.0/24\nadd r-mac 10.1.0.2\n"
	      "create r6-net hash:net family inet6\nadd r6-net fd00:1::/64\nadd r6-net fd00:1::3 nomatch\n"
	      "create r6-ip hash:ip family inet6\nadd r6-ip fd00:1::2\nadd r6-ip fd00:2::3\n"
	      "create r6-pair hash:ip,port family inet6\nadd r6-pair fd00:1::2,tcp:80\nadd r6-pair fd00:1::3,udp:53\n"
	      "add r6-pair fd00:1::2,icmpv6:128/0\n"
	      "create r6-net-port hash:net,port family inet6\nadd r6-net-port fd00:2::/64,tcp:400-500\n"
	      "create r6-iface hash:net,iface family inet6\nadd r6-iface fd00:1::/64,in0\n"
	      "create r6-three hash:ip,port,net family inet6\nadd r6-three fd00:1::2,tcp:80,fd00:2::/64\n"
	      "create r6-ip-ip hash:ip,port,ip family inet6\nadd r6-ip-ip fd00:1::3,udp:53,fd00:2::2\n"
	      "create r-list list:set\nadd r-list r-ip\nadd r-list r-pair\nadd r-list r6-ip\nadd r-list r6-net-port\n", f);
	return pclose(f) == 0;
}

bool world_load(const char *rules)
{
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	_cleanup_(freep) char *all = xasprintf("flush ruleset\n%s\n%s\n%s\n", trace_tables,
					       port_fds[0] >= 0 ? bridge_trace_tables : "", rules);
	bool ok;

	nft_ctx_buffer_error(ctx);
	ok = nft_run_cmd_from_buffer(ctx, all) == 0;
	if (!ok)
		fprintf(stderr, "%s\n%s", rules, nft_ctx_get_error_buffer(ctx));
	nft_ctx_free(ctx);
	return ok;
}

struct snapshot *world_read(void)
{
	struct snapshot *s = snapshot_new();
	int ns = snapshot_add(s, "host", 1);

	assert_int_equal(collect_ns(s, ns, ns_fd), 0);
	return s;
}

struct snapshot *world_read_all(void)
{
	struct snapshot *s = world_read();

	assert_return_code(collect_rulesets(s, &ns_fd), 0);
	return s;
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

/* The token as TCP's sequence number. */
static uint32_t token_number(const uint64_t *token)
{
	return (uint32_t)(*token ^ *token >> 32);
}

/* The transport header with its checksum; the payload ends in the token (and begins with it). */
static void put_l4(uint8_t *l4, const struct packet *p, const uint64_t *token, size_t token_len)
{
	size_t len = l4_len(p) + token_len, alen = addr_len(p->dst.family);
	uint32_t pseudo =
		sum(p->src.b, alen, 0) + sum(p->dst.b, alen, 0) + l4proto(p) + (uint32_t)len;

	memset(l4, 0, len);
	memcpy(l4 + l4_len(p), token, sizeof(*token));
	memcpy(l4 + len - sizeof(*token), token, sizeof(*token));
	if (p->proto == PROTO_TCP) {
		static uint32_t acked; /* the end of the SYN before */
		struct tcphdr *th = (struct tcphdr *)l4;

		th->source = htons(p->sport);
		th->dest = htons(p->dport);
		th->seq = htonl(token_number(token));
		th->ack_seq = p->tcp_flags & TH_ACK ? htonl(acked) : 0;
		acked = token_number(token) + 1 + (uint32_t)token_len;
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

static size_t build(uint8_t *b, struct packet *p, uint64_t token, size_t more)
{
	size_t head = p->dst.family == AF_INET6 ? 40 : 20;

	memset(b, 0, head);
	p->size = (uint32_t)(head + l4_len(p) + sizeof(token) + more);
	put_l4(b + head, p, &token, sizeof(token) + more);
	if (head == 40) {
		struct ip6_hdr *h = (struct ip6_hdr *)b;

		h->ip6_flow = htonl(6u << 28 | (uint32_t)p->tos << 20);
		h->ip6_plen = htons((uint16_t)(p->size - head));
		h->ip6_nxt = l4proto(p);
		h->ip6_hlim = p->ttl;
		memcpy(&h->ip6_src, p->src.b, 16);
		memcpy(&h->ip6_dst, p->dst.b, 16);
	} else {
		struct iphdr *h = (struct iphdr *)b;

		h->version = 4;
		h->ihl = 5;
		h->tos = p->tos;
		h->tot_len = htons((uint16_t)p->size);
		h->ttl = p->ttl;
		h->protocol = l4proto(p);
		memcpy(&h->saddr, p->src.b, 4);
		memcpy(&h->daddr, p->dst.b, 4);
		h->check = fold(sum(b, 20, 0));
	}
	return p->size;
}

/* A bridge's port carries frames. */
static size_t link_len(int fd)
{
	return fd == port_fds[0] || fd == port_fds[1] ? ETH_HLEN : 0;
}

static const uint8_t *station(int port)
{
	return stations[port == port_fds[1]];
}

static void put_frame(uint8_t *b, const struct packet *p, int port, bool to_bridge)
{
	uint16_t type = htons(p->dst.family == AF_INET6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);

	memcpy(b, to_bridge ? bridge_mac : station(port_fds[port == port_fds[0]]), ETH_ALEN);
	memcpy(b + 6, p->smac, ETH_ALEN);
	memcpy(b + 12, &type, sizeof(type));
}

/* --- what comes out --------------------------------------------------------- */

/*
 * Does this hold our packet, which ends in the token? An ICMP error (or a redirect)
 * quotes it and ends so, too. False also for what a raw IPv6 socket delivers: see received6().
 */
static bool is_ours(const uint8_t *b, size_t n, uint64_t token)
{
	bool v6 = n && b[0] >> 4 == 6;
	size_t head = v6 ? 40 : 20;
	uint8_t proto;

	if (n < head + 8 + sizeof(token) || memcmp(b + n - sizeof(token), &token, sizeof(token)) != 0)
		return false;
	proto = v6 ? b[6] : b[9];
	if (proto == IPPROTO_ICMP)
		return b[20] == 8 || b[20] == 0;
	return proto != IPPROTO_ICMPV6 || b[40] == 128 || b[40] == 129;
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
	} else {
		p->icmp_id = (uint16_t)(l4[4] << 8 | l4[5]);
	}
}

/* Does the packet with our token come out of this device? */
static bool received(int fd, uint64_t token, struct packet *ret)
{
	size_t ll = link_len(fd);
	uint8_t b[2048];
	ssize_t n;

	while ((n = read(fd, b, sizeof(b))) > 0)
		if ((size_t)n > ll && is_ours(b + ll, (size_t)n - ll, token)) {
			parse(b + ll, ret);
			return true;
		}
	return false;
}

/* Was it delivered to this namespace? Raw IPv6 sockets give no header, so addresses stay as they were. */
static bool delivered(uint64_t token, struct packet *ret)
{
	uint8_t b[2048];
	bool came = false;
	ssize_t n;

	for (size_t i = 0; i < ARRAY_SIZE(raw_fds); i++)
		while ((n = read(raw_fds[i], b, sizeof(b))) > 0) {
			if (i < 3 && is_ours(b, (size_t)n, token)) {
				parse(b, ret);
				came = true;
			} else if (i >= 3 && (size_t)n >= 8 + sizeof(token) &&
				   (i != 3 || b[0] == 128 || b[0] == 129) &&
				   memcmp(b + n - sizeof(token), &token, sizeof(token)) == 0) {
				came = true;
			}
		}
	return came;
}

static void drain(int fd)
{
	uint8_t b[2048];

	while (read(fd, b, sizeof(b)) > 0)
		;
}

/* --- the rule trace --------------------------------------------------------- */

struct traced {
	bool drop;
	char table[64], chain[64];
	uint64_t handle;      /* 0: the policy */
	uint64_t token;
	uint32_t seq;
	uint32_t ids[8];
	size_t n_ids;
};

static bool is_traced(const struct traced *t, uint32_t id)
{
	for (size_t i = 0; i < t->n_ids; i++)
		if (t->ids[i] == id)
			return true;
	return false;
}

/* The first message of a chain shows the packet: 20 bytes of its transport header. */
static void note_packet(struct traced *t, const struct nftnl_trace *nt, uint32_t id)
{
	const uint8_t *l4;
	uint32_t n = 0, seq;

	if (!nftnl_trace_is_set(nt, NFTNL_TRACE_TRANSPORT_HEADER) || is_traced(t, id) ||
	    t->n_ids == ARRAY_SIZE(t->ids))
		return;
	l4 = nftnl_trace_get_data(nt, NFTNL_TRACE_TRANSPORT_HEADER, &n);
	if (n >= 8)
		memcpy(&seq, l4 + 4, sizeof(seq));
	if ((n >= 8 && ntohl(seq) == t->seq) ||
	    (n >= 16 && memcmp(l4 + 8, &t->token, sizeof(t->token)) == 0))
		t->ids[t->n_ids++] = id;
}

static int take_trace(const struct nlmsghdr *nlh, void *arg)
{
	struct nftnl_trace *nt = nftnl_trace_alloc();
	struct traced *t = arg;
	uint32_t id, verdict;

	if (nftnl_trace_nlmsg_parse(nlh, nt) == 0) {
		id = nftnl_trace_get_u32(nt, NFTNL_TRACE_ID);
		note_packet(t, nt, id);
		verdict = nftnl_trace_get_u32(nt, NFTNL_TRACE_TYPE) == NFT_TRACETYPE_POLICY ?
				  nftnl_trace_get_u32(nt, NFTNL_TRACE_POLICY) :
			  nftnl_trace_is_set(nt, NFTNL_TRACE_VERDICT) ?
				  nftnl_trace_get_u32(nt, NFTNL_TRACE_VERDICT) : NF_ACCEPT;
		if (is_traced(t, id) && verdict == NF_DROP && !t->drop) {
			t->drop = true;
			t->handle = nftnl_trace_is_set(nt, NFTNL_TRACE_RULE_HANDLE) ?
					    nftnl_trace_get_u64(nt, NFTNL_TRACE_RULE_HANDLE) : 0;
			str_copy(t->table, sizeof(t->table),
				 nftnl_trace_get_str(nt, NFTNL_TRACE_TABLE));
			str_copy(t->chain, sizeof(t->chain),
				 nftnl_trace_get_str(nt, NFTNL_TRACE_CHAIN));
		}
	}
	nftnl_trace_free(nt);
	return MNL_CB_OK;
}

static void read_trace(struct traced *t)
{
	char b[32768];
	ssize_t n;

	while ((n = mnl_socket_recvfrom(trace_socket, b, sizeof(b))) > 0 ||
	       (n < 0 && errno == ENOBUFS))
		if (n > 0)
			mnl_cb_run(b, (size_t)n, 0, 0, take_trace, t);
}

/* --- the model's way through the same hooks --------------------------------- */

struct expectation {
	enum fw_verdict verdict;
	bool nat_unknown;
	struct packet pkt;         /* as it comes out */
	struct nat snat, dnat;     /* what was done on the way */
	uint32_t ctmark, ctmark_known;
	bool untracked;
	const char *why;
	const struct packet *request; /* of an answer */
	const struct nft_chain *chain;
	uint64_t handle;
	bool either;               /* another rule may be the one that drops it */
	struct rule_ref where;
	bool local;                /* delivered to this host */
	bool elsewhere;            /* a way that is not compared */
	int fd;                    /* where it comes out */
};

static void note_nat(struct expectation *e, const struct nat *nat)
{
	bool dst = nat->kind == NAT_DEST;
	struct packet *pkt = &e->pkt;

	if (nat->kind == NAT_NONE)
		return;
	*(dst ? &e->dnat : &e->snat) = *nat;
	if (addr_is_set(&nat->addr))
		*(dst ? &pkt->dst : &pkt->src) = nat->addr;
	if (nat->port && pkt->proto != PROTO_ICMP)
		*(dst ? &pkt->dport : &pkt->sport) = nat->port;
	pkt->dnat |= dst && !nat->unchanged;
	pkt->snat |= !dst && !nat->unchanged;
}

/* What conntrack translates back at this hook: destinations first, sources at the end. */
static void note_undo(struct expectation *e, enum hook hook)
{
	const struct packet *request = e->request;
	bool dst = hook == HOOK_PREROUTING;

	e->pkt.undo = (struct addr){ 0 };
	if (!request || e->pkt.ct != CT_ESTABLISHED ||
	    (!dst && hook != HOOK_INPUT && hook != HOOK_POSTROUTING))
		return;
	e->pkt.undo = dst ? request->src : request->dst;
	e->pkt.undo_port = dst ? request->sport : request->dport;
}

static bool cross_at(struct snapshot *s, const struct fw_place *at, struct expectation *e)
{
	struct fw_result r;

	/* as much of the ruleset as the packet comes to */
	do
		fw_eval(s, at, &e->pkt, &r);
	while (collect_needs(s, &ns_fd) > 0);
	fw_leave(&r, &e->pkt);
	note_nat(e, &r.nat);
	if (r.nat_unknown) {
		e->nat_unknown = true;
		e->why = r.why;
	}
	if (r.verdict == FW_ACCEPT)
		return !e->nat_unknown;
	e->verdict = r.verdict;
	e->why = r.why;
	e->chain = r.chain;
	e->handle = r.handle;
	e->either = r.either;
	if (r.chain)
		fw_rule_ref(s, 0, r.chain, r.handle, &e->where);
	return false;
}

static bool cross(struct snapshot *s, enum hook hook, int iif, int oif, struct expectation *e)
{
	note_undo(e, hook);
	return cross_at(s, &(struct fw_place){ .hook = hook, .iif = iif, .oif = oif }, e);
}

static int ifindex_of(const struct snapshot *s, const char *name)
{
	return ns_link_by_name(snapshot_ns(s, 0), name)->ifindex;
}

/* A hook of the bridge itself; a port is 0 where the frame is the namespace's own. */
static bool cross_bridge(struct snapshot *s, enum hook hook, int in, int out, struct expectation *e)
{
	int bridge = ifindex_of(s, "br0");

	e->pkt.undo = (struct addr){ 0 };
	return cross_at(s, &(struct fw_place){ .hook = hook, .bridge = true,
					       .iif = in ? in : bridge, .oif = out ? out : bridge,
					       .port_in = in, .port_out = out }, e);
}

static bool is_in(const struct addr *a, const char *net, uint8_t len)
{
	struct prefix p = { .len = len };

	addr_parse(net, &p.addr);
	return prefix_has(&p, a);
}

/* The interface by which this world's routes lead to an address. */
static int way_to(const struct snapshot *s, const struct addr *a)
{
	bool in = is_in(a, "10.1.0.0", 24) || is_in(a, "fd00:1::", 64);

	return ifindex_of(s, in ? "in0" : is_in(a, "10.4.0.0", 24) ? "br0" : "out0");
}

static int port_index(const struct snapshot *s, int port)
{
	return ifindex_of(s, port == port_fds[1] ? "bp1" : "bp0");
}

/* Frames of the namespace's own leave the bridge by the port of their station. */
static void leave_bridge(struct snapshot *s, struct expectation *e)
{
	int port;

	e->fd = port_fds[is_in(&e->pkt.dst, "10.4.0.3", 32)];
	port = port_index(s, e->fd);
	if (cross_bridge(s, HOOK_OUTPUT, 0, port, e) &&
	    cross_bridge(s, HOOK_POSTROUTING, 0, port, e))
		cross(s, HOOK_EGRESS, 0, port, e);
}

static void leave_by(struct snapshot *s, int iif, int oif, const struct packet *request,
		     struct expectation *e)
{
	e->fd = oif == ifindex_of(s, "in0") ? in_fd : out_fd;
	if (!cross(s, HOOK_POSTROUTING, iif, oif, e))
		return;
	if (request && e->pkt.ct == CT_ESTABLISHED) {
		e->pkt.src = request->dst;
		e->pkt.sport = request->dport;
	}
	if (cross(s, HOOK_EGRESS, 0, oif, e) && streq(ns_link(snapshot_ns(s, 0), oif)->kind, "bridge"))
		leave_bridge(s, e);
}

static void come_in(struct snapshot *s, int iif, const struct packet *request,
		    struct expectation *e)
{
	int oif;

	if (!cross(s, HOOK_INGRESS, iif, 0, e) || !cross(s, HOOK_PREROUTING, iif, 0, e))
		return;
	/* conntrack translates back: the destination here, the source at the very end */
	if (request && e->pkt.ct == CT_ESTABLISHED) {
		e->pkt.dst = request->src;
		e->pkt.dport = request->sport;
	}
	if (ns_is_local(snapshot_ns(s, 0), &e->pkt.dst)) {
		e->local = true;
		if (!cross(s, HOOK_INPUT, iif, 0, e) || !request || e->pkt.ct != CT_ESTABLISHED)
			return;
		e->pkt.src = request->dst;
		e->pkt.sport = request->dport;
		return;
	}
	oif = way_to(s, &e->pkt.dst);
	if (e->pkt.ttl)
		e->pkt.ttl--; /* ip_forward() does so before the hook */
	if (cross(s, HOOK_FORWARD, iif, oif, e))
		leave_by(s, iif, oif, request, e);
}

static void go_out(struct snapshot *s, struct expectation *e)
{
	if (!cross(s, HOOK_OUTPUT, 0, way_to(s, &e->pkt.dst), e))
		return;
	if (ns_is_local(snapshot_ns(s, 0), &e->pkt.dst)) {
		e->elsewhere = true; /* over the loopback, and in again */
		return;
	}
	leave_by(s, 0, way_to(s, &e->pkt.dst), NULL, e);
}

/* From one port to the other. */
static void pass_bridge(struct snapshot *s, int from, struct expectation *e)
{
	int in = port_index(s, from), out;

	e->fd = port_fds[from == port_fds[0]];
	out = port_index(s, e->fd);
	if (cross(s, HOOK_INGRESS, in, 0, e) && cross_bridge(s, HOOK_PREROUTING, in, 0, e) &&
	    cross_bridge(s, HOOK_FORWARD, in, out, e) &&
	    cross_bridge(s, HOOK_POSTROUTING, in, out, e))
		cross(s, HOOK_EGRESS, 0, out, e);
}

/* From a port to the bridge itself, and up. */
static void come_up(struct snapshot *s, int from, const struct packet *request,
		    struct expectation *e)
{
	int in = port_index(s, from);

	if (cross(s, HOOK_INGRESS, in, 0, e) && cross_bridge(s, HOOK_PREROUTING, in, 0, e) &&
	    cross_bridge(s, HOOK_INPUT, in, 0, e))
		come_in(s, ifindex_of(s, "br0"), request, e);
}

static bool begins_here(enum way way)
{
	return way == WAY_OUT || way == WAY_BRIDGE_OUT;
}

/* Where a packet enters the world, -1: it begins here. */
static int entry_of(enum way way, const struct expectation *forth)
{
	if (forth)
		return forth->fd;
	return begins_here(way) ? -1 : way == WAY_FORWARD || way == WAY_IN ? in_fd : port_fds[0];
}

static void expect(struct snapshot *s, const struct packet *pkt, enum way way,
		   const struct packet *request, const struct expectation *forth,
		   struct expectation *e)
{
	int from = entry_of(way, forth);

	memset(e, 0, sizeof(*e));
	e->pkt = *pkt;
	e->pkt.nat_known = true;
	e->fd = -1;
	e->request = request;
	if (forth) {
		e->pkt.snat = forth->pkt.snat;
		e->pkt.dnat = forth->pkt.dnat;
		e->pkt.ctmark = forth->pkt.ctmark;
		e->pkt.ctmark_known = forth->pkt.ctmark_known;
		e->pkt.reply_zone = forth->pkt.reply_zone;
		e->pkt.reply_zone_unknown = forth->pkt.reply_zone_unknown;
	}
	if (from < 0)
		go_out(s, e);
	else if (way == WAY_BRIDGED)
		pass_bridge(s, from, e);
	else if (link_len(from))
		come_up(s, from, request, e);
	else
		come_in(s, ifindex_of(s, from == out_fd ? "out0" : "in0"), request, e);
}

/* --- comparing ------------------------------------------------------------- */

static char *packet_words(const struct packet *p)
{
	return xasprintf("%s %s:%u > %s:%u%s", proto_name(p->proto), addr_text(&p->src).s, p->sport,
			 addr_text(&p->dst).s, p->dport, p->reply ? " (reply)" : "");
}

static void complain(const struct packet *pkt, const struct expectation *e, bool came,
		     const struct packet *got, const struct traced *t, struct strbuf *b)
{
	_cleanup_(freep) char *words = packet_words(pkt), *want = packet_words(&e->pkt);
	_cleanup_(freep) char *seen = packet_words(got);

	strbuf_printf(b, "packet %s\nmodel: %s by %s %s %llu (%s), leaves as %s\nkernel: %s %s", words,
		      e->verdict == FW_ACCEPT ? "accept" : "drop",
		      e->where.table ? e->where.table : "-", e->where.chain ? e->where.chain : "-",
		      (unsigned long long)e->handle, e->where.text ? e->where.text : "", want,
		      came ? "came out" : "nothing came", came ? seen : "");
	if (t->drop)
		strbuf_printf(b, ", dropped by %s %s %llu", t->table, t->chain,
			      (unsigned long long)t->handle);
	strbuf_putc(b, '\n');
}

/* Rules of legacy iptables do not appear in a trace. */
static bool same_rule(const struct expectation *e, const struct traced *t)
{
	if (!e->chain || e->either || streq(e->where.backend, "iptables-legacy"))
		return true;
	return t->drop && streq(t->table, e->chain->table) && streq(t->chain, e->chain->name) &&
	       t->handle == e->handle;
}

static bool same_packet(const struct packet *got, const struct expectation *e)
{
	if (e->local && got->dst.family == AF_INET6)
		return true; /* not seen */
	return addr_eq(&got->src, &e->pkt.src) && addr_eq(&got->dst, &e->pkt.dst) &&
	       got->dport == e->pkt.dport && (!e->snat.port || got->sport == e->pkt.sport);
}

static void send_out(const struct packet *pkt, const void *wire, size_t len)
{
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in to = { .sin_family = AF_INET };
	ssize_t n;

	memcpy(&to.sin_addr, pkt->dst.b, 4);
	memcpy(&to6.sin6_addr, pkt->dst.b, 16);
	/* a drop on the way out is an error here */
	if (pkt->dst.family == AF_INET6)
		n = sendto(raw_out6, wire, len, 0, (struct sockaddr *)&to6, sizeof(to6));
	else
		n = sendto(raw_out, wire, len, 0, (struct sockaddr *)&to, sizeof(to));
	(void)n;
}

/* Sends pkt and compares. Returns whether it came out. */
static bool send_and_compare(struct snapshot *s, struct packet *pkt, const struct world_flow *f,
			     const struct packet *request, const struct expectation *forth,
			     struct expectation *e, struct packet *got, struct world_counts *n,
			     struct strbuf *complaint)
{
	static uint64_t token = 0x6e73646f63746f72;
	struct traced t = { .token = ++token, .seq = token_number(&token) };
	_Alignas(8) uint8_t wire[2048];
	uint8_t *ip = wire + 16, *frame = ip - ETH_HLEN;
	size_t len = build(ip, pkt, token, f->payload);
	int from = entry_of(f->way, forth);
	size_t ll = link_len(from);
	bool came, agreed;

	pkt->has_smac = ll != 0;
	if (ll) {
		memcpy(pkt->smac, station(from), ETH_ALEN);
		put_frame(frame, pkt, from, f->way != WAY_BRIDGED);
	}
	expect(s, pkt, f->way, request, forth, e);
	drain(in_fd);
	drain(out_fd);
	drain(port_fds[0]);
	drain(port_fds[1]);
	delivered(0, &(struct packet){ 0 });
	read_trace(&(struct traced){ 0 });
	if (from < 0)
		send_out(pkt, ip, len);
	else
		assert_int_equal(write(from, ip - ll, len + ll), len + ll);
	*got = *pkt;
	read_trace(&t);
	came = e->local ? delivered(token, got) :
	       e->fd >= 0 ? received(e->fd, token, got) :
			    received(out_fd, token, got) || received(in_fd, token, got) ||
				    delivered(token, got);
	if (e->elsewhere)
		return false;
	if (e->verdict == FW_UNKNOWN || e->nat_unknown) {
		n->unknown++;
		if (getenv("NSDOCTOR_FIREWALL_WHY"))
			print_message("not decided: %s\n", e->why);
		assert_non_null(e->why);
		return false;
	}
	n->decided++;
	agreed = came == (e->verdict == FW_ACCEPT);
	agreed = agreed && (came ? same_packet(got, e) : same_rule(e, &t));
	if (!agreed) {
		n->disagreed++;
		complain(pkt, e, came, got, &t, complaint);
	}
	return came && agreed;
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
	p.ttl = 60;
	p.has_tos = true;
	p.tos = sent->tos;
	p.tos_known = 0xff;
	p.mark = p.mark_unknown = 0;
	return p;
}

static struct packet make_packet(const struct world_flow *f)
{
	static uint16_t fresh = 1024;
	struct packet p = { .proto = f->proto, .dport = f->dport, .ttl = 64, .tcp_flags = TH_SYN,
			    .has_tos = true, .tos = f->tos, .tos_known = 0xff };

	assert_int_equal(addr_parse(f->src, &p.src), 0);
	assert_int_equal(addr_parse(f->dst, &p.dst), 0);
	fresh = fresh > 60000 ? 1024 : (uint16_t)(fresh + 1);
	p.sport = f->proto == PROTO_ICMP ? 0 : fresh;
	p.icmp_id = f->proto == PROTO_ICMP ? fresh : 0;
	p.icmp_type = p.dst.family == AF_INET6 ? 128 : 8;
	return p;
}

/* A packet of the flow that was answered: conntrack translates it as the first one, back is what it goes against. */
static void follow_up(struct snapshot *s, const struct packet *first, const struct world_flow *f,
		      const struct packet *back, const struct expectation *back_e, struct world_counts *n,
		      struct strbuf *complaint)
{
	struct packet pkt = *first, got;
	struct expectation e;

	pkt.ct = CT_ESTABLISHED;
	pkt.tcp_flags = TH_ACK;
	pkt.snat = back_e->pkt.snat;
	pkt.dnat = back_e->pkt.dnat;
	pkt.ctmark = back_e->pkt.ctmark;
	pkt.ctmark_known = back_e->pkt.ctmark_known;
	send_and_compare(s, &pkt, f, back, NULL, &e, &got, n, complaint);
	rule_ref_done(&e.where);
}

void world_compare(struct snapshot *s, const struct world_flow *f, struct world_counts *n,
		   struct strbuf *complaint)
{
	struct packet pkt = make_packet(f), got, back, back_got;
	struct expectation e, back_e;
	bool came = send_and_compare(s, &pkt, f, NULL, NULL, &e, &got, n, complaint);

	rule_ref_done(&e.where);
	/* an answer to what was not tracked is no part of a connection; the kernel answers itself */
	if (!came || e.local || e.pkt.ct == CT_UNTRACKED)
		return;
	back = answer_to(&pkt, &got);
	came = send_and_compare(s, &back, f, &pkt, &e, &back_e, &back_got, n, complaint);
	rule_ref_done(&back_e.where);
	if (came && f->way == WAY_FORWARD)
		follow_up(s, &pkt, f, &back, &back_e, n, complaint);
}

const struct world_flow world_flows[] = {
	{ WAY_FORWARD, PROTO_ICMP, "10.1.0.2", "10.2.0.2", 0, 0, 0 },
	{ WAY_FORWARD, PROTO_TCP, "10.1.0.2", "10.2.0.2", 80, 0, 0 },
	{ WAY_FORWARD, PROTO_TCP, "10.1.0.130", "10.3.5.6", 443, 0, 0 },
	{ WAY_FORWARD, PROTO_TCP, "10.1.0.3", "10.3.5.7", 8080, 0, 0 },
	{ WAY_FORWARD, PROTO_UDP, "10.1.0.2", "10.2.0.3", 53, 0, 0 },
	{ WAY_FORWARD, PROTO_UDP, "10.1.0.200", "10.3.9.9", 5000, 0, 0 },
	{ WAY_FORWARD, PROTO_ICMP, "10.1.0.131", "10.3.0.1", 0, 0, 0 },
	{ WAY_FORWARD, PROTO_ICMP, "fd00:1::2", "fd00:2::2", 0, 0, 0 },
	{ WAY_FORWARD, PROTO_TCP, "fd00:1::2", "fd00:2::3", 80, 0, 0 },
	{ WAY_FORWARD, PROTO_UDP, "fd00:1::3", "fd00:2::2", 53, 0, 0 },
	{ WAY_FORWARD, PROTO_UDP, "10.1.0.2", "10.2.0.2", 53, 0x48, 600 },
	{ WAY_IN, PROTO_ICMP, "10.1.0.2", "10.1.0.1", 0, 0, 0 },
	{ WAY_IN, PROTO_TCP, "10.1.0.130", "10.2.0.9", 443, 0, 0 },
	{ WAY_IN, PROTO_UDP, "10.1.0.2", "10.1.0.1", 53, 0, 100 },
	{ WAY_IN, PROTO_UDP, "fd00:1::2", "fd00:1::1", 5000, 0, 0 },
	{ WAY_OUT, PROTO_ICMP, "10.2.0.1", "10.2.0.2", 0, 0, 0 },
	{ WAY_OUT, PROTO_TCP, "10.2.0.1", "10.3.5.6", 80, 0x10, 0 },
	{ WAY_OUT, PROTO_UDP, "10.1.0.1", "10.1.0.2", 53, 0, 0 },
	{ WAY_OUT, PROTO_TCP, "fd00:2::1", "fd00:2::2", 443, 0, 0 },
};

const size_t world_flows_n = ARRAY_SIZE(world_flows);

void world_compare_all(struct world_counts *n, struct strbuf *complaint)
{
	_cleanup_(snapshot_freep) struct snapshot *s = world_read();

	for (size_t i = 0; i < world_flows_n; i++)
		world_compare(s, &world_flows[i], n, complaint);
}
