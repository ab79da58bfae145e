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
	bool stalled;   /* it had not returned when the act began ... */
	bool under_way; /* ... but had brought those bytes into the sink */
};

struct steps {
	struct seen_step list[STEPS_MAX];
	int count;
};

/** steps_find() - Return: what came of calls like @call that ended with @error, or NULL. */
const struct seen_step *steps_find(const struct steps *steps, const struct call *call, int error);

/** steps_keep() - @task has returned from its call. */
void steps_keep(struct steps *steps, const struct task *task);

/**
 * steps_keep_last() - @task is in the call that the act falls into: it stays there, or, where
 * @bytes is not 0, it has brought so many into the sink.
 */
void steps_keep_last(struct steps *steps, const struct task *task, int64_t bytes);

/** steps_moved() - has any call moved bytes? */
bool steps_moved(const struct steps *steps);

/** steps_describe() - append them as `step=` lines, in the order of their first calls. */
void steps_describe(const struct steps *steps, struct text *text);

#endif
