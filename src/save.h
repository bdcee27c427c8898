/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * save - one question in a file: what the kernel said, what became of the packets, the answer
 *
 * Everything that the stages which touch the kernel gave to those that decide
 * is in it, so that these can be run again elsewhere (replay.h). The file is
 * read as a stranger's: bounded, with a checksum against damage, every number
 * held against what it may be.
 *
 *	16 bytes  "nsdoctor-saved\n" and NUL
 *	u32       version of the format
 *	u32       0x01020304 in the byte order of the machine
 *	u32       sizeof(long): the kernel's structs of legacy tables depend on it
 *	u32       0
 *	u64       size of what follows
 *	u64       FNV-1a of what follows
 *	…         struct saved by pack.h
 */
#ifndef SAVE_H
#define SAVE_H

#include "round.h"

#define SAVE_FORMAT 4
#define SAVE_MAX    ((size_t)256 << 20)

/* A rule in the words of its own tool, which only the kernel it lives in can tell. */
struct saved_text {
	int ns;
	char *family, *table, *chain, *text;
	uint64_t handle;
};

/* When, where and by which version it was saved, and what was answered then. */
struct saved_about {
	char *version, *host;
	uint64_t us;             /* wall clock */
	enum verdict verdict;
	char *summary;
};

struct saved {
	struct saved_about about;
	struct options options;  /* of those then only what decides how it is judged */
	struct run run;          /* its targets; nothing is open */
	struct round round;      /* paths: only their flows, as below */
	VEC(struct flow) flows;  /* by probe */
	VEC(struct saved_text) texts;
};

/* Writes a round that was concluded and is not done yet. -EFBIG where that is more than a file may hold. */
int save_round(struct round *r, struct strbuf *ret_file);

/* Writes what was read, or was changed since. */
int save_write(struct saved *s, struct strbuf *ret_file);

/*
 * Reads a file. Returns 0, or -errno and one sentence (free it): -EBADMSG for
 * what is none, is damaged or cannot be, -EPROTONOSUPPORT for one of another
 * version or machine. ret is to be given to replay() or replay_forget() in any
 * case.
 */
int save_parse(const void *file, size_t n, struct saved *ret, char **ret_error);

/* The same without the head. */
int save_parse_body(const void *body, size_t n, struct saved *ret);

/* Frees the texts of rules: there are none any more. */
void saved_forget_texts(struct saved *s);

/* Frees all but the round and the run. */
void saved_done(struct saved *s);

#endif
