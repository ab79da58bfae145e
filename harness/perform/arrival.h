/* SPDX-License-Identifier: GPL-2.0-only */
/* What arrived of the copy of an act's case. */
#ifndef COPYHANG_ARRIVAL_H
#define COPYHANG_ARRIVAL_H

#include <stdbool.h>

struct scene;
struct text;

/**
 * arrival_differs() - are bytes, counts or offsets, once the copier is done, not as promised? Then
 * @evidence gets a line: wrong=WHICH.
 */
bool arrival_differs(const struct scene *scene, struct text *evidence);

#endif
