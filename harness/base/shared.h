/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that a process shares with those that it forks from then on. It is how they tell each
 * other things; and to a fork it costs nothing, however much there is of it.
 */
#ifndef COPYHANG_SHARED_H
#define COPYHANG_SHARED_H

#include <stddef.h>

/**
 * shared_memory() - @size bytes, at first 0; what is never touched takes no room.
 * Return: it, to munmap(2) if to anybody; NULL with errno.
 */
void *shared_memory(size_t size);

/** shared_copy() - the same, with what the @size bytes at @from are. */
void *shared_copy(const void *from, size_t size);

#endif
