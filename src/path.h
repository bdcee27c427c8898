/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * path - the way of a packet and of its answer, as predicted from the configuration
 *
 * Points are places where a capture can see the packet: an interface of a
 * namespace, inwards or outwards. A leg leads to a point (leg.point), or, where
 * it delivers to a socket or the model cannot follow it, to none. Everything
 * that can stop a packet stands on a leg. Legs and points are in the order of
 * the packet's way: the request's first, then the answer's.
 */
#ifndef PATH_H
#define PATH_H

#include "firewall.h"
#include "flow.h"
#include "model.h"

enum direction {
	DIR_REQUEST,
	DIR_REPLY,
};

enum leg_kind {
	LEG_SEND,      /* a socket → its interface: route, source address, output hooks, neighbour */
	LEG_WIRE,      /* one veth end → the other */
	LEG_BRIDGE_UP, /* bridge port → the bridge device itself */
	LEG_BRIDGED,   /* bridge port → another port of the bridge */
	LEG_BRIDGE_DOWN, /* the bridge device → the port that leads to the next hop */
	LEG_FORWARD,   /* interface in → interface out of a namespace that routes */
	LEG_DELIVER,   /* interface in → the socket; the answer begins with a LEG_SEND of its own */
	LEG_OUTSIDE,   /* uplink out → uplink in: everything beyond this host */
	LEG_ENTER,     /* a client outside → uplink in: the first leg of what comes from there */
	LEG_LEAVE,     /* uplink out → the client: the last one of its answer */
};

#define LEG_BIT(kind) (1u << (kind))

enum point_role {
	ROLE_SOURCE,
	ROLE_PORT,
	ROLE_BRIDGE,
	ROLE_FORWARD,
	ROLE_UPLINK,
	ROLE_TARGET,
	ROLE_LOCAL,
};

struct point {
	int ns, ifindex;
	bool out;            /* leaving by the interface, else arriving */
	enum direction dir;
	enum point_role role;
	size_t leg;          /* the leg that leads here */
};

/* Why the model cannot follow the packet past a leg. */
enum stop {
	STOP_NONE,
	STOP_NO_LINK,        /* LEG_SEND: nothing to send by */
	STOP_NO_SOURCE,      /* no usable source address */
	STOP_NO_ROUTE,       /* lookup: no route, and why is in lookup.error */
	STOP_NO_PORT,        /* no port of the bridge leads to the next hop */
	STOP_NO_OWNER,       /* nobody on the segment owns the next hop's address */
	STOP_PEER_UNKNOWN,   /* the veth's other end is in a namespace that is not known */
	STOP_LOOP,           /* more hops than a packet survives, or than this program follows */
};

/* A route lookup of the model, and what it was decided by. */
struct lookup {
	int error;           /* 0 or the kernel's -ENETUNREACH, -EHOSTUNREACH, -EACCES, -EINVAL … */
	uint8_t type;        /* RTN_UNICAST, RTN_LOCAL, … */
	int oif;
	struct addr gateway; /* unset: on link */
	struct addr prefsrc;
	const struct route *route;   /* the entry that matched, or NULL */
	const struct fib_rule *rule; /* the policy rule that selected its table, or NULL */
};

/* One netfilter hook on a leg and what the model expects there. */
struct crossing {
	struct fw_place at;
	struct packet pkt;   /* as it comes to the hook */
	struct fw_result res;
};

#define LEG_CROSSINGS 8

struct leg {
	enum leg_kind kind;
	enum direction dir;
	int point;           /* where it leads to, -1: nowhere that can be seen */
	int ns;              /* where the packet is when it is stopped here (a wire: the sending side) */
	int iif, oif;        /* in ns; 0 where there is none */
	struct packet pkt;   /* as it leaves the leg (NAT applied) */
	bool routed;         /* lookup is valid: LEG_SEND, LEG_FORWARD, LEG_DELIVER */
	struct lookup lookup;
	/* The next hop that the sender must resolve; set on LEG_SEND and LEG_FORWARD, inherited by the legs of its segment. */
	struct addr nexthop;
	int segment;         /* index of the leg that sends on this segment; itself, where it sends; -1 */
	int incoming;        /* … on the segment by which it came in here; as segment on wires and bridges */
	struct crossing crossings[LEG_CROSSINGS];
	size_t n_crossings;
	bool resolving;      /* the kernel was asking for the next hop already: its next try may be a second away */
	bool proxied;        /* the next hop's address is answered for by proxy ARP, which takes its time */
	enum stop stop;
	int stop_errno;
};

struct path {
	struct flow flow;
	VEC(struct point) points;
	VEC(struct leg) legs;
	size_t request_legs;   /* legs[0 … request_legs - 1] belong to the request */
	bool outside;          /* the target is beyond the uplink */
	int uplink_point;      /* index of the request's point on the uplink, -1 */
	int deliver_leg;       /* the leg that delivers the request at the target on this host, -1 */
	/*
	 * The leg where a rule takes the request for an outside address to some
	 * other place, as it would one for any other address: who answers there
	 * is not the destination. -1
	 */
	int taken_leg;
	bool complete;         /* reaches back to the asking socket, or to the uplink where it came in */
	bool snat;             /* the model translates the source on the way out … */
	struct addr snat_addr; /* … to this address */
	bool snat_unknown;     /* it cannot say */
};

void path_free(struct path *p);

/* The hook of a leg at which the source is translated, or NULL. */
const struct crossing *leg_translation(const struct leg *leg);

/* Where the path passes this interface first, inwards or outwards, in one direction; NULL: it does not. */
const struct point *path_point(const struct path *path, int ns, int ifindex, bool out, enum direction dir);

/* Whom the request is sent to when it leaves a namespace for the last time: translated there, where the model knows of it. */
const struct addr *path_asked(const struct path *path, int ns);

/* What the source is translated to where it leaves by a leg, and the ports that it may have there. */
struct port_pool {
	const struct crossing *c;
	struct port_range range;
};

/* False: nothing is translated there, or it is not known to what, or it has no ports. */
bool leg_port_pool(const struct leg *leg, struct port_pool *ret);

static inline void path_freep(struct path **p)
{
	path_free(*p);
}

const char *role_name(enum point_role r);

#endif
