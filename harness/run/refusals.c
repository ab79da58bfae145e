// SPDX-License-Identifier: GPL-2.0-only
/* Cases that differ in the act alone, and what the first of them tells of the others. */
#include "refusals.h"

#include "shared.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS (16 * sizeof(struct text)) /* mapped at a time */

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

/* Return: false without memory. */
static bool find_firsts(struct refusals *refusals)
{
	struct meeting *meetings = calloc(refusals->count, sizeof(*meetings));

	if (!meetings)
		return false;
	for (size_t i = 0; i < refusals->count; i++)
		meetings[i] = meeting_of(&refusals->cases[i], i);
	qsort(meetings, refusals->count, sizeof(*meetings), compare_whole);
	for (size_t i = 1; i < refusals->count; i++) {
		if (!compare(&meetings[i - 1], &meetings[i]))
			refusals->firsts[meetings[i].index] =
				refusals->firsts[meetings[i - 1].index];
	}
	free(meetings);
	return true;
}

bool refusals_begin(struct refusals *refusals, const struct test_case *cases, size_t count,
		    bool each)
{
	*refusals = (struct refusals){
		.cases = cases,
		.count = count,
		.firsts = shared_memory(count * sizeof(*refusals->firsts)),
		.evidence = shared_memory(count * sizeof(*refusals->evidence)),
	};
	if (!refusals->firsts || !refusals->evidence)
		return false;
	for (size_t i = 0; i < count; i++)
		refusals->firsts[i] = i;
	return each || find_firsts(refusals);
}

/* Return: a copy of @text, among the others; NULL without memory. */
static const char *keep(struct refusals *refusals, const struct text *text)
{
	const size_t size = text->length + 1;
	char *kept;

	if (refusals->room < size) {
		refusals->texts = shared_memory(TEXTS);
		refusals->room = refusals->texts ? TEXTS : 0;
	}
	if (!refusals->texts)
		return NULL;
	kept = memcpy(refusals->texts, text->bytes, size);
	refusals->texts += size;
	refusals->room -= size;
	return kept;
}

bool refusals_keep(struct refusals *refusals, size_t index, const struct result *result)
{
	if (result->verdict != VERDICT_REFUSED || refusals->firsts[index] != index)
		return true;
	refusals->evidence[index] = keep(refusals, &result->evidence);
	return refusals->evidence[index];
}

bool refusals_know(const struct refusals *refusals, size_t index)
{
	const size_t first = refusals->firsts[index];

	return first != index && refusals->evidence[first];
}

void refusals_tell(const struct refusals *refusals, size_t index, struct result *result)
{
	const size_t first = refusals->firsts[index];
	char id[CASE_ID];

	*result = (struct result){ .verdict = VERDICT_REFUSED };
	text_add(&result->evidence, "seen_in=%s\n%s", case_id(&refusals->cases[first], id),
		 refusals->evidence[first]);
}
