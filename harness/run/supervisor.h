/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The process that plays cases, one after the other: parent and tracer of the others. After one
 * that may have left anything behind it ends; so no case can have part in another's verdict.
 */
#ifndef COPYHANG_SUPERVISOR_H
#define COPYHANG_SUPERVISOR_H

#include "case.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * supervisor_start() - fork one, which ends with its parent. Return: its pid, or -1 with errno.
 * It plays some of @cases, @first to begin with, which also tells if it cannot even do that. What
 * it puts into @results of one counts once supervisor_is_done(), or if the process exits with 0.
 * @line: becomes the caller's descriptor for the functions below; its closing is the end of it.
 */
pid_t supervisor_start(const struct test_case *cases, const struct results *results, size_t first,
		       int *line);

/** supervisor_play() - have it play @cases[@index]. Return: false if it is gone. */
bool supervisor_play(int line, size_t index);

/**
 * supervisor_is_done() - has it come to the end of that case, and waits for another one? Where it
 * is about to exit instead, *@line is closed: nothing more is told there.
 */
bool supervisor_is_done(int *line);

#endif
