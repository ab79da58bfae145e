/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls by which a process of the harness gets ready, and that have to succeed: a descriptor that
 * is missing, or one too many, makes a verdict of something that did not happen. A process in which
 * one fails says where and why, and ends; its supervisor finds the words, and the case is broken.
 */
#ifndef COPYHANG_CHECKED_H
#define COPYHANG_CHECKED_H

#include <errno.h>
#include <stddef.h>

#define CHECKED_FAILED 125 /* the exit status of a process that could not get ready */

/**
 * CHECKED() - @call, as the C library has them: negative is failure, with errno.
 * Return: what it returns; only if it has not failed.
 */
#define CHECKED(call) checked((call), #call, __FILE__, __LINE__)

/** CHECKED_ERRNO() - the same for one that returns 0 or an errno, as pthread_create(3) does. */
#define CHECKED_ERRNO(call) checked_errno((call), #call, __FILE__, __LINE__)

/**
 * checked_into() - where this process and those that it forks say it: @text, @size bytes of shared
 * memory that begin with 0, borrowed; NULL: nowhere. What is there first stays.
 */
void checked_into(char *text, size_t size);

/** checked_as() - who says it: @who, constant text. */
void checked_as(const char *who);

/** checked_say() - say that @who, another process, @what; with @error, if that is not 0. */
void checked_say(const char *who, const char *what, int error);

/** checked_fail() - say that @what failed with @error, and end this process. */
_Noreturn void checked_fail(const char *what, int error, const char *file, int line);

static inline int checked(long result, const char *what, const char *file, int line)
{
	if (result < 0)
		checked_fail(what, errno, file, line);
	return (int)result;
}

static inline void checked_errno(int error, const char *what, const char *file, int line)
{
	if (error)
		checked_fail(what, error, file, line);
}

#endif
