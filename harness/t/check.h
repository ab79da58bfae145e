/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests of the harness have in common: a TAP line per check, through kselftest.h. */
#ifndef COPYHANG_CHECK_H
#define COPYHANG_CHECK_H

#include "clock.h"

#include <kselftest.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * No wait in a test is longer. It only keeps one from hanging for ever, and is many times what a
 * slow and crowded machine takes: that something comes soon is no claim of any test.
 */
#define GIVE_UP (600 * NS_PER_S)

/*
 * One test: passes where @condition holds; the rest is its name, as for printf(3). What does not
 * hold goes where prove(1) shows it.
 */
#define CHECK(condition, ...) \
	do { \
		bool holds = (condition); \
		char name[256]; \
		snprintf(name, sizeof(name), __VA_ARGS__); \
		if (!holds) \
			fprintf(stderr, "# %s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
		ksft_test_result(holds, "%s\n", name); \
	} while (0)

/* The plan comes last, where nobody wants to count: TAP allows that, kselftest.h does not. */
static inline int checks_done(void)
{
	printf("1..%u\n", ksft_test_num());
	ksft_plan = ksft_test_num();
	return ksft_get_fail_cnt() ? KSFT_FAIL : KSFT_PASS;
}

/** fork_child() - as fork(2); the child is gone with its parent, whenever that goes. */
static inline pid_t fork_child(void)
{
	const pid_t parent = getpid();
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	return 0;
}

#endif
