/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say - what the rows of the fault table share: filling a finding, and facts about a leg */
#ifndef SAY_H
#define SAY_H

#include "fault.h"

/* --- filling a finding --- */

/* The clause of the verdict, and what the finding is about. object is copied. */
void say(struct finding *f, int ns, const char *object, const char *message, ...) _printf_(4, 5);
/* One fact behind it. */
void say_evidence(struct finding *f, const char *format, ...) _printf_(2, 3);
/* What a person can do where there is no op; a command or a sentence. */
void say_advice(struct finding *f, const char *format, ...) _printf_(2, 3);
/* Advice: a route to this one address by an interface, where the finding is. */
void say_host_route(const struct question *q, struct finding *f, const struct addr *a, const struct link *l);
/* Adds an op to the fix and gives a pointer to it. */
struct op *say_op(struct finding *f, enum op_kind kind, int ns, int ifindex);

/* The rule as evidence, where the finding has no other yet. chain may be NULL. */
void say_rule(const struct question *q, struct finding *f, int ns, const struct nft_chain *chain, uint64_t handle);
/* The finding is about its rule: FAMILY TABLE CHAIN, and the HANDLE where it is no policy, and its text as evidence. */
void say_rule_object(struct finding *f);
/* "192.0.2.1:443", "[2001:db8::1]:443"; without a port (0) the address alone. */
void port_text(char *text, size_t n, const struct addr *a, uint16_t port);
/* A name as one word of a command that is shown to be pasted: strangers chose it. By value. */
struct shell_word {
	char s[1100];
};
struct shell_word shell_word(const char *name);

/* "02:00:00:00:00:01"; by value. */
struct mac_text {
	char s[20];
};
struct mac_text mac_text(const uint8_t *mac);
/* An op on a flag of a bridge port, by its name of bridge(8): "locked". */
void say_port_flag(const struct question *q, struct finding *f, const struct link *port, const char *flag, bool on);
/* "net.ipv4.conf.X.name", of an interface; the snapshot's. */
const char *switch_name(const struct question *q, int ns, int ifindex, const char *name);
/* An op on a switch of one interface, net.ipv4.conf.X.name. */
struct op *say_switch(const struct question *q, struct finding *f, int ns, int ifindex,
		      const char *name, int value, int old);
/* An op that adds a route to the main table; via unset: on link. */
void say_route(struct finding *f, int ns, const struct prefix *dst, const struct addr *via, int oif);
/*
 * Adds the default route that the leg's namespace lacks, with the router's
 * address where that is missing, too. False: which one it would be is not certain.
 */
bool say_default_route(const struct question *q, struct finding *f);

/* --- facts --- */

/* Only the model speaks (next, --no-probe). */
bool by_model(const struct question *q);
/* The sender on the segment by which the packet should come to this leg got no answer to its ARP. */
bool arp_failed(const struct question *q);
/* The leg that sent on the segment that ends in this LEG_OUTSIDE, or NULL. */
const struct leg *sender_before(const struct question *q);
const struct ns *leg_ns(const struct question *q);
/*
 * What traffic control dropped on this leg while a packet got lost there: at least as much as that. ret_filter: a
 * filter that stands there, NULL where it was a queue. NULL: nothing.
 */
const struct queue_count *tc_dropped(const struct question *q, const struct tc_filter **ret_filter);
/* Did an answer to anything come in from outside for the very source with which the request left? */
bool source_is_answered(const struct question *q);
/* "this host" or the namespace's name, for messages. By value. */
struct who {
	char s[80];
};
struct who who(const struct question *q, int ns);
struct ifname ifname(const struct question *q, int ns, int ifindex);
/* The leg that sent on the segment by which the packet comes to this leg (or the leg itself), or NULL. */
const struct leg *sender_of(const struct question *q);
/* The leg whose lookup sent the packet here: this one, or the one that sends on this segment. */
const struct leg *deciding(const struct question *q);
/* The namespace, other than `except`, and interface that own an address; false: nobody known does. */
bool owner_of(const struct question *q, const struct addr *a, int except, int *ret_ns,
	      int *ret_ifindex);
/* The end in namespace ns of a veth whose other end is in namespace far; NULL: none. */
const struct link *end_towards(const struct question *q, int ns, int far);
/*
 * The bridge of a namespace that an address belongs to: the one whose network
 * holds it; failing that, the only bridge, where that has no address. NULL:
 * none, or more than one.
 */
const struct link *bridge_for(const struct ns *ns, const struct addr *a);
/* Does an interface do routing work of its own, so that it need be in no bridge? */
bool routed_end(const struct ns *ns, const struct link *l);
/*
 * What holds the segment at the other end of an interface: the bridge its
 * veth ends in (or should), or the veth's end itself. False: not known.
 */
bool segment_end(const struct question *q, int ns, int ifindex, int *ret_ns,
		 const struct link **ret_link);
/* The interface of the leg's namespace that leads straight to that of a known namespace which has the address, or NULL. */
const struct link *straight_way(const struct question *q, const struct addr *a);
/*
 * Does the sender take an address for one of its own link, while the router at
 * the other end knows a way to it elsewhere? Fills what holds the segment there.
 */
bool known_elsewhere(const struct question *q, const struct leg *sender, int *ret_ns,
		     const struct link **ret_link);
/* Is a leg's next hop a router that its namespace relies on, even where just that router is asked for? */
bool to_gateway(const struct question *q, const struct leg *sender);
/* Does the path leave for the outside on the very segment that `sender` sends on, as by a bridge's port? */
bool leaves_by_segment(const struct question *q, const struct leg *sender);
/* How the next hop's MAC is asked for: "ARP", "ND". */
const char *resolution(const struct question *q);
/* An interface that carries traffic: not the loopback. */
bool is_carrier(const struct link *l);
bool is_bridge(const struct link *l);
bool is_up(const struct link *l);
/* Does the namespace have any usable address of this family beside the loopback's and link-local ones of IPv6? */
bool has_address(const struct ns *ns, uint8_t family);
/* The leg by which the request came into ns (for the answer's way back), NULL, and its interface, 0. */
const struct leg *request_leg(const struct question *q, int ns);
int request_iif(const struct question *q, int ns);

/* Is this where the request comes back to who sent it, led there by a DNAT on the way? */
bool led_home(const struct question *q);

/* "nearest rule: …" for each, whose strings it frees. */
void say_near_misses(struct finding *f, const struct near_miss *misses, size_t n);

#endif
