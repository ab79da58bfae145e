/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A seccomp(2) filter by which a program, or a copier of ours, stops for its tracer
 * (SECCOMP_RET_TRACE) only at calls that copy, or wait for descriptors: whatever else it does, it
 * does at full speed.
 *
 * A program with filters of its own has both; what its own forbid is not seen. Calls through
 * another ABI than the harness's (32 bit) are not looked at.
 */
#ifndef COPYHANG_FILTER_H
#define COPYHANG_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct filter_target - what a filter has to know of the architecture that it is for. */
struct filter_target {
	uint32_t arch; /* AUDIT_ARCH_*, the only one whose calls it looks at */
	bool big_endian;
	bool mmap_in_memory; /* mmap's arguments are where the first one says: each one stops */
};

/** filter_room() - Return: how many instructions a filter has at most. */
size_t filter_room(void);

/** filter_write() - write one for @target to @code. Return: how many instructions it has. */
size_t filter_write(struct sock_filter *code, const struct filter_target *target);

/** filter_is_possible() - can the kernel do this, here? */
bool filter_is_possible(void);

/** filter_is_alone() - has this process no other one? What another one forbids this one never sees.
 */
bool filter_is_alone(void);

/**
 * filter_install() - for this process, what it executes and all its descendants. Sets
 * PR_SET_NO_NEW_PRIVS: set-user-ID programs get no privileges any more. A tracer with
 * PTRACE_O_TRACESECCOMP has to be there. Return: 0 or -errno.
 */
int filter_install(void);

#endif
