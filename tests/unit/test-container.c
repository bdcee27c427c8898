/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Containers by the state files of their runtimes, in trees that are made up:
 * a host's root in a directory of /tmp with /proc, /run, /var and /etc.
 *
 * What a state file says of a process is played by folders of /proc, whose
 * namespace is our own ("ns/net" is a link to it) or another one.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "container/state.h"
#include "inventory.h"
#include "netns.h"
#include "resolve.h"
#include "target.h"

#define ID1 "1111111111111111111111111111111111111111111111111111111111111111"
#define ID2 "2222222222222222222222222222222222222222222222222222222222222222"
#define ID3 "2222222222224444444444444444444444444444444444444444444444444444"
#define ID4 "4444444444444444444444444444444444444444444444444444444444444444"

static char root[] = "/tmp/nsdoctor-test.XXXXXX";

/* --- the tree --- */

static void make_parents(char *path)
{
	for (char *s = strchr(path + strlen(root) + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		mkdir(path, 0755);
		*s = '/';
	}
}

static void put(const char *name, const char *text)
{
	_cleanup_(freep) char *path = xasprintf("%s%s", root, name);
	_cleanup_(closep) int fd = -1;

	make_parents(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_return_code(fd, errno);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Bytes with NUL in them: the arguments of a process. */
static void put_bytes(const char *name, const char *bytes, size_t n)
{
	_cleanup_(freep) char *path = xasprintf("%s%s", root, name);
	_cleanup_(closep) int fd = -1;

	put(name, "");
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, bytes, n), n);
}

static void put_link(const char *name, const char *to)
{
	_cleanup_(freep) char *path = xasprintf("%s%s", root, name);

	make_parents(path);
	assert_return_code(symlink(to, path), errno);
}

/* A process of the tree. */
static void put_process(int pid, int parent, const char *comm, unsigned long start)
{
	_cleanup_(freep) char *stat_name = xasprintf("/proc/%d/stat", pid);
	_cleanup_(freep) char *net = xasprintf("/proc/%d/ns/net", pid);
	_cleanup_(freep) char *cgroup = xasprintf("/proc/%d/cgroup", pid);
	_cleanup_(freep) char *cmdline = xasprintf("/proc/%d/cmdline", pid);
	_cleanup_(freep) char *line = xasprintf("%d (%s) S %d 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 "
						"%lu 0 0 1 1", pid, comm, parent, start);

	put(stat_name, line);
	put(cgroup, "0::/\n");
	put(cmdline, comm);
	put_link(net, "/proc/self/ns/net");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int set_up(void **state)
{
	str_copy(root + strlen(root) - 6, 7, "XXXXXX");
	if (!mkdtemp(root))
		return -1;
	put("/proc/none", "");
	return hostroot_set(root);
}

static int tear_down(void **state)
{
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

static void put_docker(const char *id, const char *name, int pid, const char *mode)
{
	_cleanup_(freep) char *config = xasprintf("/var/lib/docker/containers/%s/config.v2.json", id);
	_cleanup_(freep) char *host = xasprintf("/var/lib/docker/containers/%s/hostconfig.json", id);
	_cleanup_(freep) char *text = xasprintf("{\"ID\":\"%s\",\"Name\":\"/%s\",\"State\":{\"Running\":%s,"
						"\"Pid\":%d},\"NetworkSettings\":{\"SandboxKey\":"
						"\"/var/run/docker/netns/x\"}}",
						id, name, pid ? "true" : "false", pid);
	_cleanup_(freep) char *text2 = xasprintf("{\"NetworkMode\":\"%s\"}", mode);

	put(config, text);
	put(host, text2);
}

static void put_runc(const char *dir, const char *id, int pid, unsigned long start)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s/state.json", dir, id);
	_cleanup_(freep) char *text = xasprintf("{\"id\":\"%s\",\"init_process_pid\":%d,"
						"\"init_process_start\":%lu}", id, pid, start);

	put(path, text);
}

/* --- what is asked --- */

static void assert_found(const char *text, const char *runtime, const char *id, int pid)
{
	containers found = { 0 };

	containers_find(text, true, &found);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.v[0].runtime->prefix, runtime);
	assert_string_equal(found.v[0].id, id);
	assert_int_equal(found.v[0].pid, pid);
	containers_free(&found);
}

static void assert_count(const char *text, size_t n)
{
	containers found = { 0 };

	containers_find(text, true, &found);
	assert_int_equal(found.n, n);
	containers_free(&found);
}

static struct target open_source(const char *text, int expected, char **ret_error)
{
	struct target t = { .fd = -1, .root = -1 };

	*ret_error = NULL;
	assert_int_equal(target_parse_source(text, &t, ret_error), 0);
	assert_int_equal(target_open(&t, ret_error), expected);
	return t;
}

static void refuse_open(const char *text, int expected, const char *sentence)
{
	_cleanup_(freep) char *error = NULL;
	_cleanup_(target_done) struct target t = open_source(text, expected, &error);

	assert_string_equal(error, sentence);
	assert_int_equal(t.fd, -1);
}

static void docker(void **state)
{
	_cleanup_(freep) char *error = NULL;
	struct target t;

	put_docker(ID1, "web", 71, "bridge");
	put_docker(ID2, "db", 0, "bridge");
	put_docker(ID3, "nothing", 72, "none");
	put_process(71, 1, "nginx", 1000);
	put_process(72, 1, "true", 1000);
	assert_found("docker:web", "docker", ID1, 71);
	assert_found("web", "docker", ID1, 71);
	assert_found("docker:1", "docker", ID1, 71);
	assert_found("111111111111", "docker", ID1, 71);
	assert_count("1111", 0); /* too little where no runtime is named */
	assert_count("docker:we", 0);
	assert_count("podman:web", 0);
	assert_count("docker:222222222222", 1); /* the other one does not run */
	t = open_source("web", 0, &error);
	assert_int_equal(t.kind, TARGET_CONTAINER);
	assert_string_equal(t.remark, "docker:web has no network of its own: it runs in the host's");
	target_done(&t);
	refuse_open("db", -ESRCH, "docker:db is not running (Docker)");
	refuse_open("docker:wep", -ENOENT, "there is no container docker:wep; did you mean docker:web?");
	refuse_open("docker:gone", -ENOENT,
		    "there is no container docker:gone; nsdoctor --list shows all there are, pid:PID is "
		    "the namespace of a process");
	refuse_open("wep", -ENOENT, "there is no namespace or container wep; did you mean web?");
}

static void docker_elsewhere(void **state)
{
	put("/etc/docker/daemon.json", "{\"data-root\":\"/srv/docker\"}");
	put("/srv/docker/containers/" ID1 "/config.v2.json",
	    "{\"ID\":\"" ID1 "\",\"Name\":\"/web\",\"State\":{\"Running\":true,\"Pid\":71}}");
	assert_found("docker:web", "docker", ID1, 71);
}

/* A number that another process has by now. */
static void reused(void **state)
{
	_cleanup_(freep) char *error = NULL;
	struct target t;

	put_docker(ID1, "web", 71, "bridge");
	put_runc("/run/docker/runtime-runc/moby", ID1, 71, 1000);
	put_process(71, 1, "nginx", 1000);
	t = open_source("docker:web", 0, &error);
	target_done(&t);
	put("/proc/71/stat", "71 (other) S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 2000 0 0 1 1");
	refuse_open("docker:web", -ESRCH, "docker:web is not running (Docker)");
	/* no start is known, but the process is another container's */
	put("/run/docker/runtime-runc/moby/" ID1 "/state.json", "{}");
	put("/proc/71/cgroup", "0::/system.slice/docker-" ID2 ".scope\n");
	refuse_open("docker:web", -ESRCH, "docker:web is not running (Docker)");
	put("/proc/71/cgroup", "0::/system.slice/docker-" ID1 ".scope\n");
	t = open_source("docker:web", 0, &error);
	target_done(&t);
}

#define STORAGE "/var/lib/containers/storage/overlay-containers"
#define RUN     "/run/containers/storage/overlay-containers"

static void podman(void **state)
{
	put(STORAGE "/containers.json",
	    "[{\"id\":\"" ID1 "\",\"names\":[\"web\"],\"metadata\":\"{\\\"image-name\\\":\\\"x\\\"}\"},"
	    "{\"id\":\"" ID2 "\",\"names\":[\"none\"]},"
	    "{\"id\":\"" ID4 "\",\"names\":[\"kept\"]}]");
	put(RUN "/volatile-containers.json", "[{\"id\":\"" ID3 "\",\"names\":[\"quick\"]}]");
	put(RUN "/" ID1 "/userdata/pidfile", "71\n");
	put("/run/crun/" ID1 "/status", "{\"pid\":71,\"process-start-time\":1000}");
	put(STORAGE "/" ID1 "/userdata/config.json",
	    "{\"linux\":{\"namespaces\":[{\"type\":\"pid\"},"
	    "{\"type\":\"network\",\"path\":\"/run/netns/netns-1\"}]}}");
	put(RUN "/" ID2 "/userdata/pidfile", "72");
	put(STORAGE "/" ID2 "/userdata/config.json",
	    "{\"linux\":{\"namespaces\":[{\"type\":\"network\"}]}}");
	/* --userns=keep-id: the namespace is the OCI runtime's, and connected afterwards */
	put(STORAGE "/" ID4 "/userdata/config.json",
	    "{\"linux\":{\"namespaces\":[{\"type\":\"user\"},{\"type\":\"network\"}]}}");
	put_process(71, 1, "nginx", 1000);
	assert_found("podman:web", "podman", ID1, 71);
	assert_found("quick", "podman", ID3, 0);
	{
		containers found = { 0 };

		containers_find("podman:none", false, &found);
		assert_int_equal(found.n, 1);
		assert_int_equal(found.v[0].network, NETWORK_NONE);
		containers_free(&found);
		containers_find("podman:kept", false, &found);
		assert_int_equal(found.n, 1);
		assert_int_equal(found.v[0].network, NETWORK_OWN);
		containers_free(&found);
		containers_find("podman:web", false, &found);
		assert_int_equal(found.v[0].network, NETWORK_OWN);
		assert_int_equal(found.v[0].start, 1000);
		containers_free(&found);
	}
	/* both have one of that name, in the same namespace: no question */
	put_docker(ID2, "web", 71, "bridge");
	assert_count("web", 2);
}

static struct place *add_place(inventory *l, const char *name, const char *id)
{
	struct place *p = vec_add(l);

	vec_push(&p->names, xstrdup(name));
	p->path = xstrdup("/proc/self/ns/net");
	p->id = id ? xstrdup(id) : NULL;
	return p;
}

/* Two users may both have a web: each is told by its id, which is a target, too. */
static void two_of_one_name(void **state)
{
	inventory l = { 0 };

	add_place(&l, "podman:web", "podman:999999999999");
	add_place(&l, "podman:db", "podman:555555555555");
	add_place(&l, "podman:web", "podman:111111111111");
	inventory_tell_apart(&l);
	assert_string_equal(l.v[0].names.v[0], "podman:111111111111");
	assert_string_equal(l.v[0].names.v[1], "podman:web");
	assert_string_equal(l.v[1].names.v[0], "podman:999999999999");
	assert_int_equal(l.v[2].names.n, 1);
	assert_string_equal(l.v[2].names.v[0], "podman:db");
	inventory_free(&l);
}

/* A path may be another namespace's by the time it is opened again. */
static void a_place_that_changed(void **state)
{
	inventory l = { 0 };
	struct place *p = add_place(&l, "web", NULL);
	int fd = netns_open_self();

	assert_true(fd >= 0);
	assert_int_equal(netns_id(fd, &p->dev, &p->inode), 0);
	close(fd);
	fd = place_open(p);
	assert_true(fd >= 0);
	close(fd);
	p->inode++;
	assert_int_equal(place_open(p), -ESTALE);
	inventory_free(&l);
}

/* What a user's files say is believed of that user's namespaces only. */
static void rootless(void **state)
{
	_cleanup_(freep) char *run = xasprintf("/run/user/%u/containers/overlay-containers/" ID1
					       "/userdata/pidfile", 4242);
	_cleanup_(freep) char *error = NULL;
	struct target t = { .fd = -1, .root = -1 };

	put("/etc/passwd", "root:x:0:0::/root:/bin/sh\njoe:x:4242:4242:Joe:/home/joe:/bin/sh\n");
	put("/home/joe/.local/share/containers/storage/overlay-containers/containers.json",
	    "[{\"id\":\"" ID1 "\",\"names\":[\"web\"]}]");
	put(run, "71");
	put_process(71, 1, "sshd", 1000);
	assert_found("podman:web", "podman", ID1, 71);
	assert_int_equal(target_parse_source("podman:web", &t, &error), 0);
	assert_int_equal(target_open(&t, &error), -EPERM);
	assert_string_equal(error, "podman:web: the files of user 4242 name a namespace that is not of "
				   "that user");
	target_done(&t);
}

static void crio(void **state)
{
	put(STORAGE "/containers.json",
	    "[{\"id\":\"" ID1 "\",\"names\":[\"k8s_POD_web-0_shop_1\"],"
	    "\"metadata\":\"{\\\"pod-name\\\":\\\"x\\\"}\"}]");
	put(STORAGE "/" ID1 "/userdata/config.json",
	    "{\"annotations\":{\"io.kubernetes.pod.name\":\"web-0\",\"io.kubernetes.pod.namespace\":"
	    "\"shop\",\"io.kubernetes.container.name\":\"POD\"},\"linux\":{\"namespaces\":"
	    "[{\"type\":\"network\",\"path\":\"/var/run/netns/n1\"}]}}");
	assert_found("cri:web-0", "cri", ID1, 0);
	assert_found("cri:shop/web-0", "cri", ID1, 0);
	assert_found("cri:11", "cri", ID1, 0);
	assert_count("podman:11", 0);
	/* the file is all that is left of it */
	put("/run/netns/n1", "");
	put_link("/var/run", "/run");
	refuse_open("cri:web-0", -ESRCH, "cri:k8s_POD_web-0_shop_1 is not running (CRI-O)");
}

#define TASK "/run/containerd/io.containerd.runtime.v2.task/k8s.io/"

static void containerd(void **state)
{
	put(TASK "pod1/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\","
	    "\"io.kubernetes.cri.sandbox-name\":\"web-0\",\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}");
	put(TASK "pod1/init.pid", "71");
	put(TASK "c1/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
	    "\"io.kubernetes.cri.container-name\":\"nginx\",\"io.kubernetes.cri.sandbox-name\":\"web-0\","
	    "\"io.kubernetes.cri.sandbox-namespace\":\"shop\"}}");
	put(TASK "c1/init.pid", "72");
	put("/run/containerd/io.containerd.runtime.v2.task/moby/" ID1 "/config.json", "{}");
	put_runc("/run/containerd/runc/k8s.io", "c1", 72, 5);
	put_process(71, 1, "pause", 4);
	put_process(72, 1, "nginx", 5);
	assert_found("cri:nginx", "cri", "c1", 72);
	assert_count("cri:web-0", 2);
	assert_count("shop/web-0", 2);
	assert_count("cri:" ID1, 0); /* Docker's */
	{
		_cleanup_(freep) char *error = NULL;
		struct target t = open_source("cri:shop/web-0", 0, &error);

		target_done(&t);
	}
}

static void lxc(void **state)
{
	put("/var/lib/lxc/asleep/rootfs/x", "");
	put("/var/lib/lxc/web/rootfs/x", "");
	put_process(500, 1, "lxc-start", 5);
	put("/proc/500/cmdline", "[lxc monitor] /var/lib/lxc web");
	put_process(501, 500, "init", 6);
	put_process(600, 1, "lxd", 5);
	put("/proc/600/cmdline", "[lxc monitor] /var/snap/lxd/common/lxd/containers shop_db");
	put_process(601, 600, "init", 6);
	assert_found("lxc:web", "lxc", "/var/lib/lxc/web", 501);
	assert_found("web", "lxc", "/var/lib/lxc/web", 501);
	assert_found("db", "lxc", "/var/snap/lxd/common/lxd/containers/shop_db", 601);
	assert_found("lxc:shop_db", "lxc", "/var/snap/lxd/common/lxd/containers/shop_db", 601);
	refuse_open("asleep", -ESRCH, "lxc:asleep is not running (LXC)");
}

static void machines(void **state)
{
	static const char arguments[] = "/usr/bin/systemd-nspawn\0-D\0/srv/trees/db\0--boot\0";

	put("/run/systemd/machines/web", "# private\nNAME=web\nCLASS=container\nLEADER=71\n");
	put("/run/systemd/machines/vm", "NAME=vm\nCLASS=vm\nLEADER=71\n");
	put_process(71, 1, "init", 5);
	put_process(80, 1, "systemd-nspawn", 5);
	put_bytes("/proc/80/cmdline", arguments, sizeof(arguments));
	put_process(81, 80, "init", 6);
	assert_found("machine:web", "machine", "web", 71);
	assert_found("machine:db", "machine", "db", 81);
	assert_count("machine:vm", 0);
}

static void nspawn_arguments(void **state)
{
	static const struct {
		const char *arguments, *name;
	} cases[] = {
		{ "systemd-nspawn\0-M\0web\0", "web" },
		{ "systemd-nspawn\0-Mweb\0", "web" },
		{ "systemd-nspawn\0--machine=web\0-D\0/x\0", "web" },
		{ "/bin/systemd-nspawn\0--machine\0web\0", "web" },
		{ "systemd-nspawn\0--directory=/srv/a\0", "a" },
		{ "systemd-nspawn\0-M\0", NULL },
		{ "bash\0-M\0web\0", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct container c = { 0 };
		bool found = nspawn_parse(cases[i].arguments, &c);

		assert_int_equal(found, cases[i].name != NULL);
		if (found)
			assert_string_equal(c.names.v[0], cases[i].name);
		container_done(&c);
	}
}

/* Files that are traps: links, devices, endless ones. */
static void hostile_files(void **state)
{
	_cleanup_(freep) char *fifo = xasprintf("%s/var/lib/docker/containers/" ID1 "/config.v2.json", root);
	_cleanup_(freep) char *big = xasprintf("%s/var/lib/docker/containers/" ID2 "/config.v2.json", root);
	_cleanup_(freep) char *text = NULL;

	put("/secret", "of the host of the tests");
	put("/var/lib/docker/containers/" ID1 "/x", "");
	assert_return_code(mkfifo(fifo, 0644), errno);
	put("/var/lib/docker/containers/" ID2 "/config.v2.json", "{");
	assert_return_code(truncate(big, 1LL << 40), errno);
	put("/var/lib/docker/containers/" ID3 "/config.v2.json", "[[[[[[[[");
	assert_count("docker:2", 0);
	assert_count("docker:1", 0);
	/* links stay below the root, whatever they are written as */
	put_link("/etc/up", "../../../../../../secret");
	put_link("/etc/absolute", "/secret");
	put_link("/etc/magic", "/proc/self/root/etc/passwd");
	put_link("/etc/loop", "/etc/loop");
	assert_int_equal(root_read(root_host(), "/etc/up", 100, &text), 0);
	assert_string_equal(text, "of the host of the tests");
	free(text);
	text = NULL;
	assert_int_equal(root_read(root_host(), "/../../../secret", 100, &text), 0);
	assert_int_equal(root_read(root_host(), "/etc/magic", 100, &text), -ENOENT);
	assert_int_equal(root_read(root_host(), "/etc/loop", 100, &text), -ELOOP);
	assert_int_equal(root_read(root_host(), "/etc", 100, &text), -EINVAL);
	assert_int_equal(root_read(root_host(), "/secret", 3, &text), -EFBIG);
}

/* A container's resolv.conf cannot have us read the host's files. */
static void hostile_resolvconf(void **state)
{
	_cleanup_(freep) char *inside = xasprintf("%s/box", root);
	_cleanup_(freep) char *fifo = xasprintf("%s/box/etc/hosts", root);
	struct resolve_files f;
	int fd;

	put("/etc/resolv.conf", "nameserver 192.0.2.1\n");
	put_link("/box/etc/resolv.conf", "../../etc/resolv.conf");
	assert_return_code(mkfifo(fifo, 0644), errno);
	fd = root_open(inside);
	assert_return_code(fd, errno);
	resolve_files_read("ignored", fd, &f);
	assert_null(f.conf);
	assert_int_equal(f.conf_error, -ELOOP); /* it leads to itself, inside */
	assert_int_equal(f.hosts_error, -EINVAL);
	resolve_files_done(&f);
	close(fd);
}

static void odd_names(void **state)
{
	_cleanup_(freep) char *error = NULL;
	containers found = { 0 };
	struct strbuf b = { 0 };

	put(STORAGE "/containers.json", "[{\"id\":\"" ID1 "\",\"names\":[\"a\\u001b[2Jb\",\"\",7,null]}]");
	containers_find("podman:1", false, &found);
	assert_int_equal(found.n, 1);
	assert_int_equal(found.v[0].names.n, 1);
	container_label(&found.v[0], &b);
	assert_string_equal(strbuf_str(&b), "podman:a\\x1b[2Jb");
	strbuf_done(&b);
	containers_free(&found);
	refuse_open("podman:1", -ESRCH, "podman:a\\x1b[2Jb is not running (Podman)");
}

static void stat_lines(void **state)
{
	struct process p;

	assert_int_equal(process_parse_stat("71 (a) b) S 3 1 1 0 -1 4 1 0 0 0 0 0 0 0 20 0 1 0 99 0", &p), 0);
	assert_int_equal(p.pid, 71);
	assert_int_equal(p.parent, 3);
	assert_int_equal(p.start, 99);
	assert_string_equal(p.comm, "a) b");
	assert_int_equal(process_parse_stat("", &p), -EBADMSG);
	assert_int_equal(process_parse_stat("71 )(", &p), -EBADMSG);
	assert_int_equal(process_parse_stat("71 (x) S 3", &p), -EBADMSG);
	assert_int_equal(process_parse_stat("-1 (x) S 3 1 1 0 -1 4 1 0 0 0 0 0 0 0 20 0 1 0 99 0", &p),
			 -EBADMSG);
}

static void passwd_lines(void **state)
{
	static const char text[] = "root:x:0:0:root:/root:/bin/sh\nbad\n::::::\n"
				   "joe:x:1000:1000:J, M:/home/joe:\n+:x:10x:1:x:/y:z\n";
	_cleanup_(freep) char *root_home = passwd_home(text, 0), *joe = passwd_home(text, 1000);

	assert_string_equal(root_home, "/root");
	assert_string_equal(joe, "/home/joe");
	assert_null(passwd_home(text, 10));
	assert_null(passwd_home("", 0));
}

/* Without it (before Linux 5.6, below valgrind) nothing can be read below another root. */
static bool has_openat2(void)
{
	return syscall(SYS_openat2, -1, "", NULL, 0) < 0 && errno != ENOSYS;
}

int main(void)
{
#define IN_TREE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		IN_TREE(docker),	  IN_TREE(docker_elsewhere), IN_TREE(reused),
		IN_TREE(podman),	  IN_TREE(rootless),	     IN_TREE(crio),
		IN_TREE(containerd),	  IN_TREE(lxc),		     IN_TREE(machines),
		IN_TREE(hostile_files),	  IN_TREE(hostile_resolvconf), IN_TREE(odd_names),
	};
	const struct CMUnitTest pure[] = {
		cmocka_unit_test(nspawn_arguments),
		cmocka_unit_test(stat_lines),
		cmocka_unit_test(passwd_lines),
		cmocka_unit_test(two_of_one_name),
		cmocka_unit_test(a_place_that_changed),
	};
	int failed = cmocka_run_group_tests_name("container", pure, NULL, NULL);

	if (has_openat2())
		return failed + cmocka_run_group_tests_name("container-trees", tests, NULL, NULL);
	puts("skipped: openat2 is not there");
	return failed;
}
