/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#include <netinet/in.h>

const char *proto_name(enum proto p)
{
	switch (p) {
	case PROTO_ICMP:
		return "icmp";
	case PROTO_TCP:
		return "tcp";
	case PROTO_UDP:
		return "udp";
	case PROTO_COUNT:
		break;
	}
	return "?";
}

uint8_t proto_number(enum proto p, uint8_t family)
{
	switch (p) {
	case PROTO_ICMP:
		return family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	case PROTO_TCP:
		return IPPROTO_TCP;
	case PROTO_UDP:
		return IPPROTO_UDP;
	case PROTO_COUNT:
		break;
	}
	return 0;
}
