// SPDX-License-Identifier: GPL-2.0-only
#include "children.h"

#include "pattern.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHILD_MAX 10000 /* ms for a child to settle */

void null_descriptors(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd <= 2; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
}

void forget_descriptors(int first)
{
	struct dirent *entry;
	DIR *dir;

#ifdef SYS_close_range /* kernel 5.9 */
	if (!syscall(SYS_close_range, first, ~0U, 0))
		return;
#endif
	dir = opendir("/proc/self/fd");
	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (fd >= first && fd != dirfd(dir))
			close(fd);
	}
	closedir(dir);
}

/* The places are taken by others of the supervisor: step aside first, then move in. */
static void take_descriptors(const struct scene *scene, const struct child *child)
{
	const int wanted[FD_COUNT] = {
		[FD_SOURCE] = child->fd0,  [FD_SINK] = child->fd1,           [2] = -1,
		[FD_START] = child->start, [FD_RELEASE] = scene->release[0],
	};
	int aside[FD_COUNT];

	for (int fd = 0; fd < FD_COUNT; fd++)
		aside[fd] = wanted[fd] < 0 ? -1 : fcntl(wanted[fd], F_DUPFD, FD_COUNT);
	null_descriptors();
	for (int fd = 0; fd < FD_COUNT; fd++) {
		if (aside[fd] >= 0)
			dup2(aside[fd], fd);
	}
	forget_descriptors(FD_COUNT);
}

static void wait_for_end_of(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
}

static _Noreturn void be_child(const struct scene *scene, const struct child *child,
			       pid_t supervisor)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != supervisor)
		_exit(1);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_IGN);
	take_descriptors(scene, child);
	wait_for_end_of(FD_START);
	child->body(scene);
	_exit(1);
}

pid_t child_start(const struct scene *scene, const struct child *child)
{
	const pid_t supervisor = getpid();
	struct pollfd settled = { .events = POLLIN };
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (!pid)
		be_child(scene, child, supervisor);
	close(ends[1]);
	/* It closes its copy of the pipe with all else that it is not to have. */
	settled.fd = ends[0];
	if (pid > 0)
		poll(&settled, 1, CHILD_MAX);
	close(ends[0]);
	return pid;
}

static void *perform_in_thread(void *arg)
{
	const struct scene *scene = arg;

	scene->test->act->perform(scene->report);
	return NULL;
}

static void start_thread(const struct scene *scene)
{
	const struct act *act = scene->test->act;
	pthread_t thread;

	if (act->actor == ACTOR_COPIER && act->perform)
		pthread_create(&thread, NULL, perform_in_thread, (void *)scene);
}

/* One round, with the outcome in the report. Return: false when the strategy gave up. */
static bool copy_round(const struct scene *scene)
{
	const struct endpoint_kind *source = scene->test->source;
	struct report *report = scene->report;
	struct copy copy = {
		.in = FD_SOURCE,
		.out = FD_SINK,
		.limit = source->limit ? (int64_t)source->limit : COPY_UNLIMITED,
		.eof_errno = source->eof_errno,
	};
	int error = source->adopt ? source->adopt(FD_SOURCE, &copy) : 0;

	if (!error)
		error = copy_through(scene->test->strategy, &copy);
	report->copied = copy.moved;
	report->error = -error;
	report->done = !error;
	return !error;
}

static void on_signal(int signal)
{
	(void)signal;
}

void catch_signal(int signal)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(signal, &action, NULL);
}

static void catch_signal_of(const struct act *act)
{
	if (act->catches)
		catch_signal(act->signal);
}

void child_copier(const struct scene *scene)
{
	volatile bool *stop = &scene->report->stop;
	const bool grows = fcntl(FD_SINK, F_GETFL) & O_APPEND;

	catch_signal_of(scene->test->act);
	start_thread(scene);
	while (copy_round(scene) && scene->stall == STALL_NONE && !*stop) {
		scene->report->done = false;
		if (grows)
			(void)!ftruncate(FD_SINK, 0);
		lseek(FD_SOURCE, 0, SEEK_SET);
		lseek(FD_SINK, 0, SEEK_SET);
	}
	_exit(0);
}

void report_bytes(struct report *report, const char *bytes, size_t count)
{
	if (!report->foreign && pattern_differs(bytes, count, report->received) >= 0)
		report->differs = true;
	report->received += (int64_t)count;
}

/* Of datagrams there is no end (EAGAIN): but one to a writer that is gone is refused (unix(7)). */
static bool writer_is_gone(int fd)
{
	return send(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno != EAGAIN;
}

void report_receive(struct report *report, int fd, size_t skip)
{
	static char bytes[65536];
	bool gone = false;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes)))) {
		size_t old = n < 0 ? 0 : (size_t)n < skip ? (size_t)n : skip;

		if (n > 0)
			report_bytes(report, bytes + old, (size_t)n - old);
		else if (errno == EAGAIN && !gone)
			gone = writer_is_gone(fd); /* and what it wrote before is still to come */
		else if (errno != EINTR)
			break;
		skip -= old;
	}
	/* A terminal master says EIO at the end. */
	report->received_all = n == 0 || errno == EIO || gone;
}

void child_reader(const struct scene *scene)
{
	wait_for_end_of(FD_RELEASE);
	report_receive(scene->report, FD_SHARED, scene->sink.filled);
	_exit(0);
}

/* It stays, with what the source needs to be still open, until it is killed. */
void child_releaser(const struct scene *scene)
{
	struct endpoint source = scene->source;

	source.far = FD_SHARED;
	wait_for_end_of(FD_RELEASE);
	scene->report->release_error = -endpoint_release(&source);
	for (;;)
		pause();
}

static _Noreturn void perform(const struct act *act, struct report *report)
{
	act->perform(report);
	if (act->receives)
		report_receive(report, FD_SHARED, 0);
	_exit(0);
}

void child_bystander(const struct scene *scene)
{
	perform(scene->test->act, &scene->report[0]);
}

void child_control(const struct scene *scene)
{
	if (scene->test->act->actor == ACTOR_BYSTANDER)
		perform(scene->test->act, &scene->report[1]);
	/* A copier that waits for a source, without a copy. */
	catch_signal_of(scene->test->act);
	start_thread(scene);
	wait_for_end_of(FD_SOURCE);
	_exit(0);
}
