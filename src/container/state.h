/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state - what the runtimes' files have in common: JSON, small files, users, OCI runtimes */
#ifndef CONTAINER_STATE_H
#define CONTAINER_STATE_H

#include <jansson.h>

#include "container.h"

/* No state file has a reason to be larger. */
#define STATE_MAX (16 << 20)

static inline void json_closep(json_t **j)
{
	json_decref(*j);
}

/* A whole JSON text, or NULL. */
json_t *state_parse(const char *text);

/*
 * The JSON file below the host's root, or NULL. hint, where it is not NULL, is a word without
 * which the file is of no interest: it is looked for before anything is parsed.
 */
json_t *state_json(const char *path, const char *hint);

/* Member of members, "State/Pid"; NULL where there is none of this type. */
const char *state_text(const json_t *j, const char *path);
/* -1: none, or a number that is too large. */
json_int_t state_number(const json_t *j, const char *path);
bool state_true(const json_t *j, const char *path);
/* May be NULL. */
const json_t *state_at(const json_t *j, const char *path);

/* A file that holds one number below the host's root; 0: none. */
pid_t state_pidfile(const char *path);

/* Appends a name, unless it is empty, too long for one, or there already. */
void state_name(struct container *c, const char *name);

/* May a container with this id or one of these names be meant? */
bool state_wanted(const struct search *s, const struct container *c);

/*
 * The start time that the OCI runtime wrote down for process pid: runc below
 * dir (DIR/ID/state.json) or crun (DIR/ID/status). 0: none.
 */
uint64_t state_runc_start(const char *dir, const char *id, pid_t pid);
uint64_t state_crun_start(const char *dir, const char *id, pid_t pid);
/* The same of the files' texts; pure. */
uint64_t runc_start(const json_t *state, pid_t pid);
uint64_t crun_start(const json_t *status, pid_t pid);

/*
 * What an OCI config.json says of the network: the file of the namespace, and
 * whether it is the host's. Pure.
 */
void oci_network(const json_t *config, struct container *c);

/* Users who have a /run/user directory, and their homes by /etc/passwd. */
struct user {
	uid_t uid;
	char *home; /* NULL: not known */
};
typedef VEC(struct user) users;
void users_read(users *ret);
void users_free(users *u);
/* The home of a user by the text of a passwd(5) file, or NULL. Free it. Pure. */
char *passwd_home(const char *passwd, uid_t uid);

/* What the parsers below share with the fuzzer; they take what was read and fill c. */
bool docker_parse(const json_t *config, const json_t *hostconfig, struct container *c);
bool storage_parse(const json_t *entry, struct container *c, bool *ret_crio);
void crio_names(const json_t *config, struct container *c);
bool containerd_parse(const json_t *config, struct container *c);
bool machine_parse(const char *text, struct container *c);
/* The arguments as process_arguments() gives them. */
bool lxc_monitor_parse(const char *arguments, char **ret_path, char **ret_name);
bool nspawn_parse(const char *arguments, struct container *c);

/* The rows. */
extern const struct runtime runtime_docker, runtime_podman, runtime_crio, runtime_containerd,
	runtime_lxc, runtime_machine;

#endif
