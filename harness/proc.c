// SPDX-License-Identifier: GPL-2.0-only
#include "proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define WORKER "Name:\tiou-wrk-" /* how the status of a thread of io_uring's begins */

/* Read one /proc file whole, as text. Return: its length, or -1. */
static __attribute__((format(printf, 3, 4))) ssize_t slurp(char *into, size_t size,
							   const char *format, ...)
{
	char path[96];
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, into, size - 1);
	close(fd);
	if (n < 0)
		return -1;
	into[n] = '\0';
	return n;
}

/* The value of a `Key:\tvalue` line of a status file, or NULL. */
static const char *field(const char *status, const char *key)
{
	const char *at = strstr(status, key);

	return at ? at + strlen(key) : NULL;
}

static uint64_t number(const char *status, const char *key)
{
	const char *at = field(status, key);

	return at ? strtoull(at, NULL, 10) : 0;
}

static char state_of(const char *status)
{
	const char *at = field(status, "\nState:\t");

	return at ? *at : 0;
}

static uint64_t switches_of(const char *status)
{
	return number(status, "\nvoluntary_ctxt_switches:\t") +
	       number(status, "\nnonvoluntary_ctxt_switches:\t");
}

/*
 * schedstat's second number is the run delay (Documentation/scheduler/sched-stats.rst).
 * It is readable for a zombie too, until it is reaped.
 */
int64_t proc_starved(pid_t tid)
{
	long long ran, waited;
	char schedstat[96];

	if (slurp(schedstat, sizeof(schedstat), "/proc/%d/schedstat", tid) <= 0)
		return 0;
	return sscanf(schedstat, "%lld %lld", &ran, &waited) == 2 ? waited : 0;
}

bool proc_sample_thread(pid_t tid, struct proc_sample *sample)
{
	char status[4096], state;

	if (slurp(status, sizeof(status), "/proc/%d/status", tid) < 0)
		return false;
	state = state_of(status);
	*sample = (struct proc_sample){
		.quiet = strchr("SDZX", state),
		.deep = state == 'D',
		.stopped = strchr("tT", state),
		.worker = strncmp(status, WORKER, strlen(WORKER)) ? 0 : tid,
		.switches = switches_of(status),
	};
	return true;
}

static void add(struct proc_sample *sum, const struct proc_sample *thread)
{
	sum->quiet &= thread->quiet;
	sum->deep |= thread->deep;
	sum->stopped |= thread->stopped;
	sum->worker = thread->worker ? thread->worker : sum->worker;
	sum->switches += thread->switches;
}

static bool sample_process(pid_t pid, struct proc_sample *sample, bool pass_over_stopped)
{
	char path[32];
	struct dirent *entry;
	bool any = false;
	DIR *dir;

	*sample = (struct proc_sample){ .quiet = true };
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		struct proc_sample thread;

		if (entry->d_name[0] == '.' ||
		    !proc_sample_thread((pid_t)strtol(entry->d_name, NULL, 10), &thread))
			continue;
		any = true;
		if (!thread.stopped || !pass_over_stopped)
			add(sample, &thread);
	}
	closedir(dir);
	return any;
}

bool proc_sample(pid_t pid, struct proc_sample *sample)
{
	return sample_process(pid, sample, false);
}

bool proc_sample_running(pid_t pid, struct proc_sample *sample)
{
	return sample_process(pid, sample, true);
}

bool proc_ended(pid_t pid)
{
	char status[4096];

	return slurp(status, sizeof(status), "/proc/%d/status", pid) < 0 ||
	       strchr("ZX", state_of(status));
}

pid_t proc_thread_group(pid_t tid)
{
	char status[4096];

	if (slurp(status, sizeof(status), "/proc/%d/status", tid) < 0)
		return -1;
	return (pid_t)number(status, "\nTgid:\t");
}

/* /proc/PID/syscall: "NR 0xARG0 ... 0xARG5 0xSP 0xPC", "-1 0xSP 0xPC" or "running". */
static bool read_call(pid_t tid, struct call *call)
{
	char line[256], *at;

	if (slurp(line, sizeof(line), "/proc/%d/syscall", tid) < 0)
		return false;
	call->nr = strtol(line, &at, 10);
	if (at == line || call->nr < 0)
		return false;
	for (int i = 0; i < CALL_ARGS; i++)
		call->args[i] = strtoull(at, &at, 16);
	return true;
}

void proc_describe(struct text *text, pid_t tid)
{
	char status[4096], wchan[64];
	struct call call;

	if (slurp(status, sizeof(status), "/proc/%d/status", tid) < 0) {
		text_add(text, "gone");
		return;
	}
	if (slurp(wchan, sizeof(wchan), "/proc/%d/wchan", tid) < 1)
		strcpy(wchan, "?");
	text_add(text, "%c %s ", state_of(status), wchan);
	if (read_call(tid, &call))
		call_describe(text, &call);
	else
		text_add(text, "?");
	text_add(text, " switches:%" PRIu64, switches_of(status));
}

bool proc_stack(struct text *text, pid_t tid)
{
	char stack[2048], *line, *rest = stack;
	const char *join = "";

	if (slurp(stack, sizeof(stack), "/proc/%d/stack", tid) < 1)
		return false;
	while ((line = strsep(&rest, "\n"))) {
		/* "[<0>] function+0x1f/0x120" */
		char *function = strchr(line, ' ');

		if (!function)
			continue;
		text_add(text, "%s%s", join, function + 1);
		join = " < ";
	}
	return true;
}

char *proc_fd_name(pid_t tid, int fd, char *name)
{
	char path[48];
	ssize_t length;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", tid, fd);
	length = readlink(path, name, PROC_FD_NAME - 1);
	name[length < 0 ? 0 : length] = '\0';
	return name;
}

/* Lines of fdinfo, "tfd:        5 events:       19 data: ..." (proc(5)). */
int proc_epoll_next(pid_t tid, int epfd, size_t *at)
{
	char info[4096];
	const char *line;

	if (slurp(info, sizeof(info), "/proc/%d/fdinfo/%d", tid, epfd) < (ssize_t)*at)
		return -1;
	line = strstr(info + *at, "tfd:");
	if (!line)
		return -1;
	*at = (size_t)(line - info) + strlen("tfd:");
	return (int)strtol(line + strlen("tfd:"), NULL, 10);
}

bool proc_memory(pid_t tid, uint64_t address, void *into, size_t size)
{
	const struct iovec local = { .iov_base = into, .iov_len = size };
	const struct iovec remote = { .iov_base = (void *)(uintptr_t)address, .iov_len = size };

	return process_vm_readv(tid, &local, 1, &remote, 1, 0) == (ssize_t)size;
}

void proc_name(struct text *text, pid_t tid)
{
	char name[64];

	if (slurp(name, sizeof(name), "/proc/%d/comm", tid) > 0)
		text_add(text, "%.*s", (int)strcspn(name, "\n"), name);
	else
		text_add(text, "?");
}

void proc_kill_children(void)
{
	char list[4096], *pid, *rest = list;

	if (slurp(list, sizeof(list), "/proc/self/task/%d/children", getpid()) < 0)
		return;
	while ((pid = strsep(&rest, " "))) {
		if (*pid)
			kill((pid_t)strtol(pid, NULL, 10), SIGKILL);
	}
}

void proc_children(struct text *text, const char *wanted, bool others)
{
	char list[1024], status[4096], *pid, *rest = list;
	const char *join = "";

	if (slurp(list, sizeof(list), "/proc/self/task/%d/children", getpid()) < 0)
		return;
	while ((pid = strsep(&rest, " "))) {
		const char *name;
		int length;

		if (!*pid || slurp(status, sizeof(status), "/proc/%s/status", pid) < 0)
			continue;
		name = field(status, "Name:\t");
		length = (int)strcspn(name, "\n");
		if ((length == (int)strlen(wanted) && !strncmp(name, wanted, strlen(wanted))) ==
		    others)
			continue;
		text_add(text, "%s%s %.*s %c", join, pid, length, name, state_of(status));
		join = ", ";
	}
}
