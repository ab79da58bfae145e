// SPDX-License-Identifier: GPL-2.0-only
/*
 * The acts. All wait, in the kernels that have the hang, in pipe_release() or
 * its like for the pipe's lock, which splice_file_to_pipe() and its callers
 * hold while they wait for the source (fs/splice.c, fs/pipe.c).
 */
#include "cases.h"
#include "children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static void act_exit(struct report *report)
{
	(void)report;
	syscall(SYS_exit_group, 0);
}

static void act_close(struct report *report)
{
	(void)report;
	close(FD_SHARED);
}

/* The program itself, under the name by which main() knows that it was only to be executed. */
static void act_execve(struct report *report)
{
	char *const argv[] = { CASES_EXECUTED, NULL }, *const envp[] = { NULL };

	(void)report;
	fcntl(FD_SHARED, F_SETFD, FD_CLOEXEC);
	execve("/proc/self/exe", argv, envp);
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
	fcntl(FD_SHARED, F_SETFL, O_RDONLY | O_NONBLOCK);
	act_read_once(report);
	fcntl(FD_SHARED, F_SETFL, O_RDONLY);
}

const struct act acts[] = {
	{
		.name = "exit_group",
		.about = "a process that holds the pipe's other end can exit",
		.actor = ACTOR_BYSTANDER,
		.end = ENDS_PROCESS,
		.perform = act_exit,
		.nr = SYS_exit_group,
		.fd = -1,
		.takes_files = true,
	},
	{
		.name = "close",
		.about = "the pipe's other end can be closed",
		.actor = ACTOR_BYSTANDER,
		.end = ENDS_CALL,
		.perform = act_close,
		.nr = SYS_close,
		.fd = FD_SHARED,
		.must_succeed = true,
	},
	{
		.name = "execve",
		.about =
			"a process that holds the pipe's other end close-on-exec can execute a program",
		.actor = ACTOR_BYSTANDER,
		.end = ENDS_CALL,
		.perform = act_execve,
		.nr = SYS_execve,
		.fd = -1,
		.must_succeed = true,
	},
	{
		.name = "nonblock_read",
		.about = "a read with O_NONBLOCK returns at once",
		.actor = ACTOR_BYSTANDER,
		.end = ENDS_CALL,
		.perform = act_nonblock_read,
		.nr = SYS_read,
		.fd = FD_SHARED,
		.receives = true,
	},
	{
		.name = "kill",
		.about = "SIGKILL ends a process that waits in read for the pipe",
		.actor = ACTOR_BYSTANDER,
		.end = ENDS_PROCESS,
		.perform = act_read_once,
		.nr = SYS_read,
		.fd = FD_SHARED,
		.signal = SIGKILL,
		.needs_empty = true,
	},
	{
		.name = "self_exit",
		.about = "another thread of the copying process can exit",
		.actor = ACTOR_COPIER,
		.end = ENDS_PROCESS,
		.perform = act_exit,
		.nr = SYS_exit_group,
		.fd = -1,
		.takes_files = true,
	},
	{
		.name = "self_kill",
		.about = "SIGKILL ends the copying process",
		.actor = ACTOR_COPIER,
		.end = ENDS_PROCESS,
		.signal = SIGKILL,
		.takes_files = true,
	},
	{ .name = NULL },
};
