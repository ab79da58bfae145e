// SPDX-License-Identifier: GPL-2.0-only
/* Acts and strategies with a mistake each. */
#include "plants.h"

#include "children.h"
#include "clock.h"
#include "descriptors.h"
#include "movers.h"
#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

/* --- Acts. The control does its part well: its pipe is the one without a byte in it. --- */

static bool is_control(void)
{
	int bytes = 0;

	return ioctl(FD_SHARED, FIONREAD, &bytes) || !bytes;
}

/* The act's call, at whose entry the actor is held: sleep for @ms, or for ever. */
static void sleep_in_call(int64_t ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS };

	syscall(SYS_ppoll, NULL, 0, ms < 0 ? NULL : &time, NULL, 8);
}

static void perform_exit(struct report *report)
{
	(void)report;
	sleep_in_call(0);
}

static void perform_exit_late(struct report *report)
{
	(void)report;
	sleep_in_call(is_control() ? 0 : 900);
}

static void perform_spin(struct report *report)
{
	const bool control = is_control();
	clock_t begun;

	(void)report;
	sleep_in_call(0);
	/* A second of its own time, whatever else the machine does; and few system calls. */
	begun = clock();
	while (!control && clock() - begun < CLOCKS_PER_SEC) {
		for (volatile int i = 0; i < 10000000; i++)
			;
	}
}

static void perform_never_exit(struct report *report)
{
	(void)report;
	sleep_in_call(is_control() ? 0 : -1);
}

/* Held up by the copier in a harmless way: by what it has yet to write. */
static void perform_wait_for_copy(struct report *report)
{
	char bytes[2];
	struct iovec whole = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	const bool control = is_control();

	(void)report;
	if (!control && read(FD_SHARED, bytes, 1) != 1)
		return;
	readv(control ? 2 : FD_SHARED, &whole, 1);
}

/*
 * In the first two scenes, where SIGKILL is tried and where the release is, it sleeps, and is woken
 * a while after the release: by chance, as far as anybody can tell by how long it had slept.
 */
static void perform_sleep_at_first(struct report *report)
{
	const int64_t begun = clock_now();
	char byte;
	struct iovec one = { .iov_base = &byte, .iov_len = 1 };
	int line[2];

	(void)report;
	if (plant_scenes > 2 || is_control()) {
		readv(2, &one, 1);
		return;
	}
	if (read(FD_SHARED, &byte, 1) != 1 || pipe(line))
		return;
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)!read(FD_SHARED, &byte, 1);
		usleep((useconds_t)((clock_now() - begun) / 5000));
		_exit(write(line[1], "", 1) != 1);
	}
	readv(line[0], &one, 1);
}

/* Likewise, but it is woken at once, and then takes longer than an act may, on any machine. */
static void perform_wake_at_first(struct report *report)
{
	char byte;
	struct iovec nothing = { .iov_base = &byte, .iov_len = 1 };

	if (plant_scenes > 2 || is_control()) {
		readv(2, &nothing, 1);
		return;
	}
	perform_wait_for_copy(report);
	sleep_in_call(5000);
}

static bool holds_file(void)
{
	struct stat stat;

	return !fstat(FD_SHARED, &stat) && S_ISREG(stat.st_mode);
}

/* In these, where nothing stalls, what ends its sleep is the release itself, or looks like that. */
static void perform_end_with_release_at_first(struct report *report)
{
	char byte;
	struct iovec nothing = { .iov_base = &byte, .iov_len = 1 };

	(void)report;
	readv(plant_scenes > 2 || !holds_file() ? 2 : FD_RELEASE, &nothing, 1);
}

/* Somebody wants the same CPU, for as long as this process lives. */
static void share_cpu(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET((size_t)sched_getcpu(), &here);
	sched_setaffinity(0, sizeof(here), &here);
	if (fork())
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		;
}

/* Where a copy stalls they would be believed; but that it took so long was for want of a CPU. */
static void perform_starve_at_first(struct report *report)
{
	const bool starves = plant_scenes < 3 && !is_control();
	char byte;
	struct iovec nothing = { .iov_base = &byte, .iov_len = 1 };
	int64_t begun;

	(void)report;
	if (starves)
		share_cpu();
	readv(2, &nothing, 1);
	if (!starves)
		return;
	begun = clock_now();
	while (clock_now() - begun < 300 * NS_PER_MS)
		;
	readv(FD_RELEASE, &nothing, 1);
}

/* As long as the worker that is to copy has not begun, nothing is held up. */
static void perform_wait_at_last(struct report *report)
{
	char byte;
	struct iovec nothing = { .iov_base = &byte, .iov_len = 1 };

	if (plant_scenes < 3)
		readv(2, &nothing, 1);
	else
		perform_wait_for_copy(report);
}

static void perform_open(struct report *report)
{
	(void)report;
	(void)openat(AT_FDCWD, is_control() ? "/" : "/mnt", O_RDONLY | O_DIRECTORY);
}

static void perform_crash(struct report *report)
{
	(void)report;
	kill(getpid(), SIGKILL);
}

static void perform_receive(struct report *report)
{
	sleep_in_call(0);
	report->received = 0;
}

static void perform_with_hanging_control(struct report *report)
{
	(void)report;
	sleep_in_call(is_control() ? -1 : 600);
}

static void perform_slowly(struct report *report)
{
	(void)report;
	sleep_in_call(is_control() ? 200 : 600);
}

static bool prepared; /* this process has ready what the copy needs */

static void prepare(const struct copy *copy)
{
	(void)copy;
	prepared = true;
}

/* What was made ready takes its time to go: longer than an act may, on any machine. */
static void perform_end_as_prepared(struct report *report)
{
	(void)report;
	sleep_in_call(prepared ? 900 : 0);
	syscall(SYS_exit_group, 0);
}

#define PLANT(what, how) \
	{ \
		.name = (what), .actor = ACTOR_BYSTANDER, .completion = PROCESS_ENDS, \
		.perform = (how), .nr = SYS_ppoll, .fd = -1, \
	}

const struct act plant_exits = PLANT("exits", perform_exit);
const struct act plant_exits_late = PLANT("exits_late", perform_exit_late);
const struct act plant_spins_late = PLANT("spins_late", perform_spin);
const struct act plant_never_exits = PLANT("never_exits", perform_never_exit);
const struct act plant_control_hangs = PLANT("control_hangs", perform_with_hanging_control);
const struct act plant_slow_machine = PLANT("slow_machine", perform_slowly);
const struct act plant_crashes = PLANT("crashes", perform_crash);

const struct act plant_is_killed = {
	.name = "is_killed",
	.actor = ACTOR_COPIER,
	.completion = PROCESS_ENDS,
	.signal = SIGKILL,
};

const struct act plant_ends_as_prepared = {
	.name = "ends_as_prepared",
	.actor = ACTOR_COPIER,
	.completion = PROCESS_ENDS,
	.perform = perform_end_as_prepared,
	.nr = SYS_ppoll,
	.fd = -1,
	.in_thread = true,
};

const struct act plant_receives = {
	.name = "receives",
	.actor = ACTOR_BYSTANDER,
	.completion = CALL_RETURNS,
	.perform = perform_receive,
	.nr = SYS_ppoll,
	.fd = -1,
	.receives = true,
};

const struct act plant_waits_for_copy = {
	.name = "waits_for_copy",
	.actor = ACTOR_BYSTANDER,
	.completion = CALL_RETURNS,
	.perform = perform_wait_for_copy,
	.nr = SYS_readv,
	.fd = -1,
};

const struct act plant_sleeps_at_first = {
	.name = "sleeps_at_first",
	.actor = ACTOR_BYSTANDER,
	.completion = PROCESS_ENDS,
	.perform = perform_sleep_at_first,
	.nr = SYS_readv,
	.fd = -1,
};

const struct act plant_released_at_first = {
	.name = "released_at_first",
	.actor = ACTOR_BYSTANDER,
	.completion = PROCESS_ENDS,
	.perform = perform_end_with_release_at_first,
	.nr = SYS_readv,
	.fd = -1,
};

const struct act plant_starves_at_first = {
	.name = "starves_at_first",
	.actor = ACTOR_BYSTANDER,
	.completion = PROCESS_ENDS,
	.perform = perform_starve_at_first,
	.nr = SYS_readv,
	.fd = -1,
};

const struct act plant_wakes_at_first = {
	.name = "wakes_at_first",
	.actor = ACTOR_BYSTANDER,
	.completion = PROCESS_ENDS,
	.perform = perform_wake_at_first,
	.nr = SYS_readv,
	.fd = -1,
};

const struct act plant_waits_at_last = {
	.name = "waits_at_last",
	.actor = ACTOR_BYSTANDER,
	.completion = CALL_RETURNS,
	.perform = perform_wait_at_last,
	.nr = SYS_readv,
	.fd = -1,
};

const struct act plant_opens = {
	.name = "opens",
	.actor = ACTOR_BYSTANDER,
	.completion = CALL_RETURNS,
	.perform = perform_open,
	.nr = SYS_openat,
	.fd = AT_FDCWD,
};

/* --- Strategies: read and write, each with its own mistake --- */

/* Read what there is, and let @spoil have its way with it. */
static ssize_t move_spoiled(struct copy *copy, ssize_t (*spoil)(char *bytes, ssize_t n))
{
	static char bytes[65536];
	ssize_t n = read(copy->in, bytes, sizeof(bytes) / 2), wrong;

	if (n <= 0)
		return n;
	wrong = spoil(bytes, n);
	return write(copy->out, bytes, (size_t)wrong) == wrong ? n : -1;
}

static ssize_t flip(char *bytes, ssize_t n)
{
	bytes[n / 2] ^= 4;
	return n;
}

static ssize_t drop(char *bytes, ssize_t n)
{
	(void)bytes;
	return n - 1;
}

static ssize_t repeat(char *bytes, ssize_t n)
{
	memcpy(bytes + n, bytes + n - PATTERN_LINE, PATTERN_LINE);
	return n + PATTERN_LINE;
}

static ssize_t move_flipped(struct copy *copy, size_t count)
{
	(void)count;
	return move_spoiled(copy, flip);
}

static ssize_t move_short(struct copy *copy, size_t count)
{
	(void)count;
	return move_spoiled(copy, drop);
}

static ssize_t move_repeated(struct copy *copy, size_t count)
{
	(void)count;
	return move_spoiled(copy, repeat);
}

static ssize_t move_and_claim_more(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);

	return n > 0 ? n + 1 : n;
}

static ssize_t move_as_usual(struct copy *copy, size_t count)
{
	return mover_read_write.move(copy, count);
}

static ssize_t move_nothing(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	syscall(SYS_ppoll, NULL, 0, NULL, NULL, 8);
	return 0;
}

/*
 * Through descriptors that are not the copier's own. In a call of its own it only finds the end of
 * the file; and for most of the time it sleeps.
 */
static ssize_t move_unseen(struct copy *copy, size_t count)
{
	struct copy unseen = { .in = dup(copy->in), .out = dup(copy->out) };
	ssize_t n = mover_read_write.move(&unseen, count);
	char byte;

	close(unseen.in);
	close(unseen.out);
	sleep_in_call(10);
	return n ? n : read(copy->in, &byte, sizeof(byte));
}

static ssize_t move_to_death(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	kill(getpid(), SIGSEGV);
	return 0;
}

#define BY(how) \
	.steps = { \
		{ \
			.mover = &(const struct mover){ .move = (how), \
							.calls = { SYS_read, SYS_write }, \
							.ncalls = 2 }, \
			.chunk = READ_WRITE_MAX, \
		}, \
	}

const struct strategy plant_reads = {
	.name = "reads",
	.steps = { { .mover = &mover_read_write, .chunk = READ_WRITE_MAX } },
};
const struct strategy plant_reads_by_worker = {
	.name = "reads_by_worker",
	.steps = { { .mover = &(const struct mover){ .move = move_as_usual,
						     .by_worker = true,
						     .calls = { SYS_read, SYS_write },
						     .ncalls = 2 },
		     .chunk = READ_WRITE_MAX } },
};
const struct strategy plant_prepares = {
	.name = "prepares",
	.steps = { { .mover = &(const struct mover){ .move = move_as_usual,
						     .prepare = prepare,
						     .calls = { SYS_read, SYS_write },
						     .ncalls = 2 },
		     .chunk = READ_WRITE_MAX } },
};
const struct strategy plant_flips_a_bit = { .name = "flips_a_bit", BY(move_flipped) };
const struct strategy plant_drops_a_byte = { .name = "drops_a_byte", BY(move_short) };
const struct strategy plant_repeats_a_line = { .name = "repeats_a_line", BY(move_repeated) };
const struct strategy plant_claims_more = { .name = "claims_more", BY(move_and_claim_more) };
const struct strategy plant_sleeps_elsewhere = { .name = "sleeps_elsewhere", BY(move_nothing) };
const struct strategy plant_copies_unseen = { .name = "copies_unseen", BY(move_unseen) };
const struct strategy plant_copier_crashes = { .name = "copier_crashes", BY(move_to_death) };
