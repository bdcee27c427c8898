/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "redact.h"

#include <errno.h>

#include "redact/redactor.h"
#include "replay.h"
#include "save.h"

/* --- what is no message ------------------------------------------------------- */

static void forget(const struct redactor *r, char **text)
{
	if (r->noting)
		return;
	free(*text);
	*text = NULL;
}

/* A text of its own. */
static void rename_text(struct redactor *r, char *text)
{
	if (text)
		redactor_name(r, text, strlen(text));
}

/* An interned one. */
static void rename_interned(struct redactor *r, struct snapshot *s, const char **name)
{
	_cleanup_(freep) char *copy = *name ? xstrdup(*name) : NULL;

	if (!copy || r->noting)
		return;
	rename_text(r, copy);
	*name = snapshot_intern(s, copy);
}

static void packet(struct redactor *r, struct packet *pkt)
{
	redactor_addr(r, &pkt->src);
	redactor_addr(r, &pkt->dst);
	redactor_addr(r, &pkt->undo);
}

static void sighting(struct redactor *r, struct sighting *s)
{
	packet(r, &s->pkt);
	packet(r, &s->inner);
	redactor_mac(r, s->mac);
	redactor_addr(r, &s->arp_sender);
	redactor_addr(r, &s->arp_target);
	redactor_mac(r, s->arp_sender_mac);
	redactor_mac(r, s->arp_target_mac);
	if (!r->noting)
		s->frame_at = s->frame_n = 0;
}

static void observed(struct redactor *r, struct snapshot *s, struct observations *o)
{
	vec_each(x, &o->sightings)
		sighting(r, x);
	if (!r->noting)
		vec_free(&o->frames);
	vec_each(t, &o->traces) {
		packet(r, &t->pkt);
		rename_text(r, t->table);
		rename_text(r, t->chain);
		rename_text(r, t->jump);
	}
	vec_each(c, &o->counts) {
		rename_interned(r, s, &c->table);
		rename_interned(r, s, &c->chain);
	}
}

static void probes(struct redactor *r, struct saved *s)
{
	vec_each(p, &s->round.plan.probes) {
		redactor_addr(r, &p->src);
		redactor_addr(r, &p->dst);
		vec_each(a, &p->attempts)
			redactor_addr(r, &a->icmp_from);
	}
	vec_each(f, &s->flows) {
		redactor_addr(r, &f->src);
		redactor_addr(r, &f->dst);
	}
}

#define NAMED "/run/netns/"

/* The last word of a path: the others say where a runtime keeps things. */
static char *renamed_path(struct redactor *r, const char *path)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(freep) char *name = xstrdup(slash ? slash + 1 : path);

	rename_text(r, name);
	return xasprintf(NAMED "%s", name);
}

static void target(struct redactor *r, struct target *t, const struct addr *dst)
{
	char *text = t->text;

	forget(r, &t->remark);
	if (r->noting)
		return;
	if (t->files.conf_path) {
		free(t->files.conf_path);
		t->files.conf_path = xstrdup("/etc/resolv.conf");
	}
	if (!text)
		return;
	if (t->kind == TARGET_ADDRESS) {
		t->text = xstrdup(addr_text(dst).s);
		free(text);
	} else if (t->kind == TARGET_PATH) {
		t->text = renamed_path(r, text);
		free(text);
	} else {
		rename_text(r, text);
	}
}

static void question(struct redactor *r, struct saved *s)
{
	struct round *round = &s->round;

	redactor_addr(r, &s->options.from);
	redactor_addr(r, &round->dst);
	redactor_addr(r, &round->entrance.client);
	for (size_t i = 0; i < round->names.n; i++)
		redactor_addr(r, &round->names.servers[i].addr);
	target(r, &s->run.source, &round->dst);
	target(r, &s->run.destination, &round->dst);
	/* whether there is a reason counts */
	if (round->no_entry && !r->noting) {
		free(round->no_entry);
		round->no_entry = xstrdup("it could not be sent");
	}
}

/* --- namespaces ---------------------------------------------------------------- */

static void answers(struct redactor *r, struct nft_set *set)
{
	for (struct nft_answer *a = (struct nft_answer *)(uintptr_t)set->answers; a;
	     a = (struct nft_answer *)(uintptr_t)a->next) {
		redactor_key(r, set, a->key, a->key_len);
		if (a->msg)
			redactor_nft(r, (struct nlmsghdr *)(uintptr_t)a->msg);
	}
}

static void namespace(struct redactor *r, struct snapshot *s, struct ns *ns)
{
	r->ns = ns;
	vec_each(raw, &ns->raw)
		redactor_message(r, raw->kind, raw->msg);
	vec_each(set, &ns->sets)
		answers(r, set);
	/* only now: sets are found by their names until here */
	vec_each(c, &ns->chains) {
		rename_interned(r, s, &c->table);
		rename_interned(r, s, &c->name);
	}
	vec_each(set, &ns->sets) {
		rename_interned(r, s, &set->table);
		rename_interned(r, s, &set->name);
	}
	rename_interned(r, s, &ns->name);
	if (ns->path && !r->noting) {
		_cleanup_(freep) char *path = renamed_path(r, ns->path);

		ns->path = snapshot_intern(s, path);
	}
}

static void namespaces(struct redactor *r, struct snapshot *s)
{
	for (size_t i = 0; s && i < s->ns.n; i++)
		namespace(r, s, &s->ns.v[i]);
}

/* --- the whole ------------------------------------------------------------------ */

static void everything(struct redactor *r, struct saved *s)
{
	namespaces(r, s->round.s);
	namespaces(r, s->round.own_others);
	question(r, s);
	probes(r, s);
	observed(r, s->round.s, &s->round.obs);
	if (r->noting)
		return;
	forget(r, &s->about.host);
	saved_forget_texts(s);
}

static struct diagnosis *answer_of(const struct strbuf *file)
{
	const struct options as_then = { 0 };
	_cleanup_(freep) char *error = NULL;
	struct saved s;

	if (save_parse(file->s, file->n, &s, &error) < 0) {
		replay_forget(&s);
		return NULL;
	}
	return replay(&s, &as_then);
}

static bool same_finding(const struct finding *a, const struct finding *b)
{
	return streq(a->code, b->code) && a->role == b->role && a->confidence == b->confidence && a->dir == b->dir &&
	       a->protocols == b->protocols && a->ports == b->ports && a->ns == b->ns && a->ops.n == b->ops.n &&
	       a->evidence.n == b->evidence.n && a->has_rule == b->has_rule && a->rule.handle == b->rule.handle;
}

static bool same_hop(const struct hop *a, const struct hop *b)
{
	return a->ns == b->ns && a->ifindex == b->ifindex && a->role == b->role &&
	       a->request.state == b->request.state && a->reply.state == b->reply.state;
}

/* Does it say the same of the same places? */
static bool same_answer(const struct diagnosis *a, const struct diagnosis *b)
{
	bool same = a->verdict == b->verdict && !a->error == !b->error && a->findings.n == b->findings.n &&
		    a->path.n == b->path.n && a->unchecked.n == b->unchecked.n && a->mark_hop == b->mark_hop;

	for (size_t i = 0; same && i < a->findings.n; i++)
		same = same_finding(&a->findings.v[i], &b->findings.v[i]);
	for (size_t i = 0; same && i < a->path.n; i++)
		same = same_hop(&a->path.v[i], &b->path.v[i]);
	return same;
}

static int refuse(char **ret_error, int err, char *why)
{
	*ret_error = why;
	return err;
}

/* What was answered then, in the new words. */
static void set_summary(struct saved *s, const struct diagnosis *d)
{
	free(s->about.summary);
	s->about.summary = xstrdup(d->summary ? d->summary : verdict_text(d->verdict));
}

/* before: the answer of the original, NULL where it has none. */
static int check(const struct redactor *r, struct saved *s, const struct diagnosis *before, struct strbuf *now,
		 char **ret_error)
{
	_cleanup_(diagnosis_freep) struct diagnosis *after = NULL;
	_cleanup_(freep) char *leak = NULL;
	int err = save_write(s, now);

	if (err < 0)
		return err;
	after = answer_of(now);
	if (!before || !after || !same_answer(before, after))
		return refuse(ret_error, -EAGAIN, xstrdup("with other names and addresses the answer is another one"));
	set_summary(s, after);
	strbuf_done(now);
	err = save_write(s, now);
	if (err < 0)
		return err;
	leak = redact_map_leak(r->map, now->s, now->n);
	return leak ? refuse(ret_error, -EAGAIN, xasprintf("%s would still be in it", leak)) : 0;
}

/* With one choice of names and addresses. */
static int redact(const struct strbuf *file, const struct diagnosis *before, struct strbuf *ret_file,
		  char **ret_error)
{
	struct redactor r = { .map = redact_map_new(), .noting = true };
	struct saved s;
	int err = save_parse(file->s, file->n, &s, ret_error);

	if (err == 0)
		everything(&r, &s);
	r.noting = false;
	if (err == 0 && !r.refused)
		everything(&r, &s);
	if (r.refused)
		err = refuse(ret_error, -ENOTSUP, xasprintf("%s cannot be hidden", r.refused));
	if (err == 0)
		err = check(&r, &s, before, ret_file, ret_error);
	free(r.refused);
	replay_forget(&s);
	redact_map_free(r.map);
	return err;
}

#define TRIES 3

int redact_file(struct strbuf *file, char **ret_error)
{
	_cleanup_(diagnosis_freep) struct diagnosis *before = answer_of(file);
	struct strbuf now = { 0 };
	char *error = NULL;
	int err = -EAGAIN;

	/* a choice may be an unlucky one: a name that another one has, bytes that look like an address */
	for (int i = 0; i < TRIES && err == -EAGAIN; i++) {
		free(error);
		error = NULL;
		strbuf_done(&now);
		err = redact(file, before, &now, &error);
	}
	if (err == 0) {
		strbuf_done(file);
		*file = now;
		return 0;
	}
	strbuf_done(&now);
	*ret_error = error ? error : xstrdup(strerror(-err));
	return err;
}
