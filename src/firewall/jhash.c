/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jhash - Bob Jenkins' lookup3 (public domain, 2006), as the kernel begins and ends it */
#include "firewall/jhash.h"

#include "util.h"

#define BEGIN 0xdeadbeef /* JHASH_INITVAL */

struct state {
	uint32_t a, b, c;
};

static uint32_t rotate(uint32_t v, unsigned int by)
{
	return v << by | v >> (32 - by);
}

static void mix(struct state *s)
{
	static const uint8_t by[] = { 4, 6, 8, 16, 19, 4 };
	uint32_t *v[] = { &s->a, &s->b, &s->c };

	for (size_t i = 0; i < ARRAY_SIZE(by); i++) {
		uint32_t *x = v[i % 3], *y = v[(i + 1) % 3], *z = v[(i + 2) % 3];

		*x -= *z;
		*x ^= rotate(*z, by[i]);
		*z += *y;
	}
}

static void finish(struct state *s)
{
	static const uint8_t by[] = { 14, 11, 25, 16, 4, 14, 24 };
	uint32_t *v[] = { &s->c, &s->a, &s->b };

	for (size_t i = 0; i < ARRAY_SIZE(by); i++) {
		uint32_t *x = v[i % 3], *y = v[(i + 2) % 3];

		*x ^= *y;
		*x -= rotate(*y, by[i]);
	}
}

static struct state begin(size_t n, uint32_t seed)
{
	uint32_t v = BEGIN + (uint32_t)n + seed;

	return (struct state){ v, v, v };
}

uint32_t jhash_words(const uint32_t *k, size_t n, uint32_t seed)
{
	struct state s = begin(n << 2, seed);

	for (; n > 3; n -= 3, k += 3) {
		s.a += k[0];
		s.b += k[1];
		s.c += k[2];
		mix(&s);
	}
	if (n > 2)
		s.c += k[2];
	if (n > 1)
		s.b += k[1];
	if (n > 0) {
		s.a += k[0];
		finish(&s);
	}
	return s.c;
}

uint32_t jhash_bytes(const void *key, size_t n, uint32_t seed)
{
	struct state s = begin(n, seed);
	const uint8_t *k = key;
	uint32_t words[3];

	for (; n > 12; n -= 12, k += 12) {
		memcpy(words, k, sizeof(words));
		s.a += words[0];
		s.b += words[1];
		s.c += words[2];
		mix(&s);
	}
	if (!n)
		return s.c;
	/* the last bytes count from the lowest up, on every machine */
	memset(words, 0, sizeof(words));
	for (size_t i = 0; i < n; i++)
		words[i / 4] += (uint32_t)k[i] << 8 * (i % 4);
	s.a += words[0];
	s.b += words[1];
	s.c += words[2];
	finish(&s);
	return s.c;
}

uint32_t jhash_scale(uint32_t hash, uint32_t n)
{
	return (uint32_t)((uint64_t)hash * n >> 32);
}
