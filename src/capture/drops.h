/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drops - what is said between the kernel (drops.bpf.c), who hears it (dropserve.c) and who asks (dropwatch.c)
 *
 * Includes nothing, as it is compiled for the kernel, too.
 */
#ifndef DROPS_H
#define DROPS_H

#define DROPS_NAMESPACES 32
#define DROPS_RING       (256 * 1024) /* bytes */
#define DROPS_BYTES      256 /* a power of 2; one less is used */
#define DROPS_LATER      32  /* where a datagram's token may be, too: DNS_TOKEN_AT */
#define DROPS_FUNCTION   48
#define DROPS_REASON     40

/* What is looked for, and asked of the loader; without namespaces: to stop. */
struct drops_wanted {
	unsigned char token[8];               /* as in struct marks */
	unsigned int seq;                     /* likewise */
	unsigned int n;                       /* namespaces */
	unsigned int netns[DROPS_NAMESPACES]; /* inode numbers */
	unsigned int lost;                    /* counted in the kernel: events for which there was no room */
};

/* A packet that the kernel threw away. */
struct drops_event {
	unsigned int netns;               /* inode number; 0: not told (drop_monitor) */
	unsigned int ifindex;             /* 0: none yet; of drop_monitor: by which it came in */
	unsigned int reason;              /* enum skb_drop_reason of this kernel */
	unsigned short ethertype;         /* host byte order */
	unsigned short n;                 /* bytes */
	char function[DROPS_FUNCTION];    /* of the kernel, where it was dropped */
	unsigned char macs[12];           /* of drop_monitor: for whom the frame was, and whose; else zeroes */
	unsigned char bytes[DROPS_BYTES]; /* from the network header on */
};

enum drops_kind {
	DROPS_READY, /* it listens by the one whose heard is 1 */
	DROPS_EVENT,
	DROPS_DONE,  /* it has stopped, and lost counts what it missed */
};

/* By whom the kernel says it, in the order in which they are asked. */
enum drops_witness {
	DROPS_BPF,
	DROPS_MONITOR,
	DROPS_WITNESSES,
};

struct drops_answer {
	enum drops_kind kind;
	int heard[DROPS_WITNESSES];   /* 1: it listens by this one, 0: it was not needed, or -errno */
	unsigned int lost;
	char reason[DROPS_REASON];    /* its name, without SKB_DROP_REASON_; "" where it has none */
	struct drops_event event;
};

#endif
