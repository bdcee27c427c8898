/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redactor - what goes over a file of --save, twice: once to note addresses, then to replace what tells of somebody
 *
 * Messages are changed where they are and keep their length. Only what is known to tell nothing, and what can be
 * replaced, is left; attributes that are not looked at when the file is read become zeros. What would have to be read,
 * and cannot be replaced, is refused.
 */
#ifndef REDACTOR_H
#define REDACTOR_H

#include "model.h"
#include "redact/map.h"

struct redactor {
	struct redact_map *map;
	bool noting;           /* nothing is changed yet */
	const struct ns *ns;   /* whose message it is; its sets are looked up */
	char *refused;         /* why it cannot be done, the first reason; free it */
};

struct nlattr;
struct nlmsghdr;

void redactor_refuse(struct redactor *r, const char *format, ...) _printf_(2, 3);

/* Leading bits of an address; all of one; nothing where it is unset. */
void redactor_bits(struct redactor *r, uint8_t family, uint8_t *bytes, unsigned int bits);
void redactor_bytes(struct redactor *r, uint8_t family, uint8_t *bytes);
void redactor_addr(struct redactor *r, struct addr *a);
/* Up to n bytes, and not behind a NUL. */
void redactor_name(struct redactor *r, char *name, size_t n);
void redactor_mac(struct redactor *r, uint8_t *mac);
void redactor_clear(const struct redactor *r, void *bytes, size_t n);

/* What becomes of an attribute. One that has no row becomes zeros. */
enum redact_act {
	REDACT_KEEP,
	REDACT_ADDR,         /* of the family that its length says */
	REDACT_DST,          /* of a prefix, whose length is the second byte of the message's header … */
	REDACT_SRC,          /* … or the third one */
	REDACT_LLADDR,       /* a MAC address; of tunnels an IP address */
	REDACT_NAME,
	REDACT_NEST,         /* attributes that another table is about */
	REDACT_CALL,         /* what a function makes of it */
};

struct redact_row {
	uint16_t attr;
	enum redact_act act;
	const struct redact_row *table;                      /* REDACT_NEST; ended by { 0 } */
	void (*call)(struct redactor *r, void *bytes, size_t n); /* REDACT_CALL */
};

/* Attributes by a table; header: of the message, for prefixes, or NULL. */
void redactor_walk(struct redactor *r, void *bytes, size_t n, const struct redact_row *table, const uint8_t *header);

/* The next attribute, *bytes and *n move behind it; NULL at the end. */
struct nlattr *redactor_next(void **bytes, size_t *n);
void *redactor_payload(struct nlattr *a, size_t *ret_n);
/* The payload of the first attribute of a type, NULL where there is none; a NUL-terminated one, else NULL. */
void *redactor_find(void *bytes, size_t n, uint16_t type, size_t *ret_n);
const char *redactor_text(void *bytes, size_t n, uint16_t type);

/* One message of a namespace. */
void redactor_message(struct redactor *r, enum collect_kind kind, struct nlmsghdr *nlh);
/* … of nf_tables. */
void redactor_nft(struct redactor *r, struct nlmsghdr *nlh);
/* … about an ipset, kept among those of nf_tables or legacy iptables. False: it is none. */
bool redactor_ipset(struct redactor *r, struct nlmsghdr *nlh);
/* … of legacy iptables: a table. */
void redactor_legacy(struct redactor *r, struct nlmsghdr *nlh);
/* The key of an element, as struct nft_answer has it. */
void redactor_key(struct redactor *r, const struct nft_set *set, uint8_t *key, size_t n);

#endif
