/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dns - build a question for one address of a name, read the answer (RFC 1035)
 *
 * Pure. Answers are strangers' bytes: what does not fit the question in every
 * respect is taken for somebody else's, and nothing is read past its end.
 */
#ifndef DNS_H
#define DNS_H

#include "addr.h"

#define DNS_NAME_MAX  253 /* characters, without the dot at the end */
#define DNS_QUERY_MAX (12 + 255 + 4)
#define DNS_PORT      53

/* Can a host have this name? Letters, digits, - and _ in labels of 1 to 63. */
bool dns_name_valid(const char *name);

/*
 * Builds the question for the address of this family. Returns its size, or 0
 * where the name is not valid.
 */
size_t dns_query(const char *name, uint8_t family, uint16_t id, uint8_t buf[DNS_QUERY_MAX]);

enum dns_answer {
	DNS_FOREIGN,    /* no answer to this question: wait on */
	DNS_ADDRESS,
	DNS_NO_NAME,    /* nobody has the name */
	DNS_NO_ADDRESS, /* the name exists, but has no address of this family */
	DNS_REFUSED,    /* the server cannot or does not want to: ask another one */
};

/* Reads an answer to the question dns_query built; ret_addr is set with DNS_ADDRESS only. */
enum dns_answer dns_answer(const void *p, size_t n, const char *name, uint8_t family, uint16_t id,
			   struct addr *ret_addr);

#endif
