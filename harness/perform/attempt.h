/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An attempt is one performance of a case on a scene: it makes the observations that the judge
 * needs. A case may take several. The first part is for case.c; the rest is what the phases of an
 * attempt share (attempt.c), and who looks at the copier in them.
 *
 * How long it waits for what is told in time_limits.h; the limits that a verdict depends on grow
 * with the time that the control takes, so that a slow or loaded machine is not taken for a bad
 * kernel.
 */
#ifndef COPYHANG_ATTEMPT_H
#define COPYHANG_ATTEMPT_H

#include "calling.h"
#include "clock.h"
#include "copier.h"
#include "judge.h"
#include "quiescence.h"
#include "scene.h"
#include "spinning.h"
#include "steps.h"
#include "text.h"
#include "time_limits.h"

enum moment { STALLED, ACT, EXIT_ENTERED, JUDGED, KILLED, RELEASED, WOKEN, ENDED, MOMENTS };

/** struct terms - of an attempt, after what earlier ones have shown; all 0 in the first. */
struct terms {
	bool probe_kill;  /* is whether SIGKILL ends the actor to be seen before the release? */
	int64_t at_least; /* ns that the actor has to be at rest before that */
	bool rests;       /* the copier has to be at rest before the act, where it stalls */
};

struct attempt {
	struct scene *scene;
	struct terms terms;
	struct observation seen;
	int64_t begun;
	int64_t at[MOMENTS];  /* 0: did not happen */
	int killable;         /* 1, 0, or -1: was not tried */
	struct steps steps;   /* the calls of the copy */
	struct text evidence; /* on copier and actor, as they were */
	int error;            /* errno that goes with a fault of the scene, or 0 */

	/* --- The copier until the act --- */

	struct calling stall;           /* in the call it stalls in */
	struct quiescence copier_sleep; /* there */
	uint64_t slept;                 /* context switches of who stalls, in that sleep */
	int64_t sink_size;              /* of a file, before the present call */
	int64_t first_bytes;            /* that the first call to move any had moved */
	struct spinning spinning;       /* it runs on instead, and moves nothing: until it is */
	struct spinning killed;         /* killed, and after that */
	/* Of a program under test: */
	int64_t look_at;        /* when to look at it next */
	int64_t news_at;        /* when it did what it had not done before */
	struct quiescence idle; /* of it all, whatever it waits for */
	bool read_source;       /* it has read from it, mapped it, or asked for it and been told */
	char fault[224];        /* what it did instead of waiting */
	char said[SAID_MAX + 1];

	/* --- The act --- */

	struct calling act, control; /* the actor and its double in the act's call */
	struct quiescence actor_sleep, control_sleep;
	int64_t control_acts;       /* when the control was let do the same; 0: not yet */
	int64_t rest;               /* how long such a sleep must last, */
	int64_t window;             /* and how long, where only little depends on it */
	int64_t actor_starved;      /* without a CPU, by the time the act began: the actor, */
	int64_t supervisor_starved; /* and who has to let it go on at its stops */
	int64_t asleep_at;      /* actor, and copier in its stall, seen last so; 0: it was awake */
	uint64_t switches_then; /* the actor's, when the copy was released, */
	int64_t same_since;     /* and since when it has slept on for no reason of the copy's */
};

/** attempt_make() - perform @scene's case. Return: with attempt->seen complete. */
void attempt_make(struct attempt *attempt, struct scene *scene, const struct terms *terms);

/**
 * attempt_doubt() - for how long the actor would have had to be at rest, so that an end of its
 * sleep that is as far behind the release is no chance; 0 where it was.
 */
int64_t attempt_doubt(const struct attempt *attempt);

/** attempt_describe() - append the evidence as `key=value` lines. */
void attempt_describe(const struct attempt *attempt, struct text *text);

/** attempt_describe_said() - append what a program under test said, as lines `stderr=`. */
void attempt_describe_said(const struct attempt *attempt, struct text *text);

/* --- evidence.c: what is kept of what was seen --- */

/** attempt_keep_evidence() - describe thread @tid as it is now, as lines that begin with @who. */
void attempt_keep_evidence(struct attempt *attempt, const char *who, pid_t tid);

/** attempt_fault_of_scene() - keep what went wrong on the scene, or what it lacks, if anything. */
void attempt_fault_of_scene(struct attempt *attempt);

/** attempt_fault() - the harness failed; the first fault is the one that counts. */
void attempt_fault(struct attempt *attempt, const char *what);

/* --- attempt_sleep.c: sleeps and ends --- */

/**
 * attempt_look_at_ends() - keep, in attempt->seen, how the ends stand at this moment (withheld and
 * ready). Return: do they stand as they have to for the call that the copy stalls in?
 */
bool attempt_look_at_ends(struct attempt *attempt);

/** attempt_sleeps() - does what stalls sleep? Return: its context switches in *@switches. */
bool attempt_sleeps(const struct attempt *attempt, uint64_t *switches);

/** attempt_sleeps_on() - ... and is it the sleep that it stalled in? */
bool attempt_sleeps_on(const struct attempt *attempt);

/** attempt_release() - end the stall; from now on there is something to wait for. */
void attempt_release(struct attempt *attempt);

/** attempt_look_after_release() - keep whether the actor still sleeps as it did at the release. */
void attempt_look_after_release(struct attempt *attempt);

/**
 * attempt_is_indifferent() - the copy is over, and the actor still sleeps the very sleep that it
 * was found in: nothing that the copy held was what it waits for. One that has woken since, be it
 * that it waits for a CPU, may sleep again on its way out, and is waited for. That the copier has
 * left the call it stalled in is not enough: the next one may wait, with the same lock, as well.
 * Where the actor is the copier, or that sleeps on as well, nothing shows that the release has
 * reached them: that takes its time.
 */
bool attempt_is_indifferent(const struct attempt *attempt);

/** attempt_is_released() - has the release come about, as far as anything shows it? */
bool attempt_is_released(const struct attempt *attempt);

/* --- attempt_stall.c: until the act can begin --- */

/** attempt_others_wait() - all but what the copier itself does for the act, which it comes to. */
bool attempt_others_wait(const struct attempt *attempt);

/** attempt_somebody_ended() - which nobody was to. */
bool attempt_somebody_ended(const struct attempt *attempt);

/** attempt_cue_copier() - let it begin. */
void attempt_cue_copier(struct attempt *attempt);

/** attempt_is_to_stall(), attempt_is_to_copy() - what it is to come to: one of the two. */
bool attempt_is_to_stall(const struct attempt *attempt);
bool attempt_is_to_copy(const struct attempt *attempt);

/** attempt_look_at_copier() - keep, in attempt->seen, how far it has come. */
void attempt_look_at_copier(struct attempt *attempt);

/** attempt_is_in_place() - it has come to where the act is to fall. */
bool attempt_is_in_place(const struct attempt *attempt);

/** attempt_never_in_place() - it will not any more. */
bool attempt_never_in_place(const struct attempt *attempt);

/** attempt_keep_stall() - it has: keep where that is. */
void attempt_keep_stall(struct attempt *attempt);

/** attempt_spins() - it runs on in its call instead, and moves nothing. */
bool attempt_spins(const struct attempt *attempt);

/** attempt_kill_spinner() - kill it. */
void attempt_kill_spinner(struct attempt *attempt);

/** attempt_look_at_spinner() - keep whether it spins on. */
void attempt_look_at_spinner(struct attempt *attempt);

/** attempt_spinner_told() - does it end by that, or does it not? */
bool attempt_spinner_told(const struct attempt *attempt);

/** attempt_keep_spinner() - keep which of the two. */
void attempt_keep_spinner(struct attempt *attempt);

/** attempt_keep_fault() - the act cannot begin: why, the judge will know from what was seen. */
void attempt_keep_fault(struct attempt *attempt);

/* --- attempt_act.c: the act --- */

/** attempt_act_from_outside() - does it come from outside while the actor sleeps in its call? */
bool attempt_act_from_outside(const struct attempt *attempt);

/** attempt_open_gate() - let @leader's process go on from its gate. Return: the call it goes into.
 */
struct calling attempt_open_gate(struct attempt *attempt, struct task *leader);

/** attempt_let_go() - let the actor go on from its gate. */
void attempt_let_go(struct attempt *attempt);

/** attempt_look_at_call() - keep whether it sleeps in its call. */
void attempt_look_at_call(struct attempt *attempt);

/** attempt_actor_sleeps() - in the call in which the act finds it, if there is any. */
bool attempt_actor_sleeps(const struct attempt *attempt);

/** attempt_act_on() - do @act from outside to who sleeps in @call. Return: was it done? */
bool attempt_act_on(const struct act *act, struct calling *call, const struct task *leader,
		    enum performer performer);

/** attempt_act() - have it act. Return: with attempt->seen.acted. */
void attempt_act(struct attempt *attempt);

/** attempt_look_at_act() - keep when the acts of both were seen to be over. */
void attempt_look_at_act(struct attempt *attempt);

/** attempt_over_at() - Return: when the act of the one, or of the other, was over; 0: it is not. */
int64_t attempt_over_at(const struct attempt *attempt, enum performer performer);

/**
 * attempt_starved() - Return: ns without a CPU since the act began, of the actor or the supervisor.
 */
int64_t attempt_starved(const struct attempt *attempt);

/** attempt_keep_times() - keep when it was over, how long it took, and whether its call failed. */
void attempt_keep_times(struct attempt *attempt);

/* --- attempt_control.c: the control --- */

/** attempt_needs_control() - was the act not over soon, and is there no limit for it yet? */
bool attempt_needs_control(const struct attempt *attempt);

/** attempt_lacks_control() - it is not there, or nothing can be learnt from it. */
bool attempt_lacks_control(const struct attempt *attempt);

/** attempt_has_control() - it is needed, and there. */
bool attempt_has_control(const struct attempt *attempt);

/** attempt_control_enters() - ... and is to enter the call in which the act finds it. */
bool attempt_control_enters(const struct attempt *attempt);

/** attempt_keep_no_control() - it did not come to where the act is to find it: a fault. */
void attempt_keep_no_control(struct attempt *attempt);

/** attempt_start_control() - have a control, which is to come to where the act finds it. */
void attempt_start_control(struct attempt *attempt);

/** attempt_look_at_control() - keep whether it sleeps, and whether the act is over meanwhile. */
void attempt_look_at_control(struct attempt *attempt);

/** attempt_control_waits() - held at the act's call, or asleep where it waits for a signal. */
bool attempt_control_waits(const struct attempt *attempt);

/** attempt_let_control_go() - let it go on from its gate. */
void attempt_let_control_go(struct attempt *attempt);

/** attempt_control_sleeps() - in the call in which the act finds it. */
bool attempt_control_sleeps(const struct attempt *attempt);

/** attempt_act_control() - have the control act. */
void attempt_act_control(struct attempt *attempt);

/** attempt_control_over() - its act is. */
bool attempt_control_over(const struct attempt *attempt);

/** attempt_keep_control() - keep how long that took, and the limits. */
void attempt_keep_control(struct attempt *attempt);

/** attempt_keep_no_limits() - it has not ended: nothing can be judged. */
void attempt_keep_no_limits(struct attempt *attempt);

/* --- attempt_copy.c: once nothing holds up the copy --- */

/** attempt_let_copy_end() - put right what the act did to it, and release it if it still stalls. */
void attempt_let_copy_end(struct attempt *attempt);

/** attempt_look_at_copy(), attempt_copy_over() - is it at its end? */
void attempt_look_at_copy(struct attempt *attempt);
bool attempt_copy_over(const struct attempt *attempt);

/** attempt_end_of_copy() - Return: until when that is waited for. */
int64_t attempt_end_of_copy(const struct attempt *attempt);

/** attempt_compare() - keep, in attempt->seen, whether what arrived is what was to arrive. */
void attempt_compare(struct attempt *attempt);

/** attempt_keep_no_end() - it has not come to its end: whose fault is that? */
void attempt_keep_no_end(struct attempt *attempt);

/** attempt_has_listener(), attempt_has_heard_all() - what a program under test says. */
bool attempt_has_listener(const struct attempt *attempt);
bool attempt_has_heard_all(const struct attempt *attempt);

/** attempt_last_words() - Return: until when more of it is waited for. */
int64_t attempt_last_words(const struct attempt *attempt);

/** attempt_keep_said() - keep what was heard. */
void attempt_keep_said(struct attempt *attempt);

/* --- attempt_steps.c: which calls are steps of the copy --- */

/** attempt_on_call() - @task has entered a call or returned; @arg is the attempt: see tracer.h. */
bool attempt_on_call(void *arg, const struct task *task);

/** attempt_keep_last_step() - the copier has not returned from the call that the act falls into. */
void attempt_keep_last_step(struct attempt *attempt);

/** attempt_find_step() - Return: the step that the call of @task is one more of, or NULL. */
struct seen_step *attempt_find_step(struct attempt *attempt, const struct task *task);

#endif
