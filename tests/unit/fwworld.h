/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fwworld - a namespace of our own in which packets go through real rules, beside the model of them
 *
 *	in0 10.1.0.1/24, fd00:1::1/64   ──►  routed  ──►   out0 10.2.0.1/24, 10.2.0.9/24, fd00:2::1/64
 *	bp0 10.4.0.2  ──►  bridged, br0 10.4.0.1/24  ──►  bp1 10.4.0.3
 *
 * Two tun devices stand for the outside world; a write to one has gone all the
 * way when it returns. What comes in for the namespace itself is seen by raw
 * sockets, what begins in it is sent by them. The kernel's rule trace says which
 * rule dropped a packet. All that is compared with what fw_eval() says.
 */
#ifndef FWWORLD_H
#define FWWORLD_H

#include "firewall.h"
#include "strbuf.h"

enum way {
	WAY_FORWARD,
	WAY_IN,      /* to the namespace itself */
	WAY_OUT,     /* begins there */
	WAY_BRIDGED, /* from one port of the bridge to the other */
	WAY_BRIDGE_IN, /* to the namespace itself, from a port */
	WAY_BRIDGE_OUT, /* begins there, and leaves by a port */
};

struct world_flow {
	enum way way;
	enum proto proto;
	const char *src, *dst;
	uint16_t dport;
	uint8_t tos;
	uint16_t payload;    /* bytes more than the token */
};

struct world_counts {
	unsigned int decided, unknown, disagreed;
};

/* The name of the tables that make the kernel trace each packet. */
#define WORLD_TRACE "zz-trace"

/* NULL, or why this machine cannot have such a world (the test is skipped then). */
const char *world_open(void);
void world_close(void);

/* Replaces all nf_tables rules; false, and said on standard error, where they are not taken. */
bool world_load(const char *rules);
/* Makes the ipsets r-net, r-ip, r-pair, …, once; false: there is no ipset(8), and rules with -m set are refused. */
bool world_ipsets(void);
/* Adds the bridge, once; false: this machine has none, or no rules for it. */
bool world_bridge(void);
/* The namespace as the tool reads it; free it. */
struct snapshot *world_read(void);
/* … with all rules, also those that no packet has come to. */
struct snapshot *world_read_all(void);

/*
 * Sends the flow's first packet and, where that comes out, its answer, and where
 * that does and the flow is forwarded, another packet behind it. Counts
 * what was compared; what the model and the kernel do not agree on is appended to
 * complaint.
 */
void world_compare(struct snapshot *s, const struct world_flow *f, struct world_counts *n,
		   struct strbuf *complaint);

/* Flows that between them meet most of what rules ask for. */
extern const struct world_flow world_flows[];
extern const size_t world_flows_n;
/* All of them. */
void world_compare_all(struct world_counts *n, struct strbuf *complaint);

#endif
