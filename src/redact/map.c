/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "redact/map.h"

#include <ctype.h>
#include <stdlib.h>

/* --- addresses -------------------------------------------------------------- */

/* One bit of all addresses that begin alike. */
struct bit {
	uint32_t next[2];   /* index; 0: none begins so */
	bool fixed[2];      /* what begins so stays as it is, up to here */
	bool flip;          /* where only one of both is there */
};

typedef VEC(struct bit) trie;

/* --- names ------------------------------------------------------------------ */

/* All names that begin alike: what the next letter or digit becomes. */
struct letters {
	uint32_t child, sibling; /* index; 0: none */
	char c;             /* by which it is reached */
	bool noted;         /* it is a name by itself */
	bool numbered;      /* a known beginning, and nothing but digits since */
	char becomes[128];
};

struct mac {
	uint8_t was[6], is[6];
};

struct replaced {
	char *was, *is;
};

/* Ranges of which an address stays in the one that it is in: by so many leading bits, or with all of them. */
static const struct range {
	const char *first;
	unsigned int bits;
	bool all;
} ranges[] = {
	{ "0.0.0.0", 8, true },       { "10.0.0.0", 8, false },      { "100.64.0.0", 10, false },
	{ "127.0.0.0", 8, true },     { "169.254.0.0", 16, true },   { "172.16.0.0", 12, false },
	{ "192.168.0.0", 16, false }, { "224.0.0.0", 3, true },
	/* addresses for documentation, which stand for the outside in the model (predict.c, run.c) */
	{ "192.0.2.71", 32, true },   { "198.51.100.71", 32, true }, { "203.0.113.71", 32, true },
	{ "203.0.113.29", 32, true },
	{ "::", 120, true },          { "::ffff:0:0", 96, true },   { "64:ff9b::", 96, false },
	{ "fc00::", 7, false },       { "fe80::", 64, false },       { "ff00::", 8, true },
	{ "2001:db8:7171::71", 128, true }, { "2001:db8:2929:29::29", 128, true }, { "3fff:71::71", 128, true },
};

#define RANGES ARRAY_SIZE(ranges)

struct redact_map {
	trie four, six;
	VEC(struct letters) letters;
	VEC(struct mac) macs;
	VEC(struct replaced) names;
	VEC(struct addr) addrs;      /* whole ones, as they were */
	struct addr first[RANGES];   /* of ranges[], parsed */
	uint32_t chance[256];        /* random numbers: the kernel is not asked for each … */
	size_t chances;              /* … of those that are left */
};

static uint32_t random_below(struct redact_map *m, uint32_t n)
{
	if (!m->chances) {
		random_bytes(m->chance, sizeof(m->chance));
		m->chances = ARRAY_SIZE(m->chance);
	}
	return m->chance[--m->chances] % n;
}

/* --- addresses -------------------------------------------------------------- */

static bool bit_of(const uint8_t *bytes, unsigned int i)
{
	return bytes[i / 8] >> (7 - i % 8) & 1;
}

static trie *trie_of(struct redact_map *m, uint8_t family)
{
	return family == AF_INET6 ? &m->six : &m->four;
}

static uint32_t add_bit(struct redact_map *m, trie *t)
{
	struct bit *b = vec_add(t);

	b->flip = random_below(m, 2);
	return (uint32_t)t->n - 1;
}

/* Whether it was not there yet. */
static bool insert(struct redact_map *m, trie *t, const uint8_t *bytes, unsigned int bits, unsigned int fixed)
{
	uint32_t at = 0;
	bool is_new = false;

	for (unsigned int i = 0; i < bits; i++) {
		bool one = bit_of(bytes, i);

		is_new = !t->v[at].next[one];
		if (is_new) {
			uint32_t next = add_bit(m, t);

			t->v[at].next[one] = next;
		}
		if (i < fixed)
			t->v[at].fixed[one] = true;
		at = t->v[at].next[one];
	}
	return is_new;
}

/* How many leading bits of an address stay, because of where it is. */
static unsigned int fixed_bits(const struct redact_map *m, uint8_t family, const uint8_t *bytes, unsigned int bits)
{
	for (size_t i = 0; i < RANGES; i++) {
		const struct addr *first = &m->first[i];
		unsigned int same = 0;

		if (first->family != family)
			continue;
		while (same < bits && same < ranges[i].bits && bit_of(bytes, same) == bit_of(first->b, same))
			same++;
		if (same == ranges[i].bits)
			return ranges[i].all ? bits : same;
	}
	return 0;
}

/* Of IPv4, as IPv6 sockets have it (RFC 4291, 2.5.5.2): the same as of IPv4 itself. */
static bool is_mapped(uint8_t family, const uint8_t *bytes, unsigned int bits)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return family == AF_INET6 && bits >= 96 && memcmp(bytes, mapped, sizeof(mapped)) == 0;
}

void redact_map_note(struct redact_map *m, uint8_t family, const uint8_t *bytes, unsigned int bits)
{
	trie *t = trie_of(m, family);
	struct addr a;

	if (is_mapped(family, bytes, bits)) {
		redact_map_note(m, AF_INET, bytes + 12, bits - 96);
		return;
	}
	if (insert(m, t, bytes, bits, fixed_bits(m, family, bytes, bits)) &&
	    bits == addr_len(family) * 8 && addr_from_bytes(family, bytes, addr_len(family), &a) == 0)
		vec_push(&m->addrs, a);
}

void redact_map_bits(const struct redact_map *m, uint8_t family, uint8_t *bytes, unsigned int bits)
{
	const trie *t = family == AF_INET6 ? &m->six : &m->four;
	uint32_t at = 0;

	if (is_mapped(family, bytes, bits)) {
		redact_map_bits(m, AF_INET, bytes + 12, bits - 96);
		return;
	}
	for (unsigned int i = 0; i < bits; i++) {
		const struct bit *b = &t->v[at];
		bool one = bit_of(bytes, i);

		/* where addresses part, their order is kept */
		if (b->flip && !b->next[!one] && !b->fixed[one])
			bytes[i / 8] ^= (uint8_t)(1u << (7 - i % 8));
		at = b->next[one];
	}
}

/* --- names ------------------------------------------------------------------ */

/* Names that mean the same everywhere. */
static const char *const known[] = {
	"lo", "host", "ERROR", "filter", "nat", "mangle", "raw", "security", "INPUT", "FORWARD", "OUTPUT", "PREROUTING",
	"POSTROUTING", "input", "forward", "output", "prerouting", "postrouting", "ingress", "egress",
	/* by which rules are known to be some program's, and where it leaves room for others' (firewall/owner.c) */
	"nsdoctor", "docker-bridges", "netavark", "kube-proxy", "calico", "lxc", "lxd", "incus", "libvirt_network",
	"firewalld", "f2b-table", "fw4", "mullvad", "ip-nat-systemd", "io.systemd.nat", "DOCKER-USER", "CNI-ADMIN",
	"ufw-user-forward", "ufw-user-input", "ufw-user-output", "ufw6-user-forward", "ufw6-user-input",
	"ufw6-user-output",
};

/* Beginnings of names that mean the same everywhere; of which it is the rest that tells something. */
static const char *const beginnings[] = {
	"eth", "ens", "enp", "eno", "wlan", "wlp", "br", "br-", "veth", "docker", "virbr", "lxdbr", "lxcbr", "incusbr",
	"cni", "podman", "tap", "tun", "wg", "bond", "vlan", "vxlan", "flannel.", "cali", "dummy", "macvlan", "ipvlan",
	"netns", "netns:", "pid:", "docker:", "podman:", "lxc:", "machine:", "cri:",
	"wg-quick-", "DOCKER", "NETAVARK", "CNI-", "KUBE-", "cali-", "CILIUM_", "OLD_CILIUM_", "FLANNEL-", "LIBVIRT_",
	"FWDI_", "FWDO_", "FORWARD_IN_ZONES", "FORWARD_OUT_ZONES", "INPUT_ZONES", "ufw-", "ufw6-", "~", "loc_frwd",
	"net_frwd", "f2b-", "ts-", "sshuttle-",
};

static bool is_known(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (streq(known[i], name))
			return true;
	return false;
}

/* Are these n letters one of them, behind which numbers are as common: "eth0"? Not what a runtime calls its own: "br-1234". */
static bool is_numbered(const char *name, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (strlen(beginnings[i]) == n && strncmp(name, beginnings[i], n) == 0)
			return isalpha((unsigned char)name[n - 1]) || streq(beginnings[i], "netns:") ||
			       streq(beginnings[i], "pid:");
	return false;
}

/* How long the longest beginning is that a name has. */
static size_t beginning_of(const char *name)
{
	size_t longest = 0;

	for (size_t i = 0; i < ARRAY_SIZE(beginnings); i++)
		if (str_starts(name, beginnings[i]) && strlen(beginnings[i]) > longest)
			longest = strlen(beginnings[i]);
	return longest;
}

/* Exchanges those from `from` to `to` among each other. */
static void shuffle(struct redact_map *m, struct letters *l, char from, char to)
{
	for (int i = to; i > from; i--) {
		int j = from + (int)random_below(m, (uint32_t)(i - from + 1));
		char swap = l->becomes[i];

		l->becomes[i] = l->becomes[j];
		l->becomes[j] = swap;
	}
}

/* What follows on a name's first letters. Numbers of what is known are as common as the name: "eth0". */
static void choose_letters(struct redact_map *m, struct letters *l, bool numbered)
{
	for (int c = 0; c < 128; c++)
		l->becomes[c] = (char)c;
	l->numbered = numbered;
	shuffle(m, l, 'a', 'z');
	shuffle(m, l, 'A', 'Z');
	if (!numbered)
		shuffle(m, l, '0', '9');
}

/* The place behind one more letter; numbered: numbers behind it stay. */
static uint32_t step(struct redact_map *m, uint32_t at, char c, bool numbered)
{
	struct letters next = { .c = c, .sibling = m->letters.v[at].child };

	for (uint32_t i = next.sibling; i; i = m->letters.v[i].sibling)
		if (m->letters.v[i].c == c)
			return i;
	choose_letters(m, &next, numbered || (m->letters.v[at].numbered && isdigit((unsigned char)c)));
	m->letters.v[at].child = (uint32_t)m->letters.n;
	vec_push(&m->letters, next);
	return m->letters.v[at].child;
}

void redact_map_name(struct redact_map *m, char *name, size_t n)
{
	_cleanup_(freep) char *was = xmemdup(name, n);
	size_t stays = beginning_of(was);
	uint32_t at = 0;

	if (is_known(was))
		return;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)was[i];

		/* what is no letter at all tells as much */
		if (i >= stays)
			name[i] = c < 128 ? m->letters.v[at].becomes[c] : '?';
		at = step(m, at, was[i], i < stays && is_numbered(was, i + 1));
	}
	if (m->letters.v[at].noted || memcmp(was, name, n) == 0)
		return;
	m->letters.v[at].noted = true;
	vec_push(&m->names, ((struct replaced){ .was = xmemdup(was, n), .is = xmemdup(name, n) }));
}

/* --- MAC addresses ---------------------------------------------------------- */

#define GROUP 0x01
#define LOCAL 0x02

/* Broadcast, multicast of protocols, none at all. */
static bool is_nobodys(const uint8_t *mac)
{
	static const uint8_t none[6];

	return (mac[0] & GROUP) || memcmp(mac, none, sizeof(none)) == 0;
}

void redact_map_mac(struct redact_map *m, uint8_t *mac)
{
	struct mac new;

	if (is_nobodys(mac))
		return;
	vec_each(old, &m->macs) {
		if (memcmp(old->was, mac, 6) == 0) {
			memcpy(mac, old->is, 6);
			return;
		}
	}
	memcpy(new.was, mac, 6);
	random_bytes(new.is, sizeof(new.is));
	new.is[0] = (uint8_t)((new.is[0] & ~(GROUP | LOCAL)) | (mac[0] & LOCAL));
	vec_push(&m->macs, new);
	memcpy(mac, new.is, 6);
}

/* --- what is left ----------------------------------------------------------- */

static bool contains(const void *file, size_t n, const void *bytes, size_t size)
{
	return memmem(file, n, bytes, size) != NULL;
}

/* Something that another name became may look like it. */
static bool is_image(const struct redact_map *m, const char *name)
{
	vec_each(r, &m->names)
		if (strstr(r->is, name))
			return true;
	return false;
}

static char *name_leak(const struct redact_map *m, const void *file, size_t n)
{
	vec_each(r, &m->names)
		if (strlen(r->was) >= 4 && !is_image(m, r->was) && contains(file, n, r->was, strlen(r->was)))
			return xasprintf("the name %s", r->was);
	return NULL;
}

static bool is_addr_image(const struct redact_map *m, const struct addr *a)
{
	vec_each(other, &m->addrs) {
		struct addr is = *other;

		redact_map_bits(m, is.family, is.b, (unsigned int)addr_len(is.family) * 8);
		if (addr_eq(&is, a))
			return true;
	}
	return false;
}

/* Its text, and the bytes themselves unless they are such as numbers have, too. */
static bool says_addr(const struct addr *a, const void *file, size_t n)
{
	struct addr_text text = addr_text(a);
	unsigned int zeros = 0;

	for (size_t i = 0; i < addr_len(a->family); i++)
		zeros += a->b[i] == 0;
	return contains(file, n, text.s, strlen(text.s)) ||
	       (zeros <= addr_len(a->family) / 4 && contains(file, n, a->b, addr_len(a->family)));
}

static char *addr_leak(const struct redact_map *m, const void *file, size_t n)
{
	vec_each(a, &m->addrs)
		if (says_addr(a, file, n) && !is_addr_image(m, a))
			return xasprintf("the address %s", addr_text(a).s);
	return NULL;
}

char *redact_map_leak(const struct redact_map *m, const void *file, size_t n)
{
	char *leak = name_leak(m, file, n);

	vec_each(mac, &m->macs)
		if (!leak && contains(file, n, mac->was, sizeof(mac->was)))
			leak = xstrdup("a MAC address");
	return leak ? leak : addr_leak(m, file, n);
}

/* --- the whole -------------------------------------------------------------- */

struct redact_map *redact_map_new(void)
{
	struct redact_map *m = xcalloc(1, sizeof(*m));
	struct letters *root;

	add_bit(m, &m->four);
	add_bit(m, &m->six);
	root = vec_add(&m->letters);
	choose_letters(m, root, false);
	/* so that nothing comes into a range in which it was not, or to an address that stands for another */
	for (size_t i = 0; i < RANGES; i++)
		if (addr_parse(ranges[i].first, &m->first[i]) == 0)
			insert(m, trie_of(m, m->first[i].family), m->first[i].b, ranges[i].bits, ranges[i].bits);
	return m;
}

void redact_map_free(struct redact_map *m)
{
	if (!m)
		return;
	vec_each(r, &m->names) {
		free(r->was);
		free(r->is);
	}
	vec_free(&m->names);
	vec_free(&m->four);
	vec_free(&m->six);
	vec_free(&m->letters);
	vec_free(&m->macs);
	vec_free(&m->addrs);
	free(m);
}
