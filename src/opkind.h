/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * opkind - what the kinds of ops differ in: one row a kind
 *
 * A new kind is a row here, its member of enum op_kind, and its row in apply.c.
 */
#ifndef OPKIND_H
#define OPKIND_H

#include "op.h"

/* The members of struct op that a kind uses; nothing else of it is kept in a journal. */
enum op_uses {
	USES_LINK = 1 << 0,
	USES_SYSCTL = 1 << 1,
	USES_VALUE = 1 << 2,  /* value and old */
	USES_PREFIX = 1 << 3,
	USES_ROUTE = 1 << 4,
	USES_RULE = 1 << 5,
	USES_NEIGH = 1 << 6,
	USES_PLACE = 1 << 7,  /* family, table, chain, before, iptables */
	USES_MATCH = 1 << 8,
	USES_OIF = 1 << 9,
	USES_ANCHOR = 1 << 10,
	USES_FLAG = 1 << 11,
	USES_TO = 1 << 12,
};

struct op_row {
	const char *name;     /* in the journal, for ever */
	unsigned int uses;
	/* Appends the commands that do it or take it back; no undo: it cannot be taken back. */
	void (*commands)(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
	bool no_undo;
	/* Appends how it survives a reboot; NULL: nothing to do. */
	void (*persist)(const struct snapshot *s, const struct op *op, op_strings *ret);
	int (*model)(struct snapshot *s, const struct op *op);
};

extern const struct op_row op_rows[OP_KINDS];

/*
 * Are both the same entry of the kernel's? What changes by itself (flags, counters) does not
 * count.
 */
bool op_same_route(const struct route *a, const struct route *b);
/* Same table, destination, tos and metric: only their order tells such routes apart. */
bool op_rival_route(const struct route *a, const struct route *b);
bool op_same_rule(const struct fib_rule *a, const struct fib_rule *b);

/* A flag of bridge ports, by its name of bridge(8). */
struct port_flag {
	const char *name;
	uint16_t attr;        /* IFLA_BRPORT_* */
	size_t offset;        /* of a bool in struct brport */
};

/* NULL: there is none of this name. */
const struct port_flag *port_flag_find(const char *name);
bool port_flag_get(const struct port_flag *f, const struct brport *p);

/* Words of the journal: a text without spaces and line ends, and back in place (-EINVAL). */
void op_text_put(struct strbuf *b, const char *text);
int op_text_get(char *text);
/* A decimal number without sign, at most max; two hexadecimal digits as a byte, or -1. */
int op_uint_get(const char *text, uint64_t max, uint64_t *ret);
int op_int_get(const char *text, int *ret);
int op_hex_byte(const char *s);

/* opmodel.c */
/* Does the model know this switch (else setting it changes nothing)? */
bool model_has_sysctl(const char *name);
int model_sysctl(struct snapshot *s, const struct op *op);
int model_link_up(struct snapshot *s, const struct op *op);
int model_link_down(struct snapshot *s, const struct op *op);
int model_link_arp(struct snapshot *s, const struct op *op);
int model_link_master(struct snapshot *s, const struct op *op);
int model_link_mtu(struct snapshot *s, const struct op *op);
int model_port_state(struct snapshot *s, const struct op *op);
int model_port_isolated(struct snapshot *s, const struct op *op);
int model_port_flag(struct snapshot *s, const struct op *op);
int model_fdb_del(struct snapshot *s, const struct op *op);
int model_addr_add(struct snapshot *s, const struct op *op);
int model_addr_del(struct snapshot *s, const struct op *op);
int model_route_add(struct snapshot *s, const struct op *op);
int model_route_del(struct snapshot *s, const struct op *op);
int model_rule_del(struct snapshot *s, const struct op *op);
int model_neigh_del(struct snapshot *s, const struct op *op);
int model_nothing(struct snapshot *s, const struct op *op);

/* opcommand.c */
void command_sysctl(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_link_up(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_link_arp(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_link_master(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_link_mtu(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_port_state(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_port_isolated(const struct snapshot *s, const struct op *op, bool undo,
			   op_strings *ret);
void command_port_flag(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_fdb(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_addr(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_route_add(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_route_del(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_rule(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_neigh(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_nft(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);
void command_conntrack(const struct snapshot *s, const struct op *op, bool undo, op_strings *ret);

void persist_sysctl(const struct snapshot *s, const struct op *op, op_strings *ret);
void persist_made(const struct snapshot *s, const struct op *op, op_strings *ret);
void persist_deleted(const struct snapshot *s, const struct op *op, op_strings *ret);
void persist_neigh(const struct snapshot *s, const struct op *op, op_strings *ret);
void persist_firewall(const struct snapshot *s, const struct op *op, op_strings *ret);

#endif
