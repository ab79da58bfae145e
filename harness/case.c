// SPDX-License-Identifier: GPL-2.0-only
#include "case.h"

#include "play.h"

#include <stdio.h>
#include <string.h>

char *case_id(const struct test_case *test, char *id)
{
	snprintf(id, CASE_ID, "%s/%s/%s-%s", test->act->name, test->strategy->name,
		 test->source->name, test->sink->name);
	return id;
}

static void perform(struct play *performance, const struct test_case *test, bool probe_kill,
		    struct result *result)
{
	static struct scene scene;

	result->stage = "setting the scene";
	scene_set(&scene, test);
	result->stage = "playing";
	play(performance, &scene, probe_kill);
	result->stage = "clearing the scene";
	result->left += scene_clear(&scene);
	performance->error = scene.error;
}

void case_play(const struct test_case *test, struct result *result)
{
	static struct play first, second;
	const struct play *last = &first;
	struct judgement judgement;

	perform(&first, test, true, result);
	/* It can be killed, so what ended it was the probe: the cause takes a play without. */
	if (first.seen.ending == ENDING_KILL && !first.seen.fault) {
		perform(&second, test, false, result);
		second.killable = first.killable;
		last = &second;
	}
	judgement = judge(&last->seen);
	result->verdict = judgement.verdict;
	if (judgement.reason)
		snprintf(result->reason, sizeof(result->reason), "%s%s%s", judgement.reason,
			 last->error ? ": " : "", last->error ? strerror(last->error) : "");
	play_describe(last, &result->evidence);
}
