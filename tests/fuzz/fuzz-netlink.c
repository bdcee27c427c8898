/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz-netlink - any bytes as the answer to a dump of each kind
 *
 * An input is the number of the kind (32 bit) and messages behind it. What was
 * read must then stand being copied, compared and looked up.
 */
#include <linux/neighbour.h>
#include <sys/socket.h>

#include "collect/collector.h"
#include "model.h"
#include "nl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const struct snapshot *s)
{
	const struct ns *ns = snapshot_ns(s, 0);
	int there, ifindex;

	vec_each(l, &ns->links) {
		snapshot_peer(s, 0, l->ifindex, &there, &ifindex);
		if (!streq(ns_ifname(ns, l->ifindex).s, ns_link(ns, l->ifindex)->name))
			abort();
	}
	vec_each(a, &ns->addrs)
		if (!ns_addr(ns, &a->prefix.addr))
			abort();
	vec_each(n, &ns->neighs)
		if (!(n->flags & NTF_PROXY) && !ns_neigh(ns, n->ifindex, &n->addr))
			abort();
	vec_each(r, &ns->routes)
		if (r->raw >= ns->raw.n)
			abort();
	vec_each(c, &ns->chains)
		nft_chain_on(c, "eth0");
}

static void take(struct snapshot *s, uint32_t kind, const void *messages, size_t size)
{
	const struct nlmsghdr *nlh;
	size_t pos = 0;

	while ((nlh = nl_next(messages, size, &pos)))
		collect_take(s, &s->ns.v[0], kind, nlh);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *s = snapshot_new(), *copy;
	uint32_t kind;
	void *messages;

	snapshot_add(s, "host", 4026531840);
	snapshot_add(s, "netns1", 4026531841);
	if (size >= sizeof(kind)) {
		memcpy(&kind, data, sizeof(kind));
		/* exactly as long as they are, so that the sanitizer sees who reads beyond */
		messages = malloc(NLMSG_ALIGN(size - sizeof(kind)));
		if (!messages)
			abort();
		memcpy(messages, data + sizeof(kind), size - sizeof(kind));
		snapshot_own_block(s, messages);
		take(s, kind % COLLECT_KINDS, messages, size - sizeof(kind));
	}
	copy = snapshot_copy(s);
	if (!snapshot_same(s, copy))
		abort();
	snapshot_free(s);
	look_up(copy);
	for (int k = 0; k < COLLECT_KINDS; k++)
		ns_forget(&copy->ns.v[0], k);
	snapshot_free(copy);
	return 0;
}
