// SPDX-License-Identifier: GPL-2.0-only
/* A process that forks off early, and waits for its supervisor's word or end. */
#include "cleanup.h"

#include "checked.h"
#include "descriptors.h"
#include "proc.h"
#include "ready.h"
#include "time_limits.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* It has its line, what its work is about, and /dev/null. */
enum { FD_LINE = 3, FD_KEPT };

#define TICK 5        /* ms between attempts, at first */
#define TICK_MAX 1000 /* ... and in the end */

/* No end of what the scene is about: that would be a reference too many. */
static void take_kept(struct cleanup *cleanup, int line)
{
	int wanted[FD_KEPT + CLEANUP_FDS] = { -1, -1, -1, [FD_LINE] = line };

	for (int i = 0; i < CLEANUP_FDS; i++) {
		wanted[FD_KEPT + i] = cleanup->fds[i];
		cleanup->fds[i] = cleanup->fds[i] < 0 ? -1 : FD_KEPT + i;
	}
	take_descriptors(wanted, FD_KEPT + CLEANUP_FDS);
}

/* Ever less often, since an actor in the kernel may take hours; and not without an end. */
static _Noreturn void go_on(const struct cleanup *cleanup)
{
	int64_t give_up = clock_now() + LIMIT_OF(CLEANUP_TRIES);
	int tick = TICK;

	do {
		poll(NULL, 0, tick);
		tick = 2 * tick < TICK_MAX ? 2 * tick : TICK_MAX;
		if (!cleanup_actors_gone(cleanup))
			give_up = clock_now() + LIMIT_OF(CLEANUP_TRIES);
	} while (!cleanup->put_right(cleanup) && clock_now() < give_up);
	_exit(0);
}

static _Noreturn void be_cleanup(struct cleanup cleanup, int line)
{
	sigset_t all;
	bool done;
	char byte = 0;

	checked_as(CLEANUP_WHO);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	CHECKED(prctl(PR_SET_NAME, CLEANUP_NAME));
	CHECKED(setpgid(0, 0));
	take_kept(&cleanup, line);
	ready_tell(FD_LINE);
	/* Until the supervisor wants it, or is gone. */
	while (read(FD_LINE, &byte, 1) < 0 && errno == EINTR)
		;
	done = cleanup.put_right(&cleanup);
	send(FD_LINE, &byte, 1, MSG_NOSIGNAL);
	if (!done)
		go_on(&cleanup);
	_exit(0);
}

static pid_t latest; /* by cleanup_start(), until its end was seen */
static bool went_on; /* the end of one before was not */

int cleanup_start(const struct cleanup *cleanup)
{
	int line[2], error;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		return -errno;
	pid = fork();
	if (!pid)
		be_cleanup(*cleanup, line[1]);
	error = pid < 0 ? -errno : 0;
	close(line[1]);
	/* Until then it has what the scene is about. */
	if (!error)
		error = ready_await(line[0], CLEANUP_WHO);
	if (!error) {
		went_on |= latest;
		latest = pid;
		return line[0];
	}
	close(line[0]);
	ready_abandon(pid);
	return error;
}

/* Its byte, or its end. */
static ssize_t await_word(int line, int flags)
{
	struct pollfd word = { .fd = line, .events = POLLIN };
	char byte;

	return poll(&word, 1, TIME_CLEANUP) > 0 ? recv(line, &byte, 1, flags) : -1;
}

void cleanup_run(int line)
{
	if (line < 0)
		return;
	shutdown(line, SHUT_WR);
	/* It stays to be read, so that to ask twice does no harm. */
	await_word(line, MSG_PEEK);
}

static void await_end(void)
{
	const int64_t deadline = clock_now() + LIMIT_OF(CLEANUP);

	while (!waitpid(latest, NULL, WNOHANG)) {
		if (clock_now() >= deadline)
			return;
		poll(NULL, 0, 1);
	}
	latest = 0;
}

void cleanup_end(int *line)
{
	ssize_t n = 1;

	if (*line < 0)
		return;
	cleanup_run(*line);
	while (n > 0)
		n = await_word(*line, 0);
	close_fd(line);
	if (!n)
		await_end();
}

bool cleanup_all_over(void)
{
	return !latest && !went_on;
}

bool cleanup_actors_gone(const struct cleanup *cleanup)
{
	return proc_ended(cleanup->actors[0]) && proc_ended(cleanup->actors[1]);
}
