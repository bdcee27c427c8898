/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inject - somebody beyond the uplink
 *
 * Frames that we make come in by the uplink like a client's, and what this host
 * would answer to it is turned aside at the last moment, so that it never
 * leaves. Everything that is put into the kernel for that goes with the
 * process, however it ends: a tap that is not persistent (with its qdisc and
 * filter), and an nf_tables table with the owner flag.
 */
#ifndef INJECT_H
#define INJECT_H

#include "observe.h"

struct inject;

struct inject_spec {
	const struct snapshot *s;
	int ns_fd;           /* of the host's namespace */
	int uplink;          /* ifindex: where frames come in */
	uint8_t mac[6];      /* whom they are addressed to there */
	const struct route *way; /* by which the host goes there: its router sends them. NULL: nobody known */
	struct addr client;  /* whose answers are turned aside */
	struct marks marks;  /* … and only those to packets of ours */
	unsigned int datagrams; /* how many are going to be sent, 0: none; see inject_port() */
};

/*
 * Opens the way in. Answers are turned aside from then on. Returns 0, or -errno
 * and one sentence that says what is missing (free it).
 */
int inject_open(const struct inject_spec *spec, struct inject **ret, char **ret_why);

/* Is it the tap of a run, this or another one? It is nobody's configuration. */
bool inject_is_tap(const struct link *l);

/* The interface that answers are seen on, instead of the one by which they would have left. */
int inject_ifindex(const struct inject *in);

/*
 * The interface by which a frame that was turned aside would have left, by its
 * source MAC address; 0 for one that was on its way to another port of a bridge.
 */
int inject_exit(const struct inject *in, const uint8_t mac[6]);

/*
 * The client's port for the next datagram: nothing in its answer tells that it is
 * ours, so that some ports are chosen beforehand, no more than are needed (or
 * than 256: then they are used again).
 */
uint16_t inject_port(struct inject *in);

/* To poll for reading. */
int inject_fd(const struct inject *in);

/* An IP packet as received on the uplink. 0 or -errno. */
int inject_send(const struct inject *in, const void *packet, size_t n);

/* Takes the oldest answer, from its network header on; its length, or -EAGAIN. */
ssize_t inject_receive(const struct inject *in, void *packet, size_t max);

/* NULL is fine. */
void inject_close(struct inject *in);

#endif
