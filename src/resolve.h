/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve - a host name as the source namespace would resolve it
 *
 * Its hosts file first, then a DNS query of our own (RFC 1035, A or AAAA) from
 * its namespace to the servers of its resolv.conf; /etc/netns/NAME/ comes before /etc.
 */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "addr.h"

/*
 * netns_name: name under /etc/netns, NULL for none. Returns 0 and the first
 * address of the family, or -errno and one sentence (free it):
 *
 *   -EINVAL         this can be no host name
 *   -ENOENT         nobody has the name, or it has no such address
 *   -EDESTADDRREQ   resolv.conf names no server
 *   -EADDRNOTAVAIL  it names only servers on the loopback, and in this namespace nobody is there
 *   -ETIMEDOUT      no server answered
 *   -EIO            no server wanted to answer
 *   other           files that cannot be read, a socket that cannot be had
 */
int resolve_name(int ns_fd, const char *netns_name, const char *name, uint8_t family,
		 uint64_t timeout_us, struct addr *ret_addr, char **ret_error);

#endif
