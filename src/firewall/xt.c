/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xt - find an extension's row, load its struct safely, evaluate and print it */
#include "firewall/xt.h"

static const struct xt_row *find_row(const struct xt_rows *const *tables, size_t n,
				     const char *name, uint32_t rev, uint8_t family, size_t len)
{
	for (size_t t = 0; t < n; t++)
		for (size_t i = 0; i < tables[t]->n; i++) {
			const struct xt_row *row = &tables[t]->v[i];

			if (streq(row->name, name) && (!row->family || row->family == family) &&
			    rev >= row->rev_min && rev <= row->rev_max && len >= row->size)
				return row;
		}
	return NULL;
}

const struct xt_row *xt_match_find(const char *name, uint32_t rev, uint8_t family, size_t len)
{
	static const struct xt_rows *const tables[] = { &xt_basic_matches, &xt_field_matches,
							&xt_state_matches, &xt_set_matches,
							&xt_rare_matches };

	return find_row(tables, ARRAY_SIZE(tables), name, rev, family, len);
}

const struct xt_row *xt_target_find(const char *name, uint32_t rev, uint8_t family, size_t len)
{
	static const struct xt_rows *const tables[] = { &xt_basic_targets, &xt_mangle_targets,
							&xt_set_targets, &xt_rare_targets };

	return find_row(tables, ARRAY_SIZE(tables), name, rev, family, len);
}

enum tri xt_eval_nothing(struct fw_run *r, const void *info, uint32_t rev)
{
	return TRI_YES;
}

void xt_info_load(struct xt_info *ret, const void *info, size_t len)
{
	memset(ret, 0, sizeof(*ret));
	if (info)
		memcpy(ret->b, info, len < sizeof(ret->b) ? len : sizeof(ret->b));
}

enum tri xt_match_eval(struct fw_run *r, const char *name, uint32_t rev, const void *info,
		       size_t len)
{
	const struct xt_row *m;
	struct xt_info copy;

	if (!name)
		return run_maybe(r, "an xt match without a name");
	m = info ? xt_match_find(name, rev, r->st.h.family, len) : NULL;
	if (!m || !m->eval)
		return run_maybe(r, run_text(r, "xt match \"%s\"", name));
	xt_info_load(&copy, info, len);
	return m->eval(r, copy.b, rev);
}

enum tri xt_target_eval(struct fw_run *r, const char *name, uint32_t rev, const void *info,
			size_t len)
{
	const struct xt_row *t = name ? xt_target_find(name, rev, r->st.h.family, len) : NULL;
	struct xt_info copy;

	if (!t) {
		r->verdict = (struct fw_verdict_code){ .code = VERDICT_UNKNOWN };
		r->why = run_text(r, "xt target \"%s\"", name ? name : "?");
		return TRI_YES;
	}
	xt_info_load(&copy, info, len);
	return t->eval(r, copy.b, rev);
}

/* An alias is printed under the name by which it was asked for ("-m state"). */
static const char *match_alias(const char *name, const char *options)
{
	return streq(name, "conntrack") && strstr(options, " --state ") ? "state" : name;
}

void xt_match_print(struct strbuf *b, const char *name, const struct xt_context *x,
		    const void *info, size_t len)
{
	const struct xt_row *m = name && info ? xt_match_find(name, x->rev, x->family, len) : NULL;
	_cleanup_(strbuf_done) struct strbuf options = { 0 };
	struct xt_info copy;

	if (m && m->print) {
		xt_info_load(&copy, info, len);
		m->print(&options, copy.b, x);
	} else {
		strbuf_puts(&options, " …");
	}
	strbuf_printf(b, " -m %s%s", name ? match_alias(name, strbuf_str(&options)) : "?",
		      strbuf_str(&options));
}

void xt_target_print(struct strbuf *b, const char *name, const struct xt_context *x,
		     const void *info, size_t len)
{
	const struct xt_row *t = name && info ? xt_target_find(name, x->rev, x->family, len) : NULL;
	_cleanup_(strbuf_done) struct strbuf options = { 0 };
	struct xt_info copy;

	if (t && t->print) {
		xt_info_load(&copy, info, len);
		t->print(&options, copy.b, x);
	} else {
		strbuf_puts(&options, " …");
	}
	if (name && streq(name, "CT") && streq(strbuf_str(&options), " NOTRACK"))
		strbuf_puts(b, " -j NOTRACK");
	else
		strbuf_printf(b, " -j %s%s", name ? name : "?", strbuf_str(&options));
}
