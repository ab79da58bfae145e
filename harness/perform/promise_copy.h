/* SPDX-License-Identifier: GPL-2.0-only */
/* A case of the act `promise`: one whole copy, that nothing holds up, and what came of it. */
#ifndef COPYHANG_PROMISE_COPY_H
#define COPYHANG_PROMISE_COPY_H

#include "result.h"
#include "test_case.h"

/** promise_copy_play() - see case_play(). */
void promise_copy_play(const struct test_case *test, struct result *result);

#endif
