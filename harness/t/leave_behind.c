// SPDX-License-Identifier: GPL-2.0-only
/*
 * A case program whose one case leaves a process behind that nothing can end as long as a server
 * of its file system lives, and beside it its keeper: scripts/t/left_behind.t sees that nobody
 * waits for them.
 */
#include "keeper.h"
#include "plants.h"
#include "runner.h"
#include "time_limits.h"

#include <stdio.h>
#include <string.h>

/* As thawing is: as long as there is an actor, there may be something to put right. */
static int keep(const struct scene *scene, const char **missing)
{
	const struct keeping keeping = {
		.fds = { -1, -1 },
		.put_right = keeping_actors_gone,
		.actors = { scene->actor->pid, scene->control->pid },
	};

	(void)missing;
	return keeper_start(&keeping);
}

int main(int argc, char **argv)
{
	static const struct prop kept = { .set = keep };
	struct act act = plant_opens;
	const struct test_case test = {
		.act = &act,
		.strategy = &plant_reads,
		.source = &plant_longer_fuse,
		.sink = &plant_pipe,
	};
	char id[CASE_ID];

	act.prop = &kept;
	if (argc > 1 && !strcmp(argv[1], "--list"))
		return puts(case_id(&test, id)) < 0;
	if (argc > 1 && !strcmp(argv[1], "--limits")) {
		limits_print();
		return 0;
	}
	runner_run(&test, 1, 1, false);
}
