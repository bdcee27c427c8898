/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

/* The folder of a path stays the same one, whatever is renamed above it. */
static int open_folder(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	_cleanup_(freep) char *folder = xstrdup(path);
	int fd;

	if (slash && !slash[1])
		return -EISDIR;
	if (!slash)
		str_copy(folder, strlen(path) + 1, ".");
	else
		folder[slash == path ? 1 : slash - path] = '\0';
	fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	*ret_name = slash ? slash + 1 : path;
	return fd;
}

static int check_at(int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	return S_ISREG(st.st_mode) ? 0 : -EEXIST;
}

/* A file is whole only when close() has said so, too. What umask says does not matter. */
static int fill(int fd, const void *data, size_t n, mode_t mode)
{
	int r = fchmod(fd, mode) < 0 ? -errno : write_all(fd, data, n);

	if (!r && fsync(fd) < 0)
		r = -errno;
	if (close(fd) < 0 && !r)
		r = -errno;
	return r;
}

int outfile_check(const char *path)
{
	const char *name;
	_cleanup_(closep) int folder = open_folder(path, &name);

	if (folder < 0)
		return folder;
	return faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) < 0 ? -errno : check_at(folder, name);
}

int outfile_write(const char *path, const void *data, size_t n, mode_t mode)
{
	const char *name;
	_cleanup_(closep) int folder = open_folder(path, &name);
	_cleanup_(freep) char *temporary = NULL;
	uint64_t random;
	int fd, r;

	if (folder < 0)
		return folder;
	random_bytes(&random, sizeof(random));
	temporary = xasprintf(".nsdoctor-%016llx", (unsigned long long)random);
	fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = fill(fd, data, n, mode);
	if (!r)
		r = check_at(folder, name);
	if (!r && renameat(folder, temporary, folder, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(folder, temporary, 0);
	return r;
}
