/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostroot - files that others write, read below a root that they cannot leave
 *
 * The root is that of the host (--host-root, "/" otherwise) or of a container.
 * Symbolic links, absolute ones too, are followed as somebody whose root that
 * is would see them (openat2, RESOLVE_IN_ROOT, Linux 5.6); those of /proc,
 * which lead anywhere, are not followed.
 */
#ifndef HOSTROOT_H
#define HOSTROOT_H

#include "vec.h"

/*
 * Where the host's /proc, /run, /var and /etc are: once, before anything is
 * read. NULL and "/" are the own root. 0 or -errno.
 */
int hostroot_set(const char *dir);

/* "/run/netns" as this process has to write it. Free it. */
char *hostroot_path(const char *path);

/* Opens a directory as a root for the functions below; O_PATH. Or -errno. */
int root_open(const char *dir);

/* The host's; it is never closed. Or -errno. */
int root_host(void);

/*
 * Opens what path leads to below a root. It never blocks, whatever lies there.
 * Or -errno; -ELOOP: a link that is not followed.
 */
int root_file(int root, const char *path, int flags);

/*
 * Reads a regular file of at most max bytes into a NUL-terminated buffer (free
 * it). 0 or -errno; -EFBIG: it is larger; -EINVAL: it is something else.
 */
int root_read(int root, const char *path, size_t max, char **ret_text);

/*
 * The names in a directory, in their order, without those that begin with a
 * dot. Free with names_free. A directory that is not there has none. 0 or
 * -errno.
 */
typedef VEC(char *) names;
int root_list(int root, const char *path, names *ret);
void names_free(names *n);

#endif
