// SPDX-License-Identifier: GPL-2.0-only
/*
 * The acts. Nearly all wait, in the kernels that have the hang, for the pipe's
 * lock (pipe->mutex), which splice_file_to_pipe() and its callers hold while
 * they wait for the source or for room in the sink (fs/splice.c, fs/pipe.c).
 */
#include "act_fixtures.h"
#include "cases.h"
#include "checked.h"
#include "pattern.h"
#include "report.h"
#include "sleepers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static void act_exit(struct report *report)
{
	(void)report;
	syscall(SYS_exit_group, 0);
}

/* The thread has a descriptor table of its own, and soon the only one with the pipe in it. */
static void *exit_alone(void *arg)
{
	CHECKED(unshare(CLONE_FILES));
	pthread_barrier_wait(arg);
	pthread_barrier_wait(arg);
	syscall(SYS_exit, 0);
	return NULL;
}

static void act_exit_thread(struct report *report)
{
	pthread_barrier_t barrier;
	pthread_t thread;

	(void)report;
	pthread_barrier_init(&barrier, NULL, 2);
	CHECKED_ERRNO(pthread_create(&thread, NULL, exit_alone, &barrier));
	pthread_barrier_wait(&barrier);
	close(FD_SHARED);
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
}

static void act_close(struct report *report)
{
	(void)report;
	close(FD_SHARED);
}

static void act_dup2(struct report *report)
{
	(void)report;
	dup3(FD_SPARE, FD_SHARED, 0);
}

static void act_close_range(struct report *report)
{
	(void)report;
	syscall(SYS_close_range, FD_SHARED, FD_SHARED, 0);
}

/* The program itself, under the name by which main() knows that it was only to be executed. */
static void act_execve(struct report *report)
{
	char *const argv[] = { CASES_EXECUTED, NULL }, *const envp[] = { NULL };

	(void)report;
	CHECKED(fcntl(FD_SHARED, F_SETFD, FD_CLOEXEC));
	execve("/proc/self/exe", argv, envp);
}

/* The last reference is in a message that nobody received. */
static void act_scm_rights(struct report *report)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	const int shared = FD_SHARED;
	int ends[2];

	(void)report;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &shared, sizeof(shared));
	CHECKED(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	CHECKED(sendmsg(ends[0], &message, 0));
	/* The receiving end takes the pipe's place, and its closing is the act. */
	CHECKED(dup2(ends[1], FD_SHARED));
	close(ends[1]);
	close(FD_SHARED);
}

static void act_read_once(struct report *report)
{
	static char bytes[4096];
	ssize_t n = read(FD_SHARED, bytes, sizeof(bytes));

	if (n > 0)
		report_bytes(report, bytes, (size_t)n);
}

static void act_nonblock_read(struct report *report)
{
	CHECKED(fcntl(FD_SHARED, F_SETFL, O_RDONLY | O_NONBLOCK));
	act_read_once(report);
	fcntl(FD_SHARED, F_SETFL, O_RDONLY);
}

/* The bytes are what is to come next, so that nothing is corrupt where they go through. */
static void act_nonblock_write(struct report *report)
{
	ssize_t n;

	CHECKED(fcntl(FD_SHARED, F_SETFL, O_WRONLY | O_NONBLOCK));
	n = write(FD_SHARED, pattern_bytes() + report->size, 1);
	report->added = n > 0 ? n : 0;
}

/*
 * More than a pipe holds: it waits, however much of it the copier has taken. Where pages are large
 * all of the pattern may be in there already.
 */
static void act_write_much(struct report *report)
{
	report->adds = true;
	write(FD_SHARED, pattern_bytes() + report->size,
	      PATTERN_FILE - report->size + PATTERN_BEYOND);
}

static void act_poll(struct report *report)
{
	struct pollfd fd = { .fd = FD_SHARED, .events = POLLIN | POLLOUT };
	const struct timespec now = { 0 };

	(void)report;
	ppoll(&fd, 1, &now, NULL);
}

static void act_fionread(struct report *report)
{
	int bytes;

	(void)report;
	ioctl(FD_SHARED, FIONREAD, &bytes);
}

static void act_getpipe_sz(struct report *report)
{
	(void)report;
	fcntl(FD_SHARED, F_GETPIPE_SZ);
}

static void act_setpipe_sz(struct report *report)
{
	(void)report;
	fcntl(FD_SHARED, F_SETPIPE_SZ, 1 << 19); /* other than either pipe has */
}

static void act_open_anew(struct report *report)
{
	(void)report;
	(void)openat(AT_FDCWD, "/proc/self/fd/0", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/* It stays frozen only until this returns: whoever writes there waits uninterruptibly. */
static void act_freeze_and_thaw(struct report *report)
{
	(void)report;
	ioctl(FD_SHARED, FIFREEZE, 0);
	ioctl(FD_SHARED, FITHAW, 0);
}

/* Shorthands for what most rows say. */
#define BY_PROCESS .actor = ACTOR_BYSTANDER, .completion = PROCESS_ENDS
#define BY_CALL .actor = ACTOR_BYSTANDER, .completion = CALL_RETURNS
#define BY_CALLS BY_CALL, .again = true

const struct act_row acts[] = {
	{
		.act = {
			.name = "exit_group",
			.about = "a process that holds the pipe's other end can exit",
			BY_PROCESS,
			.perform = act_exit,
			.nr = SYS_exit_group,
			.fd = -1,
		},
		.takes_files = true,
		.takes_fifos = true,
		.core = true,
		.everything = true,
	},
	/*
	 * Until kernel 6.8 (da40448ce4eb) sendfile and splice had begun to write, to who freezes,
	 * while they waited for the source; splice from a pipe to a file has so ever since. Its
	 * cases take turns: begun early, they are not what is waited for in the end.
	 */
	{
		.act = {
			.name = "fsfreeze",
			.about = "the sink's file system can be frozen (FIFREEZE)",
			BY_CALL,
			.perform = act_freeze_and_thaw,
			.nr = SYS_ioctl,
			.fd = FD_SHARED,
			.fixture = &act_fixture_thaw,
			.must_succeed = true,
		},
		.takes_files = true,
		.by_name = true,
		.raw_only = true,
	},
	{
		.act = {
			.name = "exit_thread",
			.about = "a thread that alone holds it, in a descriptor table of its own, can exit",
			.actor = ACTOR_BYSTANDER,
			.completion = THREAD_ENDS,
			.perform = act_exit_thread,
			.nr = SYS_exit,
			.fd = -1,
			.in_thread = true,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "close",
			.about = "it can be closed",
			BY_CALLS,
			.perform = act_close,
			.nr = SYS_close,
			.fd = FD_SHARED,
			.must_succeed = true,
		},
		.core = true,
	},
	{
		.act = {
			.name = "dup2",
			.about = "another descriptor can be put in its place",
			BY_CALLS,
			.perform = act_dup2,
			.nr = SYS_dup3,
			.fd = FD_SPARE,
			.must_succeed = true,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "close_range",
			.about = "it can be closed with close_range(2)",
			BY_CALLS,
			.perform = act_close_range,
			.nr = SYS_close_range,
			.fd = FD_SHARED,
			.must_succeed = true,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "execve",
			.about = "a process that holds it close-on-exec can execute a program",
			BY_CALL,
			.perform = act_execve,
			.nr = SYS_execve,
			.fd = -1,
			.must_succeed = true,
		},
	},
	{
		.act = {
			.name = "scm_rights",
			.about = "a socket in which it is still in flight can be closed",
			BY_CALLS,
			.perform = act_scm_rights,
			.nr = SYS_close,
			.fd = FD_SHARED,
			.must_succeed = true,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "nonblock_read",
			.about = "a read with O_NONBLOCK returns at once",
			BY_CALLS,
			.perform = act_nonblock_read,
			.nr = SYS_read,
			.fd = FD_SHARED,
			.receives = true,
		},
		.pipe_end = READ_END,
	},
	{
		.act = {
			.name = "nonblock_write",
			.about = "a write with O_NONBLOCK returns at once",
			BY_CALLS,
			.perform = act_nonblock_write,
			.nr = SYS_write,
			.fd = FD_SHARED,
		},
		.pipe_end = WRITE_END,
		.raw_only = true,
	},
	{
		.act = {
			.name = "poll",
			.about = "poll(2) without a timeout returns at once",
			BY_CALLS,
			.perform = act_poll,
			.nr = SYS_ppoll,
			.fd = -1,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "fionread",
			.about = "ioctl(FIONREAD) returns at once",
			BY_CALLS,
			.perform = act_fionread,
			.nr = SYS_ioctl,
			.fd = FD_SHARED,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "getpipe_sz",
			.about = "fcntl(F_GETPIPE_SZ) returns at once",
			BY_CALLS,
			.perform = act_getpipe_sz,
			.nr = SYS_fcntl,
			.fd = FD_SHARED,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "setpipe_sz",
			.about = "fcntl(F_SETPIPE_SZ) returns at once",
			BY_CALLS,
			.perform = act_setpipe_sz,
			.nr = SYS_fcntl,
			.fd = FD_SHARED,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "open_fifo",
			.about = "the fifo can be opened with O_NONBLOCK",
			BY_CALLS,
			.perform = act_open_anew,
			.nr = SYS_openat,
			.fd = AT_FDCWD,
		},
		.takes_fifos = true,
		.needs_fifo = true,
		.raw_only = true,
	},
	{
		.act = {
			.name = "open_proc_fd",
			.about = "it can be opened anew through /proc/PID/fd",
			BY_CALLS,
			.perform = act_open_anew,
			.nr = SYS_openat,
			.fd = AT_FDCWD,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "kill",
			.about = "SIGKILL ends a process that waits in read for the pipe",
			BY_PROCESS,
			.perform = act_read_once,
			.nr = SYS_read,
			.fd = FD_SHARED,
			.signal = SIGKILL,
			.needs_waiting = true,
		},
		.pipe_end = READ_END,
	},
	{
		.act = {
			.name = "kill_write",
			.about = "SIGKILL ends a process that waits in write for the pipe",
			BY_PROCESS,
			.perform = act_write_much,
			.nr = SYS_write,
			.fd = FD_SHARED,
			.signal = SIGKILL,
			.needs_waiting = true,
		},
		.pipe_end = WRITE_END,
		.raw_only = true,
	},
	{
		.act = {
			.name = "stop",
			.about = "SIGSTOP stops a process that waits in read for the pipe",
			.actor = ACTOR_BYSTANDER,
			.completion = TASK_STOPS,
			.perform = act_read_once,
			.nr = SYS_read,
			.fd = FD_SHARED,
			.signal = SIGSTOP,
			.needs_waiting = true,
		},
		.pipe_end = READ_END,
		.raw_only = true,
	},
	{
		.act = {
			.name = "ptrace_interrupt",
			.about = "a tracer can stop a process that waits in read for the pipe",
			.actor = ACTOR_BYSTANDER,
			.completion = TASK_STOPS,
			.perform = act_read_once,
			.nr = SYS_read,
			.fd = FD_SHARED,
			.interrupt = true,
			.needs_waiting = true,
		},
		.pipe_end = READ_END,
		.raw_only = true,
	},
	{
		.act = {
			.name = "freeze_cgroup",
			.about = "a cgroup with a process that waits in read for the pipe can be frozen",
			.actor = ACTOR_BYSTANDER,
			.completion = FIXTURE_SAYS,
			.perform = act_read_once,
			.nr = SYS_read,
			.fd = FD_SHARED,
			.fixture = &act_fixture_freezer,
			.needs_waiting = true,
		},
		.pipe_end = READ_END,
		.raw_only = true,
	},
	{
		.act = {
			.name = "self_exit",
			.about = "another thread of the copying process can exit",
			.actor = ACTOR_COPIER,
			.completion = PROCESS_ENDS,
			.perform = act_exit,
			.nr = SYS_exit_group,
			.fd = -1,
			.in_thread = true,
		},
	},
	{
		.act = {
			.name = "self_kill",
			.about = "SIGKILL ends the copying process",
			.actor = ACTOR_COPIER,
			.completion = PROCESS_ENDS,
			.signal = SIGKILL,
		},
		.core = true,
	},
	{
		.act = {
			.name = "self_term",
			.about = "a caught SIGTERM interrupts the copying process",
			.actor = ACTOR_COPIER,
			.completion = CALL_RETURNS,
			.signal = SIGTERM,
			.catches = true,
		},
		.raw_only = true,
	},
	{
		.act = {
			.name = "promise",
			.about = "a copy keeps what is promised besides: bytes, counts, offsets, an end",
			.actor = ACTOR_COPIER,
		},
		.keeps_promises = true,
	},
	/*
	 * Somebody sleeps, and the copy is to wake them (sleepers.c). No page says so of splice(2) in
	 * particular: what was put into a pipe, or taken out, was so for everybody. pipe(2) has its
	 * own history there: 0ddad21d3e99 (5.6) wakes one of those who wait, and 3a34b13a88ca and
	 * 3b844826b6c6 (5.14) those with EPOLLET as before 5.5. Watchers of files: do_sendfile() and
	 * vfs_copy_file_range() told them always, do_splice() since 983652c69199 (6.4), from pipe to
	 * pipe since 12ee4b66af34, vmsplice since 7f0f1ea069e5, tee since 576d498e0ad6 (all 6.6); of
	 * io_uring's read and write: f63cf5192fe3 (5.19). Nobody tells them
	 * of io_submit(2) (6.1: fs/aio.c; seen up to 7.3). F_SETPIPE_SZ woke writers too early from 5.8
	 * to e95aada4cb93 (6.8).
	 */
	{
		.act = {
			.name = "wakes_read",
			.about = "those who wait in read(2) at the sink, two at a time, wake for what is copied",
			.actor = ACTOR_COPIER,
			.waking = &waking_read,
		},
		.raw_only = true,
		.pairs = "file-pipe pipe-pipe file-unix file-pty",
	},
	{
		.act = {
			.name = "wakes_write",
			.about = "those who wait in write(2) for room in the source, two at a time, wake when it is copied from",
			.actor = ACTOR_COPIER,
			.waking = &waking_write,
		},
		.raw_only = true,
		.pairs = "pipe-pipe pipe-file",
	},
	{
		.act = {
			.name = "wakes_poll",
			.about = "who waits in poll(2), for bytes in the sink or room in the source, wakes for a copy",
			.actor = ACTOR_COPIER,
			.waking = &waking_poll,
		},
		.raw_only = true,
		.pairs = "file-pipe pipe-pipe pipe-file pipe-unix pipe-pty",
	},
	{
		.act = {
			.name = "wakes_epollet",
			.about = "who waits so for an edge (epoll(7), EPOLLET) is told of it, also of more bytes than there were",
			.actor = ACTOR_COPIER,
			.waking = &waking_epollet,
		},
		.raw_only = true,
		.pairs = "file-pipe pipe-pipe pipe-file",
	},
	{
		.act = {
			.name = "wakes_sigio",
			.about = "who waits so for SIGIO (O_ASYNC) gets it",
			.actor = ACTOR_COPIER,
			.waking = &waking_sigio,
		},
		.raw_only = true,
		.pairs = "file-pipe pipe-pipe pipe-file",
	},
	{
		.act = {
			.name = "wakes_setpipe_sz",
			.about = "who waits in write(2) for room in the sink wakes when the copier enlarges that "
				 "(F_SETPIPE_SZ), and then copies",
			.actor = ACTOR_COPIER,
			.waking = &waking_setpipe_sz,
		},
		.raw_only = true,
		.pairs = "file-pipe",
	},
	{
		.act = {
			.name = "wakes_inotify",
			.about = "who watches source or sink with inotify(7) is told of a copy",
			.actor = ACTOR_COPIER,
			.waking = &waking_inotify,
		},
		.raw_only = true,
		.pairs = "file-file file-fifo fifo-file fifo-fifo",
		.but = "mmap_write mmap_mmap", /* of mmap(2) nobody is told */
	},
	{
		.act = {
			.name = "wakes_fanotify",
			.about = "who watches source or sink with fanotify(7) is told of a copy",
			.actor = ACTOR_COPIER,
			.waking = &waking_fanotify,
		},
		.raw_only = true,
		.pairs = "file-file",
		.but = "mmap_write mmap_mmap", /* of mmap(2) nobody is told */
	},
	{ .act = { .name = NULL } },
};
