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
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Without an arch, where nobody has looked at it, every call stops. */
static const struct filter_target native = {
#if defined(__x86_64__)
	.arch = AUDIT_ARCH_X86_64,
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	.arch = AUDIT_ARCH_AARCH64,
#elif defined(__riscv) && __riscv_xlen == 64
	.arch = AUDIT_ARCH_RISCV64,
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	.arch = AUDIT_ARCH_PPC64LE,
#elif defined(__s390x__)
	.arch = AUDIT_ARCH_S390X,
#endif
	.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
	.mmap_in_memory = CALL_MMAP_IN_MEMORY,
};

#define FIELD(name) offsetof(struct seccomp_data, name)

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset))
#define UNLESS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, skip)
#define IF(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), skip, 0)
#define UNLESS_BIT(bit, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bit), 0, skip)
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define TRACE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)

#define FIRST 15 /* instructions of write_first() */

/* Of 64 bits a filter sees 32 at a time, as they are in memory (seccomp(2)). */
static uint32_t low_word(const struct filter_target *target, uint32_t index)
{
	return (uint32_t)(FIELD(args) + index * sizeof(uint64_t) +
			  (target->big_endian ? sizeof(uint32_t) : 0));
}

/* What call_role() says of some of these two, and would be most of them. */
static void write_first(struct sock_filter *code, const struct filter_target *target)
{
	const struct sock_filter first[FIRST] = {
		LOAD(FIELD(arch)),
		IF(target->arch, 1),
		ALLOW,
		LOAD(FIELD(nr)),
		UNLESS(SYS_mmap, 4),
		LOAD(low_word(target, 3)),
		UNLESS_BIT(MAP_ANONYMOUS, 1),
		target->mmap_in_memory ? (struct sock_filter)TRACE : (struct sock_filter)ALLOW,
		TRACE,
		UNLESS(SYS_ioctl, 5),
		LOAD(low_word(target, 1)),
		IF(FICLONE, 2),
		IF(FICLONERANGE, 1),
		ALLOW,
		TRACE,
	};

	memcpy(code, first, sizeof(first));
}

/* For each call two instructions at most, and the one that allows the rest. */
size_t filter_room(void)
{
	size_t count;

	call_kinds(&count);
	return FIRST + 2 * count + 1;
}

size_t filter_write(struct sock_filter *code, const struct filter_target *target)
{
	static const struct sock_filter trace[] = { UNLESS(0, 1), TRACE }, last = ALLOW;
	size_t count, at = FIRST;
	const struct call_kind *kinds = call_kinds(&count);

	write_first(code, target);
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
		possible =
			native.arch && !syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
	return possible;
}

bool filter_is_alone(void)
{
	return !prctl(PR_GET_SECCOMP);
}

/* What is too long for a filter (BPF_MAXINSNS) the kernel refuses. */
int filter_install(void)
{
	struct sock_filter *code;
	struct sock_fprog program;
	int error = 0;

	if (!native.arch)
		return -ENOSYS;
	code = calloc(filter_room(), sizeof(*code));
	if (!code)
		return -ENOMEM;
	program.filter = code;
	program.len = (unsigned short)filter_write(code, &native);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		error = -errno;
	free(code);
	return error;
}
