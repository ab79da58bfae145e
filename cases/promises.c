// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the interfaces promise of a copy besides that it ends: one row each. A case of the act
 * `promise` is known by its endpoints, so that each row has kinds of its own on one side at least
 * (fixtures/promised.c). To add a promise is to add a row, and a check in harness/judge/outcome.c
 * only where none of those fits.
 *
 * Judged is what is written somewhere. Where nothing is, the evidence tells what happened
 * (copied=): of ranges of one file that overlap no manual says more than which calls refuse them,
 * so that sendfile(2) and a loop of read(2) and write(2) may repeat bytes there. A file that is its
 * own copy is another matter: where a call has refused it, a program that goes on in a way that
 * spoils it does harm. And an error that is reported is no corruption.
 */
#include "cases.h"
#include "outcome.h"
#include "text.h"

/* They copy files by name, and always the whole: nobody gives them a descriptor or a limit. */
#define COPY_BY_NAME "python-shutil libuv boost"
#define NO_LIMIT COPY_BY_NAME " coreutils-9.1 coreutils-9.11 uutils-0.8"

/* They move bytes as others do, or take no such sink: once is enough where the source is looked at.
 */
#define NOT_PIPES "readv_writev pread_pwrite ficlone ficlonerange"
#define MUCH_ALIKE NOT_PIPES " tee_splice"
#define NO_REFERENCES \
	NOT_PIPES " read_write mmap_write mmap_mmap sendfile sendfile_offset vmsplice " \
		  "copy_file_range io_uring_rw aio_rw"

#define WRITTEN_OF_PIPES \
	"splice(2), tee(2): references to pages, to be read; CVE-2022-0847 (Dirty Pipe): a slot " \
	"kept the flags of what was in it before, fixed by 9d2231c5d74e in Linux 5.17; LTP " \
	"dirtypipe.c"

#define WRITTEN_OF_IPSEC \
	"splice(2): references to pages, to be read; CVE-2026-43284: cac2661c53f3 had ESP decrypt " \
	"in place, in pages of the file, until f4c50a4034e6 in Linux 7.1; LTP xfrm01.c"

/*
 * A part of a page of the file, from its midst on: who writes on behind it would be seen. So many
 * bytes as an AEAD may have: 8 + n * 16 + 4 (fixtures/af_alg.c).
 */
#define PART 3020
#define MIDST .from = 5003, .limit = PART

/* One or two of each way to copy. */
#define FEW_WITHOUT_MAPS \
	"read_write pread_pwrite sendfile splice splice_private copy_file_range io_uring_rw aio_rw"
#define FEW FEW_WITHOUT_MAPS " mmap_write seek_data"

/* What has not been brought to the disk yet: */
#define DIRTY_IS_COPIED "what was written a moment ago is no hole, and is copied, wherever it lies"
#define DIRTY_IS_WRITTEN \
	"lseek(2), Seeking file data and holes: a hole is zeros; copy_file_range(2); " \
	"ioctl_ficlone(2); 2f2e84ca6066 (btrfs, delayed allocation)"
#define KNOWS_HOLES "seek_data copy_file_range ficlone ficlonerange sendfile"

/* They make the calls of others: only where offsets and counts are long they may come to less. */
#define ENTERED_OTHERWISE "sendfile_raw splice_raw copy_file_range_libc"

#define BY_NAME_ALONE "vmsplice_private vmsplice_gift " ENTERED_OTHERWISE

/* More than 4 GiB: */
#define LONG_IS_COPIED "of a file of more than 4 GiB all is moved, and as much is reported"
#define LONG_IS_WRITTEN \
	"sendfile(2) and copy_file_range(2): at most 0x7ffff000 bytes at once, and the count is " \
	"returned; ioctl_ficlone(2): the whole file"
#define ALL_32_BITS ((size_t)1 << 32) /* what is cut down to 32 bits asks for 0 */
#define READ_WHILE_CLONED "who reads a file does not wait until a clone of it is whole"
/* Those that have a file system share what is in a file, before they do anything else. */
#define CLONES "copy_file_range ficlone ficlonerange go-1.24 coreutils-9.1 libuv boost systemd-2025"

const struct promise_row promises[] = {
	{
		.sources = "same_fd",
		.sinks = "same_fd",
		.but = COPY_BY_NAME,
		.promise = {
			.claim = "a copy of a file to itself through one descriptor is refused, or "
				 "leaves it as it is; no fallback spoils what a call has refused",
			.written = "copy_file_range(2), ERRORS: EINVAL for ranges that overlap; "
				   "ioctl_ficlonerange(2); open(2): one description has one offset",
			.check = outcome_unspoilt,
		},
	},
	{
		.sources = "self",
		.sinks = "self",
		.promise = {
			.claim = "a copy of a file to itself is refused, or leaves it as it is; no "
				 "fallback spoils what a call has refused",
			.written = "copy_file_range(2), ERRORS: EINVAL for ranges that overlap; "
				   "ioctl_ficlonerange(2)",
			.check = outcome_unspoilt,
		},
	},
	{
		.sources = "self",
		.sinks = "ahead",
		.but = NO_LIMIT,
		.promise = {
			.claim = "calls that do not copy to a later, overlapping part of a file refuse "
				 "it",
			.written = "copy_file_range(2), ERRORS: EINVAL for ranges that overlap; "
				   "ioctl_ficlonerange(2)",
			.to = 100000,
			.limit = 200000,
			.check = outcome_refused,
		},
	},
	{
		.sources = "self",
		.sinks = "behind",
		.but = NO_LIMIT,
		.promise = {
			.claim = "calls that do not copy to an earlier, overlapping part of a file "
				 "refuse it",
			.written = "copy_file_range(2), ERRORS: EINVAL for ranges that overlap; "
				   "ioctl_ficlonerange(2)",
			.from = 100000,
			.limit = 200000,
			.check = outcome_refused,
		},
	},
	{
		.sources = "small",
		.sinks = "append",
		.but = "mmap_mmap", /* mmap(2) knows no O_APPEND */
		.promise = {
			.claim = "to a sink with O_APPEND a copy is refused, or goes to its end, all of "
				 "it",
			.written = "open(2), O_APPEND; splice(2), EINVAL; copy_file_range(2), EBADF",
			.before = 5000,
			.appends = true,
		},
	},
	{
		.sources = "limited",
		.sinks = "file pipe tiny_pipe",
		.but = NO_LIMIT,
		.promise = {
			.claim = "a copy with a limit moves just so many bytes, and both files stand "
				 "there",
			.written = "read(2), sendfile(2), splice(2), copy_file_range(2): count, and the "
				   "file offsets",
			.from = 5003,
			.limit = 50021,
		},
	},
	/* splice(2) from /dev/zero is refused from 36e2c7421f02 to 1b057bd800c3. */
	{
		.sources = "device_zero device_urandom hugetlb",
		.sinks = "file pipe",
		.only = FEW_WITHOUT_MAPS, /* of hugetlb they take huge pages: there may be none */
		.promise = {
			.claim = "a copy with a limit moves just so many bytes, also of what is no file of "
				 "a disk",
			.written = "null(4), urandom(4), memfd_create(2), MFD_HUGETLB; read(2): count",
			.limit = 50021,
		},
	},
	{
		.sources = "direct",
		.sinks = "file pipe",
		.only = FEW,
		.promise = {
			.claim = "of a file opened with O_DIRECT a copy is refused, or whole",
			.written = "open(2), O_DIRECT: misaligned I/O fails with EINVAL, or is buffered",
		},
	},
	/* The end of small, too, is no block: who gets as far as that is told so, and all before is there. */
	{
		.sources = "direct small",
		.sinks = "direct",
		.only = FEW,
		.promise = {
			.claim = "to a file opened with O_DIRECT a copy is refused, or whole",
			.written = "open(2), O_DIRECT: misaligned I/O fails with EINVAL, or is buffered",
		},
	},
	{
		.sources = "overlay_lower",
		.sinks = "overlay pipe",
		.only = FEW,
		.promise = {
			.claim = "a file of a lower folder is copied as any other",
			.written = "Documentation/filesystems/overlayfs.rst, Non-directories",
		},
	},
	{
		.sources = "small",
		.sinks = "sealed",
		.raw_only = true,
		.promise = {
			.claim = "what is sealed is not written, and an error says so",
			.written = "fcntl(2), F_SEAL_WRITE: EPERM; mmap(2): EPERM",
			.fails = true,
		},
	},
	{
		.sources = "limited_pipe",
		.sinks = "file pipe",
		.but = NO_LIMIT,
		.promise = {
			.claim = "a copy with a limit moves just so many bytes, and leaves the others in "
				 "the pipe",
			.written = "read(2), splice(2), tee(2): count; pipe(7)",
			.limit = 1501,
		},
	},
	/* From a194dfe6e6f6 to d1a819a2ec2d splice(2) took what such a write left behind for the end. */
	{
		.sources = "failed_write",
		.sinks = "file pipe",
		.only = "read_write readv_writev sendfile splice splice_nonblock splice_private "
			"tee_splice vmsplice io_uring_rw io_uring_splice aio_rw",
		.promise = {
			.claim = "0 is returned at the end alone, whatever a write that failed has left in "
				 "the pipe",
			.written = "read(2), splice(2), tee(2), RETURN VALUE; d1a819a2ec2d",
		},
	},
	{
		.sources = "directory",
		.sinks = "file pipe",
		.raw_only = true,
		.promise = {
			.claim = "a directory is not copied, and an error says so",
			.written = "read(2), copy_file_range(2), ioctl_ficlone(2): EISDIR; splice(2), "
				   "sendfile(2): EINVAL; mmap(2): ENODEV",
			.fails = true,
		},
	},
	{
		.sources = "small",
		.sinks = "device_full",
		.promise = {
			.claim = "where there is no room for a byte an error says so",
			.written = "full(4), write(2): ENOSPC",
			.fails = true,
		},
	},
	{
		.sources = "sys",
		.sinks = "file pipe",
		.promise = {
			.claim = "a file that is shorter than st_size tells ends where it ends: a copy "
				 "has all of it, and comes to its end",
			.written = "read(2), copy_file_range(2): 0 at the end of the file; "
				   "ocaml/dune#15553",
		},
	},
	{
		.sources = "proc",
		.sinks = "file pipe",
		.promise = {
			.claim = "a file whose st_size is 0 is copied with all of its content",
			.written = "stat(2); copy_file_range(2), BUGS: 0 in Linux 5.3 to 5.18; "
				   "golang/go#44272",
		},
	},
	{
		.sources = "modified",
		.sinks = "pipe unix file",
		.promise = {
			.claim = "what is written to the source after a copy does not show in it, unless "
				 "it was moved by sendfile(2), splice(2) or tee(2) to a pipe or socket",
			.written = "write(2); sendfile(2), NOTES: to remain unmodified until consumed; "
				   "splice(2), tee(2): references, not copies; ioctl_ficlone(2): private",
			.modifies = true,
			.check = outcome_private,
		},
	},
	/*
	 * Whether what is written afterwards shows nobody says: on 5.10, 6.1, 6.18 and 7.3 it does, and
	 * would not any more if vmsplice(2) became a write, as was proposed in June 2026 ("vmsplice:
	 * make vmsplice a trivial wrapper for preadv2/pwritev2"). A file has pages of its own.
	 */
	{
		.sources = "scribbled",
		.sinks = "pipe unix file",
		.only = "vmsplice",
		.also = "vmsplice_private",
		.promise = {
			.claim = "memory that vmsplice(2) has lent to a pipe, and is written afterwards, "
				 "comes out as it was or as it is; a file that it was spliced to has what "
				 "was there by then",
			.written = "vmsplice(2): maps user memory into a pipe; splice(2), NOTES: "
				   "references, not copies; write(2) of a file",
			.modifies = true,
			.scribbles = true,
			.check = outcome_private,
		},
	},
	/* The flags are hints, and since Linux 2.6.21 no page is moved (splice(2)). */
	{
		.sources = "small",
		.sinks = "file pipe",
		.only = "vmsplice",
		.also = "vmsplice_private vmsplice_gift",
		.promise = {
			.claim = "memory that vmsplice(2) lends or gives to a pipe, and that nobody "
				 "writes afterwards, arrives as it was",
			.written = "vmsplice(2): SPLICE_F_GIFT, memory is never modified again; "
				   "splice(2): SPLICE_F_MOVE, pages may be moved",
		},
	},
	{
		.sources = "huge",
		.sinks = "file pipe",
		.promise = {
			.claim = "a call that asks for more than 0x7ffff000 bytes moves what there is",
			.written = "sendfile(2) and read(2), NOTES: at most 0x7ffff000 bytes, and the "
				   "count is returned",
			.at_least = 0xc0000000,
		},
	},
	/*
	 * Offsets and counts that do not fit into 31 or 32 bits. To move so many bytes takes a machine
	 * half a minute; files that share what they hold do without (LTP's sendfile09.c: an offset
	 * beyond 2 GiB was EOVERFLOW from 8f9c0119d7ba until 5d73320a96fc, to programs of 32 bits).
	 */
	{
		.sources = "beyond_2g beyond_4g",
		.sinks = "file pipe",
		.also = ENTERED_OTHERWISE,
		.raw_only = true,
		.promise = {
			.claim = "a copy goes on beyond 2 GiB, and beyond 4 GiB, in source and sink",
			.written = "open(2), O_LARGEFILE; sendfile(2), NOTES: sendfile64() since "
				   "Linux 2.4; 5d73320a96fc",
			.before = 30000,
			.from = 5003,
			.to = 20011,
			.limit = 200021,
		},
	},
	{
		.sources = "long_xfs",
		.sinks = "xfs",
		.only = CLONES,
		.also = "copy_file_range_libc",
		.promise = {
			.claim = LONG_IS_COPIED,
			.written = LONG_IS_WRITTEN,
			.with_hole = true,
			.at_least = ALL_32_BITS,
		},
	},
	{
		.sources = "long_btrfs",
		.sinks = "btrfs",
		.only = CLONES,
		.also = "copy_file_range_libc",
		.promise = {
			.claim = LONG_IS_COPIED,
			.written = LONG_IS_WRITTEN,
			.with_hole = true,
			.at_least = ALL_32_BITS,
		},
	},
	/*
	 * Where not all pieces could be shared xfs said that all is well, until 7ce31f20a077
	 * (xfstests generic/562): the clone was a part of the file.
	 */
	{
		.sources = "pieces_full_xfs",
		.sinks = "full_xfs",
		.only = "read_write copy_file_range ficlone ficlonerange",
		.promise = {
			.claim = "where there is no room for all of a file an error says so, or the copy "
				 "is whole",
			.written = "ioctl_ficlone(2): the whole file; write(2) and copy_file_range(2): "
				   "ENOSPC; 7ce31f20a077",
			.may_run_out = true,
			.check = outcome_whole,
		},
	},
	/* No page says so; xfstests has a test for it, generic/733. */
	{
		.sources = "pieces_xfs",
		.sinks = "xfs",
		.only = "ficlone ficlonerange",
		.promise = {
			.claim = READ_WHILE_CLONED,
			.written = "14a537983b22 (Linux 6.7): read IO and FICLONE run concurrently",
			.with_hole = true,
			.read_along = true,
		},
	},
	{
		.sources = "pieces_btrfs",
		.sinks = "btrfs",
		.only = "ficlone ficlonerange",
		.promise = {
			.claim = READ_WHILE_CLONED,
			.written = "5d6f0e9890ed (Linux 6.10): the source's range is not locked any more",
			.with_hole = true,
			.read_along = true,
		},
	},
	/* sendfile(2) says nothing of its source, vmsplice(2) of its flag alone, io_uring nothing. */
	{
		.sources = "nonblock_pipe nonblock_unix nonblock_tcp nonblock_pty",
		.sinks = "pipe",
		.only = "read_write readv_writev splice splice_nonblock splice_private tee_splice",
		.promise = {
			.claim = "a source that has no bytes, and O_NONBLOCK, says EAGAIN at once, and "
				 "nobody waits",
			.written = "read(2), readv(2), splice(2), tee(2), ERRORS: EAGAIN",
			.at_once = true,
		},
	},
	/*
	 * O_NONBLOCK of the sink counts for sendfile(2) to a pipe since bdeb77bc2c40, and for
	 * splice(2) to a socket from 2dc334f1a63a to 0f0fa27b871b it did not.
	 */
	{
		.sources = "file pipe",
		.sinks = "nonblock_full_pipe nonblock_full_unix nonblock_full_tcp",
		.only = "read_write readv_writev mmap_write sendfile sendfile_offset splice "
			"splice_nonblock splice_private tee_splice",
		.promise = {
			.claim = "a sink that has no room, and O_NONBLOCK, says EAGAIN at once, and nobody "
				 "waits",
			.written = "write(2), writev(2), sendfile(2), splice(2), tee(2), ERRORS: EAGAIN",
			.at_once = true,
		},
	},
	{
		.sources = "interrupted",
		.sinks = "pipe unix",
		.promise = {
			.claim = "a caught signal in the middle of a call neither loses nor doubles a "
				 "byte, unless an error says so",
			.written = "signal(7), Interruption of system calls; write(2): EINTR only before "
				   "anything was written, else the count",
			.signals = true,
		},
	},
	{
		.sources = "holes",
		.sinks = "file",
		.promise = {
			.claim = "holes are copied as zeros, also the last one: same content, same size",
			.written = "lseek(2), Seeking file data and holes: a hole reads as zeros; "
				   "copy_file_range(2), NOTES: it may expand holes",
		},
	},
	{
		.sources = "dirty_ext4",
		.sinks = "ext4",
		.only = KNOWS_HOLES,
		.promise = { .claim = DIRTY_IS_COPIED, .written = DIRTY_IS_WRITTEN },
	},
	{
		.sources = "dirty_xfs",
		.sinks = "xfs",
		.only = KNOWS_HOLES,
		.promise = { .claim = DIRTY_IS_COPIED, .written = DIRTY_IS_WRITTEN },
	},
	{
		.sources = "dirty_btrfs",
		.sinks = "btrfs",
		.only = KNOWS_HOLES,
		.promise = { .claim = DIRTY_IS_COPIED, .written = DIRTY_IS_WRITTEN },
	},
	{
		.sources = "dirty_overlay",
		.sinks = "overlay",
		.only = KNOWS_HOLES,
		.promise = { .claim = DIRTY_IS_COPIED, .written = DIRTY_IS_WRITTEN },
	},
	{
		.sources = "empty",
		.sinks = "file pipe",
		.promise = {
			.claim = "a copy of an empty file moves nothing, and that is no error",
			.written = "read(2), splice(2), copy_file_range(2): 0 at the end; mmap(2) says "
				   "EINVAL",
		},
	},
	{
		.sources = "intact",
		.sinks = "used_pipe pipe unix tcp",
		.but = MUCH_ALIKE " mmap_mmap copy_file_range",
		.raw_only = true,
		.promise = {
			.claim = "the source is what it was, in the page cache and on disk, also when "
				 "others write to the sink after the copy",
			.written = WRITTEN_OF_PIPES,
			MIDST,
			.looks_again = true,
			.marks = true,
			.check = outcome_intact_copied,
		},
	},
	{
		.sources = "intact_pipe",
		.sinks = "used_pipe",
		.but = NO_REFERENCES,
		.raw_only = true,
		.promise = {
			.claim = "a file whose pages are in a pipe is what it was, also when they go on "
				 "to another pipe, and others write there",
			.written = WRITTEN_OF_PIPES,
			.limit = PART,
			.looks_again = true,
			.marks = true,
			.check = outcome_intact_copied,
		},
	},
	{
		.sources = "intact",
		.sinks = "file",
		.but = MUCH_ALIKE,
		.raw_only = true,
		.promise = {
			.claim = "a copy to another file leaves its source as it was, in the page cache "
				 "and on disk",
			.written = "read(2), sendfile(2), splice(2), copy_file_range(2): the source is "
				   "read",
			MIDST,
			.looks_again = true,
			.check = outcome_intact_copied,
		},
	},
	{
		.sources = "intact",
		.sinks = "af_alg",
		.but = MUCH_ALIKE " mmap_mmap copy_file_range",
		.raw_only = true,
		.promise = {
			.claim = "what is sent to the kernel's ciphers leaves its source as it was, in "
				 "the page cache and on disk",
			.written = "CVE-2026-31431 (Copy Fail): 72548b093ee3 had algif_aead decrypt in "
				   "place, in pages of the file; undone by a664bf3d603d in Linux 7.0; "
				   "LTP af_alg08.c",
			MIDST,
			.looks_again = true,
			.check = outcome_intact,
		},
	},
	{
		.sources = "intact",
		.sinks = "esp",
		.only = "read_write mmap_write sendfile sendfile_offset splice_private io_uring_rw",
		.promise = {
			.claim = "what is sent to IPsec leaves its source as it was, in the page cache "
				 "and on disk",
			.written = WRITTEN_OF_IPSEC,
			MIDST,
			.looks_again = true,
			.check = outcome_intact,
		},
	},
	{
		.sources = "intact_pipe",
		.sinks = "esp",
		.only = "splice splice_nonblock splice_private io_uring_splice",
		.promise = {
			.claim = "what is sent to IPsec from a pipe leaves the file that it is from as "
				 "it was",
			.written = WRITTEN_OF_IPSEC,
			.limit = PART,
			.looks_again = true,
			.check = outcome_intact,
		},
	},
	{
		.sources = "nothing",
		.sinks = "file pipe",
		.raw_only = true,
		.promise = {
			.claim = "a call that asks for 0 bytes moves nothing, and that is no error",
			.written = "read(2), write(2): a count of 0 returns 0; mmap(2) says EINVAL",
			.asks_nothing = true,
		},
	},
	{
		.sources = "small",
		.sinks = "fuse_buffered",
		.but = "mmap_mmap", /* our server gives a file no size */
		.raw_only = true,
		.promise = {
			.claim = "what is written through the page cache to a FUSE server arrives, "
				 "whatever its segments, and the call comes to its end",
			.written = "write(2); writev(2): segments in order, any of them may be empty; "
				   "CVE-2015-8785, 3ca8138f014a",
		},
	},
	/* The sink holds other bytes before, which the kernel has in its cache. */
	{
		.sources = "fuse_spliced",
		.sinks = "fuse_beside pipe",
		.only = FEW,
		.promise = {
			.claim = "a file whose FUSE server answers by splice(2), or copies itself, is "
				 "copied as any other, and nobody reads what was there before",
			.written = "read(2), sendfile(2), copy_file_range(2); 9b46418c40fe (Linux 5.8)",
			.before = 50000,
		},
	},
	{
		.sources = "small",
		.sinks = "fuse_spliced",
		.only = FEW,
		.promise = {
			.claim = "what a FUSE server takes by splice(2) is what was written",
			.written = "write(2): what was in the buffer; splice(2)",
		},
	},
	/*
	 * None of 5.10, 6.12 and 7.3 does wrong. On 6.16.3 and up to 6.18 what is spliced in after
	 * an odd number of bytes, beyond the first fragment, gets a wrong checksum, so that nobody
	 * receives the datagram (InCsumErrors of /proc/net/snmp); which commits that were is not
	 * known.
	 */
	{
		.sources = "small",
		.sinks = "udp_begun",
		.raw_only = true,
		.promise = {
			.claim = "what is copied to a UDP socket goes on from what was sent with "
				 "MSG_MORE, and the call comes to its end",
			.written = "send(2), MSG_MORE; udp(7), UDP_CORK; splice(2); 0f71c9caf267",
		},
	},
	{ .promise = { .claim = NULL } },
};

const struct promise_row *promise_row_of(const struct endpoint_kind *source,
					 const struct endpoint_kind *sink)
{
	for (const struct promise_row *row = promises; row->promise.claim; row++) {
		if (text_lists(row->sources, source->name) && text_lists(row->sinks, sink->name))
			return row;
	}
	return NULL;
}

const struct promise *promise_to(const struct promise_row *row, const struct strategy *strategy)
{
	if (!row)
		return NULL;
	if (text_lists(BY_NAME_ALONE, strategy->name))
		return text_lists(row->also, strategy->name) ? &row->promise : NULL;
	if (text_lists(row->but, strategy->name) ||
	    (row->only && !text_lists(row->only, strategy->name)) ||
	    (row->raw_only && strategy_is_cascade(strategy)))
		return NULL;
	return &row->promise;
}

const struct promise *promise_of(const struct test_case *test)
{
	return promise_to(promise_row_of(test->source, test->sink), test->strategy);
}
