/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * legacy - the memory block of a legacy table as chains of bytecode
 *
 * The layout is that of ipt_do_table() and of libiptc's parse_table(): a user
 * chain begins with an ERROR target that carries its name and ends with a
 * RETURN, a built-in chain begins at its hook's offset and ends with its
 * policy, the block ends with a last ERROR. The conditions are those of
 * ip_packet_match() and ip6_packet_match().
 */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>

#include <libnftnl/expr.h>
#include <libnftnl/rule.h>

#include "firewall/legacy.h"
#include "nftexpr.h"

/* --- an entry, of either family -------------------------------------------- */

struct entry {
	const uint8_t *p;
	size_t head;                  /* where the matches begin */
	size_t target, next;          /* offsets from p */
	const struct xt_counters *counters;
};

static struct entry entry_at(uint8_t family, const void *p)
{
	const struct ipt_entry *e4 = p;
	const struct ip6t_entry *e6 = p;

	if (family == NFPROTO_IPV6)
		return (struct entry){ p, sizeof(*e6), e6->target_offset, e6->next_offset,
				       &e6->counters };
	return (struct entry){ p, sizeof(*e4), e4->target_offset, e4->next_offset, &e4->counters };
}

static const struct xt_entry_target *target_of(const struct entry *e)
{
	return (const void *)(e->p + e->target);
}

static const struct xt_entry_match *match_at(const struct entry *e, size_t at)
{
	return (const void *)(e->p + at);
}

/* The standard target has the empty name. */
static bool is_standard(const struct xt_entry_target *t)
{
	return t->u.user.name[0] == '\0';
}

static bool is_error(const struct xt_entry_target *t)
{
	return streq(t->u.user.name, XT_ERROR_TARGET);
}

static int verdict_of(const struct xt_entry_target *t)
{
	return ((const struct xt_standard_target *)(const void *)t)->verdict;
}

static bool is_aligned(size_t n)
{
	return n % __alignof__(struct xt_counters) == 0;
}

static bool has_end(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

/* Do the matches fill exactly the room between header and target? */
static bool matches_fit(const struct entry *e)
{
	size_t at = e->head;

	while (at < e->target) {
		const struct xt_entry_match *m = match_at(e, at);

		if (e->target - at < sizeof(*m) || m->u.match_size < sizeof(*m) ||
		    !is_aligned(m->u.match_size) || m->u.match_size > e->target - at ||
		    !has_end(m->u.user.name, sizeof(m->u.user.name)))
			return false;
		at += m->u.match_size;
	}
	return true;
}

static bool target_fits(const struct entry *e)
{
	const struct xt_entry_target *t = target_of(e);
	size_t size = t->u.target_size;

	if (size < sizeof(*t) || size > e->next - e->target ||
	    !has_end(t->u.user.name, sizeof(t->u.user.name)))
		return false;
	if (is_standard(t))
		return size >= sizeof(struct xt_standard_target);
	return !is_error(t) || (size >= sizeof(struct xt_error_target) &&
				has_end(((const struct xt_error_target *)(const void *)t)->errorname,
					XT_FUNCTION_MAXNAMELEN));
}

/* What all further reading relies on. room: bytes from p to the end of the block. */
static bool entry_fits(uint8_t family, const uint8_t *p, size_t room)
{
	size_t head = family == NFPROTO_IPV6 ? sizeof(struct ip6t_entry) : sizeof(struct ipt_entry);
	struct entry e;

	if (room < head)
		return false;
	e = entry_at(family, p);
	return is_aligned(e.target) && is_aligned(e.next) && e.target >= e.head && e.next <= room &&
	       e.target <= e.next && e.next - e.target >= sizeof(struct xt_entry_target) &&
	       matches_fit(&e) && target_fits(&e);
}

/* --- as bytecode ----------------------------------------------------------- */

static void add_cmp(struct nftnl_rule *nr, bool invert, const void *data, uint32_t len)
{
	nftexpr_cmp(nr, invert ? NFT_CMP_NEQ : NFT_CMP_EQ, data, len);
}

/* How many whole bytes a mask begins with; *ret_plain: and nothing behind them. */
static size_t whole_bytes(const uint8_t *mask, size_t len, bool *ret_plain)
{
	size_t n = 0;

	while (n < len && mask[n] == 0xff)
		n++;
	*ret_plain = bytes_zero(mask + n, len - n);
	return n;
}

/* (field & mask) == value, or not; whole bytes without a mask, as iptables-nft does. */
static void add_masked(struct nftnl_rule *nr, bool invert, const uint8_t *value,
		       const uint8_t *mask, size_t len)
{
	bool plain;
	size_t n = whole_bytes(mask, len, &plain);

	if (plain && n && bytes_zero(value + n, len - n)) {
		add_cmp(nr, invert, value, (uint32_t)n);
		return;
	}
	nftexpr_mask(nr, mask, (uint32_t)len);
	add_cmp(nr, invert, value, (uint32_t)len);
}

static void add_addr(struct nftnl_rule *nr, uint32_t offset, bool invert, const void *value,
		     const void *mask, size_t len)
{
	const uint8_t *v = value, *m = mask;
	bool plain;
	size_t n = whole_bytes(m, len, &plain);

	if (!invert && bytes_zero(v, len) && bytes_zero(m, len))
		return;
	if (!plain || !n || !bytes_zero(v + n, len - n))
		n = len;
	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, offset, (uint32_t)n);
	add_masked(nr, invert, v, m, n);
}

/* The mask covers a name and its NUL, or only the beginning of it. */
static void add_iface(struct nftnl_rule *nr, uint32_t key, bool invert, const char *name,
		      const unsigned char *mask)
{
	uint8_t value[IFNAMSIZ];

	if (!invert && bytes_zero(mask, IFNAMSIZ))
		return;
	/* "eth+" is kept with its +, behind what the mask covers */
	for (size_t i = 0; i < IFNAMSIZ; i++)
		value[i] = (uint8_t)name[i] & mask[i];
	nftexpr_meta(nr, key);
	add_masked(nr, invert, value, mask, IFNAMSIZ);
}

static void add_proto(struct nftnl_rule *nr, bool invert, uint16_t proto)
{
	uint8_t v = (uint8_t)proto;

	nftexpr_meta(nr, NFT_META_L4PROTO);
	add_cmp(nr, invert, &v, sizeof(v));
}

static void add_fragment(struct nftnl_rule *nr, bool invert)
{
	const uint16_t mask = htons(0x1fff), zero = 0;

	nftexpr_payload(nr, NFT_PAYLOAD_NETWORK_HEADER, 6, sizeof(mask));
	nftexpr_mask(nr, &mask, sizeof(mask));
	add_cmp(nr, !invert, &zero, sizeof(zero));
}

static void add_header4(struct nftnl_rule *nr, const struct ipt_ip *ip)
{
	uint8_t inv = ip->invflags;

	add_iface(nr, NFT_META_IIFNAME, inv & IPT_INV_VIA_IN, ip->iniface, ip->iniface_mask);
	add_iface(nr, NFT_META_OIFNAME, inv & IPT_INV_VIA_OUT, ip->outiface, ip->outiface_mask);
	if (ip->proto)
		add_proto(nr, inv & IPT_INV_PROTO, ip->proto);
	add_addr(nr, 12, inv & IPT_INV_SRCIP, &ip->src, &ip->smsk, sizeof(ip->src));
	add_addr(nr, 16, inv & IPT_INV_DSTIP, &ip->dst, &ip->dmsk, sizeof(ip->dst));
	if (ip->flags & IPT_F_FRAG)
		add_fragment(nr, inv & IPT_INV_FRAG);
}

static void add_header6(struct nftnl_rule *nr, const struct ip6t_ip6 *ip)
{
	uint8_t inv = ip->invflags;

	add_iface(nr, NFT_META_IIFNAME, inv & IP6T_INV_VIA_IN, ip->iniface, ip->iniface_mask);
	add_iface(nr, NFT_META_OIFNAME, inv & IP6T_INV_VIA_OUT, ip->outiface, ip->outiface_mask);
	if ((ip->flags & IP6T_F_PROTO) && ip->proto)
		add_proto(nr, inv & IP6T_INV_PROTO, ip->proto);
	add_addr(nr, 8, inv & IP6T_INV_SRCIP, &ip->src, &ip->smsk, sizeof(ip->src));
	add_addr(nr, 24, inv & IP6T_INV_DSTIP, &ip->dst, &ip->dmsk, sizeof(ip->dst));
}

/* libnftnl keeps info itself and frees it in the end. */
static void add_match(struct nftnl_rule *nr, const struct xt_entry_match *m)
{
	struct nftnl_expr *e = nftexpr_add(nr, "match");
	size_t size = m->u.match_size - sizeof(*m);

	nftnl_expr_set_str(e, NFTNL_EXPR_MT_NAME, m->u.user.name);
	nftnl_expr_set_u32(e, NFTNL_EXPR_MT_REV, m->u.user.revision);
	nftnl_expr_set(e, NFTNL_EXPR_MT_INFO, xmemdup(m->data, size ? size : 1), (uint32_t)size);
}

static void add_target(struct nftnl_rule *nr, const struct xt_entry_target *t)
{
	struct nftnl_expr *e = nftexpr_add(nr, "target");
	size_t size = t->u.target_size - sizeof(*t);

	nftnl_expr_set_str(e, NFTNL_EXPR_TG_NAME, t->u.user.name);
	nftnl_expr_set_u32(e, NFTNL_EXPR_TG_REV, t->u.user.revision);
	nftnl_expr_set(e, NFTNL_EXPR_TG_INFO, xmemdup(t->data, size ? size : 1), (uint32_t)size);
}

static const struct {
	int verdict;         /* of a standard target */
	const char *label;
	int code;            /* of bytecode */
} verdicts[] = {
	{ -NF_ACCEPT - 1, "ACCEPT", NF_ACCEPT },
	{ -NF_DROP - 1, "DROP", NF_DROP },
	{ -NF_QUEUE - 1, "QUEUE", NF_QUEUE },
	{ XT_RETURN, "RETURN", NFT_RETURN },
};

static void add_verdict(struct nftnl_rule *nr, const char *label, bool go)
{
	struct nftnl_expr *e = nftexpr_add(nr, "immediate");
	int code = go ? NFT_GOTO : NFT_JUMP;
	bool is_chain = true;

	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (streq(verdicts[i].label, label)) {
			code = verdicts[i].code;
			is_chain = false;
		}
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, (uint32_t)code);
	if (is_chain)
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, label);
}

struct nftnl_rule *legacy_translate(uint8_t family, const void *p, const char *label)
{
	const struct ipt_entry *e4 = p;
	const struct ip6t_entry *e6 = p;
	struct entry e = entry_at(family, p);
	struct nftnl_rule *nr = nftnl_rule_alloc();
	bool go;

	if (!nr)
		abort();
	if (family == NFPROTO_IPV6)
		add_header6(nr, &e6->ipv6);
	else
		add_header4(nr, &e4->ip);
	go = family == NFPROTO_IPV6 ? e6->ipv6.flags & IP6T_F_GOTO : e4->ip.flags & IPT_F_GOTO;
	for (size_t at = e.head; at < e.target; at += match_at(&e, at)->u.match_size)
		add_match(nr, match_at(&e, at));
	if (!is_standard(target_of(&e)))
		add_target(nr, target_of(&e));
	else if (label[0])
		add_verdict(nr, label, go);
	return nr;
}

/* --- fingerprints ---------------------------------------------------------- */

/* FNV-1a */
static uint64_t hash(uint64_t h, const void *p, size_t n)
{
	const unsigned char *bytes = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Behind a name's end there may be anything. */
static uint64_t hash_extension(uint64_t h, const char *name, uint8_t revision, const void *info,
			       size_t size)
{
	h = hash(h, name, strlen(name) + 1);
	h = hash(h, &revision, sizeof(revision));
	return hash(h, info, size);
}

uint64_t legacy_print(uint8_t family, const void *p, const char *label)
{
	struct entry e = entry_at(family, p);
	const struct xt_entry_target *t = target_of(&e);
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	h = hash(h, p, family == NFPROTO_IPV6 ? offsetof(struct ip6t_ip6, invflags) + 1 :
						sizeof(struct ipt_ip));
	for (size_t at = e.head; at < e.target; at += match_at(&e, at)->u.match_size) {
		const struct xt_entry_match *m = match_at(&e, at);

		h = hash_extension(h, m->u.user.name, m->u.user.revision, m->data,
				   m->u.match_size - sizeof(*m));
	}
	if (is_standard(t))
		h = hash(h, label, strlen(label) + 1);
	else
		h = hash_extension(h, t->u.user.name, t->u.user.revision, t->data,
				   t->u.target_size - sizeof(*t));
	return h ? h : 1;
}

/* --- a table --------------------------------------------------------------- */

/* A chain as a stretch of the block: the last entry is its policy or its RETURN. */
struct stretch {
	const char *name;
	int hook;            /* NF_INET_*, -1: a user's chain */
	size_t begin, last;  /* offsets */
};

struct table {
	const struct legacy_info *info;
	const uint8_t *entries;
	const char *name;    /* interned */
	VEC(struct stretch) chains; /* by offset */
};

static struct entry at(const struct table *t, size_t offset)
{
	return entry_at(t->info->family, t->entries + offset);
}

/* Names of built-in chains, by hook. */
static const char *const hook_chains[5] = {
	[NF_INET_PRE_ROUTING] = "PREROUTING",
	[NF_INET_LOCAL_IN] = "INPUT",
	[NF_INET_FORWARD] = "FORWARD",
	[NF_INET_LOCAL_OUT] = "OUTPUT",
	[NF_INET_POST_ROUTING] = "POSTROUTING",
};

static int hook_at(const struct legacy_info *info, size_t offset)
{
	for (int h = 0; h < 5; h++)
		if ((info->valid_hooks & 1u << h) && info->hook_entry[h] == offset)
			return h;
	return -1;
}

static struct stretch *last_chain(struct table *t)
{
	return t->chains.n ? &t->chains.v[t->chains.n - 1] : NULL;
}

/* Cuts the block into chains. Every entry is checked on the way. */
static int cut(struct table *t)
{
	const struct legacy_info *info = t->info;
	const char *name = NULL;     /* of the user's chain that begins here */
	bool ended = false;

	for (size_t offset = 0, next; offset < info->size; offset = next) {
		int hook = hook_at(info, offset);
		struct entry e;

		if (ended || !entry_fits(info->family, t->entries + offset, info->size - offset))
			return -EBADMSG;
		e = at(t, offset);
		next = offset + e.next;
		if (is_error(target_of(&e))) {
			if (name || hook >= 0)
				return -EBADMSG;
			name = ((const struct xt_error_target *)(const void *)target_of(&e))->errorname;
			ended = next == info->size;
			continue;
		}
		if (name || hook >= 0)
			vec_push(&t->chains, ((struct stretch){
				.name = hook >= 0 ? hook_chains[hook] : name,
				.hook = hook,
				.begin = offset,
			}));
		/* a hook's rules never begin inside another chain's name */
		if (!last_chain(t) || (name && hook >= 0))
			return -EBADMSG;
		name = NULL;
		last_chain(t)->last = offset;
	}
	return ended ? 0 : -EBADMSG;
}

/* The policy of a built-in chain, or that the user's ends in a RETURN for everything. */
static int end_of(const struct table *t, const struct stretch *c, uint32_t *ret_policy)
{
	struct entry e = at(t, c->last);
	int verdict;

	if (!is_standard(target_of(&e)) || e.target != e.head)
		return -EBADMSG;
	verdict = verdict_of(target_of(&e));
	if (c->hook < 0)
		return verdict == XT_RETURN ? 0 : -EBADMSG;
	if (c->last != t->info->underflow[c->hook] ||
	    (verdict != -NF_ACCEPT - 1 && verdict != -NF_DROP - 1))
		return -EBADMSG;
	*ret_policy = verdict == -NF_DROP - 1 ? NF_DROP : NF_ACCEPT;
	return 0;
}

static const struct stretch *chain_at(const struct table *t, size_t offset)
{
	size_t low = 0, high = t->chains.n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (t->chains.v[mid].begin < offset)
			low = mid + 1;
		else
			high = mid;
	}
	return low < t->chains.n && t->chains.v[low].begin == offset ? &t->chains.v[low] : NULL;
}

/* No chain can be called so, for iptables itself. */
static bool is_verdict(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (streq(verdicts[i].label, name))
			return true;
	return !name[0];
}

/* What the target is called; NULL: it leads to where no chain begins. */
static const char *label_of(const struct table *t, size_t offset, const struct entry *e)
{
	const struct xt_entry_target *target = target_of(e);
	const struct stretch *c;
	int verdict;

	if (!is_standard(target))
		return target->u.user.name;
	verdict = verdict_of(target);
	for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (verdicts[i].verdict == verdict)
			return verdicts[i].label;
	if (verdict < 0)
		return NULL;
	/* a rule without a target goes on with the next one */
	if ((size_t)verdict == offset + e->next)
		return "";
	c = chain_at(t, (size_t)verdict);
	return c && c->hook < 0 && !is_verdict(c->name) ? c->name : NULL;
}

static int fill_rules(struct snapshot *s, const struct table *t, const struct stretch *from,
		      bool translate, struct nft_chain *c)
{
	uint8_t family = t->info->family;
	uint64_t number = 0;

	for (size_t offset = from->begin; offset < from->last;) {
		struct entry e = at(t, offset);
		const char *label = label_of(t, offset, &e);
		struct nftnl_rule *nr;

		if (!label)
			return -EBADMSG;
		nr = translate ? legacy_translate(family, e.p, label) : NULL;
		if (nr)
			snapshot_own_rule(s, nr);
		vec_push(&c->rules, ((struct nft_rule){
			.handle = ++number,
			.nr = nr,
			.print = legacy_print(family, e.p, label),
			.packets = e.counters->pcnt,
		}));
		offset += e.next;
	}
	return 0;
}

/* The priorities at which the kernel registers the tables (net/ipv4/netfilter/iptable_*.c). */
static const struct {
	const char *table;
	int32_t prio;
} priorities[] = {
	{ "raw", NF_IP_PRI_RAW },
	{ "mangle", NF_IP_PRI_MANGLE },
	{ "nat", NF_IP_PRI_NAT_DST },
	{ "filter", NF_IP_PRI_FILTER },
	{ "security", NF_IP_PRI_SECURITY },
};

static int priority_of(const char *table, int hook, int32_t *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(priorities); i++) {
		if (!streq(priorities[i].table, table))
			continue;
		*ret = priorities[i].prio;
		if (*ret == NF_IP_PRI_NAT_DST &&
		    (hook == NF_INET_LOCAL_IN || hook == NF_INET_POST_ROUTING))
			*ret = NF_IP_PRI_NAT_SRC;
		return 0;
	}
	return -ENOTSUP;
}

static const char *type_of(const char *table, int hook)
{
	if (streq(table, "nat"))
		return "nat";
	/* a changed mark is routed again (ipt_mangle_out()) */
	return streq(table, "mangle") && hook == NF_INET_LOCAL_OUT ? "route" : "filter";
}

static int add_chain(struct snapshot *s, struct ns *ns, const struct table *t,
		     const struct stretch *from, bool translate)
{
	struct nft_chain *c = vec_add(&ns->legacy);
	struct entry policy = at(t, from->last);
	int r;

	c->family = t->info->family;
	c->table = t->name;
	c->name = snapshot_intern(s, from->name);
	c->legacy = true;
	r = end_of(t, from, &c->policy);
	if (r == 0 && from->hook >= 0) {
		c->base = true;
		c->hook = (uint32_t)from->hook;
		c->type = snapshot_intern(s, type_of(t->name, from->hook));
		c->packets = policy.counters->pcnt;
		r = priority_of(t->name, from->hook, &c->prio);
	}
	return r < 0 ? r : fill_rules(s, t, from, translate, c);
}

int legacy_parse(struct snapshot *s, struct ns *ns, const struct legacy_info *info,
		 const void *entries, bool translate)
{
	struct table t = { .info = info, .entries = entries };
	size_t before = ns->legacy.n;
	int32_t prio;
	int r;

	if (!has_end(info->name, sizeof(info->name)))
		return -EBADMSG;
	r = priority_of(info->name, NF_INET_FORWARD, &prio);
	if (r == 0)
		r = cut(&t);
	if (r == 0)
		t.name = snapshot_intern(s, info->name);
	for (size_t i = 0; r == 0 && i < t.chains.n; i++)
		r = add_chain(s, ns, &t, &t.chains.v[i], translate);
	while (r < 0 && ns->legacy.n > before)
		vec_free(&ns->legacy.v[--ns->legacy.n].rules);
	vec_free(&t.chains);
	return r;
}
