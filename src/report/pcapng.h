/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report/pcapng - the captured packets for Wireshark and its like, with what is known of them
 *
 * Pure. The format is draft-ietf-opsawg-pcapng: one section; an interface
 * block for each hop of the path, in its order, then for other interfaces that
 * saw something; a packet block for each sighting whose bytes were kept, by
 * time, with a comment that names the hop, the packet and what ended it.
 */
#ifndef REPORT_PCAPNG_H
#define REPORT_PCAPNG_H

#include "report.h"

/* Appends the whole file, which is no text: its length is b->n. */
void report_pcapng(const struct diagnosis *d, struct strbuf *b);

#endif
