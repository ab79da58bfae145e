/* SPDX-License-Identifier: GPL-2.0-only */
/* A copy under way, and movers: the ways to move bytes that strategies are made of. */
#ifndef COPYHANG_COPY_H
#define COPYHANG_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define COPY_UNLIMITED INT64_MAX

struct step;

/** struct copy - one copy under way. Set in, out and limit; the rest starts as 0. */
struct copy {
	int in, out;     /* borrowed */
	int64_t limit;   /* bytes at most */
	int eof_errno;   /* the error by which this source says end of file, or 0 */
	size_t at_least; /* ask with each call for so many bytes, where the step asks for fewer */
	bool at_once;    /* EAGAIN is an answer: nobody waits for what it asks for */
	int64_t moved;   /* bytes that arrived in out */
	bool shared;     /* a mover that shares moved some of them */
	bool lost; /* a mover took bytes that out then refused: no step can make up for that */
	const struct step *step; /* the one under way */
	bool looked;             /* copy_prepare() has been called: what source and sink are, */
	unsigned int facts;      /* enum fact of strategy.h, and */
	int64_t size;            /* the source's size */
	bool keeps_memory;       /* what a mover lends to out stays mapped, for its scribble */
	const char *memory;      /* what to copy instead of in, by movers that can; else NULL */
	size_t memory_size;
};

#define COPY_SCRIBBLE 0x20 /* by this a byte that is written after the copy differs */

#define MOVER_CALLS 3

/**
 * struct mover - one way to move bytes. What state it needs (a private pipe, a ring) is the
 * process's: made when first asked for, kept for later copies.
 */
struct mover {
	/*
	 * Move at most @count bytes. Return: how many arrived in out, 0 at the
	 * end of the file, -1 with errno: ENOSYS also where the machine does not
	 * permit the call at all. Bytes that arrived before an error it adds to
	 * copy->moved itself.
	 */
	ssize_t (*move)(struct copy *copy, size_t count);
	/*
	 * Move at most @count bytes of memory at @bytes, as above; NULL in a mover that
	 * has to read first.
	 */
	ssize_t (*put)(struct copy *copy, const char *bytes, size_t count);
	bool direct;     /* it takes from the source what the sink takes, and no byte more */
	bool shares;     /* a sink that is no file may get pages of the source instead of a copy */
	bool by_worker;  /* it leaves the move to a thread of the kernel's (io_uring) */
	long stands_for; /* the call by whose errors its requests may fail; 0: it makes none */
	/*
	 * Change every byte of memory that the last move lent to out, where keeps_memory was set;
	 * NULL: it lends none.
	 */
	void (*scribble)(void);
	/*
	 * Make what the process keeps for all moves, for that of copy->step first; where it fails
	 * the move will say so. NULL: it keeps nothing, or makes it by and by.
	 */
	void (*prepare)(const struct copy *copy);
	/* Let go of that; NULL: it keeps nothing. */
	void (*forget)(void);
	/*
	 * The system calls it is made of. One whose arguments name neither source
	 * nor sink (io_uring_enter) it makes only for a single request, on in or out.
	 */
	long calls[MOVER_CALLS];
	int ncalls;
};

/**
 * copy_goes_on() - did errno only delay the step under way, so that the call is to be made again?
 * Waits for what EAGAIN asks for: the sink, and where a call @reads as well first the source.
 * Return: false, errno as it was, where the error counts.
 */
bool copy_goes_on(const struct copy *copy, bool reads);

#endif
