// SPDX-License-Identifier: GPL-2.0-only
/* The filter as a program for the kernel (BPF), made from the table of calls. */
#include "filter.h"

#include "calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define NATIVE AUDIT_ARCH_RISCV64
#endif

#ifdef NATIVE

#define FIELD(name) offsetof(struct seccomp_data, name)
/* All of these architectures are little-endian. */
#define LOW_WORD(index) (FIELD(args) + (index) * sizeof(uint64_t))

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skip)
#define IF(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), skip, 0)
#define UNLESS_BIT(bit, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bit), 0, skip)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define TRACE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)

/* What call_role() says of some of these two, and would be most of them. */
static const struct sock_filter first[] = {
	LOAD(FIELD(arch)),
	IF(NATIVE, 1),
	ALLOW,
	LOAD(FIELD(nr)),
	UNLESS(SYS_mmap, 4),
	LOAD(LOW_WORD(3)),
	UNLESS_BIT(MAP_ANONYMOUS, 1),
	ALLOW,
	TRACE,
	UNLESS(SYS_ioctl, 5),
	LOAD(LOW_WORD(1)),
	IF(FICLONE, 2),
	IF(FICLONERANGE, 1),
	ALLOW,
	TRACE,
};

#define FIRST (sizeof(first) / sizeof(first[0]))

/* For each call two instructions at most, and the one that allows the rest. */
static size_t room_for_code(void)
{
	size_t count;

	call_kinds(&count);
	return FIRST + 2 * count + 1;
}

static size_t write_code(struct sock_filter *code)
{
	static const struct sock_filter trace[] = { UNLESS(0, 1), TRACE }, last = ALLOW;
	size_t count, at = 0;
	const struct call_kind *kinds = call_kinds(&count);

	for (; at < FIRST; at++)
		code[at] = first[at];
	for (size_t i = 0; i < count; i++) {
		if (kinds[i].role == CALL_APART)
			continue;
		code[at] = trace[0];
		code[at++].k = (uint32_t)kinds[i].nr;
		code[at++] = trace[1];
	}
	code[at++] = last;
	return at;
}

bool filter_is_possible(void)
{
	static const uint32_t action = SECCOMP_RET_TRACE;
	static int possible = -1;

	if (possible < 0)
		possible = !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
	return possible;
}

/* What is too long for a filter (BPF_MAXINSNS) the kernel refuses. */
int filter_install(void)
{
	struct sock_filter *code = calloc(room_for_code(), sizeof(*code));
	struct sock_fprog program = { .filter = code };
	int error = 0;

	if (!code)
		return -ENOMEM;
	program.len = (unsigned short)write_code(code);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		error = -errno;
	free(code);
	return error;
}

#else /* whose numbers nobody has looked at: every call stops */

bool filter_is_possible(void)
{
	return false;
}

int filter_install(void)
{
	return -ENOSYS;
}

#endif
