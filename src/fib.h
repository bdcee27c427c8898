/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fib - the kernel's route decision, made again from the dumped rules and routes */
#ifndef FIB_H
#define FIB_H

#include "path.h"

struct fib_query {
	struct addr src;      /* unset: not chosen yet */
	struct addr dst;
	int iif;              /* 0: a packet of this namespace itself */
	int oif;              /* 0: any */
	uint32_t mark;
	enum proto proto;
	uint16_t sport, dport;
	uint32_t uid;
};

/*
 * Looks dst up as fib_rules_lookup() and fib_table_lookup() do (net/core/fib_rules.c,
 * net/ipv4/fib_trie.c): rules by priority, longest prefix, tos, metric; dead
 * nexthops are passed over. Forwarding switches and rp_filter are not part of
 * it. The result's pointers point into ns.
 */
void fib_lookup(const struct ns *ns, const struct fib_query *q, struct lookup *ret);

/* The same in one table only, whatever the rules say. */
void fib_lookup_table(const struct ns *ns, const struct fib_query *q, uint32_t table,
		      struct lookup *ret);

/* The source address the kernel would choose for a packet that this lookup sends. Unset: none. */
struct addr fib_source(const struct ns *ns, const struct lookup *l, const struct addr *dst);

/* The same for IPv6 by the interface alone: ipv6_dev_get_saddr(), which masquerading asks, too. Unset: none. */
struct addr fib_source6(const struct ns *ns, int oif, const struct addr *dst);

/* Is the source of the destination's scope and label, so that a resolver prefers the pair (RFC 6724, 6)? */
bool fib_source_fits(const struct addr *src, const struct addr *dst);

/*
 * Reverse-path filter as in __fib_validate_source() (net/ipv4/fib_frontend.c)
 * for a packet from q->src that came in by q->iif.
 */
enum rpf {
	RPF_PASS,
	RPF_DROP,     /* strict or loose filter refuses it */
	RPF_MARTIAN,  /* the source is one of our own addresses, or never valid */
};
/* ret_reverse (may be NULL): the reverse lookup it was decided by. */
enum rpf fib_reverse_path(const struct ns *ns, const struct fib_query *q, struct lookup *ret_reverse);

/* max(all, interface), as the kernel combines them; 0 off, 1 strict, 2 loose. */
int fib_rp_filter(const struct ns *ns, int ifindex);

#endif
