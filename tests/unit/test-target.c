/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "nearest.h"
#include "target.h"

static struct target source(const char *text)
{
	struct target t = { .fd = 4711, .root = -1 };
	char *error = NULL;

	assert_int_equal(target_parse_source(text, &t, &error), 0);
	assert_null(error);
	assert_int_equal(t.fd, -1);
	return t;
}

static struct target destination(const char *text)
{
	struct target t = { .fd = 4711, .root = -1 };
	char *error = NULL;

	assert_int_equal(target_parse_destination(text, &t, &error), 0);
	assert_null(error);
	assert_int_equal(t.fd, -1);
	return t;
}

static void assert_source(const char *text, enum target_kind kind, const char *path)
{
	_cleanup_(target_done) struct target t = source(text);

	assert_int_equal(t.kind, kind);
	assert_string_equal(t.text, text);
	if (path)
		assert_string_equal(t.path, path);
	else
		assert_null(t.path);
}

static void assert_destination(const char *text, enum target_kind kind, const char *bare,
			       uint16_t port)
{
	_cleanup_(target_done) struct target t = destination(text);

	assert_int_equal(t.kind, kind);
	assert_string_equal(t.text, bare);
	assert_int_equal(t.port, port);
	assert_int_equal(t.proto, PROTO_TCP);
}

static void refuse(int (*parse)(const char *, struct target *, char **), const char *text,
		   int expected, const char *sentence)
{
	struct target t = { .fd = 4711, .root = -1 };
	_cleanup_(freep) char *error = NULL;

	assert_int_equal(parse(text, &t, &error), expected);
	assert_string_equal(error, sentence);
	assert_int_equal(t.fd, 4711); /* untouched */
}

static void sources(void **state)
{
	assert_source("netns1", TARGET_NETNS, "/run/netns/netns1");
	assert_source("Web-1.prod", TARGET_NETNS, "/run/netns/Web-1.prod");
	assert_source("...", TARGET_NETNS, "/run/netns/...");
	assert_source("/run/netns/x", TARGET_PATH, "/run/netns/x");
	assert_source("/proc/71/ns/net", TARGET_PATH, "/proc/71/ns/net");
	assert_source("pid:71", TARGET_PID, "/proc/71/ns/net");
	assert_source("pid:4194304", TARGET_PID, "/proc/4194304/ns/net");
	assert_source("host", TARGET_HOST, NULL);
	assert_source("outside", TARGET_OUTSIDE, NULL);
	assert_source("docker:web", TARGET_CONTAINER, NULL);
	assert_source("cri:shop/web-0", TARGET_CONTAINER, NULL);
}

static void sources_that_are_none(void **state)
{
	static const struct {
		const char *text;
		int error;
		const char *sentence;
	} cases[] = {
		{ "", -EINVAL, "SOURCE is empty" },
		{ "8.8.8.8", -EINVAL,
		  "8.8.8.8 is an address; SOURCE is a namespace, see nsdoctor --help" },
		{ "..", -EINVAL,
		  ".. can be no name of a namespace; a file is written with its full path" },
		{ "../../proc/1/ns/net", -EINVAL,
		  "../../proc/1/ns/net can be no name of a namespace; a file is written with its "
		  "full path" },
		{ "x/../../y", -EINVAL,
		  "x/../../y can be no name of a namespace; a file is written with its full path" },
		{ "./x", -EINVAL,
		  "./x can be no name of a namespace; a file is written with its full path" },
		{ "pid:", -EINVAL, "pid:: what follows pid: is no process id" },
		{ "pid:0", -EINVAL, "pid:0: what follows pid: is no process id" },
		{ "pid:-1", -EINVAL, "pid:-1: what follows pid: is no process id" },
		{ "pid:71/../1", -EINVAL, "pid:71/../1: what follows pid: is no process id" },
		{ "pid:4194305", -EINVAL, "pid:4194305: what follows pid: is no process id" },
		{ "pid:99999999999999999999999", -EINVAL,
		  "pid:99999999999999999999999: what follows pid: is no process id" },
		{ "docker:", -EINVAL, "docker:: the container's name or id is missing" },
		{ "a/\033[2J", -EINVAL,
		  "a/\\x1b[2J can be no name of a namespace; a file is written with its full path" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		refuse(target_parse_source, cases[i].text, cases[i].error, cases[i].sentence);
}

static void a_name_is_as_long_as_a_file_name(void **state)
{
	char name[257] = "";
	_cleanup_(target_done) struct target t = { .fd = -1, .root = -1 }, longer = { .fd = -1, .root = -1 };
	_cleanup_(freep) char *error = NULL;

	memset(name, 'n', 255);
	assert_int_equal(target_parse_source(name, &t, &error), 0);
	assert_string_equal(t.text, name);
	name[255] = 'n';
	assert_int_equal(target_parse_source(name, &longer, &error), -EINVAL);
}

static void destinations(void **state)
{
	struct target t = destination(NULL);

	assert_int_equal(t.kind, TARGET_DEFAULT);
	assert_null(t.text);
	assert_destination("8.8.8.8", TARGET_ADDRESS, "8.8.8.8", 0);
	assert_destination("8.8.8.8:443", TARGET_ADDRESS, "8.8.8.8", 443);
	assert_destination("8.8.8.8:53/tcp", TARGET_ADDRESS, "8.8.8.8", 53);
	assert_destination("127.0.0.1:65535", TARGET_ADDRESS, "127.0.0.1", 65535);
	assert_destination("169.254.169.254", TARGET_ADDRESS, "169.254.169.254", 0);
	assert_destination("2001:db8::1", TARGET_ADDRESS, "2001:db8::1", 0);
	assert_destination("[2001:db8::1]", TARGET_ADDRESS, "2001:db8::1", 0);
	assert_destination("[2001:db8::1]:443", TARGET_ADDRESS, "2001:db8::1", 443);
	assert_destination("[2001:db8::1]:443/tcp", TARGET_ADDRESS, "2001:db8::1", 443);
	assert_destination("fe80::1%eth0", TARGET_ADDRESS, "fe80::1", 0);
	assert_destination("netns2", TARGET_NAME, "netns2", 0);
	assert_destination("netns2:8080", TARGET_NAME, "netns2", 8080);
	assert_destination("example.org:1", TARGET_NAME, "example.org", 1);
	assert_destination("host:22", TARGET_HOST, "host", 22);
	assert_destination("docker:web", TARGET_CONTAINER, "docker:web", 0);
	assert_destination("docker:web:80", TARGET_CONTAINER, "docker:web", 80);
	assert_destination("cri:shop/tcp", TARGET_CONTAINER, "cri:shop/tcp", 0);
	assert_destination("cri:shop/web:80/tcp", TARGET_CONTAINER, "cri:shop/web", 80);
	assert_destination("pid:71", TARGET_PID, "pid:71", 0);
	assert_destination("pid:71:8080", TARGET_PID, "pid:71", 8080);
	assert_destination("/run/netns/x", TARGET_PATH, "/run/netns/x", 0);
	assert_destination("/run/netns/x:80", TARGET_PATH, "/run/netns/x", 80);
	assert_destination("/run/netns/x:80/tcp", TARGET_PATH, "/run/netns/x", 80);
	assert_destination("/run/netns/tcp", TARGET_PATH, "/run/netns/tcp", 0);
	assert_destination("/run/netns/a:b", TARGET_PATH, "/run/netns/a:b", 0);
}

static void a_destination_keeps_its_parts(void **state)
{
	static const struct addr expected = { .family = AF_INET, .b = { 192, 0, 2, 7 } };
	_cleanup_(target_done) struct target t = destination("192.0.2.7:53/tcp");

	assert_true(addr_eq(&t.addr, &expected));
	assert_true(t.has_proto);
	assert_int_equal(t.proto, PROTO_TCP);
	assert_null(t.path);
	target_done(&t);
	t = destination("netns2:53/udp");
	assert_true(t.has_proto);
	assert_int_equal(t.proto, PROTO_UDP);
	assert_int_equal(t.port, 53);
}

static void destinations_that_are_none(void **state)
{
	static const struct {
		const char *text;
		int error;
		const char *sentence;
	} cases[] = {
		{ "", -EINVAL, "DESTINATION is empty" },
		{ ":80", -EINVAL, ":80: there is nothing before the port" },
		{ "8.8.8.8:0", -EINVAL, "8.8.8.8:0: a port is a number of 1 to 65535" },
		{ "8.8.8.8:", -EINVAL, "8.8.8.8:: a port is a number of 1 to 65535" },
		{ "8.8.8.8:65536", -EINVAL, "8.8.8.8:65536: a port is a number of 1 to 65535" },
		{ "8.8.8.8:080", -EINVAL, "8.8.8.8:080: a port is a number of 1 to 65535" },
		{ "8.8.8.8:http", -EINVAL, "8.8.8.8:http: a port is a number of 1 to 65535" },
		{ "8.8.8.8:-1", -EINVAL, "8.8.8.8:-1: a port is a number of 1 to 65535" },
		{ "netns2:x", -EINVAL, "netns2:x: a port is a number of 1 to 65535" },
		{ "8.8.8.8/tcp", -EINVAL,
		  "8.8.8.8/tcp: a protocol needs a port before it, as in 8.8.8.8:53/udp" },
		{ "8.8.8.8:1/sctp", -EINVAL,
		  "8.8.8.8:1/sctp: only /tcp or /udp can follow a destination's port" },
		{ "10.0.0.0/8", -EINVAL, "10.0.0.0/8 is a whole network; name one address of it" },
		{ "192.168.0.256", -EINVAL, "192.168.0.256 is no address" },
		{ "10.1", -EINVAL, "10.1 is no address" },
		{ "0.0.0.0", -EINVAL, "0.0.0.0 means no address" },
		{ "0.0.0.0:80", -EINVAL, "0.0.0.0:80 means no address" },
		{ "0.1.2.3", -EINVAL, "0.1.2.3 is an address that nobody can have" },
		{ "224.0.0.1", -EINVAL,
		  "224.0.0.1 is a multicast address: many may answer, or nobody" },
		{ "240.0.0.1", -EINVAL, "240.0.0.1 is an address that nobody can have" },
		{ "255.255.255.255", -EINVAL,
		  "255.255.255.255 is a broadcast address: many may answer, or nobody" },
		{ "fe80::1", -EINVAL,
		  "fe80::1 is on every link; say by which interface: ADDRESS%IF" },
		{ "fe80::1%", -EINVAL,
		  "fe80::1% is on every link; say by which interface: ADDRESS%IF" },
		{ "2001:db8::1%eth0", -EINVAL,
		  "2001:db8::1%eth0: only a link-local address has an interface behind %" },
		{ "ff02::1", -EINVAL,
		  "ff02::1 is a multicast address: many may answer, or nobody" },
		{ "::", -EINVAL, ":: means no address" },
		{ "[8.8.8.8]:80", -EINVAL, "[8.8.8.8]:80: brackets hold an IPv6 address, as in "
					   "[2001:db8::1]:443" },
		{ "[2001:db8::1", -EINVAL, "[2001:db8::1: brackets hold an IPv6 address, as in "
					   "[2001:db8::1]:443" },
		{ "[::1]x", -EINVAL, "[::1]x: brackets hold an IPv6 address, as in "
				     "[2001:db8::1]:443" },
		{ "2001:db8::g", -EINVAL, "2001:db8::g is no address" },
		{ "..", -EINVAL, ".. is no address" },
		{ "a/b", -EINVAL, "a/b: only /tcp or /udp can follow a destination's port" },
		{ "outside", -EINVAL, "outside can only be the SOURCE" },
		{ "docker::80", -EINVAL, "docker:: the container's name or id is missing" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		refuse(target_parse_destination, cases[i].text, cases[i].error, cases[i].sentence);
}

static void distances(void **state)
{
	assert_int_equal(edit_distance("", ""), 0);
	assert_int_equal(edit_distance("", "abc"), 3);
	assert_int_equal(edit_distance("abc", ""), 3);
	assert_int_equal(edit_distance("netns1", "netns1"), 0);
	assert_int_equal(edit_distance("netsn1", "netns1"), 1);
	assert_int_equal(edit_distance("nens1", "netns1"), 1);
	assert_int_equal(edit_distance("kitten", "sitting"), 3);
}

static void nearest_first(void **state)
{
	words known = { 0 }, near;

	vec_push(&known, "green");
	vec_push(&known, "netns12");
	vec_push(&known, "netns2");
	nearest_words("nets2", &known, 3, &near);
	assert_int_equal(near.n, 2);
	assert_string_equal(near.v[0], "netns2");
	assert_string_equal(near.v[1], "netns12");
	vec_free(&near);
	nearest_words("nets2", &known, 1, &near);
	assert_int_equal(near.n, 1);
	vec_free(&near);
	/* half a word */
	nearest_words("gre", &known, 3, &near);
	assert_int_equal(near.n, 1);
	assert_string_equal(near.v[0], "green");
	vec_free(&near);
	nearest_words("something else", &known, 3, &near);
	assert_int_equal(near.n, 0);
	vec_free(&near);
	vec_free(&known);
}

/* --- opening: in a mount and network namespace of our own, with an empty /run/netns --- */

static bool have_lab;

static bool write_map(const char *path, unsigned int id)
{
	_cleanup_(freep) char *line = xasprintf("0 %u 1\n", id);
	_cleanup_(closep) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, line, strlen(line)) == (ssize_t)strlen(line);
}

/* Root of a user namespace, where we are not root already. */
static bool become_root(void)
{
	unsigned int uid = getuid(), gid = getgid();
	_cleanup_(closep) int fd = -1;

	if (uid == 0)
		return true;
	if (unshare(CLONE_NEWUSER) < 0)
		return false;
	fd = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, "deny", 4) == 4 && write_map("/proc/self/uid_map", uid) &&
	       write_map("/proc/self/gid_map", gid);
}

static bool make_lab(void)
{
	if (!become_root() || unshare(CLONE_NEWNS | CLONE_NEWNET) < 0)
		return false;
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL) < 0)
		return false;
	return mkdir("/run/netns", 0755) == 0;
}

static void touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_return_code(fd, 0);
	close(fd);
}

static void name_own_namespace(const char *path)
{
	touch(path);
	assert_return_code(mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL), 0);
}

static void refuse_open(const char *text, int expected, const char *sentence)
{
	_cleanup_(target_done) struct target t = source(text);
	_cleanup_(freep) char *error = NULL;

	assert_int_equal(target_open(&t, &error), expected);
	assert_string_equal(error, sentence);
}

static void open_everything(void)
{
	_cleanup_(target_done) struct target t = source("netns1"), h = source("host");
	_cleanup_(target_done) struct target d = destination("netns1:80");
	_cleanup_(target_done) struct target other = destination("netsn1");
	_cleanup_(freep) char *neither = NULL;
	char *error = NULL;

	name_own_namespace("/run/netns/netns1");
	touch("/run/netns/file");
	assert_int_equal(target_open(&t, &error), 0);
	assert_int_equal(target_open(&h, &error), 0);
	assert_true(t.fd >= 0 && h.fd >= 0 && t.inode != 0);
	assert_int_equal(t.inode, h.inode);
	assert_int_equal(t.dev, h.dev);

	assert_int_equal(target_open(&d, &error), 0);
	assert_int_equal(d.kind, TARGET_NETNS);
	assert_string_equal(d.path, "/run/netns/netns1");
	assert_int_equal(d.inode, h.inode);

	assert_int_equal(target_open(&other, &error), 0);
	assert_int_equal(other.kind, TARGET_NAME);
	assert_int_equal(other.fd, -1);
	neither = target_neither(&other, "does not resolve");
	assert_string_equal(neither, "netsn1 is no namespace or container here, and does not resolve; "
				     "did you mean netns1?");

	refuse_open("file", -EINVAL, "/run/netns/file is no network namespace");
	refuse_open("netsn1", -ENOENT, "there is no namespace or container netsn1; did you mean netns1?");
	refuse_open("blue", -ENOENT,
		    "there is no namespace or container blue; nsdoctor --list shows all there are, "
		    "pid:PID is the namespace of a process");
	refuse_open("/run/netns/x", -ENOENT, "there is no file /run/netns/x");
	refuse_open("/dev/null", -EINVAL, "/dev/null is no network namespace");
	refuse_open("pid:4194304", -ENOENT, "there is no process 4194304");
}

static void opening(void **state)
{
	if (!have_lab)
		skip();
	open_everything();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sources),
		cmocka_unit_test(sources_that_are_none),
		cmocka_unit_test(a_name_is_as_long_as_a_file_name),
		cmocka_unit_test(destinations),
		cmocka_unit_test(a_destination_keeps_its_parts),
		cmocka_unit_test(destinations_that_are_none),
		cmocka_unit_test(distances),
		cmocka_unit_test(nearest_first),
		cmocka_unit_test(opening),
	};

	have_lab = make_lab();
	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
