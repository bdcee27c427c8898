/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "watch.h"

#include "strbuf.h"

static void put_finding(struct strbuf *b, const struct diagnosis *d, const struct finding *f)
{
	const char *ns = d->snapshot && f->ns >= 0 ? snapshot_ns(d->snapshot, f->ns)->name : "";

	strbuf_printf(b, "%s %s %s %u %s %s\n", role_text(f->role), f->code, direction_text(f->dir),
		      f->protocols, ns, f->object ? f->object : "");
}

char *watch_digest(const struct diagnosis *d)
{
	struct strbuf b = { 0 };

	strbuf_printf(&b, "%s %s\n", verdict_text(d->verdict), d->error ? d->error : "");
	vec_each(f, &d->findings)
		put_finding(&b, d, f);
	return strbuf_take(&b);
}
