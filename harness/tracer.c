// SPDX-License-Identifier: GPL-2.0-only
#include "tracer.h"

#include "clock.h"
#include "proc.h"

#include <elf.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYSCALL_STOP (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */
#define OPTIONS \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT | PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE | \
	 PTRACE_O_EXITKILL)

/* Kernel 5.3; older C libraries do not name it. */
#ifndef PTRACE_GET_SYSCALL_INFO
#define PTRACE_GET_SYSCALL_INFO 0x420e
#endif
enum { INFO_ENTRY = 1, INFO_EXIT = 2 };

/* struct ptrace_syscall_info of ptrace(2), as far as it is used here. */
struct syscall_info {
	uint8_t op;
	uint8_t pad[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	union {
		struct {
			uint64_t nr;
			uint64_t args[CALL_ARGS];
		} entry;
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
	};
};

int tracer_start(struct tracer *tracer)
{
	sigset_t chld;

	memset(tracer, 0, sizeof(*tracer));
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	tracer->sigchld = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
	return tracer->sigchld < 0 ? -errno : 0;
}

void tracer_stop(struct tracer *tracer)
{
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i].pidfd >= 0)
			close(tracer->tasks[i].pidfd);
	}
	close(tracer->sigchld);
}

static struct task *find(struct tracer *tracer, pid_t tid)
{
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i].tid == tid)
			return &tracer->tasks[i];
	}
	return NULL;
}

static struct task *add(struct tracer *tracer, pid_t tid, pid_t pid)
{
	struct task *task;

	if (tracer->count == TRACER_TASKS) {
		errno = EMFILE;
		return NULL;
	}
	task = &tracer->tasks[tracer->count++];
	*task = (struct task){ .tid = tid, .pid = pid, .pidfd = -1 };
	return task;
}

/* A new thread is first seen by its own stop: its creator's report of it may come later. */
static struct task *add_thread(struct tracer *tracer, pid_t tid)
{
	pid_t pid = proc_thread_group(tid);

	return add(tracer, tid, pid > 0 ? pid : tid);
}

/* ESRCH means that it was killed meanwhile; waitpid() will tell. */
static void resume(const struct task *task, int signal)
{
	ptrace(PTRACE_SYSCALL, task->tid, NULL, (void *)(long)signal);
}

struct task *tracer_adopt(struct tracer *tracer, pid_t pid)
{
	struct task *task = add(tracer, pid, pid);

	if (task)
		task->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return task;
}

struct task *tracer_seize(struct tracer *tracer, pid_t pid)
{
	struct task *task = tracer_adopt(tracer, pid);

	if (!task)
		return NULL;
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)OPTIONS) < 0)
		return NULL;
	/* Into a first stop, so that resume() starts the reporting of its calls. */
	return ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0 ? NULL : task;
}

void tracer_gate(struct task *leader, struct gate gate)
{
	leader->gate = gate;
	leader->gate.set = true;
}

struct task *tracer_held(struct tracer *tracer, pid_t pid)
{
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i].pid == pid && tracer->tasks[i].held)
			return &tracer->tasks[i];
	}
	return NULL;
}

void tracer_let_go(struct tracer *tracer, struct task *task)
{
	struct task *leader = find(tracer, task->pid);

	if (leader)
		leader->gate.set = false;
	task->held = false;
	resume(task, 0);
}

void tracer_interrupt(struct task *task)
{
	ptrace(PTRACE_INTERRUPT, task->tid, NULL, NULL);
}

bool tracer_ended(struct tracer *tracer, pid_t pid)
{
	const struct task *leader = find(tracer, pid);

	/* A leader is reported, by pidfd and by waitpid(2), after all its threads. */
	return !leader || leader->ended_at;
}

/*
 * Before PTRACE_GET_SYSCALL_INFO (5.3) the registers have to be known per
 * architecture. Return: false where they are not.
 */
static bool info_from_registers(const struct task *task, struct syscall_info *info)
{
#if defined(__x86_64__) || defined(__aarch64__)
	struct user_regs_struct regs;
	struct iovec io = { .iov_base = &regs, .iov_len = sizeof(regs) };

	if (ptrace(PTRACE_GETREGSET, task->tid, (void *)NT_PRSTATUS, &io) < 0)
		return false;
#if defined(__x86_64__)
	const uint64_t args[] = { regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9 };
	const uint64_t nr = regs.orig_rax;
	const int64_t result = (int64_t)regs.rax;
#else
	const uint64_t *args = (const uint64_t *)regs.regs;
	const uint64_t nr = regs.regs[8];
	const int64_t result = (int64_t)regs.regs[0];
#endif
	if (task->in_call) {
		info->op = INFO_EXIT;
		info->exit.rval = result;
	} else {
		info->op = INFO_ENTRY;
		info->entry.nr = nr;
		memcpy(info->entry.args, args, sizeof(info->entry.args));
	}
	return true;
#else
	(void)task;
	(void)info;
	return false;
#endif
}

static bool get_info(const struct task *task, struct syscall_info *info)
{
	if (ptrace(PTRACE_GET_SYSCALL_INFO, task->tid, (void *)sizeof(*info), info) > 0)
		return true;
	return errno == EIO && info_from_registers(task, info);
}

static bool at_gate(struct tracer *tracer, const struct task *task)
{
	const struct task *leader = find(tracer, task->pid);
	const struct gate *gate = leader ? &leader->gate : NULL;

	return gate && gate->set && gate->nr == task->call.nr &&
	       gate->thread == (task->tid != task->pid) &&
	       (gate->fd < 0 || gate->fd == (int)task->call.args[0]);
}

static void on_entry(struct tracer *tracer, struct task *task, const struct syscall_info *info)
{
	task->call.nr = (long)info->entry.nr;
	memcpy(task->call.args, info->entry.args, sizeof(task->call.args));
	task->in_call = true;
	task->serial++;
	task->entered_at = clock_now();
	if (tracer->on_call)
		tracer->on_call(tracer->arg, task);
	if (at_gate(tracer, task))
		task->held = true;
	else
		resume(task, 0);
}

static void on_exit_stop(struct tracer *tracer, struct task *task, const struct syscall_info *info)
{
	task->in_call = false;
	task->left_at = clock_now();
	task->result = info->exit.rval;
	if (tracer->on_call)
		tracer->on_call(tracer->arg, task);
	resume(task, 0);
}

static void on_syscall_stop(struct tracer *tracer, struct task *task)
{
	struct syscall_info info = { 0 };

	if (!get_info(task, &info))
		resume(task, 0);
	else if (info.op == INFO_ENTRY)
		on_entry(tracer, task, &info);
	else
		on_exit_stop(tracer, task, &info);
}

static void on_stop(struct tracer *tracer, struct task *task, int status)
{
	int signal = WSTOPSIG(status), event = status >> 16;

	task->stopped_at = clock_now();
	if (signal == SYSCALL_STOP) {
		on_syscall_stop(tracer, task);
		return;
	}
	if (event == PTRACE_EVENT_EXIT)
		task->exiting_at = clock_now();
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

/*
 * A child that ended is looked at once more before it is reaped: how long it
 * had to wait for a CPU is known only until then.
 */
static void handle(struct tracer *tracer, struct task *task, bool ended)
{
	struct proc_sample last;
	int status;

	if (ended && proc_sample_thread(task->tid, &last))
		task->starved = last.starved;
	if (waitpid(task->tid, &status, __WALL | WNOHANG) <= 0)
		return;
	if (WIFSTOPPED(status))
		on_stop(tracer, task, status);
	else
		on_end(task, status);
}

static void reap(struct tracer *tracer)
{
	siginfo_t child;

	for (;;) {
		struct task *task;

		child.si_pid = 0;
		if (waitid(P_ALL, 0, &child, WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL) < 0 ||
		    !child.si_pid)
			return;
		task = find(tracer, child.si_pid);
		if (!task)
			task = add_thread(tracer, child.si_pid);
		if (!task)
			return;
		handle(tracer, task, child.si_code != CLD_TRAPPED && child.si_code != CLD_STOPPED);
	}
}

/* Sleep until something happens to a tracee, or until @until. */
static void wait_for_event(struct tracer *tracer, int64_t until)
{
	struct pollfd fds[TRACER_TASKS + 1] = { { .fd = tracer->sigchld, .events = POLLIN } };
	const struct timespec timeout = clock_timeout(until);
	struct signalfd_siginfo drain[8];

	for (int i = 0; i < tracer->count; i++) {
		const struct task *task = &tracer->tasks[i];

		fds[i + 1].fd = task->ended_at ? -1 : task->pidfd;
		fds[i + 1].events = POLLIN;
	}
	if (ppoll(fds, (nfds_t)tracer->count + 1, &timeout, NULL) <= 0)
		return;
	for (int i = 0; i < tracer->count; i++) {
		if (fds[i + 1].revents)
			tracer->tasks[i].ended_at = clock_now();
	}
	while (read(tracer->sigchld, drain, sizeof(drain)) > 0)
		;
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
