/* SPDX-License-Identifier: GPL-2.0-only */
/* What the processes of a case tell their supervisor, in memory that they share. */
#ifndef COPYHANG_REPORT_H
#define COPYHANG_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAULT_MAX 160 /* bytes of what a child says of itself that could not get ready */
#define SAID_MAX 1024 /* bytes kept of what a program under test says */

/**
 * struct report - what copier and bystander tell the supervisor, in shared
 * memory; what they cannot be trusted with (time, stalls, ends) is not here.
 */
struct report {
	unsigned int seized;   /* supervisor: so many of those that it traces have a tracer now */
	int64_t copied;        /* copier: bytes of the last round that is over */
	int error;             /* copier: errno of a strategy that gave up */
	bool done;             /* copier: came to the end of the source */
	bool stop;             /* supervisor: no further rounds */
	bool over;             /* supervisor: nobody writes to the sink any more */
	size_t size;           /* supervisor: bytes that the source yields */
	bool foreign;          /* supervisor: and they are not of the pattern */
	int release_error;     /* releaser: errno of a release, or 0 */
	bool released;         /* releaser, or who reads the sink: has done it, or begun to */
	int64_t added;         /* bystander: bytes that it wrote itself */
	bool adds;             /* bystander: it writes, and cannot tell how many */
	char fault[FAULT_MAX]; /* whoever could not get ready: see checked.h */
	int64_t received;      /* who reads the sink: bytes that came out */
	bool differs;          /* one of them was wrong: */
	int64_t wrong_at;      /* the first one that was */
	bool received_all;     /* that was the end of the file */
	int64_t fed;           /* who refills the source: bytes, besides the first ones */
	unsigned int refills;  /* ... and the refills that are over, once fed tells */
	size_t said_size;      /* listener: what a program under test says on its standard error */
	char said[SAID_MAX];
};

/** report_receive() - read @fd until its end and compare, but for the first @skip bytes. */
void report_receive(struct report *report, int fd, size_t skip);

/** report_bytes() - compare @count bytes that were read next. */
void report_bytes(struct report *report, const char *bytes, size_t count);

#endif
