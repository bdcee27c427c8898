/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

struct addr_text addr_text(const struct addr *a)
{
	struct addr_text t;

	if (!addr_is_set(a) || !inet_ntop(a->family, a->b, t.s, sizeof(t.s)))
		str_copy(t.s, sizeof(t.s), "none");
	return t;
}

struct addr_text prefix_text(const struct prefix *p)
{
	struct addr_text t = addr_text(&p->addr);
	size_t n = strlen(t.s);

	snprintf(t.s + n, sizeof(t.s) - n, "/%u", p->len);
	return t;
}

int addr_parse(const char *s, struct addr *ret_addr)
{
	struct addr a = { 0 };

	if (inet_pton(AF_INET, s, a.b) == 1)
		a.family = AF_INET;
	else if (inet_pton(AF_INET6, s, a.b) == 1)
		a.family = AF_INET6;
	else
		return -EINVAL;
	*ret_addr = a;
	return 0;
}

size_t addr_len(uint8_t family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

int addr_from_bytes(uint8_t family, const void *bytes, size_t size, struct addr *ret_addr)
{
	struct addr a = { .family = family };

	if (addr_len(family) == 0 || size != addr_len(family))
		return -EINVAL;
	memcpy(a.b, bytes, size);
	*ret_addr = a;
	return 0;
}

socklen_t addr_to_sockaddr(const struct addr *a, uint16_t port, struct sockaddr_storage *ret_ss)
{
	memset(ret_ss, 0, sizeof(*ret_ss));
	if (a->family == AF_INET6) {
		struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ret_ss;

		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(port);
		memcpy(&sin6->sin6_addr, a->b, 16);
		return sizeof(*sin6);
	}
	struct sockaddr_in *sin = (struct sockaddr_in *)ret_ss;

	sin->sin_family = AF_INET;
	sin->sin_port = htons(port);
	memcpy(&sin->sin_addr, a->b, 4);
	return sizeof(*sin);
}

int addr_from_sockaddr(const struct sockaddr *sa, struct addr *ret_addr, uint16_t *ret_port)
{
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *sin = (const struct sockaddr_in *)sa;

		*ret_port = ntohs(sin->sin_port);
		return addr_from_bytes(AF_INET, &sin->sin_addr, 4, ret_addr);
	}
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)sa;

		*ret_port = ntohs(sin6->sin6_port);
		return addr_from_bytes(AF_INET6, &sin6->sin6_addr, 16, ret_addr);
	}
	return -EAFNOSUPPORT;
}

bool addr_eq(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && memcmp(a->b, b->b, addr_len(a->family)) == 0;
}

bool addr_is_zero(const struct addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->b, zero, sizeof(zero)) == 0;
}

bool addr_is_loopback(const struct addr *a)
{
	/* not IN6_IS_ADDR_LOOPBACK(): b is aligned as bytes are */
	static const uint8_t one[16] = { [15] = 1 };

	if (a->family == AF_INET)
		return a->b[0] == 127;
	return a->family == AF_INET6 && memcmp(a->b, one, sizeof(one)) == 0;
}

bool addr_is_multicast(const struct addr *a)
{
	if (a->family == AF_INET)
		return (a->b[0] & 0xf0) == 0xe0;
	return a->family == AF_INET6 && a->b[0] == 0xff;
}

bool addr_is_linklocal(const struct addr *a)
{
	if (a->family == AF_INET)
		return a->b[0] == 169 && a->b[1] == 254;
	return a->family == AF_INET6 && a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

bool addr_is_private(const struct addr *a)
{
	if (a->family == AF_INET6)
		return (a->b[0] & 0xfe) == 0xfc;
	return a->family == AF_INET &&
	       (a->b[0] == 10 || (a->b[0] == 172 && (a->b[1] & 0xf0) == 16) ||
		(a->b[0] == 192 && a->b[1] == 168) || (a->b[0] == 100 && (a->b[1] & 0xc0) == 64));
}

bool addr_is_unicast(const struct addr *a)
{
	if (a->family == AF_INET)
		return a->b[0] != 0 && a->b[0] < 224;
	return a->family == AF_INET6 && !addr_is_multicast(a) && !addr_is_zero(a);
}

bool prefix_has(const struct prefix *p, const struct addr *a)
{
	unsigned int whole = p->len / 8, rest = p->len % 8;

	if (p->addr.family != a->family || p->len > addr_len(a->family) * 8)
		return false;
	if (memcmp(p->addr.b, a->b, whole) != 0)
		return false;
	return rest == 0 || ((p->addr.b[whole] ^ a->b[whole]) >> (8 - rest)) == 0;
}

bool prefix_eq(const struct prefix *a, const struct prefix *b)
{
	return a->len == b->len && addr_eq(&a->addr, &b->addr);
}

struct prefix prefix_host(const struct addr *a)
{
	return (struct prefix){ .addr = *a, .len = (uint8_t)(addr_len(a->family) * 8) };
}

struct prefix prefix_network(const struct prefix *p)
{
	struct prefix net = *p;

	for (unsigned int i = 0; i < addr_len(p->addr.family); i++) {
		unsigned int keep = p->len > i * 8 ? p->len - i * 8 : 0;

		net.addr.b[i] &= keep >= 8 ? 0xff : (uint8_t)(0xff00 >> keep);
	}
	return net;
}
