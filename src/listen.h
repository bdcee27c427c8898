/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listen - asks the kernel why it drops what was lost */
#ifndef LISTEN_H
#define LISTEN_H

#include "round.h"

/*
 * Where a round, which has been judged, lost packets for a reason that is not
 * certain – with --verbose for any reason –, sends one more of each probe that
 * got no answer while dropwatch listens. Fills r->obs.drops and drops_heard. True:
 * it was tried, so that the round is to be judged again.
 */
bool listen_to_kernel(struct round *r);

#endif
