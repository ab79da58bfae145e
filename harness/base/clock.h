/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time. Every point in time and every duration inside the harness is an
 * int64_t in nanoseconds of CLOCK_MONOTONIC; people see milliseconds.
 */
#ifndef COPYHANG_CLOCK_H
#define COPYHANG_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL

/** clock_now() - the present, ns of CLOCK_MONOTONIC. */
static inline int64_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/** clock_timeout() - what is left until @deadline, for ppoll(2); never negative. */
static inline struct timespec clock_timeout(int64_t deadline)
{
	int64_t left = deadline - clock_now();

	if (left < 0)
		left = 0;
	return (struct timespec){ .tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S };
}

/** clock_ms() - a duration for people. */
static inline double clock_ms(int64_t ns)
{
	return (double)ns / NS_PER_MS;
}

#endif
