// SPDX-License-Identifier: GPL-2.0-only
/*
 * The strategies: first each way to move bytes on its own, then the cascades
 * of real programs, with their own chunks and rules for falling back.
 *
 * In a cascade a step that is not taken says why: `unless` a fact rules it
 * out, `only` (or `any`) where facts allow it, `falls_on` these errors. The
 * programs' sources are named as of the release that the name says; what the
 * reader could not confirm there is marked (unconfirmed).
 */
#include "cases.h"
#include "movers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)
#define CALL_MAX 0x7ffff000UL /* what one call moves at most: MAX_RW_COUNT, read(2) */
#define WHOLE ((size_t)SSIZE_MAX)
/*
 * What moves bytes in one call asks for all of them. What goes through a pipe is cut short by that,
 * and what maps a file, and has it read in at once, would take as much memory.
 */
#define RAW_CHUNK MIB(1)
#define RAW_WHOLE CALL_MAX

const struct strategy strategies[] = {
	{
		.name = "read_write",
		.about = "read(2) and write(2)",
		.steps = {{.mover = &mover_read_write, .chunk = KIB(128)}},
	},
	{
		.name = "readv_writev",
		.about = "readv(2) and writev(2)",
		.steps = {{.mover = &mover_readv_writev, .chunk = KIB(128)}},
	},
	{
		.name = "pread_pwrite",
		.about = "pread(2) and pwrite(2)",
		.steps = {{.mover = &mover_pread_pwrite, .chunk = KIB(128)}},
	},
	{
		.name = "seek_data",
		.about = "lseek(2) with SEEK_DATA and SEEK_HOLE, read(2) and write(2) of what is no hole",
		.only = SOURCE_REGULAR | SINK_REGULAR,
		.steps = {{.mover = &mover_seek_data, .chunk = KIB(128)}},
	},
	{
		.name = "mmap_write",
		.about = "mmap(2) of the source, and write(2) from there",
		.instead = "read(2) and write(2): what may not come is waited for in the read",
		.steps = {{.mover = &mover_mmap_write, .chunk = RAW_WHOLE}},
	},
	{
		.name = "mmap_mmap",
		.about = "mmap(2) of source and sink, and memcpy(3)",
		.makes_room = true,
		.steps = {{.mover = &mover_mmap_mmap, .chunk = RAW_CHUNK}},
	},
	{
		.name = "sendfile",
		.about = "sendfile(2)",
		.instead = "read(2) and write(2), or splice(2) through a private pipe (splice_private)",
		.steps = {{.mover = &mover_sendfile, .chunk = RAW_WHOLE}},
	},
	{
		.name = "sendfile_offset",
		.about = "sendfile(2) with an offset of its own",
		.instead = "read(2) and write(2)",
		.steps = {{.mover = &mover_sendfile_offset, .chunk = RAW_WHOLE}},
	},
	{
		.name = "splice",
		.about = "splice(2), source to sink",
		.instead = "read(2) and write(2), or splice(2) through a private pipe (splice_private)",
		.steps = {{.mover = &mover_splice, .chunk = RAW_CHUNK}},
	},
	{
		.name = "splice_nonblock",
		.about = "splice(2) with SPLICE_F_NONBLOCK, and poll(2) when it says EAGAIN",
		.instead = "read(2) and write(2), or splice(2) through a private pipe (splice_private)",
		.steps = {
			{
				.mover = &mover_splice,
				.chunk = RAW_CHUNK,
				.flags = SPLICE_F_NONBLOCK,
			},
		},
	},
	{
		.name = "splice_private",
		.about = "splice(2) into a private pipe, and from there to the sink",
		.steps = {{.mover = &mover_splice_private, .chunk = RAW_CHUNK}},
	},
	{
		.name = "tee_splice",
		.about = "tee(2) from pipe to pipe, and splice(2) to consume what was copied",
		.instead = "read(2), and write(2) twice",
		.steps = {{.mover = &mover_tee_splice, .chunk = RAW_CHUNK}},
	},
	{
		.name = "vmsplice",
		.about = "read(2), and vmsplice(2) of the memory that was read into",
		.instead = "write(2) of the memory",
		.steps = {{.mover = &mover_vmsplice, .chunk = KIB(128)}},
	},
	{
		.name = "copy_file_range",
		.about = "copy_file_range(2)",
		.steps = {{.mover = &mover_copy_file_range, .chunk = RAW_WHOLE}},
	},
	{
		.name = "ficlone",
		.about = "ioctl_ficlone(2) of the whole file",
		.steps = {{.mover = &mover_ficlone, .chunk = WHOLE}},
	},
	{
		.name = "ficlonerange",
		.about = "ioctl_ficlonerange(2), up to the end of the file",
		.steps = {{.mover = &mover_ficlonerange, .chunk = WHOLE}},
	},
	{
		.name = "io_uring_rw",
		.about = "io_uring(7): IORING_OP_READ and IORING_OP_WRITE, one at a time",
		.steps = {{.mover = &mover_io_uring_rw, .chunk = KIB(128)}},
	},
	{
		.name = "io_uring_splice",
		.about = "io_uring(7): IORING_OP_SPLICE, source to sink",
		.instead = "IORING_OP_READ and IORING_OP_WRITE",
		.steps = {{.mover = &mover_io_uring_splice, .chunk = RAW_CHUNK}},
	},
	{
		.name = "aio_rw",
		.about = "io_submit(2) and io_getevents(2): IOCB_CMD_PREAD and IOCB_CMD_PWRITE",
		.steps = {{.mover = &mover_aio_rw, .chunk = KIB(128)}},
	},
	/*
	 * Whatever the source, it is taken for an os.File, as os.Stdin is even where it is a
	 * socket. "The same file" is to Go the same number, which two descriptors never have.
	 * That O_APPEND rules all but the last step out it knows of files it opened itself.
	 */
	{
		.name = "go-1.24rc2",
		.about = "io.Copy to an os.File, with sendfile for files; reverted after golang/go#71375 "
			 "(os/zero_copy_linux.go, internal/poll)",
		.instead = "io.Copy of Go 1.24 as released",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = CALL_MAX,
				.unless = SINK_APPEND | SINK_STREAM,
				.falls_on = {ENOSYS, EXDEV, EINVAL, EIO, EOPNOTSUPP, EPERM},
				.midway = NEXT_STEP,
				.on_nothing = NEXT_STEP,
			},
			{
				.mover = &mover_sendfile,
				.chunk = 0x7fffffff, /* (unconfirmed) */
				.unless = SINK_APPEND,
				.falls_on = {ENOSYS, EINVAL, EOPNOTSUPP},
			},
			{.mover = &mover_read_write, .chunk = KIB(32)},
		},
	},
	/* Here stream sockets are taken for a net.Conn: the only source that is spliced. */
	{
		.name = "go-1.24",
		.about = "io.Copy as released: splice through a private pipe from stream sockets, "
			 "sendfile only to them (os/zero_copy_linux.go, net, internal/poll)",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = CALL_MAX,
				.unless = SINK_APPEND | SINK_STREAM | SOURCE_STREAM,
				.falls_on = {ENOSYS, EXDEV, EINVAL, EIO, EOPNOTSUPP, EPERM},
				.midway = NEXT_STEP,
				.on_nothing = NEXT_STEP,
			},
			{
				.mover = &mover_splice_private,
				.chunk = MIB(1),
				.only = SOURCE_STREAM,
				.unless = SINK_APPEND,
				.falls_on = {EINVAL, EMFILE, ENFILE},
				.flags = SPLICE_F_NONBLOCK,
				.pipe_size = MIB(1),
			},
			{
				.mover = &mover_sendfile,
				.chunk = 0x7fffffff,
				.only = SINK_STREAM,
				.unless = SOURCE_STREAM,
				.falls_on = {ENOSYS, EINVAL, EOPNOTSUPP},
			},
			{.mover = &mover_read_write, .chunk = KIB(32)},
		},
	},
	/* Left out: EOVERFLOW falls midway, too, which takes a file of nearly 2^63 bytes. */
	{
		.name = "rust-1.50",
		.about = "std::io::copy to Stdout or a File, whose kind is not looked at "
			 "(library/std/src/sys/unix/kernel_copy.rs)",
		.instead = "a loop of Read::read and Write::write_all",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = MIB(1024),
				.only = SOURCE_FILLED,
				.falls_on = {ENOSYS, EXDEV, EINVAL, EPERM, EOPNOTSUPP, EOVERFLOW},
				.on_nothing = NEXT_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_sendfile,
				.chunk = CALL_MAX,
				.any = SOURCE_FILLED | SOURCE_BLOCK,
				.falls_on = {ENOSYS, EPERM, EINVAL, EOVERFLOW},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_splice,
				.chunk = CALL_MAX,
				.falls_on = {ENOSYS, EPERM, EINVAL},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{.mover = &mover_read_write, .chunk = KIB(8), .on_eagain = FAILS},
		},
	},
	/*
	 * sendfile and splice only where the source is a pipe or socket, or the sink neither;
	 * splice also needs a pipe at one end. That makes two conditions for it.
	 */
	{
		.name = "rust-now",
		.about = "std::io::copy since rust-lang/rust#108283 "
			 "(library/std/src/sys/io/kernel_copy/linux.rs)",
		.instead = "a loop of Read::read and Write::write_all",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = MIB(1024),
				.only = SOURCE_FILLED | SINK_REGULAR,
				.falls_on = {ENOSYS, EXDEV, EINVAL, EPERM, EOPNOTSUPP, EBADF, EOVERFLOW},
				.on_nothing = NEXT_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_sendfile,
				.chunk = CALL_MAX,
				.any = SOURCE_FILLED | SOURCE_BLOCK,
				.unless = SINK_PIPE | SINK_SOCKET,
				.falls_on = {ENOSYS, EPERM, EINVAL, EOVERFLOW},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_splice,
				.chunk = CALL_MAX,
				.only = SOURCE_PIPE,
				.falls_on = {ENOSYS, EPERM, EINVAL},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_splice,
				.chunk = CALL_MAX,
				.only = SOURCE_SOCKET | SINK_PIPE,
				.falls_on = {ENOSYS, EPERM, EINVAL},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{.mover = &mover_read_write, .chunk = KIB(8), .on_eagain = FAILS},
		},
	},
	{
		.name = "busybox",
		.about = "bb_copyfd_eof: sendfile until it fails (libbb/copyfd.c)",
		.instead = "cat of GNU coreutils",
		.steps = {
			{
				.mover = &mover_sendfile,
				.chunk = MIB(16),
				.falls_on_any = true,
				.midway = NEXT_STEP,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
			},
			/* CONFIG_FEATURE_COPYBUF_KB as Debian has it (seen by copyhang exec). */
			{.mover = &mover_read_write, .chunk = KIB(64), .on_eagain = FAILS},
		},
	},
	{
		.name = "toybox",
		.about = "sendfile_len, which for all its name calls copy_file_range "
			 "(lib/portability.c)",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = MIB(1024),
				.falls_on_any = true,
				.midway = NEXT_STEP,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
			},
			{.mover = &mover_read_write, .chunk = KIB(4), .on_eintr = FAILS},
		},
	},
	{
		.name = "coreutils-9.1",
		.about = "cat: copy_file_range between files (src/cat.c)",
		.unless = SAME_FILE, /* "input file is output file" */
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = 0x7fffffffc0000000UL,
				.only = SOURCE_REGULAR | SINK_REGULAR,
				.falls_on = {ENOSYS, EOPNOTSUPP, EINVAL, EBADF, EXDEV, ETXTBSY, EPERM},
				.midway = NEXT_STEP,
				.on_nothing = NEXT_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{.mover = &mover_read_write, .chunk = KIB(128), .on_eagain = FAILS},
		},
	},
	{
		.name = "coreutils-9.11",
		.about = "cat: copy_file_range between files, else splice through a private pipe "
			 "(src/cat.c, src/splice.h)",
		.unless = SAME_FILE,
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = 0x7fffffffc0000000UL,
				.only = SOURCE_REGULAR | SINK_REGULAR,
				.falls_on = {ENOSYS, EOPNOTSUPP, EINVAL, EBADF, EXDEV, ETXTBSY, EPERM,
					     EFBIG},
				.midway = NEXT_STEP,
				.on_nothing = NEXT_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_splice_private,
				.chunk = KIB(512),
				.falls_on_any = true,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
				.pipe_size = KIB(512),
				.sink_size = KIB(512),
				.rescues = true,
			},
			/* 256 KiB since 9.5 (unconfirmed) */
			{.mover = &mover_read_write, .chunk = KIB(256), .on_eagain = FAILS},
		},
	},
	/* The form of early April 2026, when 0.8.0 came out; until March it had no first step. */
	{
		.name = "uutils-0.8",
		.about = "cat: splice straight into the sink, and only where that is refused through "
			 "a private pipe (uucore's pipes.rs, src/uu/cat/src/splice.rs)",
		.instead = "cat of GNU coreutils",
		.unless = SAME_FILE,
		.steps = {
			{
				.mover = &mover_splice,
				.chunk = MIB(1),
				.falls_on_any = true,
				.midway = LAST_STEP,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
				.sink_size = MIB(1),
			},
			{
				.mover = &mover_splice_private,
				.chunk = MIB(1),
				.falls_on_any = true,
				.midway = NEXT_STEP,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
				.pipe_size = MIB(1),
				.rescues = true,
			},
			{.mover = &mover_read_write, .chunk = KIB(64), .on_eagain = FAILS},
		},
	},
	/*
	 * FICLONE only for callers that ask for it (COPY_REFLINK). Left out: two pipes of which
	 * one has O_NONBLOCK are not spliced, and SPLICE_F_NONBLOCK where a pipe has it.
	 */
	{
		.name = "systemd-2025",
		.about = "copy_bytes_full (src/shared/copy.c)",
		.instead = "read(2) and write(2), or splice(2) through a private pipe (splice_private)",
		.steps = {
			{
				.mover = &mover_ficlone,
				.chunk = WHOLE,
				.only = SOURCE_REGULAR | SINK_REGULAR,
				.falls_on_any = true,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
			},
			{
				.mover = &mover_copy_file_range,
				.chunk = WHOLE,
				.falls_on = {EINVAL, ENOSYS, EXDEV, EBADF},
				.midway = NEXT_STEP,
				.on_nothing = LAST_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_sendfile,
				.chunk = WHOLE,
				.falls_on = {EINVAL, ENOSYS},
				.midway = NEXT_STEP,
				.on_nothing = LAST_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_splice,
				.chunk = WHOLE,
				.any = SOURCE_PIPE | SINK_PIPE,
				.falls_on = {EINVAL, ENOSYS},
				.midway = NEXT_STEP,
				.on_nothing = LAST_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_read_write,
				.chunk = KIB(16),
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
		},
	},
	/* It opens both by name: no sockets, and what is a FIFO raises SpecialFileError. */
	{
		.name = "python-shutil",
		.about = "shutil.copyfile: sendfile, at least 8 MiB at a time (Lib/shutil.py, 3.8 on)",
		.unless = SOURCE_PIPE | SINK_PIPE | SOURCE_SOCKET | SINK_SOCKET | SAME_FILE,
		.steps = {
			{
				.mover = &mover_sendfile_offset,
				.chunk = MIB(8),
				.falls_on_any = true, /* but ENOSPC */
				.on_eagain = FALLS,
			},
			{.mover = &mover_read_write, .chunk = KIB(64), .on_eagain = FAILS},
		},
	},
	/* FICLONE only for callers that ask for it (UV_FS_COPYFILE_FICLONE). */
	{
		.name = "libuv",
		.about = "uv_fs_copyfile: as many bytes as st_size says (src/unix/fs.c)",
		.only = SOURCE_REGULAR | SINK_REGULAR,
		.unless = SAME_FILE,
		.steps = {
			{
				.mover = &mover_ficlone,
				.chunk = WHOLE,
				.falls_on_any = true,
				.sized = true,
			},
			{
				.mover = &mover_copy_file_range_offset,
				.chunk = WHOLE,
				.falls_on = {ENOSYS, EOPNOTSUPP, EXDEV},
				.last_on = {EINVAL, EIO, ENOTSOCK},
				.midway = LAST_STEP,
				.sized = true,
			},
			{
				.mover = &mover_sendfile_offset,
				.chunk = WHOLE,
				.falls_on = {EINVAL, EIO, ENOTSOCK, EXDEV},
				.midway = LAST_STEP,
				.sized = true,
			},
			{.mover = &mover_pread_write, .chunk = KIB(8), .sized = true},
		},
	},
	{
		.name = "boost",
		.about = "filesystem::copy_file: as many bytes as st_size says "
			 "(libs/filesystem/src/operations.cpp, 1.84 on)",
		.only = SOURCE_REGULAR | SINK_REGULAR,
		.unless = SAME_FILE, /* EEXIST */
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = CALL_MAX,
				.unless = SOURCE_PSEUDO,
				.falls_on = {EXDEV, ENOSYS},
				.last_on = {EINVAL, EOPNOTSUPP},
				.on_eagain = FAILS,
				.sized = true,
			},
			{
				.mover = &mover_sendfile,
				.chunk = CALL_MAX,
				.unless = SOURCE_PSEUDO,
				.falls_on = {EINVAL, ENOSYS},
				.on_eagain = FAILS,
				.sized = true,
			},
			{.mover = &mover_read_write, .chunk = KIB(256), .on_eagain = FAILS},
		},
	},
	{.name = NULL},
};
