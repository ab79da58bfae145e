// SPDX-License-Identifier: GPL-2.0-only
/* The end of a scene: who is killed, who lives on, what is closed, and who is left. */
#include "scene.h"

#include "checked.h"
#include "cleanup.h"
#include "copier.h"
#include "descriptors.h"
#include "helper.h"
#include "time_limits.h"

#include <signal.h>
#include <stdio.h>

#define CLEAR_TICK (10 * NS_PER_MS)

const char *scene_told(const struct scene *scene)
{
	static char told[FAULT_MAX];

	if (!scene->report || !*scene->report->fault)
		return NULL;
	snprintf(told, sizeof(told), "%s", scene->report->fault);
	return told;
}

/* A helper that is not through with its part by the end is not for the next case. */
static bool is_through(const struct task *task, enum helper which)
{
	return !task || !task->lives_on || helper_finish(which);
}

static void forsake(struct task *task, enum helper which)
{
	helper_forsake(which);
	task->lives_on = false;
	if (!task->ended)
		kill(task->pid, SIGKILL);
}

/* Return: was it one? */
static bool forsake_busy(struct task *task, enum helper which)
{
	if (!task || !task->lives_on || (!task->ended && helper_finish(which)))
		return false;
	forsake(task, which);
	return true;
}

static void forsake_playing(struct task *task, enum helper which)
{
	if (task && task->lives_on && (task->ended || !task->ended_at))
		forsake(task, which);
}

/* How many of the processes have not been reaped. */
static int left_over(const struct scene *scene)
{
	int left = 0;

	for (int i = 0; i < scene->tracer.count; i++) {
		const struct task *task = &scene->tracer.tasks[i];

		left += !task->ended && !task->lives_on && task->tid == task->pid;
	}
	return left;
}

/* Over and over: a program under test may make more of them while it is killed. */
static bool none_left(void *arg)
{
	const struct scene *scene = arg;

	for (int i = 0; i < scene->tracer.count; i++) {
		const struct task *task = &scene->tracer.tasks[i];

		if (!task->ended && !task->lives_on)
			kill(task->pid, SIGKILL);
	}
	if (scene->copier_kind->kill_orphans)
		scene->copier_kind->kill_orphans();
	return !left_over(scene) && is_through(scene->reader, READER) &&
	       is_through(scene->releaser, RELEASER);
}

static void await_none_left(struct scene *scene)
{
	tracer_run(&scene->tracer, none_left, scene, CLEAR_TICK, clock_now() + LIMIT_OF(TEARDOWN));
}

int scene_clear(struct scene *scene)
{
	int left, forsaken = 0;

	/* What is frozen may not even be killed. */
	cleanup_run(scene->cleanup);
	forsake_playing(scene->copier, COPIER);
	forsake_playing(scene->bystander, BYSTANDER);
	none_left(scene);
	if (scene->test->act->fixture && scene->test->act->fixture->clear)
		scene->test->act->fixture->clear();
	endpoint_close(&scene->source);
	endpoint_close(&scene->sink);
	close_fd(&scene->shared);
	close_fd(&scene->output);
	for (int i = 0; i < 2; i++) {
		close_fd(&scene->said[i]);
		close_fd(&scene->feed[i]);
		close_fd(&scene->idle[i]);
		close_fd(&scene->release[i]);
	}
	await_none_left(scene);
	forsaken += forsake_busy(scene->reader, READER);
	forsaken += forsake_busy(scene->releaser, RELEASER);
	if (forsaken)
		await_none_left(scene);
	left = left_over(scene);
	cleanup_end(&scene->cleanup);
	checked_into(NULL, 0);
	return left;
}
