/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nft-text - a rule in libnftables' words
 *
 * "list chain" reads that one chain, however large the rest is. The library
 * opens its own socket, therefore a thread inside the namespace.
 */
#include <errno.h>
#include <stdio.h>

#include <nftables/libnftables.h>

#include "firewall/nft-text.h"
#include "netns.h"
#include "strbuf.h"

struct request {
	const struct rule_ref *ref;
	char *text;
};

/* The text between indentation and " # handle N" of the line that ends in it. */
static char *find_rule(const char *list, uint64_t handle)
{
	_cleanup_(freep) char *end = xasprintf(" # handle %llu\n", (unsigned long long)handle);
	const char *line = list;

	while (line && *line) {
		const char *next = strchr(line, '\n'), *at = strstr(line, end);

		/* a chain's own first line ends in its handle, too */
		if (next && at && at + strlen(end) - 1 == next && !str_starts(line, "\tchain ") &&
		    !str_starts(line, "table ")) {
			line += strspn(line, "\t ");
			return at > line ? xasprintf("%.*s", (int)(at - line), line) : NULL;
		}
		line = next ? next + 1 : NULL;
	}
	return NULL;
}

static char *find_policy(const char *list)
{
	const char *line = strstr(list, "\t\ttype ");
	size_t len;

	if (!line)
		return NULL;
	line += 2;
	len = strcspn(line, "\n");
	return xasprintf("%.*s", (int)len, line);
}

/*
 * Names come from the kernel and go into a command, where nft 1.0.6 takes no
 * quotes. A name that is one of its keywords is a syntax error there: then our own text stays.
 */
static bool is_word(const char *s)
{
	for (const char *p = s; *p; p++)
		if (!(*p >= 'a' && *p <= 'z') && !(*p >= 'A' && *p <= 'Z') &&
		    !(*p >= '0' && *p <= '9') && !strchr("_-./", *p))
			return false;
	return *s;
}

static int list_chain(void *arg)
{
	struct request *q = arg;
	_cleanup_(freep) char *command = xasprintf("list chain %s %s %s", q->ref->family,
						   q->ref->table, q->ref->chain);
	struct nft_ctx *ctx = nft_ctx_new(NFT_CTX_DEFAULT);
	const char *list;

	if (!ctx)
		return -ENOMEM;
	nft_ctx_output_set_flags(ctx, NFT_CTX_OUTPUT_HANDLE | NFT_CTX_OUTPUT_STATELESS);
	nft_ctx_buffer_output(ctx);
	nft_ctx_buffer_error(ctx);
	if (nft_run_cmd_from_buffer(ctx, command) == 0) {
		list = nft_ctx_get_output_buffer(ctx);
		if (list)
			q->text = q->ref->policy ? find_policy(list) :
						   find_rule(list, q->ref->handle);
	}
	nft_ctx_free(ctx);
	return 0;
}

char *fw_text(int ns_fd, const struct rule_ref *ref)
{
	struct request q = { .ref = ref };

	if (!ref->backend || !streq(ref->backend, "nft"))
		return NULL;
	if (!ref->table || !ref->chain || !is_word(ref->table) || !is_word(ref->chain))
		return NULL;
	netns_call(ns_fd, list_chain, &q);
	return q.text;
}
