/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which errors the manual pages name for the calls that copy. A kernel that gives another one is
 * not wrong for that alone, as pages have gaps: what the pages of the ends name, of read(2),
 * write(2) and signal(7), is told, and no more. What none of them names no program can have been
 * written for.
 */
#ifndef COPYHANG_DOCUMENTED_H
#define COPYHANG_DOCUMENTED_H

/** enum documented - where it is written that a call may fail so. */
enum documented {
	DOCUMENTED_NOWHERE,
	DOCUMENTED_ELSEWHERE, /* in a page about its ends, or about all calls */
	DOCUMENTED,           /* in its own page, or one that this refers to */
};

/**
 * documented() - where is it written that call @nr may fail with @error? In *@page: the page that
 * names it, or the call's own where none does. A call of which nothing is known here, and ENOSYS,
 * are DOCUMENTED.
 */
enum documented documented(long nr, int error, const char **page);

#endif
