/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A journal that reads well is written as something which reads the same. */
#include <stddef.h>
#include <stdint.h>

#include "journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *written(const struct journal *j)
{
	struct strbuf b = { 0 };

	journal_serialize(j, &b);
	return strbuf_take(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = xmemdup(data, size), *once = NULL, *twice = NULL;
	_cleanup_(journal_freep) struct journal *first = NULL, *second = NULL;

	if (journal_parse(text, &first) < 0)
		return 0;
	once = written(first);
	if (journal_parse(once, &second) < 0)
		abort();
	twice = written(second);
	if (!streq(once, twice) || journal_kept(first) != journal_kept(second))
		abort();
	return 0;
}
