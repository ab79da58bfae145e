// SPDX-License-Identifier: GPL-2.0-only
/* The processes of a case, once they are started: what each does, from its first call on. */
#include "children.h"

#include "checked.h"
#include "descriptors.h"
#include "pattern.h"
#include "ready.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wait_for_end_of(int fd)
{
	char byte;

	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
}

/* A stop that no tracer sees would be one for good. */
static void wait_until_seized(const unsigned int *seized, unsigned int number)
{
	unsigned int count;

	while ((count = __atomic_load_n(seized, __ATOMIC_ACQUIRE)) <= number)
		syscall(SYS_futex, seized, FUTEX_WAIT, count, NULL, NULL, 0);
}

static _Noreturn void be_child(const struct scene *scene, const struct child *child,
			       pid_t supervisor, int settled)
{
	sigset_t broken_pipes;
	const int wanted[FD_COUNT + 1] = {
		[FD_SOURCE] = child->fd0,
		[FD_SINK] = child->fd1,
		[2] = child->fd2,
		[FD_RELEASE] = scene->release[0],
		[FD_FEED] = child->feeds ? scene->feed[0] : -1,
		[FD_COUNT] = settled,
	};

	checked_as(child->name);
	CHECKED(prctl(PR_SET_PDEATHSIG, SIGKILL));
	if (getppid() != supervisor)
		_exit(1);
	/* Not ignored: a tracer is told of that. */
	sigemptyset(&broken_pipes);
	sigaddset(&broken_pipes, SIGPIPE);
	sigprocmask(SIG_SETMASK, &broken_pipes, NULL);
	take_descriptors(wanted, FD_COUNT + 1);
	if (child->number >= 0) {
		wait_until_seized(&scene->report->seized, (unsigned int)child->number);
	} else {
		ready_tell(FD_COUNT);
		close(FD_COUNT);
	}
	child->body(scene);
	_exit(1);
}

pid_t child_start(const struct scene *scene, const struct child *child)
{
	const pid_t supervisor = getpid();
	int ends[2] = { -1, -1 }, error;
	pid_t pid;

	if (child->number < 0 && pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (!pid)
		be_child(scene, child, supervisor, ends[1]);
	if (child->number >= 0)
		return pid;
	error = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (!error)
		error = ready_await(ends[0], child->name);
	close(ends[0]);
	if (!error)
		return pid;
	ready_abandon(pid);
	errno = -error;
	return -1;
}

static void *perform_in_thread(void *arg)
{
	const struct scene *scene = arg;

	tracee_wait();
	scene->test->act->perform(scene->report);
	return NULL;
}

/* It waits to be let begin as well: of how it comes to be nothing is told. */
static void start_thread(const struct scene *scene)
{
	const struct act *act = scene->test->act;
	pthread_t thread;

	if (act->actor == ACTOR_COPIER && act->perform)
		CHECKED_ERRNO(pthread_create(&thread, NULL, perform_in_thread, (void *)scene));
}

/* One round, with the outcome in the report. Return: false when the strategy gave up. */
static bool copy_round(const struct scene *scene, struct copy copy)
{
	const struct endpoint_kind *source = scene->test->source;
	struct report *report = scene->report;
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

	CHECKED(sigaction(signal, &action, NULL));
}

static void catch_signal_of(const struct act *act)
{
	if (act->catches)
		catch_signal(act->signal);
}

/* All that a copier has ready: its process takes with it what it takes to end (exit_aio(): RCU). */
static struct copy prepare(const struct scene *scene)
{
	const size_t limit = scene->test->source->limit;
	struct copy copy = {
		.in = FD_SOURCE,
		.out = FD_SINK,
		.limit = limit ? (int64_t)limit : COPY_UNLIMITED,
		.eof_errno = scene->test->source->eof_errno,
	};

	catch_signal_of(scene->test->act);
	copy_prepare(scene->test->strategy, &copy);
	start_thread(scene);
	return copy;
}

void child_copy(const struct scene *scene)
{
	volatile bool *stop = &scene->report->stop;
	const bool grows = CHECKED(fcntl(FD_SINK, F_GETFL)) & O_APPEND;
	const struct copy copy = prepare(scene);

	tracee_wait();
	while (copy_round(scene, copy) && scene->stall == STALL_NONE && !*stop) {
		scene->report->done = false;
		if (grows)
			CHECKED(ftruncate(FD_SINK, 0));
		CHECKED(lseek(FD_SOURCE, 0, SEEK_SET));
		CHECKED(lseek(FD_SINK, 0, SEEK_SET));
	}
}

void child_copier(const struct scene *scene)
{
	child_copy(scene);
	_exit(0);
}

void child_reader(const struct scene *scene)
{
	wait_for_end_of(FD_RELEASE);
	report_receive(scene->report, FD_SHARED, scene->sink.filled);
	_exit(0);
}

/*
 * The pipe is empty, and nobody else writes to it, when this is asked for. So nobody holds its lock
 * for long: who copies out of a pipe into what has no room keeps the bytes in there until they are
 * gone (splice_from_pipe_feed() and the like in fs/splice.c), and who waits for bytes lets go of
 * the lock. That holds for one write(2), which takes the lock once; for another one the copier,
 * which has got bytes by then, may have it.
 */
static void refill(struct report *report)
{
	const int flags = CHECKED(fcntl(FD_SHARED, F_GETFL));
	ssize_t n;

	CHECKED(fcntl(FD_SHARED, F_SETFL, flags | O_NONBLOCK));
	n = write(FD_SHARED, pattern_bytes(), PATTERN_FILE);
	CHECKED(fcntl(FD_SHARED, F_SETFL, flags));
	report->fed += n > 0 ? n : 0;
	__atomic_fetch_add(&report->refills, 1, __ATOMIC_RELEASE);
}

static void feed(const struct scene *scene)
{
	char byte;
	ssize_t n;

	if (!scene_feeds(scene))
		return;
	while ((n = read(FD_FEED, &byte, 1))) {
		if (n > 0)
			refill(scene->report);
		else if (errno != EINTR)
			break;
	}
	close(FD_FEED);
}

/* It stays, with what the source needs to be still open, until it is killed. */
void child_releaser(const struct scene *scene)
{
	struct endpoint source = scene->source;

	source.far = FD_SHARED;
	feed(scene);
	if (source.kind->attend)
		source.kind->attend(&source, FD_RELEASE);
	wait_for_end_of(FD_RELEASE);
	scene->report->release_error = -endpoint_release(&source);
	scene->report->released = true;
	for (;;)
		pause();
}

static void perform(const struct act *act, struct report *report)
{
	act->perform(report);
	if (act->receives)
		report_receive(report, FD_SHARED, 0);
}

void child_act(const struct scene *scene)
{
	tracee_wait();
	feed(scene);
	perform(scene->test->act, &scene->report[0]);
}

void child_bystander(const struct scene *scene)
{
	child_act(scene);
	_exit(0);
}

void child_control(const struct scene *scene)
{
	const bool copier = scene->test->act->actor == ACTOR_COPIER;

	if (copier)
		prepare(scene);
	tracee_wait();
	/* A copier that waits for a source, without a copy. */
	if (copier)
		wait_for_end_of(FD_SOURCE);
	else
		perform(scene->test->act, &scene->report[1]);
	_exit(0);
}
