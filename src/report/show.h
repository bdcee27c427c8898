/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report/show - what every picture of a diagnosis shows, whatever it is drawn with
 *
 * Pure. Texts are appended as they are: names in them come from strangers, and
 * the writer makes them harmless for its reader.
 */
#ifndef REPORT_SHOW_H
#define REPORT_SHOW_H

#include "report/lookup.h"

/* "<0.01 ms", "0.02 ms", "1.7 ms", "1.2 s" */
void show_time(struct strbuf *b, int64_t us);

/* "icmp", "tcp/443"; port 0: none */
void show_protocol(struct strbuf *b, enum proto p, unsigned int port);

/* "icmp and tcp/443", of bits PROTO_* */
void show_protocols(struct strbuf *b, unsigned int protocols, unsigned int port);

/* "ip filter FORWARD handle 7: -j DROP (iptables-nft, of docker)"; false: no rule to show */
bool show_rule(const struct finding *f, struct strbuf *b);

/* Does a fact of the evidence only repeat the rule, which is shown apart? */
bool show_says_rule(const struct finding *f, const char *fact);

/* "port of br0", "192.168.0.1", or nothing */
void show_where(const struct diagnosis *d, const struct hop *h, struct strbuf *b);

/* When the path's first hop saw the first packet, in µs since the first probe; 0: never. */
int64_t show_start_us(const struct diagnosis *d);

/* How many hops are the request's; what only the answer used comes after them. */
size_t show_request_hops(const struct diagnosis *d);

/* The question itself, or the host's own to the same destination; NULL: there is none. */
const struct probe *show_probe(const struct diagnosis *d, bool control);

/* Did the target send it to a client outside, as its own large answers would come? */
bool show_is_way_back(const struct diagnosis *d, const struct probe *p);

/* "icmp 1.7 ms", "tcp/443 refused", "1500 bytes pass", "1500 bytes back lost" */
void show_outcome(const struct diagnosis *d, const struct probe *p, struct strbuf *b);

/* Does it begin there? */
bool show_from_outside(const struct diagnosis *d);

/* Does the way end beyond the uplink? */
bool show_is_outside(const struct diagnosis *d);

/* Did the far end itself say no? Then it is there, and the mark belongs to it. */
bool show_is_refused(const struct diagnosis *d);

/* Did anything come back to the uplink? */
bool show_outside_answered(const struct diagnosis *d);

/* What the host's own question to the same destination came to: one clause, or NULL. Free it. */
char *show_control(const struct diagnosis *d);

/* Was the answer seen anywhere? */
bool show_any_reply(const struct diagnosis *d);

/* The one red mark: the hop above which it stands (SIZE_MAX: nowhere), and whose way it ends. */
struct show_mark {
	enum direction dir;
	size_t place;
};
struct show_mark show_mark(const struct diagnosis *d);

/* "not forwarded"; with the protocols where the question itself is not concerned */
void show_mark_text(const struct diagnosis *d, struct strbuf *b);

#endif
