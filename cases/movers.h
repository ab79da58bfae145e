/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to move bytes that strategies are made of; see struct mover. */
#ifndef COPYHANG_MOVERS_H
#define COPYHANG_MOVERS_H

#include "copy.h"

/* movers_memory.c: through memory of the copier */
extern const struct mover mover_read_write, mover_readv_writev, mover_writev_empty,
	mover_pread_write, mover_pread_pwrite, mover_mmap_write, mover_mmap_mmap;
/* movers_sparse.c: ... but for holes */
extern const struct mover mover_seek_data;
/* movers_kernel.c: within the kernel */
extern const struct mover mover_sendfile, mover_sendfile_offset, mover_copy_file_range,
	mover_copy_file_range_offset, mover_ficlone, mover_ficlonerange;
/* movers_splice.c: splice(2) and its kin */
extern const struct mover mover_splice, mover_splice_private, mover_tee_splice, mover_vmsplice,
	mover_vmsplice_private;
/* movers_entry.c: calls of those above, entered otherwise */
extern const struct mover mover_sendfile_raw, mover_splice_raw, mover_copy_file_range_libc;
/* movers_async.c: requests that are submitted and awaited */
extern const struct mover mover_io_uring_rw, mover_io_uring_splice, mover_aio_rw;

/* What a mover with a buffer moves at once, at most. */
#define READ_WRITE_MAX (256 << 10)

/* --- What movers share --- */

/**
 * mover_deliver() - have @put bring all of @count @bytes (NULL: what it knows itself) into out.
 * It makes one call for at most @count bytes, and returns as write(2) does.
 * Return: @count, or -1 with errno, and copy->lost set.
 */
ssize_t mover_deliver(struct copy *copy,
		      ssize_t (*put)(struct copy *copy, const char *bytes, size_t count),
		      const char *bytes, size_t count);

/** mover_put_write() - write(2), for mover_deliver(). */
ssize_t mover_put_write(struct copy *copy, const char *bytes, size_t count);

/**
 * mover_seeks() - has @fd, one of the copy's, a position? Where that is known nobody is asked:
 * where a copier is traced a call saved is two stops saved.
 */
bool mover_seeks(const struct copy *copy, int fd);

/**
 * mover_position() - Return: where @fd, one of the copy's, stands, for calls that take an offset. 0
 * where it cannot seek: then the call itself refuses.
 */
off_t mover_position(const struct copy *copy, int fd);

/**
 * mover_advance() - such calls leave the descriptors where they are. Movers take them along, here
 * @fd by @count bytes, as the other calls do, so that a next step goes on from there.
 */
void mover_advance(const struct copy *copy, int fd, off_t count);

#endif
