// SPDX-License-Identifier: GPL-2.0-only
/* A descriptor is known by its link in /proc, and looked up wherever a call may name one. */
#include "sides.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>

const char *side_name(enum side side)
{
	static const char *const names[] = {
		[SIDE_SOURCE] = "source",
		[SIDE_SINK] = "sink",
		[SIDE_PIPE] = "private pipe",
		[SIDE_OTHER] = "other",
	};

	return names[side];
}

static enum side side_of(const struct sides *sides, pid_t tid, int fd)
{
	char name[PROC_FD_NAME];

	if (fd < 0 || !*proc_fd_name(tid, fd, name))
		return SIDE_NONE;
	if (!strcmp(name, sides->source))
		return SIDE_SOURCE;
	if (!strcmp(name, sides->sink))
		return SIDE_SINK;
	return strncmp(name, "pipe:", strlen("pipe:")) ? SIDE_OTHER : SIDE_PIPE;
}

enum side sides_in(const struct sides *sides, const struct task *task)
{
	return side_of(sides, task->tid, call_source(&task->call));
}

enum side sides_out(const struct sides *sides, const struct task *task)
{
	return side_of(sides, task->tid, call_sink(&task->call));
}

/*
 * Is a wait for @events of @fd, as poll(2) has them, one for @side? A ring that is polled stands
 * for the requests in it.
 */
static bool is_awaited(const struct sides *sides, pid_t tid, int fd, uint32_t events,
		       enum side side)
{
	const uint32_t wanted = side == SIDE_SOURCE ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM;
	char name[PROC_FD_NAME];

	return events & wanted && (side_of(sides, tid, fd) == side ||
				   !strcmp(proc_fd_name(tid, fd, name), "anon_inode:[io_uring]"));
}

static bool polls(const struct sides *sides, const struct task *task, enum side side)
{
	struct pollfd polled;

	for (uint64_t i = 0; i < task->call.args[1]; i++) {
		if (!proc_memory(task->tid, task->call.args[0] + i * sizeof(polled), &polled,
				 sizeof(polled)))
			return false;
		if (is_awaited(sides, task->tid, polled.fd, (uint16_t)polled.events, side))
			return true;
	}
	return false;
}

/* One of its sets, for @events. The kernel takes only as much of it as is in use. */
static bool selects_in(const struct sides *sides, const struct task *task, uint64_t set,
		       uint32_t events, enum side side)
{
	const int count = (int)task->call.args[0];
	fd_mask word = 0;

	for (int fd = 0; set && fd < count; fd++) {
		if (fd % NFDBITS == 0 &&
		    !proc_memory(task->tid, set + (uint64_t)fd / CHAR_BIT, &word, sizeof(word)))
			return false;
		if ((unsigned long)word >> fd % NFDBITS & 1 &&
		    is_awaited(sides, task->tid, fd, events, side))
			return true;
	}
	return false;
}

static bool selects(const struct sides *sides, const struct task *task, enum side side)
{
	return selects_in(sides, task, task->call.args[1], POLLIN, side) ||
	       selects_in(sides, task, task->call.args[2], POLLOUT, side);
}

struct wait {
	const struct sides *sides;
	pid_t tid;
	enum side side;
};

static bool is_of_wait(const void *arg, int fd, uint32_t events)
{
	const struct wait *wait = arg;

	return is_awaited(wait->sides, wait->tid, fd, events, wait->side);
}

static bool epolls(const struct sides *sides, const struct task *task, enum side side)
{
	const struct wait wait = { .sides = sides, .tid = task->tid, .side = side };

	return proc_epoll_any(task->tid, (int)task->call.args[0], is_of_wait, &wait);
}

bool sides_awaits(const struct sides *sides, const struct task *task, enum side side)
{
	switch (call_role(&task->call)) {
	case CALL_COPIES:
		return side == SIDE_SOURCE ? sides_in(sides, task) == side :
					     sides_out(sides, task) == side;
	case CALL_POLLS:
		return polls(sides, task, side);
	case CALL_SELECTS:
		return selects(sides, task, side);
	case CALL_EPOLLS:
		return epolls(sides, task, side);
	case CALL_SUBMITS:
		return true;
	default:
		return false;
	}
}
