/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * saddr - which own address a packet of IPv6 gets: ipv6_dev_get_saddr()
 * (net/ipv6/addrconf.c), the rules of RFC 6724, 5
 */
#include <linux/if_addr.h>

#include "fib.h"

/* The default policy table (RFC 6724, 2.1; ip6addrlbl_init_table[]); `ip addrlabel` is not read. */
static const struct {
	uint8_t b[16], len, label;
} labels[] = {
	{ { [15] = 1 }, 128, 0 },
	{ { [10] = 0xff, [11] = 0xff }, 96, 4 },
	{ { 0 }, 96, 3 },
	{ { 0x20, 0x01 }, 32, 6 },
	{ { 0x20, 0x01, 0x00, 0x10 }, 28, 7 },
	{ { 0x3f, 0xfe }, 16, 12 },
	{ { 0x20, 0x02 }, 16, 2 },
	{ { 0xfe, 0xc0 }, 10, 11 },
	{ { 0xfc }, 7, 5 },
	{ { 0 }, 0, 1 },
};

static unsigned int label_of(const struct addr *a)
{
	for (size_t i = 0; i < ARRAY_SIZE(labels); i++) {
		struct prefix p = { .addr.family = AF_INET6, .len = labels[i].len };

		memcpy(p.addr.b, labels[i].b, sizeof(p.addr.b));
		if (prefix_has(&p, a))
			return labels[i].label;
	}
	return 1;
}

/* RFC 4291, 2.7: 2 link-local, 5 site-local, 14 global; the loopback counts as link-local. */
static int scope_of(const struct addr *a)
{
	if (addr_is_multicast(a))
		return a->b[1] & 0x0f;
	if (addr_is_linklocal(a) || addr_is_loopback(a))
		return 2;
	if (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0xc0)
		return 5;
	return 14;
}

static int common_bits(const struct addr *a, const struct addr *b, int most)
{
	int n = 0;

	while (n < most && !(((a->b[n / 8] ^ b->b[n / 8]) >> (7 - n % 8)) & 1))
		n++;
	return n;
}

/* A scope that reaches the destination, and the smallest such; else the widest. */
static int scope_score(const struct addr *a, const struct addr *dst)
{
	int own = scope_of(a), want = scope_of(dst);

	return own >= want ? -own : own - 128;
}

static bool prefers_temporary(const struct ns *ns, int ifindex)
{
	const struct link *l = ns_link(ns, ifindex);

	return l && l->inet6.use_tempaddr >= 2;
}

/* Is a better than b? The first rule that tells them apart decides; where none does, the first in the list stays. */
static bool better(const struct ns *ns, int oif, const struct addr *dst, const struct iface_addr *a,
		   const struct iface_addr *b)
{
	const struct addr *x = &a->prefix.addr, *y = &b->prefix.addr;
	unsigned int label = label_of(dst);
	bool temporary = prefers_temporary(ns, oif);
	const int scores[][2] = {
		{ addr_eq(x, dst), addr_eq(y, dst) },
		{ scope_score(x, dst), scope_score(y, dst) },
		{ !(a->flags & IFA_F_DEPRECATED), !(b->flags & IFA_F_DEPRECATED) },
		{ a->ifindex == oif, b->ifindex == oif },
		{ label_of(x) == label, label_of(y) == label },
		{ !(a->flags & IFA_F_TEMPORARY) != temporary, !(b->flags & IFA_F_TEMPORARY) != temporary },
		{ common_bits(x, dst, a->prefix.len), common_bits(y, dst, b->prefix.len) },
		{ !(a->flags & IFA_F_OPTIMISTIC), !(b->flags & IFA_F_OPTIMISTIC) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(scores); i++)
		if (scores[i][0] != scores[i][1])
			return scores[i][0] > scores[i][1];
	return false;
}

struct addr fib_source6(const struct ns *ns, int oif, const struct addr *dst)
{
	bool own_link = scope_of(dst) <= 2 && !addr_is_loopback(dst);
	const struct iface_addr *best = NULL;

	vec_each(a, &ns->addrs) {
		const struct link *l = ns_link(ns, a->ifindex);

		if (a->prefix.addr.family != AF_INET6 || !iface_addr_usable(a) ||
		    (own_link && a->ifindex != oif) || (l && !(l->flags & IFF_UP)))
			continue;
		if (!best || better(ns, oif, dst, a, best))
			best = a;
	}
	return best ? best->prefix.addr : (struct addr){ 0 };
}

bool fib_source_fits(const struct addr *src, const struct addr *dst)
{
	return scope_of(src) >= scope_of(dst) && label_of(src) == label_of(dst);
}
