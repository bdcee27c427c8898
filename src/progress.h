/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress - one line on a terminal that says what is being waited for
 *
 * It appears when the same thing has been waited for for half a second, and
 * goes before anything else is printed.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "util.h"

struct progress;

/* A line on this file descriptor; NULL where that is no terminal. Free it with progress_free. */
struct progress *progress_new(int fd);

/* From now on this is waited for. p may be NULL. */
void progress_say(struct progress *p, const char *format, ...) _printf_(2, 3);
/* Nothing is waited for, and the line is gone. p may be NULL. */
void progress_stop(struct progress *p);

void progress_free(struct progress *p);

static inline void progress_freep(struct progress **p)
{
	progress_free(*p);
}

#endif
