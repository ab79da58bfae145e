// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many bytes a strategy copies in a second, where nothing holds it up. No verdict comes of it:
 * it is measured on two kernels in turns, and told.
 *
 * A copier has a source that never waits for long, and a sink that takes all: a file in memory, or
 * a pipe that another process fills, or empties.
 */
#include "rates.h"

#include "clock.h"
#include "endpoints.h"
#include "misuse.h"
#include "result.h"
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE_SIZE ((size_t)8 << 20)
#define RATE_MS 250   /* all rounds: a small kernel's clock may tick 100 times a second */
#define RATE_FEWEST 3 /* rounds */
#define RATE_MOST 30
#define RATE_LIMIT_MS 60000 /* nobody waits for ever */
#define RATE_BUFFER ((size_t)64 << 10)

/* struct told - what a copier says of its copy. */
struct told {
	int error; /* errno, or 0 */
	int64_t moved, ns;
};

static const struct act act = { .name = "rate" };
static const struct endpoint_kind *const pairs[][2] = {
	{ &endpoint_file, &endpoint_pipe },
	{ &endpoint_pipe, &endpoint_file },
	{ &endpoint_file, &endpoint_file },
};

#define PAIRS (sizeof(pairs) / sizeof(*pairs))

struct test_case *rates_cases(size_t *count)
{
	struct test_case *cases;
	size_t rows = 0;

	while (strategies[rows].name)
		rows++;
	cases = calloc(rows * PAIRS + 1, sizeof(*cases));
	if (!cases)
		misused("no memory", "");
	*count = 0;
	for (size_t i = 0; i < rows * PAIRS; i++) {
		cases[(*count)++] = (struct test_case){
			.act = &act,
			.strategy = &strategies[i / PAIRS],
			.source = pairs[i % PAIRS][0],
			.sink = pairs[i % PAIRS][1],
		};
	}
	return cases;
}

/* --- In the copier, and its helpers, which end with it --- */

static void fill(int fd, size_t count)
{
	static char bytes[RATE_BUFFER];

	memset(bytes, 'x', sizeof(bytes));
	while (count) {
		const ssize_t some = write(fd, bytes, count < RATE_BUFFER ? count : RATE_BUFFER);

		if (some <= 0)
			_exit(1);
		count -= (size_t)some;
	}
}

static void drain(int fd)
{
	static char bytes[RATE_BUFFER];

	while (read(fd, bytes, sizeof(bytes)) > 0) {
	}
}

/* A pipe whose other end a helper has. Return: the copier's end; its end of the process on failure.
 */
static int piped(bool is_source)
{
	int ends[2];
	pid_t helper;

	if (pipe2(ends, O_CLOEXEC))
		_exit(1);
	helper = fork();
	if (helper < 0)
		_exit(1);
	if (!helper) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ends[is_source ? 0 : 1]);
		if (is_source)
			fill(ends[1], RATE_SIZE);
		else
			drain(ends[0]);
		_exit(0);
	}
	close(ends[is_source ? 1 : 0]);
	return ends[is_source ? 0 : 1];
}

static int in_memory(bool is_source)
{
	const int fd = memfd_create("copyhang-rate", MFD_CLOEXEC);

	if (fd < 0)
		_exit(1);
	if (is_source) {
		fill(fd, RATE_SIZE);
		lseek(fd, 0, SEEK_SET);
	}
	return fd;
}

static int end_of(const struct endpoint_kind *kind, bool is_source)
{
	return kind == &endpoint_pipe ? piped(is_source) : in_memory(is_source);
}

static _Noreturn void copy_once(const struct test_case *test, int line)
{
	struct copy copy = { .limit = COPY_UNLIMITED };
	struct told told = { 0 };
	int64_t began;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	copy.in = end_of(test->source, true);
	copy.out = end_of(test->sink, false);
	began = clock_now();
	told.error = -copy_through(test->strategy, &copy);
	told.ns = clock_now() - began;
	told.moved = copy.moved;
	_exit(write(line, &told, sizeof(told)) != sizeof(told));
}

/* --- In who starts it --- */

/* Without waiting for ever: a kernel may not let it go. */
static void reap(pid_t child)
{
	const struct timespec tick = { .tv_nsec = NS_PER_MS };

	kill(child, SIGKILL);
	for (int i = 0; i < 1000 && !waitpid(child, NULL, WNOHANG); i++)
		nanosleep(&tick, NULL);
}

/* Return: NULL, or why there is nothing to be told. */
static const char *play_once(const struct test_case *test, struct told *told)
{
	struct pollfd line = { .events = POLLIN };
	const char *why = NULL;
	int ends[2];
	pid_t copier;

	if (pipe2(ends, O_CLOEXEC))
		return "no pipe";
	copier = fork();
	if (!copier)
		copy_once(test, ends[1]);
	close(ends[1]);
	line.fd = ends[0];
	if (copier < 0)
		why = "no process";
	else if (poll(&line, 1, RATE_LIMIT_MS) <= 0)
		why = "the copy did not come to its end";
	else if (read(line.fd, told, sizeof(*told)) != sizeof(*told))
		why = "the copier ended without a word";
	close(ends[0]);
	if (copier > 0)
		reap(copier);
	return why;
}

/* Return: is there something to be measured once more? */
static bool take(struct result *result, const char *why, const struct told *told)
{
	if (!why && told->error && told->error != ENOSYS && !told->moved) {
		result->verdict = VERDICT_REFUSED;
		text_add(&result->evidence, "errno=%s\n", text_errno(told->error));
		return false;
	}
	result->verdict = VERDICT_UNAVAILABLE;
	if (why)
		snprintf(result->reason, sizeof(result->reason), "%s", why);
	else if (told->error)
		snprintf(result->reason, sizeof(result->reason), "%s", text_errno(told->error));
	else if (told->moved != (int64_t)RATE_SIZE)
		snprintf(result->reason, sizeof(result->reason), "moved %lld of %zu bytes",
			 (long long)told->moved, RATE_SIZE);
	else
		result->verdict = VERDICT_SAFE;
	return result->verdict == VERDICT_SAFE;
}

static void measure(const struct test_case *test, struct result *result)
{
	int64_t ns = 0;
	int rounds = 0;

	while (rounds < RATE_FEWEST || (rounds < RATE_MOST && ns < RATE_MS * NS_PER_MS)) {
		struct told told = { 0 };
		const char *why = play_once(test, &told);

		if (!take(result, why, &told))
			return;
		ns += told.ns;
		rounds++;
	}
	text_add(&result->evidence, "bytes_per_s=%.0f\n",
		 (double)RATE_SIZE * rounds * NS_PER_S / (double)(ns > 0 ? ns : 1));
}

void rates_run(const struct test_case *cases, size_t count, bool announce)
{
	tap_begin((unsigned int)count);
	for (size_t i = 0; i < count; i++) {
		struct result result = { .verdict = VERDICT_BROKEN };
		char id[CASE_ID];

		case_id(&cases[i], id);
		if (announce)
			tap_note("started %s", id);
		measure(&cases[i], &result);
		tap_result(id, &result);
	}
	tap_finish();
}
