/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * correlate - the predicted path against what was seen: how far did each probe get
 *
 * Pure. Works while probes still run (correlate_settle) and afterwards.
 */
#ifndef CORRELATE_H
#define CORRELATE_H

#include "observe.h"
#include "path.h"
#include "probe.h"

/* How a leg was found to be the one that failed. */
enum loss_kind {
	LOSS_NONE,           /* answered */
	LOSS_NOT_SENT,       /* the kernel refused to send: errno */
	LOSS_PACKET,         /* entered the leg, did not come out */
	LOSS_ARP_REQUEST,    /* the sender asks for the next hop, the question does not come out of the leg */
	LOSS_ARP_UNANSWERED, /* the question reached the end of its segment, nobody answers */
	LOSS_ARP_REPLY,      /* the answer to it was seen, but did not come back to the sender */
	LOSS_DROPPED,        /* the kernel's rule trace says so */
	LOSS_REJECTED,       /* an ICMP error was made on this host */
	LOSS_REFUSED,        /* a RST came back */
	LOSS_OUTSIDE,        /* left the uplink, nothing came back */
	LOSS_TAKEN,          /* answered, or refused, by another than the destination: path.taken_leg */
	LOSS_UNSEEN,         /* not captured: how far it got is not known */
};

struct point_seen {
	unsigned int packets;     /* attempts seen here */
	uint64_t first_us, last_us; /* wall clock; 0: not seen */
	unsigned int arp;         /* ARP requests for the next hop of its segment seen here */
};

/* One probe's fate. The place of loss is the legs from first_leg to last_leg: nothing could be seen between them. */
struct evidence {
	VEC(struct point_seen) seen; /* by point of the path */
	unsigned int sent;
	enum loss_kind loss;
	int first_leg, last_leg;  /* -1: none lost */
	int arp_segment;          /* LOSS_ARP_*: the leg that sends on that segment, -1 */
	int last_point;           /* the furthest point seen, -1 */
	int last_request;         /* … of those of the request, -1 */
	int trace;                /* index of the dropping trace event, -1 */
	int error;                /* index of the sighting of an ICMP error about it, -1 */
	bool refused;             /* a RST was seen, or the "port unreachable" of whom a datagram was for */
	bool answered;            /* by the destination */
	bool partial;             /* some attempts were answered, others not */
	int stray;                /* index of a sighting on an interface that the path does not have, -1 */
	int uplink_sighting;      /* index: how it left by the uplink, -1 */
	uint64_t last_us;         /* wall clock of the newest sighting of it */
};

/* What namespaces could be watched: capture_error of the observations decides. */
void correlate_probe(const struct path *path, const struct probe *probe, size_t index,
		     const struct observations *obs, struct evidence *ret);
void evidence_done(struct evidence *e);

/*
 * Where some packets of a probe were lost and others not: the evidence of those
 * alone that got as far as most of the lost ones, as if there were no others;
 * ret->sent is how many they are.
 */
void correlate_lost(const struct path *path, const struct probe *probe, size_t index,
		    const struct observations *obs, struct evidence *ret);

/* See enum settle in probe.h. */
enum settle correlate_settle(const struct path *path, const struct probe *probe, size_t index,
			     const struct observations *obs, uint64_t now_us, uint64_t pace_us,
			     uint64_t timeout_us, uint64_t *ret_wake_us);

/* Did a packet of this probe, or its answer, pass this point? For what an observation contradicts. */
bool correlate_passed(const struct observations *obs, size_t probe, const struct point *pt);

#endif
