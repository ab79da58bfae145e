// SPDX-License-Identifier: GPL-2.0-only
/*
 * Movers that enter a call the other way: where another one uses the C library's function, through
 * syscall(2), and the reverse. What lies between the two (offsets and counts cut down, a fallback
 * of the library's own, as glibc 2.27 to 2.29 had for copy_file_range) shows in the difference.
 */
#include "movers.h"
#include "strategy.h"

#include <sys/syscall.h>
#include <unistd.h>

static ssize_t move_sendfile_raw(struct copy *copy, size_t count)
{
	return syscall(SYS_sendfile, copy->out, copy->in, NULL, count);
}

const struct mover mover_sendfile_raw = {
	.move = move_sendfile_raw,
	.shares = true,
	.calls = { SYS_sendfile },
	.ncalls = 1,
};

static ssize_t move_splice_raw(struct copy *copy, size_t count)
{
	return syscall(SYS_splice, copy->in, NULL, copy->out, NULL, count, copy->step->flags);
}

const struct mover mover_splice_raw = {
	.move = move_splice_raw,
	.shares = true,
	.calls = { SYS_splice },
	.ncalls = 1,
};

static ssize_t move_copy_file_range_libc(struct copy *copy, size_t count)
{
	return copy_file_range(copy->in, NULL, copy->out, NULL, count, 0);
}

const struct mover mover_copy_file_range_libc = {
	.move = move_copy_file_range_libc,
	.calls = { SYS_copy_file_range },
	.ncalls = 1,
};
