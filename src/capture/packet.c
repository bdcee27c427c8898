/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libpcap on "any" sees every interface of its namespace, inwards and outwards,
 * and hands out frames from the network header on, whatever the kind of
 * interface (DLT_LINUX_SLL2). The kernel stamps a packet when it puts it into
 * the ring, the first one too.
 */
#include "capture/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <pcap/sll.h>

#include "strbuf.h"

/* Room for 2850 packets; twice as much takes twice as long to open. */
#define RING_SIZE (1 << 20)
/* A flood of other people's ICMP errors must not keep us from our timers. */
#define AT_ONCE 1024

struct packets {
	pcap_t *pcap;
	int lo; /* index of the interface whose outgoing packets libpcap leaves out */
	uint32_t dropped;
};

/* --- the filter --- */

/*
 * Errors pass: what they quote is looked at later. pcap's tcp[] and icmp[] are
 * those of IPv4, in an unfragmented packet or first fragment. Ours of IPv6
 * carry no extension headers. Of TCP, the low 16 bits of the sequence or
 * acknowledgment number are probe and attempt.
 */
static void put_probes(struct strbuf *e, const struct marks *m)
{
	struct pkt k = pkt_view(m->token, sizeof(m->token));
	uint32_t t0 = pkt_u32(&k, 0), t1 = pkt_u32(&k, 4);

	strbuf_printf(e,
		      "icmp[icmptype] = icmp-unreach or icmp[icmptype] = icmp-sourcequench or "
		      "icmp[icmptype] = icmp-redirect or icmp[icmptype] = icmp-timxceed or "
		      "icmp[icmptype] = icmp-paramprob or (icmp[8:4] = %u and icmp[12:4] = %u)",
		      t0, t1);
	/* 135 and 136: neighbour solicitation, advertisement */
	strbuf_printf(e,
		      " or (ip6[6] = 58 and (ip6[40] < 128 or ip6[40] = 135 or ip6[40] = 136 or "
		      "(ip6[48:4] = %u and ip6[52:4] = %u)))",
		      t0, t1);
	strbuf_printf(e,
		      " or tcp[4:4] & 0xffff0000 = %u or tcp[8:4] & 0xffff0000 = %u or "
		      "(ip6[6] = 6 and (ip6[44:4] & 0xffff0000 = %u or ip6[48:4] & 0xffff0000 = %u))",
		      m->seq, m->seq, m->seq, m->seq);
}

/*
 * Datagrams: what may answer ours, and those with the token, at the places
 * where identify.h has it. A read past the end of a packet would end the filter, so its
 * length is looked at first.
 */
static void put_datagrams(struct strbuf *e, const struct lookout *l)
{
	static const unsigned int places[] = { 8, 8 + DNS_TOKEN_AT };
	struct pkt k = pkt_view(l->marks.token, sizeof(l->marks.token));
	uint32_t t0 = pkt_u32(&k, 0), t1 = pkt_u32(&k, 4);

	vec_each(p, &l->peers)
		strbuf_printf(e, " or (udp src port %u and src host %s)", p->port,
			      addr_text(&p->addr).s);
	for (size_t i = 0; l->peers.n > 0 && i < ARRAY_SIZE(places); i++) {
		unsigned int at = places[i];

		strbuf_printf(e, " or (udp[4:2] >= %u and udp[%u:4] = %u and udp[%u:4] = %u)", at + 8,
			      at, t0, at + 4, t1);
		strbuf_printf(e,
			      " or (ip6[6] = 17 and ip6[4:2] >= %u and ip6[%u:4] = %u and "
			      "ip6[%u:4] = %u)",
			      at + 8, 40 + at, t0, 44 + at, t1);
	}
}

/* Sender and target address; with more of them than this, all ARP passes. */
#define MAX_ARP 64

static void put_arp(struct strbuf *e, const struct lookout *l)
{
	bool any = false;

	vec_each(addr, &l->arp) {
		struct pkt a = pkt_view(addr->b, 4);
		uint32_t v = pkt_u32(&a, 0);

		if (addr->family != AF_INET)
			continue;
		any = true;
		if (l->arp.n <= MAX_ARP)
			strbuf_printf(e, " or arp[14:4] = %u or arp[24:4] = %u", v, v);
	}
	if (any && l->arp.n > MAX_ARP)
		strbuf_puts(e, " or arp");
}

int packet_filter(const struct lookout *l, struct bpf_program *ret)
{
	struct strbuf e = { 0 };
	pcap_t *pcap = pcap_open_dead(DLT_LINUX_SLL2, OBSERVE_SNAPLEN);
	int r = -ENOMEM;

	put_probes(&e, &l->marks);
	put_datagrams(&e, l);
	put_arp(&e, l);
	if (pcap) {
		r = pcap_compile(pcap, ret, strbuf_str(&e), 1, PCAP_NETMASK_UNKNOWN) < 0 ? -EINVAL : 0;
		pcap_close(pcap);
	}
	strbuf_done(&e);
	return r;
}

/* --- the capture --- */

/* What errno says is all there is to know of most errors. */
static int activate(pcap_t *pcap, uint32_t ring)
{
	int r;

	pcap_set_snaplen(pcap, OBSERVE_SNAPLEN);
	pcap_set_buffer_size(pcap, ring ? (int)ring : RING_SIZE);
	pcap_set_immediate_mode(pcap, 1);
	errno = 0;
	r = pcap_activate(pcap);
	if (r >= 0)
		return 0;
	if (r == PCAP_ERROR_PERM_DENIED)
		return -EPERM;
	return errno > 0 ? -errno : -EIO;
}

static int set_up(struct packets *p, uint32_t ring)
{
	struct bpf_insn drop = BPF_STMT(BPF_RET | BPF_K, 0);
	struct bpf_program nothing = { 1, &drop };
	char text[PCAP_ERRBUF_SIZE];
	int r = activate(p->pcap, ring);

	if (r < 0)
		return r;
	return pcap_set_datalink(p->pcap, DLT_LINUX_SLL2) < 0 || pcap_setfilter(p->pcap, &nothing) < 0 ||
	       pcap_setnonblock(p->pcap, 1, text) < 0 ? -EIO : 0;
}

int packet_open(uint32_t ring, struct packets **ret)
{
	char text[PCAP_ERRBUF_SIZE];
	struct packets *p = xcalloc(1, sizeof(*p));
	int r;

	p->lo = (int)if_nametoindex("lo");
	p->pcap = pcap_create("any", text);
	r = p->pcap ? set_up(p, ring) : -ENOMEM;
	if (r < 0)
		packet_close(p);
	else
		*ret = p;
	return r;
}

int packet_look(struct packets *p, const struct lookout *l)
{
	struct bpf_program filter = { 0 };
	int r = packet_filter(l, &filter);

	if (r < 0)
		return r;
	/* what came before the filter goes through it, too, when it is read */
	r = pcap_setfilter(p->pcap, &filter) < 0 ? -EIO : 0;
	pcap_freecode(&filter);
	packet_dropped(p); /* none of ours so far */
	return r;
}

int packet_fd(const struct packets *p)
{
	return pcap_get_selectable_fd(p->pcap);
}

void packet_close(struct packets *p)
{
	if (!p)
		return;
	if (p->pcap)
		pcap_close(p->pcap);
	free(p);
}

uint32_t packet_dropped(struct packets *p)
{
	struct pcap_stat stats = { 0 };
	uint32_t before = p->dropped;

	if (pcap_stats(p->pcap, &stats) < 0)
		return 0;
	p->dropped = stats.ps_drop;
	return p->dropped - before;
}

static void from_link_layer(struct sighting *s, const struct sll2_header *ll)
{
	s->ifindex = (int)ntohl(ll->sll2_if_index);
	s->out = ll->sll2_pkttype == LINUX_SLL_OUTGOING;
	s->otherhost = ll->sll2_pkttype == LINUX_SLL_OTHERHOST;
	if (ll->sll2_halen == sizeof(s->mac))
		memcpy(s->mac, ll->sll2_addr, sizeof(s->mac));
}

/* Is it one of ours? */
static bool read_frame(const struct pcap_pkthdr *h, const uint8_t *frame, const struct lookout *l,
		       const struct observations *o, struct sighting *s)
{
	struct sll2_header ll;

	s->us = (uint64_t)h->ts.tv_sec * 1000000 + (uint64_t)h->ts.tv_usec;
	if (s->us < l->since_us || h->caplen < sizeof(ll))
		return false;
	memcpy(&ll, frame, sizeof(ll));
	if (!identify_frame(l, o, ntohs(ll.sll2_protocol),
			    pkt_view(frame + sizeof(ll), h->caplen - sizeof(ll)), s))
		return false;
	from_link_layer(s, &ll);
	return true;
}

static int note(struct observations *o, const struct sighting *s)
{
	if (!observations_full(o, o->sightings.n))
		vec_push(&o->sightings, *s);
	else
		o->dropped++;
	return 1;
}

/* What is lost for want of room has no bytes either. */
static void keep_frame(struct observations *o, const struct pcap_pkthdr *h, const uint8_t *frame,
		       struct sighting *s)
{
	if (observations_full(o, o->sightings.n))
		return;
	s->frame_at = o->frames.n;
	s->frame_n = h->caplen;
	s->frame_size = h->len;
	for (size_t i = 0; i < h->caplen; i++)
		vec_push(&o->frames, frame[i]);
}

/*
 * libpcap leaves out what the loopback sends (linux_check_direction() of
 * pcap-linux.c), since all of it arrives there again at once; so what arrives
 * there was sent there.
 */
static int note_both_ends(const struct packets *p, struct observations *o,
			  const struct sighting *s)
{
	struct sighting sent = *s;
	int count = 0;

	sent.out = true;
	sent.frame_n = 0; /* it was captured once */
	if (s->ifindex == p->lo && !s->out)
		count = note(o, &sent);
	return count + note(o, s);
}

int packet_read(struct packets *p, int ns, const struct lookout *l, struct observations *o)
{
	struct pcap_pkthdr *h;
	const uint8_t *frame;
	int count = 0;

	for (int i = 0; i < AT_ONCE && pcap_next_ex(p->pcap, &h, &frame) == 1; i++) {
		struct sighting s = { .ns = ns };

		if (!read_frame(h, frame, l, o, &s))
			continue;
		if (l->keep_frames)
			keep_frame(o, h, frame, &s);
		count += note_both_ends(p, o, &s);
	}
	return count;
}
