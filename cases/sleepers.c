// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleepers: how one gets ready to wait at an end, and the one call that it waits in. What a copy
 * does to an end others must come to know as from read(2) and write(2); within the kernel splice(2)
 * and its kin do that in places of their own (wakeup_pipe_readers() and wakeup_pipe_writers() in
 * fs/splice.c), some of which came late.
 */
#include "sleepers.h"

#include "act.h"
#include "checked.h"
#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <unistd.h>

static const char *prepare_nothing(int fd, bool of_sink)
{
	(void)fd;
	(void)of_sink;
	return NULL;
}

/* --- read(2) and write(2): two, of whom the kernel may wake one, who then wakes the other --- */

static bool sleep_in_read(int fd, bool of_sink)
{
	char byte;

	(void)of_sink;
	return read(fd, &byte, 1) == 1;
}

static bool sleep_in_write(int fd, bool of_sink)
{
	(void)of_sink;
	return write(fd, pattern_bytes(), 1) == 1;
}

const struct waking waking_read = {
	.written =
		"read(2); pipe(7), I/O on pipes and FIFOs: a reader of an empty pipe waits until "
		"data is available",
	.count = 2,
	.at_sinks_only = true,
	.prepare = prepare_nothing,
	.sleep = sleep_in_read,
};

const struct waking waking_write = {
	.written = "write(2); pipe(7), I/O on pipes and FIFOs: a writer to a full pipe waits until "
		   "sufficient data has been read",
	.count = 2,
	.at_sources_only = true,
	.prepare = prepare_nothing,
	.sleep = sleep_in_write,
};

const struct waking waking_setpipe_sz = {
	.written =
		"pipe(7), Pipe capacity; fcntl(2), F_SETPIPE_SZ: there is room then; kernel commit "
		"e95aada4cb93 (6.8): a writer who slept before is told of it",
	.count = 1,
	.at_sinks_only = true,
	.enlarges = true,
	.prepare = prepare_nothing,
	.sleep = sleep_in_write,
};

/* --- poll(2) --- */

static bool sleep_in_poll(int fd, bool of_sink)
{
	struct pollfd end = { .fd = fd, .events = of_sink ? POLLIN : POLLOUT };

	return poll(&end, 1, -1) == 1 && end.revents & end.events;
}

const struct waking waking_poll = {
	.written = "poll(2): POLLIN, there is data to read; POLLOUT, writing is now possible",
	.count = 1,
	.prepare = prepare_nothing,
	.sleep = sleep_in_poll,
};

/* --- epoll(7), EPOLLET: the sink holds a byte already, and that has been told --- */

static int epoll = -1;

static bool await_edge(bool of_sink, int ms)
{
	const uint32_t wanted = of_sink ? EPOLLIN : EPOLLOUT;
	struct epoll_event event = { 0 };

	return epoll_wait(epoll, &event, 1, ms) == 1 && event.events & wanted;
}

static const char *prepare_epoll(int fd, bool of_sink)
{
	struct epoll_event event = { .events = EPOLLET | (of_sink ? EPOLLIN : EPOLLOUT) };

	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0 && errno == ENOSYS)
		return "no epoll(7)";
	CHECKED(epoll);
	CHECKED(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	while (await_edge(of_sink, 0))
		;
	return NULL;
}

static bool sleep_in_epoll(int fd, bool of_sink)
{
	(void)fd;
	return await_edge(of_sink, -1);
}

const struct waking waking_epollet = {
	.written = "epoll(7): with EPOLLET events are generated upon receipt of multiple chunks of "
		   "data; kernel commits 3a34b13a88ca, 3b844826b6c6 (5.14)",
	.count = 1,
	.holds = true,
	.prepare = prepare_epoll,
	.sleep = sleep_in_epoll,
};

/* --- SIGIO: it is blocked, and waited for --- */

static const char *prepare_sigio(int fd, bool of_sink)
{
	sigset_t signals;

	(void)of_sink;
	sigemptyset(&signals);
	sigaddset(&signals, SIGIO);
	CHECKED(sigprocmask(SIG_BLOCK, &signals, NULL));
	CHECKED(fcntl(fd, F_SETOWN, getpid()));
	CHECKED(fcntl(fd, F_SETFL, CHECKED(fcntl(fd, F_GETFL)) | O_ASYNC));
	return NULL;
}

static bool sleep_until_sigio(int fd, bool of_sink)
{
	sigset_t signals;

	(void)fd;
	(void)of_sink;
	sigemptyset(&signals);
	sigaddset(&signals, SIGIO);
	return sigwaitinfo(&signals, NULL) == SIGIO;
}

const struct waking waking_sigio = {
	.written =
		"fcntl(2), F_SETFL, F_SETOWN: with O_ASYNC, SIGIO whenever input or output becomes "
		"possible; signal(7)",
	.count = 1,
	.prepare = prepare_sigio,
	.sleep = sleep_until_sigio,
};

/* --- inotify(7), fanotify(7): watchers of what source and sink are --- */

static int watch = -1;

static const char *prepare_inotify(int fd, bool of_sink)
{
	(void)fd;
	watch = inotify_init1(IN_CLOEXEC);
	if (watch < 0 && (errno == ENOSYS || errno == EMFILE))
		return errno == ENOSYS ? "no inotify(7)" :
					 "no more inotify(7) instances for this user";
	CHECKED(watch);
	if (inotify_add_watch(watch, "/proc/self/fd/0", of_sink ? IN_MODIFY : IN_ACCESS) >= 0)
		return NULL;
	if (errno == ENOSPC)
		return "no more inotify(7) watches for this user";
	CHECKED(-1);
	return NULL;
}

static bool sleep_in_inotify(int fd, bool of_sink)
{
	_Alignas(struct inotify_event) char bytes[sizeof(struct inotify_event) + NAME_MAX + 1];
	const struct inotify_event *event = (const void *)bytes;

	(void)fd;
	return read(watch, bytes, sizeof(bytes)) >= (ssize_t)sizeof(*event) &&
	       event->mask & (of_sink ? IN_MODIFY : IN_ACCESS);
}

const struct waking waking_inotify = {
	.written = "inotify(7): IN_ACCESS, file was accessed; IN_MODIFY, file was modified; of "
		   "mmap(2) alone it says that nobody is told",
	.count = 1,
	.watches_files = true,
	.prepare = prepare_inotify,
	.sleep = sleep_in_inotify,
};

static const char *prepare_fanotify(int fd, bool of_sink)
{
	const uint64_t mask = of_sink ? FAN_MODIFY : FAN_ACCESS;

	watch = fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC, O_RDONLY | O_CLOEXEC);
	if (watch < 0 && (errno == ENOSYS || errno == EPERM || errno == EMFILE))
		return errno == EPERM ? "fanotify(7) is not permitted here" :
					"no fanotify(7), or no more of it for this user";
	CHECKED(watch);
	if (fanotify_mark(watch, FAN_MARK_ADD, mask, fd, NULL) < 0)
		return "no fanotify(7) for such a file";
	return NULL;
}

static bool sleep_in_fanotify(int fd, bool of_sink)
{
	struct fanotify_event_metadata event;

	(void)fd;
	return read(watch, &event, sizeof(event)) == (ssize_t)sizeof(event) &&
	       event.mask & (of_sink ? FAN_MODIFY : FAN_ACCESS);
}

const struct waking waking_fanotify = {
	.written = "fanotify(7): FAN_ACCESS, a file was accessed (read); FAN_MODIFY, a file was "
		   "modified; of mmap(2) alone it says that nobody is told",
	.count = 1,
	.watches_files = true,
	.prepare = prepare_fanotify,
	.sleep = sleep_in_fanotify,
};
