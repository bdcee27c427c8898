/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nftcheck.h"

#include <netinet/in.h>

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "nl.h"

/* Expressions can hold expressions; the kernel stops long before. */
#define DEPTH_MAX 4

/*
 * What attributes look like, as a string: its n-th character describes
 * attribute n, in the order of the enums in linux/netfilter/nf_tables.h.
 *
 *	1 2 4 8	a number of so many bytes	s	a string, ended by NUL
 *	.	anything (padding, blobs)	v	a value (nft_data_attributes)
 *	e	an expression	d	a value or a verdict
 *	l	a list of expressions	m	a rule's compat
 *	i	a set element	I	a list of them
 *	S	a set's description
 *	f	a field of a concatenation	F	a list of them
 */
struct layout {
	uint16_t type;
	const char *attrs;
};

static const struct layout messages[] = {
	{ NFT_MSG_NEWRULE,    "ss8lm8..444" },
	{ NFT_MSG_NEWSET,     "ss444444S484..48el" },
	{ NFT_MSG_NEWSETELEM, "ssI4" },
};

static const struct {
	const char *name, *attrs;
} expressions[] = {
	{ "bitwise",      "444vv4v4" },
	{ "byteorder",    "44444" },
	{ "cmp",          "44v" },
	{ "connlimit",    "44" },
	{ "counter",      "88." },
	{ "ct",           "4414" },
	{ "dup",          "44" },
	{ "dynset",       "s44448e.4l" },
	{ "exthdr",       "4144444" },
	{ "fib",          "444" },
	{ "flow_offload", "s" },
	{ "fwd",          "444" },
	{ "hash",         "4444444s4" },
	{ "immediate",    "4d" },
	{ "inner",        "4444e" },
	{ "last",         "48." },
	{ "limit",        "88444." },
	{ "log",          "2s4244" },
	{ "lookup",       "s4444" },
	{ "masq",         "444" },
	{ "match",        "s4." },
	{ "meta",         "444" },
	{ "nat",          "4444444" },
	{ "notrack",      "" },
	{ "numgen",       "4444s4" },
	{ "objref",       "4s4s4" },
	{ "osf",          "414" },
	{ "payload",      "44444444" },
	{ "queue",        "2224" },
	{ "quota",        "84.8" },
	{ "range",        "44vv" },
	{ "redir",        "444" },
	{ "reject",       "41" },
	{ "rt",           "44" },
	{ "socket",       "444" },
	{ "synproxy",     "214" },
	{ "target",       "s4." },
	{ "tproxy",       "444" },
	{ "tunnel",       "444" },
	{ "xfrm",         "4414" },
};

static int check_attr(char what, struct nlspan payload, unsigned int depth);

/*
 * Attributes behind the end of the layout are of a newer kernel. Around
 * expressions and elements they only inform (new: 0); inside they may change what
 * is meant, and libnftnl writes those of set elements beyond its own array.
 */
static int check_layout(const char *attrs, struct nlspan span, unsigned int depth, int new)
{
	size_t n = strlen(attrs);
	struct nlspan payload;
	uint16_t type;
	int r;

	while ((r = nlfield_next(&span, &type, &payload)) > 0) {
		if (type == 0)
			continue;
		r = type <= n ? check_attr(attrs[type - 1], payload, depth) : new;
		if (r < 0)
			return r;
	}
	return r;
}

static int check_attrs(const char *attrs, struct nlspan span, unsigned int depth)
{
	return check_layout(attrs, span, depth, -EOPNOTSUPP);
}

/* Every member is of type NFTA_LIST_ELEM (1) and looks like `what`. */
static int check_list(char what, struct nlspan span, size_t max, unsigned int depth)
{
	struct nlspan payload;
	uint16_t type;
	int r;

	while ((r = nlfield_next(&span, &type, &payload)) > 0) {
		if (type != NFTA_LIST_ELEM || max-- == 0)
			return -EBADMSG;
		r = check_attr(what, payload, depth);
		if (r < 0)
			return r;
	}
	return r;
}

static int check_string(struct nlspan s)
{
	return s.n > 0 && ((const char *)s.p)[s.n - 1] == '\0' ? 0 : -EBADMSG;
}

struct verdict {
	uint32_t code;
	bool has_code;
	struct nlspan chain;
};

static const struct nlfield verdict_fields[] = {
	{ NFTA_VERDICT_CODE,  NLFIELD(U32, struct verdict, code) },
	{ NFTA_VERDICT_CODE,  NLFIELD(PRESENT, struct verdict, has_code) },
	{ NFTA_VERDICT_CHAIN, NLFIELD(SPAN, struct verdict, chain) },
	{ 0 },
};

static int check_verdict(struct nlspan span)
{
	struct verdict v = { 0 };
	int32_t code;

	if (check_attrs("4s4", span, 0) < 0 || nlfield_read(verdict_fields, span, &v) < 0 ||
	    !v.has_code)
		return -EBADMSG;
	code = (int32_t)ntohl(v.code);
	return (code == NFT_JUMP || code == NFT_GOTO) && !v.chain.p ? -EBADMSG : 0;
}

struct data {
	struct nlspan value, verdict;
};

static const struct nlfield data_fields[] = {
	{ NFTA_DATA_VALUE,   NLFIELD(SPAN, struct data, value) },
	{ NFTA_DATA_VERDICT, NLFIELD(SPAN, struct data, verdict) },
	{ 0 },
};

/* One of both; libnftnl takes the type of data that has neither from nowhere. */
static int check_data(struct nlspan span, bool may_be_verdict)
{
	struct data d = { 0 };

	if (nlfield_read(data_fields, span, &d) < 0 || !d.value.p == !d.verdict.p)
		return -EBADMSG;
	if (d.verdict.p)
		return may_be_verdict ? check_verdict(d.verdict) : -EBADMSG;
	return d.value.n > 0 && d.value.n <= NFT_DATA_VALUE_MAXLEN ? 0 : -EBADMSG;
}

struct expression {
	struct nlspan name, data;
};

static const struct nlfield expression_fields[] = {
	{ NFTA_EXPR_NAME, NLFIELD(SPAN, struct expression, name) },
	{ NFTA_EXPR_DATA, NLFIELD(SPAN, struct expression, data) },
	{ 0 },
};

static int check_expression(struct nlspan span, unsigned int depth)
{
	struct expression e = { 0 };

	if (nlfield_read(expression_fields, span, &e) < 0 || check_string(e.name) < 0)
		return -EBADMSG;
	if (depth >= DEPTH_MAX)
		return -EOPNOTSUPP;
	for (size_t i = 0; i < ARRAY_SIZE(expressions); i++)
		if (streq(e.name.p, expressions[i].name))
			return check_attrs(expressions[i].attrs, e.data, depth + 1);
	return -EOPNOTSUPP;
}

static int check_attr(char what, struct nlspan payload, unsigned int depth)
{
	switch (what) {
	case '1':
	case '2':
	case '4':
	case '8':
		return payload.n == (size_t)(what - '0') ? 0 : -EBADMSG;
	case 's':
		return check_string(payload);
	case 'v':
		return check_data(payload, false);
	case 'd':
		return check_data(payload, true);
	case 'e':
		return check_expression(payload, depth);
	case 'l':
		return check_list('e', payload, SIZE_MAX, depth);
	case 'm':
		return check_attrs("44", payload, depth);
	case 'i':
		return check_attrs("vd488.e.svl", payload, depth);
	case 'I':
		return check_list('i', payload, SIZE_MAX, depth);
	case 'S':
		return check_layout("4F", payload, depth, 0);
	case 'f':
		return check_attrs("4", payload, depth);
	case 'F':
		return check_list('f', payload, NFT_REG32_COUNT, depth);
	}
	return 0;
}

int nft_check_expression(struct nlspan e)
{
	return check_expression(e, 0);
}

int nft_check(const struct nlmsghdr *nlh)
{
	uint16_t message = nlh->nlmsg_type & 0xff;

	if (nlh->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
	    !nl_header(nlh, sizeof(struct nfgenmsg)))
		return -EBADMSG;
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++)
		if (messages[i].type == message)
			return check_layout(messages[i].attrs,
					    nlfield_attrs(nlh, sizeof(struct nfgenmsg)), 0, 0);
	return -EBADMSG;
}
