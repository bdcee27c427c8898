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
	TARGET_NAME,     /* to be resolved as SOURCE would */
	TARGET_DEFAULT,  /* no DESTINATION: the way out */
};

struct target {
	enum target_kind kind;
	char *text;          /* as it was written, without port and protocol */
	char *path;          /* namespace file; NULL with host and addresses */
	int fd;              /* open namespace, or -1 */
	uint64_t dev, inode;
	struct addr addr;
	uint16_t port;       /* 0: none */
	bool has_proto;
	enum proto proto;
};

/* Errors are one sentence in *ret_error (free it) beside a negative errno. */

/* Grammar only: -EINVAL is wrong usage (exit 2). Opens nothing. */
int target_parse_source(const char *text, struct target *ret, char **ret_error);
int target_parse_destination(const char *text, struct target *ret, char **ret_error);

/*
 * Opens the namespace of a target that is one. -ENOENT: unknown, with the
 * nearest names; -EPERM: which privilege is missing; -ENOTSUP: a kind that
 * this version does not know ("docker:web").
 */
int target_open(struct target *t, char **ret_error);
void target_done(struct target *t);

#endif
