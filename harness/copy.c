// SPDX-License-Identifier: GPL-2.0-only
#include "copy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum outcome { DONE, NEXT_STEP, FAILED };

static bool is_stream(int fd)
{
	socklen_t size = sizeof(int);
	int type;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

static unsigned int facts_of(int in, int out)
{
	struct stat source, sink;
	unsigned int facts = 0;

	if (fstat(in, &source) < 0 || fstat(out, &sink) < 0)
		return 0;
	if (S_ISREG(source.st_mode))
		facts |= SOURCE_REGULAR;
	if (source.st_size > 0)
		facts |= SOURCE_FILLED;
	if (S_ISSOCK(source.st_mode) && is_stream(in))
		facts |= SOURCE_STREAM;
	if (S_ISREG(sink.st_mode))
		facts |= SINK_REGULAR;
	if (S_ISFIFO(sink.st_mode))
		facts |= SINK_PIPE;
	if (fcntl(out, F_GETFL) & O_APPEND)
		facts |= SINK_APPEND;
	if (source.st_dev == sink.st_dev && source.st_ino == sink.st_ino)
		facts |= SAME_FILE;
	return facts;
}

static bool falls(const struct step *step, int error, bool moved)
{
	if (moved && !step->falls_midway)
		return false;
	if (step->falls_on_any)
		return true;
	for (int i = 0; i < STEP_ERRNOS && step->falls_on[i]; i++) {
		if (step->falls_on[i] == error)
			return true;
	}
	return false;
}

/* A non-blocking end is not ready: wait for both, since which one it is errno does not tell. */
static void wait_ready(const struct copy *copy)
{
	struct pollfd fds[] = {
		{ .fd = copy->in, .events = POLLIN },
		{ .fd = copy->out, .events = POLLOUT },
	};

	if (poll(&fds[0], 1, -1) > 0)
		poll(&fds[1], 1, -1);
}

static ssize_t move(const struct mover *mover, struct copy *copy, size_t count)
{
	size_t left = copy->memory_size - (size_t)copy->moved;

	if (!copy->memory)
		return mover->move(copy, count);
	return left ? mover->put(copy, copy->memory + copy->moved, count < left ? count : left) : 0;
}

static enum outcome run_step(const struct step *step, struct copy *copy)
{
	const int64_t before = copy->moved;

	while (copy->moved < copy->limit) {
		int64_t left = copy->limit - copy->moved;
		size_t count = left < (int64_t)step->chunk ? (size_t)left : step->chunk;
		ssize_t n = move(step->mover, copy, count);
		bool moved = copy->moved != before;

		if (n > 0)
			copy->moved += n;
		else if (n == 0)
			return !moved && step->falls_on_nothing ? NEXT_STEP : DONE;
		else if (moved && errno == copy->eof_errno)
			return DONE;
		else if (!copy->lost && falls(step, errno, moved))
			return NEXT_STEP;
		else if (!copy->lost && errno == EAGAIN)
			wait_ready(copy);
		else if (copy->lost || errno != EINTR)
			return FAILED;
	}
	return DONE;
}

bool strategy_takes_memory(const struct strategy *strategy)
{
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		if (!strategy->steps[i].mover->put)
			return false;
	}
	return true;
}

bool strategy_is_cascade(const struct strategy *strategy)
{
	return strategy->steps[1].mover;
}

int copy_through(const struct strategy *strategy, struct copy *copy)
{
	const unsigned int facts = facts_of(copy->in, copy->out);

	errno = EINVAL;
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		const struct step *step = &strategy->steps[i];

		if ((facts & step->only) != step->only || facts & step->unless)
			continue;
		switch (run_step(step, copy)) {
		case DONE:
			return 0;
		case NEXT_STEP:
			break;
		case FAILED:
			return -errno;
		}
	}
	return -errno;
}

static bool step_owns(const struct step *step, const struct call *call)
{
	int64_t count = call_count(call);

	if (count == 0 || count > (int64_t)step->chunk)
		return false;
	for (int i = 0; i < step->mover->ncalls; i++) {
		if (step->mover->calls[i] == call->nr)
			return true;
	}
	return false;
}

bool strategy_owns(const struct strategy *strategy, const struct call *call, int in, int out)
{
	if (call_source(call) != in && call_sink(call) != out)
		return false;
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		if (step_owns(&strategy->steps[i], call))
			return true;
	}
	return false;
}
