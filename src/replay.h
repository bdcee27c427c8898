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
 * The diagnosis of what was read, which is used up. Where there is nothing
 * different in it, it is the one that was saved, times and all.
 */
struct diagnosis *replay(struct saved *s);

/* Frees what was read instead, also where it could not be. */
void replay_forget(struct saved *s);

#endif
