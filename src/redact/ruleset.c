/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ruleset - what tells of somebody in tables, chains, sets and elements of nf_tables */
#include <netinet/in.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <libnftnl/set.h>

#include "collect/ipset.h"
#include "collect/nft.h"
#include "firewall.h"
#include "redact/redactor.h"
#include "redact/rule.h"

/* --- elements --------------------------------------------------------------- */

/* Types of what is in a set, as nft numbers them (include/datatype.h there); those that matter, and the last one. */
enum {
	TYPE_INTEGER = 4,
	TYPE_STRING = 5,
	TYPE_LLADDR = 6,
	TYPE_IPADDR = 7,
	TYPE_IP6ADDR = 8,
	TYPE_ETHERADDR = 9,
	TYPE_CT_LABEL = 30,
	TYPE_IFNAME = 41,
	TYPE_TIME_DATE = 43,
	TYPE_LAST = 46,
};

#define TYPE_BITS 6

/* Of one field of a concatenation, which fills whole words of 4 bytes. */
static size_t type_size(uint32_t type)
{
	switch (type) {
	case TYPE_IP6ADDR:
	case TYPE_IFNAME:
	case TYPE_CT_LABEL:
		return 16;
	case TYPE_ETHERADDR:
	case TYPE_TIME_DATE:
		return 8;
	default:
		return 4;
	}
}

/* One, or both ends of a range, which what a map has for a key can be. */
static void addrs(struct redactor *r, uint8_t family, uint8_t *bytes, size_t n)
{
	const size_t len = addr_len(family);

	if (n != len && n != 2 * len) {
		redactor_refuse(r, "an address of %zu bytes", n);
		return;
	}
	for (size_t at = 0; at < n; at += len)
		redactor_bytes(r, family, bytes + at);
}

static void value_of(struct redactor *r, uint32_t type, bool ordered, uint8_t *bytes, size_t n)
{
	switch (type) {
	case TYPE_IPADDR:
		addrs(r, AF_INET, bytes, n);
		break;
	case TYPE_IP6ADDR:
		addrs(r, AF_INET6, bytes, n);
		break;
	case TYPE_ETHERADDR:
		if (ordered)
			redactor_refuse(r, "a set with ranges of MAC addresses");
		else if (n == 6 || n == type_size(TYPE_ETHERADDR))
			redactor_mac(r, bytes);
		else
			redactor_refuse(r, "a MAC address of %zu bytes", n);
		break;
	case TYPE_IFNAME:
		if (ordered)
			redactor_refuse(r, "a set with beginnings of interface names");
		else
			redactor_name(r, (char *)bytes, n);
		break;
	default:
		/* what nft calls an integer or a string may be a part of an address or of a name */
		if (type == 0 || type > TYPE_LAST || (type >= TYPE_INTEGER && type <= TYPE_LLADDR && n > 2))
			redactor_refuse(r, "a set of a type that is not known (%u)", type);
	}
}

/* A key, or what a map has for it; ordered: elements are the ends of ranges. */
static void value(struct redactor *r, uint32_t type, bool ordered, uint8_t *bytes, size_t n)
{
	uint32_t fields[6];
	size_t count = 0, at = 0;

	for (; type && count < ARRAY_SIZE(fields); type >>= TYPE_BITS)
		fields[count++] = type & ((1u << TYPE_BITS) - 1);
	if (count <= 1) {
		value_of(r, count ? fields[0] : 0, ordered, bytes, n);
		return;
	}
	/* the last one is said first; of a concatenation both ends are whole keys */
	while (count--) {
		size_t size = type_size(fields[count]);

		if (size > n - at) {
			redactor_refuse(r, "a set of a type that is not known");
			return;
		}
		value_of(r, fields[count], false, bytes + at, size);
		at += size;
	}
	if (at != n)
		redactor_refuse(r, "a set of a type that is not known");
}

static bool is_ordered(const struct nftnl_set *set)
{
	return nftnl_set_get_u32(set, NFTNL_SET_FLAGS) & NFT_SET_INTERVAL;
}

void redactor_key(struct redactor *r, const struct nft_set *set, uint8_t *key, size_t n)
{
	value(r, nftnl_set_get_u32(set->ns, NFTNL_SET_KEY_TYPE), is_ordered(set->ns), key, n);
}

static const struct redact_row verdict_rows[] = {
	{ .attr = NFTA_VERDICT_CODE }, { .attr = NFTA_VERDICT_CHAIN, REDACT_NAME }, { 0 },
};

void redactor_verdict(struct redactor *r, void *bytes, size_t n)
{
	redactor_walk(r, bytes, n, verdict_rows, NULL);
}

/* NFTA_DATA_VALUE or NFTA_DATA_VERDICT. */
static void data(struct redactor *r, uint32_t type, bool ordered, void *bytes, size_t n)
{
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		size_t size;
		void *payload = redactor_payload(a, &size);

		if ((a->nla_type & NLA_TYPE_MASK) == NFTA_DATA_VERDICT)
			redactor_verdict(r, payload, size);
		else
			value(r, type, ordered, payload, size);
	}
}

static void element(struct redactor *r, const struct nftnl_set *set, void *bytes, size_t n)
{
	const bool ordered = is_ordered(set);
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		size_t size;
		void *payload = redactor_payload(a, &size);

		switch (a->nla_type & NLA_TYPE_MASK) {
		case NFTA_SET_ELEM_KEY:
		case NFTA_SET_ELEM_KEY_END:
			data(r, nftnl_set_get_u32(set, NFTNL_SET_KEY_TYPE), ordered, payload, size);
			break;
		case NFTA_SET_ELEM_DATA:
			data(r, nftnl_set_get_u32(set, NFTNL_SET_DATA_TYPE), false, payload, size);
			break;
		case NFTA_SET_ELEM_OBJREF:
			redactor_name(r, payload, size);
			break;
		case NFTA_SET_ELEM_USERDATA:
			redactor_clear(r, payload, size);
			break;
		case NFTA_SET_ELEM_FLAGS:
		case NFTA_SET_ELEM_TIMEOUT:
		case NFTA_SET_ELEM_EXPIRATION:
		case NFTA_SET_ELEM_PAD:
		case NFTA_SET_ELEM_EXPR: /* counters and limits */
		case NFTA_SET_ELEM_EXPRESSIONS:
			break;
		default:
			redactor_clear(r, payload, size);
		}
	}
}

static void elements(struct redactor *r, const struct nftnl_set *set, void *bytes, size_t n)
{
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		size_t size;
		void *payload = redactor_payload(a, &size);

		element(r, set, payload, size);
	}
}

/* As long as the names are the old ones. */
static const struct nftnl_set *set_of(const struct redactor *r, uint8_t family, const char *table, const char *name)
{
	const struct nft_set *set = table && name ? ns_set(r->ns, family, table, name) : NULL;

	return set ? set->ns : NULL;
}

static void set_elements(struct redactor *r, uint8_t family, void *bytes, size_t n)
{
	const struct nftnl_set *set = set_of(r, family, redactor_text(bytes, n, NFTA_SET_ELEM_LIST_TABLE),
					     redactor_text(bytes, n, NFTA_SET_ELEM_LIST_SET));
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		size_t size;
		void *payload = redactor_payload(a, &size);

		switch (a->nla_type & NLA_TYPE_MASK) {
		case NFTA_SET_ELEM_LIST_TABLE:
		case NFTA_SET_ELEM_LIST_SET:
			redactor_name(r, payload, size);
			break;
		case NFTA_SET_ELEM_LIST_ELEMENTS:
			/* of a set that is not looked at, nor are they */
			if (set)
				elements(r, set, payload, size);
			else
				redactor_clear(r, payload, size);
			break;
		default:
			redactor_clear(r, payload, size);
		}
	}
}

/* --- tables, chains, sets ---------------------------------------------------- */

static const struct redact_row table_rows[] = {
	{ .attr = NFTA_TABLE_NAME, REDACT_NAME }, { .attr = NFTA_TABLE_FLAGS }, { .attr = NFTA_TABLE_HANDLE }, { 0 },
};

#define DEVICE_PREFIX 2 /* since Linux 6.17 */

static const struct redact_row device_rows[] = {
	{ .attr = NFTA_DEVICE_NAME, REDACT_NAME }, { .attr = DEVICE_PREFIX, REDACT_NAME }, { 0 },
};

static const struct redact_row hook_rows[] = {
	{ .attr = NFTA_HOOK_HOOKNUM }, { .attr = NFTA_HOOK_PRIORITY }, { .attr = NFTA_HOOK_DEV, REDACT_NAME },
	{ .attr = NFTA_HOOK_DEVS, REDACT_NEST, device_rows }, { 0 },
};

static const struct redact_row chain_rows[] = {
	{ .attr = NFTA_CHAIN_TABLE, REDACT_NAME }, { .attr = NFTA_CHAIN_NAME, REDACT_NAME },
	{ .attr = NFTA_CHAIN_HANDLE }, { .attr = NFTA_CHAIN_HOOK, REDACT_NEST, hook_rows },
	{ .attr = NFTA_CHAIN_POLICY }, { .attr = NFTA_CHAIN_TYPE }, { .attr = NFTA_CHAIN_FLAGS },
	{ .attr = NFTA_CHAIN_COUNTERS }, { 0 },
};

/* Expressions that each element has: counters and limits. */
static const struct redact_row set_rows[] = {
	{ .attr = NFTA_SET_TABLE, REDACT_NAME }, { .attr = NFTA_SET_NAME, REDACT_NAME }, { .attr = NFTA_SET_FLAGS },
	{ .attr = NFTA_SET_KEY_TYPE }, { .attr = NFTA_SET_KEY_LEN }, { .attr = NFTA_SET_DATA_TYPE },
	{ .attr = NFTA_SET_DATA_LEN }, { .attr = NFTA_SET_POLICY }, { .attr = NFTA_SET_DESC }, { .attr = NFTA_SET_ID },
	{ .attr = NFTA_SET_TIMEOUT }, { .attr = NFTA_SET_GC_INTERVAL }, { .attr = NFTA_SET_OBJ_TYPE },
	{ .attr = NFTA_SET_HANDLE }, { .attr = NFTA_SET_EXPR }, { .attr = NFTA_SET_EXPRESSIONS }, { 0 },
};

/* --- ipsets -------------------------------------------------------------------- */

/* In a file, messages are not aligned. */
static void ipset_answer(struct redactor *r, void *bytes)
{
	struct ipset_answer a;
	struct ipset_question *q = &a.question;

	memcpy(&a, bytes, sizeof(a));
	for (size_t i = 0; i < ARRAY_SIZE(q->addrs); i++)
		redactor_bytes(r, q->family == NFPROTO_IPV6 ? AF_INET6 : AF_INET, q->addrs[i]);
	redactor_name(r, q->iface, sizeof(q->iface));
	memcpy(bytes, &a, sizeof(a));
}

bool redactor_ipset(struct redactor *r, struct nlmsghdr *nlh)
{
	const size_t n = nlh->nlmsg_len - NLMSG_HDRLEN;
	char *bytes = (char *)nlh + NLMSG_HDRLEN;
	const size_t name_at = offsetof(struct ipset_name, name);

	if (ipset_is_answer(nlh) && n == sizeof(struct ipset_answer))
		ipset_answer(r, bytes);
	else if (ipset_is_name(nlh) && n == sizeof(struct ipset_name))
		redactor_name(r, bytes + name_at, n - name_at);
	else if (ipset_is_answer(nlh) || ipset_is_name(nlh))
		redactor_refuse(r, "a message that is not whole");
	else
		return false;
	return true;
}

/* --- the messages of nf_tables --------------------------------------------------- */

static const struct redact_row gen_rows[] = { { .attr = NFTA_GEN_ID }, { 0 } };

void redactor_nft(struct redactor *r, struct nlmsghdr *nlh)
{
	const struct nfgenmsg *nfg = NLMSG_DATA(nlh);
	const size_t header = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(*nfg));
	char *bytes = (char *)nlh + header;
	size_t n = nlh->nlmsg_len - header;

	if (nlh->nlmsg_len < header) {
		redactor_refuse(r, "a message that is not whole");
		return;
	}
	if (redactor_ipset(r, nlh))
		return;
	switch (nlh->nlmsg_type) {
	case NFT_TYPE(NFT_MSG_NEWTABLE):
		redactor_walk(r, bytes, n, table_rows, NULL);
		return;
	case NFT_TYPE(NFT_MSG_NEWCHAIN):
		redactor_walk(r, bytes, n, chain_rows, NULL);
		return;
	case NFT_TYPE(NFT_MSG_NEWRULE):
		redactor_rule(r, nfg->nfgen_family, bytes, n);
		return;
	case NFT_TYPE(NFT_MSG_NEWSET):
		redactor_walk(r, bytes, n, set_rows, NULL);
		return;
	case NFT_TYPE(NFT_MSG_NEWSETELEM):
		set_elements(r, nfg->nfgen_family, bytes, n);
		return;
	case NFT_TYPE(NFT_MSG_NEWGEN):
		redactor_walk(r, bytes, n, gen_rows, NULL);
		return;
	}
	redactor_clear(r, bytes, n);
}
