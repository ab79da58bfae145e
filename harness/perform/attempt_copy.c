// SPDX-License-Identifier: GPL-2.0-only
/* The phases after the act: the copy comes to its end, and is what arrived what was to arrive? */
#include "attempt.h"

#include "cleanup.h"

#include <string.h>

void attempt_let_copy_end(struct attempt *attempt)
{
	cleanup_run(attempt->scene->cleanup);
	if (attempt->at[RELEASED])
		return;
	attempt->at[RELEASED] = clock_now();
	scene_release(attempt->scene);
}

void attempt_look_at_copy(struct attempt *attempt)
{
	const struct copier_kind *copier = attempt->scene->copier_kind;

	if (copier->look_on)
		copier->look_on(attempt);
}

bool attempt_copy_over(const struct attempt *attempt)
{
	return attempt->scene->copier_kind->is_over(attempt);
}

/* Where the act has not ended by itself nothing depends on it. */
int64_t attempt_end_of_copy(const struct attempt *attempt)
{
	return attempt->seen.ended_by == ENDED_BY_ITSELF ? patience_deadline() :
							   clock_now() + LIMIT_OF(AFTERWARDS);
}

void attempt_compare(struct attempt *attempt)
{
	const struct copier_kind *copier = attempt->scene->copier_kind;

	attempt->seen.differs =
		copier->differs && copier->differs(attempt->scene, &attempt->evidence);
}

void attempt_keep_no_end(struct attempt *attempt)
{
	struct scene *scene = attempt->scene;
	const struct copier_kind *copier = scene->copier_kind;

	if (scene->report->release_error) {
		scene->error = scene->report->release_error;
		attempt_fault(attempt, "cannot release the source");
	} else if (attempt->seen.ended_by == ENDED_BY_ITSELF &&
		   !(copier->may_go_on && copier->may_go_on(attempt))) {
		attempt_fault(attempt, "the copy did not come to its end after the release");
	}
}

bool attempt_has_listener(const struct attempt *attempt)
{
	return attempt->scene->listener;
}

bool attempt_has_heard_all(const struct attempt *attempt)
{
	return attempt->scene->listener->ended_at;
}

/* What goes on may say more, and nobody waits for that. */
int64_t attempt_last_words(const struct attempt *attempt)
{
	return scene_copier_over(attempt->scene) ? clock_now() + LIMIT_OF(SAID) : 0;
}

void attempt_keep_said(struct attempt *attempt)
{
	const struct report *report = attempt->scene->report;

	memcpy(attempt->said, report->said, report->said_size);
}
