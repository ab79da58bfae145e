/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of a copy's ends a program's calls are about. A program may have them under any
 * descriptors, opened anew or duplicated: they are known by what /proc/PID/fd says they are.
 */
#ifndef COPYHANG_ENDS_H
#define COPYHANG_ENDS_H

#include "proc.h"
#include "tracer.h"

/** struct ends - a copy's source and sink, by their names in /proc. */
struct ends {
	char source[PROC_FD_NAME], sink[PROC_FD_NAME];
};

/** enum end - what a descriptor is to the copy. */
enum end {
	END_NONE, /* the call names no such descriptor */
	END_SOURCE,
	END_SINK,
	END_PIPE, /* the program's own: a private pipe */
	END_OTHER,
};

/** end_name() - the word for people ("source"), or NULL for END_NONE. */
const char *end_name(enum end end);

/** ends_in(), ends_out() - what the present call of @task reads from and writes to. */
enum end ends_in(const struct ends *ends, const struct task *task);
enum end ends_out(const struct ends *ends, const struct task *task);

/**
 * ends_awaits() - may @task, in its present call, be waiting for @end? Descriptors that it polls
 * are looked up; requests that it has submitted cannot be: they count as being about any end.
 */
bool ends_awaits(const struct ends *ends, const struct task *task, enum end end);

#endif
