/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * containerd: STATE/io.containerd.runtime.v2.task/NAMESPACE/ID/init.pid and
 * config.json, the OCI configuration, in whose annotations the CRI plugin and
 * nerdctl write their names. Its namespace "moby" is Docker's.
 */
#include "container/state.h"

static const char *const states[] = {
	"/run/containerd",
	"/run/k3s/containerd",
	"/var/snap/microk8s/common/run/containerd",
};

static const char *note(const json_t *config, const char *key)
{
	return json_string_value(json_object_get(state_at(config, "annotations"), key));
}

bool containerd_parse(const json_t *config, struct container *c)
{
	const char *type = note(config, "io.kubernetes.cri.container-type");
	const char *pod = note(config, "io.kubernetes.cri.sandbox-name");
	const char *space = note(config, "io.kubernetes.cri.sandbox-namespace");
	_cleanup_(freep) char *full = pod && space ? xasprintf("%s/%s", space, pod) : NULL;

	if (!json_is_object(config))
		return false;
	state_name(c, note(config, "nerdctl/name"));
	/* a pod is asked for more often than one of its members, which share its namespace */
	state_name(c, pod);
	state_name(c, full);
	if (!type || !streq(type, "sandbox"))
		state_name(c, note(config, "io.kubernetes.cri.container-name"));
	oci_network(config, c);
	return true;
}

static void add(const struct runtime *rt, const struct search *s, const char *state, const char *dir,
		const char *space, const char *id, containers *ret)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s/config.json", dir, id);
	_cleanup_(freep) char *file = xasprintf("%s/%s/init.pid", dir, id);
	_cleanup_(freep) char *runc = xasprintf("%s/runc/%s", state, space);
	const char *hint = s->name && !str_starts(id, s->name) ? s->name : NULL;
	_cleanup_(json_closep) json_t *config = NULL;
	struct container c = { .runtime = rt, .id = xstrdup(id) };

	/* "default/web" is written as one word nowhere in the file */
	if (hint && strchr(hint, '/'))
		hint = strchr(hint, '/') + 1;
	config = state_json(path, hint);
	if (!config || !containerd_parse(config, &c) || !state_wanted(s, &c)) {
		container_done(&c);
		return;
	}
	c.pid = state_pidfile(file);
	if (c.pid)
		c.start = state_runc_start(runc, id, c.pid);
	vec_push(ret, c);
}

static void list(const struct runtime *rt, struct search *s, containers *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		_cleanup_(freep) char *tasks = xasprintf("%s/io.containerd.runtime.v2.task", states[i]);
		_cleanup_(names_free) names spaces = { 0 };

		if (root_list(root_host(), tasks, &spaces) < 0)
			continue;
		vec_each(space, &spaces) {
			_cleanup_(freep) char *dir = xasprintf("%s/%s", tasks, *space);
			_cleanup_(names_free) names ids = { 0 };

			if (streq(*space, "moby") || root_list(root_host(), dir, &ids) < 0)
				continue;
			vec_each(id, &ids)
				add(rt, s, states[i], dir, *space, *id, ret);
		}
	}
}

const struct runtime runtime_containerd = { "cri", "containerd", list };
