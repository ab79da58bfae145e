// SPDX-License-Identifier: GPL-2.0-only
/*
 * A case's life, from top to bottom: its phases, in a table at the end, and before it what each of
 * them does, looks at, and awaits; those before the act are in attempt_stall.c, those of the
 * control in attempt_control.c, those when nothing holds up the copy any more in attempt_copy.c.
 * What is awaited is asked of what the looks have shown, and changes nothing.
 */
#include "attempt.h"

#include "proc.h"

#include <signal.h>

/* How often is looked for what no event tells. */
#define TICK_UNDER_WAY (NS_PER_MS / 20)
#define TICK_STALL LIMIT_OF(STALL)
#define TICK_SAID (5 * NS_PER_MS)
#define TICK_WATCH (10 * NS_PER_MS)
#define TICK_RELEASE NS_PER_MS
#define TICK_REST LIMIT_OF(REST)

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static bool actor_is_copier(const struct attempt *attempt)
{
	return attempt->scene->test->act->actor == ACTOR_COPIER;
}

/* --- Act, and how long its control takes for it --- */

static bool can_act(const struct attempt *attempt)
{
	return attempt_is_in_place(attempt) && !attempt->seen.fault;
}

static bool can_act_from_outside(const struct attempt *attempt)
{
	return can_act(attempt) && attempt_act_from_outside(attempt);
}

static void keep_no_sleep(struct attempt *attempt)
{
	attempt_fault(attempt, "the actor did not come to wait for the signal");
}

static bool act_over(const struct attempt *attempt)
{
	return attempt_over_at(attempt, THE_ACTOR);
}

/* Most acts are over by then; who is not may sleep already. */
static int64_t soon_after_act(const struct attempt *attempt)
{
	return attempt->at[ACT] + LIMIT_OF(ACT) / 5;
}

static int64_t first_limit(const struct attempt *attempt)
{
	return attempt->at[ACT] + LIMIT_OF(ACT);
}

static bool has_acted(const struct attempt *attempt)
{
	return attempt->seen.acted;
}

static bool is_under_way(const struct attempt *attempt)
{
	return has_acted(attempt) && !act_over(attempt);
}

static void look_at_actor(struct attempt *attempt)
{
	attempt_look_at_act(attempt);
	if (!act_over(attempt))
		quiescence_look_process(&attempt->actor_sleep, attempt->scene->actor->pid);
}

/* The sleep that is to last: who still sleeps it when time is up has been at rest all that time. */
static void watch_actor(struct attempt *attempt)
{
	quiescence_forget(&attempt->actor_sleep);
	look_at_actor(attempt);
}

/* What is over by then is so on any machine. */
static void keep_first_limit(struct attempt *attempt)
{
	if (act_over(attempt) && act_over(attempt) <= first_limit(attempt))
		attempt->seen.limit = LIMIT_OF(ACT);
}

/* --- Judge: is it over in time, or overdue and at rest, and all else as it was? --- */

static bool has_limits(const struct attempt *attempt)
{
	return attempt->seen.limit;
}

static bool is_overdue(const struct attempt *attempt)
{
	return has_limits(attempt) && !act_over(attempt);
}

static int64_t limit(const struct attempt *attempt)
{
	return min(attempt->at[ACT] + attempt->seen.limit, patience_deadline());
}

static bool over_or_at_rest(const struct attempt *attempt)
{
	return act_over(attempt) || quiescence_lasts(&attempt->actor_sleep, attempt->rest);
}

static bool over_or_at_rest_again(const struct attempt *attempt)
{
	return act_over(attempt) || quiescence_lasts(&attempt->actor_sleep, attempt->window);
}

static void keep_rest(struct attempt *attempt)
{
	attempt->seen.at_rest = !act_over(attempt);
}

/*
 * Does the act itself end the stall? It ends the copier; or a full pipe is emptied, or loses its
 * reader, by it. What was seen right before it has to do then.
 */
static bool act_ends_stall(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;

	return actor_is_copier(attempt) ||
	       (scene->stall == STALL_SINK && scene->holds == HOLDS_READ_END);
}

/* The act is over, or was waited for long enough: is all as it was when it began? */
static void look_again(struct attempt *attempt)
{
	const struct copier_kind *copier = attempt->scene->copier_kind;
	struct observation *seen = &attempt->seen;

	attempt_look_at_act(attempt);
	seen->slept_on = true;
	if (seen->stall != STALL_NONE && !act_ends_stall(attempt)) {
		seen->left_early = !copier->stays(attempt);
		if (!seen->left_early) {
			seen->slept_on = copier->sleeps_on(attempt);
			attempt_look_at_ends(attempt);
		}
	}
	if (act_over(attempt))
		seen->ended_by = ENDED_BY_ITSELF;
}

static bool is_unended(const struct attempt *attempt)
{
	return has_limits(attempt) && attempt->seen.ended_by == ENDED_NEVER;
}

static void keep_actor(struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;

	attempt->at[JUDGED] = clock_now();
	attempt_keep_evidence(attempt, scene->bystander == scene->actor ? "bystander" : "actor",
			      attempt->act.task->ended ? scene->actor->tid :
							 attempt->act.task->tid);
	/* An act that is a SIGKILL has shown already that this does not end the actor. */
	if (scene->test->act->signal == SIGKILL)
		attempt->killable = false;
}

/* What this phase and the next two await may have come in the meantime. */
static void keep_end(struct attempt *attempt, enum ended_by ended_by)
{
	if (act_over(attempt))
		attempt->seen.ended_by = ended_by;
}

/* --- Kill: can the actor be killed? --- */

static bool is_to_be_killed(const struct attempt *attempt)
{
	return is_unended(attempt) && attempt->terms.probe_kill &&
	       attempt->scene->test->act->signal != SIGKILL;
}

static void kill_actor(struct attempt *attempt)
{
	attempt->at[KILLED] = clock_now();
	kill(attempt->scene->actor->pid, SIGKILL);
	quiescence_forget(&attempt->actor_sleep);
}

static void keep_killable(struct attempt *attempt)
{
	attempt->killable = act_over(attempt);
	keep_end(attempt, ENDED_BY_KILL);
}

/* --- Release: does it end then? --- */

static bool over_or_indifferent(const struct attempt *attempt)
{
	return act_over(attempt) || attempt_is_indifferent(attempt);
}

static void keep_released(struct attempt *attempt)
{
	keep_end(attempt, ENDED_BY_RELEASE);
}

/* One that wakes now and then, in all that time, is not waited for any longer. */
static void keep_no_change(struct attempt *attempt)
{
	if (!attempt_is_released(attempt))
		attempt_fault(attempt,
			      "time is up, and the release was not seen to change anything");
}

/* --- Afterwards, and when the copier is killed: it is given up on --- */

static int64_t by_itself_at(const struct attempt *attempt)
{
	(void)attempt;
	return clock_now() + LIMIT_OF(BY_ITSELF);
}

static void keep_afterwards(struct attempt *attempt)
{
	keep_end(attempt, ENDED_AFTERWARDS);
}

static void kill_copier(struct attempt *attempt)
{
	scene_kill_copier(attempt->scene);
}

static int64_t soon_after_kill(const struct attempt *attempt)
{
	(void)attempt;
	return clock_now() + LIMIT_OF(TEARDOWN);
}

static void keep_torn_down(struct attempt *attempt)
{
	keep_end(attempt, ENDED_BY_TEARDOWN);
}

/* --- The phases --- */

/** struct phase - one of them; what is NULL is not there. */
struct phase {
	const char *name;
	bool (*applies)(const struct attempt *attempt);  /* else it is left out */
	void (*begin)(struct attempt *attempt);          /* what is done */
	void (*look)(struct attempt *attempt);           /* what is looked at, over and over, */
	bool (*comes)(const struct attempt *attempt);    /* until this is so, */
	bool (*never)(const struct attempt *attempt);    /* or cannot come to be any more, */
	int64_t tick;                                    /* with so much time between, ns; */
	int64_t (*until)(const struct attempt *attempt); /* at most until then (NULL: PHASE) */
	void (*came)(struct attempt *attempt);           /* what it means that it is, */
	void (*failed)(struct attempt *attempt);         /* and that it is not */
};

/* clang-format off */
static const struct phase phases[] = {
	/* The actor is held at the entry of the act's call; else there is nothing to judge. */
	{ "gather", .comes = attempt_others_wait,
	  .never = attempt_somebody_ended, .tick = TICK_STALL, .came = attempt_cue_copier,
	  .failed = attempt_keep_fault },
	/* The copy is stalled where the id says, or, where nothing stalls, under way; else likewise. */
	{ "stall", .applies = attempt_is_to_stall, .look = attempt_look_at_copier,
	  .comes = attempt_is_in_place, .never = attempt_never_in_place, .tick = TICK_STALL,
	  .came = attempt_keep_stall, .failed = attempt_keep_fault },
	{ "copy", .applies = attempt_is_to_copy, .look = attempt_look_at_copier,
	  .comes = attempt_is_in_place, .never = attempt_never_in_place, .tick = TICK_UNDER_WAY,
	  .came = attempt_keep_stall, .failed = attempt_keep_fault },

	/* It runs on instead. Does SIGKILL end that? */
	{ "spins", .applies = attempt_spins, .begin = attempt_kill_spinner,
	  .look = attempt_look_at_spinner, .comes = attempt_spinner_told, .tick = TICK_WATCH,
	  .came = attempt_keep_spinner },

	/* The act is upon who sleeps in a call; else it would find it elsewhere. */
	{ "enter", .applies = can_act_from_outside, .begin = attempt_let_go,
	  .look = attempt_look_at_call, .comes = attempt_actor_sleeps, .tick = TICK_STALL,
	  .failed = keep_no_sleep },
	{ "act", .applies = can_act, .begin = attempt_act, .look = attempt_look_at_act,
	  .comes = act_over, .tick = TICK_WATCH, .until = soon_after_act, .came = keep_first_limit },
	{ "act lasts", .applies = is_under_way, .begin = watch_actor, .look = attempt_look_at_act,
	  .comes = act_over, .tick = TICK_WATCH, .until = first_limit, .came = keep_first_limit },

	/* It is not over: a control, at what nobody copies into, sets the limits by the same act. */
	{ "control", .applies = attempt_needs_control, .begin = attempt_start_control,
	  .look = attempt_look_at_control, .comes = attempt_control_waits, .never = attempt_lacks_control,
	  .tick = TICK_STALL, .failed = attempt_keep_no_control },
	{ "control enters", .applies = attempt_control_enters, .begin = attempt_let_control_go,
	  .look = attempt_look_at_control, .comes = attempt_control_sleeps, .never = attempt_lacks_control,
	  .tick = TICK_STALL, .failed = attempt_keep_no_control },
	{ "control acts", .applies = attempt_has_control, .begin = attempt_act_control,
	  .look = attempt_look_at_act, .comes = attempt_control_over, .tick = TICK_WATCH,
	  .came = attempt_keep_control, .failed = attempt_keep_no_limits },

	/* The act is over within its limit; or the actor sleeps: who still runs is slow. */
	{ "in time", .applies = has_limits, .look = attempt_look_at_act, .comes = act_over,
	  .tick = TICK_WATCH, .until = limit },
	{ "at rest", .applies = is_overdue, .look = look_at_actor,
	  .comes = over_or_at_rest, .tick = TICK_REST, .came = keep_rest },
	{ "look again", .applies = has_limits, .begin = look_again },

	/* It is not over: what would end it? Whatever does says what held it up. */
	{ "judged", .applies = is_unended, .begin = keep_actor },
	{ "kill", .applies = is_to_be_killed, .begin = kill_actor, .look = look_at_actor,
	  .comes = over_or_at_rest_again, .tick = TICK_REST, .came = keep_killable,
	  .failed = keep_killable },
	{ "release", .applies = is_unended, .begin = attempt_release,
	  .look = attempt_look_after_release, .comes = over_or_indifferent, .tick = TICK_RELEASE,
	  .came = keep_released, .failed = keep_no_change },
	{ "afterwards", .applies = is_unended, .look = attempt_look_at_act, .comes = act_over,
	  .tick = TICK_WATCH, .until = by_itself_at, .came = keep_afterwards },
	{ "teardown", .applies = is_unended, .begin = kill_copier, .look = attempt_look_at_act,
	  .comes = act_over, .tick = TICK_WATCH, .until = soon_after_kill, .came = keep_torn_down },
	{ "times", .applies = has_limits, .begin = attempt_keep_times },

	/* And the copy, once nothing holds it up: did all arrive, and nothing else? */
	{ "compare", .applies = has_acted, .begin = attempt_let_copy_end, .look = attempt_look_at_copy,
	  .comes = attempt_copy_over, .tick = TICK_WATCH, .until = attempt_end_of_copy,
	  .came = attempt_compare, .failed = attempt_keep_no_end },
	{ "last words", .applies = attempt_has_listener, .comes = attempt_has_heard_all,
	  .tick = TICK_SAID, .until = attempt_last_words, .came = attempt_keep_said,
	  .failed = attempt_keep_said },
};
/* clang-format on */

struct waiting {
	struct attempt *attempt;
	const struct phase *phase;
};

static bool is_over(void *arg)
{
	const struct waiting *waiting = arg;
	const struct phase *phase = waiting->phase;

	if (phase->never && phase->never(waiting->attempt))
		return true;
	if (phase->look)
		phase->look(waiting->attempt);
	return phase->comes(waiting->attempt) || (phase->never && phase->never(waiting->attempt));
}

static bool wait_for(struct attempt *attempt, const struct phase *phase)
{
	struct waiting waiting = { .attempt = attempt, .phase = phase };

	return tracer_run(&attempt->scene->tracer, is_over, &waiting, phase->tick,
			  phase->until ? phase->until(attempt) : patience_deadline()) &&
	       phase->comes(attempt);
}

static void pass(struct attempt *attempt, const struct phase *phase)
{
	void (*then)(struct attempt * attempt);

	if (phase->applies && !phase->applies(attempt))
		return;
	patience_renew();
	if (phase->begin)
		phase->begin(attempt);
	if (!phase->comes)
		return;
	then = wait_for(attempt, phase) ? phase->came : phase->failed;
	if (then)
		then(attempt);
}

void attempt_make(struct attempt *attempt, struct scene *scene, const struct terms *terms)
{
	*attempt = (struct attempt){
		.scene = scene,
		.terms = *terms,
		.killable = -1,
		.begun = clock_now(),
		.sink_size = scene->sink_size,
		.seen = { .stall = scene->stall, .fault = scene->fault, .missing = scene->missing },
	};
	scene->tracer.on_call = attempt_on_call;
	scene->tracer.arg = attempt;
	for (size_t i = 0;
	     !scene->fault && !scene->missing && i < sizeof(phases) / sizeof(phases[0]); i++)
		pass(attempt, &phases[i]);
	if (proc_fault())
		attempt_fault(attempt, proc_fault());
}
