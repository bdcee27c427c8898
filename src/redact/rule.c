/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a value in a rule means, the expressions before it tell: what was loaded into the register that it is compared
 * with. So the registers are followed, as the kernel fills them.
 */
#include <netinet/in.h>

#include "firewall/decode.h"
#include "redact/rule.h"

#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_tables_compat.h>
#include <linux/netlink.h>

#define WORDS 20 /* of registers: 4 for the verdict's, 16 others */
#define WIDEST 64 /* NFT_DATA_VALUE_MAXLEN */

/* What a register holds. */
enum holds {
	HOLDS_NOTHING,
	HOLDS_PLAIN,         /* a number that tells of nobody */
	HOLDS_ADDR,
	HOLDS_NAME,          /* of an interface */
	HOLDS_HEADER,        /* bytes of a packet, from `offset` of header `base` on */
	HOLDS_OPTION,        /* of an option or an extension header, some of which have addresses */
	HOLDS_VALUE,         /* that the rule itself says; who takes it tells what it is */
};

struct reg {
	enum holds holds;
	uint8_t family;      /* HOLDS_ADDR; AF_UNSPEC: of whichever so many bytes are */
	uint32_t base, offset;
	bool masked;
	uint8_t mask[WIDEST];
	uint8_t *value;      /* HOLDS_VALUE, and … */
	size_t n;
};

/* What the network header is. */
enum network {
	NETWORK_UNKNOWN,
	NETWORK_IPV4,
	NETWORK_IPV6,
	NETWORK_ARP,
	NETWORK_OTHER,       /* as far as is known: behind a VLAN's tag comes one of these, too */
};

struct walker {
	struct redactor *r;
	uint8_t family;      /* of the table */
	enum network network;
	uint8_t transport;   /* IPPROTO_*; 0: not known */
	struct reg regs[WORDS];
	struct reg nowhere;  /* behind an impossible register */
};

/* --- attributes of an expression -------------------------------------------- */

struct span {
	void *p;
	size_t n;
};

static uint8_t *find(struct span attrs, uint16_t type, size_t *ret_n)
{
	return redactor_find(attrs.p, attrs.n, type, ret_n);
}

static bool number(struct span attrs, uint16_t type, uint32_t *ret)
{
	size_t n;
	const uint8_t *p = find(attrs, type, &n);

	*ret = 0;
	if (!p || n != sizeof(*ret))
		return false;
	memcpy(ret, p, sizeof(*ret));
	*ret = ntohl(*ret);
	return true;
}

/* The bytes of NFTA_DATA_VALUE in an attribute. */
static uint8_t *value_in(struct span attrs, uint16_t type, size_t *ret_n)
{
	struct span data;

	data.p = find(attrs, type, &data.n);
	return data.p ? find(data, NFTA_DATA_VALUE, ret_n) : NULL;
}

static void name_in(struct walker *w, struct span attrs, uint16_t type)
{
	size_t n;
	uint8_t *p = find(attrs, type, &n);

	if (p)
		redactor_name(w->r, (char *)p, n);
}

static struct reg *reg(struct walker *w, uint32_t number)
{
	uint32_t word = WORDS;

	if (number >= NFT_REG_1 && number <= NFT_REG_4)
		word = number * 4;
	else if (number >= NFT_REG32_00 && number <= NFT_REG32_15)
		word = number - NFT_REG32_00 + 4;
	return word < WORDS ? &w->regs[word] : &w->nowhere;
}

static struct reg *reg_of(struct walker *w, struct span attrs, uint16_t type)
{
	uint32_t n;

	return number(attrs, type, &n) ? reg(w, n) : NULL;
}

/* --- values ------------------------------------------------------------------ */

void redactor_masked(struct redactor *r, uint8_t family, uint8_t *bytes, const uint8_t *mask, size_t n)
{
	int bits = mask_prefix(mask, n);

	if (bits < 0)
		redactor_refuse(r, "an address with a mask that is no prefix");
	else
		redactor_bits(r, family, bytes, (unsigned int)bits);
}

static void addr_value(struct walker *w, uint8_t family, const uint8_t *mask, uint8_t *bytes, size_t n)
{
	if (!addr_len(family) || n > addr_len(family))
		redactor_refuse(w->r, "an address that is compared in a way that is not known");
	else if (mask)
		redactor_masked(w->r, family, bytes, mask, n);
	else
		redactor_bits(w->r, family, bytes, (unsigned int)n * 8);
}

static void mac_value(struct walker *w, const uint8_t *mask, uint8_t *bytes, size_t n)
{
	static const uint8_t group[6] = { 1 }, whole[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	if (n == 6 && (!mask || memcmp(mask, whole, 6) == 0))
		redactor_mac(w->r, bytes);
	else if (n != 6 || memcmp(mask, group, 6) != 0)
		redactor_refuse(w->r, "a part of a MAC address");
}

/* Where headers have what tells of somebody. */
static const struct field {
	enum nft_payload_bases base;
	uint8_t which;         /* enum network, or IPPROTO_* of a transport header; 0: any */
	uint8_t offset, len;
	uint8_t family;        /* AF_UNSPEC: a MAC address */
} fields[] = {
	{ NFT_PAYLOAD_LL_HEADER, 0, 0, 6, AF_UNSPEC },
	{ NFT_PAYLOAD_LL_HEADER, 0, 6, 6, AF_UNSPEC },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_IPV4, 12, 4, AF_INET },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_IPV4, 16, 4, AF_INET },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_IPV6, 8, 16, AF_INET6 },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_IPV6, 24, 16, AF_INET6 },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_ARP, 8, 6, AF_UNSPEC },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_ARP, 14, 4, AF_INET },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_ARP, 18, 6, AF_UNSPEC },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_ARP, 24, 4, AF_INET },
	/* the target of neighbour discovery */
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_ICMPV6, 8, 16, AF_INET6 },
};

/*
 * Up to where it is known what headers have; behind it may be anything, addresses, too. Offsets are those of
 * linux/if_ether.h, RFC 791, 8200, 826, 9293, 768, 4340, 9260, 4302, 4303, 792 and 4861.
 */
static const struct {
	enum nft_payload_bases base;
	uint8_t which;         /* as in struct field; 0 is behind all others of its layer */
	uint8_t len;
} extents[] = {
	/* with two tags; without them, there are no addresses in what of the network header comes then */
	{ NFT_PAYLOAD_LL_HEADER, 0, 22 },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_IPV4, 20 },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_IPV6, 40 },
	{ NFT_PAYLOAD_NETWORK_HEADER, NETWORK_ARP, 28 },
	/* not known, or another one: no addresses of those that it may be */
	{ NFT_PAYLOAD_NETWORK_HEADER, 0, 8 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_TCP, 20 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_UDP, 8 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_UDPLITE, 8 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_DCCP, 12 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_SCTP, 12 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_AH, 12 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_ESP, 8 },
	{ NFT_PAYLOAD_TRANSPORT_HEADER, IPPROTO_ICMPV6, 24 },
	/* ports; types and checksums */
	{ NFT_PAYLOAD_TRANSPORT_HEADER, 0, 4 },
};

/* Which header of those of a layer it is. */
static uint8_t which(const struct walker *w, uint32_t base)
{
	return base == NFT_PAYLOAD_NETWORK_HEADER ? (uint8_t)w->network :
	       base == NFT_PAYLOAD_TRANSPORT_HEADER ? w->transport : 0;
}

static bool is_in(const struct walker *w, const struct field *f, uint32_t base)
{
	return f->base == base && (!f->which || f->which == which(w, base));
}

/* Does a field begin in these bytes, which of them, and does none begin before them and reach into them? */
static bool overlap(const struct field *f, uint32_t offset, size_t n, size_t *ret_at, size_t *ret_n)
{
	if (f->offset >= offset + n || (uint32_t)(f->offset + f->len) <= offset)
		return false;
	*ret_at = f->offset >= offset ? f->offset - offset : SIZE_MAX;
	*ret_n = f->offset >= offset && f->len > n - *ret_at ? n - *ret_at : f->len;
	return true;
}

/* Is it known what these bytes of packets are? Which header it is has to be, where it would make a difference. */
static bool is_known(const struct walker *w, uint32_t base, uint32_t offset, size_t n)
{
	const uint64_t end = (uint64_t)offset + n;

	/* a router's address, or an id and a sequence number */
	if (base == NFT_PAYLOAD_TRANSPORT_HEADER && w->transport == IPPROTO_ICMP)
		return end <= 4 || (n <= 2 && end <= 8);
	for (size_t i = 0; i < ARRAY_SIZE(extents); i++)
		if (extents[i].base == base && (!extents[i].which || extents[i].which == which(w, base)))
			return end <= extents[i].len;
	return false;
}

static void header_value(struct walker *w, const struct reg *from, uint8_t *bytes, size_t n)
{
	if (n > WIDEST || !is_known(w, from->base, from->offset, n)) {
		redactor_refuse(w->r, "a comparison with bytes of packets that are not known");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		const uint8_t *mask;
		size_t at, len;

		if (!is_in(w, f, from->base) || !overlap(f, from->offset, n, &at, &len))
			continue;
		if (at == SIZE_MAX) {
			redactor_refuse(w->r, "a comparison with the end of an address");
			return;
		}
		mask = from->masked ? from->mask + at : NULL;
		if (mask && bytes_zero(mask, len))
			continue;
		if (f->family == AF_UNSPEC)
			mac_value(w, mask, bytes + at, len);
		else
			addr_value(w, f->family, mask, bytes + at, len);
	}
}

/* A prefix of whole bytes is compared with as many: four of them may begin an IPv6 address, too. */
static uint8_t addr_family(const struct reg *from, size_t n)
{
	if (from->family)
		return from->family;
	return n == 4 ? AF_INET : n == 16 ? AF_INET6 : AF_UNSPEC;
}

/* What a register is compared with; ordered: as the end of a range. */
static void compared(struct walker *w, const struct reg *from, bool ordered, uint8_t *bytes, size_t n)
{
	switch (from->holds) {
	case HOLDS_PLAIN:
		return;
	case HOLDS_ADDR:
		addr_value(w, addr_family(from, n), from->masked ? from->mask : NULL, bytes, n);
		return;
	case HOLDS_NAME:
		if (ordered || from->masked)
			redactor_refuse(w->r, "a range of interface names");
		else
			redactor_name(w->r, (char *)bytes, n);
		return;
	case HOLDS_HEADER:
		if (ordered && from->base == NFT_PAYLOAD_LL_HEADER && from->offset < 12)
			redactor_refuse(w->r, "a range of MAC addresses");
		else
			header_value(w, from, bytes, n);
		return;
	case HOLDS_OPTION:
		/* numbers of fewer bytes than an address has */
		if (n >= 4)
			redactor_refuse(w->r, "a comparison with bytes of packets that are not known");
		return;
	case HOLDS_NOTHING:
	case HOLDS_VALUE:
		redactor_refuse(w->r, "a comparison with what is not known");
	}
}

/* A value of the rule is an address of so many bytes, or tells of nobody. */
static void taken(struct walker *w, struct reg *from, bool is_addr)
{
	if (!from || from->holds != HOLDS_VALUE)
		return;
	if (is_addr && (from->n == 4 || from->n == 16))
		redactor_bytes(w->r, from->n == 4 ? AF_INET : AF_INET6, from->value);
	else if (is_addr)
		redactor_refuse(w->r, "an address of %zu bytes", from->n);
	from->holds = HOLDS_PLAIN;
}

/* --- expressions ------------------------------------------------------------- */

/* What nobody took may be an address, for an expression that is newer or for none. */
static void untaken(struct walker *w, const struct reg *reg)
{
	if (reg->holds == HOLDS_VALUE && reg->n >= 4)
		redactor_refuse(w->r, "a value of which it is not known what it is");
}

static void store(struct walker *w, struct reg *to, const struct reg *what)
{
	untaken(w, to);
	*to = *what;
}

static void load(struct walker *w, struct span e, uint16_t dreg, enum holds holds)
{
	struct reg *to = reg_of(w, e, dreg);

	if (to)
		store(w, to, &(struct reg){ .holds = holds });
}

static void meta(struct walker *w, struct span e)
{
	uint32_t key;
	struct reg *to = reg_of(w, e, NFTA_META_DREG);

	taken(w, reg_of(w, e, NFTA_META_SREG), false);
	if (!to || !number(e, NFTA_META_KEY, &key))
		return;
	store(w, to, &(struct reg){ .holds = HOLDS_PLAIN, .base = UINT32_MAX });
	switch (key) {
	case NFT_META_IIFNAME:
	case NFT_META_OIFNAME:
	case NFT_META_BRI_IIFNAME:
	case NFT_META_BRI_OIFNAME:
	case NFT_META_SDIFNAME:
		to->holds = HOLDS_NAME;
		break;
	case NFT_META_NFPROTO:
	case NFT_META_PROTOCOL:
	case NFT_META_L4PROTO:
		to->offset = key; /* what is compared tells which header it is */
		break;
	}
}

static void load_addr(struct walker *w, struct span e, uint16_t dreg, uint8_t family)
{
	struct reg *to = reg_of(w, e, dreg);

	if (to)
		store(w, to, &(struct reg){ .holds = HOLDS_ADDR, .family = family });
}

static void ct(struct walker *w, struct span e)
{
	uint32_t key = 0;

	taken(w, reg_of(w, e, NFTA_CT_SREG), false);
	number(e, NFTA_CT_KEY, &key);
	if (key == NFT_CT_SRC || key == NFT_CT_DST)
		load_addr(w, e, NFTA_CT_DREG, w->network == NETWORK_IPV4 ? AF_INET :
					      w->network == NETWORK_IPV6 ? AF_INET6 : AF_UNSPEC);
	else if (key == NFT_CT_SRC_IP || key == NFT_CT_DST_IP)
		load_addr(w, e, NFTA_CT_DREG, AF_INET);
	else if (key == NFT_CT_SRC_IP6 || key == NFT_CT_DST_IP6)
		load_addr(w, e, NFTA_CT_DREG, AF_INET6);
	else
		load(w, e, NFTA_CT_DREG, HOLDS_PLAIN);
}

static void rt(struct walker *w, struct span e)
{
	uint32_t key = 0;

	number(e, NFTA_RT_KEY, &key);
	if (key == NFT_RT_NEXTHOP4 || key == NFT_RT_NEXTHOP6)
		load_addr(w, e, NFTA_RT_DREG, key == NFT_RT_NEXTHOP4 ? AF_INET : AF_INET6);
	else
		load(w, e, NFTA_RT_DREG, HOLDS_PLAIN);
}

static void fib(struct walker *w, struct span e)
{
	uint32_t result = 0;

	number(e, NFTA_FIB_RESULT, &result);
	load(w, e, NFTA_FIB_DREG, result == NFT_FIB_RESULT_OIFNAME ? HOLDS_NAME : HOLDS_PLAIN);
}

static void payload(struct walker *w, struct span e)
{
	struct reg at = { .holds = HOLDS_HEADER };
	struct reg *to = reg_of(w, e, NFTA_PAYLOAD_DREG), *from = reg_of(w, e, NFTA_PAYLOAD_SREG);

	if (!number(e, NFTA_PAYLOAD_BASE, &at.base) || !number(e, NFTA_PAYLOAD_OFFSET, &at.offset))
		redactor_refuse(w->r, "bytes of packets that are not known");
	if (from && from->holds == HOLDS_VALUE) {
		header_value(w, &at, from->value, from->n);
		from->holds = HOLDS_PLAIN;
	}
	if (to)
		store(w, to, &at);
}

/* Does what a register holds have a part that tells of somebody? */
static bool is_plain(const struct walker *w, const struct reg *from, size_t n)
{
	size_t at, len;

	if (from->holds != HOLDS_HEADER)
		return from->holds == HOLDS_PLAIN || (from->holds == HOLDS_OPTION && n < 4);
	if (!is_known(w, from->base, from->offset, n))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if (is_in(w, &fields[i], from->base) && overlap(&fields[i], from->offset, n, &at, &len))
			return false;
	return true;
}

static void bitwise(struct walker *w, struct span e)
{
	struct reg *from = reg_of(w, e, NFTA_BITWISE_SREG), *to = reg_of(w, e, NFTA_BITWISE_DREG), was;
	size_t n, xored;
	const uint8_t *mask = value_in(e, NFTA_BITWISE_MASK, &n), *xor = value_in(e, NFTA_BITWISE_XOR, &xored);
	uint32_t len;

	if (!from || !to)
		return;
	if (!number(e, NFTA_BITWISE_LEN, &len) || len < n)
		len = WIDEST;
	was = *from;
	if (is_plain(w, from, len)) {
		/* no longer what tells which header it is */
		store(w, to, &(struct reg){ .holds = HOLDS_PLAIN });
		return;
	}
	if (!mask || !xor || n > WIDEST || !bytes_zero(xor, xored) || was.masked || was.holds == HOLDS_VALUE) {
		redactor_refuse(w->r, "an address or a name that is reckoned with");
		return;
	}
	was.masked = true;
	memcpy(was.mask, mask, n);
	store(w, to, &was);
}

/* Numbers only: nothing that tells of somebody depends on the machine's byte order. */
static void byteorder(struct walker *w, struct span e)
{
	struct reg *from = reg_of(w, e, NFTA_BYTEORDER_SREG), *to = reg_of(w, e, NFTA_BYTEORDER_DREG);
	uint32_t len;

	if (!from || !to || !number(e, NFTA_BYTEORDER_LEN, &len) || !is_plain(w, from, len))
		redactor_refuse(w->r, "an address or a name that is reckoned with");
	else
		store(w, to, &(struct reg){ .holds = HOLDS_PLAIN });
}

/* "meta nfproto ipv4", "ether type arp": which header it is from here on. */
static void note_network(struct walker *w, const struct reg *from, const uint8_t *value, size_t n)
{
	bool proto = from->holds == HOLDS_PLAIN && from->base == UINT32_MAX;
	bool type = from->holds == HOLDS_HEADER && from->base == NFT_PAYLOAD_LL_HEADER && from->offset == 12;
	unsigned int number = n == 1 ? value[0] : n == 2 ? (unsigned int)(value[0] << 8 | value[1]) : 0;

	if (proto && from->offset == NFT_META_NFPROTO && n == 1)
		w->network = number == NFPROTO_IPV4 ? NETWORK_IPV4 :
			     number == NFPROTO_IPV6 ? NETWORK_IPV6 : NETWORK_OTHER;
	else if (n == 2 && (type || (proto && from->offset == NFT_META_PROTOCOL)))
		w->network = number == ETH_P_IP ? NETWORK_IPV4 :
			     number == ETH_P_IPV6 ? NETWORK_IPV6 :
			     number == ETH_P_ARP ? NETWORK_ARP : NETWORK_OTHER;
}

/* "meta l4proto tcp", "ip protocol tcp", also as one of several bytes that are compared at once. */
static void note_transport(struct walker *w, const struct reg *from, const uint8_t *value, size_t n)
{
	const uint32_t at = w->network == NETWORK_IPV4 ? 9 : 6;

	if (from->holds == HOLDS_PLAIN && from->base == UINT32_MAX && from->offset == NFT_META_L4PROTO && n == 1)
		w->transport = value[0];
	else if (from->holds == HOLDS_HEADER && from->base == NFT_PAYLOAD_NETWORK_HEADER && !from->masked &&
		 (w->network == NETWORK_IPV4 || w->network == NETWORK_IPV6) && from->offset <= at &&
		 at - from->offset < n)
		w->transport = value[at - from->offset];
}

static void cmp(struct walker *w, struct span e)
{
	struct reg *from = reg_of(w, e, NFTA_CMP_SREG);
	uint32_t op = NFT_CMP_EQ;
	size_t n;
	uint8_t *bytes = value_in(e, NFTA_CMP_DATA, &n);

	number(e, NFTA_CMP_OP, &op);
	if (!from || !bytes)
		return;
	if (op == NFT_CMP_EQ) {
		note_network(w, from, bytes, n);
		note_transport(w, from, bytes, n);
	}
	compared(w, from, op != NFT_CMP_EQ && op != NFT_CMP_NEQ, bytes, n);
}

static void range(struct walker *w, struct span e)
{
	static const uint16_t ends[] = { NFTA_RANGE_FROM_DATA, NFTA_RANGE_TO_DATA };
	struct reg *from = reg_of(w, e, NFTA_RANGE_SREG);

	for (size_t i = 0; from && i < ARRAY_SIZE(ends); i++) {
		size_t n;
		uint8_t *bytes = value_in(e, ends[i], &n);

		if (bytes)
			compared(w, from, true, bytes, n);
	}
}

static void lookup(struct walker *w, struct span e)
{
	struct reg *from = reg_of(w, e, NFTA_LOOKUP_SREG);

	if (from && from->masked)
		redactor_refuse(w->r, "a part of an address that is looked up in a set");
	name_in(w, e, NFTA_LOOKUP_SET);
	load(w, e, NFTA_LOOKUP_DREG, HOLDS_PLAIN);
}

static void immediate(struct walker *w, struct span e)
{
	struct reg *to = reg_of(w, e, NFTA_IMMEDIATE_DREG);
	struct span data, verdict;
	size_t n;
	uint8_t *bytes = value_in(e, NFTA_IMMEDIATE_DATA, &n);

	data.p = find(e, NFTA_IMMEDIATE_DATA, &data.n);
	verdict.p = data.p ? find(data, NFTA_DATA_VERDICT, &verdict.n) : NULL;
	if (verdict.p)
		redactor_verdict(w->r, verdict.p, verdict.n);
	else if (to && bytes)
		store(w, to, &(struct reg){ .holds = HOLDS_VALUE, .value = bytes, .n = n });
	else
		redactor_refuse(w->r, "a value of which it is not known what it is");
}

static void nat(struct walker *w, struct span e)
{
	struct reg *from = reg_of(w, e, NFTA_NAT_REG_ADDR_MIN), *to = reg_of(w, e, NFTA_NAT_REG_ADDR_MAX);
	uint32_t flags;

	/* bits behind the prefix stay */
	if (number(e, NFTA_NAT_FLAGS, &flags) && flags & NF_NAT_RANGE_NETMAP)
		redactor_refuse(w->r, "a translation of a whole network");
	taken(w, from, true);
	taken(w, to, true);
	taken(w, reg_of(w, e, NFTA_NAT_REG_PROTO_MIN), false);
	taken(w, reg_of(w, e, NFTA_NAT_REG_PROTO_MAX), false);
}

static void masq(struct walker *w, struct span e)
{
	taken(w, reg_of(w, e, NFTA_MASQ_REG_PROTO_MIN), false);
	taken(w, reg_of(w, e, NFTA_MASQ_REG_PROTO_MAX), false);
}

static void redir(struct walker *w, struct span e)
{
	taken(w, reg_of(w, e, NFTA_REDIR_REG_PROTO_MIN), false);
	taken(w, reg_of(w, e, NFTA_REDIR_REG_PROTO_MAX), false);
}

static void tproxy(struct walker *w, struct span e)
{
	taken(w, reg_of(w, e, NFTA_TPROXY_REG_ADDR), true);
	taken(w, reg_of(w, e, NFTA_TPROXY_REG_PORT), false);
}

static void queue(struct walker *w, struct span e)
{
	taken(w, reg_of(w, e, NFTA_QUEUE_SREG_QNUM), false);
}

static void dynset(struct walker *w, struct span e)
{
	/* a constant that it puts into the set is not taken: of what type it is, only the set tells */
	name_in(w, e, NFTA_DYNSET_SET_NAME);
}

static void objref(struct walker *w, struct span e)
{
	name_in(w, e, NFTA_OBJREF_IMM_NAME);
	name_in(w, e, NFTA_OBJREF_SET_NAME);
}

static void log_to(struct walker *w, struct span e)
{
	name_in(w, e, NFTA_LOG_PREFIX);
}

static void flow_offload(struct walker *w, struct span e)
{
	name_in(w, e, NFTA_FLOW_TABLE_NAME);
}

static void extension(struct walker *w, struct span e, bool target)
{
	/* both are numbered alike: name, revision, what it is told */
	size_t info_n;
	const char *name = redactor_text(e.p, e.n, NFTA_MATCH_NAME);
	uint8_t *info = find(e, NFTA_MATCH_INFO, &info_n);
	uint32_t revision = 0;

	number(e, NFTA_MATCH_REV, &revision);
	if (name && info)
		redactor_extension(w->r, w->family, target, name, revision, info, info_n);
	else
		redactor_refuse(w->r, "an extension without a name");
}

static void match(struct walker *w, struct span e)
{
	extension(w, e, false);
}

static void target(struct walker *w, struct span e)
{
	extension(w, e, true);
}

/* Loads and statements of which nothing tells of anybody. */
static void plain(struct walker *w, struct span e)
{
	(void)w;
	(void)e;
}

static void numgen(struct walker *w, struct span e)
{
	load(w, e, NFTA_NG_DREG, HOLDS_PLAIN);
}

static void exthdr(struct walker *w, struct span e)
{
	load(w, e, NFTA_EXTHDR_DREG, HOLDS_OPTION);
}

static const struct {
	const char *name;
	void (*walk)(struct walker *w, struct span e);
} expressions[] = {
	{ "bitwise", bitwise },
	{ "byteorder", byteorder },
	{ "cmp", cmp },
	{ "connlimit", plain },
	{ "counter", plain },
	{ "ct", ct },
	{ "dynset", dynset },
	{ "exthdr", exthdr },
	{ "fib", fib },
	{ "flow_offload", flow_offload },
	{ "immediate", immediate },
	{ "last", plain },
	{ "limit", plain },
	{ "log", log_to },
	{ "lookup", lookup },
	{ "masq", masq },
	{ "match", match },
	{ "meta", meta },
	{ "nat", nat },
	{ "notrack", plain },
	{ "numgen", numgen },
	{ "objref", objref },
	{ "payload", payload },
	{ "queue", queue },
	{ "quota", plain },
	{ "range", range },
	{ "redir", redir },
	{ "reject", plain },
	{ "rt", rt },
	{ "synproxy", plain },
	{ "target", target },
	{ "tproxy", tproxy },
};

static void expression(struct walker *w, struct span e)
{
	const char *name = redactor_text(e.p, e.n, NFTA_EXPR_NAME);
	struct span data;

	data.p = find(e, NFTA_EXPR_DATA, &data.n);
	if (!name) {
		redactor_refuse(w->r, "an expression without a name");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(expressions); i++) {
		if (!streq(expressions[i].name, name))
			continue;
		if (data.p)
			expressions[i].walk(w, data);
		return;
	}
	redactor_refuse(w->r, "the expression \"%.31s\"", name);
}

static enum network network_of(uint8_t family)
{
	switch (family) {
	case NFPROTO_IPV4:
		return NETWORK_IPV4;
	case NFPROTO_IPV6:
		return NETWORK_IPV6;
	case NFPROTO_ARP:
		return NETWORK_ARP;
	}
	return NETWORK_UNKNOWN;
}

static void walk_expressions(struct redactor *r, uint8_t family, void *bytes, size_t n)
{
	struct walker w = { .r = r, .family = family, .network = network_of(family) };
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		struct span e;

		e.p = redactor_payload(a, &e.n);
		expression(&w, e);
	}
	for (size_t i = 0; i < WORDS; i++)
		untaken(&w, &w.regs[i]);
	untaken(&w, &w.nowhere);
}

void redactor_rule(struct redactor *r, uint8_t family, void *bytes, size_t n)
{
	struct nlattr *a;

	while ((a = redactor_next(&bytes, &n))) {
		size_t size;
		void *payload = redactor_payload(a, &size);

		switch (a->nla_type & NLA_TYPE_MASK) {
		case NFTA_RULE_TABLE:
		case NFTA_RULE_CHAIN:
			redactor_name(r, payload, size);
			break;
		case NFTA_RULE_EXPRESSIONS:
			walk_expressions(r, family, payload, size);
			break;
		case NFTA_RULE_HANDLE:
		case NFTA_RULE_POSITION:
		case NFTA_RULE_COMPAT:
			break;
		default:
			redactor_clear(r, payload, size);
		}
	}
}
