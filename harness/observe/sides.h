/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a copy's sides a program's calls are about. A program may have them under any
 * descriptors, opened anew or duplicated: they are known by what /proc/PID/fd says they are.
 */
#ifndef COPYHANG_SIDES_H
#define COPYHANG_SIDES_H

#include "proc.h"
#include "tracer.h"

/** struct sides - a copy's source and sink, by their names in /proc. */
struct sides {
	char source[PROC_FD_NAME], sink[PROC_FD_NAME];
};

/** enum side - what a descriptor is to the copy. */
enum side {
	SIDE_NONE, /* the call names no such descriptor */
	SIDE_SOURCE,
	SIDE_SINK,
	SIDE_PIPE, /* the program's own: a private pipe */
	SIDE_OTHER,
};

/** side_name() - the word for people ("source"), or NULL for SIDE_NONE. */
const char *side_name(enum side side);

/** sides_in(), sides_out() - what the present call of @task reads from and writes to. */
enum side sides_in(const struct sides *sides, const struct task *task);
enum side sides_out(const struct sides *sides, const struct task *task);

/**
 * sides_awaits() - may @task, in its present call, be waiting for @side? Descriptors that it polls
 * are looked up; requests that it has submitted cannot be: they count as being about any side.
 */
bool sides_awaits(const struct sides *sides, const struct task *task, enum side side);

#endif
