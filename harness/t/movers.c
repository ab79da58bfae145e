// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every mover by itself, without a scene: between what it does not refuse it moves just the bytes
 * it was asked for, leaves both files where they end, and waits where an end has O_NONBLOCK.
 */
#include "movers.h"

#include "check.h"
#include "judge.h"
#include "pattern.h"
#include "strategy.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define START 8192    /* where the source stands; a multiple of any page and block */
#define LIMIT 50003   /* bytes to copy: less than a pipe holds, and no round number */
#define STREAM 300000 /* more than it holds */
#define CHUNK 16384

static const struct row {
	const char *name;
	const struct mover *mover;
	unsigned int flags;
} rows[] = {
	{ "read_write", &mover_read_write, 0 },
	{ "readv_writev", &mover_readv_writev, 0 },
	{ "writev_empty", &mover_writev_empty, 0 },
	{ "pread_write", &mover_pread_write, 0 },
	{ "pread_pwrite", &mover_pread_pwrite, 0 },
	{ "seek_data", &mover_seek_data, 0 },
	{ "mmap_write", &mover_mmap_write, 0 },
	{ "mmap_mmap", &mover_mmap_mmap, 0 },
	{ "sendfile", &mover_sendfile, 0 },
	{ "sendfile_offset", &mover_sendfile_offset, 0 },
	{ "copy_file_range", &mover_copy_file_range, 0 },
	{ "copy_file_range_offset", &mover_copy_file_range_offset, 0 },
	{ "sendfile_raw", &mover_sendfile_raw, 0 },
	{ "splice_raw", &mover_splice_raw, 0 },
	{ "copy_file_range_libc", &mover_copy_file_range_libc, 0 },
	{ "ficlone", &mover_ficlone, 0 },
	{ "ficlonerange", &mover_ficlonerange, 0 },
	{ "splice", &mover_splice, 0 },
	{ "splice_nonblock", &mover_splice, SPLICE_F_NONBLOCK },
	{ "splice_private", &mover_splice_private, 0 },
	{ "splice_private_nonblock", &mover_splice_private, SPLICE_F_NONBLOCK },
	{ "tee_splice", &mover_tee_splice, 0 },
	{ "vmsplice", &mover_vmsplice, 0 },
	{ "vmsplice_private", &mover_vmsplice_private, 0 },
	{ "vmsplice_gift", &mover_vmsplice_private, SPLICE_F_GIFT | SPLICE_F_MOVE },
	{ "io_uring_rw", &mover_io_uring_rw, 0 },
	{ "io_uring_splice", &mover_io_uring_splice, 0 },
	{ "aio_rw", &mover_aio_rw, 0 },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

static struct copy copy_of(int in, int out, int64_t limit)
{
	return (struct copy){ .in = in, .out = out, .limit = limit };
}

static int copy_by(const struct row *row, struct copy *copy)
{
	const struct strategy strategy = {
		.steps = { { .mover = row->mover, .chunk = CHUNK, .flags = row->flags } },
	};

	return copy_through(&strategy, copy);
}

/* Return: true, and the check made, where there is nothing to compare. */
static bool refused(const struct row *row, const char *what, int result)
{
	if (!is_refusal(-result) && result != -ENOSYS)
		return false;
	CHECK(true, "%s: %s is refused with %s", row->name, what, text_errno(-result));
	return true;
}

static int new_source(void)
{
	int fd = memfd_create("source", MFD_CLOEXEC);

	pattern_write(fd, PATTERN_FILE);
	lseek(fd, START, SEEK_SET);
	return fd;
}

static bool holds_pattern(int fd, off_t at, size_t size)
{
	static char bytes[PATTERN_FILE];
	size_t done = 0;
	ssize_t n;

	while (done < size && (n = read(fd, bytes + done, size - done)) > 0)
		done += (size_t)n;
	return done == size && pattern_differs(bytes, size, at) < 0;
}

static void check_files(const struct row *row)
{
	int in = new_source(), out = memfd_create("sink", MFD_CLOEXEC);
	struct copy copy = copy_of(in, out, LIMIT);
	int result = copy_by(row, &copy);

	if (!refused(row, "file to file", result)) {
		CHECK(!result && copy.moved == LIMIT, "%s: a limit is met exactly", row->name);
		CHECK(lseek(in, 0, SEEK_CUR) == START + LIMIT && lseek(out, 0, SEEK_CUR) == LIMIT &&
			      lseek(out, 0, SEEK_END) == LIMIT,
		      "%s: the files stand where the copy ended", row->name);
		lseek(out, 0, SEEK_SET);
		CHECK(holds_pattern(out, START, LIMIT), "%s: file to file", row->name);
	}
	close(in);
	close(out);
}

static void check_file_to_pipe(const struct row *row)
{
	struct copy copy;
	int in = new_source(), ends[2], result;

	if (pipe2(ends, O_CLOEXEC))
		exit(KSFT_FAIL);
	copy = copy_of(in, ends[1], LIMIT);
	result = copy_by(row, &copy);
	close(ends[1]);
	if (!refused(row, "file to pipe", result))
		CHECK(!result && holds_pattern(ends[0], START, LIMIT), "%s: file to pipe",
		      row->name);
	close(ends[0]);
	close(in);
}

/* Feed @in and empty @out, in turn, as fast as they take it. Return: what came was the pattern. */
static bool feed_and_empty(int in, int out)
{
	static char bytes[4096];
	off_t fed = 0, emptied = 0;

	for (;;) {
		struct pollfd fds[] = { { in, POLLOUT, 0 }, { out, POLLIN, 0 } };
		ssize_t n;

		poll(fds, 2, -1);
		if (fed < STREAM && fds[0].revents) {
			n = write(in, pattern_bytes() + fed, (size_t)(STREAM - fed));
			fed += n > 0 ? n : 0;
			if (n < 0 && errno != EAGAIN)
				fed = STREAM; /* nobody reads it */
		}
		if (fed == STREAM && in >= 0) {
			close(in);
			in = -1;
		}
		n = fds[1].revents ? read(out, bytes, sizeof(bytes)) : -1;
		if (!n)
			return emptied == STREAM;
		if (n > 0 && pattern_differs(bytes, (size_t)n, emptied) >= 0)
			return false;
		emptied += n > 0 ? n : 0;
	}
}

/* A copier at the ends of two pipes, in a process of its own: it exits with its errno. */
static void check_nonblocking_pipes(const struct row *row)
{
	int first[2], second[2], status;
	bool arrived;
	pid_t pid;

	if (pipe2(first, O_CLOEXEC | O_NONBLOCK) || pipe2(second, O_CLOEXEC | O_NONBLOCK))
		exit(KSFT_FAIL);
	pid = fork();
	if (!pid) {
		struct copy copy = copy_of(first[0], second[1], COPY_UNLIMITED);

		close(first[1]);
		close(second[0]);
		_exit(-copy_by(row, &copy));
	}
	close(first[0]);
	close(second[1]);
	arrived = feed_and_empty(first[1], second[0]);
	close(second[0]);
	if (waitpid(pid, &status, 0) != pid)
		exit(KSFT_FAIL);
	if (!refused(row, "pipe to pipe", -WEXITSTATUS(status)))
		CHECK(!status && arrived, "%s: pipe to pipe, both with O_NONBLOCK", row->name);
}

int main(void)
{
	ksft_print_header();
	signal(SIGPIPE, SIG_IGN);
	/* First those that fork: what state movers have is to be of one process. */
	for (size_t i = 0; i < ROWS; i++)
		check_nonblocking_pipes(&rows[i]);
	for (size_t i = 0; i < ROWS; i++) {
		check_files(&rows[i]);
		check_file_to_pipe(&rows[i]);
	}
	return checks_done();
}
