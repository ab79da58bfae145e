// SPDX-License-Identifier: GPL-2.0-only
/* The first part of a play: until the copy is seen to stall, and all wait where the act finds them.
 */
#include "play.h"

#include "proc.h"

#define TICK_STALL (NS_PER_MS / 2)
#define TICK_UNDER_WAY (NS_PER_MS / 20)

static struct play_step *find_step(struct play *play, const struct call *call, int error)
{
	for (int i = 0; i < play->nsteps; i++) {
		if (call_alike(&play->steps[i].call, call) && play->steps[i].error == error)
			return &play->steps[i];
	}
	return NULL;
}

/* The calls that move bytes, up to the act. */
void play_keep_step(struct play *play, const struct task *task)
{
	int error = task->result < 0 ? (int)-task->result : 0;
	struct play_step *step;

	if (call_source(&task->call) != FD_SOURCE && call_sink(&task->call) != FD_SINK &&
	    !strategy_owns(play->scene->test->strategy, &task->call, FD_SOURCE, FD_SINK))
		return;
	play->usual = task->left_at - task->entered_at;
	step = find_step(play, &task->call, error);
	if (!step && play->nsteps < PLAY_STEPS) {
		step = &play->steps[play->nsteps++];
		*step = (struct play_step){ .call = task->call, .error = error };
	}
	if (!step)
		return;
	step->count++;
	if (!error && call_returns_bytes(&task->call))
		step->bytes += task->result;
}

static void keep_stalled_step(struct play *play)
{
	if (play->nsteps < PLAY_STEPS)
		play->steps[play->nsteps++] =
			(struct play_step){ .call = play->stall.task->call, .stalled = true };
}

static bool in_own_call(const struct play *play)
{
	const struct task *copier = play->scene->copier;

	return copier->in_call &&
	       strategy_owns(play->scene->test->strategy, &copier->call, FD_SOURCE, FD_SINK);
}

static bool copier_stalled(struct play *play)
{
	struct task *copier = play->scene->copier;

	if (!in_own_call(play) || copier->serial != play->stall.serial) {
		play->stall = (struct calling){ .task = copier, .serial = copier->serial };
		play->rest.since = 0;
	}
	return in_own_call(play) && rest_of_workers(&play->rest, copier->pid, STALL_REST) &&
	       endpoint_withholds(play->seen.stall == STALL_SINK ? &play->scene->sink :
								   &play->scene->source);
}

/*
 * In a call of its own that has moved bytes before (this one may yet be refused), and as far into
 * it as half of what the last one took.
 */
static bool copier_under_way(struct play *play)
{
	const struct task *copier = play->scene->copier;
	const struct play_step *earlier = find_step(play, &copier->call, 0);
	struct proc_sample sample;

	return in_own_call(play) && earlier &&
	       (earlier->bytes > 0 || !call_returns_bytes(&copier->call)) &&
	       clock_now() - copier->entered_at >= play->usual / 2 &&
	       proc_sample_thread(copier->tid, &sample) && !sample.stopped;
}

static bool copier_found(struct play *play)
{
	struct observation *seen = &play->seen;

	if (play->scene->copier->ended_at)
		return true;
	if (seen->stall == STALL_NONE)
		return seen->under_way = copier_under_way(play);
	return seen->stalled = copier_stalled(play);
}

/* Held at the entry of its act; or, where it only waits for a signal, asleep. */
static bool is_waiting(struct play *play, struct task *leader)
{
	if (play->scene->test->act->perform)
		return tracer_held(&play->scene->tracer, leader->pid);
	return leader == play->scene->copier ||
	       (leader->in_call && rest_of_thread(&play->control_rest, leader->tid, STALL_REST));
}

/* All but what the copier itself does for the act. */
static bool others_wait(struct play *play)
{
	const struct scene *scene = play->scene;

	return is_waiting(play, scene->control) &&
	       (scene->actor == scene->copier || is_waiting(play, scene->actor));
}

static bool scene_ready(void *arg)
{
	struct play *play = arg;
	struct scene *scene = play->scene;

	if (scene->actor != scene->copier && scene->actor->ended_at)
		return true;
	if (scene->control->ended_at)
		return true;
	if (scene->copier->ended_at)
		return true;
	if (!others_wait(play))
		return false;
	/* Not before: where nothing stalls it would copy, at full speed, for nothing. */
	scene_cue(scene);
	return is_waiting(play, scene->actor) && copier_found(play);
}

/* Return: true when the act can begin; else the judge will know from what was seen. */
bool play_set_off(struct play *play)
{
	struct scene *scene = play->scene;
	const int64_t tick = play->seen.stall == STALL_NONE ? TICK_UNDER_WAY : TICK_STALL;

	if (!play_run(play, scene_ready, tick, play->begun + SCENE_MAX))
		return false;
	if (scene->copier->ended_at) {
		if (!scene->report->error && !scene->report->done)
			play_fault(play, "the copier died");
		play->seen.copy_errno = scene->report->error;
		play->seen.copied = scene->report->copied;
		return false;
	}
	if (!play->seen.stalled && !play->seen.under_way) {
		play_fault(play, "bystander or control ended before the act");
		return false;
	}
	if (play->seen.stalled) {
		play->at[STALLED] = clock_now();
		keep_stalled_step(play);
		play_keep_evidence(play, "copier", scene->copier);
	}
	return true;
}
