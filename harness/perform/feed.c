// SPDX-License-Identifier: GPL-2.0-only
/*
 * The source of a program that is to come to wait for its sink: a pipe that is refilled when it is
 * empty, by whoever holds its other end in any case, at the supervisor's word.
 *
 * The word is given only while the pipe is empty, which poll(2) tells without a lock, and the last
 * refill is over: then nobody who holds the pipe's lock waits for anything (see refill() in
 * children.c). If somebody does after all, it is who refills that hangs, and not the supervisor: it
 * never comes to the act, and the case is `broken`.
 */
#include "feed.h"

#include "descriptors.h"

#include <unistd.h>

/*
 * What a program gets at most. Those that collect a block first, or fill a part of a buffer, ask
 * for much less (mbuffer(1): 4 MiB); one that takes all of this wants to see the end of its input
 * (sort(1)), and is not to eat up the machine's memory.
 */
#define FEED_MAX (64 << 20)
/*
 * Refills for one that reads ahead while it waits for its sink already: so that bytes are there,
 * and it sleeps. But it has to bring all of this through after the release, in its time.
 */
#define FEED_AHEAD 8

static bool is_refilled(const struct scene *scene)
{
	return __atomic_load_n(&scene->report->refills, __ATOMIC_ACQUIRE) == scene->refills;
}

static bool is_empty(const struct scene *scene)
{
	return endpoint_standing(&scene->source) == STANDING_WITHHOLDS;
}

static int64_t given(const struct scene *scene)
{
	return (int64_t)scene->source.size + scene->report->fed;
}

bool feed_refills(struct scene *scene, bool held_up)
{
	if (!scene_feeds(scene))
		return false;
	if (!is_refilled(scene))
		return true;
	if (!is_empty(scene) || given(scene) >= FEED_MAX || (held_up && scene->ahead == FEED_AHEAD))
		return false;
	scene->ahead += held_up;
	scene->refills++;
	/* Where nobody is left to read it, that is seen elsewhere. */
	return write(scene->feed[1], "", 1) || true;
}

int64_t feed_taken(const struct scene *scene)
{
	if (!scene_feeds(scene))
		return 0;
	/* Of what it was given last some is left. */
	return is_empty(scene) ? given(scene) : given(scene) - (int64_t)scene->source.size;
}

void feed_end(struct scene *scene)
{
	if (scene->actor == scene->bystander)
		scene_gate(scene, scene->bystander);
	close_fd(&scene->feed[1]);
}
