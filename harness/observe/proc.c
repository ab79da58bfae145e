// SPDX-License-Identifier: GPL-2.0-only
/* Files of /proc understood; the only place that knows what they look like. */
#include "proc.h"

#include "clock.h"
#include "proc_files.h"
#include "shared.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define STATUS_MAX (1 << 20)
#define NAME "Name:\t"    /* how a status begins, */
#define WORKER "iou-wrk-" /* and the name of a thread of io_uring's */

static const char *fault; /* the first thing that a file of /proc lacked */

const char *proc_fault(void)
{
	return fault;
}

/*
 * With all the groups that a process may have (NGROUPS_MAX: 65,536, of at most 11 characters) the
 * counts of context switches stand far beyond the first page. Return: the status of thread @tid,
 * good until the next call; NULL when it is gone.
 */
static const char *status_of(pid_t tid)
{
	static char *status;

	if (!status)
		status = own_memory(STATUS_MAX);
	if (!status) {
		fault = "no memory for /proc/PID/status";
		return NULL;
	}
	return proc_kept_file(status, STATUS_MAX, KEPT_STATUS, tid) > 0 ? status : NULL;
}

/* The value of a `Key:\tvalue` line of a status file; one that lacks is a fault, and "". */
static const char *field(const char *status, const char *key)
{
	const size_t length = strlen(key);

	for (const char *line = status; *line; line += *line == '\n') {
		if (!strncmp(line, key, length))
			return line + length;
		line = strchrnul(line, '\n');
	}
	if (!fault)
		fault = "a field of /proc/PID/status was not found";
	return "";
}

static uint64_t number(const char *status, const char *key)
{
	return strtoull(field(status, key), NULL, 10);
}

static char state_of(const char *status)
{
	return *field(status, "State:\t");
}

static bool is_worker(const char *name)
{
	return !strncmp(name, WORKER, strlen(WORKER));
}

static struct seen seen_in(const char *status)
{
	const uint64_t sleeps = number(status, "voluntary_ctxt_switches:\t");

	return (struct seen){
		.state = state_of(status),
		.worker = is_worker(field(status, NAME)),
		.threads = (int)number(status, "Threads:\t"),
		.sleeps = sleeps,
		.switches = sleeps + number(status, "nonvoluntary_ctxt_switches:\t"),
	};
}

/*
 * schedstat's numbers are the time on a CPU, the run delay, both in ns, and how often it got a CPU
 * (Documentation/scheduler/sched-stats.rst). It is readable for a zombie too, until it is reaped.
 */
struct schedstat {
	long long ran, waited;
	unsigned long arrivals;
};

static struct schedstat schedstat_of(pid_t tid)
{
	struct schedstat stat = { 0 };
	char line[96];

	if (proc_kept_file(line, sizeof(line), KEPT_SCHEDSTAT, tid) < 1 ||
	    sscanf(line, "%lld %lld %lu", &stat.ran, &stat.waited, &stat.arrivals) != 3)
		return (struct schedstat){ 0 };
	return stat;
}

int64_t proc_ran(pid_t tid)
{
	return schedstat_of(tid).ran;
}

int64_t proc_starved(pid_t tid)
{
	return schedstat_of(tid).waited;
}

/*
 * To read a status takes a reference to its task's memory map. Had by who reads the last one, since
 * the task ends at this moment, he would wait in its place for the requests that it left
 * (exit_aio() in fs/aio.c): in vain, if only he can end that wait. So who runs, and may end, is
 * told from who sleeps without that. /proc/PID/syscall waits for who was preempted on its way to
 * sleep, and looks asleep, until it is (wait_task_inactive() in kernel/sched/core.c). Return: -1
 * where nobody says: there is no such file (um), or that may not be read.
 */
static int is_running(pid_t tid)
{
	static const char running[] = "running";
	char line[256];

	if (proc_kept_file(line, sizeof(line), KEPT_SYSCALL, tid) < 1)
		return -1;
	return !strncmp(line, running, strlen(running));
}

static bool is_named_worker(pid_t tid)
{
	char name[64];

	return proc_file(name, sizeof(name), tid, "comm") > 0 && is_worker(name);
}

/*
 * On powerpc a worker has no registers of a user's (copy_thread() of 6.1), and what has none "runs"
 * at each look (collect_syscall() in lib/syscall.c): only its status tells.
 */
#ifdef __powerpc__
#define WORKERS_SEEM_TO_RUN true
#else
#define WORKERS_SEEM_TO_RUN false
#endif

static bool is_one_of(char state, const char *states)
{
	return state && strchr(states, state);
}

/*
 * A status takes the kernel ten times as long to write as a schedstat. Who got no CPU since it was
 * seen asleep sleeps as it did: neither its state nor its switches have changed, as any way to a
 * CPU is counted (sched_info_arrive() in kernel/sched/stats.h). That it had none while its status
 * was read is asked before, and after. Return: false when it is gone.
 */
static bool look(pid_t tid, uint64_t arrivals, struct seen *seen)
{
	struct seen *before = proc_seen(tid);
	const char *status;

	if (before && arrivals && before->arrivals == arrivals) {
		*seen = *before;
		return true;
	}
	status = status_of(tid);
	if (!status)
		return false;
	*seen = seen_in(status);
	if (before && arrivals && !is_one_of(seen->state, "RZX") &&
	    schedstat_of(tid).arrivals == arrivals) {
		seen->arrivals = arrivals;
		*before = *seen;
	}
	return true;
}

static struct proc_sample sample_of(const struct seen *seen)
{
	return (struct proc_sample){
		.quiet = is_one_of(seen->state, "SDZX"),
		.deep = seen->state == 'D',
		.stopped = is_one_of(seen->state, "tT"),
		.runs = seen->state == 'R',
		.switches = seen->switches,
	};
}

/* Return: false when it is gone. *@threads: of its process, 0 where it runs. */
static bool sample_one(pid_t tid, bool may_be_worker, struct proc_sample *sample, int *threads)
{
	const int64_t now = clock_now();
	const uint64_t arrivals = schedstat_of(tid).arrivals;
	const int runs = is_running(tid);
	struct seen seen;

	*threads = 0;
	if (runs > 0) {
		const bool worker = may_be_worker && is_named_worker(tid);

		*sample = (struct proc_sample){
			.runs = true,
			.worker = worker ? tid : 0,
			.at = now,
		};
		if (!worker || !WORKERS_SEEM_TO_RUN)
			return true;
	}
	if (!look(tid, runs < 0 ? 0 : arrivals, &seen))
		return false;
	*sample = sample_of(&seen);
	sample->worker = seen.worker ? tid : 0;
	sample->at = now;
	*threads = seen.threads;
	return true;
}

bool proc_sample_thread(pid_t tid, struct proc_sample *sample)
{
	int threads;

	return sample_one(tid, false, sample, &threads);
}

uint64_t proc_slept(pid_t tid)
{
	const char *status = status_of(tid);

	return status ? seen_in(status).sleeps : 0;
}

static void add(struct proc_sample *sum, const struct proc_sample *thread)
{
	sum->quiet &= thread->quiet;
	sum->deep |= thread->deep;
	sum->stopped |= thread->stopped;
	sum->runs |= thread->runs;
	sum->worker = thread->worker ? thread->worker : sum->worker;
	sum->switches += thread->switches;
}

static bool sample_threads(pid_t pid, struct proc_sample *sample, bool pass_over_stopped)
{
	char path[32];
	struct dirent *entry;
	bool any = false;
	DIR *dir;

	*sample = (struct proc_sample){ .quiet = true, .at = clock_now() };
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		return false;
	while ((entry = readdir(dir))) {
		const pid_t tid = (pid_t)strtol(entry->d_name, NULL, 10);
		struct proc_sample thread;
		int threads;

		if (entry->d_name[0] == '.' || !sample_one(tid, tid != pid, &thread, &threads))
			continue;
		any = true;
		if (!thread.stopped || !pass_over_stopped)
			add(sample, &thread);
	}
	closedir(dir);
	return any;
}

/*
 * Most have one thread, which is seen at a glance: who sleeps alone since it was looked at has made
 * no other.
 */
static bool sample_process(pid_t pid, struct proc_sample *sample, bool pass_over_stopped)
{
	int threads;

	if (!sample_one(pid, false, sample, &threads))
		return false;
	if (sample->runs && !threads)
		return true;
	if (threads != 1)
		return sample_threads(pid, sample, pass_over_stopped);
	if (sample->stopped && pass_over_stopped)
		*sample = (struct proc_sample){ .quiet = true, .at = sample->at };
	return true;
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
	const char *status = status_of(pid);

	return !status || strchr("ZX", state_of(status));
}

pid_t proc_thread_group(pid_t tid)
{
	const char *status = status_of(tid);

	if (!status)
		return -1;
	return (pid_t)number(status, "Tgid:\t");
}

/* /proc/PID/syscall: "NR 0xARG0 ... 0xARG5 0xSP 0xPC", "-1 0xSP 0xPC" or "running". */
static bool read_call(pid_t tid, struct call *call)
{
	char line[256], *at;

	if (proc_kept_file(line, sizeof(line), KEPT_SYSCALL, tid) < 0)
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
	const uint64_t arrivals = schedstat_of(tid).arrivals;
	struct seen seen;
	struct call call;
	char wchan[64];

	if (!look(tid, is_running(tid) ? 0 : arrivals, &seen)) {
		text_add(text, "gone");
		return;
	}
	if (proc_file(wchan, sizeof(wchan), tid, "wchan") < 1)
		strcpy(wchan, "?");
	text_add(text, "%c %s ", seen.state, wchan);
	if (!read_call(tid, &call)) {
		text_add(text, "?");
	} else if (call_is_in_memory(&call)) {
		call_name(text, call.nr); /* to read them might take a wait */
		text_add(text, "()");
	} else {
		call_describe(text, &call);
	}
	text_add(text, " switches:%" PRIu64, seen.switches);
}

/* On powerpc the first ones are a word of the stack's, and what every sleeper is in. */
static bool is_telling(const char *function)
{
	return strncmp(function, "0x", 2) != 0 && strncmp(function, "__switch_to+", 12) != 0;
}

bool proc_stack(struct text *text, pid_t tid)
{
	char stack[2048], *line, *rest = stack;
	const char *join = "";

	if (proc_file(stack, sizeof(stack), tid, "stack") < 1)
		return false;
	while ((line = strsep(&rest, "\n"))) {
		/* "[<0>] function+0x1f/0x120" */
		char *function = strchr(line, ' ');

		if (!function || !is_telling(function + 1))
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

/* Lines of fdinfo, "tfd:        5 events:       19 data: ..." (proc(5)), however many. */
bool proc_epoll_any(pid_t tid, int epfd, bool (*is_it)(const void *arg, int fd, uint32_t events),
		    const void *arg)
{
	char path[48], line[256];
	bool found = false;
	uint32_t events;
	FILE *info;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", tid, epfd);
	info = fopen(path, "re");
	if (!info)
		return false;
	while (!found && fgets(line, sizeof(line), info))
		found = sscanf(line, "tfd: %d events: %" SCNx32, &fd, &events) == 2 &&
			is_it(arg, fd, events);
	fclose(info);
	return found;
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

	if (proc_file(name, sizeof(name), tid, "comm") > 0)
		text_add(text, "%.*s", (int)strcspn(name, "\n"), name);
	else
		text_add(text, "?");
}

/* Of this process, with spaces between. */
static ssize_t read_children(char *list, size_t size)
{
	char name[32];

	snprintf(name, sizeof(name), "task/%d/children", getpid());
	return proc_file(list, size, getpid(), name);
}

void proc_kill_children(void)
{
	char list[4096], *pid, *rest = list;

	if (read_children(list, sizeof(list)) < 0)
		return;
	while ((pid = strsep(&rest, " "))) {
		if (*pid)
			kill((pid_t)strtol(pid, NULL, 10), SIGKILL);
	}
}

void proc_children(struct text *text, const char *wanted, bool others)
{
	char list[4096], *pid, *rest = list;
	const char *join = "";

	if (read_children(list, sizeof(list)) < 0)
		return;
	while ((pid = strsep(&rest, " "))) {
		const char *status = *pid ? status_of((pid_t)strtol(pid, NULL, 10)) : NULL;
		const char *name;
		int length;

		if (!status)
			continue;
		name = field(status, NAME);
		length = (int)strcspn(name, "\n");
		if ((length == (int)strlen(wanted) && !strncmp(name, wanted, strlen(wanted))) ==
		    others)
			continue;
		text_add(text, "%s%s %.*s %c", join, pid, length, name, state_of(status));
		join = ", ";
	}
}
