// SPDX-License-Identifier: GPL-2.0-only
/* Who woke and who slept on, fed by hand to the judge: every verdict, and the gates before it. */
#include "awakening.h"

#include "check.h"
#include "clock.h"

#include <errno.h>

#define MS NS_PER_MS

/* All is well; each row changes what it is about. */
#define WELL \
	.slept = true, .copied = 4096, .ended = true, .woken_by = WOKEN_BY_COPY, .took = 1 * MS, \
	.limit = 100 * MS

/* ... and one in which somebody sleeps on. */
#define MISSES WELL, .woken_by = WOKEN_OTHERWISE, .at_rest = true, .event = true, .took = 0

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct {
	const char *name;
	struct awakening seen;
	enum verdict verdict;
	const char *says; /* the reason contains this */
} rows[] = {
	{ "nothing was observed at all", { 0 }, VERDICT_BROKEN, "not seen asleep" },
	{ "woken in time", { WELL }, VERDICT_SAFE, NULL },
	{ "woken before the copy had returned", { WELL, .took = 0 }, VERDICT_SAFE, NULL },
	{ "woken exactly at the limit", { WELL, .took = 100 * MS }, VERDICT_SAFE, NULL },
	{ "woken just past it", { WELL, .took = 100 * MS + 1 }, VERDICT_LATE, NULL },
	{ "a slow machine, as the control says",
	  { WELL, .took = 900 * MS, .limit = 1200 * MS },
	  VERDICT_SAFE,
	  NULL },
	{ "slept on until woken otherwise", { MISSES }, VERDICT_MISSED, NULL },

	{ "a fault", { MISSES, .fault = "it broke" }, VERDICT_BROKEN, "it broke" },
	{ "something is not to be had",
	  { WELL, .missing = "not here" },
	  VERDICT_UNAVAILABLE,
	  "not here" },
	{ "a fault, too",
	  { WELL, .missing = "not here", .fault = "it broke" },
	  VERDICT_BROKEN,
	  "it" },
	{ "nobody was seen asleep", { WELL, .slept = false }, VERDICT_BROKEN, "not seen asleep" },
	{ "nobody was seen asleep, and somebody slept on",
	  { MISSES, .slept = false },
	  VERDICT_BROKEN,
	  "not seen asleep" },
	{ "one was awake before", { WELL, .woke_early = true }, VERDICT_BROKEN, "before the copy" },
	{ "refused",
	  { .slept = true, .ended = true, .copy_errno = EINVAL },
	  VERDICT_REFUSED,
	  NULL },
	{ "refused, and nobody slept",
	  { .ended = true, .copy_errno = EINVAL },
	  VERDICT_BROKEN,
	  "not" },
	{ "no such system call",
	  { .slept = true, .ended = true, .copy_errno = ENOSYS },
	  VERDICT_UNAVAILABLE,
	  "not there" },
	{ "an error after bytes", { WELL, .copy_errno = EINVAL }, VERDICT_BROKEN, "half-way" },
	{ "an error that refuses nothing",
	  { .slept = true, .ended = true, .copy_errno = EIO },
	  VERDICT_BROKEN,
	  "not with a refusal" },
	{ "a copy without end", { MISSES, .ended = false }, VERDICT_BROKEN, "to its end" },
	{ "a copy of nothing", { MISSES, .copied = 0 }, VERDICT_BROKEN, "moved nothing" },
	{ "one woke for something else",
	  { WELL, .is_wrong = true },
	  VERDICT_BROKEN,
	  "not for what" },
	{ "one woke for something else, and another slept on",
	  { MISSES, .is_wrong = true },
	  VERDICT_BROKEN,
	  "not for what" },
	{ "the control slept on as well", { MISSES, .limit = 0 }, VERDICT_BROKEN, "the control" },
	{ "awake at last, and nobody knows in time",
	  { WELL, .limit = 0 },
	  VERDICT_BROKEN,
	  "control" },
	{ "never at rest", { MISSES, .at_rest = false }, VERDICT_BROKEN, "never at rest" },
	{ "nothing is there to wake for", { MISSES, .event = false }, VERDICT_BROKEN, "not there" },
	{ "nothing wakes it", { MISSES, .woken_by = WOKEN_NEVER }, VERDICT_BROKEN, "otherwise" },
};

#pragma GCC diagnostic pop

int main(void)
{
	ksft_print_header();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct judgement judgement = awakening_judge(&rows[i].seen);

		if (judgement.verdict != rows[i].verdict)
			ksft_print_msg("%s %s\n", verdict_name(judgement.verdict),
				       judgement.reason ? judgement.reason : "");
		CHECK(judgement.verdict == rows[i].verdict, "%s: %s", rows[i].name,
		      verdict_name(rows[i].verdict));
		CHECK(rows[i].says ? judgement.reason && strstr(judgement.reason, rows[i].says) :
				     !judgement.reason,
		      "%s: the reason is right", rows[i].name);
	}
	return checks_done();
}
