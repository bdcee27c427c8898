/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch - has anything changed since the last look?
 *
 * Pure. What is compared is the verdict and what the findings are about, not
 * their counts and times, which are never twice the same.
 */
#ifndef WATCH_H
#define WATCH_H

#include "report.h"

/* The same for two diagnoses that say the same; free it. */
char *watch_digest(const struct diagnosis *d);

#endif
