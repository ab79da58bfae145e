// SPDX-License-Identifier: GPL-2.0-only
#include "play.h"

#include "cleanup.h"
#include "proc.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define TICK_WATCH (10 * NS_PER_MS)

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool play_run(struct play *play, bool (*done)(void *arg), int64_t tick, int64_t deadline)
{
	return tracer_run(&play->scene->tracer, done, play, tick,
			  min(deadline, patience_deadline()));
}

bool play_wait(struct play *play, bool (*done)(void *arg), int64_t tick)
{
	return play_run(play, done, tick, INT64_MAX);
}

void play_fault(struct play *play, const char *what)
{
	if (!play->seen.fault)
		play->seen.fault = what;
}

struct calling play_calling(struct task *task)
{
	return (struct calling){ .task = task, .serial = task->serial, .call = task->call };
}

static bool still_in(const struct calling *calling)
{
	return calling->task->in_call && calling->task->serial == calling->serial;
}

static void keep_return(struct calling *calling, const struct task *task)
{
	if (task != calling->task)
		return;
	if (task->serial == calling->serial && !task->in_call)
		calling->result = task->result;
	if (task->serial != calling->serial && !calling->back_at)
		calling->back_at = task->entered_at;
}

static bool on_call(void *arg, const struct task *task)
{
	struct play *play = arg;

	keep_return(&play->act, task);
	keep_return(&play->control, task);
	if (scene_copies(play->scene, task) && !task->in_call)
		play_keep_step(play, task);
	return play_is_of_interest(play, task);
}

void play_keep_evidence(struct play *play, const char *who, pid_t tid)
{
	struct text stack = { 0 };

	text_add(&play->evidence, "%s=", who);
	proc_describe(&play->evidence, tid);
	text_add(&play->evidence, "\n");
	if (proc_stack(&stack, tid))
		text_add(&play->evidence, "%s.stack=%s\n", who, stack.bytes);
}

/* --- The act --- */

static int64_t starved_so_far(const struct task *task, pid_t pid)
{
	return task && task->ended ? task->starved : proc_starved(pid);
}

/*
 * Since the act began: the actor's time without a CPU, or the supervisor's, that has to let it go
 * on at its stops. They overlap, so it is not the sum: what ran meanwhile must not be forgiven.
 */
static int64_t starved(const struct play *play)
{
	const struct task *actor = play->scene->actor;

	return max(starved_so_far(actor, actor->tid) - play->actor_starved,
		   starved_so_far(NULL, getpid()) - play->supervisor_starved);
}

static struct calling let_go(struct play *play, struct task *leader)
{
	struct task *held = tracer_held(&play->scene->tracer, leader->pid);

	if (!held)
		return play_calling(leader);
	tracer_let_go(&play->scene->tracer, held);
	return play_calling(held);
}

static bool both_asleep(void *arg)
{
	struct play *play = arg;

	return still_in(&play->act) && still_in(&play->control) &&
	       rest_of_thread(&play->rest, play->act.task->tid, LIMIT_OF(STALL)) &&
	       rest_of_thread(&play->control_rest, play->control.task->tid, LIMIT_OF(STALL));
}

static void begin(struct play *play)
{
	play->actor_starved = starved_so_far(NULL, play->scene->actor->tid);
	play->supervisor_starved = starved_so_far(NULL, getpid());
	play->at[ACT] = clock_now();
}

/* The act is that the actor's call goes ahead. */
static void act_by_call(struct play *play)
{
	begin(play);
	play->act = let_go(play, play->scene->actor);
	play->control = let_go(play, play->scene->control);
	play->seen.acted = true;
}

static bool comes_from_outside(const struct act *act)
{
	return act->signal || act->interrupt || (act->fixture && act->fixture->act);
}

static bool act_on(const struct act *act, const struct calling *call, const struct task *leader,
		   enum performer performer)
{
	if (act->signal)
		return !kill(leader->pid, act->signal);
	if (!act->interrupt)
		return act->fixture->act(performer);
	tracer_interrupt(call->task);
	return true;
}

/* The act comes from outside while the actor sleeps in its call, if it makes one. */
static void act_from_outside(struct play *play)
{
	const struct act *act = play->scene->test->act;

	play->act = let_go(play, play->scene->actor);
	play->control = let_go(play, play->scene->control);
	play->rest.since = play->control_rest.since = 0;
	if (act->perform && !play_wait(play, both_asleep, TICK_STALL)) {
		play_fault(play, "the actor did not come to wait for the signal");
		return;
	}
	begin(play);
	play->act.stops = play->act.task->stops;
	play->control.stops = play->control.task->stops;
	play->seen.acted = act_on(act, &play->act, play->scene->actor, THE_ACTOR);
	act_on(act, &play->control, play->scene->control, THE_CONTROL);
}

static int64_t seen_at(struct play *play, struct calling *call)
{
	const enum performer performer = call == &play->act ? THE_ACTOR : THE_CONTROL;

	if (!call->seen_at && play->scene->test->act->fixture->over(performer))
		call->seen_at = clock_now();
	return call->seen_at;
}

/* When the act of @leader's process was over, or 0. */
static int64_t over_at(struct play *play, struct calling *call, const struct task *leader)
{
	const enum act_end end = play->scene->test->act->end;
	int64_t at = 0;

	if (!call->task)
		return leader->ended_at;
	if (end == ENDS_CALL)
		at = call->back_at;
	else if (end == ENDS_THREAD)
		at = call->task->ended_at;
	else if (end == ENDS_STOP && call->task->stops != call->stops)
		at = call->task->stopped_at;
	else if (end == ENDS_SEEN)
		at = seen_at(play, call);
	return at ? at : leader->ended_at;
}

static bool act_over(void *arg)
{
	struct play *play = arg;

	return over_at(play, &play->act, play->scene->actor);
}

static bool control_over(void *arg)
{
	struct play *play = arg;

	return over_at(play, &play->control, play->scene->control);
}

/* Both are looked at each time: when one is seen to be over is when that counts as its end. */
static bool both_over(void *arg)
{
	const bool control = control_over(arg);

	return act_over(arg) && control;
}

static bool actor_rests(struct play *play)
{
	return rest_of_process(&play->rest, play->scene->actor->pid, play->window);
}

static bool over_or_at_rest(void *arg)
{
	struct play *play = arg;

	return act_over(play) || actor_rests(play);
}

/* The control tells what this machine takes for such an act at this moment. */
static bool set_limits(struct play *play)
{
	struct observation *seen = &play->seen;
	int64_t begin = play->at[ACT];

	play_run(play, both_over, TICK_WATCH, begin + LIMIT_OF(ACT));
	seen->control_ended = play_wait(play, control_over, TICK_WATCH);
	seen->control = clock_now() - begin;
	if (seen->control_ended)
		seen->control = over_at(play, &play->control, play->scene->control) - begin;
	seen->limit = max(LIMIT_OF(ACT), ACT_CONTROLS * seen->control);
	play->window = max(LIMIT_OF(REST), REST_CONTROLS * seen->control);
	return seen->control_ended;
}

/* Wait until it is over or at rest, in a new window. Return: true when that is what came of it. */
static bool comes_to_rest(struct play *play)
{
	play->rest.since = 0;
	return play_wait(play, over_or_at_rest, TICK_WATCH) && !act_over(play);
}

/* --- From the judgement to the release --- */

static bool ends_by_kill(struct play *play)
{
	/* An act that is a SIGKILL has shown already that this does not end the actor. */
	if (play->scene->test->act->signal == SIGKILL)
		play->killable = false;
	if (!play->probe_kill || play->scene->test->act->signal == SIGKILL)
		return false;
	play->at[KILLED] = clock_now();
	kill(play->scene->actor->pid, SIGKILL);
	comes_to_rest(play);
	play->killable = act_over(play);
	return play->killable;
}

/* Since it was released: does the copier still sleep the sleep that it had stalled in? */
static bool copier_sleeps_on(const struct play *play)
{
	uint64_t switches;

	return play->seen.stall != STALL_NONE && still_in(&play->stall) &&
	       play_sleep(play, &switches) && switches == play->slept;
}

/* For how long the actor is to sleep on now; INT64_MAX: what is to come has not come yet. */
static int64_t indifferent_after(const struct play *play)
{
	const struct scene *scene = play->scene;
	const int64_t longer = max(LIMIT_OF(RELEASED), play->window);
	const bool by_copier = scene->test->act->actor == ACTOR_COPIER;

	if (!by_copier && scene_copier_over(scene))
		return play->window;
	if (!scene_has_released(scene) || (!by_copier && !copier_sleeps_on(play)))
		return INT64_MAX;
	return longer;
}

/*
 * The copy is over, and the actor still sleeps the very sleep that it was found in: nothing that
 * the copy held was what it waits for. One that has woken since, be it that it waits for a CPU, may
 * sleep again on its way out, and is waited for. That the copier has left the call it stalled in is
 * not enough: the next one may wait, with the same lock, as well. Where the actor is the copier, or
 * that sleeps on as well, nothing shows that the release has reached them: that takes its time.
 */
static bool over_or_indifferent(void *arg)
{
	struct play *play = arg;
	const int64_t after = indifferent_after(play);
	struct proc_sample sample;

	if (act_over(play))
		return true;
	if (after == INT64_MAX || !proc_sample(play->scene->actor->pid, &sample) || !sample.quiet ||
	    sample.switches != play->rest.switches) {
		play->rest.since = clock_now();
		return false;
	}
	return clock_now() - play->rest.since >= after;
}

static bool ends_by_release(struct play *play)
{
	struct proc_sample sample;

	if (proc_sample(play->scene->actor->pid, &sample))
		play->rest.switches = sample.switches;
	play->at[RELEASED] = play->rest.since = clock_now();
	scene_release(play->scene);
	if (!play_wait(play, over_or_indifferent, TICK_WATCH))
		play_fault(play, "time is up, and the release was not seen to change anything");
	return act_over(play);
}

/* What comes after all else has been waited for has its own, short time. */
static bool run_for(struct play *play, bool (*done)(void *arg), int64_t most)
{
	return tracer_run(&play->scene->tracer, done, play, TICK_WATCH, clock_now() + most);
}

static enum ending unended(struct play *play)
{
	play->at[JUDGED] = clock_now();
	play_keep_evidence(play,
			   play->scene->bystander == play->scene->actor ? "bystander" : "actor",
			   play->act.task->ended ? play->scene->actor->tid : play->act.task->tid);
	if (ends_by_kill(play))
		return ENDING_KILL;
	if (ends_by_release(play))
		return ENDING_RELEASE;
	if (run_for(play, act_over, LIMIT_OF(AFTERWARDS)))
		return ENDING_AFTERWARDS;
	scene_kill_copier(play->scene);
	if (run_for(play, act_over, LIMIT_OF(TEARDOWN)))
		return ENDING_TEARDOWN;
	return ENDING_NEVER;
}

/*
 * A program is where it was also when a signal had it begin its call anew, or when it waits in
 * turns; waits hold nothing, and other things than the source may end them.
 */
static bool still_stalled(const struct play *play)
{
	const struct calling *stall = &play->stall;

	if (still_in(stall) || !play->scene->test->strategy->program)
		return still_in(stall);
	return call_role(&stall->call) != CALL_COPIES ||
	       (stall->task->in_call && call_alike(&stall->task->call, &stall->call));
}

/* Waits hold nothing, and a program may wait in turns: in the same call again is good enough. */
static bool sleeps_on(const struct play *play)
{
	uint64_t switches;

	if (play->scene->test->strategy->program && call_role(&play->stall.call) != CALL_COPIES)
		return true;
	return play_sleep(play, &switches) && switches == play->slept;
}

/*
 * Does the act itself end the stall? It ends the copier; or a full pipe is emptied, or loses its
 * reader, by it. What was seen right before it has to do then.
 */
static bool act_ends_stall(const struct scene *scene)
{
	return scene->test->act->actor == ACTOR_COPIER ||
	       (scene->stall == STALL_SINK && scene->held == HELD_READER);
}

/* The act is over, or was waited for long enough: is all as it was when it began? */
static void look_again(struct play *play)
{
	struct observation *seen = &play->seen;

	seen->slept_on = true;
	if (seen->stall == STALL_NONE || act_ends_stall(play->scene))
		return;
	seen->left_early = !still_stalled(play);
	if (seen->left_early)
		return;
	seen->slept_on = sleeps_on(play);
	play_stands(play);
}

static void check_success(struct play *play)
{
	const struct act *act = play->scene->test->act;

	if (!act->must_succeed || play->act.result >= 0)
		return;
	/* EPERM is what seccomp profiles answer. */
	play->scene->error = (int)-play->act.result;
	if (play->act.result == -ENOSYS || play->act.result == -EPERM)
		play->seen.missing = "the act's system call is not there, or not permitted, here";
	else
		play_fault(play, "the act's call failed");
}

static void watch(struct play *play)
{
	struct observation *seen = &play->seen;

	seen->ending = ENDING_NEVER;
	if (!set_limits(play))
		return;
	if (!play_run(play, act_over, TICK_WATCH, play->at[ACT] + seen->limit))
		seen->at_rest = comes_to_rest(play);
	look_again(play);
	seen->ending = act_over(play) ? ENDING_ITSELF : unended(play);

	play->at[EXIT_ENTERED] = play->scene->actor->exiting_at;
	play->at[ENDED] = over_at(play, &play->act, play->scene->actor);
	seen->act = (play->at[ENDED] ? play->at[ENDED] : clock_now()) - play->at[ACT];
	seen->starved = starved(play);
	if (play->at[ENDED])
		check_success(play);
}

/* --- Afterwards --- */

static bool copy_over(void *arg)
{
	struct play *play = arg;
	const struct scene *scene = play->scene;
	const bool received = !scene->test->act->receives || scene->bystander->ended_at;

	if (scene->test->strategy->program)
		return play_program_goes_on(play);
	return scene->copier->ended_at && received && (!scene->reader || scene->reader->ended_at);
}

/* Where the act has not ended by itself nothing depends on it. */
static bool comes_to_its_end(struct play *play)
{
	if (play->seen.ending != ENDING_ITSELF)
		return run_for(play, copy_over, LIMIT_OF(AFTERWARDS));
	return play_wait(play, copy_over, TICK_WATCH);
}

/* Let the copy come to its end, and look at what arrived. */
static void finish(struct play *play)
{
	struct scene *scene = play->scene;

	cleanup_run(scene->cleanup);
	if (!play->at[RELEASED]) {
		play->at[RELEASED] = clock_now();
		scene_release(scene);
	}
	if (comes_to_its_end(play)) {
		play->seen.differs = scene_differs(scene);
	} else if (scene->report->release_error) {
		scene->error = scene->report->release_error;
		play_fault(play, "cannot release the source");
	} else if (play->seen.ending == ENDING_ITSELF && !play_program_writes(play)) {
		play_fault(play, "the copy did not come to its end after the release");
	}
}

static void perform(struct play *play)
{
	const struct act *act = play->scene->test->act;

	play->scene->tracer.on_call = on_call;
	play->scene->tracer.arg = play;
	if (!play_set_off(play))
		return;
	/* A reference of ours would be one too many where the copier is to drop its own. */
	if (act->actor == ACTOR_COPIER)
		scene_unwatch(play->scene);
	if (comes_from_outside(act))
		act_from_outside(play);
	else
		act_by_call(play);
	if (!play->seen.acted)
		return;
	watch(play);
	finish(play);
	play_keep_said(play);
}

void play(struct play *play, struct scene *scene, bool probe_kill)
{
	*play = (struct play){
		.scene = scene,
		.probe_kill = probe_kill,
		.killable = -1,
		.begun = clock_now(),
		.seen = { .stall = scene->stall, .fault = scene->fault, .missing = scene->missing },
	};
	if (!scene->fault && !scene->missing)
		perform(play);
	if (proc_fault())
		play_fault(play, proc_fault());
}
