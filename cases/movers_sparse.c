// SPDX-License-Identifier: GPL-2.0-only
/* A mover that asks where a file has holes (lseek(2)), and has holes in the sink instead of zeros.
 */
#include "movers.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Less of it is there than it is long; as GNU cp asks, of src/copy.c in 9.1: infer_scantype(). */
static bool is_sparse(const struct stat *stat)
{
	return S_ISREG(stat->st_mode) && stat->st_blocks < stat->st_size / 512;
}

/* Return: the next byte that is not in a hole, or the end of the file; -1 with errno. */
static off_t next_data(int fd, off_t at, off_t end)
{
	const off_t data = lseek(fd, at, SEEK_DATA);

	return data < 0 && errno == ENXIO ? end : data;
}

/* Where the sink has no bytes yet. Return: @count, or -1 with errno. */
static ssize_t leave_hole(const struct copy *copy, off_t from, off_t to, size_t count)
{
	if (ftruncate(copy->out, to + (off_t)count) < 0 ||
	    lseek(copy->out, to + (off_t)count, SEEK_SET) < 0 ||
	    lseek(copy->in, from + (off_t)count, SEEK_SET) < 0)
		return -1;
	return (ssize_t)count;
}

static ssize_t move_seek_data(struct copy *copy, size_t count)
{
	const off_t from = mover_position(copy, copy->in), to = mover_position(copy, copy->out);
	struct stat in, out;
	off_t data, hole;

	if (fstat(copy->in, &in) < 0 || fstat(copy->out, &out) < 0)
		return -1;
	if (!is_sparse(&in) || from >= in.st_size)
		return mover_read_write.move(copy, count);
	data = next_data(copy->in, from, in.st_size);
	if (data < 0)
		return -1;
	if (data > from && to >= out.st_size)
		return leave_hole(copy, from, to,
				  data - from < (off_t)count ? (size_t)(data - from) : count);
	hole = data < in.st_size ? lseek(copy->in, data, SEEK_HOLE) : data;
	if (hole < 0 || lseek(copy->in, from, SEEK_SET) < 0)
		return -1;
	return mover_read_write.move(copy,
				     hole - from < (off_t)count ? (size_t)(hole - from) : count);
}

const struct mover mover_seek_data = {
	.move = move_seek_data,
	.calls = { SYS_read, SYS_write },
	.ncalls = 2,
};
