/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket - what the sockets of all probes have in common: source, path MTU, ICMP errors */
#ifndef PROBE_SOCKET_H
#define PROBE_SOCKET_H

#include "probe.h"

/* Binds to p->src where it is set; the port, if there is one, stays the kernel's choice. */
int probe_socket_bind(int fd, const struct probe *p);

int probe_socket_connect(int fd, const struct probe *p);

/* Own address and port (or ICMP id) of a connected socket. */
int probe_socket_name(int fd, struct addr *ret_addr, uint16_t *ret_port);

/* ICMP errors are to come to the socket's error queue (IP_RECVERR). */
int probe_socket_want_errors(int fd, uint8_t family);

/* The path MTU that the kernel knows for a connected socket. */
int probe_socket_mtu(int fd, uint8_t family, uint32_t *ret_mtu);

/* An entry of the error queue (struct sock_extended_err, linux/errqueue.h). */
struct probe_error {
	int error;           /* errno value */
	bool icmp;           /* an ICMP packet brought it */
	uint8_t type, code;
	struct addr from;    /* who sent the ICMP packet */
	uint8_t quoted[8];   /* the transport header that it quotes */
	size_t quoted_n;
};

/* Takes the oldest one; -EAGAIN where there is none. */
int probe_socket_error(int fd, struct probe_error *ret);

/*
 * Notes an ICMP error as the fate of an attempt. A router, which may be our own
 * kernel, also says "host unreachable" of a neighbour that does not answer.
 */
void probe_socket_rejected(struct attempt *a, const struct probe_error *e);

#define UDP_PAYLOAD_MAX 64

/* What the datagram of an attempt holds; returns its size. */
size_t probe_udp_payload(uint8_t b[UDP_PAYLOAD_MAX], const struct marks *m, const struct probe *p, size_t probe,
			 size_t a);

#endif
