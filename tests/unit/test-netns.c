/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Namespaces and what is collected from them, in a user namespace of our own:
 *
 *	here ──uplink/eth0── web        10.1.0.1/24  10.1.0.2/24
 *
 * Skipped where nobody may make one.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#include "collect.h"
#include "firewall.h"
#include "netns.h"
#include "nl.h"
#include "strbuf.h"

#define WEB "/run/netns/web"

static bool have_lab;

static int write_file(const char *path, const char *text)
{
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* A new namespace, bound to a file as `ip netns add` does it. */
static void *make_netns(void *path)
{
	if (unshare(CLONE_NEWNET) < 0 || write_file(path, "") < 0 ||
	    mount("/proc/thread-self/ns/net", path, "none", MS_BIND, NULL) < 0)
		return path;
	return NULL;
}

static int add_netns(char *path)
{
	pthread_t thread;
	void *failed;

	if (pthread_create(&thread, NULL, make_netns, path) != 0)
		return -EAGAIN;
	pthread_join(thread, &failed);
	return failed ? -EPERM : 0;
}

static int enter_lab(void)
{
	_cleanup_(freep) char *uid_map = xasprintf("0 %u 1", getuid());
	_cleanup_(freep) char *gid_map = xasprintf("0 %u 1", getgid());
	static char web[] = WEB;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS) < 0 ||
	    write_file("/proc/self/uid_map", uid_map) < 0 ||
	    write_file("/proc/self/setgroups", "deny") < 0 ||
	    write_file("/proc/self/gid_map", gid_map) < 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0 || mkdir("/run/netns", 0700) < 0)
		return -errno;
	return add_netns(web);
}

/* --- making things ------------------------------------------------------------ */

static int link_change(struct nl *nl, int ifindex, const char *name, uint32_t flags)
{
	const struct ifinfomsg ifi = {
		.ifi_index = ifindex, .ifi_flags = flags, .ifi_change = flags,
	};
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWLINK, 0, &ifi, sizeof(ifi));

	if (name)
		mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	return nl_request(nl, nlh, NULL, NULL);
}

/* uplink here as 10, eth0 in that namespace as 20 */
static int add_veth(struct nl *nl, int ns_fd)
{
	const struct ifinfomsg ifi = { .ifi_index = 10 }, other = { .ifi_index = 20 };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWLINK, NLM_F_CREATE, &ifi, sizeof(ifi));
	struct nlattr *info, *data, *peer;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, "uplink");
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(other)), &other, sizeof(other));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "eth0");
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)ns_fd);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return nl_request(nl, nlh, NULL, NULL);
}

static int add_address(struct nl *nl, int ifindex, uint32_t ip, uint8_t len)
{
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_INET, .ifa_prefixlen = len, .ifa_index = (uint32_t)ifindex,
	};
	struct nl_buf b;
	const uint16_t flags = NLM_F_CREATE | NLM_F_EXCL;
	struct nlmsghdr *nlh = nl_put(&b, RTM_NEWADDR, flags, &ifa, sizeof(ifa));

	mnl_attr_put_u32(nlh, IFA_LOCAL, htonl(ip));
	return nl_request(nl, nlh, NULL, NULL);
}

static int remove_address(struct nl *nl, int ifindex, uint32_t ip, uint8_t len)
{
	const struct ifaddrmsg ifa = {
		.ifa_family = AF_INET, .ifa_prefixlen = len, .ifa_index = (uint32_t)ifindex,
	};
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_DELADDR, 0, &ifa, sizeof(ifa));

	mnl_attr_put_u32(nlh, IFA_LOCAL, htonl(ip));
	return nl_request(nl, nlh, NULL, NULL);
}

struct batch {
	_Alignas(8) char b[4096];
	size_t n;
};

static struct nlmsghdr *batch_put(struct nl_buf *b, uint16_t type, uint16_t flags, uint8_t family,
				  uint16_t res_id)
{
	struct nfgenmsg nfg = { .nfgen_family = family, .res_id = htons(res_id) };
	struct nlmsghdr *nlh = nl_put(b, type, flags, &nfg, sizeof(nfg));

	nlh->nlmsg_seq = 1;
	return nlh;
}

static void batch_add(struct batch *batch, const struct nlmsghdr *nlh)
{
	size_t n = NLMSG_ALIGN(nlh->nlmsg_len);

	assert_true(batch->n + n <= sizeof(batch->b));
	memcpy(batch->b + batch->n, nlh, n);
	batch->n += n;
}

#define NFT(message) (NFNL_SUBSYS_NFTABLES << 8 | (message))

/* table, base chain in it; with again, the chain a second time, exclusively */
static int add_chain(struct nl *nl, const char *table, bool again, nl_message f, void *arg)
{
	struct batch batch = { .n = 0 };
	struct nlmsghdr *nlh;
	struct nl_buf b;

	nlh = batch_put(&b, NFNL_MSG_BATCH_BEGIN, 0, 0, NFNL_SUBSYS_NFTABLES);
	batch_add(&batch, nlh);
	nlh = batch_put(&b, NFT(NFT_MSG_NEWTABLE), NLM_F_CREATE, NFPROTO_IPV4, 0);
	mnl_attr_put_strz(nlh, NFTA_TABLE_NAME, table);
	batch_add(&batch, nlh);
	for (int i = 0; i < 1 + again; i++) {
		struct nlattr *hook;

		nlh = batch_put(&b, NFT(NFT_MSG_NEWCHAIN),
				NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO, NFPROTO_IPV4, 0);
		mnl_attr_put_strz(nlh, NFTA_CHAIN_TABLE, table);
		mnl_attr_put_strz(nlh, NFTA_CHAIN_NAME, "in");
		hook = mnl_attr_nest_start(nlh, NFTA_CHAIN_HOOK);
		mnl_attr_put_u32(nlh, NFTA_HOOK_HOOKNUM, htonl(NF_INET_LOCAL_IN));
		mnl_attr_put_u32(nlh, NFTA_HOOK_PRIORITY, htonl(7));
		mnl_attr_nest_end(nlh, hook);
		mnl_attr_put_strz(nlh, NFTA_CHAIN_TYPE, "filter");
		batch_add(&batch, nlh);
	}
	nlh = batch_put(&b, NFNL_MSG_BATCH_END, 0, 0, NFNL_SUBSYS_NFTABLES);
	batch_add(&batch, nlh);
	return nl_batch(nl, batch.b, batch.n, f, arg);
}

/* --- the lab's two namespaces ------------------------------------------------------- */

struct lab {
	int fds[2];
	struct nl *here, *web;
	struct snapshot *s;
};

static struct lab lab;

static int lab_start(void **state)
{
	lab.fds[0] = lab.fds[1] = -1;
	have_lab = enter_lab() == 0;
	if (!have_lab)
		return 0;
	lab.fds[0] = netns_open_self();
	lab.fds[1] = netns_open(WEB);
	if (netns_nl(lab.fds[0], NETLINK_ROUTE, &lab.here) < 0 ||
	    netns_nl(lab.fds[1], NETLINK_ROUTE, &lab.web) < 0 ||
	    link_change(lab.here, 1, NULL, IFF_UP) < 0 ||
	    link_change(lab.web, 1, NULL, IFF_UP) < 0 ||
	    add_veth(lab.here, lab.fds[1]) < 0 ||
	    link_change(lab.here, 10, NULL, IFF_UP) < 0 ||
	    link_change(lab.web, 20, NULL, IFF_UP) < 0 ||
	    add_address(lab.here, 10, 0x0a010001, 24) < 0 ||
	    add_address(lab.web, 20, 0x0a010002, 24) < 0)
		return -1;
	return 0;
}

static int lab_stop(void **state)
{
	nl_close(lab.here);
	nl_close(lab.web);
	closep(&lab.fds[0]);
	closep(&lab.fds[1]);
	return 0;
}

static void need_lab(void)
{
	if (!have_lab)
		skip();
}

static struct snapshot *collect_lab(void)
{
	struct snapshot *s = snapshot_new();
	uint64_t dev, inode;

	for (size_t i = 0; i < ARRAY_SIZE(lab.fds); i++) {
		assert_int_equal(netns_id(lab.fds[i], &dev, &inode), 0);
		snapshot_add(s, i == 0 ? "host" : "web", inode);
	}
	assert_int_equal(collect_all(s, lab.fds), 0);
	/* the file belongs to nobody here where user and network namespace were made at once */
	for (size_t i = 0; i < ARRAY_SIZE(lab.fds); i++)
		for (int kind = 0; kind < COLLECT_LEGACY; kind++)
			if (s->ns.v[i].error[kind])
				fail_msg("kind %d of namespace %zu: %s", kind, i,
					 strerror(-s->ns.v[i].error[kind]));
	return s;
}

/* --- netns ---------------------------------------------------------------------- */

static void only_network_namespaces_are_opened(void **state)
{
	int self = netns_open_self(), other;
	uint64_t dev, inode, dev2, inode2;

	assert_true(self >= 0);
	assert_int_equal(netns_open("/proc/self/ns/mnt"), -EINVAL);
	assert_int_equal(netns_open("/dev/null"), -EINVAL);
	assert_int_equal(netns_open("/proc"), -EINVAL);
	assert_int_equal(netns_open("/proc/self/ns/none"), -ENOENT);
	other = netns_open("/proc/self/ns/net");
	assert_int_equal(netns_id(self, &dev, &inode), 0);
	assert_int_equal(netns_id(other, &dev2, &inode2), 0);
	assert_true(dev == dev2 && inode == inode2);
	assert_int_equal(netns_id(-1, &dev, &inode), -EBADF);
	close(self);
	close(other);
}

static int say_42(void *arg)
{
	*(pthread_t *)arg = pthread_self();
	return 42;
}

static void our_own_namespace_needs_no_privilege(void **state)
{
	_cleanup_(closep) int self = netns_open_self();
	_cleanup_(closep) int s = netns_socket(self, AF_INET, SOCK_DGRAM, 0);
	pthread_t thread = pthread_self();

	assert_true(s >= 0);
	assert_int_equal(netns_enter(self), 0);
	assert_int_equal(netns_call(self, say_42, &thread), 42);
	assert_false(pthread_equal(thread, pthread_self()));
}

static void the_list_has_namespaces_only(void **state)
{
	static char another[] = "/run/netns/another";
	netns_list l = { 0 };
	uint64_t dev, inode;

	need_lab();
	assert_int_equal(write_file("/run/netns/junk", "not a namespace"), 0);
	assert_int_equal(mkfifo("/run/netns/fifo", 0600), 0);
	assert_int_equal(symlink("/nowhere", "/run/netns/dangling"), 0);
	assert_int_equal(mkdir("/run/netns/directory", 0700), 0);
	assert_int_equal(add_netns(another), 0);
	assert_int_equal(netns_list_read(&l), 0);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].name, "another");
	assert_string_equal(l.v[1].name, "web");
	assert_string_equal(l.v[1].path, WEB);
	assert_int_equal(netns_id(lab.fds[1], &dev, &inode), 0);
	assert_true(l.v[1].dev == dev && l.v[1].inode == inode);
	netns_list_free(&l);
	umount2(another, MNT_DETACH);
	unlink(another);
}

static int inode_here(void *arg)
{
	_cleanup_(closep) int fd = netns_open_self();
	uint64_t dev;

	return netns_id(fd, &dev, arg);
}

static void a_call_is_inside_and_the_caller_stays(void **state)
{
	uint64_t dev, before, inside, after, web;
	const int nowhere = -1;

	need_lab();
	assert_int_equal(netns_id(lab.fds[1], &dev, &web), 0);
	assert_int_equal(inode_here(&before), 0);
	assert_int_equal(netns_call(lab.fds[1], inode_here, &inside), 0);
	assert_int_equal(inode_here(&after), 0);
	assert_true(inside == web);
	assert_true(before == after && before != web);
	assert_int_equal(netns_call(nowhere, inode_here, &inside), -EBADF);
	assert_int_equal(netns_socket(nowhere, AF_INET, SOCK_DGRAM, 0), -EBADF);
	assert_int_equal(netns_socket(lab.fds[1], AF_INET, SOCK_DGRAM, 255), -EPROTONOSUPPORT);
}

/* --- the kernel itself ------------------------------------------------------------- */

static void the_kernel_refuses_by_errno(void **state)
{
	need_lab();
	assert_int_equal(link_change(lab.here, 999, NULL, IFF_UP), -ENODEV);
	assert_int_equal(add_address(lab.here, 10, 0x0a010001, 24), -EEXIST);
	assert_int_equal(link_change(lab.here, 10, NULL, IFF_UP), 0);
}

static int count_chain(const struct nlmsghdr *nlh, void *arg)
{
	*(int *)arg += nlh->nlmsg_type == NFT(NFT_MSG_NEWCHAIN);
	return 0;
}

static void a_batch_is_all_or_nothing(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	_cleanup_(nl_closep) struct nl *nl = NULL;
	uint32_t before, failed, after;
	int echoed = 0;

	need_lab();
	assert_int_equal(netns_nl(lab.fds[1], NETLINK_NETFILTER, &nl), 0);
	if (collect_nft_generation(lab.fds[1], &before) < 0)
		skip();
	assert_int_equal(add_chain(nl, "broken", true, NULL, NULL), -EEXIST);
	assert_int_equal(collect_nft_generation(lab.fds[1], &failed), 0);
	assert_int_equal(before, failed);
	assert_int_equal(add_chain(nl, "fw", false, count_chain, &echoed), 0);
	assert_int_equal(echoed, 1);
	assert_int_equal(collect_nft_generation(lab.fds[1], &after), 0);
	assert_int_not_equal(before, after);

	s = collect_lab();
	assert_int_equal(s->ns.v[0].tables.n, 0);
	assert_int_equal(s->ns.v[1].tables.n, 1);
	assert_int_equal(s->ns.v[1].chains.n, 1);
	assert_string_equal(s->ns.v[1].chains.v[0].table, "fw");
	assert_int_equal(s->ns.v[1].chains.v[0].hook, NF_INET_LOCAL_IN);
	assert_int_equal(s->ns.v[1].chains.v[0].prio, 7);
	assert_int_equal(s->ns.v[1].chains.v[0].policy, NF_ACCEPT);
}

/* --- collect ---------------------------------------------------------------------- */

static void both_ends_of_a_veth_find_each_other(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	const struct link *l;
	int ns, ifindex;

	need_lab();
	s = collect_lab();
	assert_int_equal(s->ns.v[0].links.n, 2);
	l = ns_link_by_name(snapshot_ns(s, 0), "uplink");
	assert_string_equal(l->kind, "veth");
	assert_true(l->carrier);
	assert_true(l->inet.known);
	assert_true(snapshot_peer(s, 0, l->ifindex, &ns, &ifindex));
	assert_int_equal(ns, 1);
	assert_int_equal(ifindex, 20);
	assert_true(snapshot_peer(s, 1, 20, &ns, &ifindex));
	assert_int_equal(ns, 0);
	assert_int_equal(ifindex, 10);
}

static bool is_local(const struct snapshot *s, int ns, const char *text)
{
	struct addr a;

	addr_parse(text, &a);
	return ns_is_local(snapshot_ns(s, ns), &a);
}

static void addresses_and_routes_are_there(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	bool connected = false;

	need_lab();
	s = collect_lab();
	assert_true(is_local(s, 0, "10.1.0.1"));
	assert_false(is_local(s, 0, "10.1.0.2"));
	assert_true(is_local(s, 1, "10.1.0.2"));
	vec_each(r, &s->ns.v[1].routes)
		connected = connected || (r->table == RT_TABLE_MAIN && r->nh.oif == 20 &&
					  r->dst.len == 24);
	assert_true(connected);
	assert_true(s->ns.v[1].rules.n >= 3);
	assert_true(s->ns.v[1].all.known);
}

static int turn_on(void *arg)
{
	return write_file("/proc/sys/net/ipv4/ip_forward", "1") < 0 ||
			       write_file("/proc/sys/net/ipv4/icmp_echo_ignore_all", "1") < 0 ?
		       -EACCES : 0;
}

static void a_switch_is_its_namespaces_own(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *before = NULL, *after = NULL;

	need_lab();
	before = collect_lab();
	assert_int_equal(netns_call(lab.fds[1], turn_on, NULL), 0);
	after = collect_lab();
	assert_int_equal(after->ns.v[0].all.forwarding, before->ns.v[0].all.forwarding);
	assert_int_equal(after->ns.v[1].all.forwarding, 1);
	assert_int_equal(after->ns.v[0].icmp_echo_ignore_all, 0);
	assert_int_equal(after->ns.v[1].icmp_echo_ignore_all, 1);
	assert_int_equal(ns_link(&after->ns.v[1], 20)->inet.forwarding, 1);
	assert_false(snapshot_same(before, after));
}

static void who_listens_is_known(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *before = NULL, *after = NULL;
	const struct sockaddr_in where = {
		.sin_family = AF_INET,
		.sin_port = htons(8080),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	_cleanup_(closep) int tcp = -1;

	need_lab();
	before = collect_lab();
	tcp = netns_socket(lab.fds[1], AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(tcp, (const struct sockaddr *)&where, sizeof(where)), 0);
	assert_int_equal(listen(tcp, 1), 0);
	after = collect_lab();
	assert_int_equal(before->ns.v[1].listeners.n, 0);
	assert_int_equal(after->ns.v[0].listeners.n, 0);
	assert_int_equal(after->ns.v[1].listeners.n, 1);
	assert_int_equal(after->ns.v[1].listeners.v[0].port, 8080);
	assert_int_equal(after->ns.v[1].listeners.v[0].proto, IPPROTO_TCP);
	assert_string_equal(addr_text(&after->ns.v[1].listeners.v[0].addr).s, "127.0.0.1");
	/* a server that starts is no change of the way there */
	assert_true(snapshot_same(before, after));
}

static void reading_again_replaces(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;
	size_t links, raw, routes;

	need_lab();
	s = collect_lab();
	links = s->ns.v[1].links.n;
	raw = s->ns.v[1].raw.n;
	routes = s->ns.v[1].routes.n;
	assert_int_equal(collect_links(s, 1, lab.fds[1]), 0);
	assert_int_equal(s->ns.v[1].links.n, links);
	assert_int_equal(s->ns.v[1].raw.n, raw);
	vec_each(r, &s->ns.v[1].routes)
		assert_int_equal(((struct nlmsghdr *)s->ns.v[1].raw.v[r->raw].msg)->nlmsg_type,
				 RTM_NEWROUTE);
	assert_int_equal(collect_ns(s, 1, lab.fds[1]), 0);
	assert_int_equal(s->ns.v[1].links.n, links);
	assert_int_equal(s->ns.v[1].routes.n, routes);
	assert_int_equal(s->ns.v[1].raw.n, raw);
	assert_int_equal(collect_nsids(s, lab.fds), 0);
	assert_int_equal(s->ns.v[1].nsids.n, 1);
}

static void a_dump_of_many_parts_is_whole(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = NULL;

	need_lab();
	for (uint32_t i = 0; i < 1500; i++)
		assert_int_equal(add_address(lab.web, 1, 0x0a800000 + i, 32), 0);
	s = collect_lab();
	for (uint32_t i = 0; i < 1500; i++)
		assert_int_equal(remove_address(lab.web, 1, 0x0a800000 + i, 32), 0);
	assert_true(s->ns.v[1].addrs.n >= 1502);
	assert_true(is_local(s, 1, "10.128.5.219"));
	assert_false(is_local(s, 1, "10.128.5.220"));
}

/* Skips where there is no nft. */
static void nft(int ns_fd, const char *text)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (setns(ns_fd, CLONE_NEWNET) == 0)
			execlp("nft", "nft", text, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status))
		skip();
}

static const struct nft_chain *read_chain(const struct snapshot *s, const char *name)
{
	return ns_chain(&s->ns.v[0], NFPROTO_IPV4, "many", name);
}

static size_t rules_read(const struct snapshot *s, const char *name)
{
	const struct nft_chain *c = read_chain(s, name);

	return c && !c->unread ? c->rules.n : 0;
}

static struct snapshot *collect_asked(uint8_t family)
{
	struct snapshot *s = snapshot_new();

	snapshot_add(s, "web", 0);
	s->asked = family;
	assert_int_equal(collect_ns(s, 0, lab.fds[1]), 0);
	return s;
}

/* So many that they are listed in part. */
static char *many_chains(void)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, "table ip many { chain services { ip daddr 192.0.2.1 drop; tcp dport 1 drop; }; "
			"chain seldom { drop; }; chain entrance { counter goto services; }; "
			"chain pre { type filter hook prerouting priority 0; tcp dport 2 jump seldom; jump entrance; }; "
			"chain in { type filter hook input priority 0; jump services; }; ");
	for (int i = 0; i < 300; i++)
		strbuf_printf(&b, "chain c%d {}; ", i);
	strbuf_puts(&b, "}");
	return strbuf_take(&b);
}

/* What every packet comes to is there at once; what only some come to, or of another family, when it is needed. */
static void among_many_chains_some_are_read_ahead(void **state)
{
	_cleanup_(freep) char *rules = many_chains();
	_cleanup_(snapshot_freep) struct snapshot *four = NULL, *six = NULL, *unknown = NULL;

	need_lab();
	nft(lab.fds[1], rules);
	four = collect_asked(AF_INET);
	six = collect_asked(AF_INET6);
	unknown = collect_asked(0);
	nft(lab.fds[1], "delete table ip many");
	assert_true(four->ns.v[0].more_chains);
	assert_int_equal(rules_read(four, "pre"), 2);
	assert_int_equal(rules_read(four, "entrance"), 1);
	assert_int_equal(rules_read(four, "services"), 2);
	assert_true(read_chain(four, "in")->unread);
	assert_null(read_chain(four, "seldom"));
	assert_true(read_chain(six, "pre")->unread);
	assert_true(read_chain(unknown, "pre")->unread);
	assert_null(read_chain(unknown, "services"));
	/* nothing of it is another configuration */
	assert_true(snapshot_same(four, unknown));
}

static void a_namespace_that_cannot_be_entered_is_an_error(void **state)
{
	_cleanup_(snapshot_freep) struct snapshot *s = snapshot_new();
	const int fds[] = { -1 };

	snapshot_add(s, "gone", 1);
	assert_int_equal(collect_all(s, fds), -EBADF);
	assert_int_equal(collect_ns(s, 0, -1), -EBADF);
	assert_int_equal(s->ns.v[0].links.n, 0);
}

static void the_kernel_decides_a_route(void **state)
{
	struct addr peer, outside, own;
	struct kernel_route route;

	need_lab();
	addr_parse("10.1.0.2", &peer);
	addr_parse("10.1.0.1", &own);
	addr_parse("192.0.2.1", &outside);
	assert_int_equal(collect_route(lab.fds[0], NULL, &peer, 0, 0, &route), 0);
	assert_int_equal(route.error, 0);
	assert_int_equal(route.oif, 10);
	assert_int_equal(route.type, RTN_UNICAST);
	assert_int_equal(route.table, RT_TABLE_MAIN);
	assert_string_equal(addr_text(&route.prefsrc).s, "10.1.0.1");
	assert_false(addr_is_set(&route.gateway));

	assert_int_equal(collect_route(lab.fds[0], NULL, &own, 0, 0, &route), 0);
	assert_int_equal(route.type, RTN_LOCAL);

	assert_int_equal(collect_route(lab.fds[0], NULL, &outside, 0, 0, &route), 0);
	assert_int_equal(route.error, -ENETUNREACH);
	/* forwarding is off here, so a packet that comes in is refused */
	assert_int_equal(collect_route(lab.fds[0], &peer, &outside, 10, 0, &route), 0);
	assert_int_equal(route.error, -EHOSTUNREACH);
	/* one from ourselves, coming in: a martian */
	assert_int_equal(collect_route(lab.fds[0], &own, &own, 10, 7, &route), 0);
	assert_true(route.error < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_network_namespaces_are_opened),
		cmocka_unit_test(our_own_namespace_needs_no_privilege),
		cmocka_unit_test(the_list_has_namespaces_only),
		cmocka_unit_test(a_call_is_inside_and_the_caller_stays),
		cmocka_unit_test(the_kernel_refuses_by_errno),
		cmocka_unit_test(a_batch_is_all_or_nothing),
		cmocka_unit_test(both_ends_of_a_veth_find_each_other),
		cmocka_unit_test(addresses_and_routes_are_there),
		cmocka_unit_test(a_switch_is_its_namespaces_own),
		cmocka_unit_test(who_listens_is_known),
		cmocka_unit_test(reading_again_replaces),
		cmocka_unit_test(a_dump_of_many_parts_is_whole),
		cmocka_unit_test(among_many_chains_some_are_read_ahead),
		cmocka_unit_test(a_namespace_that_cannot_be_entered_is_an_error),
		cmocka_unit_test(the_kernel_decides_a_route),
	};

	return cmocka_run_group_tests_name("netns", tests, lab_start, lab_stop);
}
