// SPDX-License-Identifier: GPL-2.0-only
/*
 * Acts, strategies and endpoints put together by chance, senseless ones included: whatever is
 * played, each has its result, no supervisor dies, and nothing is left behind.
 *
 * FUZZ_SECONDS in the environment: how long (default: a few). FUZZ_SEED: repeats what it printed.
 */
#include "cases.h"
#include "check.h"
#include "endpoints.h"
#include "leftovers.h"
#include "runner.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS 5
#define BATCH 100

static struct test_case batch[BATCH];

static size_t pick(size_t count)
{
	return (size_t)random() % count;
}

static void draw(void)
{
	size_t nacts = 0, nstrategies = 0, nkinds = 0, npromises = 0;

	while (acts[nacts].act.name)
		nacts++;
	while (strategies[nstrategies].name)
		nstrategies++;
	while (endpoint_kinds[nkinds])
		nkinds++;
	while (promises[npromises].promise.claim)
		npromises++;
	for (int i = 0; i < BATCH; i++) {
		const struct act_row *row = &acts[pick(nacts)];

		batch[i] = (struct test_case){
			.act = &row->act,
			.strategy = &strategies[pick(nstrategies)],
			.source = endpoint_kinds[pick(nkinds)],
			.sink = endpoint_kinds[pick(nkinds)],
			.promise = row->keeps_promises ? &promises[pick(npromises)].promise : NULL,
		};
	}
}

/* Lines of TAP that begin with @start and contain @part, which may be "". */
static int count_tap(FILE *tap, const char *start, const char *part)
{
	char line[8192];
	int count = 0;

	rewind(tap);
	while (fgets(line, sizeof(line), tap))
		count += !strncmp(line, start, strlen(start)) && strstr(line, part);
	return count;
}

/* Return: true when process @pid, or with -1 every child and orphan, is gone in time. */
static bool gone(pid_t pid, int64_t most, int *status)
{
	const int64_t deadline = clock_now() + most;
	pid_t reaped;

	while ((reaped = waitpid(pid, status, WNOHANG)) >= 0 && reaped != pid) {
		if (clock_now() > deadline)
			return false;
		if (!reaped)
			usleep(1000);
	}
	return true;
}

/* What went wrong, and of which cases it was not even said that they ended. */
static void show(FILE *tap)
{
	char line[8192], last[8192] = "", id[CASE_ID];

	rewind(tap);
	while (fgets(line, sizeof(line), tap)) {
		if (strstr(line, "ok "))
			memcpy(last, line, sizeof(last));
		else if (strstr(line, "supervisor") || strstr(line, "set_aside"))
			fprintf(stderr, "# %s# %s", last, line);
	}
	for (int i = 0; i < BATCH; i++) {
		if (!count_tap(tap, "", case_id(&batch[i], id)))
			fprintf(stderr, "# no verdict: %s\n", id);
	}
}

/* Return: how the runner, which is process *@pid, failed, or NULL. */
static const char *play_batch(FILE *tap, pid_t *pid)
{
	int status = -1;

	*pid = fork();
	if (!*pid) {
		dup2(fileno(tap), STDOUT_FILENO);
		runner_run(batch, BATCH, (struct run){ .jobs = runner_jobs() });
	}
	if (!gone(*pid, GIVE_UP, &status)) {
		kill(*pid, SIGKILL);
		return "the runner does not come to its end";
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
		return "the runner fails";
	if (count_tap(tap, "#   verdict=", "") != BATCH)
		return "there is no verdict of every case";
	if (count_tap(tap, "#   reason=the supervisor ", ""))
		return "a supervisor dies";
	return NULL;
}

/* A device is cleared a moment after its last user is gone. */
static bool loops_gone(pid_t pid)
{
	const int64_t deadline = clock_now() + GIVE_UP;

	while (count_loops(pid)) {
		if (clock_now() > deadline)
			return false;
		usleep(1000);
	}
	return true;
}

static bool check_batch(void)
{
	FILE *tap = fdopen(memfd_create("tap", MFD_CLOEXEC), "r+");
	const char *fault;
	pid_t runner;

	if (!tap)
		ksft_exit_fail_msg("no memory\n");
	fflush(stdout);
	draw();
	fault = play_batch(tap, &runner);
	if (!gone(-1, GIVE_UP, NULL))
		fault = "a process is left";
	if (!loops_gone(runner))
		fault = "a loop device is left";
	if (fault) {
		show(tap);
		fprintf(stderr, "# %s\n", fault);
	}
	fclose(tap);
	return !fault;
}

static long from_environment(const char *name, long otherwise)
{
	const char *value = getenv(name);

	return value ? strtol(value, NULL, 10) : otherwise;
}

static int fuzz(void)
{
	const long seed = from_environment("FUZZ_SEED", (long)time(NULL));
	const int64_t end = clock_now() + from_environment("FUZZ_SECONDS", SECONDS) * NS_PER_S;
	const unsigned int mounts = count_mounts();
	int batches = 0, bad = 0;

	ksft_print_header();
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	ksft_print_msg("FUZZ_SEED=%ld\n", seed);
	srandom((unsigned int)seed);
	do {
		bad += !check_batch();
		batches++;
	} while (clock_now() < end && !bad);
	if (bad)
		fprintf(stderr, "# FUZZ_SEED=%ld\n", seed);
	CHECK(!bad, "%d cases put together by chance end, and leave nothing", batches * BATCH);
	CHECK(count_mounts() == mounts, "no mount is left");
	return checks_done();
}

int main(int argc, char **argv)
{
	return argc && !strcmp(argv[0], CASES_EXECUTED) ? 0 : fuzz();
}
