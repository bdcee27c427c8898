/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rule traces of nf_tables, native and iptables-nft. A packet is traced from a
 * rule "meta nftrace set 1" on, until it leaves the namespace or, as received
 * again from a veth, is a new packet. So tables of our own stand before all
 * others in each family that has base chains. They carry NFT_TABLE_F_OWNER
 * (Linux 5.12): the kernel removes them when our socket closes, however we end.
 *
 * Messages: NFTA_TRACE_* in linux/netfilter/nf_tables.h, made by
 * net/netfilter/nf_tables_trace.c. Only the first message of a packet's way
 * through a base chain carries headers (40 bytes from the network header on,
 * 20 from the transport header on); the others are joined to it by id.
 */
#include "capture/capture.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <limits.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_bridge.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "nftexpr.h"
#include "nftown.h"
#include "nl.h"
#include "nlfield.h"

#define RECEIVE_BUFFER (4 << 20)
#define AT_ONCE        4096
/* A peer's packets that are traced, per second: a busy one is not to fill the socket with what is not ours. */
#define PEER_RATE      250
/* On their way at the same time. */
#define PACKETS_MAX    1024

/* linux/netfilter.h: inet's name of netdev's ingress (Linux 5.10) */
#define HOOK_INET_INGRESS 5

/* A packet that is being traced. */
struct traced {
	uint32_t id; /* NFTA_TRACE_ID */
	struct identity who;
	struct packet pkt;
	int iif, oif;
};

struct nftrace {
	struct nl *owner;
	int fd;
	struct marks marks;
	char table[32];
	VEC(struct traced) packets;
	unsigned int transactions;
};

/* --- our tables --- */

/* Bytes of the transport header, masked where there is a mask. */
static void add_load(struct nftnl_rule *r, uint32_t off, uint32_t n, const void *mask)
{
	nftexpr_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, off, n);
	if (mask)
		nftexpr_mask(r, mask, n);
}

static void add_is_proto(struct nftnl_rule *r, uint8_t proto)
{
	nftexpr_meta(r, NFT_META_L4PROTO);
	nftexpr_cmp(r, NFT_CMP_EQ, &proto, 1);
}

/* "meta nftrace set 1", and the rule is complete. */
static void end_rule(struct nftown *o, struct nftnl_rule *r)
{
	static const uint8_t one = 1;
	struct nftnl_expr *e;

	nftexpr_data(r, &one, sizeof(one));
	e = nftexpr_add(r, "meta");
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, NFT_META_NFTRACE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_SREG, NFT_REG_1);
	nftown_add_rule(o, r);
}

/* The token stands so far into the transport header: 8 bytes with an echo of either family. */
static void add_token_rule(struct nftown *o, const char *chain, const struct marks *m, uint32_t off)
{
	struct nftnl_rule *r = nftown_rule(o, chain);

	add_load(r, off, sizeof(m->token), NULL);
	nftexpr_cmp(r, NFT_CMP_EQ, m->token, sizeof(m->token));
	end_rule(o, r);
}

/* The number at off of a TCP segment is one of ours, ends in low, and (flags & mask) compares so with value. */
static void add_tcp_rule(struct nftown *o, const char *chain, const struct marks *m, uint32_t off,
			 uint8_t low, uint8_t mask, uint32_t op, uint8_t value)
{
	static const uint8_t bits[4] = { 0xff, 0xff, 0, 3 };
	uint8_t seq[4] = { (uint8_t)(m->seq >> 24), (uint8_t)(m->seq >> 16), 0, low };
	struct nftnl_rule *r = nftown_rule(o, chain);

	add_is_proto(r, IPPROTO_TCP);
	add_load(r, off, 4, bits);
	nftexpr_cmp(r, NFT_CMP_EQ, seq, sizeof(seq));
	add_load(r, 13, 1, &mask);
	nftexpr_cmp(r, op, &value, 1);
	end_rule(o, r);
}

/* What comes from a peer may be the answer to a datagram. */
static void add_peer_rule(struct nftown *o, const char *chain, const struct udp_peer *p)
{
	struct nftnl_rule *r = nftown_rule(o, chain);
	uint8_t port[2] = { (uint8_t)(p->port >> 8), (uint8_t)p->port };
	uint32_t n = (uint32_t)addr_len(p->addr.family);

	add_is_proto(r, IPPROTO_UDP);
	nftexpr_payload(r, NFT_PAYLOAD_NETWORK_HEADER, p->addr.family == AF_INET6 ? 8 : 12, n);
	nftexpr_cmp(r, NFT_CMP_EQ, p->addr.b, n);
	add_load(r, 0, sizeof(port), NULL);
	nftexpr_cmp(r, NFT_CMP_EQ, port, sizeof(port));
	nftexpr_limit(r, PEER_RATE);
	end_rule(o, r);
}

static void add_hook(struct nftown *o, const struct lookout *l, const char *chain, uint32_t hook,
		     const char **devs)
{
	const uint8_t all = TH_SYN | TH_ACK | TH_RST | TH_FIN;
	const struct marks *m = &l->marks;

	nftown_chain(o, chain, hook, INT_MIN, devs);
	add_token_rule(o, chain, m, 8);
	/* ICMP errors that quote an echo: 8, an IP header, 8 */
	add_token_rule(o, chain, m, 8 + 20 + 8);
	add_token_rule(o, chain, m, 8 + 40 + 8);
	if (l->peers.n > 0)
		add_token_rule(o, chain, m, 8 + DNS_TOKEN_AT);
	vec_each(p, &l->peers)
		add_peer_rule(o, chain, p);
	/* SYN by its sequence number; SYN-ACK or RST by what it acknowledges; what follows on them likewise */
	add_tcp_rule(o, chain, m, 4, 0, all, NFT_CMP_EQ, TH_SYN);
	add_tcp_rule(o, chain, m, 8, 1, TH_SYN | TH_RST, NFT_CMP_NEQ, 0);
	add_tcp_rule(o, chain, m, 4, SEQ_FOLLOWS, all, NFT_CMP_EQ, TH_ACK);
	add_tcp_rule(o, chain, m, 8, SEQ_FOLLOWS + 1, all, NFT_CMP_EQ, TH_ACK);
}

/* What is traced in one namespace. */
struct wishes {
	bool ip, bridge, ingress, egress;
	const char *devs[129]; /* ended by NULL; the kernel takes up to 256 a chain */
	size_t n_devs;
};

static void wish_dev(struct wishes *w, const char *name)
{
	for (size_t i = 0; i < w->n_devs; i++)
		if (streq(w->devs[i], name))
			return;
	if (w->n_devs < ARRAY_SIZE(w->devs) - 1)
		w->devs[w->n_devs++] = name;
}

static void wish_chain(struct wishes *w, const struct nft_chain *c)
{
	switch (c->family) {
	case NFPROTO_INET:
		if (c->hook == HOOK_INET_INGRESS)
			w->ingress = true;
		else
			w->ip = true;
		break;
	case NFPROTO_IPV4:
	case NFPROTO_IPV6:
		w->ip = true;
		break;
	case NFPROTO_BRIDGE:
		w->bridge = true;
		break;
	case NFPROTO_NETDEV:
		if (c->hook == HOOK_NETDEV_EGRESS)
			w->egress = true;
		else
			w->ingress = true;
		break;
	}
	if (c->dev)
		wish_dev(w, c->dev);
}

static struct wishes wishes_of(const struct ns *ns)
{
	struct wishes w = { 0 };

	vec_each(c, &ns->chains)
		if (c->base)
			wish_chain(&w, c);
	/* a chain can have more devices than the first */
	if (w.ingress || w.egress)
		vec_each(l, &ns->links)
			wish_dev(&w, l->name);
	return w;
}

static int add_family(struct nftrace *t, const struct lookout *l, uint8_t family, struct wishes *w)
{
	struct nftown o;
	int r;

	nftown_begin(&o, family, t->table);
	switch (family) {
	case NFPROTO_INET:
		add_hook(&o, l, "prerouting", NF_INET_PRE_ROUTING, NULL);
		add_hook(&o, l, "output", NF_INET_LOCAL_OUT, NULL);
		break;
	case NFPROTO_BRIDGE:
		add_hook(&o, l, "prerouting", NF_BR_PRE_ROUTING, NULL);
		add_hook(&o, l, "output", NF_BR_LOCAL_OUT, NULL);
		break;
	case NFPROTO_NETDEV:
		if (w->ingress)
			add_hook(&o, l, "ingress", NF_NETDEV_INGRESS, w->devs);
		if (w->egress)
			add_hook(&o, l, "egress", HOOK_NETDEV_EGRESS, w->devs);
		break;
	}
	r = nftown_commit(&o, t->owner);
	t->transactions += r == 0;
	return r;
}

static int add_tables(struct nftrace *t, const struct lookout *l, struct wishes *w)
{
	int r = 0;

	if (w->ip)
		r = add_family(t, l, NFPROTO_INET, w);
	if (r == 0 && w->bridge)
		r = add_family(t, l, NFPROTO_BRIDGE, w);
	if (r == 0 && (w->ingress || w->egress) && w->n_devs > 0)
		r = add_family(t, l, NFPROTO_NETDEV, w);
	return r;
}

/* --- the messages --- */

static int listen_open(void)
{
	_cleanup_(closep) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
					  NETLINK_NETFILTER);
	/* bound, since what has no port id of its own gets no broadcast */
	const struct sockaddr_nl to = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1 << (NFNLGRP_NFTRACE - 1),
	};
	const int size = RECEIVE_BUFFER;
	int r;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(fd, (const struct sockaddr *)&to, sizeof(to)) < 0)
		return -errno;
	r = fd;
	fd = -1;
	return r;
}

struct nftrace *nftrace_new(const struct marks *m)
{
	struct nftrace *t = xcalloc(1, sizeof(*t));

	t->marks = *m;
	t->fd = -1;
	snprintf(t->table, sizeof(t->table), NFTOWN_PREFIX "%d", (int)getpid());
	return t;
}

int nftrace_open(const struct ns *ns, const struct lookout *l, struct nftrace **ret)
{
	struct wishes w = wishes_of(ns);
	struct nftrace *t;
	int r;

	if (!w.ip && !w.bridge && !w.ingress && !w.egress)
		return -ENOENT;
	t = nftrace_new(&l->marks);
	t->fd = listen_open();
	r = t->fd < 0 ? t->fd : nl_open(NETLINK_NETFILTER, &t->owner);
	if (r == 0)
		r = add_tables(t, l, &w);
	if (r < 0) {
		nftrace_close(t);
		return r;
	}
	*ret = t;
	return 0;
}

unsigned int nftrace_transactions(const struct nftrace *t)
{
	return t->transactions;
}

int nftrace_fd(const struct nftrace *t)
{
	return t->fd;
}

void nftrace_close(struct nftrace *t)
{
	if (!t)
		return;
	closep(&t->fd);
	nl_close(t->owner);
	vec_free(&t->packets);
	free(t);
}

/* Numbers are big-endian. */
struct message {
	char table[NFT_NAME_MAXLEN], chain[NFT_NAME_MAXLEN], jump[NFT_NAME_MAXLEN];
	uint64_t handle;
	uint32_t type, verdict, policy, id, iif, oif, mark;
	struct nlspan network, transport;
};

static const struct nlfield verdict_fields[] = {
	{ NFTA_VERDICT_CODE,  NLFIELD(U32, struct message, verdict) },
	{ NFTA_VERDICT_CHAIN, NLFIELD(STRING, struct message, jump) },
	{ 0 },
};

static const struct nlfield message_fields[] = {
	{ NFTA_TRACE_TABLE,            NLFIELD(STRING, struct message, table) },
	{ NFTA_TRACE_CHAIN,            NLFIELD(STRING, struct message, chain) },
	{ NFTA_TRACE_RULE_HANDLE,      NLFIELD(U64, struct message, handle) },
	{ NFTA_TRACE_TYPE,             NLFIELD(U32, struct message, type) },
	{ NFTA_TRACE_VERDICT,          NLFIELD_NESTED(verdict_fields) },
	{ NFTA_TRACE_ID,               NLFIELD(U32, struct message, id) },
	{ NFTA_TRACE_NETWORK_HEADER,   NLFIELD(SPAN, struct message, network) },
	{ NFTA_TRACE_TRANSPORT_HEADER, NLFIELD(SPAN, struct message, transport) },
	{ NFTA_TRACE_IIF,              NLFIELD(U32, struct message, iif) },
	{ NFTA_TRACE_OIF,              NLFIELD(U32, struct message, oif) },
	{ NFTA_TRACE_MARK,             NLFIELD(U32, struct message, mark) },
	{ NFTA_TRACE_POLICY,           NLFIELD(U32, struct message, policy) },
	{ 0 },
};

static struct traced *traced_find(struct nftrace *t, uint32_t id)
{
	for (size_t i = t->packets.n; i-- > 0;)
		if (t->packets.v[i].id == id)
			return &t->packets.v[i];
	return NULL;
}

static bool read_headers(const struct nftrace *t, const struct observations *o,
			 const struct message *m, struct traced *p)
{
	struct pkt_headers h;
	struct pkt rest;

	if (pkt_network(pkt_view(m->network.p, m->network.n), &h, &rest) < 0 ||
	    pkt_transport(pkt_view(m->transport.p, m->transport.n), &h) < 0)
		return false;
	/* our rule, or that of another run, knows whom it quotes, and 20 bytes do not tell */
	if (h.kind == PKT_ICMP_ERROR)
		p->who = (struct identity){ -1, -1, false };
	else if (!identify_packet(&t->marks, o, &h, &p->who))
		return false;
	p->pkt = h.pkt;
	p->pkt.reply = p->who.reply;
	p->iif = (int)be32toh(m->iif);
	p->oif = (int)be32toh(m->oif);
	return true;
}

/* Ids come again: headers tell anew whose the id is. */
static const struct traced *join(struct nftrace *t, const struct observations *o,
				 const struct message *m)
{
	struct traced *known = traced_find(t, m->id);
	struct traced p = { .id = m->id };

	if (m->network.n == 0)
		return known;
	if (!read_headers(t, o, m, &p)) {
		if (known)
			vec_remove(&t->packets, (size_t)(known - t->packets.v));
		return NULL;
	}
	if (!known && t->packets.n < PACKETS_MAX) {
		known = vec_add(&t->packets);
	} else if (!known) {
		/* the oldest has come to its end long ago */
		vec_remove(&t->packets, 0);
		known = vec_add(&t->packets);
	}
	*known = p;
	return known;
}

static bool read_type(uint32_t type, enum trace_type *ret)
{
	switch (type) {
	case NFT_TRACETYPE_RULE:
		*ret = TRACE_RULE;
		return true;
	case NFT_TRACETYPE_RETURN:
		*ret = TRACE_RETURN;
		return true;
	case NFT_TRACETYPE_POLICY:
		*ret = TRACE_POLICY;
		return true;
	}
	return false;
}

static void fill_event(struct trace_event *e, enum trace_type type, const struct message *m,
		       const struct traced *p)
{
	e->us = wall_us();
	e->id = be32toh(m->id);
	e->table = xstrdup(m->table);
	e->chain = xstrdup(m->chain);
	e->handle = be64toh(m->handle);
	e->type = type;
	e->verdict = (int32_t)be32toh(type == TRACE_POLICY ? m->policy : m->verdict);
	e->jump = m->jump[0] ? xstrdup(m->jump) : NULL;
	e->iif = p->iif;
	e->oif = p->oif;
	e->probe = p->who.probe;
	e->attempt = p->who.attempt;
	e->reply = p->who.reply;
	e->pkt = p->pkt;
	e->pkt.mark = be32toh(m->mark);
}

bool nftrace_message(struct nftrace *t, int ns, const struct nlmsghdr *nlh, struct observations *o)
{
	const struct nfgenmsg *header = nl_header(nlh, sizeof(*header));
	const struct traced *p;
	struct message m = { 0 };
	struct trace_event *e;
	enum trace_type type;

	if (!header || nlh->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE) ||
	    nlfield_read(message_fields, nlfield_attrs(nlh, sizeof(*header)), &m) < 0)
		return false;
	p = join(t, o, &m);
	if (!p || nftown_is_name(m.table) || !read_type(be32toh(m.type), &type))
		return false;
	if (type == TRACE_RULE && m.handle == 0) /* the end of the chain's rules */
		return false;
	if (observations_full(o, o->traces.n)) {
		o->trace_overrun = true;
		return false;
	}
	e = vec_add(&o->traces);
	e->ns = ns;
	e->family = header->nfgen_family;
	fill_event(e, type, &m, p);
	return true;
}

int nftrace_read(struct nftrace *t, int ns, struct observations *o)
{
	int count = 0;

	for (int i = 0; i < AT_ONCE; i++) {
		_Alignas(8) char buffer[8192];
		const struct nlmsghdr *nlh;
		size_t pos = 0;
		ssize_t n = recv(t->fd, buffer, sizeof(buffer), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOBUFS) {
			o->trace_overrun = true;
			continue;
		}
		if (n < 0)
			break;
		while ((nlh = nl_next(buffer, (size_t)n, &pos)))
			count += nftrace_message(t, ns, nlh, o);
	}
	return count;
}
