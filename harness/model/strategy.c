// SPDX-License-Identifier: GPL-2.0-only
/* Steps taken one after the other, and the calls by which they are known again. */
#include "strategy.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool is_stream(int fd)
{
	socklen_t size = sizeof(int);
	int type;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

static bool is_pseudo(int fd)
{
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return false;
	return fs.f_type == PROC_SUPER_MAGIC || fs.f_type == SYSFS_MAGIC ||
	       fs.f_type == TRACEFS_MAGIC || fs.f_type == DEBUGFS_MAGIC;
}

/* What coreutils reads rather than splices (src/cat.c of 9.11). */
#define SMALL (32 << 10)

static bool is_same(const struct stat *a, const struct stat *b)
{
	return S_ISREG(a->st_mode) && a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

static unsigned int facts_of(const struct copy *copy, const struct stat *in, const struct stat *out)
{
	const struct {
		enum fact fact;
		bool holds;
	} facts[] = {
		{ SOURCE_REGULAR, S_ISREG(in->st_mode) },
		{ SOURCE_FILLED, S_ISREG(in->st_mode) && in->st_size > 0 },
		{ SOURCE_PSEUDO, is_pseudo(copy->in) },
		{ SOURCE_BLOCK, S_ISBLK(in->st_mode) },
		{ SOURCE_PIPE, S_ISFIFO(in->st_mode) },
		{ SOURCE_SOCKET, S_ISSOCK(in->st_mode) },
		{ SOURCE_STREAM, is_stream(copy->in) },
		{ SINK_REGULAR, S_ISREG(out->st_mode) },
		{ SINK_PIPE, S_ISFIFO(out->st_mode) },
		{ SINK_SOCKET, S_ISSOCK(out->st_mode) },
		{ SINK_STREAM, is_stream(copy->out) },
		{ SINK_APPEND, fcntl(copy->out, F_GETFL) & O_APPEND },
		{ SAME_FILE, is_same(in, out) },
		{ SOURCE_CHAR, S_ISCHR(in->st_mode) },
		{ SOURCE_SMALL, S_ISREG(in->st_mode) && in->st_size <= SMALL },
		{ SOURCE_SEEKS, lseek(copy->in, 0, SEEK_CUR) >= 0 },
		{ SINK_SEEKS, lseek(copy->out, 0, SEEK_CUR) >= 0 },
	};
	unsigned int held = 0;

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		held |= facts[i].holds ? facts[i].fact : 0;
	return held;
}

static bool lists(const int *errors, int error)
{
	for (int i = 0; i < STEP_ERRNOS && errors[i]; i++) {
		if (errors[i] == error)
			return true;
	}
	return false;
}

static enum patience patience(const struct step *step, int error)
{
	return error == EINTR ? step->on_eintr : step->on_eagain;
}

/* Where the step leads on an error; @moved: that came after bytes. */
static enum way way_on(const struct step *step, int error, bool moved)
{
	enum way way = NOWHERE;

	if (error == EINTR || error == EAGAIN)
		way = patience(step, error) == FALLS ? NEXT_STEP : NOWHERE;
	else if (lists(step->last_on, error))
		way = LAST_STEP;
	else if (step->falls_on_any || lists(step->falls_on, error))
		way = NEXT_STEP;
	return way && moved ? step->midway : way;
}

/* By ppoll(2), on every architecture: is_wait() knows it again. */
static void wait_until(int fd, short events)
{
	struct pollfd ready = { .fd = fd, .events = events };

	while (ppoll(&ready, 1, NULL, NULL) < 0 && errno == EINTR)
		;
}

bool copy_goes_on(const struct copy *copy, bool reads)
{
	const int error = errno;

	if ((error != EINTR && error != EAGAIN) || patience(copy->step, error) != AGAIN)
		return false;
	if (error == EAGAIN && copy->at_once)
		return false;
	/* Which of the two is not ready, errno does not tell. */
	if (error == EAGAIN && reads)
		wait_until(copy->in, POLLIN);
	if (error == EAGAIN)
		wait_until(copy->out, POLLOUT);
	return true;
}

/* From memory where that is the source. */
static ssize_t move(struct copy *copy, size_t count)
{
	const struct mover *mover = copy->step->mover;
	size_t left = copy->memory_size - (size_t)copy->moved;
	const int64_t before = copy->moved;

	if (!copy->memory) {
		ssize_t n = mover->move(copy, count);

		copy->shared |= mover->shares && (n > 0 || copy->moved > before);
		return n;
	}
	return left ? mover->put(copy, copy->memory + copy->moved, count < left ? count : left) : 0;
}

/* Return: where to go on; NOWHERE: the copy is over, with @error. */
static enum way run_step(struct copy *copy, int64_t limit, int *error)
{
	const struct step *step = copy->step;
	const size_t chunk = step->chunk > copy->at_least ? step->chunk : copy->at_least;
	const int64_t before = copy->moved;

	*error = 0;
	while (copy->moved < limit) {
		const int64_t left = limit - copy->moved;
		const bool moved = copy->moved != before;
		ssize_t n;

		if (step->waits && !copy->memory)
			wait_until(copy->in, POLLIN);
		n = move(copy, left < (int64_t)chunk ? (size_t)left : chunk);
		if (n > 0) {
			copy->moved += n;
		} else if (n == 0 && step->on_nothing != SAME_STEP) {
			return moved && !step->doubts ? NOWHERE : step->on_nothing;
		} else if (n == 0) {
			continue;
		} else if (copy->moved && errno == copy->eof_errno) {
			return NOWHERE;
		} else if (copy->lost || !copy_goes_on(copy, true)) {
			*error = errno;
			return copy->lost ? NOWHERE : way_on(step, *error, moved);
		}
	}
	return NOWHERE;
}

static bool applies(const struct step *step, unsigned int facts)
{
	return (facts & step->only) == step->only && (!step->any || facts & step->any) &&
	       !(facts & step->unless);
}

static int last_step(const struct strategy *strategy)
{
	int i = 0;

	while (i + 1 < STRATEGY_STEPS && strategy->steps[i + 1].mover)
		i++;
	return i;
}

bool strategy_takes_memory(const struct strategy *strategy)
{
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		if (!strategy->steps[i].mover->put)
			return false;
	}
	return true;
}

/* What is larger no buffer holds: then it is moved within the kernel. */
#define BUFFER_MAX (256 << 10)
/* Of a pipe, unless it was told otherwise (pipe(7)). */
#define PIPE_SIZE (64 << 10)

static size_t step_takes_ahead(const struct step *step)
{
	const size_t pipes = (size_t)step->pipe_size + (size_t)step->sink_size;
	const size_t ahead = pipes + (step->chunk > BUFFER_MAX ? 0 : step->chunk);

	if (step->mover->direct)
		return pipes;
	return ahead > PIPE_SIZE ? ahead : PIPE_SIZE;
}

size_t strategy_takes_ahead(const struct strategy *strategy)
{
	size_t most = 0;

	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		const size_t ahead = step_takes_ahead(&strategy->steps[i]);

		if (ahead > most)
			most = ahead;
	}
	return most;
}

void strategy_forget(const struct strategy *strategy)
{
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		if (strategy->steps[i].mover->forget)
			strategy->steps[i].mover->forget();
	}
}

bool strategy_has_workers(const struct strategy *strategy)
{
	const struct mover *mover = strategy->steps[0].mover;

	return mover && mover->calls[0] == SYS_io_uring_enter;
}

bool strategy_by_worker(const struct strategy *strategy)
{
	return strategy->steps[0].mover && strategy->steps[0].mover->by_worker;
}

bool strategy_is_cascade(const struct strategy *strategy)
{
	return strategy->steps[1].mover;
}

static int look(struct copy *copy)
{
	struct stat in, out;

	if (fstat(copy->in, &in) < 0 || fstat(copy->out, &out) < 0)
		return -errno;
	copy->facts = facts_of(copy, &in, &out);
	copy->size = in.st_size;
	copy->looked = true;
	return 0;
}

static bool begins(const struct strategy *strategy, unsigned int facts)
{
	return (facts & strategy->only) == strategy->only && !(facts & strategy->unless);
}

/* Return: NULL where it does not begin. */
static const struct step *first_step(const struct strategy *strategy, unsigned int facts)
{
	if (!begins(strategy, facts))
		return NULL;
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		if (applies(&strategy->steps[i], facts))
			return &strategy->steps[i];
	}
	return NULL;
}

int copy_prepare(const struct strategy *strategy, struct copy *copy)
{
	const int error = look(copy);

	if (error)
		return error;
	copy->step = first_step(strategy, copy->facts);
	if (copy->step && copy->step->mover->prepare)
		copy->step->mover->prepare(copy);
	return 0;
}

int copy_through(const struct strategy *strategy, struct copy *copy)
{
	int error = copy->looked ? 0 : look(copy);

	if (error)
		return error;
	error = EINVAL;
	if (!begins(strategy, copy->facts))
		return -EINVAL;
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		const struct step *step = &strategy->steps[i];
		enum way way;

		if (!applies(step, copy->facts))
			continue;
		copy->step = step;
		way = run_step(copy,
			       step->sized && copy->size < copy->limit ? copy->size : copy->limit,
			       &error);
		if (way == NOWHERE)
			break;
		if (way == LAST_STEP && i < last_step(strategy))
			i = last_step(strategy) - 1;
	}
	return -error;
}

int copy_nothing(const struct strategy *strategy, struct copy *copy)
{
	const int error = copy->looked ? 0 : look(copy);
	ssize_t n;

	if (error)
		return error;
	copy->step = &strategy->steps[0];
	n = copy->step->mover->move(copy, 0);
	if (n < 0)
		return -errno;
	copy->moved = n;
	return 0;
}

/* What copy_goes_on() sleeps in: one descriptor, no time limit. Nothing else in a copier does. */
static bool is_wait(const struct call *call)
{
	return call->nr == SYS_ppoll && call->args[1] == 1 && !call->args[2];
}

static bool step_owns(const struct step *step, const struct call *call)
{
	int64_t count = call_count(call);

	if (is_wait(call))
		return step->waits || step->on_eagain == AGAIN;
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
	if (call_names_end(call) && call_source(call) != in && call_sink(call) != out)
		return false;
	for (int i = 0; i < STRATEGY_STEPS && strategy->steps[i].mover; i++) {
		if (step_owns(&strategy->steps[i], call))
			return true;
	}
	return false;
}
