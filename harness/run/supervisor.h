/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that plays one case: parent and tracer of the others. */
#ifndef COPYHANG_SUPERVISOR_H
#define COPYHANG_SUPERVISOR_H

#include "case.h"

#include <sys/types.h>

/**
 * supervisor_start() - fork one, which ends with its parent. Return: its pid, or -1 with errno.
 * @result: shared with it; it counts only if the process exits with 0.
 */
pid_t supervisor_start(const struct test_case *test, struct result *result);

#endif
