/* SPDX-License-Identifier: GPL-2.0-or-later */
/* jhash - the kernel's hash of words and bytes (include/linux/jhash.h), which nft's jhash and NAT use */
#ifndef FIREWALL_JHASH_H
#define FIREWALL_JHASH_H

#include <stddef.h>
#include <stdint.h>

/* Of n 32-bit words in the machine's order. */
uint32_t jhash_words(const uint32_t *k, size_t n, uint32_t seed);
/* Of n bytes. */
uint32_t jhash_bytes(const void *key, size_t n, uint32_t seed);
/* One of n numbers by a hash: reciprocal_scale(). */
uint32_t jhash_scale(uint32_t hash, uint32_t n);

#endif
