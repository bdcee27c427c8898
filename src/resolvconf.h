/* SPDX-License-Identifier: GPL-2.0-or-later */
/* resolvconf - what a hosts file and a resolv.conf say (hosts(5), resolv.conf(5)); pure */
#ifndef RESOLVCONF_H
#define RESOLVCONF_H

#include "dns.h"

#define RESOLVCONF_SERVERS 3
#define RESOLVCONF_SEARCH  6

struct resolvconf {
	struct addr servers[RESOLVCONF_SERVERS];
	size_t n_servers;
	char search[RESOLVCONF_SEARCH][DNS_NAME_MAX + 2];
	size_t n_search;
	unsigned int ndots;
};

/* What cannot be understood is passed over, as the C library does. */
void resolvconf_parse(const char *text, struct resolvconf *ret);

/* The i-th full name to try for a name, or NULL. Free it; it may be too long to be one. */
char *resolvconf_candidate(const struct resolvconf *c, const char *name, size_t i);

/* The first address of this family that a hosts file has for a name. */
bool hosts_find(const char *text, const char *name, uint8_t family, struct addr *ret_addr);

#endif
