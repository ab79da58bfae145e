/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One case's life, from an empty scene to a verdict: stall, act, judge, kill,
 * release, clean up; or a whole copy, where a promise is looked at. It runs in
 * a supervisor process of its own.
 */
#ifndef COPYHANG_CASE_H
#define COPYHANG_CASE_H

#include "result.h"
#include "test_case.h"

/** case_play() - play @test to its verdict. Ends in time whatever the kernel does. */
void case_play(const struct test_case *test, struct result *result);

#endif
