/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * predict - where the packet and its answer should go, by the configuration alone
 *
 * Pure. The walk assumes that every switch on the way is as it should be
 * (forwarding on, links up): what is not so is for the fault table to say. It
 * stops only where there is no way to follow: no route, nobody who owns the
 * next hop, an unknown namespace.
 */
#ifndef PREDICT_H
#define PREDICT_H

#include "path.h"

/* The path of a flow; free with path_free. */
struct path *predict(const struct snapshot *s, const struct flow *flow);

/* Gives a packet the source MAC address of the interface that sends it: none where it has no Ethernet address or is NULL. */
void predict_smac(struct packet *pkt, const struct link *l);

/* The only port of a bridge, other than `except`, that leads out of this machine: no veth, tap or the like; NULL: none. */
const struct link *predict_outer_port(const struct ns *ns, int bridge, int except);

/*
 * May the request leave this machine where the walk lost it: by an interface
 * of the host, or a port of its bridge, that leads to another machine?
 */
bool predict_may_leave(const struct snapshot *s, const struct path *path);

#endif
