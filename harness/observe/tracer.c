// SPDX-License-Identifier: GPL-2.0-only
/* Stops of the tracees, one after the other: what each tells, and how it goes on. */
#include "tracer.h"

#include "clock.h"
#include "filter.h"
#include "proc.h"
#include "tracer_info.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | \
	 PTRACE_O_EXITKILL)
#define FOLLOW_OPTIONS (OPTIONS | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACESECCOMP)
#define EVENTS_MAX 64 /* dealt with in a row: who waits for something is to be asked, too */

int tracer_start(struct tracer *tracer)
{
	sigset_t chld;

	memset(tracer, 0, sizeof(*tracer));
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	tracer->filtered = filter_is_possible();
	tracer->sigchld = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	return tracer->sigchld < 0 ? -errno : 0;
}

void tracer_stop(struct tracer *tracer)
{
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i]->pidfd >= 0)
			close(tracer->tasks[i]->pidfd);
		free(tracer->tasks[i]);
	}
	free(tracer->tasks);
	close(tracer->sigchld);
}

static bool make_room(struct tracer *tracer)
{
	const int room = tracer->room ? 2 * tracer->room : 16;
	struct task **tasks;

	if (tracer->count < tracer->room)
		return true;
	tasks = realloc(tracer->tasks, (size_t)room * sizeof(struct task *));
	if (!tasks)
		return false;
	tracer->tasks = tasks;
	tracer->room = room;
	return true;
}

static struct task *add(struct tracer *tracer, pid_t tid, pid_t pid)
{
	struct task *task = make_room(tracer) ? calloc(1, sizeof(*task)) : NULL;

	if (!task)
		return NULL;
	*task = (struct task){ .tid = tid, .pid = pid, .pidfd = -1 };
	tracer->tasks[tracer->count++] = task;
	return task;
}

/* A new thread, or process: only what is followed makes processes that are traced. */
static struct task *add_thread(struct tracer *tracer, pid_t tid)
{
	const pid_t group = proc_thread_group(tid);
	const pid_t pid = group > 0 ? group : tid;
	const struct task *leader = tracer_find(tracer, pid);
	struct task *task = add(tracer, tid, pid);

	if (task)
		task->followed = leader ? leader->followed : true;
	return task;
}

static bool has_filter(const struct tracer *tracer, const struct task *task)
{
	return tracer->filtered && task->followed;
}

/*
 * On to its next call, or, where a filter tells of those, only to the end of the one it is in.
 * ESRCH means that it was killed meanwhile; waitpid() will tell.
 */
static void resume(const struct tracer *tracer, const struct task *task, int signal)
{
	const bool runs = has_filter(tracer, task) && !task->in_call;

	ptrace(runs ? PTRACE_CONT : PTRACE_SYSCALL, task->tid, NULL, (void *)(long)signal);
}

struct task *tracer_adopt(struct tracer *tracer, pid_t pid)
{
	struct task *task = add(tracer, pid, pid);

	if (task)
		task->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return task;
}

static struct task *seize(struct tracer *tracer, pid_t pid, long options)
{
	struct task *task = tracer_adopt(tracer, pid);

	if (!task)
		return NULL;
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0)
		return NULL;
	/* Into a first stop, so that resume() starts the reporting of its calls. */
	return ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 ? NULL : task;
}

struct task *tracer_seize(struct tracer *tracer, pid_t pid)
{
	return seize(tracer, pid, OPTIONS);
}

struct task *tracer_follow(struct tracer *tracer, pid_t pid)
{
	struct task *task = seize(tracer, pid, FOLLOW_OPTIONS);

	if (task)
		task->followed = true;
	return task;
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
	resume(tracer, task, 0);
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

static void on_entry(struct tracer *tracer, struct task *task, const struct tracer_info *info)
{
	task->call = info->call;
	task->in_call = true;
	task->serial++;
	task->entered_at = clock_now();
	if (tracer->on_call && !tracer->on_call(tracer->arg, task))
		task->in_call = !has_filter(tracer, task);
	if (at_gate(tracer, task))
		task->held = true;
	else
		resume(tracer, task, 0);
}

static void on_exit_stop(struct tracer *tracer, struct task *task, const struct tracer_info *info)
{
	task->in_call = false;
	task->left_at = clock_now();
	task->result = info->result;
	if (tracer->on_call)
		tracer->on_call(tracer->arg, task);
	resume(tracer, task, 0);
}

static void on_syscall_stop(struct tracer *tracer, struct task *task, bool entry)
{
	struct tracer_info info;

	if (!tracer_info(task->tid, entry, &info))
		resume(tracer, task, 0);
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

static void on_stop(struct tracer *tracer, struct task *task, int status)
{
	/* As waitid(2) tells it: of waitpid(2)'s status what is above its lowest byte. */
	int signal = status & 0xff, event = status >> 8;

	task->stops++;
	task->stopped_at = clock_now();
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
	resume(tracer, task, event || signal == SIGSTOP ? 0 : signal);
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

/* Return: true while there was a stop to be dealt with. */
static bool handle_stop(struct tracer *tracer)
{
	siginfo_t child = { .si_pid = 0 };
	struct task *task;

	if (waitid(P_ALL, 0, &child, WSTOPPED | WNOHANG | __WALL) < 0 || !child.si_pid)
		return false;
	task = find_or_add(tracer, child.si_pid);
	if (task)
		on_stop(tracer, task, child.si_status);
	return task;
}

/*
 * A child that ended is looked at once more before it is reaped: how long it
 * had to wait for a CPU is known only until then. Return: true while there was one.
 */
static bool handle_end(struct tracer *tracer)
{
	siginfo_t child = { .si_pid = 0 };
	struct task *task;
	int status;

	if (waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT | __WALL) < 0 || !child.si_pid)
		return false;
	/* Stops of tracees are told in any case; this one has only just come about. */
	if (child.si_code == CLD_TRAPPED || child.si_code == CLD_STOPPED)
		return true;
	task = find_or_add(tracer, child.si_pid);
	if (!task)
		return false;
	task->starved = proc_starved(task->tid);
	if (waitpid(task->tid, &status, __WALL | WNOHANG) == task->tid)
		on_end(task, status);
	return true;
}

static void reap(struct tracer *tracer)
{
	for (int i = 0; i < EVENTS_MAX && (handle_stop(tracer) || handle_end(tracer)); i++)
		;
}

/* Sleep until something happens to a tracee, or until @until. */
static void wait_for_event(struct tracer *tracer, int64_t until)
{
	struct pollfd fds[TRACER_CHILDREN + 1] = { { .fd = tracer->sigchld, .events = POLLIN } };
	struct task *watched[TRACER_CHILDREN];
	const struct timespec timeout = clock_timeout(until);
	struct signalfd_siginfo drain[8];
	int count = 0;

	for (int i = 0; i < tracer->count && count < TRACER_CHILDREN; i++) {
		struct task *task = tracer->tasks[i];

		if (task->ended_at || task->pidfd < 0)
			continue;
		watched[count++] = task;
		fds[count] = (struct pollfd){ .fd = task->pidfd, .events = POLLIN };
	}
	if (ppoll(fds, (nfds_t)count + 1, &timeout, NULL) <= 0)
		return;
	for (int i = 0; i < count; i++) {
		if (fds[i + 1].revents)
			watched[i]->ended_at = clock_now();
	}
	/* There is never more than one of it; what it stands for is asked for anyway. */
	if (read(tracer->sigchld, drain, sizeof(drain)) < 0)
		return;
}

bool tracer_run(struct tracer *tracer, bool (*done)(void *arg), void *arg, int64_t tick,
		int64_t deadline)
{
	for (;;) {
		int64_t next;

		reap(tracer);
		if (done && done(arg))
			return true;
		next = clock_now() + tick;
		if (next > deadline) {
			if (clock_now() >= deadline)
				return false;
			next = deadline;
		}
		wait_for_event(tracer, next);
	}
}
