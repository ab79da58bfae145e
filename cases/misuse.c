// SPDX-License-Identifier: GPL-2.0-only
/* One line on standard error, and the end. */
#include "misuse.h"

#include "runner.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void misused(const char *what, const char *value)
{
	fprintf(stderr, "%s: %s%s (see --help)\n", program_invocation_short_name, what, value);
	exit(1);
}

unsigned int parse_jobs(const char *value)
{
	char *end;
	long jobs;

	errno = 0;
	jobs = strtol(value, &end, 10);
	if (errno || *end || end == value || jobs < 1 || jobs > RUNNER_JOBS_MAX)
		misused("--jobs takes a number from 1 to 1024, not ", value);
	return (unsigned int)jobs;
}
