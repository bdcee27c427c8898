/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>

#include "addr.h"

static struct addr A(const char *s)
{
	struct addr a = { 0 };

	assert_int_equal(addr_parse(s, &a), 0);
	return a;
}

static struct prefix P(const char *s, uint8_t len)
{
	return (struct prefix){ .addr = A(s), .len = len };
}

static void parse_and_print(void **state)
{
	static const char *const same[] = {
		"192.0.2.1", "0.0.0.0", "255.255.255.255", "2001:db8::1", "::", "::1", "fe80::1",
		"::ffff:192.0.2.1", "2001:db8:1111:2222:3333:4444:5555:6666",
	};

	for (size_t i = 0; i < ARRAY_SIZE(same); i++) {
		struct addr a = A(same[i]);

		assert_string_equal(addr_text(&a).s, same[i]);
		assert_int_equal(a.family, strchr(same[i], ':') ? AF_INET6 : AF_INET);
	}
}

static void parse_refuses_without_touching_the_result(void **state)
{
	static const char *const bad[] = {
		"", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.4/8", " 1.2.3.4", "1.2.3.4 ", "1",
		"example.org", ":", ":::", "2001:db8::1%eth0", "[::1]", "2001:db8::1::2", "12345::",
	};
	struct addr a = A("192.0.2.1");

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(addr_parse(bad[i], &a), -EINVAL);
		assert_string_equal(addr_text(&a).s, "192.0.2.1");
	}
}

static void bytes_after_an_ipv4_address_are_zero(void **state)
{
	struct addr a;

	memset(&a, 0xff, sizeof(a));
	assert_int_equal(addr_parse("192.0.2.1", &a), 0);
	for (int i = 4; i < 16; i++)
		assert_int_equal(a.b[i], 0);
	memset(&a, 0xff, sizeof(a));
	assert_int_equal(addr_from_bytes(AF_INET, "\xc0\x00\x02\x01", 4, &a), 0);
	for (int i = 4; i < 16; i++)
		assert_int_equal(a.b[i], 0);
}

static void unset_prints_none(void **state)
{
	struct addr a = { 0 };
	struct prefix p = { 0 };

	assert_false(addr_is_set(&a));
	assert_string_equal(addr_text(&a).s, "none");
	assert_string_equal(prefix_text(&p).s, "none/0");
}

static void the_longest_prefix_fits_its_text(void **state)
{
	struct prefix p = P("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", 128);

	assert_string_equal(prefix_text(&p).s, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
	p = P("192.168.100.200", 32);
	assert_string_equal(prefix_text(&p).s, "192.168.100.200/32");
}

static void from_bytes_checks_the_size(void **state)
{
	static const uint8_t b[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	struct addr a;

	assert_int_equal(addr_from_bytes(AF_INET6, b, 16, &a), 0);
	assert_string_equal(addr_text(&a).s, "2001:db8::1");
	assert_int_equal(addr_from_bytes(AF_INET, b, 4, &a), 0);
	assert_string_equal(addr_text(&a).s, "32.1.13.184");
	assert_int_equal(addr_from_bytes(AF_INET, b, 16, &a), -EINVAL);
	assert_int_equal(addr_from_bytes(AF_INET6, b, 4, &a), -EINVAL);
	assert_int_equal(addr_from_bytes(AF_INET6, b, 0, &a), -EINVAL);
	assert_int_equal(addr_from_bytes(AF_UNSPEC, b, 0, &a), -EINVAL);
	assert_int_equal(addr_from_bytes(AF_UNIX, b, 16, &a), -EINVAL);
	assert_string_equal(addr_text(&a).s, "32.1.13.184");
	assert_int_equal(addr_len(AF_INET), 4);
	assert_int_equal(addr_len(AF_INET6), 16);
	assert_int_equal(addr_len(AF_UNSPEC), 0);
}

static void sockaddr_there_and_back(void **state)
{
	static const char *const text[] = { "192.0.2.1", "2001:db8::1" };

	for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
		struct addr a = A(text[i]), back = { 0 };
		struct sockaddr_storage ss;
		uint16_t port = 0;
		socklen_t n = addr_to_sockaddr(&a, 8080, &ss);

		assert_int_equal(n, i ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
		assert_int_equal(ss.ss_family, a.family);
		assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &back, &port), 0);
		assert_true(addr_eq(&a, &back));
		assert_int_equal(port, 8080);
	}
}

static void sockaddr_is_in_network_order(void **state)
{
	struct addr a = A("192.0.2.1");
	struct sockaddr_storage ss;
	const struct sockaddr_in *sin = (const struct sockaddr_in *)&ss;

	addr_to_sockaddr(&a, 443, &ss);
	assert_int_equal(sin->sin_port, htons(443));
	assert_int_equal(sin->sin_addr.s_addr, htonl(0xc0000201));
}

static void sockaddr_of_another_family(void **state)
{
	struct sockaddr sa = { .sa_family = AF_UNIX };
	struct addr a = A("192.0.2.1");
	uint16_t port = 7;

	assert_int_equal(addr_from_sockaddr(&sa, &a, &port), -EAFNOSUPPORT);
	assert_string_equal(addr_text(&a).s, "192.0.2.1");
	assert_int_equal(port, 7);
}

static void equality(void **state)
{
	struct addr a = A("10.0.0.1"), b = A("10.0.0.2"), six = A("a00:1::"), none = { 0 };

	assert_true(addr_eq(&a, &a));
	assert_false(addr_eq(&a, &b));
	/* the same first bytes in another family */
	assert_false(addr_eq(&a, &six));
	assert_false(addr_eq(&a, &none));
	assert_true(addr_eq(&none, &none));
}

/* What each predicate says of an address, one letter a predicate that holds. */
static void classes(void **state)
{
	static const struct {
		const char *addr, *is;
	} rows[] = {
		{ "0.0.0.0", "z" },
		{ "0.1.2.3", "" },
		{ "1.0.0.0", "u" },
		{ "8.8.8.8", "u" },
		{ "9.255.255.255", "u" },
		{ "10.0.0.0", "pu" },
		{ "10.255.255.255", "pu" },
		{ "11.0.0.0", "u" },
		{ "100.63.255.255", "u" },
		{ "100.64.0.0", "pu" },
		{ "100.127.255.255", "pu" },
		{ "100.128.0.0", "u" },
		{ "127.0.0.1", "lu" },
		{ "127.255.255.254", "lu" },
		{ "128.0.0.1", "u" },
		{ "169.253.255.255", "u" },
		{ "169.254.0.1", "ku" },
		{ "169.255.0.0", "u" },
		{ "172.15.255.255", "u" },
		{ "172.16.0.0", "pu" },
		{ "172.31.255.255", "pu" },
		{ "172.32.0.0", "u" },
		{ "192.167.255.255", "u" },
		{ "192.168.0.0", "pu" },
		{ "192.168.255.255", "pu" },
		{ "192.169.0.0", "u" },
		{ "223.255.255.255", "u" },
		{ "224.0.0.0", "m" },
		{ "239.255.255.255", "m" },
		{ "240.0.0.0", "" },
		{ "255.255.255.255", "" },
		{ "::", "z" },
		{ "::1", "lu" },
		{ "::2", "u" },
		{ "2001:db8::1", "u" },
		{ "fbff::", "u" },
		{ "fc00::", "pu" },
		{ "fdff::1", "pu" },
		{ "fe00::", "u" },
		{ "fe7f::1", "u" },
		{ "fe80::1", "ku" },
		{ "febf::1", "ku" },
		{ "fec0::1", "u" },
		{ "ff02::1", "m" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct addr a = A(rows[i].addr);
		char is[8], *p = is;

		if (addr_is_zero(&a))
			*p++ = 'z';
		if (addr_is_loopback(&a))
			*p++ = 'l';
		if (addr_is_multicast(&a))
			*p++ = 'm';
		if (addr_is_linklocal(&a))
			*p++ = 'k';
		if (addr_is_private(&a))
			*p++ = 'p';
		if (addr_is_unicast(&a))
			*p++ = 'u';
		*p = '\0';
		if (!streq(is, rows[i].is))
			fail_msg("%s: \"%s\" instead of \"%s\"", rows[i].addr, is, rows[i].is);
	}
}

static void unset_is_nothing(void **state)
{
	struct addr a = { 0 };

	assert_true(addr_is_zero(&a));
	assert_false(addr_is_loopback(&a));
	assert_false(addr_is_multicast(&a));
	assert_false(addr_is_linklocal(&a));
	assert_false(addr_is_private(&a));
	assert_false(addr_is_unicast(&a));
}

static void prefix_membership(void **state)
{
	static const struct {
		const char *prefix, *addr;
		uint8_t len;
		bool has;
	} rows[] = {
		{ "192.168.0.0", "192.168.0.2", 16, true },
		{ "192.168.0.0", "192.169.0.2", 16, false },
		{ "192.168.0.1", "192.168.255.255", 16, true },
		{ "10.0.0.0", "10.127.255.255", 9, true },
		{ "10.0.0.0", "10.128.0.0", 9, false },
		{ "10.0.0.4", "10.0.0.5", 31, true },
		{ "10.0.0.4", "10.0.0.6", 31, false },
		{ "10.0.0.4", "10.0.0.4", 32, true },
		{ "10.0.0.4", "10.0.0.5", 32, false },
		{ "0.0.0.0", "255.255.255.255", 0, true },
		{ "0.0.0.0", "2001:db8::1", 0, false },
		{ "::", "192.0.2.1", 0, false },
		{ "::", "2001:db8::1", 0, true },
		{ "2001:db8::", "2001:db8::ffff", 64, true },
		{ "2001:db8::", "2001:db8:0:1::", 64, false },
		{ "2001:db8::", "2001:db8::1", 127, true },
		{ "2001:db8::", "2001:db8::2", 127, false },
		{ "2001:db8::1", "2001:db8::1", 128, true },
		{ "2001:db8::1", "2001:db8::", 128, false },
		{ "10.0.0.0", "10.0.0.0", 33, false },
		{ "::", "::", 129, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix p = P(rows[i].prefix, rows[i].len);
		struct addr a = A(rows[i].addr);

		if (prefix_has(&p, &a) != rows[i].has)
			fail_msg("%s in %s/%u: not %d", rows[i].addr, rows[i].prefix, rows[i].len,
				 rows[i].has);
	}
}

static void network_clears_host_bits(void **state)
{
	static const struct {
		const char *addr;
		uint8_t len;
		const char *network;
	} rows[] = {
		{ "192.168.0.2", 16, "192.168.0.0/16" },
		{ "10.255.255.255", 9, "10.128.0.0/9" },
		{ "10.0.0.7", 31, "10.0.0.6/31" },
		{ "10.0.0.7", 32, "10.0.0.7/32" },
		{ "255.255.255.255", 0, "0.0.0.0/0" },
		{ "255.255.255.255", 1, "128.0.0.0/1" },
		{ "2001:db8::1", 64, "2001:db8::/64" },
		{ "2001:db8::ffff", 121, "2001:db8::ff80/121" },
		{ "2001:db8::1", 128, "2001:db8::1/128" },
		{ "ffff::1", 0, "::/0" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct prefix p = P(rows[i].addr, rows[i].len), net = prefix_network(&p);

		assert_string_equal(prefix_text(&net).s, rows[i].network);
		assert_true(prefix_has(&net, &p.addr));
	}
}

static void prefix_equality(void **state)
{
	struct prefix a = P("10.0.0.0", 8), b = P("10.0.0.0", 9), c = P("11.0.0.0", 8);

	assert_true(prefix_eq(&a, &a));
	assert_false(prefix_eq(&a, &b));
	assert_false(prefix_eq(&a, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_and_print),
		cmocka_unit_test(parse_refuses_without_touching_the_result),
		cmocka_unit_test(bytes_after_an_ipv4_address_are_zero),
		cmocka_unit_test(unset_prints_none),
		cmocka_unit_test(the_longest_prefix_fits_its_text),
		cmocka_unit_test(from_bytes_checks_the_size),
		cmocka_unit_test(sockaddr_there_and_back),
		cmocka_unit_test(sockaddr_is_in_network_order),
		cmocka_unit_test(sockaddr_of_another_family),
		cmocka_unit_test(equality),
		cmocka_unit_test(classes),
		cmocka_unit_test(unset_is_nothing),
		cmocka_unit_test(prefix_membership),
		cmocka_unit_test(network_clears_host_bits),
		cmocka_unit_test(prefix_equality),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
