/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "batch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "collect.h"
#include "netns.h"

#define THREADS 8
/* A guest sees packets of its own question only. */
#define GUEST_RING (128 << 10)
/* Each takes a rule in every trace chain and a term in every filter. */
#define MAX_PEERS 64

/* A namespace, by the number that the common observer calls it. */
struct label {
	uint64_t dev, inode;
	int fd;
	const struct ns *config;
};

/* One of the questions, and how its own numbers translate. */
struct member {
	struct round r;
	int err;              /* of the step that was last */
	VEC(int) ns_of;       /* by label: index in r.s, or -1 */
	VEC(int) global;      /* by probe: its index in the common plan */
	size_t sightings, traces; /* of the common observations: so many have been taken over */
};

struct batch {
	struct member *members;
	size_t n;
	bool last;
	VEC(struct label) labels;
	struct probe_plan plan;
	VEC(size_t) owner;    /* by probe of the common plan: the member whose it is … */
	VEC(size_t) local;    /* … and its index there */
	struct observations obs;
	struct observer *observer;
};

/* --- many rounds, few threads --- */

struct crew {
	struct batch *b;
	void (*step)(struct batch *b, struct member *m);
	atomic_size_t next;
};

static void *crew_thread(void *arg)
{
	struct crew *crew = arg;
	size_t i;

	while ((i = atomic_fetch_add(&crew->next, 1)) < crew->b->n)
		crew->step(crew->b, &crew->b->members[i]);
	return NULL;
}

static void for_each_member(struct batch *b, void (*step)(struct batch *b, struct member *m))
{
	struct crew crew = { .b = b, .step = step };
	pthread_t threads[THREADS];
	size_t n = 0;

	while (n < ARRAY_SIZE(threads) && n + 1 < b->n &&
	       pthread_create(&threads[n], NULL, crew_thread, &crew) == 0)
		n++;
	crew_thread(&crew);
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
}

static void prepare(struct batch *b, struct member *m)
{
	m->err = round_prepare(&m->r, b->last);
}

/* --- the common plan --- */

static int label_of(struct batch *b, const struct round *r, int ns)
{
	const struct ns *config = snapshot_ns(r->s, ns);

	vec_each(l, &b->labels)
		if (l->inode == config->inode && l->dev == config->dev)
			return (int)(l - b->labels.v);
	vec_push(&b->labels, ((struct label){ config->dev, config->inode, r->fds.v[ns], config }));
	return (int)b->labels.n - 1;
}

/* The host asks the same for everybody. */
static int find_control(const struct batch *b, const struct probe *p)
{
	for (size_t i = 0; i < b->plan.probes.n; i++) {
		const struct probe *known = &b->plan.probes.v[i];

		if (p->control && known->control && known->proto == p->proto &&
		    known->port == p->port && known->size == p->size && known->full == p->full &&
		    addr_eq(&known->dst, &p->dst) && addr_eq(&known->src, &p->src))
			return (int)i;
	}
	return -1;
}

static void add_probes(struct batch *b, struct member *m)
{
	for (size_t i = 0; i < m->r.plan.probes.n; i++) {
		const struct probe *p = &m->r.plan.probes.v[i];
		int at = find_control(b, p), label = label_of(b, &m->r, p->ns);

		if (at < 0) {
			at = (int)b->plan.probes.n;
			vec_push(&b->plan.probes, *p);
			b->plan.probes.v[at].ns = label;
			vec_push(&b->owner, (size_t)(m - b->members));
			vec_push(&b->local, i);
		}
		vec_push(&m->global, at);
	}
}

static void add_peer(struct observe_spec *spec, const struct udp_peer *peer)
{
	vec_each(known, &spec->peers)
		if (known->port == peer->port && addr_eq(&known->addr, &peer->addr))
			return;
	if (spec->peers.n < MAX_PEERS)
		vec_push(&spec->peers, *peer);
}

/* Every namespace of every question has a number; what is watched of it is the same for all. */
static void add_watched(struct batch *b, const struct member *m, struct observe_spec *spec)
{
	struct observe_spec own = { 0 };

	round_watch(&m->r, &own);
	vec_each(a, &own.arp)
		vec_push(&spec->arp, *a);
	vec_each(w, &own.ns) {
		int label = label_of(b, &m->r, w->ns);
		bool known = false;

		vec_each(other, &spec->ns)
			known = known || other->ns == label;
		if (!known)
			vec_push(&spec->ns, ((struct watched){ label, w->fd, w->config,
							       w->ns == NS_HOST ? 0 : GUEST_RING }));
	}
	vec_each(peer, &own.peers)
		add_peer(spec, peer);
	observe_spec_done(&own);
}

static void map_labels(struct batch *b, struct member *m)
{
	for (size_t i = 0; i < b->labels.n; i++)
		vec_push(&m->ns_of, -1);
	for (size_t i = 0; i < m->r.s->ns.n; i++)
		m->ns_of.v[label_of(b, &m->r, (int)i)] = (int)i;
}

/* Our own trace tables move the generation of a ruleset as everybody else's do. */
static void count_transactions(const struct batch *b, struct member *m)
{
	for (size_t i = 0; i < m->ns_of.n; i++)
		if (m->ns_of.v[i] >= 0)
			m->r.s->ns.v[m->ns_of.v[i]].nft_generation +=
				observe_transactions(b->observer, (int)i);
}

static bool asks(const struct member *m)
{
	return m->err == 0 && round_asks(&m->r);
}

static void plan(struct batch *b)
{
	struct observe_spec spec = { .capture = true };

	round_marks(&b->plan.marks);
	b->plan.marks.crowded = true;
	spec.marks = b->plan.marks;
	for (size_t i = 0; i < b->n; i++) {
		struct member *m = &b->members[i];

		if (!asks(m))
			continue;
		m->r.plan.marks = b->plan.marks;
		round_pace(&m->r, &m->r.plan);
		round_pace(&m->r, &b->plan);
		for (size_t ns = 0; ns < m->r.s->ns.n; ns++)
			label_of(b, &m->r, (int)ns);
		add_probes(b, m);
		add_watched(b, m, &spec);
		spec.trace = !m->r.run->options->no_trace;
	}
	for (size_t i = 0; i < b->n; i++)
		if (asks(&b->members[i]))
			map_labels(b, &b->members[i]);
	spec.namespaces = b->labels.n;
	if (spec.ns.n)
		b->observer = observe_open(&spec, &b->obs, NULL);
	for (size_t i = 0; i < b->n; i++)
		if (asks(&b->members[i]))
			count_transactions(b, &b->members[i]);
	observe_spec_done(&spec);
}

/* --- what was seen, to each its own --- */

static int ns_of(const struct member *m, int label)
{
	return label >= 0 && (size_t)label < m->ns_of.n ? m->ns_of.v[label] : -1;
}

/* The member's number of a probe of the common plan, or -1. */
static int probe_of(const struct member *m, int global)
{
	for (size_t i = 0; i < m->global.n; i++)
		if (m->global.v[i] == global)
			return (int)i;
	return -1;
}

static void take_sighting(struct member *m, const struct sighting *s)
{
	struct sighting own = *s;

	own.ns = ns_of(m, s->ns);
	own.probe = s->probe < 0 ? s->probe : probe_of(m, s->probe);
	if (own.ns >= 0 && (s->probe < 0 || own.probe >= 0))
		vec_push(&m->r.obs.sightings, own);
}

static void take_trace(struct member *m, const struct trace_event *t)
{
	struct trace_event own = *t;

	own.ns = ns_of(m, t->ns);
	own.probe = t->probe < 0 ? t->probe : probe_of(m, t->probe);
	if (own.ns < 0 || (t->probe >= 0 && own.probe < 0))
		return;
	own.table = t->table ? xstrdup(t->table) : NULL;
	own.chain = t->chain ? xstrdup(t->chain) : NULL;
	own.jump = t->jump ? xstrdup(t->jump) : NULL;
	vec_push(&m->r.obs.traces, own);
}

static void take_errors(const struct batch *b, struct member *m)
{
	struct observations *own = &m->r.obs;

	for (size_t i = 0; i < m->r.s->ns.n; i++) {
		vec_push(&own->capture_error, 1);
		vec_push(&own->trace_error, 1);
	}
	for (size_t i = 0; i < m->ns_of.n; i++) {
		int ns = m->ns_of.v[i];

		if (ns >= 0 && i < b->obs.capture_error.n)
			own->capture_error.v[ns] = b->obs.capture_error.v[i];
		if (ns >= 0 && i < b->obs.trace_error.n)
			own->trace_error.v[ns] = b->obs.trace_error.v[i];
	}
}

/* Takes over what has come since the last time. */
static void take_news(const struct batch *b, struct member *m)
{
	if (!m->r.obs.capture_error.n)
		take_errors(b, m);
	while (m->sightings < b->obs.sightings.n)
		take_sighting(m, &b->obs.sightings.v[m->sightings++]);
	while (m->traces < b->obs.traces.n)
		take_trace(m, &b->obs.traces.v[m->traces++]);
	m->r.obs.dropped = b->obs.dropped;
	m->r.obs.trace_overrun = b->obs.trace_overrun;
}

/* A probe's fate so far. Its attempts are those of the common plan: nobody frees them here. */
static void take_probe(const struct batch *b, struct member *m, size_t i)
{
	struct probe *own = &m->r.plan.probes.v[i];
	int ns = own->ns;

	*own = b->plan.probes.v[m->global.v[i]];
	own->ns = ns;
}

static enum settle settle(void *ctx, size_t probe, uint64_t now, uint64_t *ret_wake_us)
{
	struct batch *b = ctx;
	struct member *m = &b->members[b->owner.v[probe]];

	take_news(b, m);
	take_probe(b, m, b->local.v[probe]);
	return round_settle(&m->r, b->local.v[probe], now, ret_wake_us);
}

/* --- asking --- */

static void take_results(const struct batch *b, struct member *m, int err)
{
	take_news(b, m);
	for (size_t i = 0; i < m->global.n; i++) {
		struct probe *p = &m->r.plan.probes.v[i];

		take_probe(b, m, i);
		vec_copy(&p->attempts, &b->plan.probes.v[m->global.v[i]].attempts);
	}
	m->r.plan.started_us = b->plan.started_us;
	m->err = round_sent(&m->r, err);
}

static void ask(struct batch *b)
{
	VEC(int) fds = { 0 };
	int err = 0;

	vec_each(l, &b->labels)
		vec_push(&fds, l->fd);
	b->plan.ns_fds = fds.v;
	b->plan.settle = settle;
	b->plan.ctx = b;
	if (b->plan.probes.n)
		err = probe_run(&b->plan, b->observer, &b->obs);
	for (size_t i = 0; i < b->n; i++)
		if (asks(&b->members[i]))
			take_results(b, &b->members[i], err);
	vec_free(&fds);
}

static void share_others(struct batch *b, struct snapshot **others)
{
	for (size_t i = 0; i < b->n; i++) {
		struct member *m = &b->members[i];

		if (!asks(m) || !round_lost_here(&m->r))
			continue;
		if (!*others)
			*others = round_read_others(NULL);
		m->r.others = *others;
	}
}

static void conclude(struct batch *b, struct member *m)
{
	if (m->err)
		return;
	if (!b->last && round_asks(&m->r) && round_is_partial(&m->r))
		m->err = -EAGAIN;
	else
		m->err = round_conclude(&m->r, b->last);
}

/* --- the end --- */

/* Closing costs the kernel grace periods, which the next questions need not wait for. */
static struct {
	pthread_t thread;
	bool running;
} closing;

static void *close_thread(void *arg)
{
	observe_close(arg);
	return NULL;
}

void batch_end(void)
{
	if (closing.running)
		pthread_join(closing.thread, NULL);
	closing.running = false;
}

static void close_later(struct observer *observer)
{
	batch_end();
	closing.running = pthread_create(&closing.thread, NULL, close_thread, observer) == 0;
	if (!closing.running)
		observe_close(observer);
}

static void batch_done(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		vec_free(&b->members[i].ns_of);
		vec_free(&b->members[i].global);
	}
	free(b->members);
	probe_plan_done(&b->plan);
	vec_free(&b->labels);
	vec_free(&b->owner);
	vec_free(&b->local);
	observations_free(&b->obs);
	close_later(b->observer);
}

void batch_ask(struct run *runs, size_t n, bool last, const struct snapshot *host,
	       struct snapshot **others, struct diagnosis **ret)
{
	struct batch b = { .n = n, .last = last, .members = xcalloc(n, sizeof(*b.members)) };
	uint64_t started = now_us();

	for (size_t i = 0; i < n; i++)
		round_begin(&b.members[i].r, &runs[i], host);
	for_each_member(&b, prepare);
	plan(&b);
	ask(&b);
	share_others(&b, others);
	for_each_member(&b, conclude);
	for (size_t i = 0; i < n; i++) {
		struct member *m = &b.members[i];

		round_done(&m->r, m->err != -EAGAIN);
		if (m->err == -EAGAIN) {
			diagnosis_free(m->r.d);
			ret[i] = NULL;
			continue;
		}
		ret[i] = round_finish(&m->r);
		ret[i]->total_ms = (double)(now_us() - started) / 1000;
	}
	batch_done(&b);
}

int batch_read_host(struct snapshot **ret)
{
	struct snapshot *s = snapshot_new();
	_cleanup_(closep) int fd = netns_open_self();
	uint64_t dev, inode;
	int r;

	/* the last trace tables go with their observer, and change the ruleset once more */
	batch_end();
	r = fd < 0 ? fd : netns_id(fd, &dev, &inode);

	if (r == 0) {
		snapshot_add(s, "host", inode);
		s->ns.v[0].dev = dev;
		r = collect_ns(s, 0, fd);
	}
	if (r < 0)
		snapshot_free(s);
	else
		*ret = s;
	return r;
}
