// SPDX-License-Identifier: GPL-2.0-only
/* A judgement in words. */
#include "result.h"

#include "shared.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DROPPED 64

int results_map(struct results *results, size_t count)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);

	results->stride = (sizeof(struct result) + page - 1) / page * page;
	results->memory = shared_memory(count * results->stride);
	return results->memory ? 0 : -errno;
}

struct result *results_at(const struct results *results, size_t index)
{
	return (struct result *)(void *)(results->memory + index * results->stride);
}

/* Many at a time: each call has to look for all who map them. Where it is not to be had they stay.
 */
void results_drop(const struct results *results, size_t index)
{
	if ((index + 1) % DROPPED == 0)
		madvise(results_at(results, index + 1 - DROPPED), DROPPED * results->stride,
			MADV_REMOVE);
}

void result_conclude(struct result *result, struct judgement judgement, int error)
{
	result->verdict = judgement.verdict;
	if (judgement.reason)
		snprintf(result->reason, sizeof(result->reason), "%s%s%s", judgement.reason,
			 error ? ": " : "", error ? strerror(error) : "");
}
