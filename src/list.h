/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list - the namespaces of this host: names, addresses, how each is connected to the host */
#ifndef LIST_H
#define LIST_H

#include "inventory.h"
#include "model.h"

struct listing {
	inventory places;       /* number i is namespace i + 1 of the snapshot, whose first is the host */
	struct snapshot *s;     /* links, addresses */
	names stopped;          /* containers that do not run */
};

/*
 * Finds all namespaces and reads their interfaces. 0, or -errno and one
 * sentence (free it). Free with listing_free.
 */
int listing_read(struct listing *ret, char **ret_error);
void listing_free(struct listing *l);

/* A table; one line an interface. */
void listing_text(const struct listing *l, struct strbuf *b);
/* One object and a newline; see nsdoctor-json(5). */
void listing_json(const struct listing *l, struct strbuf *b);

#endif
