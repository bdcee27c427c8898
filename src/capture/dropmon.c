/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands and attributes: linux/net_dropmon.h; what they do: net/core/drop_monitor.c */
#include "capture/dropmon.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/net_dropmon.h>
#include <signal.h>
#include <sys/socket.h>

#include "capture/candidate.h"
#include "nlfield.h"
#include "pkt.h"
#include "util.h"

#define FAMILY "NET_DM"
#define GROUP  "events"

#define VERSION 2
/* Packets that wait on each processor until they are told: as many as it has by itself. */
#define QUEUE 1000
/* Bytes that wait here until they are read. */
#define ROOM (1 << 20)

/* --- the family ------------------------------------------------------------ */

struct group {
	char name[GENL_NAMSIZ];
	uint32_t id;
};

static const struct nlfield group_fields[] = {
	{ CTRL_ATTR_MCAST_GRP_NAME, NLFIELD(STRING, struct group, name) },
	{ CTRL_ATTR_MCAST_GRP_ID,   NLFIELD(U32, struct group, id) },
	{ 0 },
};

struct family {
	uint16_t id;
	struct nlspan groups;
};

static const struct nlfield family_fields[] = {
	{ CTRL_ATTR_FAMILY_ID,    NLFIELD(U16, struct family, id) },
	{ CTRL_ATTR_MCAST_GROUPS, NLFIELD(SPAN, struct family, groups) },
	{ 0 },
};

static int read_family(const struct nlmsghdr *nlh, void *arg)
{
	struct dropmon_family *ret = arg;
	struct family f = { 0 };
	struct nlspan attrs;
	uint16_t type;
	int r = nlfield_read(family_fields, nlfield_attrs(nlh, sizeof(struct genlmsghdr)), &f);

	while (r >= 0 && (r = nlfield_next(&f.groups, &type, &attrs)) > 0) {
		struct group g = { 0 };

		r = nlfield_read(group_fields, attrs, &g);
		if (r == 0 && streq(g.name, GROUP))
			*ret = (struct dropmon_family){ .id = f.id, .group = g.id };
	}
	return r;
}

static struct nlmsghdr *put(struct nl_buf *b, uint16_t type, uint8_t command)
{
	const struct genlmsghdr header = { .cmd = command, .version = type == GENL_ID_CTRL ? 1 : VERSION };

	return nl_put(b, type, 0, &header, sizeof(header));
}

int dropmon_find(struct nl *nl, struct dropmon_family *ret)
{
	struct dropmon_family found = { 0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = put(&b, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	int r;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, FAMILY);
	r = nl_request(nl, nlh, read_family, &found);
	if (r < 0)
		return r;
	if (found.id < NLMSG_MIN_TYPE || !found.group)
		return -ENOENT;
	*ret = found;
	return 0;
}

/* --- starting and stopping ------------------------------------------------- */

struct setup {
	uint8_t mode;            /* enum net_dm_alert_mode */
	uint32_t bytes, packets; /* of each packet; that may wait */
};

static const struct nlfield setup_fields[] = {
	{ NET_DM_ATTR_ALERT_MODE, NLFIELD(U8, struct setup, mode) },
	{ NET_DM_ATTR_TRUNC_LEN,  NLFIELD(U32, struct setup, bytes) },
	{ NET_DM_ATTR_QUEUE_LEN,  NLFIELD(U32, struct setup, packets) },
	{ 0 },
};

static int read_setup(const struct nlmsghdr *nlh, void *arg)
{
	return nlfield_read(setup_fields, nlfield_attrs(nlh, sizeof(struct genlmsghdr)), arg);
}

static struct nlmsghdr *put_setup(struct nl_buf *b, uint16_t type, const struct setup *s)
{
	struct nlmsghdr *nlh = put(b, type, NET_DM_CMD_CONFIG);

	mnl_attr_put_u8(nlh, NET_DM_ATTR_ALERT_MODE, s->mode);
	mnl_attr_put_u32(nlh, NET_DM_ATTR_TRUNC_LEN, s->bytes);
	mnl_attr_put_u32(nlh, NET_DM_ATTR_QUEUE_LEN, s->packets);
	return nlh;
}

/* Only what the software drops: what switches drop is somebody else's to watch. */
static struct nlmsghdr *put_switch(struct nl_buf *b, uint16_t type, uint8_t command)
{
	struct nlmsghdr *nlh = put(b, type, command);

	mnl_attr_put(nlh, NET_DM_ATTR_SW_DROPS, 0, NULL);
	return nlh;
}

static void add_undo(struct dropmon_undo *u, const struct nlmsghdr *nlh)
{
	memcpy(u->b + u->n, nlh, nlh->nlmsg_len);
	u->n += NLMSG_ALIGN(nlh->nlmsg_len);
}

/* No word of the kernel's, but of one that was lost or not understood: what was asked may have been done. */
static bool is_unclear(int error)
{
	return error == -ENOBUFS || error == -ETIMEDOUT || error == -EMSGSIZE || error == -EBADMSG;
}

/* EAGAIN is the kernel's word where it is started already. */
int dropmon_start(struct nl *nl, const struct dropmon_family *family, struct dropmon_undo *ret)
{
	const struct setup ours = { NET_DM_ALERT_MODE_PACKET, DROPS_BYTES + ETH_HLEN, QUEUE };
	struct setup before = { .packets = QUEUE };
	struct nl_buf b;
	int r = nl_request(nl, put(&b, family->id, NET_DM_CMD_CONFIG_GET), read_setup, &before);

	if (r == 0)
		r = nl_request(nl, put_setup(&b, family->id, &ours), NULL, NULL);
	if (r < 0)
		return r;
	r = nl_request(nl, put_switch(&b, family->id, NET_DM_CMD_START), NULL, NULL);
	ret->n = 0;
	if (r == 0 || is_unclear(r))
		add_undo(ret, put_switch(&b, family->id, NET_DM_CMD_STOP));
	add_undo(ret, put_setup(&b, family->id, &before));
	if (r == 0)
		return 0;
	/* what sets it back is refused, too, where somebody else has just started it */
	(void)nl_batch(nl, ret->b, ret->n, NULL, NULL);
	ret->n = 0;
	return r == -EAGAIN ? -EBUSY : r;
}

/* --- what it tells --------------------------------------------------------- */

struct alert {
	uint16_t origin, ethertype;
	uint32_t ifindex;
	struct nlspan symbol, reason, frame;
};

static const struct nlfield port_fields[] = {
	{ NET_DM_ATTR_PORT_NETDEV_IFINDEX, NLFIELD(U32, struct alert, ifindex) },
	{ 0 },
};

static const struct nlfield alert_fields[] = {
	{ NET_DM_ATTR_ORIGIN,  NLFIELD(U16, struct alert, origin) },
	{ NET_DM_ATTR_PROTO,   NLFIELD(U16, struct alert, ethertype) },
	{ NET_DM_ATTR_IN_PORT, NLFIELD_NESTED(port_fields) },
	{ NET_DM_ATTR_SYMBOL,  NLFIELD(SPAN, struct alert, symbol) },
	{ DROPMON_ATTR_REASON, NLFIELD(SPAN, struct alert, reason) },
	{ NET_DM_ATTR_PAYLOAD, NLFIELD(SPAN, struct alert, frame) },
	{ 0 },
};

/* As much of a text as there is room for, up to a character at which it ends. */
static void copy_text(char *to, size_t size, struct nlspan from, char last)
{
	const char *p = from.p;

	for (size_t i = 0; i < from.n && i + 1 < size && p[i] && p[i] != last; i++)
		to[i] = p[i];
}

/* Frames begin at the link-layer header, which not every interface has (tun). */
static size_t header_size(struct pkt frame, uint16_t ethertype)
{
	return pkt_u16(&frame, ETH_HLEN - 2) == ethertype ? ETH_HLEN : 0;
}

static bool is_candidate(const struct drops_wanted *w, uint16_t ethertype, struct pkt k)
{
	struct transport t = { 0 };
	size_t length = 40;
	uint8_t protocol;

	if (ethertype == ETH_P_ARP)
		return true;
	if (ethertype != ETH_P_IP && ethertype != ETH_P_IPV6)
		return false;
	if (ethertype == ETH_P_IP)
		length = (size_t)(pkt_u8(&k, 0) & 15) * 4;
	protocol = pkt_u8(&k, ethertype == ETH_P_IP ? 9 : 6);
	if (k.bad || length >= k.n)
		return false;
	k = pkt_from(&k, length);
	memcpy(t.b, k.p, k.n < sizeof(t.b) ? k.n : sizeof(t.b));
	return may_be_ours(w, protocol, &t);
}

static void fill_event(struct drops_event *e, const struct alert *a, struct pkt frame, size_t header)
{
	struct pkt k = pkt_from(&frame, header);

	e->ifindex = a->ifindex;
	e->ethertype = a->ethertype;
	e->n = (unsigned short)(k.n < sizeof(e->bytes) ? k.n : sizeof(e->bytes));
	memcpy(e->bytes, k.p, e->n);
	if (header)
		memcpy(e->macs, frame.p, sizeof(e->macs));
}

bool dropmon_message(const struct nlmsghdr *nlh, const struct dropmon_family *family, const struct drops_wanted *w,
		     struct drops_answer *ret)
{
	const struct genlmsghdr *genl = nl_header(nlh, sizeof(*genl));
	struct alert a = { 0 };
	struct pkt frame;
	size_t header;

	if (nlh->nlmsg_type != family->id || !genl || genl->cmd != NET_DM_CMD_PACKET_ALERT ||
	    nlfield_read(alert_fields, nlfield_attrs(nlh, sizeof(*genl)), &a) < 0 || a.origin != NET_DM_ORIGIN_SW || !a.frame.n)
		return false;
	frame = pkt_view(a.frame.p, a.frame.n);
	header = header_size(frame, a.ethertype);
	if (!is_candidate(w, a.ethertype, pkt_from(&frame, header)))
		return false;
	*ret = (struct drops_answer){ .kind = DROPS_EVENT };
	/* "nf_hook_slow+0xb4/0xc0 [nf_tables]" */
	copy_text(ret->event.function, sizeof(ret->event.function), a.symbol, '+');
	copy_text(ret->reason, sizeof(ret->reason), a.reason, '\0');
	fill_event(&ret->event, &a, frame, header);
	return true;
}

/* --- the source ------------------------------------------------------------ */

struct monitor {
	int fd;                         /* nl's */
	struct nl *nl;                  /* while it listens, or NULL */
	struct dropmon_family family;
	const struct drops_wanted *wanted;
	unsigned int missed;            /* times that there was no room here */
};

/* For who ends this process by a signal: what is left to be done by then. */
static struct {
	int fd;
	struct dropmon_undo undo;
} started;

static void undo(void)
{
	if (started.undo.n)
		(void)send(started.fd, started.undo.b, started.undo.n, MSG_DONTWAIT);
	started.undo.n = 0;
}

/* Ends by the same signal, as if nobody had heard it: a crash may leave a core. */
static void undo_and_end(int number)
{
	undo();
	signal(number, SIG_DFL);
	raise(number);
}

static void handle_signals(void (*handler)(int))
{
	static const int ends[] = { SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM,
				    SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP, SIGXCPU };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		signal(ends[i], handler);
}

/*
 * When it is started: before, what it tells of all the machine would leave no room
 * for the kernel's answers. The kernel gives the group to CAP_SYS_ADMIN only (Linux 6.7).
 */
static int join(const struct monitor *m)
{
	const int room = ROOM;

	/* beyond net.core.rmem_max, where that may be */
	if (setsockopt(m->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		(void)setsockopt(m->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return setsockopt(m->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &m->family.group, sizeof(m->family.group)) < 0 ?
		       -errno : 0;
}

static int open_monitor(struct monitor *m)
{
	int r;

	m->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	r = nl_adopt(m->fd < 0 ? -errno : m->fd, &m->nl);
	return r < 0 ? r : dropmon_find(m->nl, &m->family);
}

/* From the moment it is started until it can be undone no signal ends this. */
static int start(struct monitor *m)
{
	struct dropmon_undo u = { 0 };
	sigset_t all, before;
	int r;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	r = dropmon_start(m->nl, &m->family, &u);
	if (r == 0) {
		started.fd = m->fd;
		started.undo = u;
		handle_signals(undo_and_end);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

/* What it has not undone by then, it never had to. */
static void leave(void *state)
{
	struct monitor *m = state;

	undo();
	handle_signals(SIG_DFL);
	nl_close(m->nl);
	m->nl = NULL;
}

static int begin(void **state, const struct drops_wanted *w)
{
	struct monitor *m = *state ? *state : xcalloc(1, sizeof(*m));
	int r;

	*state = m;
	m->wanted = w;
	m->missed = 0;
	r = open_monitor(m);
	if (r == 0)
		r = start(m);
	if (r == 0)
		r = join(m);
	if (r < 0)
		leave(m);
	return r;
}

static int events_fd(const void *state)
{
	const struct monitor *m = state;

	return m->fd;
}

/* One datagram of the kernel's. False: tell wants no more. */
static bool take(const struct monitor *m, const void *datagram, size_t n, drop_tell tell, void *ctx)
{
	const struct nlmsghdr *nlh;
	struct drops_answer a;
	bool wants = true;
	size_t pos = 0;

	while (wants && (nlh = nl_next(datagram, n, &pos)))
		if (dropmon_message(nlh, &m->family, m->wanted, &a))
			wants = tell(ctx, &a) >= 0;
	return wants;
}

/* As much as a batch. True: there may be more. */
static bool read_batch(struct monitor *m, drop_tell tell, void *ctx)
{
	for (int i = 0; i < DROPS_BATCH; i++) {
		_Alignas(8) char buffer[4096];
		struct sockaddr_nl from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(m->fd, buffer, sizeof(buffer), MSG_DONTWAIT, (struct sockaddr *)&from, &size);

		if (n < 0 && errno == ENOBUFS)
			m->missed++;
		else if (n < 0 && errno != EINTR)
			return false;
		else if (n > 0 && from.nl_pid == 0 && !take(m, buffer, (size_t)n, tell, ctx))
			return true;
	}
	return true;
}

static void read_events(void *state, drop_tell tell, void *ctx)
{
	(void)read_batch(state, tell, ctx);
}

/* Stopped first, so that what is there has an end. */
static unsigned int end(void *state, drop_tell tell, void *ctx)
{
	struct monitor *m = state;

	undo();
	for (unsigned int i = 0; i < 2 * ROOM / sizeof(struct drops_event) / DROPS_BATCH && read_batch(m, tell, ctx);)
		i++;
	return m->missed;
}

const struct drop_source dropmon = {
	.begin = begin,
	.fd = events_fd,
	.read = read_events,
	.end = end,
	.leave = leave,
	.done = free,
};
