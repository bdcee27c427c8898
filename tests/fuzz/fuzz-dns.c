/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz-dns - any bytes as a name server's answer, as a hosts file and as a resolv.conf */
#include "dns.h"
#include "resolvconf.h"

#define NAME "www.example.org"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An answer's id is believed, so that more than its first two bytes is looked at. */
static void try_answer(const uint8_t *data, size_t size, uint8_t family)
{
	uint16_t id = size < 2 ? 0 : (uint16_t)(data[0] << 8 | data[1]);
	struct addr a = { .family = AF_UNSPEC };
	enum dns_answer answer = dns_answer(data, size, NAME, family, id, &a);

	if ((answer == DNS_ADDRESS) != (a.family == family))
		abort();
}

static void try_files(const char *text)
{
	struct resolvconf c;
	struct addr a;

	hosts_find(text, "web", AF_INET, &a);
	resolvconf_parse(text, &c);
	for (size_t i = 0;; i++) {
		_cleanup_(freep) char *name = resolvconf_candidate(&c, "web", i);

		if (!name)
			break;
		dns_name_valid(name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = xmemdup(data, size);
	uint8_t query[DNS_QUERY_MAX];

	try_answer(data, size, AF_INET);
	try_answer(data, size, AF_INET6);
	try_files(text);
	dns_query(text, AF_INET, 0, query);
	return 0;
}
