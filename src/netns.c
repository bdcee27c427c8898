/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/netlink.h>
#include <linux/nsfs.h>
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "hostroot.h"
#include "nl.h"

#define NETNS_DIR "/run/netns"

/* Is this descriptor a network namespace? Anything can lie in /run/netns. */
static int netns_check(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return -errno;
	if (fs.f_type != NSFS_MAGIC)
		return -EINVAL;
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET)
		return -EINVAL;
	return 0;
}

int netns_adopt(int fd)
{
	int r = fd < 0 ? fd : netns_check(fd);

	if (r < 0 && fd >= 0)
		close(fd);
	return r < 0 ? r : fd;
}

int netns_openat(int dir, const char *path)
{
	/* O_NONBLOCK: a fifo of that name must not stop us; for a namespace it means nothing */
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return netns_adopt(fd < 0 ? -errno : fd);
}

int netns_open(const char *path)
{
	return netns_openat(AT_FDCWD, path);
}

int netns_open_self(void)
{
	return netns_open("/proc/thread-self/ns/net");
}

int netns_id(int fd, uint64_t *ret_dev, uint64_t *ret_inode)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	*ret_dev = st.st_dev;
	*ret_inode = st.st_ino;
	return 0;
}

int netns_owner(int fd, uid_t *ret)
{
	_cleanup_(closep) int user = ioctl(fd, NS_GET_USERNS);

	if (user < 0)
		return -errno;
	return ioctl(user, NS_GET_OWNER_UID, ret) < 0 ? -errno : 0;
}

/* Is the calling thread in it already? Then nobody needs a privilege to enter. */
static bool netns_is_current(int fd)
{
	struct stat there, here;

	return fstat(fd, &there) == 0 && stat("/proc/thread-self/ns/net", &here) == 0 &&
	       there.st_dev == here.st_dev && there.st_ino == here.st_ino;
}

int netns_enter(int fd)
{
	if (netns_is_current(fd))
		return 0;
	return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0;
}

static int entry_compare(const void *a, const void *b)
{
	return strcmp(((const struct netns_entry *)a)->name, ((const struct netns_entry *)b)->name);
}

static void entry_add(netns_list *l, const char *dir, const char *name)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s", dir, name);
	_cleanup_(closep) int fd = netns_open(path);
	struct netns_entry e = { 0 };

	if (fd < 0 || netns_id(fd, &e.dev, &e.inode) < 0)
		return;
	e.name = xstrdup(name);
	e.path = path;
	path = NULL;
	vec_push(l, e);
}

int netns_list_read(netns_list *ret)
{
	netns_list l = { 0 };
	_cleanup_(freep) char *path = hostroot_path(NETNS_DIR);
	DIR *dir = opendir(path);
	struct dirent *d;

	if (!dir && errno != ENOENT)
		return -errno;
	while (dir && (d = readdir(dir)))
		entry_add(&l, path, d->d_name);
	if (dir)
		closedir(dir);
	if (l.n > 0)
		qsort(l.v, l.n, sizeof(*l.v), entry_compare);
	*ret = l;
	return 0;
}

void netns_list_free(netns_list *l)
{
	vec_each(e, l) {
		free(e->name);
		free(e->path);
	}
	vec_free(l);
}

struct call {
	int ns_fd;
	int (*f)(void *arg);
	void *arg;
	int result;
};

static void *call_thread(void *arg)
{
	struct call *c = arg;

	c->result = netns_enter(c->ns_fd);
	if (c->result == 0)
		c->result = c->f(c->arg);
	return NULL;
}

int netns_call(int ns_fd, int (*f)(void *arg), void *arg)
{
	struct call c = { .ns_fd = ns_fd, .f = f, .arg = arg };
	pthread_t thread;
	int r = pthread_create(&thread, NULL, call_thread, &c);

	if (r != 0)
		return -r;
	pthread_join(thread, NULL);
	return c.result;
}

struct socket_call {
	int domain, type, protocol;
};

static int socket_here(void *arg)
{
	const struct socket_call *c = arg;
	int fd = socket(c->domain, c->type | SOCK_CLOEXEC, c->protocol);

	return fd < 0 ? -errno : fd;
}

int netns_socket(int ns_fd, int domain, int type, int protocol)
{
	struct socket_call c = { domain, type, protocol };

	/* in our own namespace no thread is needed; elsewhere the calling thread must never be */
	return netns_is_current(ns_fd) ? socket_here(&c) : netns_call(ns_fd, socket_here, &c);
}

int netns_nl(int ns_fd, int protocol, struct nl **ret)
{
	return nl_adopt(netns_socket(ns_fd, AF_NETLINK, SOCK_RAW, protocol), ret);
}
