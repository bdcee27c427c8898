/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By name, as numbers move from one kernel to the next. Reasons that are so
 * general that they explain nothing (NOT_SPECIFIED, NOMEM …) have no row.
 */
#include "reason.h"

static const struct reason reasons[] = {
	{ "BPF_CGROUP_EGRESS", "a BPF program of the sender's control group forbids it", { NULL }, false },
	{ "BRIDGE_INGRESS_STP_STATE", "the bridge port does not forward in its state", { "bridge-port-blocked" }, false },
	{ "CPU_BACKLOG", "the queue of received packets is full (net.core.netdev_max_backlog)", { NULL }, false },
	{ "DEV_READY", "the interface is not ready to send", { "link-down", "link-no-carrier" }, false },
	{ "FULL_RING", "the program that reads from the interface does not keep up", { NULL }, false },
	{ "ICMP_CSUM", "a wrong checksum of ICMP", { "checksum-bad" }, false },
	{ "INVALID_PROTO", "a protocol that nobody takes there", { NULL }, false },
	{ "IPV6DISABLED", "IPv6 is disabled", { "ipv6-disabled" }, false },
	{ "IP_CSUM", "a wrong checksum of its IP header", { NULL }, false },
	{ "IP_INADDRERRORS", "an address that is neither its own nor forwarded",
	  { "ip-forward-off", "ip6-forward-off", "forwarding-off-interface" }, false },
	{ "IP_INHDR", "a broken IP header", { NULL }, false },
	{ "IP_INNOROUTES", "no route for it where it came in",
	  { "no-route", "route-blackhole", "host-no-route", "return-route-missing" }, false },
	{ "IP_INVALID_DEST", "a destination that none may have", { "martian-source" }, false },
	{ "IP_INVALID_SOURCE", "a source that none may have", { "martian-source" }, false },
	{ "IP_LOCALNET", "a loopback address from outside", { "martian-source" }, false },
	{ "IP_LOCAL_SOURCE", "a source that is an address of its own", { "martian-source" }, false },
	{ "IP_NOPROTO", "nobody takes that protocol", { NULL }, false },
	{ "IP_OUTNOROUTES", "no route to send it by", { "no-route", "route-blackhole", "host-no-route" }, false },
	{ "IP_RPFILTER", "the reverse path filter", { "rp-filter-drop" }, false },
	{ "MAC_INVALID_SOURCE", "a source MAC that none may have", { NULL }, false },
	{ "NEIGH_CREATEFAIL", "no room in the neighbour table", { "neighbour-table-full" }, false },
	{ "NEIGH_FAILED", "the next hop does not answer", { "neighbour-failed" }, false },
	{ "NEIGH_QUEUEFULL", "too many packets wait for the next hop's answer", { "neighbour-failed" }, false },
	{ "NETFILTER_DROP", "netfilter: a rule, or the connection tracking", { NULL }, false },
	{ "NO_SOCKET", "no socket takes it", { "service-not-listening" }, false },
	{ "OTHERHOST", "a MAC that is another's", { NULL }, true },
	{ "PKT_TOO_BIG", "too large for the way on", { "mtu-mismatch", "mtu-blackhole" }, false },
	{ "PKT_TOO_SMALL", "a packet that is cut off", { NULL }, false },
	{ "QDISC_CONGESTED", "a queue that is full", { "tc-drop" }, false },
	{ "QDISC_DROP", "a queue that drops", { "tc-drop" }, false },
	{ "QDISC_OVERLIMIT", "a queue that is full", { "tc-drop" }, false },
	{ "SECURITY_HOOK", "a security module (SELinux, AppArmor …)", { NULL }, false },
	{ "SKB_CSUM", "a wrong checksum", { "checksum-bad" }, false },
	{ "SOCKET_BACKLOG", "the socket's queue is full", { NULL }, false },
	{ "SOCKET_FILTER", "a filter of the socket that it is for", { NULL }, false },
	{ "SOCKET_RCVBUFF", "the buffer of the socket that it is for is full", { NULL }, false },
	{ "TAP_FILTER", "a filter of the tap interface", { NULL }, false },
	{ "TAP_TXFILTER", "a filter of the tap interface", { NULL }, false },
	{ "TCP_CSUM", "a wrong checksum of TCP", { "checksum-bad" }, false },
	{ "TCP_LISTEN_OVERFLOW", "the service's queue of new connections is full", { "service-backlog-full" }, false },
	{ "TC_EGRESS", "a filter of traffic control, on the way out", { "tc-drop" }, false },
	{ "TC_INGRESS", "a filter of traffic control, on the way in", { "tc-drop" }, false },
	{ "UDP_CSUM", "a wrong checksum of UDP", { "checksum-bad" }, false },
	{ "UNICAST_IN_L2_MULTICAST", "a packet for one that came to all", { NULL }, true },
	{ "VXLAN_VNI_NOT_FOUND", "no interface has the number of its VXLAN", { NULL }, false },
	{ "XDP", "an XDP program", { "xdp-drop" }, false },
	{ "XFRM_POLICY", "an IPsec policy", { "xfrm-drop" }, false },
};

const struct reason *reason_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (streq(reasons[i].name, name))
			return &reasons[i];
	return NULL;
}

bool reason_proves(const char *name, const char *code)
{
	const struct reason *r = reason_find(name);

	for (size_t i = 0; r && i < ARRAY_SIZE(r->codes) && r->codes[i]; i++)
		if (streq(r->codes[i], code))
			return true;
	return false;
}
