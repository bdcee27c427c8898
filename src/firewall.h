/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewall - what netfilter would do with a packet at one hook, computed from the rules' own bytecode
 *
 * Pure: snapshot and packet in, verdict out. What the packet alone cannot
 * decide (random, rate, time, another flow's state, an unknown expression) is
 * FW_UNKNOWN, which is carried to the verdict with its reason and is never
 * taken for a match.
 */
#ifndef FIREWALL_H
#define FIREWALL_H

#include "flow.h"
#include "model.h"

enum hook {
	HOOK_INGRESS,     /* netdev */
	HOOK_PREROUTING,
	HOOK_INPUT,
	HOOK_FORWARD,
	HOOK_OUTPUT,
	HOOK_POSTROUTING,
	HOOK_EGRESS,      /* netdev */
	HOOK_COUNT,
};

const char *hook_name(enum hook h); /* "prerouting", … */

/*
 * Where the packet is. Interfaces are indexes in that namespace, 0 where there
 * is none; a forwarded packet still has its iif at postrouting.
 */
struct fw_place {
	int ns;
	enum hook hook;
	bool bridge;      /* the hook of the bridge family, not of ip, ip6, inet */
	int iif, oif;     /* at an ip hook called by bridge-nf: the bridge; see port_in */
	int port_in, port_out; /* bridge ports, for bridged packets */
	bool netfilter_bridged; /* an ip hook entered from the bridge (bridge-nf-call-iptables) */
};

enum fw_verdict {
	FW_ACCEPT,
	FW_DROP,
	FW_UNKNOWN,
};

enum nat_kind {
	NAT_NONE,
	NAT_SOURCE,       /* snat, masquerade */
	NAT_DEST,         /* dnat, redirect */
};

struct nat {
	enum nat_kind kind;
	bool masquerade, redirect;
	bool unchanged;   /* to what it was already: conntrack calls that no translation */
	struct addr addr; /* new address; with masquerade the one that the model expects */
	uint16_t port;    /* new port, 0: kept */
	uint16_t port_min, port_max; /* those that it may be, where the rule says so, else 0 */
};

struct fw_result {
	enum fw_verdict verdict;
	bool reject;                   /* the drop sends an answer */
	const struct nft_chain *base;  /* base chain in which the verdict (or unknown) fell; NULL: none */
	const struct nft_chain *chain; /* the chain of the rule itself; NULL with none */
	bool either;                   /* another rule may be the one: it is dropped in any case */
	uint64_t handle;               /* of the rule (a legacy one's number); 0: the base chain's policy */
	/*
	 * Of equal priorities the hook registered last is called first, which
	 * nobody tells of legacy tables: who drops it if theirs come before nf_tables'; or NULL.
	 */
	const struct nft_chain *legacy_base, *legacy_chain;
	uint64_t legacy_handle;
	struct nat nat;                /* what the nat chains do with a new flow */
	const struct nft_chain *nat_chain; /* where the rule that does so stands; NULL: not one alone */
	uint64_t nat_handle;
	bool nat_unknown;              /* a nat chain could not be decided */
	uint32_t mark;                 /* the packet's mark afterwards … */
	uint32_t mark_unknown;         /* … but for these bits: both belong into the packet for the next hook */
	uint32_t ctmark, ctmark_known; /* the connection's mark, likewise by bit */
	uint64_t sets_written;         /* see struct packet */
	uint16_t reply_zone;           /* likewise */
	bool reply_zone_unknown;
	bool other_zone;               /* an answer that conntrack looks for where its connection is not */
	uint8_t ttl;                   /* 0: not known */
	uint8_t tos, tos_known;
	bool notrack;                  /* a rule keeps it from being tracked … */
	const struct nft_chain *notrack_chain; /* … this one; NULL: not one alone */
	uint64_t notrack_handle;
	const char *why;               /* FW_UNKNOWN or nat_unknown: what could not be known; static or interned */
};

/*
 * Sends pkt through every base chain of every family that sees it at this
 * place, in the kernel's order. Nat chains are evaluated for new flows only
 * (pkt->ct == CT_NEW). Legacy iptables tables that could not be read are not looked at:
 * see fw_legacy.
 * pkt is as it comes to the hook: a routed packet's TTL is decremented before
 * forward, mark and tracking do not outlive a change of namespace.
 */
void fw_eval(const struct snapshot *s, const struct fw_place *at, const struct packet *pkt,
	     struct fw_result *ret);

/*
 * The packet behind the hook: its marks, TTL and type of service, no more tracked where a rule
 * said so. Addresses are the caller's, as translations are also undone (ret->nat).
 */
void fw_leave(const struct fw_result *r, struct packet *pkt);

/*
 * The table of legacy iptables (NFPROTO_IPV4) or ip6tables that could decide at
 * this hook and could not be read ("filter", "nat", …; want_nat: only the nat
 * table counts, else all but nat), or NULL.
 */
const char *fw_legacy(const struct snapshot *s, int ns, uint8_t family, enum hook h, bool want_nat);

/* Are there base chains (nf_tables) in this namespace at all that see packets of this family or bridge frames? */
bool fw_has_chains(const struct snapshot *s, int ns);

/* A rule that would have done it but for one condition or two, in words: "-o eth0, but the packet leaves by ens5". */
struct near_miss {
	char *rule;   /* "ip nat POSTROUTING handle 4 "-s 192.168.1.0/24 -j MASQUERADE"" */
	char *why;    /* "source does not match" */
};

/*
 * Rules that translate so, of the nat tables that are asked at this place. Fills ret_misses (at most
 * max, nearest first; free each one's strings) and returns how many.
 */
size_t fw_nat_near_misses(const struct snapshot *s, const struct fw_place *at,
			  const struct packet *pkt, enum nat_kind kind,
			  struct near_miss *ret_misses, size_t max);

/*
 * The same for rules that accept, on the packet's way to where it is dropped: by this rule of the
 * chain, or by its policy (handle 0).
 */
size_t fw_accept_near_misses(const struct snapshot *s, const struct fw_place *at,
			     const struct packet *pkt, const struct nft_chain *chain,
			     uint64_t handle, struct near_miss *ret_misses, size_t max);

typedef VEC(uint16_t) port_list;

/*
 * Appends the destination ports that the rules of a namespace's nat tables
 * (those that see packets of this family, NFPROTO_*) name, in their order, each
 * once: candidates for what is published. Returns whether these are all; rules
 * that could not be read, or speak of ports otherwise, may mean others, too.
 */
bool fw_dnat_ports(const struct snapshot *s, int ns, uint8_t family, port_list *ret);

/* A rule or policy as reports name it. Strings are owned; rule_ref_done frees them. */
struct rule_ref {
	const char *backend;       /* "nft", "iptables-nft", "iptables-legacy" */
	const char *family;        /* "ip", "inet", … */
	char *table, *chain;
	uint64_t handle;           /* 0 with a policy; of a legacy rule its number */
	bool policy;
	char *text;                /* as the backend's own tool prints it; NULL: not known */
	char *owner;               /* "docker", "ufw", …; NULL: not known */
	bool limits;               /* it holds for a part of the packets only: a rate, a quota, a number of connections */
};

/*
 * Names rule (chain, handle); handle 0 names the chain's policy. text is
 * written by our own decoder here (iptables -S form for iptables-nft rules, an
 * nft-like form for native ones); the live tool replaces the latter with
 * libnftables' words, see fw_text in firewall/nft-text.h.
 */
void fw_rule_ref(const struct snapshot *s, int ns, const struct nft_chain *chain, uint64_t handle,
		 struct rule_ref *ret);
void rule_ref_done(struct rule_ref *r);
void rule_ref_copy(struct rule_ref *dst, const struct rule_ref *src);

/* Is this chain's table one that iptables-nft keeps (family, name, builtin chains)? */
bool fw_is_iptables_nft(const struct snapshot *s, int ns, const struct nft_chain *chain);
/* … or legacy iptables: do people know its rules in the words of iptables -S? */
bool fw_is_iptables(const struct snapshot *s, int ns, const struct nft_chain *chain);

/* Are the chain's rules there? Else says that they are lacking. */
bool fw_has_rules(const struct snapshot *s, int ns, const struct nft_chain *chain);

/* The chain of this name; where it may be there but is not listed, says that it is lacking. */
const struct nft_chain *fw_chain(const struct snapshot *s, int ns, uint8_t family,
				 const char *table, const char *name);

/* The same for where a rule of this chain jumps to. */
const struct nft_chain *fw_target(const struct snapshot *s, int ns, const struct nft_chain *chain,
				  const char *name);

/* A chain of nf_tables by its names, among those that are listed; or NULL. */
const struct nft_chain *ns_chain(const struct ns *ns, uint8_t family, const char *table,
				 const char *name);
/* The same in a list of chains, as of ns.legacy. */
const struct nft_chain *chain_in(const nft_chain_list *chains, uint8_t family, const char *table, const char *name);
/* The chain of that name in the table of another one, of the same backend; or NULL. */
const struct nft_chain *chain_beside(const struct ns *ns, const struct nft_chain *chain,
				     const char *name);
/* Does the chain's table translate packets of this family (NFPROTO_*) at the hook? */
bool fw_is_nat_table(const struct ns *ns, const struct nft_chain *c, uint8_t family, enum hook h);
/* The table by its name, or NULL. */
const struct nft_table *ns_table(const struct ns *ns, uint8_t family, const char *name);
/* The set or map by its names, or NULL. */
const struct nft_set *ns_set(const struct ns *ns, uint8_t family, const char *table,
			     const char *name);
/* All chains of the backend that a chain is of. */
const nft_chain_list *chains_beside(const struct ns *ns, const struct nft_chain *chain);

#endif
