/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz-packet - any bytes as a captured frame, as the kernel's rule trace of one, and as what its drop_monitor tells */
#include "capture/capture.h"

#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/net_dropmon.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include "capture/dropmon.h"

/* The first byte of what is drop_monitor's; below it are frames, beside it is a rule trace. */
#define ALERT 0xd0

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct marks marks = { .token = "tokentok", .seq = 0xabcd0000 };

static struct lookout lookout(void)
{
	struct lookout l = { .marks = marks };
	struct addr *v4 = vec_add(&l.arp), *v6;

	addr_parse("192.168.0.1", v4);
	v6 = vec_add(&l.arp);
	addr_parse("2001:db8::9", v6);
	return l;
}

/* Twice: the second time there is an earlier sighting to compare with. */
static void try_frame(uint16_t ethertype, const uint8_t *data, size_t size)
{
	struct lookout l = lookout();
	struct observations o = { 0 };

	for (int i = 0; i < 2; i++) {
		struct sighting s = { 0 };
		bool arp;

		if (!identify_frame(&l, &o, ethertype, pkt_view(data, size), &s))
			continue;
		arp = s.kind == SIGHT_ARP_REQUEST || s.kind == SIGHT_ARP_REPLY;
		if (arp != (s.probe < 0) || arp != (s.attempt < 0))
			abort();
		vec_push(&o.sightings, s);
	}
	observations_free(&o);
	vec_free(&l.arp);
}

/* The bytes are the message's attributes. Twice, as later messages are joined to earlier ones. */
static void try_trace(const uint8_t *data, size_t size)
{
	size_t n = NLMSG_LENGTH(sizeof(struct nfgenmsg)) + size;
	_cleanup_(freep) struct nlmsghdr *nlh = xcalloc(NLMSG_ALIGN(n), 1);
	struct nftrace *t = nftrace_new(&marks);
	struct observations o = { 0 };

	nlh->nlmsg_len = (uint32_t)n;
	nlh->nlmsg_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE;
	if (size > 0)
		memcpy((char *)NLMSG_DATA(nlh) + NLMSG_ALIGN(sizeof(struct nfgenmsg)), data, size);
	for (int i = 0; i < 2; i++)
		nftrace_message(t, 0, nlh, &o);
	observations_free(&o);
	nftrace_close(t);
}

/* Here, too. */
static void try_alert(const uint8_t *data, size_t size)
{
	const struct drops_wanted wanted = { .token = "tokentok", .seq = marks.seq };
	const struct dropmon_family family = { .id = 29 };
	const struct genlmsghdr genl = { .cmd = NET_DM_CMD_PACKET_ALERT };
	size_t n = NLMSG_LENGTH(sizeof(genl)) + size;
	_cleanup_(freep) struct nlmsghdr *nlh = xcalloc(NLMSG_ALIGN(n), 1);
	struct drops_answer a;

	nlh->nlmsg_len = (uint32_t)n;
	nlh->nlmsg_type = family.id;
	memcpy(NLMSG_DATA(nlh), &genl, sizeof(genl));
	if (size > 0)
		memcpy((char *)NLMSG_DATA(nlh) + sizeof(genl), data, size);
	if (!dropmon_message(nlh, &family, &wanted, &a))
		return;
	if (a.event.n > DROPS_BYTES || a.reason[DROPS_REASON - 1] || a.event.function[DROPS_FUNCTION - 1])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ethertypes[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP };

	if (size < 1)
		return 0;
	if (data[0] < ARRAY_SIZE(ethertypes))
		try_frame(ethertypes[data[0]], data + 1, size - 1);
	else if (data[0] == ALERT)
		try_alert(data + 1, size - 1);
	else
		try_trace(data + 1, size - 1);
	return 0;
}
