// SPDX-License-Identifier: GPL-2.0-only
/* What came of a copy, fed by hand to the checks and the judge: every reason, and the edges. */
#include "outcome.h"

#include "check.h"
#include "copy.h"

#include <errno.h>

/* A source of 8 bytes from its third on into a sink of 4, at its second: all is well. */
#define WELL \
	.source = "abcdefgh", .source_size = 8, .from = 2, .before = "----", .before_size = 4, \
	.to = 1, .limit = 5, .ended = true, .moved = 5, .sink = "-cdefg", .sink_size = 6, \
	.source_stands = 7, .sink_stands = 6

/* The same, and both begin with a hole; and one of which the hole is copied, too. */
#define HOLE ((off_t)1 << 32)
#define BEHIND_HOLES \
	WELL, .source_hole = HOLE, .source_size = HOLE + 8, .from = HOLE + 2, .sink_hole = HOLE, \
	      .before_size = HOLE + 4, .to = HOLE + 1, .sink_size = HOLE + 6, \
	      .source_stands = HOLE + 7, .sink_stands = HOLE + 6
#define HOLE_AND_ALL \
	BEHIND_HOLES, .from = 0, .to = 0, .limit = COPY_UNLIMITED, .before_size = 0, \
		      .moved = HOLE + 8, .sink = "abcdefgh", .sink_size = HOLE + 8, \
		      .source_stands = HOLE + 8, .sink_stands = HOLE + 8

/* ... and one that gave up after two of them. */
#define FAILS \
	WELL, .error = EINTR, .signals = true, .interrupted = 1, .moved = 2, .sink = "-cd-", \
	      .sink_size = 4, .source_stands = 4, .sink_stands = 3

/* A refusal: nothing has changed. */
#define REFUSES \
	WELL, .error = EINVAL, .moved = 0, .sink = "----", .sink_size = 4, .source_stands = 2, \
	      .sink_stands = 1

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"

static const struct {
	const char *name;
	struct outcome seen;
	outcome_check *check;
	enum verdict verdict;
	const char *says; /* the reason contains this */
} rows[] = {
	{ "all is well", { WELL }, outcome_copied, VERDICT_SAFE, NULL },
	{ "the limit is more than there is",
	  { WELL, .limit = COPY_UNLIMITED, .moved = 6, .sink = "-cdefgh", .sink_size = 7,
	    .source_stands = 8, .sink_stands = 7 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "a part of the sink is overwritten, the rest stays",
	  { WELL, .limit = 2, .moved = 2, .sink = "-cd-", .sink_size = 4, .source_stands = 4,
	    .sink_stands = 3 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "a sink without an offset",
	  { WELL, .sink_stands = -1 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "nothing was asked for",
	  { WELL, .limit = 0, .moved = 0, .sink = "----", .sink_size = 4, .source_stands = 2,
	    .sink_stands = 1 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },

	{ "both files begin with a hole", { BEHIND_HOLES }, outcome_copied, VERDICT_SAFE, NULL },
	{ "... and a byte behind it is wrong",
	  { BEHIND_HOLES, .sink = "-cdxfg" },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "... and what came went into the hole",
	  { BEHIND_HOLES, .sink = "----", .sink_size = HOLE + 4 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are missing" },
	{ "... and the sink stands as if it had none",
	  { BEHIND_HOLES, .sink_stands = 6 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "the sink does not stand" },
	{ "... out of which a pipe gets what it should",
	  { BEHIND_HOLES, .sink_hole = 0, .to = 0, .before_size = 0, .sink = "cdefg",
	    .sink_size = 5, .sink_stands = -1 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "a hole is copied, too", { HOLE_AND_ALL }, outcome_copied, VERDICT_SAFE, NULL },
	{ "... but its count has 32 bits",
	  { HOLE_AND_ALL, .moved = 8 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "ended early" },
	{ "... to where nothing is kept",
	  { HOLE_AND_ALL, .keeps_nothing = true, .sink_size = 0, .sink_stands = -1 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "... and its count has 32 bits",
	  { HOLE_AND_ALL, .keeps_nothing = true, .sink_size = 0, .sink_stands = -1, .moved = 8 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "ended early" },

	{ "a byte is wrong",
	  { WELL, .sink = "-cdxfg" },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "what was there before is gone",
	  { WELL, .sink = "xcdefg" },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "a byte is in the wrong place",
	  { WELL, .sink = "-dcefg" },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "a byte is missing",
	  { WELL, .sink = "-cdeg", .sink_size = 5 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are missing" },
	{ "a byte is doubled",
	  { WELL, .sink = "-cddefg", .sink_size = 7 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "more bytes than" },
	{ "less was reported than was asked for",
	  { WELL, .moved = 4 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "ended early" },
	{ "more was", { WELL, .moved = 6 }, outcome_copied, VERDICT_CORRUPT, "more bytes were" },
	{ "the source stands elsewhere",
	  { WELL, .source_stands = 8 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "the source does not stand" },
	{ "the sink stands elsewhere",
	  { WELL, .sink_stands = 5 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "the sink does not stand" },
	{ "... where that is no matter",
	  { WELL, .sink_stands = 5, .appends = true },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "that it had lost bytes it did not say by an error",
	  { WELL, .source_stands = 8, .lost = true },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "the source does not stand" },

	{ "interrupted, and said so", { FAILS }, outcome_copied, VERDICT_SAFE, NULL },
	{ "interrupted before anything had moved",
	  { REFUSES, .error = EINTR, .interrupted = 1 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "interrupted, though no signal came",
	  { FAILS, .interrupted = 0 },
	  outcome_copied,
	  VERDICT_BROKEN,
	  "half-way" },
	{ "... with more in the sink than was reported",
	  { FAILS, .lost = true, .sink = "-cdef", .sink_size = 5, .source_stands = 7,
	    .sink_stands = 5 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "... with less than was reported",
	  { FAILS, .sink = "-c--" },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "... with a wrong byte",
	  { FAILS, .sink = "-cx-" },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "... and the source is further, as it knows",
	  { FAILS, .lost = true, .source_stands = 6 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },
	{ "... or not",
	  { FAILS, .source_stands = 6 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "the source does not stand" },
	{ "... or is not as far",
	  { FAILS, .lost = true, .source_stands = 3 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "the source does not stand" },
	{ "no signal came in time",
	  { WELL, .signals = true },
	  outcome_copied,
	  VERDICT_BROKEN,
	  "no signal" },
	{ "one did",
	  { WELL, .signals = true, .interrupted = 1 },
	  outcome_copied,
	  VERDICT_SAFE,
	  NULL },

	{ "refused", { REFUSES }, outcome_copied, VERDICT_REFUSED, NULL },
	{ "refused, and the sink has changed",
	  { REFUSES, .sink = "-x--" },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "refused, and the source has moved",
	  { REFUSES, .source_stands = 3 },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "the source does not stand" },
	{ "no such call",
	  { REFUSES, .error = ENOSYS },
	  outcome_copied,
	  VERDICT_UNAVAILABLE,
	  "not there" },
	{ "failed, and not with a refusal",
	  { REFUSES, .error = EIO },
	  outcome_copied,
	  VERDICT_BROKEN,
	  "not with a refusal" },
	{ "failed half-way", { FAILS, .error = EIO }, outcome_copied, VERDICT_BROKEN, "half-way" },

	{ "not written since", { WELL, .later = "ABCDEFGH" }, outcome_private, VERDICT_SAFE, NULL },
	{ "shows what was written since",
	  { WELL, .later = "ABCDEFGH", .sink = "-cDEfg" },
	  outcome_private,
	  VERDICT_CORRUPT,
	  "after the copy" },
	{ "... as it may",
	  { WELL, .later = "ABCDEFGH", .sink = "-cDEfg", .may_share = true },
	  outcome_private,
	  VERDICT_SAFE,
	  NULL },
	{ "... but not with a wrong byte",
	  { WELL, .later = "ABCDEFGH", .sink = "-cDxfg", .may_share = true },
	  outcome_private,
	  VERDICT_CORRUPT,
	  "bytes are wrong" },
	{ "... nor with a wrong offset",
	  { WELL, .later = "ABCDEFGH", .sink = "-cDEfg", .may_share = true, .source_stands = 1 },
	  outcome_private,
	  VERDICT_CORRUPT,
	  "the source does not stand" },

	{ "nothing refuses ranges that overlap, and bytes are repeated",
	  { WELL, .sink = "-cccccc", .sink_size = 7 },
	  outcome_unspoilt,
	  VERDICT_SAFE,
	  NULL },
	{ "a call does, and the next one repeats them",
	  { WELL, .sink = "-cccccc", .sink_size = 7, .refused_overlap = true },
	  outcome_unspoilt,
	  VERDICT_CORRUPT,
	  "spoilt" },
	{ "... where nobody says that it must not",
	  { WELL, .sink = "-cccccc", .sink_size = 7, .refused_overlap = true },
	  outcome_refused,
	  VERDICT_SAFE,
	  NULL },
	{ "a call does, and the next one does well",
	  { WELL, .refused_overlap = true },
	  outcome_unspoilt,
	  VERDICT_SAFE,
	  NULL },
	{ "a call does, and that is all",
	  { REFUSES, .refused_overlap = true },
	  outcome_unspoilt,
	  VERDICT_REFUSED,
	  NULL },
	{ "a call that is to does not",
	  { WELL, .moved_overlap = true },
	  outcome_refused,
	  VERDICT_CORRUPT,
	  "is to refuse" },
	{ "... nor for a file that is its own copy",
	  { WELL, .moved_overlap = true },
	  outcome_unspoilt,
	  VERDICT_CORRUPT,
	  "is to refuse" },

	{ "did not end",
	  { WELL, .ended = false, .runs_away = true },
	  outcome_copied,
	  VERDICT_CORRUPT,
	  "did not end" },
	{ "did not end, and did nothing",
	  { WELL, .ended = false },
	  outcome_copied,
	  VERDICT_BROKEN,
	  "nor go on" },
	{ "the harness failed",
	  { WELL, .fault = "cannot fork" },
	  outcome_copied,
	  VERDICT_BROKEN,
	  "cannot fork" },
	{ "something is missing",
	  { .missing = "no sysfs" },
	  outcome_copied,
	  VERDICT_UNAVAILABLE,
	  "no sysfs" },
	{ "nothing was seen at all", { 0 }, outcome_copied, VERDICT_BROKEN, "nor go on" },
};

#pragma GCC diagnostic pop

int main(void)
{
	ksft_print_header();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct judgement judgement = outcome_judge(&rows[i].seen, rows[i].check);

		CHECK(judgement.verdict == rows[i].verdict, "%s: %s", rows[i].name,
		      verdict_name(rows[i].verdict));
		CHECK(rows[i].says ? judgement.reason && strstr(judgement.reason, rows[i].says) :
				     !judgement.reason,
		      "%s: the reason is right", rows[i].name);
	}
	return checks_done();
}
