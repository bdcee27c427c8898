/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reg - the registers of a rule, each bit known or not, and comparisons over them
 *
 * Numbers and layout as nft_parse_register() has them (net/netfilter/nf_tables_api.c):
 * four of 16 bytes, or the same bytes as sixteen of 4.
 */
#include <stdio.h>

#include "firewall/eval.h"

int reg_offset(uint32_t reg, size_t len)
{
	size_t at;

	if (reg >= NFT_REG_1 && reg <= NFT_REG_4)
		at = reg * 16;
	else if (reg >= NFT_REG32_00 && reg <= NFT_REG32_15)
		at = (reg - NFT_REG32_00 + 4) * 4;
	else
		return -1;
	return len && len <= REGS_SIZE - at ? (int)at : -1;
}

void reg_store_partly(struct fw_run *r, uint32_t reg, const void *data, const void *known,
		      size_t len, const char *why)
{
	size_t padded = (len + 3) / 4 * 4;
	int at = reg_offset(reg, len);

	if (at < 0)
		return;
	/* the kernel clears the rest of the last word before a shorter store */
	memset(r->regs.data + at, 0, padded);
	memset(r->regs.known + at, 0xff, padded);
	if (data)
		memcpy(r->regs.data + at, data, len);
	if (known)
		memcpy(r->regs.known + at, known, len);
	else
		memset(r->regs.known + at, 0, len);
	for (size_t i = 0; i < len; i++)
		r->regs.data[(size_t)at + i] &= r->regs.known[(size_t)at + i];
	for (size_t i = 0; i < padded; i += 4)
		r->regs.why[((size_t)at + i) / 4] = why;
}

void reg_store(struct fw_run *r, uint32_t reg, const void *data, size_t len)
{
	uint8_t known[REGS_SIZE];

	if (len > sizeof(known))
		return;
	memset(known, 0xff, sizeof(known));
	reg_store_partly(r, reg, data, known, len, NULL);
}

void reg_store_u32(struct fw_run *r, uint32_t reg, uint32_t v)
{
	reg_store(r, reg, &v, sizeof(v));
}

void reg_store_u16(struct fw_run *r, uint32_t reg, uint16_t v)
{
	reg_store(r, reg, &v, sizeof(v));
}

void reg_store_u8(struct fw_run *r, uint32_t reg, uint8_t v)
{
	reg_store(r, reg, &v, sizeof(v));
}

const uint8_t *reg_load(struct fw_run *r, uint32_t reg, size_t len, const uint8_t **ret_known)
{
	int at = reg_offset(reg, len);

	if (at < 0)
		return NULL;
	*ret_known = r->regs.known + at;
	return r->regs.data + at;
}

bool reg_is_known(struct fw_run *r, uint32_t reg, size_t len)
{
	const uint8_t *known;

	if (!reg_load(r, reg, len, &known))
		return false;
	for (size_t i = 0; i < len; i++)
		if (known[i] != 0xff)
			return false;
	return true;
}

const char *reg_why(struct fw_run *r, uint32_t reg, size_t len)
{
	int at = reg_offset(reg, len);

	if (at < 0)
		return "an impossible register";
	for (size_t i = 0; i < len; i++) {
		size_t byte = (size_t)at + i;

		if (r->regs.known[byte] != 0xff && r->regs.why[byte / 4])
			return r->regs.why[byte / 4];
	}
	return "a value that no earlier expression gives";
}

enum tri bytes_equal(const uint8_t *data, const uint8_t *known, const uint8_t *value, size_t len)
{
	bool complete = true;

	for (size_t i = 0; i < len; i++) {
		if ((data[i] ^ value[i]) & known[i])
			return TRI_NO;
		complete &= known[i] == 0xff;
	}
	return complete ? TRI_YES : TRI_MAYBE;
}

/* The unknown bits are tried at their lowest and at their highest. */
enum tri bytes_below(const uint8_t *data, const uint8_t *known, const uint8_t *value, size_t len,
		     bool or_equal)
{
	int low = 0, high = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t least = data[i] & known[i], most = (uint8_t)(least | ~known[i]);

		if (!low)
			low = (least > value[i]) - (least < value[i]);
		if (!high)
			high = (most > value[i]) - (most < value[i]);
	}
	if (or_equal)
		return low > 0 ? TRI_NO : high <= 0 ? TRI_YES : TRI_MAYBE;
	return low >= 0 ? TRI_NO : high < 0 ? TRI_YES : TRI_MAYBE;
}
