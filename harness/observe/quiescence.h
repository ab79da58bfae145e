/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Quiescence: for how long has something been asleep without a break? Each look through /proc is
 * kept here; to ask what they have shown changes nothing.
 */
#ifndef COPYHANG_QUIESCENCE_H
#define COPYHANG_QUIESCENCE_H

#include "proc.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** struct quiescence - what the looks have shown; all 0 before the first. */
struct quiescence {
	int64_t since, until; /* it was asleep at each look between these; ns */
	uint64_t switches;    /* its context switches then */
	pid_t worker;         /* the thread of io_uring's that works for it; 0: none was seen */
};

/**
 * quiescence_look_sample() - at what @sample was taken of, just now. Who looks may have waited for
 * a CPU meanwhile: a sleep lasts from the end of its first look to the beginning of its last one.
 */
void quiescence_look_sample(struct quiescence *quiescence, const struct proc_sample *sample);

/** quiescence_look_thread() - at the one thread @tid. */
void quiescence_look_thread(struct quiescence *quiescence, pid_t tid);

/** quiescence_look_process() - at process @pid with all its threads. */
void quiescence_look_process(struct quiescence *quiescence, pid_t pid);

/**
 * quiescence_look_workers() - at process @pid with the threads that work for it in the kernel
 * (io_uring), but without one that its tracer holds.
 */
void quiescence_look_workers(struct quiescence *quiescence, pid_t pid);

/** quiescence_forget() - begin anew: what was seen counts no more. */
void quiescence_forget(struct quiescence *quiescence);

/** quiescence_lasts() - Return: true once it has been asleep for @window ns, up to the last look.
 */
bool quiescence_lasts(const struct quiescence *quiescence, int64_t window);

#endif
