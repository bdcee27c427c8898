/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One packet socket sees every interface of its namespace, inwards and
 * outwards, after network headers were found (SOCK_DGRAM), so it does not
 * matter what kind of interface it is.
 *
 * It has no ring (and is not libpcap's for this reason): setting one up waits
 * for an RCU grace period (packet_set_ring() in net/packet/af_packet.c), 8 to
 * 16 ms, and taking it down for two more; without it opening takes 0.1 ms and
 * closing one grace period. What passes the filter are a few packets.
 */
#include "capture/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/icmp.h>
#include <sys/socket.h>
#include <time.h>

/* Enough for an ICMP error that quotes one of our packets, with all IP options. */
#define SNAPLEN 256
/* A full-size packet counts as a whole, even where only its beginning is kept. */
#define RECEIVE_BUFFER (4 << 20)
/* A flood of other people's ICMP errors must not keep us from our timers. */
#define AT_ONCE 1024

/* --- the filter --- */

enum label {
	NEXT,
	IP4,
	IP6,
	ARP,
	ICMP,
	ICMP6,
	ECHO,
	TCP,
	ACCEPT,
	DROP,
	LABELS,
};

/* Jumps are to labels until the program is complete. They only go forward, no further than 255. */
struct program {
	struct sock_filter f[PACKET_FILTER];
	size_t n;
	size_t at[LABELS];
};

static void put(struct program *p, uint16_t code, uint32_t k)
{
	p->f[p->n++] = (struct sock_filter){ .code = code, .k = k };
}

/* Goes to t where the accumulator equals k, else to f. */
static void jump(struct program *p, uint16_t test, uint32_t k, enum label t, enum label f)
{
	p->f[p->n++] = (struct sock_filter){ BPF_JMP | test | BPF_K, (uint8_t)t, (uint8_t)f, k };
}

static void put_label(struct program *p, enum label l)
{
	p->at[l] = p->n;
}

static uint8_t distance(const struct program *p, size_t from, uint8_t label)
{
	return label == NEXT ? 0 : (uint8_t)(p->at[label] - from - 1);
}

static void resolve(struct program *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (BPF_CLASS(p->f[i].code) != BPF_JMP)
			continue;
		p->f[i].jt = distance(p, i, p->f[i].jt);
		p->f[i].jf = distance(p, i, p->f[i].jf);
	}
}

static void put_network(struct program *p)
{
	put(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PROTOCOL));
	jump(p, BPF_JEQ, ETH_P_IP, IP4, NEXT);
	jump(p, BPF_JEQ, ETH_P_IPV6, IP6, NEXT);
	jump(p, BPF_JEQ, ETH_P_ARP, ARP, DROP);

	put_label(p, IP4);
	put(p, BPF_LD | BPF_H | BPF_ABS, 6);
	jump(p, BPF_JSET, 0x1fff, DROP, NEXT); /* no first fragment: no transport header */
	put(p, BPF_LDX | BPF_B | BPF_MSH, 0);
	put(p, BPF_LD | BPF_B | BPF_ABS, 9);
	jump(p, BPF_JEQ, IPPROTO_ICMP, ICMP, NEXT);
	jump(p, BPF_JEQ, IPPROTO_TCP, TCP, DROP);

	/* ours carry no extension headers */
	put_label(p, IP6);
	put(p, BPF_LDX | BPF_W | BPF_IMM, 40);
	put(p, BPF_LD | BPF_B | BPF_ABS, 6);
	jump(p, BPF_JEQ, IPPROTO_ICMPV6, ICMP6, NEXT);
	jump(p, BPF_JEQ, IPPROTO_TCP, TCP, DROP);
}

/* Errors pass: what they quote is looked at later. The index register holds where ICMP begins. */
static void put_icmp(struct program *p, const struct marks *m)
{
	static const uint8_t errors[] = {
		ICMP_DEST_UNREACH, ICMP_SOURCE_QUENCH, ICMP_REDIRECT, ICMP_TIME_EXCEEDED,
		ICMP_PARAMETERPROB,
	};
	struct pkt token = pkt_view(m->token, sizeof(m->token));

	put_label(p, ICMP);
	put(p, BPF_LD | BPF_B | BPF_IND, 0);
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		jump(p, BPF_JEQ, errors[i], ACCEPT, NEXT);
	jump(p, BPF_JGE, 0, ECHO, ECHO);

	put_label(p, ICMP6);
	put(p, BPF_LD | BPF_B | BPF_IND, 0);
	jump(p, BPF_JGE, 128, NEXT, ACCEPT);
	jump(p, BPF_JEQ, 135, ACCEPT, NEXT); /* neighbour solicitation, advertisement */
	jump(p, BPF_JEQ, 136, ACCEPT, NEXT);

	put_label(p, ECHO);
	put(p, BPF_LD | BPF_W | BPF_IND, 8);
	jump(p, BPF_JEQ, pkt_u32(&token, 0), NEXT, DROP);
	put(p, BPF_LD | BPF_W | BPF_IND, 12);
	jump(p, BPF_JEQ, pkt_u32(&token, 4), ACCEPT, DROP);
}

/* By sequence or acknowledgment number; the low 16 bits are probe and attempt. */
static void put_tcp(struct program *p, const struct marks *m)
{
	put_label(p, TCP);
	for (uint32_t off = 4; off <= 8; off += 4) {
		put(p, BPF_LD | BPF_W | BPF_IND, off);
		put(p, BPF_ALU | BPF_AND | BPF_K, 0xffff0000);
		jump(p, BPF_JEQ, m->seq, ACCEPT, off == 4 ? NEXT : DROP);
	}
}

/* Sender and target address; with more of them than there is room for, all ARP passes. */
#define MAX_ARP 64

static void put_arp(struct program *p, const struct lookout *l)
{
	bool any = false;

	put_label(p, ARP);
	for (uint32_t off = 14; off <= 24; off += 10) {
		put(p, BPF_LD | BPF_W | BPF_ABS, off);
		for (size_t i = 0; i < l->arp.n && i < MAX_ARP; i++) {
			struct pkt a = pkt_view(l->arp.v[i].b, 4);

			if (l->arp.v[i].family != AF_INET)
				continue;
			any = true;
			jump(p, BPF_JEQ, pkt_u32(&a, 0), ACCEPT, NEXT);
		}
	}
	if (any && l->arp.n > MAX_ARP)
		jump(p, BPF_JGE, 0, ACCEPT, ACCEPT);
}

size_t packet_filter(const struct lookout *l, struct sock_filter ret[PACKET_FILTER])
{
	struct program p = { 0 };

	put_network(&p);
	put_icmp(&p, &l->marks);
	put_tcp(&p, &l->marks);
	put_arp(&p, l);
	put_label(&p, DROP);
	put(&p, BPF_RET | BPF_K, 0);
	put_label(&p, ACCEPT);
	put(&p, BPF_RET | BPF_K, SNAPLEN);
	resolve(&p);
	memcpy(ret, p.f, p.n * sizeof(*p.f));
	return p.n;
}

/* --- the socket --- */

static int set_filter(int fd, const struct lookout *l)
{
	struct sock_filter f[PACKET_FILTER];
	struct sock_fprog program = { .filter = f };

	program.len = (unsigned short)packet_filter(l, f);
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0)
		return -errno;
	return 0;
}

/* Without a privilege it becomes as large as net.core.rmem_max allows. */
static void set_buffer(int fd)
{
	const int size = RECEIVE_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
}

int packet_open(const struct lookout *l)
{
	/* protocol 0: nothing is received before the filter stands */
	_cleanup_(closep) int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	const int on = 1;
	int r;

	if (fd < 0)
		return -errno;
	r = set_filter(fd, l);
	if (r < 0)
		return r;
	set_buffer(fd);
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&all, sizeof(all)) < 0)
		return -errno;
	r = fd;
	fd = -1;
	return r;
}

uint32_t packet_dropped(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t n = sizeof(stats);

	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &n) < 0)
		return 0;
	return stats.tp_drops;
}

static uint64_t timestamp(struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		struct timespec ts;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
	}
	return wall_us();
}

static void from_link_layer(struct sighting *s, const struct sockaddr_ll *ll)
{
	s->ifindex = ll->sll_ifindex;
	s->out = ll->sll_pkttype == PACKET_OUTGOING;
	s->otherhost = ll->sll_pkttype == PACKET_OTHERHOST;
	if (ll->sll_halen == sizeof(s->mac))
		memcpy(s->mac, ll->sll_addr, sizeof(s->mac));
}

/* One frame. 1: a sighting of ours, 0: none, or -errno. */
static int receive_frame(int fd, const struct lookout *l, const struct observations *o,
			 struct sighting *s)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec))];
	uint8_t frame[SNAPLEN];
	struct iovec iov = { .iov_base = frame, .iov_len = sizeof(frame) };
	struct sockaddr_ll ll = { 0 };
	struct msghdr m = {
		.msg_name = &ll,
		.msg_namelen = sizeof(ll),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if (!identify_frame(l, o, ntohs(ll.sll_protocol), pkt_view(frame, (size_t)n), s))
		return 0;
	s->us = timestamp(&m);
	from_link_layer(s, &ll);
	return 1;
}

int packet_read(int fd, int ns, const struct lookout *l, struct observations *o)
{
	int count = 0;

	for (int i = 0; i < AT_ONCE; i++) {
		struct sighting s = { .ns = ns };
		int r = receive_frame(fd, l, o, &s);

		if (r == -EINTR)
			continue;
		if (r < 0)
			break;
		if (r == 0)
			continue;
		if (o->sightings.n < OBSERVATIONS_MAX)
			vec_push(&o->sightings, s);
		else
			o->dropped++;
		count++;
	}
	return count;
}
