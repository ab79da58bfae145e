// SPDX-License-Identifier: GPL-2.0-only
/* One sleep: asleep at each look, and no context switch from one to the next. */
#include "quiescence.h"

#include "clock.h"

void quiescence_look_sample(struct quiescence *quiescence, const struct proc_sample *sample)
{
	if (!sample->quiet || !quiescence->since || sample->switches != quiescence->switches) {
		quiescence->since = clock_now();
		quiescence->switches = sample->switches;
	}
	quiescence->until = sample->at;
	quiescence->worker = sample->worker;
}

/* What is gone does not sleep. */
static void look(struct quiescence *quiescence, bool there, const struct proc_sample *sample)
{
	if (there)
		quiescence_look_sample(quiescence, sample);
	else
		quiescence->until = quiescence->since;
}

void quiescence_look_thread(struct quiescence *quiescence, pid_t tid)
{
	struct proc_sample sample;
	const bool there = proc_sample_thread(tid, &sample);

	look(quiescence, there, &sample);
}

void quiescence_look_process(struct quiescence *quiescence, pid_t pid)
{
	struct proc_sample sample;
	const bool there = proc_sample(pid, &sample);

	look(quiescence, there, &sample);
}

void quiescence_look_workers(struct quiescence *quiescence, pid_t pid)
{
	struct proc_sample sample;
	const bool there = proc_sample_running(pid, &sample);

	look(quiescence, there, &sample);
}

void quiescence_forget(struct quiescence *quiescence)
{
	*quiescence = (struct quiescence){ 0 };
}

bool quiescence_lasts(const struct quiescence *quiescence, int64_t window)
{
	return quiescence->since && quiescence->until - quiescence->since >= window;
}
