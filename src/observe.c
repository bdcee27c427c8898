/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "observe.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "capture/capture.h"
#include "inject.h"
#include "netns.h"

/* The observers of one namespace. */
struct watch {
	int ns, ns_fd;
	uint32_t ring;
	const struct ns *config;
	struct packets *packets; /* or NULL */
	struct nftrace *traces;  /* or NULL */
	int capture_error, trace_error;
	const struct observer *ob;
	pthread_t thread;        /* is opening or closing the packets … */
	bool busy;               /* … if there is one */
};

struct observer {
	bool capture, trace;
	struct lookout lookout;
	const struct inject *inject;
	VEC(struct watch) watches;
};

void observations_free(struct observations *o)
{
	vec_each(t, &o->traces) {
		free(t->table);
		free(t->chain);
		free(t->jump);
	}
	vec_free(&o->traces);
	vec_free(&o->counts);
	vec_free(&o->queues);
	vec_free(&o->drops);
	vec_free(&o->sightings);
	vec_free(&o->frames);
	vec_free(&o->capture_error);
	vec_free(&o->trace_error);
}

bool observations_full(const struct observations *o, size_t n)
{
	return n >= (o->max ? o->max : OBSERVATIONS_MAX);
}

/* Runs f(item) for n items of this size, each on a thread of its own, and waits for all of them. */
static void in_parallel(void *items, size_t n, size_t size, void *(*f)(void *))
{
	_cleanup_(freep) pthread_t *threads = xcalloc(n, sizeof(*threads));
	_cleanup_(freep) bool *started = xcalloc(n, sizeof(*started));

	for (size_t i = 0; i < n; i++)
		started[i] = pthread_create(&threads[i], NULL, f, (char *)items + i * size) == 0;
	for (size_t i = 0; i < n; i++)
		if (started[i])
			pthread_join(threads[i], NULL);
}

static void in_background(struct watch *w, void *(*f)(void *))
{
	w->busy = pthread_create(&w->thread, NULL, f, w) == 0;
}

static void wait_for(struct watch *w)
{
	if (w->busy)
		pthread_join(w->thread, NULL);
	w->busy = false;
}

static int open_traces(struct watch *w)
{
	int r;

	/* what has no chains is not touched */
	if (w->config->error[COLLECT_NFT] < 0)
		return w->config->error[COLLECT_NFT];
	r = nftrace_open(w->config, &w->ob->lookout, &w->traces);
	return r == -ENOENT && !w->traces ? 1 : r;
}

/* What goes wrong here does so again when the watch is opened. */
static void *watch_begin(void *arg)
{
	struct watch *w = arg;

	if (netns_enter(w->ns_fd) == 0)
		(void)packet_open(w->ring, &w->packets);
	return NULL;
}

static int open_packets(struct watch *w)
{
	int r = w->packets ? 0 : packet_open(w->ring, &w->packets);

	if (r == 0)
		r = packet_look(w->packets, &w->ob->lookout);
	if (r < 0) {
		packet_close(w->packets);
		w->packets = NULL;
	}
	return r;
}

static void *watch_open(void *arg)
{
	struct watch *w = arg;
	int r;

	/* begun, and then nobody wanted it */
	if (!w->config)
		return NULL;
	r = netns_enter(w->ns_fd);
	if (r < 0) {
		w->capture_error = w->trace_error = r;
		return NULL;
	}
	if (w->ob->capture)
		w->capture_error = open_packets(w);
	if (w->ob->trace)
		w->trace_error = open_traces(w);
	return NULL;
}

static struct watch *watch_of(struct observer *ob, int ns)
{
	struct watch *w;

	vec_each(known, &ob->watches)
		if (known->ns == ns)
			return known;
	w = vec_add(&ob->watches);
	w->ns = ns;
	w->ob = ob;
	w->capture_error = w->trace_error = 1;
	return w;
}

struct observer *observe_begin(const int *ns_fds, size_t n)
{
	struct observer *ob = xcalloc(1, sizeof(*ob));

	for (size_t i = 0; i < n; i++)
		watch_of(ob, (int)i)->ns_fd = ns_fds[i];
	vec_each(w, &ob->watches)
		in_background(w, watch_begin);
	return ob;
}

static void add_watches(struct observer *ob, const struct observe_spec *spec)
{
	vec_each(w, &ob->watches)
		wait_for(w);
	vec_each(ns, &spec->ns) {
		struct watch *w = watch_of(ob, ns->ns);

		w->ns_fd = ns->fd;
		w->config = ns->config;
		w->ring = ns->ring;
		/* a thread that does not start leaves it so */
		w->capture_error = spec->capture ? -EAGAIN : 1;
		w->trace_error = spec->trace ? -EAGAIN : 1;
	}
}

/* Every namespace of the snapshot has its entry; those that are not watched: 1. */
static void note_errors(const struct observer *ob, size_t namespaces, struct observations *o)
{
	while (o->capture_error.n < namespaces)
		vec_push(&o->capture_error, 1);
	while (o->trace_error.n < namespaces)
		vec_push(&o->trace_error, 1);
	vec_each(w, &ob->watches) {
		o->capture_error.v[w->ns] = w->capture_error;
		o->trace_error.v[w->ns] = w->trace_error;
	}
}

void observe_spec_done(struct observe_spec *spec)
{
	vec_free(&spec->arp);
	vec_free(&spec->peers);
	vec_free(&spec->ns);
}

struct observer *observe_open(const struct observe_spec *spec, struct observations *o,
			      struct observer *begun)
{
	struct observer *ob = begun ? begun : xcalloc(1, sizeof(*ob));

	ob->capture = spec->capture;
	ob->trace = spec->trace;
	ob->lookout.marks = spec->marks;
	ob->lookout.keep_frames = spec->keep_frames;
	ob->inject = spec->inject;
	vec_copy(&ob->lookout.arp, &spec->arp);
	vec_copy(&ob->lookout.peers, &spec->peers);
	add_watches(ob, spec);
	in_parallel(ob->watches.v, ob->watches.n, sizeof(*ob->watches.v), watch_open);
	ob->lookout.since_us = wall_us();
	note_errors(ob, spec->namespaces, o);
	return ob;
}

unsigned int observe_transactions(const struct observer *ob, int ns)
{
	unsigned int n = 0;

	for (size_t i = 0; ob && i < ob->watches.n; i++)
		if (ob->watches.v[i].ns == ns && ob->watches.v[i].traces)
			n += nftrace_transactions(ob->watches.v[i].traces);
	return n;
}

static size_t add_pollfd(struct pollfd *fds, size_t n, size_t max, int fd)
{
	if (fd < 0 || n >= max)
		return n;
	fds[n] = (struct pollfd){ .fd = fd, .events = POLLIN };
	return n + 1;
}

size_t observe_pollfds(const struct observer *ob, struct pollfd *fds, size_t max)
{
	size_t n = 0;

	vec_each(w, &ob->watches) {
		n = add_pollfd(fds, n, max, w->packets ? packet_fd(w->packets) : -1);
		n = add_pollfd(fds, n, max, w->traces ? nftrace_fd(w->traces) : -1);
	}
	return n;
}

/*
 * What was turned aside has left, by the interface it was about to leave by;
 * and what we write to the tap has not come in yet.
 */
static void translate_tap(const struct observer *ob, struct observations *o, size_t from)
{
	size_t to = from;

	for (size_t i = from; i < o->sightings.n; i++) {
		struct sighting s = o->sightings.v[i];

		if (s.ns == NS_HOST && s.ifindex == inject_ifindex(ob->inject)) {
			if (!s.out)
				continue;
			s.ifindex = inject_exit(ob->inject, s.mac);
			if (!s.ifindex)
				continue;
		}
		o->sightings.v[to++] = s;
	}
	o->sightings.n = to;
}

static int read_packets(const struct observer *ob, struct watch *w, struct observations *o)
{
	int count = packet_read(w->packets, w->ns, &ob->lookout, o);

	o->dropped += packet_dropped(w->packets);
	return count;
}

/* With many namespaces most have nothing to say most of the time. */
int observe_read(struct observer *ob, struct observations *o)
{
	_cleanup_(freep) struct pollfd *fds = xcalloc(2 * ob->watches.n, sizeof(*fds));
	size_t n = observe_pollfds(ob, fds, 2 * ob->watches.n), i = 0, seen = o->sightings.n;
	int count = 0;

	if (poll(fds, n, 0) <= 0)
		return 0;
	vec_each(w, &ob->watches) {
		if (w->packets && packet_fd(w->packets) >= 0 && fds[i++].revents)
			count += read_packets(ob, w, o);
		if (w->traces && nftrace_fd(w->traces) >= 0 && fds[i++].revents)
			count += nftrace_read(w->traces, w->ns, o);
	}
	if (ob->inject)
		translate_tap(ob, o, seen);
	return count;
}

void observe_forget_inject(struct observer *ob)
{
	if (ob)
		ob->inject = NULL;
}

static void *stop_packets(void *arg)
{
	struct watch *w = arg;

	packet_close(w->packets);
	w->packets = NULL;
	return NULL;
}

void observe_stop(struct observer *ob)
{
	for (size_t i = 0; ob && i < ob->watches.n; i++)
		if (!ob->watches.v[i].busy && ob->watches.v[i].packets)
			in_background(&ob->watches.v[i], stop_packets);
}

static void *close_traces(void *arg)
{
	struct watch *w = *(struct watch **)arg;

	nftrace_close(w->traces);
	w->traces = NULL;
	return NULL;
}

void observe_close(struct observer *ob)
{
	VEC(struct watch *) traced = { 0 };

	if (!ob)
		return;
	observe_stop(ob);
	vec_each(w, &ob->watches)
		if (w->traces)
			vec_push(&traced, w);
	in_parallel(traced.v, traced.n, sizeof(*traced.v), close_traces);
	vec_each(w, &ob->watches) {
		wait_for(w);
		/* where a thread did not start, or was still opening */
		packet_close(w->packets);
		nftrace_close(w->traces);
	}
	vec_free(&traced);
	vec_free(&ob->watches);
	vec_free(&ob->lookout.arp);
	vec_free(&ob->lookout.peers);
	free(ob);
}
