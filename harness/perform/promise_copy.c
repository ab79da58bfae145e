// SPDX-License-Identifier: GPL-2.0-only
/* One whole copy between endpoints that stand for a promise, compared with that. */
#include "promise_copy.h"

#include "children.h"
#include "contents.h"
#include "copier.h"
#include "descriptors.h"
#include "onlooker.h"
#include "promise_calls.h"
#include "promise_children.h"
#include "promise_told.h"
#include "promise_watch.h"
#include "shared.h"
#include "time_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>

#define AGAIN 8 /* so often a copy is made again */

/* Where they are to withhold: to see that they do, and to release the source. */
static bool watch_ends(struct whole *whole)
{
	struct scene *scene = &whole->scene;

	whole->released = scene->source;
	whole->released.far = -1;
	if (!whole->promise->at_once)
		return true;
	whole->released.far = fcntl(scene->source.far, F_DUPFD_CLOEXEC, 0);
	return whole->released.far >= 0 && !endpoint_watch(&scene->source) &&
	       !endpoint_watch(&scene->sink);
}

/* Of all calls that it makes few are the copy's. */
static void start_copier(struct scene *scene)
{
	const struct child child = {
		.name = "the copier",
		.fd0 = scene->source.fd,
		.fd1 = scene->sink.fd,
		.fd2 = -1,
		.filtered = promise_filters(scene),
		.body = promise_copier,
	};

	scene->copier = scene_start_traced(scene, child, false);
}

/* Once for all promises of a supervisor. */
static bool have_arrival(void)
{
	if (!promise_arrival)
		promise_arrival = shared_memory(sizeof(*promise_arrival));
	if (promise_arrival)
		memset(promise_arrival, 0, offsetof(struct arrival, bytes));
	return promise_arrival;
}

static bool set(struct whole *whole, const struct test_case *test)
{
	struct scene *scene = &whole->scene;

	if (!scene_open(scene, test, &own_copier))
		return false;
	if (!have_arrival())
		return whole_fails(whole, "cannot map memory", errno);
	if (!contents_prepare(scene, promise_arrival, &whole->outcome))
		return whole_fails(whole, "cannot prepare the files", errno);
	if (!watch_ends(whole))
		return whole_fails(whole, "cannot watch the endpoints", errno);
	start_copier(scene);
	if (scene->output >= 0)
		scene->reader =
			scene_start_helper(scene, "the reader", scene->output, promise_reader);
	return !scene->fault && !scene->missing && scene_begin(scene) &&
	       (!whole->promise->read_along || onlooker_start(whole));
}

/* What is done after the copy before anybody reads the sink. */
static void look_at_sink(struct whole *whole)
{
	struct scene *scene = &whole->scene;
	struct outcome *outcome = &whole->outcome;

	if (whole->promise->modifies && !contents_modify(scene, outcome))
		whole_fails(whole, "cannot write to the source", errno);
	close_fd(&scene->release[1]);
	if (!promise_watch_reader(whole))
		whole_fails(whole, "the reader did not come to its end", 0);
	if (promise_arrival->process_error && scene->report->copied)
		whole_fails(whole, "the sink did not process what it got",
			    promise_arrival->process_error);
	if (whole->promise->looks_again && !contents_look_again(outcome))
		whole_fails(whole, "cannot read the source again", errno);
	if (!contents_keep(scene, promise_arrival, outcome))
		whole_fails(whole, "cannot read the sink", errno);
}

static void perform(struct whole *whole)
{
	const struct report *report = whole->scene.report;

	promise_watch_copy(whole);
	if (!whole->outcome.ended)
		return;
	if (!report->done && !report->error)
		whole_fails(whole, "the copier died", 0);
	look_at_sink(whole);
	promise_look_at_calls(whole);
}

static struct judgement judge(struct whole *whole)
{
	const struct promise *promise = whole->promise;
	struct scene *scene = &whole->scene;
	const char *told = scene_told(scene);

	if (scene->fault)
		whole->outcome.fault = scene->fault;
	if (told) {
		whole->outcome.fault = told;
		scene->error = 0;
	}
	whole->outcome.missing = scene->missing;
	return outcome_judge(&whole->outcome, promise->check ? promise->check : outcome_copied);
}

static void clear(struct whole *whole, struct result *result)
{
	result->stage = "clearing the scene";
	patience_renew();
	result->left += scene_clear(&whole->scene);
	close_fd(&whole->released.far);
	contents_drop();
}

/* @waited: somebody who read did so until the copy was over, in a play before this one. */
static struct judgement make_play(struct whole *whole, const struct test_case *test, bool waited,
				  struct result *result)
{
	struct judgement judgement;

	*whole = (struct whole){ .promise = test->promise, .killable = -1, .released.far = -1 };
	result->stage = "setting the scene";
	if (set(whole, test)) {
		result->stage = "copying";
		perform(whole);
	}
	whole->outcome.onlooking.waited |= waited;
	judgement = judge(whole);
	result->evidence = (struct text){ 0 };
	promise_tell(whole, &result->evidence);
	clear(whole, result);
	return judgement;
}

/* Nobody has read the source meanwhile: they may not have come to it. */
static bool may_be_chance(const struct outcome *outcome)
{
	return outcome->onlooking.before && !outcome->onlooking.meanwhile;
}

/* What keeps them from it each time is no chance. */
void promise_copy_play(const struct test_case *test, struct result *result)
{
	static struct whole whole;
	struct judgement judgement = make_play(&whole, test, false, result);

	for (int again = 0; again < AGAIN && may_be_chance(&whole.outcome); again++)
		judgement = make_play(&whole, test, whole.outcome.onlooking.waited, result);
	result_conclude(result, judgement, whole.scene.error);
}
