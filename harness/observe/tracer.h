/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only user of ptrace(2): follows the processes of one scene with
 * PTRACE_SEIZE, sees each enter and leave its system calls, and can hold a
 * thread at the entry of one call until told to let it go.
 *
 * The tracees die with their tracer (PTRACE_O_EXITKILL), so that a supervisor
 * killed at any moment leaves nothing behind. No function here waits longer
 * than its deadline.
 */
#ifndef COPYHANG_TRACER_H
#define COPYHANG_TRACER_H

#include "calls.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** struct gate - the call at whose entry a thread is held. */
struct gate {
	bool set;
	long nr;
	int fd;      /* its first argument, or -1: any */
	bool thread; /* hold another thread than the process's first */
};

/** struct task - one thread of a traced process; times are 0 until it happens, then the latest. */
struct task {
	pid_t tid, pid;
	const char *name; /* who it is, to people; NULL: a thread or descendant of who has one */
	bool followed;    /* of a program with all its descendants, see tracer_follow() */
	bool filtered;    /* has the filter of filter.h: it tells of its calls */
	bool waits;       /* stopped where tracee_wait() is, until it is to begin */
	bool begun;       /* from then on its calls are told, */
	bool lives_on;    /* it outlives what is traced; its part is over where it waits again */
	bool tells_exit;  /* that its exit begins is told, and for how long it was starved */
	bool quiet;       /* until nobody wants to know of them any more */
	bool in_call;     /* between a call's entry and its exit, if that is to be told */
	bool held;        /* stopped at its gate */
	bool ended;       /* reaped, or known gone */
	unsigned serial;  /* counts the calls entered */
	unsigned stops;   /* counts its ptrace stops: a clock may be as coarse as 4 ms */
	struct call call; /* the present one, or the last */
	int64_t result;   /* of the last call that returned; -errno on error */
	int64_t entered_at, left_at, stopped_at, exiting_at, ended_at;
	int status;       /* as of waitpid(2), once ended */
	int64_t starved;  /* once ended: ns it had waited for a CPU in its life */
	struct gate gate; /* kept in the process's first thread */
};

struct tracer {
	struct task *tasks; /* each stays where it is until the next tracer_start() */
	int count;
	bool filtered; /* the filter of filter.h is possible: what is followed is to install it */
	/*
	 * Told whenever a thread has entered a call (in_call) or returned from it; may be NULL.
	 * Return: whether to tell what comes next as well: of the return, and after that of further
	 * calls; of what is followed these are told in any case.
	 */
	bool (*on_call)(void *arg, const struct task *task);
	void *arg;
};

/**
 * tracer_start() - prepare, where the one before is over; blocks SIGCHLD in the caller, and takes
 * it. What still runs is left to the caller.
 */
void tracer_start(struct tracer *tracer);

/**
 * tracer_seize() - follow child @pid and its future threads. Its calls are told once it has come to
 * tracee_wait(), and is let begin. @tells_exit: see struct task.
 * Return: its task, owned by @tracer; NULL with errno set (EPERM: ptrace is
 * forbidden here, for example by Yama's ptrace_scope=3 or by seccomp).
 */
struct task *tracer_seize(struct tracer *tracer, pid_t pid, bool tells_exit);

/**
 * tracer_follow() - follow child @pid with all its threads and descendants, which is going to
 * execute a program; before that it is to install the filter of filter.h, where tracer->filtered.
 * Return: as above.
 */
struct task *tracer_follow(struct tracer *tracer, pid_t pid);

/**
 * tracee_wait() - called by each thread of the child, once that has been seized: wait to be let
 * begin. It stops there, and nothing else does that to it before.
 */
void tracee_wait(void);

/** tracer_begin() - have @task's process go on from there, and its calls told. */
void tracer_begin(struct tracer *tracer, const struct task *task);

/** tracer_find() - Return: the thread @tid, or NULL where there is none, or not any more. */
struct task *tracer_find(const struct tracer *tracer, pid_t tid);

/** tracer_leader() - Return: the first thread of @task's process; @task where that is gone. */
struct task *tracer_leader(const struct tracer *tracer, struct task *task);

/** tracer_follows() - Return: true while any thread of what is followed is there. */
bool tracer_follows(const struct tracer *tracer);

/**
 * tracer_take_back() - the same for child @pid that was seized for another tracer's tasks, and
 * lives on: it waits where it said that its part was over (ended_at), by another tracee_wait(), and
 * goes on from there to the next one; @tells_exit as it was then. Return: as above.
 */
struct task *tracer_take_back(struct tracer *tracer, pid_t pid, bool tells_exit);

/** tracer_adopt() - watch for the end of child @pid without tracing it. Return: as above. */
struct task *tracer_adopt(struct tracer *tracer, pid_t pid);

/** tracer_gate() - hold a process at its next call like this. @leader is its first thread. */
void tracer_gate(struct task *leader, struct gate gate);

/** tracer_held() - Return: the thread of process @pid that waits at its gate, or NULL. */
struct task *tracer_held(const struct tracer *tracer, pid_t pid);

/** tracer_let_go() - let a held thread proceed into its call; its process has no gate any more. */
void tracer_let_go(struct tracer *tracer, struct task *task);

/**
 * tracer_run() - handle what the tracees do until @done says so or @deadline passes.
 * @done is asked after events and every @tick ns; if those are 5 ms or more, less often where it
 * takes long: on a slow machine, where many wait, it would be the asking that takes the time. NULL:
 * run until the deadline. Return: true when @done did.
 */
bool tracer_run(struct tracer *tracer, bool (*done)(void *arg), void *arg, int64_t tick,
		int64_t deadline);

/** tracer_interrupt() - have a thread stop (PTRACE_INTERRUPT): any stop will do, see stopped_at. */
void tracer_interrupt(struct task *task);

/** tracer_ended() - Return: true when process @pid and all its threads have ended. */
bool tracer_ended(const struct tracer *tracer, pid_t pid);

#endif
