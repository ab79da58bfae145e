/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls that a copy was seen to make, as evidence: which step served, and what others said. */
#ifndef COPYHANG_STEPS_H
#define COPYHANG_STEPS_H

#include "sides.h"
#include "text.h"
#include "tracer.h"

/* How many are kept that are not alike. */
#define STEPS_MAX 24

/** struct seen_step - calls that were alike: the same call, with the same end, in the same part. */
struct seen_step {
	struct call call; /* the first of them */
	int error;        /* errno, or 0 */
	int64_t bytes;
	unsigned int count;
	int64_t took;      /* ns, the shortest of them */
	bool stalled;      /* it had not returned when the act began ... */
	bool under_way;    /* ... but had brought those bytes into the sink */
	bool later;        /* it began or returned after that */
	enum side in, out; /* of a program under test: what its descriptors are */
};

struct steps {
	struct seen_step list[STEPS_MAX];
	int count;
};

/** steps_error() - Return: the errno with which @task has returned from its call, or 0. */
int steps_error(const struct task *task);

/** steps_find() - Return: what came of calls alike @step, or NULL. */
struct seen_step *steps_find(struct steps *steps, const struct seen_step *step);

/** steps_keep() - a call alike @step has returned @result. Return: is it the first of them? */
bool steps_keep(struct steps *steps, const struct seen_step *step, int64_t result);

/**
 * steps_keep_last() - the act falls into @step: it stays in its call, or, where @bytes is not 0,
 * it has brought so many into the sink.
 */
void steps_keep_last(struct steps *steps, const struct seen_step *step, int64_t bytes);

/** steps_moved() - has any call moved bytes? */
bool steps_moved(const struct steps *steps);

/**
 * steps_describe() - append those before the act as `step=` lines, in the order of their first
 * calls; @decoded: with the ends' names, for programs under test.
 */
void steps_describe(const struct steps *steps, bool decoded, struct text *text);

#endif
