// SPDX-License-Identifier: GPL-2.0-only
#include "movers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Return: @count, or -1 with errno. */
static ssize_t write_all(int fd, const char *bytes, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t n = write(fd, bytes + done, count - done);

		if (n < 0 && errno != EINTR)
			return -1;
		done += n < 0 ? 0 : (size_t)n;
	}
	return (ssize_t)count;
}

static ssize_t read_write(int in, int out, size_t count, bool *lost)
{
	static char buffer[READ_WRITE_MAX];
	ssize_t n = read(in, buffer, count < sizeof(buffer) ? count : sizeof(buffer));

	if (n <= 0)
		return n;
	n = write_all(out, buffer, (size_t)n);
	*lost = n < 0;
	return n;
}

static ssize_t move_read_write(struct copy *copy, size_t count)
{
	return read_write(copy->in, copy->out, count, &copy->lost);
}

const struct mover mover_read_write = {
	.move = move_read_write,
	.calls = { SYS_read, SYS_write },
	.ncalls = 2,
};

static ssize_t move_sendfile(struct copy *copy, size_t count)
{
	return sendfile(copy->out, copy->in, NULL, count);
}

const struct mover mover_sendfile = {
	.move = move_sendfile,
	.calls = { SYS_sendfile },
	.ncalls = 1,
};

static ssize_t move_splice(struct copy *copy, size_t count)
{
	return splice(copy->in, NULL, copy->out, NULL, count, 0);
}

const struct mover mover_splice = {
	.move = move_splice,
	.calls = { SYS_splice },
	.ncalls = 1,
};

/* What is in the private pipe must not be lost where the sink refuses splice. */
static ssize_t drain(struct copy *copy, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t n = splice(copy->pipe[0], NULL, copy->out, NULL, count - done, 0);

		if (n < 0 && errno == EINVAL)
			n = read_write(copy->pipe[0], copy->out, count - done, &copy->lost);
		if (n < 0 && (errno != EINTR || copy->lost))
			return -1;
		done += n < 0 ? 0 : (size_t)n;
	}
	return (ssize_t)count;
}

static ssize_t move_splice_private(struct copy *copy, size_t count)
{
	ssize_t n;

	if (!copy->has_pipe && pipe2(copy->pipe, O_CLOEXEC) < 0)
		return -1;
	copy->has_pipe = true;
	n = splice(copy->in, NULL, copy->pipe[1], NULL, count, 0);
	if (n <= 0)
		return n;
	n = drain(copy, (size_t)n);
	copy->lost = n < 0;
	return n;
}

const struct mover mover_splice_private = {
	.move = move_splice_private,
	.calls = { SYS_splice },
	.ncalls = 1,
};

static ssize_t move_copy_file_range(struct copy *copy, size_t count)
{
	return syscall(SYS_copy_file_range, copy->in, NULL, copy->out, NULL, count, 0);
}

const struct mover mover_copy_file_range = {
	.move = move_copy_file_range,
	.calls = { SYS_copy_file_range },
	.ncalls = 1,
};
