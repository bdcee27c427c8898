/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "save.h"

#include <errno.h>

#include "collect.h"
#include "pack.h"

#define MAGIC      "nsdoctor-saved\n"
#define BYTE_ORDER_MARK 0x01020304u

struct head {
	char magic[16];
	uint32_t format, order, word, zero;
	uint64_t size, sum;
};

/* The least that an element of each list takes; only against counts that cannot be. */
#define ATTEMPT_LEAST  30
#define PROBE_LEAST    40
#define FLOW_LEAST     30
#define SIGHTING_LEAST 100
#define TRACE_LEAST    60
#define COUNT_LEAST    20
#define QUEUE_LEAST    28
#define DROP_LEAST     100
#define TEXT_LEAST     20

/* More namespaces and probes are never part of one question. */
#define INDEX_MAX 65536

/* --- packets and what was seen of them ------------------------------------- */

static void pack_packet(struct pack *p, struct packet *pkt)
{
	pack_addr(p, &pkt->src);
	pack_addr(p, &pkt->dst);
	pack_enum(p, &pkt->proto, PROTO_COUNT);
	pack_int(p, &pkt->sport);
	pack_int(p, &pkt->dport);
	pack_int(p, &pkt->icmp_type);
	pack_int(p, &pkt->icmp_code);
	pack_int(p, &pkt->icmp_id);
	pack_int(p, &pkt->tcp_flags);
	pack_int(p, &pkt->ttl);
	pack_bool(p, &pkt->has_tos);
	pack_int(p, &pkt->tos);
	pack_int(p, &pkt->tos_known);
	pack_int(p, &pkt->size);
	pack_int(p, &pkt->mark);
	pack_int(p, &pkt->mark_unknown);
	pack_int(p, &pkt->ctmark);
	pack_int(p, &pkt->ctmark_known);
	pack_bool(p, &pkt->reply);
	pack_enum(p, &pkt->ct, CT_INVALID + 1);
	pack_addr(p, &pkt->undo);
	pack_int(p, &pkt->undo_port);
	pack_bool(p, &pkt->nat_known);
	pack_bool(p, &pkt->snat);
	pack_bool(p, &pkt->dnat);
}

static void pack_sighting(struct pack *p, struct sighting *s, const struct round *r)
{
	pack_int(p, &s->us);
	pack_index(p, &s->ns, 0, r->s->ns.n);
	pack_int(p, &s->ifindex);
	pack_bool(p, &s->out);
	pack_bool(p, &s->otherhost);
	pack_enum(p, &s->kind, SIGHT_ARP_REPLY + 1);
	pack_index(p, &s->probe, -1, INDEX_MAX);
	pack_index(p, &s->attempt, -1, INDEX_MAX);
	pack_packet(p, &s->pkt);
	pack_bool(p, &s->error_of_reply);
	pack_packet(p, &s->inner);
	pack_int(p, &s->error_mtu);
	pack_int(p, &s->mac);
	pack_addr(p, &s->arp_sender);
	pack_addr(p, &s->arp_target);
	pack_int(p, &s->arp_sender_mac);
	pack_int(p, &s->arp_target_mac);
	pack_int(p, &s->frame_at);
	pack_int(p, &s->frame_n);
	pack_int(p, &s->frame_size);
	if (s->frame_at > r->obs.frames.n || s->frame_n > r->obs.frames.n - s->frame_at)
		pack_fail(p);
}

static void pack_trace(struct pack *p, struct trace_event *t, const struct round *r)
{
	pack_int(p, &t->us);
	pack_index(p, &t->ns, 0, r->s->ns.n);
	pack_int(p, &t->id);
	pack_int(p, &t->family);
	pack_text(p, &t->table);
	pack_text(p, &t->chain);
	pack_int(p, &t->handle);
	pack_enum(p, &t->type, TRACE_POLICY + 1);
	pack_int(p, &t->verdict);
	pack_text(p, &t->jump);
	pack_int(p, &t->iif);
	pack_int(p, &t->oif);
	pack_index(p, &t->probe, -1, INDEX_MAX);
	pack_index(p, &t->attempt, -1, INDEX_MAX);
	pack_bool(p, &t->reply);
	pack_packet(p, &t->pkt);
	if (!t->table || !t->chain)
		pack_fail(p);
}

static void pack_rule_count(struct pack *p, struct rule_count *c, const struct round *r)
{
	pack_index(p, &c->ns, 0, r->s->ns.n);
	pack_int(p, &c->family);
	collect_pack_name(p, r->s, &c->table);
	collect_pack_name(p, r->s, &c->chain);
	pack_int(p, &c->handle);
	pack_error(p, &c->error, false);
	pack_int(p, &c->packets);
}

static void pack_queue_count(struct pack *p, struct queue_count *c, const struct round *r)
{
	pack_index(p, &c->ns, 0, r->s->ns.n);
	pack_int(p, &c->ifindex);
	pack_int(p, &c->kind);
	pack_int(p, &c->packets);
	if (!memchr(c->kind, '\0', sizeof(c->kind)))
		pack_fail(p);
}

static void pack_drop(struct pack *p, struct kernel_drop *d, const struct round *r)
{
	pack_index(p, &d->ns, 0, r->s->ns.n);
	pack_int(p, &d->ifindex);
	pack_enum(p, &d->kind, SIGHT_ARP_REPLY + 1);
	pack_index(p, &d->probe, -1, r->plan.probes.n);
	pack_int(p, &d->reason);
	pack_int(p, &d->function);
	if (!memchr(d->reason, '\0', sizeof(d->reason)) || !memchr(d->function, '\0', sizeof(d->function)))
		pack_fail(p);
}

static void pack_watch_error(struct pack *p, int *error, const struct round *r)
{
	(void)r;
	pack_error(p, error, true);
}

static void pack_frames(struct pack *p, struct observations *o)
{
	size_t n = o->frames.n;
	const void *bytes = pack_block(p, o->frames.v, &n);

	if (p->out || n == 0)
		return;
	o->frames.v = (void *)xmemdup(bytes, n);
	o->frames.n = o->frames.cap = n;
}

static void pack_observations(struct pack *p, struct round *r)
{
	struct observations *o = &r->obs;

	pack_frames(p, o);
	pack_vec(p, &o->sightings, SIGHTING_LEAST, pack_sighting, r);
	pack_vec(p, &o->traces, TRACE_LEAST, pack_trace, r);
	pack_vec(p, &o->counts, COUNT_LEAST, pack_rule_count, r);
	pack_vec(p, &o->queues, QUEUE_LEAST, pack_queue_count, r);
	pack_vec(p, &o->drops, DROP_LEAST, pack_drop, r);
	pack_error(p, &o->drops_heard, true);
	pack_error(p, &o->monitor_heard, true);
	pack_int(p, &o->drops_lost);
	pack_int(p, &o->dropped);
	pack_bool(p, &o->trace_overrun);
	pack_vec(p, &o->capture_error, 4, pack_watch_error, r);
	pack_vec(p, &o->trace_error, 4, pack_watch_error, r);
	if (o->capture_error.n > r->s->ns.n || o->trace_error.n > r->s->ns.n)
		pack_fail(p);
}

/* --- probes ---------------------------------------------------------------- */

static void pack_attempt(struct pack *p, struct attempt *a, const struct round *r)
{
	int32_t error = a->error;

	(void)r;
	pack_int(p, &a->sent_us);
	pack_int(p, &a->done_us);
	pack_enum(p, &a->outcome, PROBE_NOT_SENT + 1);
	pack_int(p, &error);
	a->error = error >= 0 ? error : 0;
	pack_bool(p, &a->no_socket);
	pack_int(p, &a->icmp_type);
	pack_int(p, &a->icmp_code);
	pack_addr(p, &a->icmp_from);
	pack_int(p, &a->sport);
}

static void pack_probe(struct pack *p, struct probe *probe, const struct round *r)
{
	pack_index(p, &probe->ns, 0, r->s->ns.n);
	pack_enum(p, &probe->proto, PROTO_COUNT);
	pack_addr(p, &probe->src);
	pack_addr(p, &probe->dst);
	pack_int(p, &probe->oif);
	pack_int(p, &probe->port);
	pack_int(p, &probe->size);
	pack_bool(p, &probe->df);
	pack_bool(p, &probe->question);
	pack_bool(p, &probe->control);
	pack_bool(p, &probe->full);
	pack_bool(p, &probe->step);
	pack_int(p, &probe->follows);
	pack_bool(p, &probe->outside);
	pack_vec(p, &probe->attempts, ATTEMPT_LEAST, pack_attempt, r);
	pack_int(p, &probe->answered);
	pack_enum(p, &probe->outcome, PROBE_NOT_SENT + 1);
	pack_int(p, &probe->rtt_us);
	if (probe->attempts.n > PROBE_ATTEMPTS || probe->answered > probe->attempts.n ||
	    (probe->outcome != PROBE_PENDING && !probe->attempts.n))
		pack_fail(p);
}

static void pack_flow(struct pack *p, struct flow *f, const struct round *r)
{
	pack_index(p, &f->src_ns, 0, r->s->ns.n);
	pack_index(p, &f->dst_ns, -1, r->s->ns.n);
	pack_addr(p, &f->src);
	pack_addr(p, &f->dst);
	pack_int(p, &f->oif);
	pack_enum(p, &f->proto, PROTO_COUNT);
	pack_int(p, &f->port);
	pack_int(p, &f->size);
	pack_bool(p, &f->follows);
	pack_int(p, &f->entry);
	pack_index(p, &f->target_ns, 0, r->s->ns.n);
	pack_int(p, &f->target_port);
	pack_bool(p, &f->ports_tried);
	pack_int(p, &f->reply_iif);
	pack_int(p, &f->request_port);
}

/* Diagnosing begins with the question, which is the first one. */
static bool is_question(const struct probe *p)
{
	return p->question && !p->control && !p->full && !p->step && !p->follows;
}

static void pack_probes(struct pack *p, struct saved *s)
{
	struct round *r = &s->round;

	pack_vec(p, &r->plan.probes, PROBE_LEAST, pack_probe, r);
	pack_vec(p, &s->flows, FLOW_LEAST, pack_flow, r);
	if (!r->plan.probes.n || !is_question(&r->plan.probes.v[0]) || r->plan.probes.n > INDEX_MAX ||
	    s->flows.n != r->plan.probes.n)
		pack_fail(p);
}

/* --- the question ---------------------------------------------------------- */

static void pack_target(struct pack *p, struct target *t)
{
	pack_enum(p, &t->kind, TARGET_DEFAULT + 1);
	pack_text(p, &t->text);
	pack_int(p, &t->port);
	pack_bool(p, &t->has_proto);
	pack_enum(p, &t->proto, PROTO_COUNT);
	pack_text(p, &t->remark);
	pack_text(p, &t->files.conf_path);
	if (!t->text && t->kind != TARGET_DEFAULT)
		pack_fail(p);
}

static void pack_server(struct pack *p, struct resolve_server *server)
{
	pack_addr(p, &server->addr);
	pack_bool(p, &server->asked);
	pack_error(p, &server->error, false);
}

static void pack_names(struct pack *p, struct round *r)
{
	size_t n = pack_count(p, r->names.n, 6);

	if (n > RESOLVE_SERVERS) {
		pack_fail(p);
		return;
	}
	r->names.n = n;
	for (size_t i = 0; i < n; i++)
		pack_server(p, &r->names.servers[i]);
	pack_error(p, &r->name_error, false);
}

static void pack_entrance(struct pack *p, struct round *r)
{
	struct entrance *e = &r->entrance;

	pack_int(p, &e->uplink);
	pack_addr(p, &e->client);
	pack_index(p, &e->target_ns, 0, r->s->ns.n);
	pack_int(p, &e->port);
	pack_int(p, &e->target_port);
	pack_bool(p, &e->ports_tried);
	pack_text(p, &r->no_entry);
}

static void pack_question(struct pack *p, struct saved *s)
{
	struct round *r = &s->round;

	pack_target(p, &s->run.source);
	pack_target(p, &s->run.destination);
	pack_bool(p, &s->options.no_probe);
	pack_addr(p, &s->options.from);
	pack_index(p, &r->src, 0, r->s->ns.n);
	pack_index(p, &r->dst_ns, -1, r->s->ns.n);
	pack_addr(p, &r->dst);
	pack_int(p, &r->oif);
	pack_enum(p, &r->d->destination.proto, PROTO_COUNT);
	pack_entrance(p, r);
	pack_names(p, r);
	pack_bool(p, &r->plan.all_attempts);
	pack_bool(p, &r->lost_again);
	pack_bool(p, &r->routed_both_ways);
}

/* --- the answer ------------------------------------------------------------ */

/* What no run takes, a number that is none included, was not measured. */
static void pack_ms(struct pack *p, double *ms)
{
	pack_int(p, ms);
	if (!(*ms >= 0 && *ms < 1e9))
		*ms = 0;
}

static void pack_rule_text(struct pack *p, struct saved_text *t, const struct round *r)
{
	pack_index(p, &t->ns, 0, r->s->ns.n);
	pack_text(p, &t->family);
	pack_text(p, &t->table);
	pack_text(p, &t->chain);
	pack_text(p, &t->text);
	pack_int(p, &t->handle);
	if (!t->family || !t->table || !t->chain || !t->text)
		pack_fail(p);
}

static void pack_about(struct pack *p, struct saved_about *about)
{
	pack_text(p, &about->version);
	pack_text(p, &about->host);
	pack_int(p, &about->us);
	pack_enum(p, &about->verdict, VERDICT_UNKNOWN + 1);
	pack_text(p, &about->summary);
	if (!about->version || !about->summary)
		pack_fail(p);
}

/* Of the bystanders only what is asked of them. */
static void pack_others(struct pack *p, struct round *r)
{
	bool there = r->others != NULL;

	pack_bool(p, &there);
	if (!there)
		return;
	if (!p->out)
		r->others = r->own_others = snapshot_new();
	collect_pack(p, (struct snapshot *)(uintptr_t)r->others, 1u << COLLECT_LINK | 1u << COLLECT_ADDR);
}

static void pack_saved(struct pack *p, struct saved *s)
{
	struct round *r = &s->round;

	pack_about(p, &s->about);
	collect_pack(p, r->s, COLLECT_ALL_KINDS);
	if (r->s->ns.n == 0 || r->s->ns.n > INDEX_MAX)
		pack_fail(p);
	pack_others(p, r);
	pack_question(p, s);
	pack_probes(p, s);
	pack_observations(p, r);
	pack_vec(p, &s->texts, TEXT_LEAST, pack_rule_text, r);
	pack_ms(p, &r->d->collect_ms);
	pack_ms(p, &r->d->probe_ms);
	pack_ms(p, &r->d->total_ms);
}

/* --- files ----------------------------------------------------------------- */

/* FNV-1a: against damage, not against malice. */
static uint64_t checksum(const void *bytes, size_t n)
{
	const uint8_t *b = bytes;
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	return h;
}

static struct saved_about about_now(const struct round *r)
{
	char host[256] = "";
	bool known = gethostname(host, sizeof(host) - 1) == 0 && host[0];

	return (struct saved_about){
		.version = xstrdup(PACKAGE_VERSION),
		.host = known ? xstrdup(host) : NULL,
		.us = wall_us(),
		.verdict = r->d->verdict,
		.summary = xstrdup(r->d->summary ? r->d->summary : verdict_text(r->d->verdict)),
	};
}

static void note_texts(struct saved *s)
{
	vec_each(f, &s->round.d->findings) {
		if (!f->has_rule || !f->rule.text || !f->rule.table || !f->rule.chain)
			continue;
		vec_push(&s->texts, ((struct saved_text){ .ns = f->ns,
							  .family = xstrdup(f->rule.family),
							  .table = xstrdup(f->rule.table),
							  .chain = xstrdup(f->rule.chain),
							  .text = xstrdup(f->rule.text),
							  .handle = f->rule.handle }));
	}
}

int save_write(struct saved *s, struct strbuf *ret_file)
{
	struct head head = { .magic = MAGIC, .format = SAVE_FORMAT, .order = BYTE_ORDER_MARK,
			     .word = sizeof(long) };
	struct strbuf b = { 0 };
	struct pack p = { .out = &b };
	int err = 0;

	strbuf_add(&b, (const char *)&head, sizeof(head));
	pack_saved(&p, s);
	if (b.n > SAVE_MAX) {
		err = -EFBIG;
	} else if (!pack_ok(&p)) {
		err = -EINVAL; /* it could not be loaded */
	} else {
		head.size = b.n - sizeof(head);
		head.sum = checksum(b.s + sizeof(head), b.n - sizeof(head));
		memcpy(b.s, &head, sizeof(head));
		*ret_file = b;
		b = (struct strbuf){ 0 };
	}
	strbuf_done(&b);
	return err;
}

int save_round(struct round *r, struct strbuf *ret_file)
{
	struct saved s = { .round = *r, .run = *r->run, .options = *r->run->options };
	int err;

	s.about = about_now(r);
	note_texts(&s);
	vec_each(path, &r->paths)
		vec_push(&s.flows, (*path)->flow);
	err = save_write(&s, ret_file);
	saved_done(&s);
	return err;
}

int save_parse_body(const void *body, size_t n, struct saved *ret)
{
	struct pack p = { .in = body, .n = n };

	*ret = (struct saved){ .run.source = { .fd = -1, .root = -1 },
			       .run.destination = { .fd = -1, .root = -1 } };
	ret->run.options = &ret->options;
	round_begin(&ret->round, &ret->run, NULL);
	ret->round.replayed = true;
	pack_saved(&p, ret);
	return pack_ok(&p) && p.at == n ? 0 : -EBADMSG;
}

static int refuse(char **ret_error, int err, const char *why)
{
	*ret_error = xstrdup(why);
	return err;
}

int save_parse(const void *file, size_t n, struct saved *ret, char **ret_error)
{
	const char *body = (const char *)file + sizeof(struct head);
	struct head head = { 0 };

	*ret = (struct saved){ .run.source = { .fd = -1, .root = -1 },
			       .run.destination = { .fd = -1, .root = -1 } };
	if (n >= sizeof(head))
		memcpy(&head, file, sizeof(head));
	if (memcmp(head.magic, MAGIC, sizeof(head.magic)) != 0)
		return refuse(ret_error, -EBADMSG, "that is no file of --save");
	if (head.order != BYTE_ORDER_MARK || head.word != sizeof(long))
		return refuse(ret_error, -EPROTONOSUPPORT,
			      "it was saved on a machine of another kind, whose numbers differ from "
			      "this one's");
	if (head.format != SAVE_FORMAT) {
		*ret_error = xasprintf("its format is version %u; this nsdoctor reads version %u",
				       head.format, SAVE_FORMAT);
		return -EPROTONOSUPPORT;
	}
	if (head.size != n - sizeof(head) || head.sum != checksum(body, n - sizeof(head)))
		return refuse(ret_error, -EBADMSG, "it is damaged, or not all of it is there");
	if (save_parse_body(body, n - sizeof(head), ret) < 0)
		return refuse(ret_error, -EBADMSG, "what it says cannot be");
	return 0;
}

void saved_forget_texts(struct saved *s)
{
	vec_each(t, &s->texts) {
		free(t->family);
		free(t->table);
		free(t->chain);
		free(t->text);
	}
	vec_free(&s->texts);
}

void saved_done(struct saved *s)
{
	free(s->about.version);
	free(s->about.host);
	free(s->about.summary);
	saved_forget_texts(s);
	vec_free(&s->flows);
}
