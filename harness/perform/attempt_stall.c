// SPDX-License-Identifier: GPL-2.0-only
/* The phases before the act: all gather, and the copier comes to where the act is to fall. */
#include "attempt.h"

static bool actor_is_copier(const struct attempt *attempt)
{
	return attempt->scene->test->act->actor == ACTOR_COPIER;
}

/* --- Gather: the bystander waits where the act finds it --- */

/* Who is still to refill the source comes to the act only after that. */
static bool actor_waits(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;

	return scene_feeds(scene) || !scene->test->act->perform ||
	       tracer_held(&scene->tracer, scene->actor->pid);
}

/* What the copier itself does for the act it comes to by and by. */
bool attempt_others_wait(const struct attempt *attempt)
{
	return actor_is_copier(attempt) || actor_waits(attempt);
}

static bool others_ended(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;

	return !actor_is_copier(attempt) && scene->actor->ended_at;
}

bool attempt_somebody_ended(const struct attempt *attempt)
{
	return others_ended(attempt) || scene_copier_over(attempt->scene);
}

/* --- Stall: the copy waits where the id says; or, where nothing can stall, it is under way --- */

/* Not before: where nothing stalls it would copy, at full speed, for nothing. */
void attempt_cue_copier(struct attempt *attempt)
{
	scene_cue(attempt->scene);
}

static void look_for_spins(const struct attempt *attempt, struct spinning *spinning)
{
	const struct copier_kind *copier = attempt->scene->copier_kind;
	const struct task *task = copier->runner ? copier->runner(attempt) : attempt->scene->copier;

	if (task)
		spinning_look_at(spinning, attempt->scene, task, 0);
}

void attempt_look_at_copier(struct attempt *attempt)
{
	if (!actor_waits(attempt))
		return;
	attempt->scene->copier_kind->look(attempt);
	look_for_spins(attempt, &attempt->spinning);
	attempt->seen.spin = attempt->spinning.spin;
}

bool attempt_is_to_stall(const struct attempt *attempt)
{
	return attempt_others_wait(attempt) && attempt->seen.stall != STALL_NONE;
}

bool attempt_is_to_copy(const struct attempt *attempt)
{
	return attempt_others_wait(attempt) && attempt->seen.stall == STALL_NONE;
}

bool attempt_is_in_place(const struct attempt *attempt)
{
	const struct observation *seen = &attempt->seen;

	if (seen->stall == STALL_NONE)
		return seen->under_way;
	return seen->stalled && seen->withheld && seen->ready;
}

bool attempt_never_in_place(const struct attempt *attempt)
{
	const struct copier_kind *copier = attempt->scene->copier_kind;

	return attempt_somebody_ended(attempt) || attempt_spins(attempt) ||
	       (copier->is_idle && copier->is_idle(attempt));
}

/* --- Spins: it does neither, and does not come to its end --- */

bool attempt_spins(const struct attempt *attempt)
{
	return spin_lasts(&attempt->seen.spin) && !attempt_is_in_place(attempt);
}

void attempt_kill_spinner(struct attempt *attempt)
{
	attempt->at[KILLED] = clock_now();
	scene_kill_copier(attempt->scene);
}

void attempt_look_at_spinner(struct attempt *attempt)
{
	look_for_spins(attempt, &attempt->killed);
}

bool attempt_spinner_told(const struct attempt *attempt)
{
	return scene_copier_over(attempt->scene) || spin_lasts(&attempt->killed.spin);
}

void attempt_keep_spinner(struct attempt *attempt)
{
	attempt->killable = scene_copier_over(attempt->scene);
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

void attempt_keep_stall(struct attempt *attempt)
{
	struct scene *scene = attempt->scene;

	if (attempt->seen.stalled) {
		attempt->at[STALLED] = clock_now();
		attempt_keep_evidence(attempt, "copier", attempt->stall.task->tid);
		scene->copier_kind->keep_stall(attempt);
	}
	if (attempt->seen.stalled || attempt->first_bytes > 0)
		attempt_keep_last_step(attempt);
	else
		keep_where(&attempt->evidence, scene->copier);
	/* A reference of ours would be one too many where the copier is to drop its own. */
	if (actor_is_copier(attempt))
		scene_unwatch(scene);
}

/* The act cannot begin: why, the judge will know from what was seen. */
void attempt_keep_fault(struct attempt *attempt)
{
	if (attempt->seen.stalled)
		attempt_keep_evidence(attempt, "copier", attempt->stall.task->tid);
	else if (others_ended(attempt) && !scene_copier_over(attempt->scene))
		attempt_fault(attempt, "the bystander ended before the act");
	else
		attempt->scene->copier_kind->keep_fault(attempt);
}
