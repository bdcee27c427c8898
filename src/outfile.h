/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outfile - write a file that was asked for, with the rights of root into anybody's folder
 *
 * The file appears whole or not at all: it is written beside its place under a
 * name that did not exist (and that no reader of *.prom takes for his) and
 * renamed. So no link that another user put there is followed, and what is no
 * plain file (a device, a pipe, a link, a folder) is never replaced.
 */
#ifndef OUTFILE_H
#define OUTFILE_H

#include <sys/types.h>

#include "util.h"

/* Can it be written, as far as can be told before? 0 or -errno; -EEXIST: no plain file is there. */
int outfile_check(const char *path);

/*
 * Writes n bytes into a file of this mode, whatever the umask; 0 or -errno, and
 * then the file is as it was.
 */
int outfile_write(const char *path, const void *data, size_t n, mode_t mode);

#endif
