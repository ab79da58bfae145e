// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets the scene of a case, has the act begin, and holds all as it is then until standard input
 * comes to its end: somebody else may look at it, as scripts/t/why.t does. With --stalled the act
 * does not begin. Prints who is who, and whether the act is over:
 *
 *     copier PID
 *     actor PID TID
 *     stalled | hangs | over
 *
 * It ends with the release; whatever becomes of it, its processes end with it.
 */
#include "attempt.h"
#include "cases.h"
#include "descriptors.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TICK (2 * NS_PER_MS)
#define FOR_EVER (clock_now() + 3600 * NS_PER_S)

/* It has /dev/null, and these. */
enum { FD_HOLD = 3, FD_TELL, FD_COUNT };

static struct scene scene;
static struct attempt attempt;

static _Noreturn void give_up(const char *why)
{
	dprintf(FD_TELL, "cannot: %s\n", why);
	scene_clear(&scene);
	_exit(4);
}

/* --- What is awaited --- */

static bool all_gather(void *arg)
{
	(void)arg;
	return attempt_others_wait(&attempt) || attempt_somebody_ended(&attempt);
}

static bool in_place(void *arg)
{
	(void)arg;
	attempt_look_at_copier(&attempt);
	return attempt_is_in_place(&attempt) || attempt_never_in_place(&attempt);
}

static bool in_call(void *arg)
{
	(void)arg;
	attempt_look_at_call(&attempt);
	return attempt_actor_sleeps(&attempt);
}

static bool over_or_at_rest(void *arg)
{
	(void)arg;
	attempt_look_at_act(&attempt);
	quiescence_look_process(&attempt.actor_sleep, scene.actor->pid);
	return attempt_over_at(&attempt, THE_ACTOR) ||
	       quiescence_lasts(&attempt.actor_sleep, LIMIT_OF(REST));
}

static bool let_go(void *arg)
{
	struct pollfd hold = { .fd = FD_HOLD, .events = POLLIN };
	char byte;

	(void)arg;
	return poll(&hold, 1, 0) && read(FD_HOLD, &byte, 1) <= 0;
}

static bool copy_over(void *arg)
{
	(void)arg;
	attempt_look_at_copy(&attempt);
	return attempt_copy_over(&attempt) && attempt_over_at(&attempt, THE_ACTOR);
}

static void await(bool (*comes)(void *arg), const char *what)
{
	patience_renew();
	if (!tracer_run(&scene.tracer, comes, NULL, TICK, patience_deadline()))
		give_up(what);
}

/* --- From the scene to the act --- */

static void prepare(const struct endpoint_kind *kind)
{
	if (kind->prepare)
		kind->prepare(kind);
}

static void stall(const struct test_case *test)
{
	prepare(test->source);
	prepare(test->sink);
	if (!scene_set(&scene, test, copier_of(test->strategy)))
		give_up(scene.missing ? scene.missing : scene.fault);
	attempt = (struct attempt){
		.scene = &scene,
		.killable = -1,
		.begun = clock_now(),
		.sink_size = scene.sink_size,
		.seen = { .stall = scene.stall },
	};
	scene.tracer.on_call = attempt_on_call;
	scene.tracer.arg = &attempt;
	await(all_gather, "not all came to where they are to wait");
	attempt_cue_copier(&attempt);
	await(in_place, "the copy did not come to where it is to stall");
	if (!attempt_is_in_place(&attempt))
		give_up("the copy does not stall");
	attempt_keep_stall(&attempt);
}

/* Return: a word for how it stands then. */
static const char *act(void)
{
	if (attempt_act_from_outside(&attempt)) {
		attempt_let_go(&attempt);
		await(in_call, "the actor did not come to its call");
	}
	quiescence_forget(&attempt.actor_sleep);
	attempt_act(&attempt);
	await(over_or_at_rest, "the act neither ends nor comes to rest");
	return attempt_over_at(&attempt, THE_ACTOR) ? "over" : "hangs";
}

static void tell(const char *how)
{
	const struct task *actor =
		attempt.act.task && !attempt.act.task->ended ? attempt.act.task : scene.actor;

	dprintf(FD_TELL, "copier %d\nactor %d %d\n%s\n", scene.copier->pid, scene.actor->pid,
		actor->tid, how);
}

/* What holds them is let go, and they come to their end, or are killed. */
static int end(void)
{
	scene_release(&scene);
	patience_renew();
	tracer_run(&scene.tracer, copy_over, NULL, TICK, clock_now() + LIMIT_OF(AFTERWARDS));
	return scene_clear(&scene) ? 1 : 0;
}

static void get_ready(void)
{
	const int wanted[FD_COUNT] = { -1, -1, -1, [FD_HOLD] = 0, [FD_TELL] = 1 };

	setsid();
	signal(SIGPIPE, SIG_IGN);
	take_descriptors(wanted, FD_COUNT);
	null_descriptors();
}

int main(int argc, char **argv)
{
	const bool stalled = argc == 3 && !strcmp(argv[1], "--stalled");
	const struct test_case *test;
	size_t count = 0;

	if (!strcmp(argv[0], CASES_EXECUTED))
		return 0;
	if (argc != 2 + stalled) {
		fprintf(stderr, "usage: %s [--stalled] ID\n", argv[0]);
		return 2;
	}
	test = cases_select(NULL, &argv[argc - 1], 1, &count);
	if (count != 1) {
		fprintf(stderr, "no case %s\n", argv[argc - 1]);
		return 2;
	}
	get_ready();
	stall(test);
	tell(stalled ? "stalled" : act());
	tracer_run(&scene.tracer, let_go, NULL, 10 * NS_PER_MS, FOR_EVER);
	return end();
}
