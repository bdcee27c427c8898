/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * native - a rule in nft's language, as far as it is simple
 *
 * For snapshots without a kernel at hand; live, nft-text.c has libnftables'
 * own words. What is not simple stands in brackets by its expression's name.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_log.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/rtnetlink.h>

#include <libnftnl/expr.h>

#include "firewall/decode.h"

static uint32_t host_u32(const uint8_t *data, size_t size)
{
	uint32_t v = 0;

	memcpy(&v, data, size < sizeof(v) ? size : sizeof(v));
	return v;
}

static uint32_t net_number(const uint8_t *data, size_t size)
{
	uint32_t v = 0;

	for (size_t i = 0; i < size && i < sizeof(v); i++)
		v = v << 8 | data[i];
	return v;
}

/* The protocol that another condition of the rule asks for. */
static uint8_t rule_proto(const struct decoded *d)
{
	vec_each(c, &d->conds)
		if (c->source == COND_META && c->key == NFT_META_L4PROTO && c->test == TEST_EQ)
			return c->data[0];
	return 0;
}

static bool is_range(const struct cond *c)
{
	return c->test == TEST_RANGE || c->test == TEST_NOT_RANGE;
}

static const char *operator(const struct cond *c)
{
	static const char *const words[] = {
		[TEST_EQ] = "", [TEST_NEQ] = "!= ", [TEST_LT] = "< ", [TEST_LTE] = "<= ",
		[TEST_GT] = "> ", [TEST_GTE] = ">= ", [TEST_RANGE] = "", [TEST_NOT_RANGE] = "!= ",
		[TEST_SET] = "", [TEST_NOT_SET] = "!= ",
	};

	return (size_t)c->test < ARRAY_SIZE(words) ? words[c->test] : "? ";
}

/* Sets without a name are the rule's own; which elements they have is not repeated here. */
static bool print_set(struct strbuf *b, const struct cond *c)
{
	if (c->test != TEST_SET && c->test != TEST_NOT_SET)
		return false;
	if (c->map)
		strbuf_puts(b, "vmap ");
	if (c->set && !str_starts(c->set, "__"))
		strbuf_printf(b, "@%s", c->set);
	else
		strbuf_puts(b, "{ … }");
	return true;
}

static void print_addr_value(struct strbuf *b, const struct cond *c, uint8_t family)
{
	struct addr a = { .family = family }, to = { .family = family };
	int bits = (int)c->size * 8;

	memcpy(a.b, c->data, c->size);
	memcpy(to.b, c->to, c->size);
	if (c->masked)
		bits = mask_prefix(c->mask, addr_len(family));
	strbuf_puts(b, addr_text(&a).s);
	if (is_range(c))
		strbuf_printf(b, "-%s", addr_text(&to).s);
	else if (bits >= 0 && (size_t)bits < addr_len(family) * 8)
		strbuf_printf(b, "/%d", bits);
}

static void print_number(struct strbuf *b, const struct cond *c)
{
	strbuf_printf(b, "%u", net_number(c->data, c->size));
	if (is_range(c))
		strbuf_printf(b, "-%u", net_number(c->to, c->size));
}

static void print_payload(struct strbuf *b, const struct decoded *d, const struct cond *c,
			  uint8_t family)
{
	const char *proto = ip_proto_name(rule_proto(d));
	bool set = c->test == TEST_SET || c->test == TEST_NOT_SET;

	if (cond_is_addr(c, family, false) || cond_is_addr(c, family, true)) {
		strbuf_printf(b, "%s %s %s", family == AF_INET6 ? "ip6" : "ip",
			      cond_is_addr(c, family, true) ? "daddr" : "saddr", operator(c));
		if (!set)
			print_addr_value(b, c, family);
	} else if (cond_is_port(c, false) || cond_is_port(c, true)) {
		strbuf_printf(b, "%s %s %s", proto ? proto : "th",
			      cond_is_port(c, true) ? "dport" : "sport", operator(c));
		if (!set)
			print_number(b, c);
	} else {
		strbuf_printf(b, "@%s,%u,%u %s",
			      c->base == NFT_PAYLOAD_NETWORK_HEADER ? "nh" :
			      c->base == NFT_PAYLOAD_LL_HEADER ? "ll" : "th",
			      c->offset * 8, c->len * 8, operator(c));
		if (!set)
			print_number(b, c);
	}
	print_set(b, c);
}

static const char *meta_name(uint32_t key)
{
	static const struct {
		uint32_t key;
		const char *name;
	} names[] = {
		{ NFT_META_IIFNAME, "iifname" },   { NFT_META_OIFNAME, "oifname" },
		{ NFT_META_IIF, "iif" },           { NFT_META_OIF, "oif" },
		{ NFT_META_MARK, "meta mark" },    { NFT_META_L4PROTO, "meta l4proto" },
		{ NFT_META_NFPROTO, "meta nfproto" }, { NFT_META_PROTOCOL, "meta protocol" },
		{ NFT_META_PKTTYPE, "meta pkttype" }, { NFT_META_SKUID, "meta skuid" },
		{ NFT_META_LEN, "meta length" },   { NFT_META_BRI_IIFNAME, "meta ibrname" },
		{ NFT_META_BRI_OIFNAME, "meta obrname" }, { NFT_META_SKGID, "meta skgid" },
		{ NFT_META_CPU, "meta cpu" },      { NFT_META_IIFGROUP, "iifgroup" },
		{ NFT_META_OIFGROUP, "oifgroup" }, { NFT_META_CGROUP, "meta cgroup" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].key == key)
			return names[i].name;
	return "meta ?";
}

static bool meta_is_name(uint32_t key)
{
	return key == NFT_META_IIFNAME || key == NFT_META_OIFNAME || key == NFT_META_BRI_IIFNAME ||
	       key == NFT_META_BRI_OIFNAME;
}

struct number_name {
	uint32_t number;
	const char *name;
};

static const char *find_name(const struct number_name *names, size_t n, uint32_t number)
{
	for (size_t i = 0; i < n; i++)
		if (names[i].number == number)
			return names[i].name;
	return NULL;
}

/* " a,b" for the bits that have a name */
static void print_flags(struct strbuf *b, const struct number_name *names, size_t n, uint32_t bits)
{
	char separator = ' ';

	for (size_t i = 0; i < n; i++)
		if (bits & names[i].number) {
			strbuf_printf(b, "%c%s", separator, names[i].name);
			separator = ',';
		}
}

static const char *meta_value(const struct cond *c)
{
	static const struct number_name ethertypes[] = {
		{ ETH_P_IP, "ip" }, { ETH_P_IPV6, "ip6" }, { ETH_P_ARP, "arp" }, { ETH_P_8021Q, "8021q" },
	};
	static const struct number_name packets[] = {
		{ PACKET_HOST, "host" }, { PACKET_BROADCAST, "broadcast" },
		{ PACKET_MULTICAST, "multicast" }, { PACKET_OTHERHOST, "other" },
	};

	switch (c->key) {
	case NFT_META_L4PROTO: return ip_proto_name(c->data[0]);
	case NFT_META_NFPROTO: return c->data[0] == NFPROTO_IPV6 ? "ipv6" : "ipv4";
	case NFT_META_PROTOCOL:
		return find_name(ethertypes, ARRAY_SIZE(ethertypes), net_number(c->data, 2));
	case NFT_META_PKTTYPE: return find_name(packets, ARRAY_SIZE(packets), c->data[0]);
	default: return NULL;
	}
}

/* What is compared for its order has been brought into the order of the network ("byteorder"). */
static uint32_t meta_number(const struct cond *c, const uint8_t *data)
{
	return c->test == TEST_EQ || c->test == TEST_NEQ ? host_u32(data, c->size) : net_number(data, c->size);
}

/* A mark of a packet or a connection; what stands before it has been printed. */
static void print_mark(struct strbuf *b, const struct cond *c)
{
	if (c->masked)
		strbuf_printf(b, "& 0x%08x %s", host_u32(c->mask, 4), c->test == TEST_EQ ? "== " : operator(c));
	else
		strbuf_puts(b, operator(c));
	strbuf_printf(b, "0x%08x", meta_number(c, c->data));
	if (is_range(c))
		strbuf_printf(b, "-0x%08x", meta_number(c, c->to));
}

static void print_meta(struct strbuf *b, const struct cond *c)
{
	const char *value = meta_value(c);
	size_t len = strnlen((const char *)c->data, c->size);

	strbuf_printf(b, "%s ", meta_name(c->key));
	if (c->key == NFT_META_MARK && c->test < TEST_SET) {
		print_mark(b, c);
		return;
	}
	strbuf_puts(b, operator(c));
	if (print_set(b, c))
		return;
	if (meta_is_name(c->key))
		strbuf_printf(b, "\"%.*s%s\"", (int)len, (const char *)c->data,
			      len == c->size ? "*" : "");
	else if (value)
		strbuf_puts(b, value);
	else if (is_range(c))
		strbuf_printf(b, "%u-%u", meta_number(c, c->data), meta_number(c, c->to));
	else
		strbuf_printf(b, "%u", meta_number(c, c->data));
}

/* "ct state established,related" is a mask, compared to be not 0. */
static void print_ct_state(struct strbuf *b, const struct cond *c)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ NF_CT_STATE_BIT(IP_CT_ESTABLISHED), "established" },
		{ NF_CT_STATE_BIT(IP_CT_RELATED), "related" },
		{ NF_CT_STATE_BIT(IP_CT_NEW), "new" },
		{ NF_CT_STATE_INVALID_BIT, "invalid" },
		{ NF_CT_STATE_UNTRACKED_BIT, "untracked" },
	};
	uint32_t bits = host_u32(c->masked ? c->mask : c->data, 4);
	const char *separator = "";

	strbuf_printf(b, "ct state %s", c->masked && c->test == TEST_EQ ? "! " :
					!c->masked ? operator(c) : "");
	if (print_set(b, c))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (bits & names[i].bit) {
			strbuf_printf(b, "%s%s", separator, names[i].name);
			separator = ",";
		}
}

/* "ct status dnat" is a mask, too. */
static void print_ct_status(struct strbuf *b, const struct cond *c)
{
	static const struct number_name names[] = {
		{ IPS_EXPECTED, "expected" }, { IPS_SEEN_REPLY, "seen-reply" }, { IPS_ASSURED, "assured" },
		{ IPS_CONFIRMED, "confirmed" }, { IPS_SRC_NAT, "snat" }, { IPS_DST_NAT, "dnat" },
		{ IPS_DYING, "dying" },
	};

	strbuf_printf(b, "ct status%s", c->test == TEST_EQ ? " !" : "");
	print_flags(b, names, ARRAY_SIZE(names), host_u32(c->mask, 4));
}

/* Of one side, and of other keys, only the name is said. */
static void print_ct(struct strbuf *b, const struct cond *c)
{
	bool plain = !nftnl_expr_is_set(c->expr, NFTNL_EXPR_CT_DIR) && c->test < TEST_SET;

	if (c->key == NFT_CT_STATE) {
		print_ct_state(b, c);
	} else if (plain && c->key == NFT_CT_MARK) {
		strbuf_puts(b, "ct mark ");
		print_mark(b, c);
	} else if (plain && c->key == NFT_CT_STATUS && c->masked && c->test <= TEST_NEQ) {
		print_ct_status(b, c);
	} else if (plain && c->key == NFT_CT_DIRECTION) {
		strbuf_printf(b, "ct direction %s%s", operator(c), c->data[0] ? "reply" : "original");
	} else if (plain && c->key == NFT_CT_ZONE && c->test <= TEST_NEQ) {
		strbuf_printf(b, "ct zone %s%u", operator(c), host_u32(c->data, 2));
	} else {
		strbuf_puts(b, "[ct]");
	}
}

static void print_fib(struct strbuf *b, const struct cond *c)
{
	bool local = c->key == NFT_FIB_RESULT_ADDRTYPE && host_u32(c->data, 4) == RTN_LOCAL;

	strbuf_printf(b, "fib %s%s %s %s", c->flags & NFTA_FIB_F_SADDR ? "saddr" : "daddr",
		      c->flags & NFTA_FIB_F_IIF ? " . iif" : "",
		      c->key == NFT_FIB_RESULT_ADDRTYPE ? "type" : "oif", operator(c));
	if (!print_set(b, c))
		strbuf_printf(b, local ? "local" : "%u", host_u32(c->data, 4));
}

static void print_name(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = e ? nftnl_expr_get_str(e, NFTNL_EXPR_NAME) : NULL;

	strbuf_printf(b, "[%s]", name ? name : "?");
}

/* As nft writes it: the largest unit of which there are whole ones. */
static void print_bytes(struct strbuf *b, uint64_t n)
{
	static const char *const units[] = { "bytes", "kbytes", "mbytes" };
	size_t unit = 0;

	while (unit + 1 < ARRAY_SIZE(units) && n > 0 && n % 1024 == 0) {
		n /= 1024;
		unit++;
	}
	strbuf_printf(b, "%llu %s", (unsigned long long)n, units[unit]);
}

static void print_limit(struct strbuf *b, const struct nftnl_expr *e)
{
	uint64_t unit = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_UNIT), rate = nftnl_expr_get_u64(e, NFTNL_EXPR_LIMIT_RATE);
	uint32_t burst = expr_u32(e, NFTNL_EXPR_LIMIT_BURST);
	bool bytes = expr_u32(e, NFTNL_EXPR_LIMIT_TYPE) == NFT_LIMIT_PKT_BYTES;
	const char *per = unit == 1 ? "second" : unit == 60 ? "minute" : unit == 3600 ? "hour" :
			  unit == 86400 ? "day" : "week";

	strbuf_printf(b, "limit rate %s", expr_u32(e, NFTNL_EXPR_LIMIT_FLAGS) & NFT_LIMIT_F_INV ? "over " : "");
	if (bytes)
		print_bytes(b, rate);
	else
		strbuf_printf(b, "%llu", (unsigned long long)rate);
	strbuf_printf(b, "/%s", per);
	if (burst == 0)
		return;
	strbuf_puts(b, " burst ");
	if (bytes)
		print_bytes(b, burst);
	else
		strbuf_printf(b, "%u packets", burst);
}

static void print_quota(struct strbuf *b, const struct nftnl_expr *e)
{
	strbuf_printf(b, "quota %s", expr_u32(e, NFTNL_EXPR_QUOTA_FLAGS) & NFT_QUOTA_F_INV ? "over " : "");
	print_bytes(b, nftnl_expr_get_u64(e, NFTNL_EXPR_QUOTA_BYTES));
}

static void print_connlimit(struct strbuf *b, const struct nftnl_expr *e)
{
	strbuf_printf(b, "ct count %s%u", expr_u32(e, NFTNL_EXPR_CONNLIMIT_FLAGS) & NFT_CONNLIMIT_F_INV ? "over " : "",
		      expr_u32(e, NFTNL_EXPR_CONNLIMIT_COUNT));
}

static void print_other(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = e ? nftnl_expr_get_str(e, NFTNL_EXPR_NAME) : NULL;

	if (name && streq(name, "quota"))
		print_quota(b, e);
	else if (name && streq(name, "connlimit"))
		print_connlimit(b, e);
	else
		print_name(b, e);
}

static void print_extension(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME);

	strbuf_printf(b, "xt match \"%s\"", name ? name : "?");
}

void nft_cond(struct strbuf *b, const struct decoded *d, const struct cond *c, uint8_t family)
{
	switch (c->source) {
	case COND_META:
		print_meta(b, c);
		return;
	case COND_PAYLOAD:
		print_payload(b, d, c, family);
		return;
	case COND_CT:
		print_ct(b, c);
		return;
	case COND_FIB:
		print_fib(b, c);
		return;
	case COND_LIMIT:
		print_limit(b, c->expr);
		return;
	case COND_MATCH:
		print_extension(b, c->expr);
		return;
	case COND_OTHER:
		print_other(b, c->expr);
		return;
	}
}

/* --- statements ------------------------------------------------------------ */

static void print_verdict(struct strbuf *b, const struct nftnl_expr *e)
{
	int code = (int)expr_u32(e, NFTNL_EXPR_IMM_VERDICT);
	const char *chain = nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN) ?
				    nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN) : "?";

	switch (code) {
	case NF_ACCEPT:
		strbuf_puts(b, "accept");
		break;
	case NF_DROP:
		strbuf_puts(b, "drop");
		break;
	case NFT_RETURN:
		strbuf_puts(b, "return");
		break;
	case NFT_CONTINUE:
		strbuf_puts(b, "continue");
		break;
	case NFT_JUMP:
		strbuf_printf(b, "jump %s", chain);
		break;
	case NFT_GOTO:
		strbuf_printf(b, "goto %s", chain);
		break;
	default:
		strbuf_puts(b, "queue");
	}
}

/* Ports, if any are known, behind what stands before them: " to " and ":80-90". */
static void print_nat_ports(struct strbuf *b, const char *before, const struct decoded *d,
			    const struct nftnl_expr *e, uint16_t min, uint16_t max)
{
	const struct constant *from = nftnl_expr_is_set(e, min) ? decoded_constant(d, expr_u32(e, min)) : NULL;
	const struct constant *to = nftnl_expr_is_set(e, max) ? decoded_constant(d, expr_u32(e, max)) : NULL;

	if (!from)
		return;
	strbuf_printf(b, "%s:%u", before, net_number(from->data, 2));
	if (to && net_number(to->data, 2) != net_number(from->data, 2))
		strbuf_printf(b, "-%u", net_number(to->data, 2));
}

static void print_nat_flags(struct strbuf *b, uint32_t flags)
{
	static const struct number_name names[] = {
		{ NF_NAT_RANGE_PROTO_RANDOM, "random" }, { NF_NAT_RANGE_PROTO_RANDOM_FULLY, "fully-random" },
		{ NF_NAT_RANGE_PERSISTENT, "persistent" },
	};

	print_flags(b, names, ARRAY_SIZE(names), flags);
}

static void print_nat(struct strbuf *b, const struct decoded *d, const struct nftnl_expr *e,
		      uint8_t family)
{
	const struct constant *ip = decoded_constant(d, expr_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN));
	const struct constant *last = decoded_constant(d, expr_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX));
	struct addr a = { 0 }, to = { 0 };

	strbuf_printf(b, "%s to ",
		      expr_u32(e, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_DNAT ? "dnat" : "snat");
	if (ip && addr_from_bytes(family, ip->data, ip->size, &a) == 0)
		strbuf_puts(b, addr_text(&a).s);
	if (a.family && last && addr_from_bytes(family, last->data, last->size, &to) == 0 && !addr_eq(&a, &to))
		strbuf_printf(b, "-%s", addr_text(&to).s);
	print_nat_ports(b, "", d, e, NFTNL_EXPR_NAT_REG_PROTO_MIN, NFTNL_EXPR_NAT_REG_PROTO_MAX);
	print_nat_flags(b, expr_u32(e, NFTNL_EXPR_NAT_FLAGS));
}

/* To an address that is not in the rule: the way's out, or this host's own. */
static void print_masq(struct strbuf *b, const struct decoded *d, const struct nftnl_expr *e)
{
	strbuf_puts(b, "masquerade");
	print_nat_ports(b, " to ", d, e, NFTNL_EXPR_MASQ_REG_PROTO_MIN, NFTNL_EXPR_MASQ_REG_PROTO_MAX);
	print_nat_flags(b, expr_u32(e, NFTNL_EXPR_MASQ_FLAGS));
}

static void print_redir(struct strbuf *b, const struct decoded *d, const struct nftnl_expr *e)
{
	strbuf_puts(b, "redirect");
	print_nat_ports(b, " to ", d, e, NFTNL_EXPR_REDIR_REG_PROTO_MIN, NFTNL_EXPR_REDIR_REG_PROTO_MAX);
	print_nat_flags(b, expr_u32(e, NFTNL_EXPR_REDIR_FLAGS));
}

static void print_log_flags(struct strbuf *b, uint32_t flags)
{
	static const struct number_name tcp[] = { { NF_LOG_TCPSEQ, "sequence" }, { NF_LOG_TCPOPT, "options" } };

	if (flags == NF_LOG_MASK) {
		strbuf_puts(b, " flags all");
		return;
	}
	if (flags & (NF_LOG_TCPSEQ | NF_LOG_TCPOPT)) {
		strbuf_puts(b, " flags tcp");
		print_flags(b, tcp, ARRAY_SIZE(tcp), flags);
	}
	if (flags & NF_LOG_IPOPT)
		strbuf_puts(b, " flags ip options");
	if (flags & NF_LOG_UID)
		strbuf_puts(b, " flags skuid");
	if (flags & NF_LOG_MACDECODE)
		strbuf_puts(b, " flags ether");
}

/* Either for a group of programs, or for the kernel's log. */
static void print_log(struct strbuf *b, const struct nftnl_expr *e)
{
	static const char *const levels[] = { "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug" };
	uint32_t level = expr_u32(e, NFTNL_EXPR_LOG_LEVEL);

	strbuf_puts(b, "log");
	if (nftnl_expr_is_set(e, NFTNL_EXPR_LOG_PREFIX))
		strbuf_printf(b, " prefix \"%s\"", nftnl_expr_get_str(e, NFTNL_EXPR_LOG_PREFIX));
	if (nftnl_expr_is_set(e, NFTNL_EXPR_LOG_GROUP)) {
		strbuf_printf(b, " group %u", expr_u32(e, NFTNL_EXPR_LOG_GROUP));
		if (expr_u32(e, NFTNL_EXPR_LOG_SNAPLEN))
			strbuf_printf(b, " snaplen %u", expr_u32(e, NFTNL_EXPR_LOG_SNAPLEN));
		if (expr_u32(e, NFTNL_EXPR_LOG_QTHRESHOLD))
			strbuf_printf(b, " queue-threshold %u", expr_u32(e, NFTNL_EXPR_LOG_QTHRESHOLD));
		return;
	}
	if (nftnl_expr_is_set(e, NFTNL_EXPR_LOG_LEVEL) && level < ARRAY_SIZE(levels) && level != 4)
		strbuf_printf(b, " level %s", levels[level]);
	print_log_flags(b, expr_u32(e, NFTNL_EXPR_LOG_FLAGS));
}

/* A number in a register is known only to packets. */
static void print_queue(struct strbuf *b, const struct nftnl_expr *e)
{
	static const struct number_name flags[] = {
		{ NFT_QUEUE_FLAG_BYPASS, "bypass" }, { NFT_QUEUE_FLAG_CPU_FANOUT, "fanout" },
	};
	uint32_t first = expr_u32(e, NFTNL_EXPR_QUEUE_NUM), total = expr_u32(e, NFTNL_EXPR_QUEUE_TOTAL);
	uint32_t bits = expr_u32(e, NFTNL_EXPR_QUEUE_FLAGS);

	strbuf_puts(b, "queue");
	if (bits) {
		strbuf_puts(b, " flags");
		print_flags(b, flags, ARRAY_SIZE(flags), bits);
	}
	if (nftnl_expr_is_set(e, NFTNL_EXPR_QUEUE_SREG_QNUM))
		return;
	strbuf_printf(b, " to %u", first);
	if (total > 1)
		strbuf_printf(b, "-%u", first + total - 1);
}

static void print_target(struct strbuf *b, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME);

	strbuf_printf(b, "xt target \"%s\"", name ? name : "?");
}

static void print_statement(struct strbuf *b, const struct decoded *d, const struct nftnl_expr *e,
			    uint8_t family)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	if (!name)
		return;
	if (streq(name, "immediate"))
		print_verdict(b, e);
	else if (streq(name, "nat"))
		print_nat(b, d, e, family);
	else if (streq(name, "log"))
		print_log(b, e);
	else if (streq(name, "target"))
		print_target(b, e);
	else if (streq(name, "queue"))
		print_queue(b, e);
	else if (streq(name, "masq"))
		print_masq(b, d, e);
	else if (streq(name, "redir"))
		print_redir(b, d, e);
	else if (streq(name, "reject") || streq(name, "counter") || streq(name, "notrack"))
		strbuf_puts(b, name);
	else
		print_name(b, e);
}

/* A condition that nft leaves away because another one implies it. */
static bool is_implied(const struct decoded *d, const struct cond *c)
{
	if (c->source != COND_META || c->test != TEST_EQ)
		return false;
	vec_each(other, &d->conds) {
		if (other <= c || other->source != COND_PAYLOAD)
			continue;
		if (c->key == NFT_META_NFPROTO && other->base == NFT_PAYLOAD_NETWORK_HEADER)
			return true;
		if (c->key == NFT_META_L4PROTO && other->base == NFT_PAYLOAD_TRANSPORT_HEADER)
			return true;
	}
	return false;
}

void nft_rule(struct strbuf *b, const struct nftnl_rule *nr, uint8_t family)
{
	struct decoded d;
	bool first = true;

	rule_decode(nr, &d);
	vec_each(c, &d.conds) {
		if (is_implied(&d, c))
			continue;
		strbuf_puts(b, first ? "" : " ");
		nft_cond(b, &d, c, family);
		first = false;
	}
	vec_each(e, &d.statements) {
		strbuf_puts(b, first ? "" : " ");
		print_statement(b, &d, *e, family);
		first = false;
	}
	decoded_done(&d);
}
