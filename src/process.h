/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * process - the host's processes, by its /proc
 *
 * A process is held by the descriptor of its directory, which answers nothing
 * any more (ESRCH) once the process has ended, whoever has its number then.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <sys/types.h>

#include "hostroot.h"

/* The largest number a process can have (PID_MAX_LIMIT, linux/threads.h) */
#define PID_LIMIT 4194304

struct process {
	pid_t pid, parent;
	uint64_t start;    /* clock ticks since boot: with the number, an identity */
	char comm[64];
};

typedef VEC(struct process) processes;

/* The directory of a process; -ENOENT: there is none. */
int process_open(pid_t pid);

/* What /proc/PID/stat says (proc(5)); pure. 0 or -EBADMSG. */
int process_parse_stat(const char *text, struct process *ret);

/* Of an open one. 0 or -errno; -ESRCH: it has ended. */
int process_read(int fd, struct process *ret);

/*
 * Its arguments, one after the other, each ended by NUL, the last by two. At
 * most 64 KiB of them. Free it. 0 or -errno.
 */
int process_arguments(int fd, char **ret);

/* The text of its cgroup file. Free it. 0 or -errno. */
int process_cgroup(int fd, char **ret);

/* Its network namespace. Or -errno; -EACCES: CAP_SYS_PTRACE is missing. */
int process_netns(int fd);

/* Its root directory, to be read below by root_read(). Or -errno. */
int process_root(int fd);

/* All of them, by number. 0 or -errno. */
int processes_read(processes *ret);

#endif
