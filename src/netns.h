/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netns - find network namespaces, enter them, come back */
#ifndef NETNS_H
#define NETNS_H

#include <sys/types.h>

#include "vec.h"

/*
 * Opens a namespace by file (/run/netns/x, /proc/71/ns/net), refusing what is
 * not a network namespace (fstatfs: nsfs, then NS_GET_NSTYPE). Returns the
 * descriptor or -errno; -EINVAL: not a network namespace.
 */
int netns_open(const char *path);

/* The same by a path that begins in an open directory. */
int netns_openat(int dir, const char *path);

/*
 * Takes an open file over: gives it back where it is a network namespace, else
 * closes it. A negative one is an errno and comes back as it is.
 */
int netns_adopt(int fd);

/* The calling process's own. */
int netns_open_self(void);

/* Identity of an open namespace. */
int netns_id(int fd, uint64_t *ret_dev, uint64_t *ret_inode);

/*
 * The user who made the user namespace that an open namespace belongs to: root
 * for those of the host, the person who started them for rootless containers.
 * 0 or -errno.
 */
int netns_owner(int fd, uid_t *ret);

/* Moves the calling thread into the namespace. 0 or -errno. */
int netns_enter(int fd);

struct netns_entry {
	char *name;        /* of /run/netns */
	char *path;
	uint64_t dev, inode;
};

/* All of /run/netns (only real namespaces). Free with netns_list_free. */
typedef VEC(struct netns_entry) netns_list;
int netns_list_read(netns_list *ret);
void netns_list_free(netns_list *l);

/* A socket opened inside the namespace; the calling thread stays where it was. Or -errno. */
int netns_socket(int ns_fd, int domain, int type, int protocol);

/* A netlink socket of this protocol inside the namespace; see nl.h. */
struct nl;
int netns_nl(int ns_fd, int protocol, struct nl **ret);

/*
 * Calls f(arg) on a thread of its own inside the namespace and waits for it
 * (the calling thread never moves). Returns f's value or -errno.
 */
int netns_call(int ns_fd, int (*f)(void *arg), void *arg);

#endif
