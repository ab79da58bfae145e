/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One case's life, from an empty scene to a verdict: stall, act, judge, kill,
 * release, clean up; or a whole copy, where a promise is looked at. It runs in
 * a supervisor process of its own.
 */
#ifndef COPYHANG_CASE_H
#define COPYHANG_CASE_H

#include "judge.h"
#include "scene.h"
#include "text.h"

/* Long enough for any id, as `act/strategy/source-sink`. */
#define CASE_ID 128

/** struct result - of one case; in memory shared between supervisor and runner. */
struct result {
	enum verdict verdict;
	char reason[160];     /* "" where the verdict says it all */
	const char *stage;    /* what the supervisor was at: for when it dies */
	int left;             /* processes set aside, unkillable */
	struct text evidence; /* lines of `key=value` */
};

/** case_id() - write the id into @id, CASE_ID bytes. Return: @id. */
char *case_id(const struct test_case *test, char *id);

/** case_play() - play @test to its verdict. Ends in time whatever the kernel does. */
void case_play(const struct test_case *test, struct result *result);

/** case_conclude() - put a judgement into @result; @error: the errno that goes with it, or 0. */
void case_conclude(struct result *result, struct judgement judgement, int error);

#endif
