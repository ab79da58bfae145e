/* SPDX-License-Identifier: GPL-2.0-only */
/* A case of an act with a waking: one whole copy, and who sleeps for what it brings about. */
#ifndef COPYHANG_WAKING_COPY_H
#define COPYHANG_WAKING_COPY_H

#include "result.h"
#include "test_case.h"

/** waking_copy_play() - see case_play(). */
void waking_copy_play(const struct test_case *test, struct result *result);

#endif
