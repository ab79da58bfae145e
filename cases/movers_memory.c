// SPDX-License-Identifier: GPL-2.0-only
/* Movers that bring the bytes into memory of the copier, and from there to the sink. */
#include "movers.h"
#include "strategy.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* As O_DIRECT wants it (open(2)). */
static alignas(4096) char buffer[READ_WRITE_MAX];

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

ssize_t mover_deliver(struct copy *copy,
		      ssize_t (*put)(struct copy *copy, const char *bytes, size_t count),
		      const char *bytes, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t n = put(copy, bytes ? bytes + done : NULL, count - done);

		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		if (n < 0 && copy_goes_on(copy, false))
			continue;
		if (!n)
			errno = EIO; /* no call that writes has a reason to return 0 */
		copy->lost = true;
		return -1;
	}
	return (ssize_t)count;
}

bool mover_seeks(const struct copy *copy, int fd)
{
	return !copy->looked || copy->facts & (fd == copy->in ? SOURCE_SEEKS : SINK_SEEKS);
}

off_t mover_position(const struct copy *copy, int fd)
{
	const off_t at = mover_seeks(copy, fd) ? lseek(fd, 0, SEEK_CUR) : 0;

	return at < 0 ? 0 : at;
}

void mover_advance(const struct copy *copy, int fd, off_t count)
{
	if (count > 0 && mover_seeks(copy, fd))
		lseek(fd, count, SEEK_CUR);
}

ssize_t mover_put_write(struct copy *copy, const char *bytes, size_t count)
{
	return write(copy->out, bytes, count);
}

static ssize_t move_read_write(struct copy *copy, size_t count)
{
	ssize_t n = read(copy->in, buffer, min(count, sizeof(buffer)));

	return n <= 0 ? n : mover_deliver(copy, mover_put_write, buffer, (size_t)n);
}

const struct mover mover_read_write = {
	.move = move_read_write,
	.calls = { SYS_read, SYS_write },
	.ncalls = 2,
};

/* In two halves, or there would be nothing to gather. */
static void halve(struct iovec halves[2], const char *bytes, size_t count)
{
	halves[0] = (struct iovec){ .iov_base = (char *)bytes, .iov_len = count / 2 };
	halves[1] = (struct iovec){ .iov_base = (char *)bytes + count / 2,
				    .iov_len = count - count / 2 };
}

static ssize_t put_writev(struct copy *copy, const char *bytes, size_t count)
{
	struct iovec halves[2];

	halve(halves, bytes, count);
	return writev(copy->out, halves, 2);
}

static ssize_t move_readv_writev(struct copy *copy, size_t count)
{
	struct iovec halves[2];
	ssize_t n;

	halve(halves, buffer, min(count, sizeof(buffer)));
	n = readv(copy->in, halves, 2);
	return n <= 0 ? n : mover_deliver(copy, put_writev, buffer, (size_t)n);
}

const struct mover mover_readv_writev = {
	.move = move_readv_writev,
	.put = put_writev,
	.calls = { SYS_readv, SYS_writev },
	.ncalls = 2,
};

/* A first segment of no bytes is nothing to writev(2), and no reason to go round in a circle. */
static ssize_t put_after_nothing(struct copy *copy, const char *bytes, size_t count)
{
	const struct iovec segments[] = {
		{ .iov_base = (char *)bytes, .iov_len = 0 },
		{ .iov_base = (char *)bytes, .iov_len = count },
	};

	return writev(copy->out, segments, 2);
}

static ssize_t move_writev_empty(struct copy *copy, size_t count)
{
	ssize_t n = read(copy->in, buffer, min(count, sizeof(buffer)));

	return n <= 0 ? n : mover_deliver(copy, put_after_nothing, buffer, (size_t)n);
}

const struct mover mover_writev_empty = {
	.move = move_writev_empty,
	.put = put_after_nothing,
	.calls = { SYS_read, SYS_writev },
	.ncalls = 2,
};

static ssize_t put_pwrite(struct copy *copy, const char *bytes, size_t count)
{
	ssize_t n = pwrite(copy->out, bytes, count, mover_position(copy, copy->out));

	mover_advance(copy, copy->out, n);
	return n;
}

static ssize_t read_at_position(const struct copy *copy, size_t count)
{
	ssize_t n = pread(copy->in, buffer, count, mover_position(copy, copy->in));

	mover_advance(copy, copy->in, n);
	return n;
}

static ssize_t move_pread_write(struct copy *copy, size_t count)
{
	ssize_t n = read_at_position(copy, min(count, sizeof(buffer)));

	return n <= 0 ? n : mover_deliver(copy, mover_put_write, buffer, (size_t)n);
}

const struct mover mover_pread_write = {
	.move = move_pread_write,
	.calls = { SYS_pread64, SYS_write },
	.ncalls = 2,
};

static ssize_t move_pread_pwrite(struct copy *copy, size_t count)
{
	ssize_t n = read_at_position(copy, min(count, sizeof(buffer)));

	return n <= 0 ? n : mover_deliver(copy, put_pwrite, buffer, (size_t)n);
}

const struct mover mover_pread_pwrite = {
	.move = move_pread_pwrite,
	.calls = { SYS_pread64, SYS_pwrite64 },
	.ncalls = 2,
};

/* --- Mapped files --- */

/** struct window - a mapped part of a file; its start is rounded down to a page. */
struct window {
	char *map;
	size_t skew, length; /* bytes before the position, bytes from there on */
};

static bool map_at(struct window *window, int fd, off_t at, int protection, int flags)
{
	window->skew = (size_t)(at % sysconf(_SC_PAGESIZE));
	window->map = mmap(NULL, window->length ? window->skew + window->length : 0, protection,
			   MAP_SHARED | flags, fd, at - (off_t)window->skew);
	return window->map != MAP_FAILED;
}

static void unmap(const struct window *window)
{
	munmap(window->map, window->skew + window->length);
}

/*
 * The next part of the source, where it stands. A source that has no size, such as a terminal,
 * is mapped with a length of 0: mmap(2) refuses that. Return: 1, 0 at the end, -1 with errno.
 */
static int map_source(struct window *window, const struct copy *copy, size_t count, int flags)
{
	const off_t at = mover_position(copy, copy->in);
	struct stat stat;

	if (fstat(copy->in, &stat) < 0)
		return -1;
	if (at && at >= stat.st_size)
		return 0;
	window->length = min(count, (size_t)(stat.st_size - at));
	return map_at(window, copy->in, at, PROT_READ, flags) ? 1 : -1;
}

static ssize_t move_mmap_write(struct copy *copy, size_t count)
{
	struct window source;
	int mapped = map_source(&source, copy, count, 0);
	ssize_t n;

	if (mapped <= 0)
		return mapped;
	n = mover_deliver(copy, mover_put_write, source.map + source.skew, source.length);
	mover_advance(copy, copy->in, n);
	unmap(&source);
	return n;
}

const struct mover mover_mmap_write = {
	.move = move_mmap_write,
	.put = mover_put_write,
	.calls = { SYS_mmap, SYS_write },
	.ncalls = 2,
};

/* A file is not written beyond its end through a mapping (mmap(2)): make room for @count bytes. */
static bool make_room(int fd, off_t at, size_t count)
{
	const off_t end = at + (off_t)count;
	struct stat stat;

	return !fstat(fd, &stat) && (stat.st_size >= end || !ftruncate(fd, end));
}

static ssize_t copy_to_sink(const struct copy *copy, const struct window *source)
{
	const off_t at = mover_position(copy, copy->out);
	struct window sink = { .length = source->length };

	if (!make_room(copy->out, at, sink.length) ||
	    !map_at(&sink, copy->out, at, PROT_READ | PROT_WRITE, MAP_POPULATE))
		return -1;
	memcpy(sink.map + sink.skew, source->map + source->skew, sink.length);
	unmap(&sink);
	mover_advance(copy, copy->in, (off_t)sink.length);
	mover_advance(copy, copy->out, (off_t)sink.length);
	return (ssize_t)sink.length;
}

/* Faulted in by mmap() itself: so there is a call in which the copy can be seen to be under way. */
static ssize_t move_mmap_mmap(struct copy *copy, size_t count)
{
	struct window source;
	int mapped = map_source(&source, copy, count, MAP_POPULATE);
	ssize_t n;

	if (mapped <= 0)
		return mapped;
	n = copy_to_sink(copy, &source);
	unmap(&source);
	return n;
}

const struct mover mover_mmap_mmap = {
	.move = move_mmap_mmap,
	.calls = { SYS_mmap },
	.ncalls = 1,
};
