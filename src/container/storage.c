/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Podman and CRI-O keep their containers in containers/storage: names and ids
 * in GRAPH/DRIVER-containers/{containers,volatile-containers}.json or below
 * RUN, the process in RUN/DRIVER-containers/ID/userdata/pidfile, the OCI
 * configuration in config.json there or below GRAPH; the start of the process
 * in the state of runc or crun. Rootless ones have theirs in the home of the
 * user and below /run/user.
 */
#include "container/state.h"

#define CONF_MAX (1 << 20)

struct place {
	char *graph, *run, *oci; /* oci: /run/runc and /run/crun are below it */
	bool rootless;
	uid_t uid;
};
typedef VEC(struct place) places;

/* "graphroot = "/var/lib/…"" of storage.conf(5), which is TOML. Free it; NULL: none. */
static char *conf_value(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *s = line + strspn(line, " \t");
		size_t len;

		if (strncmp(s, key, n) != 0)
			continue;
		s += n + strspn(s + n, " \t");
		if (*s != '=')
			continue;
		s += 1 + strspn(s + 1, " \t");
		if (*s != '"' || s[1] != '/')
			continue;
		len = strcspn(s + 1, "\"\n");
		return xmemdup(s + 1, len);
	}
	return NULL;
}

static void find_places(places *all)
{
	_cleanup_(users_free) users people = { 0 };
	_cleanup_(freep) char *conf = NULL;
	struct place *p = vec_add(all);

	if (root_read(root_host(), "/etc/containers/storage.conf", CONF_MAX, &conf) == 0) {
		p->graph = conf_value(conf, "graphroot");
		p->run = conf_value(conf, "runroot");
	}
	p->graph = p->graph ? p->graph : xstrdup("/var/lib/containers/storage");
	p->run = p->run ? p->run : xstrdup("/run/containers/storage");
	p->oci = xstrdup("/run");
	users_read(&people);
	vec_each(u, &people)
		if (u->home)
			vec_push(all, ((struct place){
					      .graph = xasprintf("%s/.local/share/containers/storage", u->home),
					      .run = xasprintf("/run/user/%u/containers", u->uid),
					      .oci = xasprintf("/run/user/%u", u->uid),
					      .rootless = true,
					      .uid = u->uid,
				      }));
}

static void places_free(places *all)
{
	vec_each(p, all) {
		free(p->graph);
		free(p->run);
		free(p->oci);
	}
	vec_free(all);
}

/* One entry of containers.json. CRI-O's metadata knows of pods, Podman's does not. */
bool storage_parse(const json_t *entry, struct container *c, bool *ret_crio)
{
	const char *id = state_text(entry, "id"), *metadata = state_text(entry, "metadata");
	const json_t *list = state_at(entry, "names"), *name;
	_cleanup_(json_closep) json_t *meta = metadata ? state_parse(metadata) : NULL;
	size_t i;

	if (!id || !*id || strchr(id, '/'))
		return false;
	c->id = xstrdup(id);
	json_array_foreach(list, i, name)
		state_name(c, json_string_value(name));
	*ret_crio = state_at(meta, "pod-id") || state_at(meta, "pod-name");
	return true;
}

/* Annotations of CRI-O's (io.kubernetes.cri-o.*) and the kubelet's labels: the pod, its member. */
void crio_names(const json_t *config, struct container *c)
{
	const json_t *notes = state_at(config, "annotations");
	const char *pod = json_string_value(json_object_get(notes, "io.kubernetes.pod.name"));
	const char *space = json_string_value(json_object_get(notes, "io.kubernetes.pod.namespace"));
	const char *member = json_string_value(json_object_get(notes, "io.kubernetes.container.name"));
	_cleanup_(freep) char *full = pod && space ? xasprintf("%s/%s", space, pod) : NULL;

	state_name(c, pod);
	state_name(c, full);
	if (member && !streq(member, "POD"))
		state_name(c, member);
}

/*
 * A namespace that Podman makes has a file; where there is none, the OCI
 * runtime makes an empty one. But with a user namespace of its own the runtime
 * makes it in any case, and Podman connects it afterwards.
 */
static bool is_unconnected(const json_t *config, const struct container *c)
{
	const json_t *list = state_at(config, "linux/namespaces"), *entry;
	size_t i;

	json_array_foreach(list, i, entry) {
		const char *type = state_text(entry, "type");

		if (type && streq(type, "user"))
			return false;
	}
	return config && c->network == NETWORK_OWN && !c->netns;
}

/* One driver's folder, "overlay-containers" */
struct folder {
	const struct place *place;
	const char *name;
};

static json_t *read_config(const struct folder *f, const char *id)
{
	_cleanup_(freep) char *graph = xasprintf("%s/%s/%s/userdata/config.json", f->place->graph,
						 f->name, id);
	_cleanup_(freep) char *run = xasprintf("%s/%s/%s/userdata/config.json", f->place->run,
					       f->name, id);
	json_t *config = state_json(graph, NULL);

	return config ? config : state_json(run, NULL);
}

static void find_process(const struct folder *f, struct container *c)
{
	_cleanup_(freep) char *file = xasprintf("%s/%s/%s/userdata/pidfile", f->place->run, f->name,
						c->id);
	_cleanup_(freep) char *runc = xasprintf("%s/runc", f->place->oci);
	_cleanup_(freep) char *crun = xasprintf("%s/crun", f->place->oci);

	c->pid = state_pidfile(file);
	if (!c->pid)
		return;
	c->start = state_crun_start(crun, c->id, c->pid);
	if (!c->start)
		c->start = state_runc_start(runc, c->id, c->pid);
}

static void add(const struct runtime *rt, const struct search *s, const struct folder *f,
		const json_t *entry, containers *ret)
{
	struct container c = { .runtime = rt, .rootless = f->place->rootless, .owner = f->place->uid };
	_cleanup_(json_closep) json_t *config = NULL;
	bool crio = false;

	if (!storage_parse(entry, &c, &crio) || crio != (rt == &runtime_crio) ||
	    (!crio && !state_wanted(s, &c))) {
		container_done(&c);
		return;
	}
	config = read_config(f, c.id);
	if (crio)
		crio_names(config, &c);
	if (!state_wanted(s, &c)) {
		container_done(&c);
		return;
	}
	oci_network(config, &c);
	if (!crio && is_unconnected(config, &c))
		c.network = NETWORK_NONE;
	/* only a pod of CRI-O's may have no process of its own */
	if (!crio) {
		free(c.netns);
		c.netns = NULL;
	}
	find_process(f, &c);
	vec_push(ret, c);
}

static void add_file(const struct runtime *rt, const struct search *s, const struct folder *f,
		     const char *dir, const char *file, containers *ret)
{
	_cleanup_(freep) char *path = xasprintf("%s/%s/%s", dir, f->name, file);
	_cleanup_(json_closep) json_t *all = state_json(path, rt == &runtime_crio ? NULL : s->name);
	const json_t *entry;
	size_t i;

	json_array_foreach(all, i, entry)
		add(rt, s, f, entry, ret);
}

static bool ends_in(const char *s, const char *end)
{
	size_t n = strlen(s), len = strlen(end);

	return n > len && streq(s + n - len, end);
}

static void list(const struct runtime *rt, struct search *s, containers *ret)
{
	places all = { 0 };

	find_places(&all);
	vec_each(p, &all) {
		_cleanup_(names_free) names drivers = { 0 };

		if (root_list(root_host(), p->graph, &drivers) < 0)
			continue;
		vec_each(name, &drivers) {
			const struct folder f = { p, *name };

			if (!ends_in(*name, "-containers"))
				continue;
			add_file(rt, s, &f, p->graph, "containers.json", ret);
			add_file(rt, s, &f, p->graph, "volatile-containers.json", ret);
			add_file(rt, s, &f, p->run, "containers.json", ret);
			add_file(rt, s, &f, p->run, "volatile-containers.json", ret);
		}
	}
	places_free(&all);
}

const struct runtime runtime_podman = { "podman", "Podman", list };
const struct runtime runtime_crio = { "cri", "CRI-O", list };
