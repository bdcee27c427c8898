/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include "firewall/extension.h"

static struct extension extension(const char *name, uint8_t revision, const void *info, size_t size)
{
	struct extension e = { .name = name, .revision = revision, .size = XT_ALIGN(size) };

	if (e.size > sizeof(e.info))
		abort(); /* a bug: see EXTENSION_INFO_MAX */
	memcpy(e.info, info, size);
	return e;
}

struct extension extension_established(void)
{
	const struct xt_conntrack_mtinfo3 ct = {
		.match_flags = XT_CONNTRACK_STATE,
		.state_mask = XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED) |
			      XT_CONNTRACK_STATE_BIT(IP_CT_RELATED),
	};

	return extension("conntrack", 3, &ct, sizeof(ct));
}

struct extension extension_icmp6(uint8_t type)
{
	const struct ip6t_icmp icmp = { .type = type, .code = { 0, 255 } };

	return extension("icmp6", 0, &icmp, sizeof(icmp));
}

struct extension extension_masquerade(uint8_t family)
{
	const struct nf_nat_ipv4_multi_range_compat ipv4 = { .rangesize = 1 };
	const struct nf_nat_range ipv6 = { 0 };

	return family == NFPROTO_IPV6 ? extension("MASQUERADE", 0, &ipv6, sizeof(ipv6)) :
					extension("MASQUERADE", 0, &ipv4, sizeof(ipv4));
}

/* Revision 2 (Linux 4.18), which iptables since 1.8.0 expects when it lists the rule. */
struct extension extension_dnat(const struct addr *to, uint16_t port)
{
	struct nf_nat_range2 range = { .flags = NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED };

	memcpy(&range.min_addr, to->b, addr_len(to->family));
	range.max_addr = range.min_addr;
	range.min_proto.all = range.max_proto.all = htons(port);
	return extension("DNAT", 2, &range, sizeof(range));
}
