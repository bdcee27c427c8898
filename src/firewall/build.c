/* SPDX-License-Identifier: GPL-2.0-or-later */
/* build - the firewall's ops as a rule, as a command, and in the model */
#include <errno.h>

#include "firewall/build.h"
#include "firewall/text.h"

size_t fw_snat_near_misses(const struct snapshot *s, const struct fw_place *at,
			   const struct packet *pkt, struct near_miss *ret_misses, size_t max)
{
	return 0;
}

void fw_rule_ref(const struct snapshot *s, int ns, const struct nft_chain *chain, uint64_t handle,
		 struct rule_ref *ret)
{
	*ret = (struct rule_ref){
		.backend = "nft",
		.family = "ip",
		.table = xstrdup(chain->table),
		.chain = xstrdup(chain->name),
		.handle = handle,
		.policy = !handle,
	};
}

void rule_ref_done(struct rule_ref *r)
{
	free(r->table);
	free(r->chain);
	free(r->text);
	free(r->owner);
	*r = (struct rule_ref){ 0 };
}

void rule_ref_copy(struct rule_ref *dst, const struct rule_ref *src)
{
	*dst = *src;
	dst->table = src->table ? xstrdup(src->table) : NULL;
	dst->chain = src->chain ? xstrdup(src->chain) : NULL;
	dst->text = src->text ? xstrdup(src->text) : NULL;
	dst->owner = src->owner ? xstrdup(src->owner) : NULL;
}

bool fw_is_iptables_nft(const struct snapshot *s, int ns, const struct nft_chain *chain)
{
	return false;
}

char *fw_text(int ns_fd, const struct rule_ref *ref)
{
	return NULL;
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
