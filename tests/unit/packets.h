/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packets - build packets byte by byte, for the tests of what reads them */
#ifndef PACKETS_H
#define PACKETS_H

#include <string.h>
#include <stdint.h>

struct bytes {
	uint8_t b[512];
	size_t n;
};

static inline void put8(struct bytes *p, unsigned int v)
{
	p->b[p->n++] = (uint8_t)v;
}

static inline void put16(struct bytes *p, unsigned int v)
{
	put8(p, v >> 8);
	put8(p, v);
}

static inline void put32(struct bytes *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p, v & 0xffff);
}

static inline void put_bytes(struct bytes *p, const void *b, size_t n)
{
	memcpy(p->b + p->n, b, n);
	p->n += n;
}

/* options: in 32-bit words; size: what the header claims */
static inline void put_ipv4(struct bytes *p, unsigned int options, unsigned int size,
			    unsigned int protocol, uint32_t src, uint32_t dst)
{
	put8(p, 0x45 + options);
	put8(p, 0);
	put16(p, size);
	put16(p, 0x1234);
	put16(p, 0x4000);
	put8(p, 63);
	put8(p, protocol);
	put16(p, 0xbad);
	put32(p, src);
	put32(p, dst);
	for (unsigned int i = 0; i < options; i++)
		put32(p, 0x01010101);
}

/* Addresses: 2001:db8::src and ::dst. */
static inline void put_ipv6(struct bytes *p, unsigned int payload, unsigned int next,
			    uint32_t src, uint32_t dst)
{
	put32(p, 0x60000000);
	put16(p, payload);
	put8(p, next);
	put8(p, 62);
	for (int i = 0; i < 2; i++) {
		put32(p, 0x20010db8);
		put32(p, 0);
		put32(p, 0);
		put32(p, i ? dst : src);
	}
}

static inline void put_echo(struct bytes *p, unsigned int type, unsigned int id,
			    const uint8_t *token, size_t n)
{
	put8(p, type);
	put8(p, 0);
	put16(p, 0xbad);
	put16(p, id);
	put16(p, 1);
	put_bytes(p, token, n);
}

static inline void put_tcp(struct bytes *p, unsigned int sport, unsigned int dport, uint32_t seq,
			   uint32_t ack, unsigned int flags)
{
	put16(p, sport);
	put16(p, dport);
	put32(p, seq);
	put32(p, ack);
	put8(p, 0x50);
	put8(p, flags);
	put16(p, 1024);
	put32(p, 0);
}

/* The head of an ICMP error; what it quotes follows. rest: its second word. */
static inline void put_udp(struct bytes *p, unsigned int sport, unsigned int dport,
			   const void *payload, size_t n)
{
	put16(p, sport);
	put16(p, dport);
	put16(p, (unsigned int)n + 8);
	put16(p, 0);
	put_bytes(p, payload, n);
}

static inline void put_icmp_error(struct bytes *p, unsigned int type, unsigned int code,
				  uint32_t rest)
{
	put8(p, type);
	put8(p, code);
	put16(p, 0xbad);
	put32(p, rest);
}

static inline void put_arp(struct bytes *p, unsigned int op, const uint8_t *sha, uint32_t spa,
			   const uint8_t *tha, uint32_t tpa)
{
	put16(p, 1);
	put16(p, 0x0800);
	put8(p, 6);
	put8(p, 4);
	put16(p, op);
	put_bytes(p, sha, 6);
	put32(p, spa);
	put_bytes(p, tha, 6);
	put32(p, tpa);
}

#endif
