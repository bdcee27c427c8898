/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "whatif.h"

#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/fib_rules.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>

#include "firewall/ref.h"
#include "opkind.h"

/* A command on its way into the model; without a snapshot only its grammar is looked at. */
struct command {
	VEC(char *) words;
	size_t at;
	struct snapshot *s;      /* or NULL */
	struct op op;
	uint8_t family;          /* -4, -6; AF_UNSPEC */
	const char *why;         /* the first thing that is wrong, in words, or NULL */
	const char *about;       /* the word that is meant, or NULL */
};

/* --- words ----------------------------------------------------------------- */

static int wrong(struct command *c, const char *why, const char *about)
{
	c->why = why;
	c->about = about;
	return -EINVAL;
}

/* As a shell would, where nothing but quotes is special. */
static int split(struct command *c, const char *text)
{
	while (*(text += strspn(text, " \t"))) {
		struct strbuf word = { 0 };
		char quote = '\0';

		for (; *text && (quote || (*text != ' ' && *text != '\t')); text++) {
			if (!quote && (*text == '\'' || *text == '"'))
				quote = *text;
			else if (quote && *text == quote)
				quote = '\0';
			else
				strbuf_putc(&word, *text);
		}
		vec_push(&c->words, strbuf_take(&word));
		if (quote)
			return wrong(c, "a quote is not closed", NULL);
	}
	return c->words.n ? 0 : wrong(c, "it is empty", NULL);
}

static const char *peek(const struct command *c)
{
	return c->at < c->words.n ? c->words.v[c->at] : NULL;
}

static const char *next(struct command *c)
{
	const char *word = peek(c);

	c->at += word != NULL;
	return word;
}

/* Takes the word where it is the next one. */
static bool take(struct command *c, const char *word)
{
	bool here = peek(c) && streq(peek(c), word);

	c->at += here;
	return here;
}

static bool take_one_of(struct command *c, const char *const *words)
{
	for (; *words; words++)
		if (take(c, *words))
			return true;
	return false;
}

static int end(struct command *c)
{
	return peek(c) ? wrong(c, "the model has no place for", peek(c)) : 0;
}

static int take_number(struct command *c, uint64_t max, uint64_t *ret)
{
	const char *word = next(c), *digits = word;
	uint64_t n = 0;

	if (!word || !*word)
		return wrong(c, "a number is missing", NULL);
	for (; *digits >= '0' && *digits <= '9' && n <= max; digits++)
		n = n * 10 + (uint64_t)(*digits - '0');
	if (*digits || n > max)
		return wrong(c, "this is no number that it can be", word);
	*ret = n;
	return 0;
}

static int take_addr(struct command *c, struct addr *ret)
{
	const char *word = next(c);

	if (!word)
		return wrong(c, "an address is missing", NULL);
	return addr_parse(word, ret) < 0 ? wrong(c, "this is no address", word) : 0;
}

/* "192.0.2.0/24", "192.0.2.1", "default" */
static int take_prefix(struct command *c, struct prefix *ret)
{
	const char *word = next(c), *slash = word ? strchr(word, '/') : NULL;
	_cleanup_(freep) char *text = NULL;
	uint64_t len;

	if (!word)
		return wrong(c, "a prefix is missing", NULL);
	if (streq(word, "default") || streq(word, "all")) {
		*ret = (struct prefix){ .addr.family = c->family ? c->family : AF_INET };
		return 0;
	}
	text = xstrdup(word);
	if (slash)
		text[slash - word] = '\0';
	if (addr_parse(text, &ret->addr) < 0)
		return wrong(c, "this is no prefix", word);
	len = addr_len(ret->addr.family) * 8;
	if (slash && op_uint_get(slash + 1, len, &len) < 0)
		return wrong(c, "this is no prefix", word);
	ret->len = (uint8_t)len;
	return 0;
}

/* --- namespaces and links -------------------------------------------------- */

static struct ns *ns_of(const struct command *c)
{
	return &c->s->ns.v[c->op.ns];
}

static int enter(struct command *c, const char *name)
{
	if (!name)
		return wrong(c, "the namespace is missing", NULL);
	for (size_t i = 0; c->s && i < c->s->ns.n; i++) {
		const struct ns *ns = snapshot_ns(c->s, (int)i);

		if (streq(ns->name, name) || (ns->path && streq(ns->path, name))) {
			c->op.ns = (int)i;
			return 0;
		}
	}
	if (!c->s)
		return 0;
	wrong(c, "no namespace on the way is called", name);
	return -ENOENT;
}

static int take_link(struct command *c, int *ret)
{
	const char *name = next(c);
	const struct link *l = name && c->s ? ns_link_by_name(ns_of(c), name) : NULL;

	if (!name)
		return wrong(c, "the interface is missing", NULL);
	*ret = l ? l->ifindex : 1;
	if (l || !c->s)
		return 0;
	wrong(c, "there is no interface", name);
	return -ENODEV;
}

/* Does the op as far as it is complete. */
static int apply(struct command *c, int (*model)(struct snapshot *s, const struct op *op))
{
	return c->s ? model(c->s, &c->op) : 0;
}

/* --- sysctl ---------------------------------------------------------------- */

static int do_sysctl(struct command *c)
{
	_cleanup_(freep) char *name = NULL;
	const char *word, *equals;
	int r;

	take(c, "-w");
	word = next(c);
	equals = word ? strchr(word, '=') : NULL;
	if (!equals || op_int_get(equals + 1, &c->op.value) < 0)
		return wrong(c, "this is not NAME=NUMBER", word);
	name = xstrdup(word);
	name[equals - word] = '\0';
	if (!model_has_sysctl(name)) {
		wrong(c, "the model does not know the switch", word);
		return -ENOTSUP;
	}
	if (c->s)
		c->op.sysctl = snapshot_intern(c->s, name);
	r = end(c);
	return r < 0 ? r : apply(c, model_sysctl);
}

/* --- links ----------------------------------------------------------------- */

static int model_link_noarp(struct snapshot *s, const struct op *op)
{
	struct link *l = (struct link *)ns_link(snapshot_ns(s, op->ns), op->ifindex);

	l->flags |= IFF_NOARP;
	return 0;
}

static int link_number(struct command *c, uint64_t max, int (*model)(struct snapshot *s, const struct op *op))
{
	uint64_t n = 0;
	int r = take_number(c, max, &n);

	c->op.value = (int)n;
	return r < 0 ? r : apply(c, model);
}

/* One word, or two, of "ip link set X …". */
static int link_word(struct command *c)
{
	int r;

	if (take(c, "up"))
		return apply(c, model_link_up);
	if (take(c, "down"))
		return apply(c, model_link_down);
	if (take(c, "mtu"))
		return link_number(c, INT32_MAX, model_link_mtu);
	if (take(c, "nomaster")) {
		c->op.value = 0;
		return apply(c, model_link_master);
	}
	if (take(c, "master")) {
		r = take_link(c, &c->op.value);
		return r < 0 ? r : apply(c, model_link_master);
	}
	if (take(c, "arp")) {
		if (take(c, "on"))
			return apply(c, model_link_arp);
		return take(c, "off") ? apply(c, model_link_noarp) :
					wrong(c, "arp can be on or off, not", peek(c));
	}
	return wrong(c, "the model has no place for", peek(c));
}

/* One word and its value of "bridge link set dev X …". */
static int port_word(struct command *c)
{
	const struct port_flag *flag;

	if (take(c, "state"))
		return link_number(c, BR_STATE_BLOCKING, model_port_state);
	flag = peek(c) ? port_flag_find(peek(c)) : NULL;
	if (!flag && !(peek(c) && streq(peek(c), "isolated")))
		return wrong(c, "the model has no place for", peek(c));
	c->op.flag = next(c);
	if (!peek(c) || (!streq(peek(c), "on") && !streq(peek(c), "off")))
		return wrong(c, "it can be on or off, not", peek(c));
	c->op.value = streq(next(c), "on");
	return apply(c, flag ? model_port_flag : model_port_isolated);
}

static int set_link(struct command *c, int (*word)(struct command *c))
{
	int r;

	if (!take(c, "set"))
		return wrong(c, "a link can be set, not", peek(c));
	take(c, "dev");
	r = take_link(c, &c->op.ifindex);
	if (r == 0 && !peek(c))
		return wrong(c, "what is to be set is missing", NULL);
	while (r == 0 && peek(c))
		r = word(c);
	return r;
}

static int do_link(struct command *c)
{
	return set_link(c, link_word);
}

/* --- addresses ------------------------------------------------------------- */

static const char *const adding[] = { "add", "append", NULL };
static const char *const deleting[] = { "del", "delete", NULL };

/* "dev X", and nothing behind it. */
static int take_dev(struct command *c)
{
	int r = take(c, "dev") ? take_link(c, &c->op.ifindex) : wrong(c, "dev is missing", NULL);

	return r < 0 ? r : end(c);
}

static int do_addr(struct command *c)
{
	bool add = take_one_of(c, adding);
	int r;

	if (!add && !take_one_of(c, deleting))
		return wrong(c, "an address can be added or deleted, not", peek(c));
	r = take_prefix(c, &c->op.prefix);
	if (r == 0)
		r = take_dev(c);
	return r < 0 ? r : apply(c, add ? model_addr_add : model_addr_del);
}

/* --- routes ---------------------------------------------------------------- */

static const struct {
	const char *name;
	uint8_t type;
} route_types[] = {
	{ "unicast", RTN_UNICAST },         { "local", RTN_LOCAL },       { "broadcast", RTN_BROADCAST },
	{ "blackhole", RTN_BLACKHOLE },     { "throw", RTN_THROW },       { "prohibit", RTN_PROHIBIT },
	{ "unreachable", RTN_UNREACHABLE },
};

static int take_table(struct command *c, uint32_t *ret)
{
	uint64_t n = RT_TABLE_MAIN;
	int r = 0;

	if (take(c, "local"))
		n = RT_TABLE_LOCAL;
	else if (take(c, "default"))
		n = RT_TABLE_DEFAULT;
	else if (!take(c, "main"))
		r = take_number(c, UINT32_MAX, &n);
	*ret = (uint32_t)n;
	return r;
}

static int take_u32(struct command *c, uint32_t *ret)
{
	uint64_t n = 0;
	int r = take_number(c, UINT32_MAX, &n);

	*ret = (uint32_t)n;
	return r;
}

static int take_u8(struct command *c, uint8_t *ret)
{
	uint64_t n = 0;
	int r = take_number(c, UINT8_MAX, &n);

	*ret = (uint8_t)n;
	return r;
}

static int route_word(struct command *c)
{
	struct route *r = &c->op.route;

	if (take(c, "via")) {
		take(c, "inet6");
		return take_addr(c, &r->nh.gateway);
	}
	if (take(c, "dev"))
		return take_link(c, &r->nh.oif);
	if (take(c, "table"))
		return take_table(c, &r->table);
	if (take(c, "metric"))
		return take_u32(c, &r->priority);
	if (take(c, "mtu"))
		return take_u32(c, &r->mtu);
	if (take(c, "src"))
		return take_addr(c, &r->prefsrc);
	if (take(c, "proto"))
		return take_u8(c, &r->protocol);
	if (take(c, "scope"))
		return take(c, "link") ? (r->scope = RT_SCOPE_LINK, 0) : take_u8(c, &r->scope);
	if (take(c, "onlink")) {
		r->nh.flags |= RTNH_F_ONLINK;
		return 0;
	}
	return wrong(c, "the model has no place for", peek(c));
}

/* Of IPv4 alone the kernel compares these, too; scope 0 is none given. */
static bool fits_ipv4(const struct route *r, const struct route *like)
{
	return r->dst.addr.family != AF_INET ||
	       ((!addr_is_set(&like->prefsrc) || addr_eq(&r->prefsrc, &like->prefsrc)) &&
		(!like->scope || r->scope == like->scope));
}

/* The first route that has what was given, as the kernel takes it (fib_table_delete(), ip6_route_del()). */
static int model_route_find_del(struct snapshot *s, const struct op *op)
{
	const struct route *like = &op->route;
	uint32_t table = like->table ? like->table : RT_TABLE_MAIN;

	vec_each(r, &snapshot_ns(s, op->ns)->routes) {
		struct op found = *op;

		if (r->table != table || !prefix_eq(&r->dst, &like->dst) ||
		    (like->type && r->type != like->type) || (like->nh.oif && r->nh.oif != like->nh.oif) ||
		    (like->priority && r->priority != like->priority) ||
		    (like->protocol && r->protocol != like->protocol) || !fits_ipv4(r, like) ||
		    (addr_is_set(&like->nh.gateway) && !addr_eq(&r->nh.gateway, &like->nh.gateway)))
			continue;
		found.route = *r;
		return model_route_del(s, &found);
	}
	return -ESRCH;
}

static int do_route(struct command *c)
{
	bool add = take_one_of(c, adding);
	int r = 0;

	if (!add && !take_one_of(c, deleting))
		return wrong(c, "a route can be added or deleted, not", peek(c));
	c->op.route.raw = SIZE_MAX;
	for (size_t i = 0; i < ARRAY_SIZE(route_types); i++)
		if (take(c, route_types[i].name))
			c->op.route.type = route_types[i].type;
	r = take_prefix(c, &c->op.route.dst);
	while (r == 0 && peek(c))
		r = route_word(c);
	if (r == 0 && addr_is_set(&c->op.route.nh.gateway) &&
	    c->op.route.nh.gateway.family == AF_INET6 && c->op.route.dst.len == 0)
		c->op.route.dst.addr.family = c->family ? c->family : AF_INET6;
	c->op.route.dst = prefix_network(&c->op.route.dst);
	return r < 0 ? r : apply(c, add ? model_route_add : model_route_find_del);
}

/* --- policy rules ---------------------------------------------------------- */

static int rule_word(struct command *c)
{
	struct fib_rule *rule = &c->op.rule;

	if (take(c, "pref") || take(c, "priority")) {
		c->op.value = true;
		return take_u32(c, &rule->priority);
	}
	if (take(c, "from"))
		return take_prefix(c, &rule->src);
	if (take(c, "to"))
		return take_prefix(c, &rule->dst);
	if (take(c, "lookup") || take(c, "table"))
		return take_table(c, &rule->table);
	return wrong(c, "the model has no place for", peek(c));
}

/* The first rule that has what was given; op->value: so was a priority. */
static int model_rule_find_del(struct snapshot *s, const struct op *op)
{
	const struct fib_rule *like = &op->rule;

	vec_each(r, &snapshot_ns(s, op->ns)->rules) {
		struct op found = *op;

		if (r->family != like->family || (op->value && r->priority != like->priority) ||
		    (like->table && r->table != like->table) ||
		    (like->src.len && !prefix_eq(&r->src, &like->src)) ||
		    (like->dst.len && !prefix_eq(&r->dst, &like->dst)))
			continue;
		found.rule = *r;
		return model_rule_del(s, &found);
	}
	return -ENOENT;
}

static int do_rule(struct command *c)
{
	int r = 0;

	if (!take_one_of(c, deleting))
		return wrong(c, "a policy rule can be deleted, not", peek(c));
	c->op.rule.family = c->family ? c->family : AF_INET;
	while (r == 0 && peek(c))
		r = rule_word(c);
	return r < 0 ? r : apply(c, model_rule_find_del);
}

/* --- neighbours ------------------------------------------------------------ */

static int do_neigh(struct command *c)
{
	int r;

	if (!take_one_of(c, deleting))
		return wrong(c, "a neighbour can be deleted, not", peek(c));
	r = take_addr(c, &c->op.neigh.addr);
	if (r == 0 && take(c, "lladdr") && !next(c))
		return wrong(c, "the link-layer address is missing", NULL);
	if (r == 0)
		r = take_dev(c);
	return r < 0 ? r : apply(c, model_neigh_del);
}

/* --- the firewall ---------------------------------------------------------- */

/* Where a rule is, or a policy. */
struct place {
	uint8_t family;
	const char *table, *chain;
};

static struct nft_chain *find_chain(nft_chain_list *chains, const struct place *p)
{
	return (struct nft_chain *)(uintptr_t)chain_in(chains, p->family, p->table, p->chain);
}

static int no_chain(struct command *c, const struct place *p)
{
	wrong(c, "there is no such chain, or it was not read:", p->chain);
	return -ENOENT;
}

static int delete_rule(struct command *c, struct nft_chain *chain, uint64_t handle)
{
	for (size_t i = 0; i < chain->rules.n; i++) {
		if (chain->rules.v[i].handle != handle)
			continue;
		vec_remove(&chain->rules, i);
		/* rules of legacy iptables have numbers */
		for (size_t k = i; chain->legacy && k < chain->rules.n; k++)
			chain->rules.v[k].handle = k + 1;
		return 0;
	}
	wrong(c, "there is no such rule in", chain->name);
	return -ENOENT;
}

/* nft delete rule [FAMILY] TABLE CHAIN handle N */
static int do_nft(struct command *c)
{
	static const uint8_t families[] = { NFPROTO_IPV4, NFPROTO_IPV6,   NFPROTO_INET,
					    NFPROTO_ARP,  NFPROTO_BRIDGE, NFPROTO_NETDEV };
	struct place p = { .family = NFPROTO_IPV4 };
	struct nft_chain *chain;
	uint64_t handle = 0;
	int r;

	if (!take(c, "delete") || !take(c, "rule"))
		return wrong(c, "of nft the model knows: delete rule FAMILY TABLE CHAIN handle N", NULL);
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		if (take(c, fw_family_name(families[i]))) {
			p.family = families[i];
			break;
		}
	}
	p.table = next(c);
	p.chain = next(c);
	if (!p.chain || !take(c, "handle"))
		return wrong(c, "of nft the model knows: delete rule FAMILY TABLE CHAIN handle N", NULL);
	r = take_number(c, UINT64_MAX / 16, &handle);
	if (r == 0)
		r = end(c);
	if (r < 0 || !c->s)
		return r;
	chain = find_chain(&ns_of(c)->chains, &p);
	return chain && !chain->unread ? delete_rule(c, chain, handle) : no_chain(c, &p);
}

/* The chain of iptables, which may be of either kind. */
static struct nft_chain *iptables_chain(struct command *c, const struct place *p, bool nft, bool legacy)
{
	struct nft_chain *chain = legacy ? NULL : find_chain(&ns_of(c)->chains, p);

	if (chain && chain->unread)
		chain = NULL;
	return chain || nft ? chain : find_chain(&ns_of(c)->legacy, p);
}

/* iptables numbers the rules of a chain from 1. */
static int delete_numbered(struct command *c, struct nft_chain *chain, uint64_t number)
{
	uint64_t handle = number && number <= chain->rules.n ? chain->rules.v[number - 1].handle : 0;

	return delete_rule(c, chain, handle);
}

static int set_policy(struct command *c, struct nft_chain *chain, const char *policy)
{
	if (!chain->base)
		return wrong(c, "only a built-in chain has a policy, not", chain->name);
	chain->policy = streq(policy, "DROP") ? NF_DROP : NF_ACCEPT;
	return 0;
}

/* iptables [-t TABLE] -D CHAIN NUMBER, iptables [-t TABLE] -P CHAIN POLICY */
static int do_iptables(struct command *c, uint8_t family, bool nft, bool legacy)
{
	static const char *const usage = "of iptables the model knows: -D CHAIN NUMBER, -P CHAIN ACCEPT or DROP";
	struct place p = { .family = family, .table = "filter" };
	const char *policy = NULL;
	struct nft_chain *chain;
	uint64_t number = 0;
	bool delete;
	int r = 0;

	if (take(c, "-t"))
		p.table = next(c);
	delete = take(c, "-D");
	if (!p.table || (!delete && !take(c, "-P")))
		return wrong(c, usage, NULL);
	p.chain = next(c);
	if (delete)
		r = take_number(c, UINT32_MAX, &number);
	else
		policy = next(c);
	if (!p.chain || (!delete && (!policy || (!streq(policy, "ACCEPT") && !streq(policy, "DROP")))))
		return wrong(c, usage, NULL);
	if (r == 0)
		r = end(c);
	if (r < 0 || !c->s)
		return r;
	chain = iptables_chain(c, &p, nft, legacy);
	if (!chain)
		return no_chain(c, &p);
	return delete ? delete_numbered(c, chain, number) : set_policy(c, chain, policy);
}

/* --- programs -------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*run)(struct command *c);
} ip_objects[] = {
	{ "link", do_link },   { "l", do_link },       { "address", do_addr }, { "addr", do_addr },
	{ "a", do_addr },      { "route", do_route },  { "r", do_route },      { "rule", do_rule },
	{ "neigh", do_neigh }, { "neighbour", do_neigh },
};

/* Options of ip and bridge that matter. */
static int ip_options(struct command *c)
{
	int r = 0;

	while (r == 0 && peek(c) && peek(c)[0] == '-') {
		if (take(c, "-n") || take(c, "-netns"))
			r = enter(c, next(c));
		else if (take(c, "-4"))
			c->family = AF_INET;
		else if (take(c, "-6"))
			c->family = AF_INET6;
		else
			r = wrong(c, "the model has no place for", peek(c));
	}
	return r;
}

static int do_ip(struct command *c)
{
	int r = ip_options(c);

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(ip_objects); i++)
		if (take(c, ip_objects[i].name))
			return ip_objects[i].run(c);
	return r < 0 ? r : wrong(c, "of ip the model knows link, addr, route, rule and neigh, not", peek(c));
}

static int do_bridge(struct command *c)
{
	int r = ip_options(c);

	if (r == 0 && !take(c, "link"))
		return wrong(c, "of bridge the model knows link, not", peek(c));
	return r < 0 ? r : set_link(c, port_word);
}

/* "ip netns exec NAME", "nsenter --net=FILE" before a command. */
static int enter_first(struct command *c)
{
	static const char net[] = "--net=";

	if (c->words.n > 3 && streq(c->words.v[0], "ip") && streq(c->words.v[1], "netns") &&
	    streq(c->words.v[2], "exec")) {
		c->at = 4;
		return enter(c, c->words.v[3]);
	}
	if (c->words.n > 1 && streq(c->words.v[0], "nsenter") && str_starts(c->words.v[1], net)) {
		c->at = 2;
		return enter(c, c->words.v[1] + strlen(net));
	}
	return 0;
}

static int run_program(struct command *c)
{
	if (take(c, "sysctl"))
		return do_sysctl(c);
	if (take(c, "ip"))
		return do_ip(c);
	if (take(c, "bridge"))
		return do_bridge(c);
	if (take(c, "nft"))
		return do_nft(c);
	if (take(c, "iptables"))
		return do_iptables(c, NFPROTO_IPV4, false, false);
	if (take(c, "ip6tables"))
		return do_iptables(c, NFPROTO_IPV6, false, false);
	if (take(c, "iptables-nft"))
		return do_iptables(c, NFPROTO_IPV4, true, false);
	if (take(c, "ip6tables-nft"))
		return do_iptables(c, NFPROTO_IPV6, true, false);
	if (take(c, "iptables-legacy"))
		return do_iptables(c, NFPROTO_IPV4, false, true);
	if (take(c, "ip6tables-legacy"))
		return do_iptables(c, NFPROTO_IPV6, false, true);
	return wrong(c, "the model knows commands of sysctl, ip, bridge, nft and iptables, not", peek(c));
}

static char *sentence(const struct command *c, const char *command, int err)
{
	struct strbuf b = { 0 };

	strbuf_puts(&b, "--what-if: \"");
	strbuf_visible(&b, command);
	strbuf_printf(&b, "\": %s", c->why ? c->why : strerror(-err));
	if (c->about) {
		strbuf_putc(&b, ' ');
		strbuf_visible(&b, c->about);
	}
	return strbuf_take(&b);
}

static int run(struct snapshot *s, const char *command, char **ret_error)
{
	struct command c = { .s = s };
	int r = split(&c, command);

	if (r == 0)
		r = enter_first(&c);
	if (r == 0)
		r = run_program(&c);
	if (r < 0)
		*ret_error = sentence(&c, command, r);
	vec_each(word, &c.words)
		free(*word);
	vec_free(&c.words);
	return r;
}

int whatif_check(const char *command, char **ret_error)
{
	char *error = NULL;
	int r = run(NULL, command, &error);

	if (r == 0)
		return 0;
	*ret_error = error;
	return -EINVAL;
}

int whatif_do(struct snapshot *s, const char *command, char **ret_error)
{
	return run(s, command, ret_error);
}
