/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model - what is configured: the namespaces of one host as plain data
 *
 * A snapshot is filled by collect and read by everybody else. A namespace is
 * an index into snapshot.ns (0 is the host), a link is (namespace, ifindex),
 * a rule is (family, table, chain, handle); names are for showing only.
 * Strings in here are interned: they live as long as the snapshot from which
 * copies were made. No header of libmnl or libnftnl is included here.
 */
#ifndef MODEL_H
#define MODEL_H

#include <net/if.h>

#include "addr.h"
#include "vec.h"

struct nftnl_rule;
struct nlmsghdr;
struct nftnl_set;

/* IPv4 switches of one interface, of "all" or of "default" (IPV4_DEVCONF_*, linux/ip.h). */
struct devconf {
	bool known;
	int forwarding, rp_filter, accept_local, route_localnet, proxy_arp;
	int arp_ignore, arp_announce, arp_filter, src_valid_mark, medium_id, accept_redirects;
};

/* IPv6 switches of one interface, or of "all" (DEVCONF_*, linux/ipv6.h). Without `known` it has no IPv6 at all. */
struct devconf6 {
	bool known;
	int forwarding;         /* of an interface: whether it is a router's there; "all" decides what is forwarded */
	int force_forwarding;   /* since Linux 6.17: what comes in by it is forwarded, whatever "all" says */
	int disable_ipv6, accept_ra, proxy_ndp, use_tempaddr;
};

/* IFLA_BRPORT_LOCKED, since Linux 5.18; enumerators cannot be asked for by #ifdef. */
#define BRPORT_LOCKED 39

/* Bridge port attributes (IFLA_BRPORT_*, linux/if_link.h); valid where is_port. */
struct brport {
	bool is_port;
	uint8_t state; /* BR_STATE_*, linux/if_bridge.h */
	bool isolated, locked, learning, flood, mcast_flood, bcast_flood, hairpin;
};

struct link {
	int ifindex;
	char name[IFNAMSIZ];
	char kind[32];          /* IFLA_INFO_KIND: "veth", "bridge", …; "" for hardware */
	uint32_t flags;         /* IFF_* */
	uint16_t type;          /* ARPHRD_* */
	uint8_t operstate;      /* IF_OPER_* */
	bool carrier;
	uint32_t mtu;
	uint8_t mac[32], mac_len;
	int master;             /* ifindex of the bridge (or bond, VRF) it is enslaved to, 0 */
	int peer;               /* IFLA_LINK: the veth's other end, a macvlan's parent; 0 */
	int peer_nsid;          /* IFLA_LINK_NETNSID as seen from this namespace; -1: the same */
	uint32_t macvlan_mode;  /* MACVLAN_MODE_*, linux/if_link.h; of a macvlan or macvtap */
	struct brport brport;
	bool stp;               /* of a bridge */
	bool vlan_filtering;    /* of a bridge */
	bool nf_call_iptables, nf_call_ip6tables; /* of a bridge, beside the switches of all */
	bool xdp;               /* a program sees packets before anybody else does … */
	uint32_t xdp_id;        /* … this one; 0: not told */
	struct devconf inet;
	struct devconf6 inet6;
};

struct iface_addr {
	int ifindex;
	struct prefix prefix;   /* address as given, with its length */
	uint8_t scope;          /* RT_SCOPE_* */
	uint32_t flags;         /* IFA_F_* */
};

struct nexthop {
	int oif;
	struct addr gateway;    /* unset: on link */
	uint8_t flags;          /* RTNH_F_* */
};

struct route {
	struct prefix dst, src;
	uint32_t table, priority;
	uint8_t type, protocol, scope, tos; /* RTN_*, RTPROT_*, RT_SCOPE_* */
	struct addr prefsrc;
	struct nexthop nh;      /* the first one of a multipath route */
	unsigned int nexthops;  /* how many there are */
	uint32_t mtu;           /* RTAX_MTU, 0 */
	size_t raw;             /* index into ns.raw, the message itself; SIZE_MAX: none */
};

struct fib_rule {
	uint8_t family, action, tos; /* FR_ACT_*, linux/fib_rules.h */
	bool invert;
	uint32_t priority, table, mark, mask;
	uint32_t target;             /* FR_ACT_GOTO: the priority of the rule it leads to */
	struct prefix src, dst;
	char iif[IFNAMSIZ], oif[IFNAMSIZ];
	int suppress_prefixlen;      /* -1: no */
	uint8_t ip_proto;
	uint16_t sport_min, sport_max, dport_min, dport_max; /* 0, 0: any */
	bool has_uid;                /* restricted to a range of users */
	uint32_t uid_min, uid_max;
	bool l3mdev;
	size_t raw;
};

struct neigh {
	int ifindex;
	struct addr addr;
	uint8_t mac[32], mac_len;
	uint16_t state;              /* NUD_* */
	uint8_t flags;               /* NTF_*; NTF_PROXY: an address that is answered for */
	size_t raw;
};

/* An entry of a bridge's forwarding database (br_fdb_fill(), net/bridge/br_fdb.c). */
struct fdb {
	int port, bridge;            /* port is the bridge itself where it is for the bridge only */
	uint8_t mac[6];
	uint16_t vlan;               /* 0: none */
	uint16_t state;              /* NUD_PERMANENT: of this host; NUD_NOARP: static; else learned */
	uint8_t flags;               /* NTF_* */
	size_t raw;
};

/* A VLAN that a bridge port, or the bridge itself, is a member of; without VLAN filtering they do not count. */
struct bridge_vlan {
	int ifindex;
	uint16_t vid, flags;         /* BRIDGE_VLAN_INFO_*, linux/if_bridge.h */
};

/* A queueing discipline: what a packet passes on its way out; "clsact" and "ingress" hold filters only. */
struct queue {
	int ifindex;
	char kind[16];
	uint32_t handle, parent;
	uint32_t drops;              /* when it was read */
};

/* A filter of traffic control at a device's ingress or egress. */
struct tc_filter {
	int ifindex;
	bool egress;
	char kind[16];
	uint16_t prio;
};

/* An IPsec policy; ports and mark count by their masks. */
struct ipsec_policy {
	struct prefix src, dst;      /* of the family; where that is 0, of any */
	uint8_t family, proto;       /* proto: IPPROTO_*, 0: any */
	uint16_t sport, sport_mask, dport, dport_mask;
	int ifindex;                 /* 0: any */
	uint32_t priority;           /* the smallest wins */
	uint32_t mark, mask, if_id;  /* if_id: only for xfrm interfaces */
	uint8_t dir;                 /* XFRM_POLICY_*, linux/xfrm.h; above them those of single sockets */
	bool blocks;
	bool transforms;             /* it has to be protected by a security association */
};

/* How full a table of the kernel is. */
struct table_use {
	uint32_t used, limit;        /* limit 0: not known */
	uint64_t refused;            /* what found no room, since the machine was started */
};

/* What a namespace's own protocols have dropped for its checksum; IPv4 and IPv6 share what TCP counts. */
struct bad_checksums {
	bool known;
	uint32_t tcp, udp, icmp, udp6, icmp6;
};

/* A connection that conntrack knows, by its original direction. */
struct tracked_flow {
	struct addr src, dst;
	uint8_t proto;       /* IPPROTO_* */
	uint16_t sport, dport;
	bool answered;       /* IPS_SEEN_REPLY: packets both ways */
	bool translated;     /* IPS_SRC_NAT */
	/* what its answers have, as the packets that leave translated show it the other way round */
	struct addr answer_src, answer_dst;
	uint16_t answer_sport, answer_dport;
};

/* Ports of an address to which sources are translated, towards one destination. */
struct port_range {
	uint8_t proto;       /* IPPROTO_TCP or IPPROTO_UDP */
	struct addr dst, nat;
	uint16_t dport, min, max;
};

struct listener {
	uint8_t proto;               /* IPPROTO_TCP, IPPROTO_UDP */
	struct addr addr;            /* may be the unspecified address */
	uint16_t port;
	bool v6only;
	uint32_t waiting, backlog;   /* of TCP: connections that nobody has accepted yet, and how many there may be */
};

/* An nf_tables table. Those of running diagnoses (NFT_TABLE_F_OWNER) are not kept. */
struct nft_table {
	uint8_t family;              /* NFPROTO_* */
	const char *name;
	uint32_t flags;              /* NFT_TABLE_F_* */
};

/*
 * A field of the network header that a rule compares before it does anything
 * else, found without decoding the rest: a packet that differs is not for this rule.
 */
#define NFT_FIELD_MAX 16

struct nft_field {
	const uint8_t *value;        /* NULL: there is none */
	uint16_t offset, len;        /* len: at most NFT_FIELD_MAX */
};

struct nft_rule {
	uint64_t handle;             /* of a legacy rule: its number in the chain, from 1 */
	const struct nftnl_rule *nr; /* its bytecode as far as it is decoded: see nft_rule_code() */
	const struct nlmsghdr *msg;  /* else the message that holds it, as it came; or NULL */
	struct nft_field field;
	uint64_t print;              /* legacy only: a fingerprint of what it says, see firewall/legacy.h */
	uint64_t packets;            /* legacy only: what it had counted when it was read */
};

struct nft_chain {
	uint8_t family;              /* NFPROTO_* */
	const char *table, *name;
	uint64_t handle;
	bool base;
	uint32_t hook;               /* NF_INET_*, NF_BR_*, NF_NETDEV_* by family; base chains */
	int32_t prio;
	uint32_t policy;             /* NF_ACCEPT, NF_DROP */
	const char *type;            /* "filter", "nat", "route" */
	const char *dev;             /* netdev family; the first device, or NULL */
	const char *devs;            /* all of them: see nft_chain_on() */
	bool legacy;                 /* of legacy iptables, in ns.legacy: the same bytecode by translation */
	uint64_t packets;            /* legacy base chains: what the policy had counted */
	VEC(struct nft_rule) rules;
	bool unread;                 /* rules are not read, or not to be read: see error */
	int error;                   /* 0 or the -errno for which they cannot be read */
};

/* What a set says about one key: see NEED_ELEMENT. Never changes, and lives as long as the snapshot. */
struct nft_answer {
	const struct nft_answer *next;
	uint8_t key[64];             /* NFT_DATA_VALUE_MAXLEN */
	uint32_t key_len;
	const struct nftnl_set *found; /* with the element that has the key, or without any */
	const struct nlmsghdr *msg;    /* the message that holds it, or NULL */
	int error;                   /* 0 or the -errno for which it cannot be told */
};

typedef VEC(struct nft_chain) nft_chain_list;

/* A table of legacy iptables (family NFPROTO_IPV4) or ip6tables that exists. */
struct legacy_table {
	uint8_t family;
	const char *name;            /* "": of this family any may exist, the list could not be read */
	bool read;                   /* its chains are in ns.legacy */
};

struct nft_set {
	uint8_t family;
	const char *table, *name;
	uint32_t id;
	const struct nftnl_set *ns;  /* with its elements, unless they are … */
	bool unread;                 /* … not read, or not to be read: see error */
	int error;
	const struct nft_answer *answers; /* of an unread set, or NULL */
};

/*
 * What an evaluation came to that the snapshot does not hold yet. Rulesets can
 * be large, so only what a packet comes to is read: the evaluator says what it
 * lacks by snapshot_need() and goes on with "unknown", collect_needs() reads
 * it, and the evaluation is done again until nothing is lacking.
 */
enum need_kind {
	NEED_RULES,                  /* of the chain `name` of `table` */
	NEED_ELEMENTS,               /* all of the set `name` of `table` */
	NEED_ELEMENT,                /* the one with this key, if there is one */
	NEED_IPSET,                  /* what an ipset says of a packet: key is a struct ipset_question */
};

#define IPSET_KNOWS_SPORT 0x1
#define IPSET_KNOWS_DPORT 0x2

/*
 * What a rule asks an ipset about a packet: of each dimension its source or
 * destination. Which parts of it the set looks at, its type decides. Compared bytewise: keep it zeroed.
 */
struct ipset_question {
	uint16_t index;              /* by which rules know the set */
	uint8_t dim, flags;          /* as in struct xt_set_info (linux/netfilter/xt_set.h); no inversion */
	uint8_t family, proto;       /* NFPROTO_*, IPPROTO_* */
	uint8_t known, reserved;     /* IPSET_KNOWS_* */
	uint16_t ports[2];           /* source, destination; of ICMP type and code, both times */
	uint8_t addrs[2][16];
	char iface[IFNAMSIZ];        /* by which it came, or by which it leaves, by the second dimension */
};

struct ipset_answer {
	struct ipset_question question;
	uint8_t found;               /* 0 or 1 */
	int error;                   /* 0 or the -errno for which it cannot be told */
};

/* Rules know a set by its index, people by its name. */
struct ipset_name {
	uint16_t index;
	char name[32];               /* IPSET_MAXNAMELEN */
};

typedef VEC(struct ipset_name) ipset_name_list;

struct need {
	enum need_kind kind;
	int ns;
	uint8_t family;              /* of the table */
	const char *table, *name;    /* interned */
	uint8_t key[64];
	uint32_t key_len;
};

typedef VEC(struct need) need_list;

/* "In this namespace, nsid means that namespace." */
struct nsid {
	int nsid, ns;
};

/* What a collector could not read, by bit, and why (errno), so that nobody takes it for empty. */
enum collect_kind {
	COLLECT_LINK,
	COLLECT_ADDR,
	COLLECT_ROUTE,
	COLLECT_RULE,
	COLLECT_NEIGH,
	COLLECT_NSID,
	COLLECT_SYSCTL,
	COLLECT_NFT,
	COLLECT_SOCK,
	COLLECT_LEGACY,
	COLLECT_QUEUE,
	/* only where something was lost: see collect_details() */
	COLLECT_BRIDGE,
	COLLECT_FILTER,
	COLLECT_POLICY,
	COLLECT_TABLE,
	COLLECT_FLOW, /* see collect_old_flows() */
	/* files of --save know them by their numbers: new ones come last */
	COLLECT_KINDS,
};

/* One netlink message as the kernel sent it. */
struct raw {
	enum collect_kind kind;
	uint32_t len;
	void *msg;                   /* struct nlmsghdr */
};

struct ns {
	const char *name;            /* as findings show it: "host", "netns1", "netns:4026532177" */
	const char *path;            /* file by which a person enters it; NULL for the host */
	bool named;                  /* name is one of `ip netns` */
	uint64_t inode, dev;

	VEC(struct link) links;
	VEC(struct iface_addr) addrs;
	VEC(struct route) routes;
	VEC(struct fib_rule) rules;
	VEC(struct neigh) neighs;
	VEC(struct listener) listeners;
	VEC(struct queue) queues;
	VEC(struct tc_filter) filters;
	VEC(struct ipsec_policy) policies;
	VEC(struct tracked_flow) flows;
	VEC(struct fdb) fdb;
	VEC(struct bridge_vlan) vlans;
	VEC(struct nft_table) tables;
	nft_chain_list chains;
	bool more_chains;            /* not all are listed: only base chains and those that were needed */
	VEC(struct nft_set) sets;
	VEC(struct ipset_answer) ipsets; /* only what was asked for */
	ipset_name_list ipset_names; /* of the sets that rules were read of … */
	ipset_name_list legacy_ipset_names; /* … and those of legacy iptables */
	VEC(struct nsid) nsids;
	VEC(struct legacy_table) legacy_tables;
	nft_chain_list legacy;       /* their chains; names are those of iptables-nft's, so kept apart */

	struct devconf all;          /* net.ipv4.conf.all; .forwarding is net.ipv4.ip_forward */
	struct devconf6 all6;        /* net.ipv6.conf.all */
	int bridge_nf_call_iptables; /* -1: the switch does not exist */
	int bridge_nf_call_ip6tables;
	bool readers_known;
	VEC(uint16_t) queue_readers; /* numbers of the netfilter queues that a program reads */
	int icmp_echo_ignore_all;
	int icmp6_echo_ignore_all;
	struct table_use connections_use, neighbours_use, neighbours6_use;
	struct bad_checksums checksums;       /* before probes were sent … */
	struct bad_checksums checksums_later; /* … and, where one was lost, afterwards */

	/* of the nf_tables ruleset when it was read: another number after every change; 0: not known */
	uint32_t nft_generation;

	int error[COLLECT_KINDS];    /* 0 or -errno */
	VEC(struct raw) raw;
};

struct snapshot {
	VEC(struct ns) ns;           /* [0] is the host */
	struct arena *arena;         /* interned strings, rules, needs; shared by copies */
	uint8_t asked;               /* AF_* of the packets that will be asked about, 0: nobody knows yet */
};

#define NS_HOST 0

/*
 * Lookups. All return NULL or -1 where there is nothing, and never fail
 * otherwise; pointers stay valid until the snapshot changes.
 */
const struct link *ns_link(const struct ns *ns, int ifindex);
const struct link *ns_link_by_name(const struct ns *ns, const char *name);
/* The interface name, or "if12" where the link is not known. By value. */
struct ifname {
	char s[IFNAMSIZ + 12];
};
struct ifname ns_ifname(const struct ns *ns, int ifindex);
/* The interface that holds exactly this address (host part compared), or NULL. */
const struct iface_addr *ns_addr(const struct ns *ns, const struct addr *a);
/* Is the address local to this namespace (RTN_LOCAL: an own address or loopback)? */
bool ns_is_local(const struct ns *ns, const struct addr *a);
/*
 * Is a packet to this address that comes in by the interface for this namespace itself? As ns_is_local(), but a
 * link-local address is one of its own link only.
 */
bool ns_is_local_by(const struct ns *ns, int ifindex, const struct addr *a);
/*
 * Does the namespace answer ARP or ND for the address on the interface, as its own? ARP: for any of its addresses;
 * ND: only for those of that very interface (ndisc_recv_ns(), net/ipv6/ndisc.c), once they are known to be unique.
 */
bool ns_answers(const struct ns *ns, int ifindex, const struct addr *a);
/* Is the address in use, or still tentative, or found to be somebody else's (RFC 4862)? */
bool iface_addr_usable(const struct iface_addr *a);
/* Has the flow, translated, one of these ports? */
bool flow_has_port(const struct tracked_flow *flow, const struct port_range *range);
/*
 * Does it hear what is sent to this address of its namespace? A socket of IPv6 on all addresses hears IPv4 as well,
 * unless it says otherwise (ipv6(7)); never the other way round.
 */
bool listener_hears(const struct listener *l, const struct addr *dst);
/*
 * Do packets of this family cross the IP hooks on their way through this bridge? One switch decides for all, one for each
 * (br_nf_pre_routing(), net/bridge/br_netfilter_hooks.c), and without br_netfilter neither.
 */
bool ns_bridge_nf(const struct ns *ns, int bridge, uint8_t family);
/*
 * The first address of the family on the interface whose prefix contains `near` (unset: any; of IPv6 any but
 * link-local, which every interface has).
 */
const struct iface_addr *ns_addr_on(const struct ns *ns, int ifindex, uint8_t family,
				const struct addr *near);
const struct neigh *ns_neigh(const struct ns *ns, int ifindex, const struct addr *a);
/* The index of the namespace that nsid means in namespace ns, or -1. nsid -1 is ns itself. */
int snapshot_nsid(const struct snapshot *s, int ns, int nsid);
/*
 * The other end of a veth. Returns false where it is not one, or its
 * namespace is not part of the snapshot.
 */
bool snapshot_peer(const struct snapshot *s, int ns, int ifindex, int *ret_ns, int *ret_ifindex);
/*
 * The interface that a macvlan or ipvlan shares with its host, wherever that
 * is. Returns false where it is neither, or that namespace is not part of the
 * snapshot.
 */
bool snapshot_parent(const struct snapshot *s, int ns, int ifindex, int *ret_ns, int *ret_ifindex);
/* macvlan, macvtap, ipvlan, ipvtap: an own interface on another's wire */
bool link_shares_parent(const struct link *l);
/* tun or tap: what leaves by it, a program gets; l may be NULL */
bool link_is_tap(const struct link *l);
/*
 * Is the chain (netdev family, or an ingress hook of inet) on this interface?
 * Its devs are separated by spaces; one that ends in '*' is the beginning of names.
 */
bool nft_chain_on(const struct nft_chain *c, const char *ifname);
/* What an ipset said when it was asked this, or NULL. */
const struct ipset_answer *ns_ipset_answer(const struct ns *ns, const struct ipset_question *q);
/* The name of the set with this index, or NULL where it is not known. */
const char *ns_ipset_name(const struct ns *ns, uint16_t index);
/* What the set said about this key when it was asked, or NULL. */
const struct nft_answer *nft_set_answer(const struct nft_set *set, const void *key, size_t len);
/* Index of the namespace with this inode, or -1. */
int snapshot_find(const struct snapshot *s, uint64_t inode);

struct snapshot *snapshot_new(void);
/* Appends an empty namespace and returns its index. */
int snapshot_add(struct snapshot *s, const char *name, uint64_t inode);
/* Forgets the namespace that was added last. */
void snapshot_drop(struct snapshot *s);
/* A string that lives as long as the snapshot and its copies. */
const char *snapshot_intern(struct snapshot *s, const char *text);
/* Give a rule or set to the snapshot, which frees it in the end. */
void snapshot_own_rule(struct snapshot *s, struct nftnl_rule *nr);
void snapshot_own_set(struct snapshot *s, struct nftnl_set *ns);
/* Likewise memory from malloc, such as a block of raw messages. */
void snapshot_own_block(struct snapshot *s, void *block);
/*
 * Notes that something is lacking (once, however often it is said; strings are
 * interned), also for the snapshot from which this is a copy.
 */
void snapshot_need(const struct snapshot *s, const struct need *need);
/* Takes all that is lacking (vec_free it) and forgets it. Returns how many. */
size_t snapshot_take_needs(struct snapshot *s, need_list *ret);
/* Empties what one collector filled, raw messages and error included. */
void ns_forget(struct ns *ns, enum collect_kind kind);
/*
 * A copy that can be changed on its own (the model of "once this is repaired").
 * Raw messages are shared by pointer.
 */
struct snapshot *snapshot_copy(const struct snapshot *s);
/*
 * The same for another thread: what is needed and read later is its own. What
 * grows while it is read, the ruleset, has to be collected again (collect_nft_again()).
 */
struct snapshot *snapshot_branch(const struct snapshot *s);
/*
 * Do both describe the same configuration, as far as it can decide a packet's
 * way? Neighbours, sockets, counters and operstates do not count. Of rulesets
 * counts what both have read.
 */
bool snapshot_same(const struct snapshot *a, const struct snapshot *b);
/*
 * Could all be read that every answer rests on: links, addresses, routes and policy
 * rules? 0, or -errno of the first that could not, and whose it is in *ret_ns; -EINTR:
 * it changed meanwhile, and not all of it may be there.
 */
int snapshot_gap(const struct snapshot *s, int *ret_ns);
/* A rule of the kernel's, decoded, for nftnl_rule_free(); NULL where it holds what cannot be. */
struct nftnl_rule *nft_rule_new(const struct nlmsghdr *msg);
/*
 * The rule's bytecode, decoded when it is first asked for and owned by the
 * snapshot; NULL where it holds what cannot be decoded. Of two threads only one may ask.
 */
const struct nftnl_rule *nft_rule_code(const struct snapshot *s, const struct nft_rule *rule);
/* Are the nf_tables rulesets the same, as far as both are read? */
bool ns_same_nft(const struct ns *a, const struct ns *b);
void snapshot_free(struct snapshot *s);

static inline void snapshot_freep(struct snapshot **s)
{
	snapshot_free(*s);
}

static inline const struct ns *snapshot_ns(const struct snapshot *s, int ns)
{
	return &s->ns.v[ns];
}

#endif
