// SPDX-License-Identifier: GPL-2.0-only
/*
 * One whole copy between ends at which somebody sleeps. That they wake up in time is seen as the
 * end of an act is; who sleeps on is woken otherwise, by who does in the ordinary way what the copy
 * had done: that shows that the copy could have woken them.
 */
#include "waking_copy.h"

#include "awakening.h"
#include "descriptors.h"
#include "proc.h"
#include "steps.h"
#include "time_limits.h"
#include "waking_scene.h"

#include <inttypes.h>

#define TICK_SLEEP LIMIT_OF(STALL)
#define TICK_AWAKE NS_PER_MS

/* How often it is played again for a verdict that may have been the machine's doing. */
#define AGAIN 4

/** struct play - of a copy; times in ns. */
struct play {
	struct waking_scene on;
	struct awakening seen;
	struct steps steps;
	int64_t moved_at;            /* its last call that moved bytes returned */
	bool slept_on[SLEEPERS_MAX]; /* so that they were to be woken otherwise, */
	int64_t slept_for;           /* after so long a time; 0: they were not */
	int64_t release;             /* what that took; 0: they never woke */
	int64_t at_least;            /* who sleeps on has to be at rest for so long, at least */
	int64_t control_took;        /* 0: there was none, or it did not wake */
	struct text evidence;        /* on who sleeps on, as it was */
};

/* --- What is seen --- */

static void note_step(struct play *play, const struct task *task)
{
	struct seen_step step = { .call = task->call, .error = steps_error(task) };

	if (task->in_call || !scene_owns(&play->on.scene, &task->call))
		return;
	if (!step.error)
		play->moved_at = task->left_at;
	steps_keep(&play->steps, &step, task->result);
}

static bool on_call(void *arg, const struct task *task)
{
	struct play *play = arg;

	if (task == play->on.scene.copier)
		note_step(play, task);
	for (int i = 0; i < play->on.count; i++)
		sleeper_note(&play->on.sleepers[i], task);
	sleeper_note(&play->on.control, task);
	return true;
}

static void look(struct play *play)
{
	for (int i = 0; i < play->on.count; i++)
		sleeper_look(&play->on.sleepers[i]);
	if (play->on.control.task)
		sleeper_look(&play->on.control);
}

/* All of them, or who has not woken, rest for @window. */
static bool rest(const struct play *play, int64_t window, bool all)
{
	for (int i = 0; i < play->on.count; i++) {
		const struct sleeper *sleeper = &play->on.sleepers[i];

		if (sleeper->woke_at ? all : !sleeper_rests(sleeper, window))
			return false;
	}
	return true;
}

/* Return: how many of them have woken. */
static int awake(const struct play *play)
{
	int count = 0;

	for (int i = 0; i < play->on.count; i++)
		count += play->on.sleepers[i].woke_at != 0;
	return count;
}

static bool gathered(void *arg)
{
	struct play *play = arg;

	look(play);
	return awake(play) || rest(play, LIMIT_OF(STALL), true);
}

static bool copier_over(void *arg)
{
	return ((const struct play *)arg)->on.scene.copier->ended;
}

static bool all_awake(void *arg)
{
	struct play *play = arg;

	look(play);
	return awake(play) == play->on.count;
}

static int64_t max(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t window(const struct play *play)
{
	return max(play->at_least, max(LIMIT_OF(REST), REST_CONTROLS * play->control_took));
}

static bool awake_or_at_rest(void *arg)
{
	return all_awake(arg) || rest(arg, window(arg), false);
}

static bool awake_have_ended(void *arg)
{
	const struct play *play = arg;

	for (int i = 0; i < play->on.count; i++) {
		if (play->on.sleepers[i].woke_at && !play->on.sleepers[i].task->ended)
			return false;
	}
	return !play->on.control.woke_at || play->on.control.task->ended;
}

static bool control_sleeps(void *arg)
{
	struct play *play = arg;

	look(play);
	return play->on.control.woke_at || sleeper_rests(&play->on.control, LIMIT_OF(STALL));
}

static bool control_awake(void *arg)
{
	struct play *play = arg;

	look(play);
	return play->on.control.woke_at;
}

static bool run_until(struct play *play, bool (*done)(void *arg), int64_t tick, int64_t deadline)
{
	return tracer_run(&play->on.scene.tracer, done, play, tick, deadline);
}

static bool run(struct play *play, bool (*done)(void *arg), int64_t tick)
{
	patience_renew();
	return run_until(play, done, tick, patience_deadline());
}

/* --- The control --- */

/* Return: the first that sleeps on; the last, where none does. */
static const struct sleeper *a_sleeper(const struct play *play)
{
	int i = 0;

	while (i < play->on.count - 1 && play->on.sleepers[i].woke_at)
		i++;
	return &play->on.sleepers[i];
}

/* The copy has nothing of what the control has: nobody can hold up who does this. */
static void play_control(struct play *play)
{
	const struct channel *channel = &play->on.idle_channel;
	int64_t begun;

	if (!waking_scene_start_control(&play->on, waking_scene_end(&play->on, a_sleeper(play))) ||
	    !run(play, control_sleeps, TICK_SLEEP) || play->on.control.woke_at)
		return;
	channel_prepare(channel);
	begun = clock_now();
	channel_wake(channel, 1);
	if (!run(play, control_awake, TICK_AWAKE) || !run(play, awake_have_ended, TICK_AWAKE) ||
	    !sleeper_is_right(&play->on.control))
		return;
	play->control_took = max(play->on.control.woke_at - begun, 1);
	play->seen.limit = max(LIMIT_OF(ACT), ACT_CONTROLS * play->control_took);
}

/* --- The play --- */

static int64_t last_waking(const struct play *play)
{
	int64_t last = 0;

	for (int i = 0; i < play->on.count; i++)
		last = max(last, play->on.sleepers[i].woke_at);
	return last;
}

static void keep_awakening(struct play *play)
{
	play->seen.woken_by = WOKEN_BY_COPY;
	play->seen.took = max(last_waking(play) - play->moved_at, 0);
}

static void keep_sleepers(struct play *play)
{
	for (int i = 0; i < play->on.count; i++) {
		const struct sleeper *sleeper = &play->on.sleepers[i];
		struct text stack = { 0 };

		if (sleeper->woke_at)
			continue;
		text_add(&play->evidence, "missed_at=%s\nsleeper=",
			 waking_scene_end(&play->on, sleeper) == &play->on.scene.sink ? "sink" :
											"source");
		proc_describe(&play->evidence, sleeper->task->tid);
		text_add(&play->evidence, "\n");
		if (proc_stack(&stack, sleeper->task->tid))
			text_add(&play->evidence, "sleeper.stack=%s\n", stack.bytes);
	}
}

/* Has everybody come to wake those who sleep on? */
static bool wakers_act(void *arg)
{
	const struct play *play = arg;

	for (int i = 0; i < play->on.count; i++) {
		if (play->slept_on[i] && !waker_acts_at(play->on.sleepers[i].of_sink))
			return false;
	}
	return true;
}

/* Where somebody slept on: was what they sleep for there, and how soon did they wake otherwise? */
static void keep_release(struct play *play)
{
	play->seen.event = true;
	for (int i = 0; i < play->on.count; i++) {
		const struct sleeper *sleeper = &play->on.sleepers[i];

		if (!play->slept_on[i])
			continue;
		play->seen.event &= waker_found_event(sleeper->of_sink);
		if (sleeper->woke_at)
			play->release = max(play->release,
					    sleeper->woke_at - waker_acts_at(sleeper->of_sink));
	}
}

static void wake_otherwise(struct play *play)
{
	const int64_t limit = LIMIT_OF(RELEASED) + play->seen.limit;

	play->seen.at_rest = true;
	keep_sleepers(play);
	for (int i = 0; i < play->on.count; i++)
		play->slept_on[i] = !play->on.sleepers[i].woke_at;
	play->slept_for = clock_now() - play->moved_at;
	close_fd(&play->on.scene.release[1]);
	if (!run(play, wakers_act, TICK_AWAKE))
		scene_fails(&play->on.scene, "nobody came to wake those who sleep on", 0);
	play->seen.woken_by = run_until(play, all_awake, TICK_AWAKE, clock_now() + limit) ?
				      WOKEN_OTHERWISE :
				      WOKEN_NEVER;
	keep_release(play);
}

static void await_awakening(struct play *play)
{
	if (run_until(play, all_awake, TICK_AWAKE, clock_now() + LIMIT_OF(ACT))) {
		keep_awakening(play);
		play->seen.limit = LIMIT_OF(ACT);
		if (play->seen.took <= play->seen.limit)
			return;
		play->seen.limit = 0;
	}
	play_control(play);
	if (!play->seen.limit)
		return;
	if (run_until(play, all_awake, TICK_AWAKE, play->moved_at + play->seen.limit) ||
	    (run(play, awake_or_at_rest, TICK_AWAKE) && all_awake(play)))
		keep_awakening(play);
	else if (rest(play, window(play), false))
		wake_otherwise(play);
	else
		play->seen.woken_by = WOKEN_OTHERWISE;
}

/* Return: false where it is of no use to wait for the sleepers. */
static bool copy(struct play *play)
{
	struct awakening *seen = &play->seen;
	const struct report *report = play->on.scene.report;

	scene_cue(&play->on.scene);
	seen->ended = run(play, copier_over, TICK_SLEEP);
	seen->copy_errno = report->error;
	seen->copied = report->copied;
	if (seen->ended && !report->done && !report->error)
		return scene_fails(&play->on.scene, "the copier died", 0);
	return seen->ended && report->done && seen->copied;
}

static void keep_right(struct play *play)
{
	run(play, awake_have_ended, TICK_AWAKE);
	for (int i = 0; i < play->on.count; i++)
		play->seen.is_wrong |=
			play->on.sleepers[i].woke_at && !sleeper_is_right(&play->on.sleepers[i]);
}

static void perform(struct play *play)
{
	struct awakening *seen = &play->seen;

	run(play, gathered, TICK_SLEEP);
	seen->woke_early = awake(play);
	seen->slept = rest(play, LIMIT_OF(STALL), true);
	if (!play->on.count)
		scene_fails(&play->on.scene, "there is no end at which somebody sleeps", 0);
	if (!seen->slept || !play->on.count || !copy(play))
		return;
	await_awakening(play);
	keep_right(play);
}

/* --- What is told --- */

static void add_ms(struct text *text, const char *key, int64_t ns)
{
	if (ns)
		text_add(text, "%s=%.3f\n", key, clock_ms(ns));
}

static void describe_awakening(const struct play *play, struct text *text)
{
	const struct awakening *seen = &play->seen;
	static const char *const words[] = { "yes", "otherwise", "never" };

	text_add(text, "woken=%s\n", words[seen->woken_by]);
	text_add(text, "act_ms=%.3f\n", clock_ms(seen->took));
	add_ms(text, "control_ms", play->control_took);
	add_ms(text, "limit_ms", seen->limit);
	if (seen->woken_by == WOKEN_OTHERWISE && play->slept_for) {
		add_ms(text, "release_ms", play->release);
		text_add(text, "event_there=%s\n", seen->event ? "yes" : "no");
	}
}

static void describe(const struct play *play, struct text *text)
{
	const struct awakening *seen = &play->seen;

	text_add(text, "written=%s\n", play->on.waking->written);
	text_add(text, "sleepers=%d\n", play->on.count);
	if (seen->copy_errno)
		text_add(text, "errno=%s\n", text_errno(seen->copy_errno));
	if (seen->ended)
		text_add(text, "moved=%" PRId64 "\n", seen->copied);
	if (seen->limit)
		describe_awakening(play, text);
	steps_describe(&play->steps, false, text);
	text_add(text, "%s", play->evidence.bytes);
}

static struct judgement make_play(struct play *play, const struct test_case *test, int64_t at_least,
				  struct result *result)
{
	struct scene *scene = &play->on.scene;
	struct judgement judgement;
	const char *told;

	*play = (struct play){ .at_least = at_least };
	result->stage = "setting the scene";
	patience_renew();
	if (waking_scene_set(&play->on, test)) {
		result->stage = "copying";
		scene->tracer.on_call = on_call;
		scene->tracer.arg = play;
		perform(play);
	}
	told = scene_told(scene);
	play->seen.fault = told ? told : scene->fault;
	if (told)
		scene->error = 0;
	play->seen.missing = scene->missing;
	judgement = awakening_judge(&play->seen);
	result->stage = "clearing the scene";
	patience_renew();
	result->left += waking_scene_clear(&play->on);
	return judgement;
}

/*
 * What wakes a sleeper does so soon, by how long it had slept: else it may have been about to wake
 * by itself. Return: for how long it would have had to be at rest so that it is no chance; or 0.
 */
static int64_t doubt(const struct play *play, enum verdict verdict)
{
	const int64_t wanted = RELEASE_SHARE * play->release;

	if (verdict != VERDICT_MISSED || wanted <= play->slept_for)
		return 0;
	return wanted < LIMIT_OF(DOUBT) ? wanted : LIMIT_OF(DOUBT);
}

static const struct judgement too_slow = {
	.verdict = VERDICT_BROKEN,
	.reason = "on this machine it may have been chance, however often it was played",
};

/*
 * What a machine does is late now and then, what a kernel does each time. The next release may take
 * longer than the last one: at rest for just as long as that calls for, it would be in doubt again.
 */
void waking_copy_play(const struct test_case *test, struct result *result)
{
	static struct play play;
	struct judgement judgement = make_play(&play, test, 0, result);

	for (int again = 0; again < AGAIN; again++) {
		const int64_t at_least = doubt(&play, judgement.verdict);

		if (!at_least && judgement.verdict != VERDICT_LATE)
			break;
		judgement = make_play(&play, test, max(2 * at_least, play.at_least), result);
	}
	if (doubt(&play, judgement.verdict))
		judgement = too_slow;
	describe(&play, &result->evidence);
	result_conclude(result, judgement, play.on.scene.error);
}
