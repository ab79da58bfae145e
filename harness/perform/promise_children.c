// SPDX-License-Identifier: GPL-2.0-only
/* Who has a part in a promise's copy: one who copies, and one who empties the sink. */
#include "promise_children.h"

#include "checked.h"
#include "children.h"
#include "filter.h"
#include "promise.h"
#include "promise_whole.h"
#include "strategy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

struct arrival *promise_arrival;

#define FILE_MAX (2 * PROMISE_BYTES_MAX)
#define PORTION 20000 /* after each signal the sink is emptied by so much */

/* A file that is copied into itself may never end: not to fill a disk with it. */
static void limit_files(off_t hole)
{
	const rlim_t most = (rlim_t)(hole + FILE_MAX);
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	CHECKED(getrlimit(RLIMIT_FSIZE, &limit));
	if (limit.rlim_cur > most)
		limit.rlim_cur = most;
	CHECKED(setrlimit(RLIMIT_FSIZE, &limit));
}

#define FD_MARK 16 /* the sink again: what goes there is no part of the copy */

/* After the copy, as anybody might who has the sink: to a pipe that was used before. */
static void leave_mark(void)
{
	ssize_t n;

	CHECKED(fcntl(FD_MARK, F_SETFL, O_NONBLOCK));
	n = write(FD_MARK, contents_mark, CONTENTS_MARK);
	promise_arrival->marked = n > 0 ? (size_t)n : 0;
}

/* Of what has no offset to tell how far it was read. */
static bool can_tell_rest(const struct endpoint_kind *kind)
{
	return !kind->regular && !kind->is_file && !kind->nonblocking && !kind->limit;
}

/* After the copy: does what it goes through lend memory to the sink? */
static bool scribble(const struct strategy *strategy)
{
	const struct mover *mover = strategy->steps[0].mover;

	if (!mover->scribble)
		return false;
	mover->scribble();
	return true;
}

/* A call that a container refuses is a step, too. */
bool promise_filters(const struct scene *scene)
{
	return scene->tracer.filtered && filter_is_alone();
}

_Noreturn void promise_copier(const struct scene *scene)
{
	const struct strategy *strategy = scene->test->strategy;
	const struct promise *promise = scene->test->promise;
	struct copy copy = {
		.in = FD_SOURCE,
		.out = FD_SINK,
		.limit = promise->limit ? promise->limit : COPY_UNLIMITED,
		.at_least = promise->at_least,
		.at_once = promise->at_once,
		.keeps_memory = promise->scribbles,
	};
	int error;

	limit_files(scene->source.kind->hole);
	catch_signal(SIGUSR1);
	copy_prepare(strategy, &copy);
	if (promise->marks)
		CHECKED(dup3(FD_SINK, FD_MARK, O_CLOEXEC));
	if (promise_filters(scene))
		CHECKED_ERRNO(-filter_install());
	tracee_wait();
	error = promise->asks_nothing ? copy_nothing(strategy, &copy) :
					copy_through(strategy, &copy);
	if (scene->sink.kind->datagrams)
		endpoint_end_datagrams(FD_SINK);
	promise_arrival->lost = copy.lost;
	promise_arrival->shares = copy.shared || (promise->scribbles && scribble(strategy));
	if (can_tell_rest(scene->source.kind))
		CHECKED(ioctl(FD_SOURCE, FIONREAD, &promise_arrival->left));
	scene->report->copied = copy.moved;
	if (promise->marks)
		leave_mark();
	scene->report->error = -error;
	scene->report->done = !error;
	_exit(0);
}

/* Return: false at the end of the file. */
static bool receive(size_t most)
{
	const size_t room = sizeof(promise_arrival->bytes) - promise_arrival->size;
	ssize_t n;

	do {
		n = read(FD_SHARED, promise_arrival->bytes + promise_arrival->size,
			 most < room ? most : room);
	} while (n < 0 && errno == EINTR);
	promise_arrival->size += n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* A portion for each byte on the release pipe; once that is closed, all. */
_Noreturn void promise_reader(const struct scene *scene)
{
	const struct endpoint_kind *sink = scene->test->sink;
	char byte;

	while (read(FD_RELEASE, &byte, 1) > 0)
		receive(PORTION);
	if (sink->process) {
		promise_arrival->process_error = -sink->process(FD_SHARED);
		_exit(0);
	}
	while (receive(sizeof(promise_arrival->bytes)))
		;
	_exit(0);
}
