// SPDX-License-Identifier: GPL-2.0-only
/* Strategies that break promises, each in its own way; and one kernel that does not refuse. */
#include "plants.h"

#include "act.h"
#include "movers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static char buffer[1 << 20];

static ssize_t read_some(const struct copy *copy, size_t count)
{
	return read(copy->in, buffer, count < sizeof(buffer) ? count : sizeof(buffer));
}

/* Return: @n, or -1 where not all of @count could be written. */
static ssize_t write_all(const struct copy *copy, size_t count, ssize_t n)
{
	size_t done = 0;

	while (done < count) {
		ssize_t written = write(copy->out, buffer + done, count - done);

		if (written < 0 && errno != EINTR)
			return -1;
		done += written > 0 ? (size_t)written : 0;
	}
	return n;
}

static ssize_t move_too_much(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count + 100);

	return n <= 0 ? n : write_all(copy, (size_t)n, n);
}

/* It reads ahead, and tells only what it was asked for. */
static ssize_t move_from_too_much(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count + 100);

	if (n <= 0)
		return n;
	n = n < (ssize_t)count ? n : (ssize_t)count;
	return write_all(copy, (size_t)n, n);
}

static ssize_t move_and_rewind(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);

	lseek(copy->out, 0, SEEK_SET);
	return n;
}

static ssize_t move_to_start(struct copy *copy, size_t count)
{
	fcntl(copy->out, F_SETFL, 0);
	return mover_read_write.move(copy, count);
}

static ssize_t move_for_ever(struct copy *copy, size_t count)
{
	ssize_t n;

	do {
		n = mover_read_write.move(copy, count);
	} while (!n);
	return n;
}

static ssize_t move_endless_bytes(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);

	if (!n)
		lseek(copy->in, 0, SEEK_SET);
	return n ? n : mover_read_write.move(copy, count);
}

static ssize_t move_int(struct copy *copy, size_t count)
{
	const int few = (int)count;

	return few < 0 ? 0 : mover_read_write.move(copy, count);
}

/* A signal counts as a success. */
static ssize_t move_despite_signals(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count);

	return n > 0 && write(copy->out, buffer, (size_t)n) < 0 && errno != EINTR ? -1 : n;
}

/* What was interrupted is begun again, from its start. */
static ssize_t move_again(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count), written;

	if (n <= 0)
		return n;
	do {
		written = write(copy->out, buffer, (size_t)n);
	} while (written != n && (written >= 0 || errno == EINTR));
	return written;
}

static ssize_t move_over_zeros(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count < 4096 ? count : 4096);

	if (n <= 0)
		return n;
	for (ssize_t i = 0; i < n; i++) {
		if (buffer[i])
			return write_all(copy, (size_t)n, n);
	}
	return lseek(copy->out, n, SEEK_CUR) < 0 ? -1 : n;
}

/* As if there were no data yet of what was written last. */
static ssize_t move_up_to_hole(struct copy *copy, size_t count)
{
	const off_t at = lseek(copy->in, 0, SEEK_CUR), end = lseek(copy->in, 0, SEEK_END);

	if (at)
		return 0;
	lseek(copy->in, 0, SEEK_SET);
	lseek(copy->out, 0, SEEK_SET);
	if (mover_read_write.move(copy, count < 4096 ? count : 4096) < 0 ||
	    lseek(copy->in, 0, SEEK_END) < 0 || ftruncate(copy->out, end) ||
	    lseek(copy->out, end, SEEK_SET) < 0)
		return -1;
	return end;
}

static ssize_t move_line_end(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count);

	if (n)
		return n;
	buffer[0] = '\n';
	return write_all(copy, 1, 0);
}

static ssize_t move_and_wait(struct copy *copy, size_t count)
{
	fcntl(copy->in, F_SETFL, 0);
	fcntl(copy->out, F_SETFL, 0);
	return mover_read_write.move(copy, count);
}

static void on_alarm(int signal)
{
	(void)signal;
}

/* Asleep for a while, in a call about the source that waits for something else: a pipe's room. */
static ssize_t move_after_a_sleep(struct copy *copy, size_t count)
{
	const struct itimerval soon = { .it_value.tv_usec = 200000 };
	const struct sigaction action = { .sa_handler = on_alarm };
	int ends[2];

	if (pipe(ends))
		return -errno;
	while (splice(copy->in, NULL, ends[1], NULL, 1 << 16, SPLICE_F_NONBLOCK) > 0)
		;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	splice(copy->in, NULL, ends[1], NULL, 1 << 16, 0);
	close(ends[0]);
	close(ends[1]);
	lseek(copy->in, 0, SEEK_SET);
	return mover_read_write.move(copy, count);
}

/* What has no bytes yet is taken for the end of the file. */
static ssize_t move_or_end(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);

	return n < 0 && errno == EAGAIN ? 0 : n;
}

/* It takes a short read for the end. */
static ssize_t move_once(struct copy *copy, size_t count)
{
	(void)count;
	return copy->moved ? 0 : mover_read_write.move(copy, 1000);
}

/* What the sink says to a write is not looked at. */
static ssize_t move_unseen(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count);

	return n > 0 && write(copy->out, buffer, (size_t)n) < 0 ? n : 0;
}

/* An error that a kernel keeps to itself: ENOTSUPP. */
static ssize_t move_not_at_all(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	errno = 524;
	return -1;
}

/* A refusal that no page tells of: a socket that is not connected has nothing to splice. */
static ssize_t move_from_elsewhere(struct copy *copy, size_t count)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || dup2(fd, copy->in) < 0)
		return -1;
	close(fd);
	return splice(copy->in, NULL, copy->out, NULL, count, 0);
}

/* As xfs did: what could not be shared for want of room is left out, and no word is said of it. */
static ssize_t move_a_part(struct copy *copy, size_t count)
{
	const off_t end = lseek(copy->in, 0, SEEK_END);

	(void)count;
	if (copy->moved)
		return 0;
	if (ioctl(copy->out, FICLONE, copy->in) && errno != ENOSPC)
		return -1;
	return lseek(copy->out, end, SEEK_SET);
}

/* Who has file descriptors as the copier's: the same file at 0, and the same one at 1. */
static pid_t find_onlooker(const struct copy *copy)
{
	char path[64], other[64], source[64] = "", list[4096] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", getppid(), getppid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, list, sizeof(list) - 1) < 0)
		return -1;
	close(fd);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", copy->in);
	if (readlink(path, source, sizeof(source) - 1) < 0)
		return -1;
	for (char *word = strtok(list, " "); word; word = strtok(NULL, " ")) {
		char target[64] = "";

		snprintf(other, sizeof(other), "/proc/%s/fd/0", word);
		if (atoi(word) != getpid() && readlink(other, target, sizeof(target) - 1) > 0 &&
		    !strcmp(source, target))
			return atoi(word);
	}
	return -1;
}

/* Return: is it stopped, in the midst of a read? */
static bool stops_in_read(pid_t pid)
{
	char path[64], state[512] = "", call[64] = "";
	int fd;

	kill(pid, SIGSTOP);
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	do {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || read(fd, state, sizeof(state) - 1) < 0)
			return false;
		close(fd);
	} while (!strstr(state, ") T ") && !strstr(state, ") Z "));
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, call, sizeof(call) - 1) < 0)
		return false;
	close(fd);
	return atoi(call) == SYS_pread64;
}

/* As a kernel does that locks the source while it copies: nobody else comes to the end of a read.
 */
static ssize_t move_alone(struct copy *copy, size_t count)
{
	const struct timespec moment = { .tv_nsec = 100000 };
	pid_t onlooker = copy->moved ? 0 : find_onlooker(copy);
	ssize_t n, all = 0;

	while (onlooker > 0 && !stops_in_read(onlooker)) {
		kill(onlooker, SIGCONT);
		nanosleep(&moment, NULL);
	}
	while ((n = mover_read_write.move(copy, count)) > 0)
		all += n;
	if (onlooker > 0)
		kill(onlooker, SIGCONT);
	return n < 0 ? n : all;
}

/* As if an offset had 31 bits, or 32. */
static ssize_t move_to_short_offset(struct copy *copy, size_t count)
{
	const off_t at = lseek(copy->out, 0, SEEK_CUR);
	ssize_t n = read_some(copy, count);

	if (n > 0)
		n = pwrite(copy->out, buffer, (size_t)n, at & INT32_MAX);
	return n <= 0 || lseek(copy->out, n, SEEK_CUR) >= 0 ? n : -1;
}

/* All of a file is skipped, and its size reported in 32 bits. */
static ssize_t move_short_count(struct copy *copy, size_t count)
{
	const off_t at = lseek(copy->in, 0, SEEK_CUR), end = lseek(copy->in, 0, SEEK_END);

	(void)count;
	return (uint32_t)(end - at);
}

/* A range that does not overlap, for a kernel that lets one pass that does. */
static ssize_t move_range(struct copy *copy, size_t count)
{
	int64_t from = 0, to = 1 << 20;

	(void)count;
	if (copy->moved)
		return 0;
	return syscall(SYS_copy_file_range, copy->in, &from, copy->out, &to, 4096, 0);
}

static ssize_t move_with_flip(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count);

	buffer[0] ^= 1;
	return n <= 0 ? n : write_all(copy, (size_t)n, n);
}

/* It writes behind what it has read, as a merge into a page of the file would. */
static ssize_t move_and_write_back(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);
	const off_t behind = lseek(copy->in, 0, SEEK_CUR);

	return n > 0 && pwrite(copy->in, "?", 1, behind) < 0 ? -1 : n;
}

/* ... and this one so that no call shows it. */
static ssize_t move_and_store_back(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);
	char *map;

	if (n <= 0)
		return n;
	map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, copy->in, 0);
	if (map == MAP_FAILED)
		return -1;
	map[0] = '?';
	munmap(map, 1);
	return n;
}

static ssize_t move_and_lengthen(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);

	return n > 0 && ftruncate(copy->in, 1 << 20) ? -1 : n;
}

/* The file behind a pipe no descriptor of the copier's is of: only who looks at it again has it. */
static ssize_t move_and_reach_file(struct copy *copy, size_t count)
{
	ssize_t n = mover_read_write.move(copy, count);
	struct stat stat_of;
	char path[64];

	for (int fd = 3, file; n > 0 && fd < 256; fd++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", getppid(), fd);
		if (stat(path, &stat_of) || !S_ISREG(stat_of.st_mode) || stat_of.st_nlink)
			continue;
		file = open(path, O_WRONLY | O_CLOEXEC);
		if (file < 0 || pwrite(file, "?", 1, 4000) < 0)
			return -1;
		close(file);
	}
	return n;
}

static ssize_t move_secretly(struct copy *copy, size_t count)
{
	return mover_splice.move(copy, count);
}

static ssize_t move_then_fail(struct copy *copy, size_t count)
{
	(void)count;
	if (!copy->moved)
		return mover_read_write.move(copy, 1000);
	errno = EIO;
	return -1;
}

/* It reports more than it has written, and an error. */
static ssize_t move_half_and_fail(struct copy *copy, size_t count)
{
	ssize_t n = read_some(copy, count);

	copy->moved = n;
	write_all(copy, (size_t)n / 2, n);
	errno = EINVAL;
	return -1;
}

#define BY(what, how) \
	{ \
		.name = (what), \
		.steps = { \
			{ \
				.mover = &(const struct mover){ .move = (how), \
								.calls = { SYS_read, SYS_write }, \
								.ncalls = 2 }, \
				.chunk = 65536, \
			}, \
		}, \
	}

const struct strategy plant_takes_too_much = BY("takes_too_much", move_too_much);
const struct strategy plant_reads_ahead = BY("reads_ahead", move_from_too_much);
const struct strategy plant_rewinds = BY("rewinds", move_and_rewind);
const struct strategy plant_misplaces = BY("misplaces", move_to_start);
const struct strategy plant_loops = BY("loops", move_for_ever);
const struct strategy plant_copies_endlessly = BY("copies_endlessly", move_endless_bytes);
const struct strategy plant_truncates = BY("truncates", move_int);
const struct strategy plant_loses_on_signals = BY("loses_on_signals", move_despite_signals);
const struct strategy plant_doubles_on_signals = BY("doubles_on_signals", move_again);
const struct strategy plant_skips_zeros = BY("skips_zeros", move_over_zeros);
const struct strategy plant_waits_anyway = BY("waits_anyway", move_and_wait);
const struct strategy plant_sleeps_first = BY("sleeps_first", move_after_a_sleep);
const struct strategy plant_ends_at_once = BY("ends_at_once", move_or_end);
const struct strategy plant_stops = BY("stops", move_once);
const struct strategy plant_ignores_errors = BY("ignores_errors", move_unseen);
const struct strategy plant_makes_up_errors = BY("makes_up_errors", move_not_at_all);
const struct strategy plant_shares_a_part = BY("shares_a_part", move_a_part);
const struct strategy plant_shuts_out = BY("shuts_out", move_alone);
const struct strategy plant_sees_holes = BY("sees_holes", move_up_to_hole);
const struct strategy plant_cuts_offsets = BY("cuts_offsets", move_to_short_offset);
const struct strategy plant_cuts_counts = BY("cuts_counts", move_short_count);
const struct strategy plant_adds_a_line = BY("adds_a_line", move_line_end);
const struct strategy plant_is_let_pass = BY("is_let_pass", move_range);
const struct strategy plant_fails_midway = BY("fails_midway", move_then_fail);
const struct strategy plant_overstates = BY("overstates", move_half_and_fail);
const struct strategy plant_writes_back = BY("writes_back", move_and_write_back);
const struct strategy plant_stores_back = BY("stores_back", move_and_store_back);
const struct strategy plant_reaches_file = BY("reaches_file", move_and_reach_file);
const struct strategy plant_lengthens = BY("lengthens", move_and_lengthen);

const struct strategy plant_trusts_stat = {
	.name = "trusts_stat",
	.steps = { { .mover = &mover_read_write, .chunk = 65536, .sized = true } },
};

const struct strategy plant_shares_secretly = {
	.name = "shares_secretly",
	.steps = {
		{
			.mover = &(const struct mover){ .move = move_secretly,
							.calls = { SYS_splice },
							.ncalls = 1 },
			.chunk = 65536,
		},
	},
};

/* As if a file had taken the pages of the memory themselves. */
static void scribble_in_sink(void)
{
	const ssize_t n = pread(FD_SINK, buffer, sizeof(buffer), 0);

	for (ssize_t i = 0; i < n; i++)
		buffer[i] ^= COPY_SCRIBBLE;
	if (n < 0 || pwrite(FD_SINK, buffer, (size_t)n, 0) < 0)
		_exit(1);
}

static ssize_t move_plainly(struct copy *copy, size_t count)
{
	return mover_read_write.move(copy, count);
}

const struct strategy plant_shows_scribbles = {
	.name = "shows_scribbles",
	.steps = {
		{
			.mover = &(const struct mover){ .move = move_plainly,
							.scribble = scribble_in_sink,
							.calls = { SYS_read, SYS_write },
							.ncalls = 2 },
			.chunk = 65536,
		},
	},
};

const struct strategy plant_refuses_oddly = {
	.name = "refuses_oddly",
	.steps = {
		{
			.mover = &(const struct mover){ .move = move_from_elsewhere,
							.calls = { SYS_splice },
							.ncalls = 1 },
			.chunk = 65536,
		},
	},
};

/* The fallback is the mistake. */
const struct strategy plant_falls_back = {
	.name = "falls_back",
	.steps = {
		{
			.mover = &mover_copy_file_range,
			.chunk = 1 << 20,
			.falls_on = { EINVAL },
		},
		{ .mover = &mover_read_write, .chunk = 4096 },
	},
};

/* ... also where both ends have an offset of their own. */
const struct strategy plant_falls_back_and_flips = {
	.name = "falls_back_and_flips",
	.steps = {
		{
			.mover = &mover_copy_file_range,
			.chunk = 1 << 20,
			.falls_on = { EINVAL },
		},
		{
			.mover = &(const struct mover){ .move = move_with_flip,
							.calls = { SYS_read, SYS_write },
							.ncalls = 2 },
			.chunk = 65536,
		},
	},
};
