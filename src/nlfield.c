/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nlfield.h"

#include <errno.h>
#include <linux/netlink.h>

struct nlspan nlfield_attrs(const struct nlmsghdr *nlh, size_t header)
{
	size_t start = NLMSG_HDRLEN + NLMSG_ALIGN(header);

	if (nlh->nlmsg_len <= start)
		return (struct nlspan){ NULL, 0 };
	return (struct nlspan){ (const char *)nlh + start, nlh->nlmsg_len - start };
}

int nlfield_next(struct nlspan *attrs, uint16_t *ret_type, struct nlspan *ret_payload)
{
	const struct nlattr *a = attrs->p;
	size_t step;

	if (attrs->n == 0)
		return 0;
	if (attrs->n < sizeof(*a) || a->nla_len < NLA_HDRLEN || a->nla_len > attrs->n)
		return -EBADMSG;
	*ret_type = a->nla_type & NLA_TYPE_MASK;
	*ret_payload = (struct nlspan){ (const char *)a + NLA_HDRLEN, a->nla_len - NLA_HDRLEN };
	step = NLA_ALIGN((size_t)a->nla_len);
	if (step > attrs->n)
		step = attrs->n;
	attrs->p = (const char *)attrs->p + step;
	attrs->n -= step;
	return 1;
}

/* Numbers have the length of their field; the kernel aligns them to 4 bytes only. */
static int read_bytes(const struct nlfield *f, struct nlspan payload, void *field)
{
	if (payload.n != f->size)
		return -EBADMSG;
	memcpy(field, payload.p, f->size);
	return 0;
}

static int read_string(const struct nlfield *f, struct nlspan payload, char *field)
{
	size_t n = strnlen(payload.p, payload.n);

	if (n >= f->size)
		return -EBADMSG;
	memset(field, 0, f->size);
	memcpy(field, payload.p, n);
	return 0;
}

static int read_bool(struct nlspan payload, bool *field)
{
	if (payload.n != 1)
		return -EBADMSG;
	*field = *(const uint8_t *)payload.p != 0;
	return 0;
}

static int read_addr(struct nlspan payload, struct addr *field)
{
	uint8_t family = payload.n == 4 ? AF_INET : AF_INET6;

	return addr_from_bytes(family, payload.p, payload.n, field) < 0 ? -EBADMSG : 0;
}

static int read_field(const struct nlfield *f, struct nlspan payload, void *ret)
{
	void *field = (char *)ret + f->offset;

	switch (f->type) {
	case NLFIELD_END:
		return 0;
	case NLFIELD_U8:
	case NLFIELD_U16:
	case NLFIELD_U32:
	case NLFIELD_S32:
	case NLFIELD_U64:
	case NLFIELD_BYTES:
		return read_bytes(f, payload, field);
	case NLFIELD_BOOL:
		return read_bool(payload, field);
	case NLFIELD_STRING:
		return read_string(f, payload, field);
	case NLFIELD_ADDR:
		return read_addr(payload, field);
	case NLFIELD_SPAN:
		*(struct nlspan *)field = payload;
		return 0;
	case NLFIELD_PRESENT:
		*(bool *)field = true;
		return 0;
	case NLFIELD_INTO:
		return nlfield_read(f->table, payload, ret);
	}
	return 0;
}

int nlfield_read(const struct nlfield *table, struct nlspan attrs, void *ret)
{
	struct nlspan payload;
	uint16_t type;
	int r;

	while ((r = nlfield_next(&attrs, &type, &payload)) > 0)
		for (const struct nlfield *f = table; f->type != NLFIELD_END; f++) {
			r = f->attr == type ? read_field(f, payload, ret) : 0;
			if (r < 0)
				return r;
		}
	return r;
}
