/* SPDX-License-Identifier: GPL-2.0-only */
/* The calls of a program under test: which of them are about the copy, and what they come to. */
#ifndef COPYHANG_PROGRAM_STEPS_H
#define COPYHANG_PROGRAM_STEPS_H

#include <stdbool.h>

struct attempt;
struct seen_step;
struct task;
struct text;

/** program_is_step(), program_wants_return() - see struct copier_kind. */
bool program_is_step(const struct attempt *attempt, const struct task *task,
		     const struct seen_step *step);
bool program_wants_return(const struct attempt *attempt, const struct task *task);

/**
 * program_describe_cascade() - append what it was seen to do, in words: "splice 64 KiB to private
 * pipe, then splice to stdout". Two programs that copy alike have the same words; what is left out
 * differs from run to run: how much was there, and that the reader was gone by then.
 */
void program_describe_cascade(const struct attempt *attempt, struct text *text);

#endif
