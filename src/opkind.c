/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "opkind.h"

#include "firewall/build.h"

const struct op_row op_rows[OP_KINDS] = {
	[OP_SYSCTL] = {
		.name = "sysctl",
		.uses = USES_SYSCTL | USES_VALUE,
		.commands = command_sysctl,
		.persist = persist_sysctl,
		.model = model_sysctl,
	},
	[OP_LINK_UP] = {
		.name = "link-up",
		.uses = USES_LINK,
		.commands = command_link_up,
		.persist = persist_made,
		.model = model_link_up,
	},
	[OP_LINK_ARP] = {
		.name = "link-arp",
		.uses = USES_LINK,
		.commands = command_link_arp,
		.persist = persist_made,
		.model = model_link_arp,
	},
	[OP_LINK_MASTER] = {
		.name = "link-master",
		.uses = USES_LINK | USES_VALUE,
		.commands = command_link_master,
		.persist = persist_made,
		.model = model_link_master,
	},
	[OP_LINK_MTU] = {
		.name = "link-mtu",
		.uses = USES_LINK | USES_VALUE,
		.commands = command_link_mtu,
		.persist = persist_made,
		.model = model_link_mtu,
	},
	[OP_PORT_STATE] = {
		.name = "port-state",
		.uses = USES_LINK | USES_VALUE,
		.commands = command_port_state,
		.persist = persist_made,
		.model = model_port_state,
	},
	[OP_PORT_ISOLATED] = {
		.name = "port-isolated",
		.uses = USES_LINK | USES_VALUE,
		.commands = command_port_isolated,
		.persist = persist_made,
		.model = model_port_isolated,
	},
	[OP_PORT_FLAG] = {
		.name = "port-flag",
		.uses = USES_LINK | USES_VALUE | USES_FLAG,
		.commands = command_port_flag,
		.persist = persist_made,
		.model = model_port_flag,
	},
	[OP_FDB_DEL] = {
		.name = "fdb-del",
		.uses = USES_LINK | USES_NEIGH,
		.commands = command_fdb,
		.persist = persist_deleted,
		.model = model_fdb_del,
	},
	[OP_ADDR_ADD] = {
		.name = "addr-add",
		.uses = USES_LINK | USES_PREFIX,
		.commands = command_addr,
		.persist = persist_made,
		.model = model_addr_add,
	},
	[OP_ROUTE_ADD] = {
		.name = "route-add",
		.uses = USES_ROUTE,
		.commands = command_route_add,
		.persist = persist_made,
		.model = model_route_add,
	},
	[OP_ROUTE_DEL] = {
		.name = "route-del",
		.uses = USES_ROUTE,
		.commands = command_route_del,
		.persist = persist_deleted,
		.model = model_route_del,
	},
	[OP_RULE_DEL] = {
		.name = "rule-del",
		.uses = USES_RULE,
		.commands = command_rule,
		.persist = persist_deleted,
		.model = model_rule_del,
	},
	[OP_NEIGH_DEL] = {
		.name = "neigh-del",
		.uses = USES_LINK | USES_NEIGH,
		.commands = command_neigh,
		.persist = persist_neigh,
		.model = model_neigh_del,
	},
	[OP_NFT_ACCEPT] = {
		.name = "nft-accept",
		.uses = USES_PLACE | USES_MATCH,
		.commands = command_nft,
		.persist = persist_firewall,
		.model = fw_op_model,
	},
	[OP_NFT_MASQUERADE] = {
		.name = "nft-masquerade",
		.uses = USES_PLACE | USES_MATCH | USES_PREFIX | USES_OIF,
		.commands = command_nft,
		.persist = persist_firewall,
		.model = fw_op_model,
	},
	[OP_LEGACY_ACCEPT] = {
		.name = "legacy-accept",
		.uses = USES_PLACE | USES_ANCHOR | USES_MATCH,
		.commands = command_nft,
		.persist = persist_firewall,
		.model = legacy_op_model,
	},
	[OP_LEGACY_MASQUERADE] = {
		.name = "legacy-masquerade",
		.uses = USES_PLACE | USES_ANCHOR | USES_MATCH | USES_PREFIX | USES_OIF,
		.commands = command_nft,
		.persist = persist_firewall,
		.model = legacy_op_model,
	},
	[OP_NFT_DNAT] = {
		.name = "nft-dnat",
		.uses = USES_PLACE | USES_MATCH | USES_TO,
		.commands = command_nft,
		.persist = persist_firewall,
		.model = fw_op_model,
	},
	[OP_LEGACY_DNAT] = {
		.name = "legacy-dnat",
		.uses = USES_PLACE | USES_ANCHOR | USES_MATCH | USES_TO,
		.commands = command_nft,
		.persist = persist_firewall,
		.model = legacy_op_model,
	},
	[OP_CT_DELETE] = {
		.name = "ct-delete",
		.uses = USES_PREFIX | USES_MATCH,
		.commands = command_conntrack,
		.no_undo = true,
		.model = model_nothing,
	},
};

void op_commands(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	op_rows[op->kind].commands(s, op, false, ret);
}

void op_undo_commands(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	if (!op_rows[op->kind].no_undo)
		op_rows[op->kind].commands(s, op, true, ret);
}

void op_persist(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	if (op_rows[op->kind].persist)
		op_rows[op->kind].persist(s, op, ret);
}

int op_model(struct snapshot *s, const struct op *op)
{
	return op_rows[op->kind].model(s, op);
}
