/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection is opened and reset at once. Its socket is an ordinary one, so
 * everything on the way is met as by any program; only the sequence number is
 * ours (tcp(7), TCP_REPAIR, needs CAP_NET_ADMIN). Without that privilege the
 * socket still tells what came of it, but the captures do not know the packet.
 */
#include "probe.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>

#include "capture/identify.h"
#include "netns.h"
#include "socket.h"

/* Of a SYN as Linux sends it: IPv4 header, TCP header, 20 bytes of options. */
#define SYN_SIZE 60

static void set_seq(int fd, uint32_t seq)
{
	int on = 1, off = 0, queue = TCP_SEND_QUEUE;

	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0)
		return;
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) == 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq, sizeof(seq));
	setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off));
}

static int prepare(int fd, const struct probe_plan *plan, const struct probe *p, size_t probe,
		   size_t a)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	int r;

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) < 0)
		return -errno;
	r = probe_socket_want_errors(fd, p->dst.family);
	if (r < 0)
		return r;
	set_seq(fd, marks_seq(&plan->marks, probe, a));
	return probe_socket_bind(fd, p);
}

static int tcp_send(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a)
{
	struct attempt *attempt = &p->attempts.v[a];
	struct addr own;
	int fd = netns_socket(plan->ns_fds[p->ns], p->dst.family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int r;

	if (fd < 0)
		return fd;
	if (p->size == 0)
		p->size = SYN_SIZE + (p->dst.family == AF_INET6 ? 20 : 0);
	r = prepare(fd, plan, p, probe, a);
	if (r == 0) {
		attempt->sent_us = wall_us();
		r = probe_socket_connect(fd, p);
	}
	if (r < 0 && r != -EINPROGRESS) {
		attempt->sent_us = 0;
		attempt->outcome = PROBE_NOT_SENT;
		attempt->error = -r;
		return fd;
	}
	probe_socket_name(fd, &own, &attempt->sport);
	return fd;
}

static bool is_open(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);

	return getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0 &&
	       (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_CLOSE_WAIT);
}

static void finish(struct attempt *a, enum probe_outcome outcome, int error)
{
	a->outcome = outcome;
	a->error = error;
	a->done_us = wall_us();
}

/*
 * An ICMP error that comes while connect() still holds the socket, as from a
 * rule of its own namespace, does not end the connection (tcp_v4_err() in
 * net/ipv4/tcp_ipv4.c): it only lies in the error queue.
 */
static bool is_rejected(int fd, struct attempt *a)
{
	struct probe_error e;

	while (probe_socket_error(fd, &e) == 0) {
		if (e.icmp && e.error != EMSGSIZE) {
			probe_socket_rejected(a, &e);
			return true;
		}
	}
	return false;
}

/* The connection failed, and no ICMP error says so: was it a RST, or silence? */
static void fail(struct attempt *a, int error)
{
	switch (error) {
	case ECONNREFUSED:
		finish(a, PROBE_REFUSED, error);
		break;
	case ECONNRESET: /* opened, and reset before we looked */
	case EPIPE:
		finish(a, PROBE_ANSWERED, 0);
		break;
	default:
		finish(a, PROBE_LOST, error);
		break;
	}
}

static int tcp_receive(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a,
		       int fd)
{
	struct attempt *attempt = &p->attempts.v[a];
	socklen_t n = sizeof(int);
	int error = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		error = errno;
	if (is_open(fd))
		finish(attempt, PROBE_ANSWERED, 0);
	else if (!is_rejected(fd, attempt) && error)
		fail(attempt, error);
	return 0;
}

const struct probe_ops probe_tcp = {
	.name = "tcp",
	.proto = PROTO_TCP,
	.events = POLLOUT,
	.send = tcp_send,
	.receive = tcp_receive,
};
