// SPDX-License-Identifier: GPL-2.0-only
/* How many attempts a case takes until its verdict stands. */
#include "case.h"

#include "attempt.h"
#include "copier.h"
#include "promise_copy.h"
#include "shared.h"
#include "waking_copy.h"

#include <errno.h>

static void make_attempt(struct attempt *attempt, const struct test_case *test,
			 const struct terms *terms, struct result *result)
{
	static struct scene scene;
	const char *told;

	result->stage = "setting the scene";
	patience_renew();
	scene_set(&scene, test, copier_of(test->strategy));
	result->stage = "playing";
	attempt_make(attempt, &scene, terms);
	told = scene_told(&scene);
	if (told) {
		attempt->seen.fault = told;
		scene.error = 0;
	}
	result->stage = "clearing the scene";
	patience_renew();
	result->left += scene_clear(&scene);
	attempt->error = scene.error;
}

/* The stall was seen, and then it was not what it had been any more, by the end of the act. */
static bool did_not_last(const struct observation *seen)
{
	return seen->limit && seen->stall != STALL_NONE &&
	       (seen->left_early || !seen->slept_on || !seen->withheld || !seen->ready);
}

/*
 * A source that was to be silent may have spoken, as the kernel's log does: the stall did not last,
 * or the strategy went on to a call that refuses.
 */
static bool may_have_spoken(enum verdict verdict, const struct attempt *attempt)
{
	const struct observation *seen = &attempt->seen;

	if (verdict == VERDICT_REFUSED)
		return seen->stall == STALL_SOURCE && steps_moved(&attempt->steps);
	return verdict == VERDICT_BROKEN && did_not_last(seen);
}

/*
 * On a loaded machine, with a slow disk under files, or where the kernel waits for all of its CPUs
 * (RCU), a sleep on the way out may outlast the limit, and end when the release happens to come.
 * What the release ends it ends soon; else it is played again with a release that comes so late
 * that the act would be over by then.
 */
static bool may_be_chance(enum verdict verdict, const struct attempt *attempt)
{
	return verdict == VERDICT_HANG && attempt_doubt(attempt);
}

/*
 * What has nothing to do with the release ends as soon after it once in RELEASE_SHARE. Where
 * nothing stalls, or where CPUs are short, also for who holds a lock that all processes of this
 * program take on their way out (i_mmap_rwsem), that is seen sometime; not twice in a row.
 */
static bool may_be_chance_still(enum verdict verdict, const struct observation *seen)
{
	return verdict == VERDICT_HANG &&
	       (seen->stall == STALL_NONE || seen->starved > seen->act / 10);
}

/*
 * A thread of the kernel's that has a request looks asleep as soon as it is about to look for one;
 * where it waits for a CPU just then, it has not begun to copy.
 */
static bool may_not_have_begun(enum verdict verdict, const struct attempt *attempt)
{
	return verdict == VERDICT_SAFE && strategy_by_worker(attempt->scene->test->strategy);
}

/*
 * How often to play it again, at most, for a verdict that does not change: the kernel's doing. What
 * a machine does is late now and then, what a kernel does each time.
 */
static int doubts(enum verdict verdict, const struct attempt *attempt)
{
	if (verdict == VERDICT_LATE || may_be_chance(verdict, attempt) ||
	    judge_starved(&attempt->seen))
		return 4;
	if (may_have_spoken(verdict, attempt))
		return 3;
	if (may_not_have_begun(verdict, attempt))
		return 2;
	if (may_be_chance_still(verdict, &attempt->seen))
		return 1;
	return 0;
}

/*
 * Where it can be killed, what ended it was the probe: the cause takes an attempt without. What the
 * probe showed once (*@killable: 1, 0, or -1: not tried) is known.
 */
static struct judgement attempt_and_judge(struct attempt *last, const struct test_case *test,
					  int *killable, struct terms terms, struct result *result)
{
	terms.probe_kill = *killable < 0;
	make_attempt(last, test, &terms, result);
	if (last->killable >= 0)
		*killable = last->killable;
	if (last->seen.ended_by == ENDED_BY_KILL && !last->seen.fault) {
		terms.probe_kill = false;
		make_attempt(last, test, &terms, result);
	}
	return judge(&last->seen);
}

/*
 * A copier that woke once the act had begun may have slept for something else before, as where a
 * thread of the kernel's has had no CPU on a crowded machine: then it is to be at rest first.
 */
static struct terms terms_after(struct terms terms, enum verdict verdict,
				const struct attempt *last)
{
	if (may_be_chance(verdict, last))
		terms.at_least = attempt_doubt(last);
	terms.rests |= did_not_last(&last->seen);
	return terms;
}

static const struct judgement too_slow = {
	.verdict = VERDICT_BROKEN,
	.reason = "on this machine it may have been chance, however often it was played",
};

static const struct judgement no_memory = {
	.verdict = VERDICT_BROKEN,
	.reason = "cannot map memory",
};

static void play_act(const struct test_case *test, struct result *result)
{
	static struct attempt *last;
	int killable = -1;
	struct terms terms = { 0 };
	struct judgement judgement;

	if (!last && !(last = own_memory(sizeof(*last)))) {
		result_conclude(result, no_memory, errno);
		return;
	}
	judgement = attempt_and_judge(last, test, &killable, terms, result);
	for (int again = 0; again < doubts(judgement.verdict, last); again++) {
		terms = terms_after(terms, judgement.verdict, last);
		judgement = attempt_and_judge(last, test, &killable, terms, result);
	}
	if (may_be_chance(judgement.verdict, last))
		judgement = too_slow;
	last->killable = killable;
	result_conclude(result, judgement, last->error);
	attempt_describe(last, &result->evidence);
	if (result->verdict != VERDICT_SAFE && result->verdict != VERDICT_REFUSED)
		attempt_describe_said(last, &result->evidence);
}

void case_play(const struct test_case *test, struct result *result)
{
	patience_in(&result->renewed);
	if (test->promise)
		promise_copy_play(test, result);
	else if (test->act->waking)
		waking_copy_play(test, result);
	else
		play_act(test, result);
}
