/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report/lookup - what the writers ask a diagnosis, which may know nothing at all */
#ifndef REPORT_LOOKUP_H
#define REPORT_LOOKUP_H

#include "report.h"

/* The namespace, NULL for outside and where there is no snapshot. */
const struct ns *report_ns(const struct diagnosis *d, int ns);

/* The same for an interface. */
const struct link *report_link(const struct diagnosis *d, int ns, int ifindex);

/* The interface's name; "if12" where only its number is known. */
struct ifname report_ifname(const struct diagnosis *d, int ns, int ifindex);

/* Packets of a probe that were really sent. */
unsigned int report_sent(const struct probe *p);

/* What repairs a finding, as commands or, where it has no ops, as advice. Free with op_strings_free. */
void report_commands(const struct diagnosis *d, const struct finding *f, op_strings *ret);
void report_undo(const struct diagnosis *d, const struct finding *f, op_strings *ret);
void report_persist(const struct diagnosis *d, const struct finding *f, op_strings *ret);

#endif
