/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "diff.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <time.h>

#include "firewall.h"
#include "jsonwrite.h"
#include "report/lookup.h"
#include "strbuf.h"

/* More rules than this are only counted: nobody would read what they all are. */
#define RULES_MAX 5000

struct item {
	char *netns, *what, *value;
	bool fleeting;           /* that it is there or not says nothing */
};

typedef VEC(struct item) items;

/* What a list is made of, and where it goes. */
struct list {
	const struct diagnosis *d, *other;
	const struct ns *ns;
	int at;                  /* index of ns */
	const struct ns *there;  /* of the same name on the other side, or NULL */
	items *items;
};

/* The namespace of that name; NULL: none there. */
static const struct ns *ns_named(const struct diagnosis *d, const char *name)
{
	const struct snapshot *s = d->snapshot;

	for (size_t i = 0; s && i < s->ns.n; i++)
		if (streq(snapshot_ns(s, (int)i)->name, name))
			return snapshot_ns(s, (int)i);
	return NULL;
}

/* --- items ----------------------------------------------------------------- */

static struct item *add(struct list *l, char *what, char *value)
{
	struct item *item = vec_add(l->items);

	*item = (struct item){ .netns = xstrdup(l->ns->name), .what = what, .value = value };
	return item;
}

/* Without the thing itself there is nothing to say about it. */
static void add_detail(struct list *l, char *what, char *value)
{
	add(l, what, value)->fleeting = true;
}

static void detail_number(struct list *l, char *what, int64_t value)
{
	add_detail(l, what, xasprintf("%lld", (long long)value));
}

static void items_free(items *v)
{
	vec_each(item, v) {
		free(item->netns);
		free(item->what);
		free(item->value);
	}
	vec_free(v);
}

static void add_number(struct list *l, char *what, int64_t value)
{
	add(l, what, xasprintf("%lld", (long long)value));
}

/* --- interfaces ------------------------------------------------------------ */

static bool path_has(const struct diagnosis *d, const struct list *l, const struct link *link)
{
	vec_each(h, &d->path) {
		const struct ns *ns = report_ns(d, h->ns);
		const struct link *here = ns ? ns_link(ns, h->ifindex) : NULL;
		const struct link *master = here && here->master ? ns_link(ns, here->master) : NULL;

		if (here && streq(ns->name, l->ns->name) &&
		    (streq(here->name, link->name) || (master && streq(master->name, link->name))))
			return true;
	}
	return false;
}

/* An interface on the way of either, or its bridge. */
static bool is_on_way(const struct list *l, const struct link *link)
{
	return path_has(l->d, l, link) || path_has(l->other, l, link);
}

static char *mac_text(const uint8_t *mac, size_t n)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < n; i++)
		strbuf_printf(&b, "%s%02x", i ? ":" : "", mac[i]);
	return strbuf_take(&b);
}

static void list_port(struct list *l, const struct link *link)
{
	static const char *const states[] = { "disabled", "listening", "learning", "forwarding", "blocking" };
	const struct brport *p = &link->brport;
	const char *name = link->name;

	add_detail(l, xasprintf("%s, state as a port", name),
		   xstrdup(p->state < ARRAY_SIZE(states) ? states[p->state] : "?"));
	add_detail(l, xasprintf("%s, isolated", name), xstrdup(p->isolated ? "on" : "off"));
	add_detail(l, xasprintf("%s, locked", name), xstrdup(p->locked ? "on" : "off"));
	add_detail(l, xasprintf("%s, learning", name), xstrdup(p->learning ? "on" : "off"));
	add_detail(l, xasprintf("%s, flood", name), xstrdup(p->flood ? "on" : "off"));
	add_detail(l, xasprintf("%s, hairpin", name), xstrdup(p->hairpin ? "on" : "off"));
}

static void list_bridge(struct list *l, const struct link *link)
{
	add_detail(l, xasprintf("%s, nf_call_iptables", link->name), xstrdup(link->nf_call_iptables ? "on" : "off"));
	add_detail(l, xasprintf("%s, nf_call_ip6tables", link->name), xstrdup(link->nf_call_ip6tables ? "on" : "off"));
}

static void list_link_switches(struct list *l, const struct link *link)
{
	const char *name = link->name;

	if (link->inet.known) {
		detail_number(l, xasprintf("net.ipv4.conf.%s.forwarding", name), link->inet.forwarding);
		detail_number(l, xasprintf("net.ipv4.conf.%s.rp_filter", name), link->inet.rp_filter);
		detail_number(l, xasprintf("net.ipv4.conf.%s.proxy_arp", name), link->inet.proxy_arp);
		detail_number(l, xasprintf("net.ipv4.conf.%s.accept_local", name), link->inet.accept_local);
	}
	if (link->inet6.known) {
		detail_number(l, xasprintf("net.ipv6.conf.%s.forwarding", name), link->inet6.forwarding);
		detail_number(l, xasprintf("net.ipv6.conf.%s.disable_ipv6", name), link->inet6.disable_ipv6);
		detail_number(l, xasprintf("net.ipv6.conf.%s.proxy_ndp", name), link->inet6.proxy_ndp);
	}
}

static void list_link(struct list *l, const struct link *link)
{
	const char *name = link->name;
	char *what = xasprintf("interface %s", name);

	add(l, what, xstrdup(link->kind[0] ? link->kind : "hardware"));
	add_detail(l, xasprintf("%s, switched", name), xstrdup(link->flags & IFF_UP ? "up" : "down"));
	add_detail(l, xasprintf("%s, carrier", name), xstrdup(link->carrier ? "there" : "none"));
	add_detail(l, xasprintf("%s, ARP", name), xstrdup(link->flags & IFF_NOARP ? "off" : "on"));
	detail_number(l, xasprintf("%s, MTU", name), link->mtu);
	add_detail(l, xasprintf("%s, MAC address", name), mac_text(link->mac, link->mac_len));
	add_detail(l, xasprintf("%s, XDP program", name), xstrdup(link->xdp ? "there" : "none"));
	if (link->master)
		add(l, xasprintf("%s, port of", name), xstrdup(ns_ifname(l->ns, link->master).s));
	if (link->brport.is_port)
		list_port(l, link);
	if (streq(link->kind, "bridge"))
		list_bridge(l, link);
	list_link_switches(l, link);
}

static void list_links(struct list *l)
{
	vec_each(link, &l->ns->links)
		if (is_on_way(l, link))
			list_link(l, link);
}

static void list_addrs(struct list *l)
{
	vec_each(a, &l->ns->addrs) {
		const struct link *link = ns_link(l->ns, a->ifindex);

		if (!link || !is_on_way(l, link))
			continue;
		/* what the kernel makes of a MAC address goes with it */
		if (a->prefix.addr.family == AF_INET6 && addr_is_linklocal(&a->prefix.addr))
			continue;
		add(l, xasprintf("address %s", prefix_text(&a->prefix).s), xasprintf("on %s", link->name));
	}
}

/* --- routes and neighbours ------------------------------------------------- */

/* Could a packet to either end of the question, or the other one, take it? */
static bool leads_to_ends(const struct list *l, const struct prefix *dst)
{
	const struct addr *const ends[] = {
		&l->d->source.address, &l->d->destination.address,
		&l->other->source.address, &l->other->destination.address,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (ends[i]->family == dst->addr.family && prefix_has(dst, ends[i]))
			return true;
	return false;
}

static char *route_value(const struct list *l, const struct route *r)
{
	static const char *const types[] = {
		[RTN_LOCAL] = "local", [RTN_BROADCAST] = "broadcast", [RTN_BLACKHOLE] = "blackhole",
		[RTN_UNREACHABLE] = "unreachable", [RTN_PROHIBIT] = "prohibit", [RTN_THROW] = "throw",
	};
	struct strbuf b = { 0 };

	if (r->type < ARRAY_SIZE(types) && types[r->type])
		strbuf_puts(&b, types[r->type]);
	if (addr_is_set(&r->nh.gateway))
		strbuf_printf(&b, "%svia %s", b.n ? " " : "", addr_text(&r->nh.gateway).s);
	if (r->nh.oif)
		strbuf_printf(&b, "%sdev %s", b.n ? " " : "", ns_ifname(l->ns, r->nh.oif).s);
	if (addr_is_set(&r->prefsrc))
		strbuf_printf(&b, " src %s", addr_text(&r->prefsrc).s);
	if (r->mtu)
		strbuf_printf(&b, " mtu %u", r->mtu);
	if (r->nh.flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN))
		strbuf_puts(&b, " (dead)");
	return strbuf_take(&b);
}

static void list_routes(struct list *l)
{
	vec_each(r, &l->ns->routes) {
		struct strbuf what = { 0 };

		if (!leads_to_ends(l, &r->dst))
			continue;
		strbuf_printf(&what, "route %s", r->dst.len ? prefix_text(&r->dst).s : "default");
		if (!r->dst.len && r->dst.addr.family == AF_INET6)
			strbuf_puts(&what, " (IPv6)");
		if (r->table != RT_TABLE_MAIN && r->table != RT_TABLE_LOCAL)
			strbuf_printf(&what, " table %u", r->table);
		if (r->priority)
			strbuf_printf(&what, " metric %u", r->priority);
		add(l, strbuf_take(&what), route_value(l, r));
	}
}

static void list_rules(struct list *l)
{
	vec_each(r, &l->ns->rules) {
		struct strbuf what = { 0 };

		strbuf_printf(&what, "policy rule %u%s%s", r->priority, r->family == AF_INET6 ? " (IPv6)" : "",
			      r->invert ? " not" : "");
		strbuf_printf(&what, " from %s", r->src.len ? prefix_text(&r->src).s : "all");
		if (r->dst.len)
			strbuf_printf(&what, " to %s", prefix_text(&r->dst).s);
		if (r->mark || r->mask)
			strbuf_printf(&what, " fwmark 0x%x/0x%x", r->mark, r->mask);
		if (r->iif[0])
			strbuf_printf(&what, " iif %s", r->iif);
		if (r->oif[0])
			strbuf_printf(&what, " oif %s", r->oif);
		add(l, strbuf_take(&what), r->table ? xasprintf("table %u", r->table) :
						      xasprintf("action %u", r->action));
	}
}

static void list_neighbours(struct list *l)
{
	vec_each(n, &l->ns->neighs) {
		const struct link *link = ns_link(l->ns, n->ifindex);
		bool fixed = n->state & NUD_PERMANENT;

		if (!link || !is_on_way(l, link) || (!n->mac_len && !(n->flags & NTF_PROXY)) ||
		    addr_is_multicast(&n->addr))
			continue;
		if (n->flags & NTF_PROXY)
			add(l, xasprintf("proxy for %s on %s", addr_text(&n->addr).s, link->name), xstrdup("there"));
		else
			add(l, xasprintf("neighbour %s on %s%s", addr_text(&n->addr).s, link->name,
					 fixed ? ", permanent" : ""),
			    mac_text(n->mac, n->mac_len))->fleeting = !fixed;
	}
}

/* --- switches, listeners --------------------------------------------------- */

static void list_switches(struct list *l)
{
	const struct ns *ns = l->ns;

	if (ns->all.known) {
		add_number(l, xstrdup("net.ipv4.ip_forward"), ns->all.forwarding);
		add_number(l, xstrdup("net.ipv4.conf.all.rp_filter"), ns->all.rp_filter);
		add_number(l, xstrdup("net.ipv4.conf.all.arp_ignore"), ns->all.arp_ignore);
		add_number(l, xstrdup("net.ipv4.icmp_echo_ignore_all"), ns->icmp_echo_ignore_all);
	}
	if (ns->all6.known) {
		add_number(l, xstrdup("net.ipv6.conf.all.forwarding"), ns->all6.forwarding);
		add_number(l, xstrdup("net.ipv6.icmp.echo_ignore_all"), ns->icmp6_echo_ignore_all);
	}
	if (ns->bridge_nf_call_iptables >= 0)
		add_number(l, xstrdup("net.bridge.bridge-nf-call-iptables"), ns->bridge_nf_call_iptables);
	if (ns->bridge_nf_call_ip6tables >= 0)
		add_number(l, xstrdup("net.bridge.bridge-nf-call-ip6tables"), ns->bridge_nf_call_ip6tables);
}

/* Where a part was not read, it is not known to have been other. */
static bool is_told(const struct list *l, enum collect_kind kind)
{
	return !l->ns->error[kind] && !(l->there && l->there->error[kind]);
}

static void list_listeners(struct list *l)
{
	uint16_t port = l->d->destination.port;

	if (!is_told(l, COLLECT_SOCK))
		return;
	vec_each(s, &l->ns->listeners)
		if (port && s->port == port)
			add(l, xasprintf("listener on %s port %u at %s",
					 s->proto == IPPROTO_TCP ? "TCP" : "UDP", s->port, addr_text(&s->addr).s),
			    xstrdup("there"));
}

/* --- the firewall ---------------------------------------------------------- */

/* Do both say what is in the chain, or the other one that there is none? */
static bool is_chain_told(const struct list *l, const struct nft_chain *chain)
{
	const struct nft_chain *twin;

	if (chain->unread || !is_told(l, chain->legacy ? COLLECT_LEGACY : COLLECT_NFT))
		return false;
	if (!l->there)
		return true;
	twin = chain_in(chains_beside(l->there, chain), chain->family, chain->table, chain->name);
	return twin ? !twin->unread : chain->legacy || !l->there->more_chains;
}

/* The chain's rules by what they say; the same one twice is two. */
static void list_chain(struct list *l, const struct nft_chain *chain)
{
	struct rule_ref ref = { 0 };
	size_t n = 0;

	if (!is_chain_told(l, chain))
		return;

	fw_rule_ref(l->d->snapshot, l->at, chain, 0, &ref);
	if (chain->base)
		add(l, xasprintf("%s, policy of %s %s %s", ref.backend, ref.family, ref.table, ref.chain),
		    xstrdup(chain->policy ? "accept" : "drop"));
	vec_each(rule, &chain->rules) {
		struct rule_ref r = { 0 };

		if (++n > RULES_MAX)
			break;
		fw_rule_ref(l->d->snapshot, l->at, chain, rule->handle, &r);
		add(l, xasprintf("%s, rule of %s %s %s: %s", r.backend, r.family, r.table, r.chain,
				 r.text ? r.text : "?"), xstrdup("there"));
		rule_ref_done(&r);
	}
	if (chain->rules.n > RULES_MAX)
		add_number(l, xasprintf("%s, rules of %s %s %s", ref.backend, ref.family, ref.table, ref.chain),
			   (int64_t)chain->rules.n);
	rule_ref_done(&ref);
}

static void list_firewall(struct list *l)
{
	vec_each(chain, &l->ns->chains)
		list_chain(l, chain);
	vec_each(chain, &l->ns->legacy)
		list_chain(l, chain);
}

/* --- comparing ------------------------------------------------------------- */

static void list_all(const struct diagnosis *d, const struct diagnosis *other, items *ret)
{
	for (size_t i = 0; d->snapshot && i < d->snapshot->ns.n; i++) {
		const struct ns *ns = snapshot_ns(d->snapshot, (int)i);
		struct list l = { .d = d, .other = other, .ns = ns, .at = (int)i, .there = ns_named(other, ns->name),
				  .items = ret };

		add(&l, xstrdup("namespace"), xstrdup("on the way"));
		list_links(&l);
		list_addrs(&l);
		list_routes(&l);
		list_rules(&l);
		list_neighbours(&l);
		list_switches(&l);
		list_listeners(&l);
		list_firewall(&l);
	}
}

/* By what they are about, as strcmp(). */
static int compare(const struct item *a, const struct item *b)
{
	int r = strcmp(a->netns, b->netns);

	return r ? r : strcmp(a->what, b->what);
}

/* Items in the order of what they are about, so that it is found fast. */
struct entry {
	const struct item *item;
	size_t taken;            /* of the first of its kind: how many of them are */
};

static int by_thing(const void *a, const void *b)
{
	const struct item *x = ((const struct entry *)a)->item, *y = ((const struct entry *)b)->item;
	int r = compare(x, y);

	/* equal ones stay as they were */
	return r ? r : (x > y) - (x < y);
}

static struct entry *sorted(const items *list)
{
	struct entry *entries = xcalloc(list->n + 1, sizeof(*entries));

	for (size_t i = 0; i < list->n; i++)
		entries[i].item = &list->v[i];
	qsort(entries, list->n, sizeof(*entries), by_thing);
	return entries;
}

/* The first entry that is not before an item's own. */
static size_t place_of(const struct entry *entries, size_t n, const struct item *item)
{
	size_t low = 0;

	while (n) {
		if (compare(entries[low + n / 2].item, item) < 0) {
			low += n / 2 + 1;
			n -= n / 2 + 1;
		} else {
			n /= 2;
		}
	}
	return low;
}

/* The first item about the same thing that no other one has taken; NULL: none. */
static const struct item *counterpart(const struct item *item, struct entry *entries, size_t n)
{
	size_t first = place_of(entries, n, item), at;

	if (first == n || compare(entries[first].item, item) != 0)
		return NULL;
	at = first + entries[first].taken;
	if (at == n || compare(entries[at].item, item) != 0)
		return NULL;
	entries[first].taken++;
	return entries[at].item;
}

/* All of a namespace that is not on the other way would only be many words for that. */
static bool is_worth_it(const struct item *item, const struct diagnosis *other)
{
	return !item->fleeting && (ns_named(other, item->netns) || streq(item->what, "namespace"));
}

static void note(diff_changes *ret, const struct item *before, const struct item *after)
{
	const struct item *item = before ? before : after;

	vec_push(ret, ((struct diff_change){ .netns = xstrdup(item->netns), .what = xstrdup(item->what),
					     .before = before ? xstrdup(before->value) : NULL,
					     .after = after ? xstrdup(after->value) : NULL }));
}

void diff_find(const struct diagnosis *before, const struct diagnosis *after, diff_changes *ret)
{
	items old = { 0 }, new = { 0 };
	_cleanup_(freep) struct entry *entries = NULL;
	_cleanup_(freep) bool *taken = NULL;

	list_all(before, after, &old);
	list_all(after, before, &new);
	entries = sorted(&new);
	taken = xcalloc(new.n + 1, sizeof(*taken));
	vec_each(item, &old) {
		const struct item *now = counterpart(item, entries, new.n);

		if (now)
			taken[now - new.v] = true;
		if (now ? !streq(item->value, now->value) : is_worth_it(item, after))
			note(ret, item, now);
	}
	for (size_t i = 0; i < new.n; i++)
		if (!taken[i] && is_worth_it(&new.v[i], before))
			note(ret, NULL, &new.v[i]);
	items_free(&old);
	items_free(&new);
}

void diff_free(diff_changes *changes)
{
	vec_each(c, changes) {
		free(c->netns);
		free(c->what);
		free(c->before);
		free(c->after);
	}
	vec_free(changes);
}

/* --- telling --------------------------------------------------------------- */

/* "2026-11-23T03:12:14Z" */
static char *time_text(uint64_t us)
{
	time_t t = (time_t)(us / 1000000);
	char text[32] = "?";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return xstrdup(text);
}

static void tell_answer(const char *when, const struct diagnosis *d, struct strbuf *b)
{
	_cleanup_(freep) char *time = time_text(d->taken_us);

	strbuf_printf(b, "%s  %s  ", when, time);
	strbuf_visible(b, d->taken_on ? d->taken_on : "?");
	strbuf_printf(b, "  %s: ", verdict_text(d->verdict));
	strbuf_visible(b, d->summary ? d->summary : "");
	strbuf_putc(b, '\n');
}

void diff_text(const struct diagnosis *before, const struct diagnosis *after, const diff_changes *changes,
	       struct strbuf *b)
{
	const char *netns = NULL;

	tell_answer("then", before, b);
	tell_answer("now ", after, b);
	strbuf_puts(b, changes->n ? "\n" : "\nNothing changed on the way.\n");
	vec_each(c, changes) {
		if (!netns || !streq(netns, c->netns)) {
			strbuf_visible(b, c->netns);
			strbuf_putc(b, '\n');
		}
		netns = c->netns;
		strbuf_puts(b, c->before && c->after ? "  ~ " : c->before ? "  - " : "  + ");
		strbuf_visible(b, c->what);
		/* of most things that they are there is all there is to say */
		if (c->before && c->after) {
			strbuf_puts(b, ": ");
			strbuf_visible(b, c->before);
			strbuf_puts(b, " -> ");
			strbuf_visible(b, c->after);
		} else if (!streq(c->before ? c->before : c->after, "there")) {
			strbuf_puts(b, ": ");
			strbuf_visible(b, c->before ? c->before : c->after);
		}
		strbuf_putc(b, '\n');
	}
}

/* null where it could not be read */
static void put_answer(const char *name, const struct diagnosis *d, struct strbuf *b)
{
	_cleanup_(freep) char *time = time_text(d->taken_us);
	const struct finding *f = diagnosis_cause(d);

	if (!d->snapshot) {
		jw_member_null(b, name);
		return;
	}
	jw_key(b, name);
	jw_open_object(b);
	jw_member_string(b, "taken", time);
	jw_member_string(b, "host", d->taken_on);
	jw_member_string(b, "verdict", verdict_text(d->verdict));
	jw_member_string(b, "summary", d->summary);
	jw_member_string(b, "cause", f ? f->code : NULL);
	jw_close_object(b);
}

void diff_json(const struct diagnosis *before, const struct diagnosis *after, const char *error,
	       const diff_changes *changes, struct strbuf *b)
{
	jw_open_object(b);
	jw_member_number(b, "schema", 1);
	jw_member_string(b, "version", PACKAGE_VERSION);
	jw_member_string(b, "error", error);
	put_answer("before", before, b);
	put_answer("after", after, b);
	jw_key(b, "changes");
	jw_open_array(b);
	vec_each(c, changes) {
		jw_open_object(b);
		jw_member_string(b, "netns", c->netns);
		jw_member_string(b, "what", c->what);
		jw_member_string(b, "before", c->before);
		jw_member_string(b, "after", c->after);
		jw_close_object(b);
	}
	jw_close_array(b);
	jw_close_object(b);
	strbuf_putc(b, '\n');
}
