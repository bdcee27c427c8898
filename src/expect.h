/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expect - what a network should and should not let through, a line each, and what became of it
 *
 *	# a comment
 *	web -> db:5432     allow
 *	web -> 8.8.8.8     deny
 *
 * SOURCE and DESTINATION are targets as on the command line. Parsing, judging
 * and the reports are pure; main.c asks the questions.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include "report.h"
#include "vec.h"

struct strbuf;

struct expectation {
	char *source, *destination;
	bool allow;              /* else: deny */
	unsigned int line;       /* in the file, from 1 */
	/* the answer */
	enum verdict verdict;
	char *summary;           /* one sentence; NULL: not asked yet */
	char *code;              /* of findings[0]; NULL: none */
	double seconds;
};

typedef VEC(struct expectation) expectations;

/*
 * Reads the lines of a file. Returns 0, or -EINVAL and one sentence that names
 * the first line that is wrong (free it). Free with expectations_free.
 */
int expect_parse(const char *text, expectations *ret, char **ret_error);
void expectations_free(expectations *es);

enum expect_outcome {
	EXPECT_MET,
	EXPECT_SURPRISE,  /* what should pass does not, or the other way round */
	EXPECT_UNKNOWN,   /* it could not be told */
};

/* What works with a defect is allowed, too; what is unknown is neither. */
enum expect_outcome expect_judge(const struct expectation *e);

/* Test Anything Protocol, version 13; JUnit's XML; one JSON object with the results as a list. */
void expect_tap(const expectations *es, struct strbuf *b);
void expect_junit(const expectations *es, struct strbuf *b);
void expect_json(const expectations *es, struct strbuf *b);

#endif
