/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every time limit of the case programs, in one place: how long, which verdicts depend on it, and
 * why it is as it is. `copyhang-cases --limits` prints this table, and the front end takes from
 * there for how long a program may be silent. (How often something is looked at is no limit, and
 * stands where that is done.)
 *
 * What is only there so that nobody waits for ever is as long as a slow machine may need, and no
 * verdict but `broken` comes of it: of such there are PHASE and SUPERVISOR. They count from the
 * last thing that went ahead, not from the beginning: a case that goes ahead, however slowly, is
 * never given up on. What depends on the control's time besides is told in counts, below.
 */
#ifndef COPYHANG_TIME_LIMITS_H
#define COPYHANG_TIME_LIMITS_H

#include "clock.h"

#include <stdint.h>

/* ROW(name, ms, verdicts that depend on it, why) */
// clang-format off
#define LIMITS(ROW) \
	ROW(ACT, 100, "late", "an act that ends within it is not late, however quick the control") \
	ROW(REST, 50, "hang stuck late missed corrupt", "asleep in one sleep for so long is at rest: actors, and copiers that have woken too soon, or are not to wait at all") \
	ROW(SPINS, 1000, "spins", "what a call has taken of a CPU by then, it may take without end") \
	ROW(SPINS_LOOK, 20, "", "how long a call may last until it is looked at whether it spins, and again") \
	ROW(DOUBT, 10000, "hang missed", "a release comes no later than that to a sleep, to show that it ends it") \
	ROW(RELEASED, 2000, "hang stuck missed", "what the release brings about has reached who sleeps on by then") \
	ROW(BY_ITSELF, 20000, "late stuck", "a wait for all CPUs (RCU) is over by then, however crowded") \
	ROW(AFTERWARDS, 1000, "", "the end of a copy on which nothing depends") \
	ROW(STALL, 2, "", "a sleep before the act; were it too short: it is to last through it") \
	ROW(WORKER, 50, "safe", "the same of a kernel thread, not seen before 5.12; played three times") \
	ROW(QUEUE, 200, "", "a terminal whose reader's queue is not full has no room all the same") \
	ROW(IN_CALL, 200, "", "under way is in a call until then, and later between two as well") \
	ROW(PROGRAM_REST, 20, "", "as STALL, of a program with all its threads") \
	ROW(PROGRAM_SETTLED, 500, "safe hang", "a program that waits in turns does nothing new for so long") \
	ROW(PROGRAM_LASTING, 10000, "broken", "a program's own limit that leaves so much is as good as none") \
	ROW(PROGRAM_IDLE, 5000, "broken", "a program that sleeps elsewhere for so long has nothing to copy") \
	ROW(PHASE, 60000, "broken", "a phase of a case; most need a thousandth of it") \
	ROW(TEARDOWN, 1000, "", "what is killed goes by then, or is set aside and named") \
	ROW(CLEANUP, 1000, "", "a cleanup process answers by then, or goes on by itself") \
	ROW(CLEANUP_TRIES, 10000, "", "a cleanup process tries for so long once the actors are gone") \
	ROW(SAID, 200, "", "the last words of a program that has ended") \
	ROW(ANSWER, 1000, "", "who is told that a case begins says by then that he knows") \
	ROW(SUPERVISOR, TIME_PHASE + CLEARING_MS, "broken", "from phase to phase; else it is caught in the kernel") \
	ROW(LEAVE, 1000, "", "killed supervisors go by then, with their children")
// clang-format on

/* What may come in it besides: a last wait, three words to a cleanup, its end, processes to kill */
#define CLEARING_MS (2 * TIME_TEARDOWN + TIME_AFTERWARDS + 4 * TIME_CLEANUP)

/* An act may take so many times as long as the control's; and is at rest after so many. */
#define ACT_CONTROLS 8
#define REST_CONTROLS 4
/* The sleep that the release ends has ended in so small a part of the time that it had lasted
 * before; else it is played again, and the release comes later: by so many times what it took, or
 * not before so many times what the act had lasted, whichever is less. */
#define RELEASE_SHARE 50
#define RELEASE_LATER 4

/*
 * A copier spins only once its one call has had a CPU for so many times as long as a whole copy of
 * as many bytes takes here, too; and was seen to run, and to get no further, at so many looks in a
 * row. Time without a CPU does not count.
 */
#define SPINS_COPIES 64
#define SPINS_LOOKS 10
/* Or it has made so many calls in a row of which none moved a byte. */
#define SPINS_CALLS 1000

enum {
#define LIMIT_VALUE(name, ms, verdicts, why) TIME_##name = (ms),
	LIMITS(LIMIT_VALUE)
#undef LIMIT_VALUE
};

/* In ns. */
#define LIMIT_OF(name) (TIME_##name * NS_PER_MS)

/** limits_print() - the table: a line each, name, ms, verdicts and why with tabs between them. */
void limits_print(void);

/**
 * patience_in() - from now on it is kept at @kept, in memory shared with who plays the case, and
 * with who waits for that to end.
 */
void patience_in(int64_t *kept);

/** patience_renew() - a phase begins, which may take PHASE from here on. */
void patience_renew(void);

/** patience_renewed() - Return: when one began last, as kept at @kept; ns. */
int64_t patience_renewed(const int64_t *kept);

/** patience_deadline() - when to give up, whatever is waited for; ns. Begins it where need be. */
int64_t patience_deadline(void);

#endif
