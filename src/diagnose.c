/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diagnose.h"

#include <errno.h>
#include <stdio.h>

#include "faults/groups.h"
#include "predict.h"
#include "reason.h"
#include "verdict.h"

/* The groups, in the order in which a packet meets trouble. */
const struct fault_group *const fault_table[] = {
	&faults_link, &faults_bridge, &faults_device, &faults_neigh, &faults_route, &faults_forward,
	&faults_filter, &faults_ipsec, &faults_tables, &faults_nat, &faults_farend, &faults_names,
};
const size_t fault_table_n = ARRAY_SIZE(fault_table);

const struct fault *fault_find(const char *code)
{
	for (size_t g = 0; g < ARRAY_SIZE(fault_table); g++)
		for (size_t i = 0; i < fault_table[g]->n; i++)
			if (streq(fault_table[g]->rows[i].code, code))
				return &fault_table[g]->rows[i];
	return NULL;
}

/* --- where a fault lies --- */

static bool at_target(const struct finding *f)
{
	static const char *const codes[] = { "icmp-echo-ignored", "service-not-listening",
					     "service-loopback-only", "service-backlog-full",
					     "input-drop" };

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (streq(f->code, codes[i]))
			return f->dir == DIR_REQUEST && !f->underway;
	return false;
}

static enum fate fate_of(const struct finding *f)
{
	static const char *const outside[] = { "connection-refused", "upstream-rejected",
					       "upstream-silent" };

	for (size_t i = 0; i < ARRAY_SIZE(outside); i++)
		if (streq(f->code, outside[i]))
			return FATE_OUTSIDE;
	return at_target(f) ? FATE_TARGET : FATE_INSIDE;
}

/* --- asking the table --- */

/* Asks every row about q->leg, in order; less certain answers do not count. On true, f is filled. */
static bool ask_table(const struct question *q, unsigned int ask, enum confidence at_least,
		      struct finding *f)
{
	for (size_t g = 0; g < ARRAY_SIZE(fault_table); g++) {
		for (size_t i = 0; i < fault_table[g]->n; i++) {
			const struct fault *row = &fault_table[g]->rows[i];

			if (!row->match || !(row->ask & ask) || !(row->legs & LEG_BIT(q->leg->kind)))
				continue;
			*f = (struct finding){ .code = row->code,
					       .safety = row->safety,
					       .confidence = q->ev ? CONFIRMED : LIKELY,
					       .dir = q->leg->dir,
					       .protocols = 1u << q->path->flow.proto,
					       .ports = q->path->flow.port };
			if (!row->match(q, f) || f->confidence > at_least) {
				finding_done(f);
				continue;
			}
			if (f->ops.n == 0)
				f->safety = SAFETY_MANUAL;
			return true;
		}
	}
	return false;
}

/* Did an answer to one of the probe's packets come in, or an error about one, whatever became of it then? */
static bool heard_of(const struct inquiry *in, size_t i)
{
	const struct ns *ns = snapshot_ns(in->s, in->probes[i].ns);

	vec_each(s, &in->obs->sightings)
		if (s->probe == (int)i && s->ns == in->probes[i].ns && !s->out &&
		    (s->kind == SIGHT_REPLY || (s->kind == SIGHT_ERROR && !ns_is_local(ns, &s->pkt.src))))
			return true;
	return false;
}

static struct facts facts_of(const struct inquiry *in)
{
	struct facts f = { .s = in->s,
			   .others = in->others,
			   .obs = in->obs,
			   .port_asked = in->port_asked,
			   .routed_both_ways = in->routed_both_ways };

	for (size_t i = 0; i < in->n; i++) {
		const struct probe *p = &in->probes[i];

		f.sent += (uint32_t)p->attempts.n;
		if (!p->control || in->no_probe)
			continue;
		f.control_asked[p->proto] = true;
		f.control_works[p->proto] = p->outcome == PROBE_ANSWERED ||
					    p->outcome == PROBE_REFUSED;
		f.control_heard[p->proto] = f.control_works[p->proto] || heard_of(in, i);
	}
	return f;
}

/* "br0 saw 3 of 3 requests", "eth0 saw 0 of 3" */
static void say_counts(const struct inquiry *in, const struct asked *a, struct finding *f)
{
	const struct evidence *e = &a->ev;
	const int points[] = { e->last_point, e->last_point + 1 };

	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		const struct point *pt;
		const char *what;

		if (points[i] < 0 || (size_t)points[i] >= a->path->points.n)
			continue;
		pt = &a->path->points.v[points[i]];
		if ((size_t)pt->ns >= in->obs->capture_error.n || in->obs->capture_error.v[pt->ns] != 0)
			continue;
		what = pt->dir == DIR_REPLY ? "answers" : "requests";
		vec_push(&f->evidence,
			 xasprintf("%s in %s saw %u of %u %s",
				   ns_ifname(snapshot_ns(in->s, pt->ns), pt->ifindex).s,
				   snapshot_ns(in->s, pt->ns)->name, e->seen.v[points[i]].packets,
				   e->sent, what));
	}
}

static void set_place(const struct inquiry *in, const struct asked *a, struct finding *f)
{
	const struct point *pt;

	/* what was answered, if with a refusal, did not end on the way */
	if (a->ev.last_point < 0 || a->ev.loss == LOSS_REFUSED || a->ev.loss == LOSS_TAKEN)
		return;
	pt = &a->path->points.v[a->ev.last_point];
	f->place = xstrdup(ns_ifname(snapshot_ns(in->s, pt->ns), pt->ifindex).s);
}

/* How well an explanation has to be founded, in the order in which explanations are looked for. */
struct pass {
	unsigned int ask;
	enum confidence at_least;
};

/* The first row that explains one of the legs first … last. */
static bool explain(const struct inquiry *in, size_t i, const struct facts *facts,
		    struct snapshot *scratch, size_t first, size_t last, const struct pass *pass,
		    struct finding *f)
{
	const struct asked *a = &in->asked[i];

	for (size_t l = first; l <= last && l < a->path->legs.n; l++) {
		struct question q = { .s = scratch,
				      .path = a->path,
				      .leg = &a->path->legs.v[l],
				      .index = l,
				      .ev = a->ev.loss == LOSS_UNSEEN ? NULL : &a->ev,
				      .probe = &in->probes[i],
				      .facts = facts };

		if (q.ev && pass->ask != ASK_TRACE)
			q = wrong_turn(&q);
		if (ask_table(&q, pass->ask, pass->at_least, f))
			return true;
	}
	return false;
}

/*
 * Did the traced rule drop what a bridge was passing on, while the packet is to go up by that bridge and not to come
 * back? Then it was sent astray before, and would not meet this rule on its way.
 */
static bool went_astray(const struct inquiry *in, const struct asked *a)
{
	const struct trace_event *t;
	bool up = false;

	if (a->ev.trace < 0)
		return false;
	t = &in->obs->traces.v[a->ev.trace];
	if (!t->oif || t->iif != t->oif)
		return false;
	vec_each(leg, &a->path->legs) {
		if (leg->ns != t->ns || leg->oif != t->oif || t->reply != (leg->dir == DIR_REPLY))
			continue;
		if (leg->kind == LEG_FORWARD)
			return false;
		up = up || leg->kind == LEG_BRIDGE_UP;
	}
	return up;
}

/* What explains that probe i got no answer. */
static bool find_cause(const struct inquiry *in, size_t i, const struct facts *facts,
		       struct snapshot *scratch, struct finding *f)
{
	/* the trace knows the place better than two captures between which it lies */
	static const struct pass on_its_way[] = { { ASK_TRACE, CONFIRMED }, { ASK_SEEN, LIKELY },
						  { ASK_SEEN, POSSIBLE }, { ASK_LAST, POSSIBLE } };
	static const struct pass astray[] = { { ASK_SEEN, LIKELY }, { ASK_TRACE, CONFIRMED },
					      { ASK_SEEN, POSSIBLE }, { ASK_LAST, POSSIBLE } };
	static const struct pass modelled = { ASK_MODEL, LIKELY };
	static const struct pass taken = { ASK_TAKEN, CONFIRMED };
	const struct asked *a = &in->asked[i];
	const struct pass *pass = went_astray(in, a) ? astray : on_its_way;
	size_t first = a->ev.first_leg < 0 ? 0 : (size_t)a->ev.first_leg;
	size_t last = a->ev.last_leg < 0 ? a->path->legs.n : (size_t)a->ev.last_leg;
	bool found = false;

	if (a->ev.loss == LOSS_UNSEEN)
		return explain(in, i, facts, scratch, 0, a->path->legs.n, &modelled, f);
	if (a->ev.loss == LOSS_TAKEN)
		return explain(in, i, facts, scratch, first, last, &taken, f);
	for (size_t p = 0; !found && p < ARRAY_SIZE(on_its_way); p++) {
		if (pass[p].ask != ASK_TRACE)
			found = explain(in, i, facts, scratch, first, last, &pass[p], f);
		else if (a->ev.trace >= 0)
			found = explain(in, i, facts, scratch, 0, a->path->legs.n, &pass[p], f);
	}
	if (!found)
		return false;
	say_counts(in, a, f);
	set_place(in, a, f);
	return true;
}

/* Does a path lead to the same point by a leg of the same kind? The host's own answers are not forwarded. */
static bool comes_by(const struct path *path, const struct path *other, const struct leg *leg)
{
	const struct point *pt = &other->points.v[leg->point];

	vec_each(p, &path->points)
		if (p->ns == pt->ns && p->ifindex == pt->ifindex && p->out == pt->out && p->dir == pt->dir &&
		    path->legs.v[p->leg].kind == leg->kind)
			return true;
	return false;
}

/*
 * Did any probe of this run show that this leg passes packets? A flow's first one shows nothing of what follows,
 * and that nothing of the first.
 */
static bool proved(const struct inquiry *in, const struct path *path, const struct leg *leg)
{
	if (in->no_probe || leg->point < 0 || leg->kind == LEG_OUTSIDE)
		return false;
	for (size_t i = 0; i < in->n; i++) {
		const struct probe *p = &in->probes[i];

		if (p->control || (p->follows > 0) != (path->flow.follows > 0))
			continue;
		if (comes_by(in->asked[i].path, path, leg) && correlate_passed(in->obs, i, &path->points.v[leg->point]))
			return true;
	}
	return false;
}

/* The first thing on a path, from leg `first` on, that the configuration alone says would stop it. */
static bool find_in_model(const struct inquiry *in, const struct path *path, size_t first,
			  const struct facts *facts, struct snapshot *scratch, struct finding *f)
{
	for (size_t l = first; l < path->legs.n; l++) {
		struct question q = { .s = scratch,
				      .path = path,
				      .leg = &path->legs.v[l],
				      .index = l,
				      .facts = facts };

		if (proved(in, path, q.leg) || !ask_table(&q, ASK_MODEL, LIKELY, f))
			continue;
		/* what else there is, the flow's first packet has passed */
		if (!path->flow.follows || f->has_rule)
			return true;
		finding_done(f);
	}
	return false;
}

/* --- unchecked, notes --- */

static void unchecked(struct diagnosis *d, char *what, char *why)
{
	vec_each(u, &d->unchecked) {
		if (streq(u->what, what)) {
			free(what);
			free(why);
			return;
		}
	}
	struct unchecked *u = vec_add(&d->unchecked);

	u->what = what;
	u->why = why;
}

static const char *ns_name(const struct inquiry *in, size_t ns)
{
	return snapshot_ns(in->s, (int)ns)->name;
}

/* Where the way goes on, but not before our eyes. */
static void list_unseen(const struct snapshot *s, const struct path *path, struct diagnosis *d)
{
	const struct leg *last = path->legs.n ? &path->legs.v[path->legs.n - 1] : NULL;
	const struct point *up = path->uplink_point >= 0 ? &path->points.v[path->uplink_point] : NULL;
	const struct link *l = up ? ns_link(snapshot_ns(s, up->ns), up->ifindex) : NULL;

	if (link_is_tap(l))
		unchecked(d, xasprintf("what becomes of packets behind %s in %s", l->name,
				       snapshot_ns(s, up->ns)->name),
			  xstrdup("a program takes them, which cannot be watched"));
	if (last && last->stop == STOP_PEER_UNKNOWN) {
		const struct link *out = ns_link(snapshot_ns(s, last->ns), last->oif);
		bool wire = !out || streq(out->kind, "veth") || link_shares_parent(out);

		unchecked(d, xasprintf("what lies behind %s in %s",
				       ns_ifname(snapshot_ns(s, last->ns), last->oif).s,
				       snapshot_ns(s, last->ns)->name),
			  xstrdup(wire ? "its other end is in a namespace that could not be found" :
					 "it leads out of this machine"));
	}
}

/* What rules do that cannot be decided, nobody has seen where nothing was sent. */
static void list_undecided(const struct inquiry *in, const struct path *path, struct diagnosis *d)
{
	vec_each(leg, &path->legs)
		for (size_t i = 0; i < leg->n_crossings; i++) {
			const struct crossing *c = &leg->crossings[i];

			if (c->res.verdict == FW_UNKNOWN)
				unchecked(d, xasprintf("the rules at the %s hook of %s", hook_name(c->at.hook),
						       ns_name(in, (size_t)c->at.ns)),
					  xstrdup(c->res.why ? c->res.why : "they cannot be decided"));
		}
}

static void list_unread_table(const struct ns *ns, const struct legacy_table *table,
			      struct diagnosis *d)
{
	const char *tool = table->family == AF_INET6 ? "ip6tables" : "iptables";
	int error = ns->error[COLLECT_LEGACY] ? -ns->error[COLLECT_LEGACY] : ENOTSUP;

	if (table->name[0])
		unchecked(d, xasprintf("legacy %s table %s in %s", tool, table->name, ns->name),
			  xasprintf("it could not be read: %s", strerror(error)));
	else
		unchecked(d, xasprintf("legacy %s in %s", tool, ns->name),
			  xasprintf("the list of its tables could not be read: %s", strerror(error)));
}

static void list_unchecked(const struct inquiry *in, struct diagnosis *d)
{
	for (size_t i = 0; i < in->s->ns.n; i++) {
		const struct ns *ns = snapshot_ns(in->s, (int)i);

		vec_each(table, &ns->legacy_tables)
			if (!table->read)
				list_unread_table(ns, table, d);
		for (size_t k = 0; k < COLLECT_KINDS; k++)
			if (ns->error[k] && k != COLLECT_LEGACY)
				unchecked(d, xasprintf("part of the configuration of %s", ns->name),
					  xasprintf("it could not be read: %s",
						    strerror(-ns->error[k])));
		if (in->no_probe)
			continue;
		if (i < in->obs->capture_error.n && in->obs->capture_error.v[i] < 0)
			unchecked(d, xasprintf("captures in %s", ns->name),
				  xstrdup(strerror(-in->obs->capture_error.v[i])));
		if (i < in->obs->trace_error.n && in->obs->trace_error.v[i] < 0)
			unchecked(d, xasprintf("rule traces in %s", ns->name),
				  xstrdup(strerror(-in->obs->trace_error.v[i])));
	}
	list_unseen(in->s, in->asked[0].path, d);
	for (size_t i = 0; in->no_probe && i < in->n; i++)
		if (!in->probes[i].control)
			list_undecided(in, in->asked[i].path, d);
	if (in->no_probe && in->asked[0].path->outside)
		unchecked(d, xstrdup("whether the outside answers"), xstrdup("nothing was sent"));
}

/* What comes back from a place that cannot be seen is no surprise. */
static bool ends_unseen(const struct path *path)
{
	return path->legs.n && path->legs.v[path->legs.n - 1].stop == STOP_PEER_UNKNOWN;
}

/* "at eth0 in netns1", "at netns1"; drop_monitor knows no more than by which interface it came in */
static char *drop_place(const struct inquiry *in, const struct kernel_drop *drop)
{
	const struct ns *ns = snapshot_ns(in->s, drop->ns);
	bool behind = in->obs->monitor_heard == 1;

	if (!drop->ifindex)
		return xasprintf("at %s", ns->name);
	return xasprintf("%s %s in %s", behind ? "behind" : "at", ns_ifname(ns, drop->ifindex).s, ns->name);
}

/* Its reason, or NULL where it says nothing that is known. */
static const struct reason *why_dropped(const struct inquiry *in, const struct kernel_drop *drop)
{
	const struct reason *why = reason_find(drop->reason);

	return why && drop->probe >= 0 && reason_is_aside(why, in->probes[drop->probe].proto) ? NULL : why;
}

/* The names of the kernel are for those who look them up. */
static void list_drop(const struct inquiry *in, const struct kernel_drop *drop, struct diagnosis *d)
{
	const struct reason *why = why_dropped(in, drop);
	_cleanup_(freep) char *place = drop_place(in, drop), *note = NULL;

	note = xasprintf("drop of %s %s %s: %s (%s%s%s)",
			 drop->probe < 0 ? "neighbour discovery" : proto_name(in->probes[drop->probe].proto),
			 drop->kind == SIGHT_ERROR ? "error" : drop->kind == SIGHT_REPLY ? "answer" : "request", place,
			 why ? why->words : "no reason that says more", drop->reason[0] ? drop->reason : "unnamed",
			 drop->function[0] ? ", in " : "", drop->function);
	vec_each(known, &d->notes)
		if (streq(*known, note))
			return;
	vec_push(&d->notes, xstrdup(note));
}

static const char *why_no_bpf(int error)
{
	if (error == -ENOSYS)
		return "nsdoctor was built without it";
	return error == -EOPNOTSUPP ? "the kernel has no BTF" : strerror(-error);
}

static const char *why_no_monitor(int error)
{
	if (error == -ENOENT)
		return "there is none here";
	return error == -EBUSY ? "somebody else uses it" : strerror(-error);
}

static char *who_told(const struct observations *o)
{
	const char *no_bpf = why_no_bpf(o->drops_heard);

	if (o->drops_heard == 0)
		return xstrdup("not asked");
	if (o->drops_heard < 0 && o->monitor_heard < 0)
		return xasprintf("no (BPF: %s; drop_monitor: %s)", no_bpf,
				 why_no_monitor(o->monitor_heard));
	if (o->drops_heard < 0 && o->monitor_heard == 0)
		return xasprintf("no (BPF: %s)", no_bpf);
	return xasprintf("%s, by %s%s%s", o->drops.n ? "yes" : "none",
			 o->drops_heard == 1 ? "BPF" : "drop_monitor, as BPF is not to be had: ",
			 o->drops_heard == 1 ? "" : no_bpf, o->drops_lost ? "; some were missed" : "");
}

static void list_drops(const struct inquiry *in, struct diagnosis *d)
{
	const struct observations *o = in->obs;
	_cleanup_(freep) char *told = who_told(o);

	vec_push(&d->notes, xasprintf("drop reasons of the kernel: %s", told));
	vec_each(drop, &o->drops)
		list_drop(in, drop, d);
}

static void list_witnesses(const struct inquiry *in, struct diagnosis *d)
{
	for (size_t i = 0; i < in->s->ns.n && !in->no_probe; i++) {
		bool captured = i < in->obs->capture_error.n && in->obs->capture_error.v[i] == 0;
		bool traced = i < in->obs->trace_error.n && in->obs->trace_error.v[i] == 0;

		vec_push(&d->notes, xasprintf("%s: capture %s, rule trace %s", ns_name(in, i),
					      captured ? "yes" : "no",
					      traced ? "yes" :
					      fw_has_chains(in->s, (int)i) ? "no" : "not needed"));
	}
	for (size_t i = 0; i < in->n && !in->no_probe; i++) {
		const struct evidence *e = &in->asked[i].ev;

		if (e->stray < 0 || ends_unseen(in->asked[i].path))
			continue;
		const struct sighting *s = &in->obs->sightings.v[e->stray];

		vec_push(&d->notes,
			 xasprintf("%s probe: also seen on %s in %s, which the model did not expect",
				   proto_name(in->probes[i].proto),
				   ns_ifname(snapshot_ns(in->s, s->ns), s->ifindex).s,
				   ns_name(in, (size_t)s->ns)));
	}
	if (!in->no_probe)
		list_drops(in, d);
}

/* --- the kernel's own reasons --- */

/* Is it about a packet of those that the finding explains? */
static bool is_of(const struct inquiry *in, const struct kernel_drop *drop, const struct finding *f)
{
	return drop->probe >= 0 && drop->kind == (f->dir == DIR_REPLY ? SIGHT_REPLY : SIGHT_REQUEST) &&
	       f->protocols >> in->probes[drop->probe].proto & 1;
}

/* The table of neighbours is the whole machine's, whichever namespace comes to its end. */
static bool is_at(const struct inquiry *in, const struct kernel_drop *drop, const struct finding *f)
{
	const struct link *l = ns_link_by_name(snapshot_ns(in->s, f->ns), f->object);

	if (streq(f->code, "neighbour-table-full"))
		return true;
	return drop->ns == f->ns && (!l || !drop->ifindex || l->ifindex == drop->ifindex);
}

/*
 * What is only likely becomes certain where the kernel names the same reason
 * for a packet of the same kind at the same place; and where nothing but a
 * place is known, its reason is told.
 */
static void hear_reasons(const struct inquiry *in, struct finding *f)
{
	bool place_only = streq(f->code, "packet-loss");

	vec_each(drop, &in->obs->drops) {
		const struct reason *why = why_dropped(in, drop);
		_cleanup_(freep) char *place = NULL;

		if (!why || !is_of(in, drop, f))
			continue;
		if (!place_only && (f->confidence == CONFIRMED || !reason_proves(drop->reason, f->code) ||
				    !is_at(in, drop, f)))
			continue;
		place = drop_place(in, drop);
		vec_push(&f->evidence, xasprintf("the kernel says why it drops it %s: %s", place, why->words));
		if (drop->ns == f->ns || !place_only)
			f->confidence = CONFIRMED;
		return;
	}
}

static void hear_kernel(const struct inquiry *in, struct diagnosis *d)
{
	vec_each(f, &d->findings)
		if (f->role == FINDING_CAUSE && !in->no_probe)
			hear_reasons(in, f);
}

/* --- what would come next --- */

static bool repaired(struct snapshot *world, const struct finding *f)
{
	vec_each(op, &f->ops)
		if (op->kind != OP_CT_DELETE && op_model(world, op) < 0)
			return false;
	return f->ops.n > 0;
}

static bool same_place(const struct finding *a, const struct finding *b)
{
	return streq(a->code, b->code) && a->ns == b->ns && streq(a->object, b->object) && finding_same_backend(a, b);
}

static bool same_fault(const struct finding *a, const struct finding *b)
{
	return same_place(a, b) && a->dir == b->dir;
}

static bool known(const findings *fs, const struct finding *f)
{
	vec_each(other, fs)
		if (same_fault(other, f))
			return true;
	return false;
}

/* One rule may drop neighbour discovery on one interface, and on the next one as well. */
static bool on_another_segment(const struct finding *a, const struct finding *b)
{
	const struct op_match *one, *other;

	if (!a->underway || !b->underway || !a->ops.n || !b->ops.n)
		return false;
	one = &a->ops.v[0].match;
	other = &b->ops.v[0].match;
	return one->iif != other->iif || one->oif != other->oif || one->icmp_type != other->icmp_type;
}

/* Is it there already, so that its repair did not help in the model? */
static bool comes_again(const findings *fs, const struct finding *f)
{
	vec_each(other, fs)
		if (same_fault(other, f) && !on_another_segment(other, f))
			return true;
	return false;
}

/* It stops packets that are not their flow's first ones. */
static void say_follows(struct finding *f)
{
	_cleanup_(freep) char *why = f->message;

	f->message = xasprintf("%s from a flow's second packet on", why);
}

/*
 * Repairs each fault in the model and asks what stops the packet then. Returns
 * the path of the repaired world, as far as the repairs go (the caller's).
 */
static struct path *look_ahead(const struct inquiry *in, size_t i, const struct facts *facts,
			       struct diagnosis *d)
{
	_cleanup_(snapshot_freep) struct snapshot *world = snapshot_copy(in->s);
	struct path *path = NULL;
	bool outside = false;
	size_t at = 0;

	for (int rounds = 0; rounds < 12; rounds++) {
		const struct finding *last = &d->findings.v[at];
		struct finding f;

		if (fate_of(last) == FATE_OUTSIDE) {
			/* the rest of the way is that of the answer, should one come; a refusal has come all of it */
			if (in->asked[i].ev.refused)
				break;
			outside = true;
		} else if (!repaired(world, last)) {
			unchecked(d, xasprintf("what would come after %s", last->code),
				  xstrdup("it has no repair that is certain, so the model stops there"));
			break;
		}
		path_free(path);
		path = predict(world, &in->asked[i].path->flow);
		if (!find_in_model(in, path, outside ? path->request_legs : 0, facts, world, &f))
			break;
		if (comes_again(&d->findings, &f)) {
			finding_done(&f);
			break;
		}
		f.role = FINDING_NEXT;
		if (f.confidence == CONFIRMED)
			f.confidence = LIKELY;
		if (path->flow.follows)
			say_follows(&f);
		vec_push(&d->findings, f);
		at = d->findings.n - 1;
	}
	return path;
}

/* The outside answers nobody; that it could not answer this packet either is worth knowing. */
static void note_translation(const struct inquiry *in, size_t i, const struct facts *facts,
			     struct snapshot *scratch, struct diagnosis *d)
{
	struct facts noting = *facts;
	struct finding f;

	if (!streq(d->findings.v[0].code, "upstream-silent") || in->asked[i].ev.first_leg < 0)
		return;
	noting.noting = true;

	const struct path *path = in->asked[i].path;
	const struct question q = { .s = scratch,
				    .path = path,
				    .leg = &path->legs.v[in->asked[i].ev.first_leg],
				    .index = (size_t)in->asked[i].ev.first_leg,
				    .ev = &in->asked[i].ev,
				    .probe = &in->probes[i],
				    .facts = &noting };

	if (!ask_table(&q, ASK_SEEN, POSSIBLE, &f))
		return;
	f.role = FINDING_NOTE;
	if (streq(f.code, "masquerade-missing"))
		vec_push(&d->findings, f);
	else
		finding_done(&f);
}

/* --- the path of the report --- */

static int find_hop(const struct diagnosis *d, int ns, int ifindex)
{
	for (size_t i = 0; i < d->path.n; i++)
		if (d->path.v[i].ns == ns && d->path.v[i].ifindex == ifindex)
			return (int)i;
	return -1;
}

static struct addr hop_address(const struct snapshot *s, int ns, int ifindex, uint8_t family)
{
	const struct iface_addr *a = ns_addr_on(snapshot_ns(s, ns), ifindex, family,
						&(struct addr){ 0 });

	return a ? a->prefix.addr : (struct addr){ 0 };
}

/* elsewhere: the state in a direction that does not come by here. */
static struct hop *add_hop(struct diagnosis *d, const struct inquiry *in, const struct path *path,
			   const struct point *pt, enum hop_state elsewhere)
{
	const struct hop_side unknown = { .state = elsewhere, .first_us = -1 };
	const struct link *l = ns_link(snapshot_ns(in->s, pt->ns), pt->ifindex);
	struct hop *h = vec_add(&d->path);

	*h = (struct hop){ .ns = pt->ns,
			   .ifindex = pt->ifindex,
			   .role = pt->role,
			   .bridge = pt->role == ROLE_PORT && l ? l->master : 0,
			   .address = hop_address(in->s, pt->ns, pt->ifindex, path->flow.dst.family),
			   .request = unknown,
			   .reply = unknown,
			   .reply_only = pt->dir == DIR_REPLY };
	return h;
}

static uint64_t started(const struct inquiry *in)
{
	uint64_t first = 0;

	for (size_t i = 0; i < in->n; i++)
		vec_each(a, &in->probes[i].attempts)
			if (a->sent_us && (!first || a->sent_us < first))
				first = a->sent_us;
	return first;
}

static void build_path(const struct inquiry *in, size_t i, const struct path *path,
		       struct diagnosis *d)
{
	uint64_t zero = started(in);
	bool answered = in->no_probe ? d->findings.n == 0 : in->probes[i].answered > 0;
	struct evidence e;
	bool lost = false, beyond, asked_for;

	correlate_probe(path, &in->probes[i], i, in->obs, &e);
	/* a router's question for a next hop may be about packets of its own */
	asked_for = e.arp_segment >= 0 &&
		    (path->legs.v[e.arp_segment].kind == LEG_SEND ||
		     (d->findings.n && streq(d->findings.v[0].code, "neighbour-failed")));
	beyond = answered || (e.last_point >= 0 && path->points.v[e.last_point].dir == DIR_REPLY);
	d->mark_hop = MARK_NONE;
	for (size_t k = 0; k < path->points.n; k++) {
		const struct point *pt = &path->points.v[k];
		const struct point_seen *seen = &e.seen.v[k];
		bool watched = !in->no_probe && (size_t)pt->ns < in->obs->capture_error.n &&
			       in->obs->capture_error.v[pt->ns] == 0;
		int at = find_hop(d, pt->ns, pt->ifindex);
		struct hop_side side = { .state = HOP_NOT_REACHED, .first_us = -1 }, *was;

		if (at < 0) {
			add_hop(d, in, path, pt, beyond ? HOP_UNOBSERVED : HOP_NOT_REACHED);
			at = (int)d->path.n - 1;
		}
		was = pt->dir == DIR_REQUEST ? &d->path.v[at].request : &d->path.v[at].reply;
		side.arp = asked_for ? seen->arp : 0;
		if (seen->packets) {
			side.state = HOP_SEEN;
			side.packets = seen->packets;
			side.first_us = seen->first_us > zero ? (int64_t)(seen->first_us - zero) : 0;
		} else if (!watched || (int)k < e.last_point || answered) {
			side.state = in->no_probe && lost ? HOP_NOT_REACHED : HOP_UNOBSERVED;
		} else if (!lost) {
			side.state = HOP_LOST;
			lost = true;
			/* sent back the way it came: it ends behind the hop, not before it */
			d->mark_hop = at + (was->packets > 0);
			d->mark_dir = pt->dir;
		}
		if (side.packets || !was->packets)
			*was = side;
	}
	if (d->mark_hop >= (int)d->path.n)
		d->mark_hop = MARK_END;
	if (!answered && !lost && !in->no_probe) {
		d->mark_hop = MARK_END;
		d->mark_dir = path->complete ? DIR_REPLY : DIR_REQUEST;
	}
	evidence_done(&e);
}

/* --- the verdict --- */

static int last_of_request(const struct path *path)
{
	int last = -1;

	for (size_t i = 0; i < path->points.n; i++)
		if (path->points.v[i].dir == DIR_REQUEST)
			last = (int)i;
	return last;
}

/*
 * A RST, or "port unreachable", that the destination itself sent: no rule on
 * this host's way dropped the request. Beyond the uplink, or where the way is not known further, it is
 * one that came in from there.
 */
static bool refused_by_destination(const struct inquiry *in, size_t i)
{
	const struct asked *a = &in->asked[i];
	int end;

	if (in->probes[i].outcome != PROBE_REFUSED || a->ev.trace >= 0 || a->ev.loss == LOSS_TAKEN)
		return false;
	if (a->path->deliver_leg >= 0)
		return a->ev.first_leg >= a->path->deliver_leg;
	end = a->path->outside ? a->path->uplink_point : last_of_request(a->path);
	vec_each(s, &in->obs->sightings)
		if (end >= 0 && s->probe == (int)i && !s->out &&
		    s->kind == (in->probes[i].proto == PROTO_UDP ? SIGHT_ERROR : SIGHT_REPLY) &&
		    s->ns == a->path->points.v[end].ns &&
		    s->ifindex == a->path->points.v[end].ifindex)
			return true;
	return false;
}

struct opinion {
	int probe;          /* index, -1: not asked */
	enum fate fate;
	bool has_finding;
	struct finding f;
};

static struct opinion form_opinion(const struct inquiry *in, int probe, bool question,
				   const struct facts *facts, struct snapshot *scratch)
{
	struct opinion o = { .probe = probe };

	if (probe < 0)
		return o;
	o.fate = FATE_WORKS;
	if (in->no_probe) {
		o.has_finding = find_in_model(in, in->asked[probe].path, 0, facts, scratch, &o.f);
	} else {
		if (in->asked[probe].ev.answered ||
		    (!question && refused_by_destination(in, (size_t)probe)))
			return o;
		o.has_finding = find_cause(in, (size_t)probe, facts, scratch, &o.f);
		if (!o.has_finding)
			o.fate = FATE_INSIDE;
	}
	if (o.has_finding)
		o.fate = fate_of(&o.f);
	/* somebody answers in the destination's place: it was not asked */
	if (!question && !in->no_probe && in->asked[probe].ev.loss == LOSS_TAKEN &&
	    in->probes[probe].answered)
		o.fate = FATE_NOT_ASKED;
	return o;
}

/* Puts an opinion's finding into the report, or together with one that says the same. */
static void stand(struct diagnosis *d, struct opinion *o, enum standing standing)
{
	if (!o->has_finding)
		return;
	if (standing == STANDS_NOT) {
		finding_done(&o->f);
		return;
	}
	o->f.role = standing == STANDS_AS_CAUSE ? FINDING_CAUSE : FINDING_NOTE;
	vec_each(other, &d->findings) {
		if (other->role == o->f.role && same_fault(other, &o->f)) {
			other->protocols |= o->f.protocols;
			if (!other->ports)
				other->ports = o->f.ports;
			if (o->f.confidence < other->confidence)
				other->confidence = o->f.confidence;
			finding_done(&o->f);
			return;
		}
	}
	vec_push(&d->findings, o->f);
}

static int find_probe(const struct inquiry *in, bool question)
{
	for (size_t i = 0; i < in->n; i++) {
		const struct probe *p = &in->probes[i];

		if (!p->control && !p->full && !p->follows && p->question == question)
			return (int)i;
	}
	return -1;
}

/* --- full size, partial loss --- */

/* The smallest packet of the full-size probe and its steps that got lost; index. */
static int smallest_lost(const struct inquiry *in, int full)
{
	int best = full;

	for (size_t i = 0; i < in->n; i++)
		if (in->probes[i].step && in->probes[i].outcome == PROBE_LOST &&
		    probe_same_way(&in->probes[i], &in->probes[full]) &&
		    in->probes[i].size < in->probes[best].size)
			best = (int)i;
	return best;
}

/* 0: not known */
static uint32_t largest_passed(const struct inquiry *in, const struct probe *full)
{
	uint32_t size = 0;

	for (size_t i = 0; i < in->n; i++)
		if (in->probes[i].step && in->probes[i].answered && probe_same_way(&in->probes[i], full) &&
		    in->probes[i].size > size)
			size = in->probes[i].size;
	return size;
}

/* From outside, the target sends its own full-size packets: to the asker they are the answers. */
static void turn_round(const struct inquiry *in, int question, int full, struct finding *f)
{
	if (!in->asked[question].path->flow.entry || in->asked[full].path->flow.entry)
		return;
	f->dir = f->dir == DIR_REQUEST ? DIR_REPLY : DIR_REQUEST;
	vec_push(&f->evidence, xasprintf("the requests are %s's own, to %s: large answers go the same way",
					 snapshot_ns(in->s, in->probes[full].ns)->name,
					 addr_text(&in->probes[full].dst).s));
}

/* Is it the rule that was named for the other direction? Its repair lets both pass. */
static bool drops_both_ways(const findings *fs, const struct finding *f)
{
	vec_each(other, fs)
		if (f->has_rule && other->has_rule && same_place(other, f))
			return true;
	return false;
}

/* Large packets that die where small ones pass. */
static void judge_full_size(const struct inquiry *in, int question, int full, const struct facts *facts,
			    struct snapshot *scratch, struct diagnosis *d)
{
	const struct probe *p = &in->probes[full];
	uint32_t passed;
	struct finding f;

	if (in->no_probe || !probe_small_answered(in->probes, in->n, p))
		return;
	/* "too big" came back: discovery works */
	if (p->outcome == PROBE_ANSWERED || p->outcome == PROBE_REJECTED ||
	    p->outcome == PROBE_PENDING || p->size == 0)
		return;
	/* a path MTU that is known already; a veth that refuses the size says ENOBUFS */
	if (p->outcome == PROBE_NOT_SENT && p->attempts.v[p->attempts.n - 1].error == EMSGSIZE)
		return;
	full = smallest_lost(in, full);
	p = &in->probes[full];
	passed = largest_passed(in, p);
	if (!find_cause(in, (size_t)full, facts, scratch, &f))
		return;
	f.role = FINDING_CAUSE;
	if (passed)
		vec_push(&f.evidence, xasprintf("the largest packet that passes has %u bytes, one of %u does not",
						passed, p->size));
	turn_round(in, question, full, &f);
	if (fate_of(&f) == FATE_OUTSIDE) {
		free(f.message);
		f.code = "mtu-blackhole";
		f.message = passed ? xasprintf("packets of more than %u bytes get no answer from outside",
					       passed) :
				     xasprintf("packets of %u bytes get no answer from outside", p->size);
		f.role = FINDING_NOTE;
		f.confidence = POSSIBLE;
	}
	if (f.role == FINDING_CAUSE && d->verdict == VERDICT_REACHABLE)
		d->verdict = VERDICT_DEGRADED;
	if (known(&d->findings, &f) || drops_both_ways(&d->findings, &f))
		finding_done(&f);
	else
		vec_push(&d->findings, f);
}

static void judge_sizes(const struct inquiry *in, int question, const struct facts *facts,
			struct snapshot *scratch, struct diagnosis *d)
{
	for (size_t i = 0; i < in->n; i++)
		if (in->probes[i].full && !in->probes[i].step)
			judge_full_size(in, question, (int)i, facts, scratch, d);
}

/* Is there a cause already that packets of this protocol meet? */
static bool has_cause(const struct diagnosis *d, enum proto proto)
{
	vec_each(f, &d->findings)
		if (f->role == FINDING_CAUSE && f->protocols >> proto & 1)
			return true;
	return false;
}

/* What stops a packet that is not its flow's first one. A single one may be lost anywhere: it has to be seen where. */
static bool find_follower_cause(const struct inquiry *in, size_t i, const struct facts *facts,
				struct snapshot *scratch, const struct diagnosis *d, struct finding *f)
{
	const struct probe *p = &in->probes[i];
	const struct evidence *e = &in->asked[i].ev;

	if (in->no_probe)
		return !has_cause(d, p->proto) && find_in_model(in, in->asked[i].path, 0, facts, scratch, f);
	if (p->outcome == PROBE_ANSWERED || p->outcome == PROBE_PENDING ||
	    (p->outcome == PROBE_NOT_SENT && p->attempts.v[p->attempts.n - 1].no_socket))
		return false;
	return e->loss != LOSS_UNSEEN && e->loss != LOSS_OUTSIDE && find_cause(in, i, facts, scratch, f);
}

/* Those of two protocols may meet the same rule. */
static bool joins_known(findings *fs, const struct finding *f)
{
	vec_each(other, fs) {
		if (!same_fault(other, f))
			continue;
		if (other->role == FINDING_CAUSE)
			other->protocols |= f->protocols;
		return true;
	}
	return false;
}

/* A flow's first packet passes, and the next one does not. Returns whether that is a cause of its own. */
static bool judge_follower(const struct inquiry *in, size_t i, const struct facts *facts, struct snapshot *scratch,
			   struct diagnosis *d)
{
	struct finding f;

	if (!find_follower_cause(in, i, facts, scratch, d, &f))
		return false;
	if (!f.has_rule || joins_known(&d->findings, &f)) {
		finding_done(&f);
		return false;
	}
	say_follows(&f);
	f.role = FINDING_CAUSE;
	vec_push(&d->findings, f);
	if (d->verdict == VERDICT_REACHABLE)
		d->verdict = VERDICT_DEGRADED;
	return true;
}

/* Returns the probe of the first cause of all, or -1 where that is no such one. */
static int judge_followers(const struct inquiry *in, const struct facts *facts, struct snapshot *scratch,
			   struct diagnosis *d)
{
	bool first = d->verdict == VERDICT_REACHABLE;
	int cause = -1;

	for (size_t i = 0; i < in->n; i++)
		if (in->probes[i].follows && judge_follower(in, i, facts, scratch, d) && first && cause < 0)
			cause = (int)i;
	return cause;
}

/* The probe that the first cause is about. */
static size_t stopped_first(const struct inquiry *in, const struct diagnosis *d, int question, int second,
			    int follower)
{
	if (follower >= 0)
		return (size_t)follower;
	if (d->findings.v[0].protocols >> in->probes[question].proto & 1 || second < 0)
		return (size_t)question;
	return (size_t)second;
}

/* The last point that saw every packet, and the next. */
static void say_partial(const struct inquiry *in, size_t i, struct finding *f)
{
	const struct asked *a = &in->asked[i];

	for (size_t k = 0; k < a->path->points.n; k++) {
		const struct point *pt = &a->path->points.v[k];

		vec_push(&f->evidence,
			 xasprintf("%s in %s saw %u of %u %s",
				   ns_ifname(snapshot_ns(in->s, pt->ns), pt->ifindex).s,
				   snapshot_ns(in->s, pt->ns)->name, a->ev.seen.v[k].packets,
				   a->ev.sent, pt->dir == DIR_REPLY ? "answers" : "requests"));
	}
}

/* "between br0 and eth0", "behind eth0": where the lost ones were seen last, and not seen next */
static char *gap_text(const struct inquiry *in, const struct path *path, const struct evidence *lost)
{
	const struct point *from = lost->last_point < 0 ? NULL : &path->points.v[lost->last_point];
	const struct leg *leg = &path->legs.v[lost->last_leg];
	const struct point *to = leg->point < 0 ? NULL : &path->points.v[leg->point];
	struct ifname a, b;

	if (from)
		a = ns_ifname(snapshot_ns(in->s, from->ns), from->ifindex);
	if (to)
		b = ns_ifname(snapshot_ns(in->s, to->ns), to->ifindex);
	if (leg->kind == LEG_OUTSIDE && from)
		return xasprintf("behind %s, outside of this host", a.s);
	if (from && to)
		return xasprintf("between %s and %s", a.s, b.s);
	if (from || to)
		return xasprintf("%s %s", from ? "behind" : "before", from ? a.s : b.s);
	return xasprintf("in %s", ns_name(in, (size_t)path->flow.src_ns));
}

/* The rule that took most of those that were lost, by the kernel's trace. */
static bool find_partial_cause(const struct inquiry *in, size_t i, const struct evidence *lost,
			       const struct facts *facts, struct snapshot *scratch,
			       struct finding *f)
{
	const struct path *path = in->asked[i].path;

	if (lost->trace < 0)
		return false;
	for (size_t l = 0; l < path->legs.n; l++) {
		const struct question q = { .s = scratch,
					    .path = path,
					    .leg = &path->legs.v[l],
					    .index = l,
					    .ev = lost,
					    .probe = &in->probes[i],
					    .facts = facts };

		if (ask_table(&q, ASK_TRACE, CONFIRMED, f))
			return true;
	}
	return false;
}

static void judge_partial(const struct inquiry *in, int question, const struct facts *facts,
			  struct snapshot *scratch, struct diagnosis *d)
{
	const struct asked *a = &in->asked[question];
	const struct probe *p = &in->probes[question];
	const struct point *where;
	_cleanup_(freep) char *gap = NULL, *why = NULL;
	unsigned int all = (unsigned int)p->attempts.n;
	struct evidence lost;
	struct finding f;

	if (in->no_probe || !a->ev.partial || !(in->all_attempts || in->lost_again))
		return;
	correlate_lost(a->path, p, (size_t)question, in->obs, &lost);
	gap = gap_text(in, a->path, &lost);
	where = lost.last_point < 0 ? NULL : &a->path->points.v[lost.last_point];
	if (find_partial_cause(in, (size_t)question, &lost, facts, scratch, &f)) {
		why = f.message;
	} else {
		f = (struct finding){ .code = "packet-loss",
				      .confidence = CONFIRMED,
				      .safety = SAFETY_MANUAL,
				      .dir = a->path->legs.v[lost.first_leg].dir,
				      .protocols = 1u << p->proto,
				      .ports = p->port,
				      .ns = where ? where->ns : a->path->flow.src_ns };
		f.object = xstrdup(where ? ns_ifname(snapshot_ns(in->s, where->ns), where->ifindex).s : "");
	}
	f.message = xasprintf("%u of %u packets vanish %s%s%s", lost.sent, all, gap,
			      why ? ": " : "", why ? why : "");
	f.mark = "partly lost";
	if (all - p->answered > lost.sent)
		vec_push(&f.evidence, xasprintf("%u of %u packets are lost in all",
						all - p->answered, all));
	say_partial(in, (size_t)question, &f);
	vec_push(&d->findings, f);
	if (d->verdict == VERDICT_REACHABLE)
		d->verdict = VERDICT_DEGRADED;
	evidence_done(&lost);
}

/* --- words --- */

static const char *name_of(const struct endpoint *e, struct addr_text *t)
{
	*t = addr_text(&e->address);
	return e->name ? e->name : t->s;
}

static char *destination_text(const struct diagnosis *d)
{
	const struct endpoint *e = &d->destination;
	struct addr_text t;
	const char *name = name_of(e, &t);

	if (!e->port)
		return xstrdup(name);
	return xasprintf(!e->name && e->address.family == AF_INET6 ? "[%s]:%u" : "%s:%u", name, e->port);
}

/* "1.7 ms"; no answer takes no time at all */
static char *duration_text(int64_t us)
{
	return us < 50 ? xstrdup("less than 0.1 ms") : xasprintf("%.1f ms", (double)us / 1000);
}

static void sum_up(const struct inquiry *in, int question, struct diagnosis *d)
{
	const struct finding *f = d->findings.n ? &d->findings.v[0] : NULL;
	_cleanup_(freep) char *dst = destination_text(d);
	const struct probe *p = &in->probes[question];
	struct addr_text t;
	const char *src = name_of(&d->source, &t);
	bool cause = f && f->role == FINDING_CAUSE;

	if (d->verdict == VERDICT_REACHABLE && p->rtt_us >= 0 && !in->no_probe) {
		_cleanup_(freep) char *took = duration_text(p->rtt_us);

		d->summary = xasprintf("%s reaches %s: an answer by %s in %s.", src, dst,
				       proto_name(p->proto), took);
	} else if (d->verdict == VERDICT_REACHABLE)
		d->summary = xasprintf(in->no_probe ? "%s should reach %s, as far as the configuration "
						      "tells." : "%s reaches %s.", src, dst);
	else if (d->verdict == VERDICT_DEGRADED && cause)
		d->summary = xasprintf("%s reaches %s, but not in every way: %s%s%s.", src, dst, f->message,
				       f->place ? ", packets end at " : "", f->place ? f->place : "");
	else if (cause)
		d->summary = xasprintf("%s cannot reach %s: %s%s%s.", src, dst, f->message,
				       f->place ? ", packets end at " : "", f->place ? f->place : "");
	else
		d->summary = xasprintf("%s cannot reach %s.", src, dst);
}

/* Causes before next before notes, each in the order in which they came. */
static void sort_findings(findings *fs)
{
	findings sorted = { 0 };

	for (int role = FINDING_CAUSE; role <= FINDING_NOTE; role++)
		vec_each(f, fs)
			if ((int)f->role == role)
				vec_push(&sorted, *f);
	vec_free(fs);
	*fs = sorted;
}

void diagnose(const struct inquiry *in, struct diagnosis *d)
{
	_cleanup_(snapshot_freep) struct snapshot *scratch = snapshot_copy(in->s);
	_cleanup_(path_freep) struct path *ahead = NULL;
	const struct facts facts = facts_of(in);
	int question = find_probe(in, true), second = find_probe(in, false), follower;
	struct opinion q = form_opinion(in, question, true, &facts, scratch);
	struct opinion s = form_opinion(in, second, false, &facts, scratch);
	struct judgement j = verdict_judge(q.fate, s.fate, in->port_asked);

	d->verdict = j.verdict;
	stand(d, &q, j.question);
	stand(d, &s, s.has_finding && s.fate == FATE_NOT_ASKED ? STANDS_AS_NOTE : j.second);
	judge_sizes(in, question, &facts, scratch, d);
	judge_partial(in, question, &facts, scratch, d);
	follower = judge_followers(in, &facts, scratch, d);
	sort_findings(&d->findings);
	hear_kernel(in, d);
	if (d->findings.n)
		note_translation(in, (size_t)question, &facts, scratch, d);
	if (d->findings.n && d->findings.v[0].role == FINDING_CAUSE)
		ahead = look_ahead(in, stopped_first(in, d, question, second, follower), &facts, d);
	sort_findings(&d->findings);
	build_path(in, (size_t)question,
		   ahead && ahead->points.n > in->asked[question].path->points.n ?
			   ahead : in->asked[question].path,
		   d);
	d->progress = in->asked[question].ev.answered ? 1000 : in->asked[question].ev.last_point + 1;
	list_unchecked(in, d);
	list_witnesses(in, d);
	sum_up(in, question, d);
}
