/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extension - the x_tables extensions that the rules of ops hold, as iptables writes them */
#ifndef FIREWALL_EXTENSION_H
#define FIREWALL_EXTENSION_H

#include "addr.h"

#define EXTENSION_INFO_MAX 192

struct extension {
	const char *name;
	uint8_t revision;
	size_t size;                 /* of info, rounded up by XT_ALIGN */
	_Alignas(8) uint8_t info[EXTENSION_INFO_MAX]; /* the extension's own struct */
};

/* -m conntrack --ctstate RELATED,ESTABLISHED */
struct extension extension_established(void);
/* -m icmp6 --icmpv6-type type */
struct extension extension_icmp6(uint8_t type);
/* -j MASQUERADE; family: NFPROTO_* */
struct extension extension_masquerade(uint8_t family);
/* -j DNAT --to-destination to:port */
struct extension extension_dnat(const struct addr *to, uint16_t port);

#endif
