/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dropbpf - loads drops.bpf.c and hands on what it sees */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "capture/dropsource.h"
#include "drops-object.h"
#include "util.h"

#define PREFIX "SKB_DROP_REASON_"

struct bpf {
	struct bpf_object *object;
	struct btf *btf;            /* the kernel's */
	int reasons;                /* id of its enum skb_drop_reason, negative: it has none */
	struct ring_buffer *events;
	struct bpf_link *link;      /* while it listens, or NULL */
	drop_tell tell;             /* NULL: to nobody, what comes is left over from the last time */
	void *ctx;
};

/* What libbpf has to say goes nowhere: errors are answers. */
static int no_words(enum libbpf_print_level level, const char *format, va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

/* Numbers of reasons differ between kernels; their names are in the BTF of each. */
static void name_reason(const struct bpf *b, unsigned int reason, char ret[static DROPS_REASON])
{
	const struct btf_type *type = b->reasons < 0 ? NULL : btf__type_by_id(b->btf, (__u32)b->reasons);
	const struct btf_enum *e = type ? btf_enum(type) : NULL;

	for (unsigned int i = 0; e && i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(b->btf, e[i].name_off);

		if (e[i].val != (int)reason || !name || !str_starts(name, PREFIX))
			continue;
		name += strlen(PREFIX);
		memcpy(ret, name, strnlen(name, DROPS_REASON - 1));
		return;
	}
}

/* Below 0 ends ring_buffer__consume(), which otherwise goes on as long as something comes. */
static int hand_on(void *state, void *data, size_t n)
{
	struct bpf *b = state;
	struct drops_answer a = { .kind = DROPS_EVENT };

	if (!b->tell || n < sizeof(a.event))
		return 0;
	memcpy(&a.event, data, sizeof(a.event));
	name_reason(b, a.event.reason, a.reason);
	return b->tell(b->ctx, &a);
}

static void consume(struct bpf *b, drop_tell tell, void *ctx)
{
	b->tell = tell;
	b->ctx = ctx;
	ring_buffer__consume(b->events);
}

static struct bpf_map *find_map(const struct bpf *b, const char *name)
{
	return bpf_object__find_map_by_name(b->object, name);
}

static void unload(void *state)
{
	struct bpf *b = state;

	if (!b)
		return;
	bpf_link__destroy(b->link);
	ring_buffer__free(b->events);
	btf__free(b->btf);
	bpf_object__close(b->object);
	free(b);
}

static int try_load(struct bpf *b)
{
	int r;

	libbpf_set_print(no_words);
	b->btf = btf__load_vmlinux_btf();
	if (!b->btf)
		return -EOPNOTSUPP;
	b->reasons = btf__find_by_name_kind(b->btf, "skb_drop_reason", BTF_KIND_ENUM);
	b->object = bpf_object__open_mem(drops_object, sizeof(drops_object), NULL);
	if (!b->object)
		return -errno;
	r = bpf_object__load(b->object);
	if (r < 0)
		return r;
	b->events = ring_buffer__new(bpf_map__fd(find_map(b, "events")), hand_on, b, NULL);
	return b->events ? 0 : -errno;
}

/* What is loaded stays so until the end: the next time it is only attached. */
static int load(void **state)
{
	struct bpf *b;
	int r;

	if (*state)
		return 0;
	b = xcalloc(1, sizeof(*b));
	r = try_load(b);
	if (r < 0)
		unload(b);
	else
		*state = b;
	return r;
}

static int attach(struct bpf *b, const struct drops_wanted *w)
{
	const __u32 first = 0;

	/* nothing is attached: this comes to an end */
	consume(b, NULL, NULL);
	if (bpf_map_update_elem(bpf_map__fd(find_map(b, "wanted")), &first, w, BPF_ANY) < 0)
		return -errno;
	b->link = bpf_program__attach(bpf_object__find_program_by_name(b->object, "on_drop"));
	return b->link ? 0 : -errno;
}

static int begin(void **state, const struct drops_wanted *w)
{
	int r = load(state);

	if (r == 0)
		r = attach(*state, w);
	if (r < 0) {
		/* another witness is asked next, whose state it is then */
		unload(*state);
		*state = NULL;
	}
	return r;
}

static int events_fd(const void *state)
{
	const struct bpf *b = state;

	return ring_buffer__epoll_fd(b->events);
}

static void read_events(void *state, drop_tell tell, void *ctx)
{
	consume(state, tell, ctx);
}

/* Nothing more is wanted at first, so that what is there has an end: what ends the reading begins it again. */
static unsigned int end(void *state, drop_tell tell, void *ctx)
{
	struct bpf *b = state;
	const struct drops_wanted none = { 0 };
	struct drops_wanted now = { 0 };
	const __u32 first = 0;
	int map = bpf_map__fd(find_map(b, "wanted"));

	bpf_map_lookup_elem(map, &first, &now);
	bpf_map_update_elem(map, &first, &none, BPF_ANY);
	for (unsigned int i = 0; i < DROPS_RING / sizeof(struct drops_event); i += DROPS_BATCH)
		consume(b, tell, ctx);
	return now.lost;
}

static void detach(void *state)
{
	struct bpf *b = state;

	bpf_link__destroy(b->link);
	b->link = NULL;
}

const struct drop_source dropbpf = {
	.begin = begin,
	.fd = events_fd,
	.read = read_events,
	.end = end,
	.leave = detach,
	.done = unload,
};
