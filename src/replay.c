/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replay.h"

static const struct saved_text *text_of(const struct saved *s, const struct finding *f)
{
	vec_each(t, &s->texts)
		if (t->ns == f->ns && t->handle == f->rule.handle && streq(t->family, f->rule.family) &&
		    streq(t->table, f->rule.table) && streq(t->chain, f->rule.chain))
			return t;
	return NULL;
}

/* Rules in the words that their own tool had for them. */
static void name_rules(const struct saved *s, struct diagnosis *d)
{
	vec_each(f, &d->findings) {
		const struct saved_text *t = f->has_rule && f->rule.table && f->rule.chain ? text_of(s, f) :
											     NULL;

		if (t)
			finding_set_rule_text(f, xstrdup(t->text));
	}
}

static void judge(struct saved *s, const struct options *now)
{
	struct round *r = &s->round;

	round_describe(r);
	vec_each(flow, &s->flows)
		vec_push(&r->paths, round_predict(r, flow));
	if (now->no_probe) {
		s->options.no_probe = true;
		r->d->probe_ms = 0;
		r->d->total_ms = r->d->collect_ms;
		if (round_pretend(r, now) < 0)
			return;
	}
	round_judge(r);
	name_rules(s, r->d);
}

struct diagnosis *replay(struct saved *s, const struct options *now)
{
	struct diagnosis *d;

	judge(s, now);
	s->round.d->taken_us = s->about.us;
	s->round.d->taken_on = s->about.host ? xstrdup(s->about.host) : NULL;
	round_done(&s->round, true);
	d = round_finish(&s->round);
	saved_done(s);
	run_done(&s->run);
	return d;
}

void replay_forget(struct saved *s)
{
	struct diagnosis *d = s->round.d;

	if (d)
		round_done(&s->round, false);
	diagnosis_free(d);
	saved_done(s);
	run_done(&s->run);
}
