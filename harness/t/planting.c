// SPDX-License-Identifier: GPL-2.0-only
/* A planted case has a supervisor as any other has. */
#include "planting.h"

#include "descriptors.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct result *plants_results(size_t count)
{
	struct result *results = mmap(NULL, count * sizeof(*results), PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return results == MAP_FAILED ? NULL : results;
}

pid_t plant_supervise(const struct test_case *test, struct result *result)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	plant_be_supervisor(test, result);
}

void plant_be_supervisor(const struct test_case *test, struct result *result)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	null_descriptors();
	forget_descriptors(3);
	case_play(test, result);
	_exit(0);
}

bool plant_all_gone(int64_t deadline)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (clock_now() > deadline)
			return false;
		if (!pid)
			usleep(1000);
	}
	return true;
}
