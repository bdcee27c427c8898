/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * collector - one kind of thing in a snapshot: how it is asked for, how a message about it is read
 *
 * Every kind is two functions, or three. read() asks the kernel, on a thread inside the
 * namespace, and hands each message to collect_take(), which keeps it and
 * calls parse(). parse() is pure: a message in, elements of the namespace out.
 * So a saved message is read as a fresh one is.
 */
#ifndef COLLECTOR_H
#define COLLECTOR_H

#include <linux/netlink.h>

#include "model.h"
#include "nl.h"

/* One namespace while it is read. The sockets are inside it. */
struct collecting {
	struct snapshot *s;
	struct ns *ns;
	int index;             /* of ns in s */
	struct nl *route;      /* NETLINK_ROUTE */
	const int *ns_fds;     /* by index; only for nsids */
	bool host_only;        /* of the nsids only what the host and the others call each other */
	struct nft_reading *nft; /* what of the ruleset is being read while other kinds are; else NULL */
};

struct collector {
	enum collect_kind kind;
	/* 0 or -errno: nothing of this kind, or not all of it, could be read. */
	int (*read)(struct collecting *c);
	/* What read() left to be done when the other kinds have been read; as read(). NULL: nothing. */
	int (*finish)(struct collecting *c);
	/*
	 * Reads one message of at least NLMSG_HDRLEN bytes, which is
	 * ns->raw.v[raw]. 0, also for what we have no use for, or -EBADMSG.
	 */
	int (*parse)(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw);
};

extern const struct collector collect_link, collect_addr, collect_route_table, collect_rule,
	collect_neigh, collect_nsid, collect_sysctl, collect_nft, collect_sock, collect_legacy,
	collect_queue, collect_bridge, collect_filter, collect_policy,
	collect_table, collect_flow;

/* The row of a kind. */
const struct collector *collector_of(enum collect_kind kind);

/*
 * What is no netlink message (a line of /proc) is kept as one, too: header of
 * this type, text behind it.
 */
#define COLLECT_TEXT 0xffff

/* The text of such a message, or NULL where it is none. */
const char *collect_text(const struct nlmsghdr *nlh);

/*
 * Keeps a message, which must live as long as the snapshot, and reads it.
 * What is wrong with it is noted in ns->error[kind] and returned.
 */
int collect_take(struct snapshot *s, struct ns *ns, enum collect_kind kind,
		 const struct nlmsghdr *nlh);

/* A copy of a message, the snapshot's, that may be walked up to its aligned length. */
const struct nlmsghdr *collect_copy(struct snapshot *s, const struct nlmsghdr *nlh);

/* Takes a copy. */
int collect_take_copy(struct collecting *c, enum collect_kind kind, const struct nlmsghdr *nlh);

/* Makes a message of a text and takes it. */
int collect_take_text(struct snapshot *s, struct ns *ns, enum collect_kind kind, const char *text);

/* Takes every message of a dump, whose blocks are the snapshot's then. 0, or -EINTR where it was interrupted. */
int collect_take_dump(struct collecting *c, enum collect_kind kind, struct nl_dump *d);

/*
 * Dumps and takes every message of the answer. -EINTR where the configuration
 * kept changing: what came with the last attempt has been taken.
 */
int collect_dump(struct collecting *c, enum collect_kind kind, struct nl *nl,
		 struct nlmsghdr *request);

/* Takes what was dropped for its checksum so far as a text of this kind; which texts these are, and what they say. */
int collect_checksums(struct collecting *c, enum collect_kind kind);
bool collect_is_checksums(const char *text);
/* 0 or -EBADMSG. */
int collect_parse_checksums(const char *text, struct bad_checksums *ret);

/* A table of legacy iptables that is kept as a message: where its entries are, info->size bytes. NULL: it is none. */
struct legacy_info;
const void *collect_legacy_entries(const struct nlmsghdr *nlh, struct legacy_info *ret_info);

/* The prefix that an address attribute and a length make; an absent address is 0. */
int collect_prefix(uint8_t family, const struct addr *a, uint8_t len, struct prefix *ret);

#endif
