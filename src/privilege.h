/* SPDX-License-Identifier: GPL-2.0-or-later */
/* privilege - what a diagnosis does not need is given away before the first packet is read */
#ifndef PRIVILEGE_H
#define PRIVILEGE_H

#include "util.h"

/*
 * Keeps of the capabilities what enters namespaces, sends, captures and reads;
 * forbids new ones; and, where it was built with libseccomp, leaves the kernel
 * only the system calls that a diagnosis makes: no programs, tracing, mounts,
 * modules, or other namespaces than those of the network. writes: files are
 * made later (--fix, --pcap …), also in folders of others; else nothing is
 * renamed or removed, and open and openat only read. The flags of openat2 are
 * behind a pointer, which no filter follows: it stays allowed.
 *
 * Once, when targets are open and before threads are started. What fails makes
 * the program no less right, so nothing is returned. With sanitizers and below
 * valgrind, which make system calls of their own, only capabilities go.
 */
void privilege_drop(bool writes);

/* The same where the kernel is not asked at all: no capabilities but those to write are left. */
void privilege_drop_all(bool writes);

/*
 * Of a process of its own, which hears why packets are dropped: nothing is left
 * but what the two ways to hear it need, and that is not in use yet.
 */
void privilege_drop_to_drops(void);

/* There: what a BPF program needs is in use now, or what drop_monitor needs. no_other: the rest goes, too; BPF's goes anyway. */
void privilege_use_for_drops(bool bpf, bool no_other);

#endif
