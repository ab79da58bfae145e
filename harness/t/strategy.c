// SPDX-License-Identifier: GPL-2.0-only
/* The rules by which steps of a strategy follow each other, and its calls are known. */
#include "strategy.h"
#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

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

static const struct step *prepared;

static void note_step(const struct copy *copy)
{
	prepared = copy->step;
}

static void check_preparation(void)
{
	const struct mover mover = { .move = move_and_note, .prepare = note_step };
	struct strategy strategy = { .steps = { { .mover = &mover, .only = SOURCE_REGULAR },
						{ .mover = &mover } } };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct copy copy = { .in = null, .out = null };

	CHECK(!copy_prepare(&strategy, &copy) && prepared == &strategy.steps[1],
	      "the first step that applies is prepared");
	prepared = NULL;
	strategy.only = SOURCE_REGULAR;
	CHECK(!copy_prepare(&strategy, &copy) && !prepared, "... where the copy begins at all");
	close(null);
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

/* Nothing twice, and then 10 bytes. */
static ssize_t move_late(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	return ++asked[0] % 3 ? 0 : 10;
}

static void check_doubting_steps(void)
{
	struct step step = {
		.mover = &(const struct mover){ .move = move_10_then_tell },
		.chunk = 4096,
		.on_nothing = NEXT_STEP,
	};
	struct copy copy = { 0 };

	CHECK(!cascade(step, &copy, 0, 5) && copy.moved == 10 && !asked[1],
	      "a 0 after bytes is the end");
	step.doubts = true;
	copy = (struct copy){ 0 };
	CHECK(!cascade(step, &copy, 0, 5) && copy.moved == 15, "unless the step doubts it");
}

static void check_stubborn_steps(void)
{
	const struct step step = {
		.mover = &(const struct mover){ .move = move_late },
		.chunk = 4096,
		.on_nothing = SAME_STEP,
	};
	struct copy copy = { .limit = 20 };

	CHECK(!cascade(step, &copy, 0, 0) && copy.moved == 20 && asked[0] == 6 && !asked[1],
	      "a step may ask again after a 0, also one that comes after bytes");
}

/* Notes whether its source had bytes. */
static ssize_t move_if_ready(struct copy *copy, size_t count)
{
	char bytes[16];

	(void)count;
	asked[0]++;
	return read(copy->in, bytes, sizeof(bytes));
}

static void check_waiting_steps(void)
{
	const struct strategy strategy = {
		.steps = { { .mover = &(const struct mover){ .move = move_if_ready },
			     .chunk = 4096,
			     .on_eagain = FAILS,
			     .waits = true } },
	};
	struct copy copy = { .out = STDERR_FILENO, .limit = 1 };
	struct call call = { .nr = SYS_ppoll, .args = { 0x1000, 1, 0, 0, 8 } };
	pid_t late;
	int ends[2];

	asked[0] = 0;
	CHECK(!pipe2(ends, O_CLOEXEC | O_NONBLOCK), "a pipe without O_NONBLOCK's patience");
	copy.in = ends[0];
	late = fork();
	if (!late)
		_exit(usleep(20000) || write(ends[1], "x", 1) != 1);
	CHECK(!copy_through(&strategy, &copy) && copy.moved == 1 && asked[0] == 1,
	      "a step that waits asks once its source has bytes");
	CHECK(waitpid(late, NULL, 0) == late, "which came later");
	CHECK(strategy_owns(&strategy, &call, ends[0], 1), "its wait is its own");
	close(ends[0]);
	close(ends[1]);
}

static void check_small_files(void)
{
	const struct strategy strategy = {
		.steps = { { .mover = &first, .chunk = 4096, .unless = SOURCE_SMALL } },
	};
	int file = memfd_create("small", MFD_CLOEXEC);
	struct copy copy = { .in = file, .out = STDERR_FILENO, .limit = 1 };

	told[0] = 1;
	CHECK(file >= 0 && !ftruncate(file, 32768), "a file of 32 KiB");
	CHECK(copy_through(&strategy, &copy) == -EINVAL, "is small");
	copy = (struct copy){ .in = file, .out = STDERR_FILENO, .limit = 1 };
	CHECK(!ftruncate(file, 32769) && !copy_through(&strategy, &copy) && copy.moved == 1,
	      "one with a byte more is not");
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
	CHECK(!strategy_has_workers(&strategy), "... and so do its workers");
	strategy.steps[0].mover = &ring;
	CHECK(strategy_has_workers(&strategy), "... which may be there then");
	CHECK(strategy_owns(&strategy, &call, 0, 1), "... and then names no descriptors");
	call = (struct call){ .nr = SYS_getpid };
	CHECK(call_names_end(&call), "a call that is not known does not pass for such a one");
}

int main(void)
{
	ksft_print_header();
	check_cascades();
	check_preparation();
	check_requests();
	check_patience();
	check_ways();
	check_whole_strategies();
	check_doubting_steps();
	check_stubborn_steps();
	check_waiting_steps();
	check_small_files();
	check_ownership();
	check_nameless_calls();
	return checks_done();
}
