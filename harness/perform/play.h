/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A play is one performance on a scene: it makes the observations that the
 * judge needs. How long it waits for what is told in time_limits.h; those that a
 * verdict depends on grow with the time that the control takes, so that a slow
 * or loaded machine is not taken for a bad kernel.
 */
#ifndef COPYHANG_PLAY_H
#define COPYHANG_PLAY_H

#include "clock.h"
#include "judge.h"
#include "program_threads.h"
#include "rest.h"
#include "scene.h"
#include "steps.h"
#include "text.h"
#include "time_limits.h"

/* How often the copier is looked at until it sleeps. */
#define TICK_STALL NS_PER_MS

enum moment { STALLED, ACT, EXIT_ENTERED, JUDGED, KILLED, RELEASED, ENDED, MOMENTS };

/** struct calling - a thread in one of its calls, and how that returned. */
struct calling {
	struct task *task;
	unsigned int serial;
	struct call call;
	int64_t back_at;    /* its next call was entered; 0: not yet */
	int64_t result;     /* of this one; -errno on error */
	int64_t seen_at;    /* the act was seen to be over; 0: not yet */
	unsigned int stops; /* the thread's, when an act from outside began */
};

struct play {
	struct scene *scene;
	bool probe_kill; /* send SIGKILL before the release */
	struct observation seen;
	int64_t begun;
	int64_t at[MOMENTS];         /* 0: did not happen */
	int killable;                /* 1, 0, or -1: was not tried */
	struct calling stall;        /* the copier in the call it stalls in */
	struct calling act, control; /* the actor and its double in the act's call */
	struct rest rest, control_rest;
	int64_t window;                            /* how long a rest must last */
	uint64_t slept;                            /* switches of who stalls, in that sleep */
	int64_t sink_size;                         /* of a file, before the present call */
	int64_t first_bytes;                       /* that the first call to move any had moved */
	int64_t actor_starved, supervisor_starved; /* as they were when the act began */
	struct steps steps;
	int error;            /* errno that goes with a fault of the scene, or 0 */
	struct text evidence; /* on copier and actor, as they were */
	/* Of a program under test: */
	int64_t look_at;  /* when to look at it next */
	int64_t news_at;  /* when it did what it had not done before */
	struct rest idle; /* of it all, whatever it waits for */
	bool read_source; /* it has read from it, mapped it, or asked for it and been told */
	char fault[200];  /* what it did instead of waiting */
	char said[SAID_MAX + 1];
};

/** play() - perform @scene's case. Return: with play->seen complete. */
void play(struct play *play, struct scene *scene, bool probe_kill);

/** play_describe() - append the evidence as `key=value` lines. */
void play_describe(const struct play *play, struct text *text);

/** play_describe_said() - append what a program under test said, as lines `stderr=`. */
void play_describe_said(const struct play *play, struct text *text);

/** play_describe_cascade() - append what a program under test did, in words. */
void play_describe_cascade(const struct play *play, struct text *text);

/* --- What the parts of a play share: play.c, stage.c, stage_program.c, play_steps.c --- */

/** play_set_off() - Return: true when the act can begin; else play->seen says why not. */
bool play_set_off(struct play *play);

/** play_is_of_interest() - is the return of @task from its call to be told? */
bool play_is_of_interest(const struct play *play, const struct task *task);

/** play_keep_step() - the copier has returned from a call. */
void play_keep_step(struct play *play, const struct task *task);

/** play_keep_last_step() - it has not, from the call that the act falls into. */
void play_keep_last_step(struct play *play);

/** play_find_step() - Return: the step that the present call of @task is one more of, or NULL. */
struct seen_step *play_find_step(struct play *play, const struct task *task, int error);

/** play_calling() - @task in its present call. */
struct calling play_calling(struct task *task);

/**
 * play_stands() - do the ends stand, at this moment, as they have to for the call that the copy
 * stalls in? Kept in play->seen: withheld and ready.
 */
bool play_stands(struct play *play);

/**
 * play_sleep() - look at the sleep of what stalls: the copier with what works for it in the kernel,
 * or the one thread of a program. Return: false when it does not sleep.
 */
bool play_sleep(const struct play *play, uint64_t *switches);

/** play_program_stalls() - the same of a program under test as play->seen.stalled says. */
bool play_program_stalls(struct play *play);

/** play_program_goes_on() - is it over, or asleep again, after the stall? */
bool play_program_goes_on(struct play *play);

/**
 * play_program_writes() - is it neither, but has its sink been emptied further than it was filled?
 * With much to write it may take longer than anybody waits for it.
 */
bool play_program_writes(const struct play *play);

/** play_program_fault() - the program did not stall: say what it did instead. */
void play_program_fault(struct play *play);

/** play_keep_said() - keep what the program said, if it is one, up to now. */
void play_keep_said(struct play *play);

/** play_keep_evidence() - describe thread @tid as it is now, as lines that begin with @who. */
void play_keep_evidence(struct play *play, const char *who, pid_t tid);

/** play_fault() - the harness failed; the first fault is the one that counts. */
void play_fault(struct play *play, const char *what);

/**
 * play_run() - tracer_run() with the play as argument of @done; until the case is given up on,
 * where that comes first.
 */
bool play_run(struct play *play, bool (*done)(void *arg), int64_t tick, int64_t deadline);

/** play_wait() - the same with no other limit. */
bool play_wait(struct play *play, bool (*done)(void *arg), int64_t tick);

#endif
