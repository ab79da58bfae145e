/* SPDX-License-Identifier: GPL-2.0-only */
/* Has something been asleep without a break? One look at a time, through /proc. */
#ifndef COPYHANG_REST_H
#define COPYHANG_REST_H

#include "proc.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** struct rest - since when it has been asleep; set since to 0 to begin anew. */
struct rest {
	int64_t since;
	uint64_t switches;
};

/** rest_of_thread() - Return: true once thread @tid has slept through @window ns, up to now. */
bool rest_of_thread(struct rest *rest, pid_t tid, int64_t window);

/** rest_of_process() - the same for process @pid with all its threads. */
bool rest_of_process(struct rest *rest, pid_t pid, int64_t window);

/**
 * rest_of_workers() - the same for process @pid with the threads that work for it in the kernel
 * (io_uring), but without one that its tracer holds.
 */
bool rest_of_workers(struct rest *rest, pid_t pid, int64_t window);

/** rest_of_sample() - the same for what @sample was taken of, at this moment. */
bool rest_of_sample(struct rest *rest, const struct proc_sample *sample, int64_t window);

#endif
