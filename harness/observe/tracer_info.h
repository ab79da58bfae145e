/* SPDX-License-Identifier: GPL-2.0-only */
/* The tracer's own: what call a stopped tracee is about to make, or how it returned. */
#ifndef COPYHANG_TRACER_INFO_H
#define COPYHANG_TRACER_INFO_H

#include "calls.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tracer_info {
	bool entry;       /* into the call; else out of it */
	struct call call; /* on entry */
	int64_t result;   /* on exit; -errno on error */
};

/**
 * tracer_info() - ask about thread @tid, which is in a syscall stop or in one of a seccomp filter;
 * @entry is what that is where the kernel does not tell. Return: false where it cannot be told.
 */
bool tracer_info(pid_t tid, bool entry, struct tracer_info *info);

#endif
