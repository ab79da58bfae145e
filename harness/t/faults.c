// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does the harness notice? Every planted fault is played as a case is, and
 * must come to its verdict; and a supervisor that is killed at any moment
 * must leave nothing behind.
 */
#include "planting.h"
#include "plants.h"

#include "check.h"
#include "moments.h"
#include "proc.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KILLS 100

static const struct plant plants[] = {
#define TEST(a, s, from, to) \
	{ \
		.act = &plant_##a, .strategy = &plant_##s, .source = &plant_##from, \
		.sink = &plant_##to, \
	}
	{ TEST(exits, reads, silent, pipe), VERDICT_SAFE, NULL, "stalled=yes", 0 },
	{ TEST(exits_late, reads, silent, pipe), VERDICT_LATE, NULL, NULL, 0 },
	{ TEST(spins_late, reads, silent, pipe), VERDICT_LATE, NULL, NULL, 0 },
	{ TEST(never_exits, reads, silent, pipe), VERDICT_STUCK, NULL, "killable=yes", 0 },
	{ TEST(waits_for_copy, reads, silent, pipe), VERDICT_HANG, NULL, "killable=yes", 0 },
	{ TEST(sleeps_at_first, reads, silent, pipe), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(starves_at_first, reads, silent, pipe), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(wakes_at_first, reads, silent, pipe), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(waits_at_last, reads_by_worker, silent, pipe), VERDICT_HANG, NULL, NULL, 0 },
	{ TEST(waits_at_last, reads, silent, pipe), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(slow_machine, reads, silent, pipe), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(ends_as_prepared, prepares, silent, file), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(crashes, reads, silent, pipe), VERDICT_BROKEN, "ended before the act", NULL, 0 },

	{ TEST(opens, reads, fuse, pipe), VERDICT_HANG, NULL, "killable=no", 0 },
	{ TEST(opens, reads, dead_fuse, pipe), VERDICT_STUCK, NULL, "killable=no", 1 },

	{ TEST(waits_for_copy, reads, mute, pipe), VERDICT_STUCK, NULL, "stalled=yes", 0 },
	{ TEST(exits_late, reads, tardy, pipe), VERDICT_LATE, NULL, NULL, 0 },
	{ TEST(exits_late, reads, impatient, pipe), VERDICT_BROKEN, "did not last", NULL, 0 },
	{ TEST(exits, copier_crashes, silent, pipe), VERDICT_BROKEN, "copier died", NULL, 0 },
	{ TEST(exits, reads, unopenable, pipe), VERDICT_BROKEN, "Too many open files", NULL, 0 },
	{ TEST(exits, reads, lacking, pipe), VERDICT_UNAVAILABLE, "not to be had", NULL, 0 },

	{ TEST(exits, reads, speaker, filling), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(speaks, reads, speaker, pipe), VERDICT_BROKEN, "that has bytes", NULL, 0 },
	{ TEST(speaks, splices, silent, filling), VERDICT_BROKEN, "that has no room", NULL, 0 },
	{ TEST(speaks, reads, silent, filling), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(exits, waits_for_all, stirred, pipe), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(stirs, waits_for_all, stirred, pipe), VERDICT_BROKEN, "woke during the act", NULL,
	  0 },

	{ TEST(exits, reads, file, file), VERDICT_SAFE, NULL, "stalled=no", 0 },
	{ TEST(released_at_first, reads, file, file), VERDICT_SAFE, NULL, NULL, 0 },

	{ TEST(exits, reads, silent, file), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(exits, flips_a_bit, silent, file), VERDICT_CORRUPT, NULL, "wrong=byte ", 0 },
	{ TEST(exits, drops_a_byte, silent, file), VERDICT_CORRUPT, NULL, "wrong=", 0 },
	{ TEST(exits, repeats_a_line, silent, file), VERDICT_CORRUPT, NULL, "wrong=byte ", 0 },
	{ TEST(exits, claims_more, silent, file), VERDICT_CORRUPT, NULL,
	  "wrong=bytes that the copy tells of: ", 0 },

	{ TEST(is_killed, stores_first_last, silent, file), VERDICT_SAFE, NULL, "stalled=yes", 0 },
	{ TEST(is_killed, stores_zeros, silent, file), VERDICT_SAFE, NULL, "stalled=yes", 0 },
	{ TEST(is_killed, stores_zeros, silent, filled), VERDICT_CORRUPT, NULL, "wrong=", 0 },
	{ TEST(is_killed, stores_a_wrong_byte, silent, file), VERDICT_CORRUPT, NULL, "wrong=", 0 },
	{ TEST(is_killed, makes_too_much_room, silent, file), VERDICT_CORRUPT, NULL, "wrong=", 0 },
	{ TEST(is_killed, stores_again, file, file), VERDICT_SAFE, NULL, NULL, 0 },
	{ TEST(is_killed, undoes, file, file), VERDICT_CORRUPT, NULL, "wrong=", 0 },

	{ TEST(exits, runs_on, silent, pipe), VERDICT_SPINS, "in one system call", "killable=yes",
	  0 },
	{ TEST(is_killed, runs_on, file, file), VERDICT_SPINS, "in one system call", "killable=yes",
	  0 },
	{ TEST(exits, worker_runs_on, silent, pipe), VERDICT_SPINS, "in one system call",
	  "killable=yes", 0 },
	{ TEST(exits, computes, silent, pipe), VERDICT_SAFE, NULL, "stalled=yes", 0 },

	/* Last, so that they wait side by side until the case is given up on. */
	{ TEST(control_hangs, reads, silent, pipe), VERDICT_BROKEN, "control did not end", NULL,
	  0 },
	{ TEST(waits_for_copy, reads, unreleased, pipe), VERDICT_BROKEN,
	  "the release was not seen to change anything", NULL, 0 },
	{ TEST(exits, reads, ready, pipe), VERDICT_BROKEN, "never stalled", "stalled=no", 0 },
	{ TEST(exits, sleeps_elsewhere, silent, pipe), VERDICT_BROKEN, "never stalled",
	  "stalled=no", 0 },
	{ TEST(exits, reads, ready, full_pipe), VERDICT_BROKEN, "that has bytes", NULL, 0 },
	{ TEST(exits, splices, silent, full_pipe), VERDICT_BROKEN, "that has no room", NULL, 0 },
	{ TEST(exits, splices, dry, full), VERDICT_BROKEN, "that has no bytes", NULL, 0 },
	{ TEST(exits, reads, dry, roomy), VERDICT_BROKEN, "that has room", NULL, 0 },
	{ TEST(exits, copies_unseen, file, file), VERDICT_BROKEN, "not under way", "stalled=no",
	  0 },
	{ TEST(exits, sleeps_elsewhere, file, file), VERDICT_BROKEN, "not under way", "stalled=no",
	  0 },
#undef TEST
};

static struct result *results; /* one a plant, shared with the supervisors */

/* A hang's case, in a process that is followed. */
static pid_t supervise(void)
{
	static const struct test_case test = {
		.act = &plant_waits_for_copy,
		.strategy = &plant_reads,
		.source = &plant_silent,
		.sink = &plant_pipe,
	};
	pid_t pid = fork();

	if (pid)
		return pid;
	moments_offer();
	plant_be_supervisor(&test, &results[0]);
}

/* Return: at which moment at the latest; -1: it was let go to its end. */
static long kill_supervisor(long moment)
{
	pid_t pid = supervise();
	int status;
	long passed = moments_pass(pid, moment, &status);

	if (passed == moment)
		moments_leave(pid, SIGKILL);
	return passed;
}

/* Kills come at moments all over its life, whatever that takes. */
static void check_killed_supervisors(void)
{
	long whole = kill_supervisor(-1);
	struct text left = { 0 };
	int killed = 0, clean = 0;

	while (killed < KILLS) {
		const long moment = whole * killed / KILLS;
		const long passed = kill_supervisor(moment);

		if (passed < moment)
			whole = passed; /* a shorter life has other moments */
		else
			killed++;
		clean += plant_all_gone(clock_now() + GIVE_UP) && passed == moment;
	}
	proc_children(&left, "", true);
	if (left.length)
		ksft_print_msg("left: %s\n", left.bytes);
	CHECK(clean == KILLS, "a supervisor killed at %d moments of its life leaves nothing",
	      KILLS);
}

static void forbid_ptrace(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = ARRAY_SIZE(code), .filter = code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static void check_without_ptrace(void)
{
	pid_t pid;

	memset(&results[0], 0, sizeof(results[0]));
	pid = fork();
	if (!pid) {
		forbid_ptrace();
		case_play(&plants[0].test, &results[0]);
		_exit(0);
	}
	CHECK(plant_all_gone(clock_now() + GIVE_UP), "without ptrace a case ends");
	CHECK(results[0].verdict == VERDICT_UNAVAILABLE && strstr(results[0].reason, "ptrace"),
	      "... and is unavailable, with the reason");
}

int main(void)
{
	ksft_print_header();
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	results = plants_results(ARRAY_SIZE(plants));
	plants_check(plants, ARRAY_SIZE(plants), results);
	check_without_ptrace();
	check_killed_supervisors();
	return checks_done();
}
