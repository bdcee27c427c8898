/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * container - what the runtimes of this host run, by their state files and /proc alone
 *
 * No runtime's daemon or command is asked: they need not be there, and work
 * when these are hung. One row a runtime (container/NAME.c), which lists its
 * containers; to find one by name and to enter it is the same for all.
 *
 * State files are strangers' bytes: read below the host's root, of bounded
 * size, believed only as far as the kernel confirms them.
 */
#ifndef CONTAINER_H
#define CONTAINER_H

#include "process.h"
#include "strbuf.h"

/* Where a container's network is, by its runtime's word. */
enum container_network {
	NETWORK_OWN,     /* a namespace of its own, or one shared with other containers */
	NETWORK_HOST,
	NETWORK_NONE,    /* of its own, and nobody connects it to anything */
};

struct container {
	const struct runtime *runtime;
	char *id;
	names names;            /* the first is the one to show; there may be none */
	pid_t pid;              /* 0: not running */
	uint64_t start;         /* of that process, clock ticks since boot; 0: not recorded */
	char *netns;            /* namespace file as its runtime calls it, or NULL */
	enum container_network network;
	bool rootless;
	uid_t owner;            /* of a rootless one */
};

typedef VEC(struct container) containers;

/* What is looked for. */
struct search {
	const char *name;       /* a name or the beginning of an id; NULL: all there are */
	bool thorough;          /* also where all processes have to be looked at */
	processes processes;    /* of a thorough search, when they were read */
	bool have_processes;
};

struct runtime {
	const char *prefix;     /* "docker": what stands before the colon */
	const char *title;      /* "Docker": for sentences */
	/* Adds the containers that s may mean; that others come along does no harm. */
	void (*list)(const struct runtime *rt, struct search *s, containers *ret);
};

/* Reads s->processes, where that has not been done. */
void search_processes(struct search *s);

/* The rows, ended by a NULL. */
extern const struct runtime *const runtimes[];

/* Does a target begin with a runtime's name and a colon? */
bool container_prefix(const char *text);

/*
 * Finds containers by what a person wrote: "docker:web", "docker:0a1b2c", or
 * without the runtime. A name counts more than an id that begins so; without
 * the runtime an id needs 12 of its digits. One that runs counts more than one
 * that does not. Several remain where several answer to it. Free with
 * containers_free.
 */
void containers_find(const char *text, bool thorough, containers *ret);

/* All of all runtimes. */
void containers_read(containers *ret);

/*
 * Opens a container's namespace, and makes sure that it is this container's:
 * process and start time, owner. Returns the descriptor and, in *ret_path, a
 * file by which it can be opened again (free it), or -errno:
 *
 *   -ESRCH   it is not running
 *   -EPERM   what the state file says belongs to another user
 *   -EINVAL  a file that is no network namespace
 *   other    as of open()
 */
int container_open(const struct container *c, char **ret_path);

/* The root directory of its process, for root_read(), or -errno. */
int container_root(const struct container *c);

/* "docker:web" */
void container_label(const struct container *c, struct strbuf *b);

void container_done(struct container *c);
void containers_free(containers *c);

#endif
