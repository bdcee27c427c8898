/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target - what the person wrote on the command line, as namespaces and addresses */
#ifndef TARGET_H
#define TARGET_H

#include "flow.h"
#include "resolve.h"

enum target_kind {
	TARGET_NETNS,    /* a name of `ip netns` */
	TARGET_PATH,     /* a namespace file */
	TARGET_PID,
	TARGET_CONTAINER, /* "docker:web", or a word that is a container's name */
	TARGET_HOST,
	TARGET_OUTSIDE,  /* somebody beyond the uplink; SOURCE only */
	TARGET_ADDRESS,
	TARGET_NAME,     /* a DESTINATION that is a word: a namespace, else resolved as SOURCE would */
	TARGET_DEFAULT,  /* no DESTINATION: the way out */
};

struct target {
	enum target_kind kind;
	char *text;          /* as it was written, without port and protocol */
	char *path;          /* namespace file; NULL with host and addresses, and until a container is open */
	int fd;              /* open namespace, or -1 */
	uint64_t dev, inode;
	int root;            /* root directory of a container's process, O_PATH, or -1 */
	struct addr addr;
	char *ifname;        /* the interface behind % of a link-local address, or NULL */
	uint16_t port;       /* 0: none */
	bool has_proto;
	enum proto proto;
	char *remark;        /* one sentence on a container's network ("… uses the host's"), or NULL */
	struct resolve_files files; /* of its own root, by target_read_files() */
};

/* Errors are one sentence in *ret_error (free it) beside a negative errno. */

/*
 * Grammar only, opens nothing. -EINVAL: no target can look like that; -ENOTSUP:
 * one that this version does not know yet. Both are wrong
 * usage (exit 2). A name never leaves /run/netns.
 */
int target_parse_source(const char *text, struct target *ret, char **ret_error);
int target_parse_destination(const char *text, struct target *ret, char **ret_error);

/*
 * Opens the namespace of a target that is one and makes sure that it can be
 * entered; fd stays -1 with the other kinds. A word is a name of `ip netns` or
 * of a container: it becomes a TARGET_NETNS or TARGET_CONTAINER; a TARGET_NAME
 * that is neither stays what it is.
 * -ENOENT: unknown, with the nearest names; -ENOTUNIQ: several answer to it,
 * which are listed; -ESRCH: a container that does not run; -EPERM, -EACCES:
 * which privilege is missing; -EINVAL: a file that is no network namespace. The
 * target can be given up with target_done in any case.
 */
int target_open(struct target *t, char **ret_error);

struct place;
/* A namespace of the inventory as an opened SOURCE. Errors as of target_open(). */
int target_of_place(const struct place *p, struct target *ret, char **ret_error);

/*
 * Reads the files by which names resolve in an opened target: those of a
 * container's or process's own root, /etc/netns/NAME/, or the host's. What
 * went wrong is told when a name is resolved.
 */
void target_read_files(struct target *t);

/*
 * The sentence for a DESTINATION that is neither a namespace here nor a name
 * that resolves (why: the resolver's sentence), with the nearest namespaces.
 */
char *target_neither(const struct target *t, const char *why);

void target_done(struct target *t);

#endif
