// SPDX-License-Identifier: GPL-2.0-only
/* The tables in words: what is prose in a row as it stands there, and all else made from its
 * fields. */
#include "describe.h"

#include "cases.h"
#include "endpoints.h"
#include "text.h"
#include "waking.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* What one call moves at most (read(2)): it is asked for where the file is not longer. */
#define MUCH 0x7ffff000UL

/** struct row - of which table, and its name. */
struct row {
	const char *table, *name;
};

static void tell(const struct row *row, const char *fact, const char *value)
{
	if (value)
		printf("%s\t%s\t%s\t%s\n", row->table, row->name, fact, value);
}

/* --- Acts --- */

static const char *awaited(const struct act *act)
{
	switch (act->completion) {
	case PROCESS_ENDS:
		return "its process has ended";
	case THREAD_ENDS:
		return "its thread has ended";
	case TASK_STOPS:
		return "it has stopped";
	case FIXTURE_SAYS:
		return "it is seen to be frozen";
	default:
		return "the call has returned";
	}
}

static void tell_act(const struct act_row *row)
{
	const struct act *act = &row->act;
	const struct row it = { "act", act->name };
	struct text call = { 0 };

	tell(&it, "about", act->about);
	if (act->waking)
		tell(&it, "written", act->waking->written);
	if (row->keeps_promises || act->waking)
		return;
	tell(&it, "actor", act->actor == ACTOR_COPIER ? "copier" : "bystander");
	if (act->perform) {
		call_name(&call, act->nr);
		tell(&it, "call", call.bytes);
	}
	if (act->signal)
		tell(&it, "signal",
		     act->signal == SIGKILL ? "SIGKILL" :
		     act->signal == SIGSTOP ? "SIGSTOP" :
					      "SIGTERM");
	tell(&it, "over", awaited(act));
}

/* --- Strategies --- */

static void add_facts(struct text *text, const char *before, unsigned int facts, const char *join)
{
	static const char *const names[] = {
		"the source is a regular file",
		"the source is a file that is not empty",
		"the source is in procfs or the like",
		"the source is a block device",
		"the source is a pipe",
		"the source is a socket",
		"the source is a stream socket",
		"the sink is a regular file",
		"the sink is a pipe",
		"the sink is a socket",
		"the sink is a stream socket",
		"the sink has O_APPEND",
		"both are one file",
		"the source is a file of 32 KiB at most",
		"the source is a character device",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(facts >> i & 1))
			continue;
		text_add(text, "%s%s", before, names[i]);
		before = join;
	}
}

static void add_errnos(struct text *text, const int *errnos, const char *way)
{
	for (int i = 0; i < STEP_ERRNOS && errnos[i]; i++)
		text_add(text, "%s%s", i ? ", " : "; on ", text_errno(errnos[i]));
	if (errnos[0])
		text_add(text, " %s", way);
}

static void tell_step(const struct row *row, const struct step *step)
{
	struct text text = { 0 };

	for (int i = 0; i < step->mover->ncalls; i++) {
		text_add(&text, "%s", i ? ", then " : "");
		call_name(&text, step->mover->calls[i]);
	}
	text_add(&text, ", ");
	if (step->waits)
		text_add(&text, "each after a wait for the source, ");
	if (step->chunk >= MUCH)
		text_add(&text, "all in one call");
	else
		call_bytes(&text, (int64_t)step->chunk);
	add_facts(&text, "; only where ", step->only, " and ");
	add_facts(&text, "; only where ", step->any, " or ");
	add_facts(&text, "; not where ", step->unless, " or ");
	if (step->falls_on_any)
		text_add(&text, "; on any error the next step");
	add_errnos(&text, step->falls_on, "the next step");
	add_errnos(&text, step->last_on, "the last step");
	if (step->on_nothing == SAME_STEP)
		text_add(&text, "; on 0 the same again");
	tell(row, "step", text.bytes);
}

static void tell_strategy(const struct strategy *strategy)
{
	const struct row it = { "strategy", strategy->name };

	tell(&it, "about", strategy->about);
	tell(&it, "alike", strategy->alike);
	tell(&it, "instead", strategy->instead);
	for (const struct step *step = strategy->steps; step->mover; step++)
		tell_step(&it, step);
}

/* --- Endpoints, promises --- */

static const char *sort_of(const struct endpoint_kind *kind)
{
	if (kind->sort)
		return kind->sort;
	return kind->is_pipe ? "pipe" : "file";
}

static void tell_endpoint(const struct endpoint_kind *kind)
{
	const struct row it = { "endpoint", kind->name };

	tell(&it, "about", kind->about);
	tell(&it, "sort", sort_of(kind));
	tell(&it, "exotic", kind->exotic ? "yes" : NULL);
	tell(&it, "stalls", kind->stalls ? "yes" : NULL);
}

static void tell_promise(const struct promise_row *row)
{
	for (const struct endpoint_kind *const *source = endpoint_kinds; *source; source++) {
		for (const struct endpoint_kind *const *sink = endpoint_kinds; *sink; sink++) {
			char name[128];
			const struct row it = { "promise", name };

			if (!text_lists(row->sources, (*source)->name) ||
			    !text_lists(row->sinks, (*sink)->name))
				continue;
			snprintf(name, sizeof(name), "%s-%s", (*source)->name, (*sink)->name);
			tell(&it, "claim", row->promise.claim);
			tell(&it, "written", row->promise.written);
		}
	}
}

void describe_tables(void)
{
	for (const struct act_row *row = acts; row->act.name; row++)
		tell_act(row);
	for (const struct strategy *row = strategies; row->name; row++)
		tell_strategy(row);
	for (const struct endpoint_kind *const *kind = endpoint_kinds; *kind; kind++)
		tell_endpoint(*kind);
	for (const struct promise_row *row = promises; row->promise.claim; row++)
		tell_promise(row);
}
