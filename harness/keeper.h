/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keepers: a keeper is a process that outlives its supervisor, however that comes to its end, and
 * puts right what would stay behind otherwise: what was frozen thaws. It ends with its work, for
 * which it stays beside an actor that nothing ends; and else gives up after a while. Only who kills
 * the keeper as well is left with what the act did.
 */
#ifndef COPYHANG_KEEPER_H
#define COPYHANG_KEEPER_H

#include <stdbool.h>
#include <sys/types.h>

#define KEEPER_FDS 2
#define KEEPER_NAME "copyhang-keeper" /* by which it is known in /proc/PID/comm */

/** struct keeping - a keeper's work. */
struct keeping {
	int fds[KEEPER_FDS]; /* borrowed; the keeper has copies at other numbers. -1: none */
	/*
	 * In the keeper: put right what can be now. Called until it says that nothing is left to
	 * do: what a dying process still brings about has to be put right, too.
	 */
	bool (*put_right)(const struct keeping *keeping);
	pid_t actors[2];  /* 0: none; as long as they are there, there may be more to do */
	const void *data; /* as it was at keeper_start() */
};

/**
 * keeper_start() - Return: a line to a new keeper, to be ended by keeper_end(), or -errno,
 * where it has not become ready, with the reason said (checked.h).
 */
int keeper_start(const struct keeping *keeping);

/** keeper_put_right() - have it done now, once for all; -1 is no line. Waits for a second at most.
 */
void keeper_put_right(int line);

/** keeper_end() - ... and to the end of its work, and close *@line; waits as long again. */
void keeper_end(int *line);

/** keeping_actors_gone() - have the actors come to their end? Zombies have. */
bool keeping_actors_gone(const struct keeping *keeping);

#endif
