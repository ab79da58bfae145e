// SPDX-License-Identifier: GPL-2.0-only
/* A program under test on the stage: until it is seen to wait, and what it does once released. */
#include "play.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define TICK_PROGRAM (2 * NS_PER_MS)
#define TICK_SAID (5 * NS_PER_MS)

static enum end awaited(const struct play *play)
{
	return play->seen.stall == STALL_SINK ? END_SINK : END_SOURCE;
}

/* To look costs more than to be told of a call: not at each of them. */
static bool is_time_to_look(struct play *play)
{
	const int64_t now = clock_now();

	if (now < play->look_at)
		return false;
	play->look_at = now + TICK_PROGRAM;
	return true;
}

/* Else it is not the copy yet that waits for room. What requests have read, nobody can see. */
static bool has_read(const struct play *play, const struct task *waiter)
{
	return play->read_source || ends_in(&play->scene->ends, waiter) == END_SOURCE ||
	       call_role(&waiter->call) == CALL_SUBMITS;
}

/*
 * When its time is over a program may turn to something else, and that may hold a lock: it has to
 * have come back to the same wait, and to do nothing new.
 */
static bool comes_back(struct play *play, const struct task *waiter)
{
	play->idle.since = 0; /* it will still do something by itself */
	return play_find_step(play, waiter, 0) &&
	       clock_now() - play->news_at >= LIMIT_OF(PROGRAM_SETTLED);
}

/* Nothing but the end that it waits for holds it up. */
static bool waits_for_good(struct play *play, const struct task *waiter)
{
	const struct scene *scene = play->scene;
	const bool lasts = program_waits_until(waiter) - clock_now() >= LIMIT_OF(PROGRAM_LASTING);

	if (!lasts && !comes_back(play, waiter))
		return false;
	if (!program_rests(&play->rest, &scene->tracer,
			   lasts ? LIMIT_OF(PROGRAM_REST) : LIMIT_OF(STALL)))
		return false;
	if (awaited(play) == END_SINK && !has_read(play, waiter))
		return false;
	return play_stands(play);
}

static bool is_stalled(struct play *play)
{
	const struct scene *scene = play->scene;
	struct task *waiter = program_waiter(&scene->tracer, &scene->ends, awaited(play));

	if (!waiter)
		return false;
	if (waiter != play->stall.task || waiter->serial != play->stall.serial) {
		play->stall = play_calling(waiter);
		play->rest.since = 0;
	}
	return waits_for_good(play, waiter);
}

/* Whatever else of it goes on to read: this one has come to where it was to come. */
static bool is_held_up(const struct play *play)
{
	const struct ends *ends = &play->scene->ends;
	const struct task *waiter = program_waiter(&play->scene->tracer, ends, END_SINK);

	return waiter && call_role(&waiter->call) == CALL_COPIES &&
	       ends_in(ends, waiter) != END_SOURCE;
}

static bool is_refilled(struct play *play)
{
	if (!scene_feeds(play->scene) || !scene_refills(play->scene, is_held_up(play)))
		return false;
	play->idle.since = play->rest.since = 0;
	return true;
}

bool play_program_stalls(struct play *play)
{
	struct scene *scene = play->scene;

	if (!is_time_to_look(play) || is_refilled(play))
		return false;
	play->seen.stalled = is_stalled(play) && play_sleep(play, &play->slept);
	if (!play->seen.stalled)
		return program_rests(&play->idle, &scene->tracer, LIMIT_OF(PROGRAM_IDLE));
	/* It is looked at anew once who refilled the source waits for the act, as well. */
	if (scene_feeds(scene)) {
		scene_end_feed(scene);
		play->seen.stalled = false;
		return false;
	}
	/* Of its processes the act is upon the one that waits. */
	if (scene->actor == scene->copier)
		scene->actor = tracer_leader(&scene->tracer, play->stall.task);
	return true;
}

bool play_program_goes_on(struct play *play)
{
	const struct calling *stall = &play->stall;

	if (scene_copier_over(play->scene))
		return true;
	if (stall->task->in_call && stall->task->serial == stall->serial) {
		play->idle.since = 0;
		return false;
	}
	return is_time_to_look(play) &&
	       program_rests(&play->idle, &play->scene->tracer, LIMIT_OF(PROGRAM_REST));
}

bool play_program_writes(const struct play *play)
{
	const struct scene *scene = play->scene;

	return scene->test->strategy->program && scene->stall == STALL_SINK &&
	       scene->report->received > 0;
}

static const char *end_word(const struct play *play)
{
	return awaited(play) == END_SINK ? "sink" : "source";
}

static void tell_end(struct play *play, int status)
{
	char *fault = play->fault;
	const size_t size = sizeof(play->fault);

	if (play->scene->report->error)
		snprintf(fault, size, "the program cannot be executed: %s",
			 strerror(play->scene->report->error));
	else if (WIFSIGNALED(status))
		snprintf(fault, size,
			 "the program died by signal %d (%s) before it waited for its %s",
			 WTERMSIG(status), strsignal(WTERMSIG(status)), end_word(play));
	else
		snprintf(fault, size, "the program ended with %d before it waited for its %s",
			 WEXITSTATUS(status), end_word(play));
}

/*
 * Return: what a thread of it sleeps in, or makes, at present, and rather one that is about the
 * copy; NULL where none is known.
 */
static const struct task *any_in_call(const struct play *play)
{
	const struct tracer *tracer = &play->scene->tracer;
	const struct ends *ends = &play->scene->ends;
	const struct task *waiter = program_waiter(tracer, ends, awaited(play));

	if (!waiter)
		waiter = program_waiter(tracer, ends,
					awaited(play) == END_SINK ? END_SOURCE : END_SINK);
	if (waiter)
		return waiter;
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i]->followed && tracer->tasks[i]->in_call)
			return tracer->tasks[i];
	}
	return NULL;
}

static void tell_doings(struct play *play)
{
	const struct task *task = any_in_call(play);
	const int64_t taken = scene_taken(play->scene);
	struct text call = { 0 }, took = { 0 };

	if (taken) {
		text_add(&took, "took ");
		call_bytes(&took, taken);
		text_add(&took, " from its source and ");
	}
	if (task)
		call_decode(&call, &task->call, end_name(ends_in(&play->scene->ends, task)),
			    end_name(ends_out(&play->scene->ends, task)));
	snprintf(play->fault, sizeof(play->fault),
		 "the program %sdid not come to wait for its %s%s%.90s", took.bytes, end_word(play),
		 task ? ", it was in " : "", call.bytes);
	program_describe_all(&play->evidence, &play->scene->tracer);
}

void play_program_fault(struct play *play)
{
	struct scene *scene = play->scene;

	if (scene_copier_over(scene))
		tell_end(play, scene->copier->status);
	else
		tell_doings(play);
	play_fault(play, play->fault);
	play_keep_said(play);
}

static bool has_heard_all(void *arg)
{
	const struct play *play = arg;

	return play->scene->listener->ended_at;
}

void play_keep_said(struct play *play)
{
	const struct scene *scene = play->scene;

	if (!scene->listener)
		return;
	if (scene_copier_over(scene))
		play_run(play, has_heard_all, TICK_SAID, clock_now() + LIMIT_OF(SAID));
	memcpy(play->said, scene->report->said, scene->report->said_size);
}
