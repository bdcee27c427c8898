/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How many packets a namespace's own protocols have dropped for their checksum: InCsumErrors of /proc/net/snmp
 * (snmp_seq_show(), net/ipv4/proc.c) and snmp6. Kept as a text, "checksums=TCP UDP ICMP UDP6 ICMP6".
 */
#include <errno.h>
#include <stdio.h>

#include "collect/collector.h"

#define SNMP     "/proc/thread-self/net/snmp"
#define SNMP6    "/proc/thread-self/net/snmp6"
#define SNMP_MAX 65536
#define KEY      "checksums="

/* The next one of the same line, or NULL. */
static const char *next_word(const char *word)
{
	const char *end = word + strcspn(word, " \n");

	return *end == ' ' ? end + 1 : NULL;
}

/* One line names the counters of a protocol, the next one holds them: "Tcp: RtoAlgorithm …", "Tcp: 1 …". */
static uint32_t counter(const char *text, const char *proto)
{
	const char *names = strstr(text, proto), *values = names ? strstr(names + 1, proto) : NULL;
	uint32_t n = 0;

	if (!values)
		return 0;
	names++;
	values++;
	while (names && values) {
		names = next_word(names);
		values = next_word(values);
		if (names && values && str_starts(names, "InCsumErrors"))
			return sscanf(values, "%u", &n) == 1 ? n : 0;
	}
	return 0;
}

static uint32_t counter6(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint32_t n = 0;

	return at && sscanf(at + strlen(name), "%u", &n) == 1 ? n : 0;
}

int collect_checksums(struct collecting *c, enum collect_kind kind)
{
	_cleanup_(freep) char *four = NULL, *six = NULL, *text = NULL;
	int r = read_file(SNMP, SNMP_MAX, &four);

	if (r < 0)
		return r;
	/* a kernel without IPv6 has none */
	if (read_file(SNMP6, SNMP_MAX, &six) < 0)
		six = xstrdup("");
	text = xasprintf(KEY "%u %u %u %u %u", counter(four, "\nTcp:"), counter(four, "\nUdp:"),
			 counter(four, "\nIcmp:"), counter6(six, "\nUdp6InCsumErrors"),
			 counter6(six, "\nIcmp6InCsumErrors"));
	return collect_take_text(c->s, c->ns, kind, text);
}

bool collect_is_checksums(const char *text)
{
	return str_starts(text, KEY);
}

int collect_parse_checksums(const char *text, struct bad_checksums *ret)
{
	struct bad_checksums b = { .known = true };

	if (sscanf(text, KEY "%u %u %u %u %u", &b.tcp, &b.udp, &b.icmp, &b.udp6, &b.icmp6) != 5)
		return -EBADMSG;
	*ret = b;
	return 0;
}
