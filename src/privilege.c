/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

/*
 * SYS_ADMIN enters namespaces, NET_ADMIN asks and changes them, NET_RAW sends
 * and captures; the other two look for namespaces: of processes, and in the
 * folders of rootless containers.
 */
static const unsigned int kept[] = {
	CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH,
};

/* To write the files that were asked for into the folder of whoever asked by sudo. */
static const unsigned int kept_to_write[] = { CAP_DAC_OVERRIDE, CAP_FOWNER };

/* To load what tells why packets are dropped: CAP_PERFMON and CAP_BPF (Linux 5.8). */
static const unsigned int kept_for_bpf[] = { 38, 39 };

/* To start drop_monitor, and to hear what it tells (net/core/drop_monitor.c). */
static const unsigned int kept_for_monitor[] = { CAP_NET_ADMIN, CAP_SYS_ADMIN };

struct capabilities {
	uint32_t mask[_LINUX_CAPABILITY_U32S_3];
};

static void keep(struct capabilities *c, const unsigned int *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		c->mask[CAP_TO_INDEX(list[i])] |= CAP_TO_MASK(list[i]);
}

/* Gives away all but these, of which those in used are in use. */
static void set_capabilities(const struct capabilities *c, const struct capabilities *used)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(data); i++) {
		data[i].permitted &= c->mask[i];
		data[i].effective = data[i].permitted & used->mask[i];
		data[i].inheritable = 0;
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	(void)syscall(SYS_capset, &head, data);
}

#if defined(HAVE_SECCOMP) && !defined(__SANITIZE_ADDRESS__)
#define FILTER 1
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#undef FILTER
#endif
#endif
#endif

#ifdef FILTER

/* Names that an architecture or a version of libseccomp does not know are passed over. */
static const char *const allowed[] = {
	/* memory, threads, time */
	"arch_prctl", "brk", "clock_getres", "clock_gettime", "clock_gettime64", "clock_nanosleep",
	"clock_nanosleep_time64", "exit", "exit_group", "futex", "futex_time64", "futex_waitv",
	"getpid", "getppid", "getrandom", "gettid", "gettimeofday", "madvise", "membarrier",
	"mmap", "mmap2", "mprotect", "mremap", "munmap", "nanosleep", "restart_syscall", "rseq",
	"rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait",
	"sched_getaffinity", "sched_yield", "set_robust_list", "set_thread_area",
	"set_tid_address", "sigaltstack", "sigreturn", "sysinfo", "tgkill", "time", "times",
	/* who and where */
	"capget", "getcwd", "getegid", "getegid32", "geteuid", "geteuid32", "getgid", "getgid32",
	"getrlimit", "getuid", "getuid32", "prlimit64", "ugetrlimit", "uname",
	/* files */
	"access", "close", "close_range", "dup", "dup2", "dup3", "faccessat", "faccessat2",
	"fcntl", "fcntl64", "flock", "fstat", "fstat64", "fstatat64", "fstatfs", "fstatfs64",
	"getdents", "getdents64", "ioctl", "_llseek", "lseek", "lstat", "lstat64", "newfstatat",
	"openat2", "pipe", "pipe2", "pread64", "read", "readlink", "readlinkat", "readv", "stat",
	"stat64", "statfs", "statfs64", "statx", "write", "writev",
	/* waiting */
	"_newselect", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_wait", "eventfd2",
	"poll", "ppoll", "ppoll_time64", "pselect6", "pselect6_time64", "select",
	"timerfd_create", "timerfd_settime",
	/* sockets */
	"accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt", "recv",
	"recvfrom", "recvmmsg", "recvmmsg_time64", "recvmsg", "send", "sendmmsg", "sendmsg",
	"sendto", "setsockopt", "shutdown", "socket", "socketcall", "socketpair",
};

/* What makes, renames and removes files: reports, metrics, the journal. */
static const char *const for_writing[] = {
	"chmod", "fchmod", "fchmodat", "fdatasync", "fsync", "ftruncate", "ftruncate64", "link",
	"linkat", "mkdir", "mkdirat", "open", "openat", "pwrite64", "rename", "renameat",
	"renameat2", "rmdir", "umask", "unlink", "unlinkat", "utimensat",
};

static void allow(scmp_filter_ctx ctx, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int nr = seccomp_syscall_resolve_name(list[i]);

		if (nr != __NR_SCMP_ERROR)
			(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
	}
}

/* Those that are allowed with some arguments only. */
static void allow_some(scmp_filter_ctx ctx, bool writes)
{
	/* threads, but no processes; clone3 cannot be looked into, and the C library then takes clone */
	(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
			       SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(setns), 1,
			       SCMP_A1(SCMP_CMP_EQ, CLONE_NEWNET));
	/* is somebody still there? */
	(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(kill), 1, SCMP_A1(SCMP_CMP_EQ, 0));
	(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
			       SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME));
	if (writes)
		return;
	(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
			       SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
	(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
			       SCMP_A1(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
}

static void filter_calls(bool writes)
{
	/* ENOSYS: what a newer C library tries first, it does without on an older kernel */
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

	if (!ctx)
		return;
	allow(ctx, allowed, ARRAY_SIZE(allowed));
	if (writes)
		allow(ctx, for_writing, ARRAY_SIZE(for_writing));
	allow_some(ctx, writes);
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	(void)seccomp_load(ctx);
	seccomp_release(ctx);
}

/* It sets this in the environment of what it runs, and makes system calls in its place. */
static bool below_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

#endif

static void drop(bool asks, bool writes)
{
	struct capabilities c = { 0 };

	if (asks)
		keep(&c, kept, ARRAY_SIZE(kept));
	if (writes)
		keep(&c, kept_to_write, ARRAY_SIZE(kept_to_write));
	set_capabilities(&c, &c);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#ifdef FILTER
	if (!below_valgrind())
		filter_calls(writes);
#else
	(void)writes;
#endif
}

void privilege_drop(bool writes)
{
	drop(true, writes);
}

void privilege_drop_all(bool writes)
{
	drop(false, writes);
}

void privilege_drop_to_drops(void)
{
	const struct capabilities none = { 0 };
	struct capabilities c = { 0 };

	keep(&c, kept_for_bpf, ARRAY_SIZE(kept_for_bpf));
	keep(&c, kept_for_monitor, ARRAY_SIZE(kept_for_monitor));
	set_capabilities(&c, &none);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void privilege_use_for_drops(bool bpf, bool no_other)
{
	struct capabilities used = { 0 }, all;

	if (bpf)
		keep(&used, kept_for_bpf, ARRAY_SIZE(kept_for_bpf));
	else
		keep(&used, kept_for_monitor, ARRAY_SIZE(kept_for_monitor));
	all = used;
	if (!no_other)
		keep(&all, kept_for_monitor, ARRAY_SIZE(kept_for_monitor));
	set_capabilities(&all, &used);
}
