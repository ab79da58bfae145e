/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that costs a fork nothing, however much there is of it: what a process shares with those
 * that it forks from then on, to tell each other things; and what none of them gets. Any other
 * page that was forked is copied as soon as somebody writes to it.
 */
#ifndef COPYHANG_SHARED_H
#define COPYHANG_SHARED_H

#include <stddef.h>

/**
 * shared_memory() - @size bytes from a page's beginning on, at first 0, as long as the process
 * lives; what is never touched takes no room. Return: it; NULL with errno.
 */
void *shared_memory(size_t size);

/**
 * own_memory() - the same, but of this process alone: who is forked finds it all 0
 * (MADV_WIPEONFORK, madvise(2), Linux 4.14).
 */
void *own_memory(size_t size);

/**
 * shared_have_small_pages() - from now on a child that writes to a variable of this program takes a
 * page for it, and no huge one. What is got as above has small ones.
 */
void shared_have_small_pages(void);

/** shared_copy() - as shared_memory(), with what the @size bytes at @from are. */
void *shared_copy(const void *from, size_t size);

#endif
