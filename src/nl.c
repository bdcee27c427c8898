/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <sys/socket.h>
#include <sys/time.h>

/* As much as the kernel puts into one answer of a dump (netlink_dump(), af_netlink.c). */
#define NL_BUFFER 32768

/* How often an interrupted dump is read. */
#define NL_ATTEMPTS 4

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

struct nl {
	int fd;
	uint32_t seq;
	_Alignas(8) char buffer[NL_BUFFER];
};

int nl_open(int protocol, struct nl **ret)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	return nl_adopt(fd < 0 ? -errno : fd, ret);
}

int nl_adopt(int fd, struct nl **ret)
{
	/* Answers wait when the request has been sent; if ever not, a doctor must not hang. */
	const struct timeval patience = { .tv_sec = 5 };
	const int on = 1;
	struct nl *nl;

	if (fd < 0)
		return fd;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/* without strict checking (Linux 4.20) a dump brings what nobody asked for */
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	nl = xcalloc(1, sizeof(*nl));
	nl->fd = fd;
	*ret = nl;
	return 0;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	close(nl->fd);
	free(nl);
}

struct nlmsghdr *nl_put(struct nl_buf *b, uint16_t type, uint16_t flags, const void *header,
			size_t size)
{
	struct nlmsghdr *nlh;

	/* libmnl leaves what pads an attribute as it is, and it goes to the kernel */
	memset(b, 0, sizeof(*b));
	nlh = mnl_nlmsg_put_header(b->b);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	memcpy(mnl_nlmsg_put_extra_header(nlh, size), header, size);
	return nlh;
}

/* mnl_nlmsg_ok() of libmnl 1.0.4 compares as int and takes lengths of 2 GiB and more. */
const struct nlmsghdr *nl_next(const void *buf, size_t size, size_t *pos)
{
	const struct nlmsghdr *nlh;
	size_t left, step;

	if (*pos >= size)
		return NULL;
	left = size - *pos;
	nlh = (const struct nlmsghdr *)((const char *)buf + *pos);
	if (left < sizeof(*nlh) || nlh->nlmsg_len < sizeof(*nlh) || nlh->nlmsg_len > left)
		return NULL;
	step = NLMSG_ALIGN((size_t)nlh->nlmsg_len);
	*pos += step < left ? step : left;
	return nlh;
}

const void *nl_header(const struct nlmsghdr *nlh, size_t size)
{
	if (nlh->nlmsg_len < NLMSG_HDRLEN + size)
		return NULL;
	return (const char *)nlh + NLMSG_HDRLEN;
}

static int send_all(struct nl *nl, const void *p, size_t size)
{
	ssize_t n;

	/* without an address it goes to the kernel */
	do
		n = send(nl->fd, p, size, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == size ? 0 : -EIO;
}

/* One datagram from the kernel into the buffer. Returns its size or -errno. */
static ssize_t receive(struct nl *nl, int flags)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { .iov_base = nl->buffer, .iov_len = sizeof(nl->buffer) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
	};
	ssize_t n;

	do
		n = recvmsg(nl->fd, &msg, flags);
	while ((n < 0 && errno == EINTR) || (n >= 0 && from.nl_pid != 0));
	if (n < 0)
		return errno == EAGAIN && !(flags & MSG_DONTWAIT) ? -ETIMEDOUT : -errno;
	return msg.msg_flags & MSG_TRUNC ? -EMSGSIZE : n;
}

/* The errno in an NLMSG_ERROR (0: an acknowledgement) or NLMSG_DONE. */
static int message_error(const struct nlmsghdr *nlh)
{
	const int *error = nl_header(nlh, sizeof(*error));

	if (!error)
		return nlh->nlmsg_type == NLMSG_DONE ? 0 : -EBADMSG;
	return *error > 0 ? -EBADMSG : *error;
}

/*
 * Gives one datagram's messages to f. Returns 1 where the answer ended, 0 where
 * more follows, or what went wrong.
 */
static int request_answer(const struct nl *nl, size_t size, nl_message f, void *arg)
{
	const struct nlmsghdr *nlh;
	size_t pos = 0;

	while ((nlh = nl_next(nl->buffer, size, &pos))) {
		int r = 0;

		if (nlh->nlmsg_seq != nl->seq)
			continue;
		if (nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE) {
			r = message_error(nlh);
			return r < 0 ? r : 1;
		}
		if (f && nlh->nlmsg_type >= NLMSG_MIN_TYPE)
			r = f(nlh, arg);
		if (r < 0)
			return r;
	}
	return pos < size ? -EBADMSG : 0;
}

static int exchange(struct nl *nl, struct nlmsghdr *nlh, uint16_t flags, nl_message f, void *arg)
{
	int r;

	nlh->nlmsg_flags |= NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	r = send_all(nl, nlh, nlh->nlmsg_len);
	while (r == 0) {
		ssize_t n = receive(nl, 0);

		r = n < 0 ? (int)n : request_answer(nl, (size_t)n, f, arg);
	}
	return r < 0 ? r : 0;
}

int nl_request(struct nl *nl, struct nlmsghdr *nlh, nl_message f, void *arg)
{
	return exchange(nl, nlh, NLM_F_ACK, f, arg);
}

int nl_dump_each(struct nl *nl, struct nlmsghdr *nlh, nl_message f, void *arg)
{
	return exchange(nl, nlh, NLM_F_DUMP, f, arg);
}

static int batch_answer(const struct nl *nl, size_t size, nl_message f, void *arg)
{
	const struct nlmsghdr *nlh;
	size_t pos = 0;

	while ((nlh = nl_next(nl->buffer, size, &pos))) {
		int r = 0;

		if (nlh->nlmsg_type == NLMSG_ERROR)
			r = message_error(nlh);
		else if (f && nlh->nlmsg_type >= NLMSG_MIN_TYPE)
			r = f(nlh, arg);
		if (r < 0)
			return r;
	}
	return pos < size ? -EBADMSG : 0;
}

/*
 * The kernel works within sendmsg() (netlink_unicast_kernel()), so whatever it
 * answers is waiting afterwards; how much that is, only an empty queue tells.
 */
int nl_batch(struct nl *nl, const void *batch, size_t size, nl_message f, void *arg)
{
	int result = send_all(nl, batch, size);

	if (result < 0)
		return result;
	for (;;) {
		ssize_t n = receive(nl, MSG_DONTWAIT);
		int r;

		if (n == -EAGAIN)
			return result;
		r = n < 0 ? (int)n : batch_answer(nl, (size_t)n, f, arg);
		if (result == 0)
			result = r;
		if (n < 0 && n != -EMSGSIZE)
			return result;
	}
}

/* What the dump keeps, in a block that it owns. */
static const void *keep_block(struct nl_dump *d, const void *p, size_t size)
{
	/* the attributes of the last message may be walked up to its aligned length */
	void *block = xmemdup(p, NLMSG_ALIGN(size));

	vec_push(&d->blocks, block);
	return block;
}

/* Lists the messages of a datagram, in one block, or each that is kept in its own. 1 at the end of the dump. */
static int dump_answer(struct nl *nl, size_t size, nl_keep keep, void *arg, struct nl_dump *d)
{
	const void *block = keep ? nl->buffer : keep_block(d, nl->buffer, size);
	const struct nlmsghdr *nlh;
	size_t pos = 0;

	while ((nlh = nl_next(block, size, &pos))) {
		if (nlh->nlmsg_seq != nl->seq)
			continue;
		if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
			d->interrupted = true;
		if (nlh->nlmsg_type == NLMSG_DONE || nlh->nlmsg_type == NLMSG_ERROR) {
			int r = message_error(nlh);

			return r < 0 ? r : 1;
		}
		if (nlh->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		if (!keep)
			vec_push(&d->messages, nlh);
		else if (keep(nlh, d->total, arg))
			vec_push(&d->messages, keep_block(d, nlh, nlh->nlmsg_len));
		d->total++;
	}
	return pos < size ? -EBADMSG : 0;
}

static int dump_once(struct nl *nl, struct nlmsghdr *nlh, nl_keep keep, void *arg, struct nl_dump *d)
{
	int r;

	nlh->nlmsg_seq = ++nl->seq;
	r = send_all(nl, nlh, nlh->nlmsg_len);
	while (r == 0) {
		ssize_t n = receive(nl, 0);

		r = n < 0 ? (int)n : dump_answer(nl, (size_t)n, keep, arg, d);
	}
	return r < 0 ? r : 0;
}

int nl_dump_some(struct nl *nl, struct nlmsghdr *nlh, nl_keep keep, void *arg, struct nl_dump *ret)
{
	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_DUMP;
	for (int attempt = 1;; attempt++) {
		_cleanup_(nl_dump_done) struct nl_dump d = { 0 };
		int r = dump_once(nl, nlh, keep, arg, &d);

		if (r == -EINTR && attempt < NL_ATTEMPTS)
			continue;
		if (r < 0)
			return r;
		if (d.interrupted && attempt < NL_ATTEMPTS)
			continue;
		*ret = d;
		d = (struct nl_dump){ 0 };
		return 0;
	}
}

int nl_dump(struct nl *nl, struct nlmsghdr *nlh, struct nl_dump *ret)
{
	return nl_dump_some(nl, nlh, NULL, NULL, ret);
}

void nl_dump_done(struct nl_dump *d)
{
	vec_each(block, &d->blocks)
		free(*block);
	vec_free(&d->blocks);
	vec_free(&d->messages);
}
