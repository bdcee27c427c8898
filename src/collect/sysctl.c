/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Switches of a whole namespace.
 *
 * RTM_GETNETCONF knows three of them and needs no /proc; the others are read
 * from /proc/sys/net, which shows the namespace of the thread that opens the
 * file. Kept as texts: "net.ipv4.icmp_echo_ignore_all=0". So is who listens
 * to a netfilter queue, and what was dropped for its checksum so far.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/netconf.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <unistd.h>

#include "collect/collector.h"
#include "nlfield.h"

static const struct nlfield netconf_fields[] = {
	{ NETCONFA_FORWARDING,  NLFIELD(S32, struct devconf, forwarding) },
	{ NETCONFA_FORWARDING,  NLFIELD(PRESENT, struct devconf, known) },
	{ NETCONFA_RP_FILTER,   NLFIELD(S32, struct devconf, rp_filter) },
	{ NETCONFA_PROXY_NEIGH, NLFIELD(S32, struct devconf, proxy_arp) },
	{ 0 },
};

#define NETFILTER     "/proc/thread-self/net/netfilter"
#define READER      "nfqueue="
#define READERS_MAX 65536

#define ALL(switch) "net.ipv4.conf.all." #switch, offsetof(struct ns, all.switch)

static const struct {
	const char *name;
	size_t offset;
	bool optional; /* exists only with a kernel module, or with IPv6 */
} switches[] = {
	{ ALL(accept_local), false },
	{ ALL(route_localnet), false },
	{ ALL(arp_ignore), false },
	{ ALL(arp_announce), false },
	{ ALL(arp_filter), false },
	{ ALL(src_valid_mark), false },
	{ ALL(accept_redirects), false },
	{ "net.ipv4.icmp_echo_ignore_all", offsetof(struct ns, icmp_echo_ignore_all), false },
	{ "net.bridge.bridge-nf-call-iptables",
	  offsetof(struct ns, bridge_nf_call_iptables), true },
	{ "net.bridge.bridge-nf-call-ip6tables",
	  offsetof(struct ns, bridge_nf_call_ip6tables), true },
	{ "net.ipv6.conf.all.forwarding", offsetof(struct ns, all6.forwarding), true },
	{ "net.ipv6.conf.all.proxy_ndp", offsetof(struct ns, all6.proxy_ndp), true },
	{ "net.ipv6.icmp.echo_ignore_all", offsetof(struct ns, icmp6_echo_ignore_all), true },
};

static int parse_netconf(struct ns *ns, const struct nlmsghdr *nlh)
{
	const struct netconfmsg *ncm = nl_header(nlh, sizeof(*ncm));

	if (!ncm)
		return -EBADMSG;
	if (ncm->ncm_family != AF_INET)
		return 0;
	return nlfield_read(netconf_fields, nlfield_attrs(nlh, sizeof(*ncm)), &ns->all);
}

/* "nfqueue=": they are known; "nfqueue=7": one that a program reads. */
static int parse_reader(struct ns *ns, const char *number)
{
	unsigned int n;

	ns->readers_known = true;
	if (!*number)
		return 0;
	if (sscanf(number, "%u", &n) != 1 || n > UINT16_MAX)
		return -EBADMSG;
	vec_push(&ns->queue_readers, (uint16_t)n);
	return 0;
}

static int parse_text(struct ns *ns, const char *text)
{
	if (str_starts(text, READER))
		return parse_reader(ns, text + strlen(READER));
	if (collect_is_checksums(text))
		return collect_parse_checksums(text, &ns->checksums);
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		const char *value = text + strlen(switches[i].name);
		char *end;
		long v;

		if (!str_starts(text, switches[i].name) || *value != '=')
			continue;
		errno = 0;
		v = strtol(value + 1, &end, 10);
		if (errno != 0 || end == value + 1 || *end || v != (int)v)
			return -EBADMSG;
		*(int *)((char *)ns + switches[i].offset) = (int)v;
		if (switches[i].offset == offsetof(struct ns, all6.forwarding))
			ns->all6.known = true;
	}
	return 0;
}

static int parse(struct snapshot *s, struct ns *ns, const struct nlmsghdr *nlh, size_t raw)
{
	const char *text = collect_text(nlh);

	if (text)
		return parse_text(ns, text);
	return nlh->nlmsg_type == RTM_NEWNETCONF ? parse_netconf(ns, nlh) : 0;
}

static int take_netconf(const struct nlmsghdr *nlh, void *arg)
{
	return collect_take_copy(arg, COLLECT_SYSCTL, nlh);
}

static int read_netconf(struct collecting *c)
{
	const struct netconfmsg ncm = { .ncm_family = AF_INET };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_GETNETCONF, 0, &ncm, sizeof(ncm));

	mnl_attr_put_u32(nlh, NETCONFA_IFINDEX, (uint32_t)NETCONFA_IFINDEX_ALL);
	return nl_request(c->route, nlh, take_netconf, c);
}

/* "net.ipv4.conf.all.arp_ignore" is /proc/sys/net/ipv4/conf/all/arp_ignore. */
static int read_switch(struct collecting *c, const char *name)
{
	_cleanup_(freep) char *path = xasprintf("/proc/sys/%s", name);
	_cleanup_(freep) char *value = NULL, *text = NULL;
	int r;

	for (char *p = path; *p; p++)
		if (*p == '.')
			*p = '/';
	r = read_file(path, 64, &value);
	if (r < 0)
		return r;
	value[strcspn(value, "\n")] = '\0';
	text = xasprintf("%s=%s", name, value);
	return collect_take_text(c->s, c->ns, COLLECT_SYSCTL, text);
}

/* Of each line the first word is a queue's number (seq_show(), net/netfilter/nfnetlink_queue.c). */
static int read_readers(struct collecting *c)
{
	_cleanup_(freep) char *lines = NULL;
	char *rest, *line;
	int r = read_file(NETFILTER "/nfnetlink_queue", READERS_MAX, &lines);

	/* without the module nobody can listen; else it is not known who does */
	if (r < 0 && !(r == -ENOENT && access(NETFILTER, F_OK) == 0))
		return 0;
	r = collect_take_text(c->s, c->ns, COLLECT_SYSCTL, READER);
	for (line = lines ? strtok_r(lines, "\n", &rest) : NULL; r == 0 && line; line = strtok_r(NULL, "\n", &rest)) {
		char text[32];

		snprintf(text, sizeof(text), READER "%ld", strtol(line, NULL, 10));
		r = collect_take_text(c->s, c->ns, COLLECT_SYSCTL, text);
	}
	return r;
}

static int read_sysctls(struct collecting *c)
{
	int result = read_netconf(c);

	if (result == 0)
		result = read_readers(c);
	/* without them nothing is said of checksums */
	if (result == 0)
		(void)collect_checksums(c, COLLECT_SYSCTL);

	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		int r = read_switch(c, switches[i].name);

		if (r < 0 && result == 0 && !(r == -ENOENT && switches[i].optional))
			result = r;
	}
	return result;
}

const struct collector collect_sysctl = {
	.kind = COLLECT_SYSCTL, .read = read_sysctls, .parse = parse,
};
