/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wakings: somebody sleeps at an end of a copy, and the copy brings about what they sleep for. A
 * waking belongs to an act of its own (cases/sleepers.c): nothing stalls, and nobody acts, but that
 * the sleepers have to wake up.
 *
 * Who sleeps at a sink sleeps for what is put into it, and who sleeps at a source for what is taken
 * out of it. A source that can be full is: there is room only once the copy has taken something.
 */
#ifndef COPYHANG_WAKING_H
#define COPYHANG_WAKING_H

#include <stdbool.h>
#include <stddef.h>

#define SLEEPERS_MAX 4

/** struct waking - all is called in the sleeper, whose descriptor @fd is the end's far side. */
struct waking {
	const char *written; /* where it is written that they wake */
	int count;           /* so many sleep at each end that has any; together SLEEPERS_MAX */
	bool watches_files;  /* ends that are files have some; else only those with a far side */
	bool at_sinks_only, at_sources_only;
	bool holds;    /* the sink holds a byte before, of which its sleepers know */
	bool enlarges; /* the sink, a pipe, is full, and they sleep at the copier's side of it for
			  room, as at a source; the copier enlarges it before it copies */
	/*
	 * Get ready to sleep at @fd, of a sink or else of a source. Return: constant text: what
	 * this machine lacks, with errno; or NULL.
	 */
	const char *(*prepare)(int fd, bool of_sink);
	/* Sleep, in one call. Return: was it for what they sleep for that it woke? */
	bool (*sleep)(int fd, bool of_sink);
};

#endif
