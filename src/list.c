/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "list.h"

#include <errno.h>

#include "collect.h"
#include "jsonwrite.h"
#include "netns.h"

/* --- reading --- */

static void add_place(struct snapshot *s, const struct place *p)
{
	int at = snapshot_add(s, p->names.v[0], p->inode);

	s->ns.v[at].dev = p->dev;
	s->ns.v[at].named = p->named;
	s->ns.v[at].path = snapshot_intern(s, p->path);
}

static void forget_place(inventory *l, size_t i)
{
	inventory one = { 0 };

	vec_push(&one, l->v[i]);
	vec_remove(l, i);
	inventory_free(&one);
}

int listing_read(struct listing *ret, char **ret_error)
{
	struct listing l = { .s = snapshot_new() };
	VEC(int) fds = { 0 };
	uint64_t dev = 0, inode = 0;
	int self = netns_open_self();
	int r = self < 0 ? self : netns_id(self, &dev, &inode);

	if (r == 0)
		r = inventory_read(true, &l.places);
	if (r == 0) {
		snapshot_add(l.s, "host", inode);
		vec_push(&fds, self);
	}
	for (size_t i = 0; r == 0 && i < l.places.n;) {
		const struct place *p = &l.places.v[i];
		int fd = p->inode == inode && p->dev == dev ? -1 : place_open(p);

		if (fd < 0) {
			forget_place(&l.places, i);
			continue;
		}
		add_place(l.s, p);
		vec_push(&fds, fd);
		i++;
	}
	if (r == 0)
		r = collect_interfaces(l.s, fds.v);
	vec_each(fd, &fds)
		close(*fd);
	vec_free(&fds);
	if (r < 0) {
		*ret_error = xasprintf("the namespaces cannot be read: %s%s", strerror(-r),
				       r == -EPERM ? " (CAP_SYS_ADMIN is needed to enter one)" : "");
		listing_free(&l);
		return r;
	}
	inventory_stopped(&l.stopped);
	*ret = l;
	return 0;
}

void listing_free(struct listing *l)
{
	inventory_free(&l->places);
	snapshot_free(l->s);
	names_free(&l->stopped);
}

/* --- how an interface is connected --- */

/* The host's end of an interface of namespace ns: of a veth, or what a macvlan is on. */
static const struct link *host_end(const struct listing *l, int ns, const struct link *link)
{
	const struct ns *host = snapshot_ns(l->s, NS_HOST);

	if (ns == NS_HOST || !link->peer)
		return NULL;
	/* a number alone would be that of an interface here */
	if (link->peer_nsid < 0 || snapshot_nsid(l->s, ns, link->peer_nsid) != NS_HOST)
		return NULL;
	return ns_link(host, link->peer);
}

static const struct link *bridge_of(const struct listing *l, const struct link *port)
{
	return port && port->master ? ns_link(snapshot_ns(l->s, NS_HOST), port->master) : NULL;
}

/* The loopback is everywhere, and of the host's only what is an end of its own is of interest. */
static bool is_shown(const struct listing *l, int ns, const struct link *link)
{
	const struct ns *n = snapshot_ns(l->s, ns);

	if (link->flags & IFF_LOOPBACK)
		return false;
	if (ns != NS_HOST)
		return true;
	vec_each(a, &n->addrs)
		if (a->ifindex == link->ifindex && !addr_is_linklocal(&a->prefix.addr))
			return true;
	return false;
}

/* --- text --- */

#define COLUMNS 4

struct line {
	char *cell[COLUMNS];
};

typedef VEC(struct line) lines;

static char *visible(const char *s)
{
	struct strbuf b = { 0 };

	strbuf_visible(&b, s);
	return strbuf_take(&b);
}

static char *names_text(const struct listing *l, int ns)
{
	struct strbuf b = { 0 };
	const struct place *p;

	if (ns == NS_HOST)
		return xstrdup("host");
	p = &l->places.v[ns - 1];
	vec_each(name, &p->names) {
		if (name != p->names.v)
			strbuf_puts(&b, ", ");
		strbuf_visible(&b, *name);
	}
	if (p->comm) {
		strbuf_puts(&b, " (");
		strbuf_visible(&b, p->comm);
		strbuf_putc(&b, ')');
	}
	return strbuf_take(&b);
}

static char *addresses_text(const struct ns *n, int ifindex)
{
	struct strbuf b = { 0 };

	vec_each(a, &n->addrs) {
		if (a->ifindex != ifindex || addr_is_linklocal(&a->prefix.addr))
			continue;
		strbuf_printf(&b, "%s%s/%u", b.n ? " " : "", addr_text(&a->prefix.addr).s, a->prefix.len);
	}
	return strbuf_take(&b);
}

static char *host_text(const struct listing *l, int ns, const struct link *link)
{
	const struct link *end = host_end(l, ns, link), *bridge = bridge_of(l, end);
	struct strbuf b = { 0 };

	if (!end)
		return xstrdup("");
	strbuf_visible(&b, end->name);
	if (bridge) {
		strbuf_puts(&b, " in ");
		strbuf_visible(&b, bridge->name);
	}
	return strbuf_take(&b);
}

static void add_lines(const struct listing *l, int ns, lines *ret)
{
	const struct ns *n = snapshot_ns(l->s, ns);
	char *who = names_text(l, ns);

	vec_each(link, &n->links) {
		if (!is_shown(l, ns, link))
			continue;
		vec_push(ret, ((struct line){ { who, visible(link->name),
						addresses_text(n, link->ifindex),
						host_text(l, ns, link) } }));
		who = xstrdup("");
	}
	if (*who)
		vec_push(ret, ((struct line){ { who, xstrdup(""), xstrdup(""), xstrdup("") } }));
	else
		free(who);
}

static void put_lines(const lines *all, struct strbuf *b)
{
	size_t width[COLUMNS] = { 0 };

	vec_each(line, all)
		for (size_t c = 0; c < COLUMNS; c++)
			if (text_columns(line->cell[c]) > width[c])
				width[c] = text_columns(line->cell[c]);
	vec_each(line, all) {
		size_t owed = 0; /* no line ends in spaces */

		for (size_t c = 0; c < COLUMNS; c++) {
			if (*line->cell[c]) {
				strbuf_printf(b, "%*s%s", (int)owed, "", line->cell[c]);
				owed = 0;
			}
			owed += width[c] - (*line->cell[c] ? text_columns(line->cell[c]) : 0) + 2;
		}
		strbuf_putc(b, '\n');
	}
}

void listing_text(const struct listing *l, struct strbuf *b)
{
	lines all = { 0 };

	vec_push(&all, ((struct line){ { xstrdup("NAME"), xstrdup("INTERFACE"), xstrdup("ADDRESS"),
					 xstrdup("ON THE HOST") } }));
	for (int i = 0; i < (int)l->s->ns.n; i++)
		add_lines(l, i, &all);
	vec_each(name, &l->stopped)
		vec_push(&all, ((struct line){ { visible(*name), xstrdup(""), xstrdup("not running"),
						 xstrdup("") } }));
	put_lines(&all, b);
	vec_each(line, &all)
		for (size_t c = 0; c < COLUMNS; c++)
			free(line->cell[c]);
	vec_free(&all);
}

/* --- JSON --- */

static void put_interface(const struct listing *l, int ns, const struct link *link, struct strbuf *b)
{
	const struct ns *n = snapshot_ns(l->s, ns);
	const struct link *end = host_end(l, ns, link), *bridge = bridge_of(l, end);

	jw_open_object(b);
	jw_member_string(b, "ifname", link->name);
	jw_key(b, "addresses");
	jw_open_array(b);
	vec_each(a, &n->addrs) {
		_cleanup_(freep) char *text = NULL;

		if (a->ifindex != link->ifindex)
			continue;
		text = xasprintf("%s/%u", addr_text(&a->prefix.addr).s, a->prefix.len);
		jw_value_string(b, text);
	}
	jw_close_array(b);
	jw_member_string(b, "host_ifname", end ? end->name : NULL);
	jw_member_string(b, "bridge", bridge ? bridge->name : NULL);
	jw_close_object(b);
}

static void put_namespace(const struct listing *l, int ns, struct strbuf *b)
{
	const struct ns *n = snapshot_ns(l->s, ns);

	jw_open_object(b);
	jw_member_string(b, "netns", n->name);
	jw_key(b, "names");
	jw_open_array(b);
	if (ns == NS_HOST)
		jw_value_string(b, "host");
	else
		vec_each(name, &l->places.v[ns - 1].names)
			jw_value_string(b, *name);
	jw_close_array(b);
	jw_member_number(b, "netns_inode", (int64_t)n->inode);
	jw_key(b, "interfaces");
	jw_open_array(b);
	vec_each(link, &n->links)
		if (is_shown(l, ns, link))
			put_interface(l, ns, link, b);
	jw_close_array(b);
	jw_close_object(b);
}

void listing_json(const struct listing *l, struct strbuf *b)
{
	jw_open_object(b);
	jw_member_number(b, "schema", 1);
	jw_member_string(b, "version", PACKAGE_VERSION);
	jw_key(b, "namespaces");
	jw_open_array(b);
	for (int i = 0; i < (int)l->s->ns.n; i++)
		put_namespace(l, i, b);
	jw_close_array(b);
	jw_key(b, "stopped");
	jw_open_array(b);
	vec_each(name, &l->stopped)
		jw_value_string(b, *name);
	jw_close_array(b);
	jw_close_object(b);
	strbuf_putc(b, '\n');
}
