/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread in one of its calls: whether it still is, and how that returned. */
#ifndef COPYHANG_CALLING_H
#define COPYHANG_CALLING_H

#include "tracer.h"

struct calling {
	struct task *task; /* NULL: none yet */
	unsigned int serial;
	struct call call;
	int64_t back_at;    /* its next call was entered; 0: not yet */
	int64_t result;     /* of this one; -errno on error */
	int64_t seen_at;    /* the act was seen to be over; 0: not yet */
	unsigned int stops; /* the thread's, when an act from outside began */
};

/** calling_of() - @task in its present call. */
struct calling calling_of(struct task *task);

/** calling_lasts() - is it still in that very call? */
bool calling_lasts(const struct calling *calling);

/**
 * calling_may_rest() - is it in a call, and for so long already that it may sleep there? A look at
 * the event that tells of a call's entry shows only that it runs.
 */
bool calling_may_rest(const struct task *task);

/** calling_note() - @task has entered a call, or returned from one: keep it, if that is the one. */
void calling_note(struct calling *calling, const struct task *task);

#endif
