/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz-firewall - any nf_tables messages, and any tables of legacy iptables, as a ruleset
 *
 * What of an input becomes tables, chains, rules and sets is evaluated at every
 * hook, printed, repaired and searched for near misses.
 */
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>

#include "collect/collector.h"
#include "firewall.h"
#include "firewall/build.h"
#include "nl.h"
#include "strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct packet packets[] = {
	{
		.src = { AF_INET, { 10, 0, 0, 2 } },
		.dst = { AF_INET, { 192, 0, 2, 1 } },
		.proto = PROTO_TCP,
		.dport = 80,
		.tcp_flags = 2,
		.ttl = 64,
		.size = 60,
	},
	{
		.src = { AF_INET6, { 0xfd, [15] = 1 } },
		.dst = { AF_INET6, { 0xfd, [15] = 2 } },
		.proto = PROTO_ICMP,
		.icmp_type = 129,
		.reply = true,
		.ct = CT_ESTABLISHED,
	},
};

static void add_links(struct ns *ns)
{
	for (int i = 1; i <= 2; i++) {
		struct link *l = vec_add(&ns->links);

		l->ifindex = i;
		str_copy(l->name, sizeof(l->name), i == 1 ? "eth0" : "br0");
		l->mac_len = 6;
	}
}

static void evaluate(const struct snapshot *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(packets); i++)
		for (int hook = 0; hook < HOOK_COUNT; hook++)
			for (int bridge = 0; bridge < 2; bridge++) {
				struct fw_place at = {
					.hook = hook, .bridge = bridge, .iif = 1, .oif = 2
				};
				struct fw_result r;

				fw_eval(s, &at, &packets[i], &r);
				if ((r.verdict == FW_UNKNOWN || r.nat_unknown) && !r.why)
					abort();
			}
}

static void print(const struct snapshot *s, const struct nft_chain *c, uint64_t handle)
{
	struct rule_ref ref, copy;

	fw_rule_ref(s, 0, c, handle, &ref);
	rule_ref_copy(&copy, &ref);
	rule_ref_done(&ref);
	rule_ref_done(&copy);
}

static void repair(struct snapshot *s, const struct nft_chain *c, uint64_t handle)
{
	struct op_match m = {
		.src = { packets[0].src, 32 }, .iif = 1, .proto = IPPROTO_TCP, .dport = 80
	};
	struct snapshot *copy;
	struct op op;

	if (op_accept(s, 0, c, handle, &m, &op) < 0)
		return;
	free(fw_op_command(s, &op));
	free(fw_op_undo_command(s, &op, 0));
	copy = snapshot_copy(s);
	op_model(copy, &op);
	snapshot_free(copy);
}

static void near(const struct snapshot *s)
{
	struct fw_place at = { .hook = HOOK_POSTROUTING, .iif = 1, .oif = 2 };
	struct near_miss misses[3];
	size_t n = fw_nat_near_misses(s, &at, &packets[0], NAT_SOURCE, misses, ARRAY_SIZE(misses));

	for (size_t i = 0; i < n; i++) {
		free(misses[i].rule);
		free(misses[i].why);
	}
}

static void use_chains(struct snapshot *s, const nft_chain_list *chains)
{
	vec_each(c, chains) {
		print(s, c, 0);
		for (size_t i = 0; i < c->rules.n && i < 8; i++)
			print(s, c, c->rules.v[i].handle);
		repair(s, c, c->rules.n ? c->rules.v[c->rules.n - 1].handle : 0);
	}
}

static void use(struct snapshot *s)
{
	struct prefix net = { packets[0].src, 24 };
	struct op op;

	evaluate(s);
	near(s);
	use_chains(s, &s->ns.v[0].chains);
	use_chains(s, &s->ns.v[0].legacy);
	op_masquerade(s, 0, &net, 2, &op);
}

static bool is_nfnetlink(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type >> 8 == NFNL_SUBSYS_NFTABLES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct snapshot *s = snapshot_new();
	void *messages = malloc(NLMSG_ALIGN(size) + 1);
	const struct nlmsghdr *nlh;
	size_t pos = 0;

	if (!messages)
		abort();
	memcpy(messages, data, size);
	snapshot_add(s, "host", 4026531840);
	snapshot_own_block(s, messages);
	add_links(&s->ns.v[0]);
	while ((nlh = nl_next(messages, size, &pos)))
		collect_take(s, &s->ns.v[0], is_nfnetlink(nlh) ? COLLECT_NFT : COLLECT_LEGACY, nlh);
	use(s);
	snapshot_free(s);
	return 0;
}
