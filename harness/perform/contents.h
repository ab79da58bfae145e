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
	bool lost, shares; /* copier */
	int left;          /* copier: bytes in a source that is no file */
	size_t size;       /* reader */
	char bytes[ROOM];
};

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

/** contents_keep() - keep what has become of source and sink. Return: false with errno. */
bool contents_keep(const struct scene *scene, const struct arrival *arrival,
		   struct outcome *outcome);

#endif
