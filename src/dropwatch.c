/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dropwatch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "capture/drops.h"
#include "capture/dropserve.h"
#include "capture/identify.h"
#include "privilege.h"

/* Loading takes 80 ms; somebody's machine may be slow. */
#define READY_MS 2000
/* In all: strangers' packets may come meanwhile without end … */
#define DONE_MS  200
/* … so that no more than this are read at once. */
#define READ_MAX 256
/* drop_monitor is stopped before: the kernel waits until no processor is at it any more (RCU). */
#define DONE_MONITOR_MS 1000

_Static_assert(DROPS_LATER == DNS_TOKEN_AT, "the same place");
_Static_assert(sizeof(((struct kernel_drop *)0)->reason) == DROPS_REASON &&
	       sizeof(((struct kernel_drop *)0)->function) == DROPS_FUNCTION, "the same words");

struct dropwatch {
	int fd;                     /* -1: nobody is there … */
	int heard[DROPS_WITNESSES]; /* … and why; as in struct drops_answer */
};

/* However the parent ends, this does, by a signal that is heard: something may have to be undone. */
static void die_with(pid_t parent)
{
	sigset_t none;

	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
	if (getppid() != parent)
		_exit(0);
}

/*
 * Keeps nothing but the socket: no standard output that somebody waits for, no
 * namespace, no terminal, whose Ctrl-Z would stop it with drop_monitor left on.
 */
static void serve(int fd, pid_t parent)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0 || dup2(fd, 3) < 0 ||
	    syscall(SYS_close_range, 4, ~0u, 0) < 0 || chdir("/") < 0 || setsid() < 0)
		return;
	privilege_drop_to_drops();
	/* last, as the kernel forgets it with some changes of privileges */
	die_with(parent);
	drops_serve(3);
}

static int start(struct dropwatch *w)
{
	pid_t parent = getpid(), pid;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		serve(ends[1], parent);
		_exit(0);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return -errno;
	}
	w->fd = ends[0];
	return 0;
}

struct dropwatch *dropwatch_start(void)
{
	struct dropwatch *w = xcalloc(1, sizeof(*w));

	w->fd = -1;
	w->heard[DROPS_BPF] = start(w);
	return w;
}

static int request(struct dropwatch *w, const struct observe_spec *spec)
{
	struct drops_wanted wanted = { .seq = spec->marks.seq };

	memcpy(wanted.token, spec->marks.token, sizeof(wanted.token));
	vec_each(ns, &spec->ns)
		if (wanted.n < DROPS_NAMESPACES)
			wanted.netns[wanted.n++] = (unsigned int)ns->config->inode;
	return send(w->fd, &wanted, sizeof(wanted), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The next answer, for which it waits so long. False: there is none. */
static bool next_answer(struct dropwatch *w, int ms, struct drops_answer *ret)
{
	struct pollfd p = { w->fd, POLLIN, 0 };

	if (w->fd < 0 || poll(&p, 1, ms) <= 0)
		return false;
	return recv(w->fd, ret, sizeof(*ret), MSG_DONTWAIT) == (ssize_t)sizeof(*ret);
}

/* Nobody is asked any more, and who notices that the socket is closed ends. */
static void give_up(struct dropwatch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* What did not work will not do so the next time either. */
static void no_answer(struct dropwatch *w, int error)
{
	give_up(w);
	w->heard[DROPS_BPF] = error;
	w->heard[DROPS_MONITOR] = 0;
}

bool dropwatch_listen(struct dropwatch *w, const struct observe_spec *spec, struct observations *o)
{
	bool listens = false;
	struct drops_answer a;
	int r;

	if (w->fd >= 0) {
		r = request(w, spec);
		if (r == 0 && (!next_answer(w, READY_MS, &a) || a.kind != DROPS_READY))
			r = -ETIMEDOUT;
		if (r == 0)
			memcpy(w->heard, a.heard, sizeof(w->heard));
		else
			no_answer(w, r);
		listens = w->heard[DROPS_BPF] == 1 || w->heard[DROPS_MONITOR] == 1;
		if (!listens)
			give_up(w);
	}
	o->drops_heard = w->heard[DROPS_BPF];
	o->monitor_heard = w->heard[DROPS_MONITOR];
	return listens;
}

static bool leaves_by_another(const struct ns *ns, const struct link *in, const unsigned char from[static 6])
{
	vec_each(l, &ns->links)
		if (l->ifindex != in->ifindex && memcmp(l->mac, from, 6) == 0)
			return true;
	return false;
}

/* A frame that came in by l is for that one, for all, or for whoever is behind a bridge; or has its new addresses already. */
static bool can_be_in(const struct ns *ns, const struct link *l, const struct drops_event *e)
{
	static const unsigned char none[sizeof(e->macs)];
	const unsigned char *to = e->macs, *from = e->macs + 6;

	return memcmp(e->macs, none, sizeof(none)) == 0 || to[0] & 1 || l->master || memcmp(l->mac, to, 6) == 0 ||
	       leaves_by_another(ns, l, from);
}

/*
 * drop_monitor hears all of the machine, and names the number of an interface and no namespace: NULL where none of those
 * that are watched can be meant, or more than one.
 */
static const struct watched *by_interface(const struct observe_spec *spec, const struct drops_event *e)
{
	const struct watched *found = NULL;

	vec_each(ns, &spec->ns) {
		const struct link *l = e->ifindex ? ns_link(ns->config, (int)e->ifindex) : NULL;

		if (!l || !can_be_in(ns->config, l, e))
			continue;
		if (found)
			return NULL;
		found = ns;
	}
	return found;
}

static const struct watched *watched_ns(const struct observe_spec *spec, const struct drops_event *e)
{
	if (!e->netns)
		return by_interface(spec, e);
	vec_each(ns, &spec->ns)
		if (ns->config->inode == e->netns)
			return ns;
	return NULL;
}

static void copy_word(char *to, size_t n, const char *from)
{
	size_t len = strnlen(from, n - 1);

	memcpy(to, from, len);
	to[len] = '\0';
}

bool dropwatch_take(const struct drops_answer *a, const struct observe_spec *spec, struct kernel_drop *ret)
{
	const struct drops_event *e = &a->event;
	size_t n = e->n < sizeof(e->bytes) ? e->n : sizeof(e->bytes);
	struct lookout l = { .marks = spec->marks };
	const struct observations nothing = { 0 };
	struct sighting s = { 0 };
	const struct watched *ns = watched_ns(spec, e);

	/* lent */
	l.arp.v = spec->arp.v;
	l.arp.n = spec->arp.n;
	if (a->kind != DROPS_EVENT || !ns || !identify_frame(&l, &nothing, e->ethertype, pkt_view(e->bytes, n), &s))
		return false;
	*ret = (struct kernel_drop){ .ns = ns->ns, .ifindex = (int)e->ifindex, .kind = s.kind, .probe = s.probe };
	copy_word(ret->reason, sizeof(ret->reason), a->reason);
	copy_word(ret->function, sizeof(ret->function), e->function);
	return true;
}

static void note(const struct drops_answer *a, const struct observe_spec *spec, struct observations *o)
{
	struct kernel_drop d;

	if (!dropwatch_take(a, spec, &d))
		return;
	if (observations_full(o, o->drops.n))
		o->drops_lost++;
	else
		vec_push(&o->drops, d);
}

void dropwatch_read(struct dropwatch *w, const struct observe_spec *spec, struct observations *o)
{
	struct drops_answer a;

	for (size_t i = 0; i < READ_MAX && next_answer(w, 0, &a); i++)
		note(&a, spec, o);
}

void dropwatch_stop(struct dropwatch *w, const struct observe_spec *spec, struct observations *o)
{
	const struct drops_wanted nothing = { 0 };
	uint64_t end = now_us() + 1000 * (w->heard[DROPS_MONITOR] == 1 ? DONE_MONITOR_MS : DONE_MS), now;
	struct drops_answer a;

	if (w->fd < 0)
		return;
	if (spec->ns.n > DROPS_NAMESPACES)
		o->drops_lost++;
	if (send(w->fd, &nothing, sizeof(nothing), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		end = 0;
	while ((now = now_us()) < end && next_answer(w, (int)((end - now) / 1000), &a)) {
		if (a.kind == DROPS_DONE) {
			o->drops_lost += a.lost;
			return;
		}
		note(&a, spec, o);
	}
	no_answer(w, -ETIMEDOUT);
	o->drops_lost++;
}

void dropwatch_end(struct dropwatch *w)
{
	if (!w)
		return;
	if (w->fd >= 0)
		close(w->fd);
	free(w);
}
