/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program under test is at, with all its threads and descendants: known from the tracer and
 * from /proc.
 */
#ifndef COPYHANG_PROGRAM_THREADS_H
#define COPYHANG_PROGRAM_THREADS_H

#include "quiescence.h"
#include "sides.h"
#include "tracer.h"

/**
 * program_waiter() - the thread of the program that may be waiting for @side: one whose call has
 * both sides, and so may hold the other one, before others, and one whose requests nobody can see
 * last. Return: NULL where there is none. It need not be asleep.
 */
struct task *program_waiter(const struct tracer *tracer, const struct sides *sides, enum side side);

/**
 * program_waits_until() - Return: when @task comes back by itself from the call that it waits in,
 * ns of CLOCK_MONOTONIC: at the earliest, and in some days where it has no time limit.
 */
int64_t program_waits_until(const struct task *task);

/** program_look() - at all of its threads, as one: are they asleep? */
void program_look(struct quiescence *quiescence, const struct tracer *tracer);

/** program_describe() - append `thread=PID/TID NAME`, which says what thread @task is. */
void program_describe(struct text *text, const struct task *task);

/** program_describe_all() - the same, and what it is at, of each of its threads, the first few. */
void program_describe_all(struct text *text, const struct tracer *tracer);

#endif
