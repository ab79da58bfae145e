// SPDX-License-Identifier: GPL-2.0-only
/*
 * A supervisor plays case after case: without a descriptor that one has left behind, and not after
 * one that has left a child.
 */
#include "check.h"
#include "descriptors.h"
#include "planting.h"
#include "plants.h"
#include "runner.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#define HIGH 100

static pid_t *supervisors; /* shared: of each case, by its source; -1: it had what was left */

static int open_and_keep(struct endpoint *endpoint, enum role role, const char **missing)
{
	supervisors[endpoint->kind->size - plant_silent.size] =
		fcntl(HIGH, F_GETFD) < 0 || endpoint->kind->open != open_and_keep ? getpid() : -1;
	return plant_silent.open(endpoint, role, missing);
}

static int leave_descriptor(struct endpoint *endpoint, enum role role, const char **missing)
{
	(void)!fcntl(0, F_DUPFD_CLOEXEC, HIGH);
	return open_and_keep(endpoint, role, missing);
}

static int leave_child(struct endpoint *endpoint, enum role role, const char **missing)
{
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		forget_descriptors(0);
		for (;;)
			pause();
	}
	return open_and_keep(endpoint, role, missing);
}

enum { FIRST, SECOND, DESCRIPTOR, AFTER_IT, CHILD, AFTER_THAT, CASES };

int main(void)
{
	static struct endpoint_kind sources[CASES];
	struct test_case cases[CASES];

	ksft_print_header();
	supervisors = mmap(NULL, CASES * sizeof(*supervisors), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (supervisors == MAP_FAILED)
		ksft_exit_fail_msg("no memory\n");
	for (size_t i = 0; i < CASES; i++) {
		sources[i] = plant_silent;
		sources[i].size += i;
		sources[i].open = i == DESCRIPTOR ? leave_descriptor :
				  i == CHILD      ? leave_child :
						    open_and_keep;
		cases[i] = (struct test_case){
			.act = &plant_exits,
			.strategy = &plant_reads,
			.source = &sources[i],
			.sink = &plant_pipe,
		};
	}
	fflush(stdout);
	if (!fork()) {
		null_descriptors();
		runner_run(cases, CASES, (struct run){ .jobs = 1, .each = true });
	}
	CHECK(plant_all_gone(clock_now() + GIVE_UP), "the runner ends");
	CHECK(supervisors[FIRST] && supervisors[FIRST] == supervisors[SECOND],
	      "a supervisor plays one case after the other");
	CHECK(supervisors[AFTER_IT] > 0, "without a descriptor that one left behind");
	CHECK(supervisors[AFTER_THAT] && supervisors[CHILD] != supervisors[AFTER_THAT],
	      "and not after one that left a child behind");
	return checks_done();
}
