/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fix - apply ops to the kernel and take them back; the journal between
 *
 * Every change is in the journal before it is applied. The journal is a file
 * in /run/nsdoctor (root) or $XDG_RUNTIME_DIR/nsdoctor, one line per change;
 * namespaces are written by inode and boot id.
 */
#ifndef FIX_H
#define FIX_H

#include "op.h"

struct journal;

/*
 * Opens a new journal. Errors: one sentence beside -errno. Nothing is on disk before the
 * first change.
 */
int journal_open(struct journal **ret, char **ret_error);
const char *journal_id(const struct journal *j);
/*
 * What the run was asked, in the user's words, for whoever reads the file. Before the first
 * change.
 */
void journal_about(struct journal *j, const char *words);
/* Closes it; removes it from the disk where no change was kept. */
void journal_close(struct journal *j);

/*
 * Writes the op to the journal (fsync), applies it in the namespace, and notes
 * what undo needs (for a new rule: its handle). Returns the index of the
 * change in the journal or -errno; -EALREADY: somebody has done it meanwhile.
 * On failure nothing is changed and ret_error is one sentence.
 */
int fix_apply(struct journal *j, struct snapshot *s, const struct op *op, int ns_fd,
	      char **ret_error);

/*
 * The op of a change, with what is known of it since (a new rule's handle): for
 * op_undo_commands().
 */
const struct op *fix_op(const struct journal *j, int change);

/*
 * Takes one change of this run back, verifying that the value is still ours:
 * -ESTALE where it is not. What is no longer there counts as taken back.
 */
int fix_revert(struct journal *j, int change, char **ret_error);

/*
 * --undo: takes back the kept changes of the newest journal, newest first;
 * refuses an item whose present value is no longer the one we set. Each line
 * of what happened is appended to ret_lines. Returns 0, or -errno where
 * something could not be taken back or there is nothing to take back (-ENOENT).
 * An item that was refused is not tried again; one that failed otherwise (no
 * privilege) is kept for the next time.
 */
int fix_undo(op_strings *ret_lines);

#endif
