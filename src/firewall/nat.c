/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat - what a nat statement does to the packet
 *
 * The first one that is met decides; it ends its chain with accept
 * (nf_nat_setup_info(), net/netfilter/nf_nat_core.c).
 */
#include <arpa/inet.h>

#include "firewall/eval.h"
#include "firewall/jhash.h"

/* Each address of the old prefix becomes the same one of the new: NF_NAT_RANGE_NETMAP. */
static struct addr map_prefix(const struct addr *old, const struct nat_range *range)
{
	struct addr a = range->min;

	for (size_t i = 0; i < addr_len(a.family); i++) {
		uint8_t host = range->min.b[i] ^ range->max.b[i];

		a.b[i] = (uint8_t)((range->min.b[i] & ~host) | (old->b[i] & host));
	}
	return a;
}

static bool is_unchanged(const struct fw_run *r, bool dst, const struct addr *a, uint16_t port)
{
	struct addr old;
	uint16_t old_port;

	if (addr_is_set(a) && (!headers_addr(&r->st.h, dst, &old) || !addr_eq(&old, a)))
		return false;
	return !port || (headers_port(&r->st.h, dst, &old_port) && old_port == port);
}

static bool has_ports(const struct fw_run *r)
{
	return r->st.h.l4proto == IPPROTO_TCP || r->st.h.l4proto == IPPROTO_UDP;
}

/* Is another port (or the id of an echo) certain, whichever (nf_nat_l4proto_unique_tuple())? */
static bool moves_port(const struct fw_run *r, enum nat_kind kind, const struct nat_range *range)
{
	uint16_t old;

	if (range->random && kind == NAT_SOURCE)
		return has_ports(r) || r->st.h.l4proto == IPPROTO_ICMP || r->st.h.l4proto == IPPROTO_ICMPV6;
	return range->has_port && has_ports(r) && headers_port(&r->st.h, kind == NAT_DEST, &old) &&
	       range->port_min <= range->port_max && (old < range->port_min || old > range->port_max);
}

static void set_nat(struct fw_run *r, enum nat_kind kind, const struct addr *a, uint16_t port,
		    const struct nat_range *range)
{
	bool unchanged = is_unchanged(r, kind == NAT_DEST, a, port) && !moves_port(r, kind, range);

	r->st.nat.kind = kind;
	r->st.nat.addr.family = a->family;
	memcpy(r->st.nat.addr.b, a->b, sizeof(a->b));
	r->st.nat.port = port;
	r->st.nat.port_min = range->has_port ? range->port_min : 0;
	r->st.nat.port_max = range->has_port ? range->port_max : 0;
	r->st.nat_chain = r->chain;
	r->st.nat_handle = r->handle;
	r->st.nat.unchanged = unchanged;
	if (kind == NAT_DEST)
		r->st.dnat |= !unchanged;
	else
		r->st.snat |= !unchanged;
	headers_translate(&r->st.h, kind == NAT_DEST, a, port);
	r->verdict = (struct fw_verdict_code){ .code = NF_ACCEPT };
}

/* The translation is certain, what it leads to is not. */
static void set_nat_unknown(struct fw_run *r, const char *why)
{
	r->st.nat_unknown = true;
	r->why = why;
}

/*
 * The new port: 0 is the old one, false: not known. A port that is in the range already
 * is kept (get_unique_tuple(), net/netfilter/nf_nat_core.c).
 */
static bool new_port(const struct fw_run *r, enum nat_kind kind, const struct nat_range *range,
		     uint16_t *ret)
{
	uint16_t old;

	*ret = 0;
	if (!range->has_port || !has_ports(r))
		return !range->has_port;
	if (!range->port_min || !range->port_max)
		return false;
	if (range->port_min == range->port_max) {
		*ret = range->port_min;
		return true;
	}
	if (range->random || range->port_min > range->port_max ||
	    !headers_port(&r->st.h, kind == NAT_DEST, &old))
		return false;
	if (range->shift)
		*ret = (uint16_t)(range->port_min + (uint16_t)(old - range->port_base) %
				  (range->port_max - range->port_min + 1));
	return range->shift || (old >= range->port_min && old <= range->port_max);
}

static bool is_between(const struct addr *a, const struct addr *min, const struct addr *max)
{
	size_t len = addr_len(min->family);

	return a->family == min->family && memcmp(a->b, min->b, len) >= 0 &&
	       memcmp(a->b, max->b, len) <= 0;
}

/* A source that is in the range already, with a port that is, is kept (get_unique_tuple()). */
static enum tri keeps_source(const struct fw_run *r, const struct nat_range *range,
			     const struct addr *src)
{
	uint16_t port;

	if (range->random || !is_between(src, &range->min, &range->max))
		return TRI_NO;
	if (!range->has_port)
		return TRI_YES;
	if (!range->port_min || !range->port_max || !headers_port(&r->st.h, false, &port))
		return TRI_MAYBE;
	return tri_from(port >= range->port_min && port <= range->port_max);
}

/*
 * Which address of a range: by a hash of both (find_best_ips_proto(), which has no
 * secret in it). Only for IPv4; a range of one is that one.
 */
static bool pick_address(const struct fw_run *r, enum nat_kind kind, const struct nat_range *range,
			 struct addr *ret)
{
	uint32_t words[4] = { 0 }, seed = 0, min, max, chosen;
	enum tri kept = TRI_NO;
	struct addr src, dst;

	*ret = range->min;
	if (!addr_is_set(&range->min) || addr_eq(&range->min, &range->max))
		return addr_is_set(&range->min);
	if (!headers_addr(&r->st.h, false, &src) || !headers_addr(&r->st.h, true, &dst))
		return false;
	if (kind == NAT_SOURCE)
		kept = keeps_source(r, range, &src);
	if (kept == TRI_YES)
		*ret = src;
	if (kept != TRI_NO || range->min.family != AF_INET)
		return kept == TRI_YES;
	memcpy(words, src.b, 4);
	if (!range->persistent)
		memcpy(&seed, dst.b, 4);
	memcpy(&min, range->min.b, 4);
	memcpy(&max, range->max.b, 4);
	min = ntohl(min);
	max = ntohl(max);
	if (max < min)
		return false;
	chosen = htonl(min + jhash_scale(jhash_words(words, ARRAY_SIZE(words), seed), max - min + 1));
	memcpy(ret->b, &chosen, 4);
	return true;
}

void nat_translate(struct fw_run *r, enum nat_kind kind, const struct nat_range *range)
{
	uint16_t port;
	bool port_known = new_port(r, kind, range, &port);
	struct addr a = { 0 }, old;
	bool addr_known = true;

	if (range->has_addr && range->netmap && headers_addr(&r->st.h, kind == NAT_DEST, &old))
		a = map_prefix(&old, range);
	else if (range->has_addr)
		addr_known = pick_address(r, kind, range, &a);
	set_nat(r, kind, &a, port, range);
	if (range->has_addr && !addr_is_set(&a))
		set_nat_unknown(r, "the address it is translated to");
	else if (!addr_known)
		set_nat_unknown(r, "which of several addresses it is translated to");
	else if (!port_known && kind == NAT_DEST)
		set_nat_unknown(r, "the port it is translated to");
}

/* Without an address to take, the packet is dropped (nf_nat_masquerade_ipv4()). */
void nat_masquerade(struct fw_run *r, const struct nat_range *range)
{
	uint16_t port = range->has_port && range->port_min == range->port_max ? range->port_min : 0;
	struct addr dst, a = { 0 };

	if (headers_addr(&r->st.h, true, &dst))
		a = local_masquerade_source(r->ns, run_oif(r), &dst);
	if (!addr_is_set(&a)) {
		r->verdict = (struct fw_verdict_code){ .code = NF_DROP };
		return;
	}
	set_nat(r, NAT_SOURCE, &a, port, range);
	r->st.nat.masquerade = true;
}

/*
 * nf_nat_redirect_ipv4(): loopback for what this host sends, else the first address where it
 * came in.
 */
void nat_redirect(struct fw_run *r, const struct nat_range *range)
{
	const struct iface_addr *first = ns_addr_on(r->ns, run_iif(r), r->st.h.family, NULL);
	struct addr a = { 0 };
	uint16_t port;
	bool port_known = new_port(r, NAT_DEST, range, &port);

	if (r->at->hook == HOOK_OUTPUT)
		addr_parse(r->st.h.family == AF_INET6 ? "::1" : "127.0.0.1", &a);
	else if (first)
		a = first->prefix.addr;
	if (!addr_is_set(&a)) {
		r->verdict = (struct fw_verdict_code){ .code = NF_DROP };
		return;
	}
	set_nat(r, NAT_DEST, &a, port, range);
	r->st.nat.redirect = true;
	if (!port_known)
		set_nat_unknown(r, "the port it is redirected to");
}
