/* SPDX-License-Identifier: GPL-2.0-or-later */
/* put - numbers in network order, and the checksum of the internet, as packets are built */
#ifndef PROBE_PUT_H
#define PROBE_PUT_H

#include <stddef.h>
#include <stdint.h>

static inline void put_u16(uint8_t *b, uint16_t v)
{
	b[0] = (uint8_t)(v >> 8);
	b[1] = (uint8_t)v;
}

static inline void put_u32(uint8_t *b, uint32_t v)
{
	put_u16(b, (uint16_t)(v >> 16));
	put_u16(b + 2, (uint16_t)v);
}

/* RFC 1071: adds n bytes, which begin with the upper half of a word, to a sum; 0 is that of nothing. */
static inline uint32_t checksum_add(uint32_t sum, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i & 1 ? b[i] : (uint32_t)b[i] << 8;
	return sum;
}

/* What goes into the packet. */
static inline uint16_t checksum_folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

#endif
