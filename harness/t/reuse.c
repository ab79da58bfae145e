// SPDX-License-Identifier: GPL-2.0-only
/*
 * A supervisor plays case after case: without a descriptor that one has left behind, and not after
 * one that has left a child, or a cleanup process that goes on.
 */
#include "check.h"
#include "cleanup.h"
#include "clock.h"
#include "descriptors.h"
#include "planting.h"
#include "plants.h"
#include "runner.h"
#include "time_limits.h"

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

static bool put_right(const struct cleanup *cleanup)
{
	return clock_now() >= *(const int64_t *)cleanup->data;
}

/* Return: the line to a cleanup process that has done its work after @ns. */
static int clean_up(int64_t ns)
{
	static int64_t done;

	done = clock_now() + ns;
	return cleanup_start(
		&(struct cleanup){ .fds = { -1, -1 }, .put_right = put_right, .data = &done });
}

static int clean_up_at_once(const struct act_setting *setting, const char **missing)
{
	(void)setting;
	(void)missing;
	return clean_up(0);
}

static int clean_up_late(const struct act_setting *setting, const char **missing)
{
	(void)setting;
	(void)missing;
	return clean_up(CLEARING_MS * NS_PER_MS);
}

static const struct act_fixture at_once = { .set = clean_up_at_once },
				late = { .set = clean_up_late };

enum {
	FIRST,
	SECOND,
	CLEANED_UP,
	AFTER_ONE,
	DESCRIPTOR,
	AFTER_IT,
	CHILD,
	AFTER_THAT,
	CLEANS_UP,
	AFTER_ALL,
	CASES
};

/* What an act has besides its actor. */
static const struct act_fixture *fixture_of(size_t index)
{
	return index == CLEANED_UP ? &at_once : index == CLEANS_UP ? &late : NULL;
}

int main(void)
{
	static struct endpoint_kind sources[CASES];
	static struct act acts[CASES];
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
		acts[i] = plant_exits;
		acts[i].fixture = fixture_of(i);
		cases[i] = (struct test_case){
			.act = &acts[i],
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
	CHECK(supervisors[CLEANED_UP] == supervisors[FIRST] &&
		      supervisors[AFTER_ONE] == supervisors[FIRST],
	      "also after one that was cleaned up after");
	CHECK(supervisors[AFTER_IT] > 0, "without a descriptor that one left behind");
	CHECK(supervisors[AFTER_THAT] && supervisors[CHILD] != supervisors[AFTER_THAT],
	      "and not after one that left a child behind");
	CHECK(supervisors[AFTER_ALL] && supervisors[CLEANS_UP] != supervisors[AFTER_ALL],
	      "nor after one that is still cleaned up after");
	return checks_done();
}
