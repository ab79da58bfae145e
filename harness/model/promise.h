/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Promises: what the interfaces say of a copy besides that it ends. A promise is a row of a table
 * (cases/promises.c): between which endpoints it is looked at, how the copy is set up, and what is
 * then compared. Nothing stalls and nobody acts: a case of the act `promise` is one whole copy.
 */
#ifndef COPYHANG_PROMISE_H
#define COPYHANG_PROMISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct outcome;

/*
 * A check that a promise can name (outcome.h). Return: constant text: what is not as promised, or
 * NULL.
 */
typedef const char *outcome_check(const struct outcome *outcome);

struct promise {
	const char *claim;   /* what is promised, in one line */
	const char *written; /* and where */

	off_t from, to;    /* where source and sink, files, stand: beyond the source's hole
			      (endpoint.h), */
	bool with_hole;    /* or at their starts, so that the hole is copied as well */
	size_t before;     /* bytes that the sink, a file, holds already */
	int64_t limit;     /* bytes to copy; 0: all */
	size_t at_least;   /* bytes to ask for with each call; 0: as the strategy has it */
	bool fails;        /* there is nothing that could be copied: an error is to be reported */
	bool asks_nothing; /* ask for 0 bytes, once */
	bool at_once; /* an end has no bytes, or no room, and O_NONBLOCK: EAGAIN is to be said */
	bool may_run_out; /* there may be no room in the middle of the copy: ENOSPC is to be said */
	bool signals;     /* caught signals come while the copy waits for room in the sink */
	bool modifies;    /* the source is written after the copy, before anybody reads the sink */
	bool scribbles;   /* ... and so is memory that the copier has lent to the sink */
	bool appends;     /* the copy goes to the end of the sink, wherever that stands */
	bool looks_again; /* at the source's file: nobody reads the sink before the copy is over */
	bool read_along;  /* somebody reads the source, a file, all the while, from its hole */
	bool marks;       /* what is none of the source's is written to the sink after the copy */

	outcome_check *check; /* NULL: outcome_copied */
};

#endif
