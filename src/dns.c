/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dns.h"

#include "pkt.h"

/*
 *   0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15     RFC 1035, 4.1.1
 * +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
 * |                      ID                       |
 * |QR|   Opcode  |AA|TC|RD|RA|   Z    |   RCODE   |
 * |          QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT   |    then questions, then records
 */
#define HEADER        12
#define FLAG_RESPONSE 0x8000
#define FLAG_OPCODE   0x7800
#define FLAG_RECURSE  0x0100
#define RCODE         0x000f
#define RCODE_NXDOMAIN 3

#define TYPE_A        1
#define TYPE_CNAME    5
#define TYPE_AAAA     28
#define CLASS_IN      1

#define WIRE_MAX      255 /* bytes of a name, with its lengths and the last zero */
#define CNAMES_MAX    16  /* aliases followed */

/* A name as it stands in a packet, uncompressed, in small letters: "\3www\7example\0". */
struct wire_name {
	uint8_t b[WIRE_MAX];
	size_t n;
};

/* --- names --- */

static bool is_label_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '_';
}

static uint8_t small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool dns_name_valid(const char *name)
{
	size_t label = 0, n = 0;

	for (const char *s = name; *s; s++, n++) {
		if (n > DNS_NAME_MAX)
			return false;
		if (*s == '.') {
			if (label == 0)
				return false;
			label = 0;
		} else if (!is_label_char(*s) || ++label > 63) {
			return false;
		}
	}
	/* one dot may stand at the end */
	return n > 0 && n - (label == 0) <= DNS_NAME_MAX;
}

static void wire_add(struct wire_name *w, const uint8_t *label, size_t len)
{
	w->b[w->n++] = (uint8_t)len;
	for (size_t i = 0; i < len; i++)
		w->b[w->n++] = small(label[i]);
}

/* name is valid, so it fits */
static struct wire_name wire_from_text(const char *name)
{
	struct wire_name w = { .n = 0 };

	for (const char *s = name; *s;) {
		size_t len = strcspn(s, ".");

		wire_add(&w, (const uint8_t *)s, len);
		s += len;
		s += *s == '.';
	}
	w.b[w.n++] = 0;
	return w;
}

static bool wire_eq(const struct wire_name *a, const struct wire_name *b)
{
	return a->n == b->n && memcmp(a->b, b->b, a->n) == 0;
}

/*
 * Reads the name at *off and moves off behind it. A pointer must lead further
 * back than any before it, so that the way has an end.
 */
static bool wire_read(struct pkt *k, size_t *off, struct wire_name *ret)
{
	struct wire_name w = { .n = 0 };
	size_t at = *off, limit = *off;
	bool jumped = false;

	for (;;) {
		uint8_t len = pkt_u8(k, at), label[63];

		if (k->bad || (len & 0xc0) == 0x40 || (len & 0xc0) == 0x80)
			return false;
		if (len & 0xc0) {
			size_t target = pkt_u16(k, at) & 0x3fff;

			if (k->bad || target >= limit)
				return false;
			if (!jumped)
				*off = at + 2;
			jumped = true;
			at = limit = target;
			continue;
		}
		pkt_bytes(k, at + 1, label, len);
		if (k->bad || w.n + 1 + len > WIRE_MAX)
			return false;
		wire_add(&w, label, len);
		at += 1 + (size_t)len;
		if (len == 0)
			break;
	}
	if (!jumped)
		*off = at;
	*ret = w;
	return true;
}

/* --- the question --- */

static uint16_t type_of(uint8_t family)
{
	return family == AF_INET6 ? TYPE_AAAA : TYPE_A;
}

static size_t put_u16(uint8_t *buf, size_t at, uint16_t value)
{
	buf[at] = (uint8_t)(value >> 8);
	buf[at + 1] = (uint8_t)value;
	return at + 2;
}

size_t dns_query(const char *name, uint8_t family, uint16_t id, uint8_t buf[DNS_QUERY_MAX])
{
	struct wire_name w;
	size_t at = HEADER;

	if (!dns_name_valid(name))
		return 0;
	memset(buf, 0, HEADER);
	put_u16(buf, 0, id);
	put_u16(buf, 2, FLAG_RECURSE);
	put_u16(buf, 4, 1);
	w = wire_from_text(name);
	memcpy(buf + at, w.b, w.n);
	at = put_u16(buf, at + w.n, type_of(family));
	return put_u16(buf, at, CLASS_IN);
}

/* --- the answer --- */

struct record {
	struct wire_name owner;
	uint16_t type, class, len;
	size_t data; /* offset */
};

static bool read_record(struct pkt *k, size_t *off, struct record *ret)
{
	struct record r;

	if (!wire_read(k, off, &r.owner))
		return false;
	r.type = pkt_u16(k, *off);
	r.class = pkt_u16(k, *off + 2);
	r.len = pkt_u16(k, *off + 8);
	r.data = *off + 10;
	if (k->bad || r.data + r.len > k->n)
		return false;
	*off = r.data + r.len;
	*ret = r;
	return true;
}

/* Is it the answer to our question, and only to that? Moves off behind the question. */
static bool is_ours(struct pkt *k, const struct wire_name *name, uint8_t family, uint16_t id,
		    size_t *off)
{
	uint16_t flags = pkt_u16(k, 2);
	struct wire_name asked;

	if (pkt_u16(k, 0) != id || !(flags & FLAG_RESPONSE) || (flags & FLAG_OPCODE) ||
	    pkt_u16(k, 4) != 1)
		return false;
	*off = HEADER;
	if (k->bad || !wire_read(k, off, &asked) || !wire_eq(&asked, name))
		return false;
	if (pkt_u16(k, *off) != type_of(family) || pkt_u16(k, *off + 2) != CLASS_IN || k->bad)
		return false;
	*off += 4;
	return true;
}

/* The record of this owner and type in the answer section. */
static bool find_record(struct pkt *k, size_t off, const struct wire_name *owner, uint16_t type,
			struct record *ret)
{
	uint16_t n = pkt_u16(k, 6);
	struct record r;

	while (n-- > 0 && read_record(k, &off, &r))
		if (r.type == type && r.class == CLASS_IN && wire_eq(&r.owner, owner)) {
			*ret = r;
			return true;
		}
	return false;
}

static bool read_alias(struct pkt *k, const struct record *r, struct wire_name *ret)
{
	size_t off = r->data;

	return wire_read(k, &off, ret) && off == r->data + r->len;
}

/* The address of a name, through the aliases that the answer itself holds. */
static bool find_address(struct pkt *k, size_t off, const struct wire_name *name, uint8_t family,
			 struct addr *ret)
{
	struct wire_name owner = *name;

	for (int i = 0; i < CNAMES_MAX; i++) {
		struct record r;

		if (find_record(k, off, &owner, type_of(family), &r))
			return addr_from_bytes(family, k->p + r.data, r.len, ret) == 0;
		k->bad = false; /* a record that is cut short ends the search, not the packet */
		if (!find_record(k, off, &owner, TYPE_CNAME, &r) || !read_alias(k, &r, &owner))
			return false;
	}
	return false;
}

enum dns_answer dns_answer(const void *p, size_t n, const char *name, uint8_t family, uint16_t id,
			   struct addr *ret_addr)
{
	struct pkt k = pkt_view(p, n);
	struct wire_name wire;
	size_t off;

	if (!dns_name_valid(name))
		return DNS_FOREIGN;
	wire = wire_from_text(name);
	if (!is_ours(&k, &wire, family, id, &off))
		return DNS_FOREIGN;
	switch (pkt_u16(&k, 2) & RCODE) {
	case 0:
		return find_address(&k, off, &wire, family, ret_addr) ? DNS_ADDRESS : DNS_NO_ADDRESS;
	case RCODE_NXDOMAIN:
		return DNS_NO_NAME;
	}
	return DNS_REFUSED;
}
