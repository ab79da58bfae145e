// SPDX-License-Identifier: GPL-2.0-only
/*
 * Movers whose calls submit a request and wait for it. There is one at a time,
 * on the source or on the sink: a copier that sleeps here sleeps because of it.
 */
#include "movers.h"

#include <errno.h>
#ifdef COPYHANG_URING
#include <liburing.h>
#endif
#include <linux/aio_abi.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As O_DIRECT wants it (open(2)). */
static alignas(4096) char buffer[READ_WRITE_MAX];

static size_t fitting(size_t count)
{
	return count < sizeof(buffer) ? count : sizeof(buffer);
}

/* Result as from the kernel to result as from the C library. */
static ssize_t result_of(ssize_t result)
{
	if (result >= 0)
		return result;
	errno = (int)-result;
	return -1;
}

/* --- io_uring(7) --- */

#ifdef COPYHANG_URING

/* Both the copier's, made once; NULL where this machine has or permits none. */
static struct io_uring *the_ring;
static struct io_uring_probe *probe;

static void make_ring(void)
{
	static struct io_uring ring;
	static bool tried;

	if (!tried && !io_uring_queue_init(1, &ring, 0)) {
		the_ring = &ring;
		probe = io_uring_get_probe_ring(&ring);
	}
	tried = true;
}

static void prepare_ring(const struct copy *copy)
{
	(void)copy;
	make_ring();
}

/*
 * Not there, switched off (kernel.io_uring_disabled), forbidden by a filter: each time it is the
 * interface that is missing, and no refusal of these endpoints. Return: a request, or NULL.
 */
static struct io_uring_sqe *request(int operation)
{
	make_ring();
	if (the_ring && probe && io_uring_opcode_supported(probe, operation))
		return io_uring_get_sqe(the_ring);
	errno = ENOSYS;
	return NULL;
}

/* Submit the one request and wait for it, signals or not: its buffer is in use until then. */
static ssize_t complete(void)
{
	struct io_uring_cqe *cqe = NULL;
	int error = io_uring_submit_and_wait(the_ring, 1);
	ssize_t result;

	if (error < 0 && error != -EINTR)
		return result_of(error);
	do {
		error = io_uring_wait_cqe(the_ring, &cqe);
	} while (error == -EINTR);
	if (error)
		return result_of(error);
	result = cqe->res;
	io_uring_cqe_seen(the_ring, cqe);
	return result_of(result);
}

/*
 * Where a request on @fd is to read or write. The offset -1, "where the file stands", is for what
 * has none: FUSE does not advance a file that is read so, with direct_io (fuse_direct_IO() in
 * fs/fuse/file.c), and a copy would never come to its end.
 */
static __u64 offset_of(const struct copy *copy, int fd)
{
	return mover_seeks(copy, fd) ? (__u64)lseek(fd, 0, SEEK_CUR) : (__u64)-1;
}

static ssize_t complete_on(const struct copy *copy, int fd)
{
	const ssize_t n = complete();

	mover_advance(copy, fd, n);
	return n;
}

static ssize_t put_by_ring(struct copy *copy, const char *bytes, size_t count)
{
	struct io_uring_sqe *sqe = request(IORING_OP_WRITE);

	if (!sqe)
		return -1;
	io_uring_prep_write(sqe, copy->out, bytes, (unsigned int)count, offset_of(copy, copy->out));
	return complete_on(copy, copy->out);
}

static ssize_t move_io_uring_rw(struct copy *copy, size_t count)
{
	struct io_uring_sqe *sqe = request(IORING_OP_READ);
	ssize_t n;

	if (!sqe)
		return -1;
	io_uring_prep_read(sqe, copy->in, buffer, (unsigned int)fitting(count),
			   offset_of(copy, copy->in));
	n = complete_on(copy, copy->in);
	return n <= 0 ? n : mover_deliver(copy, put_by_ring, buffer, (size_t)n);
}

static ssize_t move_io_uring_splice(struct copy *copy, size_t count)
{
	struct io_uring_sqe *sqe = request(IORING_OP_SPLICE);

	if (!sqe)
		return -1;
	io_uring_prep_splice(sqe, copy->in, -1, copy->out, -1, (unsigned int)count, 0);
	return complete();
}

#else /* built without liburing: as on a kernel that has none */

static ssize_t move_io_uring_rw(struct copy *copy, size_t count)
{
	(void)copy;
	(void)count;
	errno = ENOSYS;
	return -1;
}

#define move_io_uring_splice move_io_uring_rw
#define prepare_ring NULL

#endif

const struct mover mover_io_uring_rw = {
	.move = move_io_uring_rw,
	.prepare = prepare_ring,
	.stands_for = SYS_read,
	.calls = { SYS_io_uring_enter },
	.ncalls = 1,
};

const struct mover mover_io_uring_splice = {
	.move = move_io_uring_splice,
	.prepare = prepare_ring,
	.direct = true,
	.stands_for = SYS_splice,
	.shares = true,
	.by_worker = true,
	.calls = { SYS_io_uring_enter },
	.ncalls = 1,
};

/* --- io_submit(2), without libaio: four calls --- */

static aio_context_t context; /* made once */

static bool have_context(void)
{
	if (context || !syscall(SYS_io_setup, 1, &context))
		return true;
	errno = ENOSYS; /* whatever the reason: see request() */
	return false;
}

static void prepare_context(const struct copy *copy)
{
	(void)copy;
	have_context();
}

static void forget_context(void)
{
	if (context)
		syscall(SYS_io_destroy, context);
	context = 0;
}

static ssize_t perform(const struct copy *copy, int operation, int fd, const char *bytes,
		       size_t count)
{
	struct iocb request = {
		.aio_lio_opcode = (__u16)operation,
		.aio_fildes = (__u32)fd,
		.aio_buf = (__u64)(uintptr_t)bytes,
		.aio_nbytes = count,
		.aio_offset = mover_position(copy, fd),
	};
	struct iocb *requests[] = { &request };
	struct io_event event = { 0 };

	if (!have_context() || syscall(SYS_io_submit, context, 1L, requests) < 0)
		return -1;
	while (syscall(SYS_io_getevents, context, 1L, 1L, &event, NULL) < 1) {
		if (errno != EINTR)
			return -1;
	}
	mover_advance(copy, fd, event.res);
	return result_of(event.res);
}

static ssize_t put_by_aio(struct copy *copy, const char *bytes, size_t count)
{
	return perform(copy, IOCB_CMD_PWRITE, copy->out, bytes, count);
}

static ssize_t move_aio_rw(struct copy *copy, size_t count)
{
	ssize_t n = perform(copy, IOCB_CMD_PREAD, copy->in, buffer, fitting(count));

	return n <= 0 ? n : mover_deliver(copy, put_by_aio, buffer, (size_t)n);
}

const struct mover mover_aio_rw = {
	.move = move_aio_rw,
	.stands_for = SYS_read,
	.prepare = prepare_context,
	.forget = forget_context,
	.calls = { SYS_io_submit, SYS_io_getevents },
	.ncalls = 2,
};
