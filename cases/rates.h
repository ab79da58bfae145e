/* SPDX-License-Identifier: GPL-2.0-only */
/* How many bytes a strategy copies in a second, where nothing holds it up. */
#ifndef COPYHANG_RATES_H
#define COPYHANG_RATES_H

#include "cases.h"

#include <stdbool.h>

/**
 * rates_cases() - Return: "cases" of the act `rate`, *@count of them, one for each strategy and
 * pair of ends that it is measured between; to be freed.
 */
struct test_case *rates_cases(size_t *count);

/**
 * rates_run() - measure them one after the other, and say so as TAP: `safe` with bytes_per_s=,
 * `refused`, or `unavailable` with the reason. @announce: say what begins. Exits as a kselftest.
 */
_Noreturn void rates_run(const struct test_case *cases, size_t count, bool announce);

#endif
