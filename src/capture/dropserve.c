/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/dropserve.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "capture/dropsource.h"
#include "privilege.h"
#include "util.h"

/* So long, in seconds, may somebody want to listen: then something is wrong, and it ends by SIGALRM. */
#define LISTEN_MAX 10
/* Answers to requests, for which room is waited for. */
#define SEND_US 100000

static const struct drop_source *const sources[DROPS_WITNESSES] = {
#ifdef HAVE_BPF
	[DROPS_BPF] = &dropbpf,
#endif
	[DROPS_MONITOR] = &dropmon,
};

struct server {
	int fd;
	enum drops_witness witness;  /* who is asked */
	void *state;                 /* its own */
	int heard[DROPS_WITNESSES];  /* as in struct drops_answer */
	struct drops_wanted wanted;
	bool listens;
	unsigned int lost;           /* for which the other end had no room */
	unsigned int batch;          /* events since it last looked for requests */
};

static const struct drop_source *source(const struct server *s)
{
	return sources[s->witness];
}

/* Not waited for long (SO_SNDTIMEO): who asks gives up, too. */
static void answer(struct server *s, const struct drops_answer *a)
{
	(void)send(s->fd, a, sizeof(*a), MSG_NOSIGNAL);
}

/* Who does not read is not waited for. Below 0: there is nobody any more, or so much has been told at once. */
static int tell(void *ctx, const struct drops_answer *a)
{
	struct server *s = ctx;

	if (send(s->fd, a, sizeof(*a), MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		if (errno != EAGAIN && errno != ENOBUFS)
			return -errno;
		s->lost++;
	}
	if (++s->batch < DROPS_BATCH)
		return 0;
	s->batch = 0;
	return -EAGAIN;
}

/* What the others need is given away as soon as it is known that they are not. */
static int begin(struct server *s)
{
	bool bpf = s->witness == DROPS_BPF;
	int r = -ENOSYS;

	privilege_use_for_drops(bpf, !bpf);
	if (source(s))
		r = source(s)->begin(&s->state, &s->wanted);
	if (r == 0)
		privilege_use_for_drops(bpf, true);
	return r;
}

/* One after the other; who could be listened to before is asked again. */
static void listen_for(struct server *s)
{
	s->lost = 0;
	s->batch = 0;
	alarm(LISTEN_MAX);
	for (;;) {
		int r = begin(s);

		s->heard[s->witness] = r < 0 ? r : 1;
		s->listens = r == 0;
		if (s->listens || s->witness == DROPS_MONITOR)
			break;
		s->witness = DROPS_MONITOR;
	}
	if (!s->listens)
		alarm(0);
}

/* What takes the kernel a while is done when all is said. */
static void stop(struct server *s)
{
	struct drops_answer a = { .kind = DROPS_DONE };

	if (s->listens)
		a.lost = source(s)->end(s->state, tell, s);
	a.lost += s->lost;
	answer(s, &a);
	if (s->listens)
		source(s)->leave(s->state);
	s->listens = false;
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
	if (s->listens || wanted.n == 0) {
		stop(s);
		return true;
	}
	s->wanted = wanted;
	listen_for(s);
	memcpy(a.heard, s->heard, sizeof(a.heard));
	answer(s, &a);
	return true;
}

/* Whoever has gone without a word is not listened for any more. */
static void end(struct server *s)
{
	if (s->listens)
		stop(s);
	if (source(s))
		source(s)->done(s->state);
}

void drops_serve(int fd)
{
	const struct timeval patience = { .tv_usec = SEND_US };
	struct server s = { .fd = fd };
	bool asked = true;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	while (asked) {
		/* what is not open is passed over */
		struct pollfd fds[] = {
			{ fd, POLLIN, 0 },
			{ s.listens ? source(&s)->fd(s.state) : -1, POLLIN, 0 },
		};

		if (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			source(&s)->read(s.state, tell, &s);
		if (fds[0].revents)
			asked = serve_request(&s);
	}
	end(&s);
}
