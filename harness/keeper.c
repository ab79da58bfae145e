// SPDX-License-Identifier: GPL-2.0-only
#include "keeper.h"

#include "checked.h"
#include "children.h"
#include "endpoint.h"
#include "proc.h"
#include "time_limits.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* A keeper has its line, what it is to keep, and /dev/null. */
enum { FD_LINE = 3, FD_KEPT };

#define TICK 5        /* ms between attempts, at first */
#define TICK_MAX 1000 /* ... and in the end */

/* No end of what the scene is about: that would be a reference too many. */
static void take_kept(struct keeping *keeping, int line)
{
	int wanted[FD_KEPT + KEEPER_FDS] = { -1, -1, -1, [FD_LINE] = line };

	for (int i = 0; i < KEEPER_FDS; i++) {
		wanted[FD_KEPT + i] = keeping->fds[i];
		keeping->fds[i] = keeping->fds[i] < 0 ? -1 : FD_KEPT + i;
	}
	take_descriptors(wanted, FD_KEPT + KEEPER_FDS);
}

/* Ever less often, since an actor in the kernel may take hours; and not without an end. */
static _Noreturn void go_on(const struct keeping *keeping)
{
	int64_t give_up = clock_now() + LIMIT_OF(KEEP);
	int tick = TICK;

	do {
		poll(NULL, 0, tick);
		tick = 2 * tick < TICK_MAX ? 2 * tick : TICK_MAX;
		if (!keeping_actors_gone(keeping))
			give_up = clock_now() + LIMIT_OF(KEEP);
	} while (!keeping->put_right(keeping) && clock_now() < give_up);
	_exit(0);
}

static _Noreturn void keep(struct keeping keeping, int line)
{
	sigset_t all;
	bool done;
	char byte = 0;

	checked_as("the keeper");
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	CHECKED(prctl(PR_SET_NAME, KEEPER_NAME));
	take_kept(&keeping, line);
	child_settled(FD_LINE);
	/* Until the supervisor wants it, or is gone. */
	while (read(FD_LINE, &byte, 1) < 0 && errno == EINTR)
		;
	done = keeping.put_right(&keeping);
	send(FD_LINE, &byte, 1, MSG_NOSIGNAL);
	if (!done)
		go_on(&keeping);
	_exit(0);
}

int keeper_start(const struct keeping *keeping)
{
	int line[2], error;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		return -errno;
	pid = fork();
	if (!pid)
		keep(*keeping, line[1]);
	error = pid < 0 ? -errno : 0;
	close(line[1]);
	/* Until then it has what the scene is about. */
	if (!error)
		error = child_settles(line[0], "the keeper");
	if (!error)
		return line[0];
	close(line[0]);
	child_abandon(pid);
	return error;
}

/* The keeper's byte, or its end. */
static ssize_t await_word(int line, int flags)
{
	struct pollfd word = { .fd = line, .events = POLLIN };
	char byte;

	return poll(&word, 1, TIME_KEEPER) > 0 ? recv(line, &byte, 1, flags) : -1;
}

void keeper_put_right(int line)
{
	if (line < 0)
		return;
	shutdown(line, SHUT_WR);
	/* It stays to be read, so that to ask twice does no harm. */
	await_word(line, MSG_PEEK);
}

void keeper_end(int *line)
{
	keeper_put_right(*line);
	while (*line >= 0 && await_word(*line, 0) > 0)
		;
	close_fd(line);
}

bool keeping_actors_gone(const struct keeping *keeping)
{
	return proc_ended(keeping->actors[0]) && proc_ended(keeping->actors[1]);
}
