// SPDX-License-Identifier: GPL-2.0-only
/* The parts that need no scene: texts, calls, the pattern, the rules of a cascade. */
#include "calls.h"
#include "check.h"
#include "filter.h"
#include "pattern.h"
#include "proc.h"
#include "strategy.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void check_text(void)
{
	static struct text text;

	text_add(&text, "%s-%d", "a", 1);
	text_add(&text, "+");
	CHECK(!strcmp(text.bytes, "a-1+"), "a text grows");
	for (int i = 0; i < TEXT_SIZE; i++)
		text_add(&text, "0123456789");
	CHECK(text.length == TEXT_SIZE - 1 && strlen(text.bytes) == text.length,
	      "a text that is full is cut off, and ends");
	CHECK(!strcmp(text_errno(EINVAL), "EINVAL"), "an errno has its symbol");
	CHECK(!strcmp(text_errno(4095), "errno 4095"), "an unknown errno has its number");
	CHECK(text_lists("pipe unix file", "unix") && text_lists("unix", "unix"),
	      "a list has a word");
	CHECK(!text_lists("unix_dgram pipe", "unix") && !text_lists("full_pipe", "pipe") &&
		      !text_lists(NULL, "pipe"),
	      "... but no part of one");
}

/* Under the filter, and without a tracer, a call that it stops for is one that is not there. */
static _Noreturn void count_unfiltered(void)
{
	size_t count;
	const struct call_kind *kinds = call_kinds(&count);
	int unfiltered = filter_install() ? 100 : 0;

	for (size_t i = 0; i < count; i++) {
		const long request = kinds[i].nr == SYS_ioctl ? (long)FICLONE : -1;

		/* No flag of mmap(2)'s: a mapping of a file. */
		if (kinds[i].role != CALL_APART &&
		    (syscall(kinds[i].nr, -1, request, -1, 0, -1, 0) >= 0 || errno != ENOSYS))
			unfiltered++;
	}
	_exit(getppid() > 0 && close(-1) < 0 && errno == EBADF ? unfiltered : 101);
}

static void check_filter(void)
{
	pid_t pid;
	int status;

	if (!filter_is_possible()) {
		ksft_test_result_skip("a filter: not possible here\n");
		return;
	}
	pid = fork();
	if (!pid)
		count_unfiltered();
	CHECK(waitpid(pid, &status, 0) == pid && !status,
	      "a filter stops for each call that copies or waits, and for no other");
}

static void check_calls(void)
{
	const struct call sendfile = { .nr = SYS_sendfile, .args = { 1, 0, 0, 4096 } };
	const struct call splice = { .nr = SYS_splice, .args = { 0, 0, 1, 0, 65536, 0 } };
	const struct call getpid_call = { .nr = SYS_getpid };
	struct text text = { 0 };

	CHECK(call_source(&sendfile) == 0 && call_sink(&sendfile) == 1 &&
		      call_count(&sendfile) == 4096,
	      "sendfile names its sink first");
	CHECK(call_source(&splice) == 0 && call_sink(&splice) == 1 && call_count(&splice) == 65536,
	      "splice names its source first");
	CHECK(call_source(&getpid_call) == -1 && call_count(&getpid_call) == -1,
	      "a call that copies nothing has neither");
	call_describe(&text, &sendfile);
	CHECK(!strcmp(text.bytes, "sendfile(1, 0, 0x0, 4096)"), "a call is described");
	text = (struct text){ 0 };
	call_decode(&text, &sendfile, "source", "sink");
	CHECK(!strcmp(text.bytes, "sendfile(1<sink>, 0<source>, NULL, 4 KiB)"), "and decoded");
	text = (struct text){ 0 };
	call_size(&text, &splice);
	CHECK(!strcmp(text.bytes, "64 KiB"), "it asks for so much");
}

static void check_roles(void)
{
	const struct call anonymous = { .nr = SYS_mmap, .args = { 0, 1, 0, MAP_ANONYMOUS } };
	const struct call mapping = { .nr = SYS_mmap, .args = { 0, 1, 0, MAP_SHARED } };
	const struct call terminal = { .nr = SYS_ioctl, .args = { 0, 0x5401 } };
	const struct call forever = { .nr = SYS_ppoll, .args = { 1, 1, 0 } };
	const struct call a_while = { .nr = SYS_ppoll, .args = { 1, 1, 1 } };
	const struct call epoll = { .nr = SYS_epoll_pwait, .args = { 3, 1, 1, 0xffffffff } };
	const struct call some_ms = { .nr = SYS_epoll_pwait, .args = { 3, 1, 1, 5 } };
	const struct call getpid_call = { .nr = SYS_getpid };

	CHECK(call_role(&mapping) == CALL_COPIES && call_role(&anonymous) == CALL_APART,
	      "only a mapping of a file copies");
	CHECK(call_role(&terminal) == CALL_APART && call_role(&getpid_call) == CALL_APART,
	      "other calls have nothing to do with it");
	CHECK(call_role(&forever) == CALL_POLLS && call_limit(&forever).kind == LIMIT_NONE &&
		      call_limit(&a_while).kind == LIMIT_TIMESPEC,
	      "a poll is timed by an address");
	CHECK(call_role(&epoll) == CALL_EPOLLS && call_limit(&epoll).kind == LIMIT_NONE &&
		      call_limit(&some_ms).kind == LIMIT_MS && call_limit(&some_ms).value == 5,
	      "an epoll by a number");
}

static void check_pattern(void)
{
	static char bytes[PATTERN_FILE];

	memcpy(bytes, pattern_bytes(), sizeof(bytes));
	CHECK(pattern_differs(bytes, sizeof(bytes), 0) == -1, "the pattern is itself");
	CHECK(pattern_differs(bytes + 4099, 5000, 4099) == -1, "... from any place");
	CHECK(pattern_differs(bytes, 32, 16) >= 0, "lines put elsewhere are seen");
	bytes[70000] ^= 1;
	CHECK(pattern_differs(bytes, sizeof(bytes), 0) == 70000, "one wrong bit is seen");
	CHECK(pattern_differs(bytes, 1, PATTERN_FILE) == PATTERN_FILE, "a byte too many is seen");
}

/* --- Cascades, with movers that do as they are told --- */

static int told[2]; /* what a mover returns: bytes, or -errno */
static unsigned int asked[2];

static ssize_t tell(int who)
{
	int n = told[who];

	asked[who]++;
	if (n >= 0) {
		told[who] = 0;
		return n;
	}
	if (n == -EINTR || n == -EAGAIN)
		told[who] = 10;
	errno = -n;
	return -1;
}

static ssize_t move_first(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	return tell(0);
}

static ssize_t move_second(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	return tell(1);
}

static ssize_t move_to_limit(struct copy *copy, size_t count)
{
	(void)copy;
	asked[0]++;
	return (ssize_t)count;
}

/* As many bytes as it was asked for, up to a last one. */
static ssize_t move_and_note(struct copy *copy, size_t count)
{
	asked[0]++;
	asked[1] = (unsigned int)count;
	return count && !copy->moved;
}

/* A first call that moves bytes, and then a second one that fails. */
static ssize_t move_then_fail(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	if (!asked[0]++)
		return 10;
	errno = EINVAL;
	return -1;
}

static ssize_t move_and_lose(struct copy *copy, size_t count)
{
	(void)count;
	asked[0]++;
	copy->lost = true;
	errno = EINTR;
	return -1;
}

/* Errors in turn: first with nothing moved, then after 10 bytes. */
static ssize_t move_10_then_tell(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	return asked[0]++ ? tell(0) : 10;
}

static const struct mover first = { .move = move_first, .calls = { SYS_splice }, .ncalls = 1 };
static const struct mover second = { .move = move_second,
				     .calls = { SYS_read, SYS_write },
				     .ncalls = 2 };

/* Run a cascade of first and second between two ends of /dev/null. Return: copy_through()'s. */
static int cascade(struct step step, struct copy *copy, int first_told, int second_told)
{
	const struct strategy strategy = {
		.steps = { step, { .mover = &second, .chunk = 4096 } },
	};
	int null = open("/dev/null", O_RDWR | O_APPEND | O_CLOEXEC), result;

	told[0] = first_told;
	told[1] = second_told;
	asked[0] = asked[1] = 0;
	copy->in = copy->out = null;
	if (!copy->limit)
		copy->limit = COPY_UNLIMITED;
	result = copy_through(&strategy, copy);
	close(null);
	return result;
}

static void check_cascades(void)
{
	const struct step step = { .mover = &first, .chunk = 4096, .falls_on = { ENOSYS, EINVAL } };
	struct step other = step;
	struct copy copy = { 0 };

	CHECK(!cascade(step, &copy, 10, 5) && copy.moved == 10 && !asked[1],
	      "a step that reaches the end is the last");
	copy = (struct copy){ 0 };
	CHECK(!cascade(step, &copy, -EINVAL, 5) && copy.moved == 5, "a refusal falls to the next");
	copy = (struct copy){ 0 };
	CHECK(cascade(step, &copy, -EIO, 5) == -EIO && !asked[1], "another error does not");
	copy = (struct copy){ 0 };
	CHECK(!cascade(step, &copy, -EINTR, 5) && copy.moved == 10, "EINTR: again");
	copy = (struct copy){ 0 };
	CHECK(!cascade(step, &copy, -EAGAIN, 5) && copy.moved == 10, "EAGAIN: wait, and again");
	copy = (struct copy){ 0 };
	CHECK(!cascade(step, &copy, 0, 5) && !copy.moved && !asked[1], "a first 0 is the end");
	other.on_nothing = NEXT_STEP;
	copy = (struct copy){ 0 };
	CHECK(!cascade(other, &copy, 0, 5) && copy.moved == 5, "unless the step doubts it");

	other = step;
	other.mover = &(const struct mover){ .move = move_then_fail };
	copy = (struct copy){ 0 };
	CHECK(cascade(other, &copy, 0, 5) == -EINVAL && !asked[1],
	      "once bytes have moved a refusal is an error");
	other.midway = NEXT_STEP;
	copy = (struct copy){ 0 };
	CHECK(!cascade(other, &copy, 0, 5) && copy.moved == 15, "unless the step falls midway");
	other.mover = &(const struct mover){ .move = move_and_lose };
	other.falls_on_any = true;
	copy = (struct copy){ 0 };
	CHECK(cascade(other, &copy, 0, 5) == -EINTR && asked[0] == 1 && !asked[1],
	      "bytes that were lost are not made up for");

	other = step;
	other.mover = &(const struct mover){ .move = move_to_limit };
	copy = (struct copy){ .limit = 10000 };
	CHECK(!cascade(other, &copy, 0, 0) && copy.moved == 10000 && asked[0] == 3,
	      "a limit is met exactly");
	copy = (struct copy){ .eof_errno = EINVAL };
	other.mover = &(const struct mover){ .move = move_then_fail };
	CHECK(!cascade(other, &copy, 0, 0) && copy.moved == 10, "an errno may stand for the end");

	other = step;
	other.unless = SINK_APPEND;
	copy = (struct copy){ 0 };
	CHECK(!cascade(other, &copy, 10, 5) && copy.moved == 5, "`unless` rules a step out");
	other = step;
	other.only = SOURCE_REGULAR;
	copy = (struct copy){ 0 };
	CHECK(!cascade(other, &copy, 10, 5) && copy.moved == 5, "`only` does where it is not so");
	other = step;
	other.any = SOURCE_REGULAR | SOURCE_PIPE;
	copy = (struct copy){ 0 };
	CHECK(!cascade(other, &copy, 10, 5) && copy.moved == 5, "`any` does where none is so");
	other.any |= SINK_APPEND;
	copy = (struct copy){ 0 };
	CHECK(!cascade(other, &copy, 10, 5) && copy.moved == 10, "... and not where one is");
}

static void check_requests(void)
{
	const struct mover mover = { .move = move_and_note };
	const struct strategy strategy = { .steps = { { .mover = &mover, .chunk = 4096 } } };
	struct copy copy = { .in = STDIN_FILENO, .out = STDERR_FILENO, .limit = COPY_UNLIMITED };

	asked[0] = 0;
	CHECK(!copy_through(&strategy, &copy) && asked[1] == 4096, "a step asks for its chunk");
	copy.moved = 0;
	copy.at_least = 0xc0000000;
	CHECK(!copy_through(&strategy, &copy) && asked[1] == 0xc0000000, "... or for more");
	copy.at_least = 1;
	copy.moved = asked[0] = 0;
	CHECK(!copy_through(&strategy, &copy) && asked[1] == 4096, "... not for less");
	copy.moved = asked[0] = 0;
	CHECK(!copy_nothing(&strategy, &copy) && asked[0] == 1 && !asked[1] && !copy.moved,
	      "nothing is asked for once");
}

static void check_patience(void)
{
	const struct step step = { .mover = &first, .chunk = 4096, .falls_on_any = true };
	struct step other = step;
	struct copy copy = { 0 };

	CHECK(!cascade(step, &copy, -EINTR, 5) && copy.moved == 10, "any error is not EINTR");
	other.on_eintr = FAILS;
	copy = (struct copy){ 0 };
	CHECK(cascade(other, &copy, -EINTR, 5) == -EINTR && !asked[1], "EINTR can be an error");
	other.on_eintr = FALLS;
	copy = (struct copy){ 0 };
	CHECK(!cascade(other, &copy, -EINTR, 5) && copy.moved == 5, "... or lead on");
	other = step;
	other.on_eagain = FAILS;
	copy = (struct copy){ 0 };
	CHECK(cascade(other, &copy, -EAGAIN, 5) == -EAGAIN && !asked[1], "EAGAIN can be an error");
	other.mover = &(const struct mover){ .move = move_10_then_tell };
	other.on_eagain = FALLS;
	copy = (struct copy){ 0 };
	CHECK(cascade(other, &copy, -EAGAIN, 5) == -EAGAIN && copy.moved == 10 && !asked[1],
	      "what leads on does so after bytes only where the step falls midway");
}

/* --- Three steps: where from the first? --- */

static ssize_t move_third(struct copy *copy, size_t count)
{
	(void)count;
	if (copy->moved >= 1000)
		return 0;
	return 1000;
}

/* Return: the bytes moved by the second step (10), the third (1000 in all), or -errno. */
static int64_t three_steps(struct step step, int told_first)
{
	const struct mover third = { .move = move_third };
	const struct strategy strategy = {
		.steps = {
			step,
			{ .mover = &second, .chunk = 4096, .falls_on = { EINVAL } },
			{ .mover = &third, .chunk = 4096 },
		},
	};
	struct copy copy = { .in = STDIN_FILENO, .out = STDERR_FILENO, .limit = COPY_UNLIMITED };
	int result;

	told[0] = told_first;
	told[1] = 10;
	asked[0] = asked[1] = 0;
	result = copy_through(&strategy, &copy);
	return result ? result : copy.moved;
}

static void check_ways(void)
{
	const struct step step = {
		.mover = &first,
		.chunk = 4096,
		.falls_on = { ENOSYS },
		.last_on = { EINVAL },
	};
	struct step other = step;

	CHECK(three_steps(step, -ENOSYS) == 10, "one error leads to the next step");
	CHECK(three_steps(step, -EINVAL) == 1000 && !asked[1], "another straight to the last");
	CHECK(three_steps(step, -EIO) == -EIO, "a third to none");
	other.on_nothing = LAST_STEP;
	CHECK(three_steps(other, 0) == 1000 && !asked[1], "a first 0 can lead to the last step");
	other = step;
	other.mover = &(const struct mover){ .move = move_10_then_tell };
	CHECK(three_steps(other, -EINVAL) == -EINVAL, "after bytes to none, by itself");
	other.midway = LAST_STEP;
	CHECK(three_steps(other, -ENOSYS) == 1010 && !asked[1], "... or where the step says");
}

static void check_whole_strategies(void)
{
	struct strategy strategy = {
		.steps = { { .mover = &(const struct mover){ .move = move_to_limit },
			     .chunk = 4096,
			     .sized = true } },
	};
	int file = memfd_create("parts", MFD_CLOEXEC);
	struct copy copy = { .in = file, .out = STDERR_FILENO, .limit = COPY_UNLIMITED };

	CHECK(file >= 0 && !ftruncate(file, 5000), "a file of 5000 bytes");
	CHECK(!copy_through(&strategy, &copy) && copy.moved == 5000,
	      "a sized step asks for no more than st_size");
	strategy.unless = SOURCE_FILLED;
	CHECK(copy_through(&strategy, &copy) == -EINVAL, "a strategy may rule endpoints out");
	strategy.unless = 0;
	strategy.only = SOURCE_SOCKET;
	CHECK(copy_through(&strategy, &copy) == -EINVAL, "... or demand others");
	strategy.only = 0;
	strategy.unless = SAME_FILE;
	copy = (struct copy){ .in = file, .out = file, .limit = COPY_UNLIMITED };
	CHECK(copy_through(&strategy, &copy) == -EINVAL, "one file twice is known");
	close(file);
}

static void check_ownership(void)
{
	const struct strategy strategy = {
		.steps = { { .mover = &first, .chunk = 4096 }, { .mover = &second, .chunk = 100 } },
	};
	struct call call = { .nr = SYS_splice, .args = { 0, 0, 1, 0, 4096, 0 } };

	CHECK(strategy_owns(&strategy, &call, 0, 1), "a strategy knows its call");
	CHECK(!strategy_owns(&strategy, &call, 5, 6), "not with other descriptors");
	call.args[2] = 9;
	CHECK(strategy_owns(&strategy, &call, 0, 1), "one of the two may be its private pipe");
	call.args[4] = 4097;
	CHECK(!strategy_owns(&strategy, &call, 0, 1), "not with another count");
	call = (struct call){ .nr = SYS_sendfile, .args = { 1, 0, 0, 100 } };
	CHECK(!strategy_owns(&strategy, &call, 0, 1), "not another call");
	call = (struct call){ .nr = SYS_write, .args = { 1, 0, 50 } };
	CHECK(strategy_owns(&strategy, &call, 0, 1), "a later step's call is its own, too");
}

static void check_nameless_calls(void)
{
	const struct mover ring = { .calls = { SYS_io_uring_enter }, .ncalls = 1 };
	struct strategy strategy = { .steps = { { .mover = &first, .chunk = 4096 } } };
	struct call call = { .nr = SYS_ppoll, .args = { 0x1000, 1, 0, 0, 8 } };

	CHECK(strategy_owns(&strategy, &call, 0, 1), "the wait after EAGAIN is the strategy's own");
	call.args[2] = 0x2000;
	CHECK(!strategy_owns(&strategy, &call, 0, 1), "... not one with a time limit");
	call.args[2] = 0;
	strategy.steps[0].on_eagain = FAILS;
	CHECK(!strategy_owns(&strategy, &call, 0, 1), "... nor where no step waits");
	call = (struct call){ .nr = SYS_io_uring_enter, .args = { 5, 1, 1, 1, 0, 8 } };
	CHECK(!strategy_owns(&strategy, &call, 0, 1), "a ring belongs to who uses one");
	strategy.steps[0].mover = &ring;
	CHECK(strategy_owns(&strategy, &call, 0, 1), "... and then names no descriptors");
	call = (struct call){ .nr = SYS_getpid };
	CHECK(call_names_end(&call), "a call that is not known does not pass for such a one");
}

/* --- /proc --- */

/* With many groups the counts of context switches stand beyond the first 4 KiB of its status. */
static void check_many_groups(void)
{
	gid_t groups[1000];
	struct proc_sample sample = { 0 };
	int ready[2];
	char byte;
	pid_t pid;

	for (unsigned int i = 0; i < ARRAY_SIZE(groups); i++)
		groups[i] = 1000000000 + i;
	if (pipe2(ready, O_CLOEXEC))
		ksft_exit_fail_msg("no pipe\n");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setgroups(ARRAY_SIZE(groups), groups) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (pid < 0 || read(ready[0], &byte, 1) != 1) {
		ksft_test_result_skip("needs root, to have many groups\n");
	} else {
		CHECK(proc_sample_thread(pid, &sample) && sample.switches > 0,
		      "switches are counted of one with many groups");
		CHECK(!proc_fault(), "... and nothing lacked");
	}
	close(ready[0]);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

int main(void)
{
	ksft_print_header();
	check_text();
	check_many_groups();
	check_calls();
	check_filter();
	check_roles();
	check_pattern();
	check_cascades();
	check_requests();
	check_patience();
	check_ways();
	check_whole_strategies();
	check_ownership();
	check_nameless_calls();
	return checks_done();
}
