/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opcommand - ops as the commands of iproute2, sysctl, nft and conntrack
 *
 * Every command can be pasted from the host: it enters the namespace itself.
 */
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "firewall/build.h"
#include "firewall/ref.h"
#include "opkind.h"

/* --- words ---------------------------------------------------------------- */

static const struct ns *op_ns(const struct snapshot *s, const struct op *op)
{
	return snapshot_ns(s, op->ns);
}

static void word(struct strbuf *b, const char *text)
{
	strbuf_putc(b, ' ');
	op_shell_word(b, text);
}

static void enter_by_file(struct strbuf *b, const struct ns *ns)
{
	_cleanup_(freep) char *option = xasprintf("--net=%s", ns->path ? ns->path : ns->name);

	strbuf_puts(b, "nsenter");
	word(b, option);
	strbuf_putc(b, ' ');
}

/* Begins a command of any program, inside the namespace. */
static void begin(struct strbuf *b, const struct snapshot *s, const struct op *op,
		  const char *program)
{
	const struct ns *ns = op_ns(s, op);

	if (op->ns != NS_HOST && ns->named) {
		strbuf_puts(b, "ip netns exec");
		word(b, ns->name);
		strbuf_putc(b, ' ');
	} else if (op->ns != NS_HOST) {
		enter_by_file(b, ns);
	}
	strbuf_puts(b, program);
}

/*
 * The same for ip and bridge, which can enter a named namespace themselves; ip wants to be
 * told of IPv6.
 */
static void begin_ip(struct strbuf *b, const struct snapshot *s, const struct op *op,
		     const char *program, uint8_t family)
{
	const struct ns *ns = op_ns(s, op);

	if (op->ns != NS_HOST && !ns->named)
		enter_by_file(b, ns);
	strbuf_puts(b, program);
	if (op->ns != NS_HOST && ns->named) {
		strbuf_puts(b, " -n");
		word(b, ns->name);
	}
	if (family == AF_INET6)
		strbuf_puts(b, " -6");
}

char *op_program_in(const struct snapshot *s, int ns, const char *program)
{
	const struct op there = { .ns = ns };
	struct strbuf b = { 0 };

	begin(&b, s, &there, program);
	return strbuf_take(&b);
}

char *op_ip_in(const struct snapshot *s, int ns, uint8_t family)
{
	const struct op there = { .ns = ns };
	struct strbuf b = { 0 };

	begin_ip(&b, s, &there, "ip", family);
	return strbuf_take(&b);
}

static void dev(struct strbuf *b, const struct snapshot *s, const struct op *op, int ifindex)
{
	strbuf_puts(b, " dev");
	word(b, ns_ifname(op_ns(s, op), ifindex).s);
}

/* "default", "192.0.2.1" or "192.0.2.0/24", as ip has it. */
static void destination(struct strbuf *b, const struct prefix *p)
{
	if (p->len == 0)
		strbuf_puts(b, "default");
	else if (p->len == addr_len(p->addr.family) * 8)
		strbuf_puts(b, addr_text(&p->addr).s);
	else
		strbuf_puts(b, prefix_text(p).s);
}

static void finish(struct strbuf *b, op_strings *ret)
{
	vec_push(ret, strbuf_take(b));
}

/* --- sysctl --------------------------------------------------------------- */

/* Where in the name an interface's name stands; false where there is none. */
static bool interface_part(const char *name, size_t *ret_start, size_t *ret_end)
{
	static const char *const trees[] = {
		"net.ipv4.conf.", "net.ipv4.neigh.", "net.ipv6.conf.", "net.ipv6.neigh.",
	};

	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		const char *last = strrchr(name, '.');
		size_t start = strlen(trees[i]);

		if (!str_starts(name, trees[i]) || (size_t)(last - name) <= start)
			continue;
		*ret_start = start;
		*ret_end = (size_t)(last - name);
		return true;
	}
	return false;
}

/* A copy of name in which separators are `outer` and an interface's dots are `inner`. */
static char *sysctl_text(const char *name, char outer, char inner)
{
	char *text = xstrdup(name);
	size_t start = 0, end = 0;

	interface_part(name, &start, &end);
	for (size_t i = 0; text[i]; i++)
		if (text[i] == '.' || text[i] == '/')
			text[i] = i >= start && i < end ? inner : outer;
	return text;
}

char *op_sysctl_path(const char *name)
{
	_cleanup_(freep) char *text = sysctl_text(name, '/', '.');

	return xasprintf("/proc/sys/%s", text);
}

static void sysctl_write(const struct snapshot *s, const struct op *op, const char *name, int value,
			 op_strings *ret)
{
	_cleanup_(freep) char *key = sysctl_text(name, '.', '/');
	_cleanup_(freep) char *assignment = xasprintf("%s=%d", key, value);
	struct strbuf b = { 0 };

	begin(&b, s, op, "sysctl -w");
	word(&b, assignment);
	finish(&b, ret);
}

static bool is_forwarding(const char *name)
{
	return streq(name, "net.ipv4.ip_forward") || streq(name, "net.ipv4.conf.all.forwarding");
}

/*
 * Writing the switch for all interfaces writes every one's
 * (inet_forward_change() in net/ipv4/devinet.c), so those that were different
 * before need a command of their own. Only a snapshot from before can tell.
 */
static void forwarding_again(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	const struct ns *ns = op_ns(s, op);

	if (!ns->all.known || ns->all.forwarding != op->old)
		return;
	/* … and that for redirects of "all", the other way round */
	if (ns->all.accept_redirects != !op->old)
		sysctl_write(s, op, "net.ipv4.conf.all.accept_redirects", ns->all.accept_redirects, ret);
	vec_each(l, &ns->links) {
		_cleanup_(freep) char *name = NULL;

		if (!l->inet.known || l->inet.forwarding == op->old)
			continue;
		name = xasprintf("net.ipv4.conf.%s.forwarding", l->name);
		sysctl_write(s, op, name, l->inet.forwarding, ret);
	}
}

static void forwarding_again6(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	const struct ns *ns = op_ns(s, op);

	if (!ns->all6.known || ns->all6.forwarding != op->old)
		return;
	vec_each(l, &ns->links) {
		_cleanup_(freep) char *name = NULL;

		if (!l->inet6.known || l->inet6.forwarding == op->old)
			continue;
		name = xasprintf("net.ipv6.conf.%s.forwarding", l->name);
		sysctl_write(s, op, name, l->inet6.forwarding, ret);
	}
}

void command_sysctl(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	sysctl_write(s, op, op->sysctl, undo ? op->old : op->value, ret);
	if (undo && is_forwarding(op->sysctl))
		forwarding_again(s, op, ret);
	if (undo && streq(op->sysctl, "net.ipv6.conf.all.forwarding"))
		forwarding_again6(s, op, ret);
}

/* net.ipv4.ip_forward becomes /etc/sysctl.d/60-ip-forward.conf */
static char *sysctl_file(const char *name)
{
	const char *rest = name;
	struct strbuf b = { 0 };

	if (str_starts(rest, "net."))
		rest += strcspn(rest + 4, ".") + 5;
	strbuf_puts(&b, "/etc/sysctl.d/60-");
	for (const char *c = rest; *c; c++) {
		bool safe = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
			    (*c >= '0' && *c <= '9');

		strbuf_putc(&b, safe ? *c : '-');
	}
	strbuf_puts(&b, ".conf");
	return strbuf_take(&b);
}

void persist_sysctl(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	_cleanup_(freep) char *key = sysctl_text(op->sysctl, '.', '/');
	_cleanup_(freep) char *assignment = xasprintf("%s=%d", key, op->value);
	_cleanup_(freep) char *file = sysctl_file(op->sysctl);
	struct strbuf b = { 0 };

	if (op->ns != NS_HOST) {
		persist_made(s, op, ret);
		return;
	}
	strbuf_puts(&b, "echo");
	word(&b, assignment);
	strbuf_puts(&b, " >");
	word(&b, file);
	finish(&b, ret);
}

/* --- links, bridge ports, addresses --------------------------------------- */

void command_link_up(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "ip", AF_UNSPEC);
	strbuf_puts(&b, " link set");
	dev(&b, s, op, op->ifindex);
	strbuf_puts(&b, undo ? " down" : " up");
	finish(&b, ret);
}

void command_link_arp(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "ip", AF_UNSPEC);
	strbuf_puts(&b, " link set");
	dev(&b, s, op, op->ifindex);
	strbuf_puts(&b, undo ? " arp off" : " arp on");
	finish(&b, ret);
}

void command_link_master(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	int master = undo ? op->old : op->value;
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "ip", AF_UNSPEC);
	strbuf_puts(&b, " link set");
	dev(&b, s, op, op->ifindex);
	if (master) {
		strbuf_puts(&b, " master");
		word(&b, ns_ifname(op_ns(s, op), master).s);
	} else {
		strbuf_puts(&b, " nomaster");
	}
	finish(&b, ret);
}

void command_link_mtu(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "ip", AF_UNSPEC);
	strbuf_puts(&b, " link set");
	dev(&b, s, op, op->ifindex);
	strbuf_printf(&b, " mtu %d", undo ? op->old : op->value);
	finish(&b, ret);
}

void command_port_state(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "bridge", AF_UNSPEC);
	strbuf_puts(&b, " link set");
	dev(&b, s, op, op->ifindex);
	strbuf_printf(&b, " state %d", undo ? op->old : op->value);
	finish(&b, ret);
}

void command_port_isolated(const struct snapshot *s, const struct op *op, bool undo,
			   op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "bridge", AF_UNSPEC);
	strbuf_puts(&b, " link set");
	dev(&b, s, op, op->ifindex);
	strbuf_printf(&b, " isolated %s", (undo ? op->old : op->value) ? "on" : "off");
	finish(&b, ret);
}

void command_port_flag(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "bridge", AF_UNSPEC);
	strbuf_puts(&b, " link set");
	dev(&b, s, op, op->ifindex);
	strbuf_printf(&b, " %s %s", op->flag, (undo ? op->old : op->value) ? "on" : "off");
	finish(&b, ret);
}

static void put_mac(struct strbuf *b, const struct neigh *n)
{
	for (size_t i = 0; i < n->mac_len && i < sizeof(n->mac); i++)
		strbuf_printf(b, "%s%02x", i ? ":" : "", n->mac[i]);
}

void command_fdb(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	const struct neigh *n = &op->neigh;
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "bridge", AF_UNSPEC);
	strbuf_printf(&b, " fdb %s ", undo ? "replace" : "del");
	put_mac(&b, n);
	dev(&b, s, op, op->ifindex);
	strbuf_puts(&b, " master");
	if (undo)
		strbuf_printf(&b, " %s%s%s", n->state & NUD_PERMANENT ? "permanent" : n->state & NUD_NOARP ? "static" : "dynamic",
			      n->flags & NTF_STICKY ? " sticky" : "", n->flags & NTF_EXT_LEARNED ? " extern_learn" : "");
	finish(&b, ret);
}

void command_addr(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "ip", AF_UNSPEC);
	strbuf_printf(&b, " addr %s %s", undo ? "del" : "add", prefix_text(&op->prefix).s);
	dev(&b, s, op, op->ifindex);
	finish(&b, ret);
}

/* --- routes --------------------------------------------------------------- */

static const char *route_type(uint8_t type)
{
	static const char *const names[] = {
		[RTN_LOCAL] = "local",
		[RTN_BROADCAST] = "broadcast",
		[RTN_ANYCAST] = "anycast",
		[RTN_MULTICAST] = "multicast",
		[RTN_BLACKHOLE] = "blackhole",
		[RTN_UNREACHABLE] = "unreachable",
		[RTN_PROHIBIT] = "prohibit",
		[RTN_THROW] = "throw",
	};

	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

/* The scope that ip takes where none is given (iproute_modify() in ip/iproute.c). */
static uint8_t default_scope(const struct route *r)
{
	switch (r->type) {
	case RTN_LOCAL:
		return RT_SCOPE_HOST;
	case RTN_BROADCAST:
	case RTN_MULTICAST:
	case RTN_ANYCAST:
		return RT_SCOPE_LINK;
	case RTN_UNSPEC:
	case RTN_UNICAST:
		return addr_is_set(&r->nh.gateway) ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK;
	default:
		return RT_SCOPE_UNIVERSE;
	}
}

static uint32_t default_table(const struct route *r)
{
	switch (r->type) {
	case RTN_LOCAL:
	case RTN_BROADCAST:
	case RTN_ANYCAST:
		return RT_TABLE_LOCAL;
	default:
		return RT_TABLE_MAIN;
	}
}

static void route_where(struct strbuf *b, const struct snapshot *s, const struct op *op)
{
	const struct route *r = &op->route;

	if (route_type(r->type))
		strbuf_printf(b, "%s ", route_type(r->type));
	destination(b, &r->dst);
	if (r->tos)
		strbuf_printf(b, " tos 0x%02x", r->tos);
	if (addr_is_set(&r->nh.gateway) && r->nh.gateway.family != r->dst.addr.family)
		strbuf_printf(b, " via inet6 %s", addr_text(&r->nh.gateway).s);
	else if (addr_is_set(&r->nh.gateway))
		strbuf_printf(b, " via %s", addr_text(&r->nh.gateway).s);
	if (r->nh.oif)
		dev(b, s, op, r->nh.oif);
	if (r->table && r->table != default_table(r))
		strbuf_printf(b, " table %u", r->table);
	if (r->priority)
		strbuf_printf(b, " metric %u", r->priority);
}

static void route_details(struct strbuf *b, const struct route *r)
{
	if (r->protocol && r->protocol != RTPROT_BOOT)
		strbuf_printf(b, " proto %u", r->protocol);
	if (r->scope != default_scope(r) && r->dst.addr.family == AF_INET)
		strbuf_printf(b, " scope %u", r->scope);
	if (addr_is_set(&r->prefsrc))
		strbuf_printf(b, " src %s", addr_text(&r->prefsrc).s);
	if (r->nh.flags & RTNH_F_ONLINK)
		strbuf_puts(b, " onlink");
	if (r->mtu)
		strbuf_printf(b, " mtu %u", r->mtu);
}

static void route_command(const struct snapshot *s, const struct op *op, bool add, op_strings *ret)
{
	const struct route *r = &op->route;
	struct strbuf b = { 0 };

	/* struct route knows only the first way of several; the journal knows them all */
	if (add && r->nexthops > 1)
		return;
	begin_ip(&b, s, op, "ip", r->dst.addr.family);
	strbuf_printf(&b, " route %s ", add ? "add" : "del");
	route_where(&b, s, op);
	if (add && op->kind == OP_ROUTE_DEL) {
		route_details(&b, r);
	} else {
		struct route plain = *r;

		/* a scope is for the kernel to know, see apply */
		plain.scope = default_scope(r);
		route_details(&b, &plain);
	}
	finish(&b, ret);
}

void command_route_add(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	route_command(s, op, !undo, ret);
}

void command_route_del(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	route_command(s, op, undo, ret);
}

/* --- policy rules --------------------------------------------------------- */

static void rule_packet(struct strbuf *b, const struct fib_rule *r)
{
	if (r->invert)
		strbuf_puts(b, " not");
	strbuf_printf(b, " from %s", r->src.len ? prefix_text(&r->src).s : "all");
	if (r->dst.len)
		strbuf_printf(b, " to %s", prefix_text(&r->dst).s);
	if (r->tos)
		strbuf_printf(b, " tos 0x%02x", r->tos);
	if (r->mark || r->mask)
		strbuf_printf(b, " fwmark 0x%x/0x%x", r->mark, r->mask);
	if (r->iif[0]) {
		strbuf_puts(b, " iif");
		word(b, r->iif);
	}
	if (r->oif[0]) {
		strbuf_puts(b, " oif");
		word(b, r->oif);
	}
	if (r->ip_proto)
		strbuf_printf(b, " ipproto %u", r->ip_proto);
	if (r->sport_min)
		strbuf_printf(b, " sport %u-%u", r->sport_min, r->sport_max);
	if (r->dport_min)
		strbuf_printf(b, " dport %u-%u", r->dport_min, r->dport_max);
	if (r->has_uid)
		strbuf_printf(b, " uidrange %u-%u", r->uid_min, r->uid_max);
}

static void rule_action(struct strbuf *b, const struct fib_rule *r)
{
	static const char *const names[] = {
		[FR_ACT_BLACKHOLE] = "blackhole",
		[FR_ACT_UNREACHABLE] = "unreachable",
		[FR_ACT_PROHIBIT] = "prohibit",
		[FR_ACT_NOP] = "nop",
	};

	if (r->action == FR_ACT_TO_TBL && r->l3mdev)
		strbuf_puts(b, " l3mdev");
	else if (r->action == FR_ACT_TO_TBL)
		strbuf_printf(b, " lookup %u", r->table);
	else if (r->action == FR_ACT_GOTO)
		strbuf_printf(b, " goto %u", r->target);
	else if (r->action < ARRAY_SIZE(names) && names[r->action])
		strbuf_printf(b, " %s", names[r->action]);
	if (r->action == FR_ACT_TO_TBL && r->suppress_prefixlen >= 0)
		strbuf_printf(b, " suppress_prefixlength %d", r->suppress_prefixlen);
}

void command_rule(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin_ip(&b, s, op, "ip", op->rule.family);
	strbuf_printf(&b, " rule %s pref %u", undo ? "add" : "del", op->rule.priority);
	rule_packet(&b, &op->rule);
	rule_action(&b, &op->rule);
	finish(&b, ret);
}

/* --- neighbours ----------------------------------------------------------- */

static const char *neigh_state(uint16_t state)
{
	static const struct {
		uint16_t state;
		const char *name;
	} names[] = {
		{ NUD_PERMANENT, "permanent" },
		{ NUD_NOARP, "noarp" },
		{ NUD_REACHABLE, "reachable" },
		{ NUD_STALE, "stale" },
		{ NUD_DELAY, "delay" },
		{ NUD_PROBE, "probe" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (state & names[i].state)
			return names[i].name;
	return NULL;
}

static void lladdr(struct strbuf *b, const struct neigh *n)
{
	if (n->mac_len)
		strbuf_puts(b, " lladdr ");
	put_mac(b, n);
}

void command_neigh(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	const char *state = neigh_state(op->neigh.state);
	struct strbuf b = { 0 };

	if (undo && !state)
		return;
	begin_ip(&b, s, op, "ip", AF_UNSPEC);
	/* traffic may have made a new entry in the meantime */
	strbuf_printf(&b, " neigh %s %s", undo ? "replace" : "del", addr_text(&op->neigh.addr).s);
	lladdr(&b, &op->neigh);
	dev(&b, s, op, op->ifindex);
	if (undo)
		strbuf_printf(&b, " nud %s", state);
	if (undo && (op->neigh.flags & NTF_ROUTER))
		strbuf_puts(&b, " router");
	if (undo && (op->neigh.flags & NTF_EXT_LEARNED))
		strbuf_puts(&b, " extern_learn");
	finish(&b, ret);
}

/* --- firewall and conntrack ----------------------------------------------- */

void command_nft(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	_cleanup_(freep) char *lines = undo ? fw_op_undo_command(s, op, op->handle)
						 : fw_op_command(s, op);
	char *rest = NULL;

	if (!lines)
		return;
	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct strbuf b = { 0 };

		/* the whole of a line with a command inside has to run in the namespace */
		if (op->ns != NS_HOST && strstr(line, "$(")) {
			begin(&b, s, op, "sh -c ");
			op_shell_word(&b, line);
		} else {
			begin(&b, s, op, line);
		}
		finish(&b, ret);
	}
}

static void ct_address(struct strbuf *b, const char *option, const struct prefix *p)
{
	if (addr_is_set(&p->addr) && p->len > 0) {
		strbuf_printf(b, " %s ", option);
		destination(b, p);
	}
}

void command_conntrack(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret)
{
	struct strbuf b = { 0 };

	begin(&b, s, op, "conntrack -D");
	if (op->prefix.addr.family == AF_INET6)
		strbuf_puts(&b, " -f ipv6");
	ct_address(&b, "-s", &op->prefix);
	ct_address(&b, "-d", &op->match.dst);
	finish(&b, ret);
}

/* --- surviving a reboot --------------------------------------------------- */

/* Nobody can know which of the many ways made this network, so: the words to put there. */
static void advice(const struct snapshot *s, const struct op *op, const char *what, op_strings *ret)
{
	op_strings commands = { 0 };
	struct strbuf b = { 0 };

	op_commands(s, op, &commands);
	strbuf_puts(&b, what);
	vec_each(command, &commands)
		strbuf_printf(&b, "%s %s", command == commands.v ? ":" : ";", *command);
	finish(&b, ret);
	op_strings_free(&commands);
}

void persist_made(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	advice(s, op, "put it into what creates the network", ret);
}

void persist_deleted(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	vec_push(ret, xstrdup("remove it from what configures the network, or it comes back"));
}

/* Only what somebody wrote comes back; what the kernel learned does not. */
void persist_neigh(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	if (op->neigh.state & (NUD_PERMANENT | NUD_NOARP))
		persist_deleted(s, op, ret);
}

/* In a chain that a program writes, our rule lasts only until it writes it anew. */
void persist_firewall(const struct snapshot *s, const struct op *op, op_strings *ret)
{
	const struct nft_chain *c = fw_op_chain(s, op);
	const char *owner = c && !fw_is_place(c->name) ? fw_owner(c, NULL) : NULL;
	_cleanup_(freep) char *what = NULL;

	if (fw_op_owners_way(s, op, ret))
		return;
	if (owner && !streq(owner, "nsdoctor"))
		what = xasprintf("%s writes this chain itself and may remove it; put it into what "
				 "loads the firewall after that", owner);
	advice(s, op, what ? what : "put it into what loads the firewall", ret);
}
