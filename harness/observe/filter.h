/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A seccomp(2) filter by which a program stops for its tracer (SECCOMP_RET_TRACE) only at calls
 * that copy, or wait for descriptors: whatever else it does, it does at full speed.
 *
 * A program with filters of its own has both; what its own forbid is not seen. Calls through
 * another ABI than the harness's (32 bit) are not looked at.
 */
#ifndef COPYHANG_FILTER_H
#define COPYHANG_FILTER_H

#include <stdbool.h>

/** filter_is_possible() - can the kernel do this, here? */
bool filter_is_possible(void);

/**
 * filter_install() - for this process, what it executes and all its descendants. Sets
 * PR_SET_NO_NEW_PRIVS: set-user-ID programs get no privileges any more. A tracer with
 * PTRACE_O_TRACESECCOMP has to be there. Return: 0 or -errno.
 */
int filter_install(void);

#endif
