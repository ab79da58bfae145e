// SPDX-License-Identifier: GPL-2.0-only
/* Ways to wait before a copy: with and without a limit, for the copy's ends and others. */
#include "program_waits.h"

#include "act.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* Without harm at first: it waits for the source, but not for long. */
int after_a_poll(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };

	poll(&source, 1, 2500);
	return plainly();
}

int while_polling(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };

	while (!poll(&source, 1, 50))
		;
	return plainly();
}

/* --- A wait of a minute, which is as good as one without end --- */

static const struct timespec minute = { .tv_sec = 60 };

int after_a_minute_in_poll(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };

	poll(&source, 1, 60000);
	return plainly();
}

int after_a_minute_in_ppoll(void)
{
	struct pollfd source = { .fd = FD_SOURCE, .events = POLLIN };
	struct timespec limit = minute; /* the kernel writes into it */

	syscall(SYS_ppoll, &source, 1, &limit, NULL, 0);
	return plainly();
}

int after_a_minute_in_select(void)
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

int after_a_minute_in_pselect(void)
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

int after_a_minute_in_epoll(void)
{
	struct epoll_event event;

	epoll_wait(epoll_with(FD_SOURCE, EPOLLIN), &event, 1, 60000);
	return plainly();
}

int after_a_minute_in_epoll_pwait2(void)
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
int after_a_large_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_with(FD_SOURCE, EPOLLIN);

	for (int i = 0; i < 900; i++)
		epoll_ctl(epoll, EPOLL_CTL_ADD, eventfd(0, 0), &event);
	epoll_wait(epoll, &event, 1, -1);
	return plainly();
}

int after_a_large_poll(void)
{
	struct pollfd fds[200];

	for (int i = 0; i < 199; i++)
		fds[i] = (struct pollfd){ .fd = eventfd(0, 0), .events = POLLIN };
	fds[199] = (struct pollfd){ .fd = FD_SOURCE, .events = POLLIN };
	poll(fds, 200, -1);
	return plainly();
}

/* In its set, but not for what it yields. */
int after_an_epoll_for_nothing(void)
{
	struct epoll_event event;

	epoll_wait(epoll_with(FD_SOURCE, EPOLLPRI), &event, 1, -1);
	return plainly();
}

int a_timer(void)
{
	const struct itimerspec hours = { .it_value = { .tv_sec = 10000 } };
	const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);

	timerfd_settime(timer, 0, &hours, NULL);
	return timer;
}

/* It looks at both ends until each has been ready: as socat(1) does before it reads. */
int once_both_are_ready_in_poll(void)
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

int once_both_are_ready_in_select(void)
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

int once_both_are_ready_in_epoll(void)
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
int once_there_is_room(void)
{
	struct pollfd sink = { .fd = FD_SINK, .events = POLLOUT };

	poll(&sink, 1, -1);
	return plainly();
}
