/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "container/state.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#define PASSWD_MAX (4 << 20)
#define LABEL_MAX  512 /* no name is longer */

/* --- JSON --- */

json_t *state_parse(const char *text)
{
	return json_loads(text, 0, NULL);
}

json_t *state_json(const char *path, const char *hint)
{
	_cleanup_(freep) char *text = NULL;

	if (root_read(root_host(), path, STATE_MAX, &text) < 0 || (hint && !strstr(text, hint)))
		return NULL;
	return state_parse(text);
}

const json_t *state_at(const json_t *j, const char *path)
{
	while (j && *path) {
		size_t n = strcspn(path, "/");
		_cleanup_(freep) char *key = xmemdup(path, n);

		j = json_object_get(j, key);
		path += n + (path[n] == '/');
	}
	return j;
}

const char *state_text(const json_t *j, const char *path)
{
	return json_string_value(state_at(j, path));
}

json_int_t state_number(const json_t *j, const char *path)
{
	const json_t *at = state_at(j, path);

	return json_is_integer(at) ? json_integer_value(at) : -1;
}

bool state_true(const json_t *j, const char *path)
{
	return json_is_true(state_at(j, path));
}

/* --- small things --- */

pid_t state_pidfile(const char *path)
{
	_cleanup_(freep) char *text = NULL;
	long pid;

	if (root_read(root_host(), path, 64, &text) < 0)
		return 0;
	errno = 0;
	pid = strtol(text, NULL, 10);
	return errno == 0 && pid > 0 && pid <= PID_LIMIT ? (pid_t)pid : 0;
}

void state_name(struct container *c, const char *name)
{
	if (!name || !*name || strlen(name) > LABEL_MAX)
		return;
	vec_each(known, &c->names)
		if (streq(*known, name))
			return;
	vec_push(&c->names, xstrdup(name));
}

bool state_wanted(const struct search *s, const struct container *c)
{
	if (!s->name || (c->id && str_starts(c->id, s->name)))
		return true;
	vec_each(name, &c->names)
		if (streq(*name, s->name))
			return true;
	return false;
}

/* --- OCI runtimes --- */

uint64_t runc_start(const json_t *state, pid_t pid)
{
	json_int_t start = state_number(state, "init_process_start");

	return state_number(state, "init_process_pid") == pid && start > 0 ? (uint64_t)start : 0;
}

uint64_t crun_start(const json_t *status, pid_t pid)
{
	json_int_t start = state_number(status, "process-start-time");

	return state_number(status, "pid") == pid && start > 0 ? (uint64_t)start : 0;
}

uint64_t state_runc_start(const char *dir, const char *id, pid_t pid)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s/state.json", dir, id);
	_cleanup_(json_closep) json_t *state = state_json(path, NULL);

	return runc_start(state, pid);
}

uint64_t state_crun_start(const char *dir, const char *id, pid_t pid)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s/status", dir, id);
	_cleanup_(json_closep) json_t *status = state_json(path, NULL);

	return crun_start(status, pid);
}

/* A namespace that is not in the list is shared with who starts it: the host's. */
void oci_network(const json_t *config, struct container *c)
{
	const json_t *list = state_at(config, "linux/namespaces"), *entry;
	size_t i;

	if (!json_is_array(list))
		return;
	c->network = NETWORK_HOST;
	json_array_foreach(list, i, entry) {
		const char *type = state_text(entry, "type"), *path = state_text(entry, "path");

		if (!type || !streq(type, "network"))
			continue;
		c->network = NETWORK_OWN;
		if (path && path[0] == '/' && strlen(path) < PATH_MAX && !c->netns)
			c->netns = xstrdup(path);
	}
}

/* --- users --- */

char *passwd_home(const char *passwd, uid_t uid)
{
	for (const char *line = passwd; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *field[7] = { line };
		size_t n = 1, len = strcspn(line, "\n");
		unsigned long id;
		char *end;

		for (size_t i = 0; i < len && n < ARRAY_SIZE(field); i++)
			if (line[i] == ':')
				field[n++] = line + i + 1;
		if (n < ARRAY_SIZE(field) || field[2][0] < '0' || field[2][0] > '9')
			continue;
		id = strtoul(field[2], &end, 10);
		if (*end == ':' && id == uid && field[5][0] == '/')
			return xmemdup(field[5], (size_t)(field[6] - field[5]) - 1);
	}
	return NULL;
}

void users_read(users *ret)
{
	_cleanup_(names_free) names list = { 0 };
	_cleanup_(freep) char *passwd = NULL;
	users all = { 0 };

	if (root_list(root_host(), "/run/user", &list) == 0 && list.n > 0 &&
	    root_read(root_host(), "/etc/passwd", PASSWD_MAX, &passwd) < 0)
		passwd = xstrdup("");
	vec_each(name, &list) {
		unsigned long uid;
		char *end;

		errno = 0;
		uid = strtoul(*name, &end, 10);
		if (errno || *end || **name < '0' || **name > '9' || uid >= UINT32_MAX)
			continue;
		vec_push(&all, ((struct user){ (uid_t)uid, passwd_home(passwd, (uid_t)uid) }));
	}
	*ret = all;
}

void users_free(users *u)
{
	vec_each(user, u)
		free(user->home);
	vec_free(u);
}
