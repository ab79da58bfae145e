// SPDX-License-Identifier: GPL-2.0-only
/* The scene with its cast: who is started with what, and what is asked of them. */
#include "scene.h"

#include "children.h"
#include "copier.h"
#include "descriptors.h"
#include "helper.h"
#include "proc.h"
#include "ready.h"
#include "time_limits.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#define READY_TICK (10 * NS_PER_MS)

/* One that lives on, or, where more belongs to an endpoint than a descriptor, one for this scene.
 */
static struct task *start_helper(struct scene *scene, enum helper which,
				 const struct endpoint *endpoint)
{
	struct task *task;

	if (!endpoint->kind->plain || scene->test->strategy->program)
		return which == READER ? scene_start_helper(scene, "the reader", scene->output,
							    child_reader) :
					 scene_start_helper(scene, "the releaser",
							    scene->source.far, child_releaser);
	task = helper_have(scene, which);
	scene->helps[which] = task;
	return task;
}

static struct task *start_bystander(struct scene *scene)
{
	if (scene->test->act->again && !scene->test->strategy->program)
		return helper_play(scene, BYSTANDER, &scene->shared, 1);
	return scene_start(scene, "the bystander", scene->shared, -1, child_bystander);
}

static bool start_all(struct scene *scene)
{
	const bool copier_acts = scene->test->act->actor == ACTOR_COPIER;

	scene->copier_kind->start(scene);
	if (scene->shared >= 0)
		scene->bystander = start_bystander(scene);
	if (scene->output >= 0)
		scene->reader = start_helper(scene, READER, &scene->sink);
	if (scene->source.far >= 0 && !scene->source.kind->regular)
		scene->releaser = start_helper(scene, RELEASER, &scene->source);
	scene->actor = copier_acts ? scene->copier : scene->bystander;
	if (!scene->actor)
		scene_fails(scene, "there is nothing for a bystander to hold", 0);
	return !scene->fault && !scene->missing;
}

void scene_gate(const struct scene *scene, struct task *leader)
{
	const struct act *act = scene->test->act;
	const struct gate gate = {
		.nr = act->nr,
		.fd = act->fd,
		.thread = act->in_thread,
	};

	if (act->perform)
		tracer_gate(leader, gate);
}

bool scene_start_control(struct scene *scene)
{
	if (!scene_open_idle(scene))
		return false;
	scene->control =
		scene_start(scene, "the control", scene->idle[scene->holds == HOLDS_WRITE_END], -1,
			    child_control);
	if (scene->control)
		scene_gate(scene, scene->control);
	return scene->control;
}

/* It serves actor and control. */
static bool set_act_fixture(struct scene *scene)
{
	const struct act_fixture *fixture = scene->test->act->fixture;
	struct act_setting setting = { .sink = &scene->sink, .actor = scene->actor->pid };
	const char *missing = NULL;
	int line;

	if (!fixture)
		return true;
	if (!scene_start_control(scene))
		return false;
	setting.control_holds = scene->idle[0];
	setting.control = scene->control->pid;
	line = fixture->set(&setting, &missing);
	if (line < 0)
		return scene_lacks(scene, missing, "cannot prepare the act", line);
	scene->cleanup = line;
	return true;
}

static void hand_over(struct scene *scene)
{
	close_fd(&scene->source.fd);
	close_fd(&scene->sink.fd);
	close_fd(&scene->shared);
	if (scene->helps[READER] && scene->output >= 0)
		helper_give(READER, &scene->sink, &scene->output);
	close_fd(&scene->output);
	close_fd(&scene->said[0]);
	close_fd(&scene->said[1]);
	close_fd(&scene->feed[0]);
	close_fd(&scene->idle[scene->holds == HOLDS_WRITE_END]);
	close_fd(&scene->release[0]);
	if (scene->helps[RELEASER] && scene->source.far >= 0)
		helper_give(RELEASER, &scene->source, &scene->source.far);
	if (!scene->source.kind->regular)
		close_fd(&scene->source.far);
}

/* With its threads. */
static bool is_awaited(const struct task *task)
{
	return !task->begun && !task->waits;
}

static bool are_ready(void *arg)
{
	const struct tracer *tracer = arg;

	for (int i = 0; i < tracer->count; i++) {
		if (is_awaited(&tracer->tasks[i]) && !tracer->tasks[i].ended)
			return false;
	}
	return true;
}

static bool await_children(struct scene *scene)
{
	struct tracer *tracer = &scene->tracer;

	patience_renew();
	tracer_run(tracer, are_ready, tracer, READY_TICK, patience_deadline());
	for (int i = 0; i < tracer->count; i++) {
		struct task *task = &tracer->tasks[i];

		if (!is_awaited(task))
			continue;
		ready_never(tracer_leader(tracer, task)->name, task->ended);
		return scene_fails(scene, "cannot start a child", task->ended ? ECHILD : ETIMEDOUT);
	}
	return true;
}

bool scene_begin(struct scene *scene)
{
	if (!await_children(scene))
		return false;
	hand_over(scene);
	for (int i = 0; i < scene->tracer.count; i++) {
		const struct task *task = &scene->tracer.tasks[i];

		if (task->waits && task->pid != scene->copier->pid)
			tracer_begin(&scene->tracer, task);
	}
	return true;
}

bool scene_set(struct scene *scene, const struct test_case *test, const struct copier_kind *kind)
{
	if (!scene_open(scene, test, kind) || !start_all(scene) || !set_act_fixture(scene))
		return false;
	/* One who refills the source writes, too: that is not the act. */
	if (!scene_feeds(scene))
		scene_gate(scene, scene->actor);
	return scene_begin(scene);
}

bool scene_owns(const struct scene *scene, const struct call *call)
{
	return call_source(call) == FD_SOURCE || call_sink(call) == FD_SINK ||
	       strategy_owns(scene->test->strategy, call, FD_SOURCE, FD_SINK);
}

bool scene_copies(const struct scene *scene, const struct task *task)
{
	return task == scene->copier || task->followed;
}

bool scene_copier_over(const struct scene *scene)
{
	return scene->copier->ended_at && !tracer_follows(&scene->tracer);
}

void scene_kill_copier(struct scene *scene)
{
	for (int i = 0; i < scene->tracer.count; i++) {
		const struct task *task = &scene->tracer.tasks[i];

		if (scene_copies(scene, task) && !task->ended &&
		    !(task->lives_on && task->ended_at))
			kill(task->pid, SIGKILL);
	}
}

void scene_cue(struct scene *scene)
{
	tracer_begin(&scene->tracer, scene->copier);
}

static const struct endpoint *stalling(const struct scene *scene)
{
	return scene->stall == STALL_SINK ? &scene->sink : &scene->source;
}

bool scene_withholds(const struct scene *scene)
{
	return endpoint_standing(stalling(scene)) == STANDING_WITHHOLDS;
}

bool scene_is_ready(const struct scene *scene)
{
	const struct endpoint *other = scene->stall == STALL_SINK ? &scene->source : &scene->sink;

	/*
	 * Who has the copier's own request knows what that waits for, and that the other end did
	 * not hold it up. Before Linux 6.5 splice(2) has, by then, taken room in the pipe for what
	 * it asked for (ITER_PIPE in lib/iov_iter.c, gone with 3fc40265ae2b): to poll(2) it is
	 * full.
	 */
	if (stalling(scene)->kind->withholds)
		return true;
	return endpoint_standing(other) == STANDING_READY;
}

void scene_unwatch(struct scene *scene)
{
	endpoint_unwatch(&scene->source);
	endpoint_unwatch(&scene->sink);
}

bool scene_has_released(const struct scene *scene)
{
	const struct task *who = scene->stall == STALL_SINK ? scene->reader : scene->releaser;

	return !who || scene->report->released;
}

bool scene_has_received(const struct scene *scene)
{
	const struct task *reader = scene->reader;

	return !reader || reader->ended_at || (reader->lives_on && helper_is_over(READER));
}

static void begin_helpers(struct scene *scene)
{
	if (scene->helps[RELEASER])
		helper_begin(RELEASER);
	if (scene->helps[READER])
		helper_begin(READER);
	scene->helps[READER] = scene->helps[RELEASER] = false;
}

void scene_release(struct scene *scene)
{
	/* An end of the file is to come through. */
	scene_unwatch(scene);
	scene->report->stop = true;
	close_fd(&scene->release[1]);
	begin_helpers(scene);
	/* A pipe that is full, and whose reader is the actor, nobody will empty. */
	if (scene->stall == STALL_SINK && scene->holds == HOLDS_READ_END &&
	    !scene->test->act->receives)
		scene_kill_copier(scene);
}
