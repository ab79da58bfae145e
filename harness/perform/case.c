// SPDX-License-Identifier: GPL-2.0-only
#include "case.h"

#include "play.h"
#include "promise_copy.h"

static void perform(struct play *performance, const struct test_case *test, bool probe_kill,
		    struct result *result)
{
	static struct scene scene;
	const char *told;

	result->stage = "setting the scene";
	scene_set(&scene, test);
	result->stage = "playing";
	play(performance, &scene, probe_kill);
	told = scene_told(&scene);
	if (told) {
		performance->seen.fault = told;
		scene.error = 0;
	}
	result->stage = "clearing the scene";
	result->left += scene_clear(&scene);
	performance->error = scene.error;
}

/* The stall was seen, and then it was not what it had been any more, by the end of the act. */
static bool did_not_last(const struct observation *seen)
{
	return seen->control_ended && seen->stall != STALL_NONE &&
	       (seen->left_early || !seen->slept_on || !seen->withheld || !seen->ready);
}

/*
 * A source that was to be silent may have spoken, as the kernel's log does: the stall did not last,
 * or the strategy went on to a call that refuses.
 */
static bool may_have_spoken(enum verdict verdict, const struct play *play)
{
	const struct observation *seen = &play->seen;

	if (verdict == VERDICT_REFUSED)
		return seen->stall == STALL_SOURCE && steps_moved(&play->steps);
	return verdict == VERDICT_BROKEN && did_not_last(seen);
}

/*
 * On a loaded machine, or with a slow disk under files, a sleep on the way out may outlast the
 * limit, and end when the release happens to come.
 */
static bool may_be_load(enum verdict verdict, const struct play *play)
{
	const struct observation *seen = &play->seen;

	return verdict == VERDICT_HANG &&
	       (seen->limit > LIMIT_OF(ACT) || seen->starved > LIMIT_OF(REST));
}

/*
 * A thread of the kernel's that has a request looks asleep as soon as it is about to look for one;
 * where it waits for a CPU just then, it has not begun to copy.
 */
static bool may_not_have_begun(enum verdict verdict, const struct play *play)
{
	return verdict == VERDICT_SAFE && strategy_by_worker(play->scene->test->strategy);
}

/*
 * How often to play it again, at most, for a verdict that does not change: the kernel's doing. What
 * a machine does is late now and then, what a kernel does each time.
 */
static int doubts(enum verdict verdict, const struct play *play)
{
	if (verdict == VERDICT_LATE)
		return 4;
	if (may_have_spoken(verdict, play))
		return 3;
	if (may_not_have_begun(verdict, play))
		return 2;
	return may_be_load(verdict, play) ? 1 : 0;
}

/* Where it can be killed, what ended it was the probe: the cause takes a performance without. */
static struct judgement perform_and_judge(struct play *last, const struct test_case *test,
					  bool *killable, struct result *result)
{
	perform(last, test, !*killable, result);
	if (last->seen.ending == ENDING_KILL && !last->seen.fault) {
		*killable = true;
		perform(last, test, false, result);
	}
	return judge(&last->seen);
}

static const struct judgement too_slow = {
	.verdict = VERDICT_BROKEN,
	.reason = "the machine is too slow to play it again, as it would have to be",
};

static void play_act(const struct test_case *test, struct result *result)
{
	static struct play last;
	bool killable = false;
	struct judgement judgement = perform_and_judge(&last, test, &killable, result);

	for (int again = 0; again < doubts(judgement.verdict, &last); again++) {
		if (!patience_suffices()) {
			if (judgement.verdict != VERDICT_BROKEN)
				judgement = too_slow;
			break;
		}
		judgement = perform_and_judge(&last, test, &killable, result);
	}
	if (killable)
		last.killable = true;
	result_conclude(result, judgement, last.error);
	play_describe(&last, &result->evidence);
	if (result->verdict != VERDICT_SAFE && result->verdict != VERDICT_REFUSED)
		play_describe_said(&last, &result->evidence);
}

void case_play(const struct test_case *test, struct result *result)
{
	patience_begin();
	if (test->promise)
		promise_copy_play(test, result);
	else
		play_act(test, result);
}
