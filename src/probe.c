/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The loop that sends probes and waits. It never sleeps for a fixed time: it
 * polls the probes' sockets and the observer's until the next moment at which
 * something is due – another packet, a timeout, or what settle() asked for.
 *
 * On a busy machine we may be woken late. So the time is taken first, then
 * everything is read that came before, and only then it is judged what did not
 * come in time.
 */
#include "probe.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "outside.h"

#define NEVER UINT64_MAX

/*
 * Once the question is answered, the other probes have 3 round trips left, at least this: longer than a
 * packet may take inside this host. What has left it already needs no such patience, and what left it for
 * an address that nobody has none but for a router that says so.
 */
#define GRACE_US        150000
#define BEYOND_GRACE_US 20000
#define ELSEWHERE_GRACE_US 4000
/* How long the newest packets may take to appear in the captures. */
#define DRAIN_US 5000
/* Two sockets for each namespace that is watched. */
#define MAX_OBSERVER_FDS 512

static const struct probe_ops *const rows[] = {
	&probe_icmp,
	&probe_tcp,
	&probe_udp,
};

/* A packet whose answer may still come. */
struct shot {
	size_t probe, attempt;
	int fd;
	const struct probe_ops *ops;
};

struct run {
	struct probe_plan *plan;
	struct observer *ob;
	struct observations *o;
	VEC(struct shot) shots;
	uint64_t answered; /* when all questions were settled and one was answered, or NEVER: … */
	uint64_t rtt;      /* … in so many microseconds */
	size_t numbered;   /* sightings and … */
	size_t traced;     /* … trace events whose attempt is known in full */
};

const char *outcome_name(enum probe_outcome o)
{
	switch (o) {
	case PROBE_PENDING:
		return "pending";
	case PROBE_ANSWERED:
		return "answered";
	case PROBE_REFUSED:
		return "refused";
	case PROBE_REJECTED:
		return "rejected";
	case PROBE_LOST:
		return "lost";
	case PROBE_NOT_SENT:
		return "not-sent";
	}
	return "?";
}

struct probe probe_again(const struct probe *p)
{
	struct probe again = *p;

	memset(&again.attempts, 0, sizeof(again.attempts));
	again.answered = 0;
	again.outcome = PROBE_PENDING;
	again.rtt_us = -1;
	return again;
}

bool probe_same_way(const struct probe *a, const struct probe *b)
{
	return a->proto == b->proto && !a->control && !b->control && a->outside == b->outside && a->ns == b->ns &&
	       addr_eq(&a->dst, &b->dst);
}

bool probe_small_answered(const struct probe *probes, size_t n, const struct probe *full)
{
	for (size_t i = 0; i < n; i++)
		if (probes[i].answered && (!probes[i].full || probes[i].step) && probe_same_way(&probes[i], full))
			return true;
	return false;
}

void probe_plan_done(struct probe_plan *plan)
{
	vec_each(p, &plan->probes)
		vec_free(&p->attempts);
	vec_free(&plan->probes);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static const struct probe_ops *ops_of(const struct probe *p)
{
	if (p->outside)
		return &probe_outside;
	if (p->proto == PROTO_TCP && p->follows)
		return &probe_tcp_next;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i]->proto == p->proto)
			return rows[i];
	return NULL;
}

static unsigned int max_attempts(const struct probe_plan *plan)
{
	return plan->max_attempts < PROBE_ATTEMPTS ? plan->max_attempts : PROBE_ATTEMPTS;
}

static bool may_send(const struct run *run, const struct probe *p)
{
	return p->attempts.n < max_attempts(run->plan);
}

/* --- one packet --- */

/* Sends the next attempt of a probe. 0, or -errno where there is no socket to send it by. */
static int send_next(struct run *run, size_t index)
{
	struct probe *p = &run->plan->probes.v[index];
	const struct probe_ops *ops = ops_of(p);
	size_t a = p->attempts.n;
	int fd;

	(void)vec_add(&p->attempts);
	fd = ops ? ops->send(run->plan, p, index, a) : -EPROTONOSUPPORT;
	if (fd < 0) {
		p->attempts.v[a].outcome = PROBE_NOT_SENT;
		p->attempts.v[a].error = -fd;
		p->attempts.v[a].no_socket = true;
		return fd;
	}
	if (p->attempts.v[a].outcome == PROBE_PENDING)
		vec_push(&run->shots, ((struct shot){ index, a, fd, ops }));
	else
		close(fd);
	return 0;
}

static void finish_attempt(struct attempt *a, enum probe_outcome outcome)
{
	if (a->outcome == PROBE_PENDING) {
		a->outcome = outcome;
		a->done_us = wall_us();
	}
}

/* Closes the sockets of what is no longer pending. */
static void drop_shots(struct run *run)
{
	for (size_t i = run->shots.n; i-- > 0;) {
		const struct shot *s = &run->shots.v[i];

		if (run->plan->probes.v[s->probe].attempts.v[s->attempt].outcome == PROBE_PENDING)
			continue;
		close(s->fd);
		vec_remove(&run->shots, i);
	}
}

/* --- how a probe stands --- */

static const struct attempt *first_answer(const struct probe *p)
{
	vec_each(a, &p->attempts)
		if (a->outcome == PROBE_ANSWERED)
			return a;
	return NULL;
}

static bool any_pending(const struct probe *p)
{
	vec_each(a, &p->attempts)
		if (a->outcome == PROBE_PENDING)
			return true;
	return false;
}

static bool is_too_big(const struct probe *p, const struct attempt *a)
{
	return a->outcome == PROBE_REJECTED &&
	       icmp_is_too_big(p->dst.family, a->icmp_type, a->icmp_code);
}

/*
 * An answer of any kind ends a probe, except "too big": that is path MTU
 * discovery at work, and the next packet is smaller.
 */
static bool is_decided(const struct run *run, const struct probe *p)
{
	vec_each(a, &p->attempts)
		if (a->outcome != PROBE_PENDING && a->outcome != PROBE_LOST &&
		    !(p->full && !p->step && is_too_big(p, a) && may_send(run, p)))
			return true;
	return false;
}

static uint64_t grace(uint64_t rtt, uint64_t least)
{
	return 3 * rtt > least ? 3 * rtt : least;
}

static uint64_t rtt_of(const struct attempt *answer)
{
	return answer->done_us - answer->sent_us;
}

/* A large packet takes its time on a slow line, and its loss means something where small ones pass. */
static bool is_full_behind_small(const struct run *run, const struct probe *p)
{
	if (!p->full)
		return false;
	vec_each(small, &run->plan->probes)
		if (!small->full && probe_same_way(small, p) && first_answer(small))
			return true;
	return false;
}

/* Until when a probe may be waited for after the question was answered. */
static uint64_t deadline(const struct run *run, const struct probe *p, enum settle s)
{
	uint64_t least = s == SETTLE_BEYOND ? BEYOND_GRACE_US : s == SETTLE_ELSEWHERE ? ELSEWHERE_GRACE_US : GRACE_US;

	if (run->answered == NEVER)
		return NEVER;
	return run->answered + grace(run->rtt, is_full_behind_small(run, p) ? GRACE_US : least);
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* When the wait for a packet ends: a kernel that held it back for a while is no fault of whom it is sent to. */
static uint64_t patience_ends(const struct run *run, const struct attempt *from, uint64_t left)
{
	uint64_t timeout = run->plan->timeout_us;

	return later(from->sent_us + timeout, earlier(left, from->sent_us + 2 * timeout));
}

/* Gives up what has waited for too long; returns when the next one will have. */
static uint64_t give_up(const struct run *run, struct probe *p, enum settle s, uint64_t wake, uint64_t now)
{
	uint64_t left = s == SETTLE_RETRY ? wake : 0;
	const struct attempt *answer = first_answer(p);
	bool decided = !run->plan->all_attempts && !answer && is_decided(run, p);
	uint64_t next = NEVER, end = deadline(run, p, s);

	vec_each(a, &p->attempts) {
		const struct attempt *from = run->plan->all_attempts ? a : &p->attempts.v[0];
		uint64_t at = earlier(patience_ends(run, from, left), end);

		if (a->outcome != PROBE_PENDING)
			continue;
		if (answer)
			at = earlier(at, a->sent_us + grace(rtt_of(answer), GRACE_US));
		if (decided || at <= now)
			finish_attempt(a, PROBE_LOST);
		else
			next = earlier(next, at);
	}
	return next;
}

static void conclude(struct probe *p)
{
	const struct attempt *answer = first_answer(p);

	p->answered = 0;
	vec_each(a, &p->attempts)
		p->answered += a->outcome == PROBE_ANSWERED;
	p->outcome = answer ? PROBE_ANSWERED : p->attempts.v[p->attempts.n - 1].outcome;
}

/* Without an own opinion: another packet after the pace. */
static enum settle by_time(const struct run *run, const struct probe *p, uint64_t now,
			   uint64_t *ret_wake)
{
	*ret_wake = p->attempts.v[p->attempts.n - 1].sent_us + run->plan->pace_us;
	return now < *ret_wake ? SETTLE_WAIT : SETTLE_RETRY;
}

static enum settle ask(const struct run *run, size_t index, uint64_t now, uint64_t *ret_wake)
{
	const struct probe_plan *plan = run->plan;

	/* with --count nobody is in a hurry before the last one is out */
	if (plan->all_attempts && may_send(run, &plan->probes.v[index]))
		return SETTLE_WAIT;
	return plan->settle ? plan->settle(plan->ctx, index, now, ret_wake) :
			      by_time(run, &plan->probes.v[index], now, ret_wake);
}

/* Moves a probe on that has packets out; returns when to look at it again. */
static uint64_t settle_pending(struct run *run, size_t index, uint64_t now)
{
	struct probe *p = &run->plan->probes.v[index];
	uint64_t wake = NEVER, next;
	enum settle s = ask(run, index, now, &wake);

	if (s == SETTLE_LOST) {
		vec_each(a, &p->attempts)
			finish_attempt(a, PROBE_LOST);
		return now;
	}
	if (s == SETTLE_RETRY && !run->plan->all_attempts && may_send(run, p) &&
	    !is_decided(run, p)) {
		send_next(run, index);
		return now;
	}
	next = give_up(run, p, s, wake, now);
	if (next == NEVER)
		return now;
	/* a moment that has passed already is none to wait for */
	return wake > now ? earlier(next, wake) : next;
}

/* With --count: the time of the next packet. */
static uint64_t next_paced(const struct run *run, const struct probe *p)
{
	if (!run->plan->all_attempts || !may_send(run, p))
		return NEVER;
	return run->plan->started_us + p->attempts.n * run->plan->pace_us;
}

static bool wants_smaller(const struct run *run, const struct probe *p)
{
	return !run->plan->all_attempts && p->full && !p->step && may_send(run, p) &&
	       is_too_big(p, &p->attempts.v[p->attempts.n - 1]);
}

/* Does what is due for one probe; returns when something will be. */
static uint64_t step(struct run *run, size_t index, uint64_t now)
{
	struct probe *p = &run->plan->probes.v[index];
	uint64_t paced = next_paced(run, p);

	if (p->outcome != PROBE_PENDING)
		return NEVER;
	if (paced <= now || wants_smaller(run, p)) {
		send_next(run, index);
		return now;
	}
	if (any_pending(p))
		return earlier(paced, settle_pending(run, index, now));
	if (paced == NEVER)
		conclude(p);
	return paced;
}

/*
 * When all questions are settled and one was answered, nobody else is waited for much longer. Returns whether this has
 * just come to be so.
 */
static bool note_answer(struct run *run, uint64_t now)
{
	bool any = false;

	if (run->answered != NEVER || run->plan->all_attempts)
		return false;
	vec_each(p, &run->plan->probes) {
		const struct attempt *answer = first_answer(p);

		if (!p->question)
			continue;
		if (p->outcome == PROBE_PENDING)
			return false;
		if (answer && rtt_of(answer) > run->rtt)
			run->rtt = rtt_of(answer);
		any = any || answer;
	}
	if (any)
		run->answered = now;
	return any;
}

static bool all_settled(const struct run *run)
{
	vec_each(p, &run->plan->probes)
		if (p->outcome == PROBE_PENDING)
			return false;
	return true;
}

static uint64_t step_all(struct run *run, uint64_t now)
{
	uint64_t next = NEVER;

	for (size_t i = 0; i < run->plan->probes.n; i++)
		next = earlier(next, step(run, i, now));
	drop_shots(run);
	return note_answer(run, now) ? now : next;
}

/* --- waiting --- */

static void receive(struct run *run, const struct pollfd *fds)
{
	for (size_t i = 0; i < run->shots.n; i++) {
		const struct shot *s = &run->shots.v[i];
		struct probe *p = &run->plan->probes.v[s->probe];

		if (fds[i].revents || !s->ops->events)
			s->ops->receive(run->plan, p, s->probe, s->attempt, s->fd);
	}
}

static struct timespec timeout_until(uint64_t at)
{
	uint64_t now = wall_us(), left = at > now ? at - now : 0;

	return (struct timespec){ (time_t)(left / 1000000), (long)(left % 1000000) * 1000 };
}

static size_t probe_pollfds(const struct run *run, struct pollfd *fds)
{
	for (size_t i = 0; i < run->shots.n; i++)
		fds[i] = (struct pollfd){ run->shots.v[i].fd, run->shots.v[i].ops->events, 0 };
	return run->shots.n;
}

/* Sleeps until then, or until there is something to read. */
static void wait_until(const struct run *run, uint64_t at)
{
	_cleanup_(freep) struct pollfd *fds = xcalloc(run->shots.n + MAX_OBSERVER_FDS, sizeof(*fds));
	size_t n = probe_pollfds(run, fds);
	struct timespec left = timeout_until(at);

	if (run->ob)
		n += observe_pollfds(run->ob, fds + n, MAX_OBSERVER_FDS);
	ppoll(fds, n, at == NEVER ? NULL : &left, run->plan->while_waiting);
}

/*
 * A sequence number tells the last bits of the attempt only: it is the newest
 * one of those that was sent by then.
 */
static void number_attempt(const struct run *run, int probe, enum proto proto, uint64_t us,
			   int *attempt)
{
	const struct probe *p;

	if (proto != PROTO_TCP || probe < 0 || (size_t)probe >= run->plan->probes.n || *attempt < 0)
		return;
	p = &run->plan->probes.v[probe];
	for (size_t a = (size_t)*attempt + SEQ_ATTEMPTS; a < p->attempts.n; a += SEQ_ATTEMPTS)
		if (p->attempts.v[a].sent_us && p->attempts.v[a].sent_us <= us)
			*attempt = (int)a;
}

bool probe_sends(const struct probe *p, const struct packet *pkt)
{
	const uint8_t flags = pkt->tcp_flags & (TH_SYN | TH_ACK | TH_RST | TH_FIN);

	return pkt->proto != PROTO_TCP || flags != TH_ACK || (p->proto == PROTO_TCP && p->follows);
}

static bool is_ours(const struct run *run, int probe, const struct packet *pkt)
{
	return probe < 0 || (size_t)probe >= run->plan->probes.n || probe_sends(&run->plan->probes.v[probe], pkt);
}

/* And what only looks like ours is forgotten before anybody sees it. */
static void number_attempts(struct run *run)
{
	struct observations *o = run->o;

	size_t to = run->numbered;

	for (size_t i = to; i < o->sightings.n; i++) {
		struct sighting s = o->sightings.v[i];
		const struct packet *pkt = s.kind == SIGHT_ERROR ? &s.inner : &s.pkt;

		if (!is_ours(run, s.probe, pkt))
			continue;
		number_attempt(run, s.probe, pkt->proto, s.us, &s.attempt);
		o->sightings.v[to++] = s;
	}
	o->sightings.n = run->numbered = to;
	for (; run->traced < o->traces.n; run->traced++) {
		struct trace_event *e = &o->traces.v[run->traced];

		number_attempt(run, e->probe, e->pkt.proto, e->us, &e->attempt);
	}
}

/* Sockets of probes come first: their clock is ours, captures have their own. */
static void read_all(struct run *run)
{
	_cleanup_(freep) struct pollfd *fds = xcalloc(run->shots.n, sizeof(*fds));

	if (run->plan->inject)
		outside_read(run->plan);
	if (poll(fds, probe_pollfds(run, fds), 0) >= 0)
		receive(run, fds);
	if (run->ob)
		observe_read(run->ob, run->o);
	number_attempts(run);
}

/* --- the end --- */

static const struct sighting *find_sighting(const struct run *run, size_t probe, size_t attempt,
					    enum sight_kind kind, bool out)
{
	vec_each(s, &run->o->sightings)
		if (s->probe == (int)probe && s->attempt == (int)attempt && s->kind == kind &&
		    s->out == out && s->ns == run->plan->probes.v[probe].ns)
			return s;
	return NULL;
}

/* Where an answer ends its way: with a client outside that is beyond the uplink. */
static bool ends_outwards(const struct run *run, size_t probe)
{
	return run->plan->probes.v[probe].outside;
}

static bool is_seen_arriving(const struct run *run, size_t probe, size_t attempt)
{
	return find_sighting(run, probe, attempt, SIGHT_REPLY, ends_outwards(run, probe)) != NULL;
}

static bool is_watched(const struct run *run, const struct probe *p)
{
	return (size_t)p->ns < run->o->capture_error.n && run->o->capture_error.v[p->ns] == 0;
}

/* Has the last answer that each socket got been seen arriving? */
static bool answers_seen(const struct run *run)
{
	for (size_t i = 0; i < run->plan->probes.n; i++) {
		const struct probe *p = &run->plan->probes.v[i];
		size_t a = p->attempts.n;

		/* those before the last one had their time */
		while (a > 0 && p->attempts.v[a - 1].outcome != PROBE_ANSWERED)
			a--;
		if (a > 0 && is_watched(run, p) && !is_seen_arriving(run, i, a - 1))
			return false;
	}
	return true;
}

static void drain(struct run *run)
{
	uint64_t until = wall_us() + DRAIN_US;

	if (!run->ob)
		return;
	read_all(run);
	while (!answers_seen(run) && wall_us() < until) {
		wait_until(run, until);
		read_all(run);
	}
}

/* By the captures' clock, which knows nothing of our own delays, else by ours. */
static void measure(const struct run *run, size_t index)
{
	struct probe *p = &run->plan->probes.v[index];
	const struct sighting *out, *in;

	p->rtt_us = -1;
	for (size_t i = 0; i < p->attempts.n && p->rtt_us < 0; i++) {
		const struct attempt *a = &p->attempts.v[i];

		if (a->outcome != PROBE_ANSWERED)
			continue;
		p->rtt_us = (int64_t)(a->done_us - a->sent_us);
		out = find_sighting(run, index, i, SIGHT_REQUEST, !ends_outwards(run, index));
		in = find_sighting(run, index, i, SIGHT_REPLY, ends_outwards(run, index));
		if (out && in && in->us >= out->us && in->us - out->us <= (uint64_t)p->rtt_us)
			p->rtt_us = (int64_t)(in->us - out->us);
	}
}

/* One packet of each. The first error, where not a single one had a socket. */
static int send_first(struct run *run)
{
	struct probe_plan *plan = run->plan;
	uint64_t started = NEVER;
	int error = 0;
	bool any = false;

	plan->started_us = plan->from ? plan->started_us : wall_us();
	for (size_t i = plan->from; i < plan->probes.n; i++) {
		int r = send_next(run, i);
		uint64_t sent = plan->probes.v[i].attempts.v[0].sent_us;

		if (sent)
			started = earlier(started, sent);
		if (r == 0)
			any = true;
		else if (error == 0)
			error = r;
	}
	if (started != NEVER && !plan->from)
		plan->started_us = started;
	return any ? 0 : error;
}

int probe_run(struct probe_plan *plan, struct observer *ob, struct observations *o)
{
	struct run run = { .plan = plan, .ob = ob, .o = o, .answered = NEVER };
	int r = send_first(&run);

	while (!all_settled(&run) && !(plan->stop && *plan->stop)) {
		uint64_t now = wall_us(), next;

		read_all(&run);
		next = step_all(&run, now);
		if (!all_settled(&run))
			wait_until(&run, next);
	}
	drain(&run);
	for (size_t i = 0; i < plan->probes.n; i++)
		measure(&run, i);
	vec_each(s, &run.shots)
		close(s->fd);
	vec_free(&run.shots);
	return plan->stop && *plan->stop ? -EINTR : r;
}
