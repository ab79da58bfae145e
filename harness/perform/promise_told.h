/* SPDX-License-Identifier: GPL-2.0-only */
/* What is told of a promise's copy, as evidence. */
#ifndef COPYHANG_PROMISE_TOLD_H
#define COPYHANG_PROMISE_TOLD_H

#include "promise_whole.h"

/** promise_tell() - append it as `key=value` lines. */
void promise_tell(const struct whole *whole, struct text *text);

#endif
