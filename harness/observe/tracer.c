// SPDX-License-Identifier: GPL-2.0-only
/* Stops of the tracees, one after the other: what each tells, and how it goes on. */
#include "tracer.h"

#include "clock.h"
#include "filter.h"
#include "proc.h"
#include "shared.h"
#include "tracer_info.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | \
	 PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL)
#define FOLLOW_OPTIONS (OPTIONS | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK)
#define TICK_SHARE 8 /* of the time that it takes already no more is added by a tick, */
#define TICK_MEANT (5 * NS_PER_MS) /* but for shorter ones: they are to find what is soon over */
#define TASKS_MAX (1 << 14)
#define EVENTS_MAX 64 /* dealt with in a row: who waits for something is to be asked, too */

static sigset_t only_sigchld(void)
{
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	return chld;
}

/* For one tracer after the other. */
static struct task *have_tasks(void)
{
	static struct task *tasks;

	if (!tasks)
		tasks = own_memory(TASKS_MAX * sizeof(*tasks));
	return tasks;
}

void tracer_start(struct tracer *tracer)
{
	const sigset_t chld = only_sigchld();

	memset(tracer, 0, sizeof(*tracer));
	sigprocmask(SIG_BLOCK, &chld, NULL);
	tracer->filtered = filter_is_possible();
	tracer->tasks = have_tasks();
}

static struct task *add(struct tracer *tracer, pid_t tid, pid_t pid)
{
	struct task *task;

	if (!tracer->tasks || tracer->count == TASKS_MAX) {
		errno = ENOMEM;
		return NULL;
	}
	task = &tracer->tasks[tracer->count++];
	*task = (struct task){ .tid = tid, .pid = pid, .begun = true };
	return task;
}

/* A new thread, or process: only what is followed makes processes that are traced. */
static struct task *add_thread(struct tracer *tracer, pid_t tid)
{
	const pid_t group = proc_thread_group(tid);
	const pid_t pid = group > 0 ? group : tid;
	const struct task *leader = tracer_find(tracer, pid);
	struct task *task = add(tracer, tid, pid);

	if (!task)
		return NULL;
	task->followed = leader ? leader->followed : true;
	task->filtered = leader ? leader->filtered : tracer->filtered;
	task->tells_exit = leader ? leader->tells_exit : true;
	task->begun = leader ? leader->begun : true;
	return task;
}

/*
 * On to its next call, if that is to be told, or, where a filter tells of those, only to the end of
 * the one it is in. ESRCH means that it was killed meanwhile; waitpid() will tell.
 */
static void resume(const struct task *task, int signal)
{
	const bool runs = !task->begun || task->quiet || (task->filtered && !task->in_call);

	ptrace(runs ? PTRACE_CONT : PTRACE_SYSCALL, task->tid, NULL, (void *)(long)signal);
}

struct task *tracer_adopt(struct tracer *tracer, pid_t pid)
{
	return add(tracer, pid, pid);
}

static struct task *seize(struct tracer *tracer, pid_t pid, long options)
{
	struct task *task = tracer_adopt(tracer, pid);

	if (!task)
		return NULL;
	task->begun = false;
	return ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0 ? NULL : task;
}

struct task *tracer_seize(struct tracer *tracer, pid_t pid, bool tells_exit)
{
	struct task *task = seize(tracer, pid, OPTIONS | (tells_exit ? PTRACE_O_TRACEEXIT : 0));

	if (task)
		task->tells_exit = tells_exit;
	return task;
}

struct task *tracer_take_back(struct tracer *tracer, pid_t pid, bool tells_exit)
{
	struct task *task = tracer_adopt(tracer, pid);

	if (!task)
		return NULL;
	task->begun = false;
	task->tells_exit = tells_exit;
	resume(task, 0);
	return task;
}

struct task *tracer_follow(struct tracer *tracer, pid_t pid)
{
	struct task *task = seize(tracer, pid, FOLLOW_OPTIONS);

	if (!task)
		return NULL;
	task->followed = task->tells_exit = true;
	task->filtered = tracer->filtered;
	return task;
}

void tracee_wait(void)
{
	raise(SIGSTOP);
}

void tracer_begin(struct tracer *tracer, const struct task *task)
{
	for (int i = 0; i < tracer->count; i++) {
		struct task *thread = &tracer->tasks[i];

		if (thread->pid != task->pid || !thread->waits)
			continue;
		thread->begun = true;
		thread->waits = false;
		resume(thread, 0);
	}
}

void tracer_gate(struct task *leader, struct gate gate)
{
	leader->gate = gate;
	leader->gate.set = true;
}

void tracer_let_go(struct tracer *tracer, struct task *task)
{
	struct task *leader = tracer_find(tracer, task->pid);

	if (leader)
		leader->gate.set = false;
	task->held = false;
	task->entered_at = clock_now();
	resume(task, 0);
}

void tracer_interrupt(struct task *task)
{
	ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL);
}

static bool at_gate(struct tracer *tracer, const struct task *task)
{
	const struct task *leader = tracer_find(tracer, task->pid);
	const struct gate *gate = leader ? &leader->gate : NULL;

	return gate && gate->set && gate->nr == task->call.nr &&
	       gate->thread == (task->tid != task->pid) &&
	       (gate->fd < 0 || gate->fd == (int)task->call.args[0]);
}

/* Of what is followed only returns can be spared, and only where a filter tells of the calls. */
static void tell_no_more(struct task *task)
{
	if (task->followed) {
		task->in_call &= !task->filtered;
		return;
	}
	task->quiet = true;
	task->in_call = false;
}

static void on_entry(struct tracer *tracer, struct task *task, const struct tracer_info *info)
{
	task->call = info->call;
	task->in_call = true;
	task->serial++;
	task->entered_at = clock_now();
	if (tracer->on_call && !tracer->on_call(tracer->arg, task))
		tell_no_more(task);
	if (at_gate(tracer, task))
		task->held = true;
	else
		resume(task, 0);
}

static void on_exit_stop(struct tracer *tracer, struct task *task, const struct tracer_info *info)
{
	task->in_call = false;
	task->left_at = clock_now();
	task->result = info->result;
	if (tracer->on_call && !tracer->on_call(tracer->arg, task))
		tell_no_more(task);
	resume(task, 0);
}

static void on_syscall_stop(struct tracer *tracer, struct task *task, bool entry)
{
	struct tracer_info info;

	if (!tracer_info(task->tid, entry, &info))
		resume(task, 0);
	else if (info.entry)
		on_entry(tracer, task, &info);
	else
		on_exit_stop(tracer, task, &info);
}

/* The thread that executes a program goes on as its process's first; no other is left. */
static void on_exec(struct tracer *tracer, struct task *leader)
{
	unsigned long former = 0;
	struct task *task;

	ptrace(PTRACE_GETEVENTMSG, leader->tid, NULL, &former);
	task = tracer_find(tracer, (pid_t)former);
	if (!task || task == leader)
		return;
	leader->in_call = task->in_call;
	leader->call = task->call;
	leader->serial++;
	task->ended = true;
	task->in_call = false;
	task->ended_at = clock_now();
}

/* So that it is known before its creator's end is, and not taken for gone when it is. */
static void on_creation(struct tracer *tracer, const struct task *creator)
{
	unsigned long created = 0;

	ptrace(PTRACE_GETEVENTMSG, creator->tid, NULL, &created);
	if (created && !tracer_find(tracer, (pid_t)created) &&
	    proc_thread_group((pid_t)created) > 0)
		add_thread(tracer, (pid_t)created);
}

/* It stays there until it is taken back. */
static void on_part_over(struct task *task)
{
	task->in_call = false;
	task->ended_at = clock_now();
}

static void on_stop(struct tracer *tracer, struct task *task, int status)
{
	/* As waitid(2) tells it: of waitpid(2)'s status what is above its lowest byte. */
	int signal = status & 0xff, event = status >> 8;

	task->stops++;
	task->stopped_at = clock_now();
	if (!task->begun && !event && signal == SIGSTOP) {
		task->waits = true;
		return;
	}
	if (task->lives_on && !event && signal == SIGSTOP) {
		on_part_over(task);
		return;
	}
	if (signal == SYSCALL_STOP || event == PTRACE_EVENT_SECCOMP) {
		on_syscall_stop(tracer, task, event || !task->in_call);
		return;
	}
	if (event == PTRACE_EVENT_EXIT)
		task->exiting_at = clock_now();
	if (event == PTRACE_EVENT_EXEC)
		on_exec(tracer, task);
	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
	    event == PTRACE_EVENT_CLONE)
		on_creation(tracer, task);
	/* What the event was only asks to go on; it does not stay stopped by SIGSTOP, either. */
	resume(task, event || signal == SIGSTOP ? 0 : signal);
}

static void on_end(struct task *task, int status)
{
	task->ended = true;
	task->held = task->in_call = false;
	task->status = status;
	if (!task->ended_at)
		task->ended_at = clock_now();
}

static struct task *find_or_add(struct tracer *tracer, pid_t tid)
{
	struct task *task = tracer_find(tracer, tid);

	return task ? task : add_thread(tracer, tid);
}

static void handle_stop(struct tracer *tracer)
{
	siginfo_t child = { .si_pid = 0 };
	struct task *task;

	if (waitid(P_ALL, 0, &child, WSTOPPED | WNOHANG | __WALL) < 0 || !child.si_pid)
		return;
	task = find_or_add(tracer, child.si_pid);
	if (task)
		on_stop(tracer, task, child.si_status);
}

/*
 * A child that ended is looked at once more before it is reaped: how long it
 * had to wait for a CPU is known only until then. Return: true while there was one, or a stop.
 */
static bool handle_next(struct tracer *tracer)
{
	siginfo_t child = { .si_pid = 0 };
	struct task *task;
	int status;

	if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 || !child.si_pid)
		return false;
	/* Stops of tracees are told in any case. */
	if (child.si_code == CLD_TRAPPED || child.si_code == CLD_STOPPED) {
		handle_stop(tracer);
		return true;
	}
	task = find_or_add(tracer, child.si_pid);
	if (!task)
		return false;
	if (task->tells_exit)
		task->starved = proc_starved(task->tid);
	if (waitpid(task->tid, &status, __WALL | WNOHANG) == task->tid)
		on_end(task, status);
	return true;
}

/* After a signal it is most likely one stop, that need not be looked for first. */
static void reap(struct tracer *tracer, bool signalled)
{
	if (signalled)
		handle_stop(tracer);
	for (int i = 0; i < EVENTS_MAX && handle_next(tracer); i++)
		;
}

/*
 * Sleep until something happens to a child, or until @until. There is never more than one of the
 * signal; what it stands for is asked for anyway. Return: was there a signal?
 */
static bool wait_for_event(int64_t until)
{
	const struct timespec timeout = clock_timeout(until);
	const sigset_t chld = only_sigchld();

	return sigtimedwait(&chld, NULL, &timeout) == SIGCHLD;
}

bool tracer_run(struct tracer *tracer, bool (*done)(void *arg), void *arg, int64_t tick,
		int64_t deadline)
{
	const int64_t begun = clock_now();
	bool signalled = false;

	for (;;) {
		int64_t now, rest;

		reap(tracer, signalled);
		if (done && done(arg))
			return true;
		now = clock_now();
		if (now >= deadline)
			return false;
		rest = (now - begun) / TICK_SHARE;
		if (rest < tick || tick < TICK_MEANT)
			rest = tick;
		signalled = wait_for_event(deadline - now < rest ? deadline : now + rest);
	}
}
