/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame written to a tap is received on it; the tap's ingress filter hands it
 * on to the uplink (act_mirred, TCA_INGRESS_REDIR) before anything looks at it,
 * and from there on it is a frame of the uplink's, with its ingress hooks, its
 * bridge and its rp_filter.
 *
 * Answers are taken in the netdev egress hook (Linux 5.16), behind everybody
 * else's chains, and forwarded to the tap (nft "fwd to"), where we read them.
 * Captures see what leaves after that hook: on the tap, not on the uplink.
 */
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <limits.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/openat2.h>
#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "capture/identify.h"
#include "netns.h"
#include "nftexpr.h"
#include "nftown.h"

#define MAX_EXITS 255        /* of the 256 devices that a chain can have */
#define FRAME_MAX 2048
#define PORTS_MAX 256
#define TAP_PREFIX "nsdoctor"

/* An interface by which an answer could leave this machine. */
struct exit {
	int ifindex;
	const char *name;        /* the snapshot's */
	uint8_t mac[ETH_ALEN];
	bool has_mac;
};

struct inject {
	int tap;                 /* its file descriptor; the interface goes when it is closed */
	int ifindex, uplink;
	bool bridged;            /* others send by the uplink, with MAC addresses of their own */
	struct nl *owner;        /* of the nf_tables table */
	uint16_t port, ports, used; /* of the client's datagrams: the first, how many there are, how many were given */
	uint16_t ethertype;      /* ETH_P_IP or ETH_P_IPV6 … */
	uint8_t header[ETH_HLEN]; /* … and the header of every frame that we send */
	VEC(struct exit) exits;
};

static int fail(int error, char **ret_why, const char *what)
{
	*ret_why = xasprintf("%s: %s", what, strerror(-error));
	return error;
}

/* --- the tap --- */

/* In the host's namespace: an interface belongs to that of whoever makes it. */
static int tap_here(void *arg)
{
	int *ret_ifindex = arg;
	/* nothing can be created by it, as the filter of system calls wants to know of open() */
	struct open_how how = { .flags = O_RDWR | O_CLOEXEC | O_NONBLOCK };
	_cleanup_(closep) int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/dev/net/tun", &how, sizeof(how));
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int r;

	if (fd < 0)
		return -errno;
	str_copy(ifr.ifr_name, sizeof(ifr.ifr_name), TAP_PREFIX "%d"); /* the kernel finds a number */
	if (ioctl(fd, TUNSETIFF, &ifr) < 0)
		return -errno;
	*ret_ifindex = (int)if_nametoindex(ifr.ifr_name);
	if (*ret_ifindex == 0)
		return -errno;
	r = fd;
	fd = -1;
	return r;
}

/* With the address that frames are for, or they would count as others'. No address of its own in IPv6. */
static int set_up_tap(struct nl *rt, const struct inject *in, const uint8_t *mac)
{
	struct ifinfomsg ifi = { .ifi_index = in->ifindex };
	struct nlattr *spec, *inet6;
	struct nlmsghdr *nlh;
	struct nl_buf b;
	int r;

	nlh = nl_put(&b, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	spec = mnl_attr_nest_start(nlh, IFLA_AF_SPEC);
	inet6 = mnl_attr_nest_start(nlh, AF_INET6);
	mnl_attr_put_u8(nlh, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	mnl_attr_nest_end(nlh, inet6);
	mnl_attr_nest_end(nlh, spec);
	(void)nl_request(rt, nlh, NULL, NULL); /* without IPv6 there is nothing to switch off */
	ifi.ifi_flags = ifi.ifi_change = IFF_UP;
	nlh = nl_put(&b, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	mnl_attr_put(nlh, IFLA_ADDRESS, ETH_ALEN, mac);
	r = nl_request(rt, nlh, NULL, NULL);
	return r;
}

static int add_clsact(struct nl *rt, int ifindex)
{
	const struct tcmsg tc = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_CLSACT,
		.tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
	};
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &tc, sizeof(tc));

	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	return nl_request(rt, nlh, NULL, NULL);
}

/* u32 match u32 0 0 action mirred ingress redirect dev UPLINK */
static int add_redirect(struct nl *rt, int ifindex, int uplink)
{
	const struct tcmsg tc = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
		.tcm_info = TC_H_MAKE(1U << 16, htons(ETH_P_ALL)),
	};
	const struct tc_mirred mirred = {
		.action = TC_ACT_STOLEN,
		.eaction = TCA_INGRESS_REDIR,
		.ifindex = (uint32_t)uplink,
	};
	struct {
		struct tc_u32_sel sel;
		struct tc_u32_key key;
	} all = { .sel = { .flags = TC_U32_TERMINAL, .nkeys = 1 } };
	struct nlattr *options, *actions, *first, *action;
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &tc, sizeof(tc));

	mnl_attr_put_strz(nlh, TCA_KIND, "u32");
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put(nlh, TCA_U32_SEL, sizeof(all), &all);
	actions = mnl_attr_nest_start(nlh, TCA_U32_ACT);
	first = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, TCA_ACT_KIND, "mirred");
	action = mnl_attr_nest_start(nlh, TCA_ACT_OPTIONS);
	mnl_attr_put(nlh, TCA_MIRRED_PARMS, sizeof(mirred), &mirred);
	mnl_attr_nest_end(nlh, action);
	mnl_attr_nest_end(nlh, first);
	mnl_attr_nest_end(nlh, actions);
	mnl_attr_nest_end(nlh, options);
	return nl_request(rt, nlh, NULL, NULL);
}

/* --- answers turned aside --- */

static void match(struct nftnl_rule *r, const void *data, uint32_t n)
{
	nftexpr_cmp(r, NFT_CMP_EQ, data, n);
}

static void match_meta(struct nftnl_rule *r, uint32_t key, const void *data, uint32_t n)
{
	nftexpr_meta(r, key);
	match(r, data, n);
}

/* Behind the transport header's begin: n bytes of ours, of which 4 are a number whose low half is free. */
static void match_mark(struct nftnl_rule *r, uint32_t offset, const uint8_t *data, uint32_t n)
{
	static const uint8_t high[4] = { 0xff, 0xff, 0, 0 };

	nftexpr_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, offset, n);
	if (n == sizeof(high))
		nftexpr_mask(r, high, n);
	match(r, data, n);
}

/* ip daddr CLIENT (or ip6) meta l4proto PROTO … */
static struct nftnl_rule *begin_rule(struct nftown *o, const struct inject *in, const struct addr *client,
				     uint8_t proto)
{
	const uint16_t ethertype = htons(in->ethertype);
	struct nftnl_rule *r = nftown_rule(o, "answers");

	match_meta(r, NFT_META_PROTOCOL, &ethertype, sizeof(ethertype));
	nftexpr_payload(r, NFT_PAYLOAD_NETWORK_HEADER, client->family == AF_INET6 ? 24 : 16,
			(uint32_t)addr_len(client->family));
	match(r, client->b, (uint32_t)addr_len(client->family));
	match_meta(r, NFT_META_L4PROTO, &proto, sizeof(proto));
	return r;
}

/* … fwd to TAP */
static void end_rule(struct nftown *o, const struct inject *in, struct nftnl_rule *r)
{
	const uint32_t tap = (uint32_t)in->ifindex;

	nftexpr_data(r, &tap, sizeof(tap));
	nftnl_expr_set_u32(nftexpr_add(r, "fwd"), NFTNL_EXPR_FWD_SREG_DEV, NFT_REG_1);
	nftown_add_rule(o, r);
}

/* … @th,OFFSET MARK … */
static void add_rule(struct nftown *o, const struct inject *in, const struct addr *client,
		     uint8_t proto, uint32_t offset, const uint8_t *mark, uint32_t n)
{
	struct nftnl_rule *r = begin_rule(o, in, client, proto);

	match_mark(r, offset, mark, n);
	end_rule(o, in, r);
}

/* … udp dport & MASK == PORT … */
static void add_port_rule(struct nftown *o, const struct inject *in, const struct addr *client)
{
	const uint16_t port = htons(in->port), mask = htons((uint16_t)~(in->ports - 1));
	struct nftnl_rule *r = begin_rule(o, in, client, IPPROTO_UDP);

	nftexpr_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, sizeof(port));
	nftexpr_mask(r, &mask, sizeof(mask));
	match(r, &port, sizeof(port));
	end_rule(o, in, r);
}

/* Answers, and ICMP errors that quote one of our packets (20 or 40 bytes of IP header: we send no options). */
static void add_rules(struct nftown *o, const struct inject *in, const struct inject_spec *spec)
{
	const uint32_t quote = 8 + (spec->client.family == AF_INET6 ? 40 : 20);
	const uint8_t icmp = proto_number(PROTO_ICMP, spec->client.family);
	const struct marks *m = &spec->marks;
	const uint8_t seq[4] = { (uint8_t)(m->seq >> 24), (uint8_t)(m->seq >> 16) };

	add_rule(o, in, &spec->client, IPPROTO_TCP, 8, seq, sizeof(seq));
	add_rule(o, in, &spec->client, icmp, 8, m->token, sizeof(m->token));
	add_rule(o, in, &spec->client, icmp, quote + 4, seq, sizeof(seq));
	add_rule(o, in, &spec->client, icmp, quote + 8, m->token, sizeof(m->token));
	if (!in->ports)
		return;
	add_port_rule(o, in, &spec->client);
	add_rule(o, in, &spec->client, icmp, quote + 8 + DNS_TOKEN_AT, m->token, sizeof(m->token));
}

static int turn_aside(struct inject *in, const struct inject_spec *spec)
{
	const char *devs[MAX_EXITS + 1] = { 0 };
	char table[32];
	struct nftown o;
	int r = netns_nl(spec->ns_fd, NETLINK_NETFILTER, &in->owner);

	if (r < 0)
		return r;
	for (size_t i = 0; i < in->exits.n; i++)
		devs[i] = in->exits.v[i].name;
	snprintf(table, sizeof(table), NFTOWN_PREFIX "%d-in", (int)getpid());
	nftown_begin(&o, NFPROTO_NETDEV, table);
	/* the last chain of all: what others would do to the answer is done before */
	nftown_chain(&o, "answers", HOOK_NETDEV_EGRESS, INT_MAX, devs);
	add_rules(&o, in, spec);
	return nftown_commit(&o, in->owner);
}

/* --- together --- */

static void add_exit(struct inject *in, const struct link *l)
{
	struct exit *exit;

	if (in->exits.n == MAX_EXITS)
		return;
	exit = vec_add(&in->exits);
	exit->ifindex = l->ifindex;
	exit->name = l->name;
	exit->has_mac = l->type == ARPHRD_ETHER && l->mac_len == ETH_ALEN;
	if (exit->has_mac)
		memcpy(exit->mac, l->mac, ETH_ALEN);
}

/*
 * Wherever an answer could leave this machine, should it take another way than
 * the uplink: but not where a namespace of ours is behind it, nor a bridge, whose
 * ports come later.
 */
static void find_exits(struct inject *in, const struct snapshot *s)
{
	const struct ns *host = snapshot_ns(s, NS_HOST);

	add_exit(in, ns_link(host, in->uplink));
	vec_each(l, &host->links) {
		int peer_ns, peer_if;

		if (l->ifindex != in->uplink && !(l->flags & IFF_LOOPBACK) && (l->flags & IFF_UP) &&
		    !streq(l->kind, "bridge") &&
		    !snapshot_peer(s, NS_HOST, l->ifindex, &peer_ns, &peer_if))
			add_exit(in, l);
	}
}

/* Do others send by it with MAC addresses of their own: a bridge, a port of one, the parent of a macvlan? */
static bool is_shared(const struct snapshot *s, const struct link *uplink)
{
	if (streq(uplink->kind, "bridge") || uplink->master)
		return true;
	for (size_t i = 0; i < s->ns.n; i++) {
		vec_each(l, &snapshot_ns(s, (int)i)->links) {
			int ns, ifindex;

			if (snapshot_parent(s, (int)i, l->ifindex, &ns, &ifindex) && ns == NS_HOST &&
			    ifindex == uplink->ifindex)
				return true;
		}
	}
	return false;
}

/* From the uplink's router, where that is known. */
static void make_header(struct inject *in, const struct ns *host, const struct inject_spec *spec)
{
	static const uint8_t somebody[ETH_ALEN] = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 };
	const struct nexthop *nh = spec->way ? &spec->way->nh : NULL;
	const struct neigh *n = nh ? ns_neigh(host, nh->oif, &nh->gateway) : NULL;
	bool known = n && n->mac_len == ETH_ALEN && !(n->state & (NUD_INCOMPLETE | NUD_FAILED));

	memcpy(in->header, spec->mac, ETH_ALEN);
	memcpy(in->header + ETH_ALEN, known ? n->mac : somebody, ETH_ALEN);
	in->ethertype = spec->client.family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP;
	in->header[12] = (uint8_t)(in->ethertype >> 8);
	in->header[13] = (uint8_t)in->ethertype;
}

/* A power of two of them, so that one comparison tells them. */
static void choose_ports(struct inject *in, unsigned int n)
{
	uint16_t random;

	if (!n)
		return;
	for (in->ports = 1; in->ports < n && in->ports < PORTS_MAX;)
		in->ports = (uint16_t)(in->ports * 2);
	random_bytes(&random, sizeof(random));
	in->port = (uint16_t)((32768 + random % 28160) & ~(in->ports - 1)); /* ip_local_port_range */
}

static int open_tap(struct inject *in, const struct inject_spec *spec, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *rt = NULL;
	int r;

	in->tap = netns_call(spec->ns_fd, tap_here, &in->ifindex);
	if (in->tap < 0)
		return fail(in->tap, ret_why, "no tap interface can be made (/dev/net/tun)");
	r = netns_nl(spec->ns_fd, NETLINK_ROUTE, &rt);
	if (r == 0)
		r = set_up_tap(rt, in, in->header);
	if (r < 0)
		return fail(r, ret_why, "the tap interface cannot be set up");
	r = add_clsact(rt, in->ifindex);
	if (r == 0)
		r = add_redirect(rt, in->ifindex, in->uplink);
	if (r < 0)
		return fail(r, ret_why, "frames cannot be redirected to the uplink (clsact, u32, mirred)");
	return 0;
}

int inject_open(const struct inject_spec *spec, struct inject **ret, char **ret_why)
{
	const struct ns *host = snapshot_ns(spec->s, NS_HOST);
	const struct link *uplink = ns_link(host, spec->uplink);
	struct inject *in;
	int r;

	if (!uplink || uplink->type != ARPHRD_ETHER || uplink->mac_len != ETH_ALEN)
		return fail(-EOPNOTSUPP, ret_why, "the uplink is no Ethernet interface");
	in = xcalloc(1, sizeof(*in));
	in->tap = -1;
	in->uplink = spec->uplink;
	in->bridged = is_shared(spec->s, uplink);
	make_header(in, host, spec);
	choose_ports(in, spec->datagrams);
	find_exits(in, spec->s);
	r = open_tap(in, spec, ret_why);
	if (r == 0) {
		r = turn_aside(in, spec);
		if (r < 0)
			fail(r, ret_why, "answers cannot be turned aside (nft netdev egress, fwd)");
	}
	if (r < 0)
		inject_close(in);
	else
		*ret = in;
	return r;
}

bool inject_is_tap(const struct link *l)
{
	const char *number = l->name + strlen(TAP_PREFIX);

	return streq(l->kind, "tun") && str_starts(l->name, TAP_PREFIX) && *number &&
	       number[strspn(number, "0123456789")] == '\0';
}

int inject_ifindex(const struct inject *in)
{
	return in->ifindex;
}

int inject_exit(const struct inject *in, const uint8_t mac[6])
{
	vec_each(exit, &in->exits)
		if (exit->has_mac && memcmp(exit->mac, mac, ETH_ALEN) == 0)
			return exit->ifindex;
	return in->bridged ? in->uplink : 0;
}

uint16_t inject_port(struct inject *in)
{
	return (uint16_t)(in->port + in->used++ % in->ports);
}

int inject_fd(const struct inject *in)
{
	return in->tap;
}

int inject_send(const struct inject *in, const void *packet, size_t n)
{
	uint8_t frame[FRAME_MAX];

	if (n > sizeof(frame) - ETH_HLEN)
		return -EMSGSIZE;
	memcpy(frame, in->header, ETH_HLEN);
	memcpy(frame + ETH_HLEN, packet, n);
	return write(in->tap, frame, ETH_HLEN + n) < 0 ? -errno : 0;
}

ssize_t inject_receive(const struct inject *in, void *packet, size_t max)
{
	uint8_t frame[FRAME_MAX];
	ssize_t n;

	do {
		n = read(in->tap, frame, sizeof(frame));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		/* what the kernel itself says on a new interface is nothing to us */
	} while (n < ETH_HLEN || (frame[12] << 8 | frame[13]) != in->ethertype ||
		 !inject_exit(in, frame + ETH_ALEN));
	n -= ETH_HLEN;
	if ((size_t)n > max)
		n = (ssize_t)max;
	memcpy(packet, frame + ETH_HLEN, (size_t)n);
	return n;
}

void inject_close(struct inject *in)
{
	if (!in)
		return;
	/* the tap first: what the table then still turns aside goes nowhere */
	closep(&in->tap);
	nl_close(in->owner);
	vec_free(&in->exits);
	free(in);
}
