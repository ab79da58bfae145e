// SPDX-License-Identifier: GPL-2.0-only
/* The order in which it counts: faults, who slept, the copy, and only then who woke. */
#include "awakening.h"

#include "judge.h"

#define SAYS(v, why) ((struct judgement){ .verdict = VERDICT_##v, .reason = (why) })

static struct judgement judge_sleeper(const struct awakening *seen)
{
	if (seen->woken_by == WOKEN_NEVER)
		return SAYS(BROKEN, "who sleeps on does not wake otherwise, either");
	if (!seen->at_rest)
		return SAYS(BROKEN, "who did not wake was never at rest in the kernel");
	if (!seen->event)
		return SAYS(BROKEN, "nobody woke, but what they sleep for is not there");
	return SAYS(MISSED, NULL);
}

struct judgement awakening_judge(const struct awakening *seen)
{
	if (seen->fault)
		return SAYS(BROKEN, seen->fault);
	if (seen->missing)
		return SAYS(UNAVAILABLE, seen->missing);
	if (seen->woke_early)
		return SAYS(BROKEN, "a sleeper woke before the copy began");
	if (!seen->slept)
		return SAYS(BROKEN, "the sleepers were not seen asleep before the copy");
	if (seen->copy_errno)
		return judge_refusal(seen->copy_errno, seen->copied);
	if (!seen->ended)
		return SAYS(BROKEN, "the copy did not come to its end");
	if (!seen->copied)
		return SAYS(BROKEN, "the copy moved nothing");
	if (seen->is_wrong)
		return SAYS(BROKEN, "a sleeper woke, but not for what it slept for");
	if (!seen->limit)
		return SAYS(BROKEN, "the control did not wake: the machine cannot be judged");
	if (seen->woken_by != WOKEN_BY_COPY)
		return judge_sleeper(seen);
	return seen->took > seen->limit ? SAYS(LATE, NULL) : SAYS(SAFE, NULL);
}
