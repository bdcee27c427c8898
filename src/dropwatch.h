/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dropwatch - why the kernel threw packets of ours away, by its own account
 *
 * The kernel is asked by a program that runs in it (capture/drops.bpf.c), or
 * where that cannot be, by drop_monitor (capture/dropmon.h). Who may load and
 * start that is a process of its own, which decides nothing of what comes by,
 * and ends with this one. Nothing is loaded or started before somebody listens.
 */
#ifndef DROPWATCH_H
#define DROPWATCH_H

#include "observe.h"

struct dropwatch;

/*
 * Starts that process: before capabilities are given away, and before threads
 * are started. Never NULL; where it could not be started, listening says so.
 */
struct dropwatch *dropwatch_start(void);

/*
 * Begins to listen for the marks, addresses and namespaces of spec. False: it
 * could not. o->drops_heard and o->monitor_heard tell by whom, and why not.
 */
bool dropwatch_listen(struct dropwatch *w, const struct observe_spec *spec, struct observations *o);

/* What came since, but not more than so much at once; never blocks. Probes are numbered by the marks of spec. */
void dropwatch_read(struct dropwatch *w, const struct observe_spec *spec, struct observations *o);

/*
 * The last of it, and o->drops_lost, where namespaces for which there was no room count, too; no longer listens.
 * Takes 200 ms at most, with drop_monitor, which has to be stopped before, a second: who has not stopped by then is given up.
 */
void dropwatch_stop(struct dropwatch *w, const struct observe_spec *spec, struct observations *o);

/* NULL is fine. */
void dropwatch_end(struct dropwatch *w);

/* One account of the kernel's: false where it is not of a packet of ours. Pure. */
struct drops_answer;
bool dropwatch_take(const struct drops_answer *a, const struct observe_spec *spec, struct kernel_drop *ret);

#endif
