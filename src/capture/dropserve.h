/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dropserve - loads drops.bpf.c and hands on what it sees */
#ifndef DROPSERVE_H
#define DROPSERVE_H

/*
 * Serves requests (struct drops_request) at a socket of SOCK_SEQPACKET until the
 * other end closes. Looks at no packet. Every failure is an answer (struct
 * drops_answer), never an end; -EOPNOTSUPP: this kernel has no BTF. Who listens
 * for more than 10 seconds has forgotten to stop: the process ends by SIGALRM.
 */
void drops_serve(int fd);

#endif
