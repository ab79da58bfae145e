// SPDX-License-Identifier: GPL-2.0-only
/* Which of the calls that are seen are steps of an attempt's copy. */
#include "attempt.h"

/* Of a call that is just being made, or has returned: errno 0 if it has not failed. */
static struct seen_step step_of(const struct attempt *attempt, const struct task *task, int error)
{
	struct seen_step step = { .call = task->call, .error = error, .later = attempt->at[ACT] };

	if (!task->followed)
		return step;
	step.in = sides_in(&attempt->scene->sides, task);
	step.out = sides_out(&attempt->scene->sides, task);
	return step;
}

struct seen_step *attempt_find_step(struct attempt *attempt, const struct task *task)
{
	const struct seen_step step = step_of(attempt, task, 0);

	return steps_find(&attempt->steps, &step);
}

/* It has asked whether the source yields, be it among other things, and been told of something. */
static bool asked_for_source(const struct attempt *attempt, const struct task *task)
{
	const enum call_role role = call_role(&task->call);

	return task->followed && task->result > 0 && role != CALL_COPIES && role != CALL_SUBMITS &&
	       sides_awaits(&attempt->scene->sides, task, SIDE_SOURCE);
}

static void keep_step(struct attempt *attempt, const struct task *task)
{
	struct seen_step step = step_of(attempt, task, steps_error(task));

	attempt->read_source |= asked_for_source(attempt, task);
	if (!attempt->scene->copier_kind->is_step(attempt, task, &step))
		return;
	step.took = task->left_at - task->entered_at;
	attempt->read_source |= step.in == SIDE_SOURCE && !step.error;
	if (steps_keep(&attempt->steps, &step, task->result))
		attempt->news_at = task->left_at;
}

void attempt_keep_last_step(struct attempt *attempt)
{
	const struct task *task =
		attempt->seen.stalled ? attempt->stall.task : attempt->scene->copier;
	const struct seen_step step = step_of(attempt, task, 0);

	steps_keep_last(&attempt->steps, &step, attempt->first_bytes);
}

/* What comes after that is not the copy. */
static bool copy_is_over(const struct attempt *attempt)
{
	const struct report *report = attempt->scene->report;

	return report->done || report->error;
}

/*
 * Where nothing stalls, and it has copied for so long, it runs on without stops. For at these its
 * supervisor may find it each time: calls may be too short to be seen in the midst of one, and what
 * is between two of them even more so.
 */
static bool is_let_run(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;
	const bool tells =
		scene->actor == scene->copier && scene->test->act->completion == CALL_RETURNS;

	return attempt->seen.stall == STALL_NONE && !tells && steps_moved(&attempt->steps) &&
	       clock_now() - attempt->begun >= LIMIT_OF(IN_CALL);
}

/* Of our own copier what it does up to the act, of who acts until that call is over. */
static bool is_to_be_told_on(const struct attempt *attempt, const struct task *task)
{
	const struct scene *scene = attempt->scene;

	if (task == scene->copier && is_let_run(attempt))
		return false;
	if (task == attempt->act.task)
		return !attempt->act.back_at;
	if (task == attempt->control.task)
		return !attempt->control.back_at;
	return task != scene->copier || task == scene->actor ||
	       !(attempt->at[ACT] || copy_is_over(attempt));
}

bool attempt_on_call(void *arg, const struct task *task)
{
	struct attempt *attempt = arg;
	const struct copier_kind *copier = attempt->scene->copier_kind;

	calling_note(&attempt->act, task);
	calling_note(&attempt->control, task);
	if (scene_copies(attempt->scene, task) && !task->in_call)
		keep_step(attempt, task);
	return task->followed ? copier->wants_return(attempt, task) :
				is_to_be_told_on(attempt, task);
}
