/* SPDX-License-Identifier: GPL-2.0-or-later */
/* addr - an IPv4 or IPv6 address, a prefix: parse, print, compare, classify */
#ifndef ADDR_H
#define ADDR_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "util.h"

/* family is AF_INET, AF_INET6 or AF_UNSPEC (no address); b is in network order, zero-padded. */
struct addr {
	uint8_t family;
	uint8_t b[16];
};

struct prefix {
	struct addr addr;
	uint8_t len;
};

#define ADDR_STRLEN (INET6_ADDRSTRLEN + 4)

struct addr_text {
	char s[ADDR_STRLEN + 4];
};

/* Text of an address or prefix, by value: addr_text(&a).s; "none" where unset. */
struct addr_text addr_text(const struct addr *a);
struct addr_text prefix_text(const struct prefix *p);

/* Parse "192.0.2.1" or "2001:db8::1"; -EINVAL for anything else. */
int addr_parse(const char *s, struct addr *ret_addr);

/* An address from raw bytes in network order; size decides nothing but is checked against the family. */
int addr_from_bytes(uint8_t family, const void *bytes, size_t size, struct addr *ret_addr);

/* 4, 16 or 0. */
size_t addr_len(uint8_t family);

/* To and from socket addresses. addr_to_sockaddr returns the length to pass to the kernel. */
socklen_t addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ret_ss);
int addr_from_sockaddr(const struct sockaddr *sa, struct addr *ret_addr, uint16_t *ret_port);

static inline bool addr_is_set(const struct addr *a)
{
	return a->family != AF_UNSPEC;
}

bool addr_eq(const struct addr *a, const struct addr *b);
bool addr_is_zero(const struct addr *a);
bool addr_is_loopback(const struct addr *a);
bool addr_is_multicast(const struct addr *a);
bool addr_is_linklocal(const struct addr *a);
/* RFC 1918, RFC 6598 (100.64/10), ULA (RFC 4193) */
bool addr_is_private(const struct addr *a);
/* May a unicast packet be sent to it? Not to 0/8, multicast, 240/4, broadcast, ::. */
bool addr_is_unicast(const struct addr *a);

bool prefix_has(const struct prefix *p, const struct addr *a);
bool prefix_eq(const struct prefix *a, const struct prefix *b);
/* The prefix of this address alone: /32 or /128. */
struct prefix prefix_host(const struct addr *a);
/* The prefix with its host bits cleared: 192.168.0.2/16 becomes 192.168.0.0/16. */
struct prefix prefix_network(const struct prefix *p);

#endif
