/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has a part in a promise's copy: one who copies, and one who empties the sink. */
#ifndef COPYHANG_PROMISE_CHILDREN_H
#define COPYHANG_PROMISE_CHILDREN_H

#include "contents.h"
#include "scene.h"

/* Where both tell what they did, until the next ones are started: shared with their supervisor. */
extern struct arrival *promise_arrival;

/** promise_filters() - is the copier to have the filter of filter.h? The same in all processes. */
bool promise_filters(const struct scene *scene);

/** promise_copier() - waits to be let begin, and copies as the promise says. */
_Noreturn void promise_copier(const struct scene *scene);

/**
 * promise_reader() - empties the sink: by a portion for each byte on the release pipe; and once
 * that is closed, to its end.
 */
_Noreturn void promise_reader(const struct scene *scene);

#endif
