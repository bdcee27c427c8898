/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * apply - ops done to the kernel, and taken back so that everything is as it was
 *
 * The order is apply_read(), apply_do(), and perhaps apply_undo() by another
 * process: all that undo needs is in struct change, and everything of it but
 * the handle of a new rule is known before the change is made.
 */
#ifndef APPLY_H
#define APPLY_H

#include "op.h"

struct nlmsghdr;

struct old_sysctl {
	char *name;
	int value;
};

/* What undo needs beside the op, as the kernel had it right before the change. */
struct before {
	int value;                        /* the old value, of kinds that have one */
	VEC(struct old_sysctl) sysctls;   /* others that the change writes, too */
	VEC(struct nlmsghdr *) messages;  /* what the kernel said about what gets lost */
	bool table, chain;                /* OP_NFT_*, OP_LEGACY_*: were they there? */
	/* OP_NFT_*: the newest rule's of the chain; OP_LEGACY_*: how many rules are like the new one */
	uint64_t handle;
};

struct change {
	struct snapshot *s;   /* its namespace's links serve to name them; not owned */
	struct op op;
	int ns_fd;            /* the namespace; not owned */
	struct before before;
	uint64_t print;       /* OP_NFT_*, OP_LEGACY_*: the new rule's fingerprint, as the kernel has it */
};

/*
 * Reads what undo will need. Returns 0 or -errno; -EALREADY: it is already as
 * the op would make it. ret_why is a clause that says more, or left alone
 * (free it); the same holds for the other two.
 */
int apply_read(struct change *c, char **ret_why);

/* Makes the change. Returns 0 or -errno, and then nothing is changed. */
int apply_do(struct change *c, char **ret_why);

enum undone {
	UNDO_DONE,
	UNDO_NOTHING,  /* it is not there, or no longer: nothing to take back */
};

/*
 * Takes it back. Returns an enum undone, -ESTALE where the present value is
 * not the one that was set (nothing is changed then), or another -errno.
 */
int apply_undo(struct change *c, char **ret_why);

/* The words of the journal for what was before, and back (-EINVAL on anything else). */
void before_serialize(const struct before *before, struct strbuf *b);
int before_parse(const char *line, struct before *ret);
void before_done(struct before *before);

#endif
