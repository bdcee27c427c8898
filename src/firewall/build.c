/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build - the firewall's ops as a rule, as a command, and in the model */
#include <errno.h>

#include "firewall/build.h"

size_t fw_snat_near_misses(const struct snapshot *s, const struct fw_place *at,
			   const struct packet *pkt, struct near_miss *ret_misses, size_t max)
{
	return 0;
}

struct nftnl_rule *fw_build_rule(const struct snapshot *s, const struct op *op)
{
	return NULL;
}

char *fw_op_command(const struct snapshot *s, const struct op *op)
{
	return xstrdup("");
}

char *fw_op_undo_command(const struct snapshot *s, const struct op *op, uint64_t handle)
{
	return xstrdup("");
}

int fw_op_model(struct snapshot *copy, const struct op *op)
{
	return -ENOTSUP;
}

int op_accept(struct snapshot *s, int ns, const struct nft_chain *chain, uint64_t handle,
	      const struct op_match *match, struct op *ret_op)
{
	return -ENOTSUP;
}

int op_masquerade(struct snapshot *s, int ns, const struct prefix *src, int oif, struct op *ret_op)
{
	return -ENOTSUP;
}
