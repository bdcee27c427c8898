/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collect - fill a snapshot from the kernel, over netlink and /proc/sys
 *
 * Touches the kernel and decides nothing. What could not be read is noted in
 * ns.error[kind]; an interrupted dump is read again.
 */
#ifndef COLLECT_H
#define COLLECT_H

#include "flow.h"
#include "model.h"
#include "observe.h"

/*
 * Reads one namespace completely into s->ns.v[ns] (what was there before is
 * replaced). Returns 0, or -errno where nothing at all could be read.
 */
int collect_ns(struct snapshot *s, int ns, int ns_fd);

/*
 * Reads all namespaces of the snapshot, ns_fds[i] being namespace i, each on a
 * thread of its own, and then their nsids. What could not be read is noted
 * where it belongs; returns 0, or -errno where a namespace could not be entered.
 */
int collect_all(struct snapshot *s, const int *ns_fds);

/*
 * Fills every namespace's nsids table: what ns_fds[i] (one per snapshot index)
 * is called in each of the others (RTM_GETNSID).
 */
int collect_nsids(struct snapshot *s, const int *ns_fds);

/*
 * Links and addresses of all namespaces of the snapshot, and what the host and
 * each of the others call each other: enough to see who is connected to what.
 * Errors as of collect_all.
 */
int collect_interfaces(struct snapshot *s, const int *ns_fds);

/* The nf_tables rulesets, as far as they are read at first, of one namespace. As collect_ns(). */
int collect_nft_again(struct snapshot *s, int ns, int ns_fd);

/* Addresses only: enough to see who has one. */
int collect_addrs(struct snapshot *s, int ns, int ns_fd);

/* Links only: enough to see carriers again after a while. */
int collect_links(struct snapshot *s, int ns, int ns_fd);

/*
 * Reads what evaluations so far lack (snapshot_need()) into the snapshot.
 * ns_fds[i] is namespace i; NULL: the kernel is not there to be asked, and what
 * is lacking stays unknown. Returns 0 where nothing was lacking, 1 where
 * evaluating again will say more (what cannot be read is noted where it belongs
 * and not asked for again), -ESTALE where the ruleset is another one than that which was read
 * before: begin anew.
 */
int collect_needs(struct snapshot *s, const int *ns_fds);

/* Reads all rules and elements that there are, as if everything had been needed. As collect_needs(). */
int collect_rulesets(struct snapshot *s, const int *ns_fds);

/*
 * Reads of the namespace's ruleset what `was` has read of it, where the
 * generation is not that of was: for comparing. 0 or -errno.
 */
int collect_nft_likewise(struct snapshot *s, int ns, int ns_fd, const struct ns *was);

/*
 * What is read only where something was lost, of all namespaces: forwarding databases and VLANs of bridges, filters of
 * traffic control, IPsec policies, how full tables are. Errors as of collect_all.
 */
int collect_details(struct snapshot *s, const int *ns_fds);

/* Notes the queues of a namespace that have dropped something since it was read. 0 or -errno. */
int collect_queue_drops(const struct snapshot *s, int ns, int ns_fd, struct observations *ret);

/* The generation of the namespace's nf_tables ruleset: another number after every change. */
int collect_nft_generation(int ns_fd, uint32_t *ret);

/*
 * What a rule of legacy iptables (handle 0: the chain's policy) has counted by
 * now. -ESTALE where the chain says something else than when it was read.
 */
int collect_legacy_count(int ns_fd, const struct nft_chain *chain, uint64_t handle, uint64_t *ret);

/*
 * What the kernel said of a snapshot's namespaces, message by message, into a file and back (pack.h). Written are
 * only the kinds whose bit is set (1 << COLLECT_LINK …). Reading, s is an empty snapshot, and messages are read as if
 * they came from the kernel; what is wrong with one is noted in ns.error.
 */
#define COLLECT_ALL_KINDS ((1u << COLLECT_KINDS) - 1)
struct pack;
void collect_pack(struct pack *p, struct snapshot *s, unsigned int kinds);
/* A string that there has to be; reading, it is the snapshot's. */
void collect_pack_name(struct pack *p, struct snapshot *s, const char **field);

/* Reads the unanswered and untranslated flows of datagrams that the namespace tracks. As collect_ns(). */
int collect_old_flows(struct snapshot *s, int ns, int ns_fd);

/*
 * Reads beside what is there the flows whose source the namespace translates to one of these ports: each needs one of
 * its own. 0 (a kernel without conntrack has none) or -errno.
 */
int collect_translated(struct snapshot *s, int ns, int ns_fd, const struct port_range *range);

/* Every tracked flow of a family, to f. 0 (a kernel without conntrack has none) or -errno. */
int collect_flows(int ns_fd, uint8_t family, void (*f)(const struct tracked_flow *flow, void *arg),
		  void *arg);

/* The kernel's own decision (RTM_GETROUTE). */
struct kernel_route {
	int error;           /* 0 or the negative errno it answered with */
	uint8_t type;        /* RTN_* */
	int oif;
	struct addr gateway, prefsrc;
	uint32_t table;      /* without policy rules the kernel calls the local table main, too */
	uint32_t mtu;
};
int collect_route(int ns_fd, const struct addr *src, const struct addr *dst, int iif, uint32_t mark,
		  struct kernel_route *ret);

#endif
