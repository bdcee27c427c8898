/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * optext - ops as lines of text for the journal, and back
 *
 * "route-add ns=4:4026531840 route.dst=0.0.0.0/0 route.gateway=192.168.0.1":
 * the name of the kind, then every member that the kind uses and that is not
 * zero, in the order of the table. A line is good when writing what was read
 * gives the same line again.
 */
#include "opkind.h"

#include <errno.h>
#include <stdio.h>

enum field_type {
	FIELD_UINT,
	FIELD_INT,
	FIELD_TEXT,   /* const char *, interned */
	FIELD_CHARS,  /* char[] */
	FIELD_ADDR,
	FIELD_PREFIX,
	FIELD_MAC,    /* struct neigh's mac and mac_len */
};

struct field {
	const char *name;
	unsigned int uses;
	enum field_type type;
	size_t offset, size;
};

#define FIELD(u, t, n, m) \
	{ n, USES_##u, FIELD_##t, offsetof(struct op, m), sizeof(((struct op *)0)->m) }

static const struct field fields[] = {
	FIELD(LINK, INT, "if", ifindex),
	FIELD(SYSCTL, TEXT, "sysctl", sysctl),
	FIELD(FLAG, TEXT, "flag", flag),
	FIELD(VALUE, INT, "value", value),
	FIELD(VALUE, INT, "old", old),
	FIELD(PREFIX, PREFIX, "prefix", prefix),
	FIELD(ROUTE, PREFIX, "route.dst", route.dst),
	FIELD(ROUTE, PREFIX, "route.src", route.src),
	FIELD(ROUTE, UINT, "route.table", route.table),
	FIELD(ROUTE, UINT, "route.priority", route.priority),
	FIELD(ROUTE, UINT, "route.type", route.type),
	FIELD(ROUTE, UINT, "route.protocol", route.protocol),
	FIELD(ROUTE, UINT, "route.scope", route.scope),
	FIELD(ROUTE, UINT, "route.tos", route.tos),
	FIELD(ROUTE, ADDR, "route.prefsrc", route.prefsrc),
	FIELD(ROUTE, INT, "route.oif", route.nh.oif),
	FIELD(ROUTE, ADDR, "route.gateway", route.nh.gateway),
	FIELD(ROUTE, UINT, "route.flags", route.nh.flags),
	FIELD(ROUTE, UINT, "route.nexthops", route.nexthops),
	FIELD(ROUTE, UINT, "route.mtu", route.mtu),
	FIELD(RULE, UINT, "rule.family", rule.family),
	FIELD(RULE, UINT, "rule.action", rule.action),
	FIELD(RULE, UINT, "rule.tos", rule.tos),
	FIELD(RULE, UINT, "rule.invert", rule.invert),
	FIELD(RULE, UINT, "rule.priority", rule.priority),
	FIELD(RULE, UINT, "rule.table", rule.table),
	FIELD(RULE, UINT, "rule.target", rule.target),
	FIELD(RULE, UINT, "rule.mark", rule.mark),
	FIELD(RULE, UINT, "rule.mask", rule.mask),
	FIELD(RULE, PREFIX, "rule.src", rule.src),
	FIELD(RULE, PREFIX, "rule.dst", rule.dst),
	FIELD(RULE, CHARS, "rule.iif", rule.iif),
	FIELD(RULE, CHARS, "rule.oif", rule.oif),
	FIELD(RULE, INT, "rule.suppress", rule.suppress_prefixlen),
	FIELD(RULE, UINT, "rule.proto", rule.ip_proto),
	FIELD(RULE, UINT, "rule.sport-min", rule.sport_min),
	FIELD(RULE, UINT, "rule.sport-max", rule.sport_max),
	FIELD(RULE, UINT, "rule.dport-min", rule.dport_min),
	FIELD(RULE, UINT, "rule.dport-max", rule.dport_max),
	FIELD(RULE, UINT, "rule.has-uid", rule.has_uid),
	FIELD(RULE, UINT, "rule.uid-min", rule.uid_min),
	FIELD(RULE, UINT, "rule.uid-max", rule.uid_max),
	FIELD(RULE, UINT, "rule.l3mdev", rule.l3mdev),
	FIELD(NEIGH, ADDR, "neigh.addr", neigh.addr),
	FIELD(NEIGH, MAC, "neigh.mac", neigh.mac),
	FIELD(NEIGH, UINT, "neigh.state", neigh.state),
	FIELD(NEIGH, UINT, "neigh.flags", neigh.flags),
	FIELD(PLACE, UINT, "family", family),
	FIELD(PLACE, TEXT, "table", table),
	FIELD(PLACE, TEXT, "chain", chain),
	FIELD(PLACE, UINT, "before", before),
	FIELD(PLACE, UINT, "iptables", iptables),
	FIELD(ANCHOR, UINT, "anchor", anchor),
	FIELD(MATCH, PREFIX, "match.src", match.src),
	FIELD(MATCH, PREFIX, "match.dst", match.dst),
	FIELD(MATCH, INT, "match.iif", match.iif),
	FIELD(MATCH, INT, "match.oif", match.oif),
	FIELD(MATCH, INT, "match.proto", match.proto),
	FIELD(MATCH, UINT, "match.dport", match.dport),
	FIELD(MATCH, UINT, "match.sport", match.sport),
	FIELD(MATCH, UINT, "match.icmp-type", match.icmp_type),
	FIELD(MATCH, UINT, "match.established", match.established),
	FIELD(OIF, INT, "oif", oif),
	FIELD(TO, ADDR, "to", to),
	FIELD(TO, UINT, "to-port", to_port),
};

/* --- writing -------------------------------------------------------------- */

/* Spaces, control characters and everything else that could end a word are written as %NN. */
void op_text_put(struct strbuf *b, const char *text)
{
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c <= 0x20 || *c >= 0x7f || *c == '%')
			strbuf_printf(b, "%%%02x", *c);
		else
			strbuf_putc(b, (char)*c);
	}
}

static uint64_t uint_at(const void *p, size_t size)
{
	switch (size) {
	case 1:
		return *(const uint8_t *)p;
	case 2:
		return *(const uint16_t *)p;
	case 4:
		return *(const uint32_t *)p;
	default:
		return *(const uint64_t *)p;
	}
}

static bool is_unset(const struct field *f, const void *p)
{
	switch (f->type) {
	case FIELD_UINT:
		return uint_at(p, f->size) == 0;
	case FIELD_INT:
		return *(const int *)p == 0;
	case FIELD_TEXT:
		return !*(const char *const *)p;
	case FIELD_CHARS:
		return *(const char *)p == '\0';
	case FIELD_ADDR:
		return !addr_is_set(p);
	case FIELD_PREFIX:
		return !addr_is_set(&((const struct prefix *)p)->addr);
	case FIELD_MAC:
		return false;
	}
	return true;
}

static void put_mac(struct strbuf *b, const struct neigh *n)
{
	for (size_t i = 0; i < n->mac_len && i < sizeof(n->mac); i++)
		strbuf_printf(b, "%02x", n->mac[i]);
}

static void put_value(struct strbuf *b, const struct field *f, const struct op *op)
{
	const void *p = (const char *)op + f->offset;

	switch (f->type) {
	case FIELD_UINT:
		strbuf_printf(b, "%llu", (unsigned long long)uint_at(p, f->size));
		return;
	case FIELD_INT:
		strbuf_printf(b, "%d", *(const int *)p);
		return;
	case FIELD_TEXT:
		op_text_put(b, *(const char *const *)p);
		return;
	case FIELD_CHARS:
		op_text_put(b, p);
		return;
	case FIELD_ADDR:
		strbuf_puts(b, addr_text(p).s);
		return;
	case FIELD_PREFIX:
		strbuf_puts(b, prefix_text(p).s);
		return;
	case FIELD_MAC:
		put_mac(b, &op->neigh);
		return;
	}
}

void op_serialize(const struct snapshot *s, const struct op *op, struct strbuf *b)
{
	const struct ns *ns = snapshot_ns(s, op->ns);

	strbuf_printf(b, "%s ns=%llu:%llu", op_rows[op->kind].name, (unsigned long long)ns->dev,
		      (unsigned long long)ns->inode);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct field *f = &fields[i];
		const void *p = (const char *)op + f->offset;

		if (!(op_rows[op->kind].uses & f->uses) || is_unset(f, p))
			continue;
		strbuf_printf(b, " %s=", f->name);
		put_value(b, f, op);
	}
}

/* --- reading -------------------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

int op_hex_byte(const char *s)
{
	int high = hex_digit(s[0]), low = high < 0 ? -1 : hex_digit(s[1]);

	return low < 0 ? -1 : high << 4 | low;
}

/* Undoes op_text_put() in place. */
int op_text_get(char *text)
{
	char *out = text;

	for (char *c = text; *c; c++) {
		int byte = (unsigned char)*c;

		if (*c == '%') {
			byte = op_hex_byte(c + 1);
			if (byte <= 0)
				return -EINVAL;
			c += 2;
		}
		*out++ = (char)byte;
	}
	*out = '\0';
	return 0;
}

int op_uint_get(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		uint64_t digit = (uint64_t)(*text - '0');

		if (*text < '0' || *text > '9' || value > (UINT64_MAX - digit) / 10)
			return -EINVAL;
		value = value * 10 + digit;
	}
	if (value > max)
		return -EINVAL;
	*ret = value;
	return 0;
}

static int read_uint(const char *text, void *p, size_t size)
{
	uint64_t value;

	if (op_uint_get(text, size == 8 ? UINT64_MAX : (UINT64_C(1) << size * 8) - 1, &value) < 0)
		return -EINVAL;
	if (size == 1)
		*(uint8_t *)p = (uint8_t)value;
	else if (size == 2)
		*(uint16_t *)p = (uint16_t)value;
	else if (size == 4)
		*(uint32_t *)p = (uint32_t)value;
	else
		*(uint64_t *)p = value;
	return 0;
}

/* A bool holds 0 or 1 and nothing else, so it is read by its own rule. */
static bool is_bool(const struct field *f)
{
	static const size_t bools[] = {
		offsetof(struct op, rule.invert), offsetof(struct op, rule.has_uid),
		offsetof(struct op, rule.l3mdev), offsetof(struct op, iptables),
		offsetof(struct op, match.established),
	};

	for (size_t i = 0; i < ARRAY_SIZE(bools); i++)
		if (f->offset == bools[i])
			return true;
	return false;
}

int op_int_get(const char *text, int *ret)
{
	bool minus = *text == '-';
	uint64_t value;

	if (op_uint_get(text + minus, INT32_MAX, &value) < 0)
		return -EINVAL;
	*ret = minus ? -(int)value : (int)value;
	return 0;
}

static int read_prefix(char *text, struct prefix *ret)
{
	char *slash = strchr(text, '/');
	uint64_t len;

	if (!slash)
		return -EINVAL;
	*slash = '\0';
	if (addr_parse(text, &ret->addr) < 0 ||
	    op_uint_get(slash + 1, addr_len(ret->addr.family) * 8, &len) < 0)
		return -EINVAL;
	ret->len = (uint8_t)len;
	return 0;
}

static int read_mac(const char *text, struct neigh *ret)
{
	size_t n = strlen(text);

	if (n % 2 || n / 2 > sizeof(ret->mac))
		return -EINVAL;
	for (size_t i = 0; i < n / 2; i++) {
		int byte = op_hex_byte(text + i * 2);

		if (byte < 0)
			return -EINVAL;
		ret->mac[i] = (uint8_t)byte;
	}
	ret->mac_len = (uint8_t)(n / 2);
	return 0;
}

static int read_chars(char *text, char *p, size_t size)
{
	if (op_text_get(text) < 0 || strlen(text) >= size)
		return -EINVAL;
	str_copy(p, size, text);
	return 0;
}

static int read_value(struct snapshot *s, const struct field *f, char *text, struct op *op)
{
	void *p = (char *)op + f->offset;

	switch (f->type) {
	case FIELD_UINT:
		if (is_bool(f) && !streq(text, "1"))
			return -EINVAL;
		return read_uint(text, p, f->size);
	case FIELD_INT:
		return op_int_get(text, p);
	case FIELD_TEXT:
		if (op_text_get(text) < 0)
			return -EINVAL;
		*(const char **)p = snapshot_intern(s, text);
		return 0;
	case FIELD_CHARS:
		return read_chars(text, p, f->size);
	case FIELD_ADDR:
		return addr_parse(text, p);
	case FIELD_PREFIX:
		return read_prefix(text, p);
	case FIELD_MAC:
		return read_mac(text, &op->neigh);
	}
	return -EINVAL;
}

static int read_kind(const char *name, enum op_kind *ret)
{
	for (size_t i = 0; i < OP_KINDS; i++) {
		if (streq(op_rows[i].name, name)) {
			*ret = (enum op_kind)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* "ns=DEV:INODE" */
static int read_ns(struct snapshot *s, char *word, int *ret)
{
	char *colon = strchr(word, ':'), name[32];
	uint64_t dev, inode;
	int ns;

	if (!str_starts(word, "ns=") || !colon)
		return -EINVAL;
	*colon = '\0';
	if (op_uint_get(word + 3, UINT64_MAX, &dev) < 0 ||
	    op_uint_get(colon + 1, UINT64_MAX, &inode) < 0)
		return -EINVAL;
	ns = snapshot_find(s, inode);
	if (ns < 0) {
		snprintf(name, sizeof(name), "netns:%llu", (unsigned long long)inode);
		ns = snapshot_add(s, name, inode);
		s->ns.v[ns].dev = dev;
	}
	*ret = ns;
	return 0;
}

/* The field called that in ops of this kind, or NULL. */
static const struct field *find_field(const char *name, enum op_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		if ((op_rows[kind].uses & fields[i].uses) && streq(fields[i].name, name))
			return &fields[i];
	return NULL;
}

static int read_field(struct snapshot *s, char *word, struct op *op)
{
	char *equals = strchr(word, '=');
	const struct field *f;

	if (!equals)
		return -EINVAL;
	*equals = '\0';
	f = find_field(word, op->kind);
	return f ? read_value(s, f, equals + 1, op) : -EINVAL;
}

static bool writes_as(const struct snapshot *s, const struct op *op, const char *line)
{
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	op_serialize(s, op, &b);
	return streq(strbuf_str(&b), line);
}

int op_parse(struct snapshot *s, const char *line, struct op *ret_op)
{
	_cleanup_(freep) char *copy = xstrdup(line);
	struct op op = { .route.raw = SIZE_MAX, .rule.raw = SIZE_MAX, .neigh.raw = SIZE_MAX };
	char *rest = NULL, *word = strtok_r(copy, " ", &rest);

	if (!word || read_kind(word, &op.kind) < 0)
		return -EINVAL;
	word = strtok_r(NULL, " ", &rest);
	if (!word || read_ns(s, word, &op.ns) < 0)
		return -EINVAL;
	while ((word = strtok_r(NULL, " ", &rest)))
		if (read_field(s, word, &op) < 0)
			return -EINVAL;
	op.neigh.ifindex = op.ifindex;
	if (!writes_as(s, &op, line))
		return -EINVAL;
	*ret_op = op;
	return 0;
}
