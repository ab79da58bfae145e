/* SPDX-License-Identifier: GPL-2.0-only */
/* What comes of a case, for the one who plays it and the one who reports it. */
#ifndef COPYHANG_RESULT_H
#define COPYHANG_RESULT_H

#include "text.h"
#include "verdict.h"

#include <stdint.h>

/** struct result - of one case; in memory shared between supervisor and runner. */
struct result {
	enum verdict verdict;
	char reason[160];     /* "" where the verdict says it all */
	const char *stage;    /* what the supervisor was at: for when it dies */
	int64_t renewed;      /* when it began the last of its phases: time_limits.h; ns */
	int left;             /* processes set aside, unkillable */
	struct text evidence; /* lines of `key=value` */
};

/** result_conclude() - put a judgement into @result; @error: the errno that goes with it, or 0. */
void result_conclude(struct result *result, struct judgement judgement, int error);

#endif
