/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - the diagnosis as text for people and as JSON (schema 1) for programs
 *
 * Pure: everything that is printed is in struct diagnosis; the writers only
 * arrange it. The JSON is described in docs/nsdoctor-json.5.
 */
#ifndef REPORT_H
#define REPORT_H

#include "finding.h"
#include "probe.h"

enum verdict {
	VERDICT_REACHABLE,
	VERDICT_DEGRADED,
	VERDICT_UNREACHABLE,
	VERDICT_UNKNOWN,
};

const char *verdict_text(enum verdict v);

/* What a hop of the path showed, per direction. */
enum hop_state {
	HOP_SEEN,
	HOP_LOST,         /* the one place where it should have come next */
	HOP_NOT_REACHED,
	HOP_UNOBSERVED,
};

struct hop_side {
	enum hop_state state;
	unsigned int packets;
	int64_t first_us;  /* since the first probe; -1: none */
	unsigned int arp;  /* questions for the next hop's address that were seen instead */
};

struct hop {
	int ns, ifindex;
	enum point_role role;
	int bridge;        /* ifindex of the bridge the port belongs to, 0 */
	struct addr address;
	struct hop_side request, reply;
	bool reply_only;
};

struct unchecked {
	char *what, *why;
};
typedef VEC(struct unchecked) unchecked_list;

struct fix_record {
	char *code;
	op_strings commands;
	bool kept;
};

typedef VEC(struct fix_record) fix_records;

/* One end of the question. */
struct endpoint {
	char *name;              /* as asked for; NULL: an address was asked for */
	const char *kind;        /* "netns", "host", "pid", "path", "address", "name" */
	int ns;                  /* -1: outside */
	struct addr address;     /* unset: not known */
	uint16_t port;           /* 0: none */
	enum proto proto;        /* destination: the question's protocol */
};

/* Values of mark_hop besides an index into the path. */
#define MARK_NONE (-1)
#define MARK_END  (-2) /* behind the last hop that saw it: the socket, outside, off the path */

struct diagnosis {
	enum verdict verdict;
	char *error;             /* one sentence, or NULL */
	char *summary;           /* one sentence */
	struct endpoint source, destination;
	struct snapshot *snapshot;
	VEC(struct probe) probes;
	VEC(struct hop) path;
	struct observations seen; /* of the probes above, as they came; bytes only if they were asked for */
	/* the hop at which the packet should have come next (the red mark stands before it), or MARK_* */
	int mark_hop;
	enum direction mark_dir;
	findings findings;
	unchecked_list unchecked;
	unchecked_list remarks;  /* what to know of the ends before anything else; why: a sentence */
	double collect_ms, probe_ms, total_ms;
	bool no_probe;
	int progress;            /* how far the question got: points of the path that saw it; all and more: answered */
	/* after --fix */
	bool fixed;              /* --fix was given: the record below is printed */
	bool dry_run;            /* nothing was changed: fixes is what would be done … */
	bool expect_reachable;   /* … and the model expects the question to be answered then */
	enum verdict before;
	char *journal;           /* id, NULL where nothing was changed */
	fix_records fixes;
	struct strbuf saved;     /* --save: the file; empty: nothing could be saved … */
	int save_error;          /* … and why, -errno */
	/* of a diagnosis out of such a file: when (wall clock) and on which machine (NULL: not told) it was made; else 0 */
	uint64_t taken_us;
	char *taken_on;
	/* --verbose: which witnesses spoke, and where the model was wrong; one line each */
	op_strings notes;
};

void diagnosis_free(struct diagnosis *d);
/* Its first cause, or NULL. */
const struct finding *diagnosis_cause(const struct diagnosis *d);
/* Forgets what diagnose() fills, to be filled again. */
void diagnosis_forget(struct diagnosis *d);

static inline void diagnosis_freep(struct diagnosis **d)
{
	diagnosis_free(*d);
}

struct report_style {
	bool color, ascii, quiet, verbose;
	unsigned int width;      /* of the terminal, 0: not one */
};

struct strbuf;
void report_text(const struct diagnosis *d, const struct report_style *style, struct strbuf *b);
/* One finding with its repair, as it is shown to somebody who is asked for consent. */
void report_offer(const struct diagnosis *d, const struct finding *f,
		  const struct report_style *style, struct strbuf *b);
void report_json(const struct diagnosis *d, struct strbuf *b);

/*
 * --explain: what a code means, how it is proved and repaired. False where
 * there is no such code; then b holds one sentence with the nearest ones.
 */
bool report_explain(const char *code, const struct report_style *style, struct strbuf *b);

/* The same of all codes, as Markdown. */
void report_pages(struct strbuf *b);

/* Exit status of a verdict (the program's interface: 0, 1, 3). */
int verdict_exit(enum verdict v);

#endif
