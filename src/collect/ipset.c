/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ipset - what ipsets say about a packet
 *
 * Rules know a set by its index. Its name leads to its type, and this says
 * which parts of the packet an element is made of; then the kernel is asked
 * for just that element (IPSET_CMD_TEST), as ipset test does.
 */
#include <netinet/in.h>

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/ipset/ip_set.h>
#include <linux/netfilter/nfnetlink.h>

#include "collect/ipset.h"
#include "nlfield.h"

/* Behind the messages of nf_tables, as no message of the kernel's is. */
#define ANSWER_TYPE 0xfffd

/* --- the set ---------------------------------------------------------------- */

struct set_header {
	char name[IPSET_MAXNAMELEN], type[IPSET_MAXNAMELEN];
	uint8_t family;
};

static const struct nlfield header_fields[] = {
	{ IPSET_ATTR_SETNAME, NLFIELD(STRING, struct set_header, name) },
	{ IPSET_ATTR_TYPENAME, NLFIELD(STRING, struct set_header, type) },
	{ IPSET_ATTR_FAMILY, NLFIELD(U8, struct set_header, family) },
	{ 0 },
};

static struct nlmsghdr *request(struct nl_buf *b, unsigned int command)
{
	const struct nfgenmsg nfg = { .nfgen_family = AF_INET, .version = NFNETLINK_V0 };
	struct nlmsghdr *nlh = nl_put(b, (uint16_t)(NFNL_SUBSYS_IPSET << 8 | command), 0, &nfg,
				      sizeof(nfg));

	mnl_attr_put_u8(nlh, IPSET_ATTR_PROTOCOL, IPSET_PROTOCOL);
	return nlh;
}

static int take_header(const struct nlmsghdr *nlh, void *arg)
{
	return nlfield_read(header_fields, nlfield_attrs(nlh, sizeof(struct nfgenmsg)), arg);
}

static int read_header(struct nl *nl, uint16_t index, struct set_header *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = request(&b, IPSET_CMD_GET_BYINDEX);
	int r;

	mnl_attr_put_u16(nlh, IPSET_ATTR_INDEX | NLA_F_NET_BYTEORDER, htons(index));
	r = nl_request(nl, nlh, take_header, ret);
	if (r < 0)
		return r;
	nlh = request(&b, IPSET_CMD_HEADER);
	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, ret->name);
	return nl_request(nl, nlh, take_header, ret);
}

/* --- its element -------------------------------------------------------------- */

enum part {
	PART_NONE,
	PART_ADDR,
	PART_PORT,   /* and the protocol */
	PART_BARE_PORT,
	PART_IFACE,
};

/* What elements are made of, by dimension. Types that are not listed are not asked. */
static const struct set_type {
	const char *name;
	enum part parts[IPSET_DIM_THREE];
} types[] = {
	{ "bitmap:ip", { PART_ADDR } },
	{ "bitmap:port", { PART_BARE_PORT } },
	{ "hash:ip", { PART_ADDR } },
	{ "hash:net", { PART_ADDR } },
	{ "hash:ip,port", { PART_ADDR, PART_PORT } },
	{ "hash:net,port", { PART_ADDR, PART_PORT } },
	{ "hash:net,net", { PART_ADDR, PART_ADDR } },
	{ "hash:net,iface", { PART_ADDR, PART_IFACE } },
	{ "hash:ip,port,ip", { PART_ADDR, PART_PORT, PART_ADDR } },
	{ "hash:ip,port,net", { PART_ADDR, PART_PORT, PART_ADDR } },
	{ "hash:net,port,net", { PART_ADDR, PART_PORT, PART_ADDR } },
};

static const struct set_type *find_type(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (streq(types[i].name, name))
			return &types[i];
	return NULL;
}

static size_t dimensions(const struct set_type *t)
{
	size_t n = 0;

	while (n < ARRAY_SIZE(t->parts) && t->parts[n] != PART_NONE)
		n++;
	return n;
}

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

static void put_addr(struct nlmsghdr *nlh, uint16_t attr, const struct ipset_question *q, bool dst)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, attr);

	if (q->family == NFPROTO_IPV6)
		mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV6 | NLA_F_NET_BYTEORDER, 16, q->addrs[dst]);
	else
		mnl_attr_put(nlh, IPSET_ATTR_IPADDR_IPV4 | NLA_F_NET_BYTEORDER, 4, q->addrs[dst]);
	mnl_attr_nest_end(nlh, nest);
}

/* The element's part of dimension i (from 0). */
static void put_part(struct nlmsghdr *nlh, const struct set_type *t, size_t i,
		     const struct ipset_question *q)
{
	bool dst = !(q->flags & 1u << (i + 1)), again = false;

	for (size_t k = 0; k < i; k++)
		again |= t->parts[k] == PART_ADDR;
	switch (t->parts[i]) {
	case PART_ADDR:
		put_addr(nlh, again ? IPSET_ATTR_IP2 : IPSET_ATTR_IP, q, dst);
		return;
	case PART_PORT:
		mnl_attr_put_u8(nlh, IPSET_ATTR_PROTO, q->proto);
		/* fall through */
	case PART_BARE_PORT:
		mnl_attr_put_u16(nlh, IPSET_ATTR_PORT | NLA_F_NET_BYTEORDER, htons(q->ports[dst]));
		return;
	case PART_IFACE:
		mnl_attr_put_strz(nlh, IPSET_ATTR_IFACE, q->iface);
		return;
	case PART_NONE:
		return;
	}
}

/* Can such a packet be an element at all (ip_set_test(), and each type's kadt())? 1, 0 or -errno. */
static int can_be_element(const struct set_header *h, const struct set_type *t,
			  const struct ipset_question *q)
{
	if (q->dim < dimensions(t) || (h->family != NFPROTO_UNSPEC && h->family != q->family))
		return 0;
	for (size_t i = 0; i < dimensions(t); i++) {
		if (t->parts[i] == PART_IFACE && !q->iface[0])
			return 0;
		if (t->parts[i] == PART_BARE_PORT && !has_ports(q->proto))
			return 0;
		if ((t->parts[i] == PART_PORT || t->parts[i] == PART_BARE_PORT) && !q->has_ports)
			return -ENODATA;
	}
	return 1;
}

/* 1: it has the element, 0: it has not, or -errno. */
static int test(struct nl *nl, const struct ipset_question *q)
{
	struct set_header h = { 0 };
	const struct set_type *t;
	struct nlattr *data;
	struct nlmsghdr *nlh;
	struct nl_buf b;
	int r = read_header(nl, q->index, &h);

	if (r < 0)
		return r;
	t = find_type(h.type);
	if (!t)
		return -EOPNOTSUPP;
	r = can_be_element(&h, t, q);
	if (r <= 0)
		return r;
	nlh = request(&b, IPSET_CMD_TEST);
	mnl_attr_put_strz(nlh, IPSET_ATTR_SETNAME, h.name);
	data = mnl_attr_nest_start(nlh, IPSET_ATTR_DATA);
	for (size_t i = 0; i < dimensions(t); i++)
		put_part(nlh, t, i, q);
	mnl_attr_nest_end(nlh, data);
	r = nl_request(nl, nlh, NULL, NULL);
	return r == 0 ? 1 : r == -IPSET_ERR_EXIST ? 0 : r;
}

/* --- answers ------------------------------------------------------------------- */

void ipset_ask(struct collecting *c, struct nl *nl, int error, const struct ipset_question *q)
{
	struct ipset_answer *a;
	struct nlmsghdr *nlh;
	int r;

	if (ns_ipset_answer(c->ns, q))
		return;
	r = error < 0 ? error : test(nl, q);
	nlh = xcalloc(1, NLMSG_SPACE(sizeof(*a)));
	nlh->nlmsg_type = ANSWER_TYPE;
	nlh->nlmsg_len = NLMSG_LENGTH(sizeof(*a));
	a = NLMSG_DATA(nlh);
	a->question = *q;
	a->found = r > 0;
	/* the sets' own errors are none of strerror()'s */
	a->error = r <= -IPSET_ERR_PRIVATE ? -EINVAL : r < 0 ? r : 0;
	snapshot_own_block(c->s, nlh);
	collect_take(c->s, c->ns, COLLECT_NFT, nlh);
}

bool ipset_is_answer(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == ANSWER_TYPE;
}

int ipset_parse(struct ns *ns, const struct nlmsghdr *nlh)
{
	struct ipset_answer a;

	if (nlh->nlmsg_len != NLMSG_LENGTH(sizeof(a)))
		return -EBADMSG;
	memcpy(&a, NLMSG_DATA(nlh), sizeof(a));
	if (a.error > 0 || a.found > 1)
		return -EBADMSG;
	vec_push(&ns->ipsets, a);
	return 0;
}
