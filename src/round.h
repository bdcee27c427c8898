/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * round - one question while it is asked: what is known and open meanwhile
 *
 * run.c asks one question after another; batch.c asks those of many sources at
 * once, with one observer and one loop that sends. Both take a round through
 * the same steps.
 */
#ifndef ROUND_H
#define ROUND_H

#include "diagnose.h"
#include "resolve.h"
#include "run.h"

/* The question comes from outside: where and how. */
struct entrance {
	int uplink;                 /* 0: it does not */
	struct addr client;
	int target_ns;              /* as in struct flow */
	uint16_t port, target_port; /* the host's that is asked; … */
	bool ports_tried;           /* likewise */
};

struct round {
	struct run *run;
	struct diagnosis *d;
	struct snapshot *s;
	VEC(int) fds;               /* by snapshot index; not all are ours to close */
	int self_fd;
	int src, dst_ns;
	struct addr dst;
	int oif;                    /* of a link-local dst, in src */
	struct entrance entrance;
	struct inject *inject;      /* open while probes run, or NULL */
	char *no_entry;             /* why there is none */
	struct probe_plan plan;
	VEC(struct path *) paths;   /* by probe */
	struct observations obs;
	const struct snapshot *host; /* the host as somebody else has read it, or NULL */
	const struct snapshot *others; /* further namespaces, or NULL; read by somebody else, unless they are … */
	struct snapshot *own_others;   /* … these */
	bool routed_both_ways;      /* see struct facts */
	struct resolve_report names; /* DESTINATION is a name: how its servers did */
	int name_error;             /* … and it could not be resolved by them: their question is asked */
	bool lost_again;
	bool stale;                 /* the ruleset changed while it was read */
	bool replayed;              /* out of a file: there is no kernel to be asked */
};

/* An empty diagnosis, and an empty snapshot or a copy of the host's. r is overwritten. */
void round_begin(struct round *r, struct run *run, const struct snapshot *host);

/* What the report says of the ends, in any case; then the diagnosis is the caller's. */
struct diagnosis *round_finish(struct round *r);

/*
 * Reads the configuration, finds the destination, plans the probes. 0, or
 * -EAGAIN where it has to be looked at again (never with last), or -errno where the
 * diagnosis is ready because nothing can be asked.
 */
int round_prepare(struct round *r, bool last);

/* Is there something to be sent? */
bool round_asks(const struct round *r);

/* Says in the diagnosis who was asked for. */
void round_describe(struct round *r);

/* The model's path of a flow; what it lacks is read. */
struct path *round_predict(struct round *r, const struct flow *flow);

/*
 * Does the changes of --what-if to the model and leaves nothing of what was sent and seen, as both are of another world
 * then. -errno, and the diagnosis is ready, where one cannot be made.
 */
int round_pretend(struct round *r, const struct options *o);

/* What follows from all that was read and seen. Touches nothing but what an evaluation lacks. */
void round_judge(struct round *r);

/*
 * Opens the way in for the probes of a client outside that a plan has, with its marks. False: it cannot be, and *ret_why
 * says why (free it). Until it is closed, where it was opened, no other plan can have one.
 */
bool round_open_entrance(struct round *r, struct probe_plan *plan, char **ret_why);
void round_close_entrance(struct round *r, struct probe_plan *plan);

/* Adds what has to be watched for this round. Namespaces are called by their index. */
void round_watch(const struct round *r, struct observe_spec *spec);

/* Marks that nobody else has. */
void round_marks(struct marks *m);

/* How the probes are paced; ns_fds, settle and ctx are the caller's. */
void round_pace(const struct round *r, struct probe_plan *plan);

/* How one of the probes stands, for struct probe_plan. */
enum settle round_settle(struct round *r, size_t probe, uint64_t now, uint64_t *ret_wake_us);

/* The probes are out: could they be sent at all? err is probe_run()'s. 0 or -errno. */
int round_sent(struct round *r, int err);

/*
 * Judges what was seen. 0, or -EAGAIN where it has to be looked at again (never
 * with last), or -errno; in either other case the diagnosis is ready.
 */
int round_conclude(struct round *r, bool last);

/* Some of the packets were answered: one more, alone, tells a defect from a hiccup. */
bool round_is_partial(const struct round *r);

/*
 * Further namespaces, up to a number, but those of a snapshot (NULL: all): who
 * else has an address that is asked for? Of those that only processes are in,
 * the addresses alone. Where some could not be read, one without anything but
 * error[COLLECT_ADDR] stands for them.
 */
struct snapshot *round_read_others(const struct snapshot *but);

/* Was a packet of the source's lost? */
bool round_lost(const struct round *r);
/*
 * And is there more to it than that somebody outside does not answer a second
 * opinion, which was seen to leave translated, as the question did that is answered?
 */
bool round_lost_here(const struct round *r);

/* Closes everything; keep: the diagnosis keeps what its report speaks of. */
void round_done(struct round *r, bool keep);

#endif
