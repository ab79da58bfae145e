/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scene of one case: its endpoints and its processes, each holding just
 * the descriptors that its part needs. A reference left anywhere else to the
 * shared pipe would hide a hang, because it is the last fput() that waits. The
 * supervisor itself keeps no end of anything that a copy may hold locked: even to
 * close it could take for ever. (But for the copier's own ends, to poll them, where
 * others act: as long as the copier has them, too, closing them takes no lock.)
 *
 *   copier     copies FD_SOURCE to FD_SINK; or is a program under test, with its descendants
 *   bystander  performs the act, unless the copier does; holds, at FD_SHARED, the other
 *              end of the pipe that the copier writes to, or of the one that it reads from
 *   reader     empties the sink on release, where no bystander holds its other end
 *   releaser   holds the other end of the source, and lets it yield on release
 *              (Where that takes a descriptor and no more, these two are helpers, see helper.h;
 *              so are copier and bystander where what they do does not change them.)
 *              (Bystander or releaser, whoever holds the write end of a pipe that feeds a program,
 *              also refills it until the stall is seen: nobody else has to hold that end for it.)
 *   listener   keeps what a program under test says on its standard error
 *   control    an identical actor at a pipe of its own, which nobody copies into
 */
#ifndef COPYHANG_SCENE_H
#define COPYHANG_SCENE_H

#include "act.h"
#include "endpoint.h"
#include "report.h"
#include "sides.h"
#include "strategy.h"
#include "test_case.h"
#include "tracer.h"

struct child;
struct copier_kind;

/** enum helper - those who may live on with their supervisor, see helper.h. */
enum helper { READER, RELEASER, COPIER, BYSTANDER, HELPERS };

struct scene {
	const struct test_case *test;
	const struct copier_kind *copier_kind;
	enum holds holds;
	enum stall stall;
	struct endpoint source, sink;
	off_t sink_size;       /* of a file, before the copy */
	int idle[2];           /* the control's pipe, or [0] what it has instead */
	int shared;            /* what the bystander holds, until it has it */
	int output;            /* what the reader empties, until it has it */
	bool helps[HELPERS];   /* reader and releaser: lives on, and has not begun with its part */
	int cleanup;           /* the line to the cleanup process of the act's fixture, or -1 */
	struct sides sides;    /* of the copy, to know them in a program under test */
	int said[2];           /* the program's standard error */
	int feed[2];           /* a byte asks for a refill of the source, the end for no more */
	unsigned int refills;  /* that were asked for */
	unsigned int ahead;    /* ... while the program waited for its sink already */
	int release[2];        /* closing release[1] lets reader and releaser do their part */
	int traced;            /* how many children were started to be traced */
	struct report *report; /* [0] of the case, [1] of the control; shared memory */
	struct tracer tracer;
	/* Each the first thread; bystander, reader, releaser are NULL where there is none. */
	struct task *copier, *bystander, *reader, *releaser, *actor, *control, *listener;
	const char *fault;   /* first thing that went wrong, or NULL */
	const char *missing; /* what is not to be had here, or NULL */
	int error;           /* errno that goes with fault or missing, or 0 */
};

/**
 * scene_set() - open the endpoints, start and follow the processes.
 * Return: false with fault or missing set. scene_clear() is due in either case.
 */
bool scene_set(struct scene *scene, const struct test_case *test, const struct copier_kind *kind);

/**
 * scene_start_control() - start the actor's double, at what nobody copies into, if it is not there
 * yet; scene_begin() is due. It is there from the beginning only where the act has a fixture.
 * Return: false with fault or missing set.
 */
bool scene_start_control(struct scene *scene);

/**
 * scene_begin() - wait until all are ready; from here on each descriptor is where it belongs, and
 * nowhere else; and all but the copier begin. Return: false with fault or missing set.
 */
bool scene_begin(struct scene *scene);

/** scene_owns() - is @call one that the copier moves bytes with, or tries to? */
bool scene_owns(const struct scene *scene, const struct call *call);

/** scene_copies() - is @task the copier, or a thread of a program in its place? */
bool scene_copies(const struct scene *scene, const struct task *task);

/** scene_copier_over() - has the copier ended, with all of its descendants? */
bool scene_copier_over(const struct scene *scene);

/** scene_kill_copier() - SIGKILL to it, and its descendants. */
void scene_kill_copier(struct scene *scene);

/** scene_cue() - let the copier begin, if it has not yet. */
void scene_cue(struct scene *scene);

/** scene_feeds() - is there somebody who refills the source, and has not come to the act yet? */
static inline bool scene_feeds(const struct scene *scene)
{
	return scene->feed[1] >= 0;
}

/** scene_withholds() - does the end that is to stall the copy withhold at this moment? */
bool scene_withholds(const struct scene *scene);

/** scene_is_ready() - and is the other one ready: has it bytes, or room? */
bool scene_is_ready(const struct scene *scene);

/** scene_unwatch() - what was asked above is not to be asked again. */
void scene_unwatch(struct scene *scene);

/** scene_release() - end the stall: the copy can go on to its end, or dies. */
void scene_release(struct scene *scene);

/** scene_has_received() - has who empties the sink come to its end, if there is anybody? */
bool scene_has_received(const struct scene *scene);

/** scene_has_released() - has who was to do that done it, or begun with it? */
bool scene_has_released(const struct scene *scene);

/**
 * scene_clear() - kill what is left of the processes and close everything.
 * Return: how many of them are still there, unkillable, after a second.
 */
int scene_clear(struct scene *scene);

/*
 * --- The parts of scene_set(), for a scene with another cast ---
 */

/** scene_fails() - keep @fault, with errno @error or 0, if it is the first. Return: false. */
bool scene_fails(struct scene *scene, const char *fault, int error);

/** scene_lacks() - keep what is @missing, or, where that is NULL, @fault; with -errno @error. */
bool scene_lacks(struct scene *scene, const char *missing, const char *fault, int error);

/** scene_open() - open the endpoints, as scene_set() does; and start nothing. */
bool scene_open(struct scene *scene, const struct test_case *test, const struct copier_kind *kind);

/** scene_open_idle() - ... and what the control holds. */
bool scene_open_idle(struct scene *scene);

/**
 * scene_start() - start and follow a process, @name to people, with @fd0 and @fd1 as its
 * descriptors 0 and 1. Return: its first thread; NULL with fault or missing set.
 */
struct task *scene_start(struct scene *scene, const char *name, int fd0, int fd1,
			 void (*body)(const struct scene *scene));

/**
 * scene_start_traced() - the same of @child, with its descendants where it is a @program; its
 * number is set.
 */
struct task *scene_start_traced(struct scene *scene, struct child child, bool program);

/**
 * scene_start_helper() - the same, with one descriptor, for one that must be able to go on while
 * the supervisor waits: it is not traced.
 */
struct task *scene_start_helper(struct scene *scene, const char *name, int fd,
				void (*body)(const struct scene *scene));

/** scene_gate() - have @leader's process held at the act's call, if the act makes one. */
void scene_gate(const struct scene *scene, struct task *leader);

/**
 * scene_told() - Return: what one of the processes said that could not get ready, which is the
 * fault whatever else was seen; it outlives the scene, until the next one. NULL: all could.
 */
const char *scene_told(const struct scene *scene);

#endif
