/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vec - a growing array of any type: VEC(struct link) links;
 *
 * v.v[0] … v.v[v.n - 1]. A zeroed VEC is empty and valid. Elements move when
 * it grows: keep indexes, not pointers, across vec_add.
 */
#ifndef VEC_H
#define VEC_H

#include "util.h"

#define VEC(type)               \
	struct {                \
		type *v;        \
		size_t n, cap;  \
	}

/* Appends one zeroed element and gives a pointer to it. */
#define vec_add(vec)                                                                            \
	({                                                                                      \
		__typeof__(vec) vec_ = (vec);                                                   \
		vec_->v = vec_grow(vec_->v, vec_->n, &vec_->cap, sizeof(*vec_->v));             \
		memset(&vec_->v[vec_->n], 0, sizeof(*vec_->v));                                 \
		&vec_->v[vec_->n++];                                                            \
	})

/* Appends a copy of value. */
#define vec_push(vec, value) (*vec_add(vec) = (value))

/* Inserts a copy of value before index i (at most n). */
#define vec_insert(vec, i, value)                                                               \
	do {                                                                                    \
		__typeof__(vec) into_ = (vec);                                                  \
		size_t i_ = (i);                                                                \
		vec_add(into_);                                                                 \
		memmove(&into_->v[i_ + 1], &into_->v[i_],                                       \
			(into_->n - i_ - 1) * sizeof(*into_->v));                               \
		into_->v[i_] = (value);                                                         \
	} while (0)

/* Removes the element at index i, keeping the order. */
#define vec_remove(vec, i)                                                                      \
	do {                                                                                    \
		__typeof__(vec) vec_ = (vec);                                                   \
		size_t i_ = (i);                                                                \
		memmove(&vec_->v[i_], &vec_->v[i_ + 1], (vec_->n - i_ - 1) * sizeof(*vec_->v)); \
		vec_->n--;                                                                      \
	} while (0)

/* Makes dst (uninitialised or to be overwritten) a flat copy of src. */
#define vec_copy(dst, src)                                                                      \
	do {                                                                                    \
		__typeof__(dst) dst_ = (dst);                                                   \
		__typeof__(src) src_ = (src);                                                   \
		dst_->v = src_->n ? (void *)xmemdup(src_->v, src_->n * sizeof(*src_->v)) : NULL; \
		dst_->n = dst_->cap = src_->n;                                                  \
	} while (0)

/* Frees the array (not what its elements point to) and leaves it empty. */
#define vec_free(vec)                                                                           \
	do {                                                                                    \
		__typeof__(vec) vec_ = (vec);                                                   \
		free(vec_->v);                                                                  \
		vec_->v = NULL;                                                                 \
		vec_->n = vec_->cap = 0;                                                        \
	} while (0)

/* for (each pointer p into vec) */
#define vec_each(p, vec)                                                                        \
	for (__typeof__(*(vec)->v) *p = (vec)->v; (vec)->v && p < (vec)->v + (vec)->n; p++)

/* Makes room for n elements in all, so that up to there none moves. */
#define vec_reserve(vec, n)                                                                     \
	do {                                                                                    \
		__typeof__(vec) vec_ = (vec);                                                   \
		size_t n_ = (n);                                                                \
		if (n_ > vec_->cap) {                                                           \
			vec_->v = xreallocarray(vec_->v, n_, sizeof(*vec_->v));                 \
			vec_->cap = n_;                                                         \
		}                                                                               \
	} while (0)

/*
 * With AddressSanitizer, whose realloc always moves and poisons the old place, a
 * small array grows by one: a pointer kept across vec_add is then found by any
 * test, not only by one with as many elements as happen to fill the array.
 */
#ifdef __has_feature
#define VEC_SANITIZED __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define VEC_SANITIZED 1
#else
#define VEC_SANITIZED 0
#endif

static inline void *vec_grow(void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	if (VEC_SANITIZED && n < 256)
		*cap = n + 1;
	else
		*cap = *cap ? *cap * 2 : 8;
	return xreallocarray(v, *cap, size);
}

#endif
