// SPDX-License-Identifier: GPL-2.0-only
/* The table of calls, and what follows from a row of it. */
#include "calls.h"

#include <inttypes.h>
#include <linux/fs.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define NONE (-1)

/* On powerpc select's own number is that of an older call, which 64-bit kernels lack. */
#if defined(SYS__newselect)
#define SELECT SYS__newselect
#elif defined(SYS_select)
#define SELECT SYS_select
#endif

static const struct call_kind kinds[] = {
	/* name, number, arguments, in, out, count, whether it returns bytes, role */
	{ "read", SYS_read, 3, 0, NONE, 2, true, CALL_COPIES },
	{ "write", SYS_write, 3, NONE, 0, 2, true, CALL_COPIES },
	{ "readv", SYS_readv, 3, 0, NONE, NONE, true, CALL_COPIES },
	{ "writev", SYS_writev, 3, NONE, 0, NONE, true, CALL_COPIES },
	{ "pread64", SYS_pread64, 4, 0, NONE, 2, true, CALL_COPIES },
	{ "pwrite64", SYS_pwrite64, 4, NONE, 0, 2, true, CALL_COPIES },
	{ "preadv", SYS_preadv, 4, 0, NONE, NONE, true, CALL_COPIES },
	{ "pwritev", SYS_pwritev, 4, NONE, 0, NONE, true, CALL_COPIES },
	{ "preadv2", SYS_preadv2, 6, 0, NONE, NONE, true, CALL_COPIES },
	{ "pwritev2", SYS_pwritev2, 6, NONE, 0, NONE, true, CALL_COPIES },
	{ "recvfrom", SYS_recvfrom, 6, 0, NONE, 2, true, CALL_COPIES },
	{ "recvmsg", SYS_recvmsg, 3, 0, NONE, NONE, true, CALL_COPIES },
	{ "recvmmsg", SYS_recvmmsg, 5, 0, NONE, NONE, false, CALL_COPIES },
	{ "sendto", SYS_sendto, 6, NONE, 0, 2, true, CALL_COPIES },
	{ "sendmsg", SYS_sendmsg, 3, NONE, 0, NONE, true, CALL_COPIES },
	{ "sendmmsg", SYS_sendmmsg, 4, NONE, 0, NONE, false, CALL_COPIES },
	{ "sendfile", SYS_sendfile, 4, 1, 0, 3, true, CALL_COPIES },
	{ "splice", SYS_splice, 6, 0, 2, 4, true, CALL_COPIES },
	{ "tee", SYS_tee, 4, 0, 1, 2, true, CALL_COPIES },
	{ "vmsplice", SYS_vmsplice, 4, NONE, 0, NONE, true, CALL_COPIES },
	{ "copy_file_range", SYS_copy_file_range, 6, 0, 2, 4, true, CALL_COPIES },
	{ "mmap", SYS_mmap, 6, 4, 4, 1, false, CALL_COPIES },
	{ "ioctl", SYS_ioctl, 3, NONE, 0, NONE, false, CALL_COPIES },
#ifdef SYS_recv /* powerpc: of sockets, without an address */
	{ "recv", SYS_recv, 4, 0, NONE, 2, true, CALL_COPIES },
	{ "send", SYS_send, 4, NONE, 0, 2, true, CALL_COPIES },
#endif
#ifdef SYS_poll /* newer architectures have only what follows it */
	{ "poll", SYS_poll, 3, NONE, NONE, NONE, false, CALL_POLLS },
	{ "epoll_wait", SYS_epoll_wait, 4, NONE, NONE, NONE, false, CALL_EPOLLS },
#endif
#ifdef SELECT
	{ "select", SELECT, 5, NONE, NONE, NONE, false, CALL_SELECTS },
#endif
	{ "ppoll", SYS_ppoll, 5, NONE, NONE, NONE, false, CALL_POLLS },
	{ "pselect6", SYS_pselect6, 6, NONE, NONE, NONE, false, CALL_SELECTS },
	{ "epoll_pwait", SYS_epoll_pwait, 5, NONE, NONE, NONE, false, CALL_EPOLLS },
#ifdef SYS_epoll_pwait2 /* kernel 5.11 */
	{ "epoll_pwait2", SYS_epoll_pwait2, 5, NONE, NONE, NONE, false, CALL_EPOLLS },
#endif
	{ "io_submit", SYS_io_submit, 3, NONE, NONE, NONE, false, CALL_SUBMITS },
	{ "io_getevents", SYS_io_getevents, 5, NONE, NONE, NONE, false, CALL_SUBMITS },
	{ "io_pgetevents", SYS_io_pgetevents, 6, NONE, NONE, NONE, false, CALL_SUBMITS },
	{ "io_uring_enter", SYS_io_uring_enter, 6, NONE, NONE, NONE, false, CALL_SUBMITS },
	/* What the acts are made of. */
	{ "openat", SYS_openat, 4, NONE, NONE, NONE, false, CALL_APART },
	{ "fcntl", SYS_fcntl, 3, NONE, NONE, NONE, false, CALL_APART },
	{ "dup3", SYS_dup3, 3, NONE, NONE, NONE, false, CALL_APART },
#ifdef SYS_close_range /* kernel 5.9 */
	{ "close_range", SYS_close_range, 3, NONE, NONE, NONE, false, CALL_APART },
#endif
	{ "close", SYS_close, 1, NONE, NONE, NONE, false, CALL_APART },
	{ "execve", SYS_execve, 3, NONE, NONE, NONE, false, CALL_APART },
	{ "exit", SYS_exit, 1, NONE, NONE, NONE, false, CALL_APART },
	{ "exit_group", SYS_exit_group, 1, NONE, NONE, NONE, false, CALL_APART },
};

const struct call_kind *call_kinds(size_t *count)
{
	*count = sizeof(kinds) / sizeof(kinds[0]);
	return kinds;
}

const struct call_kind *call_kind(long nr)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (kinds[i].nr == nr)
			return &kinds[i];
	}
	return NULL;
}

bool call_is_in_memory(const struct call *call)
{
	return CALL_MMAP_IN_MEMORY && call->nr == SYS_mmap;
}

enum call_role call_role(const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	/* Memory that is of no file, and what is no clone of a file. */
	if ((call->nr == SYS_mmap && call->args[3] & MAP_ANONYMOUS) ||
	    (call->nr == SYS_ioctl && call->args[1] != FICLONE && call->args[1] != FICLONERANGE))
		return CALL_APART;
	return kind ? kind->role : CALL_APART;
}

#define RING_EXT_ARG (1U << 3)              /* io_uring_enter(2): it may name a time */
#define RING_OTHER_TIME (1U << 5 | 1U << 6) /* kernel 6.12: on a clock, or registered */

static struct call_limit limit_ms(uint64_t ms)
{
	if ((int)ms < 0)
		return (struct call_limit){ .kind = LIMIT_NONE };
	return (struct call_limit){ .kind = LIMIT_MS, .value = (uint64_t)(int)ms };
}

static struct call_limit limit_at(enum limit_kind kind, uint64_t address)
{
	return (struct call_limit){ .kind = address ? kind : LIMIT_NONE, .value = address };
}

static struct call_limit limit_of_ring(const struct call *call)
{
	if (!(call->args[3] & RING_EXT_ARG))
		return (struct call_limit){ .kind = LIMIT_NONE };
	return limit_at(call->args[3] & RING_OTHER_TIME ? LIMIT_UNKNOWN : LIMIT_RING,
			call->args[4]);
}

struct call_limit call_limit(const struct call *call)
{
	switch (call->nr) {
#ifdef SYS_poll
	case SYS_poll:
		return limit_ms(call->args[2]);
	case SYS_epoll_wait:
		return limit_ms(call->args[3]);
#endif
#ifdef SELECT
	case SELECT:
		return limit_at(LIMIT_TIMEVAL, call->args[4]);
#endif
	case SYS_epoll_pwait:
		return limit_ms(call->args[3]);
	case SYS_io_uring_enter:
		return limit_of_ring(call);
	case SYS_ppoll:
		return limit_at(LIMIT_TIMESPEC, call->args[2]);
#ifdef SYS_epoll_pwait2
	case SYS_epoll_pwait2:
		return limit_at(LIMIT_TIMESPEC, call->args[3]);
#endif
	case SYS_pselect6:
	case SYS_io_getevents:
	case SYS_io_pgetevents:
	case SYS_recvmmsg:
		return limit_at(LIMIT_TIMESPEC, call->args[4]);
	default:
		return (struct call_limit){ .kind = LIMIT_NONE };
	}
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

/* An offset's address; NULL has the call use that of the descriptor. */
static bool is_offset(const struct call_kind *kind, int index)
{
	if (kind->nr == SYS_sendfile)
		return index == 2;
	return (kind->nr == SYS_splice || kind->nr == SYS_copy_file_range) &&
	       (index == 1 || index == 3);
}

void call_bytes(struct text *text, int64_t bytes)
{
	static const char *const units[] = { "GiB", "MiB", "KiB" };
	int64_t unit = 1 << 30;

	for (int i = 0; i < 3; i++, unit >>= 10) {
		if (bytes >= unit && bytes % unit == 0) {
			text_add(text, "%" PRId64 " %s", bytes / unit, units[i]);
			return;
		}
	}
	text_add(text, "%" PRId64, bytes);
}

void call_size(struct text *text, const struct call *call)
{
	call_bytes(text, call_count(call));
}

static void add_raw(struct text *text, const struct call_kind *kind, const struct call *call, int i)
{
	if (is_number(kind, i))
		text_add(text, "%" PRId64, (int64_t)call->args[i]);
	else
		text_add(text, "0x%" PRIx64, call->args[i]);
}

void call_name(struct text *text, long nr)
{
	const struct call_kind *kind = call_kind(nr);

	if (kind)
		text_add(text, "%s", kind->name);
	else
		text_add(text, "syscall_%ld", nr);
}

void call_describe(struct text *text, const struct call *call)
{
	const struct call_kind *kind = call_kind(call->nr);

	call_name(text, call->nr);
	if (!kind) {
		text_add(text, "()");
		return;
	}
	text_add(text, "(");
	for (int i = 0; i < kind->args; i++) {
		text_add(text, "%s", i ? ", " : "");
		add_raw(text, kind, call, i);
	}
	text_add(text, ")");
}

void call_decode(struct text *text, const struct call *call, const char *in, const char *out)
{
	const struct call_kind *kind = call_kind(call->nr);

	text_add(text, "%s(", kind->name);
	for (int i = 0; i < kind->args; i++) {
		const char *what = i == kind->in ? in : i == kind->out ? out : NULL;

		text_add(text, "%s", i ? ", " : "");
		if (i == kind->count)
			call_bytes(text, (int64_t)call->args[i]);
		else if (!call->args[i] && is_offset(kind, i))
			text_add(text, "NULL");
		else
			add_raw(text, kind, call, i);
		if (what)
			text_add(text, "<%s>", what);
	}
	text_add(text, ")");
}
