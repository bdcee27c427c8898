/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dropserve - hears what the kernel throws away, by drops.bpf.c or by drop_monitor, and hands it on */
#ifndef DROPSERVE_H
#define DROPSERVE_H

/*
 * Serves requests (struct drops_wanted) at a socket of SOCK_SEQPACKET until the
 * other end closes. Whose a packet is it does not look for. Every failure is an
 * answer (struct drops_answer), never an end. Who listens for more than 10
 * seconds has forgotten to stop: the process ends by SIGALRM.
 */
void drops_serve(int fd);

#endif
