/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a copier spin, or is it only slow? Pure, as the judge is; harness/t/judge.c feeds it by
 * hand.
 *
 * In the kernel that is one system call which does not return, and has taken far more of a CPU than
 * all the copy would, without a sleep, and without a byte that moved. A copier that makes call
 * after call, each of which moves nothing, spins as well: whoever waits for that copy, and for the
 * CPU, is no better off. Two words would tell them apart no better than the reason does.
 */
#ifndef COPYHANG_SPIN_H
#define COPYHANG_SPIN_H

#include "verdict.h"

#include <stdbool.h>
#include <stdint.h>

/** struct spin - what was seen of it; times in ns of a CPU, so that who waits for one is not
 * blamed.
 */
struct spin {
	/*
	 * Looks in a row at which it ran, in the same call, had got more of a CPU than at the one
	 * before, had not slept since, and nothing had moved.
	 */
	unsigned int looks;
	int64_t ran;        /* in that call, from the first of these to the last */
	int64_t ordinary;   /* a whole copy of as many bytes takes so long here; 0: nobody knows */
	unsigned int calls; /* that it has made since anything moved */
};

/** spin_lasts() - is it shown that it spins? */
bool spin_lasts(const struct spin *spin);

/** spin_judge() - Return: the judgement of what spins, with the reason. */
struct judgement spin_judge(const struct spin *spin);

#endif
