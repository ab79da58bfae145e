/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Descriptors of a process of the harness: a reference that is left anywhere hides a hang, and one
 * to the output of the case program blocks its readers.
 */
#ifndef COPYHANG_DESCRIPTORS_H
#define COPYHANG_DESCRIPTORS_H

#define DESCRIPTORS_MAX 32

/** close_fd() - close *@fd if it is open, and set it to -1. */
void close_fd(int *fd);

/**
 * take_descriptors() - have just these: wanted[i] at i, for @count of them, DESCRIPTORS_MAX at
 * most; -1: at 0 to 2 what is there, /dev/null in a supervisor, and nothing above. All that is not
 * to be had ends this process (checked.h).
 */
void take_descriptors(const int *wanted, int count);

/** forget_descriptors() - close all from @first on; works before close_range(2), too. */
void forget_descriptors(int first);

/** null_descriptors() - make 0, 1 and 2 /dev/null. */
void null_descriptors(void);

#endif
