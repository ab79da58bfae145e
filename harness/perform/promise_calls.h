/* SPDX-License-Identifier: GPL-2.0-only */
/* What the calls of a promise's copy said: is any of it what no call is to say? */
#ifndef COPYHANG_PROMISE_CALLS_H
#define COPYHANG_PROMISE_CALLS_H

#include "promise_whole.h"

/** promise_look_at_calls() - keep in the outcome what is to be judged of them, once it is over. */
void promise_look_at_calls(struct whole *whole);

/** promise_tell_calls() - append the errors that are written elsewhere than in the call's page. */
void promise_tell_calls(const struct whole *whole, struct text *text);

#endif
