// SPDX-License-Identifier: GPL-2.0-only
/* From PTRACE_GET_SYSCALL_INFO; or from registers, where the kernel is older than that (5.3). */
#include "tracer_info.h"

#include "proc.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

/* Kernel 5.3; older C libraries do not name it. */
#ifndef PTRACE_GET_SYSCALL_INFO
#define PTRACE_GET_SYSCALL_INFO 0x420e
#endif
enum { INFO_ENTRY = 1, INFO_EXIT = 2, INFO_SECCOMP = 3 };

/* struct ptrace_syscall_info of ptrace(2), as far as it is used here. */
struct syscall_info {
	uint8_t op;
	uint8_t pad[3];
	uint32_t arch;
	uint64_t instruction_pointer;
	uint64_t stack_pointer;
	union {
		struct {
			uint64_t nr;
			uint64_t args[CALL_ARGS];
		} entry; /* of seccomp stops as well */
		struct {
			int64_t rval;
			uint8_t is_error;
		} exit;
	};
	uint32_t seccomp_data[2];
};

#if defined(__x86_64__) || defined(__aarch64__)
static bool get_registers(pid_t tid, struct user_regs_struct *regs)
{
	struct iovec io = { .iov_base = regs, .iov_len = sizeof(*regs) };

	if (!ptrace(PTRACE_GETREGSET, tid, (void *)NT_PRSTATUS, &io))
		return true;
#if defined(__x86_64__)
	/* User-mode Linux has neither that nor PTRACE_GET_SYSCALL_INFO (HAVE_ARCH_TRACEHOOK). */
	return !ptrace(PTRACE_GETREGS, tid, NULL, regs);
#else
	return false;
#endif
}
#endif

/*
 * Before PTRACE_GET_SYSCALL_INFO (5.3) the registers have to be known per
 * architecture. Return: false where they are not.
 */
static bool info_from_registers(pid_t tid, bool entry, struct tracer_info *info)
{
#if defined(__x86_64__) || defined(__aarch64__)
	struct user_regs_struct regs;

	if (!get_registers(tid, &regs))
		return false;
#if defined(__x86_64__)
	const uint64_t args[] = { regs.rdi, regs.rsi, regs.rdx, regs.r10, regs.r8, regs.r9 };
	const uint64_t nr = regs.orig_rax;
	const int64_t result = (int64_t)regs.rax;
#else
	const uint64_t *args = (const uint64_t *)regs.regs;
	const uint64_t nr = regs.regs[8];
	const int64_t result = (int64_t)regs.regs[0];
#endif
	info->entry = entry;
	info->result = result;
	info->call.nr = (long)nr;
	memcpy(info->call.args, args, sizeof(info->call.args));
	return true;
#else
	(void)tid;
	(void)entry;
	(void)info;
	return false;
#endif
}

/* What is not to be read the kernel cannot read, either: the call does nothing (EFAULT). */
static void find_arguments(pid_t tid, struct call *call)
{
	const uint64_t address = call->args[0];

	if (!call_is_in_memory(call))
		return;
	if (!proc_memory(tid, address, call->args, sizeof(call->args)))
		*call = (struct call){ .nr = call->nr, .args = { [4] = UINT64_MAX } };
}

static bool ask(pid_t tid, bool entry, struct tracer_info *info)
{
	struct syscall_info got = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof(got), &got) <= 0)
		return errno == EIO && info_from_registers(tid, entry, info);
	info->entry = got.op != INFO_EXIT;
	if (info->entry) {
		info->call.nr = (long)got.entry.nr;
		memcpy(info->call.args, got.entry.args, sizeof(info->call.args));
	} else {
		info->result = got.exit.rval;
	}
	return true;
}

bool tracer_info(pid_t tid, bool entry, struct tracer_info *info)
{
	if (!ask(tid, entry, info))
		return false;
	if (info->entry)
		find_arguments(tid, &info->call);
	return true;
}
