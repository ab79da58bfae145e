// SPDX-License-Identifier: GPL-2.0-only
#include "ends.h"

#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/select.h>

const char *end_name(enum end end)
{
	static const char *const names[] = {
		[END_SOURCE] = "source",
		[END_SINK] = "sink",
		[END_PIPE] = "private pipe",
		[END_OTHER] = "other",
	};

	return names[end];
}

static enum end end_of(const struct ends *ends, pid_t tid, int fd)
{
	char name[PROC_FD_NAME];

	if (fd < 0 || !*proc_fd_name(tid, fd, name))
		return END_NONE;
	if (!strcmp(name, ends->source))
		return END_SOURCE;
	if (!strcmp(name, ends->sink))
		return END_SINK;
	return strncmp(name, "pipe:", strlen("pipe:")) ? END_OTHER : END_PIPE;
}

enum end ends_in(const struct ends *ends, const struct task *task)
{
	return end_of(ends, task->tid, call_source(&task->call));
}

enum end ends_out(const struct ends *ends, const struct task *task)
{
	return end_of(ends, task->tid, call_sink(&task->call));
}

/*
 * Is a wait for @events of @fd, as poll(2) has them, one for @end? A ring that is polled stands for
 * the requests in it.
 */
static bool is_awaited(const struct ends *ends, pid_t tid, int fd, uint32_t events, enum end end)
{
	const uint32_t wanted = end == END_SOURCE ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM;
	char name[PROC_FD_NAME];

	return events & wanted && (end_of(ends, tid, fd) == end ||
				   !strcmp(proc_fd_name(tid, fd, name), "anon_inode:[io_uring]"));
}

static bool polls(const struct ends *ends, const struct task *task, enum end end)
{
	struct pollfd polled;

	for (uint64_t i = 0; i < task->call.args[1]; i++) {
		if (!proc_memory(task->tid, task->call.args[0] + i * sizeof(polled), &polled,
				 sizeof(polled)))
			return false;
		if (is_awaited(ends, task->tid, polled.fd, (uint16_t)polled.events, end))
			return true;
	}
	return false;
}

/* One of its sets, for @events. The kernel takes only as much of it as is in use. */
static bool selects_in(const struct ends *ends, const struct task *task, uint64_t set,
		       uint32_t events, enum end end)
{
	const int count = (int)task->call.args[0];
	fd_mask word = 0;

	for (int fd = 0; set && fd < count; fd++) {
		if (fd % NFDBITS == 0 &&
		    !proc_memory(task->tid, set + (uint64_t)fd / CHAR_BIT, &word, sizeof(word)))
			return false;
		if ((unsigned long)word >> fd % NFDBITS & 1 &&
		    is_awaited(ends, task->tid, fd, events, end))
			return true;
	}
	return false;
}

static bool selects(const struct ends *ends, const struct task *task, enum end end)
{
	return selects_in(ends, task, task->call.args[1], POLLIN, end) ||
	       selects_in(ends, task, task->call.args[2], POLLOUT, end);
}

struct wait {
	const struct ends *ends;
	pid_t tid;
	enum end end;
};

static bool is_of_wait(const void *arg, int fd, uint32_t events)
{
	const struct wait *wait = arg;

	return is_awaited(wait->ends, wait->tid, fd, events, wait->end);
}

static bool epolls(const struct ends *ends, const struct task *task, enum end end)
{
	const struct wait wait = { .ends = ends, .tid = task->tid, .end = end };

	return proc_epoll_any(task->tid, (int)task->call.args[0], is_of_wait, &wait);
}

bool ends_awaits(const struct ends *ends, const struct task *task, enum end end)
{
	switch (call_role(&task->call)) {
	case CALL_COPIES:
		return end == END_SOURCE ? ends_in(ends, task) == end : ends_out(ends, task) == end;
	case CALL_POLLS:
		return polls(ends, task, end);
	case CALL_SELECTS:
		return selects(ends, task, end);
	case CALL_EPOLLS:
		return epolls(ends, task, end);
	case CALL_SUBMITS:
		return true;
	default:
		return false;
	}
}
