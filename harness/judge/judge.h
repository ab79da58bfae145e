/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what was observed of one case to its verdict. Pure: no clock, no
 * kernel, no memory of earlier cases; harness/t/judge.c feeds it by hand.
 */
#ifndef COPYHANG_JUDGE_H
#define COPYHANG_JUDGE_H

#include "spin.h"
#include "test_case.h"
#include "verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum ended_by - what the act's end came with. */
enum ended_by {
	ENDED_NEVER,       /* it was given up on */
	ENDED_BY_ITSELF,   /* nothing was done to it */
	ENDED_BY_KILL,     /* the SIGKILL that probes whether the actor can be killed */
	ENDED_BY_RELEASE,  /* the source was released */
	ENDED_AFTERWARDS,  /* well after the release, which did not bring it about */
	ENDED_BY_TEARDOWN, /* the copier was killed */
};

/** struct observation - all that a verdict may rest on; durations in ns. */
struct observation {
	const char *fault;   /* what the harness could not do, or NULL */
	const char *missing; /* what this kernel or its configuration lacks, or NULL */

	enum stall stall;
	bool stalled;    /* the copier was seen asleep inside the strategy's call before the act */
	bool withheld;   /* then, and when the act was over: the end that is to withhold did */
	bool ready;      /* ... and the other one was ready, if the call is about it at all */
	bool slept_on;   /* the copier slept the same sleep from the one to the other */
	bool under_way;  /* STALL_NONE: the copier was seen in its call, or between two, by then */
	bool left_early; /* it left that call, though not released, before the act had ended */

	struct spin spin; /* of a copier that did not come to where the act was to begin */

	int copy_errno; /* the strategy gave up with this before anything stalled, or 0 */
	int64_t copied; /* bytes it had moved by then */

	bool acted;      /* the actor was seen in its act */
	int64_t control; /* the control's same act took this long; 0: none was needed */
	int64_t limit;   /* what the act was allowed, from the control where it was needed; 0: the
			    control has not ended */
	enum ended_by ended_by;
	int64_t act;     /* from its begin to its end, or to giving up */
	int64_t starved; /* of this, the time without a CPU */
	bool at_rest;    /* the actor slept in the kernel all through the confirmation window */

	bool differs; /* bytes, count or offset are not what the interface promises */
};

struct judgement judge(const struct observation *seen);

/** judge_refusal() - what it says that a strategy gave up with @error, once @moved bytes had moved.
 */
struct judgement judge_refusal(int error, int64_t moved);

/** judge_starved() - was what did not end without a CPU for most of that time? */
bool judge_starved(const struct observation *seen);

/** is_refusal() - does @error mean that the kernel will not copy between these endpoints this way?
 */
bool is_refusal(int error);

#endif
