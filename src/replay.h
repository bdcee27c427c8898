/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay - a question out of a file of --save, judged again
 *
 * The stages that decide run on what those that touch the kernel had given
 * them. Needs no privilege, and nothing of this machine.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "save.h"

/*
 * The diagnosis of what was read, which is used up: the one that was saved,
 * times and all. With --no-probe or --what-if it is that of the configuration
 * alone; nothing else of the options counts.
 */
struct diagnosis *replay(struct saved *s, const struct options *now);

/* Frees what was read instead, also where it could not be. */
void replay_forget(struct saved *s);

#endif
