/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The runner plays many cases at once, each under a supervisor process of its
 * own, and reports them in their order. It never waits for one longer than
 * SUPERVISOR (time_limits.h); processes that no signal ends are set aside and named.
 *
 * Killing the runner, with any signal, ends every supervisor; their ends of
 * the endpoints close with them, which releases whatever was stalled.
 */
#ifndef COPYHANG_RUNNER_H
#define COPYHANG_RUNNER_H

#include "case.h"

#include <stdbool.h>

#define RUNNER_JOBS_MAX 1024

/** runner_jobs() - how many cases to play at once where nobody says: nearly all of them sleep. */
unsigned int runner_jobs(void);

/** struct run - how cases are to be played. */
struct run {
	unsigned int jobs; /* so many at once */
	/*
	 * A line `# started ID` before each, for one who has to know which were under way when the
	 * kernel died, and who answers with a byte, or the end, on standard input; none comes: a
	 * second later it plays.
	 */
	bool announce;
	bool each; /* also those of which it is known from others that they are refused: refusals.h
		    */
};

/**
 * runner_run() - play @count cases, and print TAP.
 * Exits with tap_finish()'s status, or by the signal that interrupted it.
 */
_Noreturn void runner_run(const struct test_case *cases, size_t count, struct run how);

#endif
