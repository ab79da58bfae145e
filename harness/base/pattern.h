/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes that go through every copy: lines of 16 bytes, each holding its
 * own line number in hexadecimal. A byte that is lost, doubled, torn or put
 * elsewhere is seen from any place; a terminal passes them unharmed.
 */
#ifndef COPYHANG_PATTERN_H
#define COPYHANG_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What a stalled source yields once it is released, and what a file holds, in bytes. */
#define PATTERN_LINE ((size_t)16)
#define PATTERN_STREAM (16 * PATTERN_LINE)
#define PATTERN_FILE ((size_t)1280 << 10)
#define PATTERN_ROUND ((size_t)256 << 10) /* of a file that is copied over and over */
#define PATTERN_BEYOND ((size_t)4 << 20)  /* what follows it in memory */

/**
 * pattern_bytes() - the first PATTERN_FILE bytes of the pattern, and PATTERN_BEYOND that are none;
 * made once, never freed.
 */
const char *pattern_bytes(void);

/**
 * pattern_differs() - where @bytes, taken for offset @at of the pattern, first differs.
 * Return: the offset into the pattern, or -1 where all is as it should be.
 */
off_t pattern_differs(const char *bytes, size_t count, off_t at);

/**
 * pattern_write() - write the first @count bytes to @fd, from its start or where it stands.
 * Return: 0, or -errno.
 */
int pattern_write(int fd, size_t count);

#endif
