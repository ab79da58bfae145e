/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the children of a supervisor do. Each begins with just the descriptors
 * it was given: nothing inherited, least of all the one that TAP goes to.
 */
#ifndef COPYHANG_CHILDREN_H
#define COPYHANG_CHILDREN_H

#include "scene.h"

/* Beside the descriptors of act.h, a child has these; the last one only who refills the source. */
enum { FD_RELEASE = 3, FD_FEED, FD_COUNT };

/** struct child - how to start one; descriptors are borrowed, -1: /dev/null. */
struct child {
	const char *name; /* who it is, to people */
	int fd0, fd1, fd2;
	int number;    /* of those that are traced, from 0 on; -1: it is not */
	bool acts;     /* it is the actor: that its exit begins is told */
	bool filtered; /* it installs the filter of filter.h, before it waits to be let begin */
	bool feeds;    /* it holds the source's other end, and may be asked to refill it */
	void (*body)(const struct scene *scene); /* does not return */
};

/**
 * child_start() - fork a child, which takes its descriptors. One that is to be traced goes on once
 * report->seized counts it, and then waits itself to be let begin (tracee_wait()), where its calls
 * are to be told; another one is ready, and begins.
 * Return: its pid, or -1 with errno, and what kept it from getting ready in the report.
 */
pid_t child_start(const struct scene *scene, const struct child *child);

/** child_copy() - the copier's part: it waits to be let begin, and copies. */
void child_copy(const struct scene *scene);

/** child_act() - the bystander's part: it waits to be let begin, and performs the act. */
void child_act(const struct scene *scene);

_Noreturn void child_copier(const struct scene *scene);
_Noreturn void child_bystander(const struct scene *scene);
/** child_reader() - waits for scene->release, then receives until the end of the file. */
_Noreturn void child_reader(const struct scene *scene);
/** child_releaser() - waits for scene->release, then lets the source yield. */
_Noreturn void child_releaser(const struct scene *scene);
/** child_control() - the bystander's, or the copier's, double. */
_Noreturn void child_control(const struct scene *scene);

/** catch_signal() - and do nothing. Without SA_RESTART: the call that it comes into is to return.
 */
void catch_signal(int signal);

#endif
