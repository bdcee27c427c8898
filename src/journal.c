/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "opkind.h"

#define VERSION "nsdoctor-journal 1"
#define SUFFIX ".journal"
#define MAX_SIZE (16 << 20)

/* --- in memory ------------------------------------------------------------- */

/* Microseconds since the machine was started, sleep included. */
static uint64_t uptime_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void read_boot(char *boot, size_t size)
{
	_cleanup_(freep) char *text = NULL;

	if (read_file("/proc/sys/kernel/random/boot_id", 100, &text) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	str_copy(boot, size, text);
}

/*
 * Names sort by time for whoever looks into the directory; the program goes by the uptime
 * inside.
 */
static char *new_id(const struct journal *j)
{
	time_t t = (time_t)j->time;
	char stamp[32] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm))
		strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &tm);
	return xasprintf("%s-%llu", stamp, (unsigned long long)j->pid);
}

static struct journal *journal_empty(void)
{
	struct journal *j = xcalloc(1, sizeof(*j));

	j->dir_fd = j->fd = -1;
	j->s = snapshot_new();
	/* who it is, whoever opens the journal knows */
	snapshot_add(j->s, "host", 0);
	return j;
}

struct journal *journal_new(void)
{
	struct journal *j = journal_empty();

	read_boot(j->boot, sizeof(j->boot));
	j->uptime = uptime_us();
	j->time = wall_us() / 1000000;
	j->pid = (uint64_t)getpid();
	j->id = new_id(j);
	return j;
}

void journal_free(struct journal *j)
{
	if (!j)
		return;
	vec_each(e, &j->entries) {
		before_done(&e->change.before);
		closep(&e->change.ns_fd);
	}
	vec_free(&j->entries);
	closep(&j->fd);
	closep(&j->dir_fd);
	snapshot_free(j->s);
	free(j->about);
	free(j->path);
	free(j->id);
	free(j);
}

size_t journal_kept(const struct journal *j)
{
	size_t n = 0;

	vec_each(e, &j->entries)
		n += !e->gone;
	return n;
}

/* --- lines ----------------------------------------------------------------- */

static void put_header(const struct journal *j, struct strbuf *b)
{
	strbuf_printf(b, VERSION " boot=%s uptime=%llu time=%llu pid=%llu\n", j->boot,
		      (unsigned long long)j->uptime, (unsigned long long)j->time,
		      (unsigned long long)j->pid);
	if (!j->about)
		return;
	strbuf_puts(b, "about ");
	op_text_put(b, j->about);
	strbuf_putc(b, '\n');
}

static void put_intention(const struct journal *j, size_t i, struct strbuf *b)
{
	const struct change *c = &j->entries.v[i].change;

	strbuf_printf(b, "op %zu ", i);
	op_serialize(j->s, &c->op, b);
	strbuf_printf(b, "\nwas %zu ", i);
	before_serialize(&c->before, b);
	strbuf_putc(b, '\n');
}

static void put_did(const struct journal *j, size_t i, struct strbuf *b)
{
	const struct change *c = &j->entries.v[i].change;

	strbuf_printf(b, "did %zu", i);
	if (c->op.handle)
		strbuf_printf(b, " handle=%llu print=%llu", (unsigned long long)c->op.handle,
			      (unsigned long long)c->print);
	strbuf_putc(b, '\n');
}

void journal_serialize(const struct journal *j, struct strbuf *b)
{
	put_header(j, b);
	for (size_t i = 0; i < j->entries.n; i++) {
		put_intention(j, i, b);
		if (j->entries.v[i].did)
			put_did(j, i, b);
		if (j->entries.v[i].gone)
			strbuf_printf(b, "gone %zu\n", i);
	}
}

/* The value of "name=value", which must be the word at *rest; *rest moves on. */
static char *named(char **rest, const char *name)
{
	char *word = strsep(rest, " ");
	size_t n = strlen(name);

	return word && strncmp(word, name, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static int named_uint(char **rest, const char *name, uint64_t *ret)
{
	const char *value = named(rest, name);

	return value ? op_uint_get(value, UINT64_MAX, ret) : -EINVAL;
}

static int parse_header(struct journal *j, char *line)
{
	char *rest = line + strlen(VERSION " ");
	const char *boot;

	if (!str_starts(line, VERSION " "))
		return -EINVAL;
	boot = named(&rest, "boot");
	if (!boot || strlen(boot) >= sizeof(j->boot))
		return -EINVAL;
	str_copy(j->boot, sizeof(j->boot), boot);
	if (named_uint(&rest, "uptime", &j->uptime) < 0 ||
	    named_uint(&rest, "time", &j->time) < 0 ||
	    named_uint(&rest, "pid", &j->pid) < 0 || rest)
		return -EINVAL;
	return 0;
}

static int parse_about(struct journal *j, char *rest)
{
	if (j->about || op_text_get(rest) < 0)
		return -EINVAL;
	j->about = xstrdup(rest);
	return 0;
}

static int parse_op(struct journal *j, const char *rest)
{
	struct entry e = { .change = { .s = j->s, .ns_fd = -1 } };

	if (op_parse(j->s, rest, &e.change.op) < 0)
		return -EINVAL;
	vec_push(&j->entries, e);
	return 0;
}

static int parse_did(struct entry *e, char *rest)
{
	if (e->did)
		return -EINVAL;
	e->did = true;
	if (!rest)
		return 0;
	if (named_uint(&rest, "handle", &e->change.op.handle) < 0 ||
	    named_uint(&rest, "print", &e->change.print) < 0 || rest || !e->change.op.handle)
		return -EINVAL;
	return 0;
}

/* was_read: how many entries have their second line, without which nothing had happened yet. */
static int parse_line(struct journal *j, char *line, size_t *was_read)
{
	char *rest = line, *word = strsep(&rest, " ");
	uint64_t i;

	if (!rest)
		return -EINVAL;
	if (streq(word, "about"))
		return parse_about(j, rest);
	if (op_uint_get(strsep(&rest, " "), SIZE_MAX, &i) < 0)
		return -EINVAL;
	if (streq(word, "op"))
		return rest && i == j->entries.n && i == *was_read ? parse_op(j, rest) : -EINVAL;
	if (i >= j->entries.n)
		return -EINVAL;
	if (streq(word, "was")) {
		if (!rest || i != *was_read)
			return -EINVAL;
		++*was_read;
		return before_parse(rest, &j->entries.v[i].change.before);
	}
	if (i >= *was_read)
		return -EINVAL;
	if (streq(word, "did"))
		return parse_did(&j->entries.v[i], rest);
	if (!streq(word, "gone") || rest)
		return -EINVAL;
	j->entries.v[i].gone = true;
	return 0;
}

int journal_parse(const char *text, struct journal **ret)
{
	_cleanup_(journal_freep) struct journal *j = journal_empty();
	_cleanup_(freep) char *copy = xstrdup(text);
	char *next = copy, *end = strchr(copy, '\n');
	size_t was_read = 0;

	if (!end)
		return -EINVAL;
	*end = '\0';
	if (parse_header(j, next) < 0)
		return -EINVAL;
	for (next = end + 1; (end = strchr(next, '\n')); next = end + 1) {
		*end = '\0';
		if (parse_line(j, next, &was_read) < 0)
			return -EINVAL;
	}
	/* killed between the two lines of an intention */
	if (was_read < j->entries.n)
		j->entries.n--;
	*ret = j;
	j = NULL;
	return 0;
}

/* --- the directory --------------------------------------------------------- */

/* Ours alone: nobody else can have put anything there. */
static int check_owner(int fd, mode_t type)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	if ((st.st_mode & S_IFMT) != type || st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return -EPERM;
	return 0;
}

static int open_dir_at(int parent, bool create)
{
	int fd, r;

	if (create && mkdirat(parent, "nsdoctor", 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(parent, "nsdoctor", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = check_owner(fd, S_IFDIR);
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

/* The places for journals, the best first; NULL where there is none of that number. */
static const char *parent_dir(size_t i)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR");

	if (geteuid() == 0 && i == 0)
		return "/run";
	if (geteuid() == 0)
		i--;
	return i == 0 && runtime && runtime[0] == '/' ? runtime : NULL;
}

/* /run is the system's and may be anybody's who made it; a user's directory must be that user's. */
static int open_dir(size_t i, bool create, char **ret_path)
{
	const char *parent = parent_dir(i);
	_cleanup_(closep) int parent_fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (parent_fd < 0)
		return -errno;
	if (!streq(parent, "/run")) {
		r = check_owner(parent_fd, S_IFDIR);
		if (r < 0)
			return r;
	}
	r = open_dir_at(parent_fd, create);
	if (r >= 0)
		*ret_path = xasprintf("%s/nsdoctor", parent);
	return r;
}

/* --- writing --------------------------------------------------------------- */

/* All of the lines or nothing, so that what is written next stands on a line of its own. */
static int append(int fd, const struct strbuf *b)
{
	off_t end = lseek(fd, 0, SEEK_END);
	int r = end < 0 ? -errno : write_all(fd, b->s, b->n);

	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0 && end >= 0 && ftruncate(fd, end) < 0)
		return r; /* then it is no longer readable, and nothing was changed for it */
	return r;
}

/* Between its making and its lock somebody may have taken the file for a leftover. */
static int lock_new(int fd)
{
	struct stat st;

	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &st) < 0)
		return -errno;
	return st.st_nlink == 0 ? -EAGAIN : 0;
}

static int create_file(struct journal *j)
{
	_cleanup_(freep) char *name = xasprintf("%s" SUFFIX, j->id);
	int r, fd = openat(j->dir_fd, name,
			O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	r = lock_new(fd);
	if (r < 0) {
		close(fd);
		return r;
	}
	j->fd = fd;
	return 0;
}

static int fail(int error, char **ret_error, const char *what, const char *path)
{
	*ret_error = xasprintf("%s %s: %s", what, path, strerror(-error));
	return error;
}

static int make_dir(struct journal *j, char **ret_path, char **ret_error)
{
	const char *tried = "XDG_RUNTIME_DIR";
	int r = -ENOENT;

	for (size_t i = 0; parent_dir(i); i++) {
		tried = parent_dir(i);
		r = open_dir(i, true, ret_path);
		if (r >= 0) {
			j->dir_fd = r;
			return 0;
		}
	}
	return fail(r, ret_error, "there is no place for the journal of changes in", tried);
}

static int make_file(struct journal *j, char **ret_error)
{
	_cleanup_(freep) char *dir = NULL;
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	int r = make_dir(j, &dir, ret_error);

	if (r < 0)
		return r;
	r = create_file(j);
	if (r < 0)
		return fail(r, ret_error, "cannot write a journal in", dir);
	j->path = xasprintf("%s/%s" SUFFIX, dir, j->id);
	put_header(j, &b);
	r = append(j->fd, &b);
	if (r == 0 && fsync(j->dir_fd) < 0)
		r = -errno;
	return r < 0 ? fail(r, ret_error, "cannot write", j->path) : 0;
}

int journal_intend(struct journal *j, size_t entry, char **ret_error)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };
	int r = j->fd < 0 ? make_file(j, ret_error) : 0;

	if (r < 0)
		return r;
	put_intention(j, entry, &b);
	r = append(j->fd, &b);
	return r < 0 ? fail(r, ret_error, "cannot write", j->path) : 0;
}

int journal_did(struct journal *j, size_t entry)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	j->entries.v[entry].did = true;
	put_did(j, entry, &b);
	return append(j->fd, &b);
}

int journal_gone(struct journal *j, size_t entry)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	j->entries.v[entry].gone = true;
	strbuf_printf(&b, "gone %zu\n", entry);
	return append(j->fd, &b);
}

void journal_end(struct journal *j)
{
	_cleanup_(freep) char *name = xasprintf("%s" SUFFIX, j->id);
	char *slash = j->path ? strrchr(j->path, '/') : NULL;

	if (j->dir_fd >= 0 && j->fd >= 0 && journal_kept(j) == 0) {
		unlinkat(j->dir_fd, name, 0);
		/* the directory too, when it is empty: a run leaves nothing behind */
		if (slash) {
			*slash = '\0';
			rmdir(j->path);
		}
	}
	closep(&j->fd);
	closep(&j->dir_fd);
	j->fd = j->dir_fd = -1;
}

/* --- finding --------------------------------------------------------------- */

static int read_fd(int fd, char **ret)
{
	struct strbuf b = { 0 };
	char block[4096];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((n = read(fd, block, sizeof(block))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || b.n + (size_t)n > MAX_SIZE) {
			strbuf_done(&b);
			return n < 0 ? -errno : -EFBIG;
		}
		strbuf_add(&b, block, (size_t)n);
	}
	if (b.n > 0 && memchr(b.s, '\0', b.n)) {
		strbuf_done(&b);
		return -EINVAL;
	}
	*ret = strbuf_take(&b);
	return 0;
}

/* ret_size: up to the last whole line. */
static int read_journal(int fd, struct journal **ret, size_t *ret_size)
{
	_cleanup_(freep) char *text = NULL;
	const char *end;
	int r = check_owner(fd, S_IFREG);

	if (r == 0)
		r = read_fd(fd, &text);
	if (r == 0)
		r = journal_parse(text, ret);
	if (r < 0)
		return r;
	end = strrchr(text, '\n');
	*ret_size = end ? (size_t)(end - text) + 1 : 0;
	return 0;
}

/*
 * A run was killed after its last change was taken back, or before its first: nobody needs
 * that file.
 */
static bool is_leftover(int fd)
{
	_cleanup_(journal_freep) struct journal *j = NULL;
	size_t size;
	struct stat st;

	if (check_owner(fd, S_IFREG) < 0)
		return false;
	if (read_journal(fd, &j, &size) == 0)
		return journal_kept(j) == 0;
	return fstat(fd, &st) == 0 && st.st_size <= (off_t)strlen(VERSION);
}

/* Whoever writes it has it locked, so that what is read then stays true. */
static void clear_leftover(int dir_fd, const char *name, int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_leftover(fd))
		unlinkat(dir_fd, name, 0);
}

/* One file, which becomes *best where it is newer and of this boot. */
static void consider(int dir_fd, const char *dir, const char *name, const char *boot,
		     struct journal **best)
{
	_cleanup_(closep) int fd = openat(dir_fd, name,
					  O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	_cleanup_(journal_freep) struct journal *j = NULL;
	size_t n = strlen(name), size;

	if (fd < 0 || n <= strlen(SUFFIX) || !streq(name + n - strlen(SUFFIX), SUFFIX))
		return;
	if (read_journal(fd, &j, &size) < 0 || journal_kept(j) == 0) {
		clear_leftover(dir_fd, name, fd);
		return;
	}
	if (!streq(j->boot, boot))
		return;
	if (*best && (*best)->uptime >= j->uptime)
		return;
	j->path = xasprintf("%s/%s", dir, name);
	j->id = xmemdup(name, n - strlen(SUFFIX));
	j->dir_fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	j->fd = fd;
	fd = -1;
	journal_free(*best);
	*best = j;
	j = NULL;
}

static void consider_dir(size_t i, const char *boot, struct journal **best)
{
	_cleanup_(freep) char *path = NULL;
	int fd = open_dir(i, false, &path);
	struct dirent *d;
	DIR *dir;

	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((d = readdir(dir)))
		consider(dirfd(dir), path, d->d_name, boot, best);
	closedir(dir);
}

/*
 * What was read before the lock may have been taken back since: read it once
 * more. Half a line at its end, left by a killed process, goes.
 */
static int read_locked(struct journal *found, struct journal **ret, char **ret_error)
{
	_cleanup_(journal_freep) struct journal *j = NULL;
	size_t size;
	int r = read_journal(found->fd, &j, &size);

	if (r < 0)
		return fail(r, ret_error, "cannot read", found->path);
	if (journal_kept(j) == 0) {
		*ret_error = xstrdup("it has just been taken back");
		return -ENOENT;
	}
	if (ftruncate(found->fd, (off_t)size) < 0)
		return fail(-errno, ret_error, "cannot write", found->path);
	j->path = found->path;
	j->id = found->id;
	j->dir_fd = found->dir_fd;
	j->fd = found->fd;
	found->path = found->id = NULL;
	found->dir_fd = found->fd = -1;
	*ret = j;
	j = NULL;
	return 0;
}

int journal_newest(struct journal **ret, char **ret_error)
{
	_cleanup_(journal_freep) struct journal *found = NULL;
	char boot[sizeof(found->boot)] = "";

	read_boot(boot, sizeof(boot));
	for (size_t i = 0; parent_dir(i); i++)
		consider_dir(i, boot, &found);
	if (!found) {
		*ret_error = xstrdup("there is nothing to take back");
		return -ENOENT;
	}
	if (flock(found->fd, LOCK_EX | LOCK_NB) < 0) {
		*ret_error = xasprintf("process %llu is still at work on %s",
				       (unsigned long long)found->pid, found->path);
		return -EBUSY;
	}
	return read_locked(found, ret, ret_error);
}
