/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program under test, in the copier's place: unmodified, with the source as its standard input
 * and the sink as its standard output.
 */
#ifndef COPYHANG_PROGRAM_H
#define COPYHANG_PROGRAM_H

/** struct program - what is executed. */
struct program {
	const char *path;
	char *const *argv; /* ended by NULL */
};

#endif
