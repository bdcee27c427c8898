/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nearest - which known word was meant by one that nobody knows */
#ifndef NEAREST_H
#define NEAREST_H

#include "strbuf.h"
#include "vec.h"

/* Typing mistakes between two words: letters missing, added, changed, or two of them swapped. */
size_t edit_distance(const char *a, const char *b);

typedef VEC(const char *) words;

/*
 * The known words that are close to word, nearest first, at most max; none
 * where nothing comes near. The pointers are those of known. Free with vec_free.
 */
void nearest_words(const char *word, const words *known, size_t max, words *ret_near);

/*
 * Appends "; did you mean a, b or c?", each behind prefix. Appends nothing and
 * gives false where nothing comes near.
 */
bool nearest_hint(struct strbuf *b, const char *prefix, const char *word, const words *known);

#endif
