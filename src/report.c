/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include "report/lookup.h"

const char *verdict_text(enum verdict v)
{
	switch (v) {
	case VERDICT_REACHABLE:
		return "reachable";
	case VERDICT_DEGRADED:
		return "degraded";
	case VERDICT_UNREACHABLE:
		return "unreachable";
	case VERDICT_UNKNOWN:
		return "unknown";
	}
	return "unknown";
}

int verdict_exit(enum verdict v)
{
	switch (v) {
	case VERDICT_REACHABLE:
		return 0;
	case VERDICT_DEGRADED:
	case VERDICT_UNREACHABLE:
		return 1;
	case VERDICT_UNKNOWN:
		return 3;
	}
	return 3;
}

const struct ns *report_ns(const struct diagnosis *d, int ns)
{
	if (!d->snapshot || ns < 0 || (size_t)ns >= d->snapshot->ns.n)
		return NULL;
	return snapshot_ns(d->snapshot, ns);
}

const struct link *report_link(const struct diagnosis *d, int ns, int ifindex)
{
	const struct ns *n = report_ns(d, ns);

	return n ? ns_link(n, ifindex) : NULL;
}

struct ifname report_ifname(const struct diagnosis *d, int ns, int ifindex)
{
	const struct ns *n = report_ns(d, ns);

	return n ? ns_ifname(n, ifindex) : (struct ifname){ "?" };
}

unsigned int report_sent(const struct probe *p)
{
	unsigned int sent = 0;

	vec_each(a, &p->attempts)
		sent += a->sent_us != 0;
	return sent;
}

static void copy_strings(const op_strings *from, op_strings *to)
{
	vec_each(s, from)
		vec_push(to, xstrdup(*s));
}

void report_commands(const struct diagnosis *d, const struct finding *f, op_strings *ret)
{
	if (!f->ops.n)
		copy_strings(&f->advice, ret);
	vec_each(op, &f->ops)
		op_commands(d->snapshot, op, ret);
}

/* Taken back in the opposite order. */
void report_undo(const struct diagnosis *d, const struct finding *f, op_strings *ret)
{
	for (size_t i = f->ops.n; i > 0; i--)
		op_undo_commands(d->snapshot, &f->ops.v[i - 1], ret);
}

void report_persist(const struct diagnosis *d, const struct finding *f, op_strings *ret)
{
	vec_each(op, &f->ops)
		op_persist(d->snapshot, op, ret);
}

static void endpoint_done(struct endpoint *e)
{
	free(e->name);
}

static void probes_free(struct diagnosis *d)
{
	vec_each(p, &d->probes)
		vec_free(&p->attempts);
	vec_free(&d->probes);
}

static void unchecked_free(unchecked_list *list)
{
	vec_each(u, list) {
		free(u->what);
		free(u->why);
	}
	vec_free(list);
}

static void fixes_free(struct diagnosis *d)
{
	vec_each(f, &d->fixes) {
		free(f->code);
		op_strings_free(&f->commands);
	}
	vec_free(&d->fixes);
}

const struct finding *diagnosis_cause(const struct diagnosis *d)
{
	const struct finding *first = d->findings.n ? &d->findings.v[0] : NULL;

	return first && first->role == FINDING_CAUSE ? first : NULL;
}

void diagnosis_forget(struct diagnosis *d)
{
	free(d->summary);
	d->summary = NULL;
	vec_free(&d->path);
	findings_free(&d->findings);
	unchecked_free(&d->unchecked);
	op_strings_free(&d->notes);
}

void diagnosis_free(struct diagnosis *d)
{
	if (!d)
		return;
	diagnosis_forget(d);
	free(d->error);
	endpoint_done(&d->source);
	endpoint_done(&d->destination);
	probes_free(d);
	observations_free(&d->seen);
	fixes_free(d);
	free(d->journal);
	free(d->taken_on);
	strbuf_done(&d->saved);
	unchecked_free(&d->remarks);
	snapshot_free(d->snapshot);
	free(d);
}
