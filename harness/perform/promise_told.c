// SPDX-License-Identifier: GPL-2.0-only
/* What is told of a promise's copy, as evidence. */
#include "promise_told.h"

#include "promise_calls.h"

#include <inttypes.h>

static void describe_bytes(const struct whole *whole, struct text *text)
{
	const struct outcome *outcome = &whole->outcome;

	text_add(text, "moved=%" PRId64 "\n", outcome->moved);
	text_add(text, "wanted=%" PRId64 "\n", outcome_wanted(outcome));
	if (!whole->scene.test->sink->process)
		text_add(text, "sink_size=%zu\n", outcome->sink_size);
	text_add(text, "source_stands=%lld\n", (long long)outcome->source_stands);
	if (outcome->sink_stands >= 0)
		text_add(text, "sink_stands=%lld\n", (long long)outcome->sink_stands);
	if (!whole->scene.test->sink->process)
		text_add(text, "copied=%s\n", outcome_is_copied(outcome) ? "yes" : "no");
	if (outcome->lost)
		text_add(text, "lost=yes\n");
	if (outcome->signals)
		text_add(text, "interrupted=%u\n", outcome->interrupted);
	if (outcome->read_along)
		text_add(text, "read_before=%u\nread_meanwhile=%u\n", outcome->onlooking.before,
			 outcome->onlooking.meanwhile);
	if (outcome->at_once)
		text_add(text, "waited=%s\n", outcome->waited ? "yes" : "no");
	if (outcome->later && !outcome->error)
		text_add(text, "shared=%s\n", outcome_is_shared(outcome) ? "yes" : "no");
}

static void describe_source(const struct outcome *outcome, struct text *text)
{
	static const char *const places[] = {
		[CHANGED_IN_CACHE] = "page_cache",
		[CHANGED_ON_DISK] = "disk",
		[CHANGED_IN_BOTH] = "page_cache_and_disk",
	};
	enum changed changed;
	off_t at;

	if (!outcome->cached)
		return;
	changed = outcome_changed(outcome, &at);
	text_add(text, "source_intact=%s\n", changed ? "no" : "yes");
	if (changed)
		text_add(text, "source_changed_in=%s\nsource_changed_at=%lld\n", places[changed],
			 (long long)at);
	text_add(text, "source_dropped=%s\n", outcome->stored ? "yes" : "no");
}

void promise_tell(const struct whole *whole, struct text *text)
{
	const struct outcome *outcome = &whole->outcome;

	text_add(text, "promise=%s\n", whole->promise->claim);
	text_add(text, "written=%s\n", whole->promise->written);
	if (outcome->error)
		text_add(text, "errno=%s\n", text_errno(outcome->error));
	if (whole->scene.sink.variant)
		text_add(text, "sink_is=%s\n", whole->scene.sink.variant);
	if (outcome->ended && !outcome->fault) {
		describe_bytes(whole, text);
		describe_source(outcome, text);
	}
	promise_tell_calls(whole, text);
	if (whole->killable >= 0)
		text_add(text, "killable=%s\n", whole->killable ? "yes" : "no");
	if (!outcome->ended)
		spinning_describe(&whole->spinning, text);
	steps_describe(&whole->steps, false, text);
}
