/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection is opened and reset at once. Its socket is an ordinary one, so
 * everything on the way is met as by any program; only the sequence number is
 * ours (tcp(7), TCP_REPAIR, needs CAP_NET_ADMIN). Without that privilege the
 * socket still tells what came of it, but the captures do not know the packet.
 *
 * What follows SYN and SYN-ACK is asked for as keepalives ask (RFC 9293, 3.8.4):
 * by an empty segment that the other end has seen already. It acknowledges that
 * at once, and its program learns nothing. The kernel sends one when a socket is
 * no longer to be repaired.
 */
#include "probe.h"

#include <errno.h>
#include <linux/tcp.h>
#include <poll.h>
#include <unistd.h>

#include "capture/identify.h"
#include "netns.h"
#include "socket.h"

/* Of a SYN as Linux sends it: IPv4 header, TCP header, 20 bytes of options. */
#define SYN_SIZE 60

/* Of the states of a connection (include/net/tcp_states.h): <netinet/tcp.h> has no tcp_info that is as long. */
#define ESTABLISHED 1
#define CLOSE_WAIT  8

/* How long a connection that was answered before may take to be opened again. */
#define OPEN_MS 300

static int set_repair(int fd, int value)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &value, sizeof(value)) < 0 ? -errno : 0;
}

static void set_seq(int fd, uint32_t seq)
{
	int queue = TCP_SEND_QUEUE;

	if (set_repair(fd, 1) < 0)
		return;
	if (setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) == 0)
		(void)setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq, sizeof(seq));
	set_repair(fd, 0);
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
	set_seq(fd, marks_seq(&plan->marks, probe, a) + (p->follows ? SEQ_FOLLOWS : 0));
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

static struct tcp_info info_of(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);

	(void)getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n);
	return info;
}

static bool is_open(int fd)
{
	struct tcp_info info = info_of(fd);

	return info.tcpi_state == ESTABLISHED || info.tcpi_state == CLOSE_WAIT;
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

/*
 * The segment that asks for an acknowledgment (tcp_send_window_probe() in net/ipv4/tcp_output.c); there is none on a
 * connection that the other side has ended already.
 */
static int ask_again(int fd, struct attempt *a)
{
	struct pollfd opened = { fd, POLLOUT, 0 };

	if (poll(&opened, 1, OPEN_MS) <= 0 || info_of(fd).tcpi_state != ESTABLISHED)
		return -ETIMEDOUT;
	a->segments = info_of(fd).tcpi_segs_in;
	a->sent_us = wall_us();
	return set_repair(fd, 1) < 0 || set_repair(fd, 0) < 0 ? -EPERM : 0;
}

static int next_send(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a)
{
	struct attempt *attempt = &p->attempts.v[a];
	int fd = tcp_send(plan, p, probe, a), r;

	if (fd < 0)
		return fd;
	r = attempt->outcome == PROBE_NOT_SENT ? -attempt->error : ask_again(fd, attempt);
	if (r == 0)
		return fd;
	close(fd);
	return r;
}

/* Whatever comes after the segment answers it; nothing else tells of an acknowledgment. */
static int next_receive(const struct probe_plan *plan, struct probe *p, size_t probe, size_t a, int fd)
{
	struct attempt *attempt = &p->attempts.v[a];

	if (info_of(fd).tcpi_segs_in != attempt->segments)
		finish(attempt, PROBE_ANSWERED, 0);
	else
		(void)is_rejected(fd, attempt);
	return 0;
}

const struct probe_ops probe_tcp_next = {
	.name = "tcp",
	.proto = PROTO_TCP,
	.send = next_send,
	.receive = next_receive,
};

const struct probe_ops probe_tcp = {
	.name = "tcp",
	.proto = PROTO_TCP,
	.events = POLLOUT,
	.send = tcp_send,
	.receive = tcp_receive,
};
