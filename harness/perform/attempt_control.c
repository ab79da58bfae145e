// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control: what does this machine take for such an act at this moment? It is asked only where
 * the act is not over soon, while that goes on.
 */
#include "attempt.h"

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* --- Who it is, and how it comes to where the act is to find it --- */

bool attempt_needs_control(const struct attempt *attempt)
{
	return attempt->seen.acted && !attempt->seen.limit;
}

bool attempt_lacks_control(const struct attempt *attempt)
{
	const struct task *control = attempt->scene->control;

	return !control || control->ended_at || attempt->seen.fault || attempt->seen.missing;
}

bool attempt_has_control(const struct attempt *attempt)
{
	return attempt_needs_control(attempt) && !attempt_lacks_control(attempt);
}

bool attempt_control_enters(const struct attempt *attempt)
{
	return attempt_has_control(attempt) && attempt_act_from_outside(attempt) &&
	       attempt->scene->test->act->perform;
}

void attempt_keep_no_control(struct attempt *attempt)
{
	attempt_fault(attempt, "the control did not come to where the act is to find it");
}

void attempt_start_control(struct attempt *attempt)
{
	struct scene *scene = attempt->scene;

	if (!scene->control && scene_start_control(scene))
		scene_begin(scene);
	attempt_fault_of_scene(attempt);
}

/* Held at the entry of its act; or, where it only waits for a signal, asleep. */
bool attempt_control_waits(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;

	if (!scene->control)
		return false;
	if (scene->test->act->perform)
		return tracer_held(&scene->tracer, scene->control->pid);
	return scene->control->in_call &&
	       quiescence_lasts(&attempt->control_sleep, LIMIT_OF(STALL));
}

void attempt_let_control_go(struct attempt *attempt)
{
	attempt->control = attempt_open_gate(attempt, attempt->scene->control);
	quiescence_forget(&attempt->control_sleep);
}

void attempt_look_at_control(struct attempt *attempt)
{
	const struct task *control = attempt->scene->control;

	attempt_look_at_act(attempt);
	if (!control->held && calling_may_rest(control))
		quiescence_look_thread(&attempt->control_sleep, control->tid);
}

/* In the call in which the act finds it. */
bool attempt_control_sleeps(const struct attempt *attempt)
{
	return calling_lasts(&attempt->control) &&
	       quiescence_lasts(&attempt->control_sleep, LIMIT_OF(STALL));
}

void attempt_act_control(struct attempt *attempt)
{
	attempt->control_acts = clock_now();
	if (!attempt_act_from_outside(attempt)) {
		attempt_let_control_go(attempt);
		return;
	}
	if (!attempt->control.task)
		attempt->control = calling_of(attempt->scene->control);
	attempt_act_on(attempt->scene->test->act, &attempt->control, attempt->scene->control,
		       THE_CONTROL);
}

/* --- How long it took, and the limits that follow from that --- */

bool attempt_control_over(const struct attempt *attempt)
{
	return attempt_over_at(attempt, THE_CONTROL);
}

void attempt_keep_control(struct attempt *attempt)
{
	struct observation *seen = &attempt->seen;
	const int64_t over_at = attempt_over_at(attempt, THE_CONTROL);

	seen->control = over_at - attempt->control_acts;
	seen->limit = max(LIMIT_OF(ACT), ACT_CONTROLS * seen->control);
	attempt->window = max(LIMIT_OF(REST), REST_CONTROLS * seen->control);
	attempt->rest = max(attempt->terms.at_least, attempt->window);
}

void attempt_keep_no_limits(struct attempt *attempt)
{
	attempt->seen.control = clock_now() - attempt->control_acts;
}
