// SPDX-License-Identifier: GPL-2.0-only
/*
 * One whole copy between ends at which somebody sleeps. That they wake up in time is seen as the
 * end of an act is; who sleeps on is woken otherwise, by who does in the ordinary way what the copy
 * had done: that shows that the copy could have woken them.
 */
#include "waking_copy.h"

#include "awakening.h"
#include "children.h"
#include "copier.h"
#include "descriptors.h"
#include "pattern.h"
#include "proc.h"
#include "sleeper.h"
#include "steps.h"
#include "time_limits.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#define TICK_SLEEP LIMIT_OF(STALL)
#define TICK_AWAKE NS_PER_MS

/* How often it is played again for a verdict that may have been the machine's doing. */
#define AGAIN 4

/** struct play - of a copy; times in ns. */
struct play {
	const struct waking *waking;
	struct scene scene;
	struct awakening seen;
	struct steps steps;
	struct sleeper sleepers[SLEEPERS_MAX], control;
	int count;
	struct endpoint idle;        /* of the control */
	int64_t cued_at;             /* the copier was let begin */
	int64_t moved_at;            /* its last call that moved bytes returned */
	bool slept_on[SLEEPERS_MAX]; /* when they were to be woken otherwise; 0: they were not */
	int64_t slept_for;           /* until then */
	int64_t release;             /* what the waking otherwise took, then; 0: they never woke */
	int64_t at_least;            /* who sleeps on has to be at rest for so long, at least */
	int64_t control_took;        /* 0: there was none, or it did not wake */
	struct text evidence;        /* on who sleeps on, as it was */
};

/* --- The children --- */

/*
 * Files as a whole. Of a pipe so much that each of those who wait for room there finds a page of
 * it; and no more, since a terminal takes little as long as nobody reads it.
 */
static int64_t limit_of(const struct test_case *test)
{
	if (!test->source->regular)
		return test->act->waking->count * sysconf(_SC_PAGESIZE);
	return test->sink->regular ? COPY_UNLIMITED : (int64_t)PATTERN_STREAM;
}

static _Noreturn void be_copier(const struct scene *scene)
{
	struct copy copy = {
		.in = FD_SOURCE,
		.out = FD_SINK,
		.limit = limit_of(scene->test),
	};
	int error;

	copy_look(&copy);
	tracee_wait();
	error = copy_through(scene->test->strategy, &copy);
	scene->report->copied = copy.moved;
	scene->report->error = -error;
	scene->report->done = !error;
	_exit(0);
}

/* --- The scene --- */

static bool fails(struct play *play, const char *fault, int error)
{
	return scene_fails(&play->scene, fault, error);
}

static bool has_sleepers(const struct waking *waking, const struct endpoint *end)
{
	const bool of_sink = role_is_sink(end->role);

	if (of_sink ? waking->at_sources_only : waking->at_sinks_only)
		return false;
	return end->kind->regular ? waking->watches_files : of_sink || end->role == ROLE_FEED;
}

static int far_of(const struct scene *scene, const struct endpoint *end)
{
	return end == &scene->sink && scene->output >= 0 ? scene->output : end->far;
}

static struct channel channel_of(const struct scene *scene, const struct endpoint *end)
{
	const bool of_sink = role_is_sink(end->role);
	const int far = end->kind->regular ? end->fd : far_of(scene, end);

	return (struct channel){
		.reads = of_sink ? far : end->fd,
		.writes = of_sink ? end->fd : far,
		.of_sink = of_sink,
		.is_file = end->kind->regular,
	};
}

static bool give_first_byte(const struct play *play, const struct endpoint *end)
{
	return !play->waking->holds || !role_is_sink(end->role) ||
	       write(end->fd, pattern_bytes(), 1) == 1;
}

static bool start_sleepers(struct play *play, const struct endpoint *end)
{
	const bool of_sink = role_is_sink(end->role);

	if (!give_first_byte(play, end))
		return fails(play, "cannot write to the sink", errno);
	for (int i = 0; i < play->waking->count; i++) {
		if (!sleeper_start(&play->sleepers[play->count], &play->scene, of_sink,
				   far_of(&play->scene, end)))
			return false;
		play->count++;
	}
	return true;
}

/* Who holds the far side of a sink keeps it from being a broken pipe. */
static bool start_at(struct play *play, const struct endpoint *end)
{
	const struct channel channel = channel_of(&play->scene, end);
	const bool sleeps = has_sleepers(play->waking, end);

	if (sleeps && !start_sleepers(play, end))
		return false;
	return (!sleeps && end->kind->regular) || waker_start(&play->scene, &channel);
}

/* Those that lack something say so before they wait to be let begin. */
static bool lacks_nothing(struct play *play, const struct sleeper *sleepers, int count)
{
	for (int i = 0; i < count; i++) {
		int error;
		const char *lacks = sleeper_lacks(&sleepers[i], &error);

		if (lacks)
			return scene_lacks(&play->scene, lacks, NULL, -error);
	}
	return true;
}

static bool set(struct play *play, const struct test_case *test)
{
	struct scene *scene = &play->scene;

	if (!scene_open(scene, test, &own_copier))
		return false;
	if (!sleepers_begin())
		return fails(play, "cannot map memory", errno);
	scene->copier =
		scene_start(scene, "the copier", scene->source.fd, scene->sink.fd, be_copier);
	return scene->copier && start_at(play, &scene->sink) && start_at(play, &scene->source) &&
	       scene_begin(scene) && lacks_nothing(play, play->sleepers, play->count);
}

/* --- What is seen --- */

static void note_step(struct play *play, const struct task *task)
{
	struct seen_step step = { .call = task->call, .error = steps_error(task) };

	if (task->in_call || !scene_owns(&play->scene, &task->call))
		return;
	if (!step.error)
		play->moved_at = task->left_at;
	steps_keep(&play->steps, &step, task->result);
}

static bool on_call(void *arg, const struct task *task)
{
	struct play *play = arg;

	if (task == play->scene.copier)
		note_step(play, task);
	for (int i = 0; i < play->count; i++)
		sleeper_note(&play->sleepers[i], task);
	sleeper_note(&play->control, task);
	return true;
}

static void look(struct play *play)
{
	for (int i = 0; i < play->count; i++)
		sleeper_look(&play->sleepers[i]);
	if (play->control.task)
		sleeper_look(&play->control);
}

/* All of them, or who has not woken, rest for @window. */
static bool rest(const struct play *play, int64_t window, bool all)
{
	for (int i = 0; i < play->count; i++) {
		const struct sleeper *sleeper = &play->sleepers[i];

		if (sleeper->woke_at ? all : !sleeper_rests(sleeper, window))
			return false;
	}
	return true;
}

/* Return: how many of them have woken. */
static int awake(const struct play *play)
{
	int count = 0;

	for (int i = 0; i < play->count; i++)
		count += play->sleepers[i].woke_at != 0;
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
	return ((const struct play *)arg)->scene.copier->ended;
}

static bool all_awake(void *arg)
{
	struct play *play = arg;

	look(play);
	return awake(play) == play->count;
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

	for (int i = 0; i < play->count; i++) {
		if (play->sleepers[i].woke_at && !play->sleepers[i].task->ended)
			return false;
	}
	return !play->control.woke_at || play->control.task->ended;
}

static bool control_sleeps(void *arg)
{
	struct play *play = arg;

	look(play);
	return play->control.woke_at || sleeper_rests(&play->control, LIMIT_OF(STALL));
}

static bool control_awake(void *arg)
{
	struct play *play = arg;

	look(play);
	return play->control.woke_at;
}

static bool run_until(struct play *play, bool (*done)(void *arg), int64_t tick, int64_t deadline)
{
	return tracer_run(&play->scene.tracer, done, play, tick, deadline);
}

static bool run(struct play *play, bool (*done)(void *arg), int64_t tick)
{
	patience_renew();
	return run_until(play, done, tick, patience_deadline());
}

/* --- The control --- */

/* Return: the end of the first that sleeps on. */
static const struct endpoint *end_of_sleeper(const struct play *play)
{
	int i = 0;

	while (i < play->count - 1 && play->sleepers[i].woke_at)
		i++;
	return play->sleepers[i].of_sink ? &play->scene.sink : &play->scene.source;
}

static bool start_control(struct play *play)
{
	struct scene *scene = &play->scene;
	const struct endpoint *end = end_of_sleeper(play);
	const char *missing = NULL;
	int error = endpoint_open(&play->idle, end->kind, end->role, end->size, &missing);

	if (error)
		return scene_lacks(scene, missing, "cannot open what the control sleeps at", error);
	if (!give_first_byte(play, &play->idle))
		return fails(play, "cannot write to what the control sleeps at", errno);
	return sleeper_start(&play->control, scene, role_is_sink(end->role), play->idle.far) &&
	       scene_begin(scene) && lacks_nothing(play, &play->control, 1);
}

/* The copy has nothing of what the control has: nobody can hold up who does this. */
static void play_control(struct play *play)
{
	struct channel channel;
	int64_t begun;

	if (!start_control(play) || !run(play, control_sleeps, TICK_SLEEP) || play->control.woke_at)
		return;
	channel = channel_of(&play->scene, &play->idle);
	begun = clock_now();
	channel_wake(&channel, 1);
	if (!run(play, control_awake, TICK_AWAKE) || !run(play, awake_have_ended, TICK_AWAKE) ||
	    !sleeper_is_right(&play->control))
		return;
	play->control_took = max(play->control.woke_at - begun, 1);
	play->seen.limit = max(LIMIT_OF(ACT), ACT_CONTROLS * play->control_took);
}

/* --- The play --- */

static int64_t last_waking(const struct play *play)
{
	int64_t last = 0;

	for (int i = 0; i < play->count; i++)
		last = max(last, play->sleepers[i].woke_at);
	return last;
}

static void keep_awakening(struct play *play)
{
	play->seen.woken_by = WOKEN_BY_COPY;
	play->seen.took = max(last_waking(play) - play->moved_at, 0);
}

static void keep_sleepers(struct play *play)
{
	for (int i = 0; i < play->count; i++) {
		const struct sleeper *sleeper = &play->sleepers[i];
		struct text stack = { 0 };

		if (sleeper->woke_at)
			continue;
		text_add(&play->evidence,
			 "missed_at=%s\nsleeper=", sleeper->of_sink ? "sink" : "source");
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

	for (int i = 0; i < play->count; i++) {
		if (play->slept_on[i] && !waker_acts_at(play->sleepers[i].of_sink))
			return false;
	}
	return true;
}

/* Where somebody slept on: was what they sleep for there, and how soon did they wake otherwise? */
static void keep_release(struct play *play)
{
	play->seen.event = true;
	for (int i = 0; i < play->count; i++) {
		const struct sleeper *sleeper = &play->sleepers[i];

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
	for (int i = 0; i < play->count; i++)
		play->slept_on[i] = !play->sleepers[i].woke_at;
	play->slept_for = clock_now() - play->moved_at;
	close_fd(&play->scene.release[1]);
	if (!run(play, wakers_act, TICK_AWAKE))
		fails(play, "nobody came to wake those who sleep on", 0);
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
	const struct report *report = play->scene.report;

	play->cued_at = clock_now();
	scene_cue(&play->scene);
	seen->ended = run(play, copier_over, TICK_SLEEP);
	seen->copy_errno = report->error;
	seen->copied = report->copied;
	if (seen->ended && !report->done && !report->error)
		return fails(play, "the copier died", 0);
	return seen->ended && report->done && seen->copied;
}

static void keep_right(struct play *play)
{
	run(play, awake_have_ended, TICK_AWAKE);
	for (int i = 0; i < play->count; i++)
		play->seen.is_wrong |=
			play->sleepers[i].woke_at && !sleeper_is_right(&play->sleepers[i]);
}

static void perform(struct play *play)
{
	struct awakening *seen = &play->seen;

	run(play, gathered, TICK_SLEEP);
	seen->woke_early = awake(play);
	seen->slept = rest(play, LIMIT_OF(STALL), true);
	if (!play->count)
		fails(play, "there is no end at which somebody sleeps", 0);
	if (!seen->slept || !play->count || !copy(play))
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

	text_add(text, "written=%s\n", play->waking->written);
	text_add(text, "sleepers=%d\n", play->count);
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
	struct scene *scene = &play->scene;
	struct judgement judgement;
	const char *told;

	*play = (struct play){
		.waking = test->act->waking,
		.at_least = at_least,
		.idle = { .fd = -1, .far = -1, .watched = -1 },
	};
	result->stage = "setting the scene";
	patience_renew();
	if (set(play, test)) {
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
	result->left += scene_clear(scene);
	endpoint_close(&play->idle);
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

/* What a machine does is late now and then, what a kernel does each time. */
void waking_copy_play(const struct test_case *test, struct result *result)
{
	static struct play play;
	struct judgement judgement = make_play(&play, test, 0, result);

	for (int again = 0; again < AGAIN; again++) {
		const int64_t at_least = doubt(&play, judgement.verdict);

		if (!at_least && judgement.verdict != VERDICT_LATE)
			break;
		judgement = make_play(&play, test, max(at_least, play.at_least), result);
	}
	if (doubt(&play, judgement.verdict))
		judgement = too_slow;
	describe(&play, &result->evidence);
	result_conclude(result, judgement, play.scene.error);
}
