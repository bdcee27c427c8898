/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe - ask the question with real packets
 *
 * A probe is one (namespace, protocol, port, size) towards one destination; an
 * attempt is one packet of it. Probes go out together, one packet each; a
 * second one only where the first got no answer. One row per protocol
 * (probes/icmp.c, tcp.c, udp.c) builds and recognises packets; the loop here
 * paces them and reads the observer meanwhile.
 */
#ifndef PROBE_H
#define PROBE_H

#include <signal.h>

#include "observe.h"

enum probe_outcome {
	PROBE_PENDING,
	PROBE_ANSWERED,
	PROBE_REFUSED,    /* RST; for a datagram: port unreachable, from the destination */
	PROBE_REJECTED,   /* an ICMP error came back to the socket */
	PROBE_LOST,
	PROBE_NOT_SENT,   /* the kernel refused to send it: errno */
};

const char *outcome_name(enum probe_outcome o); /* "answered", … as in the JSON */

struct attempt {
	uint64_t sent_us;      /* wall clock; 0: not sent */
	uint64_t done_us;
	enum probe_outcome outcome;
	int error;             /* errno value of PROBE_NOT_SENT or of a failed connect */
	bool no_socket;        /* PROBE_NOT_SENT, and not for the network's sake: no socket was permitted */
	uint8_t icmp_type, icmp_code;
	struct addr icmp_from; /* PROBE_REJECTED */
	uint16_t sport;        /* source port, or ICMP id */
	uint32_t segments;     /* TCP, of what follows: how many had come in before it was sent */
};

#define PROBE_ATTEMPTS 10000 /* at most, of one probe */

struct probe {
	/* the plan */
	int ns;                /* where it is sent from */
	enum proto proto;
	struct addr src;       /* bind to it; unset: the kernel's choice */
	struct addr dst;
	int oif;               /* the interface of a link-local dst; 0 */
	uint16_t port;
	uint32_t size;         /* of the IP packet, bytes; 0: full size, DF, path MTU, filled in when sent */
	bool df;
	bool question, control, full;
	bool step;             /* full size, but for a size that is given: one of a search */
	/* ICMP: of the flow with this id, which has been answered. TCP: the packet after SYN and SYN-ACK. 0: a first one */
	uint16_t follows;
	bool outside;          /* a client beyond the uplink, src, sends it: probe_plan.inject */
	/* what came of it */
	VEC(struct attempt) attempts;
	unsigned int answered; /* attempts with PROBE_ANSWERED */
	enum probe_outcome outcome; /* of all attempts: answered if one was, else the last one's */
	int64_t rtt_us;        /* of the first answer, -1 */
};

/*
 * May a packet with this probe's marks be its own, or an answer to it? In the middle of a connection the segments of
 * strangers have all numbers there are: there only a probe that follows on another one has its own.
 */
bool probe_sends(const struct probe *p, const struct packet *pkt);

/* What the loop asks between packets: how a probe stands, by what was seen so far. Pure. */
enum settle {
	SETTLE_WAIT,       /* nothing can be said before *ret_wake_us */
	SETTLE_BEYOND,     /* likewise; it has left this host, and takes as long as the question did */
	SETTLE_ELSEWHERE,  /* likewise; but not to whom the question was sent on */
	/*
	 * No answer within the pace: send another one, if allowed. An answer to what was sent may come until
	 * *ret_wake_us, where that is after the timeout; twice the timeout is the end in any case.
	 */
	SETTLE_RETRY,
	SETTLE_LOST,       /* the place of loss inside this host is known: stop waiting */
};

struct probe_plan {
	VEC(struct probe) probes;
	struct marks marks;
	size_t from;                /* the probes before this one are settled already */
	unsigned int max_attempts;  /* 3 by default, N with --count */
	bool all_attempts;          /* --count: send all of them, spaced by pace_us */
	uint64_t pace_us;           /* 200 ms; 100 ms with --count */
	uint64_t timeout_us;        /* longest wait for an answer from outside */
	const int *ns_fds;
	struct inject *inject;      /* the way in for probes from outside, or NULL: see inject.h */
	enum settle (*settle)(void *ctx, size_t probe, uint64_t now_wall_us, uint64_t *ret_wake_us);
	void *ctx;
	/* Set by a handler, to end before it is settled; NULL: nobody will */
	const volatile sig_atomic_t *stop;
	const sigset_t *while_waiting; /* signals are blocked so while it waits; NULL: as ever */
	uint64_t started_us;        /* set by probe_run: wall clock of the first packet */
};

/*
 * Sends all probes and waits until every one is settled. ob may be NULL (no
 * captures). Returns 0, or -errno where nothing could be sent at all (-EPERM),
 * or -EINTR where it was stopped.
 */
int probe_run(struct probe_plan *plan, struct observer *ob, struct observations *o);

void probe_plan_done(struct probe_plan *plan);

/* The same one, of which nothing has come yet: a probe to be sent again. */
struct probe probe_again(const struct probe *p);

/* Between the same two, by the same protocol, from the same end? A control goes no way of others. */
bool probe_same_way(const struct probe *a, const struct probe *b);

/* Of n probes, all of them settled: was a smaller one answered that went the way of one of full size? */
bool probe_small_answered(const struct probe *probes, size_t n, const struct probe *full);

/* The row of a protocol. Sockets are opened in the probe's namespace by the caller's thread. */
struct probe_ops {
	const char *name;
	enum proto proto;
	short events; /* POLLIN or POLLOUT: what to poll the socket for; 0: no event tells, so it is asked each time */
	/*
	 * Opens, prepares and sends attempt a. Returns the socket to poll, or -errno
	 * where there is none (no privilege). What the kernel refused to send is
	 * PROBE_NOT_SENT in the attempt.
	 */
	int (*send)(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a);
	/* The socket became readable, writable or failed: fills the attempt's outcome; 0 where still pending. */
	int (*receive)(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a, int fd);
};

extern const struct probe_ops probe_icmp, probe_tcp, probe_tcp_next, probe_udp, probe_outside;

#endif
