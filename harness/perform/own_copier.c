// SPDX-License-Identifier: GPL-2.0-only
/* Our own copier: how it is started, when it is stalled or under way, and what it brought. */
#include "arrival.h"
#include "attempt.h"
#include "children.h"
#include "helper.h"
#include "proc.h"

#include <sys/stat.h>
#include <sys/syscall.h>

#define SHORT_CALL NS_PER_MS

/*
 * What the kernel does for it, and what a source of memory is made of, stay in a process; and one
 * that acts is to be told of from its start to its end.
 */
static bool leaves_nothing(const struct test_case *test)
{
	return test->act->actor != ACTOR_COPIER && !strategy_has_workers(test->strategy) &&
	       !test->source->adopt;
}

static void own_start(struct scene *scene)
{
	const int ends[] = { scene->source.fd, scene->sink.fd };
	const struct child child = {
		.name = "the copier",
		.fd0 = scene->source.fd,
		.fd1 = scene->sink.fd,
		.fd2 = -1,
		.acts = scene->test->act->actor == ACTOR_COPIER,
		.body = child_copier,
	};

	scene->copier = leaves_nothing(scene->test) ? helper_play(scene, COPIER, ends, 2) :
						      scene_start_traced(scene, child, false);
}

/* --- Until it stalls --- */

static bool in_own_call(const struct attempt *attempt)
{
	const struct task *copier = attempt->scene->copier;

	return copier->in_call &&
	       strategy_owns(attempt->scene->test->strategy, &copier->call, FD_SOURCE, FD_SINK);
}

/*
 * io_uring_enter(2) waits for its request interruptibly. In state D it has yet to hand that over: a
 * worker is being forked, which takes a while when a process moves into another cgroup.
 */
static bool has_handed_over(const struct task *copier)
{
	struct proc_sample sample;

	return copier->call.nr != SYS_io_uring_enter ||
	       (proc_sample_thread(copier->tid, &sample) && !sample.deep);
}

/*
 * For how long the copier is to sleep before it counts as stalled. A worker that is there runs
 * until it sleeps in the copy; but there may be none yet, and before Linux 5.12 none is ever seen.
 */
static int64_t rest_wanted(const struct attempt *attempt)
{
	if (!strategy_by_worker(attempt->scene->test->strategy) || attempt->copier_sleep.worker)
		return attempt->terms.rests ? LIMIT_OF(REST) : LIMIT_OF(STALL);
	return LIMIT_OF(WORKER);
}

/*
 * With those that work for it, where there may be any. An idle one wakes after some seconds, to go
 * (WORKER_IDLE_TIMEOUT in io_uring/io-wq.c): to who has no use for it that is to mean nothing.
 */
static void look_at_copier(struct attempt *attempt)
{
	const struct task *copier = attempt->scene->copier;

	if (strategy_has_workers(attempt->scene->test->strategy))
		quiescence_look_workers(&attempt->copier_sleep, copier->pid);
	else
		quiescence_look_thread(&attempt->copier_sleep, copier->tid);
}

/* Asleep in its own call: that it sleeps for the right end is another matter. */
static void look_at_sleep(struct attempt *attempt)
{
	struct task *copier = attempt->scene->copier;
	const bool own = in_own_call(attempt);

	if (!own || copier->serial != attempt->stall.serial) {
		attempt->stall = calling_of(copier);
		quiescence_forget(&attempt->copier_sleep);
	}
	if (own && calling_may_rest(copier))
		look_at_copier(attempt);
	attempt->seen.stalled = own &&
				quiescence_lasts(&attempt->copier_sleep, rest_wanted(attempt)) &&
				has_handed_over(copier);
	attempt->slept = attempt->copier_sleep.switches;
	if (attempt->seen.stalled)
		attempt_look_at_ends(attempt);
}

/* Return: the size of the sink, or 0 where it is no file. */
static int64_t sink_size(const struct scene *scene)
{
	struct stat sink;

	return scene->sink.kind->regular && !fstat(scene->sink.far, &sink) ? sink.st_size : 0;
}

/* Return: the bytes by which this call, the first to move any, has made a file grow so far. */
static int64_t first_bytes(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;

	if (scene->test->strategy->makes_room || steps_moved(&attempt->steps))
		return 0;
	return sink_size(scene) - attempt->sink_size;
}

/* That a worker has got a request is no success of that: a round of the copy has to be over. */
static bool has_moved(const struct attempt *attempt, const struct seen_step *step)
{
	if (strategy_by_worker(attempt->scene->test->strategy))
		return attempt->scene->report->copied > 0;
	return step->bytes > 0 || !call_returns_bytes(&step->call);
}

/*
 * A call like this one has moved bytes, and it is as far into it as half of what that took. Of
 * short ones several go by until an act is over, wherever in one of them it begins: to wait for
 * the midst of one may take hundreds of them, each with two stops.
 */
static bool well_into_call(const struct task *copier, const struct seen_step *earlier)
{
	return earlier && (earlier->took < SHORT_CALL ||
			   clock_now() - copier->entered_at >= earlier->took / 2);
}

/*
 * It has moved bytes, and is on its way from one call to the next: copying in memory, if that is
 * its way; or it runs on, and nothing is told of its calls any more. Where calls are short the
 * supervisor may never find it in one.
 */
static bool between_calls(const struct attempt *attempt)
{
	const bool moved = strategy_by_worker(attempt->scene->test->strategy) ?
				   attempt->scene->report->copied > 0 :
				   steps_moved(&attempt->steps);

	return !attempt->scene->copier->in_call && moved &&
	       clock_now() - attempt->begun >= LIMIT_OF(IN_CALL);
}

/* In a call of its own, and not in one that may yet be refused; or between two of them. */
static bool is_under_way(struct attempt *attempt)
{
	const struct task *copier = attempt->scene->copier;
	const struct seen_step *earlier = attempt_find_step(attempt, copier);
	struct proc_sample sample;
	bool found;

	if (earlier && !has_moved(attempt, earlier))
		earlier = NULL;
	if (in_own_call(attempt)) {
		attempt->first_bytes = first_bytes(attempt);
		found = attempt->first_bytes > 0 || well_into_call(copier, earlier);
	} else {
		/* What other calls have brought by now is not the next one's. */
		attempt->sink_size = sink_size(attempt->scene);
		attempt->first_bytes = 0;
		found = between_calls(attempt);
	}
	return found && proc_sample_thread(copier->tid, &sample) && !sample.stopped;
}

static void own_look(struct attempt *attempt)
{
	if (attempt->seen.stall == STALL_NONE)
		attempt->seen.under_way = is_under_way(attempt);
	else
		look_at_sleep(attempt);
}

/* It came to its end instead; or it is somewhere, as the judge will know. */
static void own_keep_fault(struct attempt *attempt)
{
	const struct report *report = attempt->scene->report;

	if (!scene_copier_over(attempt->scene))
		return;
	if (!report->error && !report->done)
		attempt_fault(attempt, "the copier died");
	attempt->seen.copy_errno = report->error;
	attempt->seen.copied = report->copied;
}

/* The worker is what holds the locks of the copy. */
static void own_keep_stall(struct attempt *attempt)
{
	const pid_t worker = attempt->copier_sleep.worker;

	if (strategy_by_worker(attempt->scene->test->strategy) && worker)
		attempt_keep_evidence(attempt, "worker", worker);
}

/* One that names no descriptors may wait for either. */
static bool own_may_await(const struct attempt *attempt, enum side side)
{
	const struct call *call = &attempt->stall.task->call;

	if (!call_names_end(call))
		return true;
	return side == SIDE_SOURCE ? call_source(call) == FD_SOURCE : call_sink(call) == FD_SINK;
}

/* With what works for it in the kernel. */
static bool own_sample(const struct attempt *attempt, struct proc_sample *sample)
{
	const struct task *copier = attempt->stall.task;

	return strategy_has_workers(attempt->scene->test->strategy) ?
		       proc_sample_running(copier->pid, sample) :
		       proc_sample_thread(copier->tid, sample);
}

/* --- From then on --- */

static bool own_stays(const struct attempt *attempt)
{
	return calling_lasts(&attempt->stall);
}

/* Who reads datagrams knows of no end but by this. */
static void own_look_on(struct attempt *attempt)
{
	attempt->scene->report->over = attempt->scene->copier->ended_at;
}

/* With all that it wrote received, by whoever does that. */
static bool own_is_over(const struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;
	const bool received = !scene->test->act->receives || scene->bystander->ended_at;

	return scene->copier->ended_at && received && scene_has_received(scene);
}

static bool own_is_step(const struct attempt *attempt, const struct task *task,
			const struct seen_step *step)
{
	return !step->later && scene_owns(attempt->scene, &task->call);
}

static void own_describe(const struct attempt *attempt, struct text *text)
{
	steps_describe(&attempt->steps, false, text);
}

const struct copier_kind own_copier = {
	.start = own_start,
	.look = own_look,
	.keep_fault = own_keep_fault,
	.keep_stall = own_keep_stall,
	.may_await = own_may_await,
	.sample = own_sample,
	.stays = own_stays,
	.sleeps_on = attempt_sleeps_on,
	.look_on = own_look_on,
	.is_over = own_is_over,
	.differs = arrival_differs,
	.is_step = own_is_step,
	.describe = own_describe,
};
