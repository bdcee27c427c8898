/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "dns.h"
#include "netns.h"
#include "resolvconf.h"
#include "resolve.h"

/* --- packets --- */

struct message {
	uint8_t b[1024];
	size_t n;
};

static void add(struct message *m, const void *bytes, size_t n)
{
	memcpy(m->b + m->n, bytes, n);
	m->n += n;
}

static void add_u16(struct message *m, uint16_t value)
{
	add(m, (uint8_t[]){ (uint8_t)(value >> 8), (uint8_t)value }, 2);
}

/* Header and question, as a server repeats them. */
static struct message answer_to(const char *name, uint16_t flags, uint16_t answers)
{
	struct message m = { .n = 0 };

	m.n = dns_query(name, AF_INET, 0x1234, m.b);
	assert_int_not_equal(m.n, 0);
	m.b[2] = (uint8_t)(flags >> 8);
	m.b[3] = (uint8_t)flags;
	m.b[7] = (uint8_t)answers;
	return m;
}

/* A record whose owner is wire bytes of the given size. */
static void add_record(struct message *m, const void *owner, size_t owner_n, uint16_t type,
		       const void *data, uint16_t data_n)
{
	add(m, owner, owner_n);
	add_u16(m, type);
	add_u16(m, 1);
	add(m, "\0\0\1\0", 4);
	add_u16(m, data_n);
	add(m, data, data_n);
}

#define QUESTION "\xc0\x0c", 2 /* a pointer to the question's name */
#define A        1
#define CNAME    5
#define AAAA     28

static enum dns_answer read_message(const struct message *m, const char *name, struct addr *ret)
{
	/* exactly as large as it is, for the sanitizer and valgrind to see what is read */
	_cleanup_(freep) uint8_t *copy = malloc(m->n ? m->n : 1);

	assert_non_null(copy);
	memcpy(copy, m->b, m->n);
	return dns_answer(copy, m->n, name, AF_INET, 0x1234, ret);
}

static void assert_address(const struct message *m, const char *expected)
{
	struct addr a = { 0 };

	assert_int_equal(read_message(m, "www.example.org", &a), DNS_ADDRESS);
	assert_string_equal(addr_text(&a).s, expected);
}

static void assert_answer(const struct message *m, enum dns_answer expected)
{
	struct addr a = { .family = 77 };

	assert_int_equal(read_message(m, "www.example.org", &a), expected);
	assert_int_equal(a.family, 77); /* untouched */
}

static void names(void **state)
{
	char longest[256] = "";

	for (size_t i = 0; i < 253; i++)
		longest[i] = i % 64 == 63 ? '.' : 'a';
	assert_true(dns_name_valid(longest));
	strcat(longest, ".");
	assert_true(dns_name_valid(longest));
	longest[253] = 'a';
	assert_false(dns_name_valid(longest));
	assert_true(dns_name_valid("example.org"));
	assert_true(dns_name_valid("EXAMPLE.org."));
	assert_true(dns_name_valid("_a-b.1"));
	assert_false(dns_name_valid(""));
	assert_false(dns_name_valid("."));
	assert_false(dns_name_valid(".a"));
	assert_false(dns_name_valid("a..b"));
	assert_false(dns_name_valid("a b"));
	assert_false(dns_name_valid("a\033"));
	assert_false(dns_name_valid("\xc3\xbc.de"));
	assert_false(dns_name_valid("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void questions(void **state)
{
	static const uint8_t expected[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0"
					  "\3www\7example\3org\0\0\x1c\0\1";
	uint8_t buf[DNS_QUERY_MAX];

	assert_int_equal(dns_query("www.EXAMPLE.org", AF_INET6, 0x1234, buf), sizeof(expected) - 1);
	assert_memory_equal(buf, expected, sizeof(expected) - 1);
	assert_int_equal(dns_query("a..b", AF_INET, 0x1234, buf), 0);
}

static void an_address(void **state)
{
	struct message m = answer_to("www.example.org", 0x8180, 1);

	add_record(&m, QUESTION, A, "\xc0\0\2\7", 4);
	assert_address(&m, "192.0.2.7");
}

static void the_name_in_other_letters_and_other_records_first(void **state)
{
	struct message m = answer_to("www.example.org", 0x8580, 3);

	m.b[13] = 'W';
	add_record(&m, QUESTION, 99, "x", 1);
	add_record(&m, "\5other\xc0\x10", 8, A, "\1\1\1\1", 4);
	add_record(&m, "\3WWW\7eXample\3oRg\0", 17, A, "\xc0\0\2\10", 4);
	assert_address(&m, "192.0.2.8");
}

static void aliases(void **state)
{
	struct message m = answer_to("www.example.org", 0x8180, 3);

	/* the last link of the chain first */
	add_record(&m, "\1b\xc0\x10", 4, A, "\xc0\0\2\11", 4);
	add_record(&m, QUESTION, CNAME, "\1a\xc0\x10", 4);
	add_record(&m, "\1a\xc0\x10", 4, CNAME, "\1b\xc0\x10", 4);
	assert_address(&m, "192.0.2.9");
}

static void an_alias_in_a_circle(void **state)
{
	struct message m = answer_to("www.example.org", 0x8180, 2);

	add_record(&m, QUESTION, CNAME, "\1a\xc0\x10", 4);
	add_record(&m, "\1a\xc0\x10", 4, CNAME, "\xc0\x0c", 2);
	assert_answer(&m, DNS_NO_ADDRESS);
}

static void answers_without_an_address(void **state)
{
	struct message m = answer_to("www.example.org", 0x8183, 0);

	assert_answer(&m, DNS_NO_NAME);
	m = answer_to("www.example.org", 0x8180, 0);
	assert_answer(&m, DNS_NO_ADDRESS);
	m = answer_to("www.example.org", 0x8182, 0);
	assert_answer(&m, DNS_REFUSED);
	m = answer_to("www.example.org", 0x8185, 0);
	assert_answer(&m, DNS_REFUSED);
	/* an address of another kind, of another size, of another class */
	m = answer_to("www.example.org", 0x8180, 1);
	add_record(&m, QUESTION, AAAA, "0123456789abcdef", 16);
	assert_answer(&m, DNS_NO_ADDRESS);
	m = answer_to("www.example.org", 0x8180, 1);
	add_record(&m, QUESTION, A, "\1\2\3\4\5", 5);
	assert_answer(&m, DNS_NO_ADDRESS);
	m = answer_to("www.example.org", 0x8180, 1);
	add_record(&m, QUESTION, A, "\1\2\3\4", 4);
	m.b[m.n - 11] = 3;
	assert_answer(&m, DNS_NO_ADDRESS);
}

static void what_is_not_for_us(void **state)
{
	struct message good = answer_to("www.example.org", 0x8180, 1), m;

	add_record(&good, QUESTION, A, "\xc0\0\2\7", 4);
	m = good;
	m.b[1]++; /* another id */
	assert_answer(&m, DNS_FOREIGN);
	m = good;
	m.b[2] = 1; /* a question */
	assert_answer(&m, DNS_FOREIGN);
	m = good;
	m.b[2] |= 0x08; /* another operation */
	assert_answer(&m, DNS_FOREIGN);
	m = good;
	m.b[5] = 0; /* no question repeated */
	assert_answer(&m, DNS_FOREIGN);
	m = good;
	m.b[13] = 'x'; /* another one repeated */
	assert_answer(&m, DNS_FOREIGN);
	m = good;
	m.b[30] = AAAA; /* another type asked */
	assert_answer(&m, DNS_FOREIGN);
	m = good;
	m.b[32] = 3; /* another class */
	assert_answer(&m, DNS_FOREIGN);
}

static void cut_anywhere(void **state)
{
	struct message m = answer_to("www.example.org", 0x8180, 1);
	size_t question = m.n;

	add_record(&m, QUESTION, A, "\xc0\0\2\7", 4);
	for (m.n--; m.n > 0; m.n--)
		assert_answer(&m, m.n >= question ? DNS_NO_ADDRESS : DNS_FOREIGN);
	assert_answer(&m, DNS_FOREIGN);
}

static void pointers_that_lead_nowhere(void **state)
{
	static const char *const owners[] = {
		"\xc0\x21", /* at itself */
		"\xff\xff", /* outside */
		"\xc0\x22", /* into itself */
		"\x40\1",   /* kinds of labels that do not exist */
		"\x80\1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		struct message m = answer_to("www.example.org", 0x8180, 1);

		assert_int_equal(m.n, 0x21);
		add_record(&m, owners[i], 2, A, "\xc0\0\2\7", 4);
		assert_answer(&m, DNS_NO_ADDRESS);
	}
}

/* --- files --- */

static void resolv_conf(void **state)
{
	struct resolvconf c;

	resolvconf_parse("# comment\n"
			 "nameserver 192.0.2.1 # one\n"
			 "domain first.example\n"
			 "  nameserver\t2001:db8::53\r\n"
			 "nameserver nonsense\n"
			 "nameserver\n"
			 "search a.example b..example c.example ; d.example\n"
			 "options rotate ndots:3 timeout:1\n"
			 "nameserver 192.0.2.3\n"
			 "nameserver 192.0.2.4",
			 &c);
	assert_int_equal(c.n_servers, 3);
	assert_string_equal(addr_text(&c.servers[0]).s, "192.0.2.1");
	assert_string_equal(addr_text(&c.servers[1]).s, "2001:db8::53");
	assert_string_equal(addr_text(&c.servers[2]).s, "192.0.2.3");
	assert_int_equal(c.n_search, 2);
	assert_string_equal(c.search[0], "a.example");
	assert_string_equal(c.search[1], "c.example");
	assert_int_equal(c.ndots, 3);
	resolvconf_parse("", &c);
	assert_int_equal(c.n_servers, 0);
	assert_int_equal(c.ndots, 1);
	resolvconf_parse("options ndots:99999999999999999999\n", &c);
	assert_int_equal(c.ndots, 15);
	resolvconf_parse("search 1 2 3 4 5 6 7 8\n", &c);
	assert_int_equal(c.n_search, RESOLVCONF_SEARCH);
}

static void assert_candidates(const struct resolvconf *c, const char *name, const char *expected)
{
	char all[512] = "";

	for (size_t i = 0;; i++) {
		_cleanup_(freep) char *one = resolvconf_candidate(c, name, i);

		if (!one)
			break;
		strcat(strcat(all, one), " ");
	}
	assert_string_equal(all, expected);
}

static void search_list(void **state)
{
	struct resolvconf c;

	resolvconf_parse("search a.example b.example\n", &c);
	assert_candidates(&c, "web", "web.a.example web.b.example web ");
	assert_candidates(&c, "web.prod", "web.prod web.prod.a.example web.prod.b.example ");
	assert_candidates(&c, "web.", "web. ");
	resolvconf_parse("options ndots:2\nsearch a.example\n", &c);
	assert_candidates(&c, "web.prod", "web.prod.a.example web.prod ");
	resolvconf_parse("", &c);
	assert_candidates(&c, "web", "web ");
}

static void hosts(void **state)
{
	static const char text[] = "127.0.0.1\tlocalhost\n"
				   "# 192.0.2.9 commented\n"
				   "::1 localhost\n"
				   "nonsense web\n"
				   "192.0.2.1 web.example WEB # not\n"
				   "192.0.2.2 web\n"
				   "192.0.2.3";
	struct addr a = { .family = 77 };

	assert_false(hosts_find(text, "commented", AF_INET, &a));
	assert_false(hosts_find(text, "not", AF_INET, &a));
	assert_false(hosts_find(text, "we", AF_INET, &a));
	assert_false(hosts_find("", "web", AF_INET, &a));
	assert_int_equal(a.family, 77);
	assert_true(hosts_find(text, "web", AF_INET, &a));
	assert_string_equal(addr_text(&a).s, "192.0.2.1");
	assert_true(hosts_find(text, "LocalHost", AF_INET6, &a));
	assert_string_equal(addr_text(&a).s, "::1");
}

/* --- the whole: with an /etc and a network of our own --- */

static bool have_lab;

static bool write_file(const char *path, const char *text)
{
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static bool become_root(void)
{
	_cleanup_(freep) char *uids = xasprintf("0 %u 1\n", getuid());
	_cleanup_(freep) char *gids = xasprintf("0 %u 1\n", getgid());

	return getuid() == 0 ||
	       (unshare(CLONE_NEWUSER) == 0 && write_file("/proc/self/setgroups", "deny") &&
		write_file("/proc/self/uid_map", uids) && write_file("/proc/self/gid_map", gids));
}

static bool loopback_up(void)
{
	_cleanup_(closep) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq r = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &r) == 0;
}

static bool make_lab(void)
{
	return become_root() && unshare(CLONE_NEWNS | CLONE_NEWNET) == 0 &&
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", "/etc", "tmpfs", 0, NULL) == 0 && mkdir("/etc/netns", 0755) == 0 &&
	       mkdir("/etc/netns/netns1", 0755) == 0 && loopback_up();
}

/* What the little server does with the questions it gets, one after the other. */
enum deed {
	SILENT,
	FORGE_THEN_ANSWER,
	REFUSE,
	NO_NAME,
	ANSWER,
};

struct server {
	int fd;
	const enum deed *deeds;
	size_t n;
};

static void serve_one(int fd, enum deed deed)
{
	struct message m = { .n = 0 };
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(fd, m.b, 512, 0, (struct sockaddr *)&from, &len);

	if (n < 12)
		return;
	m.n = (size_t)n;
	m.b[2] = 0x81;
	m.b[3] = deed == REFUSE ? 0x85 : deed == NO_NAME ? 0x83 : 0x80;
	if (deed == ANSWER || deed == FORGE_THEN_ANSWER) {
		m.b[7] = 1;
		add_record(&m, QUESTION, A, "\xc0\0\2\7", 4);
	}
	if (deed == FORGE_THEN_ANSWER) {
		struct message forged = m;

		forged.b[0] ^= 0xff;
		forged.b[forged.n - 1] = 66;
		sendto(fd, forged.b, forged.n, 0, (struct sockaddr *)&from, len);
	}
	if (deed != SILENT)
		sendto(fd, m.b, m.n, 0, (struct sockaddr *)&from, len);
}

static void *serve(void *arg)
{
	const struct server *s = arg;

	for (size_t i = 0; i < s->n; i++)
		serve_one(s->fd, s->deeds[i]);
	return NULL;
}

/* Resolves name while a server on 127.0.0.1 does its deeds. */
/* By the files as they are now. */
static int resolve_in(int ns, const char *netns_name, const char *name, uint8_t family,
		      uint64_t timeout_us, struct addr *ret, char **ret_error)
{
	struct resolve_report report;
	struct resolve_files files;
	int r;

	resolve_files_read(netns_name, -1, &files);
	r = resolve_name(ns, &files, name, family, timeout_us, ret, &report, ret_error);
	resolve_files_done(&files);
	return r;
}

static int resolve_with(const enum deed *deeds, size_t n, const char *name, struct addr *ret,
			char **ret_error)
{
	static const struct addr loopback = { .family = AF_INET, .b = { 127, 0, 0, 1 } };
	_cleanup_(closep) int ns = netns_open_self();
	struct server s = { .deeds = deeds, .n = n };
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(&loopback, DNS_PORT, &ss);
	pthread_t thread;
	int r;

	s.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_return_code(s.fd, 0);
	/* a question that never comes is a failure, not a standstill */
	assert_return_code(setsockopt(s.fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = 20 },
				      sizeof(struct timeval)), 0);
	assert_return_code(bind(s.fd, (struct sockaddr *)&ss, len), 0);
	assert_int_equal(pthread_create(&thread, NULL, serve, &s), 0);
	r = resolve_in(ns, "netns1", name, AF_INET, 400000, ret, ret_error);
	pthread_join(thread, NULL);
	close(s.fd);
	return r;
}

#define RESOLVE_WITH(name, ret, error, ...)                                                     \
	resolve_with((const enum deed[]){ __VA_ARGS__ },                                        \
		     ARRAY_SIZE(((const enum deed[]){ __VA_ARGS__ })), name, ret, error)

static void resolving(void **state)
{
	struct addr a = { 0 };
	char *error = NULL;

	if (!have_lab)
		skip();
	assert_true(write_file("/etc/resolv.conf", "nameserver 192.0.2.1\n"));
	assert_true(write_file("/etc/netns/netns1/resolv.conf",
			       "search example.org\nnameserver 127.0.0.1\n"));
	assert_int_equal(RESOLVE_WITH("a.example.org", &a, &error, ANSWER), 0);
	assert_string_equal(addr_text(&a).s, "192.0.2.7");
	/* silence and a refusal are asked again, a forged answer is waited through */
	assert_int_equal(RESOLVE_WITH("a.example.org", &a, &error, SILENT, ANSWER), 0);
	assert_int_equal(RESOLVE_WITH("a.example.org", &a, &error, REFUSE, ANSWER), 0);
	assert_int_equal(RESOLVE_WITH("a.example.org", &a, &error, FORGE_THEN_ANSWER), 0);
	assert_string_equal(addr_text(&a).s, "192.0.2.7");
	/* web.example.org is nobody, web is somebody */
	assert_int_equal(RESOLVE_WITH("web", &a, &error, NO_NAME, ANSWER), 0);
	assert_null(error);
}

static void assert_no_address(int expected, const char *sentence, const char *netns,
			      const char *name)
{
	_cleanup_(closep) int ns = netns_open_self();
	_cleanup_(freep) char *error = NULL;
	struct addr a = { .family = 77 };

	assert_int_equal(resolve_in(ns, netns, name, AF_INET, 100000, &a, &error), expected);
	assert_string_equal(error, sentence);
	assert_int_equal(a.family, 77);
}

static void not_resolving(void **state)
{
	struct addr a = { 0 };
	_cleanup_(freep) char *error = NULL, *error2 = NULL;

	if (!have_lab)
		skip();
	assert_int_equal(RESOLVE_WITH("web.", &a, &error, NO_NAME), -ENOENT);
	assert_string_equal(error, "web. does not resolve: nobody has that name");
	assert_int_equal(RESOLVE_WITH("web.", &a, &error2, REFUSE, REFUSE), -EIO);
	assert_string_equal(error2, "web. does not resolve: the resolver 127.0.0.1 "
				    "(/etc/netns/netns1/resolv.conf) answers with an error");
	assert_no_address(-EADDRNOTAVAIL,
			  "web. does not resolve: its resolver 127.0.0.1 "
			  "(/etc/netns/netns1/resolv.conf) is on the loopback, where nobody "
			  "listens in this namespace",
			  "netns1", "web.");
	assert_no_address(-ETIMEDOUT,
			  "web. does not resolve: the resolver 192.0.2.1 (/etc/resolv.conf) cannot "
			  "be reached from there",
			  NULL, "web.");
	/* a name never leaves /etc/netns */
	assert_no_address(-ETIMEDOUT,
			  "web. does not resolve: the resolver 192.0.2.1 (/etc/resolv.conf) cannot "
			  "be reached from there",
			  "../netns/netns1", "web.");
	assert_no_address(-EINVAL, "a\\x1b does not resolve: this can be no host name", NULL,
			  "a\033");
	assert_true(write_file("/etc/resolv.conf", "# nothing\n"));
	assert_no_address(-EDESTADDRREQ,
			  "web does not resolve: /etc/resolv.conf names no server", NULL, "web");
}

static void hosts_files(void **state)
{
	_cleanup_(closep) int ns = netns_open_self();
	struct addr a = { 0 };
	char *error = NULL;

	if (!have_lab)
		return;
	assert_true(write_file("/etc/hosts", "192.0.2.1 web blocked\n192.0.2.5 other\n"));
	assert_int_equal(resolve_in(ns, "netns1", "web", AF_INET, 100000, &a, &error), 0);
	assert_string_equal(addr_text(&a).s, "192.0.2.1");
	/* its own file takes the place of the other */
	assert_true(write_file("/etc/netns/netns1/hosts", "192.0.2.2 web\n0.0.0.0 blocked\n"));
	assert_int_equal(resolve_in(ns, "netns1", "WEB", AF_INET, 100000, &a, &error), 0);
	assert_string_equal(addr_text(&a).s, "192.0.2.2");
	assert_int_equal(resolve_in(ns, NULL, "web", AF_INET, 100000, &a, &error), 0);
	assert_string_equal(addr_text(&a).s, "192.0.2.1");
	assert_no_address(-ENOENT,
			  "blocked does not resolve: it leads to 0.0.0.0, which nobody can have",
			  "netns1", "blocked");
	/* it is there with the other family only, so no server is asked, which would take its time */
	assert_true(write_file("/etc/hosts", "2001:db8::1 six\n"));
	assert_true(write_file("/etc/resolv.conf", "nameserver 192.0.2.53\n"));
	assert_no_address(-ENOENT, "six does not resolve: it has no IPv4 address", NULL, "six");
	assert_int_equal(resolve_in(ns, NULL, "six", AF_INET6, 100000, &a, &error), 0);
	assert_string_equal(addr_text(&a).s, "2001:db8::1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(questions),
		cmocka_unit_test(an_address),
		cmocka_unit_test(the_name_in_other_letters_and_other_records_first),
		cmocka_unit_test(aliases),
		cmocka_unit_test(an_alias_in_a_circle),
		cmocka_unit_test(answers_without_an_address),
		cmocka_unit_test(what_is_not_for_us),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(pointers_that_lead_nowhere),
		cmocka_unit_test(resolv_conf),
		cmocka_unit_test(search_list),
		cmocka_unit_test(hosts),
		cmocka_unit_test(resolving),
		cmocka_unit_test(not_resolving),
		cmocka_unit_test(hosts_files),
	};

	have_lab = make_lab();
	return cmocka_run_group_tests_name("dns", tests, NULL, NULL);
}
