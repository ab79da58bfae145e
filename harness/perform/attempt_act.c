// SPDX-License-Identifier: GPL-2.0-only
/* The act: how it begins, and when it is over; and the same of its control. */
#include "attempt.h"

#include "proc.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

bool attempt_act_from_outside(const struct attempt *attempt)
{
	const struct act *act = attempt->scene->test->act;

	return act->signal || act->interrupt || (act->fixture && act->fixture->act);
}

struct calling attempt_open_gate(struct attempt *attempt, struct task *leader)
{
	struct task *held = tracer_held(&attempt->scene->tracer, leader->pid);

	if (!held)
		return calling_of(leader);
	tracer_let_go(&attempt->scene->tracer, held);
	return calling_of(held);
}

void attempt_let_go(struct attempt *attempt)
{
	attempt->act = attempt_open_gate(attempt, attempt->scene->actor);
}

void attempt_look_at_call(struct attempt *attempt)
{
	if (calling_lasts(&attempt->act) && calling_may_rest(attempt->act.task))
		quiescence_look_thread(&attempt->actor_sleep, attempt->act.task->tid);
}

bool attempt_actor_sleeps(const struct attempt *attempt)
{
	return !attempt->scene->test->act->perform ||
	       (calling_lasts(&attempt->act) &&
		quiescence_lasts(&attempt->actor_sleep, LIMIT_OF(STALL)));
}

static int64_t starved_so_far(const struct task *task, pid_t pid)
{
	return task && task->ended ? task->starved : proc_starved(pid);
}

/* They overlap, so it is not the sum: what ran meanwhile must not be forgiven. */
int64_t attempt_starved(const struct attempt *attempt)
{
	const struct task *actor = attempt->scene->actor;
	const int64_t own = starved_so_far(actor, actor->tid) - attempt->actor_starved;
	const int64_t ours = starved_so_far(NULL, getpid()) - attempt->supervisor_starved;

	return own > ours ? own : ours;
}

bool attempt_act_on(const struct act *act, struct calling *call, const struct task *leader,
		    enum performer performer)
{
	call->stops = call->task->stops;
	if (act->signal)
		return !kill(leader->pid, act->signal);
	if (!act->interrupt)
		return act->fixture->act(performer);
	tracer_interrupt(call->task);
	return true;
}

void attempt_act(struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;
	const struct act *act = scene->test->act;

	attempt->actor_starved = starved_so_far(NULL, scene->actor->tid);
	attempt->supervisor_starved = starved_so_far(NULL, getpid());
	attempt->at[ACT] = clock_now();
	if (!attempt_act_from_outside(attempt)) {
		/* It is that the actor's call goes ahead. */
		attempt_let_go(attempt);
		attempt->seen.acted = true;
		return;
	}
	attempt->seen.acted = attempt_act_on(act, &attempt->act, scene->actor, THE_ACTOR);
}

static void look_at(const struct act *act, struct calling *call, enum performer performer)
{
	if (!call->seen_at && act->fixture->over(performer))
		call->seen_at = clock_now();
}

/* When one is seen to be over is when that counts as its end. */
void attempt_look_at_act(struct attempt *attempt)
{
	const struct act *act = attempt->scene->test->act;

	if (act->completion != FIXTURE_SAYS)
		return;
	look_at(act, &attempt->act, THE_ACTOR);
	if (attempt->control_acts)
		look_at(act, &attempt->control, THE_CONTROL);
}

int64_t attempt_over_at(const struct attempt *attempt, enum performer performer)
{
	const struct scene *scene = attempt->scene;
	const bool is_actor = performer == THE_ACTOR;
	const struct calling *call = is_actor ? &attempt->act : &attempt->control;
	const struct task *leader = is_actor ? scene->actor : scene->control;
	const enum completion completion = scene->test->act->completion;
	int64_t at = 0;

	if (!call->task)
		return leader->ended_at;
	if (completion == CALL_RETURNS)
		at = call->back_at;
	else if (completion == THREAD_ENDS)
		at = call->task->ended_at;
	else if (completion == TASK_STOPS && call->task->stops != call->stops)
		at = call->task->stopped_at;
	else if (completion == FIXTURE_SAYS)
		at = call->seen_at;
	return at ? at : leader->ended_at;
}

static void check_success(struct attempt *attempt)
{
	const struct act *act = attempt->scene->test->act;
	const int64_t result = attempt->act.result;

	if (!act->must_succeed || result >= 0)
		return;
	/* EPERM is what seccomp profiles answer. */
	attempt->scene->error = (int)-result;
	if (result == -ENOSYS || result == -EPERM)
		attempt->seen.missing =
			"the act's system call is not there, or not permitted, here";
	else
		attempt_fault(attempt, "the act's call failed");
}

void attempt_keep_times(struct attempt *attempt)
{
	const int64_t ended = attempt_over_at(attempt, THE_ACTOR);

	attempt->at[EXIT_ENTERED] = attempt->scene->actor->exiting_at;
	attempt->at[ENDED] = ended;
	attempt->seen.act = (ended ? ended : clock_now()) - attempt->at[ACT];
	/* What is no longer than that has not waited for longer, and nothing depends on less. */
	if (attempt->seen.act > NS_PER_MS)
		attempt->seen.starved = attempt_starved(attempt);
	if (ended)
		check_success(attempt);
}
