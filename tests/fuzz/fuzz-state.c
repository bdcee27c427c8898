/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz-state - any bytes as state files of container runtimes, and as files of /proc */
#include "container/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read must be fit to be shown and looked for. */
static void check(struct container *c, bool found)
{
	struct strbuf b = { 0 };

	if (found && !c->id && !c->names.n)
		abort();
	if (c->id && strchr(c->id, '/'))
		abort();
	vec_each(name, &c->names)
		if (!**name || strlen(*name) > 512)
			abort();
	c->runtime = &runtime_docker;
	if (c->id)
		container_label(c, &b);
	for (const char *s = strbuf_str(&b); *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			abort();
	strbuf_done(&b);
	container_done(c);
}

static void try_json(const json_t *j)
{
	struct container c = { 0 };
	const json_t *entry;
	bool crio;
	size_t i;

	check(&c, docker_parse(j, j, &c));
	(void)containerd_parse(j, &c);
	check(&c, false);
	crio_names(j, &c);
	check(&c, false);
	json_array_foreach(j, i, entry)
		check(&c, storage_parse(entry, &c, &crio));
	runc_start(j, 71);
	crun_start(j, 71);
}

static void try_text(const char *text)
{
	struct container c = { 0 };
	char *path, *name;
	struct process p;

	check(&c, machine_parse(text, &c) && c.names.n);
	free(passwd_home(text, 1000));
	process_parse_stat(text, &p);
	if (lxc_monitor_parse(text, &path, &name)) {
		free(path);
		free(name);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(freep) char *text = xmemdup(data, size);
	/* arguments end in two NULs, as process_arguments() has it */
	_cleanup_(freep) char *arguments = xcalloc(size + 2, 1);
	_cleanup_(json_closep) json_t *j = state_parse(text);
	struct container c = { 0 };

	memcpy(arguments, data, size);
	if (j)
		try_json(j);
	try_text(text);
	check(&c, nspawn_parse(arguments, &c));
	return 0;
}
