/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cleanup process outlives its supervisor, however that comes to its end, and puts right what
 * would stay behind otherwise: what was frozen thaws. It ends with its work, for which it stays
 * beside an actor that nothing ends; and else gives up after a while. Only who kills it as well is
 * left with what the act did.
 */
#ifndef COPYHANG_CLEANUP_H
#define COPYHANG_CLEANUP_H

#include <stdbool.h>
#include <sys/types.h>

#define CLEANUP_FDS 2
#define CLEANUP_NAME "copyhang-clean"     /* by which it is known in /proc/PID/comm, */
#define CLEANUP_WHO "the cleanup process" /* and in reasons */

/** struct cleanup - the work of one. */
struct cleanup {
	int fds[CLEANUP_FDS]; /* borrowed; it has copies at other numbers. -1: none */
	/*
	 * In that process: put right what can be now. Called until it says that nothing is left to
	 * do: what a dying process still brings about has to be put right, too.
	 */
	bool (*put_right)(const struct cleanup *cleanup);
	pid_t actors[2];  /* 0: none; as long as they are there, there may be more to do */
	const void *data; /* as it was at cleanup_start() */
};

/**
 * cleanup_start() - Return: a line to a new one, to be ended by cleanup_end(), or -errno,
 * where it has not become ready, with the reason said (checked.h).
 */
int cleanup_start(const struct cleanup *cleanup);

/** cleanup_run() - have it done now, once for all; -1 is no line. Waits for CLEANUP at most. */
void cleanup_run(int line);

/**
 * cleanup_end() - ... and to the end of its work, and close *@line; waits as long again, and once
 * more for its own end.
 */
void cleanup_end(int *line);

/** cleanup_all_over() - were all that this process has started seen to come to their end? */
bool cleanup_all_over(void);

/** cleanup_actors_gone() - have the actors come to their end? Zombies have. */
bool cleanup_actors_gone(const struct cleanup *cleanup);

#endif
