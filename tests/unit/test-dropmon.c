/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's drop_monitor, which few test machines have, is a thread here that behaves as net/core/drop_monitor.c does. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/net_dropmon.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "capture/dropmon.h"
#include "capture/dropsource.h"
#include "dropwatch.h"
#include "packets.h"

#define FAMILY_ID 29
#define GROUP_ID  7

struct setup {
	uint8_t mode;
	uint32_t bytes, packets;
};

struct kernel {
	int fd;
	bool absent;        /* it has no such family */
	int refuses[NET_DM_CMD_MAX + 1]; /* errno by command */
	uint8_t garbles;    /* command that it obeys, but whose answer cannot be read */
	bool on;
	struct setup setup;
	struct nl *nl;
	pthread_t thread;
};

static void reply(const struct kernel *k, struct nlmsghdr *nlh, uint32_t seq)
{
	nlh->nlmsg_seq = seq;
	nlh->nlmsg_flags = 0;
	(void)send(k->fd, nlh, nlh->nlmsg_len, 0);
}

static void acknowledge(const struct kernel *k, const struct nlmsghdr *asked, int error)
{
	const struct nlmsgerr e = { .error = -error, .msg = *asked };
	struct nl_buf b;

	if (error || asked->nlmsg_flags & NLM_F_ACK)
		reply(k, nl_put(&b, NLMSG_ERROR, 0, &e, sizeof(e)), asked->nlmsg_seq);
}

static void put_group(struct nlmsghdr *nlh, int number, const char *name, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, (uint16_t)number);

	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, id);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, name);
	mnl_attr_nest_end(nlh, nest);
}

static void tell_family(const struct kernel *k, uint32_t seq)
{
	const struct genlmsghdr header = { .cmd = CTRL_CMD_NEWFAMILY };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, GENL_ID_CTRL, 0, &header, sizeof(header));
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "NET_DM");
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY_ID);
	nest = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	put_group(nlh, 1, "another", 5);
	put_group(nlh, 2, "events", GROUP_ID);
	mnl_attr_nest_end(nlh, nest);
	reply(k, nlh, seq);
}

static void tell_setup(const struct kernel *k, uint32_t seq)
{
	const struct genlmsghdr header = { .cmd = NET_DM_CMD_CONFIG_NEW };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, FAMILY_ID, 0, &header, sizeof(header));

	mnl_attr_put_u8(nlh, NET_DM_ATTR_ALERT_MODE, k->setup.mode);
	mnl_attr_put_u32(nlh, NET_DM_ATTR_TRUNC_LEN, k->setup.bytes);
	mnl_attr_put_u32(nlh, NET_DM_ATTR_QUEUE_LEN, k->setup.packets);
	reply(k, nlh, seq);
}

static int set_up(struct kernel *k, const struct nlmsghdr *nlh)
{
	const struct nlattr *a;

	if (k->on)
		return EBUSY;
	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) == NET_DM_ATTR_ALERT_MODE)
			k->setup.mode = mnl_attr_get_u8(a);
		if (mnl_attr_get_type(a) == NET_DM_ATTR_TRUNC_LEN)
			k->setup.bytes = mnl_attr_get_u32(a);
		if (mnl_attr_get_type(a) == NET_DM_ATTR_QUEUE_LEN)
			k->setup.packets = mnl_attr_get_u32(a);
	}
	return 0;
}

static int turn(struct kernel *k, bool on)
{
	if (k->on == on)
		return EAGAIN;
	k->on = on;
	return 0;
}

static void obey(struct kernel *k, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	int error = 0;

	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		if (!k->absent)
			tell_family(k, nlh->nlmsg_seq);
		acknowledge(k, nlh, k->absent ? ENOENT : 0);
		return;
	}
	error = genl->cmd <= NET_DM_CMD_MAX ? k->refuses[genl->cmd] : EOPNOTSUPP;
	if (error)
		;
	else if (genl->cmd == NET_DM_CMD_CONFIG_GET)
		tell_setup(k, nlh->nlmsg_seq);
	else if (genl->cmd == NET_DM_CMD_CONFIG)
		error = set_up(k, nlh);
	else
		error = turn(k, genl->cmd == NET_DM_CMD_START);
	if (genl->cmd == k->garbles)
		(void)send(k->fd, "", 1, 0);
	else
		acknowledge(k, nlh, error);
}

static void *serve(void *arg)
{
	_Alignas(8) char buffer[4096];
	struct kernel *k = arg;
	ssize_t n;

	while ((n = recv(k->fd, buffer, sizeof(buffer), 0)) > 0) {
		const struct nlmsghdr *nlh;
		size_t pos = 0;

		while ((nlh = nl_next(buffer, (size_t)n, &pos)))
			obey(k, nlh);
	}
	return NULL;
}

/* Returns the end that asks. */
static int boot(struct kernel *k)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	k->fd = pair[1];
	k->setup = (struct setup){ NET_DM_ALERT_MODE_SUMMARY, 0, 1000 };
	assert_int_equal(nl_adopt(pair[0], &k->nl), 0);
	assert_int_equal(pthread_create(&k->thread, NULL, serve, k), 0);
	return pair[0];
}

/* When all that was asked is done. */
static void halt(struct kernel *k)
{
	nl_close(k->nl);
	pthread_join(k->thread, NULL);
	close(k->fd);
}

static const struct dropmon_family family = { .id = FAMILY_ID, .group = GROUP_ID };

static void its_family_is_found(void **state)
{
	struct kernel k = { 0 }, none = { .absent = true };
	struct dropmon_family found = { 0 };

	boot(&k);
	assert_int_equal(dropmon_find(k.nl, &found), 0);
	halt(&k);
	assert_int_equal(found.id, FAMILY_ID);
	assert_int_equal(found.group, GROUP_ID);
	boot(&none);
	assert_int_equal(dropmon_find(none.nl, &found), -ENOENT);
	halt(&none);
}

static void it_is_left_as_it_was(void **state)
{
	struct dropmon_undo undo;
	struct kernel k = { 0 };
	int fd = boot(&k);

	k.setup = (struct setup){ NET_DM_ALERT_MODE_SUMMARY, 77, 500 };
	assert_int_equal(dropmon_start(k.nl, &family, &undo), 0);
	assert_true(k.on);
	assert_int_equal(k.setup.mode, NET_DM_ALERT_MODE_PACKET);
	assert_int_equal(k.setup.bytes, DROPS_BYTES + ETH_HLEN);
	assert_int_equal(k.setup.packets, 1000);
	/* in one piece, as who ends by a signal sends it */
	assert_int_equal(send(fd, undo.b, undo.n, 0), undo.n);
	halt(&k);
	assert_false(k.on);
	assert_int_equal(k.setup.mode, NET_DM_ALERT_MODE_SUMMARY);
	assert_int_equal(k.setup.bytes, 77);
	assert_int_equal(k.setup.packets, 500);
}

/* The C library's two are taken over: a netlink socket is the fake kernel's, and takes any option. */
static int netlink_fd;

int socket(int domain, int type, int protocol)
{
	(void)domain;
	(void)type;
	(void)protocol;
	return fcntl(netlink_fd, F_DUPFD_CLOEXEC, 0);
}

int setsockopt(int fd, int level, int option, const void *value, socklen_t size)
{
	(void)fd;
	(void)level;
	(void)option;
	(void)value;
	(void)size;
	return 0;
}

/* In a process of its own. */
static void listen_and_end_by(int number)
{
	const struct rlimit no_core = { 0 };
	const struct drops_wanted wanted = { 0 };
	void *listening = NULL;

	setrlimit(RLIMIT_CORE, &no_core);
	if (dropmon.begin(&listening, &wanted) == 0)
		raise(number);
	_exit(0);
}

static void whatever_ends_it_leaves_it_stopped(void **state)
{
	static const int numbers[] = { SIGTERM, SIGALRM, SIGHUP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct kernel k = { 0 };
		int status = 0;
		pid_t pid;

		netlink_fd = boot(&k);
		pid = fork();
		if (pid == 0)
			listen_and_end_by(numbers[i]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		halt(&k);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), numbers[i]);
		assert_false(k.on);
		assert_int_equal(k.setup.mode, NET_DM_ALERT_MODE_SUMMARY);
	}
}

static void what_somebody_else_uses_is_left_alone(void **state)
{
	struct kernel used = { .on = true }, just = { .refuses = { [NET_DM_CMD_START] = EAGAIN } };
	struct kernel denied = { .refuses = { [NET_DM_CMD_CONFIG] = EPERM } };
	struct dropmon_undo undo;

	boot(&used);
	assert_int_equal(dropmon_start(used.nl, &family, &undo), -EBUSY);
	halt(&used);
	assert_true(used.on);
	assert_int_equal(used.setup.mode, NET_DM_ALERT_MODE_SUMMARY);
	/* between two requests of ours */
	boot(&just);
	assert_int_equal(dropmon_start(just.nl, &family, &undo), -EBUSY);
	halt(&just);
	assert_int_equal(just.setup.mode, NET_DM_ALERT_MODE_SUMMARY);
	boot(&denied);
	assert_int_equal(dropmon_start(denied.nl, &family, &undo), -EPERM);
	halt(&denied);
	assert_false(denied.on);
}

static void what_may_have_been_started_is_stopped(void **state)
{
	struct kernel k = { .garbles = NET_DM_CMD_START };
	struct dropmon_undo undo;

	boot(&k);
	k.setup.bytes = 77;
	assert_int_equal(dropmon_start(k.nl, &family, &undo), -EBADMSG);
	assert_int_equal(undo.n, 0);
	halt(&k);
	assert_false(k.on);
	assert_int_equal(k.setup.mode, NET_DM_ALERT_MODE_SUMMARY);
	assert_int_equal(k.setup.bytes, 77);
}

/* --- what it tells ---------------------------------------------------------- */

static const struct drops_wanted wanted = { .token = "tokentok", .seq = 0xabcd0000, .n = 1 };
static const uint8_t token[12] = "tokentok\0\2\0\1";
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 }, other_mac[6] = { 2, 0, 0, 0, 0, 2 };

static struct bytes frame(const uint8_t *to, uint16_t ethertype)
{
	struct bytes p = { 0 };

	put_bytes(&p, to, 6);
	put_bytes(&p, other_mac, 6);
	put16(&p, ethertype);
	return p;
}

static struct bytes echo(const uint8_t *to)
{
	struct bytes p = to ? frame(to, ETH_P_IP) : (struct bytes){ 0 };

	put_ipv4(&p, 0, 40, 1, 0x0a000001, 0x0a000002);
	put_echo(&p, 8, 5, token, sizeof(token));
	return p;
}

struct alert {
	struct bytes frame;
	uint16_t ethertype, origin;
	uint32_t ifindex;
	const char *symbol, *reason;
};

static const struct nlmsghdr *build(struct nl_buf *b, const struct alert *a)
{
	const struct genlmsghdr header = { .cmd = NET_DM_CMD_PACKET_ALERT };
	struct nlmsghdr *nlh = nl_put(b, FAMILY_ID, 0, &header, sizeof(header));
	struct nlattr *nest;

	mnl_attr_put_u16(nlh, NET_DM_ATTR_ORIGIN, a->origin);
	mnl_attr_put_u64(nlh, NET_DM_ATTR_PC, 0xffffffff81000000);
	mnl_attr_put_strz(nlh, NET_DM_ATTR_SYMBOL, a->symbol);
	nest = mnl_attr_nest_start(nlh, NET_DM_ATTR_IN_PORT);
	if (a->ifindex)
		mnl_attr_put_u32(nlh, NET_DM_ATTR_PORT_NETDEV_IFINDEX, a->ifindex);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, NET_DM_ATTR_ORIG_LEN, 100);
	mnl_attr_put_u16(nlh, NET_DM_ATTR_PROTO, a->ethertype);
	mnl_attr_put(nlh, NET_DM_ATTR_PAYLOAD, a->frame.n, a->frame.b);
	if (a->reason)
		mnl_attr_put_strz(nlh, DROPMON_ATTR_REASON, a->reason);
	return nlh;
}

static struct alert alert_of(struct bytes p, uint16_t ethertype)
{
	return (struct alert){ .frame = p, .ethertype = ethertype, .origin = NET_DM_ORIGIN_SW, .ifindex = 3,
			       .symbol = "nf_hook_slow+0xb4/0xc0 [nf_tables]", .reason = "NETFILTER_DROP" };
}

static bool is_read(const struct alert *a, struct drops_answer *ret)
{
	struct nl_buf b;

	return dropmon_message(build(&b, a), &family, &wanted, ret);
}

static void a_packet_that_it_tells(void **state)
{
	struct alert a = alert_of(echo(mac), ETH_P_IP);
	struct drops_answer got;

	assert_true(is_read(&a, &got));
	assert_int_equal(got.kind, DROPS_EVENT);
	assert_string_equal(got.reason, "NETFILTER_DROP");
	assert_string_equal(got.event.function, "nf_hook_slow");
	assert_int_equal(got.event.netns, 0);
	assert_int_equal(got.event.ifindex, 3);
	assert_int_equal(got.event.ethertype, ETH_P_IP);
	assert_int_equal(got.event.n, 40);
	assert_memory_equal(got.event.bytes, a.frame.b + ETH_HLEN, 40);
	assert_memory_equal(got.event.macs, a.frame.b, 12);
	/* from an interface without such headers; by a kernel that gives no reasons; a name without an end */
	a = alert_of(echo(NULL), ETH_P_IP);
	a.reason = NULL;
	a.symbol = "a_function_whose_name_is_longer_than_anybody_would_think_of";
	assert_true(is_read(&a, &got));
	assert_string_equal(got.reason, "");
	assert_int_equal(strlen(got.event.function), DROPS_FUNCTION - 1);
	assert_memory_equal(got.event.macs, (uint8_t[12]){ 0 }, 12);
	assert_memory_equal(got.event.bytes, a.frame.b, 40);
}

static void packets_of_every_protocol(void **state)
{
	struct { struct bytes p; uint16_t ethertype; } table[8] = { 0 };
	struct drops_answer got;
	uint8_t later[DROPS_LATER + 8] = { 0 };

	memcpy(later + DROPS_LATER, token, 8);
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		table[i].ethertype = i < 4 ? ETH_P_IP : ETH_P_IPV6;
		table[i].p = frame(mac, table[i].ethertype);
	}
	put_ipv4(&table[0].p, 1, 64, 6, 1, 2);
	put_tcp(&table[0].p, 1000, 80, wanted.seq + 256, 0, 2);
	put_ipv4(&table[1].p, 0, 60, 6, 1, 2);
	put_tcp(&table[1].p, 80, 1000, 77, wanted.seq + 1, 18);
	put_ipv4(&table[2].p, 0, 60, 17, 1, 2);
	put_udp(&table[2].p, 1000, 53, later, sizeof(later));
	put_ipv4(&table[3].p, 0, 60, 6, 1, 2);
	put_tcp(&table[3].p, 1000, 80, 0x12345678, 0x12345678, 2);
	put_ipv6(&table[4].p, 20, 58, 1, 2);
	put_echo(&table[4].p, 128, 5, token, sizeof(token));
	put_ipv6(&table[5].p, 20, 17, 1, 2);
	put_udp(&table[5].p, 1000, 53, token, sizeof(token));
	put_ipv6(&table[6].p, 20, 58, 1, 2);
	put_echo(&table[6].p, 128, 5, (const uint8_t *)"another's..", 12);
	put_ipv6(&table[7].p, 20, 58, 1, 2);
	put_echo(&table[7].p, 135, 5, token, sizeof(token));
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		struct alert a = alert_of(table[i].p, table[i].ethertype);

		assert_int_equal(is_read(&a, &got), i != 3 && i != 6);
	}
}

static void what_is_not_ours(void **state)
{
	struct alert a = alert_of(echo(mac), ETH_P_IP);
	struct dropmon_family another = { .id = FAMILY_ID + 1 };
	struct drops_answer got;
	struct nl_buf b;

	assert_false(dropmon_message(build(&b, &a), &another, &wanted, &got));
	/* a switch's; cut off wherever it may be; empty; of another protocol */
	a.origin = NET_DM_ORIGIN_HW;
	assert_false(is_read(&a, &got));
	a = alert_of(echo(mac), ETH_P_IP);
	for (a.frame.n = 0; a.frame.n < ETH_HLEN + 36; a.frame.n++)
		assert_false(is_read(&a, &got));
	a = alert_of(echo(mac), ETH_P_8021Q);
	assert_false(is_read(&a, &got));
}

/* It names no namespace: the interface's number tells, where that is one's alone, or MAC addresses do. */
static void whose_interface_it_was(void **state)
{
	static const uint8_t third_mac[6] = { 2, 0, 0, 0, 0, 3 };
	struct link here = { .ifindex = 3, .mac_len = 6 }, there = { .ifindex = 3, .mac_len = 6 };
	struct link out = { .ifindex = 4, .mac_len = 6 };
	struct ns web = { .inode = 4711 }, host = { .inode = 4712 };
	struct observe_spec spec = { .marks = { .token = "tokentok", .seq = wanted.seq } };
	struct alert a = alert_of(echo(mac), ETH_P_IP);
	struct drops_answer got;
	struct kernel_drop d;

	memcpy(here.mac, mac, 6);
	memcpy(there.mac, third_mac, 6);
	memcpy(out.mac, other_mac, 6);
	vec_push(&host.links, here);
	vec_push(&spec.ns, ((struct watched){ .ns = 5, .config = &host }));
	vec_push(&spec.ns, ((struct watched){ .ns = 6, .config = &web }));
	assert_true(is_read(&a, &got));
	assert_true(dropwatch_take(&got, &spec, &d));
	assert_int_equal(d.ns, 5);
	assert_int_equal(d.ifindex, 3);
	assert_int_equal(d.probe, 2);
	/* both have such a number: for whom the frame is */
	vec_push(&web.links, there);
	assert_true(dropwatch_take(&got, &spec, &d));
	assert_int_equal(d.ns, 5);
	/* on its way in there, or still on its way out here? */
	vec_push(&web.links, out);
	assert_false(dropwatch_take(&got, &spec, &d));
	web.links.n = 1;
	/* a bridge's port takes what is for others; all take what is for all; nobody's address is known */
	web.links.v[0].master = 9;
	assert_false(dropwatch_take(&got, &spec, &d));
	web.links.v[0].master = 0;
	got.event.macs[0] |= 1;
	assert_false(dropwatch_take(&got, &spec, &d));
	memset(got.event.macs, 0, sizeof(got.event.macs));
	assert_false(dropwatch_take(&got, &spec, &d));
	/* it came in nowhere */
	web.links.n = 0;
	got.event.ifindex = 0;
	assert_false(dropwatch_take(&got, &spec, &d));
	vec_free(&web.links);
	vec_free(&host.links);
	vec_free(&spec.ns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_family_is_found),
		cmocka_unit_test(it_is_left_as_it_was),
		cmocka_unit_test(whatever_ends_it_leaves_it_stopped),
		cmocka_unit_test(what_somebody_else_uses_is_left_alone),
		cmocka_unit_test(what_may_have_been_started_is_stopped),
		cmocka_unit_test(a_packet_that_it_tells),
		cmocka_unit_test(packets_of_every_protocol),
		cmocka_unit_test(what_is_not_ours),
		cmocka_unit_test(whose_interface_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
