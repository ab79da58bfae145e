/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What came of a copy, compared with what was promised of it. Pure, as the judge of acts is: no
 * kernel, no files, only what was seen before and after; harness/t/outcome.c feeds it by hand.
 *
 * An error that the strategy reports is not corruption by itself: the caller knows that it is to
 * do something. What arrived must then be right as far as it goes, and at least what was reported.
 */
#ifndef COPYHANG_OUTCOME_H
#define COPYHANG_OUTCOME_H

#include "promise.h"
#include "spin.h"
#include "verdict.h"

#include <sys/types.h>

/**
 * struct onlooking - of who reads the source again and again: how often before the copy had got to
 * its first block; how often after that, and before its last one; and whether one of the reads
 * began in the copy's first half, and was over only with it.
 */
struct onlooking {
	unsigned int before, meanwhile;
	bool waited;
};

/** struct outcome - bytes, offsets and sizes in bytes; memory is borrowed, and never NULL. */
struct outcome {
	const char *fault;   /* what the harness could not do, or NULL */
	const char *missing; /* what this kernel or its configuration lacks, or NULL */

	/* Before: */
	const char *source; /* all that the source yields, from its hole's end */
	size_t source_size; /* from its start, as all sizes and offsets here */
	const char *before; /* all that the sink holds, from its hole's end */
	size_t before_size;
	off_t from, to; /* where the copy is to begin in source and sink */
	off_t source_hole,
		sink_hole;  /* both begin with so much hole, of which there is no memory */
	bool yields_any;    /* nobody knows the source's bytes: they are not compared */
	bool keeps_nothing; /* what goes into the sink is gone: only counts and offsets tell */
	int64_t limit;      /* bytes that were asked for; COPY_UNLIMITED */
	bool appends;       /* the sink's own offset is no matter */

	/* What became of it: */
	bool ended;       /* the copier came to its end in time */
	bool runs_away;   /* it did not, and has done far more than any such copy takes */
	struct spin spin; /* it did not: what it did in that time */
	int error;        /* errno that the strategy reported, or 0 */
	int64_t moved;    /* bytes that it reported */
	bool lost;        /* it knew that it had taken bytes that the sink did not get */
	bool may_share;   /* it moved them in a way that promises no private copy */
	bool fails;       /* it was to report an error, and not to copy a byte */
	int unknown;      /* an error of one of its calls that errno(3) does not know, or 0 */
	const char *undocumented; /* which call failed with an error that no page names, or NULL */
	bool at_once;             /* it was to say EAGAIN, and not to wait; */
	bool waited;              /* it slept until the end that held it up was released */
	bool may_run_out;         /* ENOSPC is an answer */
	bool read_along;          /* somebody was to read the source meanwhile, and saw: */
	struct onlooking onlooking;
	bool signals;             /* signals were to come into the middle of its calls, */
	unsigned int interrupted; /* and did so this many times */
	bool refused_overlap;     /* a call that is to refuse overlapping ranges did, */
	bool moved_overlap;       /* or moved bytes nonetheless */
	const char *sink; /* all that the sink holds from its hole's end, or that came out of it */
	size_t sink_size; /* ... which may be more than there is memory of */
	off_t source_stands, sink_stands; /* their offsets; -1: has none */
	const char *later; /* what the source holds since it was written after the copy, or NULL */

	/* The source's file, all of it, once more: through a descriptor of its own, */
	bool looks_again;   /* that is to be done, and was where the next one is not NULL */
	const char *cached; /* after the copy */
	size_t cached_size;
	const char *stored; /* and as it was read in anew; NULL: its pages could not be dropped */
	size_t stored_size;
	bool marks;    /* bytes were to be written to the sink after the copy, by somebody else, */
	size_t marked; /* so many were, */
	bool mark_out; /* and came out last, as they were: they do not count as the sink's */
};

/** enum changed - where bytes of the source's file are not what they were. */
enum changed { UNCHANGED, CHANGED_IN_CACHE, CHANGED_ON_DISK, CHANGED_IN_BOTH };

/**
 * outcome_changed() - is the source's file what it was? Return: where not, with the first offset
 * that differs in *@at.
 */
enum changed outcome_changed(const struct outcome *outcome, off_t *at);

/** outcome_wanted() - Return: how many bytes the copy is to move. */
int64_t outcome_wanted(const struct outcome *outcome);

/** outcome_is_copied() - is in the sink what a copy of all the bytes makes of it? */
bool outcome_is_copied(const struct outcome *outcome);

/** outcome_is_shared() - does the sink show, somewhere, what the source holds only since? */
bool outcome_is_shared(const struct outcome *outcome);

/* --- The checks that a promise can name --- */

/** outcome_copied() - just the bytes asked for, just where they belong, and the offsets too. */
outcome_check outcome_copied;

/** outcome_private() - that; and nobody sees later writes, unless the strategy may share pages. */
outcome_check outcome_private;

/** outcome_whole() - all of that; or an error, and as far as bytes came, in whatever way, they are
 * the source's first ones. */
outcome_check outcome_whole;

/** outcome_intact() - the source's file is what it was, and the count is right; no matter what came
 * out of the sink. */
outcome_check outcome_intact;

/** outcome_intact_copied() - that, and outcome_copied(); and what was written after it came out. */
outcome_check outcome_intact_copied;

/** outcome_refused() - of ranges of one file that overlap: a call that is to refuse them does. */
outcome_check outcome_refused;

/** outcome_unspoilt() - that; and what one call refused no other then does and spoils the file. */
outcome_check outcome_unspoilt;

/** outcome_judge() - the verdict. */
struct judgement outcome_judge(const struct outcome *outcome, outcome_check *check);

#endif
