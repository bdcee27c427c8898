/* SPDX-License-Identifier: GPL-2.0-or-later */
/* applier - one kind of op: how it is read, done and taken back in the kernel */
#ifndef APPLIER_H
#define APPLIER_H

#include <linux/netlink.h>

#include "apply.h"
#include "nl.h"

/* See apply.h for what they return. */
struct applier {
	int (*read)(struct change *c, char **ret_why);
	int (*apply)(struct change *c, char **ret_why);
	int (*undo)(struct change *c, char **ret_why);
};

extern const struct applier apply_sysctl, apply_link_up, apply_link_arp, apply_link_master,
	apply_link_mtu, apply_port_state, apply_port_isolated, apply_port_flag, apply_fdb_del, apply_addr_add, apply_route_add,
	apply_route_del, apply_rule_del, apply_neigh_del, apply_nft, apply_legacy,
	apply_conntrack;

/* Sets ret_why and returns the error. */
int apply_fail(int error, char **ret_why, const char *format, ...) _printf_(3, 4);

/* The name of an interface of the change's namespace. */
struct ifname apply_ifname(const struct change *c, int ifindex);

/* --- sysctls (sysctl.c) ---------------------------------------------------- */

int sysctl_get(int ns_fd, const char *name, int *ret);
int sysctl_set(int ns_fd, const char *name, int value);
/* Keeps the present value for sysctl_restore(); one that does not exist is left out. */
void sysctl_remember(struct change *c, const char *name);
/* Writes those that are different now. */
int sysctl_restore(struct change *c);

/* --- messages (message.c) -------------------------------------------------- */

typedef VEC(struct nlmsghdr *) messages;

void messages_free(messages *m);
struct nlmsghdr *message_dup(const struct nlmsghdr *nlh);

/* Dumps into copies that stay. */
int messages_dump(struct nl *nl, struct nlmsghdr *request, messages *ret);
/* The same for a request that asks for one thing. */
int messages_get(struct nl *nl, struct nlmsghdr *request, messages *ret);

/*
 * A request made of what the kernel said: another type, the same header of
 * this size, and those attributes that keep() wants (NULL: all). Free it.
 */
struct nlmsghdr *message_again(const struct nlmsghdr *old, uint16_t type, uint16_t flags,
			       size_t header, bool (*keep)(uint16_t attr));

/* Appends copies of what a link would lose with its state: IPv6 addresses, permanent neighbours. */
int volatile_read(struct nl *nl, int ifindex, messages *ret);
/* Gives back those of `had` that are missing; what exists is left alone. */
int volatile_restore(struct nl *nl, const messages *had);

/* One link, parsed; message (may be NULL): as the kernel sent it, free it. -ENODEV. */
int link_get(struct nl *nl, int ifindex, struct link *ret, struct nlmsghdr **ret_message);

/*
 * Parses dumped messages of one kind into a namespace of a snapshot of its own; raw is the
 * message's index.
 */
enum collect_kind;
int messages_parse(const messages *m, enum collect_kind kind, struct snapshot **ret);

#endif
