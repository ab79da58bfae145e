// SPDX-License-Identifier: GPL-2.0-only
#include "keeper.h"

#include "children.h"
#include "clock.h"
#include "endpoint.h"
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

/* A keeper has its line, what it is to keep, and /dev/null. */
enum { FD_LINE = 3, FD_KEPT };

#define TICK 5        /* ms between attempts */
#define WAIT_MAX 1000 /* ms for a keeper to answer */

/* No end of what the scene is about: that would be a reference too many. */
static void take_descriptors(struct keeping *keeping, int line)
{
	int aside[KEEPER_FDS];

	line = fcntl(line, F_DUPFD, FD_KEPT + KEEPER_FDS);
	for (int i = 0; i < KEEPER_FDS; i++)
		aside[i] = keeping->fds[i] < 0 ?
				   -1 :
				   fcntl(keeping->fds[i], F_DUPFD, FD_KEPT + KEEPER_FDS);
	null_descriptors();
	dup2(line, FD_LINE);
	for (int i = 0; i < KEEPER_FDS; i++) {
		close(FD_KEPT + i);
		keeping->fds[i] = aside[i] < 0 ? -1 : dup2(aside[i], FD_KEPT + i);
	}
	forget_descriptors(FD_KEPT + KEEPER_FDS);
}

static _Noreturn void keep(struct keeping keeping, int line)
{
	sigset_t all;
	bool done;
	char byte = 0;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	take_descriptors(&keeping, line);
	/* Until the supervisor wants it, or is gone. */
	while (read(FD_LINE, &byte, 1) < 0 && errno == EINTR)
		;
	done = keeping.put_right(&keeping);
	send(FD_LINE, &byte, 1, MSG_NOSIGNAL);
	while (!done) {
		poll(NULL, 0, TICK);
		done = keeping.put_right(&keeping);
	}
	_exit(0);
}

int keeper_start(const struct keeping *keeping)
{
	int line[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line))
		return -errno;
	pid = fork();
	if (!pid)
		keep(*keeping, line[1]);
	close(line[1]);
	if (pid > 0)
		return line[0];
	close(line[0]);
	return -errno;
}

/* The keeper's byte, or its end. */
static ssize_t await_word(int line, int flags)
{
	struct pollfd word = { .fd = line, .events = POLLIN };
	char byte;

	return poll(&word, 1, WAIT_MAX) > 0 ? recv(line, &byte, 1, flags) : -1;
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
