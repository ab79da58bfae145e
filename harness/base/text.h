/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bounded text: it never overflows and never allocates, so that it can live
 * in memory shared between the runner and a supervisor.
 */
#ifndef COPYHANG_TEXT_H
#define COPYHANG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define TEXT_SIZE 6144

struct text {
	size_t length;
	char bytes[TEXT_SIZE];
};

/** text_add() - append; what does not fit is cut off at the end. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** text_cut() - only the first @length bytes. */
void text_cut(struct text *text, size_t length);

/** text_errno() - the symbol of an errno ("EINVAL"), or "errno N" for one libc does not know. */
const char *text_errno(int error);

/** text_lists() - is @name one of the words of @names, between spaces? NULL has none. */
bool text_lists(const char *names, const char *name);

#endif
