/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of the legacy iptables: /proc/net/ip_tables_names has a name a line.
 * /proc/net is that of the process's first thread; ours is beside it.
 */
#include <errno.h>

#include "collect/collector.h"

#define LEGACY_FILE "/proc/thread-self/net/ip_tables_names"
#define LEGACY_MAX  4096

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const char *text = collect_text(nlh);

	if (!text)
		return -EBADMSG;
	vec_push(&ns->legacy, snapshot_intern(s, text));
	return 0;
}

static int read_legacy(struct collecting *c)
{
	_cleanup_(freep) char *text = NULL;
	char *name, *rest;
	int r = read_file(LEGACY_FILE, LEGACY_MAX, &text);

	/* no such file where the kernel's module was never loaded */
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (name = strtok_r(text, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest))
		collect_take_text(c->s, c->ns, COLLECT_LEGACY, name);
	return 0;
}

const struct collector collect_legacy = {
	.kind = COLLECT_LEGACY, .read = read_legacy, .parse = parse,
};
