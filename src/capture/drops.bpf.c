/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs in the kernel, wherever it throws a packet away: copies those that can
 * be probes of ours, or their answers, in the namespaces on the way. Whether
 * they are is decided in user space (capture/identify.c).
 *
 * Of the kernel's structures only what is used is declared here; where it lies
 * in those of the running kernel its BTF tells when this is loaded (CO-RE).
 * The tracepoint's third argument, the reason, is there since Linux 5.17.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "capture/candidate.h"

#define KERNEL __attribute__((preserve_access_index))

struct ns_common {
	unsigned int inum;
} KERNEL;

struct net {
	struct ns_common ns;
} KERNEL;

typedef struct {
	struct net *net;
} KERNEL possible_net_t;

struct net_device {
	int ifindex;
	possible_net_t nd_net;
} KERNEL;

struct sock_common {
	possible_net_t skc_net;
} KERNEL;

struct sock {
	struct sock_common __sk_common;
} KERNEL;

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	__be16 protocol;
	__u16 network_header;
	unsigned char *head;
	unsigned int tail; /* from head on: so it is where pointers have 64 bits */
} KERNEL;

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct drops_wanted);
} wanted SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, DROPS_RING);
} events SEC(".maps");

static bool is_wanted_ns(const struct drops_wanted *w, unsigned int netns)
{
	for (unsigned int i = 0; i < DROPS_NAMESPACES; i++) {
		if (i >= w->n)
			return false;
		if (w->netns[i] == netns)
			return true;
	}
	return false;
}

/* at: the network header */
static bool is_candidate(const struct drops_wanted *w, __u16 ethertype, const unsigned char *at)
{
	struct transport t = { 0 };
	unsigned char ip[10];
	__u32 length = 40;

	if (ethertype == ETH_P_ARP)
		return true;
	if ((ethertype != ETH_P_IP && ethertype != ETH_P_IPV6) || bpf_probe_read_kernel(ip, sizeof(ip), at))
		return false;
	if (ethertype == ETH_P_IP)
		length = (ip[0] & 15) * 4;
	if (bpf_probe_read_kernel(&t, sizeof(t), at + length))
		return false;
	return may_be_ours(w, ethertype == ETH_P_IP ? ip[9] : ip[6], &t);
}

/* A packet of this namespace's own has no interface before it is routed. */
static unsigned int netns_of(struct sk_buff *skb)
{
	if (BPF_CORE_READ(skb, dev))
		return BPF_CORE_READ(skb, dev, nd_net.net, ns.inum);
	return BPF_CORE_READ(skb, sk, __sk_common.skc_net.net, ns.inum);
}

static void fill(struct drops_event *e, struct sk_buff *skb, const unsigned char *at, __u32 n, __u64 location)
{
	static const char format[] = "%ps";

	if (n >= sizeof(e->bytes))
		n = sizeof(e->bytes) - 1;
	/* the verifier has to see the bound in the register that is passed on */
	barrier_var(n);
	n &= sizeof(e->bytes) - 1;
	e->n = n;
	e->ifindex = BPF_CORE_READ(skb, dev, ifindex);
	e->ethertype = bpf_ntohs(BPF_CORE_READ(skb, protocol));
	bpf_snprintf(e->function, sizeof(e->function), format, &location, sizeof(location));
	if (bpf_probe_read_kernel(e->bytes, n, at))
		e->n = 0;
}

SEC("tp_btf/kfree_skb")
int BPF_PROG(on_drop, struct sk_buff *skb, void *location, int reason)
{
	__u32 zero = 0, header = BPF_CORE_READ(skb, network_header), tail = BPF_CORE_READ(skb, tail);
	const unsigned char *at = BPF_CORE_READ(skb, head) + header;
	struct drops_wanted *w = bpf_map_lookup_elem(&wanted, &zero);
	unsigned int netns = netns_of(skb);
	struct drops_event *e;

	if (!w || tail <= header || !is_wanted_ns(w, netns) ||
	    !is_candidate(w, bpf_ntohs(BPF_CORE_READ(skb, protocol)), at))
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		__sync_fetch_and_add(&w->lost, 1);
		return 0;
	}
	e->netns = netns;
	e->reason = reason;
	__builtin_memset(e->macs, 0, sizeof(e->macs));
	fill(e, skb, at, tail - header, (__u64)location);
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/* The kernel gives bpf_snprintf() to programs under its own licence only: this is one of the names that it knows. */
const char licence[] SEC("license") = "GPL";
