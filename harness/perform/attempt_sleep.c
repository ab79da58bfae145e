// SPDX-License-Identifier: GPL-2.0-only
/* Where a copy is stalled, and whether it sleeps there: looks at this moment, and what they show.
 */
#include "attempt.h"

#include "proc.h"

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool attempt_look_at_ends(struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;
	/* The end that is not to withhold: may the call be waiting for that? */
	const enum side other = attempt->seen.stall == STALL_SINK ? SIDE_SOURCE : SIDE_SINK;

	attempt->seen.withheld = scene_withholds(scene);
	attempt->seen.ready =
		!scene->copier_kind->may_await(attempt, other) || scene_is_ready(scene);
	return attempt->seen.withheld && attempt->seen.ready;
}

bool attempt_sleeps(const struct attempt *attempt, uint64_t *switches)
{
	struct proc_sample sample;
	const bool there = attempt->scene->copier_kind->sample(attempt, &sample);

	*switches = there ? sample.switches : 0;
	return there && sample.quiet;
}

bool attempt_sleeps_on(const struct attempt *attempt)
{
	uint64_t switches;

	return attempt_sleeps(attempt, &switches) && switches == attempt->slept;
}

/* --- After the release --- */

void attempt_release(struct attempt *attempt)
{
	const int64_t now = clock_now();
	struct proc_sample sample;

	attempt->switches_then = attempt->actor_sleep.switches;
	if (proc_sample(attempt->scene->actor->pid, &sample)) {
		if (sample.quiet && sample.switches == attempt->switches_then)
			attempt->asleep_at = now;
		attempt->switches_then = sample.switches;
	}
	attempt->at[RELEASED] = attempt->same_since = clock_now();
	scene_release(attempt->scene);
}

/* Since it was released: does the copier still sleep the sleep that it had stalled in? */
static bool copier_sleeps_on(const struct attempt *attempt)
{
	return attempt->seen.stall != STALL_NONE && calling_lasts(&attempt->stall) &&
	       attempt_sleeps_on(attempt);
}

/* For how long the actor is to sleep on now; INT64_MAX: what is to come has not come yet. */
static int64_t indifferent_after(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;
	const bool by_copier = attempt->scene->test->act->actor == ACTOR_COPIER;

	if (!by_copier && scene_copier_over(scene))
		return attempt->window;
	if (!scene_has_released(scene) || (!by_copier && !copier_sleeps_on(attempt)))
		return INT64_MAX;
	return attempt->window > LIMIT_OF(RELEASED) ? attempt->window : LIMIT_OF(RELEASED);
}

bool attempt_is_released(const struct attempt *attempt)
{
	return indifferent_after(attempt) != INT64_MAX;
}

static bool actor_sleeps_on(const struct attempt *attempt)
{
	struct proc_sample sample;

	return proc_sample(attempt->scene->actor->pid, &sample) && sample.quiet &&
	       sample.switches == attempt->switches_then;
}

/*
 * As long as both sleep on the release has not reached anybody yet. Who wakes before the copier
 * does was not woken by it: then all the time since the release counts.
 */
static void keep_sleep(struct attempt *attempt, bool sleeps_on, int64_t now)
{
	if (!attempt->at[WOKEN] && attempt->asleep_at && copier_sleeps_on(attempt))
		attempt->asleep_at = sleeps_on ? now : attempt->at[RELEASED];
}

void attempt_look_after_release(struct attempt *attempt)
{
	const int64_t now = clock_now();
	bool over, sleeps_on;

	attempt_look_at_act(attempt);
	over = attempt_over_at(attempt, THE_ACTOR);
	sleeps_on = !over && actor_sleeps_on(attempt);
	keep_sleep(attempt, sleeps_on, now);
	if (!over && !sleeps_on)
		attempt->at[WOKEN] = attempt->at[WOKEN] ?: now;
	if (!sleeps_on || !attempt_is_released(attempt))
		attempt->same_since = now;
}

bool attempt_is_indifferent(const struct attempt *attempt)
{
	const int64_t after = indifferent_after(attempt);

	return after != INT64_MAX && clock_now() - attempt->same_since >= after;
}

/*
 * When the sleep had ended that the release was to end: what is left of the act then may still take
 * what it takes without any copy (RCU), but no longer.
 */
static int64_t awake_at(const struct attempt *attempt)
{
	const int64_t woken = attempt->at[WOKEN], ended = attempt->at[ENDED];

	return woken && ended - woken <= attempt->seen.limit ? woken : ended;
}

int64_t attempt_doubt(const struct attempt *attempt)
{
	const int64_t *at = attempt->at;
	const int64_t wanted = RELEASE_SHARE * (awake_at(attempt) - attempt->asleep_at);

	/* It may have ended by itself while the supervisor waited for a CPU. */
	if (!attempt->asleep_at)
		return LIMIT_OF(DOUBT);
	if (attempt->terms.at_least || at[RELEASED] - at[ACT] >= wanted)
		return 0;
	return min(min(wanted, RELEASE_LATER * (at[ENDED] - at[ACT])), LIMIT_OF(DOUBT));
}
