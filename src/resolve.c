/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <time.h>

#include "dns.h"
#include "hostroot.h"
#include "netns.h"
#include "resolvconf.h"
#include "strbuf.h"

#define HOSTS_MAX      (8 << 20) /* lists of blocked names live there, too */
#define RESOLVCONF_MAX (64 << 10)
_Static_assert(RESOLVE_SERVERS >= RESOLVCONF_SERVERS, "a report has room for every server");

#define ROUNDS         2         /* each server is asked this often */
#define ANSWER_MAX     4096
#define READING_MAX    1         /* seconds */

/* One look-up: where it asks, and what it read. */
struct lookup_job {
	int ns_fd;
	const struct resolve_files *files;
	const char *name;
	uint8_t family;
	uint64_t timeout_us;
	struct resolvconf conf;
	bool none_named; /* by resolv.conf */
	struct resolve_report report;
};

/* --- errors: one sentence, in which a stranger's text cannot harm a terminal --- */

static int fail(int error, char **ret_error, const char *name, const char *sentence)
{
	struct strbuf b = { 0 };

	strbuf_visible(&b, name);
	strbuf_puts(&b, " does not resolve: ");
	strbuf_visible(&b, sentence);
	*ret_error = strbuf_take(&b);
	return error;
}

/* --- files: /etc/netns/NAME/FILE where it exists, as `ip netns exec` has it, else /etc/FILE --- */

/*
 * A container chooses its file systems, and one of them may never answer. So
 * they are read on a thread of their own, which is left behind where it hangs.
 */
struct reading {
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool is_done, given_up;
	char *netns_name;
	int root;
	struct resolve_files files;
};

static bool is_plain(const char *name)
{
	return name && *name && !strchr(name, '/') && !streq(name, ".") && !streq(name, "..") &&
	       strlen(name) <= NAME_MAX;
}

static int read_config(const struct reading *r, const char *file, size_t max, char **ret_text,
		       char **ret_path)
{
	_cleanup_(freep) char *path = NULL;
	int error = -ENOENT;

	if (r->root < 0 && is_plain(r->netns_name)) {
		path = xasprintf("/etc/netns/%s/%s", r->netns_name, file);
		error = root_read(root_host(), path, max, ret_text);
	}
	if (error == -ENOENT) {
		free(path);
		path = xasprintf("/etc/%s", file);
		error = root_read(r->root < 0 ? root_host() : r->root, path, max, ret_text);
	}
	*ret_path = path;
	path = NULL;
	return error == -ENOENT ? 0 : error;
}

static void read_both(const struct reading *r, struct resolve_files *f)
{
	f->hosts_error = read_config(r, "hosts", HOSTS_MAX, &f->hosts, &f->hosts_path);
	f->conf_error = read_config(r, "resolv.conf", RESOLVCONF_MAX, &f->conf, &f->conf_path);
}

static void reading_free(struct reading *r)
{
	closep(&r->root);
	free(r->netns_name);
	free(r);
}

static void *read_thread(void *arg)
{
	struct reading *r = arg;
	bool given_up;

	read_both(r, &r->files);
	pthread_mutex_lock(&r->lock);
	r->is_done = true;
	given_up = r->given_up;
	pthread_cond_signal(&r->done);
	pthread_mutex_unlock(&r->lock);
	if (given_up) {
		resolve_files_done(&r->files);
		reading_free(r);
	}
	return NULL;
}

/* Waits for the thread; false where it takes too long. */
static bool await_reading(struct reading *r)
{
	struct timespec until;
	int error = 0;
	bool done;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += READING_MAX;
	pthread_mutex_lock(&r->lock);
	while (!r->is_done && error == 0)
		error = pthread_cond_timedwait(&r->done, &r->lock, &until);
	done = r->is_done;
	r->given_up = !done;
	pthread_mutex_unlock(&r->lock);
	return done;
}

void resolve_files_read(const char *netns_name, int root, struct resolve_files *ret)
{
	struct reading *r = xcalloc(1, sizeof(*r));
	pthread_t thread;

	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->done, NULL);
	r->netns_name = netns_name ? xstrdup(netns_name) : NULL;
	r->root = root < 0 ? -1 : fcntl(root, F_DUPFD_CLOEXEC, 3);
	*ret = (struct resolve_files){ 0 };
	if (root >= 0 && r->root < 0) {
		ret->hosts_error = ret->conf_error = -errno;
		reading_free(r);
	} else if (root < 0) {
		/* our own files are no stranger's */
		read_both(r, ret);
		reading_free(r);
	} else if (pthread_create(&thread, NULL, read_thread, r) != 0) {
		ret->hosts_error = ret->conf_error = -EAGAIN;
		reading_free(r);
	} else {
		pthread_detach(thread);
		if (await_reading(r)) {
			*ret = r->files;
			reading_free(r);
		} else {
			ret->hosts_error = ret->conf_error = -ETIMEDOUT;
		}
	}
}

void resolve_files_done(struct resolve_files *f)
{
	free(f->hosts);
	free(f->conf);
	free(f->hosts_path);
	free(f->conf_path);
	*f = (struct resolve_files){ 0 };
}

static int unreadable(const struct lookup_job *j, int error, const char *path, char **ret_error)
{
	_cleanup_(freep) char *why = NULL;

	why = xasprintf("%s %s", path ? path : "its hosts file",
			error == -EFBIG     ? "is larger than such a file should be" :
			error == -ETIMEDOUT ? "takes too long to read" :
			error == -EINVAL    ? "is no ordinary file" :
					      "cannot be read");
	return fail(error, ret_error, j->name, why);
}

static const char *no_address(uint8_t family)
{
	return family == AF_INET6 ? "it has no IPv6 address" : "it has no IPv4 address";
}

/* 1: found, 0: not in there. Who is there with addresses of the other family only is not looked for elsewhere. */
static int ask_hosts(const struct lookup_job *j, struct addr *ret_addr, char **ret_error)
{
	const struct resolve_files *f = j->files;

	if (f->hosts_error < 0)
		return unreadable(j, f->hosts_error, f->hosts_path, ret_error);
	if (!f->hosts || hosts_find(f->hosts, j->name, j->family, ret_addr))
		return f->hosts != NULL;
	if (hosts_find(f->hosts, j->name, j->family == AF_INET ? AF_INET6 : AF_INET, ret_addr))
		return fail(-ENOENT, ret_error, j->name, no_address(j->family));
	return 0;
}

static int use_resolvconf(struct lookup_job *j, char **ret_error)
{
	const struct resolve_files *f = j->files;

	if (f->conf_error < 0)
		return unreadable(j, f->conf_error, f->conf_path, ret_error);
	resolvconf_parse(f->conf ? f->conf : "", &j->conf);
	if (j->conf.n_servers == 0) {
		/* resolv.conf(5): then it is the one on the local machine */
		addr_parse("127.0.0.1", &j->conf.servers[0]);
		j->conf.n_servers = 1;
		j->none_named = true;
	}
	j->report.n = j->conf.n_servers;
	for (size_t i = 0; i < j->conf.n_servers; i++)
		j->report.servers[i].addr = j->conf.servers[i];
	return 0;
}

/* --- one question to one server --- */

/* A socket that hears only this server; the kernel picks a random source port. */
static int connect_server(const struct lookup_job *j, const struct addr *server)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(server, DNS_PORT, &ss);
	int fd = netns_socket(j->ns_fd, server->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&ss, len) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/* Waits for the answer to id among all that arrives; -ETIMEDOUT or what the socket says. */
static int await_answer(const struct lookup_job *j, int fd, const char *name, uint16_t id,
			uint64_t deadline, enum dns_answer *ret, struct addr *ret_addr)
{
	uint8_t buf[ANSWER_MAX];

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = now_us();
		ssize_t n;

		if (now >= deadline)
			return -ETIMEDOUT;
		if (poll(&p, 1, (int)((deadline - now + 999) / 1000)) < 0 && errno != EINTR)
			return -errno;
		n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n <= 0)
			continue;
		*ret = dns_answer(buf, (size_t)n, name, j->family, id, ret_addr);
		if (*ret != DNS_FOREIGN)
			return 0;
	}
}

static int ask_server(const struct lookup_job *j, const struct addr *server, const char *name,
		      uint64_t wait_us, enum dns_answer *ret, struct addr *ret_addr)
{
	_cleanup_(closep) int fd = connect_server(j, server);
	uint8_t query[DNS_QUERY_MAX];
	uint16_t id;
	size_t n;

	if (fd < 0)
		return fd;
	random_bytes(&id, sizeof(id));
	n = dns_query(name, j->family, id, query);
	if (send(fd, query, n, MSG_NOSIGNAL) < 0)
		return -errno;
	return await_answer(j, fd, name, id, now_us() + wait_us, ret, ret_addr);
}

/* --- one name, all servers --- */

/*
 * Asks one after the other until one knows. Returns 0 and its answer, or the
 * -errno of the last one where none answered.
 */
static int ask_servers(struct lookup_job *j, const char *name, enum dns_answer *ret,
		       struct addr *ret_addr)
{
	const struct resolvconf *c = &j->conf;
	uint64_t wait_us = j->timeout_us / (ROUNDS * c->n_servers);
	enum dns_answer answer = DNS_FOREIGN;
	int error = -ETIMEDOUT;

	for (size_t i = 0; i < ROUNDS * c->n_servers; i++) {
		struct resolve_server *s = &j->report.servers[i % c->n_servers];
		int r = ask_server(j, &s->addr, name, wait_us, &answer, ret_addr);

		s->asked = true;
		s->error = r == 0 && answer == DNS_REFUSED ? -EIO : r;
		if (r == 0 && answer != DNS_REFUSED) {
			*ret = answer;
			return 0;
		}
		/* that one was there, at least */
		error = r == 0 ? -EIO : r;
	}
	return error;
}

static bool only_loopback(const struct resolvconf *c)
{
	for (size_t i = 0; i < c->n_servers; i++)
		if (!addr_is_loopback(&c->servers[i]))
			return false;
	return true;
}

/* "server 192.0.2.53 (/etc/resolv.conf)" */
static char *servers_text(const struct lookup_job *j)
{
	struct strbuf b = { 0 };

	for (size_t i = 0; i < j->conf.n_servers; i++)
		strbuf_printf(&b, "%s%s", i ? ", " : "", addr_text(&j->conf.servers[i]).s);
	strbuf_printf(&b, " (%s)", j->files->conf_path);
	return strbuf_take(&b);
}

static int no_server(const struct lookup_job *j, int error, char **ret_error)
{
	_cleanup_(freep) char *servers = servers_text(j), *why = NULL;

	if (j->none_named) {
		why = xasprintf("%s names no server", j->files->conf_path);
		return fail(-EDESTADDRREQ, ret_error, j->name, why);
	}
	if (error == -EPERM || error == -EACCES) {
		why = xasprintf("asking %s is not permitted", servers);
		return fail(error, ret_error, j->name, why);
	}
	if (error == -EIO) {
		why = xasprintf("the resolver %s answers with an error", servers);
		return fail(error, ret_error, j->name, why);
	}
	if (only_loopback(&j->conf)) {
		why = xasprintf("its resolver %s is on the loopback, where nobody listens in this "
				"namespace", servers);
		return fail(-EADDRNOTAVAIL, ret_error, j->name, why);
	}
	why = xasprintf("the resolver %s %s", servers, error == -ENETUNREACH || error == -EHOSTUNREACH ?
			"cannot be reached from there" : "does not answer");
	return fail(-ETIMEDOUT, ret_error, j->name, why);
}

static int ask_dns(struct lookup_job *j, struct addr *ret_addr, char **ret_error)
{
	bool exists = false;

	for (size_t i = 0;; i++) {
		_cleanup_(freep) char *name = resolvconf_candidate(&j->conf, j->name, i);
		enum dns_answer answer = DNS_REFUSED;
		int r;

		if (!name)
			break;
		if (!dns_name_valid(name))
			continue;
		r = ask_servers(j, name, &answer, ret_addr);
		if (r < 0)
			return no_server(j, r, ret_error);
		if (answer == DNS_ADDRESS)
			return 0;
		exists = exists || answer == DNS_NO_ADDRESS;
	}
	return fail(-ENOENT, ret_error, j->name,
		    exists ? no_address(j->family) : "nobody has that name");
}

static int find_anywhere(struct lookup_job *j, struct addr *ret_addr, char **ret_error)
{
	int r = ask_hosts(j, ret_addr, ret_error);

	if (r != 0)
		return r < 0 ? r : 0;
	r = use_resolvconf(j, ret_error);
	if (r < 0)
		return r;
	return ask_dns(j, ret_addr, ret_error);
}

int resolve_name(int ns_fd, const struct resolve_files *files, const char *name, uint8_t family,
		 uint64_t timeout_us, struct addr *ret_addr, struct resolve_report *ret_report,
		 char **ret_error)
{
	struct lookup_job j = { .ns_fd = ns_fd, .files = files, .name = name,
				.family = family, .timeout_us = timeout_us };
	_cleanup_(freep) char *why = NULL;
	struct addr a = { 0 };
	int r;

	*ret_report = j.report;
	if (!dns_name_valid(name))
		return fail(-EINVAL, ret_error, name, "this can be no host name");
	r = find_anywhere(&j, &a, ret_error);
	*ret_report = j.report;
	if (r < 0)
		return r;
	if (!addr_is_unicast(&a)) {
		why = xasprintf("it leads to %s, which nobody can have", addr_text(&a).s);
		return fail(-ENOENT, ret_error, name, why);
	}
	*ret_addr = a;
	return 0;
}
