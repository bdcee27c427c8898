/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How full the kernel's tables are: connections (/proc/sys/net/netfilter, and what was refused by
 * ctnetlink_ct_stat_cpu_fill_info()) and neighbours (neightbl_fill_info() in net/core/neighbour.c). And what was
 * dropped for its checksum meanwhile.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <stdio.h>

#include "collect/collector.h"
#include "nlfield.h"

#define COUNT "/proc/sys/net/netfilter/nf_conntrack_count"
#define MAX   "/proc/sys/net/netfilter/nf_conntrack_max"

struct neigh_table {
	char name[32];
	uint32_t limit;
	bool whole;              /* the table, not what one interface has of it */
	struct nlspan config, stats;
};

static const struct nlfield neigh_fields[] = {
	{ NDTA_NAME,    NLFIELD(STRING, struct neigh_table, name) },
	{ NDTA_THRESH3, NLFIELD(U32, struct neigh_table, limit) },
	{ NDTA_CONFIG,  NLFIELD(PRESENT, struct neigh_table, whole) },
	{ NDTA_CONFIG,  NLFIELD(SPAN, struct neigh_table, config) },
	{ NDTA_STATS,   NLFIELD(SPAN, struct neigh_table, stats) },
	{ 0 },
};

static int parse_neighbours(struct ns *ns, const struct nlmsghdr *nlh)
{
	struct neigh_table t = { 0 };
	struct ndt_config config;
	struct ndt_stats stats;
	struct table_use *use;
	int r;

	if (!nl_header(nlh, sizeof(struct ndtmsg)))
		return -EBADMSG;
	r = nlfield_read(neigh_fields, nlfield_attrs(nlh, sizeof(struct ndtmsg)), &t);
	if (r < 0 || !t.whole)
		return r;
	if (t.config.n < sizeof(config))
		return -EBADMSG;
	memcpy(&config, t.config.p, sizeof(config));
	if (streq(t.name, "arp_cache"))
		use = &ns->neighbours_use;
	else if (streq(t.name, "ndisc_cache"))
		use = &ns->neighbours6_use;
	else
		return 0;
	*use = (struct table_use){ .used = config.ndtc_entries, .limit = t.limit };
	/* the last member came later than the others */
	if (t.stats.n >= sizeof(stats)) {
		memcpy(&stats, t.stats.p, sizeof(stats));
		use->refused = stats.ndts_table_fulls;
	}
	return 0;
}

struct cpu_stats {
	uint32_t drop; /* network order */
};

static const struct nlfield cpu_fields[] = {
	{ CTA_STATS_DROP, NLFIELD(BYTES, struct cpu_stats, drop) },
	{ 0 },
};

static int parse_cpu(struct ns *ns, const struct nlmsghdr *nlh)
{
	struct cpu_stats stats = { 0 };
	int r = nlfield_read(cpu_fields, nlfield_attrs(nlh, sizeof(struct nfgenmsg)), &stats);

	ns->connections_use.refused += ntohl(stats.drop);
	return r;
}

static int parse_text(struct ns *ns, const char *text)
{
	unsigned int used, limit;

	if (collect_is_checksums(text))
		return collect_parse_checksums(text, &ns->checksums_later);
	if (sscanf(text, "conntrack=%u/%u", &used, &limit) != 2)
		return -EBADMSG;
	ns->connections_use.used = used;
	ns->connections_use.limit = limit;
	return 0;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const char *text = collect_text(nlh);

	if (text)
		return parse_text(ns, text);
	if (nlh->nlmsg_type == RTM_NEWNEIGHTBL)
		return parse_neighbours(ns, nlh);
	if (nlh->nlmsg_type == (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU))
		return parse_cpu(ns, nlh);
	return 0;
}

static int read_number(const char *path, unsigned int *ret)
{
	_cleanup_(freep) char *text = NULL;
	int r = read_file(path, 64, &text);

	return r < 0 ? r : sscanf(text, "%u", ret) == 1 ? 0 : -EBADMSG;
}

/* A kernel without conntrack has no such files, nor what else is asked for then. */
static int read_connections(struct collecting *c)
{
	const struct nfgenmsg nfg = { .version = NFNETLINK_V0 };
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(freep) char *text = NULL;
	unsigned int used, limit;
	struct nl_buf b;
	int r;

	if (read_number(COUNT, &used) < 0 || read_number(MAX, &limit) < 0)
		return 0;
	text = xasprintf("conntrack=%u/%u", used, limit);
	r = collect_take_text(c->s, c->ns, COLLECT_TABLE, text);
	/* how much was refused matters where it is full */
	if (r < 0 || used < limit)
		return r;
	r = nl_open(NETLINK_NETFILTER, &nl);
	return r < 0 ? r : collect_dump(c, COLLECT_TABLE, nl,
					nl_put(&b, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET_STATS_CPU, 0, &nfg,
					       sizeof(nfg)));
}

static int read_tables(struct collecting *c)
{
	const struct ndtmsg ndt = { .ndtm_family = AF_UNSPEC };
	struct nl_buf b;
	int r = read_connections(c);

	(void)collect_checksums(c, COLLECT_TABLE);
	return r < 0 ? r : collect_dump(c, COLLECT_TABLE, c->route,
					nl_put(&b, RTM_GETNEIGHTBL, 0, &ndt, sizeof(ndt)));
}

const struct collector collect_table = {
	.kind = COLLECT_TABLE, .read = read_tables, .parse = parse,
};
