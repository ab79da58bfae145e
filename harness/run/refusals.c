// SPDX-License-Identifier: GPL-2.0-only
/* Cases that differ in the act alone, and what the first of them tells of the others. */
#include "refusals.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* What the copier meets: an end is opened according to what stalls. */
struct meeting {
	const void *strategy, *source, *sink, *promise;
	size_t stall;
	size_t index; /* of the case */
};

static struct meeting meeting_of(const struct test_case *test, size_t index)
{
	return (struct meeting){
		.strategy = test->strategy,
		.source = test->source,
		.sink = test->sink,
		.promise = test->promise,
		.stall = case_stall(test),
		.index = index,
	};
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, offsetof(struct meeting, index));
}

static int compare_whole(const void *a, const void *b)
{
	const struct meeting *left = a, *right = b;
	const int meet = compare(a, b);

	return meet ? meet : (left->index > right->index) - (left->index < right->index);
}

size_t *refusals_firsts(const struct test_case *cases, size_t count, bool each)
{
	struct meeting *meetings = calloc(count, sizeof(*meetings));
	size_t *firsts = calloc(count, sizeof(*firsts));

	for (size_t i = 0; meetings && i < count; i++)
		meetings[i] = meeting_of(&cases[i], i);
	if (meetings)
		qsort(meetings, count, sizeof(*meetings), compare_whole);
	for (size_t i = 0; meetings && firsts && i < count; i++) {
		const size_t index = meetings[i].index;
		const bool alike = !each && i && !compare(&meetings[i - 1], &meetings[i]);

		firsts[index] = alike ? firsts[meetings[i - 1].index] : index;
	}
	if (!meetings) {
		free(firsts);
		firsts = NULL;
	}
	free(meetings);
	return firsts;
}

struct result *refusals_share(const struct result *result, const struct test_case *first)
{
	struct result *shared = malloc(sizeof(*shared));
	char id[CASE_ID];

	if (!shared)
		return NULL;
	*shared = *result;
	shared->left = 0;
	shared->evidence.length = 0;
	text_add(&shared->evidence, "seen_in=%s\n%s", case_id(first, id), result->evidence.bytes);
	return shared;
}
