/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spinning: for how long has a thread run in one system call, and moved nothing? Each look through
 * /proc is kept here, as in quiescence.h; what it means is judge/spin.h.
 */
#ifndef COPYHANG_SPINNING_H
#define COPYHANG_SPINNING_H

#include "scene.h"
#include "spin.h"

/** struct spinning - what the looks have shown; all 0 before the first. */
struct spinning {
	struct spin spin;
	struct call call;    /* the one it runs on in */
	unsigned int serial; /* of it */
	pid_t tid;           /* who runs there: who made it, or its worker of io_uring's */
	int64_t look_at;     /* when the next look is due; ns */
	int64_t began, ran;  /* ns that it had had a CPU at the first look, and at the last one */
	uint64_t slept;      /* sleeps of its own, */
	uint64_t moved;      /* and what had moved, by then */
};

/**
 * spinning_look() - look at the copier of @scene, if that is due: it costs nothing before the
 * copier has been in its call for SPINS_LOOK. @received: bytes that came out of the sink, or
 * anything that changes when some do. Who does not empty the sink, and has no file, knows of them
 * nevertheless: no more go into it than the copy that this is compared with has.
 */
void spinning_look(struct spinning *spinning, const struct scene *scene, uint64_t received);

/** spinning_look_at() - the same of @task, a thread of a program that is the copier. */
void spinning_look_at(struct spinning *spinning, const struct scene *scene, const struct task *task,
		      uint64_t received);

/** spinning_forget() - begin anew: what was seen of the CPU counts no more. */
void spinning_forget(struct spinning *spinning);

/** spinning_describe() - append what was seen as `key=value` lines, if it spins. */
void spinning_describe(const struct spinning *spinning, struct text *text);

#endif
