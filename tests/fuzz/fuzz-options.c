/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz-options - any words as a command line and as targets; an error is one harmless line */
#include "options.h"
#include "target.h"

#define WORDS 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int r, char *error)
{
	if ((r < 0) != (error != NULL))
		abort();
	for (const char *s = error; s && *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			abort();
	free(error);
}

static void try_targets(const char *word)
{
	struct target t = { .fd = -1, .root = -1 };
	char *error = NULL;

	check(target_parse_source(word, &t, &error), error);
	target_done(&t);
	error = NULL;
	check(target_parse_destination(word, &t, &error), error);
	target_done(&t);
}

/* The input's lines are the words. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = xmemdup(data, size);
	char *argv[WORDS + 2] = { (char *)"nsdoctor" };
	struct options o;
	char *error = NULL, *rest = text;
	int argc = 1;

	while (argc <= WORDS && rest) {
		argv[argc] = strsep(&rest, "\n");
		try_targets(argv[argc++]);
	}
	check(options_parse(argc, argv, &o, &error), error);
	return 0;
}
