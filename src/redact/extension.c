/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extension - what the matches and targets of iptables are told (linux/netfilter/xt_*.h) */
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>

#include "redact/rule.h"

static uint8_t ip_family(uint8_t family)
{
	return family == NFPROTO_IPV6 ? AF_INET6 : AF_INET;
}

static void keep(struct redactor *r, uint8_t family, uint8_t *info, size_t n)
{
	(void)r;
	(void)family;
	(void)info;
	(void)n;
}

static void comment(struct redactor *r, uint8_t family, uint8_t *info, size_t n)
{
	(void)family;
	redactor_name(r, (char *)info, n);
}

static void log_prefix(struct redactor *r, uint8_t family, uint8_t *info, size_t n)
{
	(void)family;
	/* struct ipt_log_info: level, logflags, prefix[30] */
	if (n >= 32)
		redactor_name(r, (char *)info + 2, 30);
}

static void ranges(struct redactor *r, uint8_t family, uint8_t *info, size_t n)
{
	/* struct xt_iprange_mtinfo begins with four addresses */
	for (size_t at = 0; at < 4 * sizeof(union nf_inet_addr) && at + sizeof(union nf_inet_addr) <= n;
	     at += sizeof(union nf_inet_addr))
		redactor_bytes(r, ip_family(family), info + at);
}

static void conntrack(struct redactor *r, uint8_t family, uint8_t *info, size_t n)
{
	/* struct xt_conntrack_mtinfo1 … 3 begin with four addresses and their masks */
	const size_t addrs = 8 * sizeof(union nf_inet_addr);

	(void)family;
	if (!bytes_zero(info, n < addrs ? n : addrs))
		redactor_refuse(r, "the addresses of a match of conntrack");
}

/* struct nf_nat_range, and struct nf_nat_range2, which begins alike. */
static void range(struct redactor *r, uint8_t family, uint8_t *info, size_t n)
{
	struct nf_nat_range range;

	if (n < sizeof(range)) {
		redactor_refuse(r, "a translation that is not known");
		return;
	}
	memcpy(&range, info, sizeof(range));
	if (!(range.flags & NF_NAT_RANGE_MAP_IPS))
		return;
	redactor_bytes(r, ip_family(family), info + offsetof(struct nf_nat_range, min_addr));
	redactor_bytes(r, ip_family(family), info + offsetof(struct nf_nat_range, max_addr));
}

/* struct nf_nat_ipv4_multi_range_compat */
static void old_range(struct redactor *r, uint8_t family, uint8_t *info, size_t n)
{
	const size_t at = offsetof(struct nf_nat_ipv4_multi_range_compat, range);
	struct nf_nat_ipv4_multi_range_compat old;

	(void)family;
	if (n < sizeof(old)) {
		redactor_refuse(r, "a translation that is not known");
		return;
	}
	memcpy(&old, info, sizeof(old));
	if (!(old.range[0].flags & NF_NAT_RANGE_MAP_IPS))
		return;
	redactor_bytes(r, AF_INET, info + at + offsetof(struct nf_nat_ipv4_range, min_ip));
	redactor_bytes(r, AF_INET, info + at + offsetof(struct nf_nat_ipv4_range, max_ip));
}

#define ANY UINT32_MAX

/* What stands in no row is refused. */
static const struct {
	bool target;
	const char *name;
	uint8_t family;      /* 0: any */
	uint32_t revision;   /* ANY */
	void (*walk)(struct redactor *r, uint8_t family, uint8_t *info, size_t n);
} extensions[] = {
	{ false, "addrtype", 0, ANY, keep },
	{ false, "comment", 0, ANY, comment },
	{ false, "connbytes", 0, ANY, keep },
	{ false, "connlimit", 0, ANY, keep },
	{ false, "connmark", 0, ANY, keep },
	{ false, "conntrack", 0, ANY, conntrack },
	{ false, "dscp", 0, ANY, keep },
	{ false, "ecn", 0, ANY, keep },
	{ false, "esp", 0, ANY, keep },
	{ false, "hl", 0, ANY, keep },
	{ false, "icmp", 0, ANY, keep },
	{ false, "icmp6", 0, ANY, keep },
	{ false, "iprange", 0, 1, ranges },
	{ false, "length", 0, ANY, keep },
	{ false, "limit", 0, ANY, keep },
	{ false, "mark", 0, ANY, keep },
	{ false, "multiport", 0, ANY, keep },
	{ false, "owner", 0, ANY, keep },
	{ false, "pkttype", 0, ANY, keep },
	{ false, "rpfilter", 0, ANY, keep },
	/* sets by their numbers */
	{ false, "set", 0, ANY, keep },
	{ false, "socket", 0, ANY, keep },
	{ false, "state", 0, ANY, keep },
	{ false, "statistic", 0, ANY, keep },
	{ false, "tcp", 0, ANY, keep },
	{ false, "tcpmss", 0, ANY, keep },
	{ false, "time", 0, ANY, keep },
	{ false, "tos", 0, ANY, keep },
	{ false, "ttl", 0, ANY, keep },
	{ false, "udp", 0, ANY, keep },
	{ true, "CHECKSUM", 0, ANY, keep },
	{ true, "CLASSIFY", 0, ANY, keep },
	{ true, "CONNMARK", 0, ANY, keep },
	{ true, "DNAT", NFPROTO_IPV4, 0, old_range },
	{ true, "DNAT", 0, 1, range },
	{ true, "DNAT", 0, 2, range },
	{ true, "DSCP", 0, ANY, keep },
	{ true, "HL", 0, ANY, keep },
	{ true, "LOG", 0, ANY, log_prefix },
	{ true, "MARK", 0, ANY, keep },
	{ true, "MASQUERADE", NFPROTO_IPV4, 0, old_range },
	{ true, "MASQUERADE", NFPROTO_IPV6, 0, range },
	{ true, "NFQUEUE", 0, ANY, keep },
	{ true, "NOTRACK", 0, ANY, keep },
	{ true, "REDIRECT", NFPROTO_IPV4, 0, old_range },
	{ true, "REDIRECT", NFPROTO_IPV6, 0, range },
	{ true, "REJECT", 0, ANY, keep },
	{ true, "SET", 0, ANY, keep },
	{ true, "SNAT", NFPROTO_IPV4, 0, old_range },
	{ true, "SNAT", 0, 1, range },
	{ true, "SNAT", 0, 2, range },
	{ true, "TCPMSS", 0, ANY, keep },
	{ true, "TOS", 0, ANY, keep },
	{ true, "TRACE", 0, ANY, keep },
	{ true, "TTL", 0, ANY, keep },
};

void redactor_extension(struct redactor *r, uint8_t family, bool target, const char *name, uint32_t revision,
			uint8_t *info, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(extensions); i++) {
		if (extensions[i].target != target || !streq(extensions[i].name, name) ||
		    (extensions[i].family && extensions[i].family != family) ||
		    (extensions[i].revision != ANY && extensions[i].revision != revision))
			continue;
		extensions[i].walk(r, family, info, n);
		return;
	}
	redactor_refuse(r, "the %s \"%.31s\" of iptables", target ? "target" : "match", name);
}
