// SPDX-License-Identifier: GPL-2.0-only
/* Movers that have the kernel copy, or share, what a file holds. */
#include "movers.h"

#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static ssize_t move_sendfile(struct copy *copy, size_t count)
{
	return sendfile(copy->out, copy->in, NULL, count);
}

const struct mover mover_sendfile = {
	.move = move_sendfile,
	.shares = true,
	.calls = { SYS_sendfile },
	.ncalls = 1,
};

static ssize_t move_sendfile_offset(struct copy *copy, size_t count)
{
	off_t at = mover_position(copy, copy->in);
	ssize_t n = sendfile(copy->out, copy->in, &at, count);

	if (n > 0)
		lseek(copy->in, at, SEEK_SET);
	return n;
}

const struct mover mover_sendfile_offset = {
	.move = move_sendfile_offset,
	.shares = true,
	.calls = { SYS_sendfile },
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

static ssize_t move_copy_file_range_offset(struct copy *copy, size_t count)
{
	int64_t at = mover_position(copy, copy->in);
	ssize_t n = syscall(SYS_copy_file_range, copy->in, &at, copy->out, NULL, count, 0);

	if (n > 0)
		lseek(copy->in, at, SEEK_SET);
	return n;
}

const struct mover mover_copy_file_range_offset = {
	.move = move_copy_file_range_offset,
	.calls = { SYS_copy_file_range },
	.ncalls = 1,
};

/* Return: the bytes from where the source stands to its end; negative beyond that. */
static off_t rest_of(const struct copy *copy)
{
	struct stat stat;

	return fstat(copy->in, &stat) < 0 ? 0 : stat.st_size - mover_position(copy, copy->in);
}

static ssize_t cloned(const struct copy *copy, off_t count)
{
	mover_advance(copy, copy->in, count);
	mover_advance(copy, copy->out, count);
	return count;
}

static bool at_end(const struct copy *copy)
{
	return mover_position(copy, copy->in) > 0 && rest_of(copy) <= 0;
}

/* All of the file or nothing (ioctl_ficlone(2)): there is no call for a part of it. */
static ssize_t move_ficlone(struct copy *copy, size_t count)
{
	const off_t rest = rest_of(copy);

	if (at_end(copy))
		return 0;
	if (mover_position(copy, copy->in) || rest > (off_t)count) {
		errno = EINVAL;
		return -1;
	}
	return ioctl(copy->out, FICLONE, copy->in) < 0 ? -1 : cloned(copy, rest);
}

const struct mover mover_ficlone = {
	.move = move_ficlone,
	.calls = { SYS_ioctl },
	.ncalls = 1,
};

static ssize_t move_ficlonerange(struct copy *copy, size_t count)
{
	const off_t rest = rest_of(copy);
	const bool whole = rest <= (off_t)count;
	struct file_clone_range range = {
		.src_fd = copy->in,
		.src_offset = (__u64)mover_position(copy, copy->in),
		.src_length = whole ? 0 : count, /* 0: to the end of the file */
		.dest_offset = (__u64)mover_position(copy, copy->out),
	};

	if (at_end(copy))
		return 0;
	/* There is no way to ask for nothing. */
	if (!count) {
		errno = EINVAL;
		return -1;
	}
	if (ioctl(copy->out, FICLONERANGE, &range) < 0)
		return -1;
	return cloned(copy, whole ? rest : (off_t)count);
}

const struct mover mover_ficlonerange = {
	.move = move_ficlonerange,
	.calls = { SYS_ioctl },
	.ncalls = 1,
};
