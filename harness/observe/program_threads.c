// SPDX-License-Identifier: GPL-2.0-only
/* Threads of a program, as the tracer follows them: which of them waits, until when, how deep. */
#include "program_threads.h"

#include "clock.h"

#define THREADS_SHOWN 6
#define LONGEST (1000000 * NS_PER_S) /* more than that is as good as for ever */

/* How much it says of a thread that it is in this call; 0: nothing. */
static int weight(const struct task *task, const struct sides *sides, enum side side)
{
	if (!task->followed || task->ended || !task->in_call || !sides_awaits(sides, task, side))
		return 0;
	switch (call_role(&task->call)) {
	case CALL_COPIES:
		return sides_in(sides, task) == SIDE_SOURCE && sides_out(sides, task) == SIDE_SINK ?
			       4 :
			       3;
	case CALL_SUBMITS:
		return 1;
	default:
		return 2;
	}
}

struct task *program_waiter(const struct tracer *tracer, const struct sides *sides, enum side side)
{
	struct task *waiter = NULL;
	int most = 0;

	for (int i = 0; i < tracer->count; i++) {
		int this = weight(&tracer->tasks[i], sides, side);

		if (this > most) {
			most = this;
			waiter = &tracer->tasks[i];
		}
	}
	return waiter;
}

/* Return: ns, at most LONGEST; 0 where it is not to be read. */
static int64_t read_time(pid_t tid, uint64_t address, int64_t ns_per_fraction)
{
	int64_t time[2]; /* struct timespec or timeval, as a 64-bit kernel takes them */

	if (!proc_memory(tid, address, time, sizeof(time)))
		return 0;
	return time[0] >= LONGEST / NS_PER_S ? LONGEST :
					       time[0] * NS_PER_S + time[1] * ns_per_fraction;
}

/* The third word of struct io_uring_getevents_arg is the address of a struct timespec, or 0. */
static int64_t read_ring_time(pid_t tid, uint64_t address)
{
	uint64_t arg[3];

	if (!proc_memory(tid, address, arg, sizeof(arg)))
		return 0;
	return arg[2] ? read_time(tid, arg[2], 1) : LONGEST;
}

int64_t program_waits_until(const struct task *task)
{
	const struct call_limit limit = call_limit(&task->call);

	switch (limit.kind) {
	case LIMIT_NONE:
		return task->entered_at + LONGEST;
	case LIMIT_MS:
		return task->entered_at + (int64_t)limit.value * NS_PER_MS;
	case LIMIT_TIMESPEC:
		return task->entered_at + read_time(task->tid, limit.value, 1);
	case LIMIT_TIMEVAL:
		return task->entered_at + read_time(task->tid, limit.value, 1000);
	case LIMIT_RING:
		return task->entered_at + read_ring_time(task->tid, limit.value);
	default:
		return task->entered_at;
	}
}

void program_look(struct quiescence *quiescence, const struct tracer *tracer)
{
	struct proc_sample all = { .quiet = true, .at = clock_now() }, one;

	for (int i = 0; i < tracer->count; i++) {
		const struct task *task = &tracer->tasks[i];

		if (!task->followed || task->ended || task->tid != task->pid ||
		    !proc_sample(task->pid, &one))
			continue;
		all.quiet &= one.quiet;
		all.switches += one.switches;
	}
	quiescence_look_sample(quiescence, &all);
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
		const struct task *task = &tracer->tasks[i];

		if (!task->followed || task->ended)
			continue;
		program_describe(text, task);
		text_add(text, "copier=");
		proc_describe(text, task->tid);
		text_add(text, "\n");
		shown++;
	}
}
