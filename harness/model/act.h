/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Acts: what is done while a copy is stalled, and whose end is awaited. An act
 * is a row of a table (cases/acts.c). Its actor is held at the entry of the
 * act's system call until the copy is seen to stall. If the act takes long, a control,
 * identical but for a pipe that nobody copies into, does the same meanwhile.
 */
#ifndef COPYHANG_ACT_H
#define COPYHANG_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The descriptors of copier and bystander. */
enum { FD_SOURCE = 0, FD_SINK = 1, FD_SHARED = 0, FD_SPARE = 2 };

enum actor {
	ACTOR_BYSTANDER, /* holds the other end of the copier's sink, at FD_SHARED */
	ACTOR_COPIER,
};

enum completion {
	PROCESS_ENDS, /* the actor's whole process is to end */
	THREAD_ENDS,  /* the thread that performs is to end */
	/*
	 * The one call is to return to its program, which its next call shows: a descriptor
	 * that was dropped in it may be closed only after its syscall-exit stop (task_work).
	 */
	CALL_RETURNS,
	TASK_STOPS,   /* the actor is to stop, or to be stopped by its tracer */
	FIXTURE_SAYS, /* ... the act fixture is to say so */
};

struct endpoint;
struct report;
struct waking;

enum performer { THE_ACTOR, THE_CONTROL };

/** struct act_setting - whom an act fixture serves: actor and control, which exist and wait. */
struct act_setting {
	const struct endpoint *sink;
	int control_holds; /* what the control holds in the place of the bystander's */
	pid_t actor, control;
};

/**
 * struct act_fixture - what an act needs besides its actor. All is called in the supervisor.
 */
struct act_fixture {
	/*
	 * Prepare. Return: the line to a cleanup process (cleanup.h), which puts right what the
	 * act did before the copy may go on; or -errno, *missing saying what this machine lacks
	 * where that is the cause.
	 */
	int (*set)(const struct act_setting *setting, const char **missing);
	/* An act from outside: do it, and is it over? NULL: it is no such act. */
	bool (*act)(enum performer performer);
	bool (*over)(enum performer performer);
	/* Let go of what is kept for these. NULL: nothing is. */
	void (*clear)(void);
};

struct act {
	const char *name;
	const char *about; /* what is claimed, in one line */
	enum actor actor;
	enum completion completion;

	/*
	 * What the actor does; its system call nr (with descriptor fd, unless
	 * that is -1) is held until the copy stalls. NULL: the copying itself is
	 * all that the copier does.
	 */
	void (*perform)(struct report *report);
	long nr;
	int fd;
	bool in_thread; /* another thread than the process's first makes the call */

	/* 0: the call is the act; else the act comes from outside while the actor sleeps in it. */
	int signal;
	bool interrupt; /* ... and is PTRACE_INTERRUPT */
	const struct act_fixture
		*fixture;   /* ... or is what this does; or this belongs to the call */
	bool catches;       /* the copier has a handler for the signal */
	bool must_succeed;  /* a call that returns an error has not shown anything: broken */
	bool needs_waiting; /* the call is to wait: the control's, too, finds no bytes, or no room
			     */
	bool receives;      /* the bystander then reads the pipe until its end and compares */
	bool again; /* it leaves the bystander as it was, but for descriptors: for the next act */

	const struct waking *waking; /* instead of all that: whom the copy has to wake; or NULL */
};

#endif
