/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "outfile.h"

static char folder[] = "/tmp/outfile-XXXXXX";

static int enter_folder(void **state)
{
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	char *command = xasprintf("rm -rf %s", folder);
	int r = chdir("/") == 0 ? system(command) : -1;

	free(command);
	return r;
}

static void assert_content(const char *path, const char *expected)
{
	_cleanup_(freep) char *text = NULL;

	assert_int_equal(read_file(path, 1000, &text), 0);
	assert_string_equal(text, expected);
}

/* Whatever happened, nothing is left beside. */
static void assert_files(size_t expected)
{
	DIR *d = opendir(".");
	size_t n = 0;

	for (const struct dirent *e = readdir(d); e; e = readdir(d))
		n += !streq(e->d_name, ".") && !streq(e->d_name, "..");
	closedir(d);
	assert_int_equal(n, expected);
}

static void written_whole_and_for_its_owner_only(void **state)
{
	struct stat st;

	umask(0);
	assert_int_equal(outfile_check("a"), 0);
	assert_int_equal(outfile_write("a", "one", 3, 0600), 0);
	assert_content("a", "one");
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(outfile_write("./a", "", 0, 0600), 0);
	assert_content("a", "");
	assert_files(1);
	unlink("a");
}

static void the_umask_takes_nothing_of_its_mode(void **state)
{
	struct stat st;

	umask(0077);
	assert_int_equal(outfile_write("a", "one", 3, 0644), 0);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	unlink("a");
}

static void what_is_no_plain_file_stays(void **state)
{
	struct stat st;

	assert_int_equal(outfile_write("victim", "mine", 4, 0600), 0);
	assert_int_equal(symlink("victim", "link"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(mkdir("folder", 0700), 0);
	for (const char *const *p = (const char *const[]){ "link", "dangling", "pipe", "folder",
							   "/dev/null", NULL };
	     *p; p++) {
		assert_int_equal(outfile_check(*p), -EEXIST);
		assert_int_equal(outfile_write(*p, "x", 1, 0644), -EEXIST);
	}
	assert_content("victim", "mine");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_files(5);
}

static void a_folder_that_is_not_there(void **state)
{
	assert_int_equal(outfile_check("none/a"), -ENOENT);
	assert_int_equal(outfile_write("none/a", "x", 1, 0600), -ENOENT);
	assert_int_equal(outfile_check("victim/a"), -ENOTDIR);
	assert_int_equal(outfile_check("folder/"), -EISDIR);
	assert_int_equal(outfile_check("/"), -EISDIR);
	assert_int_equal(outfile_check("folder/a"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_whole_and_for_its_owner_only),
		cmocka_unit_test(the_umask_takes_nothing_of_its_mode),
		cmocka_unit_test(what_is_no_plain_file_stays),
		cmocka_unit_test(a_folder_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
