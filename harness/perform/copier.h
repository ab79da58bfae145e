/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What copies: our own copier, which goes through a strategy, or a program under test in its place.
 * All that differs between the two is told here, and done in own_copier.c and program_copier.c.
 */
#ifndef COPYHANG_COPIER_H
#define COPYHANG_COPIER_H

#include "sides.h"
#include "steps.h"

struct attempt;
struct scene;
struct strategy;
struct text;

struct copier_kind {
	/* --- On the scene --- */

	bool is_fed; /* it may take more than a pipe holds before it writes: it is to get that */
	/* Make what it needs besides source and sink. Return: false with errno. NULL: nothing. */
	bool (*open)(struct scene *scene);
	/* Start it, as scene->copier, with who belongs to it; scene->fault tells what failed. */
	void (*start)(struct scene *scene);
	/* Kill what it may have left besides what the tracer knows of. NULL: nothing. */
	void (*kill_orphans)(void);

	/* --- Until it stalls --- */

	/*
	 * Look whether it has come to where the act may fall, and keep that in attempt->seen. What
	 * it needs to come there (more bytes) it is given.
	 */
	void (*look)(struct attempt *attempt);
	/* It will not come there any more. NULL: that is seen by its end alone. */
	bool (*is_idle)(const struct attempt *attempt);
	/* Which thread of it may run on in its call, and move nothing? NULL: the copier itself. */
	const struct task *(*runner)(const struct attempt *attempt);
	/* It has not: keep what it did instead. */
	void (*keep_fault)(struct attempt *attempt);
	/* It has stalled: keep who else has to do with that. */
	void (*keep_stall)(struct attempt *attempt);
	/* May the call that it stalls in be waiting for @side? */
	bool (*may_await)(const struct attempt *attempt, enum side side);
	/* Look at the sleep of what stalls. Return: false where that is gone. */
	bool (*sample)(const struct attempt *attempt, struct proc_sample *sample);

	/* --- From then on --- */

	/* Is it still where it stalled? */
	bool (*stays)(const struct attempt *attempt);
	/* ... and in the same sleep? */
	bool (*sleeps_on)(const struct attempt *attempt);
	/* Look whether it is over, once it was released. NULL: that is seen without. */
	void (*look_on)(struct attempt *attempt);
	bool (*is_over)(const struct attempt *attempt);
	/* It is not, but only since it has much to write. NULL: that is never so. */
	bool (*may_go_on)(const struct attempt *attempt);
	/* Is what arrived not what was to arrive (arrival.h)? NULL: nobody can say. */
	bool (*differs)(const struct scene *scene, struct text *evidence);

	/* --- Its steps --- */

	/* Is @step, a call of @task, one of the copy? */
	bool (*is_step)(const struct attempt *attempt, const struct task *task,
			const struct seen_step *step);
	/* Is the return of @task, of a program, from its call to be told? */
	bool (*wants_return)(const struct attempt *attempt, const struct task *task);
	/* Append what it was seen to do. */
	void (*describe)(const struct attempt *attempt, struct text *text);
};

extern const struct copier_kind own_copier, program_copier;

/** copier_of() - which of the two copies through @strategy. */
const struct copier_kind *copier_of(const struct strategy *strategy);

#endif
