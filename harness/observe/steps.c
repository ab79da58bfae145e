// SPDX-License-Identifier: GPL-2.0-only
/* A list of calls that were not alike, in the order in which the first of each was seen. */
#include "steps.h"

#include <errno.h>
#include <inttypes.h>

static bool alike(const struct seen_step *a, const struct seen_step *b)
{
	return call_alike(&a->call, &b->call) && a->error == b->error && a->in == b->in &&
	       a->out == b->out && a->later == b->later;
}

struct seen_step *steps_find(struct steps *steps, const struct seen_step *step)
{
	for (int i = 0; i < steps->count; i++) {
		if (alike(&steps->list[i], step))
			return &steps->list[i];
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
int steps_error(const struct task *task)
{
	if (task->result >= 0)
		return 0;
	return task->result <= -512 && task->result >= -516 ? EINTR : (int)-task->result;
}

bool steps_keep(struct steps *steps, const struct seen_step *step, int64_t result)
{
	struct seen_step *kept = steps_find(steps, step);
	const bool is_new = !kept;

	if (!kept)
		kept = add(steps, step);
	if (!kept)
		return false;
	kept->count++;
	/* What waited for a CPU, or for its tracer, took longer than it takes. */
	if (step->took < kept->took)
		kept->took = step->took;
	if (!step->error && call_returns_bytes(&step->call))
		kept->bytes += result;
	return is_new;
}

void steps_keep_last(struct steps *steps, const struct seen_step *step, int64_t bytes)
{
	struct seen_step *last = add(steps, step);

	if (!last)
		return;
	last->bytes = bytes;
	last->stalled = !bytes;
	last->under_way = bytes;
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

void steps_describe(const struct steps *steps, bool decoded, struct text *text)
{
	for (int i = 0; i < steps->count; i++) {
		const struct seen_step *step = &steps->list[i];

		if (step->later)
			continue;
		text_add(text, "step=");
		if (decoded)
			call_decode(text, &step->call, side_name(step->in), side_name(step->out));
		else
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
