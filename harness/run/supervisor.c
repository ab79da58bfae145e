// SPDX-License-Identifier: GPL-2.0-only
/* A supervisor: away from all that is its runner's, it plays case after case. */
#include "supervisor.h"

#include "checked.h"
#include "cleanup.h"
#include "descriptors.h"
#include "endpoint.h"
#include "helper.h"
#include "proc.h"
#include "strategy.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* It has /dev/null, this, what its helpers need, and files that one case leaves to the next. */
enum {
	FD_LINE = 3,
	FD_HELPERS,
	FD_FILES = FD_HELPERS + HELPERS,
	FD_COUNT = FD_FILES + ENDPOINTS_KEPT,
};
_Static_assert(FD_COUNT <= DESCRIPTORS_MAX, "take_descriptors() has room for less");

static void get_ready(pid_t runner, int line)
{
	const int wanted[FD_COUNT] = { -1, -1, -1, [FD_LINE] = line };
	sigset_t none;

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
	take_descriptors(wanted, FD_COUNT);
	helper_place(FD_HELPERS);
	endpoint_keep_at(FD_FILES);
}

/* Helpers are in process groups of their own. */
static bool has_children(void)
{
	pid_t pid;

	do {
		pid = waitpid(0, NULL, WNOHANG);
	} while (pid > 0);
	return !pid || errno != ECHILD;
}

/*
 * Only if nothing of this case can be seen in the next one. A program may outlive its case, and so
 * may whatever had to do with a verdict that is no common one; of who puts right what an act did it
 * is known.
 */
static bool is_as_before(const struct test_case *test, const struct result *result)
{
	const enum verdict verdict = result->verdict;

	return (verdict == VERDICT_SAFE || verdict == VERDICT_REFUSED || verdict == VERDICT_HANG ||
		verdict == VERDICT_UNAVAILABLE) &&
	       !result->left && !test->strategy->program && cleanup_all_over() && !has_children();
}

static _Noreturn void supervise(const struct test_case *cases, const struct results *results,
				size_t index, pid_t runner, int line)
{
	struct result *result = results_at(results, index);

	checked_into(result->reason, sizeof(result->reason));
	get_ready(runner, line);
	while (read(FD_LINE, &index, sizeof(index)) == sizeof(index)) {
		result = results_at(results, index);
		checked_into(result->reason, sizeof(result->reason));
		case_play(&cases[index], result);
		proc_forget();
		forget_descriptors(FD_COUNT);
		if (!is_as_before(&cases[index], result) || write(FD_LINE, "", 1) != 1)
			break;
	}
	_exit(0);
}

pid_t supervisor_start(const struct test_case *cases, const struct results *results, size_t first,
		       int *line)
{
	const pid_t runner = getpid();
	int ends[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -1;
	pid = fork();
	if (!pid)
		supervise(cases, results, first, runner, ends[1]);
	close(ends[1]);
	*line = ends[0];
	return pid;
}

bool supervisor_play(int line, size_t index)
{
	return send(line, &index, sizeof(index), MSG_NOSIGNAL) == sizeof(index);
}

bool supervisor_is_done(int *line)
{
	char byte;
	const ssize_t n = recv(*line, &byte, 1, MSG_DONTWAIT);

	if (!n)
		close_fd(line);
	return n == 1;
}
