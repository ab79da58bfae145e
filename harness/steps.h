/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls that a copy was seen to make, as evidence: which step served, and what others said. */
#ifndef COPYHANG_STEPS_H
#define COPYHANG_STEPS_H

#include "text.h"
#include "tracer.h"

/* How many are kept that are not alike. */
#define STEPS_MAX 12

/** struct seen_step - calls that were alike. */
struct seen_step {
	struct call call; /* the first of them */
	int error;        /* errno, or 0 */
	int64_t bytes;
	unsigned int count;
	bool stalled; /* it had not returned when the act began */
};

struct steps {
	struct seen_step list[STEPS_MAX];
	int count;
};

/** steps_find() - Return: what came of calls like @call that ended with @error, or NULL. */
const struct seen_step *steps_find(const struct steps *steps, const struct call *call, int error);

/** steps_keep() - @task has returned from its call. */
void steps_keep(struct steps *steps, const struct task *task);

/** steps_keep_stalled() - @task is in its call, and stays there. */
void steps_keep_stalled(struct steps *steps, const struct task *task);

/** steps_describe() - append them as `step=` lines, in the order of their first calls. */
void steps_describe(const struct steps *steps, struct text *text);

#endif
