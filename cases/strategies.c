// SPDX-License-Identifier: GPL-2.0-only
/*
 * The strategies: first each way to move bytes on its own, then the cascades
 * of real programs, with their own chunks and rules for falling back.
 *
 * In a cascade a step that is not taken says why: `unless` a fact rules it
 * out, `only` where facts allow it, `falls_on` these errors.
 */
#include "cases.h"
#include "movers.h"

#include <errno.h>

#define KIB(n) ((size_t)(n) << 10)
#define MIB(n) ((size_t)(n) << 20)
#define CALL_MAX 0x7ffff000UL /* what one call moves at most: MAX_RW_COUNT, read(2) */
#define RAW_CHUNK MIB(1)

const struct strategy strategies[] = {
	{
		.name = "read_write",
		.about = "read(2) and write(2)",
		.steps = {{.mover = &mover_read_write, .chunk = KIB(128)}},
	},
	{
		.name = "sendfile",
		.about = "sendfile(2)",
		.steps = {{.mover = &mover_sendfile, .chunk = RAW_CHUNK}},
	},
	{
		.name = "splice",
		.about = "splice(2), source to sink",
		.steps = {{.mover = &mover_splice, .chunk = RAW_CHUNK}},
	},
	{
		.name = "splice_private",
		.about = "splice(2) into a private pipe, and from there to the sink",
		.steps = {{.mover = &mover_splice_private, .chunk = RAW_CHUNK}},
	},
	{
		.name = "copy_file_range",
		.about = "copy_file_range(2)",
		.steps = {{.mover = &mover_copy_file_range, .chunk = RAW_CHUNK}},
	},
	{
		.name = "go-1.24rc2",
		.about = "os.File.ReadFrom with sendfile for files, reverted after golang/go#71375 "
			 "(os/zero_copy_linux.go, internal/poll)",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = CALL_MAX,
				.unless = SINK_APPEND,
				.falls_on = {ENOSYS, EXDEV, EINVAL, EIO, EOPNOTSUPP, EPERM},
				.falls_midway = true,
				.falls_on_nothing = true,
			},
			{
				.mover = &mover_sendfile,
				.chunk = 0x7fffffff,
				.unless = SINK_APPEND | SAME_FILE,
				.falls_on = {ENOSYS, EINVAL, EOPNOTSUPP},
			},
			{.mover = &mover_read_write, .chunk = KIB(32)},
		},
	},
	{
		.name = "go-1.24",
		.about = "os.File.ReadFrom as released: splice only from stream sockets, through a "
			 "private pipe (os/zero_copy_linux.go)",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = CALL_MAX,
				.unless = SINK_APPEND | SOURCE_STREAM,
				.falls_on = {ENOSYS, EXDEV, EINVAL, EIO, EOPNOTSUPP, EPERM},
				.falls_midway = true,
				.falls_on_nothing = true,
			},
			{
				.mover = &mover_splice_private,
				.chunk = MIB(1),
				.only = SOURCE_STREAM,
				.unless = SINK_APPEND | SINK_PIPE,
				.falls_on = {EINVAL},
			},
			{.mover = &mover_read_write, .chunk = KIB(32)},
		},
	},
	{
		.name = "busybox",
		.about = "bb_copyfd_eof: sendfile until it fails (libbb/copyfd.c)",
		.steps = {
			{
				.mover = &mover_sendfile,
				.chunk = MIB(16),
				.falls_on_any = true,
				.falls_midway = true,
			},
			{.mover = &mover_read_write, .chunk = KIB(4)},
		},
	},
	{
		.name = "rust-1.50",
		.about = "std::io::copy (library/std/src/sys/unix/kernel_copy.rs)",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = MIB(1024),
				.only = SOURCE_REGULAR | SOURCE_FILLED,
				.falls_on = {ENOSYS, EXDEV, EINVAL, EPERM, EOPNOTSUPP, EOVERFLOW},
				.falls_on_nothing = true,
			},
			{
				.mover = &mover_sendfile,
				.chunk = CALL_MAX,
				.only = SOURCE_REGULAR | SOURCE_FILLED,
				.falls_on = {ENOSYS, EPERM, EINVAL, EOVERFLOW},
			},
			{
				.mover = &mover_splice,
				.chunk = CALL_MAX,
				.falls_on = {ENOSYS, EPERM, EINVAL},
			},
			{.mover = &mover_read_write, .chunk = KIB(8)},
		},
	},
	{
		.name = "coreutils-9.11",
		.about = "cat: copy_file_range between files, else splice through a private pipe "
			 "(src/cat.c, src/splice.h)",
		.steps = {
			{
				.mover = &mover_copy_file_range,
				.chunk = 0x7fffffffc0000000UL,
				.only = SOURCE_REGULAR | SINK_REGULAR,
				.falls_on = {ENOSYS, EOPNOTSUPP, EINVAL, EBADF, EXDEV, ETXTBSY, EPERM, EFBIG},
				.falls_midway = true,
				.falls_on_nothing = true,
			},
			{
				.mover = &mover_splice_private,
				.chunk = KIB(512),
				.falls_on_any = true,
			},
			{.mover = &mover_read_write, .chunk = KIB(256)},
		},
	},
	{.name = NULL},
};
