/* SPDX-License-Identifier: GPL-2.0-or-later */
/* firewall - what netfilter would do with a packet at one hook, computed from the rules' own bytecode */
#include <errno.h>

#include "firewall.h"
#include "firewall/build.h"
#include "firewall/text.h"
#include "op.h"

const char *hook_name(enum hook h)
{
	static const char *const names[HOOK_COUNT] = {
		[HOOK_INGRESS] = "ingress",
		[HOOK_PREROUTING] = "prerouting",
		[HOOK_INPUT] = "input",
		[HOOK_FORWARD] = "forward",
		[HOOK_OUTPUT] = "output",
		[HOOK_POSTROUTING] = "postrouting",
		[HOOK_EGRESS] = "egress",
	};

	return (unsigned int)h < HOOK_COUNT ? names[h] : "?";
}

void fw_eval(const struct snapshot *s, const struct fw_place *at, const struct packet *pkt,
	     struct fw_result *ret)
{
	*ret = (struct fw_result){ .verdict = FW_UNKNOWN, .mark = pkt->mark, .why = "not evaluated" };
}

const char *fw_legacy(const struct snapshot *s, int ns, enum hook h, bool want_nat)
{
	return NULL;
}

bool fw_has_chains(const struct snapshot *s, int ns)
{
	return snapshot_ns(s, ns)->chains.n > 0;
}

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

const struct nft_chain *ns_chain(const struct ns *ns, uint8_t family, const char *table,
				 const char *name)
{
	vec_each(c, &ns->chains)
		if (c->family == family && streq(c->table, table) && streq(c->name, name))
			return c;
	return NULL;
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
