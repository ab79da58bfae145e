// SPDX-License-Identifier: GPL-2.0-only
/* A program to be put under test: it copies through a strategy, in many a manner. */
#include "cases.h"
#include "descriptors.h"

#include <fcntl.h>
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

static int plainly(void)
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

/* Without harm at first: it waits for the source, but not for long. */
static int after_a_poll(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };

	poll(&source, 1, 2500);
	return plainly();
}

static int while_polling(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };

	while (!poll(&source, 1, 50))
		;
	return plainly();
}

/* --- A wait of a minute, which is as good as one without end --- */

static const struct timespec minute = { .tv_sec = 60 };

static int after_a_minute_in_poll(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };

	poll(&source, 1, 60000);
	return plainly();
}

static int after_a_minute_in_ppoll(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };
	struct timespec limit = minute; /* the kernel writes into it */

	syscall(SYS_ppoll, &source, 1, &limit, NULL, 0);
	return plainly();
}

static int after_a_minute_in_select(void)
{
	struct timeval limit = { .tv_sec = 60 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(FD_SOURCE, &set);
#ifdef SYS_select
	syscall(SYS_select, FD_SOURCE + 1, &set, NULL, NULL, &limit);
#else
	select(FD_SOURCE + 1, &set, NULL, NULL, &limit);
#endif
	return plainly();
}

static int after_a_minute_in_pselect(void)
{
	fd_set set;

	FD_ZERO(&set);
	FD_SET(FD_SOURCE, &set);
	pselect(FD_SOURCE + 1, &set, NULL, NULL, &minute, NULL);
	return plainly();
}

static int epoll_with(int fd, uint32_t events)
{
	struct epoll_event event = { .events = events };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
	return epoll;
}

static int after_a_minute_in_epoll(void)
{
	struct epoll_event event;

	epoll_wait(epoll_with(FD_SOURCE, EPOLLIN), &event, 1, 60000);
	return plainly();
}

static int after_a_minute_in_epoll_pwait2(void)
{
	const int epoll = epoll_with(FD_SOURCE, EPOLLIN);
	struct epoll_event event;
	int got = -1;

#ifdef SYS_epoll_pwait2
	got = (int)syscall(SYS_epoll_pwait2, epoll, &event, 1, &minute, NULL, 0);
#endif
	if (got < 0) /* before Linux 5.11 */
		epoll_wait(epoll, &event, 1, 60000);
	return plainly();
}

/* --- Waits in which the copy's ends are among other things, or are not --- */

/* So many that their list in /proc is longer than a page. */
static int after_a_large_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_with(FD_SOURCE, EPOLLIN);

	for (int i = 0; i < 900; i++)
		epoll_ctl(epoll, EPOLL_CTL_ADD, eventfd(0, 0), &event);
	epoll_wait(epoll, &event, 1, -1);
	return plainly();
}

static int after_a_large_poll(void)
{
	struct pollfd fds[200];

	for (int i = 0; i < 199; i++)
		fds[i] = (struct pollfd){ .fd = eventfd(0, 0), .events = POLLIN };
	fds[199] = (struct pollfd){ .fd = FD_SOURCE, .events = POLLIN };
	poll(fds, 200, -1);
	return plainly();
}

/* In its set, but not for what it yields. */
static int after_an_epoll_for_nothing(void)
{
	struct epoll_event event;

	epoll_wait(epoll_with(FD_SOURCE, EPOLLPRI), &event, 1, -1);
	return plainly();
}

static int a_timer(void)
{
	const struct itimerspec hours = { .it_value = { .tv_sec = 10000 } };
	const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	timerfd_settime(timer, 0, &hours, NULL);
	return timer;
}

/* It looks at both ends until each has been ready: as socat(1) does before it reads. */
static int once_both_are_ready_in_poll(void)
{
	struct pollfd fds[] = {
		{ .fd = a_timer(), .events = POLLIN },
		{ .fd = FD_SOURCE, .events = POLLIN },
		{ .fd = eventfd(0, 0), .events = POLLIN },
		{ .fd = FD_SINK, .events = POLLOUT },
	};

	while (fds[1].fd >= 0 || fds[3].fd >= 0) {
		if (poll(fds, 4, -1) < 0)
			return 1;
		for (int i = 1; i < 4; i += 2) {
			if (fds[i].revents)
				fds[i].fd = -1;
		}
	}
	return plainly();
}

static int once_both_are_ready_in_select(void)
{
	const int timer = a_timer();
	bool in = false, out = false;

	while (!in || !out) {
		fd_set from, to;

		FD_ZERO(&from);
		FD_ZERO(&to);
		FD_SET(timer, &from);
		if (!in)
			FD_SET(FD_SOURCE, &from);
		if (!out)
			FD_SET(FD_SINK, &to);
		if (select(timer + 1, &from, &to, NULL, NULL) < 0)
			return 1;
		in |= FD_ISSET(FD_SOURCE, &from);
		out |= FD_ISSET(FD_SINK, &to);
	}
	return plainly();
}

static int once_both_are_ready_in_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	const int epoll = epoll_with(FD_SOURCE, EPOLLIN | EPOLLET);
	struct epoll_event room = { .events = EPOLLOUT };

	epoll_ctl(epoll, EPOLL_CTL_ADD, a_timer(), &event);
	epoll_ctl(epoll, EPOLL_CTL_ADD, FD_SINK, &room);
	while (epoll_wait(epoll, &event, 1, -1) == 1 && !(event.events & EPOLLOUT))
		;
	return plainly();
}

/* What it has to say there may be something else than the copy. */
static int once_there_is_room(void)
{
	struct pollfd sink = { .fd = FD_SINK, .events = POLLOUT };

	poll(&sink, 1, -1);
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
