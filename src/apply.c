/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "apply.h"

#include <errno.h>
#include <stdarg.h>

#include "apply/applier.h"
#include "opkind.h"

static const struct applier *const appliers[OP_KINDS] = {
	[OP_SYSCTL] = &apply_sysctl,
	[OP_LINK_UP] = &apply_link_up,
	[OP_LINK_ARP] = &apply_link_arp,
	[OP_LINK_MASTER] = &apply_link_master,
	[OP_LINK_MTU] = &apply_link_mtu,
	[OP_PORT_STATE] = &apply_port_state,
	[OP_PORT_ISOLATED] = &apply_port_isolated,
	[OP_PORT_FLAG] = &apply_port_flag,
	[OP_FDB_DEL] = &apply_fdb_del,
	[OP_ADDR_ADD] = &apply_addr_add,
	[OP_ROUTE_ADD] = &apply_route_add,
	[OP_ROUTE_DEL] = &apply_route_del,
	[OP_RULE_DEL] = &apply_rule_del,
	[OP_NEIGH_DEL] = &apply_neigh_del,
	[OP_NFT_ACCEPT] = &apply_nft,
	[OP_NFT_MASQUERADE] = &apply_nft,
	[OP_LEGACY_ACCEPT] = &apply_legacy,
	[OP_LEGACY_MASQUERADE] = &apply_legacy,
	[OP_NFT_DNAT] = &apply_nft,
	[OP_LEGACY_DNAT] = &apply_legacy,
	[OP_CT_DELETE] = &apply_conntrack,
};

int apply_read(struct change *c, char **ret_why)
{
	int r = appliers[c->op.kind]->read(c, ret_why);

	/* what the op was made from may be old */
	if (r == 0 && (op_rows[c->op.kind].uses & USES_VALUE))
		c->op.old = c->before.value;
	return r;
}

int apply_do(struct change *c, char **ret_why)
{
	return appliers[c->op.kind]->apply(c, ret_why);
}

int apply_undo(struct change *c, char **ret_why)
{
	return appliers[c->op.kind]->undo(c, ret_why);
}

int apply_fail(int error, char **ret_why, const char *format, ...)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct strbuf visible = { 0 };
	va_list ap;

	va_start(ap, format);
	strbuf_vprintf(&text, format, ap);
	va_end(ap);
	/* names of interfaces, tables and chains are anybody's choice */
	strbuf_visible(&visible, strbuf_str(&text));
	free(*ret_why);
	*ret_why = strbuf_take(&visible);
	return error;
}

struct ifname apply_ifname(const struct change *c, int ifindex)
{
	return ns_ifname(snapshot_ns(c->s, c->op.ns), ifindex);
}

/* --- what was before, as words of the journal ------------------------------ */

void before_done(struct before *before)
{
	vec_each(s, &before->sysctls)
		free(s->name);
	vec_free(&before->sysctls);
	vec_each(m, &before->messages)
		free(*m);
	vec_free(&before->messages);
	*before = (struct before){ 0 };
}

static void put_message(struct strbuf *b, const struct nlmsghdr *nlh)
{
	const unsigned char *bytes = (const unsigned char *)nlh;

	strbuf_puts(b, " message=");
	for (size_t i = 0; i < nlh->nlmsg_len; i++)
		strbuf_printf(b, "%02x", bytes[i]);
}

void before_serialize(const struct before *before, struct strbuf *b)
{
	strbuf_printf(b, "value=%d table=%d chain=%d handle=%llu", before->value, before->table,
		      before->chain, (unsigned long long)before->handle);
	vec_each(s, &before->sysctls) {
		strbuf_printf(b, " sysctl=%d:", s->value);
		op_text_put(b, s->name);
	}
	vec_each(m, &before->messages)
		put_message(b, *m);
}

static int get_bool(const char *text, bool *ret)
{
	if (!streq(text, "0") && !streq(text, "1"))
		return -EINVAL;
	*ret = *text == '1';
	return 0;
}

static int get_sysctl(char *text, struct before *before)
{
	char *colon = strchr(text, ':');
	int value;

	if (!colon)
		return -EINVAL;
	*colon = '\0';
	if (op_int_get(text, &value) < 0 || op_text_get(colon + 1) < 0)
		return -EINVAL;
	vec_push(&before->sysctls, ((struct old_sysctl){ xstrdup(colon + 1), value }));
	return 0;
}

/*
 * A message must be exactly as long as it says; room for the padding of its last attribute
 * follows.
 */
static int get_message(const char *text, struct before *before)
{
	size_t n = strlen(text) / 2;
	_cleanup_(freep) unsigned char *bytes = xcalloc(NLMSG_ALIGN(n) + 1, 1);
	struct nlmsghdr head;

	if (strlen(text) % 2 || n < sizeof(head))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		int byte = op_hex_byte(text + i * 2);

		if (byte < 0)
			return -EINVAL;
		bytes[i] = (unsigned char)byte;
	}
	memcpy(&head, bytes, sizeof(head));
	if (head.nlmsg_len != n)
		return -EINVAL;
	vec_push(&before->messages, (struct nlmsghdr *)bytes);
	bytes = NULL;
	return 0;
}

static int get_word(char *word, struct before *before)
{
	char *value = strchr(word, '=');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (streq(word, "value"))
		return op_int_get(value, &before->value);
	if (streq(word, "table"))
		return get_bool(value, &before->table);
	if (streq(word, "chain"))
		return get_bool(value, &before->chain);
	if (streq(word, "handle"))
		return op_uint_get(value, UINT64_MAX, &before->handle);
	if (streq(word, "sysctl"))
		return get_sysctl(value, before);
	if (streq(word, "message"))
		return get_message(value, before);
	return -EINVAL;
}

int before_parse(const char *line, struct before *ret)
{
	_cleanup_(before_done) struct before before = { 0 };
	_cleanup_(strbuf_done) struct strbuf again = { 0 };
	_cleanup_(freep) char *copy = xstrdup(line);
	char *rest = NULL;

	for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		if (get_word(w, &before) < 0)
			return -EINVAL;
	before_serialize(&before, &again);
	if (!streq(strbuf_str(&again), line))
		return -EINVAL;
	*ret = before;
	before = (struct before){ 0 };
	return 0;
}
