/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A copy, and the strategies it can go through.
 *
 * A strategy is an ordered list of steps, as real programs have it: a step
 * moves bytes in one way until the end of the file, a limit or an error, and
 * says on which errors the next step is tried instead. One step makes a raw
 * strategy, several make a cascade.
 */
#ifndef COPYHANG_COPY_H
#define COPYHANG_COPY_H

#include "calls.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define COPY_UNLIMITED INT64_MAX

/** struct copy - one copy under way. Set in, out and limit; the rest starts as 0. */
struct copy {
	int in, out;   /* borrowed */
	int64_t limit; /* bytes at most */
	int eof_errno; /* the error by which this source says end of file, or 0 */
	int64_t moved; /* bytes that arrived in out */
	bool lost;     /* a mover took bytes that out then refused: no step can make up for that */
	const char *memory; /* what to copy instead of in, by movers that can; else NULL */
	size_t memory_size;
	bool has_pipe;
	int pipe[2]; /* a private pipe, once has_pipe; closed with the process */
};

/** struct mover - one way to move bytes. */
struct mover {
	/*
	 * Move at most @count bytes. Return: how many arrived in out, 0 at the
	 * end of the file, -1 with errno.
	 */
	ssize_t (*move)(struct copy *copy, size_t count);
	/*
	 * Move at most @count bytes of memory at @bytes, as above; NULL in a mover that
	 * has to read first.
	 */
	ssize_t (*put)(struct copy *copy, const char *bytes, size_t count);
	long calls[2]; /* the system calls it is made of */
	int ncalls;
};

/* What a step may ask of the endpoints, as bits. */
enum fact {
	SOURCE_REGULAR = 1 << 0,
	SOURCE_FILLED = 1 << 1, /* st_size is not 0 */
	SOURCE_STREAM = 1 << 2, /* a stream socket */
	SINK_REGULAR = 1 << 3,
	SINK_PIPE = 1 << 4,
	SINK_APPEND = 1 << 5, /* O_APPEND */
	SAME_FILE = 1 << 6,   /* both descriptors are of one file */
};

#define STEP_ERRNOS 12

/** struct step - one entry of the list. */
struct step {
	const struct mover *mover;
	size_t chunk;              /* bytes asked for with one call */
	unsigned int only;         /* facts without which it is skipped */
	unsigned int unless;       /* facts with which it is skipped */
	int falls_on[STEP_ERRNOS]; /* errors that lead to the next step, 0-terminated */
	bool falls_on_any;         /* ... or all of them */
	bool falls_midway;         /* also when it had moved bytes */
	bool falls_on_nothing;     /* a first 0 may be a refusal: try the next step */
};

#define STRATEGY_STEPS 4

/** struct strategy - a row of the table. */
struct strategy {
	const char *name;
	const char *about; /* who copies in this way, and where that is written */
	struct step steps[STRATEGY_STEPS];
};

/** strategy_takes_memory() - can it copy what is in memory already, in all of its steps? */
bool strategy_takes_memory(const struct strategy *strategy);

/** strategy_is_cascade() - has it more than one step? */
bool strategy_is_cascade(const struct strategy *strategy);

/** copy_through() - copy until the end of the file or the limit. Return: 0 or -errno. */
int copy_through(const struct strategy *strategy, struct copy *copy);

/**
 * strategy_owns() - is @call one that @strategy copies from @in or to @out with, asking for as
 * much as it should? This is how a stall is known to be the strategy's own.
 */
bool strategy_owns(const struct strategy *strategy, const struct call *call, int in, int out);

#endif
