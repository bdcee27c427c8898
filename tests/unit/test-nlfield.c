/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>

#include "nl.h"
#include "nlfield.h"

enum {
	ATTR_BOOL = 1,
	ATTR_U8,
	ATTR_U16,
	ATTR_U32,
	ATTR_S32,
	ATTR_U64,
	ATTR_NAME,
	ATTR_PAIR,
	ATTR_ADDR,
	ATTR_SPAN,
	ATTR_NEST,
	ATTR_NOT_OURS,
};

struct thing {
	bool yes, has_pair;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	int s32;
	uint64_t u64;
	char name[8];
	struct {
		uint16_t a, b;
	} pair;
	struct addr addr;
	struct nlspan span;
	uint32_t inner;
};

static const struct nlfield nest_fields[] = {
	{ ATTR_U32, NLFIELD(U32, struct thing, inner) },
	{ 0 },
};

static const struct nlfield fields[] = {
	{ ATTR_BOOL, NLFIELD(BOOL, struct thing, yes) },
	{ ATTR_U8,   NLFIELD(U8, struct thing, u8) },
	{ ATTR_U16,  NLFIELD(U16, struct thing, u16) },
	{ ATTR_U32,  NLFIELD(U32, struct thing, u32) },
	{ ATTR_S32,  NLFIELD(S32, struct thing, s32) },
	{ ATTR_U64,  NLFIELD(U64, struct thing, u64) },
	{ ATTR_NAME, NLFIELD(STRING, struct thing, name) },
	{ ATTR_PAIR, NLFIELD(PRESENT, struct thing, has_pair) },
	{ ATTR_PAIR, NLFIELD(BYTES, struct thing, pair) },
	{ ATTR_ADDR, NLFIELD(ADDR, struct thing, addr) },
	{ ATTR_SPAN, NLFIELD(SPAN, struct thing, span) },
	{ ATTR_NEST, NLFIELD_NESTED(nest_fields) },
	{ 0 },
};

static int read_message(const struct nlmsghdr *nlh, struct thing *ret)
{
	return nlfield_read(fields, nlfield_attrs(nlh, 0), ret);
}

/* Reads one attribute of n bytes of value. */
static int read_one(uint16_t type, const void *value, size_t n, struct thing *ret)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, 16, 0, "", 0);

	mnl_attr_put(nlh, type, n, value);
	return read_message(nlh, ret);
}

static void every_type_is_read(void **state)
{
	struct thing t = { 0 };
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, 16, 0, "", 0);
	struct nlattr *nest;

	mnl_attr_put_u8(nlh, ATTR_BOOL, 7);
	mnl_attr_put_u8(nlh, ATTR_U8, 200);
	mnl_attr_put_u16(nlh, ATTR_U16, 60000);
	mnl_attr_put_u32(nlh, ATTR_U32, 4000000000);
	mnl_attr_put_u32(nlh, ATTR_S32, (uint32_t)-5);
	mnl_attr_put_u64(nlh, ATTR_U64, UINT64_C(0x123456789abcdef0));
	mnl_attr_put_strz(nlh, ATTR_NAME, "veth123");
	mnl_attr_put(nlh, ATTR_PAIR, 4, "\x01\x00\x02\x00");
	mnl_attr_put(nlh, ATTR_ADDR, 4, "\xc0\x00\x02\x01");
	mnl_attr_put(nlh, ATTR_SPAN, 3, "abc");
	nest = mnl_attr_nest_start(nlh, ATTR_NEST);
	mnl_attr_put_u32(nlh, ATTR_U32, 42);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put(nlh, ATTR_NOT_OURS, 5, "12345");

	assert_int_equal(read_message(nlh, &t), 0);
	assert_true(t.yes);
	assert_int_equal(t.u8, 200);
	assert_int_equal(t.u16, 60000);
	assert_int_equal(t.u32, 4000000000);
	assert_int_equal(t.s32, -5);
	assert_true(t.u64 == UINT64_C(0x123456789abcdef0));
	assert_string_equal(t.name, "veth123");
	assert_true(t.has_pair);
	assert_memory_equal(&t.pair, "\x01\x00\x02\x00", 4);
	assert_string_equal(addr_text(&t.addr).s, "192.0.2.1");
	assert_int_equal(t.span.n, 3);
	assert_memory_equal(t.span.p, "abc", 3);
	assert_int_equal(t.inner, 42);
}

static void what_is_absent_keeps_its_value(void **state)
{
	struct thing t = { .s32 = -1, .name = "before", .yes = true };

	assert_int_equal(read_one(ATTR_U8, "\x09", 1, &t), 0);
	assert_int_equal(t.u8, 9);
	assert_int_equal(t.s32, -1);
	assert_string_equal(t.name, "before");
	assert_true(t.yes);
	assert_false(t.has_pair);
}

static void a_wrong_length_is_refused(void **state)
{
	static const struct {
		uint16_t type;
		size_t n;
	} wrong[] = {
		{ ATTR_BOOL, 0 }, { ATTR_BOOL, 4 },  { ATTR_U8, 0 },    { ATTR_U8, 2 },
		{ ATTR_U16, 1 },  { ATTR_U16, 4 },   { ATTR_U32, 3 },   { ATTR_U32, 8 },
		{ ATTR_S32, 2 },  { ATTR_U64, 4 },   { ATTR_U64, 12 },  { ATTR_PAIR, 2 },
		{ ATTR_PAIR, 6 }, { ATTR_ADDR, 0 },  { ATTR_ADDR, 5 },  { ATTR_ADDR, 20 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct thing t = { 0 };
		static const uint8_t zero[32];

		if (read_one(wrong[i].type, zero, wrong[i].n, &t) != -EBADMSG)
			fail_msg("attribute %u took %zu bytes", wrong[i].type, wrong[i].n);
	}
}

static void a_string_must_fit_with_its_nul(void **state)
{
	struct thing t = { 0 };

	assert_int_equal(read_one(ATTR_NAME, "1234567", 7, &t), 0);
	assert_string_equal(t.name, "1234567");
	assert_int_equal(read_one(ATTR_NAME, "12345678", 8, &t), -EBADMSG);
	assert_string_equal(t.name, "1234567");
	/* what stands behind the NUL is nobody's business, and nothing of the old value stays */
	assert_int_equal(read_one(ATTR_NAME, "ab\0defghijkl", 12, &t), 0);
	assert_memory_equal(t.name, "ab\0\0\0\0\0", 8);
	assert_int_equal(read_one(ATTR_NAME, "", 0, &t), 0);
	assert_string_equal(t.name, "");
}

static void the_family_follows_from_the_length(void **state)
{
	struct thing t = { 0 };

	static const uint8_t six[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

	assert_int_equal(read_one(ATTR_ADDR, six, sizeof(six), &t), 0);
	assert_string_equal(addr_text(&t.addr).s, "2001:db8::1");
}

static void flags_in_the_type_do_not_matter(void **state)
{
	struct thing t = { 0 };

	assert_int_equal(read_one(ATTR_U8 | NLA_F_NET_BYTEORDER, "\x05", 1, &t), 0);
	assert_int_equal(t.u8, 5);
}

/* Attributes at span's bytes, which need not be what mnl_attr_put() makes. */
static int read_bytes(const void *bytes, size_t n, struct thing *ret)
{
	_Alignas(4) uint8_t copy[64];

	assert_true(n <= sizeof(copy));
	memcpy(copy, bytes, n);
	return nlfield_read(fields, (struct nlspan){ copy, n }, ret);
}

static void no_attribute_reaches_beyond_the_message(void **state)
{
	struct thing t = { 0 };
	const uint16_t beyond[] = { 8, ATTR_U16, 0 };   /* 8 bytes of 6 */
	const uint16_t shorter[] = { 3, ATTR_U16 };     /* less than its own header */
	const uint16_t rest[] = { 6, ATTR_U16, 77, 0, 9 }; /* then 2 bytes that are no attribute */
	const uint16_t last[] = { 6, ATTR_U16, 78 };    /* the last one is not padded */

	assert_int_equal(read_bytes(beyond, sizeof(beyond), &t), -EBADMSG);
	assert_int_equal(read_bytes(shorter, sizeof(shorter), &t), -EBADMSG);
	assert_int_equal(read_bytes(rest, sizeof(rest), &t), -EBADMSG);
	assert_int_equal(t.u16, 77);
	assert_int_equal(read_bytes(last, sizeof(last), &t), 0);
	assert_int_equal(t.u16, 78);
}

static void a_nested_attribute_ends_where_it_ends(void **state)
{
	struct thing t = { 0 };
	/* the inner attribute claims 8 bytes, of which its container has 6 */
	const uint16_t lie[] = { 10, ATTR_NEST, 8, ATTR_U32, 1, 0, 0, 0 };

	assert_int_equal(read_bytes(lie, sizeof(lie), &t), -EBADMSG);
	assert_int_equal(t.inner, 0);
}

static void a_message_without_attributes_has_none(void **state)
{
	struct nl_buf b;
	struct nlmsghdr *nlh = nl_put(&b, 16, 0, "12345678", 8);
	struct thing t = { 0 };

	assert_int_equal(nlfield_attrs(nlh, 8).n, 0);
	assert_int_equal(nlfield_attrs(nlh, 400).n, 0);
	assert_int_equal(nlfield_read(fields, nlfield_attrs(nlh, 8), &t), 0);
	assert_int_equal(nlfield_attrs(nlh, 4).n, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(what_is_absent_keeps_its_value),
		cmocka_unit_test(a_wrong_length_is_refused),
		cmocka_unit_test(a_string_must_fit_with_its_nul),
		cmocka_unit_test(the_family_follows_from_the_length),
		cmocka_unit_test(flags_in_the_type_do_not_matter),
		cmocka_unit_test(no_attribute_reaches_beyond_the_message),
		cmocka_unit_test(a_nested_attribute_ends_where_it_ends),
		cmocka_unit_test(a_message_without_attributes_has_none),
	};

	return cmocka_run_group_tests_name("nlfield", tests, NULL, NULL);
}
