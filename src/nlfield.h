/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nlfield - read netlink attributes into a struct, driven by a table
 *
 * A table has one row per attribute that we know:
 *
 *	static const struct nlfield link_fields[] = {
 *		{ IFLA_MTU,      NLFIELD(U32, struct link, mtu) },
 *		{ IFLA_IFNAME,   NLFIELD(STRING, struct link, name) },
 *		{ IFLA_LINKINFO, NLFIELD_NESTED(linkinfo_fields) },
 *		{ 0 },
 *	};
 *
 * Attributes without a row are ignored, fields without an attribute keep the
 * value they had; an attribute of a wrong length is an error. Newer kernels are
 * normal, liars are not.
 */
#ifndef NLFIELD_H
#define NLFIELD_H

#include "addr.h"

/* Bytes inside a message: attributes, or the payload of one. */
struct nlspan {
	const void *p;
	size_t n;
};

enum nlfield_type {
	NLFIELD_END,
	NLFIELD_BOOL,    /* bool from an u8: is it other than 0? */
	NLFIELD_U8,
	NLFIELD_U16,
	NLFIELD_U32,
	NLFIELD_S32,
	NLFIELD_U64,
	NLFIELD_STRING,  /* char[]; must fit with its NUL */
	NLFIELD_BYTES,   /* an array or struct of exactly this size */
	NLFIELD_ADDR,    /* struct addr from 4 or 16 bytes */
	NLFIELD_SPAN,    /* struct nlspan: where the payload lies, of whatever length */
	NLFIELD_PRESENT, /* bool: true where the attribute is there */
	NLFIELD_INTO,    /* nested attributes, read by another table into the same struct */
};

struct nlfield {
	uint16_t attr;               /* several rows may name the same one */
	enum nlfield_type type;
	size_t offset, size;         /* of the field in the struct */
	const struct nlfield *table; /* NLFIELD_INTO */
};

#define NLFIELD(what, type, field) \
	NLFIELD_##what, offsetof(type, field), sizeof(((type *)0)->field), NULL
#define NLFIELD_NESTED(fields) NLFIELD_INTO, 0, 0, fields

/*
 * Reads all attributes of a span (aligned to 4 bytes) into the struct at ret.
 * 0, or -EBADMSG where an attribute is no whole attribute or has a wrong
 * length; fields that were read before it are set.
 */
int nlfield_read(const struct nlfield *table, struct nlspan attrs, void *ret);

/* The attributes of a message behind the protocol's own header of this size; may be none. */
struct nlmsghdr;
struct nlspan nlfield_attrs(const struct nlmsghdr *nlh, size_t header);

/*
 * Walks attributes by hand: type and payload of the next one, *attrs moves
 * behind it. 1, or 0 at the end, or -EBADMSG.
 */
int nlfield_next(struct nlspan *attrs, uint16_t *ret_type, struct nlspan *ret_payload);

#endif
