// SPDX-License-Identifier: GPL-2.0-only
/*
 * A case program whose one case leaves a process behind that nothing can end as long as a server
 * of its file system lives: scripts/t/left_behind.t sees that nobody waits for it.
 */
#include "plants.h"
#include "runner.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	static const struct test_case test = {
		.act = &plant_opens,
		.strategy = &plant_reads,
		.source = &plant_longer_fuse,
		.sink = &plant_pipe,
	};
	char id[CASE_ID];

	(void)argv;
	if (argc > 1 && !strcmp(argv[1], "--list"))
		return puts(case_id(&test, id)) < 0;
	runner_run(&test, 1, 1, false);
}
