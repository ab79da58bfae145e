// SPDX-License-Identifier: GPL-2.0-only
/* Which combinations of act, strategy, source and sink are cases. */
#include "cases.h"
#include "endpoints.h"
#include "text.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A bystander needs something to hold, and the right end of it. */
static bool bystander_can(const struct test_case *test)
{
	const struct act *act = test->act;
	bool has_fifo = test->source->is_fifo || test->sink->is_fifo;

	if (has_fifo ? !act->takes_fifos : act->needs_fifo)
		return false;
	switch (case_held(test)) {
	case HELD_READER:
		/* A file has filled the pipe: nobody waits to read. */
		return act->side != SIDE_WRITER && !(act->needs_waiting && !test->source->stalls);
	case HELD_WRITER:
		return act->side != SIDE_READER;
	case HELD_FILE:
		return act->takes_files;
	default:
		return false;
	}
}

static bool takes_act(const struct endpoint_kind *kind, const struct act *act)
{
	if (!kind->partners)
		return true;
	return kind->acts ? text_lists(kind->acts, act->name) : act->core || act->needs_fifo;
}

/* It meets pipes and files with all acts that take it; a sink that fills up, too, is special. */
static bool takes_cascade(const struct test_case *test)
{
	const struct endpoint_kind *source = test->source, *sink = test->sink;
	const bool special = source->partners || sink->partners || (sink->stalls && !sink->is_pipe);

	return !test->act->raw_only && (!special || test->act->everything);
}

/*
 * What is special in a kind that has partners shows with these, with few acts, and with the raw
 * strategies; one act goes through everything.
 */
static bool may_meet(const struct test_case *test)
{
	const struct endpoint_kind *source = test->source, *sink = test->sink;

	if (strategy_is_cascade(test->strategy) && !takes_cascade(test))
		return false;
	if (!source->partners && !sink->partners)
		return !test->act->by_name;
	return takes_act(source, test->act) && takes_act(sink, test->act) &&
	       (text_lists(source->partners, sink->name) ||
		text_lists(sink->partners, source->name));
}

static bool is_file(const struct endpoint_kind *kind)
{
	return kind->regular || kind->is_file;
}

/* That it refuses what its manual page rules out one act shows for all. */
static bool may_take(const struct test_case *test)
{
	const struct strategy *strategy = test->strategy;

	if (test->act->everything)
		return true;
	if (strategy->files_only && !(is_file(test->source) && is_file(test->sink)))
		return false;
	return !strategy->from_pipes || test->source->is_pipe;
}

bool cases_can_execute(const struct test_case *test)
{
	const struct act *act = test->act;

	if (!test->source->is_source || !test->sink->is_sink || test->source->adopt ||
	    case_stall(test) == STALL_NONE)
		return false;
	/* A program has no thread for the act, and no handler: only what comes from outside. */
	return act->actor == ACTOR_COPIER ? !act->perform && !act->catches : bystander_can(test);
}

static bool makes_sense(const struct test_case *test)
{
	if (test->act->keeps_promises)
		return test->promise;
	if (!test->source->is_source || !test->sink->is_sink || !may_meet(test) || !may_take(test))
		return false;
	if (test->source->adopt && !strategy_takes_memory(test->strategy))
		return false;
	return test->act->actor == ACTOR_COPIER || bystander_can(test);
}

static bool is_selected(const struct test_case *test, char *const *globs, size_t nglobs)
{
	char id[CASE_ID];

	case_id(test, id);
	for (size_t i = 0; i < nglobs; i++) {
		if (!fnmatch(globs[i], id, 0))
			return true;
	}
	return !nglobs;
}

struct selection {
	char *const *globs;
	size_t nglobs;
	struct test_case *cases; /* NULL once memory is out */
	size_t count, room;
};

static void add(struct selection *selection, const struct test_case *test)
{
	if (selection->count == selection->room) {
		struct test_case *cases;

		selection->room *= 2;
		cases = realloc(selection->cases, selection->room * sizeof(*cases));
		if (!cases)
			free(selection->cases);
		selection->cases = cases;
	}
	if (selection->cases)
		selection->cases[selection->count++] = *test;
}

static void select_endpoints(struct selection *selection, struct test_case *test)
{
	for (const struct endpoint_kind *const *sink = endpoint_kinds; *sink; sink++) {
		for (const struct endpoint_kind *const *source = endpoint_kinds; *source;
		     source++) {
			test->source = *source;
			test->sink = *sink;
			test->promise = test->act->keeps_promises ? promise_of(test) : NULL;
			if (selection->cases && makes_sense(test) &&
			    is_selected(test, selection->globs, selection->nglobs))
				add(selection, test);
		}
	}
}

struct test_case *cases_select(const char *act, char *const *globs, size_t nglobs, size_t *count)
{
	struct selection selection = { .globs = globs, .nglobs = nglobs, .room = 1024 };
	struct test_case test;

	selection.cases = calloc(selection.room, sizeof(*selection.cases));
	for (test.act = acts; test.act->name; test.act++) {
		if (act && strcmp(act, test.act->name) != 0)
			continue;
		for (test.strategy = strategies; test.strategy->name; test.strategy++)
			select_endpoints(&selection, &test);
	}
	*count = selection.count;
	return selection.cases;
}

const struct act *cases_find_act(const char *name)
{
	for (const struct act *act = acts; act->name; act++) {
		if (!strcmp(act->name, name))
			return act;
	}
	return NULL;
}

void cases_list(const struct test_case *cases, size_t count)
{
	char id[CASE_ID];

	for (size_t i = 0; i < count; i++)
		puts(case_id(&cases[i], id));
}
