// SPDX-License-Identifier: GPL-2.0-only
/* The tracer on processes whose every move is known. */
#include "tracer.h"

#include "check.h"
#include "clock.h"
#include "filter.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK (5 * NS_PER_MS)

static struct tracer tracer;
static pid_t child;
static bool followed; /* the next child is, with its descendants */
static bool filters;  /* ... has a filter */
static unsigned int returns;
static struct task last;

static bool keep(void *arg, const struct task *task)
{
	(void)arg;
	if (!task->in_call && (task->call.nr == SYS_getppid || task->call.nr == SYS_dup)) {
		returns++;
		last = *task;
	}
	return true;
}

static bool is_held(void *arg)
{
	(void)arg;
	return tracer_held(&tracer, child);
}

static bool is_over(void *arg)
{
	(void)arg;
	return tracer_ended(&tracer, child);
}

/* All of its threads that were seen do, or have been let begin. */
static bool is_waiting(void *arg)
{
	const struct task *first = arg;

	for (int i = 0; i < tracer.count; i++) {
		if (tracer.tasks[i].pid == first->pid && !tracer.tasks[i].begun &&
		    !tracer.tasks[i].waits)
			return false;
	}
	return true;
}

/* Start a child that waits to be followed, does @before, waits to be let begin, and does @body. */
static struct task *follow_after(void (*before)(void), void (*body)(void), const struct gate *gate)
{
	int start[2];
	struct task *task;

	if (pipe(start))
		return NULL;
	child = fork();
	if (!child) {
		char byte;

		close(start[1]);
		(void)!read(start[0], &byte, 1);
		if (before)
			before();
		tracee_wait();
		body();
		_exit(0);
	}
	close(start[0]);
	task = followed ? tracer_follow(&tracer, child) : tracer_seize(&tracer, child, true);
	if (task && gate)
		tracer_gate(task, *gate);
	if (task)
		task->filtered |= filters;
	close(start[1]);
	if (task && tracer_run(&tracer, is_waiting, task, TICK, clock_now() + GIVE_UP))
		tracer_begin(&tracer, task);
	return task;
}

static struct task *follow(void (*body)(void), const struct gate *gate)
{
	return follow_after(NULL, body, gate);
}

static void calls(void)
{
	syscall(SYS_getppid);
	syscall(SYS_dup, -1);
	_exit(7);
}

static void check_calls(void)
{
	struct task *task;

	returns = 0;
	task = follow(calls, NULL);
	CHECK(task && tracer_run(&tracer, is_over, NULL, TICK, clock_now() + GIVE_UP),
	      "a child is followed to its end");
	CHECK(returns == 2, "each of its calls was seen to return");
	CHECK(last.call.nr == SYS_dup && (int)last.call.args[0] == -1 && last.result == -EBADF,
	      "with arguments and result");
	CHECK(task->exiting_at && task->exiting_at <= task->ended_at &&
		      WEXITSTATUS(task->status) == 7,
	      "its exit was seen to begin and to end, with its status");
}

static void check_gate(void)
{
	const struct gate gate = { .nr = SYS_getppid, .fd = -1 };
	struct task *task = follow(calls, &gate);
	bool held = tracer_run(&tracer, is_held, NULL, TICK, clock_now() + GIVE_UP);

	CHECK(held && task->in_call && task->call.nr == SYS_getppid, "a gate holds");
	CHECK(!tracer_run(&tracer, is_over, NULL, TICK, clock_now() + 50 * NS_PER_MS),
	      "until it is opened");
	tracer_let_go(&tracer, task);
	CHECK(tracer_run(&tracer, is_over, NULL, TICK, clock_now() + GIVE_UP),
	      "and then no longer");
}

static void *thread_body(void *arg)
{
	syscall(SYS_getppid);
	return arg;
}

static void threads(void)
{
	pthread_t thread;

	syscall(SYS_getppid);
	if (!pthread_create(&thread, NULL, thread_body, NULL))
		pthread_join(thread, NULL);
	_exit(0);
}

static void check_thread(void)
{
	const struct gate gate = { .nr = SYS_getppid, .fd = -1, .thread = true };
	struct task *task = follow(threads, &gate);
	bool held = tracer_run(&tracer, is_held, NULL, TICK, clock_now() + GIVE_UP);

	CHECK(held && tracer_held(&tracer, child)->tid != task->tid,
	      "a gate for another thread holds that one, not the first");
	if (held)
		tracer_let_go(&tracer, tracer_held(&tracer, child));
	CHECK(tracer_run(&tracer, is_over, NULL, TICK, clock_now() + GIVE_UP),
	      "a process has ended when its last thread has");
}

static void *waiting_body(void *arg)
{
	tracee_wait();
	return thread_body(arg);
}

static void start_waiting(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, waiting_body, NULL))
		_exit(1);
}

static void sleeps(void)
{
	pause();
}

/* What it takes to make a thread is not told; and it begins with the first one. */
static void check_waiting_thread(void)
{
	const struct gate gate = { .nr = SYS_getppid, .fd = -1, .thread = true };
	struct task *task = follow_after(start_waiting, sleeps, &gate);
	bool held = tracer_run(&tracer, is_held, NULL, TICK, clock_now() + GIVE_UP);

	CHECK(held && tracer_held(&tracer, child)->tid != task->tid &&
		      tracer_held(&tracer, child)->serial == 1,
	      "a thread made before the start begins with its process, not before");
	kill(child, SIGKILL);
	CHECK(tracer_run(&tracer, is_over, NULL, TICK, clock_now() + GIVE_UP),
	      "... and ends with it");
}

static void check_deadline(void)
{
	int64_t begun;

	follow(sleeps, NULL);
	begun = clock_now();
	CHECK(!tracer_run(&tracer, is_over, NULL, TICK, begun + 100 * NS_PER_MS),
	      "a child that sleeps for ever is not waited for for ever");
	kill(child, SIGKILL);
	CHECK(tracer_run(&tracer, is_over, NULL, TICK, clock_now() + GIVE_UP), "SIGKILL ends it");
}

/* Its grandchild makes the calls: one that copies, others that do not; and it leaves first. */
static void leaves_a_child(void)
{
	char byte = 0;

	if (tracer.filtered && filter_install())
		_exit(1);
	if (fork())
		_exit(0);
	setsid();
	if (!fork()) {
		syscall(SYS_getppid);
		(void)!write(-1, &byte, 1);
		pause();
	}
	_exit(0);
}

static unsigned int writes;

static bool count_writes(void *arg, const struct task *task)
{
	(void)arg;
	writes += !task->in_call && task->call.nr == SYS_write && task->result == -EBADF;
	return keep(NULL, task);
}

static bool one_written(void *arg)
{
	(void)arg;
	return writes && tracer_ended(&tracer, child);
}

static bool none_followed(void *arg)
{
	(void)arg;
	return !tracer_follows(&tracer);
}

/* @filtered: only calls that copy stop. */
static void check_follow(bool filtered)
{
	const char *how = filtered ? "with a filter" : "by all its calls";

	returns = writes = 0;
	tracer.filtered = filtered;
	tracer.on_call = count_writes;
	followed = true;
	CHECK(follow(leaves_a_child, NULL) &&
		      tracer_run(&tracer, one_written, NULL, TICK, clock_now() + GIVE_UP),
	      "%s a grandchild is followed when its ancestors are gone", how);
	CHECK(returns == !filtered, "... %s", filtered ? "in what copies only" : "in all it does");
	CHECK(tracer_follows(&tracer), "... and known to be there");
	for (int i = 0; i < tracer.count; i++) {
		if (tracer.tasks[i].followed && !tracer.tasks[i].ended)
			kill(tracer.tasks[i].pid, SIGKILL);
	}
	CHECK(tracer_run(&tracer, none_followed, NULL, TICK, clock_now() + GIVE_UP),
	      "... until it ends");
	followed = false;
	tracer.on_call = keep;
}

static void installs(void)
{
	if (filter_install())
		_exit(1);
}

static void copies_once(void)
{
	syscall(SYS_getppid);
	(void)!write(-1, "", 1);
	syscall(SYS_getppid);
}

/* One that is no program may have the filter, too: of its own accord. */
static void check_filtered(void)
{
	struct task *task;

	returns = writes = 0;
	tracer.on_call = count_writes;
	followed = false;
	filters = true;
	task = follow_after(installs, copies_once, NULL);
	CHECK(task && tracer_run(&tracer, is_over, NULL, TICK, clock_now() + GIVE_UP) &&
		      writes == 1 && !returns,
	      "of a child with a filter only what copies is told");
	filters = false;
	tracer.on_call = keep;
}

/* The child of a tracer that dies must die, too. */
static void check_exitkill(void)
{
	int ends[2];
	pid_t supervisor;
	char byte;

	if (pipe(ends))
		return;
	supervisor = fork();
	if (!supervisor) {

		close(ends[0]);
		tracer_start(&tracer);
		follow(sleeps, NULL);
		tracer_run(&tracer, NULL, NULL, TICK, clock_now() + 50 * NS_PER_MS);
		kill(getpid(), SIGKILL);
	}
	close(ends[1]);
	/* The end of this pipe is held by both. */
	CHECK(read(ends[0], &byte, 1) == 0, "when the tracer is killed, so are its tracees");
	waitpid(supervisor, NULL, 0);
	close(ends[0]);
}

int main(void)
{
	ksft_print_header();
	alarm(GIVE_UP / NS_PER_S);
	check_exitkill();
	tracer_start(&tracer);
	tracer.on_call = keep;
	check_calls();
	check_gate();
	check_thread();
	check_waiting_thread();
	check_deadline();
	check_follow(false);
	if (filter_is_possible()) {
		check_follow(true);
		check_filtered();
	}
	return checks_done();
}
