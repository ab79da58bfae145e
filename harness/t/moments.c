// SPDX-License-Identifier: GPL-2.0-only
/* Each entry of a call and each return from one is a moment, by ptrace(2). */
#include "moments.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define AT_CALL (SIGTRAP | 0x80) /* PTRACE_O_TRACESYSGOOD */

void moments_offer(void)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	raise(SIGSTOP);
}

long moments_pass(pid_t pid, long count, int *status)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC;
	int pass_on = 0;
	long passed = 0;

	/* Held by the SIGSTOP of its offer, which is not passed on. */
	if (waitpid(pid, status, 0) != pid || !WIFSTOPPED(*status))
		return 0;
	ptrace(PTRACE_SETOPTIONS, pid, 0, options);
	while (passed != count) {
		ptrace(PTRACE_SYSCALL, pid, 0, (long)pass_on);
		if (waitpid(pid, status, 0) != pid || !WIFSTOPPED(*status))
			break;
		pass_on = 0;
		if (WSTOPSIG(*status) == AT_CALL)
			passed++;
		else if (!(*status >> 16)) /* no event of ptrace's: a signal */
			pass_on = WSTOPSIG(*status);
	}
	return passed;
}

void moments_leave(pid_t pid, int signal)
{
	kill(pid, signal);
	ptrace(PTRACE_DETACH, pid, 0, 0);
}
