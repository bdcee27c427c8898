/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "heal.h"

#include <stdio.h>

#include "fix.h"
#include "report/lookup.h"

#define ROUNDS 10

static bool ask(const struct run *r, const struct diagnosis *d, const struct finding *f)
{
	const struct report_style style = { .ascii = r->options->ascii };
	bool yes = f->safety == SAFETY_SAFE;
	struct strbuf b = { 0 };
	char answer[16];

	if (r->options->yes)
		return true;
	report_offer(d, f, &style, &b);
	fputs(strbuf_str(&b), stderr);
	strbuf_done(&b);
	fputs(yes ? "Do it? [Y/n] " : "It allows more than before. Do it? [y/N] ", stderr);
	fflush(stderr);
	if (!fgets(answer, sizeof(answer), stdin))
		return false;
	if (answer[0] == '\n')
		return yes;
	return answer[0] == 'y' || answer[0] == 'Y';
}

/* The first cause that has a repair. */
static const struct finding *repairable(const struct diagnosis *d)
{
	const struct finding *f = diagnosis_cause(d);

	return f && f->ops.n ? f : NULL;
}

/* A legacy rule has moved by one when something was put before it, so it is known by its text. */
static bool same_object(const struct finding *a, const struct finding *b)
{
	if (!finding_same_backend(a, b))
		return false;
	if (a->has_rule && b->has_rule && streq(a->rule.backend, "iptables-legacy") &&
	    streq(b->rule.backend, "iptables-legacy") && a->rule.text && b->rule.text)
		return a->ns == b->ns && streq(a->rule.family, b->rule.family) &&
		       streq(a->rule.table, b->rule.table) &&
		       streq(a->rule.chain, b->rule.chain) && streq(a->rule.text, b->rule.text);
	return streq(a->object, b->object);
}

static bool still_there(const struct diagnosis *d, const struct finding *f)
{
	vec_each(other, &d->findings)
		if (other->role == FINDING_CAUSE && streq(other->code, f->code) &&
		    other->dir == f->dir && same_object(other, f) &&
		    (other->protocols & f->protocols))
			return true;
	return false;
}

/* What stops it now is what the model said would come next. */
static bool as_foretold(const struct diagnosis *before, const struct diagnosis *after)
{
	const struct finding *now = after->findings.n ? &after->findings.v[0] : NULL;

	vec_each(f, &before->findings)
		if (now && f->role == FINDING_NEXT && streq(f->code, now->code) &&
		    streq(f->object, now->object) && finding_same_backend(f, now))
			return true;
	return false;
}

static bool helped(const struct diagnosis *before, const struct diagnosis *after,
		   const struct finding *f)
{
	if (after->verdict == VERDICT_UNKNOWN)
		return false;
	/* one rule may drop neighbour discovery on one interface and then on the next */
	if (still_there(after, f))
		return after->progress > before->progress;
	return after->verdict < before->verdict || after->progress >= before->progress ||
	       as_foretold(before, after);
}

static void note(struct diagnosis *d, char *what, char *why)
{
	struct unchecked *u = vec_add(&d->unchecked);

	u->what = what;
	u->why = why;
}

static int open_journal(const struct run *r, struct journal **ret, char **ret_error)
{
	_cleanup_(freep) char *about = xasprintf("%s %s", r->source.text,
						 r->destination.text ? r->destination.text : "");
	int err = journal_open(ret, ret_error);

	if (err == 0)
		journal_about(*ret, about);
	return err;
}

/* Applies all ops of a finding; on an error takes back what was done already. */
static int apply(struct journal *j, struct diagnosis *d, const struct finding *f,
		 int *changes, size_t *ret_n, char **ret_error)
{
	size_t n = 0;

	vec_each(op, &f->ops) {
		_cleanup_(closep) int fd = run_ns_open(d, op->ns);
		int change = fd < 0 ? fd : fix_apply(j, d->snapshot, op, fd, ret_error);

		if (change < 0) {
			while (n > 0) {
				_cleanup_(freep) char *why = NULL;

				if (fix_revert(j, changes[--n], &why) < 0)
					note(d, xasprintf("taking back the repair of %s", f->code),
					     xstrdup(why ? why : "it failed"));
			}
			return change;
		}
		changes[n++] = change;
	}
	*ret_n = n;
	return 0;
}

static void record(fix_records *records, const struct diagnosis *d, const struct finding *f, bool kept)
{
	struct fix_record *rec = vec_add(records);

	rec->code = xstrdup(f->code);
	report_commands(d, f, &rec->commands);
	rec->kept = kept;
}

/* --dry-run: what would be done, and what the model makes of it. */
static void rehearse(struct diagnosis *d)
{
	bool all = true;

	vec_each(f, &d->findings) {
		if (f->role == FINDING_NOTE)
			continue;
		all = all && f->ops.n > 0;
		if (all)
			record(&d->fixes, d, f, false);
	}
	d->fixed = true;
	d->dry_run = true;
	d->before = d->verdict;
	d->expect_reachable = all && d->findings.n > 0 && d->findings.v[0].role == FINDING_CAUSE;
}

struct diagnosis *heal(struct run *r, struct diagnosis *d)
{
	const enum verdict before = d->verdict;
	struct journal *j = NULL;
	fix_records records = { 0 };
	char *error = NULL;
	bool kept_any = false;

	if (r->options->dry_run) {
		rehearse(d);
		return d;
	}
	for (int i = 0; i < ROUNDS && d->verdict != VERDICT_UNKNOWN; i++) {
		const struct finding *f = repairable(d);
		int changes[16];
		struct diagnosis *after;
		size_t n = 0;

		if (!f || f->ops.n > ARRAY_SIZE(changes) || !ask(r, d, f))
			break;
		if ((!j && open_journal(r, &j, &error) < 0) || apply(j, d, f, changes, &n, &error) < 0) {
			note(d, xasprintf("the repair of %s", f->code),
			     error ? error : xstrdup("it could not be done"));
			error = NULL;
			break;
		}
		r->just_changed = true;
		after = run_diagnosis(r);
		if (!helped(d, after, f)) {
			while (n > 0) {
				if (fix_revert(j, changes[--n], &error) < 0)
					note(d, xasprintf("taking back the repair of %s", f->code),
					     error ? error : xstrdup("it failed"));
				error = NULL;
			}
			record(&records, d, f, false);
			diagnosis_free(after);
			break;
		}
		record(&records, d, f, true);
		kept_any = true;
		diagnosis_free(d);
		d = after;
	}
	d->fixed = true;
	d->before = before;
	d->journal = j && kept_any ? xstrdup(journal_id(j)) : NULL;
	vec_each(rec, &records)
		vec_push(&d->fixes, *rec);
	vec_free(&records);
	if (j)
		journal_close(j);
	return d;
}
