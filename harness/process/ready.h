/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes of the harness wait for each other until they are ready, and know when one cannot be.
 */
#ifndef COPYHANG_READY_H
#define COPYHANG_READY_H

#include <stdbool.h>
#include <sys/types.h>

/** ready_tell() - tell who waits at the other end of @fd that this process is ready. */
void ready_tell(int fd);

/**
 * ready_await() - wait until the one at the other end of @fd, @who, is ready. Return: 0, or
 * -errno, and why is said (checked.h): it is gone, or has not come to it in time.
 */
int ready_await(int fd, const char *who);

/** ready_never() - say that of @who: it @ended, or time is up. */
void ready_never(const char *who, bool ended);

/** ready_abandon() - end and reap child @pid, if it is one, which has not become ready. */
void ready_abandon(pid_t pid);

#endif
