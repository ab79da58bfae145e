// SPDX-License-Identifier: GPL-2.0-only
/* Who is where, with which descriptor, before the copy begins. */
#include "waking_scene.h"

#include "checked.h"
#include "children.h"
#include "copier.h"
#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* --- The children --- */

/*
 * Files as a whole. Of a pipe so much that each of those who wait for room there finds a page of
 * it; and no more, since a terminal takes little as long as nobody reads it.
 */
static int64_t limit_of(const struct test_case *test)
{
	if (!test->source->regular)
		return test->act->waking->count * sysconf(_SC_PAGESIZE);
	return test->sink->regular ? COPY_UNLIMITED : (int64_t)PATTERN_STREAM;
}

static _Noreturn void be_copier(const struct scene *scene)
{
	struct copy copy = {
		.in = FD_SOURCE,
		.out = FD_SINK,
		.limit = limit_of(scene->test),
	};
	int error;

	copy_prepare(scene->test->strategy, &copy);
	tracee_wait();
	if (scene->test->act->waking->enlarges)
		CHECKED(fcntl(FD_SINK, F_SETPIPE_SZ, 2 * CHECKED(fcntl(FD_SINK, F_GETPIPE_SZ))));
	error = copy_through(scene->test->strategy, &copy);
	scene->report->copied = copy.moved;
	scene->report->error = -error;
	scene->report->done = !error;
	_exit(0);
}

/* --- The scene --- */

static bool fails(struct waking_scene *set, const char *fault, int error)
{
	return scene_fails(&set->scene, fault, error);
}

static bool has_sleepers(const struct waking *waking, const struct endpoint *end)
{
	const bool of_sink = role_is_sink(end->role);

	if (of_sink ? waking->at_sources_only : waking->at_sinks_only)
		return false;
	return end->kind->regular ? waking->watches_files : of_sink || end->role == ROLE_FEED;
}

static int far_of(const struct scene *scene, const struct endpoint *end)
{
	if (end->kind->regular)
		return end->fd;
	return end == &scene->sink && scene->output >= 0 ? scene->output : end->far;
}

static struct channel channel_of(const struct waking_scene *set, const struct endpoint *end)
{
	const bool writes = role_is_sink(end->role);
	const int far = far_of(&set->scene, end);

	return (struct channel){
		.reads = writes ? far : end->fd,
		.writes = writes ? end->fd : far,
		.of_sink = writes && !set->waking->enlarges,
		.is_file = end->kind->regular,
	};
}

/* A source that was put in the place of a sink is not. */
static bool is_written_to(const struct endpoint *end)
{
	const int flags = fcntl(end->fd, F_GETFL);

	if (flags < 0 || (flags & O_ACCMODE) != O_RDONLY)
		return flags >= 0;
	errno = EBADF;
	return false;
}

/*
 * The sink, before anybody sleeps there. Not one that is kept by a server: O_NONBLOCK keeps nobody
 * from waiting for an answer.
 */
static bool prepare(const struct waking_scene *set, const struct endpoint *end)
{
	if (!role_is_sink(end->role))
		return true;
	if (!is_written_to(end))
		return false;
	if (end->kind->withholds) {
		errno = EOPNOTSUPP;
		return false;
	}
	if (set->waking->enlarges)
		return endpoint_fill(end->fd, PATTERN_FILE) > 0;
	return !set->waking->holds || endpoint_fill(end->fd, 1) == 1;
}

static bool start_sleepers(struct waking_scene *set, const struct endpoint *end)
{
	const struct channel channel = channel_of(set, end);

	if (!prepare(set, end))
		return fails(set, "cannot write to the sink", errno);
	for (int i = 0; i < set->waking->count; i++) {
		if (!sleeper_start(&set->sleepers[set->count], &set->scene, &channel))
			return false;
		set->count++;
	}
	return true;
}

/* Who holds the far side of a sink keeps it from being a broken pipe. */
static bool start_at(struct waking_scene *set, const struct endpoint *end)
{
	const struct channel channel = channel_of(set, end);
	const bool sleeps = has_sleepers(set->waking, end);

	if (sleeps && !start_sleepers(set, end))
		return false;
	return (!sleeps && end->kind->regular) || waker_start(&set->scene, &channel);
}

/* Those that lack something say so before they wait to be let begin. */
static bool lacks_nothing(struct waking_scene *set, const struct sleeper *sleepers, int count)
{
	for (int i = 0; i < count; i++) {
		int error;
		const char *lacks = sleeper_lacks(&sleepers[i], &error);

		if (lacks)
			return scene_lacks(&set->scene, lacks, NULL, -error);
	}
	return true;
}

#define TAKEN_UNREAD (16 << 10) /* bytes, by a terminal: pages of 4 KiB, but not of 64 */

static bool takes_all(const struct test_case *test)
{
	return !test->sink->full_is_full || limit_of(test) <= TAKEN_UNREAD;
}

bool waking_scene_set(struct waking_scene *set, const struct test_case *test)
{
	struct scene *scene = &set->scene;

	*set = (struct waking_scene){
		.waking = test->act->waking,
		.idle = { .fd = -1, .far = -1, .watched = -1 },
	};
	if (!scene_open(scene, test, &own_copier))
		return false;
	if (!takes_all(test))
		return scene_lacks(scene, "a terminal takes less than a page of this machine", NULL,
				   -EMSGSIZE);
	if (!sleepers_begin())
		return fails(set, "cannot map memory", errno);
	scene->copier =
		scene_start(scene, "the copier", scene->source.fd, scene->sink.fd, be_copier);
	return scene->copier && start_at(set, &scene->sink) && start_at(set, &scene->source) &&
	       scene_begin(scene) && lacks_nothing(set, set->sleepers, set->count);
}

/* --- The control --- */

const struct endpoint *waking_scene_end(const struct waking_scene *set,
					const struct sleeper *sleeper)
{
	const bool at_sink = sleeper->of_sink || set->waking->enlarges;

	return at_sink ? &set->scene.sink : &set->scene.source;
}

bool waking_scene_start_control(struct waking_scene *set, const struct endpoint *end)
{
	struct scene *scene = &set->scene;
	const char *missing = NULL;
	int error = endpoint_open(&set->idle, end->kind, end->role, end->size, &missing);

	if (error)
		return scene_lacks(scene, missing, "cannot open what the control sleeps at", error);
	if (!prepare(set, &set->idle))
		return fails(set, "cannot write to what the control sleeps at", errno);
	set->idle_channel = channel_of(set, &set->idle);
	return sleeper_start(&set->control, scene, &set->idle_channel) && scene_begin(scene) &&
	       lacks_nothing(set, &set->control, 1);
}

int waking_scene_clear(struct waking_scene *set)
{
	const int left = scene_clear(&set->scene);

	endpoint_close(&set->idle);
	return left;
}
