/* SPDX-License-Identifier: GPL-2.0-only */
/* A promise's copy is watched: from its beginning to its end, or until there will be none. */
#ifndef COPYHANG_PROMISE_WATCH_H
#define COPYHANG_PROMISE_WATCH_H

#include "promise_whole.h"

/**
 * promise_watch_copy() - let the copier begin, and come to its end, with what the promise has
 * happen meanwhile. What was seen is in @whole afterwards.
 */
void promise_watch_copy(struct whole *whole);

/** promise_watch_reader() - Return: did who empties the sink come to its end in time? */
bool promise_watch_reader(struct whole *whole);

#endif
