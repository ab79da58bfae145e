/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The scene of one case: its endpoints and its processes, each holding just
 * the descriptors that its part needs. A reference left anywhere else to the
 * shared pipe would hide a hang, because it is the last fput() that waits.
 *
 *   copier     copies FD_SOURCE to FD_SINK
 *   bystander  holds the other end of the sink at FD_SHARED; performs the act,
 *              or, when the copier is the actor, receives what arrives
 *   control    an identical actor at a pipe of its own, which nobody copies into
 */
#ifndef COPYHANG_SCENE_H
#define COPYHANG_SCENE_H

#include "act.h"
#include "copy.h"
#include "endpoint.h"
#include "judge.h"
#include "tracer.h"

/** struct test_case - act x strategy x source x sink; all point to constant rows. */
struct test_case {
	const struct act *act;
	const struct strategy *strategy;
	const struct endpoint_kind *source, *sink;
};

struct scene {
	const struct test_case *test;
	enum stall stall;
	struct endpoint source, sink;
	int idle[2];           /* the control's pipe */
	int shared;            /* what the bystander holds, until it has it */
	int start[2];          /* closing start[1] lets all children begin */
	int empty[2];          /* closing empty[1] lets a waiting bystander receive */
	struct report *report; /* [0] of the case, [1] of the control; shared memory */
	struct tracer tracer;
	struct task *copier, *bystander, *actor, *control; /* each the first thread */
	const char *fault;   /* first thing that went wrong, or NULL */
	const char *missing; /* what is not to be had here, or NULL */
	int error;           /* errno that goes with fault or missing, or 0 */
	int release_error;   /* errno of a release, or 0: a fault unless the copier was gone */
};

/**
 * scene_set() - open the endpoints, start and follow the processes.
 * Return: false with fault or missing set. scene_clear() is due in either case.
 */
bool scene_set(struct scene *scene, const struct test_case *test);

/** scene_release() - end the stall: the copy can go on to its end, or dies. */
void scene_release(struct scene *scene);

/**
 * scene_clear() - kill what is left of the processes and close everything.
 * Return: how many of them are still there, unkillable, after a second.
 */
int scene_clear(struct scene *scene);

/** scene_differs() - are bytes, counts or offsets, once the copier is done, not as promised? */
bool scene_differs(const struct scene *scene);

#endif
