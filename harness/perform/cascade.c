// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program under test was seen to do, in words: "splice 64 KiB to private pipe, then splice
 * to stdout". Two programs that copy alike have the same words; what is left out differs from run
 * to run: how much was there, and that the reader was gone by then.
 */
#include "play.h"

#include <string.h>

static void add_target(struct text *text, const struct seen_step *step)
{
	if (step->out == END_SINK)
		text_add(text, " to stdout");
	else if (step->out == END_PIPE)
		text_add(text, " to private pipe");
	else if (step->out == END_OTHER && step->in != step->out)
		text_add(text, " elsewhere");
}

static void put_in_words(struct text *text, const struct seen_step *step)
{
	text_add(text, "%s", call_kind(step->call.nr)->name);
	if (step->in == END_SOURCE && call_count(&step->call) > 0) {
		text_add(text, " ");
		call_size(text, &step->call);
	}
	/* A mapping's descriptor is read from, whatever its place. */
	if (step->in != END_SOURCE || step->out != END_SOURCE)
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

void play_describe_cascade(const struct play *play, struct text *text)
{
	struct text told = { 0 };

	for (int i = 0; i < play->steps.count; i++) {
		struct text words = { 0 };

		put_in_words(&words, &play->steps.list[i]);
		if (!is_told(told.bytes, words.bytes))
			text_add(&told, "%s%s", told.length ? ", then " : "", words.bytes);
	}
	if (told.length)
		text_add(text, "cascade=%s\n", told.bytes);
}
