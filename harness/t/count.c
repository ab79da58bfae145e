// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a command and counts what the kernel does for it and its descendants: perf_event_open(2).
 *
 *	count FILE COMMAND [ARG]...
 *
 * FILE gets a line `NAME NUMBER` for each of the counters below. What the command leaves behind is
 * counted up to its end, and what threads of the kernel do for it is not. A process under ptrace
 * tells of each stop with SIGCHLD, be it at a system call, an event or a signal; but not where its
 * tracer ignores that signal, or has asked for SA_NOCLDSTOP.
 *
 * Exit: as the command does; 2 wrong usage; 125 these cannot be counted here, and the command was
 * not run; 127 there is no such command.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CANNOT 125

static const struct counter {
	const char *name;
	uint64_t software;      /* which one of PERF_TYPE_SOFTWARE, */
	const char *tracepoint; /* or which tracepoint, GROUP/NAME */
	bool stops_only;
} counters[] = {
	{ "system_calls", .tracepoint = "raw_syscalls/sys_enter" },
	/* Threads, too. */
	{ "processes", .tracepoint = "sched/sched_process_fork" },
	{ "stops", .tracepoint = "signal/signal_generate", .stops_only = true },
	{ "context_switches", .software = PERF_COUNT_SW_CONTEXT_SWITCHES },
	{ "page_faults", .software = PERF_COUNT_SW_PAGE_FAULTS },
	{ "cpu_ns", .software = PERF_COUNT_SW_TASK_CLOCK },
};

enum { COUNTERS = sizeof(counters) / sizeof(counters[0]) };

static _Noreturn void cannot(const char *what, const char *name)
{
	fprintf(stderr, "count: cannot %s %s: %s\n", what, name, strerror(errno));
	exit(CANNOT);
}

/* Where it is mounted or, where it is not, a mount that has no place and goes with this process. */
static int open_tracefs(void)
{
	int fd = open("/sys/kernel/tracing/events", O_PATH | O_DIRECTORY | O_CLOEXEC), context;

	if (fd >= 0)
		return fd;
	context = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
	if (context < 0 || syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		cannot("open", "tracefs");
	fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	if (fd < 0)
		cannot("mount", "tracefs");
	context = openat(fd, "events", O_PATH | O_DIRECTORY | O_CLOEXEC);
	close(fd);
	if (context < 0)
		cannot("open", "events of tracefs");
	return context;
}

static uint64_t tracepoint_id(int tracefs, const char *tracepoint)
{
	char path[128], digits[24] = { 0 };
	int fd;

	snprintf(path, sizeof(path), "%s/id", tracepoint);
	fd = openat(tracefs, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, digits, sizeof(digits) - 1) < 0)
		cannot("read the id of", tracepoint);
	close(fd);
	return strtoull(digits, NULL, 10);
}

/* Return: what counts from the moment on when the process executes a program. */
static int open_counter(const struct counter *counter, int tracefs, pid_t pid)
{
	struct perf_event_attr attr = {
		.type = counter->tracepoint ? PERF_TYPE_TRACEPOINT : PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = counter->tracepoint ? tracepoint_id(tracefs, counter->tracepoint) :
						counter->software,
		.disabled = 1,
		.inherit = 1,
		.enable_on_exec = 1,
	};
	const int fd = (int)syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	char filter[64];

	if (fd < 0)
		cannot("count", counter->name);
	snprintf(filter, sizeof(filter), "sig == %d && code == %d", SIGCHLD, CLD_TRAPPED);
	if (counter->stops_only && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter) < 0)
		cannot("count", counter->name);
	return fd;
}

static _Noreturn void become(int ready, char **command)
{
	char byte;

	/* Who ends this program ends the command, which may have to clean up. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	/* Nothing but the end: there is no counting here. */
	if (read(ready, &byte, 1) != 1)
		_exit(CANNOT);
	execvp(command[0], command);
	fprintf(stderr, "count: cannot run %s: %s\n", command[0], strerror(errno));
	_exit(127);
}

static void print(FILE *file, const int fds[COUNTERS])
{
	for (int i = 0; i < COUNTERS; i++) {
		uint64_t number;

		if (read(fds[i], &number, sizeof(number)) != sizeof(number))
			cannot("read", counters[i].name);
		fprintf(file, "%s %llu\n", counters[i].name, (unsigned long long)number);
	}
	if (fclose(file))
		cannot("write", "the numbers");
}

static _Noreturn void end_like(int status)
{
	if (WIFEXITED(status))
		exit(WEXITSTATUS(status));
	/* Its core, if any, is enough. */
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	abort();
}

int main(int argc, char **argv)
{
	int fds[COUNTERS], ready[2], tracefs, status;
	FILE *file;
	pid_t pid;

	if (argc < 3) {
		fprintf(stderr, "usage: count FILE COMMAND [ARG]...\n");
		return 2;
	}
	file = fopen(argv[1], "we");
	if (!file)
		cannot("write", argv[1]);
	if (pipe2(ready, O_CLOEXEC) < 0)
		cannot("make", "a pipe");
	pid = fork();
	if (pid < 0)
		cannot("fork for", argv[2]);
	if (!pid) {
		close(ready[1]);
		become(ready[0], &argv[2]);
	}
	close(ready[0]);
	tracefs = open_tracefs();
	for (int i = 0; i < COUNTERS; i++)
		fds[i] = open_counter(&counters[i], tracefs, pid);
	close(tracefs);
	if (write(ready[1], "", 1) != 1 || waitpid(pid, &status, 0) != pid)
		cannot("run", argv[2]);
	print(file, fds);
	end_like(status);
}
