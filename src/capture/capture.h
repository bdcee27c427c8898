/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture - the two observers of a namespace, as observe.c runs them: packets
 * (packet.c) and rule traces (nftrace.c)
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include "capture/identify.h"

struct packets;

/*
 * A capture on all interfaces of the calling thread's namespace, which lets nothing
 * pass yet. ring: bytes for packets that wait to be read, 0: for thousands of
 * them; it decides how long opening takes. Returns 0 or -errno.
 */
int packet_open(uint32_t ring, struct packets **ret);
/* From now on it has what l looks for; the kernel filters. 0 or -errno. */
int packet_look(struct packets *p, const struct lookout *l);
int packet_fd(const struct packets *p);

/* Reads all that waits into o; never blocks. Returns the number of new sightings. */
int packet_read(struct packets *p, int ns, const struct lookout *l, struct observations *o);

/* How many packets were lost for want of room since it was last asked. */
uint32_t packet_dropped(struct packets *p);

/* NULL is fine. */
void packet_close(struct packets *p);

/* The filter of packet_look(), for DLT_LINUX_SLL2; for pcap_freecode() afterwards. 0 or -errno. */
struct bpf_program;
int packet_filter(const struct lookout *l, struct bpf_program *ret);

struct nftrace;

/*
 * Has the kernel report what the rules of the calling thread's namespace do to
 * our packets. ns tells which base chains there are. -ENOENT: none that could
 * be traced.
 */
int nftrace_open(const struct ns *ns, const struct lookout *l, struct nftrace **ret);
int nftrace_fd(const struct nftrace *t);
/* How many transactions its tables took. */
unsigned int nftrace_transactions(const struct nftrace *t);

/* Reads all that waits into o; never blocks. Returns the number of new events. */
int nftrace_read(struct nftrace *t, int ns, struct observations *o);

/* The kernel takes our tables away with the socket. NULL is fine. */
void nftrace_close(struct nftrace *t);

/* Only what reads messages, without sockets. */
struct nftrace *nftrace_new(const struct marks *m);

/* One message of the kernel; returns whether it became an event of o. */
struct nlmsghdr;
bool nftrace_message(struct nftrace *t, int ns, const struct nlmsghdr *nlh, struct observations *o);

#endif
