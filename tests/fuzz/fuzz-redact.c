/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz-redact - any bytes as a file of --save that is to tell of nobody
 *
 * An input is such a file without its head, as for fuzz-saved. What can be
 * read is redacted, or refused; what comes out can be read, has as much in it,
 * and no interface has the name it had. What else must not be left in it
 * redact_file() looks for itself.
 */
#include "redact.h"
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* So many letters at the end that no beginning which stays is as long, and that chance does not choose them again. */
#define TELLING 12

static bool is_telling(const char *name)
{
	size_t n = strlen(name);

	return n >= TELLING && strspn(name + n - TELLING, "abcdefghijklmnopqrstuvwxyz") == TELLING;
}

static void compare(const struct ns *before, const struct ns *after)
{
	if (before->links.n != after->links.n || before->addrs.n != after->addrs.n ||
	    before->routes.n != after->routes.n || before->rules.n != after->rules.n)
		abort();
	for (size_t i = 0; i < before->links.n; i++) {
		const struct link *a = &before->links.v[i], *b = &after->links.v[i];

		if (a->ifindex != b->ifindex || a->mtu != b->mtu)
			abort();
		if (is_telling(a->name) && streq(a->name, b->name))
			abort();
	}
}

static void try_redact(struct saved *before)
{
	_cleanup_(strbuf_done) struct strbuf file = { 0 };
	_cleanup_(freep) char *error = NULL;
	struct saved after;

	/* what cannot be written was never a file */
	if (save_write(before, &file) < 0)
		return;
	if (redact_file(&file, &error) < 0) {
		if (!error || !*error)
			abort();
		return;
	}
	if (save_parse(file.s, file.n, &after, &error) < 0 || before->round.s->ns.n != after.round.s->ns.n)
		abort();
	for (size_t i = 0; i < before->round.s->ns.n; i++)
		compare(&before->round.s->ns.v[i], &after.round.s->ns.v[i]);
	replay_forget(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct saved saved;

	if (save_parse_body(data, size, &saved) == 0)
		try_redact(&saved);
	replay_forget(&saved);
	return 0;
}
