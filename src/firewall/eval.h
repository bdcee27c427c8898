/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * eval - the machine that runs rules: registers, three-valued matches, verdicts
 *
 * Shared by the walk over chains (chain.c), the expressions (expr.c, set.c) and
 * the extensions (xt.c). An expression answers TRI_YES (go on), TRI_NO (the
 * rule ends here) or TRI_MAYBE (both are possible; run.why says what is not
 * known).
 */
#ifndef FIREWALL_EVAL_H
#define FIREWALL_EVAL_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h> /* libnftnl's headers want FILE */

/* behind the C library's, which they would clash with otherwise */
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "firewall/header.h"

struct nftnl_expr;
struct nftnl_set_elem;

/* Conntrack as a rule sees it: what struct packet says, or not attached yet. */
enum ct_view {
	CT_VIEW_NONE,       /* before conntrack's own hook */
	CT_VIEW_NEW,
	CT_VIEW_ESTABLISHED,
	CT_VIEW_UNTRACKED,
	CT_VIEW_UNKNOWN,
};

/*
 * What travels with the packet from rule to rule. Compared bytewise: keep it zeroed, without
 * padding in use.
 */
struct fw_state {
	struct headers h;
	uint32_t mark, mark_known;
	uint32_t ctmark, ctmark_known;
	uint64_t sets_written;  /* see struct packet */
	struct nat nat;
	const struct nft_chain *nat_chain; /* of the rule that translated */
	uint64_t nat_handle;
	const struct nft_chain *notrack_chain; /* of the rule that asked for it */
	uint64_t notrack_handle;
	uint8_t ct;             /* enum ct_view */
	uint16_t reply_zone;    /* conntrack's, for packets of a flow's answers */
	bool zone_unknown;
	uint8_t templated;      /* enum tri: is a template attached before conntrack's hook? See run_attach_template() */
	bool notrack;           /* asked for, and not attached to a connection before */
	bool nat_unknown;
	bool nat_known, snat, dnat; /* of the flow: see struct packet */
};

/* NFT_REG32_00 and so on: 16 words behind the verdict's four (net/netfilter/nf_tables_api.c). */
#define REGS_SIZE 80

struct fw_regs {
	uint8_t data[REGS_SIZE], known[REGS_SIZE];
	const char *why[REGS_SIZE / 4];
};

/* Beyond NF_* and NFT_*: what happens to the packet cannot be known. */
#define VERDICT_UNKNOWN 1000

struct fw_verdict_code {
	int code;           /* NF_*, NFT_CONTINUE, NFT_JUMP … or VERDICT_UNKNOWN */
	const char *chain;  /* NFT_JUMP, NFT_GOTO */
	bool reject;
};

#define RUN_ALTERNATIVES 16

struct fw_run {
	const struct snapshot *s;
	const struct ns *ns;
	const struct fw_place *at;
	const struct packet *pkt;
	uint8_t pf;                  /* NFPROTO_* by which the hook was entered, as the chain that runs is told */
	const struct nft_chain *base;
	const struct nft_chain *chain; /* where the rule stands */
	uint64_t handle;               /* of the rule */
	struct fw_state st;
	struct fw_regs regs;
	struct fw_verdict_code verdict;
	/* a map whose key is not known: verdicts that are possible beside run.verdict */
	struct fw_verdict_code alternative[RUN_ALTERNATIVES];
	size_t n_alternatives;
	const char *why;             /* of the last TRI_MAYBE or VERDICT_UNKNOWN */
	unsigned int steps;          /* rules that may still be run */
	bool tracked;                /* conntrack's place at this hook is behind: there it was … */
	bool other_zone;             /* … an answer whose connection is in another zone, … */
	bool zone_open;              /* … or perhaps is */
	int8_t ctmark_written;       /* does a rule set connection marks? -1: not looked yet */
	int8_t conntrack_asked;      /* does one make conntrack see packets? Likewise */
};

/* A run at the beginning of a hook; free() it. */
struct fw_run *fw_run_new(const struct snapshot *s, const struct fw_place *at,
			  const struct packet *pkt);

/* Runs one expression, by the table in expr.c. */
enum tri expr_eval(struct fw_run *r, const struct nftnl_expr *e);

/* meta.c, ct.c */
enum tri expr_meta(struct fw_run *r, const struct nftnl_expr *e);
enum tri expr_ct(struct fw_run *r, const struct nftnl_expr *e);
/* An interface's name in a register, as nft_meta_store_ifname(): none is the empty name. */
void run_ifname(struct fw_run *r, uint32_t dreg, int ifindex);

/*
 * What a rule is told of conntrack. Before its hook a template may be attached (a zone, helper or timeout that is asked
 * for): it looks like a new connection.
 */
enum ct_view run_ct_view(const struct fw_run *r);

/* Registers. Offset in bytes of a register number, or -1. */
int reg_offset(uint32_t reg, size_t len);
void reg_store(struct fw_run *r, uint32_t reg, const void *data, size_t len);
void reg_store_u32(struct fw_run *r, uint32_t reg, uint32_t v);
void reg_store_u16(struct fw_run *r, uint32_t reg, uint16_t v);
void reg_store_u8(struct fw_run *r, uint32_t reg, uint8_t v);
/* known: mask of the bits in data that are known; NULL: none of them. */
void reg_store_partly(struct fw_run *r, uint32_t reg, const void *data, const void *known,
		      size_t len, const char *why);
/* The data of a register, or NULL where number or length are impossible. */
const uint8_t *reg_load(struct fw_run *r, uint32_t reg, size_t len, const uint8_t **ret_known);
bool reg_is_known(struct fw_run *r, uint32_t reg, size_t len);
/* Why the bits of this register are not known; never NULL. */
const char *reg_why(struct fw_run *r, uint32_t reg, size_t len);

/*
 * The verdict of a rule that queues to one of total queues from number first on: a drop where no program reads any of
 * them, unless the rule lets it pass then (nf_queue(), net/netfilter/nf_queue.c).
 */
enum tri run_queue(struct fw_run *r, uint16_t first, uint16_t total, bool bypass);

/* "It may be so", because of why. */
static inline enum tri run_maybe(struct fw_run *r, const char *why)
{
	r->why = why;
	return TRI_MAYBE;
}

static inline enum tri tri_from(bool b)
{
	return b ? TRI_YES : TRI_NO;
}

static inline enum tri tri_not(enum tri t)
{
	return t == TRI_YES ? TRI_NO : t == TRI_NO ? TRI_YES : TRI_MAYBE;
}

static inline enum tri tri_not_if(bool invert, enum tri t)
{
	return invert ? tri_not(t) : t;
}

static inline enum tri tri_and(enum tri a, enum tri b)
{
	return a < b ? a : b;
}

/* Rulesets of few chains are read as a whole where something depends on every rule. */
static inline bool run_reads_all(const struct fw_run *r)
{
	return !r->ns->more_chains && r->ns->chains.n <= 64;
}

/*
 * Are the chain's rules there? Else says that they are lacking, and in
 * run.why, why nothing can be said.
 */
bool run_has_rules(struct fw_run *r, const struct nft_chain *c);

/* A text that lives as long as the snapshot. */
const char *run_text(struct fw_run *r, const char *format, ...) _printf_(2, 3);

/* Where data (its known bits) stands against value, bytes in network order: equal? below, above? */
enum tri bytes_equal(const uint8_t *data, const uint8_t *known, const uint8_t *value, size_t len);
enum tri bytes_below(const uint8_t *data, const uint8_t *known, const uint8_t *value, size_t len,
		     bool or_equal);

/* set.c */
enum tri set_lookup(struct fw_run *r, const struct nftnl_expr *e);
/* Has a set an element with the key in this register? */
enum tri set_has(struct fw_run *r, const char *name, uint32_t sreg);
/* NFT_OBJECT_* of a map to objects. */
uint32_t set_object_type(const struct fw_run *r, const char *name);
/* Is such an element there after a rule adds it? Not where the set is full and does not have it yet. */
enum tri set_has_room(struct fw_run *r, const char *name, uint32_t sreg);
/* A rule adds to a set or deletes from it (dynset). */
void set_write(struct fw_run *r, const char *name);

/* nat.c: what the nat statements do, native and xt alike. verdict and state are set. */
struct nat_range {
	bool has_addr, has_port, netmap, random, persistent;
	struct addr min, max;      /* unset: not known */
	uint16_t port_min, port_max; /* 0: not known */
	bool shift;                /* ports keep their distance from port_base */
	uint16_t port_base;
};
void nat_translate(struct fw_run *r, enum nat_kind kind, const struct nat_range *range);
void nat_masquerade(struct fw_run *r, const struct nat_range *range);
void nat_redirect(struct fw_run *r, const struct nat_range *range);

/* local.c: what the namespace's addresses and routes say */
/*
 * RTN_LOCAL, RTN_BROADCAST, RTN_MULTICAST or RTN_UNICAST, as inet_addr_type() gives them;
 * ifindex 0: on any.
 */
uint8_t local_addr_type(const struct ns *ns, const struct addr *a, int ifindex);
/*
 * The interface by which an answer to `a` from `from` would leave, 0: none, -1: not known. Of
 * several next hops dev is meant, if it is one of them.
 */
int local_route(const struct ns *ns, const struct addr *a, const struct addr *from, int dev,
		uint32_t mark);
/* The address that masquerading takes on this interface for this destination. Unset: none. */
struct addr local_masquerade_source(const struct ns *ns, int oif, const struct addr *dst);

/* ct.c: the connection as far as it is known */
uint32_t run_ct_status(const struct fw_run *r, uint32_t *ret_known); /* IPS_* */
/*
 * An address of its first packet (of_reply: of the answers to it) as it first came; false:
 * not known.
 */
bool run_ct_addr(const struct fw_run *r, bool of_reply, bool dst, struct addr *ret);
bool run_ct_port(const struct fw_run *r, bool of_reply, bool dst, uint16_t *ret);
/*
 * How many packets the connection has had, this one included, in a direction (enum ip_conntrack_dir) or, with
 * IP_CT_DIR_MAX, in both. False: not known.
 */
bool run_ct_packets(const struct fw_run *r, uint8_t dir, uint64_t *ret);
/* Ends tracking for what conntrack has not seen yet. */
void run_notrack(struct fw_run *r);
/* A zone, helper or timeout is asked for; conntrack's hook makes a connection of it. False: too late. */
bool run_attach_template(struct fw_run *r);
/* The zone of the one just attached, in one direction (enum ip_conntrack_dir) or, with IP_CT_DIR_MAX, in both. */
void run_set_zone(struct fw_run *r, uint16_t zone, bool known, uint8_t dir);
/* Does a rule that is read make conntrack see this family's packets? */
bool run_asks_for_conntrack(struct fw_run *r);
/* No rule of this namespace sets a connection mark: it is 0. */
bool run_ctmark_is_zero(struct fw_run *r);

/* What a rule sees as its interfaces. */
int run_iif(const struct fw_run *r);
int run_oif(const struct fw_run *r);

/*
 * Runs a base chain over r->st. What it says is r's state and the outcome:
 * may it drop, may it accept?
 */
struct fw_trail {
	const struct nft_chain *chain; /* rule whose match is not known */
	uint64_t handle;
	const char *why;
};

struct fw_outcome {
	bool accept, drop;
	struct fw_state after;         /* of what is accepted */
	bool state_unknown;            /* the nat part differs */
	/* the first drop */
	const struct nft_chain *chain;
	uint64_t handle;
	bool reject;
	bool either;                   /* another way is dropped by another rule */
	struct fw_trail trail;         /* what made the difference, where there is one */
};
void chain_run(struct fw_run *r, const struct nft_chain *base, struct fw_outcome *ret);

#endif
