/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolve - a host name as the source namespace would resolve it
 *
 * Its hosts file first, then a DNS query of our own (RFC 1035, A or AAAA) from
 * its namespace to the servers of its resolv.conf; /etc/netns/NAME/ comes before /etc. The
 * files are read beforehand, those of a container below its own root.
 */
#ifndef RESOLVE_H
#define RESOLVE_H

#include "addr.h"

/* What the source's hosts file and resolv.conf say; zeroed: nothing. */
struct resolve_files {
	char *hosts, *conf;              /* their texts; NULL: there is none */
	char *hosts_path, *conf_path;
	int hosts_error, conf_error;     /* 0 or -errno: why it could not be read */
};

/*
 * Reads both files. netns_name: name under /etc/netns, NULL for none; root: a
 * container's root directory (O_PATH), which no link leads out of, or -1 for
 * our own. Takes a second at most, whatever file system the container has.
 */
void resolve_files_read(const char *netns_name, int root, struct resolve_files *ret);
void resolve_files_done(struct resolve_files *f);

#define RESOLVE_SERVERS 3 /* as many the C library asks */

/* How each server of resolv.conf did. */
struct resolve_report {
	size_t n;
	struct resolve_server {
		struct addr addr;
		bool asked;
		int error; /* 0: it answered; -EIO: with an error; -ETIMEDOUT, -ECONNREFUSED … */
	} servers[RESOLVE_SERVERS];
};

/*
 * Returns 0 and the first address of the family, or -errno and one sentence
 * (free it); ret_report is set in any case:
 *
 *   -EINVAL         this can be no host name
 *   -ENOENT         nobody has the name, or it has no such address
 *   -EDESTADDRREQ   resolv.conf names no server
 *   -EADDRNOTAVAIL  it names only servers on the loopback, and in this namespace nobody is there
 *   -ETIMEDOUT      no server answered
 *   -EIO            no server wanted to answer
 *   other           files that cannot be read, a socket that cannot be had
 */
int resolve_name(int ns_fd, const struct resolve_files *files, const char *name, uint8_t family,
		 uint64_t timeout_us, struct addr *ret_addr, struct resolve_report *ret_report,
		 char **ret_error);

#endif
