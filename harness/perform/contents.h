/* SPDX-License-Identifier: GPL-2.0-only */
/* What source and sink of a promise's copy hold, and where they stand: before, and afterwards. */
#ifndef COPYHANG_CONTENTS_H
#define COPYHANG_CONTENTS_H

#include "outcome.h"
#include "pattern.h"
#include "scene.h"

/* A file may get longer than it should. */
#define ROOM (3 * PATTERN_FILE)

/** struct arrival - what copier and reader tell beside their report, in shared memory. */
struct arrival {
	bool lost, shares;          /* copier */
	int left;                   /* copier: bytes in a source that is no file */
	struct onlooking onlooking; /* who reads the source meanwhile */
	size_t marked;     /* copier: bytes that it wrote after the copy: of contents_mark */
	int process_error; /* reader: of a sink that processes what it got, or 0 */
	size_t size;       /* reader */
	char bytes[ROOM];
};

/* Written to the sink after the copy: no byte of the pattern. */
#define CONTENTS_MARK 64
extern const char contents_mark[CONTENTS_MARK];

/**
 * contents_prepare() - make source and sink what the promise says they are, and keep in @outcome
 * what they hold then, until contents_drop(). @arrival: where what comes will be. Return: false
 * with errno.
 */
bool contents_prepare(const struct scene *scene, const struct arrival *arrival,
		      struct outcome *outcome);

/** contents_drop() - what was kept is not needed any more. */
void contents_drop(void);

/** contents_modify() - make every byte of the source another one. Return: false with errno. */
bool contents_modify(const struct scene *scene, struct outcome *outcome);

/**
 * contents_look_again() - at the source's file, after the copy: through a descriptor of its own,
 * and once more when its pages have been dropped. Return: false with errno.
 */
bool contents_look_again(struct outcome *outcome);

/** contents_keep() - keep what has become of source and sink. Return: false with errno. */
bool contents_keep(const struct scene *scene, const struct arrival *arrival,
		   struct outcome *outcome);

#endif
