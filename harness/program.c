// SPDX-License-Identifier: GPL-2.0-only
#include "program.h"

#define THREADS_SHOWN 6

/* How much it says of a thread that it is in this call; 0: nothing. */
static int weight(const struct task *task, const struct ends *ends, enum end end)
{
	if (!task->followed || task->ended || !task->in_call || !ends_awaits(ends, task, end))
		return 0;
	switch (call_role(&task->call)) {
	case CALL_COPIES:
		return ends_in(ends, task) == END_SOURCE && ends_out(ends, task) == END_SINK ? 4 :
											       3;
	case CALL_SUBMITS:
		return 1;
	default:
		return 2;
	}
}

struct task *program_waiter(const struct tracer *tracer, const struct ends *ends, enum end end)
{
	struct task *waiter = NULL;
	int most = 0;

	for (int i = 0; i < tracer->count; i++) {
		int this = weight(tracer->tasks[i], ends, end);

		if (this > most) {
			most = this;
			waiter = tracer->tasks[i];
		}
	}
	return waiter;
}

bool program_rests(struct rest *rest, const struct tracer *tracer, int64_t window)
{
	struct proc_sample all = { .quiet = true }, one;

	for (int i = 0; i < tracer->count; i++) {
		const struct task *task = tracer->tasks[i];

		if (!task->followed || task->ended || task->tid != task->pid ||
		    !proc_sample(task->pid, &one))
			continue;
		all.quiet &= one.quiet;
		all.switches += one.switches;
	}
	return rest_of_sample(rest, &all, window);
}

void program_describe(struct text *text, const struct task *task)
{
	text_add(text, "thread=%d/%d ", task->pid, task->tid);
	proc_name(text, task->tid);
	text_add(text, "\n");
}

void program_describe_all(struct text *text, const struct tracer *tracer)
{
	int shown = 0;

	for (int i = 0; i < tracer->count && shown < THREADS_SHOWN; i++) {
		const struct task *task = tracer->tasks[i];

		if (!task->followed || task->ended)
			continue;
		program_describe(text, task);
		text_add(text, "copier=");
		proc_describe(text, task->tid);
		text_add(text, "\n");
		shown++;
	}
}
