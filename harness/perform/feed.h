/* SPDX-License-Identifier: GPL-2.0-only */
/* Refills of the source, for a program that takes more than a pipe holds before it writes. */
#ifndef COPYHANG_FEED_H
#define COPYHANG_FEED_H

#include "scene.h"

/**
 * feed_refills() - have the source refilled, if a program under test has taken all of it; but not
 * without end, and less once it is @held_up at its sink. Return: true while a refill is under way.
 */
bool feed_refills(struct scene *scene, bool held_up);

/** feed_taken() - Return: of how many bytes is it known that the program took them by now? */
int64_t feed_taken(const struct scene *scene);

/** feed_end() - no more refills: who was there for them comes to the act, if it is his. */
void feed_end(struct scene *scene);

#endif
