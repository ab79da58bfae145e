// SPDX-License-Identifier: GPL-2.0-only
/* What a case is called, what holds up its copy, and what its bystander holds. */
#include "test_case.h"

#include "act.h"
#include "endpoint.h"
#include "strategy.h"

#include <stdio.h>

char *case_id(const struct test_case *test, char *id)
{
	snprintf(id, CASE_ID, "%s/%s/%s-%s", test->act->name, test->strategy->name,
		 test->source->name, test->sink->name);
	return id;
}

enum holds bystander_holds(const struct test_case *test)
{
	if (test->act->actor == ACTOR_COPIER)
		return HOLDS_NOTHING;
	if (test->sink->is_pipe)
		return HOLDS_READ_END;
	if (test->sink->regular)
		return HOLDS_FILE;
	return test->source->is_pipe && test->sink->stalls ? HOLDS_WRITE_END : HOLDS_NOTHING;
}

enum stall case_stall(const struct test_case *test)
{
	if (test->act->waking)
		return STALL_NONE;
	if (test->source->stalls && bystander_holds(test) != HOLDS_WRITE_END && !test->sink->full)
		return STALL_SOURCE;
	return test->sink->stalls ? STALL_SINK : STALL_NONE;
}
