/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * completion - what bash, zsh and fish complete, out of the tables of options and faults
 *
 * A program of the build: "completion SHELL" prints the file for that shell.
 */
#include <stdio.h>

#include "fault.h"
#include "options.h"
#include "strbuf.h"

/* What stands for an argument, by what --help calls it. */
enum choice {
	CHOICE_NONE,   /* a number, which nobody can guess */
	CHOICE_FILE,
	CHOICE_FOLDER,
	CHOICE_WORDS,
};

static enum choice choice_of(const struct option_about *o)
{
	if (streq(o->arg, "FILE") || streq(o->arg, "OLD"))
		return CHOICE_FILE;
	if (streq(o->arg, "DIR"))
		return CHOICE_FOLDER;
	return o->words || streq(o->arg, "CODE") ? CHOICE_WORDS : CHOICE_NONE;
}

static void add_codes(struct strbuf *b)
{
	for (size_t g = 0; g < fault_table_n; g++)
		for (size_t i = 0; i < fault_table[g]->n; i++)
			strbuf_printf(b, "%s%s", b->n ? " " : "", fault_table[g]->rows[i].code);
}

/* The words to choose from, divided by spaces. */
static void add_words(const struct option_about *o, struct strbuf *b)
{
	if (!o->words)
		add_codes(b);
	else
		for (size_t i = 0; o->words[i]; i++)
			strbuf_printf(b, "%s%s", i ? " " : "", o->words[i]);
}

static void put_name(const struct option_about *o, const char *between, struct strbuf *b)
{
	if (o->letter)
		strbuf_printf(b, "-%c%s", o->letter, between);
	strbuf_printf(b, "--%s", o->name);
}

/* --- bash --- */

static void bash_argument(const struct option_about *o, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf words = { 0 };

	strbuf_puts(b, "\t");
	put_name(o, " | ", b);
	strbuf_puts(b, ")\n\t\t");
	switch (choice_of(o)) {
	case CHOICE_FILE:
		strbuf_puts(b, "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
		break;
	case CHOICE_FOLDER:
		strbuf_puts(b, "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")");
		break;
	case CHOICE_WORDS:
		add_words(o, &words);
		strbuf_printf(b, "mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$cur\")",
			      strbuf_str(&words));
		break;
	case CHOICE_NONE:
		strbuf_puts(b, ":");
		break;
	}
	strbuf_puts(b, "\n\t\treturn ;;\n");
}

/* A name is matched and quoted, never expanded: it may hold anything. */
static void put_bash(struct strbuf *b)
{
	struct option_about o;

	strbuf_puts(b, "# bash completion for nsdoctor, made when it was built\n"
		       "\n"
		       "_nsdoctor()\n"
		       "{\n"
		       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} name\n"
		       "\tCOMPREPLY=()\n"
		       "\t# --option=value comes as three words\n"
		       "\tif [[ $cur == = ]]; then\n"
		       "\t\tcur=''\n"
		       "\telif [[ $prev == = ]]; then\n"
		       "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
		       "\tfi\n"
		       "\tcase $prev in\n");
	for (size_t i = 0; options_about(i, &o); i++)
		if (o.arg)
			bash_argument(&o, b);
	strbuf_puts(b, "\tesac\n"
		       "\tif [[ $cur == -* ]]; then\n"
		       "\t\tmapfile -t COMPREPLY < <(compgen -W '");
	for (size_t i = 0; options_about(i, &o); i++) {
		strbuf_puts(b, i ? " " : "");
		put_name(&o, " ", b);
	}
	strbuf_puts(b, "' -- \"$cur\")\n"
		       "\t\treturn\n"
		       "\tfi\n"
		       "\tfor name in /run/netns/* host; do\n"
		       "\t\tname=${name##*/}\n"
		       "\t\t[[ $name == '*' || $name != \"$cur\"* ]] || "
		       "COMPREPLY+=(\"$(printf %q \"$name\")\")\n"
		       "\tdone\n"
		       "} &&\ncomplete -F _nsdoctor nsdoctor\n");
}

/* --- fish --- */

/* In single quotes, where only those and backslashes mean anything. */
static void fish_quoted(const char *s, struct strbuf *b)
{
	strbuf_putc(b, '\'');
	for (; *s; s++) {
		if (*s == '\'' || *s == '\\')
			strbuf_putc(b, '\\');
		strbuf_putc(b, *s);
	}
	strbuf_putc(b, '\'');
}

static void fish_argument(const struct option_about *o, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf words = { 0 };

	switch (choice_of(o)) {
	case CHOICE_FILE:
		strbuf_puts(b, " -r -F");
		return;
	case CHOICE_FOLDER:
		strbuf_puts(b, " -x -a '(__fish_complete_directories)'");
		return;
	case CHOICE_WORDS:
		add_words(o, &words);
		strbuf_puts(b, " -x -a ");
		fish_quoted(strbuf_str(&words), b);
		return;
	case CHOICE_NONE:
		strbuf_puts(b, " -x");
		return;
	}
}

static void put_fish(struct strbuf *b)
{
	struct option_about o;

	strbuf_puts(b, "# fish completion for nsdoctor, made when it was built\n"
		       "\n"
		       "function __nsdoctor_names\n"
		       "\tfor name in /run/netns/*\n"
		       "\t\tstring replace -r '.*/' '' -- $name\n"
		       "\tend\n"
		       "\techo host\n"
		       "end\n"
		       "\n"
		       "complete -c nsdoctor -f -a '(__nsdoctor_names)'\n");
	for (size_t i = 0; options_about(i, &o); i++) {
		strbuf_puts(b, "complete -c nsdoctor");
		if (o.letter)
			strbuf_printf(b, " -s %c", o.letter);
		strbuf_printf(b, " -l %s", o.name);
		if (o.arg)
			fish_argument(&o, b);
		strbuf_puts(b, " -d ");
		fish_quoted(o.help, b);
		strbuf_putc(b, '\n');
	}
}

/* --- zsh --- */

/* Part of a specification of _arguments in single quotes. */
static void zsh_quoted(const char *s, struct strbuf *b)
{
	for (; *s; s++) {
		if (*s == '\'') {
			strbuf_puts(b, "'\\''");
			continue;
		}
		if (strchr("[]:\\", *s))
			strbuf_putc(b, '\\');
		strbuf_putc(b, *s);
	}
}

static void zsh_argument(const struct option_about *o, struct strbuf *b)
{
	_cleanup_(strbuf_done) struct strbuf words = { 0 };

	strbuf_printf(b, ":%s:", o->arg);
	switch (choice_of(o)) {
	case CHOICE_FILE:
		strbuf_puts(b, "_files");
		return;
	case CHOICE_FOLDER:
		strbuf_puts(b, "_files -/");
		return;
	case CHOICE_WORDS:
		add_words(o, &words);
		strbuf_printf(b, "(%s)", strbuf_str(&words));
		return;
	case CHOICE_NONE:
		return;
	}
}

static void zsh_option(const struct option_about *o, struct strbuf *b)
{
	if (o->letter)
		strbuf_printf(b, "\t'(-%c --%s)'{-%c%s,--%s%s}'[", o->letter, o->name, o->letter,
			      o->arg ? "+" : "", o->name, o->arg ? "=" : "");
	else
		strbuf_printf(b, "\t'--%s%s[", o->name, o->arg ? "=" : "");
	zsh_quoted(o->help, b);
	strbuf_putc(b, ']');
	if (o->arg)
		zsh_argument(o, b);
	strbuf_puts(b, "' \\\n");
}

static void put_zsh(struct strbuf *b)
{
	struct option_about o;

	strbuf_puts(b, "#compdef nsdoctor\n"
		       "# zsh completion for nsdoctor, made when it was built\n"
		       "\n"
		       "_nsdoctor_names()\n"
		       "{\n"
		       "\tlocal -a names\n"
		       "\tnames=(/run/netns/*(N:t) host)\n"
		       "\tcompadd -a names\n"
		       "}\n"
		       "\n"
		       "_arguments -s -S \\\n");
	for (size_t i = 0; options_about(i, &o); i++)
		zsh_option(&o, b);
	strbuf_puts(b, "\t'1:source:_nsdoctor_names' \\\n"
		       "\t'2:destination:_nsdoctor_names'\n");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*put)(struct strbuf *b);
	} shells[] = {
		{ "bash", put_bash },
		{ "fish", put_fish },
		{ "zsh", put_zsh },
	};
	_cleanup_(strbuf_done) struct strbuf b = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(shells); i++)
		if (argc == 2 && streq(argv[1], shells[i].name))
			shells[i].put(&b);
	if (!b.n) {
		fputs("usage: completion bash|fish|zsh\n", stderr);
		return 2;
	}
	return fputs(strbuf_str(&b), stdout) < 0 || fflush(stdout) != 0;
}
