/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inventory - every network namespace of this host that can be found, with all its names */
#ifndef INVENTORY_H
#define INVENTORY_H

#include "container.h"

struct place {
	/*
	 * What it answers to as a target, best first: "docker:web", names of
	 * `ip netns` (which may be made up by a runtime), and "pid:71" where
	 * nobody gave it a name.
	 */
	names names;
	char *path;            /* a file by which it could be opened; see place_open() */
	char *id;              /* "docker:0123456789ab" of the container, where it is one; or NULL */
	uint64_t dev, inode;
	bool named;            /* the first name is one of `ip netns` */
	enum container_network network; /* of the container, where it is one */
	pid_t pid;             /* a process in it, as far as one is known; 0 */
	char *comm;            /* of the process, where it has no name; or NULL */
};

typedef VEC(struct place) inventory;

/*
 * Namespaces of `ip netns` and of running containers; with processes, also
 * those that only processes are in. The one this process is in is among them
 * where it has a name; what cannot be opened is not. Sorted by their first
 * names, of which no two are the same. 0 or -errno, where nothing could be
 * read at all. Free with inventory_free.
 */
int inventory_read(bool with_processes, inventory *ret);

/* The same, with processes. ret_every: whether those of all processes could be seen. */
int inventory_read_every(inventory *ret, bool *ret_every);

/* Names of containers that do not run, "docker:web". Free with names_free. */
void inventory_stopped(names *ret);

void inventory_free(inventory *l);

/*
 * Puts its id before the names of each container whose first name is another's,
 * too: of two users, or of two runtimes with one prefix. Pure.
 */
void inventory_tell_apart(inventory *l);

/*
 * Opens it again: the descriptor or -errno; -ESTALE where the file is another
 * namespace's by now.
 */
int place_open(const struct place *p);

#endif
