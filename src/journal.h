/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal - what was changed, on disk before it is, so that it can be taken back
 *
 * A file of lines:
 *
 *	nsdoctor-journal 1 boot=UUID uptime=MICROSECONDS time=SECONDS pid=PID
 *	about netns1 8.8.8.8
 *	op 0 sysctl ns=4:4026531840 sysctl=net.ipv4.ip_forward value=1
 *	was 0 value=0 table=0 chain=0 handle=0
 *	did 0
 *	gone 0
 *
 * op and was are on disk before the change is made, did after it, gone once it
 * is taken back (or was never made, or is no longer ours). A last line without
 * its end was being written by somebody who was killed, and does not count.
 */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "apply.h"

struct entry {
	struct change change; /* ns_fd: -1 until somebody opens it */
	bool did;             /* else it may have been made, or not */
	bool gone;
};

struct journal {
	char *id;             /* the file's name without ".journal" */
	char *path;           /* NULL: not on disk */
	int dir_fd, fd;       /* -1: not open. The file is locked while it is. */
	char boot[40];
	uint64_t uptime, time, pid;
	char *about;          /* the question in the user's words; NULL */
	struct snapshot *s;   /* [0], the host, and the ops' namespaces with names for things */
	VEC(struct entry) entries;
};

/* A new one, of this boot and process; not on disk. */
struct journal *journal_new(void);
void journal_free(struct journal *j);

static inline void journal_freep(struct journal **j)
{
	journal_free(*j);
}

/* The lines of what is known so far. */
void journal_serialize(const struct journal *j, struct strbuf *b);

/* Reads lines. -EINVAL where it is not a journal, or one that something else has written into. */
int journal_parse(const char *text, struct journal **ret);

/* How many changes may still be there. */
size_t journal_kept(const struct journal *j);

/*
 * Notes the entry's op and what was before, so that it is on disk when this
 * returns. The first one makes the file. On failure ret_error says why.
 */
int journal_intend(struct journal *j, size_t entry, char **ret_error);
/* Notes that it is made, and with which handle. */
int journal_did(struct journal *j, size_t entry);
/* Notes that it is not, or no longer, there. */
int journal_gone(struct journal *j, size_t entry);

/* Closes the file, and removes it where no change is kept. */
void journal_end(struct journal *j);

/*
 * Opens and locks the newest journal of this boot that has kept changes.
 * -ENOENT: there is none. -EBUSY: the run that writes it is still at work.
 */
int journal_newest(struct journal **ret, char **ret_error);

#endif
