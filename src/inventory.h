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
	char *path;            /* a file by which it can be opened */
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
 * where it has a name; what cannot be opened is not. Sorted by name. 0 or -errno, where nothing
 * could be read at all. Free with inventory_free.
 */
int inventory_read(bool with_processes, inventory *ret);

/* Names of containers that do not run, "docker:web". Free with names_free. */
void inventory_stopped(names *ret);

void inventory_free(inventory *l);

#endif
