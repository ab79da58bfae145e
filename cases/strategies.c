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
	/* CVE-2015-8785, 3ca8138f014a: to a file of FUSE it went round for ever. */
	{
		.name = "writev_empty",
		.about = "read(2), and writev(2) with a first segment that is empty",
		.steps = {{.mover = &mover_writev_empty, .chunk = KIB(128)}},
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
		.name = "vmsplice_private",
		.about = "read(2), vmsplice(2) into a private pipe, and splice(2) to the sink",
		.steps = {{.mover = &mover_vmsplice_private, .chunk = KIB(64)}},
	},
	{
		.name = "vmsplice_gift",
		.about = "read(2), vmsplice(2) into a private pipe with SPLICE_F_GIFT, and splice(2) to "
			 "the sink with SPLICE_F_MOVE",
		.steps = {{.mover = &mover_vmsplice_private, .chunk = KIB(64),
			   .flags = SPLICE_F_GIFT | SPLICE_F_MOVE}},
	},
	{
		.name = "copy_file_range",
		.about = "copy_file_range(2)",
		.steps = {{.mover = &mover_copy_file_range, .chunk = RAW_WHOLE}},
	},
	/* Where the others go through glibc these do not, and the reverse. */
	{
		.name = "sendfile_raw",
		.about = "sendfile(2) through syscall(2), and not the C library's function",
		.steps = {{.mover = &mover_sendfile_raw, .chunk = RAW_WHOLE}},
	},
	{
		.name = "splice_raw",
		.about = "splice(2) through syscall(2), and not the C library's function",
		.steps = {{.mover = &mover_splice_raw, .chunk = RAW_CHUNK}},
	},
	{
		.name = "copy_file_range_libc",
		.about = "copy_file_range(2) by the C library's function",
		.steps = {{.mover = &mover_copy_file_range_libc, .chunk = RAW_WHOLE}},
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
				.chunk = 0x7fffffff, /* seen in a Go 1.24 with the change back */
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
		.about = "std::io::copy since rust-lang/rust#108283; seen in Rust 1.95 "
			 "(library/std/src/sys/io/kernel_copy/linux.rs)",
		.alike = "Deno's Deno.copyFile, by std::fs::copy, seen in 2.9.6; cp of uutils from a "
			 "pipe, seen in 0.0.17",
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
		.alike = "Zig's std.fs.File.Writer in its streaming mode, 0.15, which asks for "
			 "0x7ffff000 and tries copy_file_range before it reads (lib/std/fs/File.zig, "
			 "Writer.sendFile; not seen: writeFileAll up to 0.14 has an offset of its own, "
			 "and hangs nobody)",
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
		.alike = "PHP 8.2 to 8.5, which maps a regular source before it reads "
			 "(main/streams/streams.c, _php_stream_copy_to_stream_ex; seen in 8.2); "
			 "containerd and buildkit, between files (containerd/continuity, "
			 "fs/copy_linux.go, copyFileContent)",
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
		.alike = "cp and install of coreutils 9, after FICLONE, and for each extent that "
			 "SEEK_DATA finds (src/copy-file-data.c, sparse_copy); .NET's File.Copy, after "
			 "FICLONE, and on any error or 0 before st_size on to read "
			 "(dotnet/runtime, src/native/libs/System.Native/pal_io.c, SystemNative_CopyFile)",
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
		.alike = "uutils since summer 2026, which has the pipe (of 1 MiB) between files, too "
			 "(uucore's pipes.rs, splice_unbounded_auto); GLib's g_file_copy, after FICLONE "
			 "and without copy_file_range (gio/gfile.c, splice_stream_with_progress)",
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
				.unless = SOURCE_SMALL,
				.falls_on_any = true,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
				.pipe_size = KIB(512),
				.sink_size = KIB(512),
				.rescues = true,
			},
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
		.alike = "util-linux, without an offset of its own (lib/fileutils.c, ul_copy_file); Qt 6, "
			 "after FICLONE (qfilesystemengine_unix.cpp, cloneFile)",
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
	/*
	 * FICLONE only for callers that ask for it (UV_FS_COPYFILE_FICLONE). A 0 before st_size it
	 * does not take for the end: it asks again, for ever (uv__fs_copyfile; seen in Node 20.20,
	 * whose copyFileSync of a file in /sys does not end).
	 */
	{
		.name = "libuv",
		.about = "uv_fs_copyfile: as many bytes as st_size says, however often it takes "
			 "(src/unix/fs.c)",
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
				.on_nothing = SAME_STEP,
				.sized = true,
			},
			{
				.mover = &mover_sendfile_offset,
				.chunk = WHOLE,
				.falls_on = {EINVAL, EIO, ENOTSOCK, EXDEV},
				.midway = LAST_STEP,
				.on_nothing = SAME_STEP,
				.sized = true,
			},
			{.mover = &mover_pread_write, .chunk = KIB(8), .sized = true},
		},
	},
	{
		.name = "boost",
		.about = "filesystem::copy_file: as many bytes as st_size says "
			 "(libs/filesystem/src/operations.cpp, 1.84 on)",
		.alike = "OpenJDK 21 and later: Files.copy, until a 0 (LinuxNativeDispatcher.c, "
			 "directCopy0), and FileChannel.transferTo of a file, with an offset of its own "
			 "(libnio/ch/FileDispatcherImpl.c, transferTo0)",
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
	/*
	 * What is neither regular, a socket nor a character device it refuses, but for a pipe into
	 * a pipe. That it takes O_APPEND away from a terminal is left out.
	 */
	{
		.name = "bun",
		.about = "Bun.write(Bun.stdout, Bun.stdin) on a thread of its pool; seen in 1.4.5 "
			 "(src/bun.js/webcore/blob/copy_file.zig, CopyFile.runAsync, doCopyFileRange)",
		.instead = "for await (const chunk of Bun.stdin.stream()), and a write of each",
		.ignores_sigpipe = true,
		.unless = SAME_FILE,
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = WHOLE,
				.only = SOURCE_FILLED | SINK_REGULAR,
				.falls_on = {EINVAL, ENOSYS, EXDEV, EOPNOTSUPP},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
				.sized = true,
			},
			{
				.mover = &mover_sendfile,
				.chunk = WHOLE,
				.only = SOURCE_FILLED,
				.unless = SINK_REGULAR,
				.falls_on = {EINVAL, ENOSYS, EXDEV, EOPNOTSUPP},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
				.sized = true,
			},
			{
				.mover = &mover_splice,
				.chunk = KIB(64),
				.only = SOURCE_PIPE | SINK_PIPE,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_sendfile,
				.chunk = KIB(64),
				.any = SOURCE_REGULAR | SOURCE_SOCKET | SOURCE_CHAR,
				.unless = SOURCE_FILLED,
				.falls_on = {EINVAL, ENOSYS, EXDEV, EOPNOTSUPP},
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{.mover = &mover_read_write, .chunk = KIB(64), .any = SOURCE_REGULAR | SOURCE_SOCKET | SOURCE_CHAR},
		},
	},
	/*
	 * Whether a terminal counts as a file, and goes through sendfile, could not be confirmed:
	 * here it is read. SPLICE_F_MORE to sockets is left out.
	 */
	{
		.name = "php-master",
		.about = "stream_copy_to_stream since php/php-src#20399: splice from a pipe straight to "
			 "the sink, from a socket through a private pipe, sendfile for files "
			 "(main/io/php_io_copy_linux.c, php_io_linux_copy)",
		.instead = "fread and fwrite; stream_copy_to_stream of PHP 8.5",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = WHOLE,
				.only = SOURCE_REGULAR | SINK_REGULAR,
				.last_on = {EINVAL, EXDEV, ENOSYS, EIO},
				.on_nothing = LAST_STEP,
				.on_eintr = FAILS,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_sendfile,
				.chunk = WHOLE,
				.only = SOURCE_REGULAR,
				.any = SINK_PIPE | SINK_SOCKET,
				.last_on = {EINVAL, ENOSYS},
				.on_nothing = LAST_STEP,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_splice,
				.chunk = CALL_MAX,
				.only = SOURCE_PIPE,
				.falls_on_any = true,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
			},
			{
				.mover = &mover_splice_private,
				.chunk = WHOLE,
				.only = SOURCE_SOCKET,
				.falls_on_any = true,
				.on_eintr = FALLS,
				.on_eagain = FALLS,
				.pipe_size = MIB(1),
				.waits = true,
			},
			{.mover = &mover_read_write, .chunk = KIB(8), .on_eagain = FAILS},
		},
	},
	/*
	 * The files' sizes are those at the beginning. Waits for what is not ready in poll(2), which
	 * is no difference to who waits in read(2).
	 */
	{
		.name = "ruby",
		.about = "IO.copy_stream: copy_file_range and sendfile from regular files, else read; "
			 "seen in 3.1 (io.c, nogvl_copy_stream_func)",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = WHOLE,
				.only = SOURCE_REGULAR,
				.falls_on = {EINVAL, EPERM, ENOSYS, EXDEV, EBADF},
				.midway = NEXT_STEP,
				.sized = true,
			},
			{
				.mover = &mover_sendfile,
				.chunk = WHOLE,
				.only = SOURCE_REGULAR,
				.falls_on = {EINVAL, ENOSYS, EOPNOTSUPP},
				.midway = NEXT_STEP,
				.sized = true,
			},
			{.mover = &mover_read_write, .chunk = KIB(16)},
		},
	},
	/*
	 * It waits in select(2) until its source has bytes, and then splices straight to the sink:
	 * nobody is held up by a source, but by a sink that is full. A 0 it doubts, and all errors,
	 * and reads; left out: also from a terminal, which then has to tell its end twice. The chunk
	 * is 32 times st_blksize, which of a terminal is 1 KiB.
	 */
	{
		.name = "pv",
		.about = "splice to standard output once select says that there is input; seen in 1.6.20 "
			 "(src/pv/transfer.c, pv__transfer_read)",
		.instead = "pv --no-splice",
		.ignores_sigpipe = true,
		.steps = {
			{
				.mover = &mover_splice,
				.chunk = KIB(32),
				.only = SOURCE_CHAR,
				.falls_on_any = true,
				.midway = NEXT_STEP,
				.flags = SPLICE_F_MORE,
				.waits = true,
			},
			{
				.mover = &mover_splice,
				.chunk = KIB(128),
				.unless = SOURCE_CHAR,
				.falls_on_any = true,
				.midway = NEXT_STEP,
				.on_nothing = NEXT_STEP,
				.doubts = true,
				.flags = SPLICE_F_MORE,
				.waits = true,
			},
			{
				.mover = &mover_read_write,
				.chunk = KIB(32),
				.only = SOURCE_CHAR,
				.waits = true,
			},
			{
				.mover = &mover_read_write,
				.chunk = KIB(128),
				.unless = SOURCE_CHAR,
				.waits = true,
			},
		},
	},
	/* It opens both by name; FICLONE refuses what is no regular file, which ends it (EINVAL). */
	{
		.name = "python-pathlib",
		.about = "Path.copy: FICLONE, copy_file_range, sendfile, each at least 8 MiB at a time "
			 "(Lib/pathlib/_os.py, copyfileobj, 3.14 on)",
		.only = SOURCE_REGULAR | SINK_REGULAR,
		.unless = SAME_FILE,
		.steps = {
			{
				.mover = &mover_ficlone,
				.chunk = WHOLE,
				.falls_on = {EBADF, EOPNOTSUPP, ETXTBSY, EXDEV},
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_copy_file_range,
				.chunk = MIB(8),
				.falls_on = {ETXTBSY, EXDEV},
				.midway = NEXT_STEP,
				.on_eagain = FAILS,
			},
			{
				.mover = &mover_sendfile_offset,
				.chunk = MIB(8),
				.falls_on = {ENOTSOCK},
				.midway = NEXT_STEP,
				.on_eagain = FAILS,
			},
			/* 1 MiB, of which movers hold a quarter. */
			{.mover = &mover_read_write, .chunk = KIB(256), .on_eagain = FAILS},
		},
	},
	{.name = NULL},
};
