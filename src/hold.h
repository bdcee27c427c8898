/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hold - hold this host against a file of expectations: ask each of its questions */
#ifndef HOLD_H
#define HOLD_H

#include "expect.h"
#include "options.h"
#include "progress.h"

/* Reads the file, "-": standard input, at most a megabyte, as text (free it). 0 or -errno. */
int hold_read(const char *path, char **ret_text);

/* Asks them one after the other and fills their answers. progress may be NULL. */
void hold_ask(expectations *es, const struct options *o, struct progress *progress);

#endif
