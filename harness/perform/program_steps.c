// SPDX-License-Identifier: GPL-2.0-only
/* The calls of a program under test: which of them are about the copy, and what they come to. */
#include "program_steps.h"

#include "attempt.h"

#include <errno.h>
#include <string.h>

/* What waits without naming its descriptors was looked at while it did. */
bool program_is_step(const struct attempt *attempt, const struct task *task,
		     const struct seen_step *step)
{
	if (step->error == EINTR) /* the program makes it again, or the kernel does for it */
		return false;
	if (call_role(&task->call) == CALL_COPIES)
		return step->in == SIDE_SOURCE || step->out == SIDE_SINK;
	return call_role(&task->call) == CALL_SUBMITS ||
	       (task == attempt->stall.task && task->serial == attempt->stall.serial);
}

bool program_wants_return(const struct attempt *attempt, const struct task *task)
{
	const struct sides *sides = &attempt->scene->sides;

	return !task->followed || call_role(&task->call) != CALL_COPIES ||
	       sides_in(sides, task) == SIDE_SOURCE || sides_out(sides, task) == SIDE_SINK;
}

/* --- In words --- */

static void add_target(struct text *text, const struct seen_step *step)
{
	if (step->out == SIDE_SINK)
		text_add(text, " to stdout");
	else if (step->out == SIDE_PIPE)
		text_add(text, " to private pipe");
	else if (step->out == SIDE_OTHER && step->in != step->out)
		text_add(text, " elsewhere");
}

static void put_in_words(struct text *text, const struct seen_step *step)
{
	text_add(text, "%s", call_kind(step->call.nr)->name);
	if (step->in == SIDE_SOURCE && call_count(&step->call) > 0) {
		text_add(text, " ");
		call_size(text, &step->call);
	}
	/* A mapping's descriptor is read from, whatever its place. */
	if (step->in != SIDE_SOURCE || step->out != SIDE_SOURCE)
		add_target(text, step);
	if (step->error && !step->later)
		text_add(text, " (%s)", text_errno(step->error));
}

static bool is_told(const char *told, const char *words)
{
	const size_t length = strlen(words);

	for (const char *at = told; (at = strstr(at, words)); at += length) {
		if ((at == told || at[-1] == ' ') && (!at[length] || at[length] == ','))
			return true;
	}
	return false;
}

void program_describe_cascade(const struct attempt *attempt, struct text *text)
{
	struct text told = { 0 };

	for (int i = 0; i < attempt->steps.count; i++) {
		struct text words = { 0 };

		put_in_words(&words, &attempt->steps.list[i]);
		if (!is_told(told.bytes, words.bytes))
			text_add(&told, "%s%s", told.length ? ", then " : "", words.bytes);
	}
	if (told.length)
		text_add(text, "cascade=%s\n", told.bytes);
}
