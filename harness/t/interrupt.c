// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command and sends it a signal at the n-th of its moments (moments.h); with -1 it only
 * counts them. It ends as the command does. FILE gets the number of moments that there were.
 */
#include "moments.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int write_count(const char *path, long count)
{
	FILE *file = fopen(path, "we");

	return file && fprintf(file, "%ld\n", count) > 0 && !fclose(file) ? 0 : -1;
}

static _Noreturn void end_like(int status)
{
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	/* Its core, if any, is enough. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	abort();
}

int main(int argc, char **argv)
{
	long count, passed;
	int status;
	pid_t pid;

	if (argc < 5) {
		fprintf(stderr, "usage: %s FILE SIGNAL MOMENT COMMAND [ARG...]\n", argv[0]);
		return 2;
	}
	count = strtol(argv[3], NULL, 10);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		moments_offer();
		execvp(argv[4], &argv[4]);
		_exit(127);
	}
	passed = moments_pass(pid, count, &status);
	if (passed == count) {
		moments_leave(pid, (int)strtol(argv[2], NULL, 10));
		waitpid(pid, &status, 0);
	}
	if (write_count(argv[1], passed))
		return 2;
	end_like(status);
}
