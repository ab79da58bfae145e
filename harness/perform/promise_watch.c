// SPDX-License-Identifier: GPL-2.0-only
/*
 * A promise's copy is watched: until it is over, spins, runs away, or waits where it should not; a
 * signal comes where one is to come, and who spins is killed.
 */
#include "promise_watch.h"

#include "descriptors.h"
#include "onlooker.h"
#include "promise_children.h"
#include "time_limits.h"

#include <signal.h>
#include <unistd.h>

#define TICK (NS_PER_MS / 2)

#define CALLS_MAX 10000 /* no copy comes near, in 4 KiB pieces either */
#define SIGNALS 4       /* so many come into the middle of a copy */

static bool on_call(void *arg, const struct task *task)
{
	struct whole *whole = arg;
	struct seen_step step = { 0 };

	if (task != whole->scene.copier || task->in_call)
		return true;
	if (!scene_owns(&whole->scene, &task->call))
		return true;
	whole->calls++;
	whole->idle++;
	step.call = task->call;
	step.error = steps_error(task);
	steps_keep(&whole->steps, &step, task->result);
	if (task->result > 0 && call_returns_bytes(&task->call)) {
		whole->bytes += task->result;
		whole->idle = 0;
	}
	return true;
}

static bool run(struct whole *whole, bool (*done)(void *arg))
{
	patience_renew();
	return tracer_run(&whole->scene.tracer, done, whole, TICK, patience_deadline());
}

/* On a slow machine many calls take long: as long as it makes so many in a PHASE it goes on. */
#define GOES_ON 64

static bool run_on(struct whole *whole, bool (*done)(void *arg))
{
	unsigned int calls;

	do {
		calls = whole->calls;
		if (run(whole, done))
			return true;
	} while (whole->calls - calls >= GOES_ON);
	return false;
}

static bool runs_away(const struct whole *whole)
{
	const off_t hole = whole->scene.source.kind->hole;

	return whole->calls > CALLS_MAX ||
	       whole->bytes > PROMISE_BYTES_MAX + 2 * hole; /* read, and written */
}

static bool spins(const struct whole *whole)
{
	return spin_lasts(&whole->spinning.spin);
}

static bool copier_over(void *arg)
{
	struct whole *whole = arg;

	if (whole->scene.copier->ended)
		return true;
	spinning_look(&whole->spinning, &whole->scene, promise_arrival->size);
	whole->spinning.spin.calls = whole->idle;
	return runs_away(whole) || spins(whole);
}

/* Killed, it ends; or it spins on. */
static bool spinner_told(void *arg)
{
	struct whole *whole = arg;

	if (whole->scene.copier->ended)
		return true;
	spinning_look(&whole->killed, &whole->scene, 0);
	return spin_lasts(&whole->killed.spin);
}

static bool reader_over(void *arg)
{
	const struct whole *whole = arg;

	return (!whole->scene.reader || whole->scene.reader->ended) && onlooker_over(whole);
}

static void look_at_copier(struct whole *whole)
{
	const struct task *copier = whole->scene.copier;

	if (!copier->in_call || copier->serial != whole->serial) {
		whole->serial = copier->serial;
		quiescence_forget(&whole->sleep);
	}
	if (copier->in_call && scene_owns(&whole->scene, &copier->call))
		quiescence_look_workers(&whole->sleep, copier->pid);
}

static bool look_until_it_sleeps(struct whole *whole, int64_t window)
{
	if (copier_over(whole))
		return true;
	look_at_copier(whole);
	return quiescence_lasts(&whole->sleep, window);
}

static bool look_until_it_waits(void *arg)
{
	return look_until_it_sleeps(arg, LIMIT_OF(STALL));
}

static bool call_over(void *arg)
{
	struct whole *whole = arg;
	const struct task *copier = whole->scene.copier;

	return copier_over(whole) || !copier->in_call || copier->serial != whole->serial;
}

/*
 * A signal each time that the copier waits for room; and then some room. Return: false when it
 * neither came to wait nor to its end.
 */
static bool send_signals(struct whole *whole)
{
	struct scene *scene = &whole->scene;

	while (whole->outcome.interrupted < SIGNALS) {
		if (!run(whole, look_until_it_waits))
			return false;
		if (copier_over(whole))
			break;
		kill(scene->copier->pid, SIGUSR1);
		if (!run(whole, call_over))
			return false;
		whole->outcome.interrupted++;
		if (write(scene->release[1], "", 1) < 0)
			break;
	}
	return true;
}

static void kill_spinner(struct whole *whole)
{
	whole->outcome.spin = whole->spinning.spin;
	if (!spins(whole))
		return;
	scene_kill_copier(&whole->scene);
	if (run(whole, spinner_told))
		whole->killable = !!whole->scene.copier->ended;
}

/* Its call is about an end that withholds: for what else it sleeps does not count. */
static bool is_held_up(const struct scene *scene)
{
	const struct call *call = &scene->copier->call;
	const bool named = call_names_end(call);
	const bool reads = !named || call_source(call) == FD_SOURCE;
	const bool writes = !named || call_sink(call) == FD_SINK;

	return (reads && endpoint_standing(&scene->source) == STANDING_WITHHOLDS) ||
	       (writes && endpoint_standing(&scene->sink) == STANDING_WITHHOLDS);
}

static bool look_until_it_is_held_up(void *arg)
{
	struct whole *whole = arg;

	return look_until_it_sleeps(whole, LIMIT_OF(REST)) &&
	       (copier_over(whole) || is_held_up(&whole->scene));
}

/* It is at rest while one end withholds: that it waits for this shows when that is released. */
static void release_if_it_waits(struct whole *whole)
{
	struct scene *scene = &whole->scene;

	if (run(whole, look_until_it_is_held_up) && !copier_over(whole)) {
		whole->outcome.waited = true;
		endpoint_release(&whole->released);
		close_fd(&scene->release[1]);
	}
	/* Nobody but the copier is to hold the sink, or who reads it sees no end. */
	endpoint_unwatch(&scene->source);
	endpoint_unwatch(&scene->sink);
}

/* What is done after the copy comes before anybody reads the sink, and takes the bytes away. */
static bool reads_later(const struct promise *promise)
{
	return promise->modifies || promise->looks_again;
}

void promise_watch_copy(struct whole *whole)
{
	struct scene *scene = &whole->scene;
	struct outcome *outcome = &whole->outcome;
	bool goes_on;

	scene->tracer.on_call = on_call;
	scene->tracer.arg = whole;
	scene_cue(scene);
	goes_on = !whole->promise->signals || send_signals(whole);
	if (whole->promise->at_once)
		release_if_it_waits(whole);
	else if (!reads_later(whole->promise))
		close_fd(&scene->release[1]);
	outcome->ended = goes_on && run_on(whole, copier_over) && scene->copier->ended;
	outcome->runs_away = runs_away(whole);
	if (!outcome->ended)
		kill_spinner(whole);
}

bool promise_watch_reader(struct whole *whole)
{
	return run(whole, reader_over);
}
