/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pack - values one behind the other in a block of bytes, and back
 *
 * One function describes a struct for both ways: where out is set, it appends
 * the fields; else it reads them, from bytes that nobody may trust. What reads
 * keeps to the block, and after the first thing that is wrong all fields stay 0,
 * so that pack_ok() needs to be asked at the end only, and in loops.
 * Numbers are in the byte order of the machine that writes.
 */
#ifndef PACK_H
#define PACK_H

#include "addr.h"
#include "strbuf.h"

struct pack {
	struct strbuf *out;     /* writing; NULL: reading */
	const uint8_t *in;
	size_t n, at;           /* of in */
	bool bad;               /* reading: it is not what it should be */
};

static inline bool pack_ok(const struct pack *p)
{
	return !p->bad;
}

/* What was read cannot be. */
void pack_fail(struct pack *p);

/* Plain bytes: a number of any width. */
void pack_bytes(struct pack *p, void *field, size_t size);
#define pack_int(p, field) pack_bytes(p, field, sizeof(*(field)))

void pack_bool(struct pack *p, bool *field);

/* A number from 0 to below `end`; what is read else is wrong. */
void pack_below(struct pack *p, uint32_t *field, uint32_t end);
/* An enum of so many members. */
#define pack_enum(p, field, members)                                                            \
	do {                                                                                    \
		uint32_t number_ = (uint32_t)*(field);                                          \
		pack_below(p, &number_, members);                                               \
		*(field) = number_;                                                             \
	} while (0)

/* A number from `least` to below `end`: an index, where -1 says that there is none. */
void pack_index(struct pack *p, int *field, int least, size_t end);

/* An errno: 0 or a negative one; `more`: or 1. */
void pack_error(struct pack *p, int *field, bool more);

/* Text, which is allocated when it is read (free it), or NULL. */
void pack_text(struct pack *p, char **field);

void pack_addr(struct pack *p, struct addr *field);

/*
 * How many elements follow, each of at least `least` bytes: what is read is
 * never more than there is room for in the rest of the block.
 */
size_t pack_count(struct pack *p, size_t n, size_t least);

/* A block of bytes with its size before it. Reading: where it is, in the input; NULL where something is wrong. */
const void *pack_block(struct pack *p, const void *bytes, size_t *n);

/* All elements of a VEC by f(p, element, arg); least: see pack_count. */
#define pack_vec(p, vec, least, f, arg)                                                         \
	do {                                                                                    \
		size_t count_ = pack_count(p, (vec)->n, least);                                 \
		for (size_t i_ = 0; i_ < count_ && pack_ok(p); i_++)                            \
			f(p, (p)->out ? &(vec)->v[i_] : vec_add(vec), arg);                     \
	} while (0)

#endif
