/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whatif - a command that a person would type, done to the model instead
 *
 * Many of the commands that fixes are printed as, and their opposites: sysctl,
 * ip and bridge (link, addr, route; deleting a rule or neighbour), deleting a rule of nft by its handle
 * or of iptables by its number, a policy of iptables. "ip netns exec NAME",
 * "ip -n NAME" and "nsenter --net=FILE" lead into a namespace; else it is the host's.
 */
#ifndef WHATIF_H
#define WHATIF_H

#include "model.h"

/* Can it be meant at all? 0, or -EINVAL and one sentence (free it). */
int whatif_check(const char *command, char **ret_error);

/*
 * Does it to a snapshot of its own (see op_model()). 0; -EINVAL as above; or
 * the -errno for which the kernel would refuse it, or the model cannot tell,
 * and one sentence. The rules concerned must have been read.
 */
int whatif_do(struct snapshot *s, const char *command, char **ret_error);

#endif
