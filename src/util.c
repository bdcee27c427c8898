/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

static void *check(void *p)
{
	if (!p) {
		static const char text[] = "nsdoctor: out of memory\n";
		ssize_t r = write(STDERR_FILENO, text, sizeof(text) - 1);

		(void)r;
		_exit(3);
	}
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return check(calloc(n ? n : 1, size ? size : 1));
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	return check(reallocarray(p, n ? n : 1, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return check(strdup(s));
}

char *xmemdup(const void *p, size_t size)
{
	char *copy = xcalloc(size + 1, 1);

	if (size)
		memcpy(copy, p, size);
	return copy;
}

char *xasprintf(const char *format, ...)
{
	va_list ap;
	char *s = NULL;

	va_start(ap, format);
	if (vasprintf(&s, format, ap) < 0)
		s = NULL;
	va_end(ap);
	return check(s);
}

void str_copy(char *dst, size_t size, const char *src)
{
	size_t n = strnlen(src, size - 1);

	memcpy(dst, src, n);
	dst[n] = '\0';
}

static uint64_t clock_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint64_t now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

uint64_t wall_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int read_whole(int fd, size_t max, char **ret_text, size_t *ret_n)
{
	_cleanup_(freep) char *text = NULL;
	size_t n = 0, room = 0;

	for (;;) {
		ssize_t r;

		if (n + 1 >= room) {
			room = room ? room * 2 : 4096;
			text = xreallocarray(text, room, 1);
		}
		r = read(fd, text + n, room - 1 - n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -errno;
		if (r == 0)
			break;
		n += (size_t)r;
		if (n > max)
			return -EFBIG;
	}
	text[n] = '\0';
	*ret_text = text;
	text = NULL;
	if (ret_n)
		*ret_n = n;
	return 0;
}

int read_input(const char *path, size_t max, char **ret_text, size_t *ret_n)
{
	_cleanup_(closep) int fd = streq(path, "-") ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) :
						     open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_whole(fd, max, ret_text, ret_n);
}

int read_file(const char *path, size_t max, char **ret_text)
{
	_cleanup_(closep) int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_whole(fd, max, ret_text, NULL);
}

int write_all(int fd, const void *data, size_t n)
{
	const char *s = data;

	while (n > 0) {
		ssize_t r = write(fd, s, n);

		if (r < 0 && errno != EINTR)
			return -errno;
		if (r > 0) {
			s += r;
			n -= (size_t)r;
		}
	}
	return 0;
}

void random_bytes(void *p, size_t size)
{
	uint8_t *b = p;

	while (size > 0) {
		ssize_t r = getrandom(b, size, 0);

		if (r < 0 && errno == EINTR)
			continue;
		if (r <= 0)
			abort(); /* the system call exists since Linux 3.17 */
		b += r;
		size -= (size_t)r;
	}
}
