/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "progress.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "strbuf.h"

#define PATIENCE_MS 500
#define COLUMNS_USUAL 80
#define DOTS " ..."

struct progress {
	int fd;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char *text;              /* NULL: nothing is waited for */
	unsigned int generation; /* counts what was waited for */
	bool shown, done;
};

static void put(const struct progress *p, const char *s)
{
	/* a line that cannot be shown is no reason for anything */
	if (write(p->fd, s, strlen(s)) < 0)
		return;
}

static void hide(struct progress *p)
{
	if (p->shown)
		put(p, "\r\033[K");
	p->shown = false;
}

/* How much of a line is left for the text; a line that wraps could not be taken back. */
static size_t room(const struct progress *p)
{
	struct winsize w;
	size_t columns = ioctl(p->fd, TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : COLUMNS_USUAL;

	return columns > strlen(DOTS) ? columns - strlen(DOTS) - 1 : 0;
}

static void show(struct progress *p)
{
	_cleanup_(freep) char *line =
		xasprintf("\r\033[K%.*s" DOTS, (int)text_fits(p->text, room(p)), p->text);

	put(p, line);
	p->shown = true;
}

static struct timespec in_ms(long ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += ms % 1000 * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

/* Shows what is waited for once it is waited for long enough. */
static void *watch(void *arg)
{
	struct progress *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->done) {
		unsigned int seen = p->generation;
		struct timespec due = in_ms(PATIENCE_MS);
		int r = 0;

		while (!p->done && p->generation == seen && r != ETIMEDOUT)
			r = p->text && !p->shown ?
				    pthread_cond_timedwait(&p->changed, &p->lock, &due) :
				    pthread_cond_wait(&p->changed, &p->lock);
		if (!p->done && p->generation == seen && p->text)
			show(p);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct progress *progress_new(int fd)
{
	pthread_condattr_t attr;
	struct progress *p;

	if (!isatty(fd))
		return NULL;
	p = xcalloc(1, sizeof(*p));
	p->fd = fd;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&p->thread, NULL, watch, p) == 0)
		return p;
	free(p);
	return NULL;
}

/* Takes text over. */
static void set_text(struct progress *p, char *text)
{
	pthread_mutex_lock(&p->lock);
	free(p->text);
	p->text = text;
	p->generation++;
	hide(p);
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

void progress_say(struct progress *p, const char *format, ...)
{
	_cleanup_(strbuf_done) struct strbuf text = { 0 };
	struct strbuf shown = { 0 };
	va_list args;

	if (!p)
		return;
	va_start(args, format);
	strbuf_vprintf(&text, format, args);
	va_end(args);
	strbuf_visible(&shown, strbuf_str(&text));
	set_text(p, strbuf_take(&shown));
}

void progress_stop(struct progress *p)
{
	if (p)
		set_text(p, NULL);
}

void progress_free(struct progress *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	hide(p);
	p->done = true;
	pthread_cond_signal(&p->changed);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p->text);
	free(p);
}
