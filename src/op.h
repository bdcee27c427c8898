/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * op - a change as data: printed as a command, tried on the model, applied, taken back
 *
 * An op names what it changes by number. It is pure data until op_apply (fix's
 * business, in apply.c); everything here touches nothing.
 */
#ifndef OP_H
#define OP_H

#include "firewall.h"
#include "model.h"
#include "strbuf.h"

enum op_kind {
	OP_SYSCTL,      /* sysctl: name "net.ipv4.ip_forward", new value */
	OP_LINK_UP,     /* ip link set X up */
	OP_LINK_ARP,    /* ip link set X arp on */
	OP_LINK_MASTER, /* ip link set X master BR */
	OP_LINK_MTU,    /* ip link set X mtu N */
	OP_PORT_STATE,  /* bridge link set dev X state 3 */
	OP_PORT_ISOLATED, /* bridge link set dev X isolated off */
	OP_PORT_FLAG,   /* bridge link set dev X FLAG on */
	OP_FDB_DEL,     /* bridge fdb del MAC dev X master */
	OP_ADDR_ADD,    /* ip addr add A/P dev X */
	OP_ROUTE_ADD,   /* ip route add … */
	OP_ROUTE_DEL,   /* ip route del …; undo adds exactly that message again */
	OP_RULE_DEL,    /* ip rule del … */
	OP_NEIGH_DEL,   /* ip neigh del … */
	OP_NFT_ACCEPT,  /* insert an accept before a rule, or at the end of a chain whose policy drops */
	OP_NFT_MASQUERADE, /* masquerade a prefix on an uplink */
	OP_LEGACY_ACCEPT, /* the same two in a table of legacy iptables */
	OP_LEGACY_MASQUERADE,
	OP_NFT_DNAT,    /* lead what comes for a port of the host to a service behind it */
	OP_LEGACY_DNAT,
	OP_CT_DELETE,   /* delete the conntrack entries of one flow's source; has no undo */
};

#define OP_KINDS (OP_CT_DELETE + 1)

/* The match of an accept rule: only what is set is matched. */
struct op_match {
	struct prefix src, dst;     /* family unset: any */
	int iif, oif;               /* 0: any */
	int proto;                  /* IPPROTO_*, 0: any */
	uint16_t dport, sport;      /* 0: any */
	uint8_t icmp_type;          /* with proto IPPROTO_ICMPV6; 0: any */
	bool established;           /* ct state established,related only */
};

struct op {
	enum op_kind kind;
	int ns;                     /* index in the snapshot */
	int ifindex;                /* the link concerned */
	const char *sysctl;         /* OP_SYSCTL; interned */
	const char *flag;           /* OP_PORT_FLAG: its name of bridge(8); interned */
	int value;                  /* sysctl's new value, mtu, master's ifindex, port state */
	int old;                    /* the value before */
	struct prefix prefix;       /* OP_ADDR_ADD; the source: OP_*_MASQUERADE, OP_CT_DELETE */
	struct route route;         /* OP_ROUTE_* ; raw is the kernel's message where there is one */
	struct fib_rule rule;       /* OP_RULE_DEL */
	struct neigh neigh;         /* OP_NEIGH_DEL; OP_FDB_DEL: mac, state and flags of the entry at the port ifindex */

	/* OP_NFT_*, OP_LEGACY_*: the place. For NAT, table NULL means that a table of our own is made. */
	uint8_t family;             /* NFPROTO_* */
	const char *table, *chain;  /* interned */
	uint64_t before;            /* handle (legacy: number) of the rule to stand before; 0: append */
	uint64_t anchor;            /* OP_LEGACY_*: that rule's fingerprint, as numbers change */
	struct op_match match;      /* of OP_CT_DELETE only dst counts */
	int oif;                    /* OP_*_MASQUERADE */
	struct addr to;             /* OP_*_DNAT: whom it is led to … */
	uint16_t to_port;           /* … and to which port */
	bool iptables;              /* write it as iptables-nft would */
	uint64_t handle;            /* of the new rule once the kernel gave it one, 0: not known */
};

/* The commands that a person could paste instead, one string each, appended to ret (free them). */
typedef VEC(char *) op_strings;

void op_commands(const struct snapshot *s, const struct op *op, op_strings *ret);
void op_undo_commands(const struct snapshot *s, const struct op *op, op_strings *ret);
/* How the change survives a reboot, as commands or advice; may add nothing. */
void op_persist(const struct snapshot *s, const struct op *op, op_strings *ret);

/*
 * Does to the model what the kernel would do: a link that goes up gets its
 * connected routes back, an address brings its routes, and so on. s must be a
 * copy of its own (snapshot_copy). Returns 0 or -errno where the change would
 * be refused.
 */
int op_model(struct snapshot *s, const struct op *op);

/*
 * Ops for the firewall, in the right place and backend.
 * op_accept: before rule `ref` (or against the policy) of a chain, accept match.
 * op_masquerade: where the host's other source NAT lives, or in a table of our own.
 * op_dnat: the same for what comes in; match says for whom, with a protocol and a port.
 * Return 0, or -ENOTSUP where no safe place exists (the fix is then only advice).
 */
int op_accept(struct snapshot *s, int ns, const struct nft_chain *chain, uint64_t handle,
	      const struct op_match *match, struct op *ret_op);
int op_masquerade(struct snapshot *s, int ns, const struct prefix *src, int oif, struct op *ret_op);
int op_dnat(struct snapshot *s, int ns, const struct op_match *match, const struct addr *to, uint16_t to_port,
	    struct op *ret_op);
/* Lets such an op's rule stand before the one with this handle (0: at the end of its chain). */
void op_place_before(const struct snapshot *s, struct op *op, uint64_t handle);

/*
 * One line of text per op for the journal, and back (-EINVAL on anything that
 * it did not write). Namespaces are written by inode; one that the snapshot
 * does not know is added to it, empty. Raw messages are not part of it: before
 * a change is made the journal keeps what the kernel itself says.
 */
void op_serialize(const struct snapshot *s, const struct op *op, struct strbuf *b);
int op_parse(struct snapshot *s, const char *line, struct op *ret_op);

/*
 * The file of a sysctl, "/proc/sys/net/ipv4/conf/eth0.100/rp_filter" (free
 * it). An interface's name may hold dots ("net.ipv4.conf.eth0.100.rp_filter");
 * sysctl(8) wants slashes there, which are taken, too.
 */
char *op_sysctl_path(const char *name);

/* How a person runs a program (a word) in a namespace, or "ip", which wants to be told of IPv6 (AF_INET6). Free it. */
char *op_program_in(const struct snapshot *s, int ns, const char *program);
char *op_ip_in(const struct snapshot *s, int ns, uint8_t family);

/* A word of a command line, quoted where a shell would see anything but itself in it. */
void op_shell_word(struct strbuf *b, const char *word);

void op_strings_free(op_strings *v);

#endif
