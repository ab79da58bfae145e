// SPDX-License-Identifier: GPL-2.0-only
#include "rest.h"

#include "clock.h"

bool rest_of_sample(struct rest *rest, const struct proc_sample *sample, int64_t window)
{
	const int64_t now = clock_now();

	if (!sample->quiet || !rest->since || sample->switches != rest->switches) {
		*rest = (struct rest){ .since = now, .switches = sample->switches };
		return false;
	}
	return now - rest->since >= window;
}

bool rest_of_thread(struct rest *rest, pid_t tid, int64_t window)
{
	struct proc_sample sample;

	return proc_sample_thread(tid, &sample) && rest_of_sample(rest, &sample, window);
}

bool rest_of_process(struct rest *rest, pid_t pid, int64_t window)
{
	struct proc_sample sample;

	return proc_sample(pid, &sample) && rest_of_sample(rest, &sample, window);
}

bool rest_of_workers(struct rest *rest, pid_t pid, int64_t window)
{
	struct proc_sample sample;

	return proc_sample_running(pid, &sample) && rest_of_sample(rest, &sample, window);
}
