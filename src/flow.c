/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

#include <linux/icmp.h>
#include <netinet/icmp6.h>
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

bool icmp_is_too_big(uint8_t family, uint8_t type, uint8_t code)
{
	if (family == AF_INET6)
		return type == ICMP6_PACKET_TOO_BIG;
	return type == ICMP_DEST_UNREACH && code == ICMP_FRAG_NEEDED;
}

/* On the way, not while its fragments were awaited. */
bool icmp_is_time_exceeded(uint8_t family, uint8_t type, uint8_t code)
{
	if (family == AF_INET6)
		return type == ICMP6_TIME_EXCEEDED && code == ICMP6_TIME_EXCEED_TRANSIT;
	return type == ICMP_TIME_EXCEEDED && code == ICMP_EXC_TTL;
}

bool icmp_is_port_unreachable(uint8_t family, uint8_t type, uint8_t code)
{
	if (family == AF_INET6)
		return type == ICMP6_DST_UNREACH && code == ICMP6_DST_UNREACH_NOPORT;
	return type == ICMP_DEST_UNREACH && code == ICMP_PORT_UNREACH;
}
