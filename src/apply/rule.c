/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policy rules: RTM_NEWRULE, RTM_DELRULE (net/core/fib_rules.c).
 *
 * A new rule stands behind those of the same priority. So a deleted one comes
 * back at its place when those that stood behind it are doubled at the end and
 * their first copies deleted: no rule is missing at any moment.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "collect/collector.h"
#include "netns.h"
#include "opkind.h"

struct rules {
	messages m;
	struct snapshot *s;
};

static void rules_done(struct rules *t)
{
	messages_free(&t->m);
	snapshot_free(t->s);
}

static int rules_read(struct nl *nl, uint8_t family, struct rules *ret)
{
	const struct fib_rule_hdr h = { .family = family };
	struct nl_buf b;
	int r = messages_dump(nl, nl_put(&b, RTM_GETRULE, 0, &h, sizeof(h)), &ret->m);

	return r < 0 ? r : messages_parse(&ret->m, COLLECT_RULE, &ret->s);
}

/* Whether its interface exists is for the kernel to find out again. */
static int send_again(struct nl *nl, const struct nlmsghdr *old, uint16_t type, uint16_t flags)
{
	_cleanup_(freep) struct nlmsghdr *nlh =
		message_again(old, type, flags, sizeof(struct fib_rule_hdr), NULL);
	struct fib_rule_hdr *h = mnl_nlmsg_get_payload(nlh);

	h->flags &= FIB_RULE_INVERT;
	return nl_request(nl, nlh, NULL, NULL);
}

/* Remembers the rule itself and those of its priority behind it. */
static int read_rule(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(rules_done) struct rules t = { 0 };
	bool found = false;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = rules_read(nl, c->op.rule.family, &t);
	if (r < 0)
		return r;
	vec_each(have, &t.s->ns.v[0].rules) {
		bool same = !found && op_same_rule(have, &c->op.rule);

		if (same || (found && have->priority == c->op.rule.priority))
			vec_push(&c->before.messages, message_dup(t.m.v[have->raw]));
		found = found || same;
	}
	if (!found)
		return apply_fail(-EALREADY, ret_why, "the rule is gone already");
	return 0;
}

static int do_rule(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : send_again(nl, c->before.messages.v[0], RTM_DELRULE, 0);
}

static int parse_old(const struct change *c, struct snapshot **ret)
{
	messages m = { .v = c->before.messages.v, .n = c->before.messages.n };
	int r = messages_parse(&m, COLLECT_RULE, ret);

	if (r == 0 && (m.n == 0 || (*ret)->ns.v[0].rules.n != m.n))
		r = -EINVAL;
	return r;
}

static bool is_there(const struct rules *t, const struct fib_rule *rule)
{
	vec_each(have, &t->s->ns.v[0].rules)
		if (op_same_rule(have, rule))
			return true;
	return false;
}

static int append_in_order(struct change *c, struct nl *nl, const struct rules *now,
			   const struct ns *old)
{
	int r = send_again(nl, c->before.messages.v[0], RTM_NEWRULE, NLM_F_CREATE);

	for (size_t i = 1; r == 0 && i < c->before.messages.n; i++) {
		if (!is_there(now, &old->rules.v[i]))
			continue;
		r = send_again(nl, c->before.messages.v[i], RTM_NEWRULE, NLM_F_CREATE);
		if (r == 0)
			r = send_again(nl, c->before.messages.v[i], RTM_DELRULE, 0);
	}
	return r;
}

static int undo_rule(struct change *c, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	_cleanup_(rules_done) struct rules t = { 0 };
	_cleanup_(snapshot_freep) struct snapshot *old = NULL;
	int r = parse_old(c, &old);

	if (r == 0)
		r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);
	if (r == 0)
		r = rules_read(nl, c->op.rule.family, &t);
	if (r < 0)
		return r;
	if (is_there(&t, &old->ns.v[0].rules.v[0]))
		return UNDO_NOTHING;
	r = append_in_order(c, nl, &t, &old->ns.v[0]);
	return r < 0 ? r : UNDO_DONE;
}

const struct applier apply_rule_del = {
	.read = read_rule, .apply = do_rule, .undo = undo_rule,
};
