// SPDX-License-Identifier: GPL-2.0-only
/*
 * A case program whose one case leaves a process behind that nothing can end as long as a server
 * of its file system lives, and beside it its cleanup process: scripts/t/left_behind.t sees that
 * nobody waits for them.
 */
#include "cleanup.h"
#include "plants.h"
#include "runner.h"
#include "time_limits.h"

#include <stdio.h>
#include <string.h>

/* As thawing is: as long as there is an actor, there may be something to put right. */
static int keep(const struct act_setting *setting, const char **missing)
{
	const struct cleanup cleanup = {
		.fds = { -1, -1 },
		.put_right = cleanup_actors_gone,
		.actors = { setting->actor, setting->control },
	};

	(void)missing;
	return cleanup_start(&cleanup);
}

int main(int argc, char **argv)
{
	static const struct act_fixture kept = { .set = keep };
	struct act act = plant_opens;
	const struct test_case test = {
		.act = &act,
		.strategy = &plant_reads,
		.source = &plant_longer_fuse,
		.sink = &plant_pipe,
	};
	char id[CASE_ID];

	act.fixture = &kept;
	if (argc > 1 && !strcmp(argv[1], "--list"))
		return puts(case_id(&test, id)) < 0;
	if (argc > 1 && !strcmp(argv[1], "--limits")) {
		limits_print();
		return 0;
	}
	runner_run(&test, 1, (struct run){ .jobs = 1 });
}
