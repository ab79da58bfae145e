// SPDX-License-Identifier: GPL-2.0-only
/* A program to be put under test: it copies through a strategy, in many a manner. */
#include "cases.h"
#include "descriptors.h"
#include "program_waits.h"

#include <fcntl.h>
#include <liburing.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIB (1UL << 30)

static const struct strategy *strategy;

static int copy(int in, int out)
{
	struct copy whole = { .in = in, .out = out, .limit = COPY_UNLIMITED };
	int error = copy_through(strategy, &whole);

	if (error)
		fprintf(stderr, "program: %s: %s\n", strategy->name, strerror(-error));
	return !!error;
}

int plainly(void)
{
	return copy(FD_SOURCE, FD_SINK);
}

/* Under other numbers, and the first ones of something else. */
static int elsewhere(void)
{
	const int in = dup(FD_SOURCE), out = dup(FD_SINK);

	null_descriptors();
	return copy(in, out);
}

static void *thread(void *arg)
{
	*(int *)arg = plainly();
	return NULL;
}

static int in_a_thread(void)
{
	pthread_t other;
	int status = 1;

	if (!pthread_create(&other, NULL, thread, &status))
		pthread_join(other, NULL);
	return status;
}

static int in_a_child_of(int (*mode)(void))
{
	const pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(mode());
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int in_a_child(void)
{
	return in_a_child_of(plainly);
}

static int in_a_grandchild(void)
{
	return in_a_child_of(in_a_child);
}

/* Nobody waits for it, and no polite signal ends it. */
static int as_a_daemon(void)
{
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (fork())
		return 0;
	setsid();
	if (fork())
		return 0;
	return plainly();
}

static int leaving_children(void)
{
	for (int i = 0; i < 3; i++) {
		if (!fork()) {
			setsid();
			null_descriptors();
			for (;;)
				pause();
		}
	}
	return plainly();
}

/* No tracer can have it. */
static int leaving_an_untraced_child(void)
{
	if (!syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL, NULL)) {
		setsid();
		null_descriptors();
		for (;;)
			pause();
	}
	return plainly();
}

/* --- Much is taken from the source before anything is written --- */

static char block[4 << 20];

/* Return: how much of it there was before the end of the file. */
static size_t read_block(void)
{
	size_t size = 0;
	ssize_t n;

	while (size < sizeof(block) &&
	       (n = read(FD_SOURCE, block + size, sizeof(block) - size)) > 0)
		size += (size_t)n;
	return size;
}

static bool write_block(size_t size)
{
	size_t done = 0;
	ssize_t n;

	while (done < size && (n = write(FD_SINK, block + done, size - done)) > 0)
		done += (size_t)n;
	return done == size;
}

static int by_blocks(void)
{
	size_t size;

	while ((size = read_block())) {
		if (!write_block(size))
			return 1;
	}
	return 0;
}

/* It keeps that to itself, and copies what comes next. */
static int after_a_block(void)
{
	read_block();
	return plainly();
}

static int after_all(void)
{
	while (read_block())
		;
	return plainly();
}

static void *write_once(void *arg)
{
	write_block(sizeof(block));
	return arg;
}

/* As mbuffer(1) does that has a large buffer. */
static int reading_ahead(void)
{
	pthread_t other;

	read_block();
	if (pthread_create(&other, NULL, write_once, NULL))
		return 1;
	while (read_block())
		;
	pthread_join(other, NULL);
	return 0;
}

static void *idle(void *arg)
{
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	static pthread_cond_t never_told = PTHREAD_COND_INITIALIZER;

	pthread_mutex_lock(&mutex);
	for (;;)
		pthread_cond_wait(&never_told, &mutex);
	return arg;
}

static void *show(void *arg)
{
	for (;;)
		poll(NULL, 0, 100);
	return arg;
}

/* A thread that waits for the others, and one that looks after a display, as mbuffer(1) has. */
static int beside_other_threads(void)
{
	pthread_t other;

	if (pthread_create(&other, NULL, idle, NULL) || pthread_create(&other, NULL, show, NULL))
		return 1;
	return once_both_are_ready_in_poll();
}

static int after_an_execve(void)
{
	const char *name = strategy->name;

	execl("/proc/self/exe", "program", "plainly", name, NULL);
	return 1;
}

static void *execute(void *arg)
{
	after_an_execve();
	return arg;
}

static int after_an_execve_in_a_thread(void)
{
	pthread_t other;

	if (!pthread_create(&other, NULL, execute, NULL))
		pthread_join(other, NULL);
	return 1;
}

static int not_at_all(void)
{
	abort();
}

static int never(void)
{
	pause();
	return 1;
}

static int after_a_gib_to(int fd)
{
	static char bytes[1 << 16];

	for (size_t done = 0; done < GIB; done += sizeof(bytes)) {
		if (write(fd, bytes, sizeof(bytes)) < 0)
			return 1;
	}
	return plainly();
}

static int after_a_gib(void)
{
	return after_a_gib_to(FD_SINK);
}

static int after_a_gib_of_complaints(void)
{
	return after_a_gib_to(STDERR_FILENO);
}

/* In one system call, or a worker in its stead: 2 GiB of random bytes, again and again. */
static int running_on(void)
{
	static struct iovec segments[1024];
	const int random = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	struct io_uring ring;

	for (size_t i = 0; i < sizeof(segments) / sizeof(segments[0]); i++)
		segments[i] = (struct iovec){ .iov_base = block, .iov_len = 2 << 20 };
	if (io_uring_queue_init(1, &ring, 0))
		return 1;
	do {
		io_uring_prep_readv(io_uring_get_sqe(&ring), random, segments, 1024, 0);
	} while (io_uring_submit_and_wait(&ring, 1) >= 0 && (io_uring_cq_advance(&ring, 1), true));
	return 1;
}

static int once_told(void)
{
	fputs("one\ntwo\001\n", stderr);
	return 3;
}

static const struct {
	const char *name;
	int (*copy)(void);
} modes[] = {
	{ "plainly", plainly },
	{ "elsewhere", elsewhere },
	{ "in_a_thread", in_a_thread },
	{ "in_a_grandchild", in_a_grandchild },
	{ "as_a_daemon", as_a_daemon },
	{ "leaving_children", leaving_children },
	{ "leaving_an_untraced_child", leaving_an_untraced_child },
	{ "after_a_poll", after_a_poll },
	{ "while_polling", while_polling },
	{ "after_a_minute_in_poll", after_a_minute_in_poll },
	{ "after_a_minute_in_ppoll", after_a_minute_in_ppoll },
	{ "after_a_minute_in_select", after_a_minute_in_select },
	{ "after_a_minute_in_pselect", after_a_minute_in_pselect },
	{ "after_a_minute_in_epoll", after_a_minute_in_epoll },
	{ "after_a_minute_in_epoll_pwait2", after_a_minute_in_epoll_pwait2 },
	{ "after_a_large_epoll", after_a_large_epoll },
	{ "after_a_large_poll", after_a_large_poll },
	{ "after_an_epoll_for_nothing", after_an_epoll_for_nothing },
	{ "once_both_are_ready_in_poll", once_both_are_ready_in_poll },
	{ "once_both_are_ready_in_select", once_both_are_ready_in_select },
	{ "once_both_are_ready_in_epoll", once_both_are_ready_in_epoll },
	{ "once_there_is_room", once_there_is_room },
	{ "by_blocks", by_blocks },
	{ "after_a_block", after_a_block },
	{ "after_all", after_all },
	{ "reading_ahead", reading_ahead },
	{ "beside_other_threads", beside_other_threads },
	{ "after_an_execve", after_an_execve },
	{ "after_an_execve_in_a_thread", after_an_execve_in_a_thread },
	{ "not_at_all", not_at_all },
	{ "never", never },
	{ "after_a_gib", after_a_gib },
	{ "after_a_gib_of_complaints", after_a_gib_of_complaints },
	{ "running_on", running_on },
	{ "once_told", once_told },
};

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	for (strategy = strategies; strategy->name && strcmp(strategy->name, argv[2]);)
		strategy++;
	for (size_t i = 0; strategy->name && i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!strcmp(modes[i].name, argv[1]))
			return modes[i].copy();
	}
	return 2;
}
