// SPDX-License-Identifier: GPL-2.0-only
/* The tasks that a tracer knows, and what is asked of them. */
#include "tracer.h"

#include <stddef.h>

/* A number may be given anew once its owner has been reaped. */
struct task *tracer_find(const struct tracer *tracer, pid_t tid)
{
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i].tid == tid && !tracer->tasks[i].ended)
			return &tracer->tasks[i];
	}
	return NULL;
}

struct task *tracer_leader(const struct tracer *tracer, struct task *task)
{
	struct task *leader = tracer_find(tracer, task->pid);

	return leader ? leader : task;
}

bool tracer_follows(const struct tracer *tracer)
{
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i].followed && !tracer->tasks[i].ended)
			return true;
	}
	return false;
}

struct task *tracer_held(const struct tracer *tracer, pid_t pid)
{
	for (int i = 0; i < tracer->count; i++) {
		if (tracer->tasks[i].pid == pid && tracer->tasks[i].held)
			return &tracer->tasks[i];
	}
	return NULL;
}

bool tracer_ended(const struct tracer *tracer, pid_t pid)
{
	const struct task *leader = tracer_find(tracer, pid);

	/* A leader is reported, by pidfd and by waitpid(2), after all its threads. */
	return !leader || leader->ended_at;
}
