/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "all.h"

#include <errno.h>
#include <time.h>

#include "inventory.h"
#include "netns.h"

#define PASSES 3
/* What failed beside others is asked once more alone, as long as it is not half of the host. */
#define ALONE_MAX 8

enum verdict all_worse(enum verdict a, enum verdict b)
{
	static const int rank[] = {
		[VERDICT_REACHABLE] = 0,
		[VERDICT_DEGRADED] = 1,
		[VERDICT_UNKNOWN] = 2,
		[VERDICT_UNREACHABLE] = 3,
	};

	return rank[a] >= rank[b] ? a : b;
}

const char *all_name(const struct all *a, size_t i)
{
	return a->runs.v[i].source.text;
}

/* --- finding --- */

static bool is_own(const struct place *p, uint64_t dev, uint64_t inode)
{
	return p->dev == dev && p->inode == inode;
}

/* What cannot be opened has vanished meanwhile, or a privilege is missing: run_diagnosis() says it. */
static void add_run(struct all *a, const struct place *p)
{
	struct run *run = vec_add(&a->runs);
	char *error = NULL;

	run->options = a->options;
	run->destination = a->destination;
	if (target_of_place(p, &run->source, &error) < 0)
		run->source = (struct target){ .kind = TARGET_CONTAINER, .text = xstrdup(p->names.v[0]),
					       .fd = -1, .root = -1, .remark = error };
	else if (a->destination.kind == TARGET_NAME)
		target_read_files(&run->source);
}

int all_find(struct all *a, char **ret_error)
{
	_cleanup_(closep) int self = netns_open_self();
	inventory list = { 0 };
	uint64_t dev, inode;
	int r = self < 0 ? self : netns_id(self, &dev, &inode);

	if (r == 0)
		r = inventory_read(false, &list);
	if (r < 0) {
		*ret_error = xasprintf("the namespaces cannot be listed: %s", strerror(-r));
		return r;
	}
	vec_each(p, &list) {
		if (is_own(p, dev, inode))
			continue;
		if (p->network == NETWORK_NONE)
			a->isolated++;
		else
			add_run(a, p);
	}
	inventory_free(&list);
	return 0;
}

/* --- asking --- */

struct asking {
	struct all *a;
	VEC(size_t) open;      /* not answered yet */
	VEC(size_t) failed;    /* answered, but perhaps for want of room beside others … */
	VEC(struct diagnosis *) answers; /* … their answers */
	struct snapshot *others;
};

static void answer(const struct asking *q, size_t i, struct diagnosis *d)
{
	q->a->answer(q->a->ctx, i, d);
	diagnosis_free(d);
}

/* Asks some of them; what has to be asked again stays open. */
static void ask_some(struct asking *q, const size_t *which, size_t n, bool last)
{
	struct run runs[BATCH_MAX];
	struct diagnosis *answers[BATCH_MAX];
	struct snapshot *host = NULL;

	for (size_t i = 0; i < n; i++)
		runs[i] = q->a->runs.v[which[i]];
	if (batch_read_host(&host) < 0)
		host = NULL;
	batch_ask(runs, n, last, host, &q->others, answers);
	snapshot_free(host);
	for (size_t i = 0; i < n; i++) {
		if (!answers[i]) {
			vec_push(&q->open, which[i]);
		} else if (answers[i]->verdict == VERDICT_REACHABLE) {
			answer(q, which[i], answers[i]);
		} else {
			vec_push(&q->failed, which[i]);
			vec_push(&q->answers, answers[i]);
		}
	}
}

static void nap(void)
{
	struct timespec second = { .tv_sec = 1 };

	while (nanosleep(&second, &second) < 0 && errno == EINTR)
		;
}

static void ask_pass(struct asking *q, bool last)
{
	VEC(size_t) now;

	vec_copy(&now, &q->open);
	q->open.n = 0;
	for (size_t i = 0; i < now.n; i += BATCH_MAX)
		ask_some(q, now.v + i, now.n - i < BATCH_MAX ? now.n - i : BATCH_MAX, last);
	vec_free(&now);
}

/* Packets of many at once may trip a limit that those of one do not. */
static void ask_alone(struct asking *q)
{
	for (size_t i = 0; i < q->failed.n; i++) {
		struct run *run = &q->a->runs.v[q->failed.v[i]];

		if (q->failed.n <= ALONE_MAX && q->a->runs.n > 1) {
			diagnosis_free(q->answers.v[i]);
			q->answers.v[i] = run_diagnosis(run);
			run_close(run);
		}
		answer(q, q->failed.v[i], q->answers.v[i]);
	}
}

void all_ask(struct all *a)
{
	struct asking q = { .a = a };

	for (size_t i = 0; i < a->runs.n; i++) {
		if (a->runs.v[i].source.fd >= 0)
			vec_push(&q.open, i);
		else
			answer(&q, i, run_refused(&a->runs.v[i], xstrdup(a->runs.v[i].source.remark)));
	}
	for (int pass = 1; q.open.n && pass <= PASSES; pass++) {
		if (pass > 1)
			nap();
		ask_pass(&q, pass == PASSES);
	}
	batch_end();
	ask_alone(&q);
	snapshot_free(q.others);
	vec_free(&q.open);
	vec_free(&q.failed);
	vec_free(&q.answers);
}

void all_done(struct all *a)
{
	vec_each(run, &a->runs)
		target_done(&run->source);
	vec_free(&a->runs);
}
