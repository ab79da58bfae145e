// SPDX-License-Identifier: GPL-2.0-only
/* A judgement in words. */
#include "result.h"

#include <stdio.h>
#include <string.h>

void result_conclude(struct result *result, struct judgement judgement, int error)
{
	result->verdict = judgement.verdict;
	if (judgement.reason)
		snprintf(result->reason, sizeof(result->reason), "%s%s%s", judgement.reason,
			 error ? ": " : "", error ? strerror(error) : "");
}
