// SPDX-License-Identifier: GPL-2.0-only
/* The calls that a copier makes, those that are alike counted as one step. */
#include "play.h"

#define KERNEL_ERRNO \
	512 /* from here on not for programs: the call is made again after a signal \
	     */

/* Of a call that is just being made, or has returned: errno 0 if it has not failed. */
static struct play_step step_of(const struct play *play, const struct task *task, int error)
{
	struct play_step step = { .call = task->call, .error = error, .later = play->at[ACT] };

	if (!task->followed)
		return step;
	step.in = ends_in(&play->scene->ends, task);
	step.out = ends_out(&play->scene->ends, task);
	return step;
}

static struct play_step *find(struct play *play, const struct play_step *step)
{
	for (int i = 0; i < play->nsteps; i++) {
		struct play_step *earlier = &play->steps[i];

		if (call_alike(&earlier->call, &step->call) && earlier->error == step->error &&
		    earlier->in == step->in && earlier->out == step->out &&
		    earlier->later == step->later)
			return earlier;
	}
	return NULL;
}

struct play_step *play_find_step(struct play *play, const struct task *task, int error)
{
	const struct play_step step = step_of(play, task, error);

	return find(play, &step);
}

/* What waits without naming its descriptors was looked at while it did. */
static bool is_of_program(const struct play *play, const struct task *task,
			  const struct play_step *step)
{
	if (step->error >= KERNEL_ERRNO)
		return false;
	if (call_role(&task->call) == CALL_COPIES)
		return step->in == END_SOURCE || step->out == END_SINK;
	return call_role(&task->call) == CALL_SUBMITS ||
	       (task == play->stall.task && task->serial == play->stall.serial);
}

static bool is_of_copy(const struct play *play, const struct task *task,
		       const struct play_step *step)
{
	if (task->followed)
		return is_of_program(play, task, step);
	return !step->later &&
	       (call_source(&task->call) == FD_SOURCE || call_sink(&task->call) == FD_SINK ||
		strategy_owns(play->scene->test->strategy, &task->call, FD_SOURCE, FD_SINK));
}

bool play_is_of_interest(const struct play *play, const struct task *task)
{
	const struct play_step step = step_of(play, task, 0);

	return !task->followed || call_role(&task->call) != CALL_COPIES || step.in == END_SOURCE ||
	       step.out == END_SINK;
}

void play_keep_step(struct play *play, const struct task *task)
{
	const int error = task->result < 0 ? (int)-task->result : 0;
	const struct play_step new = step_of(play, task, error);
	struct play_step *step;

	if (!is_of_copy(play, task, &new))
		return;
	play->usual = task->left_at - task->entered_at;
	play->read_source |= new.in == END_SOURCE && !error;
	step = find(play, &new);
	if (!step && play->nsteps < PLAY_STEPS) {
		play->news_at = task->left_at;
		step = &play->steps[play->nsteps++];
		*step = new;
	}
	if (!step)
		return;
	step->count++;
	if (!error && call_returns_bytes(&task->call))
		step->bytes += task->result;
}

void play_keep_stalled_step(struct play *play)
{
	if (play->nsteps == PLAY_STEPS)
		return;
	play->steps[play->nsteps] = step_of(play, play->stall.task, 0);
	play->steps[play->nsteps++].stalled = true;
}
