// SPDX-License-Identifier: GPL-2.0-only
#include "ends.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#define POLLED_MAX 64 /* descriptors that are looked at in one poll(2) */

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

/* A ring that is polled stands for the requests in it. */
static bool is_awaited(const struct ends *ends, pid_t tid, int fd, enum end end)
{
	char name[PROC_FD_NAME];

	return end_of(ends, tid, fd) == end ||
	       !strcmp(proc_fd_name(tid, fd, name), "anon_inode:[io_uring]");
}

static bool polls(const struct ends *ends, const struct task *task, enum end end)
{
	const short events = end == END_SOURCE ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM;
	struct pollfd fds[POLLED_MAX];
	uint64_t count = task->call.args[1] < POLLED_MAX ? task->call.args[1] : POLLED_MAX;

	if (!proc_memory(task->tid, task->call.args[0], fds, count * sizeof(fds[0])))
		return false;
	for (uint64_t i = 0; i < count; i++) {
		if (fds[i].events & events && is_awaited(ends, task->tid, fds[i].fd, end))
			return true;
	}
	return false;
}

static bool selects(const struct ends *ends, const struct task *task, enum end end)
{
	const uint64_t address = task->call.args[end == END_SOURCE ? 1 : 2];
	const int count = (int)task->call.args[0];
	fd_set fds;

	/* The kernel takes only as much of a set as is in use; the rest may be no memory at all. */
	memset(&fds, 0, sizeof(fds));
	if (!address || count < 0 || count > FD_SETSIZE ||
	    !proc_memory(task->tid, address, &fds,
			 ((size_t)count + NFDBITS - 1) / NFDBITS * sizeof(fd_mask)))
		return false;
	for (int fd = 0; fd < count; fd++) {
		if (FD_ISSET(fd, &fds) && is_awaited(ends, task->tid, fd, end))
			return true;
	}
	return false;
}

static bool epolls(const struct ends *ends, const struct task *task, enum end end)
{
	size_t at = 0;
	int fd;

	while ((fd = proc_epoll_next(task->tid, (int)task->call.args[0], &at)) >= 0) {
		if (is_awaited(ends, task->tid, fd, end))
			return true;
	}
	return false;
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
