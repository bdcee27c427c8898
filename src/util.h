/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * util - what C lacks: memory that cannot fail, scope-bound cleanup, a clock
 *
 * Running out of memory ends the program: whatever it had put into the kernel
 * is of a kind that the kernel takes back by itself.
 */
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define _cleanup_(f)  __attribute__((cleanup(f)))
#define _printf_(f, a) __attribute__((format(printf, f, a)))

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static inline bool bytes_zero(const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (((const uint8_t *)bytes)[i])
			return false;
	return true;
}

static inline bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* Like calloc, realloc, strdup, strndup, memdup and asprintf; never return NULL. */
void *xcalloc(size_t n, size_t size);
void *xreallocarray(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xmemdup(const void *p, size_t size);
char *xasprintf(const char *format, ...) _printf_(1, 2);

/* Copies src into dst of the given size, cut where it does not fit, always ended by NUL. */
void str_copy(char *dst, size_t size, const char *src);

/* Monotonic time in microseconds. */
uint64_t now_us(void);

/* Wall-clock time in microseconds since 1970, the clock of capture timestamps. */
uint64_t wall_us(void);

/*
 * Reads a whole file, "-" for standard input, as read_whole() does: at most max
 * bytes, -EFBIG where it has more. 0 or -errno.
 */
int read_input(const char *path, size_t max, char **ret_text, size_t *ret_n);

/*
 * Reads a whole small file into a NUL-terminated buffer, at most max bytes.
 * Returns 0 and the buffer (free it), or -errno; -EFBIG where it is larger.
 */
int read_file(const char *path, size_t max, char **ret_text);

/* The same from an open file, from where it stands. ret_n: how many bytes it has; may be NULL. */
int read_whole(int fd, size_t max, char **ret_text, size_t *ret_n);

/* Writes all n bytes, however often it takes. 0 or -errno. */
int write_all(int fd, const void *data, size_t n);

/* Fills p with random bytes from the kernel. */
void random_bytes(void *p, size_t size);

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#endif
