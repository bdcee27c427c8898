/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listen.h"

#include "dropwatch.h"
#include "reason.h"

/* How long a packet that this host drops may take to be dropped. */
#define LISTEN_US 60000
#define LOOK_US   2000

struct listening {
	struct round *r;
	struct dropwatch *watch;
	struct observe_spec spec;
	struct observations heard;
	struct probe_plan plan;
	VEC(int) which; /* by probe of plan: the round's */
};

/* Nothing but a place is known, or less. */
static bool is_doubtful(const struct diagnosis *d)
{
	const struct finding *cause = diagnosis_cause(d);

	if (!cause)
		return d->verdict != VERDICT_REACHABLE;
	return cause->confidence != CONFIRMED || streq(cause->code, "packet-loss");
}

static bool is_worth_it(const struct round *r)
{
	return r->run->drops && round_asks(r) && !r->no_entry && round_lost(r) &&
	       (r->run->options->verbose || is_doubtful(r->d));
}

/* What is lost whatever its size is asked once: the reason for which a large packet is dropped is not the small one's. */
static bool is_asked_again(const struct round *r, const struct probe *p)
{
	return !p->control && !p->step && !p->answered &&
	       (!p->full || probe_small_answered(r->plan.probes.v, r->plan.probes.n, p));
}

/* Marks of its own keep the captures of the round out of it. */
static void plan_again(struct listening *l)
{
	const struct round *r = l->r;

	l->plan = (struct probe_plan){ .max_attempts = 1,
				       .timeout_us = LISTEN_US,
				       .ns_fds = r->fds.v,
				       .stop = r->plan.stop,
				       .while_waiting = r->plan.while_waiting };
	round_marks(&l->plan.marks);
	for (size_t i = 0; i < r->plan.probes.n; i++) {
		struct probe p = probe_again(&r->plan.probes.v[i]);

		if (!is_asked_again(r, &r->plan.probes.v[i]))
			continue;
		p.question = true;
		vec_push(&l->which, (int)i);
		vec_push(&l->plan.probes, p);
	}
	l->spec.marks = l->plan.marks;
	round_watch(r, &l->spec);
}

/* Did the kernel say something about it that is more than an aside? */
static bool is_told(const struct listening *l, int probe)
{
	vec_each(d, &l->heard.drops) {
		const struct reason *why = reason_find(d->reason);

		if (d->probe == probe && why && !reason_is_aside(why, l->plan.probes.v[probe].proto))
			return true;
	}
	return false;
}

static enum settle settle(void *ctx, size_t probe, uint64_t now, uint64_t *ret_wake_us)
{
	struct listening *l = ctx;

	dropwatch_read(l->watch, &l->spec, &l->heard);
	*ret_wake_us = now + LOOK_US;
	return is_told(l, (int)probe) ? SETTLE_LOST : SETTLE_WAIT;
}

static void ask(struct listening *l)
{
	struct observations *o = &l->r->obs;

	if (!dropwatch_listen(l->watch, &l->spec, o))
		return;
	l->plan.settle = settle;
	l->plan.ctx = l;
	(void)probe_run(&l->plan, NULL, &l->heard);
	dropwatch_stop(l->watch, &l->spec, &l->heard);
	vec_each(d, &l->heard.drops) {
		/* what was answered now was not lost, whatever became of a copy */
		if (d->probe >= (int)l->which.n || (d->probe >= 0 && l->plan.probes.v[d->probe].answered))
			continue;
		d->probe = d->probe < 0 ? -1 : l->which.v[d->probe];
		vec_push(&o->drops, *d);
	}
	o->drops_lost = l->heard.drops_lost;
}

bool listen_to_kernel(struct round *r)
{
	struct listening l = { .r = r, .watch = r->run->drops };
	_cleanup_(freep) char *why = NULL;

	if (!is_worth_it(r))
		return false;
	plan_again(&l);
	/* a client outside needs the way in once more */
	if (l.plan.probes.n && (!r->entrance.uplink || round_open_entrance(r, &l.plan, &why)))
		ask(&l);
	round_close_entrance(r, &l.plan);
	observe_spec_done(&l.spec);
	vec_free(&l.which);
	observations_free(&l.heard);
	probe_plan_done(&l.plan);
	return r->obs.drops_heard != 0;
}
