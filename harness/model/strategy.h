/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strategies that a copy can go through.
 *
 * A strategy is an ordered list of steps, as real programs have it: a step moves bytes in one way
 * until the end of the file, a limit or an error, and says on which errors which other step is
 * tried instead. One step makes a raw strategy, several make a cascade.
 */
#ifndef COPYHANG_STRATEGY_H
#define COPYHANG_STRATEGY_H

#include "calls.h"
#include "copy.h"

/* What a step may ask of the endpoints, as bits. */
enum fact {
	SOURCE_REGULAR = 1 << 0,
	SOURCE_FILLED = 1 << 1, /* a regular file whose st_size is not 0 */
	SOURCE_PSEUDO = 1 << 2, /* in procfs, sysfs, tracefs or debugfs */
	SOURCE_BLOCK = 1 << 3,
	SOURCE_PIPE = 1 << 4,
	SOURCE_SOCKET = 1 << 5,
	SOURCE_STREAM = 1 << 6, /* a stream socket */
	SINK_REGULAR = 1 << 7,
	SINK_PIPE = 1 << 8,
	SINK_SOCKET = 1 << 9,
	SINK_STREAM = 1 << 10,  /* a stream socket */
	SINK_APPEND = 1 << 11,  /* O_APPEND */
	SAME_FILE = 1 << 12,    /* both descriptors are of one regular file */
	SOURCE_SMALL = 1 << 13, /* a regular file of 32 KiB at most */
	SOURCE_CHAR = 1 << 14,  /* a character device, as a terminal is */
	SOURCE_SEEKS = 1 << 15, /* it has a position (lseek(2)) */
	SINK_SEEKS = 1 << 16,   /* it has */
};

/* Where a step leads that does not go on; SAME_STEP: to itself, as if nothing had been. */
enum way { NOWHERE, NEXT_STEP, LAST_STEP, SAME_STEP };

/* What a step makes of an error that says nothing about the endpoints. */
enum patience {
	AGAIN, /* EINTR: at once, EAGAIN: once the ends are ready */
	FAILS, /* an error like those that are not listed */
	FALLS, /* an error like those that are */
};

#define STEP_ERRNOS 12

/** struct step - one entry of the list. */
struct step {
	const struct mover *mover;
	size_t chunk;              /* bytes asked for with one call */
	unsigned int only;         /* facts without which it is skipped */
	unsigned int any;          /* ... or without at least one of which */
	unsigned int unless;       /* facts with which it is skipped */
	int falls_on[STEP_ERRNOS]; /* errors that lead to the next step, 0-terminated */
	bool falls_on_any;         /* ... or all of them */
	int last_on[STEP_ERRNOS];  /* errors that lead straight to the last step */
	enum way midway;           /* where those lead that come after bytes; NOWHERE: it fails */
	enum way on_nothing;       /* where a first 0 leads; NOWHERE: it is the end of the file */
	enum patience on_eintr, on_eagain;
	bool sized;  /* it stops at the st_size that the source had in the beginning */
	bool doubts; /* a 0 after bytes leads where a first 0 does */
	bool waits;  /* before each call, by ppoll(2), until the source has bytes */
	/* For movers that splice: */
	unsigned int flags; /* of splice(2) */
	int pipe_size;      /* F_SETPIPE_SZ for the private pipe; 0: as it comes */
	int sink_size;      /* ... for a sink that is a pipe */
	bool rescues;       /* what the sink refused it reads from the private pipe and writes */
};

#define STRATEGY_STEPS 6

struct program;

/** struct strategy - a row of the table. */
struct strategy {
	const char *name;
	const char *about; /* who copies in this way, and where that is written */
	const char *alike; /* programs that make the same calls in this order, and where; or NULL */
	const char *instead; /* what copies as much and holds nobody up; or NULL */
	unsigned int only;   /* facts without which it does not begin: EINVAL, a refusal */
	unsigned int unless; /* facts with which it does not */
	const struct program *program; /* what copies instead of steps, or NULL */
	bool ignores_sigpipe;          /* the program does, so that EPIPE is an error like others */
	bool makes_room; /* in a file, and stores there: cut off it leaves zeros anywhere in it */
	struct step steps[STRATEGY_STEPS];
};

/** strategy_takes_memory() - can it copy what is in memory already, in all of its steps? */
bool strategy_takes_memory(const struct strategy *strategy);

/**
 * strategy_takes_ahead() - Return: bytes that it may have taken from its source when its sink has
 * no room any more.
 */
size_t strategy_takes_ahead(const struct strategy *strategy);

/** strategy_forget() - let go of what its movers keep in this process. */
void strategy_forget(const struct strategy *strategy);

/**
 * strategy_has_workers() - may threads of the kernel's do what it submits (io_uring)? They belong
 * to its process, and stay there for some seconds when they have nothing to do.
 */
bool strategy_has_workers(const struct strategy *strategy);

/** strategy_by_worker() - does its first step leave the move to a thread of the kernel's? */
bool strategy_by_worker(const struct strategy *strategy);

/** strategy_is_cascade() - has it more than one step? */
bool strategy_is_cascade(const struct strategy *strategy);

/**
 * copy_prepare() - look at source and sink, and have ready what @strategy's first mover needs
 * besides: where a copier is traced a call saved is two stops saved. copy_through() looks if nobody
 * has done so. Return: 0 or -errno.
 */
int copy_prepare(const struct strategy *strategy, struct copy *copy);

/** copy_through() - copy until the end of the file or the limit. Return: 0 or -errno. */
int copy_through(const struct strategy *strategy, struct copy *copy);

/**
 * copy_nothing() - have a raw strategy ask for 0 bytes, which copy_through() never does.
 * Return: as above.
 */
int copy_nothing(const struct strategy *strategy, struct copy *copy);

/**
 * strategy_owns() - is @call one that @strategy copies from @in or to @out with, asking for as
 * much as it should, or waits for them with? This is how a stall is known to be the strategy's
 * own.
 */
bool strategy_owns(const struct strategy *strategy, const struct call *call, int in, int out);

#endif
