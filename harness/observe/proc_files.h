/* SPDX-License-Identifier: GPL-2.0-only */
/* How files of /proc are read, for proc.c, which knows what they look like. */
#ifndef COPYHANG_PROC_FILES_H
#define COPYHANG_PROC_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** enum kept_file - those of a task that are looked at again and again. */
enum kept_file { KEPT_STATUS, KEPT_SCHEDSTAT, KEPT_SYSCALL, KEPT_FILES };

/**
 * proc_file() - read /proc/@tid/@name, as text, up to @size with its end. What is read here tells
 * of one thing each, and so all of it to one read (single_open() in the kernel's fs/seq_file.c).
 * Return: its length, or -1.
 */
ssize_t proc_file(char *into, size_t size, pid_t tid, const char *name);

/** proc_kept_file() - the same of thread @tid, by a descriptor that stays open (proc_forget()). */
ssize_t proc_kept_file(char *into, size_t size, enum kept_file file, pid_t tid);

/** struct seen - what a status said of a task that slept, or was stopped. */
struct seen {
	uint64_t arrivals; /* how often it had got a CPU by then; 0: nothing was seen */
	char state;
	bool worker; /* of io_uring's */
	int threads; /* of its process */
	uint64_t sleeps, switches;
};

/**
 * proc_seen() - Return: the place for that, kept as the files are; NULL where there is no memory.
 */
struct seen *proc_seen(pid_t tid);

#endif
