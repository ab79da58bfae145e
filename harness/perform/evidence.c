// SPDX-License-Identifier: GPL-2.0-only
/* What an attempt saw, as `key=value` lines for people and programs. */
#include "attempt.h"

#include "proc.h"

#include <string.h>

void attempt_keep_evidence(struct attempt *attempt, const char *who, pid_t tid)
{
	struct text *evidence = &attempt->evidence;
	size_t before;

	text_add(evidence, "%s=", who);
	proc_describe(evidence, tid);
	text_add(evidence, "\n");
	before = evidence->length;
	text_add(evidence, "%s.stack=", who);
	if (proc_stack(evidence, tid))
		text_add(evidence, "\n");
	else
		text_cut(evidence, before);
}

void attempt_fault(struct attempt *attempt, const char *what)
{
	if (!attempt->seen.fault)
		attempt->seen.fault = what;
}

void attempt_fault_of_scene(struct attempt *attempt)
{
	const struct scene *scene = attempt->scene;

	if (scene->fault)
		attempt_fault(attempt, scene->fault);
	if (scene->missing)
		attempt->seen.missing = scene->missing;
}

static void add_ms(struct text *text, const char *key, int64_t ns)
{
	text_add(text, "%s=%.3f\n", key, clock_ms(ns));
}

/* The next moment after @last, or -1. Return: its index. */
static int next_moment(const struct attempt *attempt, int64_t last)
{
	int next = -1;

	for (int i = 0; i < MOMENTS; i++) {
		if (attempt->at[i] > last && (next < 0 || attempt->at[i] < attempt->at[next]))
			next = i;
	}
	return next;
}

/* In the order of time, in ms since the case began. */
static void add_timeline(const struct attempt *attempt, struct text *text)
{
	static const char *const names[MOMENTS] = {
		[STALLED] = "stalled", [ACT] = "act",       [EXIT_ENTERED] = "exit_entered",
		[JUDGED] = "judged",   [KILLED] = "killed", [RELEASED] = "released",
		[WOKEN] = "woken",     [ENDED] = "ended",
	};
	const char *join = "timeline=";
	int64_t last = 0;
	int i;

	while ((i = next_moment(attempt, last)) >= 0) {
		last = attempt->at[i];
		text_add(text, "%s%s:%.3f", join, names[i], clock_ms(last - attempt->begun));
		join = " ";
	}
	text_add(text, "\n");
}

static void add_act(const struct attempt *attempt, struct text *text)
{
	const struct observation *seen = &attempt->seen;

	if (attempt->killable >= 0 && seen->ended_by != ENDED_BY_ITSELF)
		text_add(text, "killable=%s\n", attempt->killable ? "yes" : "no");
	add_ms(text, "act_ms", seen->act);
	if (attempt->at[JUDGED] && attempt->at[RELEASED] && attempt->at[ENDED])
		add_ms(text, "release_ms", attempt->at[ENDED] - attempt->at[RELEASED]);
	if (seen->control)
		add_ms(text, "control_ms", seen->control);
	add_ms(text, "limit_ms", seen->limit);
	if (seen->starved > NS_PER_MS)
		add_ms(text, "starved_ms", seen->starved);
}

/* A line each, without what would disturb a terminal or a parser. */
void attempt_describe_said(const struct attempt *attempt, struct text *text)
{
	const char *line = attempt->said;

	while (*line) {
		const size_t length = strcspn(line, "\n");

		text_add(text, "stderr=");
		for (size_t i = 0; i < length; i++)
			text_add(text, "%c", line[i] >= ' ' && line[i] != 127 ? line[i] : '?');
		text_add(text, "\n");
		line += length + (line[length] == '\n');
	}
}

void attempt_describe(const struct attempt *attempt, struct text *text)
{
	const struct observation *seen = &attempt->seen;

	text_add(text, "stalled=%s\n", seen->stalled ? "yes" : "no");
	if (seen->copy_errno)
		text_add(text, "errno=%s\n", text_errno(seen->copy_errno));
	if (seen->acted)
		add_act(attempt, text);
	else if (attempt->killable >= 0)
		text_add(text, "killable=%s\n", attempt->killable ? "yes" : "no");
	if (!seen->acted)
		spinning_describe(&attempt->spinning, text);
	attempt->scene->copier_kind->describe(attempt, text);
	if (attempt->at[ACT])
		add_timeline(attempt, text);
	text_add(text, "%s", attempt->evidence.bytes);
}
