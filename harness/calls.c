// SPDX-License-Identifier: GPL-2.0-only
#include "calls.h"

#include <inttypes.h>
#include <stddef.h>
#include <sys/syscall.h>

#define NONE (-1)

static const struct call_kind kinds[] = {
	/* name, number, arguments, in, out, count, whether it returns bytes */
	{ "read", SYS_read, 3, 0, NONE, 2, true },
	{ "write", SYS_write, 3, NONE, 0, 2, true },
	{ "readv", SYS_readv, 3, 0, NONE, NONE, true },
	{ "writev", SYS_writev, 3, NONE, 0, NONE, true },
	{ "pread64", SYS_pread64, 4, 0, NONE, 2, true },
	{ "pwrite64", SYS_pwrite64, 4, NONE, 0, 2, true },
	{ "sendfile", SYS_sendfile, 4, 1, 0, 3, true },
	{ "splice", SYS_splice, 6, 0, 2, 4, true },
	{ "tee", SYS_tee, 4, 0, 1, 2, true },
	{ "vmsplice", SYS_vmsplice, 4, NONE, 0, NONE, true },
	{ "copy_file_range", SYS_copy_file_range, 6, 0, 2, 4, true },
	{ "mmap", SYS_mmap, 6, 4, 4, 1, false },
	{ "ioctl", SYS_ioctl, 3, NONE, 0, NONE, false },
	{ "ppoll", SYS_ppoll, 5, NONE, NONE, NONE, false },
	{ "io_submit", SYS_io_submit, 3, NONE, NONE, NONE, false },
	{ "io_getevents", SYS_io_getevents, 5, NONE, NONE, NONE, false },
	{ "io_uring_enter", SYS_io_uring_enter, 6, NONE, NONE, NONE, false },
	/* What the acts are made of. */
	{ "close", SYS_close, 1, NONE, NONE, NONE, false },
	{ "execve", SYS_execve, 3, NONE, NONE, NONE, false },
	{ "exit", SYS_exit, 1, NONE, NONE, NONE, false },
	{ "exit_group", SYS_exit_group, 1, NONE, NONE, NONE, false },
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

bool call_names_end(const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	return !kind || kind->in != NONE || kind->out != NONE;
}

bool call_returns_bytes(const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	return kind && kind->returns_bytes;
}

bool call_alike(const struct call *a, const struct call *b)
{
	return a->nr == b->nr && call_source(a) == call_source(b) && call_sink(a) == call_sink(b);
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
