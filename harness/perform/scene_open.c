// SPDX-License-Identifier: GPL-2.0-only
/* The scene before anybody is on it: endpoints and pipes, and who is to hold which end. */
#include "scene.h"

#include "checked.h"
#include "copier.h"
#include "descriptors.h"
#include "pattern.h"
#include "shared.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BEYOND 16 /* pages that a full socket still takes by splice(2), and an empty pipe */
#define FEED_MAX (1 << 20)   /* what anybody may ask for (fs.pipe-max-size) */
#define FEED_MAX_PAGES 20    /* or this, where pages are so large: BEYOND are to fit in */
#define WAKING_FEED_PAGES 16 /* what a pipe has unless told */

bool scene_fails(struct scene *scene, const char *fault, int error)
{
	if (!scene->fault && !scene->missing) {
		scene->fault = fault;
		scene->error = error;
	}
	return false;
}

/* @error is negative; where something is @missing, that is why. */
bool scene_lacks(struct scene *scene, const char *missing, const char *fault, int error)
{
	if (!missing)
		return scene_fails(scene, fault, -error);
	scene->missing = missing;
	scene->error = -error;
	return false;
}

/*
 * So many bytes that some are left when the copy stalls: whether they are is looked at in each
 * play. And not more, since the release waits for all of them to go through a terminal, and since a
 * user may have only so much in pipes (pipe-user-pages-soft). Of a program it is not known what it
 * takes; one that takes all gets more: feed.c. Who is to be woken by a copy has it take some pages.
 */
static size_t feed_size(const struct test_case *test)
{
	const struct strategy *strategy = test->strategy;
	const size_t page = (size_t)sysconf(_SC_PAGESIZE); /* they are filled whole */
	const size_t beyond = test->sink->full_is_full ? 0 : BEYOND * page;
	const size_t wanted = beyond + strategy_takes_ahead(strategy) + 1;
	const size_t most = FEED_MAX_PAGES * page > FEED_MAX ? FEED_MAX_PAGES * page : FEED_MAX;

	if (test->act->waking)
		return WAKING_FEED_PAGES * page;
	if (strategy->program || wanted > most)
		return most;
	return (wanted / page + 1) * page;
}

/* Where the other end is to stall, or nothing is, this one must be ready. */
static enum role source_role(const struct scene *scene)
{
	const bool ready = scene->stall == STALL_SINK || scene->test->act->waking;

	return ready && scene->test->source->stalls ? ROLE_FEED : ROLE_SOURCE;
}

/*
 * A file that is to fill the sink has no need to be as long as the files of promises, but where all
 * of it may be one message.
 */
static bool fills_sink(const struct scene *scene)
{
	const struct test_case *test = scene->test;

	return scene->stall == STALL_SINK && !test->sink->messages && !test->promise &&
	       !test->act->waking && test->source->regular && test->source->size == PATTERN_FILE;
}

/*
 * What does not stall is copied in rounds, for as long as that is wanted. Return: or 0: all that
 * its kind has.
 */
static size_t source_size(const struct scene *scene)
{
	const struct test_case *test = scene->test;

	if (source_role(scene) == ROLE_FEED || fills_sink(scene))
		return feed_size(test);
	if (scene->stall == STALL_NONE && !test->promise && !test->act->waking &&
	    !test->source->single)
		return PATTERN_ROUND;
	return 0;
}

static bool open_endpoint(struct scene *scene, struct endpoint *endpoint,
			  const struct endpoint_kind *kind, enum role role, size_t size)
{
	const char *missing = NULL;
	int error = endpoint_open(endpoint, kind, role, size, &missing);

	return !error ||
	       scene_lacks(scene, missing,
			   role == ROLE_SOURCE ? "cannot open the source" : "cannot open the sink",
			   error);
}

/* A control that is to wait in write(2) finds no room, either. */
static bool open_idle_pipe(struct scene *scene)
{
	if (pipe2(scene->idle, O_CLOEXEC))
		return scene_fails(scene, "cannot make a pipe", errno);
	if (scene->test->act->needs_waiting && scene->holds == HOLDS_WRITE_END &&
	    endpoint_fill(scene->idle[1], PATTERN_FILE) < 0)
		return scene_fails(scene, "cannot fill the control's pipe", errno);
	return true;
}

bool scene_open_idle(struct scene *scene)
{
	const struct endpoint_kind *sink = scene->test->sink;
	const char *missing = NULL;
	int fd;

	if (scene->holds != HOLDS_FILE || !sink->open_other)
		return open_idle_pipe(scene);
	fd = sink->open_other(sink, &missing);
	if (fd < 0)
		return scene_lacks(scene, missing, "cannot open what the control holds", fd);
	scene->idle[0] = fd;
	return true;
}

static int steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

static bool reopen_sink(struct scene *scene)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", scene->sink.fd);
	scene->shared = open(path, O_RDWR | O_CLOEXEC);
	return scene->shared >= 0 || scene_fails(scene, "cannot open the sink once more", errno);
}

/* Who is to hold the far ends: the bystander, the reader, or nobody but the supervisor. */
static bool deal_out(struct scene *scene)
{
	if (scene->holds == HOLDS_READ_END)
		scene->shared = steal_fd(&scene->sink.far);
	else if (!scene->sink.kind->regular)
		scene->output = steal_fd(&scene->sink.far);
	if (scene->holds == HOLDS_WRITE_END)
		scene->shared = steal_fd(&scene->source.far);
	return scene->holds != HOLDS_FILE || reopen_sink(scene);
}

/* Its offset stays: the copier's descriptor has the same. */
static bool keep_sink_size(struct scene *scene)
{
	struct stat sink;

	if (!scene->sink.kind->regular)
		return true;
	if (fstat(scene->sink.far, &sink))
		return false;
	scene->sink_size = sink.st_size;
	return true;
}

static enum role sink_role(const struct scene *scene)
{
	return scene->stall == STALL_SINK && !scene->test->promise ? ROLE_FULL : ROLE_SINK;
}

static bool is_fed(const struct scene *scene)
{
	return scene->copier_kind->is_fed && source_role(scene) == ROLE_FEED;
}

/* What a promise is looked at with has nobody who acts, and nothing that stalls for long. */
static bool watch_ends(struct scene *scene)
{
	int error = 0;

	if (scene->stall == STALL_NONE || scene->test->promise)
		return true;
	error = endpoint_watch(&scene->source) ?: endpoint_watch(&scene->sink);
	return !error || scene_fails(scene, "cannot watch the endpoints", -error);
}

/* Once for all scenes of a supervisor. Return: false with fault set. */
static bool have_reports(struct scene *scene)
{
	static struct report *reports;
	const size_t size = 2 * sizeof(*reports);

	if (!reports)
		reports = shared_memory(size);
	if (!reports)
		return scene_fails(scene, "cannot map memory", errno);
	memset(reports, 0, size);
	scene->report = reports;
	checked_into(scene->report->fault, sizeof(scene->report->fault));
	return true;
}

static bool open_all(struct scene *scene)
{
	const struct test_case *test = scene->test;

	if (pipe2(scene->release, O_CLOEXEC) ||
	    (scene->copier_kind->open && !scene->copier_kind->open(scene)) ||
	    (is_fed(scene) && pipe2(scene->feed, O_CLOEXEC)))
		return scene_fails(scene, "cannot make a pipe", errno);
	if (!have_reports(scene))
		return false;
	if (!open_endpoint(scene, &scene->source, test->source, source_role(scene),
			   source_size(scene)) ||
	    !open_endpoint(scene, &scene->sink, test->sink, sink_role(scene), 0) ||
	    !watch_ends(scene))
		return false;
	if (!keep_sink_size(scene))
		return scene_fails(scene, "cannot tell the sink's size", errno);
	scene->report->size = scene->source.size;
	scene->report->foreign = test->source->foreign;
	return deal_out(scene);
}

bool scene_open(struct scene *scene, const struct test_case *test, const struct copier_kind *kind)
{
	*scene = (struct scene){
		.test = test,
		.copier_kind = kind,
		.holds = bystander_holds(test),
		.stall = case_stall(test),
		.source = { .fd = -1, .far = -1, .watched = -1 },
		.sink = { .fd = -1, .far = -1, .watched = -1 },
		.shared = -1,
		.output = -1,
		.said = { -1, -1 },
		.feed = { -1, -1 },
		.idle = { -1, -1 },
		.cleanup = -1,
		.release = { -1, -1 },
	};
	tracer_start(&scene->tracer);
	return open_all(scene);
}
