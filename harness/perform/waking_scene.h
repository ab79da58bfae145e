/* SPDX-License-Identifier: GPL-2.0-only */
/* The scene of a case with a waking: a copier, and at the ends those who sleep, and wake them. */
#ifndef COPYHANG_WAKING_SCENE_H
#define COPYHANG_WAKING_SCENE_H

#include "scene.h"
#include "sleeper.h"
#include "waking.h"

struct waking_scene {
	const struct waking *waking;
	struct scene scene;
	struct sleeper sleepers[SLEEPERS_MAX], control;
	int count;
	struct endpoint idle; /* what the control sleeps at; waking_scene_clear() closes it */
	struct channel idle_channel;
};

/**
 * waking_scene_set() - open the endpoints, start and follow all; all but the copier begin.
 * Return: false with the scene's fault or missing set. waking_scene_clear() is due in either case.
 */
bool waking_scene_set(struct waking_scene *set, const struct test_case *test);

/** waking_scene_end() - Return: the endpoint at which @sleeper sleeps. */
const struct endpoint *waking_scene_end(const struct waking_scene *set,
					const struct sleeper *sleeper);

/**
 * waking_scene_start_control() - start one who sleeps at the like of @end, where nobody copies;
 * channel_wake() at set->idle_channel wakes it. Return: false with fault or missing set.
 */
bool waking_scene_start_control(struct waking_scene *set, const struct endpoint *end);

/** waking_scene_clear() - as scene_clear(). */
int waking_scene_clear(struct waking_scene *set);

#endif
