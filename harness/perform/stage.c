// SPDX-License-Identifier: GPL-2.0-only
/* The first part of a play: until the copy is seen to stall, and all wait where the act finds them.
 */
#include "play.h"

#include "proc.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#define TICK_UNDER_WAY (NS_PER_MS / 20)

static bool in_own_call(const struct play *play)
{
	const struct task *copier = play->scene->copier;

	return copier->in_call &&
	       strategy_owns(play->scene->test->strategy, &copier->call, FD_SOURCE, FD_SINK);
}

/*
 * io_uring_enter(2) waits for its request interruptibly. In state D it has yet to hand that over: a
 * worker is being forked, which takes a while when a process moves into another cgroup.
 */
static bool has_handed_over(const struct task *copier)
{
	struct proc_sample sample;

	return copier->call.nr != SYS_io_uring_enter ||
	       (proc_sample_thread(copier->tid, &sample) && !sample.deep);
}

/* The thread of the kernel's that works for the copier, or 0 where none is seen. */
static pid_t worker(const struct play *play)
{
	struct proc_sample sample;

	return proc_sample_running(play->scene->copier->pid, &sample) ? sample.worker : 0;
}

/*
 * For how long the copier is to sleep before it counts as stalled. A worker that is there runs
 * until it sleeps in the copy; but there may be none yet, and before Linux 5.12 none is ever seen.
 */
static int64_t rest_wanted(const struct play *play)
{
	if (!strategy_by_worker(play->scene->test->strategy) || worker(play))
		return LIMIT_OF(STALL);
	return LIMIT_OF(WORKER);
}

/* May the call that stalls be waiting for the end that is not to withhold? */
static bool may_await_other(const struct play *play)
{
	const bool sink_stalls = play->seen.stall == STALL_SINK;
	const struct task *task = play->stall.task;

	if (task->followed)
		return ends_awaits(&play->scene->ends, task, sink_stalls ? END_SOURCE : END_SINK);
	if (!call_names_end(&task->call))
		return true;
	return sink_stalls ? call_source(&task->call) == FD_SOURCE :
			     call_sink(&task->call) == FD_SINK;
}

bool play_stands(struct play *play)
{
	play->seen.withheld = scene_withholds(play->scene);
	play->seen.ready = !may_await_other(play) || scene_is_ready(play->scene);
	return play->seen.withheld && play->seen.ready;
}

bool play_sleep(const struct play *play, uint64_t *switches)
{
	const struct task *task = play->stall.task;
	struct proc_sample sample;
	const bool there = task->followed ? proc_sample_thread(task->tid, &sample) :
					    proc_sample_running(task->pid, &sample);

	*switches = there ? sample.switches : 0;
	return there && sample.quiet;
}

/* Asleep in its own call: that it sleeps for the right end is another matter. */
static bool copier_sleeps(struct play *play)
{
	struct task *copier = play->scene->copier;

	if (!in_own_call(play) || copier->serial != play->stall.serial) {
		play->stall = play_calling(copier);
		play->rest.since = 0;
	}
	return in_own_call(play) && rest_of_workers(&play->rest, copier->pid, rest_wanted(play)) &&
	       has_handed_over(copier);
}

static bool copier_stalled(struct play *play)
{
	play->seen.stalled = copier_sleeps(play);
	play->slept = play->rest.switches;
	return play->seen.stalled && play_stands(play);
}

/* Return: the size of the sink, or 0 where it is no file. */
static int64_t sink_size(const struct scene *scene)
{
	struct stat sink;

	return scene->sink.kind->regular && !fstat(scene->sink.far, &sink) ? sink.st_size : 0;
}

/* Return: the bytes by which this call, the first to move any, has made a file grow so far. */
static int64_t first_bytes(const struct play *play)
{
	const struct scene *scene = play->scene;

	if (scene->test->strategy->makes_room || steps_moved(&play->steps))
		return 0;
	return sink_size(scene) - play->sink_size;
}

/* That a worker has got a request is no success of that: a round of the copy has to be over. */
static bool has_moved(const struct play *play, const struct seen_step *step)
{
	if (strategy_by_worker(play->scene->test->strategy))
		return play->scene->report->copied > 0;
	return step->bytes > 0 || !call_returns_bytes(&step->call);
}

/* A call like this one has moved bytes, and it is as far into it as half of what the last took. */
static bool well_into_call(const struct task *copier, const struct seen_step *earlier)
{
	return earlier && clock_now() - copier->entered_at >= earlier->took / 2;
}

/*
 * On its way from a call that has moved bytes to the next: copying in memory, if that is its way.
 * Where calls are short and there is but one CPU, the supervisor may never find it in one.
 */
static bool between_calls(const struct play *play, const struct seen_step *earlier)
{
	return !play->scene->copier->in_call && earlier &&
	       clock_now() - play->begun >= LIMIT_OF(IN_CALL);
}

/* In a call of its own, and not in one that may yet be refused; or between two of them. */
static bool copier_under_way(struct play *play)
{
	const struct task *copier = play->scene->copier;
	const struct seen_step *earlier = play_find_step(play, copier, 0);
	struct proc_sample sample;
	bool found;

	if (earlier && !has_moved(play, earlier))
		earlier = NULL;
	if (in_own_call(play)) {
		play->first_bytes = first_bytes(play);
		found = play->first_bytes > 0 || well_into_call(copier, earlier);
	} else {
		/* What other calls have brought by now is not the next one's. */
		play->sink_size = sink_size(play->scene);
		play->first_bytes = 0;
		found = between_calls(play, earlier);
	}
	return found && proc_sample_thread(copier->tid, &sample) && !sample.stopped;
}

static bool copier_found(struct play *play)
{
	struct observation *seen = &play->seen;

	if (play->scene->test->strategy->program)
		return play_program_stalls(play);
	if (seen->stall == STALL_NONE)
		return seen->under_way = copier_under_way(play);
	return copier_stalled(play);
}

/* Held at the entry of its act; or, where it only waits for a signal, asleep. */
static bool is_waiting(struct play *play, struct task *leader)
{
	if (play->scene->test->act->perform)
		return tracer_held(&play->scene->tracer, leader->pid);
	return leader == play->scene->copier ||
	       (leader->in_call &&
		rest_of_thread(&play->control_rest, leader->tid, LIMIT_OF(STALL)));
}

/* Who is still to refill the source comes to the act only after that. */
static bool actor_waits(struct play *play)
{
	return scene_feeds(play->scene) || is_waiting(play, play->scene->actor);
}

/* All but what the copier itself does for the act. */
static bool others_wait(struct play *play)
{
	const struct scene *scene = play->scene;

	return is_waiting(play, scene->control) &&
	       (scene->actor == scene->copier || actor_waits(play));
}

static bool others_ended(const struct scene *scene)
{
	return scene->control->ended_at ||
	       (scene->actor != scene->copier && scene->actor->ended_at);
}

static bool scene_ready(void *arg)
{
	struct play *play = arg;
	struct scene *scene = play->scene;

	if (others_ended(scene) || scene_copier_over(scene))
		return true;
	if (!others_wait(play))
		return false;
	/* Not before: where nothing stalls it would copy, at full speed, for nothing. */
	scene_cue(scene);
	return actor_waits(play) && copier_found(play);
}

/* The copier came to its end instead of stalling. */
static void keep_end(struct play *play)
{
	const struct report *report = play->scene->report;

	if (!report->error && !report->done)
		play_fault(play, "the copier died");
	play->seen.copy_errno = report->error;
	play->seen.copied = report->copied;
}

/* It is what holds the locks of the copy. */
static void keep_worker(struct play *play)
{
	const pid_t tid = worker(play);

	if (tid)
		play_keep_evidence(play, "worker", tid);
}

/* In the midst of what the steps have shown already. */
static void keep_where(struct text *evidence, const struct task *copier)
{
	text_add(evidence, "copier=");
	if (copier->in_call)
		call_describe(evidence, &copier->call);
	else
		text_add(evidence, "between two calls");
	text_add(evidence, "\n");
}

static bool can_begin(const struct observation *seen)
{
	if (seen->stall == STALL_NONE)
		return seen->under_way;
	return seen->stalled && seen->withheld && seen->ready;
}

/* Return: true when the act can begin; else the judge will know from what was seen. */
bool play_set_off(struct play *play)
{
	struct scene *scene = play->scene;
	const bool program = scene->test->strategy->program;
	const int64_t tick = play->seen.stall == STALL_NONE ? TICK_UNDER_WAY : TICK_STALL;

	play->sink_size = sink_size(scene);
	play_wait(play, scene_ready, tick);
	if (!can_begin(&play->seen)) {
		if (play->seen.stalled)
			play_keep_evidence(play, "copier", play->stall.task->tid);
		else if (program && !others_ended(scene))
			play_program_fault(play);
		else if (scene_copier_over(scene))
			keep_end(play);
		else if (others_ended(scene))
			play_fault(play, "bystander or control ended before the act");
		return false;
	}
	if (play->seen.stalled) {
		play->at[STALLED] = clock_now();
		play_keep_evidence(play, "copier", play->stall.task->tid);
		if (strategy_by_worker(scene->test->strategy))
			keep_worker(play);
		if (program)
			program_describe(&play->evidence, play->stall.task);
	}
	if (play->seen.stalled || play->first_bytes > 0)
		play_keep_last_step(play);
	else
		keep_where(&play->evidence, scene->copier);
	return true;
}
