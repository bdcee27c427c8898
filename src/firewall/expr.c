/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expr - what each nf_tables expression does, one small function a name
 *
 * After net/netfilter/nft_*.c; the table at the end is what a new expression
 * is added to. What has no row is TRI_MAYBE by its name.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include <linux/netfilter/nf_nat.h>

#include <libnftnl/expr.h>
#include <libnftnl/object.h>

#include "firewall/decode.h"
#include "firewall/eval.h"
#include "firewall/jhash.h"
#include "firewall/xt.h"

/* --- comparing ------------------------------------------------------------- */

static enum tri compare(enum tri match, struct fw_run *r, uint32_t reg, size_t len)
{
	return match == TRI_MAYBE ? run_maybe(r, reg_why(r, reg, len)) : match;
}

/* NFT_CMP_* of data against value; -1 (as unsigned) and others that are not known: may be. */
static enum tri cmp_op(uint32_t op, const uint8_t *data, const uint8_t *known,
		       const uint8_t *value, size_t len)
{
	switch (op) {
	case NFT_CMP_EQ:
		return bytes_equal(data, known, value, len);
	case NFT_CMP_NEQ:
		return tri_not(bytes_equal(data, known, value, len));
	case NFT_CMP_LT:
		return bytes_below(data, known, value, len, false);
	case NFT_CMP_LTE:
		return bytes_below(data, known, value, len, true);
	case NFT_CMP_GT:
		return tri_not(bytes_below(data, known, value, len, true));
	case NFT_CMP_GTE:
		return tri_not(bytes_below(data, known, value, len, false));
	default:
		return TRI_MAYBE;
	}
}

static enum tri eval_cmp(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t reg = expr_u32(e, NFTNL_EXPR_CMP_SREG), len = 0;
	const uint8_t *value = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &len);
	const uint8_t *known, *data = reg_load(r, reg, len, &known);

	if (!value || !data)
		return run_maybe(r, "a comparison that cannot be decoded");
	return compare(cmp_op(expr_u32(e, NFTNL_EXPR_CMP_OP), data, known, value, len), r, reg,
		       len);
}

static enum tri eval_range(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t reg = expr_u32(e, NFTNL_EXPR_RANGE_SREG), len = 0, to_len = 0;
	const uint8_t *from = nftnl_expr_get(e, NFTNL_EXPR_RANGE_FROM_DATA, &len);
	const uint8_t *to = nftnl_expr_get(e, NFTNL_EXPR_RANGE_TO_DATA, &to_len);
	const uint8_t *known, *data = reg_load(r, reg, len, &known);
	enum tri inside;

	if (!from || !to || !data || len != to_len)
		return run_maybe(r, "a range that cannot be decoded");
	inside = tri_and(tri_not(bytes_below(data, known, from, len, false)),
			 bytes_below(data, known, to, len, true));
	if (expr_u32(e, NFTNL_EXPR_RANGE_OP) == NFT_RANGE_NEQ)
		inside = tri_not(inside);
	return compare(inside, r, reg, len);
}

/* --- computing ------------------------------------------------------------- */

static void bitwise_bool(struct fw_run *r, const struct nftnl_expr *e, const uint8_t *data,
			 const uint8_t *known, size_t len)
{
	uint32_t mask_len = 0, xor_len = 0;
	const uint8_t *mask = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_MASK, &mask_len);
	const uint8_t *xor = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_XOR, &xor_len);
	uint32_t sreg = expr_u32(e, NFTNL_EXPR_BITWISE_SREG);
	uint32_t dreg = expr_u32(e, NFTNL_EXPR_BITWISE_DREG);
	uint8_t out[REGS_SIZE], out_known[REGS_SIZE];
	const char *why = reg_why(r, sreg, len);

	if (!mask || !xor || mask_len < len || xor_len < len) {
		reg_store_partly(r, dreg, NULL, NULL, len, "a calculation that cannot be decoded");
		return;
	}
	for (size_t i = 0; i < len; i++) {
		out[i] = (data[i] & mask[i]) ^ xor[i];
		out_known[i] = (uint8_t)(known[i] | ~mask[i]);
	}
	reg_store_partly(r, dreg, out, out_known, len, why);
}

/*
 * Shifts go over 32-bit words in the machine's order, the first word being the highest
 * (nft_bitwise.c).
 */
static void bitwise_shift(struct fw_run *r, const struct nftnl_expr *e, const uint8_t *data,
			  const uint8_t *known, size_t len)
{
	bool left = expr_u32(e, NFTNL_EXPR_BITWISE_OP) == NFT_BITWISE_LSHIFT;
	uint32_t dreg = expr_u32(e, NFTNL_EXPR_BITWISE_DREG), data_len = 0, shift = 0;
	const void *amount = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_DATA, &data_len);
	const char *why = reg_why(r, expr_u32(e, NFTNL_EXPR_BITWISE_SREG), len);
	uint32_t in[REGS_SIZE / 4] = { 0 }, in_known[REGS_SIZE / 4] = { 0 };
	uint32_t out[REGS_SIZE / 4], out_known[REGS_SIZE / 4];
	size_t words = (len + 3) / 4;

	if (amount && data_len >= sizeof(shift))
		memcpy(&shift, amount, sizeof(shift));
	if (!shift || shift >= 32) {
		reg_store_partly(r, dreg, NULL, NULL, len, "a shift that cannot be decoded");
		return;
	}
	memset(in_known, 0xff, sizeof(in_known));
	memcpy(in, data, len);
	memcpy(in_known, known, len);
	for (size_t i = 0; i < words; i++) {
		bool edge = left ? i + 1 == words : i == 0;
		size_t next = edge ? i : left ? i + 1 : i - 1;
		uint32_t carry = edge ? 0 : in[next], carry_known = edge ? ~0u : in_known[next];

		out[i] = left ? in[i] << shift | carry >> (32 - shift) :
				in[i] >> shift | carry << (32 - shift);
		out_known[i] = left ? in_known[i] << shift | carry_known >> (32 - shift) :
				      in_known[i] >> shift | carry_known << (32 - shift);
	}
	reg_store_partly(r, dreg, out, out_known, len, why);
}

static enum tri eval_bitwise(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t sreg = expr_u32(e, NFTNL_EXPR_BITWISE_SREG);
	uint32_t len = expr_u32(e, NFTNL_EXPR_BITWISE_LEN);
	const uint8_t *known, *data = reg_load(r, sreg, len, &known);

	if (!data)
		return run_maybe(r, "a calculation that cannot be decoded");
	switch (expr_u32(e, NFTNL_EXPR_BITWISE_OP)) {
	case NFT_BITWISE_BOOL:
		bitwise_bool(r, e, data, known, len);
		break;
	case NFT_BITWISE_LSHIFT:
	case NFT_BITWISE_RSHIFT:
		bitwise_shift(r, e, data, known, len);
		break;
	default: /* two registers, since Linux 6.13 */
		reg_store_partly(r, expr_u32(e, NFTNL_EXPR_BITWISE_DREG), NULL, NULL, len,
				 "a calculation with two registers");
	}
	return TRI_YES;
}

/* Both directions are the same swap, or none on big-endian machines. */
static enum tri eval_byteorder(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t sreg = expr_u32(e, NFTNL_EXPR_BYTEORDER_SREG);
	uint32_t len = expr_u32(e, NFTNL_EXPR_BYTEORDER_LEN);
	uint32_t size = expr_u32(e, NFTNL_EXPR_BYTEORDER_SIZE);
	const uint8_t *known, *data = reg_load(r, sreg, len, &known);
	uint8_t out[REGS_SIZE], out_known[REGS_SIZE];
	bool swap = htons(1) != 1;

	if (!data || (size != 2 && size != 4 && size != 8) || len % size)
		return run_maybe(r, "a byte order that cannot be decoded");
	for (size_t i = 0; i < len; i++) {
		size_t from = swap ? i / size * size + (size - 1 - i % size) : i;

		out[i] = data[from];
		out_known[i] = known[from];
	}
	reg_store_partly(r, expr_u32(e, NFTNL_EXPR_BYTEORDER_DREG), out, out_known, len,
			 reg_why(r, sreg, len));
	return TRI_YES;
}

static enum tri eval_immediate(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t len = 0;
	const void *data;

	if (nftnl_expr_is_set(e, NFTNL_EXPR_IMM_VERDICT)) {
		r->verdict.code = (int)expr_u32(e, NFTNL_EXPR_IMM_VERDICT);
		r->verdict.chain = nftnl_expr_is_set(e, NFTNL_EXPR_IMM_CHAIN) ?
					   nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN) : NULL;
		return TRI_YES;
	}
	data = nftnl_expr_get(e, NFTNL_EXPR_IMM_DATA, &len);
	if (!data)
		return run_maybe(r, "a value that cannot be decoded");
	reg_store(r, expr_u32(e, NFTNL_EXPR_IMM_DREG), data, len);
	return TRI_YES;
}

/* --- the packet ------------------------------------------------------------ */

static const char *payload_why(const struct fw_run *r, uint32_t base, uint32_t offset)
{
	if (base == NFT_PAYLOAD_LL_HEADER)
		return "a link-layer address";
	if (base == NFT_PAYLOAD_NETWORK_HEADER)
		return "a network header field that probes leave open";
	if (base == NFT_PAYLOAD_TRANSPORT_HEADER && offset < 4)
		return "a port that is chosen when the probe is sent";
	return base == NFT_PAYLOAD_TRANSPORT_HEADER ? "a transport header field or payload" :
						      "inner headers";
}

static enum tri payload_set(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t base = expr_u32(e, NFTNL_EXPR_PAYLOAD_BASE);
	uint32_t len = expr_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
	const uint8_t *known, *data;

	data = reg_load(r, expr_u32(e, NFTNL_EXPR_PAYLOAD_SREG), len, &known);
	if (!data || base > NFT_PAYLOAD_TRANSPORT_HEADER)
		return run_maybe(r, "a change of the packet that cannot be decoded");
	headers_write(&r->st.h, (enum header_base)base, expr_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET), len,
		      data, known);
	return TRI_YES;
}

static enum tri eval_payload(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t base = expr_u32(e, NFTNL_EXPR_PAYLOAD_BASE);
	uint32_t offset = expr_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET);
	uint32_t len = expr_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
	uint32_t dreg = expr_u32(e, NFTNL_EXPR_PAYLOAD_DREG);
	uint8_t data[REGS_SIZE], known[REGS_SIZE];
	const char *why = payload_why(r, base, offset);
	enum tri there = TRI_MAYBE;

	if (nftnl_expr_is_set(e, NFTNL_EXPR_PAYLOAD_SREG) &&
	    expr_u32(e, NFTNL_EXPR_PAYLOAD_SREG))
		return payload_set(r, e);
	if (reg_offset(dreg, len) < 0)
		return run_maybe(r, "a header field that cannot be decoded");
	if (base > NFT_PAYLOAD_TRANSPORT_HEADER)
		reg_store_partly(r, dreg, NULL, NULL, len, why);
	else
		there = headers_read(&r->st.h, (enum header_base)base, offset, len, data, known);
	if (there == TRI_NO)
		return TRI_NO;
	if (base <= NFT_PAYLOAD_TRANSPORT_HEADER)
		reg_store_partly(r, dreg, data, known, len, why);
	return there == TRI_YES ? TRI_YES : run_maybe(r, why);
}

/*
 * Options: what we send has no IPv4 options and no IPv6 extension headers;
 * which TCP options there are is not known. Writing one decides nothing.
 */
static enum tri eval_exthdr(struct fw_run *r, const struct nftnl_expr *e)
{
	bool present = expr_u32(e, NFTNL_EXPR_EXTHDR_FLAGS) & NFT_EXTHDR_F_PRESENT;
	uint32_t dreg = expr_u32(e, NFTNL_EXPR_EXTHDR_DREG);
	bool tcpopt = expr_u32(e, NFTNL_EXPR_EXTHDR_OP) == NFT_EXTHDR_OP_TCPOPT;

	if (!dreg)
		return TRI_YES;
	if (tcpopt && r->st.h.l4proto == IPPROTO_TCP) {
		reg_store_partly(r, dreg, NULL, NULL,
				 present ? 1 : expr_u32(e, NFTNL_EXPR_EXTHDR_LEN), "TCP options");
		return present ? TRI_YES : run_maybe(r, "TCP options");
	}
	if (!present)
		return TRI_NO;
	reg_store_u8(r, dreg, 0);
	return TRI_YES;
}

/* --- conntrack, routes and sockets ---------------------------------------------------- */

static enum tri eval_notrack(struct fw_run *r, const struct nftnl_expr *e)
{
	run_notrack(r);
	return TRI_YES;
}

static void fib_type(struct fw_run *r, uint32_t dreg, const struct addr *a, uint32_t flags)
{
	int dev = flags & NFTA_FIB_F_IIF ? run_iif(r) : flags & NFTA_FIB_F_OIF ? run_oif(r) : 0;

	reg_store_u32(r, dreg, local_addr_type(r->ns, a, dev));
}

/* The interface towards a; NFTA_FIB_F_IIF, _OIF: only if it is that one (nft_fib4_eval()). */
static int fib_towards(struct fw_run *r, const struct addr *a, uint32_t flags)
{
	int dev = flags & NFTA_FIB_F_IIF ? run_iif(r) : flags & NFTA_FIB_F_OIF ? run_oif(r) : 0;
	const struct link *l = dev ? ns_link(r->ns, dev) : NULL;
	struct addr from = { 0 };
	int oif;

	/* what came over loopback is never questioned (nft_fib_is_loopback()) */
	if (l && l->flags & IFF_LOOPBACK)
		return dev;
	if (flags & NFTA_FIB_F_MARK && ~r->st.mark_known)
		return -1;
	headers_addr(&r->st.h, !(flags & NFTA_FIB_F_DADDR), &from);
	oif = local_route(r->ns, a, &from, dev, flags & NFTA_FIB_F_MARK ? r->st.mark : 0);
	return oif > 0 && dev && oif != dev ? 0 : oif;
}

static void fib_oif(struct fw_run *r, uint32_t dreg, const struct addr *a, uint32_t flags,
		    uint32_t result)
{
	int oif = fib_towards(r, a, flags);

	if (oif < 0)
		reg_store_partly(r, dreg, NULL, NULL, result == NFT_FIB_RESULT_OIFNAME ? 16 : 4,
				 "a route lookup (fib)");
	else if (flags & NFTA_FIB_F_PRESENT)
		reg_store_u32(r, dreg, oif != 0);
	else if (result == NFT_FIB_RESULT_OIFNAME)
		run_ifname(r, dreg, oif);
	else
		reg_store_u32(r, dreg, (uint32_t)oif);
}

static enum tri eval_fib(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t flags = expr_u32(e, NFTNL_EXPR_FIB_FLAGS), dreg = expr_u32(e, NFTNL_EXPR_FIB_DREG);
	uint32_t result = expr_u32(e, NFTNL_EXPR_FIB_RESULT);
	struct addr a;

	if (!headers_addr(&r->st.h, flags & NFTA_FIB_F_DADDR, &a))
		reg_store_partly(r, dreg, NULL, NULL, 16, "the address of a route lookup (fib)");
	else if (result == NFT_FIB_RESULT_ADDRTYPE)
		fib_type(r, dreg, &a, flags);
	else
		fib_oif(r, dreg, &a, flags, result);
	return TRI_YES;
}

/* Before the routing decision there is no route to ask, but over loopback (nft_rt_get_eval()). */
static enum tri eval_rt(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t key = expr_u32(e, NFTNL_EXPR_RT_KEY);
	const struct link *in = r->at->iif ? ns_link(r->ns, r->at->iif) : NULL;

	if (r->at->hook == HOOK_PREROUTING && in && !(in->flags & IFF_LOOPBACK))
		return TRI_NO;
	if ((key == NFT_RT_NEXTHOP4 && r->st.h.family != AF_INET) ||
	    (key == NFT_RT_NEXTHOP6 && r->st.h.family != AF_INET6))
		return TRI_NO;
	reg_store_partly(r, expr_u32(e, NFTNL_EXPR_RT_DREG), NULL, NULL, 16,
			 "a value of the route (rt)");
	return TRI_YES;
}

static enum tri eval_socket(struct fw_run *r, const struct nftnl_expr *e)
{
	static const char why[] = "a socket lookup";

	reg_store_partly(r, expr_u32(e, NFTNL_EXPR_SOCKET_DREG), NULL, NULL, 8, why);
	return run_maybe(r, why);
}

/* Which system sent it is told of what begins a TCP connection only (nft_osf_eval()). */
static enum tri eval_osf(struct fw_run *r, const struct nftnl_expr *e)
{
	static const char why[] = "what kind of system sent it (osf)";

	if (r->st.h.l4proto != IPPROTO_TCP)
		return TRI_NO;
	reg_store_partly(r, expr_u32(e, NFTNL_EXPR_OSF_DREG), NULL, NULL, 16, why);
	return run_maybe(r, why);
}

/* --- chance, rates, states ------------------------------------------------- */

/* A number below the modulus: the bits above it are known. */
static void store_below(struct fw_run *r, uint32_t dreg, uint32_t modulus, uint32_t offset,
			const char *why)
{
	uint32_t known = 0, zero = 0;

	if (modulus == 1) {
		reg_store_u32(r, dreg, offset);
		return;
	}
	if (modulus && !offset)
		for (uint32_t bit = 1u << 31; bit && bit > modulus - 1; bit >>= 1)
			known |= bit;
	reg_store_partly(r, dreg, &zero, &known, sizeof(zero), why);
}

static enum tri eval_numgen(struct fw_run *r, const struct nftnl_expr *e)
{
	store_below(r, expr_u32(e, NFTNL_EXPR_NG_DREG), expr_u32(e, NFTNL_EXPR_NG_MODULUS),
		    expr_u32(e, NFTNL_EXPR_NG_OFFSET), "a random or counted number (numgen)");
	return TRI_YES;
}

/* With a seed of the ruleset's own and a known key it is known (nft_jhash_eval()). */
static bool jhash_known(struct fw_run *r, const struct nftnl_expr *e, uint32_t *ret)
{
	uint32_t sreg = expr_u32(e, NFTNL_EXPR_HASH_SREG), len = expr_u32(e, NFTNL_EXPR_HASH_LEN);
	uint32_t modulus = expr_u32(e, NFTNL_EXPR_HASH_MODULUS);
	const uint8_t *known, *data = reg_load(r, sreg, len, &known);

	if (expr_u32(e, NFTNL_EXPR_HASH_TYPE) != NFT_HASH_JENKINS || !data || !modulus ||
	    !nftnl_expr_is_set(e, NFTNL_EXPR_HASH_SEED) || !reg_is_known(r, sreg, len))
		return false;
	*ret = jhash_scale(jhash_bytes(data, len, expr_u32(e, NFTNL_EXPR_HASH_SEED)), modulus) +
	       expr_u32(e, NFTNL_EXPR_HASH_OFFSET);
	return true;
}

static enum tri eval_hash(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t hash;

	if (jhash_known(r, e, &hash)) {
		reg_store_u32(r, expr_u32(e, NFTNL_EXPR_HASH_DREG), hash);
		return TRI_YES;
	}
	store_below(r, expr_u32(e, NFTNL_EXPR_HASH_DREG), expr_u32(e, NFTNL_EXPR_HASH_MODULUS),
		    expr_u32(e, NFTNL_EXPR_HASH_OFFSET), "a hash");
	return TRI_YES;
}

static enum tri eval_limit(struct fw_run *r, const struct nftnl_expr *e)
{
	return run_maybe(r, "a rate limit");
}

static enum tri eval_connlimit(struct fw_run *r, const struct nftnl_expr *e)
{
	return run_maybe(r, "a number of connections (connlimit)");
}

/* A used-up quota stays so; one that is far from it is not reached by a probe. */
static enum tri eval_quota(struct fw_run *r, const struct nftnl_expr *e)
{
	uint64_t bytes = nftnl_expr_is_set(e, NFTNL_EXPR_QUOTA_BYTES) ?
				 nftnl_expr_get_u64(e, NFTNL_EXPR_QUOTA_BYTES) : 0;
	uint64_t used = nftnl_expr_is_set(e, NFTNL_EXPR_QUOTA_CONSUMED) ?
				nftnl_expr_get_u64(e, NFTNL_EXPR_QUOTA_CONSUMED) : 0;
	bool over = expr_u32(e, NFTNL_EXPR_QUOTA_FLAGS) & NFT_QUOTA_F_INV;

	if (used >= bytes)
		return tri_from(over);
	if (bytes - used > 1000000)
		return tri_from(!over);
	return run_maybe(r, "a quota");
}

static enum tri eval_synproxy(struct fw_run *r, const struct nftnl_expr *e);

static enum tri eval_object(struct fw_run *r, const struct nftnl_expr *e, uint32_t type)
{
	switch (type) {
	case NFT_OBJECT_COUNTER:
	case NFT_OBJECT_CT_HELPER:
	case NFT_OBJECT_CT_TIMEOUT:
	case NFT_OBJECT_CT_EXPECT:
	case NFT_OBJECT_SECMARK:
	case NFT_OBJECT_TUNNEL:
		return TRI_YES;
	case NFT_OBJECT_QUOTA:
		return run_maybe(r, "a named quota");
	case NFT_OBJECT_LIMIT:
		return run_maybe(r, "a named rate limit");
	case NFT_OBJECT_SYNPROXY:
		return eval_synproxy(r, e);
	default:
		return run_maybe(r, "a stateful object");
	}
}

/* The object that a map has for the packet; with none the rule ends (nft_objref_map_eval()). */
static enum tri eval_objref(struct fw_run *r, const struct nftnl_expr *e)
{
	const char *name;
	enum tri there, t;

	if (nftnl_expr_is_set(e, NFTNL_EXPR_OBJREF_IMM_TYPE))
		return eval_object(r, e, expr_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE));
	name = nftnl_expr_get_str(e, NFTNL_EXPR_OBJREF_SET_NAME);
	there = set_has(r, name, expr_u32(e, NFTNL_EXPR_OBJREF_SET_SREG));
	if (there == TRI_NO)
		return TRI_NO;
	t = eval_object(r, e, set_object_type(r, name));
	return t == TRI_YES && there == TRI_MAYBE ? TRI_MAYBE : t;
}

static bool is_metered(const struct nftnl_expr *e)
{
	return nftnl_expr_is_set(e, NFTNL_EXPR_DYNSET_EXPR) ||
	       nftnl_expr_is_set(e, NFTNL_EXPR_DYNSET_EXPRESSIONS);
}

/*
 * Adding succeeds unless the set is full or the element carries a condition of its own.
 * Whatever that says, the element is there afterwards. Deleting goes on in any case.
 */
static enum tri eval_dynset(struct fw_run *r, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_DYNSET_SET_NAME);
	enum tri t = TRI_YES;

	if (expr_u32(e, NFTNL_EXPR_DYNSET_OP) != NFT_DYNSET_OP_DELETE)
		t = is_metered(e) ? run_maybe(r, "the state of a set's element (meter)") :
				    set_has_room(r, name, expr_u32(e, NFTNL_EXPR_DYNSET_SREG_KEY));
	set_write(r, name);
	return t;
}

/* --- verdicts -------------------------------------------------------------- */

static enum tri eval_reject(struct fw_run *r, const struct nftnl_expr *e)
{
	r->verdict = (struct fw_verdict_code){ .code = NF_DROP, .reject = true };
	return TRI_YES;
}

static enum tri verdict_unknown(struct fw_run *r, const char *why)
{
	r->verdict = (struct fw_verdict_code){ .code = VERDICT_UNKNOWN };
	r->why = why;
	return TRI_YES;
}

enum tri run_queue(struct fw_run *r, uint16_t first, uint16_t total, bool bypass)
{
	bool heard = !r->ns->readers_known;

	vec_each(number, &r->ns->queue_readers)
		heard |= *number >= first && *number - first < total;
	if (heard)
		return verdict_unknown(r, "a program in user space decides (queue)");
	r->verdict = (struct fw_verdict_code){ .code = bypass ? NF_ACCEPT : NF_DROP };
	return TRI_YES;
}

static enum tri eval_queue(struct fw_run *r, const struct nftnl_expr *e)
{
	if (nftnl_expr_is_set(e, NFTNL_EXPR_QUEUE_SREG_QNUM))
		return verdict_unknown(r, "a program in user space decides (queue)");
	return run_queue(r, nftnl_expr_get_u16(e, NFTNL_EXPR_QUEUE_NUM),
			 nftnl_expr_get_u16(e, NFTNL_EXPR_QUEUE_TOTAL),
			 nftnl_expr_get_u16(e, NFTNL_EXPR_QUEUE_FLAGS) & NFT_QUEUE_FLAG_BYPASS);
}

static enum tri eval_fwd(struct fw_run *r, const struct nftnl_expr *e)
{
	return verdict_unknown(r, "it is sent out of another interface (fwd)");
}

static enum tri eval_synproxy(struct fw_run *r, const struct nftnl_expr *e)
{
	if (r->st.h.l4proto != IPPROTO_TCP)
		return TRI_NO;
	return verdict_unknown(r, "the handshake is answered in its place (synproxy)");
}

static enum tri eval_tproxy(struct fw_run *r, const struct nftnl_expr *e)
{
	return run_maybe(r, "a transparent proxy (tproxy)");
}

/*
 * Only established flows of TCP and UDP are handed over; for all else the rule ends
 * (nft_flow_offload_eval()). An answer to a SYN does not establish its connection yet.
 */
static enum tri eval_flow_offload(struct fw_run *r, const struct nftnl_expr *e)
{
	if (r->st.h.l4proto != IPPROTO_TCP && r->st.h.l4proto != IPPROTO_UDP)
		return TRI_NO;
	if (r->st.ct != CT_VIEW_ESTABLISHED && r->st.ct != CT_VIEW_UNKNOWN)
		return TRI_NO;
	if (r->pkt->proto == PROTO_TCP && r->pkt->tcp_flags & TH_SYN)
		return TRI_NO;
	return run_maybe(r, "whether the flow can go to a flowtable");
}

/* --- NAT ------------------------------------------------------------------- */

static void range_addr(struct fw_run *r, const struct nftnl_expr *e, uint16_t attr,
		       struct addr *ret)
{
	size_t len = addr_len(r->st.h.family);
	uint32_t reg = expr_u32(e, attr);
	const uint8_t *known, *data = reg_load(r, reg, len, &known);

	*ret = (struct addr){ 0 };
	if (data && reg_is_known(r, reg, len))
		addr_from_bytes(r->st.h.family, data, len, ret);
}

static uint16_t range_port(struct fw_run *r, const struct nftnl_expr *e, uint16_t attr)
{
	uint32_t reg = expr_u32(e, attr);
	const uint8_t *known, *data = reg_load(r, reg, 2, &known);

	return data && reg_is_known(r, reg, 2) ? (uint16_t)(data[0] << 8 | data[1]) : 0;
}

/* The end of a range is its beginning where no register is given for it. */
static void range_ports(struct fw_run *r, const struct nftnl_expr *e, uint16_t min, uint16_t max,
			struct nat_range *range)
{
	range->has_port = nftnl_expr_is_set(e, min);
	if (!range->has_port)
		return;
	range->port_min = range_port(r, e, min);
	range->port_max = nftnl_expr_is_set(e, max) ? range_port(r, e, max) : range->port_min;
}

/* In inet tables a translation passes packets of the other family by (nft_nat_inet_eval()). */
static enum tri eval_nat(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t family = expr_u32(e, NFTNL_EXPR_NAT_FAMILY);
	struct nat_range range = { 0 };

	if (family != NFPROTO_INET && family != r->pf)
		return TRI_YES;
	range.has_addr = nftnl_expr_is_set(e, NFTNL_EXPR_NAT_REG_ADDR_MIN);
	range.netmap = expr_u32(e, NFTNL_EXPR_NAT_FLAGS) & NF_NAT_RANGE_NETMAP;
	range.persistent = expr_u32(e, NFTNL_EXPR_NAT_FLAGS) & NF_NAT_RANGE_PERSISTENT;
	range.random = expr_u32(e, NFTNL_EXPR_NAT_FLAGS) & NF_NAT_RANGE_PROTO_RANDOM_ALL;
	if (range.has_addr) {
		range_addr(r, e, NFTNL_EXPR_NAT_REG_ADDR_MIN, &range.min);
		range.max = range.min;
		if (nftnl_expr_is_set(e, NFTNL_EXPR_NAT_REG_ADDR_MAX))
			range_addr(r, e, NFTNL_EXPR_NAT_REG_ADDR_MAX, &range.max);
	}
	range_ports(r, e, NFTNL_EXPR_NAT_REG_PROTO_MIN, NFTNL_EXPR_NAT_REG_PROTO_MAX, &range);
	nat_translate(r, expr_u32(e, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_DNAT ? NAT_DEST : NAT_SOURCE,
		      &range);
	return TRI_YES;
}

static enum tri eval_masq(struct fw_run *r, const struct nftnl_expr *e)
{
	struct nat_range range = {
		.random = expr_u32(e, NFTNL_EXPR_MASQ_FLAGS) & NF_NAT_RANGE_PROTO_RANDOM_ALL,
	};

	range_ports(r, e, NFTNL_EXPR_MASQ_REG_PROTO_MIN, NFTNL_EXPR_MASQ_REG_PROTO_MAX, &range);
	nat_masquerade(r, &range);
	return TRI_YES;
}

static enum tri eval_redir(struct fw_run *r, const struct nftnl_expr *e)
{
	struct nat_range range = {
		.random = expr_u32(e, NFTNL_EXPR_REDIR_FLAGS) & NF_NAT_RANGE_PROTO_RANDOM_ALL,
	};

	range_ports(r, e, NFTNL_EXPR_REDIR_REG_PROTO_MIN, NFTNL_EXPR_REDIR_REG_PROTO_MAX, &range);
	nat_redirect(r, &range);
	return TRI_YES;
}

/* --- x_tables extensions --------------------------------------------------- */

static enum tri eval_match(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t len = 0;
	const void *info = nftnl_expr_get(e, NFTNL_EXPR_MT_INFO, &len);

	return xt_match_eval(r, nftnl_expr_get_str(e, NFTNL_EXPR_MT_NAME),
			     expr_u32(e, NFTNL_EXPR_MT_REV), info, len);
}

static enum tri eval_target(struct fw_run *r, const struct nftnl_expr *e)
{
	uint32_t len = 0;
	const void *info = nftnl_expr_get(e, NFTNL_EXPR_TG_INFO, &len);

	return xt_target_eval(r, nftnl_expr_get_str(e, NFTNL_EXPR_TG_NAME),
			      expr_u32(e, NFTNL_EXPR_TG_REV), info, len);
}

/* Counts, logs, copies: the rule goes on. */
static enum tri eval_nothing(struct fw_run *r, const struct nftnl_expr *e)
{
	return TRI_YES;
}

/* The frequent ones first. */
static const struct {
	const char *name;
	enum tri (*eval)(struct fw_run *r, const struct nftnl_expr *e);
} exprs[] = {
	{ "cmp",       eval_cmp },
	{ "payload",   eval_payload },
	{ "meta",      expr_meta },
	{ "counter",   eval_nothing },
	{ "immediate", eval_immediate },
	{ "match",     eval_match },
	{ "target",    eval_target },
	{ "lookup",    set_lookup },
	{ "bitwise",   eval_bitwise },
	{ "ct",        expr_ct },
	{ "range",     eval_range },
	{ "byteorder", eval_byteorder },
	{ "log",       eval_nothing },
	{ "limit",     eval_limit },
	{ "reject",    eval_reject },
	{ "nat",       eval_nat },
	{ "masq",      eval_masq },
	{ "redir",     eval_redir },
	{ "notrack",   eval_notrack },
	{ "fib",       eval_fib },
	{ "exthdr",    eval_exthdr },
	{ "objref",    eval_objref },
	{ "dynset",    eval_dynset },
	{ "quota",     eval_quota },
	{ "connlimit", eval_connlimit },
	{ "numgen",    eval_numgen },
	{ "hash",      eval_hash },
	{ "rt",        eval_rt },
	{ "socket",    eval_socket },
	{ "queue",     eval_queue },
	{ "fwd",       eval_fwd },
	{ "synproxy",  eval_synproxy },
	{ "tproxy",    eval_tproxy },
	{ "dup",       eval_nothing },
	{ "flow_offload", eval_flow_offload },
	{ "osf",       eval_osf },
	{ "last",      eval_nothing },
};

enum tri expr_eval(struct fw_run *r, const struct nftnl_expr *e)
{
	const char *name = nftnl_expr_get_str(e, NFTNL_EXPR_NAME);

	if (!name)
		return run_maybe(r, "an expression that cannot be decoded");
	for (size_t i = 0; i < ARRAY_SIZE(exprs); i++)
		if (streq(exprs[i].name, name))
			return exprs[i].eval(r, e);
	return run_maybe(r, run_text(r, "expression \"%s\"", name));
}
