// SPDX-License-Identifier: GPL-2.0-only
/* Memory compared with memory, and numbers with numbers. */
#include "outcome.h"

#include "judge.h"

#include <errno.h>
#include <string.h>

#define SAYS(v, why) ((struct judgement){ .verdict = VERDICT_##v, .reason = (why) })

static const char wrong_bytes[] = "bytes are wrong, or in the wrong place";
static const char too_few[] = "bytes are missing";
static const char too_many[] = "there are more bytes than were to be copied";

int64_t outcome_wanted(const struct outcome *outcome)
{
	const int64_t there = (int64_t)outcome->source_size - outcome->from;
	const int64_t wanted = there < outcome->limit ? there : outcome->limit;

	return wanted > 0 ? wanted : 0;
}

static size_t size_after(const struct outcome *outcome, int64_t count)
{
	const size_t end = (size_t)(outcome->to + count);

	return end > outcome->before_size ? end : outcome->before_size;
}

static off_t later(off_t one, off_t other)
{
	return one > other ? one : other;
}

static off_t earlier(off_t one, off_t other)
{
	return one < other ? one : other;
}

/* Has the sink, from @at to @end, what @bytes has, whose first one belongs at @base? */
static bool same(const struct outcome *outcome, off_t at, off_t end, const char *bytes, off_t base)
{
	return at >= end || !memcmp(outcome->sink + (at - outcome->sink_hole), bytes + (at - base),
				    (size_t)(end - at));
}

static bool zero(const struct outcome *outcome, off_t at, off_t end)
{
	while (at < end && !outcome->sink[at - outcome->sink_hole])
		at++;
	return at >= end;
}

/* Beyond its hole: @count bytes of the source, of which those in its own hole are 0. */
static bool has_come(const struct outcome *outcome, int64_t count)
{
	const off_t base = outcome->to - outcome->from + outcome->source_hole;
	const off_t at = later(outcome->to, outcome->sink_hole), end = outcome->to + count;

	return outcome->yields_any || (zero(outcome, at, earlier(base, end)) &&
				       same(outcome, later(at, base), end, outcome->source, base));
}

/* Is the sink what it was, but for @count bytes of the source in their place? */
static bool holds(const struct outcome *outcome, int64_t count)
{
	const off_t size = (off_t)size_after(outcome, count), hole = outcome->sink_hole;

	if (count < 0 || count > outcome_wanted(outcome))
		return false;
	if (outcome->keeps_nothing)
		return count <= outcome->moved;
	return (off_t)outcome->sink_size == size &&
	       same(outcome, hole, earlier(outcome->to, size), outcome->before, hole) &&
	       has_come(outcome, count) &&
	       same(outcome, later(outcome->to + count, hole), size, outcome->before, hole);
}

bool outcome_is_copied(const struct outcome *outcome)
{
	return holds(outcome, outcome_wanted(outcome));
}

/* How many bytes came: as many as the sink has grown, or else as many as were reported. */
static int64_t arrived(const struct outcome *outcome)
{
	return outcome->sink_size > outcome->before_size ?
		       (int64_t)outcome->sink_size - outcome->to :
		       outcome->moved;
}

static const char *wrong_count(const struct outcome *outcome, int64_t count)
{
	const int64_t wanted = outcome_wanted(outcome);

	if (outcome->error)
		return count < outcome->moved ? "bytes that were reported have not arrived" :
		       count > wanted         ? too_many :
						NULL;
	if (outcome->moved > wanted)
		return "more bytes were reported than were to be copied";
	if (outcome->moved < wanted)
		return "it ended early, without an error";
	return NULL;
}

/* A strategy that reports that it lost bytes has taken more from the source than arrived. */
static const char *wrong_offsets(const struct outcome *outcome, int64_t count)
{
	const off_t source = outcome->from + count, sink = outcome->to + count;
	const bool ahead = outcome->error && outcome->lost && outcome->source_stands > source;

	if (outcome->source_stands >= 0 && outcome->source_stands != source && !ahead)
		return "the source does not stand where the copy ended";
	if (outcome->sink_stands >= 0 && outcome->sink_stands != sink && !outcome->appends)
		return "the sink does not stand where the copy ended";
	return NULL;
}

const char *outcome_copied(const struct outcome *outcome)
{
	const int64_t count = outcome->error ? arrived(outcome) : outcome_wanted(outcome);
	const char *wrong = wrong_count(outcome, count);

	if (wrong)
		return wrong;
	if (holds(outcome, count))
		return wrong_offsets(outcome, count);
	if (outcome->sink_size == size_after(outcome, count))
		return wrong_bytes;
	return outcome->sink_size < size_after(outcome, count) ? too_few : too_many;
}

const char *outcome_whole(const struct outcome *outcome)
{
	const int64_t count = arrived(outcome);

	if (!outcome->error)
		return outcome_copied(outcome);
	return wrong_count(outcome, count) ?: holds(outcome, count) ? NULL : wrong_bytes;
}

/* All bytes are the source's of then or of now, and at least one is of now. */
bool outcome_is_shared(const struct outcome *outcome)
{
	const int64_t wanted = outcome_wanted(outcome);
	bool shows = false;

	if (!outcome->later || outcome->sink_size != size_after(outcome, wanted))
		return false;
	for (int64_t i = 0; i < wanted; i++) {
		const char got = outcome->sink[outcome->to + i];
		const bool is_now = got == outcome->later[outcome->from + i];

		if (!is_now && got != outcome->source[outcome->from + i])
			return false;
		shows |= is_now;
	}
	return shows;
}

const char *outcome_private(const struct outcome *outcome)
{
	if (outcome->error || !outcome_is_shared(outcome))
		return outcome_copied(outcome);
	if (!outcome->may_share)
		return "the sink shows what was written to the source after the copy";
	return wrong_count(outcome, outcome_wanted(outcome)) ?:
		       wrong_offsets(outcome, outcome_wanted(outcome));
}

/* Return: the first offset at which @bytes are not the source; -1: none. */
static off_t differs_at(const struct outcome *outcome, const char *bytes, size_t size)
{
	const size_t both = size < outcome->source_size ? size : outcome->source_size;

	for (size_t i = 0; i < both; i++) {
		if (bytes[i] != outcome->source[i])
			return (off_t)i;
	}
	return size == outcome->source_size ? -1 : (off_t)both;
}

enum changed outcome_changed(const struct outcome *outcome, off_t *at)
{
	const off_t cached = differs_at(outcome, outcome->cached, outcome->cached_size);
	const off_t stored =
		outcome->stored ? differs_at(outcome, outcome->stored, outcome->stored_size) : -1;

	*at = stored < 0 || (cached >= 0 && cached < stored) ? cached : stored;
	if (stored < 0)
		return cached < 0 ? UNCHANGED : CHANGED_IN_CACHE;
	return cached < 0 ? CHANGED_ON_DISK : CHANGED_IN_BOTH;
}

static const char *source_changed(const struct outcome *outcome)
{
	static const char *const reasons[] = {
		[CHANGED_IN_CACHE] = "the copy changed its source, in the page cache",
		[CHANGED_ON_DISK] = "the copy changed its source, on disk",
		[CHANGED_IN_BOTH] = "the copy changed its source, in the page cache and on disk",
	};
	off_t at;

	return reasons[outcome_changed(outcome, &at)];
}

const char *outcome_intact(const struct outcome *outcome)
{
	return source_changed(outcome)                      ?:
		       wrong_count(outcome, outcome->moved) ?:
							      wrong_offsets(outcome, outcome->moved);
}

const char *outcome_intact_copied(const struct outcome *outcome)
{
	const char *wrong = source_changed(outcome);

	if (wrong)
		return wrong;
	if (outcome->marked && !outcome->mark_out)
		return "what was written to the sink after the copy did not come out of it";
	return outcome_copied(outcome);
}

const char *outcome_refused(const struct outcome *outcome)
{
	if (outcome->moved_overlap)
		return "a call that is to refuse overlapping ranges moved bytes";
	if (outcome->error && !holds(outcome, outcome->moved))
		return wrong_bytes;
	return NULL;
}

const char *outcome_unspoilt(const struct outcome *outcome)
{
	if (outcome->refused_overlap && !outcome->error && !outcome_is_copied(outcome))
		return "one call refused the overlapping ranges, and another spoilt the file";
	return outcome_refused(outcome);
}

/* The strategy gave up, and nothing is corrupt. */
static struct judgement judge_error(const struct outcome *outcome)
{
	if ((outcome->error == EINTR && outcome->interrupted) ||
	    (outcome->error == EAGAIN && outcome->at_once) ||
	    (outcome->error == ENOSPC && outcome->may_run_out))
		return SAYS(SAFE, NULL);
	if (outcome->moved)
		return SAYS(BROKEN, "the copy failed half-way");
	if (outcome->error == ENOSYS)
		return SAYS(UNAVAILABLE, "the system call is not there, or not permitted, here");
	if (is_refusal(outcome->error))
		return SAYS(REFUSED, NULL);
	if (outcome->fails)
		return SAYS(SAFE, NULL);
	return SAYS(BROKEN, "the copy failed, and not with a refusal");
}

static struct judgement judge_onlooking(const struct onlooking *seen)
{
	if (!seen->before)
		return SAYS(BROKEN, "nobody read the source before the copy");
	if (seen->meanwhile)
		return SAYS(SAFE, NULL);
	if (seen->waited)
		return SAYS(CORRUPT,
			    "who read the source meanwhile waited until the copy was over");
	return SAYS(UNAVAILABLE, "the copy was over before anybody could read the source again");
}

struct judgement outcome_judge(const struct outcome *outcome, outcome_check *check)
{
	const char *wrong;

	if (outcome->fault)
		return SAYS(BROKEN, outcome->fault);
	if (outcome->missing)
		return SAYS(UNAVAILABLE, outcome->missing);
	if (!outcome->ended && spin_lasts(&outcome->spin))
		return spin_judge(&outcome->spin);
	if (outcome->runs_away)
		return SAYS(CORRUPT, "the copy did not end");
	if (!outcome->ended)
		return SAYS(BROKEN, "the copy did not come to its end, nor go on");
	if (outcome->looks_again && !outcome->cached)
		return SAYS(BROKEN, "nobody looked at the source again");
	if (outcome->marks && !outcome->marked)
		return SAYS(BROKEN, "nothing was written to the sink after the copy");
	if (outcome->waited)
		return SAYS(CORRUPT, "it waited, where it was to say EAGAIN");
	if (outcome->unknown)
		return SAYS(CORRUPT,
			    "a call failed with an error that there is none of (errno(3))");
	if (outcome->undocumented)
		return SAYS(CORRUPT, outcome->undocumented);
	if (outcome->fails && !outcome->error)
		return SAYS(CORRUPT, "it reported no error, and nothing could be copied");
	wrong = check(outcome);
	if (wrong)
		return SAYS(CORRUPT, wrong);
	if (outcome->error)
		return judge_error(outcome);
	if (outcome->at_once)
		return SAYS(BROKEN, "it did not have to wait");
	if (outcome->signals && !outcome->interrupted)
		return SAYS(BROKEN, "no signal came into the middle of a call");
	if (outcome->read_along)
		return judge_onlooking(&outcome->onlooking);
	return SAYS(SAFE, NULL);
}
