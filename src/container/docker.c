/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Docker: DATA/containers/ID/config.v2.json and hostconfig.json, where DATA is
 * what /etc/docker/daemon.json says or one of the usual places; the process
 * and its start in the state that runc keeps for it below EXEC. A container
 * that does not run has Pid 0. Its SandboxKey is of no use: it stays when the
 * container has stopped, and may be a file that only dockerd can see.
 */
#include "container/state.h"

struct place {
	char *data, *exec;
	bool rootless;
	uid_t uid;
};
typedef VEC(struct place) places;

bool docker_parse(const json_t *config, const json_t *hostconfig, struct container *c)
{
	const char *id = state_text(config, "ID"), *name = state_text(config, "Name");
	const char *mode = state_text(hostconfig, "NetworkMode");
	json_int_t pid = state_number(config, "State/Pid");

	if (!id || !*id || strchr(id, '/'))
		return false;
	c->id = xstrdup(id);
	state_name(c, name && name[0] == '/' ? name + 1 : name);
	if (state_true(config, "State/Running") && pid > 0 && pid <= PID_LIMIT)
		c->pid = (pid_t)pid;
	if (mode && streq(mode, "host"))
		c->network = NETWORK_HOST;
	else if (mode && streq(mode, "none"))
		c->network = NETWORK_NONE;
	return true;
}

static void add_place(places *all, char *data, char *exec, const struct user *u)
{
	struct place *p = vec_add(all);

	p->data = data;
	p->exec = exec;
	p->rootless = u != NULL;
	p->uid = u ? u->uid : 0;
}

static void find_places(places *all)
{
	_cleanup_(json_closep) json_t *daemon = state_json("/etc/docker/daemon.json", NULL);
	const char *data = state_text(daemon, "data-root"), *exec = state_text(daemon, "exec-root");
	_cleanup_(users_free) users people = { 0 };

	add_place(all, xstrdup(data && data[0] == '/' ? data : "/var/lib/docker"),
		  xstrdup(exec && exec[0] == '/' ? exec : "/run/docker"), NULL);
	add_place(all, xstrdup("/var/snap/docker/common/var-lib-docker"),
		  xstrdup("/run/snap.docker"), NULL);
	users_read(&people);
	vec_each(u, &people)
		if (u->home)
			add_place(all, xasprintf("%s/.local/share/docker", u->home),
				  xasprintf("/run/user/%u/docker", u->uid), u);
}

static void add(const struct runtime *rt, const struct search *s, const struct place *p,
		const char *id, containers *ret)
{
	_cleanup_(freep) char *dir = xasprintf("%s/containers/%s", p->data, id);
	_cleanup_(freep) char *path = xasprintf("%s/config.v2.json", dir);
	_cleanup_(freep) char *host = xasprintf("%s/hostconfig.json", dir);
	_cleanup_(freep) char *runc = xasprintf("%s/runtime-runc/moby", p->exec);
	const char *hint = s->name && !str_starts(id, s->name) ? s->name : NULL;
	_cleanup_(json_closep) json_t *config = state_json(path, hint), *hostconfig = NULL;
	struct container c = { .runtime = rt, .rootless = p->rootless, .owner = p->uid };

	hostconfig = config ? state_json(host, NULL) : NULL;
	if (!config || !docker_parse(config, hostconfig, &c) || !state_wanted(s, &c)) {
		container_done(&c);
		return;
	}
	if (c.pid)
		c.start = state_runc_start(runc, c.id, c.pid);
	vec_push(ret, c);
}

static void list(const struct runtime *rt, struct search *s, containers *ret)
{
	places all = { 0 };

	find_places(&all);
	vec_each(p, &all) {
		_cleanup_(freep) char *dir = xasprintf("%s/containers", p->data);
		_cleanup_(names_free) names ids = { 0 };

		if (root_list(root_host(), dir, &ids) == 0)
			vec_each(id, &ids)
				add(rt, s, p, *id, ret);
		free(p->data);
		free(p->exec);
	}
	vec_free(&all);
}

const struct runtime runtime_docker = { "docker", "Docker", list };
