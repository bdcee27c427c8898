/* SPDX-License-Identifier: GPL-2.0-or-later */
/* heal - --fix: repair the first cause, ask the question again, keep what helped */
#ifndef HEAL_H
#define HEAL_H

#include "run.h"

/*
 * Repairs in rounds, asking on the terminal where the options do not say yes.
 * Takes d and returns the diagnosis of the state after the last change, with
 * the record of what was done.
 */
struct diagnosis *heal(struct run *r, struct diagnosis *d);

#endif
