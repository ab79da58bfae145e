// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is it noticed who does not wake? Sleepers that misbehave in one known way each, a copy of which
 * nobody is told on any kernel (mmap(2), as inotify(7) says), and one that only claims to be one;
 * and each row of the table, where reading and writing wakes all.
 */
#include "cases.h"
#include "sleepers.h"

#include "check.h"
#include "children.h"
#include "endpoints.h"
#include "planting.h"
#include "plants.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#undef unix /* to the preprocessor it is 1 */

#define RESULTS 32
#define LONG 2000 /* ms: far more than a limit, and than what a play takes until then */

/* It starts when nobody else is to be woken any more. Asked before the one call to sleep in. */
static bool is_control;

static const char *prepare(int fd, bool of_sink)
{
	is_control = fcntl(FD_RELEASE, F_GETFD) < 0;
	return waking_poll.prepare(fd, of_sink);
}

static bool sleep_well(int fd, bool of_sink)
{
	return waking_poll.sleep(fd, of_sink);
}

static bool sleep_for(int ms)
{
	return poll(NULL, 0, ms) == 0;
}

static bool sleep_for_ever(int fd, bool of_sink)
{
	(void)fd;
	(void)of_sink;
	return sleep_for(-1);
}

static bool sleep_for_ever_but_control(int fd, bool of_sink)
{
	return is_control ? sleep_well(fd, of_sink) : sleep_for(-1);
}

/* Until others are woken, whatever is copied. */
static bool sleep_deaf(int fd, bool of_sink)
{
	struct pollfd end = { .fd = FD_RELEASE, .events = POLLIN };

	return is_control ? sleep_well(fd, of_sink) : poll(&end, 1, -1) == 1;
}

static bool sleep_shortly(int fd, bool of_sink)
{
	(void)fd;
	(void)of_sink;
	return sleep_for(1);
}

static bool sleep_long(int fd, bool of_sink)
{
	return is_control ? sleep_well(fd, of_sink) : sleep_for(LONG);
}

static bool sleep_for_something_else(int fd, bool of_sink)
{
	return !sleep_well(fd, of_sink);
}

static const char *lack(int fd, bool of_sink)
{
	(void)fd;
	(void)of_sink;
	errno = EPERM;
	return "it is not to be had";
}

#define SLEEPER(what, preparing, sleeping, ...) \
	static const struct act what = { \
		.name = #what, \
		.actor = ACTOR_COPIER, \
		.waking = &(const struct waking){ .written = "nowhere", \
						  .count = 1, \
						  .prepare = (preparing), \
						  .sleep = (sleeping), \
						  __VA_ARGS__ }, \
	}

SLEEPER(wakes_well, prepare, sleep_well);
SLEEPER(never_wakes, prepare, sleep_for_ever_but_control);
SLEEPER(not_even_control_wakes, prepare, sleep_for_ever);
SLEEPER(is_deaf, prepare, sleep_deaf);
SLEEPER(is_deaf_in_full_sink, prepare, sleep_deaf, .at_sinks_only = true, .enlarges = true);
SLEEPER(wakes_early, prepare, sleep_shortly);
SLEEPER(wakes_late, prepare, sleep_long);
SLEEPER(wakes_for_something_else, prepare, sleep_for_something_else);
SLEEPER(lacks_something, lack, sleep_well);

/* It takes from the source, and the sink gets nothing. */
static ssize_t move_nowhere(struct copy *copy, size_t count)
{
	static char bytes[4096];

	return read(copy->in, bytes, count < sizeof(bytes) ? count : sizeof(bytes));
}

static const struct strategy only_claims = {
	.name = "only_claims",
	.steps = {
		{
			.mover = &(const struct mover){ .move = move_nowhere,
							.calls = { SYS_read },
							.ncalls = 1 },
			.chunk = 4096,
		},
	},
};

static const struct plant plants[] = {
#define TEST(a, s, from, to) \
	{ \
		.act = &(a), .strategy = &(s), .source = &endpoint_##from, .sink = &endpoint_##to, \
	}
	{ TEST(wakes_well, plant_reads, pipe, pipe), VERDICT_SAFE, NULL, "woken=yes", 0 },
	{ TEST(is_deaf, plant_reads, file, pipe), VERDICT_MISSED, NULL, "missed_at=sink", 0 },
	{ TEST(is_deaf, plant_reads, pipe, file), VERDICT_MISSED, NULL, "missed_at=source", 0 },
	{ TEST(is_deaf, plant_reads, file, unix), VERDICT_MISSED, NULL, "event_there=yes", 0 },
	{ TEST(is_deaf, plant_reads, file, pty), VERDICT_MISSED, NULL, "woken=otherwise", 0 },
	{ TEST(is_deaf_in_full_sink, plant_reads, file, pipe), VERDICT_MISSED, NULL,
	  "missed_at=sink", 0 },
	{ TEST(wakes_late, plant_reads, file, pipe), VERDICT_LATE, NULL, "woken=yes", 0 },
	{ TEST(wakes_early, plant_reads, file, pipe), VERDICT_BROKEN, "before the copy", NULL, 0 },
	{ TEST(wakes_for_something_else, plant_reads, file, pipe), VERDICT_BROKEN,
	  "not for what it slept for", NULL, 0 },
	{ TEST(never_wakes, plant_reads, file, pipe), VERDICT_BROKEN, "otherwise, either",
	  "woken=never", 0 },
	{ TEST(wakes_well, only_claims, file, pipe), VERDICT_BROKEN, "is not there",
	  "event_there=no", 0 },
	{ TEST(lacks_something, plant_reads, file, pipe), VERDICT_UNAVAILABLE, "not to be had",
	  NULL, 0 },
	{ TEST(wakes_well, plant_reads, file, file), VERDICT_BROKEN, "no end at which", NULL, 0 },
	{ TEST(wakes_well, plant_copier_crashes, file, pipe), VERDICT_BROKEN, "copier died", NULL,
	  0 },
	{ TEST(is_deaf_in_full_sink, plant_reads, file, fuse), VERDICT_BROKEN, "write to the sink",
	  NULL, 0 },

	/* Last, so that they wait side by side until the case is given up on. */
	{ TEST(not_even_control_wakes, plant_reads, file, pipe), VERDICT_BROKEN, "the control",
	  NULL, 0 },
	{ TEST(wakes_well, plant_sleeps_elsewhere, file, pipe), VERDICT_BROKEN, "to its end", NULL,
	  0 },
#undef TEST
};

/* What watches is told nothing of mmap(2), on any kernel. */
static void check_mapped(struct result *results)
{
	struct plant plant = {
		.test = { .act = &cases_find_act("wakes_inotify")->act,
			  .source = &endpoint_file,
			  .sink = &endpoint_file },
		.verdict = VERDICT_MISSED,
		.shows = "woken=otherwise",
	};

	for (const struct strategy *row = strategies; row->name; row++) {
		if (!strcmp(row->name, "mmap_mmap"))
			plant.test.strategy = row;
	}
	plants_check(&plant, 1, results);
}

/* All that waits is woken by reading and writing. */
static void check_rows(struct result *results)
{
	char *const only = "wakes_*/read_write/*";
	struct plant rows[RESULTS] = { 0 };
	size_t count;
	struct test_case *tests = cases_select(NULL, &only, 1, &count);

	if (!tests || !count || count > RESULTS)
		ksft_exit_fail_msg("%zu rows\n", count);
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct plant){ tests[i], VERDICT_SAFE, NULL, "woken=yes", 0 };
	memset(results, 0, RESULTS * sizeof(*results));
	plants_check(rows, count, results);
}

int main(void)
{
	struct result *results = plants_results(RESULTS);

	ksft_print_header();
	setvbuf(stdout, NULL, _IOLBF, 0);
	plants_check(plants, ARRAY_SIZE(plants), results);
	check_rows(results);
	memset(results, 0, sizeof(*results));
	check_mapped(results);
	return checks_done();
}
