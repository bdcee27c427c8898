/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * observe - what was seen: sightings by capture, verdicts by rule trace
 *
 * Plain data (used by every later stage) and the observer that fills it. The
 * observer is opened before the first probe, polled while probes run and
 * closed after the report is out. Opening and closing captures costs RCU grace
 * periods: they begin and stop in the background, while others read and judge.
 */
#ifndef OBSERVE_H
#define OBSERVE_H

#include "flow.h"
#include "model.h"

enum sight_kind {
	SIGHT_REQUEST,
	SIGHT_REPLY,       /* echo reply, SYN-ACK, RST, by pkt */
	SIGHT_ERROR,       /* an ICMP error that quotes a probe or its answer */
	SIGHT_ARP_REQUEST, /* later also neighbour solicitation … */
	SIGHT_ARP_REPLY,   /* … and advertisement */
};

struct sighting {
	uint64_t us;       /* wall clock */
	int ns, ifindex;
	bool out;          /* leaving the interface, else arriving */
	bool otherhost;    /* addressed to another MAC */
	enum sight_kind kind;
	int probe, attempt; /* which of our packets; -1 with ARP */
	struct packet pkt; /* headers as they were here; of an error: the outer ones */
	bool error_of_reply;   /* SIGHT_ERROR: it quotes the answer, not the request */
	struct packet inner;   /* SIGHT_ERROR: the quoted headers */
	uint32_t error_mtu;    /* SIGHT_ERROR, too big: the next hop's MTU */
	uint8_t mac[6];        /* link-layer source */
	struct addr arp_sender, arp_target;
	uint8_t arp_sender_mac[6], arp_target_mac[6];
	/* the captured bytes, where they were asked for: frames.v[frame_at …]; none: frame_n is 0 */
	size_t frame_at, frame_n;
	size_t frame_size;     /* as long it was before the capture cut it */
};

enum trace_type {
	TRACE_RULE,        /* a rule gave a verdict */
	TRACE_RETURN,
	TRACE_POLICY,      /* the base chain's policy decided */
};

/* One nf_tables trace message of one of our packets (NFT_MSG_TRACE, linux/netfilter/nf_tables.h). */
struct trace_event {
	uint64_t us;       /* wall clock when read */
	int ns;
	uint32_t id;       /* NFTA_TRACE_ID */
	uint8_t family;    /* NFPROTO_* of the table */
	char *table, *chain;
	uint64_t handle;   /* of the rule, 0 with a policy */
	enum trace_type type;
	int32_t verdict;   /* NF_ACCEPT, NF_DROP, NFT_JUMP, … */
	char *jump;        /* target of a jump or goto, or NULL */
	int iif, oif;
	int probe, attempt; /* -1: an ICMP error that quotes one of ours */
	bool reply;
	struct packet pkt; /* where the message carried headers, else zero */
};

/* What a rule of legacy iptables, which no trace shows, counted while probes were under way. */
struct rule_count {
	int ns;
	uint8_t family;
	const char *table, *chain; /* interned */
	uint64_t handle;   /* its number, 0: the chain's policy */
	int error;         /* 0, or -errno: it could not be read again */
	uint64_t packets;
};

/* What a queueing discipline, or the filters at one, dropped while probes were under way; of whose packets it does not say. */
struct queue_count {
	int ns, ifindex;
	char kind[16];     /* "clsact", "tbf", … */
	uint32_t packets;
};

/* A packet of ours, sent once more for this, that the kernel said it had thrown away. */
struct kernel_drop {
	/* ifindex 0: it had no interface yet; where drop_monitor said it: by which it came into ns */
	int ns, ifindex;
	enum sight_kind kind;
	int probe;         /* -1 with ARP */
	char reason[40];   /* as in reason.h; "": it has no name */
	char function[48]; /* of the kernel */
};

/* Bytes captured of a frame: enough for an ICMP error with all IP options that quotes one of ours. */
#define OBSERVE_SNAPLEN (20 + 256)

/* Who sees our packets can repeat them without end. */
#define OBSERVATIONS_MAX 65536

struct observations {
	size_t max;             /* of either kind: more is counted as lost; 0: OBSERVATIONS_MAX */
	VEC(struct sighting) sightings;
	VEC(struct trace_event) traces;
	VEC(struct rule_count) counts;
	VEC(struct queue_count) queues;
	VEC(struct kernel_drop) drops;
	int drops_heard;        /* 0: the kernel was not asked for them, 1: it was, by a program in it; or -errno, … */
	int monitor_heard;      /* … and then the same of its drop_monitor */
	uint64_t drops_lost;    /* … that were not heard for want of room */
	VEC(uint8_t) frames;    /* one after the other, each from its LINUX_SLL2 header on */
	uint64_t dropped;       /* packets that the captures themselves lost */
	bool trace_overrun;     /* trace messages were lost */
	VEC(int) capture_error; /* by namespace: 0, 1 = not asked for, or -errno */
	VEC(int) trace_error;   /* by namespace: 0, 1 = not asked for or no chains there, or -errno */
};

void observations_free(struct observations *o);
/* Is there no room for another one, where there are n? */
bool observations_full(const struct observations *o, size_t n);

#define SEQ_ATTEMPTS 64 /* as many a sequence number can tell apart */

/* How our packets are told from all others. Chosen before anything is opened. */
struct marks {
	uint8_t token[8];       /* first 8 bytes of the token; 4 more are probe and attempt */
	/* TCP sequence numbers are seq + 256 * probe + 4 * (attempt % 64); its low 16 bits are 0 */
	uint32_t seq;
	bool crowded;           /* more probes than the id of a question to a name server can tell apart */
};

/* Who may answer a datagram of ours: the destination, also as a rule translates it. */
struct udp_peer {
	struct addr addr;
	uint16_t port;
};

/* A namespace to watch. */
struct watched {
	int ns;                       /* what sightings call it */
	int fd;
	const struct ns *config;      /* for chain facts; must live until the observer is open */
	uint32_t ring;                /* room for packets, bytes; 0: plenty */
};
struct inject; /* inject.h */

struct observe_spec {
	struct marks marks;
	VEC(struct addr) arp;         /* next hops and sources on the path, for ARP */
	VEC(struct udp_peer) peers;   /* empty: no datagrams are sent */
	VEC(struct watched) ns;
	size_t namespaces;            /* one more than the largest ns: so many errors are noted */
	bool capture, trace;
	bool keep_frames;             /* the captured bytes are wanted, too */
	const struct inject *inject;  /* NULL: nothing comes from outside; else open as long as this reads */
};

/* Frees what is in it but the namespaces' own. */
void observe_spec_done(struct observe_spec *spec);

struct observer;

/*
 * Begins to open the captures of namespaces 0 to n - 1 in the background: for
 * observe_open(), or to be closed before ns_fds are.
 */
struct observer *observe_begin(const int *ns_fds, size_t n);

/*
 * Opens captures and trace tables in all namespaces in parallel. begun: by
 * observe_begin(), becomes what is returned; or NULL. Errors of a single namespace are
 * noted in o->capture_error and o->trace_error.
 */
struct observer *observe_open(const struct observe_spec *spec, struct observations *o,
			      struct observer *begun);

/* How many transactions the trace tables of this namespace took: each moves the generation by one. */
unsigned int observe_transactions(const struct observer *ob, int ns);

/* File descriptors to poll for reading; at most max; returns how many. */
struct pollfd;
size_t observe_pollfds(const struct observer *ob, struct pollfd *fds, size_t max);

/* Reads everything that is waiting into o. Returns the number of new records or -errno. */
int observe_read(struct observer *ob, struct observations *o);

/* The way in is going to be closed; NULL is fine. */
void observe_forget_inject(struct observer *ob);

/* No more is read: begins to close the captures in the background. NULL is fine. */
void observe_stop(struct observer *ob);

/* Closes everything, in parallel; NULL is fine. */
void observe_close(struct observer *ob);

#endif
