/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nearest.h"

#define WORD_MAX 64 /* longer ones are not compared: nobody mistypes them by hand */

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

size_t edit_distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	size_t row[3][WORD_MAX + 1]; /* distances of a's first i letters, i-1 and i-2 */

	if (la > WORD_MAX || lb > WORD_MAX)
		return SIZE_MAX;
	for (size_t k = 0; k <= lb; k++)
		row[0][k] = k;
	for (size_t i = 1; i <= la; i++) {
		size_t *now = row[i % 3], *one = row[(i + 2) % 3], *two = row[(i + 1) % 3];

		now[0] = i;
		for (size_t k = 1; k <= lb; k++) {
			now[k] = min3(one[k] + 1, now[k - 1] + 1,
				      one[k - 1] + (a[i - 1] != b[k - 1]));
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
			    two[k - 2] + 1 < now[k])
				now[k] = two[k - 2] + 1;
		}
	}
	return row[la % 3][lb];
}

/* How far a word may be away: about one mistake in three letters. */
static size_t tolerance(const char *word)
{
	size_t n = strlen(word);

	return n < 3 ? 1 : n < 6 ? 2 : n / 3;
}

/* How far two words are apart; half a word that was begun right is not far. */
static size_t distance(const char *word, const char *known)
{
	size_t n = strlen(word), whole = edit_distance(word, known), begun;
	_cleanup_(freep) char *start = NULL;

	if (n < 3 || strlen(known) <= n)
		return whole;
	start = xmemdup(known, n);
	begun = edit_distance(word, start) + 1;
	return begun < whole ? begun : whole;
}

void nearest_words(const char *word, const words *known, size_t max, words *ret_near)
{
	words near = { 0 };

	for (size_t d = 0; d <= tolerance(word); d++)
		vec_each(w, known)
			if (near.n < max && distance(word, *w) == d)
				vec_push(&near, *w);
	*ret_near = near;
}

bool nearest_hint(struct strbuf *b, const char *prefix, const char *word, const words *known)
{
	words near;
	bool any;

	nearest_words(word, known, 3, &near);
	for (size_t i = 0; i < near.n; i++) {
		strbuf_puts(b, i == 0 ? "; did you mean " : i + 1 == near.n ? " or " : ", ");
		strbuf_puts(b, prefix);
		strbuf_visible(b, near.v[i]);
	}
	any = near.n > 0;
	if (any)
		strbuf_putc(b, '?');
	vec_free(&near);
	return any;
}
