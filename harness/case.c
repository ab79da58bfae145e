// SPDX-License-Identifier: GPL-2.0-only
#include "case.h"

#include "play.h"
#include "promise.h"

#include <stdio.h>
#include <string.h>

char *case_id(const struct test_case *test, char *id)
{
	snprintf(id, CASE_ID, "%s/%s/%s-%s", test->act->name, test->strategy->name,
		 test->source->name, test->sink->name);
	return id;
}

static void perform(struct play *performance, const struct test_case *test, bool probe_kill,
		    int64_t at_least, struct result *result)
{
	static struct scene scene;
	const char *told;

	result->stage = "setting the scene";
	scene_set(&scene, test);
	result->stage = "playing";
	play(performance, &scene, probe_kill, at_least);
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
 * On a loaded machine, with a slow disk under files, or where the kernel waits for all of its CPUs
 * (RCU), a sleep on the way out may outlast the limit, and end when the release happens to come.
 * What the release ends it ends soon; else it is played again with a release that comes so late
 * that the act would be over by then.
 */
static bool may_be_chance(enum verdict verdict, const struct play *play)
{
	return verdict == VERDICT_HANG && play_doubt(play);
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
	if (verdict == VERDICT_LATE || may_be_chance(verdict, play))
		return 4;
	if (may_have_spoken(verdict, play))
		return 3;
	if (may_not_have_begun(verdict, play))
		return 2;
	return 0;
}

void case_conclude(struct result *result, struct judgement judgement, int error)
{
	result->verdict = judgement.verdict;
	if (judgement.reason)
		snprintf(result->reason, sizeof(result->reason), "%s%s%s", judgement.reason,
			 error ? ": " : "", error ? strerror(error) : "");
}

/*
 * Where it can be killed, what ended it was the probe: the cause takes a performance without. What
 * the probe showed once (*@killable: 1, 0, or -1: not tried) is known.
 */
static struct judgement perform_and_judge(struct play *last, const struct test_case *test,
					  int *killable, int64_t at_least, struct result *result)
{
	perform(last, test, *killable < 0, at_least, result);
	if (last->killable >= 0)
		*killable = last->killable;
	if (last->seen.ending == ENDING_KILL && !last->seen.fault)
		perform(last, test, false, at_least, result);
	return judge(&last->seen);
}

static const struct judgement too_slow = {
	.verdict = VERDICT_BROKEN,
	.reason = "the machine is too slow to play it again, as it would have to be",
};

static void play_act(const struct test_case *test, struct result *result)
{
	static struct play last;
	int killable = -1;
	int64_t at_least = 0;
	struct judgement judgement = perform_and_judge(&last, test, &killable, 0, result);

	for (int again = 0; again < doubts(judgement.verdict, &last); again++) {
		if (may_be_chance(judgement.verdict, &last))
			at_least = play_doubt(&last);
		if (!patience_suffices()) {
			if (judgement.verdict != VERDICT_BROKEN)
				judgement = too_slow;
			break;
		}
		judgement = perform_and_judge(&last, test, &killable, at_least, result);
	}
	last.killable = killable;
	case_conclude(result, judgement, last.error);
	play_describe(&last, &result->evidence);
	if (result->verdict != VERDICT_SAFE && result->verdict != VERDICT_REFUSED)
		play_describe_said(&last, &result->evidence);
}

void case_play(const struct test_case *test, struct result *result)
{
	patience_begin();
	if (test->promise)
		promise_play(test, result);
	else
		play_act(test, result);
}
