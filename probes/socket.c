/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "socket.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/in.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

static int set_option(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

int probe_socket_bind(int fd, const struct probe *p)
{
	struct sockaddr_storage ss;
	socklen_t n;

	if (!addr_is_set(&p->src))
		return 0;
	set_option(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	n = addr_to_sockaddr(&p->src, 0, &ss);
	return bind(fd, (const struct sockaddr *)&ss, n) < 0 ? -errno : 0;
}

int probe_socket_connect(int fd, const struct probe *p)
{
	struct sockaddr_storage ss;
	socklen_t n = addr_to_sockaddr(&p->dst, p->port, &ss);

	if (p->dst.family == AF_INET6)
		((struct sockaddr_in6 *)&ss)->sin6_scope_id = (uint32_t)p->oif;
	return connect(fd, (const struct sockaddr *)&ss, n) < 0 ? -errno : 0;
}

int probe_socket_name(int fd, struct addr *ret_addr, uint16_t *ret_port)
{
	struct sockaddr_storage ss;
	socklen_t n = sizeof(ss);

	if (getsockname(fd, (struct sockaddr *)&ss, &n) < 0)
		return -errno;
	return addr_from_sockaddr((const struct sockaddr *)&ss, ret_addr, ret_port);
}

int probe_socket_want_errors(int fd, uint8_t family)
{
	return family == AF_INET6 ? set_option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1) :
				    set_option(fd, IPPROTO_IP, IP_RECVERR, 1);
}

int probe_socket_mtu(int fd, uint8_t family, uint32_t *ret_mtu)
{
	bool v6 = family == AF_INET6;
	socklen_t n = sizeof(int);
	int mtu;

	if (getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? IPV6_MTU : IP_MTU, &mtu, &n) < 0)
		return -errno;
	*ret_mtu = (uint32_t)mtu;
	return 0;
}

static bool is_extended(const struct cmsghdr *c)
{
	return ((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
		(c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)) &&
	       c->cmsg_len >= CMSG_LEN(sizeof(struct sock_extended_err));
}

/* The offender's address follows the structure. */
static void read_extended(const struct cmsghdr *c, struct probe_error *e)
{
	size_t room = c->cmsg_len - CMSG_LEN(0);
	struct sock_extended_err ee;
	struct sockaddr_storage from = { 0 };
	uint16_t port;

	memcpy(&ee, CMSG_DATA(c), sizeof(ee));
	e->error = (int)ee.ee_errno;
	e->icmp = ee.ee_origin == SO_EE_ORIGIN_ICMP || ee.ee_origin == SO_EE_ORIGIN_ICMP6;
	e->type = ee.ee_type;
	e->code = ee.ee_code;
	room -= sizeof(ee);
	memcpy(&from, CMSG_DATA(c) + sizeof(ee), room < sizeof(from) ? room : sizeof(from));
	addr_from_sockaddr((const struct sockaddr *)&from, &e->from, &port);
}

int probe_socket_error(int fd, struct probe_error *ret)
{
	_Alignas(struct cmsghdr) char control[512];
	struct probe_error e = { 0 };
	struct iovec iov = { .iov_base = e.quoted, .iov_len = sizeof(e.quoted) };
	struct msghdr m = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	e.quoted_n = (size_t)n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (is_extended(c))
			read_extended(c, &e);
	*ret = e;
	return 0;
}

void probe_socket_rejected(struct attempt *a, const struct probe_error *e)
{
	a->outcome = PROBE_REJECTED;
	a->done_us = wall_us();
	a->error = e->error;
	a->icmp_type = e->type;
	a->icmp_code = e->code;
	a->icmp_from = e->from;
}
