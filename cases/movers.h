/* SPDX-License-Identifier: GPL-2.0-only */
/* The ways to move bytes that strategies are made of; see struct mover. */
#ifndef COPYHANG_MOVERS_H
#define COPYHANG_MOVERS_H

#include "copy.h"

extern const struct mover mover_read_write, mover_sendfile, mover_splice, mover_splice_private,
	mover_copy_file_range;

/* What mover_read_write moves at once, at most. */
#define READ_WRITE_MAX (256 << 10)

#endif
