/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By name, as numbers move from one kernel to the next. Reasons that are so
 * general that they explain nothing (NOT_SPECIFIED, NOMEM …) have no row.
 */
#include "reason.h"

static const struct reason reasons[] = {
	{ "BPF_CGROUP_EGRESS", "a BPF program of the sender's control group forbids it", { NULL }, ASIDE_NEVER },
	{ "BRIDGE_INGRESS_STP_STATE", "the bridge port does not forward in its state", { "bridge-port-blocked" }, ASIDE_NEVER },
	{ "CPU_BACKLOG", "the queue of received packets is full (net.core.netdev_max_backlog)", { NULL }, ASIDE_NEVER },
	{ "DEV_READY", "the interface is not ready to send", { "link-down", "link-no-carrier" }, ASIDE_NEVER },
	{ "FULL_RING", "the program that reads from the interface does not keep up", { NULL }, ASIDE_NEVER },
	{ "ICMP_CSUM", "a wrong checksum of ICMP", { "checksum-bad" }, ASIDE_NEVER },
	{ "INVALID_PROTO", "a protocol that nobody takes there", { NULL }, ASIDE_NEVER },
	{ "IPV6DISABLED", "IPv6 is disabled", { "ipv6-disabled" }, ASIDE_NEVER },
	{ "IP_CSUM", "a wrong checksum of its IP header", { NULL }, ASIDE_NEVER },
	{ "IP_INADDRERRORS", "an address that is neither its own nor forwarded",
	  { "ip-forward-off", "ip6-forward-off", "forwarding-off-interface" }, ASIDE_NEVER },
	{ "IP_INHDR", "a broken IP header", { NULL }, ASIDE_NEVER },
	{ "IP_INNOROUTES", "no route for it where it came in",
	  { "no-route", "route-blackhole", "host-no-route", "return-route-missing" }, ASIDE_NEVER },
	{ "IP_INVALID_DEST", "a destination that none may have", { "martian-source" }, ASIDE_NEVER },
	{ "IP_INVALID_SOURCE", "a source that none may have", { "martian-source" }, ASIDE_NEVER },
	{ "IP_LOCALNET", "a loopback address from outside", { "martian-source", "route-localnet-off" }, ASIDE_NEVER },
	{ "IP_LOCAL_SOURCE", "a source that is an address of its own", { "martian-source" }, ASIDE_NEVER },
	{ "IP_NOPROTO", "nobody takes that protocol", { NULL }, ASIDE_NEVER },
	{ "IP_OUTNOROUTES", "no route to send it by", { "no-route", "route-blackhole", "host-no-route" }, ASIDE_NEVER },
	{ "IP_RPFILTER", "the reverse path filter", { "rp-filter-drop" }, ASIDE_NEVER },
	{ "MAC_INVALID_SOURCE", "a source MAC that none may have", { NULL }, ASIDE_NEVER },
	{ "NEIGH_CREATEFAIL", "no room in the neighbour table", { "neighbour-table-full" }, ASIDE_NEVER },
	{ "NEIGH_FAILED", "the next hop does not answer", { "neighbour-failed" }, ASIDE_NEVER },
	{ "NEIGH_QUEUEFULL", "too many packets wait for the next hop's answer", { "neighbour-failed" }, ASIDE_NEVER },
	{ "NETFILTER_DROP", "netfilter: a rule, or the connection tracking", { NULL }, ASIDE_NEVER },
	{ "NO_SOCKET", "no socket takes it", { "service-not-listening" }, ASIDE_ICMP },
	{ "OTHERHOST", "a MAC that is another's", { NULL }, ASIDE_ALWAYS },
	{ "PKT_TOO_BIG", "too large for the way on", { "mtu-mismatch", "mtu-blackhole" }, ASIDE_NEVER },
	{ "PKT_TOO_SMALL", "a packet that is cut off", { NULL }, ASIDE_NEVER },
	{ "QDISC_CONGESTED", "a queue that is full", { "tc-drop" }, ASIDE_NEVER },
	{ "QDISC_DROP", "a queue that drops", { "tc-drop" }, ASIDE_NEVER },
	{ "QDISC_OVERLIMIT", "a queue that is full", { "tc-drop" }, ASIDE_NEVER },
	{ "SECURITY_HOOK", "a security module (SELinux, AppArmor …)", { NULL }, ASIDE_NEVER },
	{ "SKB_CSUM", "a wrong checksum", { "checksum-bad" }, ASIDE_NEVER },
	{ "SOCKET_BACKLOG", "the socket's queue is full", { NULL }, ASIDE_NEVER },
	{ "SOCKET_FILTER", "a filter of the socket that it is for", { NULL }, ASIDE_ICMP },
	{ "SOCKET_RCVBUFF", "the buffer of the socket that it is for is full", { NULL }, ASIDE_ICMP },
	{ "TAP_FILTER", "a filter of the tap interface", { NULL }, ASIDE_NEVER },
	{ "TAP_TXFILTER", "a filter of the tap interface", { NULL }, ASIDE_NEVER },
	{ "TCP_CSUM", "a wrong checksum of TCP", { "checksum-bad" }, ASIDE_NEVER },
	{ "TCP_LISTEN_OVERFLOW", "the service's queue of new connections is full", { "service-backlog-full" }, ASIDE_NEVER },
	{ "TC_EGRESS", "a filter of traffic control, on the way out", { "tc-drop" }, ASIDE_NEVER },
	{ "TC_INGRESS", "a filter of traffic control, on the way in", { "tc-drop" }, ASIDE_NEVER },
	{ "UDP_CSUM", "a wrong checksum of UDP", { "checksum-bad" }, ASIDE_NEVER },
	{ "UNICAST_IN_L2_MULTICAST", "a packet for one that came to all", { NULL }, ASIDE_ALWAYS },
	{ "VXLAN_VNI_NOT_FOUND", "no interface has the number of its VXLAN", { NULL }, ASIDE_NEVER },
	{ "XDP", "an XDP program", { "xdp-drop" }, ASIDE_NEVER },
	{ "XFRM_POLICY", "an IPsec policy", { "xfrm-drop" }, ASIDE_NEVER },
};

const struct reason *reason_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (streq(reasons[i].name, name))
			return &reasons[i];
	return NULL;
}

bool reason_is_aside(const struct reason *r, enum proto proto)
{
	return r->aside == ASIDE_ALWAYS || (r->aside == ASIDE_ICMP && proto == PROTO_ICMP);
}

bool reason_proves(const char *name, const char *code)
{
	const struct reason *r = reason_find(name);

	for (size_t i = 0; r && i < ARRAY_SIZE(r->codes) && r->codes[i]; i++)
		if (streq(r->codes[i], code))
			return true;
	return false;
}
