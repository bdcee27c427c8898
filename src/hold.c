/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hold.h"

#include <errno.h>

#include "run.h"

#define FILE_MAX (1u << 20)

int hold_read(const char *path, char **ret_text)
{
	_cleanup_(freep) char *text = NULL;
	size_t n;
	int r = read_input(path, FILE_MAX, &text, &n);

	if (r < 0)
		return r;
	if (strlen(text) != n) /* a NUL byte is no text */
		return -EILSEQ;
	*ret_text = text;
	text = NULL;
	return 0;
}

static void take(struct expectation *e, const struct diagnosis *d)
{
	const struct finding *cause = diagnosis_cause(d);

	e->verdict = d->verdict;
	e->summary = xstrdup(d->summary ? d->summary : verdict_text(d->verdict));
	e->code = cause ? xstrdup(cause->code) : NULL;
}

static void ask(struct expectation *e, const struct options *o)
{
	struct run r = { .options = o };
	_cleanup_(diagnosis_freep) struct diagnosis *d = NULL;
	uint64_t started = now_us();
	char *error = NULL;

	if (run_open(&r, e->source, e->destination, &error) < 0) {
		e->verdict = VERDICT_UNKNOWN;
		e->summary = error;
	} else {
		d = run_diagnosis(&r);
		take(e, d);
	}
	run_done(&r);
	e->seconds = (double)(now_us() - started) / 1e6;
}

void hold_ask(expectations *es, const struct options *o, struct progress *progress)
{
	vec_each(e, es) {
		progress_say(progress, "%s -> %s (%zu of %zu)", e->source, e->destination,
			     (size_t)(e - es->v) + 1, es->n);
		ask(e, o);
	}
	progress_stop(progress);
}
