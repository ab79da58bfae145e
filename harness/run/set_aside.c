// SPDX-License-Identifier: GPL-2.0-only
/* Processes that no signal ends are caught in the kernel; others put right what an act did. */
#include "set_aside.h"

#include "cleanup.h"
#include "proc.h"
#include "tap.h"
#include "text.h"
#include "time_limits.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_for_signal(int signals, int64_t deadline)
{
	const struct timespec timeout = clock_timeout(deadline);
	struct pollfd told = { .fd = signals, .events = POLLIN };
	struct signalfd_siginfo info;

	ppoll(&told, 1, &timeout, NULL);
	while (read(signals, &info, sizeof(info)) == sizeof(info))
		;
}

/* Supervisors' children become the runner's when those are gone. Return: true when none is left. */
static bool all_gone(int signals)
{
	const int64_t deadline = clock_now() + LIMIT_OF(LEAVE);

	for (;;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			return true;
		if (pid > 0)
			continue;
		if (clock_now() >= deadline)
			return false;
		wait_for_signal(signals, deadline);
	}
}

void set_aside_name(int signals)
{
	struct text unkillable = { 0 }, cleanups = { 0 };

	if (all_gone(signals))
		return;
	proc_children(&unkillable, CLEANUP_NAME, true);
	proc_children(&cleanups, CLEANUP_NAME, false);
	if (unkillable.length)
		tap_note("set aside, no signal ends them: %s", unkillable.bytes);
	if (cleanups.length)
		tap_note("still at work, to put right what was done: %s", cleanups.bytes);
}
