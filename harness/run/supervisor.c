// SPDX-License-Identifier: GPL-2.0-only
/* A supervisor's first steps: away from all that is its runner's, and then its case. */
#include "supervisor.h"

#include "checked.h"
#include "descriptors.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

static _Noreturn void supervise(const struct test_case *test, struct result *result, pid_t runner)
{
	sigset_t none;

	checked_into(result->reason, sizeof(result->reason));
	checked_as("the supervisor");
	CHECKED(prctl(PR_SET_PDEATHSIG, SIGKILL));
	if (getppid() != runner)
		_exit(1);
	/* Away from the terminal, whose Ctrl-C is the runner's alone, and from its descriptors. */
	CHECKED(setsid());
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_IGN);
	null_descriptors();
	forget_descriptors(3);
	case_play(test, result);
	_exit(0);
}

pid_t supervisor_start(const struct test_case *test, struct result *result)
{
	const pid_t runner = getpid(), pid = fork();

	if (!pid)
		supervise(test, result, runner);
	return pid;
}
