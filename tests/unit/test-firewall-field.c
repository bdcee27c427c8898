/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The evaluator against the kernel, with rulesets from the field: every file of a folder that this
 * kernel loads (*.nft by nft, *.rules by iptables-restore). Skipped where NSDOCTOR_RULESETS names no
 * folder.
 */
#include "fwworld.h"
#include "unit.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static const char *skip_why;

static int set_up(void **state)
{
	skip_why = getenv("NSDOCTOR_RULESETS") ? world_open() : "NSDOCTOR_RULESETS is not set";
	return 0;
}

static int tear_down(void **state)
{
	if (getenv("NSDOCTOR_RULESETS"))
		world_close();
	return 0;
}

static char *read_text(const char *path)
{
	struct strbuf b = { 0 };
	FILE *f = fopen(path, "r");
	char part[4096];
	size_t n;

	while (f && (n = fread(part, 1, sizeof(part), f)) > 0)
		strbuf_add(&b, part, n);
	if (f)
		fclose(f);
	return strbuf_take(&b);
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && streq(s + n - m, end);
}

static bool load(const char *path)
{
	_cleanup_(freep) char *text = NULL, *command = NULL;

	if (ends_in(path, ".nft")) {
		text = read_text(path);
		return text && world_load(text);
	}
	command = xasprintf("iptables-restore '%s' >/dev/null 2>&1", path);
	return world_load("") && system(command) == 0;
}

static void try_file(const char *path, unsigned int *loaded, struct world_counts *n)
{
	_cleanup_(strbuf_done) struct strbuf complaint = { 0 };

	if (!load(path)) {
		print_message("not taken: %s\n", path);
		return;
	}
	(*loaded)++;
	world_compare_all(n, &complaint);
	if (complaint.n)
		print_message("%s\n%s", path, strbuf_str(&complaint));
}

static void try_folder(const char *path, unsigned int *loaded, struct world_counts *n)
{
	DIR *d = opendir(path);
	struct dirent *e;
	struct stat st;

	while (d && (e = readdir(d))) {
		_cleanup_(freep) char *inner = xasprintf("%s/%s", path, e->d_name);

		if (e->d_name[0] == '.' || stat(inner, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			try_folder(inner, loaded, n);
		else if (ends_in(inner, ".nft") || ends_in(inner, ".rules"))
			try_file(inner, loaded, n);
	}
	if (d)
		closedir(d);
}

static void field_rulesets(void **state)
{
	struct world_counts n = { 0 };
	unsigned int loaded = 0;

	if (skip_why) {
		print_message("skipped: %s\n", skip_why);
		skip();
	}
	try_folder(getenv("NSDOCTOR_RULESETS"), &loaded, &n);
	print_message("%u rulesets: %u verdicts compared, %u not decided, %u disagreements\n", loaded,
		      n.decided, n.unknown, n.disagreed);
	assert_int_equal(n.disagreed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(field_rulesets),
	};

	return cmocka_run_group_tests_name("firewall-field", tests, set_up, tear_down);
}
