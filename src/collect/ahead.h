/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ahead - the rules that every packet comes to, read while chains are still being listed
 *
 * Tens of thousands of chains take a while to list, and so do the thousands of
 * rules of the one among them that every packet comes to. Base chains are at the
 * beginning of the list: what they send every packet on to is read meanwhile, by
 * a thread of its own. It only saves time: what is not read ahead is read when it
 * is needed, and what was is of the list's generation, or is read again with it.
 */
#ifndef AHEAD_H
#define AHEAD_H

#include "collect/nft.h"
#include "nl.h"

struct ahead;

/* For packets of this family (AF_INET, AF_INET6); any other: nothing is read. */
struct ahead *ahead_new(uint8_t family);
/* A chain of the list (NFT_MSG_NEWCHAIN), before it is begun. */
void ahead_note(struct ahead *a, const struct nlmsghdr *nlh);
/* Begins, on a socket that is opened here, so in the calling thread's namespace. Once only. */
void ahead_begin(struct ahead *a);

/*
 * Waits for what was begun and gives what is there to f, chain by chain: where it stands and
 * its rules, whose blocks f may take (then n is set to 0). f's first error ends and is returned.
 */
typedef int (*ahead_chain_fn)(uint8_t family, const char *table, const char *name, struct nl_dump *rules,
			      void *arg);
int ahead_take(struct ahead *a, ahead_chain_fn f, void *arg);

/* Waits, too. NULL is fine. */
void ahead_free(struct ahead *a);

static inline void ahead_freep(struct ahead **a)
{
	ahead_free(*a);
}

#endif
