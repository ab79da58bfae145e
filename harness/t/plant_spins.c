// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copiers that run on. In the kernel, harmlessly, on any: it makes random bytes, 2 GiB of them in
 * one call, which takes seconds of a CPU wherever it was tried, sleeps nowhere, and ends with
 * SIGKILL (random(4)). Memory it takes none to speak of: all go to the same place.
 */
#include "plants.h"

#include "clock.h"
#include "movers.h"
#include "time_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define SEGMENTS 1024 /* IOV_MAX, readv(2) */
#define SEGMENT (2 << 20)

static struct iovec segments[SEGMENTS];

/* Return: what to read @segments from, which are made. */
static int open_random(void)
{
	static char bytes[SEGMENT];
	static int random = -1;

	if (random < 0)
		random = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	for (int i = 0; i < SEGMENTS; i++)
		segments[i] = (struct iovec){ .iov_base = bytes, .iov_len = SEGMENT };
	return random;
}

/* Return: as readv(2). */
static ssize_t run_in_kernel(void)
{
	return readv(open_random(), segments, SEGMENTS);
}

static ssize_t move_nothing_in_kernel(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	while (run_in_kernel() > 0)
		;
	return -1;
}

/* A worker of io_uring's does it, and the copier sleeps. */
static ssize_t move_nothing_by_worker(struct copy *copy, size_t count)
{
	const int random = open_random();
	struct io_uring ring;
	struct io_uring_sqe *request;
	int error = io_uring_queue_init(1, &ring, 0);

	(void)copy;
	(void)count;
	while (!error) {
		request = io_uring_get_sqe(&ring);
		io_uring_prep_readv(request, random, segments, SEGMENTS, 0);
		request->flags |= IOSQE_ASYNC;
		error = io_uring_submit_and_wait(&ring, 1) < 0;
		io_uring_cq_advance(&ring, 1);
	}
	return -1;
}

static ssize_t move_nothing_again(struct copy *copy, size_t count)
{
	char byte;

	(void)count;
	while (!read(copy->in, &byte, 0))
		;
	return -1;
}

/* More calls than a copy may make in vain, and of another file: no part of the copy. */
static ssize_t move_after_reading(struct copy *copy, size_t count)
{
	static int calls;
	char byte;

	for (int null = open("/dev/null", O_RDONLY | O_CLOEXEC); calls < 2 * SPINS_CALLS; calls++)
		(void)!read(null, &byte, 1);
	return mover_read_write.move(copy, count);
}

/* It takes its time, and a CPU, before it begins. */
static ssize_t move_after_computing(struct copy *copy, size_t count)
{
	static bool computed;
	const clock_t begun = clock();

	while (!computed && clock() - begun < 3 * CLOCKS_PER_SEC) {
		for (volatile int i = 0; i < 10000000; i++)
			;
	}
	computed = true;
	return mover_read_write.move(copy, count);
}

static pthread_t who_copies;

static void *copy_slowly(void *arg)
{
	const struct timespec a_while = { .tv_nsec = 100 * NS_PER_MS };
	struct copy *copy = arg;
	char bytes[1000];
	ssize_t n;

	while ((n = read(copy->in, bytes, sizeof(bytes))) > 0 &&
	       write(copy->out, bytes, (size_t)n) == n) {
		copy->moved += n;
		nanosleep(&a_while, NULL);
	}
	pthread_kill(who_copies, SIGUSR1);
	return NULL;
}

/*
 * In one call for as long, and all the while some bytes come into the sink. A copier of promises
 * has a handler for the signal, which cuts the call short.
 */
static ssize_t move_slowly(struct copy *copy, size_t count)
{
	pthread_t thread;

	(void)count;
	if (copy->moved)
		return 0;
	who_copies = pthread_self();
	errno = pthread_create(&thread, NULL, copy_slowly, copy);
	if (errno || run_in_kernel() < 0)
		return -1;
	pthread_join(thread, NULL);
	return 0;
}

#define BY(what, how) \
	{ \
		.name = (what), \
		.steps = { \
			{ \
				.mover = &(const struct mover){ .move = (how), \
								.calls = { SYS_read, SYS_write, \
									   SYS_readv }, \
								.ncalls = 3 }, \
				.chunk = READ_WRITE_MAX, \
			}, \
		}, \
	}

const struct strategy plant_runs_on = BY("runs_on", move_nothing_in_kernel);
const struct strategy plant_worker_runs_on = {
	.name = "worker_runs_on",
	.steps = { { .mover = &(const struct mover){ .move = move_nothing_by_worker,
						     .calls = { SYS_io_uring_enter },
						     .ncalls = 1 },
		     .chunk = READ_WRITE_MAX } },
};
const struct strategy plant_asks_in_vain = BY("asks_in_vain", move_nothing_again);
const struct strategy plant_reads_elsewhere = BY("reads_elsewhere", move_after_reading);
const struct strategy plant_computes = BY("computes", move_after_computing);
const struct strategy plant_goes_slowly = BY("goes_slowly", move_slowly);
