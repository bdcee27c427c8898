/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow - the question: who asks whom, by which protocol; and a packet as every stage sees it */
#ifndef FLOW_H
#define FLOW_H

#include "addr.h"

enum proto {
	PROTO_ICMP, /* ICMP or ICMPv6 echo, by the family of the addresses */
	PROTO_TCP,
	PROTO_UDP,
	PROTO_COUNT,
};

const char *proto_name(enum proto p); /* "icmp", "tcp", "udp" */
/* IPPROTO_* in that family; 0: none */
uint8_t proto_number(enum proto p, uint8_t family);

/* ICMP or ICMPv6 errors, by the family */
bool icmp_is_too_big(uint8_t family, uint8_t type, uint8_t code);
bool icmp_is_port_unreachable(uint8_t family, uint8_t type, uint8_t code);
bool icmp_is_time_exceeded(uint8_t family, uint8_t type, uint8_t code);

/* Conntrack's view of a packet: what a probe and its answer can be to it. */
enum ct_state {
	CT_NEW,
	CT_ESTABLISHED,
	CT_UNTRACKED,
	CT_INVALID,     /* an answer to what conntrack has not seen */
};

/* What matters of a packet's headers at one place of its way. Ports in host order. */
struct packet {
	struct addr src, dst;
	enum proto proto;
	uint16_t sport, dport;         /* TCP, UDP */
	uint8_t icmp_type, icmp_code;  /* ICMP */
	uint16_t icmp_id;
	uint8_t tcp_flags;             /* TH_SYN, … as in the header */
	uint8_t ttl;                   /* 0: not known */
	/*
	 * The type of service (IPv6: traffic class), where rules may have changed it: has_tos,
	 * and only the bits in tos_known are. Else it is as it was sent.
	 */
	bool has_tos;
	uint8_t tos, tos_known;
	uint32_t size;                 /* of the IP packet, bytes */
	uint8_t arp;                   /* ARPOP_REQUEST, ARPOP_REPLY: no IP packet, but ARP from src about dst; else 0 */
	bool has_smac;
	uint8_t smac[6];               /* Ethernet source address, where it is known */
	uint32_t mark;
	uint32_t mark_unknown;         /* bits of mark that nobody knows */
	/* The connection's mark in this namespace, where ctmark_known says so (0 before the first hook). */
	uint32_t ctmark, ctmark_known;
	/*
	 * Sets that rules of this namespace have changed for packets of this flow, a bit for each (several may
	 * share one): what they held before says nothing of what they answer now.
	 */
	uint64_t sets_written;
	/* The conntrack zone of this namespace that the flow's answers have to be in */
	uint16_t reply_zone;
	bool reply_zone_unknown;
	bool reply;                    /* it answers the flow's first packet */
	enum ct_state ct;
	/*
	 * What conntrack makes of the destination (prerouting, output) or source (input, postrouting) of a
	 * packet of a known flow at the next hook; of an answer's it translates back. Unset: nothing. Port 0: kept.
	 */
	struct addr undo;
	uint16_t undo_port;
	/* Were the flow's addresses translated in this namespace so far? Only valid where nat_known. */
	bool nat_known, snat, dnat;
};

/* One question. Namespaces are indexes into the snapshot. */
struct flow {
	int src_ns;
	int dst_ns;        /* where dst lives when it is of this host; -1: outside */
	struct addr src;   /* unset: the kernel chooses */
	struct addr dst;
	int oif;           /* the interface on whose link dst is, where that is link-local; 0: as routed */
	enum proto proto;
	uint16_t port;     /* 0 with ICMP */
	uint32_t size;     /* of the IP packet, bytes */
	bool follows;      /* not the flow's first packet: it has been answered before, and conntrack knows it */
	/*
	 * It comes from outside: src is a client beyond the uplink, src_ns the host,
	 * where it comes in by this interface. 0: it does not.
	 */
	int entry;
	/*
	 * With entry: the namespace that the asked port of the host is to lead to,
	 * and the port of the service there; 0: whoever is asked is meant himself.
	 */
	int target_ns;
	uint16_t target_port;
	bool ports_tried;  /* and no port of the host leads there: all that could were tried */
	/* The host's interfaces that packets were seen to take where the model cannot know; 0: none */
	int reply_iif;     /* by which answers from outside came in, instead of the uplink */
	int request_port;  /* the bridge port by which the request left, towards one of several, or somebody unknown */
};

#endif
