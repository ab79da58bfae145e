// SPDX-License-Identifier: GPL-2.0-only
/* A call is known by its thread and by how many that had entered before. */
#include "calling.h"

#include "clock.h"
#include "time_limits.h"

struct calling calling_of(struct task *task)
{
	return (struct calling){ .task = task, .serial = task->serial, .call = task->call };
}

bool calling_lasts(const struct calling *calling)
{
	return calling->task->in_call && calling->task->serial == calling->serial;
}

bool calling_may_rest(const struct task *task)
{
	return task->in_call && clock_now() - task->entered_at >= LIMIT_OF(STALL);
}

void calling_note(struct calling *calling, const struct task *task)
{
	if (task != calling->task)
		return;
	if (task->serial == calling->serial && !task->in_call)
		calling->result = task->result;
	if (task->serial != calling->serial && !calling->back_at)
		calling->back_at = task->entered_at;
}
