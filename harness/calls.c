// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"

#include <inttypes.h>
#include <stddef.h>
#include <sys/syscall.h>

#define NONE (-1)

static const struct call_kind kinds[] = {
	/* name, number, arguments, in, out, count */
	{ "read", SYS_read, 3, 0, NONE, 2 },
	{ "write", SYS_write, 3, NONE, 0, 2 },
	{ "readv", SYS_readv, 3, 0, NONE, NONE },
	{ "writev", SYS_writev, 3, NONE, 0, NONE },
	{ "pread64", SYS_pread64, 4, 0, NONE, 2 },
	{ "pwrite64", SYS_pwrite64, 4, NONE, 0, 2 },
	{ "sendfile", SYS_sendfile, 4, 1, 0, 3 },
	{ "splice", SYS_splice, 6, 0, 2, 4 },
	{ "tee", SYS_tee, 4, 0, 1, 2 },
	{ "vmsplice", SYS_vmsplice, 4, NONE, 0, NONE },
	{ "copy_file_range", SYS_copy_file_range, 6, 0, 2, 4 },
	/* What the acts are made of. */
	{ "close", SYS_close, 1, NONE, NONE, NONE },
	{ "execve", SYS_execve, 3, NONE, NONE, NONE },
	{ "exit", SYS_exit, 1, NONE, NONE, NONE },
	{ "exit_group", SYS_exit_group, 1, NONE, NONE, NONE },
	{ "ppoll", SYS_ppoll, 5, NONE, NONE, NONE },
};

const struct call_kind *call_kind(long nr)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].nr == nr)
			return &kinds[i];
	}
	return NULL;
}

static int64_t argument(const struct call *call, int index)
{
	return index == NONE ? -1 : (int64_t)call->args[index];
}

int call_source(const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	return kind ? (int)argument(call, kind->in) : -1;
}

int call_sink(const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	return kind ? (int)argument(call, kind->out) : -1;
}

int64_t call_count(const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	return kind ? argument(call, kind->count) : -1;
}

/* Descriptors and counts are numbers to a reader; all else is an address or flags. */
static bool is_number(const struct call_kind *kind, int index)
{
	return index == kind->in || index == kind->out || index == kind->count ||
	       kind->nr == SYS_close || kind->nr == SYS_exit_group || kind->nr == SYS_exit;
}

void call_describe(struct text *text, const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	if (!kind) {
		text_add(text, "syscall_%ld()", call->nr);
		return;
	}
	text_add(text, "%s(", kind->name);
	for (int i = 0; i < kind->args; i++) {
		text_add(text, "%s", i ? ", " : "");
		if (is_number(kind, i))
			text_add(text, "%" PRId64, (int64_t)call->args[i]);
		else
			text_add(text, "0x%" PRIx64, call->args[i]);
	}
	text_add(text, ")");
}
