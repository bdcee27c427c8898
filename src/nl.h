/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nl - one netlink socket: request and answer, dump, batch
 *
 * A socket belongs to the namespace in which it was opened, for ever: open it
 * once (netns_nl() in netns.h for any namespace), then stay home. Requests are
 * built in a struct nl_buf by nl_put() and libmnl's mnl_attr_put_*(). Every
 * length is checked here; what a callback sees is whole.
 *
 * Not safe for two threads at once: one struct nl a thread.
 */
#ifndef NL_H
#define NL_H

#include <linux/netlink.h>

#include "vec.h"

struct nl;

/* A socket of this netlink protocol (NETLINK_ROUTE, …) in the calling thread's namespace. */
int nl_open(int protocol, struct nl **ret);

/*
 * The same around an open netlink socket, which it takes over and closes in
 * any case. A negative fd is an errno and comes back as it is.
 */
int nl_adopt(int fd, struct nl **ret);

void nl_close(struct nl *nl);

static inline void nl_closep(struct nl **nl)
{
	nl_close(*nl);
}

/* Room for one request. */
struct nl_buf {
	_Alignas(8) char b[4096];
};

/*
 * Begins a request: header of this type and flags (NLM_F_REQUEST is added)
 * and, behind it, size bytes of the protocol's own header. Attributes follow
 * by mnl_attr_put_*() on what it returns.
 */
struct nlmsghdr *nl_put(struct nl_buf *b, uint16_t type, uint16_t flags, const void *header,
			size_t size);

/* Called with each message of an answer; a negative value ends and becomes its result. */
typedef int (*nl_message)(const struct nlmsghdr *nlh, void *arg);

/*
 * Sends one request that is no dump and gives its answers to f (may be NULL),
 * up to the acknowledgement, which is always asked for. Returns 0 or the
 * negative errno that the kernel answered with.
 */
int nl_request(struct nl *nl, struct nlmsghdr *nlh, nl_message f, void *arg);

/*
 * Sends a whole batch (an nf_tables transaction: BATCH_BEGIN … BATCH_END) as it
 * stands, sequence numbers included, and gives what the kernel has to say about
 * it (NLM_F_ECHO) to f (may be NULL). Nothing needs to be acknowledged: the
 * first error of any message is returned, and the kernel then has done nothing.
 */
int nl_batch(struct nl *nl, const void *batch, size_t size, nl_message f, void *arg);

/* The answer to a dump, as the kernel sent it. Message pointers lead into the blocks. */
struct nl_dump {
	VEC(const struct nlmsghdr *) messages;
	VEC(void *) blocks;
	size_t total;     /* messages that came, kept or not */
	bool interrupted; /* it changed during every attempt: not all of it may be there */
};

/* Is this message of a dump of interest, the n-th one, from 0? One that is interrupted begins with 0 again. */
typedef bool (*nl_keep)(const struct nlmsghdr *nlh, size_t n, void *arg);

/*
 * Dumps (NLM_F_DUMP is added); starts again where the kernel says that
 * something changed meanwhile. Returns 0 or -errno.
 */
int nl_dump(struct nl *nl, struct nlmsghdr *nlh, struct nl_dump *ret);
/* The same, and only what is of interest is kept. */
int nl_dump_some(struct nl *nl, struct nlmsghdr *nlh, nl_keep keep, void *arg, struct nl_dump *ret);
void nl_dump_done(struct nl_dump *d);

/*
 * Dumps once what is too large to be kept and never still, such as conntrack's
 * table: each message goes to f as it comes, and is gone when f returns. A
 * negative value of f ends it; so does -EINTR where the dump could not go on.
 * Returns 0 or -errno.
 */
int nl_dump_each(struct nl *nl, struct nlmsghdr *nlh, nl_message f, void *arg);

/*
 * Walks through a buffer of messages: the message at *pos, which moves behind
 * it, or NULL at the end or where the rest is no whole message (then *pos is
 * less than size). buf must be aligned to 4 bytes.
 */
const struct nlmsghdr *nl_next(const void *buf, size_t size, size_t *pos);

/* The protocol's own header of a message, or NULL where it is shorter than size. */
const void *nl_header(const struct nlmsghdr *nlh, size_t size);

#endif
