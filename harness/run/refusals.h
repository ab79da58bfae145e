/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel refuses before anything stalls it refuses whatever the act is, which had not
 * begun: so of the cases that copy alike one is played first, and when that is refused, it stands
 * for the others.
 */
#ifndef COPYHANG_REFUSALS_H
#define COPYHANG_REFUSALS_H

#include "result.h"
#include "test_case.h"

#include <stdbool.h>

/**
 * refusals_firsts() - Return: for each of @count cases the index of the first that copies alike,
 * which may be itself; to be freed; NULL without memory. With @each there are none alike.
 */
size_t *refusals_firsts(const struct test_case *cases, size_t count, bool each);

/** refusals_share() - Return: @result, that was seen in @first, for another case; NULL: no memory.
 */
struct result *refusals_share(const struct result *result, const struct test_case *first);

#endif
