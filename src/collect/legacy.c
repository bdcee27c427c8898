/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of legacy iptables and ip6tables: /proc/net/ip_tables_names and
 * ip6_tables_names have a name a line, getsockopt() on a raw socket gives the
 * table as one block. Only what is listed is asked for, since asking makes a
 * table that does not exist. /proc/net is that of the process's first thread;
 * ours is beside it.
 */
#include <net/if.h>
#include <netinet/in.h>

#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <sys/socket.h>

#include "collect.h"
#include "collect/collector.h"
#include "collect/ipset.h"
#include "firewall.h"
#include "firewall/legacy.h"
#include "netns.h"

#define LEGACY_MAX      4096
#define LEGACY_ATTEMPTS 4
/* The kernel's own limit (XT_MAX_TABLE_SIZE, net/netfilter/x_tables.c) is a half of memory. */
#define TABLE_MAX       (512u << 20)

/* A block is kept as a message: struct legacy_info, then the entries from an aligned place on. */
#define LEGACY_BLOCK   0xfffe
#define ENTRIES_OFFSET ((NLMSG_HDRLEN + sizeof(struct legacy_info) + 15) / 16 * 16)

static const struct source {
	uint8_t family;
	int domain, level, get_info, get_entries;
	const char *file, *prefix; /* prefix: of the table's name where it is kept as a text */
} sources[] = {
	{ NFPROTO_IPV4, AF_INET, IPPROTO_IP, IPT_SO_GET_INFO, IPT_SO_GET_ENTRIES,
	  "/proc/thread-self/net/ip_tables_names", "" },
	{ NFPROTO_IPV6, AF_INET6, IPPROTO_IPV6, IP6T_SO_GET_INFO, IP6T_SO_GET_ENTRIES,
	  "/proc/thread-self/net/ip6_tables_names", "ip6 " },
};

/* --- reading what was kept ------------------------------------------------- */

static int parse_name(struct snapshot *s, struct ns *ns, const char *text)
{
	const struct source *from = &sources[str_starts(text, sources[1].prefix)];

	vec_push(&ns->legacy_tables, ((struct legacy_table){
		.family = from->family,
		.name = snapshot_intern(s, text + strlen(from->prefix)),
	}));
	return 0;
}

const void *collect_legacy_entries(const struct nlmsghdr *nlh, struct legacy_info *ret)
{
	if (nlh->nlmsg_type != LEGACY_BLOCK || nlh->nlmsg_len < ENTRIES_OFFSET)
		return NULL;
	memcpy(ret, NLMSG_DATA(nlh), sizeof(*ret));
	if (ret->size != nlh->nlmsg_len - ENTRIES_OFFSET ||
	    (ret->family != NFPROTO_IPV4 && ret->family != NFPROTO_IPV6))
		return NULL;
	return (const char *)nlh + ENTRIES_OFFSET;
}

static int parse_block(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh)
{
	struct legacy_info info;
	_cleanup_(freep) void *aligned = NULL;
	struct legacy_table *table = NULL;
	const void *entries = collect_legacy_entries(nlh, &info);
	int r;

	if (!entries)
		return -EBADMSG;
	vec_each(t, &ns->legacy_tables)
		if (t->family == info.family && strncmp(t->name, info.name, sizeof(info.name)) == 0)
			table = t;
	if (!table || table->read)
		return -EBADMSG;
	/* messages in a file stand one behind the other */
	if ((uintptr_t)entries % 8)
		entries = aligned = xmemdup(entries, info.size);
	r = legacy_parse(s, ns, &info, entries, true);
	table->read = r == 0;
	/* a table that is new to this program is not read, and nothing is wrong with the others */
	return r == -ENOTSUP ? 0 : r;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const char *text = collect_text(nlh);

	if (text)
		return parse_name(s, ns, text);
	if (ipset_is_name(nlh))
		return ipset_parse_name(&ns->legacy_ipset_names, nlh);
	return nlh->nlmsg_type == LEGACY_BLOCK ? parse_block(s, ns, nlh) : -EBADMSG;
}

/* --- asking ---------------------------------------------------------------- */

static int get_info(int fd, const struct source *from, const char *name, struct legacy_info *ret)
{
	struct ipt_getinfo info = { 0 };
	socklen_t len = sizeof(info);

	_Static_assert(sizeof(struct ipt_getinfo) == sizeof(struct ip6t_getinfo), "the same");
	str_copy(info.name, sizeof(info.name), name);
	if (getsockopt(fd, from->level, from->get_info, &info, &len) < 0)
		return -errno;
	*ret = (struct legacy_info){
		.family = from->family,
		.valid_hooks = info.valid_hooks,
		.num_entries = info.num_entries,
		.size = info.size,
	};
	str_copy(ret->name, sizeof(ret->name), name);
	memcpy(ret->hook_entry, info.hook_entry, sizeof(ret->hook_entry));
	memcpy(ret->underflow, info.underflow, sizeof(ret->underflow));
	return info.size > TABLE_MAX ? -EFBIG : 0;
}

/* Behind the kernel's header; what the kernel leaves out is 0 every time. */
static int get_entries(int fd, const struct source *from, const struct legacy_info *info,
		       void *entries)
{
	_Static_assert(sizeof(struct ipt_get_entries) == sizeof(struct ip6t_get_entries), "the same");
	socklen_t len = (socklen_t)(sizeof(struct ipt_get_entries) + info->size);
	_cleanup_(freep) struct ipt_get_entries *get = xcalloc(1, len);

	str_copy(get->name, sizeof(get->name), info->name);
	get->size = info->size;
	if (getsockopt(fd, from->level, from->get_entries, get, &len) < 0)
		return -errno;
	memcpy(entries, get->entrytable, info->size);
	return 0;
}

/* The table as a message of its own (free it). -EAGAIN: it kept changing. */
static int get_table(int fd, const struct source *from, const char *name, struct nlmsghdr **ret)
{
	struct legacy_info info;
	int r = -EAGAIN;

	for (int attempt = 0; r == -EAGAIN && attempt < LEGACY_ATTEMPTS; attempt++) {
		struct nlmsghdr *nlh;

		r = get_info(fd, from, name, &info);
		if (r < 0)
			return r;
		nlh = xcalloc(1, ENTRIES_OFFSET + info.size);
		nlh->nlmsg_type = LEGACY_BLOCK;
		nlh->nlmsg_len = (uint32_t)(ENTRIES_OFFSET + info.size);
		memcpy(NLMSG_DATA(nlh), &info, sizeof(info));
		r = get_entries(fd, from, &info, (char *)nlh + ENTRIES_OFFSET);
		if (r == 0)
			*ret = nlh;
		else
			free(nlh);
	}
	return r;
}

static int read_table(struct collecting *c, int fd, const struct source *from, const char *name)
{
	_cleanup_(freep) char *text = xasprintf("%s%s", from->prefix, name);
	struct nlmsghdr *nlh = NULL;
	int r = collect_take_text(c->s, c->ns, COLLECT_LEGACY, text);

	if (r == 0)
		r = fd < 0 ? fd : get_table(fd, from, name, &nlh);
	if (r < 0)
		return r;
	snapshot_own_block(c->s, nlh);
	return collect_take(c->s, c->ns, COLLECT_LEGACY, nlh);
}

static int raw_socket(const struct source *from)
{
	int fd = socket(from->domain, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	return fd < 0 ? -errno : fd;
}

static int read_family(struct collecting *c, const struct source *from)
{
	_cleanup_(freep) char *text = NULL;
	_cleanup_(closep) int fd = -1;
	char *name, *rest;
	int r = read_file(from->file, LEGACY_MAX, &text), result = 0;

	/* no such file where the kernel's module was never loaded */
	if (r == -ENOENT)
		return 0;
	/* else any table may be there: the prefix without a name */
	if (r < 0) {
		collect_take_text(c->s, c->ns, COLLECT_LEGACY, from->prefix);
		return r;
	}
	for (name = strtok_r(text, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
		if (fd == -1)
			fd = raw_socket(from);
		r = read_table(c, fd, from, name);
		if (result == 0)
			result = r;
	}
	return result;
}

static int read_legacy(struct collecting *c)
{
	int r4 = read_family(c, &sources[0]), r6 = read_family(c, &sources[1]);
	_cleanup_(nl_closep) struct nl *nl = NULL;

	vec_each(chain, &c->ns->legacy)
		ipset_names(c, COLLECT_LEGACY, &nl, chain);
	return r4 < 0 ? r4 : r6;
}

const struct collector collect_legacy = {
	.kind = COLLECT_LEGACY, .read = read_legacy, .parse = parse,
};

/* --- counters -------------------------------------------------------------- */

static int count_of(const struct ns *ns, const struct nft_chain *like, uint64_t handle,
		    uint64_t *ret)
{
	const struct nft_chain *c = chain_beside(ns, like, like->name);

	if (!c || c->rules.n != like->rules.n || c->policy != like->policy)
		return -ESTALE;
	if (!handle) {
		*ret = c->packets;
		return 0;
	}
	if (handle > c->rules.n || c->rules.v[handle - 1].print != like->rules.v[handle - 1].print)
		return -ESTALE;
	*ret = c->rules.v[handle - 1].packets;
	return 0;
}

int collect_legacy_count(int ns_fd, const struct nft_chain *chain, uint64_t handle, uint64_t *ret)
{
	const struct source *from = &sources[chain->family == NFPROTO_IPV6];
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	_cleanup_(freep) struct nlmsghdr *nlh = NULL;
	_cleanup_(closep) int fd = netns_socket(ns_fd, from->domain, SOCK_RAW | SOCK_CLOEXEC,
						IPPROTO_RAW);
	struct legacy_info info;
	int r = fd < 0 ? fd : get_table(fd, from, chain->table, &nlh);

	if (r < 0)
		return r;
	memcpy(&info, NLMSG_DATA(nlh), sizeof(info));
	snapshot_add(s, "counted", 0);
	r = legacy_parse(s, &s->ns.v[0], &info, (const char *)nlh + ENTRIES_OFFSET, false);
	return r < 0 ? r : count_of(&s->ns.v[0], chain, handle, ret);
}
