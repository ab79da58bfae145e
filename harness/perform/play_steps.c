// SPDX-License-Identifier: GPL-2.0-only
/* Which of the calls that are seen are steps of a play's copy. */
#include "play.h"

#include <errno.h>

/* Of a call that is just being made, or has returned: errno 0 if it has not failed. */
static struct seen_step step_of(const struct play *play, const struct task *task, int error)
{
	struct seen_step step = { .call = task->call, .error = error, .later = play->at[ACT] };

	if (!task->followed)
		return step;
	step.in = ends_in(&play->scene->ends, task);
	step.out = ends_out(&play->scene->ends, task);
	return step;
}

struct seen_step *play_find_step(struct play *play, const struct task *task, int error)
{
	const struct seen_step step = step_of(play, task, error);

	return steps_find(&play->steps, &step);
}

/* What waits without naming its descriptors was looked at while it did. */
static bool is_of_program(const struct play *play, const struct task *task,
			  const struct seen_step *step)
{
	if (step->error == EINTR) /* the program makes it again, or the kernel does for it */
		return false;
	if (call_role(&task->call) == CALL_COPIES)
		return step->in == END_SOURCE || step->out == END_SINK;
	return call_role(&task->call) == CALL_SUBMITS ||
	       (task == play->stall.task && task->serial == play->stall.serial);
}

static bool is_of_copy(const struct play *play, const struct task *task,
		       const struct seen_step *step)
{
	if (task->followed)
		return is_of_program(play, task, step);
	return !step->later && scene_owns(play->scene, &task->call);
}

bool play_is_of_interest(const struct play *play, const struct task *task)
{
	const struct seen_step step = step_of(play, task, 0);

	return !task->followed || call_role(&task->call) != CALL_COPIES || step.in == END_SOURCE ||
	       step.out == END_SINK;
}

/* It has asked whether the source yields, be it among other things, and been told of something. */
static bool asked_for_source(const struct play *play, const struct task *task)
{
	const enum call_role role = call_role(&task->call);

	return task->followed && task->result > 0 && role != CALL_COPIES && role != CALL_SUBMITS &&
	       ends_awaits(&play->scene->ends, task, END_SOURCE);
}

void play_keep_step(struct play *play, const struct task *task)
{
	struct seen_step step = step_of(play, task, steps_error(task));

	play->read_source |= asked_for_source(play, task);
	if (!is_of_copy(play, task, &step))
		return;
	step.took = task->left_at - task->entered_at;
	play->read_source |= step.in == END_SOURCE && !step.error;
	if (steps_keep(&play->steps, &step, task->result))
		play->news_at = task->left_at;
}

void play_keep_last_step(struct play *play)
{
	const struct task *task = play->seen.stalled ? play->stall.task : play->scene->copier;
	const struct seen_step step = step_of(play, task, 0);

	steps_keep_last(&play->steps, &step, play->first_bytes);
}
