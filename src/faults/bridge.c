/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridge - where a bridge sends a frame, and what it does not let in
 *
 * As br_handle_frame_finish() decides (net/bridge/br_input.c): by the frame's VLAN, its sender's MAC address where the
 * port is locked, and the forwarding database; what is not in there is flooded to the ports that let it.
 */
#include <linux/if_bridge.h>
#include <linux/neighbour.h>

#include "faults/groups.h"
#include "faults/say.h"

/* What got lost in a bridge. */
struct frame {
	const struct ns *ns;
	const struct link *bridge;
	const struct link *in, *out; /* one of them may be the bridge itself */
	const struct link *src, *dst; /* the interfaces that send and should get it; their MAC addresses are its own */
	bool flooded;                /* an ARP request or a neighbour solicitation */
};

static const struct link *interface_of(const struct question *q, const struct addr *a, int except)
{
	int ns, ifindex;

	return owner_of(q, a, except, &ns, &ifindex) ? ns_link(snapshot_ns(q->s, ns), ifindex) : NULL;
}

/* The frame of a bridge's leg. False: it is not known whose it is, or what the bridge knows. */
static bool frame_of(const struct question *q, struct frame *ret)
{
	const struct leg *leg = q->leg, *sender = sender_of(q);
	const bool answer = q->ev->loss == LOSS_ARP_REPLY;
	struct frame f = { .ns = leg_ns(q), .in = ns_link(leg_ns(q), leg->iif),
			   .out = ns_link(leg_ns(q), leg->oif) };

	if (!sender || !f.in || !f.out || f.ns->error[COLLECT_BRIDGE] ||
	    (answer && ((int)q->index != q->ev->last_leg || !arp_failed(q))))
		return false;
	f.bridge = ns_link(f.ns, f.in->master ? f.in->master : f.out->master);
	f.src = ns_link(snapshot_ns(q->s, sender->ns), sender->oif);
	f.dst = interface_of(q, &sender->nexthop, sender->ns);
	if (!is_bridge(f.bridge) || !f.src || !f.dst || f.src->mac_len != 6 || f.dst->mac_len != 6)
		return false;
	f.flooded = !answer && arp_failed(q);
	*ret = f;
	/* the answer to ARP goes the other way */
	if (answer) {
		ret->in = f.out;
		ret->out = f.in;
		ret->src = f.dst;
		ret->dst = f.src;
	}
	return true;
}

/* The VLAN that an untagged frame gets there; 0: none. */
static uint16_t pvid(const struct ns *ns, const struct link *l)
{
	vec_each(v, &ns->vlans)
		if (v->ifindex == l->ifindex && v->flags & BRIDGE_VLAN_INFO_PVID)
			return v->vid;
	return 0;
}

/* The bridge's entry for the MAC address of an interface, in the VLAN that the frame gets, or NULL. */
static const struct fdb *entry_of(const struct frame *f, const struct link *l)
{
	uint16_t vid = f->bridge->vlan_filtering ? pvid(f->ns, f->in) : 0;

	vec_each(e, &f->ns->fdb)
		if (e->bridge == f->bridge->ifindex && e->vlan == vid && memcmp(e->mac, l->mac, sizeof(e->mac)) == 0)
			return e;
	return NULL;
}

/* --- bridge-port-locked --- */

static bool bridge_port_locked(const struct question *q, struct finding *f)
{
	struct frame frame;
	const struct fdb *e;

	if (!frame_of(q, &frame) || !frame.in->brport.locked)
		return false;
	e = entry_of(&frame, frame.src);
	if (e && e->port == frame.in->ifindex && !(e->state & NUD_PERMANENT))
		return false;
	say(f, q->leg->ns, frame.in->name, "the bridge port %s is locked, and the MAC address %s is not allowed "
	    "there", frame.in->name, mac_text(frame.src->mac).s);
	say_evidence(f, "%s carries the flag locked: only senders with an entry in the forwarding database pass",
		     frame.in->name);
	if (e)
		say_evidence(f, "the entry for %s is one of %s", mac_text(frame.src->mac).s,
			     ifname(q, q->leg->ns, e->port).s);
	else
		say_evidence(f, "%s has no entry for %s", frame.bridge->name, mac_text(frame.src->mac).s);
	say_port_flag(q, f, frame.in, "locked", false);
	f->mark = "port locked";
	return true;
}

/* --- bridge-vlan-mismatch --- */

/* The VLAN's membership of a port or of the bridge itself, or NULL. */
static const struct bridge_vlan *member(const struct ns *ns, const struct link *l, uint16_t vid)
{
	vec_each(v, &ns->vlans)
		if (v->ifindex == l->ifindex && v->vid == vid)
			return v;
	return NULL;
}

/* Does an interface send its frames without a tag, and want them so? */
static bool is_untagged(const struct link *l)
{
	return !streq(l->kind, "vlan");
}

static bool bridge_vlan_mismatch(const struct question *q, struct finding *f)
{
	const struct bridge_vlan *out;
	struct frame frame;
	uint16_t vid;

	if (!frame_of(q, &frame) || !frame.bridge->vlan_filtering || !is_untagged(frame.src) ||
	    !is_untagged(frame.dst))
		return false;
	vid = pvid(frame.ns, frame.in);
	out = vid ? member(frame.ns, frame.out, vid) : NULL;
	/* what leaves with a tag is for nobody who listens without (br_handle_vlan(), net/bridge/br_vlan.c) */
	if (out && out->flags & BRIDGE_VLAN_INFO_UNTAGGED)
		return false;
	if (vid)
		say(f, q->leg->ns, frame.out->name, "the bridge %s filters VLANs: the packet comes in by %s in VLAN %u, "
		    "which %s does not pass untagged", frame.bridge->name, frame.in->name, vid, frame.out->name);
	else
		say(f, q->leg->ns, frame.in->name, "the bridge %s filters VLANs, and %s has none for untagged packets "
		    "(no PVID)", frame.bridge->name, frame.in->name);
	say_evidence(f, "vlan_filtering of %s is on", frame.bridge->name);
	say_evidence(f, vid ? "PVID of %s: %u" : "%s has no PVID", frame.in->name, vid);
	if (vid && pvid(frame.ns, frame.out))
		say_evidence(f, "PVID of %s: %u", frame.out->name, pvid(frame.ns, frame.out));
	say_advice(f, vid ? "bridge vlan add dev %s vid %u pvid untagged%s" : "bridge vlan add dev %s vid VID pvid untagged",
		   shell_word(vid ? frame.out->name : frame.in->name).s, vid,
		   frame.out == frame.bridge ? " self" : "");
	f->mark = "other VLAN";
	return true;
}

/* --- mac-duplicate --- */

/* The other end of a port of the bridge, where it has this MAC address; NULL: it has another, or is not known. */
static const struct link *double_behind(const struct question *q, const struct frame *f, const struct link *port,
					const uint8_t *mac, const char **ret_ns)
{
	const struct snapshot *worlds[] = { q->s, q->facts->others };

	if (!port || port->master != f->bridge->ifindex || !streq(port->kind, "veth"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(worlds); i++)
		for (size_t n = 0; worlds[i] && n < worlds[i]->ns.n; n++) {
			const struct ns *ns = snapshot_ns(worlds[i], (int)n);
			const struct link *end = ns == f->ns ? NULL : ns_link(ns, port->peer);

			if (!end || !streq(end->kind, "veth") || end->peer != port->ifindex || end->mac_len != 6 ||
			    memcmp(end->mac, mac, 6) != 0 || !is_up(end))
				continue;
			/* the right one itself, where its namespace has two legs here, or one that is bonded with it */
			if (end == f->dst || (end->master && end->master == f->dst->ifindex &&
					      ns_link(ns, end->master) == f->dst))
				continue;
			*ret_ns = ns->name;
			return end;
		}
	return NULL;
}

static bool mac_duplicate(const struct question *q, struct finding *f)
{
	const struct link *port, *other;
	const struct fdb *e;
	struct frame frame;
	const char *where;

	if (!frame_of(q, &frame) || frame.flooded || frame.out == frame.bridge)
		return false;
	e = entry_of(&frame, frame.dst);
	/* it goes to the port where the address was heard last */
	if (!e || e->port == frame.out->ifindex)
		return false;
	port = ns_link(frame.ns, e->port);
	other = double_behind(q, &frame, port, frame.dst->mac, &where);
	if (!other)
		return false;
	say(f, q->leg->ns, mac_text(frame.dst->mac).s, "two interfaces on %s have the MAC address %s", frame.bridge->name,
	    mac_text(frame.dst->mac).s);
	say_evidence(f, "it is that of %s behind %s, and of %s in %s behind %s", frame.dst->name, frame.out->name,
		     other->name, where, port->name);
	say_evidence(f, "%s sends it to %s, where it was heard last", frame.bridge->name, port->name);
	say_advice(f, "give one of them another MAC address: ip link set dev %s address …", shell_word(other->name).s);
	f->mark = "two with one MAC";
	return true;
}

/* --- fdb-wrong --- */

/* Written by somebody, or at least not forgotten by itself. */
static bool is_written(const struct fdb *e)
{
	return (e->state & (NUD_PERMANENT | NUD_NOARP)) || (e->flags & (NTF_STICKY | NTF_EXT_LEARNED));
}

static bool leads_wrong(const struct frame *f, const struct fdb *e)
{
	if (!e || !is_written(e))
		return false;
	if (f->out == f->bridge)
		return !(e->state & NUD_PERMANENT);
	/* one of the bridge's own addresses is not sent on */
	return e->port != f->out->ifindex || (e->state & NUD_PERMANENT);
}

static bool fdb_wrong(const struct question *q, struct finding *f)
{
	struct frame frame;
	const struct fdb *e;
	struct op *op;

	if (!frame_of(q, &frame) || frame.flooded)
		return false;
	e = entry_of(&frame, frame.dst);
	if (!leads_wrong(&frame, e))
		return false;
	say(f, q->leg->ns, mac_text(e->mac).s, "%s sends what is for %s to the wrong place: its forwarding database says %s",
	    frame.bridge->name, mac_text(e->mac).s,
	    e->state & NUD_PERMANENT ? "that it is its own address" : ifname(q, q->leg->ns, e->port).s);
	say_evidence(f, "entry of %s: %s is at %s, %s", frame.bridge->name, mac_text(e->mac).s,
		     ifname(q, q->leg->ns, e->port).s,
		     e->state & NUD_PERMANENT ? "permanent" : e->flags & NTF_STICKY ? "sticky" : "static");
	say_evidence(f, "%s is the address of %s behind %s", mac_text(e->mac).s, frame.dst->name, frame.out->name);
	if (e->vlan) {
		say_advice(f, "bridge fdb del %s dev %s vlan %u %s", mac_text(e->mac).s,
			   shell_word(ifname(q, q->leg->ns, e->port).s).s, e->vlan,
			   e->port == e->bridge ? "self" : "master");
	} else if (e->port == e->bridge) {
		say_advice(f, "bridge fdb del %s dev %s self", mac_text(e->mac).s,
			   shell_word(ifname(q, q->leg->ns, e->port).s).s);
	} else {
		op = say_op(f, OP_FDB_DEL, q->leg->ns, e->port);
		op->neigh.mac_len = sizeof(e->mac);
		memcpy(op->neigh.mac, e->mac, sizeof(e->mac));
		op->neigh.state = e->state;
		op->neigh.flags = e->flags;
	}
	f->mark = "sent to another port";
	return true;
}

/* --- bridge-flood-off --- */

/* Was the next hop's MAC asked for behind the leg? A group that multicast snooping knows goes there all the same. */
static bool asked_behind(const struct question *q)
{
	return q->ev && q->leg->point >= 0 && (size_t)q->leg->point < q->ev->seen.n && q->ev->seen.v[q->leg->point].arp > 0;
}

static bool bridge_flood_off(const struct question *q, struct finding *f)
{
	const bool ipv6 = q->leg->pkt.dst.family == AF_INET6;
	const char *flag, *what;
	struct frame frame;

	if (!frame_of(q, &frame) || frame.out == frame.bridge)
		return false;
	if (frame.flooded) {
		/* what the bridge itself sends is flooded in any case (br_flood(), net/bridge/br_forward.c) */
		if (frame.in == frame.bridge || asked_behind(q) ||
		    (ipv6 ? frame.out->brport.mcast_flood : frame.out->brport.bcast_flood))
			return false;
		flag = ipv6 ? "mcast_flood" : "bcast_flood";
		what = ipv6 ? "multicast packets, such as neighbour solicitations," : "broadcasts, such as ARP requests,";
	} else {
		if (frame.out->brport.flood || entry_of(&frame, frame.dst))
			return false;
		flag = "flood";
		what = "packets for addresses that the bridge does not know";
	}
	say(f, q->leg->ns, frame.out->name, "%s are not sent to the bridge port %s (%s off)", what, frame.out->name, flag);
	say_evidence(f, "%s: %s off, learning %s", frame.out->name, flag, frame.out->brport.learning ? "on" : "off");
	if (!frame.flooded)
		say_evidence(f, "%s has no entry for %s, the address of %s behind it", frame.bridge->name,
			     mac_text(frame.dst->mac).s, frame.dst->name);
	say_port_flag(q, f, frame.out, flag, true);
	f->mark = "not sent to the port";
	return true;
}

/* --- bridge-hairpin-off --- */

/* How far the leg is behind the one that comes up from a bridge's port, of the three that lead back to a port. */
static size_t behind_port(enum leg_kind kind)
{
	return kind == LEG_BRIDGE_DOWN ? 2 : kind == LEG_FORWARD ? 1 : 0;
}

/* The translation of the destination of what is bridged, on a leg; NULL where it does not get that far. */
static const struct crossing *translated_in_bridge(const struct leg *leg)
{
	const struct crossing *found = NULL;

	for (size_t i = 0; i < leg->n_crossings; i++) {
		const struct crossing *c = &leg->crossings[i];

		if (c->at.hook != HOOK_PREROUTING && c->at.hook != HOOK_INGRESS)
			continue;
		if (c->res.verdict != FW_ACCEPT)
			return NULL;
		if (c->at.netfilter_bridged && c->res.nat.kind == NAT_DEST)
			found = c;
	}
	return found;
}

/*
 * What is translated inside the bridge to somebody on it does not come up: it is bridged
 * (br_nf_pre_routing_finish(), net/bridge/br_netfilter_hooks.c), and by the port that it came from only
 * in hairpin mode (should_deliver(), net/bridge/br_forward.c).
 */
static bool bridge_hairpin_off(const struct question *q, struct finding *f)
{
	const size_t back = behind_port(q->leg->kind);
	const struct leg *up = q->index >= back ? q->leg - back : NULL;
	const struct crossing *c;
	const struct link *port;

	if (!up || q->index - back + 2 >= q->path->request_legs || up[0].kind != LEG_BRIDGE_UP ||
	    up[1].kind != LEG_FORWARD || up[2].kind != LEG_BRIDGE_DOWN || up[1].oif != up[1].iif ||
	    up[2].oif != up[0].iif || (q->ev && q->ev->loss != LOSS_PACKET))
		return false;
	c = translated_in_bridge(up);
	port = ns_link(leg_ns(q), up->iif);
	if (!c || !port || port->brport.hairpin)
		return false;
	say(f, q->leg->ns, port->name, "it is translated to %s inside the bridge and would have to leave by the port it "
	    "came from: hairpin mode is off on %s", addr_text(&c->res.nat.addr).s, port->name);
	say_evidence(f, "%s: hairpin off", port->name);
	say_evidence(f, "bridged packets cross the rules of %s, which lead it to %s, behind %s again", who(q, q->leg->ns).s,
		     addr_text(&c->res.nat.addr).s, port->name);
	say_port_flag(q, f, port, "hairpin", true);
	f->mark = "not sent back";
	return true;
}

#define BRIDGE_LEGS (LEG_BIT(LEG_BRIDGE_UP) | LEG_BIT(LEG_BRIDGED) | LEG_BIT(LEG_BRIDGE_DOWN))

static const struct fault rows[] = {
	{ .code = "bridge-port-locked",
	  .legs = BRIDGE_LEGS,
	  .ask = ASK_SEEN,
	  .match = bridge_port_locked,
	  .safety = SAFETY_CONSENT,
	  .means = "The port is locked and the source's MAC address has no entry.",
	  .proof = "The flag, no entry in the forwarding database, and packets that enter the port only.",
	  .fix = "bridge link set dev X locked off; or the entry that whoever locked it would make." },
	{ .code = "bridge-vlan-mismatch",
	  .legs = BRIDGE_LEGS,
	  .ask = ASK_SEEN,
	  .match = bridge_vlan_mismatch,
	  .safety = SAFETY_MANUAL,
	  .means = "VLAN filtering of the bridge drops it: no VLAN in common, or no PVID.",
	  .proof = "The bridge's VLAN table, and packets that enter it and do not leave.",
	  .fix = "bridge vlan add, on the port that lacks it." },
	{ .code = "mac-duplicate",
	  .legs = BRIDGE_LEGS,
	  .ask = ASK_SEEN,
	  .match = mac_duplicate,
	  .safety = SAFETY_MANUAL,
	  .means = "Two interfaces behind ports of one bridge have one MAC address.",
	  .proof = "Both interfaces, and the entry in the forwarding database, which is at the other's port.",
	  .fix = "Give one of them another address." },
	{ .code = "fdb-wrong",
	  .legs = BRIDGE_LEGS,
	  .ask = ASK_SEEN,
	  .match = fdb_wrong,
	  .safety = SAFETY_CONSENT,
	  .means = "An entry that somebody wrote into the forwarding database sends the frame to another port.",
	  .proof = "The entry against the port behind which the interface with that address is.",
	  .fix = "bridge fdb del …" },
	{ .code = "bridge-flood-off",
	  .legs = BRIDGE_LEGS,
	  .ask = ASK_SEEN,
	  .match = bridge_flood_off,
	  .safety = SAFETY_CONSENT,
	  .means = "What a bridge floods does not come to the port: frames for an address that it has not learned there, "
		   "broadcasts such as ARP, or multicast such as neighbour discovery of IPv6.",
	  .proof = "The port's flags, and packets that enter the bridge only; where they are for an address, no entry in the "
		   "forwarding database.",
	  .fix = "Turn flooding on for the port." },
	{ .code = "bridge-hairpin-off",
	  .legs = LEG_BIT(LEG_BRIDGE_UP) | LEG_BIT(LEG_FORWARD) | LEG_BIT(LEG_BRIDGE_DOWN),
	  .ask = ASK_SEEN | ASK_MODEL,
	  .match = bridge_hairpin_off,
	  .safety = SAFETY_CONSENT,
	  .means = "A packet that is translated inside the bridge has to leave by the port it came from, which needs "
		   "hairpin mode.",
	  .proof = "The port's mode, the rule that leads the packet back, and that rules see bridged packets.",
	  .fix = "bridge link set dev X hairpin on." },
};

const struct fault_group faults_bridge = {
	.name = "link: where bridges send packets",
	.rows = rows,
	.n = ARRAY_SIZE(rows),
};
