// SPDX-License-Identifier: GPL-2.0-only
/* How many cases at once: more than there are processors, since most of them sleep. */
#include "runner.h"

#include <sched.h>

#define JOBS_PER_CPU 8

unsigned int runner_jobs(void)
{
	cpu_set_t cpus;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) < 0)
		return JOBS_PER_CPU;
	return JOBS_PER_CPU * (unsigned int)CPU_COUNT(&cpus);
}
