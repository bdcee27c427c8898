/* SPDX-License-Identifier: GPL-2.0-or-later */
/* legacy - what tells of somebody in a table of legacy iptables (linux/netfilter_ipv4/ip_tables.h) */
#include <net/if.h>
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "collect/collector.h"
#include "firewall/legacy.h"
#include "redact/rule.h"

static bool is_aligned(size_t n)
{
	return n % __alignof__(struct xt_counters) == 0;
}

static void header4(struct redactor *r, struct ipt_entry *e)
{
	redactor_masked(r, AF_INET, (uint8_t *)&e->ip.src, (const uint8_t *)&e->ip.smsk, sizeof(e->ip.smsk));
	redactor_masked(r, AF_INET, (uint8_t *)&e->ip.dst, (const uint8_t *)&e->ip.dmsk, sizeof(e->ip.dmsk));
	redactor_name(r, e->ip.iniface, sizeof(e->ip.iniface));
	redactor_name(r, e->ip.outiface, sizeof(e->ip.outiface));
}

static void header6(struct redactor *r, struct ip6t_entry *e)
{
	redactor_masked(r, AF_INET6, e->ipv6.src.s6_addr, e->ipv6.smsk.s6_addr, sizeof(e->ipv6.smsk));
	redactor_masked(r, AF_INET6, e->ipv6.dst.s6_addr, e->ipv6.dmsk.s6_addr, sizeof(e->ipv6.dmsk));
	redactor_name(r, e->ipv6.iniface, sizeof(e->ipv6.iniface));
	redactor_name(r, e->ipv6.outiface, sizeof(e->ipv6.outiface));
}

/* Matches and targets begin alike: size, name, revision; what they are told is behind that. */
static size_t part(struct redactor *r, uint8_t family, bool target, uint8_t *bytes, size_t n)
{
	struct xt_entry_match *m = (void *)bytes;
	size_t size = n >= sizeof(*m) ? m->u.match_size : 0;
	const char *name = m->u.user.name;
	uint8_t *info = bytes + sizeof(*m);

	if (size < sizeof(*m) || size > n || !is_aligned(size) || strnlen(name, sizeof(m->u.user.name)) == sizeof(m->u.user.name)) {
		redactor_refuse(r, "a rule of legacy iptables that is not whole");
		return n;
	}
	if (target && streq(name, XT_ERROR_TARGET))
		redactor_name(r, (char *)info, size - sizeof(*m)); /* of a chain that begins here */
	else if (!target || *name)
		redactor_extension(r, family, target, name, m->u.user.revision, info, size - sizeof(*m));
	return size;
}

/* Returns where the next one begins, or n. */
static size_t entry(struct redactor *r, uint8_t family, uint8_t *bytes, size_t n)
{
	struct ipt_entry *e4 = (void *)bytes;
	struct ip6t_entry *e6 = (void *)bytes;
	const size_t head = family == NFPROTO_IPV6 ? sizeof(*e6) : sizeof(*e4);
	size_t target = 0, next = 0;

	if (n >= head) {
		target = family == NFPROTO_IPV6 ? e6->target_offset : e4->target_offset;
		next = family == NFPROTO_IPV6 ? e6->next_offset : e4->next_offset;
	}
	if (target < head || next < target || next > n || !is_aligned(target) || !is_aligned(next)) {
		redactor_refuse(r, "a rule of legacy iptables that is not whole");
		return n;
	}
	if (family == NFPROTO_IPV6)
		header6(r, e6);
	else
		header4(r, e4);
	for (size_t at = head; at < target;)
		at += part(r, family, false, bytes + at, target - at);
	part(r, family, true, bytes + target, next - target);
	return next;
}

void redactor_legacy(struct redactor *r, struct nlmsghdr *nlh)
{
	struct legacy_info info;
	uint8_t *entries = (uint8_t *)(uintptr_t)collect_legacy_entries(nlh, &info);

	if (redactor_ipset(r, nlh))
		return;
	if (!entries) {
		redactor_refuse(r, "a table of legacy iptables that is not whole");
		return;
	}
	for (size_t at = 0; at < info.size && !r->refused;)
		at += entry(r, info.family, entries + at, info.size - at);
}
