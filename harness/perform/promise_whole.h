/* SPDX-License-Identifier: GPL-2.0-only */
/* A promise's copy under way, as those know it who set, watch, and tell of it. */
#ifndef COPYHANG_PROMISE_WHOLE_H
#define COPYHANG_PROMISE_WHOLE_H

#include "outcome.h"
#include "pattern.h"
#include "promise.h"
#include "quiescence.h"
#include "scene.h"
#include "spinning.h"
#include "steps.h"

/* What no copy of these files comes near; beyond the source's hole. */
#define PROMISE_BYTES_MAX ((int64_t)(16 * PATTERN_FILE))

/** struct whole - a whole copy. */
struct whole {
	const struct promise *promise;
	struct scene scene;
	struct outcome outcome;
	struct steps steps;
	struct task *onlooker;    /* who reads the source meanwhile; or NULL */
	struct endpoint released; /* the source, with a far end of its own; or -1 */
	struct quiescence sleep;  /* of the copier, in the call that a signal is to come into */
	unsigned int serial;      /* of the call that a signal comes into */
	unsigned int calls, idle; /* of the copy, and those since bytes moved */
	int64_t bytes;
	struct spinning spinning; /* it runs on, and moves nothing: until it is killed, */
	struct spinning killed;   /* and after that */
	struct text undocumented; /* the outcome's */
	int killable;             /* 1, 0, or -1: was not tried */
};

/** whole_fails() - keep @fault, with errno @error or 0, if it is the first. Return: false. */
static inline bool whole_fails(struct whole *whole, const char *fault, int error)
{
	if (!whole->outcome.fault) {
		whole->outcome.fault = fault;
		whole->scene.error = error;
	}
	return false;
}

#endif
