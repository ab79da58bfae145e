// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of the processes that a supervisor forks, one cannot get ready: it has no descriptor left, no
 * memory for a thread, dies, or never comes to it. The case is broken, whatever is seen of it
 * otherwise, and says who it was and why.
 */
#include "cases.h"
#include "check.h"
#include "cleanup.h"
#include "descriptors.h"
#include "endpoints.h"
#include "planting.h"
#include "plants.h"
#include "runner.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What goes wrong, in the process that it goes wrong with. */

/* Those that it was born with it keeps, and may have no other. */
static void have_few_descriptors(void)
{
	const struct rlimit none = { 0 };

	setrlimit(RLIMIT_NOFILE, &none);
}

/* Less than a stack. */
static void have_little_memory(void)
{
	const struct rlimit little = { .rlim_cur = 1 << 20, .rlim_max = 1 << 20 };

	setrlimit(RLIMIT_AS, &little);
}

static void die(void)
{
	kill(getpid(), SIGKILL);
}

static void never_get_ready(void)
{
	for (;;)
		pause();
}

static unsigned int forked, wanted; /* which of the processes it is */
static void (*goes_wrong)(void);

static void count_fork(void)
{
	forked++;
}

static void on_fork(void)
{
	if (forked == wanted)
		goes_wrong();
}

static void exit_in_thread(struct report *report)
{
	(void)report;
	syscall(SYS_exit_group, 0);
}

static const struct act exits_by_thread = {
	.name = "exits_by_thread",
	.actor = ACTOR_COPIER,
	.completion = PROCESS_ENDS,
	.perform = exit_in_thread,
	.nr = SYS_exit_group,
	.fd = -1,
	.in_thread = true,
};

static bool nothing_to_do(const struct cleanup *cleanup)
{
	return cleanup_actors_gone(cleanup);
}

static int keep_nothing(const struct act_setting *setting, const char **missing)
{
	(void)setting;
	(void)missing;
	return cleanup_start(&(struct cleanup){ .fds = { -1, -1 }, .put_right = nothing_to_do });
}

static const struct act_fixture kept = { .set = keep_nothing };

static void sleep_not_at_all(struct report *report)
{
	const struct timespec none = { 0 };

	(void)report;
	syscall(SYS_ppoll, NULL, 0, &none, NULL, 8);
}

static const struct act exits_kept = {
	.name = "exits_kept",
	.actor = ACTOR_BYSTANDER,
	.completion = PROCESS_ENDS,
	.perform = sleep_not_at_all,
	.nr = SYS_ppoll,
	.fd = -1,
	.fixture = &kept,
};

static const struct act promises_act = { .name = "promise", .actor = ACTOR_COPIER };

#define TEST(a, from, to) \
	{ \
		.act = &(a), .strategy = &plant_reads, .source = &(from), .sink = &(to) \
	}
static const struct {
	struct test_case test;
	unsigned int wanted;
	void (*goes_wrong)(void);
	const char *who, *why; /* what the reason begins with, and has in it */
} rows[] = {
	{ TEST(plant_exits, plant_silent, plant_pipe), 1, have_few_descriptors,
	  "the copier: descriptors.c:", ": " },
	{ TEST(plant_exits, plant_silent, plant_pipe), 2, have_few_descriptors,
	  "the bystander: descriptors.c:", ": " },
	{ TEST(plant_exits, plant_silent, plant_pipe), 3, have_few_descriptors,
	  "the releaser: descriptors.c:", ": " },
	{ TEST(exits_kept, plant_silent, plant_pipe), 4, have_few_descriptors,
	  "the control: descriptors.c:", ": " },
	{ TEST(plant_slow_machine, plant_silent, plant_pipe), 4, have_few_descriptors,
	  "the control: descriptors.c:", ": " },
	{ TEST(plant_slow_machine, plant_silent, plant_pipe), 4, die,
	  "the control: ", "ended before it was ready" },
	{ TEST(exits_kept, plant_silent, plant_pipe), 5, have_few_descriptors,
	  "the cleanup process: descriptors.c:", ": " },
	{ TEST(promises_act, endpoint_limited, endpoint_pipe), 2, have_few_descriptors,
	  "the reader: descriptors.c:", ": " },
	{ TEST(plant_exits, endpoint_fuse, plant_pipe), 1, have_few_descriptors,
	  "the FUSE server: descriptors.c:", ": " },
	{ TEST(exits_by_thread, plant_silent, plant_file), 1, have_little_memory,
	  "the copier: children.c:", "pthread_create" },
	{ TEST(plant_exits, plant_silent, plant_pipe), 2, die,
	  "the bystander: ", "ended before it was ready" },
	{ TEST(plant_exits, plant_silent, plant_pipe), 3, die,
	  "the releaser: ", "ended before it was ready" },
	{ TEST(exits_kept, plant_silent, plant_pipe), 5, die,
	  "the cleanup process: ", "ended before it was ready" },
	{ TEST(plant_exits, plant_silent, plant_pipe), 2, never_get_ready,
	  "the bystander: ", "not ready in time" },
	{ TEST(exits_kept, plant_silent, plant_pipe), 5, never_get_ready,
	  "the cleanup process: ", "not ready in time" },
};
#undef TEST

static _Noreturn void supervise(size_t row, struct result *result)
{
	struct test_case test = rows[row].test;

	if (test.act == &promises_act)
		test.promise = promise_of(&test);
	null_descriptors();
	forget_descriptors(3);
	goes_wrong = rows[row].goes_wrong;
	wanted = rows[row].wanted;
	forked = 0;
	pthread_atfork(count_fork, NULL, on_fork);
	case_play(&test, result);
	_exit(0);
}

/*
 * A supervisor, too. Its runner has numbers 0 to 5 and no more, for its signals and a line: in the
 * one that it starts they are all taken. A process of its own, whose output is looked at.
 */
static void check_supervisor(void)
{
	static char out[4096];
	const struct rlimit few = { .rlim_cur = 6, .rlim_max = 6 };
	const struct test_case *test = &rows[0].test;
	size_t size = 0;
	ssize_t n;
	int ends[2];

	if (pipe(ends))
		ksft_exit_fail_msg("no pipe\n");
	fflush(stdout);
	if (!fork()) {
		dup2(ends[1], STDOUT_FILENO);
		forget_descriptors(3);
		setrlimit(RLIMIT_NOFILE, &few);
		runner_run(test, 1, (struct run){ .jobs = 1 });
	}
	close(ends[1]);
	while (size < sizeof(out) - 1 &&
	       (n = read(ends[0], out + size, sizeof(out) - 1 - size)) > 0)
		size += (size_t)n;
	close(ends[0]);
	CHECK(plant_all_gone(clock_now() + GIVE_UP), "the runner ends");
	CHECK(strstr(out, "verdict=broken") && strstr(out, "the supervisor: descriptors.c:") &&
		      strstr(out, "/dev/null"),
	      "a supervisor that cannot get ready says so");
	if (!strstr(out, "the supervisor: descriptors.c:"))
		ksft_print_msg("%s\n", out);
}

static void check(size_t row, const struct result *result)
{
	char id[CASE_ID];

	case_id(&rows[row].test, id);
#ifdef __SANITIZE_ADDRESS__
	if (rows[row].goes_wrong == have_little_memory) {
		ksft_test_result_skip("%s: a sanitizer needs more memory\n", id);
		return;
	}
#endif
	if (result->verdict == VERDICT_UNAVAILABLE) {
		ksft_test_result_skip("%s: %s\n", id, result->reason);
		return;
	}
	ksft_print_msg("%s %s\n", verdict_name(result->verdict), result->reason);
	CHECK(result->verdict == VERDICT_BROKEN &&
		      !strncmp(result->reason, rows[row].who, strlen(rows[row].who)) &&
		      strstr(result->reason, rows[row].why),
	      "%s: %s...%s", id, rows[row].who, rows[row].why);
	CHECK(!result->left, "%s: nothing is set aside", id);
}

int main(void)
{
	struct result *results = plants_results(ARRAY_SIZE(rows));

	ksft_print_header();
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!results)
		ksft_exit_fail_msg("no memory\n");
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!fork())
			supervise(i, &results[i]);
	}
	CHECK(plant_all_gone(clock_now() + GIVE_UP), "nothing stays behind");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check(i, &results[i]);
	check_supervisor();
	return checks_done();
}
