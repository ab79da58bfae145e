/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The only writer of stdout: TAP 13 through the kernel's own kselftest.h, in
 * a form that KTAP parsers take as well (Documentation/dev-tools/ktap.rst).
 * The description of a test is its id alone; evidence follows as `#   key=value`.
 */
#ifndef COPYHANG_TAP_H
#define COPYHANG_TAP_H

#include "result.h"

/**
 * tap_leave_skips_bare() - from now on SKIP stands without its reason, which
 * some take for a part of the test's name; the evidence has it anyway.
 */
void tap_leave_skips_bare(void);

/** tap_begin() - version and plan. */
void tap_begin(unsigned int plan);

/** tap_note() - one line of diagnostics, without its newline. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** tap_result() - one case's line and its evidence. */
void tap_result(const char *id, const struct result *result);

/** tap_bail() - give up: nothing after this counts. Does not exit. */
void tap_bail(const char *why);

/** tap_finish() - totals. Exits with 0, 1 or, when all was skipped, 4. */
_Noreturn void tap_finish(void);

/** tap_skip_all() - there is nothing to test. Exits with 4. */
_Noreturn void tap_skip_all(const char *why);

#endif
