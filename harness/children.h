/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the children of a supervisor do. Each begins with just the descriptors
 * it was given: nothing inherited, least of all the one that TAP goes to.
 */
#ifndef COPYHANG_CHILDREN_H
#define COPYHANG_CHILDREN_H

#include "scene.h"

/* Beside the descriptors of act.h, a child has these two. */
enum { FD_START = 3, FD_RELEASE = 4, FD_COUNT };

/** struct child - how to start one; descriptors are borrowed, -1: /dev/null. */
struct child {
	int fd0, fd1;
	int start;                               /* the end of this file lets it begin */
	void (*body)(const struct scene *scene); /* does not return */
};

/**
 * child_start() - fork a child that has its descriptors and waits for child->start.
 * Return: its pid, or -1 with errno.
 */
pid_t child_start(const struct scene *scene, const struct child *child);

_Noreturn void child_copier(const struct scene *scene);
_Noreturn void child_bystander(const struct scene *scene);
/** child_reader() - waits for scene->release, then receives until the end of the file. */
_Noreturn void child_reader(const struct scene *scene);
/** child_releaser() - waits for scene->release, then lets the source yield. */
_Noreturn void child_releaser(const struct scene *scene);
/** child_control() - the bystander's, or the copier's, double. */
_Noreturn void child_control(const struct scene *scene);

/** report_receive() - read @fd until its end and compare, but for the first @skip bytes. */
void report_receive(struct report *report, int fd, size_t skip);

/** report_bytes() - compare @count bytes that were read next. */
void report_bytes(struct report *report, const char *bytes, size_t count);

/** catch_signal() - and do nothing. Without SA_RESTART: the call that it comes into is to return.
 */
void catch_signal(int signal);

/** forget_descriptors() - close all from @first on; works before close_range(2), too. */
void forget_descriptors(int first);

/** null_descriptors() - make 0, 1 and 2 /dev/null. */
void null_descriptors(void);

#endif
