/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bridge ports: their state and their flags (br_setport() in net/bridge/br_netlink.c). */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_bridge.h>
#include <linux/rtnetlink.h>

#include "apply/applier.h"
#include "netns.h"
#include "opkind.h"

static int set_port(struct nl *nl, int ifindex, uint16_t attr, uint8_t value)
{
	const struct ifinfomsg ifi = { .ifi_family = AF_BRIDGE, .ifi_index = ifindex };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, RTM_SETLINK, 0, &ifi, sizeof(ifi));
	struct nlattr *port = mnl_attr_nest_start(nlh, IFLA_PROTINFO);

	mnl_attr_put_u8(nlh, attr, value);
	mnl_attr_nest_end(nlh, port);
	return nl_request(nl, nlh, NULL, NULL);
}

static int open_port(struct change *c, struct nl **ret_nl, struct link *ret)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	if (r == 0)
		r = link_get(nl, c->op.ifindex, ret, NULL);
	if (r < 0)
		return r;
	*ret_nl = nl;
	nl = NULL;
	return 0;
}

/* One attribute of a port: where it is in a link, what it is called. get: NULL, and then flag. */
struct port_attr {
	uint16_t attr;
	uint8_t (*get)(const struct brport *p);
	const char *name;
	const struct port_flag *flag;
};

static uint8_t attr_of(const struct port_attr *a, const struct brport *p)
{
	return a->get ? a->get(p) : port_flag_get(a->flag, p);
}

static uint8_t get_state(const struct brport *p)
{
	return p->state;
}

static uint8_t get_isolated(const struct brport *p)
{
	return p->isolated;
}

static const struct port_attr state_attr = {
	.attr = IFLA_BRPORT_STATE, .get = get_state, .name = "state",
};
static const struct port_attr isolated_attr = {
	.attr = IFLA_BRPORT_ISOLATED, .get = get_isolated, .name = "isolation",
};

static int read_port(struct change *c, const struct port_attr *a, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct link l;
	int r = open_port(c, &nl, &l);

	if (r < 0)
		return r;
	if (!l.brport.is_port)
		return apply_fail(-EINVAL, ret_why, "%s is not a port of a bridge", l.name);
	c->before.value = attr_of(a, &l.brport);
	if (c->before.value == c->op.value)
		return apply_fail(-EALREADY, ret_why, "the %s of %s is %d already", a->name, l.name,
				  c->op.value);
	return 0;
}

static int do_port(struct change *c, const struct port_attr *a)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	int r = netns_nl(c->ns_fd, NETLINK_ROUTE, &nl);

	return r < 0 ? r : set_port(nl, c->op.ifindex, a->attr, (uint8_t)c->op.value);
}

static int undo_port(struct change *c, const struct port_attr *a, char **ret_why)
{
	_cleanup_(nl_closep) struct nl *nl = NULL;
	struct link l;
	int r = open_port(c, &nl, &l);

	if (r == -ENODEV || (r == 0 && !l.brport.is_port))
		return UNDO_NOTHING;
	if (r < 0)
		return r;
	if (attr_of(a, &l.brport) == c->before.value)
		return UNDO_NOTHING;
	if (attr_of(a, &l.brport) != c->op.value)
		return apply_fail(-ESTALE, ret_why, "the %s of %s is %d, not the %d that was set",
				  a->name, l.name, attr_of(a, &l.brport), c->op.value);
	r = set_port(nl, c->op.ifindex, a->attr, (uint8_t)c->before.value);
	return r < 0 ? r : UNDO_DONE;
}

static int read_state(struct change *c, char **ret_why)
{
	return read_port(c, &state_attr, ret_why);
}

static int do_state(struct change *c, char **ret_why)
{
	int r = do_port(c, &state_attr);

	if (r == -EBUSY)
		return apply_fail(r, ret_why, "the bridge's spanning tree decides about it");
	return r;
}

static int undo_state(struct change *c, char **ret_why)
{
	return undo_port(c, &state_attr, ret_why);
}

static int read_isolated(struct change *c, char **ret_why)
{
	return read_port(c, &isolated_attr, ret_why);
}

static int do_isolated(struct change *c, char **ret_why)
{
	return do_port(c, &isolated_attr);
}

static int undo_isolated(struct change *c, char **ret_why)
{
	return undo_port(c, &isolated_attr, ret_why);
}

const struct applier apply_port_state = {
	.read = read_state, .apply = do_state, .undo = undo_state,
};

const struct applier apply_port_isolated = {
	.read = read_isolated, .apply = do_isolated, .undo = undo_isolated,
};

/* False: the journal names one that this program does not know. */
static bool flag_attr(const struct change *c, struct port_attr *ret)
{
	const struct port_flag *f = port_flag_find(c->op.flag);

	if (!f)
		return false;
	*ret = (struct port_attr){ .attr = f->attr, .name = f->name, .flag = f };
	return true;
}

static int read_flag(struct change *c, char **ret_why)
{
	struct port_attr a;

	return flag_attr(c, &a) ? read_port(c, &a, ret_why) : -EINVAL;
}

static int do_flag(struct change *c, char **ret_why)
{
	struct port_attr a;

	return flag_attr(c, &a) ? do_port(c, &a) : -EINVAL;
}

static int undo_flag(struct change *c, char **ret_why)
{
	struct port_attr a;

	return flag_attr(c, &a) ? undo_port(c, &a, ret_why) : -EINVAL;
}

const struct applier apply_port_flag = {
	.read = read_flag, .apply = do_flag, .undo = undo_flag,
};
