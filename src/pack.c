/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pack.h"

/* The length of a text that there is not. */
#define NO_TEXT UINT32_MAX

void pack_fail(struct pack *p)
{
	p->bad = true;
}

/* The next bytes of the input, or NULL. */
static const void *take(struct pack *p, size_t size)
{
	const void *bytes = p->in + p->at;

	if (p->bad || size > p->n - p->at) {
		p->bad = true;
		return NULL;
	}
	p->at += size;
	return bytes;
}

void pack_bytes(struct pack *p, void *field, size_t size)
{
	const void *bytes;

	if (p->out) {
		strbuf_add(p->out, field, size);
		return;
	}
	bytes = take(p, size);
	if (bytes)
		memcpy(field, bytes, size);
	else
		memset(field, 0, size);
}

void pack_bool(struct pack *p, bool *field)
{
	uint32_t number = *field;

	pack_below(p, &number, 2);
	*field = number != 0;
}

void pack_below(struct pack *p, uint32_t *field, uint32_t end)
{
	uint8_t byte = (uint8_t)*field;

	/* all that is counted so has few members */
	pack_int(p, &byte);
	if (byte >= end)
		p->bad = true;
	*field = p->bad ? 0 : byte;
}

void pack_index(struct pack *p, int *field, int least, size_t end)
{
	int32_t number = *field;

	pack_int(p, &number);
	if (number < least || (number >= 0 && (size_t)number >= end))
		p->bad = true;
	*field = p->bad ? least : number;
}

void pack_error(struct pack *p, int *field, bool more)
{
	int32_t number = *field;

	pack_int(p, &number);
	/* MAX_ERRNO, linux/err.h */
	if (number > more || number < -4095)
		p->bad = true;
	*field = p->bad ? 0 : number;
}

void pack_text(struct pack *p, char **field)
{
	uint32_t n = p->out && *field ? (uint32_t)strlen(*field) : NO_TEXT;
	const char *bytes;

	pack_int(p, &n);
	if (p->out) {
		if (*field)
			strbuf_add(p->out, *field, n);
		return;
	}
	*field = NULL;
	if (p->bad || n == NO_TEXT)
		return;
	bytes = take(p, n);
	if (!bytes || memchr(bytes, '\0', n)) {
		p->bad = true;
		return;
	}
	*field = xcalloc(1, (size_t)n + 1);
	memcpy(*field, bytes, n);
}

void pack_addr(struct pack *p, struct addr *field)
{
	uint8_t family = field->family;

	pack_int(p, &family);
	if (family != AF_UNSPEC && addr_len(family) == 0)
		p->bad = true;
	if (!p->out)
		*field = (struct addr){ .family = p->bad ? AF_UNSPEC : family };
	pack_bytes(p, field->b, addr_len(field->family));
}

size_t pack_count(struct pack *p, size_t n, size_t least)
{
	uint32_t count = (uint32_t)n;

	pack_int(p, &count);
	if (!p->out && (p->bad || count > (p->n - p->at) / least)) {
		p->bad = true;
		return 0;
	}
	return count;
}

const void *pack_block(struct pack *p, const void *bytes, size_t *n)
{
	uint32_t size = (uint32_t)*n;

	pack_int(p, &size);
	if (p->out) {
		strbuf_add(p->out, bytes, *n);
		return bytes;
	}
	bytes = take(p, size);
	*n = bytes ? size : 0;
	return bytes;
}
