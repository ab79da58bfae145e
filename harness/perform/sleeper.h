/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who sleeps at an end of a copy, and who wakes them in the ordinary way, by write(2) and read(2).
 * A sleeper makes one call from its tracee_wait() on: it sleeps there, and has woken when that
 * returns.
 */
#ifndef COPYHANG_SLEEPER_H
#define COPYHANG_SLEEPER_H

#include "calling.h"
#include "quiescence.h"
#include "scene.h"
#include "waking.h"

struct told;

/** struct sleeper - one of them; times in ns, 0: not yet. */
struct sleeper {
	bool of_sink; /* it sleeps for bytes, or else for room */
	struct task *task;
	struct told *told;   /* what it tells itself, in shared memory */
	struct calling call; /* in which it sleeps */
	struct quiescence sleep;
	int64_t woke_at;
};

/** struct channel - an end of a copy with its far side: what is written comes out to be read. */
struct channel {
	int reads, writes; /* borrowed; of a file both are the file */
	bool of_sink, is_file;
};

/**
 * sleeper_start() - start and follow @sleeper, with the far side of @channel; scene_begin() is due.
 * Return: false with the scene's fault or missing set.
 */
bool sleeper_start(struct sleeper *sleeper, struct scene *scene, const struct channel *channel);

/** sleepers_begin() - for a new scene: nobody is there. Return: false with errno. */
bool sleepers_begin(void);

/** sleeper_lacks() - Return: what it needs and cannot have, with errno in *@error; or NULL. */
const char *sleeper_lacks(const struct sleeper *sleeper, int *error);

/** sleeper_note() - for the tracer's on_call: keep the call that it sleeps in, and its return. */
void sleeper_note(struct sleeper *sleeper, const struct task *task);

/** sleeper_look() - keep whether it sleeps. */
void sleeper_look(struct sleeper *sleeper);

/** sleeper_rests() - has it slept one sleep, in its call, for @window ns? */
bool sleeper_rests(const struct sleeper *sleeper, int64_t window);

/** sleeper_is_right() - it has ended: was it for what it slept for that it woke? */
bool sleeper_is_right(const struct sleeper *sleeper);

/**
 * waker_start() - start one who wakes the sleepers at @channel, of the copy, as channel_wake()
 * does, once scene->release[1] is closed. Return: false with the scene's fault or missing set.
 */
bool waker_start(struct scene *scene, const struct channel *channel);

/** waker_acts_at() - Return: when the one at the sink, or else at the source, did so; 0: not yet.
 */
int64_t waker_acts_at(bool of_sink);

/** waker_found_event() - what they sleep for was there, when it did so. */
bool waker_found_event(bool of_sink);

/** channel_prepare() - empty a sink, fill a source, so that what wakes them can be done once more.
 */
void channel_prepare(const struct channel *channel);

/**
 * channel_wake() - do in the ordinary way what @count sleepers at @channel sleep for: write to a
 * sink, read all of a source, and do either to a file.
 */
void channel_wake(const struct channel *channel, int count);

#endif
