/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * map - what names and addresses become in a file that is shown to strangers
 *
 * Everything is chosen at random for one file, and forgotten with the map. What becomes of a thing keeps what rules,
 * routes and sets ask of it:
 *
 * - Addresses keep their order, and how many leading bits any two of them share: so prefixes and ranges hold the same
 *   addresses as before. For that all of them have to be noted before the first one is asked for. Bits by which none
 *   of them differ are chosen anew. An address stays in its special range (RFC 1918, …); those that say nothing of
 *   anybody (127/8, 169.254/16, multicast, …) stay as they are.
 * - Names keep their length, digits stay digits and letters letters, and two that begin alike do so afterwards. The
 *   beginnings that programs are known by ("eth", "docker", "INPUT") stay.
 * - MAC addresses keep the bits that say "group" and "local".
 */
#ifndef REDACT_MAP_H
#define REDACT_MAP_H

#include "addr.h"
#include "vec.h"

struct redact_map;

struct redact_map *redact_map_new(void);
void redact_map_free(struct redact_map *m);

/* The first so many bits of an address of this family; bytes: in network order, as many as the bits need. */
void redact_map_note(struct redact_map *m, uint8_t family, const uint8_t *bytes, unsigned int bits);
/* Replaces them. They have to have been noted; bits behind them stay. */
void redact_map_bits(const struct redact_map *m, uint8_t family, uint8_t *bytes, unsigned int bits);

/* Replaces the n bytes of a name, or of a beginning that rules compare with. */
void redact_map_name(struct redact_map *m, char *name, size_t n);
/* Replaces 6 bytes. */
void redact_map_mac(struct redact_map *m, uint8_t *mac);

/*
 * Does a file still say what was replaced? Returns what it says, in words (the caller's), or NULL. An original that is
 * also what another one became does not count; nor one of less than 4 letters.
 */
char *redact_map_leak(const struct redact_map *m, const void *file, size_t n);

#endif
