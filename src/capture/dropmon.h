/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dropmon - what drop_monitor (generic netlink, family NET_DM) tells of packets that the kernel throws away
 *
 * One user at a time for the whole machine, started and stopped by whoever
 * comes: what somebody else has started is left alone, and what is started here
 * is stopped when this process ends or is ended by a signal, a crash too, but
 * SIGKILL. Only the first network namespace has it. It names no namespace, and is
 * silent on packets that never had a link-layer header, such as those that are
 * dropped where they are sent.
 */
#ifndef DROPMON_H
#define DROPMON_H

#include "capture/dropsource.h"
#include "nl.h"

/* NET_DM_ATTR_REASON (string): its name is in the headers of Linux 5.18 and later only. */
#define DROPMON_ATTR_REASON 23

/* Numbers that the kernel gave when the family was registered. */
struct dropmon_family {
	uint16_t id;
	uint32_t group; /* "events" */
};

/* -ENOENT: this kernel has none, or not in this namespace. */
int dropmon_find(struct nl *nl, struct dropmon_family *ret);

/* Messages that stop it and set it up as it was, to be sent as they are. */
struct dropmon_undo {
	size_t n;
	_Alignas(8) char b[128];
};

/*
 * Sets it up to tell each packet, and starts it. -EBUSY: somebody else has. What
 * was set up without being started is set back; where the kernel's answer was lost
 * or not understood (-ENOBUFS, -ETIMEDOUT, -EMSGSIZE, -EBADMSG) it is stopped, too.
 */
int dropmon_start(struct nl *nl, const struct dropmon_family *family, struct dropmon_undo *ret);

/* One message. False where it is no account of a packet that can be ours. Pure. */
bool dropmon_message(const struct nlmsghdr *nlh, const struct dropmon_family *family, const struct drops_wanted *w,
		     struct drops_answer *ret);

#endif
