/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * xt-state - the match extensions that ask for what no packet shows: rates, chance, time, other
 * connections, sockets, programs
 *
 * Most answers cannot be known from outside. After net/netfilter/xt_*.c; printing
 * after extensions/libxt_*.c of iptables 1.8.9.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h> /* NAME_MAX for xt_hashlimit.h */
#include <stdio.h>
#include <time.h>

#include "firewall/decode.h"
#include "firewall/xt-print.h"

#include <linux/netfilter/xt_bpf.h>
#include <linux/netfilter/xt_cgroup.h>
#include <linux/netfilter/xt_cluster.h>
#include <linux/netfilter/xt_connbytes.h>
#include <linux/netfilter/xt_connlabel.h>
#include <linux/netfilter/xt_connlimit.h>
#include <linux/netfilter/xt_cpu.h>
#include <linux/netfilter/xt_devgroup.h>
#include <linux/netfilter/xt_hashlimit.h>
#include <linux/netfilter/xt_helper.h>
#include <linux/netfilter/xt_limit.h>
#include <linux/netfilter/xt_osf.h>
#include <linux/netfilter/xt_owner.h>
#include <linux/netfilter/xt_policy.h>
#include <linux/netfilter/xt_quota.h>
#include <linux/netfilter/xt_realm.h>
#include <linux/netfilter/xt_recent.h>
#include <linux/netfilter/xt_socket.h>
#include <linux/netfilter/xt_statistic.h>
#include <linux/netfilter/xt_string.h>
#include <linux/netfilter/xt_time.h>

/* --- rates and chance ------------------------------------------------------ */

static void print_limit(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_rateinfo *i = info;

	xt_print_limit(b, i->avg, i->burst);
}

/* All revisions as the newest; averages of revision 1 count in ten-thousandths of a second. */
static struct xt_hashlimit_mtinfo3 load_hashlimit(const void *info, uint32_t rev)
{
	const struct xt_hashlimit_mtinfo1 *one = info;
	const struct xt_hashlimit_mtinfo2 *two = info;
	struct xt_hashlimit_mtinfo3 h = { 0 };

	if (rev >= 3) {
		memcpy(&h, info, offsetof(struct xt_hashlimit_mtinfo3, hinfo));
		return h;
	}
	if (rev == 2) {
		memcpy(h.name, two->name, sizeof(two->name));
		memcpy(&h.cfg, &two->cfg, offsetof(struct hashlimit_cfg2, srcmask));
		h.cfg.srcmask = two->cfg.srcmask;
		h.cfg.dstmask = two->cfg.dstmask;
		return h;
	}
	memcpy(h.name, one->name, sizeof(one->name));
	h.cfg = (struct hashlimit_cfg3){
		.avg = one->cfg.avg,
		.burst = one->cfg.burst,
		.mode = one->cfg.mode,
		.size = one->cfg.size,
		.max = one->cfg.max,
		.gc_interval = one->cfg.gc_interval,
		.expire = one->cfg.expire,
		.srcmask = one->cfg.srcmask,
		.dstmask = one->cfg.dstmask,
	};
	return h;
}

/* Both return how long an entry lives by default, in milliseconds. */
static uint32_t print_packet_rate(struct strbuf *b, const struct hashlimit_cfg3 *c, uint32_t rev)
{
	static const struct {
		const char *name;
		uint32_t seconds;
	} rates[] = { { "day", 86400 }, { "hour", 3600 }, { "min", 60 }, { "sec", 1 } };
	uint64_t scale = rev == 1 ? XT_HASHLIMIT_SCALE : XT_HASHLIMIT_SCALE_v2, period = c->avg;
	size_t i = 1;

	if (!period)
		return 0;
	while (i < ARRAY_SIZE(rates) && period <= scale * rates[i].seconds &&
	       scale * rates[i].seconds / period >= scale * rates[i].seconds % period)
		i++;
	strbuf_printf(b, " %llu/%s --hashlimit-burst %llu",
		      (unsigned long long)(scale * rates[i - 1].seconds / period),
		      rates[i - 1].name, (unsigned long long)c->burst);
	return rates[i - 1].seconds * 1000;
}

/* cost_to_bytes() and print_bytes(), extensions/libxt_hashlimit.c */
static uint32_t print_byte_rate(struct strbuf *b, const struct hashlimit_cfg3 *c)
{
	static const struct {
		const char *name;
		uint32_t size;
	} units[] = { { "m", 1024 * 1024 }, { "k", 1024 }, { "", 1 } };
	uint64_t rate = c->avg ? UINT32_MAX / c->avg : UINT32_MAX;
	size_t i = 0;

	rate = rate ? (rate - 1) << 4 : 0;
	while (i + 1 < ARRAY_SIZE(units) && (rate < units[i].size || rate % units[i].size))
		i++;
	strbuf_printf(b, " %llu%sb/s", (unsigned long long)(rate / units[i].size), units[i].name);
	if (c->burst) {
		rate *= c->burst;
		for (i = 0; i + 1 < ARRAY_SIZE(units) &&
			    (rate < units[i].size || rate % units[i].size);)
			i++;
		strbuf_printf(b, " --hashlimit-burst %llu%sb",
			      (unsigned long long)(rate / units[i].size), units[i].name);
	}
	return c->burst ? 60000 : 15000;
}

static void print_hashlimit_mode(struct strbuf *b, uint32_t mode)
{
	static const struct xt_bit_name names[] = {
		{ XT_HASHLIMIT_HASH_SIP, "srcip" },
		{ XT_HASHLIMIT_HASH_SPT, "srcport" },
		{ XT_HASHLIMIT_HASH_DIP, "dstip" },
		{ XT_HASHLIMIT_HASH_DPT, "dstport" },
	};

	if (!(mode & 0xf))
		return;
	strbuf_puts(b, " --hashlimit-mode");
	xt_print_bits(b, mode, names, ARRAY_SIZE(names));
}

static void print_hashlimit(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_hashlimit_mtinfo3 h = load_hashlimit(info, x->rev);
	const struct hashlimit_cfg3 *c = &h.cfg;
	uint32_t expire, bits = x->family == AF_INET6 ? 128 : 32;

	strbuf_puts(b, c->mode & XT_HASHLIMIT_INVERT ? " --hashlimit-above" : " --hashlimit-upto");
	expire = c->mode & XT_HASHLIMIT_BYTES ? print_byte_rate(b, c) :
						print_packet_rate(b, c, x->rev);
	print_hashlimit_mode(b, c->mode);
	xt_print_word(b, "--hashlimit-name", h.name, sizeof(h.name));
	if (c->size)
		strbuf_printf(b, " --hashlimit-htable-size %u", c->size);
	if (c->max)
		strbuf_printf(b, " --hashlimit-htable-max %u", c->max);
	if (c->gc_interval != 1000)
		strbuf_printf(b, " --hashlimit-htable-gcinterval %u", c->gc_interval);
	if (c->expire != expire)
		strbuf_printf(b, " --hashlimit-htable-expire %u", c->expire);
	if (c->srcmask != bits)
		strbuf_printf(b, " --hashlimit-srcmask %u", c->srcmask);
	if (c->dstmask != bits)
		strbuf_printf(b, " --hashlimit-dstmask %u", c->dstmask);
	if (!(c->mode & XT_HASHLIMIT_RATE_MATCH))
		return;
	strbuf_puts(b, " --hashlimit-rate-match");
	if (c->interval != 1)
		strbuf_printf(b, " --hashlimit-rate-interval %u", c->interval);
}

static enum tri eval_statistic(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_statistic_info *i = info;
	bool invert = i->flags & XT_STATISTIC_INVERT;

	/* a probability of 1 is 2³¹, of 0 never happens; every first packet is every packet */
	if (i->mode == XT_STATISTIC_MODE_RANDOM && i->u.random.probability >= 0x80000000u)
		return tri_from(!invert);
	if (i->mode == XT_STATISTIC_MODE_NTH && i->u.nth.every == 0)
		return tri_from(!invert);
	return run_maybe(r, "xt match \"statistic\"");
}

static void print_statistic(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_statistic_info *i = info;
	bool invert = i->flags & XT_STATISTIC_INVERT;

	if (i->mode == XT_STATISTIC_MODE_RANDOM) {
		strbuf_puts(b, " --mode random");
		xt_print_not(b, invert);
		strbuf_printf(b, " --probability %.11f",
			      1.0 * i->u.random.probability / 0x80000000u);
	} else {
		strbuf_puts(b, " --mode nth");
		xt_print_not(b, invert);
		strbuf_printf(b, " --every %u --packet %u", i->u.nth.every + 1, i->u.nth.packet);
	}
}

static void print_quota(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_quota_info *i = info;

	xt_print_not(b, i->flags & XT_QUOTA_INVERT);
	strbuf_printf(b, " --quota %llu", (unsigned long long)i->quota);
}

/* --- what was before ------------------------------------------------------- */

/* Noting an address always succeeds; every other question is about earlier packets. */
static enum tri eval_recent(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_recent_mtinfo *i = info;

	if (i->check_set & XT_RECENT_SET && !(i->check_set & XT_RECENT_TTL))
		return tri_from(!i->invert);
	return run_maybe(r, "xt match \"recent\"");
}

static void print_recent(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct {
		uint8_t bit;
		const char *option;
	} what[] = { { XT_RECENT_SET, " --set" }, { XT_RECENT_CHECK, " --rcheck" },
		     { XT_RECENT_UPDATE, " --update" }, { XT_RECENT_REMOVE, " --remove" } };
	const struct xt_recent_mtinfo_v1 *i = info; /* revision 0 has no mask at its end */
	struct addr mask = { .family = x->family };

	memset(mask.b, 0xff, addr_len(x->family));
	if (x->rev >= 1)
		memcpy(mask.b, &i->mask, addr_len(x->family));
	xt_print_not(b, i->invert);
	for (size_t k = 0; k < ARRAY_SIZE(what); k++)
		if (i->check_set & what[k].bit)
			strbuf_puts(b, what[k].option);
	if (i->seconds)
		strbuf_printf(b, " --seconds %u", i->seconds);
	if (i->check_set & XT_RECENT_REAP)
		strbuf_puts(b, " --reap");
	if (i->hit_count)
		strbuf_printf(b, " --hitcount %u", i->hit_count);
	if (i->check_set & XT_RECENT_TTL)
		strbuf_puts(b, " --rttl");
	xt_print_word(b, "--name", i->name, sizeof(i->name));
	strbuf_printf(b, " --mask %s --r%s", addr_text(&mask).s,
		      i->side == XT_RECENT_DEST ? "dest" : "source");
}

static void print_connlimit(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_connlimit_info *i = info;
	int bits = mask_prefix((const uint8_t *)&i->mask, addr_len(x->family));

	strbuf_printf(b, " --connlimit-%s %u --connlimit-mask %d --connlimit-%saddr",
		      i->flags & XT_CONNLIMIT_INVERT ? "upto" : "above", i->limit, bits,
		      i->flags & XT_CONNLIMIT_DADDR ? "d" : "s");
}

/* Without a connection there are no bytes of it. */
static enum tri eval_connbytes(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_connbytes_info *i = info;
	uint64_t n;

	if (r->st.ct == CT_VIEW_NONE || r->st.ct == CT_VIEW_UNTRACKED)
		return TRI_NO;
	/* its directions have the numbers of conntrack's */
	if (i->what != XT_CONNBYTES_PKTS || !run_ct_packets(r, i->direction, &n))
		return run_maybe(r, "xt match \"connbytes\"");
	if (i->count.to >= i->count.from)
		return tri_from(n >= i->count.from && n <= i->count.to);
	/* inverted */
	return tri_from(n < i->count.to || n > i->count.from);
}

static void print_connbytes(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const modes[] = { "packets", "bytes", "avgpkt" };
	static const char *const dirs[] = { "original", "reply", "both" };
	const struct xt_connbytes_info *i = info;
	bool invert = i->count.from > i->count.to;
	unsigned long long from = invert ? i->count.to : i->count.from;
	unsigned long long to = invert ? i->count.from : i->count.to;

	xt_print_not(b, invert);
	strbuf_printf(b, " --connbytes %llu", from);
	if (to && to < ULLONG_MAX)
		strbuf_printf(b, ":%llu", to);
	if (i->what < ARRAY_SIZE(modes) && i->direction < ARRAY_SIZE(dirs))
		strbuf_printf(b, " --connbytes-mode %s --connbytes-dir %s", modes[i->what],
			      dirs[i->direction]);
}

/* A helper is that of the connection which expected this one: no probe is expected. */
static enum tri eval_helper(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_helper_info *i = info;

	return tri_from(i->invert);
}

static void print_helper(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_helper_info *i = info;

	xt_print_not(b, i->invert);
	xt_print_word(b, "--helper", i->name, sizeof(i->name));
}

static void print_connlabel(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_connlabel_mtinfo *i = info;

	xt_print_not(b, i->options & XT_CONNLABEL_OP_INVERT);
	strbuf_printf(b, " --label \"%u\"%s", i->bit,
		      i->options & XT_CONNLABEL_OP_SET ? " --set" : "");
}

/* --- time ------------------------------------------------------------------ */

static void print_clock(struct strbuf *b, const char *option, uint32_t t)
{
	strbuf_printf(b, " %s %02u:%02u:%02u", option, t / 3600, t / 60 % 60, t % 60);
}

static void print_date(struct strbuf *b, const char *option, uint32_t date)
{
	time_t t = (time_t)date;
	char text[32];
	struct tm tm;

	if (!date || !gmtime_r(&t, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	strbuf_printf(b, " %s %s", option, text);
}

static void print_time(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const struct xt_bit_name days[] = {
		{ 1 << 1, "Mon" }, { 1 << 2, "Tue" }, { 1 << 3, "Wed" }, { 1 << 4, "Thu" },
		{ 1 << 5, "Fri" }, { 1 << 6, "Sat" }, { 1 << 7, "Sun" },
	};
	const struct xt_time_info *i = info;
	const char *separator = " ";

	if (i->daytime_start != XT_TIME_MIN_DAYTIME || i->daytime_stop != XT_TIME_MAX_DAYTIME) {
		print_clock(b, "--timestart", i->daytime_start);
		print_clock(b, "--timestop", i->daytime_stop);
	}
	if (i->monthdays_match != XT_TIME_ALL_MONTHDAYS) {
		strbuf_puts(b, " --monthdays");
		for (unsigned int k = 1; k <= 31; k++)
			if (i->monthdays_match & 1u << k) {
				strbuf_printf(b, "%s%u", separator, k);
				separator = ",";
			}
	}
	if (i->weekdays_match != XT_TIME_ALL_WEEKDAYS) {
		strbuf_puts(b, " --weekdays");
		xt_print_bits(b, i->weekdays_match, days, ARRAY_SIZE(days));
	}
	print_date(b, "--datestart", i->date_start);
	print_date(b, "--datestop", i->date_stop);
	if (i->flags & XT_TIME_LOCAL_TZ)
		strbuf_puts(b, " --kerneltz");
	if (i->flags & XT_TIME_CONTIGUOUS)
		strbuf_puts(b, " --contiguous");
}

/* --- content --------------------------------------------------------------- */

static bool is_hex(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isprint((unsigned char)s[i]))
			return true;
	return len && s[len - 1] == '|';
}

static void print_pattern(struct strbuf *b, const char *s, size_t len)
{
	bool hex = is_hex(s, len);

	strbuf_puts(b, hex ? " --hex-string \"|" : " --string \"");
	for (size_t i = 0; i < len; i++) {
		if (hex)
			strbuf_printf(b, "%02x", (unsigned char)s[i]);
		else
			strbuf_printf(b, "%s%c", strchr("\"\\", s[i]) ? "\\" : "", s[i]);
	}
	strbuf_puts(b, hex ? "|\"" : "\"");
}

static void print_string(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_string_info *i = info;
	size_t len = i->patlen < sizeof(i->pattern) ? i->patlen : sizeof(i->pattern);

	xt_print_not(b, x->rev ? i->u.v1.flags & XT_STRING_FLAG_INVERT : i->u.v0.invert);
	print_pattern(b, i->pattern, len);
	xt_print_word(b, "--algo", i->algo, sizeof(i->algo));
	if (i->from_offset)
		strbuf_printf(b, " --from %u", i->from_offset);
	if (i->to_offset && i->to_offset != UINT16_MAX)
		strbuf_printf(b, " --to %u", i->to_offset);
	if (x->rev && i->u.v1.flags & XT_STRING_FLAG_IGNORECASE)
		strbuf_puts(b, " --icase");
}

static void print_bytecode(struct strbuf *b, const struct sock_filter *v, size_t n)
{
	strbuf_printf(b, " --bytecode \"%zu", n);
	for (size_t i = 0; i < n; i++)
		strbuf_printf(b, ",%u %u %u %u", v[i].code, v[i].jt, v[i].jf, v[i].k);
	strbuf_putc(b, '"');
}

static void print_bpf(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_bpf_info_v1 *i = info;
	const struct xt_bpf_info *old = info;
	size_t n = x->rev ? i->bpf_program_num_elem : old->bpf_program_num_elem;

	n = n < XT_BPF_MAX_NUM_INSTR ? n : XT_BPF_MAX_NUM_INSTR;
	if (!x->rev)
		print_bytecode(b, old->bpf_program, n);
	else if (i->mode == XT_BPF_MODE_BYTECODE)
		print_bytecode(b, i->bpf_program, n);
	else
		xt_print_word(b, "--object-pinned", i->path, sizeof(i->path));
}

/* --- sockets, processors, groups ------------------------------------------- */

/*
 * What is forwarded or just came in belongs to no socket: then only what asks for
 * nothing, or for the opposite of everything, matches (owner_mt()).
 */
static enum tri eval_owner(struct fw_run *r, const void *info, uint32_t rev)
{
	const struct xt_owner_match_info *i = info;

	if (r->at->iif)
		return tri_from((i->match ^ i->invert) == 0);
	return run_maybe(r, "who owns the socket (owner)");
}

static void print_ids(struct strbuf *b, const char *option, uint32_t min, uint32_t max, bool invert)
{
	xt_print_not(b, invert);
	strbuf_printf(b, " %s %u", option, min);
	if (min != max)
		strbuf_printf(b, "-%u", max);
}

static void print_owner(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_owner_match_info *i = info;

	if (i->match & XT_OWNER_SOCKET) {
		xt_print_not(b, i->invert & XT_OWNER_SOCKET);
		strbuf_puts(b, " --socket-exists");
	}
	if (i->match & XT_OWNER_UID)
		print_ids(b, "--uid-owner", i->uid_min, i->uid_max, i->invert & XT_OWNER_UID);
	if (i->match & XT_OWNER_GID)
		print_ids(b, "--gid-owner", i->gid_min, i->gid_max, i->invert & XT_OWNER_GID);
	if (i->match & XT_OWNER_SUPPL_GROUPS)
		strbuf_puts(b, " --suppl-groups");
}

static void print_socket(struct strbuf *b, const void *info, const struct xt_context *x)
{
	static const char *const options[] = { "--transparent", "--nowildcard", "--restore-skmark" };
	const struct xt_socket_mtinfo3 *i = info;

	for (size_t k = 0; x->rev && k < ARRAY_SIZE(options); k++)
		if (i->flags & 1u << k)
			strbuf_printf(b, " %s", options[k]);
}

static void print_cgroup(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_cgroup_info_v0 *old = info;
	const struct xt_cgroup_info_v2 *i = info;

	if (!x->rev) {
		xt_print_not(b, old->invert);
		strbuf_printf(b, " --cgroup %u", old->id);
		return;
	}
	if (i->has_path) {
		xt_print_not(b, i->invert_path);
		xt_print_word(b, "--path", i->path, sizeof(i->path));
	}
	if (i->has_classid) {
		xt_print_not(b, i->invert_classid);
		strbuf_printf(b, " --cgroup %u", i->classid);
	}
}

static void print_cpu(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_cpu_info *i = info;

	xt_print_not(b, i->invert);
	strbuf_printf(b, " --cpu %u", i->cpu);
}

static void print_masked(struct strbuf *b, const char *option, uint32_t value, uint32_t mask,
			 bool invert)
{
	xt_print_not(b, invert);
	strbuf_printf(b, " %s 0x%x", option, value);
	if (mask != ~0u)
		strbuf_printf(b, "/0x%x", mask);
}

static void print_devgroup(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_devgroup_info *i = info;

	if (i->flags & XT_DEVGROUP_MATCH_SRC)
		print_masked(b, "--src-group", i->src_group, i->src_mask,
			     i->flags & XT_DEVGROUP_INVERT_SRC);
	if (i->flags & XT_DEVGROUP_MATCH_DST)
		print_masked(b, "--dst-group", i->dst_group, i->dst_mask,
			     i->flags & XT_DEVGROUP_INVERT_DST);
}

static void print_realm(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_realm_info *i = info;

	print_masked(b, "--realm", i->id, i->mask, i->invert);
}

static void print_cluster(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_cluster_match_info *i = info;

	xt_print_not(b, i->flags & XT_CLUSTER_F_INV);
	strbuf_printf(b,
		      " --cluster-local-nodemask 0x%08x --cluster-total-nodes %u"
		      " --cluster-hash-seed 0x%08x",
		      i->node_mask, i->total_nodes, i->hash_seed);
}

/* Fingerprints are of TCP's first packets. */
static enum tri eval_osf(struct fw_run *r, const void *info, uint32_t rev)
{
	return r->st.h.l4proto == IPPROTO_TCP ? run_maybe(r, "xt match \"osf\"") : TRI_NO;
}

static void print_osf(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct nf_osf_info *i = info;

	xt_print_not(b, i->flags & NF_OSF_INVERT);
	xt_print_word(b, "--genre", i->genre, sizeof(i->genre));
	if (i->flags & NF_OSF_TTL)
		strbuf_printf(b, " --ttl %u", i->ttl);
	if (i->flags & NF_OSF_LOG)
		strbuf_printf(b, " --log %u", i->loglevel);
}

/* --- IPsec ----------------------------------------------------------------- */

static void print_tunnel(struct strbuf *b, const char *option, const union xt_policy_addr *a,
			 const union xt_policy_addr *m, bool invert, uint8_t family)
{
	int bits = mask_prefix((const uint8_t *)m, addr_len(family));
	struct addr addr = { 0 };

	addr_from_bytes(family, a, addr_len(family), &addr);
	xt_print_not(b, invert);
	strbuf_printf(b, " %s %s", option, addr_text(&addr).s);
	if (bits >= 0 && (size_t)bits < addr_len(family) * 8)
		strbuf_printf(b, "/%d", bits);
}

static void print_policy_elem(struct strbuf *b, const struct xt_policy_elem *e, uint8_t family)
{
	static const char *const modes[] = { "transport", "tunnel" };
	const char *proto = e->proto == IPPROTO_ESP ? "esp" :
			    e->proto == IPPROTO_AH ? "ah" : e->proto == 108 ? "ipcomp" : "?";

	if (e->match.reqid) {
		xt_print_not(b, e->invert.reqid);
		strbuf_printf(b, " --reqid %u", e->reqid);
	}
	if (e->match.spi) {
		xt_print_not(b, e->invert.spi);
		strbuf_printf(b, " --spi 0x%x", e->spi);
	}
	if (e->match.proto) {
		xt_print_not(b, e->invert.proto);
		strbuf_printf(b, " --proto %s", proto);
	}
	if (e->match.mode) {
		xt_print_not(b, e->invert.mode);
		strbuf_printf(b, " --mode %s", modes[e->mode & 1]);
	}
	if (e->match.daddr)
		print_tunnel(b, "--tunnel-dst", &e->daddr, &e->dmask, e->invert.daddr, family);
	if (e->match.saddr)
		print_tunnel(b, "--tunnel-src", &e->saddr, &e->smask, e->invert.saddr, family);
}

static void print_policy(struct strbuf *b, const void *info, const struct xt_context *x)
{
	const struct xt_policy_info *i = info;

	strbuf_printf(b, " --dir %s --pol %s%s", i->flags & XT_POLICY_MATCH_IN ? "in" : "out",
		      i->flags & XT_POLICY_MATCH_NONE ? "none" : "ipsec",
		      i->flags & XT_POLICY_MATCH_STRICT ? " --strict" : "");
	for (size_t k = 0; k < i->len && k < XT_POLICY_MAX_ELEM; k++) {
		if (k)
			strbuf_puts(b, " --next");
		print_policy_elem(b, &i->pol[k], x->family);
	}
}

static const struct xt_row rows[] = {
	/* name, family, revisions, size, eval, print */
	{ "limit", 0, 0, 0, sizeof(struct xt_rateinfo), NULL, print_limit },
	{ "hashlimit", 0, 1, 1, sizeof(struct xt_hashlimit_mtinfo1), NULL, print_hashlimit },
	{ "hashlimit", 0, 2, 2, sizeof(struct xt_hashlimit_mtinfo2), NULL, print_hashlimit },
	{ "hashlimit", 0, 3, 3, sizeof(struct xt_hashlimit_mtinfo3), NULL, print_hashlimit },
	{ "statistic", 0, 0, 0, sizeof(struct xt_statistic_info), eval_statistic, print_statistic },
	{ "quota", 0, 0, 0, sizeof(struct xt_quota_info), NULL, print_quota },
	{ "recent", 0, 0, 0, sizeof(struct xt_recent_mtinfo), eval_recent, print_recent },
	{ "recent", 0, 1, 1, sizeof(struct xt_recent_mtinfo_v1), eval_recent, print_recent },
	{ "connlimit", 0, 1, 1, sizeof(struct xt_connlimit_info), NULL, print_connlimit },
	{ "connbytes", 0, 0, 0, sizeof(struct xt_connbytes_info), eval_connbytes, print_connbytes },
	{ "helper", 0, 0, 0, sizeof(struct xt_helper_info), eval_helper, print_helper },
	{ "connlabel", 0, 0, 0, sizeof(struct xt_connlabel_mtinfo), NULL, print_connlabel },
	{ "time", 0, 0, 0, sizeof(struct xt_time_info), NULL, print_time },
	{ "string", 0, 0, 1, sizeof(struct xt_string_info), NULL, print_string },
	{ "bpf", 0, 0, 0, sizeof(struct xt_bpf_info), NULL, print_bpf },
	{ "bpf", 0, 1, 1, sizeof(struct xt_bpf_info_v1), NULL, print_bpf },
	{ "owner", 0, 1, 1, sizeof(struct xt_owner_match_info), eval_owner, print_owner },
	{ "socket", 0, 0, 0, 0, NULL, xt_print_nothing },
	{ "socket", 0, 1, 3, sizeof(struct xt_socket_mtinfo3), NULL, print_socket },
	{ "cgroup", 0, 0, 0, sizeof(struct xt_cgroup_info_v0), NULL, print_cgroup },
	{ "cgroup", 0, 2, 2, sizeof(struct xt_cgroup_info_v2), NULL, print_cgroup },
	{ "cpu", 0, 0, 0, sizeof(struct xt_cpu_info), NULL, print_cpu },
	{ "devgroup", 0, 0, 0, sizeof(struct xt_devgroup_info), NULL, print_devgroup },
	{ "realm", 0, 0, 0, sizeof(struct xt_realm_info), NULL, print_realm },
	{ "cluster", 0, 0, 0, sizeof(struct xt_cluster_match_info), NULL, print_cluster },
	{ "osf", 0, 0, 0, sizeof(struct nf_osf_info), eval_osf, print_osf },
	{ "policy", 0, 0, 0, sizeof(struct xt_policy_info), NULL, print_policy },
	{ "eui64", AF_INET6, 0, 0, 0, NULL, xt_print_nothing },
};

const struct xt_rows xt_state_matches = { rows, ARRAY_SIZE(rows) };
