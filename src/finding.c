/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "finding.h"

void finding_done(struct finding *f)
{
	free(f->object);
	free(f->message);
	free(f->place);
	op_strings_free(&f->evidence);
	op_strings_free(&f->advice);
	if (f->has_rule)
		rule_ref_done(&f->rule);
	vec_free(&f->ops);
	*f = (struct finding){ 0 };
}

static void requote(char **fact, const char *old, const char *text)
{
	char *at = *old ? strstr(*fact, old) : NULL;
	char *said;

	if (!at)
		return;
	said = xasprintf("%.*s%s%s", (int)(at - *fact), *fact, text, at + strlen(old));
	free(*fact);
	*fact = said;
}

bool finding_same_backend(const struct finding *a, const struct finding *b)
{
	return !a->has_rule || !b->has_rule || streq(a->rule.backend, b->rule.backend);
}

void finding_set_rule_text(struct finding *f, char *text)
{
	if (f->rule.text)
		vec_each(fact, &f->evidence)
			requote(fact, f->rule.text, text);
	free(f->rule.text);
	f->rule.text = text;
}

void findings_free(findings *f)
{
	vec_each(one, f)
		finding_done(one);
	vec_free(f);
}

const char *role_text(enum finding_role r)
{
	switch (r) {
	case FINDING_CAUSE:
		return "cause";
	case FINDING_NEXT:
		return "next";
	case FINDING_NOTE:
		return "note";
	}
	return "?";
}

const char *confidence_text(enum confidence c)
{
	switch (c) {
	case CONFIRMED:
		return "confirmed";
	case LIKELY:
		return "likely";
	case POSSIBLE:
		return "possible";
	}
	return "?";
}

const char *safety_text(enum safety s)
{
	switch (s) {
	case SAFETY_SAFE:
		return "safe";
	case SAFETY_CONSENT:
		return "consent";
	case SAFETY_MANUAL:
		return "manual";
	}
	return "?";
}

const char *direction_text(enum direction d)
{
	switch (d) {
	case DIR_REQUEST:
		return "request";
	case DIR_REPLY:
		return "reply";
	}
	return "?";
}
