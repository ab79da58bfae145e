// SPDX-License-Identifier: GPL-2.0-only
/* Movers made of splice(2), tee(2) and vmsplice(2). */
#include "descriptors.h"
#include "movers.h"
#include "strategy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* What is no pipe refuses, which does no harm. */
static void resize_pipe(int fd, int size)
{
	if (size)
		fcntl(fd, F_SETPIPE_SZ, size);
}

static ssize_t move_splice(struct copy *copy, size_t count)
{
	ssize_t n = splice(copy->in, NULL, copy->out, NULL, count, copy->step->flags);

	if (n > 0 && !copy->moved)
		resize_pipe(copy->out, copy->step->sink_size);
	return n;
}

const struct mover mover_splice = {
	.move = move_splice,
	.direct = true,
	.shares = true,
	.calls = { SYS_splice },
	.ncalls = 1,
};

/* --- Through a private pipe --- */

static int private_pipe[2] = { -1, -1 };

static bool have_private_pipe(const struct copy *copy)
{
	if (private_pipe[0] >= 0)
		return true;
	if (pipe2(private_pipe, O_CLOEXEC) < 0)
		return false;
	resize_pipe(private_pipe[1], copy->step->pipe_size);
	return true;
}

static void prepare_private_pipe(const struct copy *copy)
{
	have_private_pipe(copy);
}

static ssize_t put_splice(struct copy *copy, const char *bytes, size_t count)
{
	(void)bytes;
	return splice(private_pipe[0], NULL, copy->out, NULL, count, copy->step->flags);
}

/* How many bytes the sink has not taken from the private pipe. */
static size_t left_in_pipe(void)
{
	int left;

	return ioctl(private_pipe[0], FIONREAD, &left) < 0 ? 0 : (size_t)left;
}

/* What the sink has refused, with the present errno, goes to it by read and write. */
static void rescue(struct copy *copy)
{
	static char bytes[READ_WRITE_MAX];
	const int error = errno;
	size_t left = left_in_pipe();

	copy->lost = false;
	while (left && !copy->lost) {
		ssize_t n = read(private_pipe[0], bytes, sizeof(bytes));

		if (n > 0)
			n = mover_deliver(copy, mover_put_write, bytes, (size_t)n);
		copy->lost |= n <= 0;
		copy->moved += n > 0 ? n : 0;
		left = left_in_pipe();
	}
	if (!copy->lost)
		errno = error;
}

static ssize_t move_splice_private(struct copy *copy, size_t count)
{
	ssize_t n;

	if (!have_private_pipe(copy))
		return -1;
	if (!copy->moved)
		resize_pipe(copy->out, copy->step->sink_size);
	n = splice(copy->in, NULL, private_pipe[1], NULL, count, copy->step->flags);
	if (n <= 0)
		return n;
	if (mover_deliver(copy, put_splice, NULL, (size_t)n) > 0)
		return n;
	copy->moved += n - (ssize_t)left_in_pipe();
	if (copy->step->rescues)
		rescue(copy);
	return -1;
}

static void forget_private_pipe(void)
{
	close_fd(&private_pipe[0]);
	close_fd(&private_pipe[1]);
}

const struct mover mover_splice_private = {
	.move = move_splice_private,
	.prepare = prepare_private_pipe,
	.forget = forget_private_pipe,
	.shares = true,
	.calls = { SYS_splice },
	.ncalls = 1,
};

/* --- tee: a copy of what is in the pipe, which stays there until it is thrown away --- */

static int null = -1;

static ssize_t put_nowhere(struct copy *copy, const char *bytes, size_t count)
{
	(void)bytes;
	if (null < 0)
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	return splice(copy->in, NULL, null, NULL, count, 0);
}

static ssize_t move_tee_splice(struct copy *copy, size_t count)
{
	ssize_t n = tee(copy->in, copy->out, count, 0);

	return n <= 0 ? n : mover_deliver(copy, put_nowhere, NULL, (size_t)n);
}

static void forget_null(void)
{
	close_fd(&null);
}

const struct mover mover_tee_splice = {
	.forget = forget_null,
	.move = move_tee_splice,
	.shares = true,
	.calls = { SYS_tee, SYS_splice },
	.ncalls = 2,
};

/* --- vmsplice --- */

static ssize_t put_vmsplice(struct copy *copy, const char *bytes, size_t count)
{
	const struct iovec iov = { .iov_base = (char *)bytes, .iov_len = count };

	return vmsplice(copy->out, &iov, 1, 0);
}

static struct {
	char *pages;
	size_t size, filled;
} lent; /* by the last move, where it is to be kept */

/* It is written only where that is what the copy is made for. */
static void keep_lent(const struct copy *copy, char *pages, size_t size, ssize_t filled)
{
	if (!copy->keeps_memory || filled <= 0) {
		munmap(pages, size);
		return;
	}
	if (lent.pages)
		munmap(lent.pages, lent.size);
	lent.pages = pages;
	lent.size = size;
	lent.filled = (size_t)filled;
}

static void scribble_lent(void)
{
	for (size_t i = 0; i < lent.filled; i++)
		lent.pages[i] ^= COPY_SCRIBBLE;
}

/*
 * The pipe holds the pages themselves, for as long as nobody reads them (vmsplice(2)): they must
 * never be written again. So each time others are taken, and left to the pipe.
 */
static ssize_t lend(struct copy *copy, size_t count,
		    ssize_t (*put)(struct copy *copy, const char *bytes, size_t count))
{
	char *pages;
	ssize_t n;

	/* There need not be as much memory as is asked for: only what is read takes some. */
	pages = mmap(NULL, count, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pages == MAP_FAILED)
		return -1;
	n = read(copy->in, pages, count);
	if (n > 0)
		n = mover_deliver(copy, put, pages, (size_t)n);
	keep_lent(copy, pages, count, n);
	return n;
}

static ssize_t move_vmsplice(struct copy *copy, size_t count)
{
	/* A sink that is no pipe is to be known before bytes are taken for it. */
	if (!(copy->facts & SINK_PIPE)) {
		errno = EBADF;
		return -1;
	}
	return lend(copy, count, put_vmsplice);
}

const struct mover mover_vmsplice = {
	.move = move_vmsplice,
	.put = put_vmsplice,
	.scribble = scribble_lent,
	.calls = { SYS_read, SYS_vmsplice },
	.ncalls = 2,
};

/* ... and from a private pipe on to what need not be a pipe. */
static ssize_t put_vmsplice_private(struct copy *copy, const char *bytes, size_t count)
{
	const struct iovec iov = { .iov_base = (char *)bytes, .iov_len = count };
	ssize_t n;

	if (!have_private_pipe(copy))
		return -1;
	n = vmsplice(private_pipe[1], &iov, 1, copy->step->flags & SPLICE_F_GIFT);
	return n <= 0 ? n : mover_deliver(copy, put_splice, NULL, (size_t)n);
}

static ssize_t move_vmsplice_private(struct copy *copy, size_t count)
{
	return lend(copy, count, put_vmsplice_private);
}

const struct mover mover_vmsplice_private = {
	.move = move_vmsplice_private,
	.scribble = scribble_lent,
	.prepare = prepare_private_pipe,
	.forget = forget_private_pipe,
	.calls = { SYS_read, SYS_vmsplice, SYS_splice },
	.ncalls = 3,
};
