/* SPDX-License-Identifier: GPL-2.0-or-later */
/* all - the same question for every namespace of this host */
#ifndef ALL_H
#define ALL_H

#include "batch.h"
#include "metrics.h"

struct all {
	const struct options *options;
	struct target destination;    /* opened, or TARGET_DEFAULT */
	/* Called with each answer, in no special order. */
	void (*answer)(void *ctx, size_t i, const struct diagnosis *d);
	void *ctx;
	/* what all_find() found */
	VEC(struct run) runs;
	size_t isolated;              /* containers that were started without a network, which are not asked */
};

/*
 * Finds and opens every namespace that has a name or is a container's, without
 * the host's. One that cannot be opened becomes an answer that says so. 0, or
 * -errno and one sentence (free it).
 */
int all_find(struct all *a, char **ret_error);

/* The name of the i-th. */
const char *all_name(const struct all *a, size_t i);

/* Asks them; each is answered once. */
void all_ask(struct all *a);

void all_done(struct all *a);

/* The verdict that is worst: unreachable, unknown, degraded, reachable. */
enum verdict all_worse(enum verdict a, enum verdict b);

#endif
