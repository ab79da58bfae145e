// SPDX-License-Identifier: GPL-2.0-only
/* The judge, fed by hand: every verdict, and the edges between them. */
#include "judge.h"

#include "check.h"
#include "clock.h"
#include "time_limits.h"

#include <errno.h>

#define MS NS_PER_MS

/* What a case looks like in which all is well; each row changes what it is about. */
#define WELL \
	.stall = STALL_SOURCE, .stalled = true, .withheld = true, .ready = true, .slept_on = true, \
	.acted = true, .control = 1 * MS, .limit = 100 * MS, .ended_by = ENDED_BY_ITSELF, \
	.act = 1 * MS

/* ... and one in which the act hangs until the release. */
#define HANGS WELL, .ended_by = ENDED_BY_RELEASE, .act = 200 * MS, .at_rest = true

/* ... and one in which the copier spins, just so long that it counts. */
#define SPIN \
	.spin.looks = SPINS_LOOKS, .spin.ran = TIME_SPINS * MS, \
	.spin.ordinary = TIME_SPINS * MS / SPINS_COPIES
#define SPINS .stall = STALL_SOURCE, SPIN

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct {
	const char *name;
	struct observation seen;
	enum verdict verdict;
} rows[] = {
	{ "nothing was observed at all", { 0 }, VERDICT_BROKEN },
	{ "ended in time", { WELL }, VERDICT_SAFE },
	{ "ended exactly at the limit", { WELL, .act = 100 * MS }, VERDICT_SAFE },
	{ "ended just past the limit", { WELL, .act = 100 * MS + 1 }, VERDICT_LATE },
	{ "ended by itself, long past the limit",
	  { WELL, .act = 3000 * MS, .at_rest = true },
	  VERDICT_LATE },
	{ "past the limit, but for want of a CPU",
	  { WELL, .act = 180 * MS, .starved = 90 * MS },
	  VERDICT_SAFE },
	{ "past the limit, for want of a CPU only in part",
	  { WELL, .act = 300 * MS, .starved = 90 * MS },
	  VERDICT_LATE },
	{ "a loaded machine: slow, and so was the control",
	  { WELL, .control = 150 * MS, .limit = 1200 * MS, .act = 900 * MS },
	  VERDICT_SAFE },

	{ "hung until the release", { HANGS }, VERDICT_HANG },
	{ "hung until the release, on a loaded machine",
	  { HANGS, .control = 150 * MS, .limit = 1200 * MS, .act = 3000 * MS },
	  VERDICT_HANG },
	{ "ended well after the release, not by it",
	  { HANGS, .ended_by = ENDED_AFTERWARDS },
	  VERDICT_LATE },
	{ "ended only when the copier was killed",
	  { HANGS, .ended_by = ENDED_BY_TEARDOWN },
	  VERDICT_STUCK },
	{ "never ended", { HANGS, .ended_by = ENDED_NEVER }, VERDICT_STUCK },
	{ "never ended, and had no CPU for a part of that",
	  { HANGS, .ended_by = ENDED_NEVER, .act = 60000 * MS, .starved = 30000 * MS },
	  VERDICT_STUCK },
	{ "never ended, but had no CPU for most of that",
	  { HANGS, .ended_by = ENDED_NEVER, .act = 60000 * MS, .starved = 31000 * MS },
	  VERDICT_BROKEN },
	{ "ended when the copier was killed, and had no CPU for most of that",
	  { HANGS, .ended_by = ENDED_BY_TEARDOWN, .act = 60000 * MS, .starved = 31000 * MS },
	  VERDICT_BROKEN },
	{ "ended with the release, but was never at rest",
	  { HANGS, .at_rest = false },
	  VERDICT_BROKEN },
	{ "ended by the probe: no cause was shown",
	  { HANGS, .ended_by = ENDED_BY_KILL },
	  VERDICT_BROKEN },

	{ "the copy never stalled", { WELL, .stalled = false }, VERDICT_BROKEN },
	{ "the copy never stalled, and the act seemed to hang",
	  { HANGS, .stalled = false },
	  VERDICT_BROKEN },
	{ "the stall ended before the act did", { WELL, .left_early = true }, VERDICT_BROKEN },
	{ "the copier slept, and the source had bytes for it",
	  { WELL, .withheld = false },
	  VERDICT_BROKEN },
	{ "the copier slept, and the sink had no room", { WELL, .ready = false }, VERDICT_BROKEN },
	{ "a full sink that is not full",
	  { WELL, .stall = STALL_SINK, .withheld = false },
	  VERDICT_BROKEN },
	{ "a full sink, and nothing to be put into it",
	  { WELL, .stall = STALL_SINK, .ready = false },
	  VERDICT_BROKEN },
	{ "a hang in another scene",
	  { HANGS, .stall = STALL_SINK, .ready = false },
	  VERDICT_BROKEN },
	{ "the copier woke during the act", { WELL, .slept_on = false }, VERDICT_BROKEN },
	{ "the copier woke, and the act seemed to hang",
	  { HANGS, .slept_on = false },
	  VERDICT_BROKEN },
	{ "nothing can stall: no end withholds, nobody sleeps",
	  { WELL, .stall = STALL_NONE, .under_way = true, .withheld = false, .ready = false,
	    .slept_on = false },
	  VERDICT_SAFE },
	{ "the act was not seen", { WELL, .acted = false }, VERDICT_BROKEN },
	{ "the control did not end", { WELL, .limit = 0 }, VERDICT_BROKEN },
	{ "neither act nor control ended",
	  { HANGS, .limit = 0, .ended_by = ENDED_NEVER },
	  VERDICT_BROKEN },

	{ "nothing can stall, and the copy was under way",
	  { WELL, .stall = STALL_NONE, .stalled = false, .under_way = true },
	  VERDICT_SAFE },
	{ "nothing can stall, and no copy was under way",
	  { WELL, .stall = STALL_NONE, .stalled = false },
	  VERDICT_BROKEN },
	{ "a stall is asked for, a copy under way is not enough",
	  { WELL, .stalled = false, .under_way = true },
	  VERDICT_BROKEN },
	{ "the sink stalls", { WELL, .stall = STALL_SINK }, VERDICT_SAFE },

	{ "bytes differ", { WELL, .differs = true }, VERDICT_CORRUPT },
	{ "bytes differ and the act hung: the hang is told",
	  { HANGS, .differs = true },
	  VERDICT_HANG },
	{ "bytes differ and the act was late",
	  { WELL, .act = 300 * MS, .differs = true },
	  VERDICT_LATE },

	{ "refused", { .stall = STALL_SOURCE, .copy_errno = EINVAL }, VERDICT_REFUSED },
	{ "refused across file systems",
	  { .stall = STALL_NONE, .copy_errno = EXDEV },
	  VERDICT_REFUSED },
	{ "refused, after it had moved bytes",
	  { .stall = STALL_SOURCE, .copy_errno = EINVAL, .copied = 16 },
	  VERDICT_BROKEN },
	{ "no such system call",
	  { .stall = STALL_SOURCE, .copy_errno = ENOSYS },
	  VERDICT_UNAVAILABLE },
	{ "failed, and not with a refusal",
	  { .stall = STALL_SOURCE, .copy_errno = EIO },
	  VERDICT_BROKEN },
	{ "failed for want of memory",
	  { .stall = STALL_SOURCE, .copy_errno = ENOMEM },
	  VERDICT_BROKEN },

	{ "runs on in one call, and moves nothing", { SPINS }, VERDICT_SPINS },
	{ "runs on where nothing can stall", { SPINS, .stall = STALL_NONE }, VERDICT_SPINS },
	{ "the machine is loaded: it has waited for a CPU, and had none",
	  { SPINS, .spin.ran = 0 },
	  VERDICT_BROKEN },
	{ "... or not enough of one", { SPINS, .spin.ran = TIME_SPINS * MS - 1 }, VERDICT_BROKEN },
	{ "the machine is slow: a copy takes long, too",
	  { SPINS, .spin.ordinary = TIME_SPINS * MS / SPINS_COPIES + 1 },
	  VERDICT_BROKEN },
	{ "nobody knows what a copy takes", { SPINS, .spin.ordinary = 0 }, VERDICT_BROKEN },
	{ "it has slept, or got further, in between",
	  { SPINS, .spin.looks = SPINS_LOOKS - 1 },
	  VERDICT_BROKEN },
	{ "makes call after call in vain", { .spin.calls = SPINS_CALLS }, VERDICT_SPINS },
	{ "has made some calls in vain", { .spin.calls = SPINS_CALLS - 1 }, VERDICT_BROKEN },
	{ "ran on for long, and then it was refused",
	  { SPINS, .copy_errno = EINVAL },
	  VERDICT_REFUSED },
	{ "ran on for long, and then it stalled, and the act was over in time",
	  { WELL, SPIN },
	  VERDICT_SAFE },
	{ "runs on, and something is missing",
	  { SPINS, .missing = "ptrace" },
	  VERDICT_UNAVAILABLE },
	{ "runs on, and the harness failed", { SPINS, .fault = "cannot fork" }, VERDICT_BROKEN },

	{ "the harness failed, whatever else was seen",
	  { WELL, .fault = "cannot fork" },
	  VERDICT_BROKEN },
	{ "the harness failed where something is missing, too",
	  { .fault = "cannot fork", .missing = "no /dev/fuse" },
	  VERDICT_BROKEN },
	{ "something is missing", { .missing = "no /dev/fuse" }, VERDICT_UNAVAILABLE },
};

#pragma GCC diagnostic pop

int main(void)
{
	ksft_print_header();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct judgement judgement = judge(&rows[i].seen);

		CHECK(judgement.verdict == rows[i].verdict, "%s: %s", rows[i].name,
		      verdict_name(rows[i].verdict));
		if (judgement.verdict == VERDICT_BROKEN || judgement.verdict == VERDICT_SPINS ||
		    judgement.verdict == VERDICT_UNAVAILABLE)
			CHECK(judgement.reason, "%s: a reason is given", rows[i].name);
	}
	return checks_done();
}
