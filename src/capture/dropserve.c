/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/dropserve.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "capture/drops.h"
#include "drops-object.h"
#include "util.h"

#define PREFIX "SKB_DROP_REASON_"

/* Strangers can have packets dropped without end: after so many it looks for requests again. */
#define BATCH 256
/* So long, in seconds, may somebody want to listen: then something is wrong, and it ends by SIGALRM. */
#define LISTEN_MAX 10
/* Answers to requests, for which room is waited for. */
#define SEND_US 100000

struct server {
	int fd;
	struct bpf_object *object;  /* or NULL */
	struct btf *btf;            /* the kernel's, or NULL */
	int reasons;                /* id of its enum skb_drop_reason, negative: it has none */
	struct ring_buffer *events; /* or NULL */
	struct bpf_link *link;      /* while it listens, or NULL */
	unsigned int lost;          /* for which the other end had no room */
	unsigned int batch;         /* events since it last looked for requests */
	bool discards;              /* what is left over from the last time */
};

/* What libbpf has to say goes nowhere: errors are answers. */
static int no_words(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Not waited for long (SO_SNDTIMEO): who asks gives up, too. */
static void answer(struct server *s, const struct drops_answer *a)
{
	(void)send(s->fd, a, sizeof(*a), MSG_NOSIGNAL);
}

/* Who does not read is not waited for. -errno: there is nobody any more. */
static int tell(struct server *s, const struct drops_answer *a)
{
	if (send(s->fd, a, sizeof(*a), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno != EAGAIN && errno != ENOBUFS)
		return -errno;
	s->lost++;
	return 0;
}

/* Numbers of reasons differ between kernels; their names are in the BTF of each. */
static void name_reason(const struct server *s, unsigned int reason, char ret[static DROPS_REASON])
{
	const struct btf_type *type = s->reasons < 0 ? NULL : btf__type_by_id(s->btf, (__u32)s->reasons);
	const struct btf_enum *e = type ? btf_enum(type) : NULL;

	for (unsigned int i = 0; e && i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(s->btf, e[i].name_off);

		if (e[i].val != (int)reason || !name || !str_starts(name, PREFIX))
			continue;
		name += strlen(PREFIX);
		memcpy(ret, name, strnlen(name, DROPS_REASON - 1));
		return;
	}
}

/* Below 0 ends ring_buffer__consume(), which otherwise goes on as long as something comes. */
static int hand_on(void *ctx, void *data, size_t n)
{
	struct server *s = ctx;
	struct drops_answer a = { .kind = DROPS_EVENT };
	int r;

	if (s->discards || n < sizeof(a.event))
		return 0;
	memcpy(&a.event, data, sizeof(a.event));
	name_reason(s, a.event.reason, a.reason);
	r = tell(s, &a);
	if (r < 0)
		return r;
	return ++s->batch < BATCH ? 0 : -EAGAIN;
}

static void consume(struct server *s)
{
	s->batch = 0;
	ring_buffer__consume(s->events);
}

static struct bpf_map *find_map(const struct server *s, const char *name)
{
	return bpf_object__find_map_by_name(s->object, name);
}

static void unload(struct server *s)
{
	ring_buffer__free(s->events);
	btf__free(s->btf);
	bpf_object__close(s->object);
	s->events = NULL;
	s->btf = NULL;
	s->object = NULL;
}

static int try_load(struct server *s)
{
	int r;

	s->btf = btf__load_vmlinux_btf();
	if (!s->btf)
		return -EOPNOTSUPP;
	s->reasons = btf__find_by_name_kind(s->btf, "skb_drop_reason", BTF_KIND_ENUM);
	s->object = bpf_object__open_mem(drops_object, sizeof(drops_object), NULL);
	if (!s->object)
		return -errno;
	r = bpf_object__load(s->object);
	if (r < 0)
		return r;
	s->events = ring_buffer__new(bpf_map__fd(find_map(s, "events")), hand_on, s, NULL);
	return s->events ? 0 : -errno;
}

/* What is loaded stays so until the end: the next time it is only attached. */
static int load(struct server *s)
{
	int r = s->object ? 0 : try_load(s);

	if (r < 0)
		unload(s);
	return r;
}

static int listen_for(struct server *s, const struct drops_wanted *wanted)
{
	const __u32 first = 0;
	int r = load(s);

	if (r < 0)
		return r;
	/* nothing is attached: this comes to an end */
	s->discards = true;
	consume(s);
	s->discards = false;
	if (bpf_map_update_elem(bpf_map__fd(find_map(s, "wanted")), &first, wanted, BPF_ANY) < 0)
		return -errno;
	s->lost = 0;
	alarm(LISTEN_MAX);
	s->link = bpf_program__attach(bpf_object__find_program_by_name(s->object, "on_drop"));
	return s->link ? 0 : -errno;
}

/* Detaching takes the kernel a while: what there is to say is said first. */
static void stop(struct server *s)
{
	struct drops_answer a = { .kind = DROPS_DONE };
	const struct drops_wanted none = { 0 };
	struct drops_wanted now = { 0 };
	const __u32 first = 0;

	if (s->link) {
		int map = bpf_map__fd(find_map(s, "wanted"));

		/* first nothing more is wanted, so that what is there has an end */
		bpf_map_lookup_elem(map, &first, &now);
		bpf_map_update_elem(map, &first, &none, BPF_ANY);
		for (unsigned int i = 0; i < DROPS_RING / sizeof(struct drops_event); i += BATCH)
			consume(s);
	}
	a.lost = now.lost + s->lost;
	answer(s, &a);
	bpf_link__destroy(s->link);
	s->link = NULL;
	alarm(0);
}

/* False: nobody asks any more. */
static bool serve_request(struct server *s)
{
	struct drops_answer a = { .kind = DROPS_READY };
	struct drops_wanted wanted;
	ssize_t n = recv(s->fd, &wanted, sizeof(wanted), 0);

	if (n < 0 && errno == EINTR)
		return true;
	if (n != (ssize_t)sizeof(wanted))
		return false;
	if (s->link || wanted.n == 0) {
		stop(s);
		return true;
	}
	a.error = listen_for(s, &wanted);
	if (a.error < 0)
		alarm(0);
	answer(s, &a);
	return true;
}

void drops_serve(int fd)
{
	const struct timeval patience = { .tv_usec = SEND_US };
	struct server s = { .fd = fd };
	bool asked = true;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	libbpf_set_print(no_words);
	while (asked) {
		/* what is not open is passed over */
		struct pollfd fds[] = {
			{ fd, POLLIN, 0 },
			{ s.link ? ring_buffer__epoll_fd(s.events) : -1, POLLIN, 0 },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			consume(&s);
		if (fds[0].revents)
			asked = serve_request(&s);
	}
	bpf_link__destroy(s.link);
	unload(&s);
}
