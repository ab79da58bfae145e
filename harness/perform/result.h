/* SPDX-License-Identifier: GPL-2.0-only */
/* What comes of a case, for the one who plays it and the one who reports it. */
#ifndef COPYHANG_RESULT_H
#define COPYHANG_RESULT_H

#include "text.h"
#include "verdict.h"

#include <stddef.h>
#include <stdint.h>

/** struct result - of one case; in memory shared between supervisors and runner. */
struct result {
	enum verdict verdict;
	char reason[160];     /* "" where the verdict says it all */
	const char *stage;    /* what the supervisor was at: for when it dies */
	int64_t renewed;      /* when it began the last of its phases: time_limits.h; ns */
	int left;             /* processes set aside, unkillable */
	struct text evidence; /* lines of `key=value` */
};

/**
 * struct results - one for each case, at first 0, in shared memory.
 */
struct results {
	char *memory;
	size_t stride; /* whole pages */
};

/** results_map() - make room for @count. Return: 0 or -errno. */
int results_map(struct results *results, size_t count);

/** results_at() - Return: that of case @index; good until results_drop(). */
struct result *results_at(const struct results *results, size_t index);

/** results_drop() - it is not needed any more, nor is any before it. */
void results_drop(const struct results *results, size_t index);

/** result_conclude() - put a judgement into @result; @error: the errno that goes with it, or 0. */
void result_conclude(struct result *result, struct judgement judgement, int error);

#endif
