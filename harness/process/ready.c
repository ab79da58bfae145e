// SPDX-License-Identifier: GPL-2.0-only
/* A byte says that a process has got ready; the end of the file, that it never will. */
#include "ready.h"

#include "checked.h"
#include "time_limits.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

void ready_tell(int fd)
{
	CHECKED(write(fd, "", 1));
}

void ready_never(const char *who, bool ended)
{
	checked_say(who, ended ? "it ended before it was ready" : "it was not ready in time", 0);
}

int ready_await(int fd, const char *who)
{
	struct pollfd word = { .fd = fd, .events = POLLIN };
	int ready;
	char byte;

	patience_renew();
	do {
		const struct timespec timeout = clock_timeout(patience_deadline());

		ready = ppoll(&word, 1, &timeout, NULL);
	} while (ready < 0 && errno == EINTR);
	if (ready > 0 && read(fd, &byte, 1) == 1)
		return 0;
	ready_never(who, ready);
	return ready ? -ECHILD : -ETIMEDOUT;
}

/* Nothing is copied yet that could keep it in the kernel. */
void ready_abandon(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
