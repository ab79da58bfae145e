// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bystander acts in case after case, without a descriptor that one has left behind; and not after
 * one in which it did not come to its end.
 */
#include "planting.h"
#include "plants.h"
#include "shared.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIGH 100

enum { FIRST, SECOND, HANGS, AFTER_HANG, CRASHES, AFTER_ALL, CASES };

/** struct playing - shared: which one is, and of each who acted, and had what the last one left. */
static struct playing {
	int index;
	struct {
		pid_t pid;
		bool had;
	} actors[CASES];
} * playing;

/* The call at whose entry it is held comes last. */
static void act_and_leave(struct report *report)
{
	const int index = playing->index;

	(void)report;
	playing->actors[index].pid = getpid();
	playing->actors[index].had = fcntl(HIGH, F_GETFD) >= 0;
	(void)!fcntl(FD_SHARED, F_DUPFD, HIGH);
	syscall(SYS_ppoll, NULL, 0, &(struct timespec){ 0 }, NULL, 8);
}

static struct act act_of(int index)
{
	struct act act = {
		.name = "again",
		.actor = ACTOR_BYSTANDER,
		.completion = CALL_RETURNS,
		.perform = act_and_leave,
		.nr = SYS_ppoll,
		.fd = -1,
	};

	if (index == HANGS)
		act = plant_waits_for_copy;
	if (index == CRASHES)
		act = plant_crashes;
	act.again = true;
	return act;
}

static enum verdict verdict_of(int index)
{
	return index == HANGS ? VERDICT_HANG : index == CRASHES ? VERDICT_BROKEN : VERDICT_SAFE;
}

static void play_all(const struct test_case *cases, struct result *results)
{
	for (int i = 0; i < CASES; i++) {
		playing->index = i;
		case_play(&cases[i], &results[i]);
	}
}

int main(void)
{
	static struct act acts[CASES];
	static struct test_case cases[CASES];
	struct result *results = plants_results(CASES);
	pid_t first, second, after_hang, after_all;

	ksft_print_header();
	playing = shared_memory(sizeof(*playing));
	if (!results || !playing)
		ksft_exit_fail_msg("no memory\n");
	for (int i = 0; i < CASES; i++) {
		acts[i] = act_of(i);
		cases[i] = (struct test_case){
			.act = &acts[i],
			.strategy = &plant_reads,
			.source = &plant_silent,
			.sink = &plant_pipe,
		};
	}
	fflush(stdout);
	if (!fork()) {
		play_all(cases, results);
		_exit(0);
	}
	CHECK(plant_all_gone(clock_now() + GIVE_UP), "all come to an end");
	for (int i = 0; i < CASES; i++)
		CHECK(results[i].verdict == verdict_of(i), "case %d: %s", i,
		      verdict_name(verdict_of(i)));
	first = playing->actors[FIRST].pid;
	second = playing->actors[SECOND].pid;
	after_hang = playing->actors[AFTER_HANG].pid;
	after_all = playing->actors[AFTER_ALL].pid;
	CHECK(first && first == second, "a bystander acts once more");
	CHECK(!playing->actors[SECOND].had, "without a descriptor that it had left behind");
	CHECK(after_hang && after_hang != second, "not after it hung");
	CHECK(after_all && after_all != after_hang, "nor after it crashed");
	return checks_done();
}
