/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From what was seen of a copy, and of those who slept for it, to a verdict. Pure, as the judge of
 * acts is; harness/t/awakening.c feeds it by hand.
 */
#ifndef COPYHANG_AWAKENING_H
#define COPYHANG_AWAKENING_H

#include "verdict.h"

#include <stdbool.h>
#include <stdint.h>

/** enum woken_by - what the last of the sleepers woke with, in the order of what is worse. */
enum woken_by {
	WOKEN_BY_COPY,   /* nothing else had been done by then */
	WOKEN_OTHERWISE, /* an ordinary write(2) or read(2) that does what the copy had done */
	WOKEN_NEVER,     /* not even that */
};

/** struct awakening - all that a verdict may rest on; durations in ns. */
struct awakening {
	const char *fault;   /* what the harness could not do, or NULL */
	const char *missing; /* what this machine lacks, or NULL */

	bool slept;      /* all sleepers were seen asleep in their calls before the copy began */
	bool woke_early; /* one of them woke before it did */

	int copy_errno; /* the strategy gave up with this, or 0 */
	int64_t copied; /* bytes that it had moved by then, or in all */
	bool ended;     /* the copier came to its end in time */

	enum woken_by woken_by;
	bool is_wrong; /* one of them woke, but not for what it slept for */
	int64_t took;  /* from the copy to the last awakening by it; 0: it was awake by then */
	int64_t limit; /* what that was allowed; 0: the control has not woken */
	bool at_rest;  /* who did not wake slept one sleep through the confirmation window */
	bool event;    /* ... although what it slept for was there */
};

/** awakening_judge() - the verdict. */
struct judgement awakening_judge(const struct awakening *seen);

#endif
