// SPDX-License-Identifier: GPL-2.0-only
/* Files of /proc as text: read once, or kept open for the next look at their task. */
#include "proc_files.h"

#include "descriptors.h"
#include "proc.h"
#include "shared.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int open_file(pid_t tid, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* From its start. */
static ssize_t read_text(int fd, char *into, size_t size)
{
	const ssize_t length = fd < 0 ? -1 : pread(fd, into, size - 1, 0);

	if (length >= 0)
		into[length] = '\0';
	return length;
}

ssize_t proc_file(char *into, size_t size, pid_t tid, const char *name)
{
	int fd = open_file(tid, name);
	const ssize_t length = read_text(fd, into, size);

	close_fd(&fd);
	return length;
}

/*
 * Files of the tasks looked at last stay open: read from its start, each says anew how it is now.
 * It stands for its task, not for a number: of one that is gone it says ESRCH.
 */
#define KEPT_TASKS 8
static struct kept {
	struct kept_task {
		pid_t tid;           /* 0: none */
		int fds[KEPT_FILES]; /* -1: not open */
		struct seen seen;
	} tasks[KEPT_TASKS];
	int next; /* to give way to another one */
} * kept;         /* a child, which may have others by these numbers by and by, has none */

static void drop(struct kept_task *task)
{
	for (int i = 0; task->tid && i < KEPT_FILES; i++)
		close_fd(&task->fds[i]);
	task->tid = 0;
}

void proc_forget(void)
{
	for (int i = 0; kept && i < KEPT_TASKS; i++)
		drop(&kept->tasks[i]);
}

/* Return: NULL where there is no memory. */
static struct kept_task *keep(pid_t tid)
{
	struct kept_task *task;

	if (!kept)
		kept = own_memory(sizeof(*kept));
	if (!kept)
		return NULL;
	for (int i = 0; i < KEPT_TASKS; i++) {
		if (kept->tasks[i].tid == tid)
			return &kept->tasks[i];
	}
	task = &kept->tasks[kept->next++ % KEPT_TASKS];
	drop(task);
	*task = (struct kept_task){ .tid = tid, .fds = { -1, -1, -1 } };
	return task;
}

struct seen *proc_seen(pid_t tid)
{
	struct kept_task *task = keep(tid);

	return task ? &task->seen : NULL;
}

ssize_t proc_kept_file(char *into, size_t size, enum kept_file file, pid_t tid)
{
	static const char *const names[KEPT_FILES] = {
		[KEPT_STATUS] = "status",
		[KEPT_SCHEDSTAT] = "schedstat",
		[KEPT_SYSCALL] = "syscall",
	};
	struct kept_task *task = keep(tid);
	int *fd = task ? &task->fds[file] : NULL;
	ssize_t length = fd ? read_text(*fd, into, size) : -1;

	if (length >= 0 || !fd)
		return length;
	/* Another one has its number by now, if any. */
	if (*fd >= 0)
		task->seen = (struct seen){ 0 };
	close_fd(fd);
	*fd = open_file(tid, names[file]);
	return read_text(*fd, into, size);
}
