/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options - the command line as a table: parsing, --help and the manual page agree by it */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "flow.h"

enum command {
	COMMAND_DIAGNOSE,
	COMMAND_EXPLAIN,
	COMMAND_UNDO,
	COMMAND_LIST,
	COMMAND_ALL,
	COMMAND_EXPECT,
	COMMAND_DIFF,
	COMMAND_HELP,
	COMMAND_VERSION,
};

enum color_when {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* How --expect prints. */
enum format {
	FORMAT_TAP,
	FORMAT_JUNIT,
	FORMAT_JSON,
};

#define WHAT_IFS_MAX 32

struct options {
	enum command command;
	const char *source, *destination; /* as written; destination may be NULL, source is with --all */
	const char *explain;
	const char *expect;        /* file of expectations */
	const char *diff;          /* the older file of two; the newer one is source */
	const char *openmetrics;   /* file for --all, or NULL */
	const char *host_root;     /* NULL: the own root */
	const char *pcap, *html, *svg, *save; /* files to write; NULL: none */
	const char *what_ifs[WHAT_IFS_MAX]; /* changes to be tried on the model … */
	size_t n_what_ifs;         /* … in this order */
	const char *load;          /* a file of --save, instead of SOURCE and DESTINATION; NULL: none */
	unsigned int protos;       /* bits of enum proto; 0: the default */
	unsigned int count;        /* 0: not given */
	double interval;           /* seconds; 0: not given */
	double timeout;            /* seconds */
	struct addr from;          /* --from; unset: not given */
	bool json, fix, yes, dry_run, no_probe, no_trace, watch, redact, quiet, verbose, ascii;
	unsigned int color;        /* enum color_when */
	unsigned int format;       /* enum format */
	uint64_t given;            /* bits of rows of the option table */
};

/*
 * Parses the command line. Returns 0, or -EINVAL and one clear sentence (free
 * it). Options of later versions are known by name and refused by name.
 */
int options_parse(int argc, char **argv, struct options *ret, char **ret_error);

/* A row of the option table as people see it. */
struct option_about {
	char letter;      /* 0: none */
	const char *name;
	const char *arg;  /* what its argument is called; NULL: it takes none */
	const char *help;
	const char *const *words; /* what its argument can be, ended by a NULL; NULL: anything */
};

/* Row i, in the order of --help; false behind the last one. */
bool options_about(size_t i, struct option_about *ret);

struct strbuf;
void options_help(struct strbuf *b);

#endif
