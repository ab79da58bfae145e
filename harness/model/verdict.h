/* SPDX-License-Identifier: GPL-2.0-only */
/* Verdicts: all that can come of a case. */
#ifndef COPYHANG_VERDICT_H
#define COPYHANG_VERDICT_H

enum verdict {
	VERDICT_BROKEN, /* says nothing about the kernel; the default, so that nothing else is */
	VERDICT_SAFE,
	VERDICT_REFUSED,
	VERDICT_HANG,
	VERDICT_STUCK,
	VERDICT_LATE,
	VERDICT_SPINS, /* the copier runs on without end, and moves nothing */
	VERDICT_MISSED,
	VERDICT_CORRUPT,
	VERDICT_UNAVAILABLE,
};

/** struct judgement - the verdict; the reason is a constant text, NULL where none is needed. */
struct judgement {
	enum verdict verdict;
	const char *reason;
};

/** verdict_name() - the word for people and programs ("hang"). */
const char *verdict_name(enum verdict verdict);

#endif
