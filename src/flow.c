/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow.h"

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
