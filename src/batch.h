/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * batch - the questions of many sources at once
 *
 * Each is a round of its own, as if it were asked alone; but the host is read
 * once, one observer watches for all of them, and the packets of all go out
 * together. The host's control probes are sent once, too.
 */
#ifndef BATCH_H
#define BATCH_H

#include "round.h"

/* So many fit: a packet's mark has room for 256 probes. */
#define BATCH_MAX 48

/*
 * Asks n questions, at most BATCH_MAX; runs[i] has its options and opened
 * targets. ret[i] becomes the diagnosis, or NULL where it has to be asked again
 * (never with last). host: its configuration, NULL: everybody reads it. others:
 * the namespaces of this host, which are read when first somebody needs them.
 */
void batch_ask(struct run *runs, size_t n, bool last, const struct snapshot *host,
	       struct snapshot **others, struct diagnosis **ret);

/* The host's configuration alone, for batch_ask(). 0 or -errno. */
int batch_read_host(struct snapshot **ret);

/* Waits until everything is closed. */
void batch_end(void);

#endif
