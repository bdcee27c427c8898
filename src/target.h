/* SPDX-License-Identifier: GPL-2.0-or-later */
/* target - what the person wrote on the command line, as namespaces and addresses */
#ifndef TARGET_H
#define TARGET_H

#include "flow.h"
#include "vec.h"

enum target_kind {
	TARGET_NETNS,    /* a name of `ip netns` */
	TARGET_PATH,     /* a namespace file */
	TARGET_PID,
	TARGET_HOST,
	TARGET_ADDRESS,
	TARGET_NAME,     /* a DESTINATION that is a word: a namespace, else resolved as SOURCE would */
	TARGET_DEFAULT,  /* no DESTINATION: the way out */
};

struct target {
	enum target_kind kind;
	char *text;          /* as it was written, without port and protocol */
	char *path;          /* namespace file; NULL with host and addresses */
	int fd;              /* open namespace, or -1 */
	uint64_t dev, inode;
	struct addr addr;
	char *ifname;        /* the interface behind % of a link-local address, or NULL */
	uint16_t port;       /* 0: none */
	bool has_proto;
	enum proto proto;
};

/* Errors are one sentence in *ret_error (free it) beside a negative errno. */

/*
 * Grammar only, opens nothing. -EINVAL: no target can look like that; -ENOTSUP:
 * one that this version does not know yet ("docker:web", "outside", IPv6).
 * Both are wrong usage (exit 2). A name never leaves /run/netns.
 */
int target_parse_source(const char *text, struct target *ret, char **ret_error);
int target_parse_destination(const char *text, struct target *ret, char **ret_error);

/*
 * Opens the namespace of a target that is one and makes sure that it can be
 * entered; fd stays -1 with the other kinds. A TARGET_NAME that is a name of
 * `ip netns` becomes a TARGET_NETNS, any other stays what it is.
 * -ENOENT: unknown, with the nearest names; -EPERM, -EACCES: which privilege is
 * missing; -EINVAL: a file that is no network namespace. The target can be
 * given up with target_done in any case.
 */
int target_open(struct target *t, char **ret_error);

/*
 * The sentence for a DESTINATION that is neither a namespace here nor a name
 * that resolves (why: the resolver's sentence), with the nearest namespaces.
 */
char *target_neither(const struct target *t, const char *why);

void target_done(struct target *t);

#endif
