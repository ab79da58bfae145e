// SPDX-License-Identifier: GPL-2.0-only
#include "steps.h"

#include <errno.h>
#include <inttypes.h>

const struct seen_step *steps_find(const struct steps *steps, const struct call *call, int error)
{
	for (int i = 0; i < steps->count; i++) {
		const struct seen_step *step = &steps->list[i];

		if (call_alike(&step->call, call) && step->error == error)
			return step;
	}
	return NULL;
}

static struct seen_step *add(struct steps *steps, const struct seen_step *step)
{
	if (steps->count == STEPS_MAX)
		return NULL;
	steps->list[steps->count] = *step;
	return &steps->list[steps->count++];
}

/*
 * A tracer sees the words by which the kernel knows a call that a signal interrupted, ERESTARTSYS
 * and its like (include/linux/errno.h); the program gets EINTR, or the call is made again.
 */
static int error_of(const struct task *task)
{
	if (task->result >= 0)
		return 0;
	return task->result <= -512 && task->result >= -516 ? EINTR : (int)-task->result;
}

void steps_keep(struct steps *steps, const struct task *task)
{
	const int error = error_of(task);
	struct seen_step *step = (struct seen_step *)steps_find(steps, &task->call, error);

	if (!step)
		step = add(steps, &(struct seen_step){ .call = task->call, .error = error });
	if (!step)
		return;
	step->count++;
	if (!error && call_returns_bytes(&task->call))
		step->bytes += task->result;
}

void steps_keep_last(struct steps *steps, const struct task *task, int64_t bytes)
{
	add(steps, &(struct seen_step){
			   .call = task->call,
			   .bytes = bytes,
			   .stalled = !bytes,
			   .under_way = bytes,
		   });
}

bool steps_moved(const struct steps *steps)
{
	for (int i = 0; i < steps->count; i++) {
		if (steps->list[i].bytes > 0)
			return true;
	}
	return false;
}

static void add_success(const struct seen_step *step, struct text *text)
{
	if (call_returns_bytes(&step->call))
		text_add(text, "=%" PRId64, step->bytes);
	else
		text_add(text, "=done");
	if (step->count > 1)
		text_add(text, " (%u calls)", step->count);
	text_add(text, "\n");
}

void steps_describe(const struct steps *steps, struct text *text)
{
	for (int i = 0; i < steps->count; i++) {
		const struct seen_step *step = &steps->list[i];

		text_add(text, "step=");
		call_describe(text, &step->call);
		if (step->stalled)
			text_add(text, "=stalled\n");
		else if (step->under_way)
			text_add(text, "=under_way (%" PRId64 " bytes so far)\n", step->bytes);
		else if (step->error)
			text_add(text, "=%s\n", text_errno(step->error));
		else
			add_success(step, text);
	}
}
