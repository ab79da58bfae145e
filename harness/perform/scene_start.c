// SPDX-License-Identifier: GPL-2.0-only
/* The processes of a scene, each as it is started and followed. */
#include "children.h"
#include "proc.h"
#include "ready.h"
#include "scene.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of one that has ended by now the kernel says the same: EPERM. */
static void cannot_trace(struct scene *scene, const struct child *child, pid_t pid, int error)
{
	if (proc_ended(pid)) {
		ready_never(child->name, true);
		scene_fails(scene, "cannot start a child", ECHILD);
		return;
	}
	if (error == EPERM)
		scene->missing =
			"ptrace is not permitted here (Yama ptrace_scope, seccomp, a tracer)";
	scene_fails(scene, "cannot trace a child", error);
}

struct task *scene_start_traced(struct scene *scene, struct child child, bool program)
{
	unsigned int *seized = &scene->report->seized;
	struct task *task;
	pid_t pid;

	child.number = scene->traced++;
	pid = child_start(scene, &child);
	if (pid < 0) {
		scene_fails(scene, "cannot start a child", errno);
		return NULL;
	}
	task = program ? tracer_follow(&scene->tracer, pid) :
			 tracer_seize(&scene->tracer, pid, child.acts);
	if (task) {
		task->name = child.name;
		task->filtered |= child.filtered;
		__atomic_fetch_add(seized, 1, __ATOMIC_RELEASE);
		syscall(SYS_futex, seized, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
		return task;
	}
	cannot_trace(scene, &child, pid, errno);
	return NULL;
}

struct task *scene_start(struct scene *scene, const char *name, int fd0, int fd1,
			 void (*body)(const struct scene *scene))
{
	const struct child child = {
		.name = name,
		.fd0 = fd0,
		.fd1 = fd1,
		.fd2 = -1,
		.acts = body == child_bystander,
		.feeds = body == child_bystander,
		.body = body,
	};

	return scene_start_traced(scene, child, false);
}

struct task *scene_start_helper(struct scene *scene, const char *name, int fd,
				void (*body)(const struct scene *scene))
{
	const struct child child = {
		.name = name,
		.fd0 = fd,
		.fd1 = -1,
		.fd2 = -1,
		.number = -1,
		.feeds = body == child_releaser,
		.body = body,
	};
	pid_t pid = child_start(scene, &child);
	struct task *task = pid < 0 ? NULL : tracer_adopt(&scene->tracer, pid);

	if (!task)
		scene_fails(scene, "cannot start a child", errno);
	return task;
}
