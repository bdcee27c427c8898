/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * listen – the servers of a lab: listen [-n NETNS-FILE] ADDRESS:PORT[/udp|/silent|/dual|/dns=ADDRESS|/backlog=N]...
 *          a virtual machine's wire: listen -t NETNS-FILE TAP NETNS-FILE TAP
 *          a router advertisement:   listen -n NETNS-FILE -a IF
 *          an XDP program:           listen -x IF drop|pass
 *          a program at tcx:         listen -b IF, as long as it runs
 *          a flood of ICMP errors:   listen -n NETNS-FILE -f ADDRESS, for 5 seconds at most (IPv4)
 *          no checksum offload:      listen -n NETNS-FILE -s IF
 *
 * Opens every socket inside the namespace and goes home again, so that no process is ever seen living
 * in the namespace that it serves. Returns when all sockets are open (nothing has to be waited for)
 * and leaves a child behind that echoes what it is sent until it is killed; its pid is printed.
 * A silent service takes datagrams. With /backlog=N it is a service that hangs: one connection, of its own, waits in
 * a queue of N and one more. A name server says of every name that it has this one address.
 * IPv6 addresses are written [::1]:80; an IPv6 socket never takes IPv4, but a dual one does.
 * With -t it makes two taps and carries frames from each to the other, as a hypervisor or slirp would.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_FDS 128

enum kind { LISTENER, STREAM, DATAGRAM, NAMES, TAP };

static struct pollfd fds[MAX_FDS];
static enum kind kinds[MAX_FDS];
static struct in_addr everybody; /* what the name server says */
static unsigned int n_fds;

static void add(int fd, enum kind kind)
{
	if (n_fds == MAX_FDS) {
		close(fd);
		return;
	}
	fds[n_fds] = (struct pollfd){ .fd = fd, .events = POLLIN };
	kinds[n_fds++] = kind;
}

static void enter(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		err(1, "%s", path);
	close(fd);
}

/* text is ADDRESS:PORT, with brackets around an IPv6 address; it is cut up in place */
static socklen_t parse(char *text, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *in = (struct sockaddr_in *)ret;
	char *colon = strrchr(text, ':');

	if (!colon)
		errx(1, "%s: no port", text);
	*colon = '\0';
	if (text[0] == '[') {
		colon[-1] = '\0';
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)atoi(colon + 1));
		if (inet_pton(AF_INET6, text + 1, &in6->sin6_addr) != 1)
			errx(1, "%s: no address", text + 1);
		return sizeof(*in6);
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)atoi(colon + 1));
	if (inet_pton(AF_INET, text, &in->sin_addr) != 1)
		errx(1, "%s: no address", text);
	return sizeof(*in);
}

/* A connection that stays open, and that nobody accepts. */
static void hang(const struct sockaddr_storage *to, socklen_t len)
{
	int fd = socket(to->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)to, len) < 0)
		err(1, "connect");
}

static void serve(char *text)
{
	struct sockaddr_storage addr = { 0 };
	char *slash = strchr(text, '/');
	bool dns = slash && !strncmp(slash, "/dns=", 5);
	bool silent = slash && !strcmp(slash, "/silent");
	int v6only = !(slash && !strcmp(slash, "/dual"));
	int backlog = slash && !strncmp(slash, "/backlog=", 9) ? atoi(slash + 9) : -1;
	bool udp = dns || silent || (slash && !strcmp(slash, "/udp"));
	int fd, one = 1;
	socklen_t len;

	if (dns && inet_pton(AF_INET, slash + 5, &everybody) != 1)
		errx(1, "%s: no address", slash);
	if (slash)
		*slash = '\0';
	len = parse(text, &addr);
	fd = socket(addr.ss_family, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (addr.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only));
	if (bind(fd, (struct sockaddr *)&addr, len) < 0 || (!udp && listen(fd, backlog < 0 ? 64 : backlog) < 0))
		err(1, "%s", text);
	if (backlog >= 0)
		hang(&addr, len);
	else if (!silent)
		add(fd, dns ? NAMES : udp ? DATAGRAM : LISTENER);
}

static void open_tap(const char *netns, const char *name)
{
	struct ifreq req = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	int fd;

	enter(netns);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	strncpy(req.ifr_name, name, sizeof(req.ifr_name) - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &req) < 0)
		err(1, "%s", name);
	add(fd, TAP);
}

/* Makes an answer of a question for an address (RFC 1035); its size. A question for anything else gets none. */
static size_t answer(unsigned char *b, size_t n)
{
	static const unsigned char record[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4 };
	size_t end = 12;

	while (end < n && b[end])
		end += b[end] + 1u;
	end += 5; /* the last label, type and class */
	if (n < 17 || end > n)
		return 0;
	b[2] |= 0x80;
	memset(b + 6, 0, 6);
	if (b[end - 3] != 1)
		return end;
	b[7] = 1;
	memcpy(b + end, record, sizeof(record));
	memcpy(b + end + sizeof(record), &everybody, sizeof(everybody));
	return end + sizeof(record) + sizeof(everybody);
}

/* false: the connection is over */
static bool handle(unsigned int i)
{
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char buf[65536];
	ssize_t n;
	int fd;

	switch (kinds[i]) {
	case LISTENER:
		fd = accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			add(fd, STREAM);
		return true;
	case DATAGRAM:
	case NAMES:
		n = recvfrom(fds[i].fd, buf, sizeof(buf) - 64, 0, (struct sockaddr *)&from, &len);
		if (n > 0 && kinds[i] == NAMES)
			n = (ssize_t)answer((unsigned char *)buf, (size_t)n);
		if (n >= 0)
			sendto(fds[i].fd, buf, (size_t)n, 0, (struct sockaddr *)&from, len);
		return true;
	case STREAM:
		n = read(fds[i].fd, buf, sizeof(buf));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		return n > 0 && write(fds[i].fd, buf, (size_t)n) == n;
	case TAP: /* a frame that the other end cannot take is lost, as on any wire */
		n = read(fds[i].fd, buf, sizeof(buf));
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			exit(0); /* one of the taps is gone, and so is the wire */
		return n <= 0 || write(fds[1 - i].fd, buf, (size_t)n) != 0;
	}
	return false;
}

static void loop(void)
{
	for (;;) {
		if (poll(fds, n_fds, -1) < 0 && errno != EINTR)
			err(1, "poll");
		/* from the last: a connection that ends takes nobody's place but the last one's */
		for (unsigned int i = n_fds; i-- > 0;) {
			if (!fds[i].revents || handle(i))
				continue;
			close(fds[i].fd);
			fds[i] = fds[n_fds - 1];
			kinds[i] = kinds[--n_fds];
		}
	}
}

/* One router advertisement (RFC 4861, 4.2) to all nodes on the link: "I am your default router for a while". */
static void advertise(const char *ifname)
{
	const unsigned char ra[16] = { 134, [4] = 64, [6] = 0x70, [7] = 0x80 };
	struct sockaddr_in6 all = { .sin6_family = AF_INET6, .sin6_scope_id = if_nametoindex(ifname) };
	int fd = socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMPV6), hops = 255;

	if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops)) < 0)
		err(1, "socket");
	inet_pton(AF_INET6, "ff02::1", &all.sin6_addr);
	if (sendto(fd, ra, sizeof(ra), 0, (struct sockaddr *)&all, sizeof(all)) < 0)
		err(1, "%s", ifname);
}

/* Its descriptor. */
static int load_program(enum bpf_prog_type type, const struct bpf_insn *program, uint32_t n)
{
	union bpf_attr attr = {
		.prog_type = type,
		.insns = (uintptr_t)program,
		.insn_cnt = n,
		.license = (uintptr_t)"GPL",
	};

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* It says the same of every packet. */
static int load_xdp(int verdict)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = verdict },
		{ .code = BPF_JMP | BPF_EXIT },
	};

	return load_program(BPF_PROG_TYPE_XDP, program, sizeof(program) / sizeof(program[0]));
}

/* Drops the IPv4 that leaves by the interface, as long as this runs. Ends with 1 where the kernel refuses. */
static void drop_at_tcx(const char *ifname)
{
	/* linux/bpf.h of Linux 6.6: TCX_NEXT, TCX_DROP, BPF_TCX_EGRESS */
	enum { NEXT = -1, DROP = 2, EGRESS = 47 };
	const struct bpf_insn program[] = {
		{ .code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1,
		  .off = offsetof(struct __sk_buff, protocol) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = DROP },
		{ .code = BPF_JMP | BPF_JEQ | BPF_K, .dst_reg = BPF_REG_2, .off = 1, .imm = htons(ETH_P_IP) },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = NEXT },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = load_program(BPF_PROG_TYPE_SCHED_CLS, program, sizeof(program) / sizeof(program[0]));
	union bpf_attr attr = { .link_create = { .prog_fd = (uint32_t)fd, .target_ifindex = if_nametoindex(ifname),
						 .attach_type = EGRESS } };

	if (fd < 0 || syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr)) < 0)
		err(1, "no program at tcx");
	puts("ready");
	fflush(stdout);
	pause();
}

/* Attaches it to the interface, in the form that every kind of interface has. Ends with 1 where the kernel refuses. */
static void attach_xdp(const char *ifname, int verdict)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg ifi;
		struct rtattr xdp, fd;
		int fd_value;
		struct rtattr flags;
		uint32_t flags_value;
	} m = {
		.head = { .nlmsg_len = sizeof(m), .nlmsg_type = RTM_SETLINK, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.ifi.ifi_index = (int)if_nametoindex(ifname),
		.xdp = { .rta_len = RTA_LENGTH(16), .rta_type = IFLA_XDP | NLA_F_NESTED },
		.fd = { .rta_len = RTA_LENGTH(4), .rta_type = IFLA_XDP_FD },
		.fd_value = load_xdp(verdict),
		.flags = { .rta_len = RTA_LENGTH(4), .rta_type = IFLA_XDP_FLAGS },
		.flags_value = XDP_FLAGS_SKB_MODE,
	};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char more[256];
	} answer = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (m.fd_value < 0)
		err(1, "no XDP program can be loaded");
	if (fd < 0 || send(fd, &m, sizeof(m), 0) < 0 || recv(fd, &answer, sizeof(answer), 0) < 0)
		err(1, "netlink");
	if (answer.error.error)
		errx(1, "%s: %s", ifname, strerror(-answer.error.error));
}

/* As "ethtool -K IF tx off": what leaves by it carries its checksum. */
static void finish_checksums(const char *ifname)
{
	struct ethtool_value off = { .cmd = ETHTOOL_STXCSUM };
	struct ifreq ifr = { .ifr_data = (void *)&off };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &ifr) < 0)
		err(1, "%s", ifname);
}

/* They quote nothing that anybody sent. */
static void flood(const char *address)
{
	unsigned char error[36] = { 3, 1, 0xfc, 0xfe };
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	if (fd < 0 || inet_pton(AF_INET, address, &to.sin_addr) != 1)
		errx(1, "cannot send errors to %s", address);
	alarm(5);
	for (;;)
		(void)sendto(fd, error, sizeof(error), 0, (struct sockaddr *)&to, sizeof(to));
}

int main(int argc, char **argv)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	bool taps = argc == 6 && !strcmp(argv[1], "-t");
	int first = argc > 2 && !strcmp(argv[1], "-n") ? 3 : 1;
	pid_t pid;

	if (first >= argc)
		errx(2, "usage: listen [-n NETNS-FILE] ADDRESS:PORT[/udp|/silent|/dual|/dns=ADDRESS|/backlog=N]...\n"
			"       listen -t NETNS-FILE TAP NETNS-FILE TAP\n"
			"       listen -n NETNS-FILE -a IF\n"
			"       listen -n NETNS-FILE -f ADDRESS\n"
			"       listen -n NETNS-FILE -s IF");
	if (first == 3)
		enter(argv[2]);
	if (!strcmp(argv[first], "-a") && argc == first + 2) {
		advertise(argv[first + 1]);
		return 0;
	}
	if (!strcmp(argv[first], "-f") && argc == first + 2)
		flood(argv[first + 1]);
	if (!strcmp(argv[first], "-s") && argc == first + 2) {
		finish_checksums(argv[first + 1]);
		return 0;
	}
	if (!strcmp(argv[first], "-x") && argc == first + 3) {
		attach_xdp(argv[first + 1], !strcmp(argv[first + 2], "drop") ? XDP_DROP : XDP_PASS);
		return 0;
	}
	if (!strcmp(argv[first], "-b") && argc == first + 2)
		drop_at_tcx(argv[first + 1]);
	for (int i = 2; taps && i < argc; i += 2) {
		open_tap(argv[i], argv[i + 1]);
		if (setns(home, CLONE_NEWNET) < 0)
			err(1, "cannot return");
	}
	for (int i = first; !taps && i < argc; i++)
		serve(argv[i]);
	if (first == 3 && setns(home, CLONE_NEWNET) < 0)
		err(1, "cannot return");
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid > 0) {
		printf("%d\n", pid);
		return 0;
	}
	/* nobody is to wait for our end of a pipe */
	dup2(open("/dev/null", O_RDWR | O_CLOEXEC), STDIN_FILENO);
	dup2(STDIN_FILENO, STDOUT_FILENO);
	dup2(STDIN_FILENO, STDERR_FILENO);
	setsid();
	loop();
}
