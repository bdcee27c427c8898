/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run - one diagnosis from the targets to the findings: the stages in their order */
#ifndef RUN_H
#define RUN_H

#include "options.h"
#include "progress.h"
#include "report.h"
#include "target.h"

struct run {
	const struct options *options;
	struct target source, destination; /* opened */
	struct progress *progress;         /* NULL: nobody looks */
	struct observer *observer;         /* of the last round: close it after the report is out */
	/* See struct probe_plan; NULL: it is not stopped. */
	const volatile sig_atomic_t *stop;
	const sigset_t *while_waiting;
	struct dropwatch *drops;           /* NULL: the kernel is not asked why it drops packets */
	bool just_changed;                 /* a repair was made: neighbours and links are settling */
};

/*
 * Parses and opens both targets, as on the command line; destination may be
 * NULL. Returns 0, -EINVAL for what is no target, or another -errno where it is
 * one that cannot be opened; then *ret_error is a sentence (free it). r->options
 * must be set. Free with run_done, whatever it returned.
 */
int run_open(struct run *r, const char *source, const char *destination, char **ret_error);
void run_done(struct run *r);

/*
 * Collects, predicts, observes, probes, correlates and diagnoses; looks again
 * where the configuration changed meanwhile. Always gives a diagnosis, whose
 * verdict is unknown and which carries the error where the question could not
 * be asked.
 */
struct diagnosis *run_diagnosis(struct run *r);

/* The answer about targets that could not be opened, for which error is the sentence; takes it over. */
struct diagnosis *run_refused(const struct run *r, char *error);

/* Opens namespace ns of a diagnosis again; -ESTALE where it is another one by now. */
int run_ns_open(const struct diagnosis *d, int ns);

/* Closes what the last round still holds open. */
void run_close(struct run *r);

#endif
