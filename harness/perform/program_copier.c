// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program under test in the copier's place: how it is started, until it is seen to wait, and what
 * it does once released.
 */
#include "attempt.h"
#include "checked.h"
#include "children.h"
#include "descriptors.h"
#include "feed.h"
#include "filter.h"
#include "proc.h"
#include "program.h"
#include "program_steps.h"
#include "program_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_PROGRAM (2 * NS_PER_MS)

/* --- Its processes --- */

/* In a process group of its own: it may send signals to all of its group. */
static _Noreturn void be_program(const struct scene *scene)
{
	const struct program *program = scene->test->strategy->program;
	int error = 0;

	sigset_t none;

	tracee_wait();
	CHECKED(setpgid(0, 0));
	signal(SIGPIPE, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	forget_descriptors(FD_RELEASE);
	if (scene->tracer.filtered)
		error = -filter_install();
	if (!error) {
		execv(program->path, program->argv);
		error = errno;
	}
	scene->report->error = error;
	_exit(127);
}

/* Keeps what the program says on its standard error, up to SAID_MAX. */
static _Noreturn void be_listener(const struct scene *scene)
{
	struct report *report = scene->report;
	char bytes[4096];
	ssize_t n;

	while ((n = read(FD_SHARED, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR)) {
		size_t room = SAID_MAX - report->said_size;
		size_t kept = n < 0 ? 0 : (size_t)n < room ? (size_t)n : room;

		memcpy(report->said + report->said_size, bytes, kept);
		report->said_size += kept;
	}
	_exit(0);
}

static bool program_open(struct scene *scene)
{
	return !pipe2(scene->said, O_CLOEXEC);
}

static void program_start(struct scene *scene)
{
	const struct child child = {
		.name = "the program",
		.fd0 = scene->source.fd,
		.fd1 = scene->sink.fd,
		.fd2 = scene->said[1],
		.body = be_program,
	};

	/* By which source and sink are known, whatever descriptors it makes of them. */
	proc_fd_name(getpid(), scene->source.fd, scene->sides.source);
	proc_fd_name(getpid(), scene->sink.fd, scene->sides.sink);
	/* Whatever it leaves behind is to be found, what no tracer can have as well. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1))
		scene_fails(scene, "cannot adopt what the program leaves", errno);
	else
		scene->copier = scene_start_traced(scene, child, true);
	scene->listener = scene_start_helper(scene, "the listener", scene->said[0], be_listener);
}

/* --- Until it waits --- */

static enum side awaited(const struct attempt *attempt)
{
	return attempt->seen.stall == STALL_SINK ? SIDE_SINK : SIDE_SOURCE;
}

/* To look costs more than to be told of a call: not at each of them. */
static bool is_time_to_look(struct attempt *attempt)
{
	const int64_t now = clock_now();

	if (now < attempt->look_at)
		return false;
	attempt->look_at = now + TICK_PROGRAM;
	return true;
}

/* Else it is not the copy yet that waits for room. What requests have read, nobody can see. */
static bool has_read(const struct attempt *attempt, const struct task *waiter)
{
	return attempt->read_source || sides_in(&attempt->scene->sides, waiter) == SIDE_SOURCE ||
	       call_role(&waiter->call) == CALL_SUBMITS;
}

/*
 * When its time is over a program may turn to something else, and that may hold a lock: it has to
 * have come back to the same wait, and to do nothing new.
 */
static bool comes_back(struct attempt *attempt, const struct task *waiter)
{
	return attempt_find_step(attempt, waiter) &&
	       clock_now() - attempt->news_at >= LIMIT_OF(PROGRAM_SETTLED);
}

/* How long it is to sleep; one that comes back has slept as often, not as long. */
static int64_t rest_wanted(const struct attempt *attempt, bool lasts)
{
	if (!lasts)
		return LIMIT_OF(STALL);
	return attempt->terms.rests ? LIMIT_OF(REST) : LIMIT_OF(PROGRAM_REST);
}

/* Nothing but the end that it waits for holds it up. */
static bool waits_for_good(struct attempt *attempt, const struct task *waiter)
{
	const bool lasts = program_waits_until(waiter) - clock_now() >= LIMIT_OF(PROGRAM_LASTING);

	if (!lasts) {
		/* It will still do something by itself. */
		quiescence_forget(&attempt->idle);
		if (!comes_back(attempt, waiter))
			return false;
	}
	program_look(&attempt->copier_sleep, &attempt->scene->tracer);
	if (!quiescence_lasts(&attempt->copier_sleep, rest_wanted(attempt, lasts)))
		return false;
	if (awaited(attempt) == SIDE_SINK && !has_read(attempt, waiter))
		return false;
	return attempt_look_at_ends(attempt);
}

static bool is_stalled(struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;
	struct task *waiter = program_waiter(&scene->tracer, &scene->sides, awaited(attempt));

	if (!waiter)
		return false;
	if (waiter != attempt->stall.task || waiter->serial != attempt->stall.serial) {
		attempt->stall = calling_of(waiter);
		quiescence_forget(&attempt->copier_sleep);
	}
	return waits_for_good(attempt, waiter) && attempt_sleeps(attempt, &attempt->slept);
}

/* Whatever else of it goes on to read: this one has come to where it was to come. */
static bool is_held_up(const struct attempt *attempt)
{
	const struct sides *sides = &attempt->scene->sides;
	const struct task *waiter = program_waiter(&attempt->scene->tracer, sides, SIDE_SINK);

	return waiter && call_role(&waiter->call) == CALL_COPIES &&
	       sides_in(sides, waiter) != SIDE_SOURCE;
}

static bool is_refilled(struct attempt *attempt)
{
	if (!scene_feeds(attempt->scene) || !feed_refills(attempt->scene, is_held_up(attempt)))
		return false;
	quiescence_forget(&attempt->idle);
	quiescence_forget(&attempt->copier_sleep);
	return true;
}

static void program_look_at_it(struct attempt *attempt)
{
	if (!is_time_to_look(attempt) || is_refilled(attempt))
		return;
	attempt->seen.stalled = is_stalled(attempt);
	if (!attempt->seen.stalled) {
		program_look(&attempt->idle, &attempt->scene->tracer);
	} else if (scene_feeds(attempt->scene)) {
		/* It is looked at anew once who refilled the source waits for the act, too. */
		feed_end(attempt->scene);
		attempt->seen.stalled = false;
	}
}

/* It sleeps elsewhere: it has nothing to copy. */
static bool program_is_idle(const struct attempt *attempt)
{
	return quiescence_lasts(&attempt->idle, LIMIT_OF(PROGRAM_IDLE));
}

/* Who may be waiting may as well run on. */
static const struct task *program_runner(const struct attempt *attempt)
{
	return program_waiter(&attempt->scene->tracer, &attempt->scene->sides, awaited(attempt));
}

/* Of its processes the act is upon the one that waits. */
static void program_keep_stall(struct attempt *attempt)
{
	struct scene *scene = attempt->scene;

	if (scene->actor == scene->copier)
		scene->actor = tracer_leader(&scene->tracer, attempt->stall.task);
	program_describe(&attempt->evidence, attempt->stall.task);
}

static bool program_may_await(const struct attempt *attempt, enum side side)
{
	return sides_awaits(&attempt->scene->sides, attempt->stall.task, side);
}

/* The one thread that waits. */
static bool program_sample(const struct attempt *attempt, struct proc_sample *sample)
{
	return proc_sample_thread(attempt->stall.task->tid, sample);
}

/* --- It has not come to wait --- */

static const char *end_word(const struct attempt *attempt)
{
	return awaited(attempt) == SIDE_SINK ? "sink" : "source";
}

static void tell_end(struct attempt *attempt, int status)
{
	char *fault = attempt->fault;
	const size_t size = sizeof(attempt->fault);

	if (attempt->scene->report->error)
		snprintf(fault, size, "the program cannot be executed: %s",
			 strerror(attempt->scene->report->error));
	else if (WIFSIGNALED(status))
		snprintf(fault, size,
			 "the program died by signal %d (%s) before it waited for its %s",
			 WTERMSIG(status), strsignal(WTERMSIG(status)), end_word(attempt));
	else
		snprintf(fault, size, "the program ended with %d before it waited for its %s",
			 WEXITSTATUS(status), end_word(attempt));
}

/*
 * Return: what a thread of it sleeps in, or makes, at present, and rather one that is about the
 * copy; NULL where none is known.
 */
static const struct task *any_in_call(const struct attempt *attempt)
{
	const struct tracer *tracer = &attempt->scene->tracer;
	const struct sides *sides = &attempt->scene->sides;
	const struct task *waiter = program_waiter(tracer, sides, awaited(attempt));

	if (!waiter)
		waiter = program_waiter(tracer, sides,
					awaited(attempt) == SIDE_SINK ? SIDE_SOURCE : SIDE_SINK);
	if (waiter)
		return waiter;
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i].followed && tracer->tasks[i].in_call)
			return &tracer->tasks[i];
	}
	return NULL;
}

static void tell_doings(struct attempt *attempt)
{
	const struct task *task = any_in_call(attempt);
	const int64_t taken = feed_taken(attempt->scene);
	struct text call = { 0 }, took = { 0 };

	if (taken) {
		text_add(&took, "took ");
		call_bytes(&took, taken);
		text_add(&took, " from its source and ");
	}
	if (task)
		call_decode(&call, &task->call, side_name(sides_in(&attempt->scene->sides, task)),
			    side_name(sides_out(&attempt->scene->sides, task)));
	snprintf(attempt->fault, sizeof(attempt->fault),
		 "the program %.60sdid not come to wait for its %s%s%.90s", took.bytes,
		 end_word(attempt), task ? ", it was in " : "", call.bytes);
	program_describe_all(&attempt->evidence, &attempt->scene->tracer);
}

/* What runs on is no fault of the program's. */
static void program_keep_fault(struct attempt *attempt)
{
	struct scene *scene = attempt->scene;

	if (attempt_spins(attempt))
		return;
	if (scene_copier_over(scene))
		tell_end(attempt, scene->copier->status);
	else
		tell_doings(attempt);
	attempt_fault(attempt, attempt->fault);
}

/* --- From then on --- */

/*
 * It is where it was also when a signal had it begin its call anew, or when it waits in turns;
 * waits hold nothing, and other things than the source may end them.
 */
static bool program_stays(const struct attempt *attempt)
{
	const struct calling *stall = &attempt->stall;

	return calling_lasts(stall) || call_role(&stall->call) != CALL_COPIES ||
	       (stall->task->in_call && call_alike(&stall->task->call, &stall->call));
}

/* Waits hold nothing, and it may wait in turns: in the same call again is good enough. */
static bool program_sleeps_on(const struct attempt *attempt)
{
	return call_role(&attempt->stall.call) != CALL_COPIES || attempt_sleeps_on(attempt);
}

static void program_look_on(struct attempt *attempt)
{
	if (calling_lasts(&attempt->stall))
		quiescence_forget(&attempt->idle);
	else if (is_time_to_look(attempt))
		program_look(&attempt->idle, &attempt->scene->tracer);
}

/* Is it over, or asleep again, after the stall? */
static bool program_is_over(const struct attempt *attempt)
{
	return scene_copier_over(attempt->scene) ||
	       quiescence_lasts(&attempt->idle, LIMIT_OF(PROGRAM_REST));
}

/*
 * Its sink has been emptied further than it was filled: with much to write it may take longer than
 * anybody waits for it.
 */
static bool program_may_go_on(const struct attempt *attempt)
{
	return attempt->scene->stall == STALL_SINK && attempt->scene->report->received > 0;
}

static void program_tell(const struct attempt *attempt, struct text *text)
{
	steps_describe(&attempt->steps, true, text);
	program_describe_cascade(attempt, text);
}

const struct copier_kind program_copier = {
	.is_fed = true,
	.open = program_open,
	.start = program_start,
	.kill_orphans = proc_kill_children,
	.look = program_look_at_it,
	.is_idle = program_is_idle,
	.runner = program_runner,
	.keep_fault = program_keep_fault,
	.keep_stall = program_keep_stall,
	.may_await = program_may_await,
	.sample = program_sample,
	.stays = program_stays,
	.sleeps_on = program_sleeps_on,
	.look_on = program_look_on,
	.is_over = program_is_over,
	.may_go_on = program_may_go_on,
	.is_step = program_is_step,
	.wants_return = program_wants_return,
	.describe = program_tell,
};
