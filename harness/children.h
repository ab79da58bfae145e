/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the children of a supervisor do. Each begins with just the descriptors
 * it was given: nothing inherited, least of all the one that TAP goes to.
 */
#ifndef COPYHANG_CHILDREN_H
#define COPYHANG_CHILDREN_H

#include "scene.h"

/* Beside the descriptors of act.h, a child has these; the last one only who refills the source. */
enum { FD_START = 3, FD_RELEASE = 4, FD_FEED = 5, FD_COUNT };

#define DESCRIPTORS_MAX 8

/** struct child - how to start one; descriptors are borrowed, -1: /dev/null. */
struct child {
	const char *name; /* who it is, to people */
	int fd0, fd1, fd2;
	int start;                               /* the end of this file lets it begin */
	void (*body)(const struct scene *scene); /* does not return */
};

/**
 * child_start() - fork a child that has its descriptors and waits for child->start.
 * Return: its pid, or -1 with errno, and what kept it from getting ready in the report.
 */
pid_t child_start(const struct scene *scene, const struct child *child);

/** child_abandon() - end and reap child @pid, if it is one, which has not become ready. */
void child_abandon(pid_t pid);

_Noreturn void child_copier(const struct scene *scene);
_Noreturn void child_bystander(const struct scene *scene);
/** child_program() - becomes the program under test, in the copier's place. */
_Noreturn void child_program(const struct scene *scene);
/** child_listener() - keeps what the program says on its standard error, up to SAID_MAX. */
_Noreturn void child_listener(const struct scene *scene);
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

/**
 * take_descriptors() - have just these: wanted[i] at i, for @count of them, DESCRIPTORS_MAX at
 * most; -1: /dev/null at 0 to 2, and nothing above. All that is not to be had ends this process
 * (checked.h).
 */
void take_descriptors(const int *wanted, int count);

/** child_settled() - tell who waits at the other end of @fd that this process is ready. */
void child_settled(int fd);

/**
 * child_settles() - wait until the one at the other end of @fd, @who, is ready. Return: 0, or
 * -errno, and why is said (checked.h): it is gone, or has not come to it in time.
 */
int child_settles(int fd, const char *who);

/** forget_descriptors() - close all from @first on; works before close_range(2), too. */
void forget_descriptors(int first);

/** null_descriptors() - make 0, 1 and 2 /dev/null. */
void null_descriptors(void);

#endif
