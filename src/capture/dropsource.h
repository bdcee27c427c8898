/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dropsource - who hears from the kernel which packets it throws away: one interface, two witnesses */
#ifndef DROPSOURCE_H
#define DROPSOURCE_H

#include "capture/drops.h"

/* Strangers can have packets dropped without end: after so many it looks for requests again. */
#define DROPS_BATCH 256

/* Takes one account (kind DROPS_EVENT). Below 0: no more of them now, as there were DROPS_BATCH. */
typedef int (*drop_tell)(void *ctx, const struct drops_answer *a);

struct drop_source {
	/*
	 * Begins to listen for what is wanted, which lives until the end. *state is NULL
	 * at first and belongs to the source. 0 or -errno: then nothing is left behind.
	 */
	int (*begin)(void **state, const struct drops_wanted *w);
	/* What to poll for reading while it listens. */
	int (*fd)(const void *state);
	/* Gives what there is to tell, as long as that wants it; never blocks. */
	void (*read)(void *state, drop_tell tell, void *ctx);
	/* Gives the last of it, a batch (DROPS_BATCH) at a time. Returns how many it missed. */
	unsigned int (*end)(void *state, drop_tell tell, void *ctx);
	/* Listens no more: what takes the kernel a while, when all is said. */
	void (*leave)(void *state);
	/* NULL is fine. */
	void (*done)(void *state);
};

/* A program in the kernel: -EOPNOTSUPP where that has no BTF. */
extern const struct drop_source dropbpf;

/* Generic netlink's drop_monitor: -ENOENT where the kernel has none here, -EBUSY where somebody else uses it. */
extern const struct drop_source dropmon;

#endif
