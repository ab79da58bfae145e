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
#include <stddef.h>

/** struct refusals - of some cases; the memory of these is borrowed, all other is shared memory. */
struct refusals {
	const struct test_case *cases;
	size_t count;
	size_t *firsts;        /* of each case the first that copies alike, which may be itself */
	const char **evidence; /* of each of these that was refused; else NULL */
	char *texts;           /* where the next of these goes, */
	size_t room;           /* and how much of that there is */
};

/**
 * refusals_begin() - with @each none are taken to be alike. What it has stays until the process
 * ends. Return: false without memory.
 */
bool refusals_begin(struct refusals *refusals, const struct test_case *cases, size_t count,
		    bool each);

/** refusals_keep() - what came of case @index. Return: false without memory. */
bool refusals_keep(struct refusals *refusals, size_t index, const struct result *result);

/** refusals_know() - is it known of case @index, without a play, that it is refused? */
bool refusals_know(const struct refusals *refusals, size_t index);

/** refusals_tell() - make @result that of such a case. */
void refusals_tell(const struct refusals *refusals, size_t index, struct result *result);

#endif
