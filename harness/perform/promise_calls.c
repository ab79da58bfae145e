// SPDX-License-Identifier: GPL-2.0-only
/* What the calls of a promise's copy said: errors, and what they did with ranges that overlap. */
#include "promise_calls.h"

#include "documented.h"
#include "strategy.h"

#include <errno.h>
#include <sys/syscall.h>

/* copy_file_range(2) and ioctl_ficlonerange(2) refuse ranges that overlap: EINVAL. */
static void look_for_overlaps(struct outcome *outcome, const struct seen_step *step)
{
	if (step->call.nr != SYS_copy_file_range && step->call.nr != SYS_ioctl)
		return;
	outcome->refused_overlap |= step->error == EINVAL;
	outcome->moved_overlap |= !step->error && (step->bytes || !call_returns_bytes(&step->call));
}

/*
 * Errors that no program is to see are the kernel's own (include/linux/errno.h). A restart, which a
 * tracer does see, is none of them: steps_error().
 */
static void look_for_unknown_error(struct outcome *outcome, int error)
{
	if (error > EHWPOISON)
		outcome->unknown = error;
}

static void look_for_undocumented_error(struct whole *whole, long nr, int error)
{
	struct text *text = &whole->undocumented;
	const char *page;

	if (text->length || !error || documented(nr, error, &page) != DOCUMENTED_NOWHERE)
		return;
	call_name(text, nr);
	text_add(text,
		 " failed with %s: no manual page names it, neither %s nor those of its ends; "
		 "the kernel is wrong, or the page",
		 text_errno(error), page);
	whole->outcome.undocumented = text->bytes;
}

/* Those of requests that are awaited no tracer sees: what the strategy reported is theirs. */
static long requested(const struct strategy *strategy)
{
	return strategy_is_cascade(strategy) ? 0 : strategy->steps[0].mover->stands_for;
}

void promise_look_at_calls(struct whole *whole)
{
	struct outcome *outcome = &whole->outcome;
	const long request = requested(whole->scene.test->strategy);

	for (int i = 0; i < whole->steps.count; i++) {
		const struct seen_step *step = &whole->steps.list[i];

		look_for_overlaps(outcome, step);
		look_for_unknown_error(outcome, step->error);
		look_for_undocumented_error(whole, step->call.nr, step->error);
	}
	look_for_unknown_error(outcome, outcome->error);
	if (request)
		look_for_undocumented_error(whole, request, outcome->error);
}

void promise_tell_calls(const struct whole *whole, struct text *text)
{
	for (int i = 0; i < whole->steps.count; i++) {
		const struct seen_step *step = &whole->steps.list[i];
		const char *page;

		if (!step->error ||
		    documented(step->call.nr, step->error, &page) != DOCUMENTED_ELSEWHERE)
			continue;
		text_add(text, "written_elsewhere=");
		call_name(text, step->call.nr);
		text_add(text, " %s: %s\n", text_errno(step->error), page);
	}
}
