/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Moments of another process's life, counted in its system calls: the n-th is reached on any
 * machine, however fast, and those of a whole life are spread over all that it does.
 */
#ifndef COPYHANG_MOMENTS_H
#define COPYHANG_MOMENTS_H

#include <sys/types.h>

/** moments_offer() - called by the process itself: have the parent follow it, from here on. */
void moments_offer(void);

/**
 * moments_pass() - let @pid, a child that offered it, go on to just before or just after a call.
 * @count: how many such moments there are to be; -1: all of its life.
 * @status: as of waitpid(), when it ended before.
 * Return: how many there were. When these are @count it is held there, see moments_leave().
 */
long moments_pass(pid_t pid, long count, int *status);

/** moments_leave() - send @signal to the process that is held, and let it go its way. */
void moments_leave(pid_t pid, int signal);

#endif
