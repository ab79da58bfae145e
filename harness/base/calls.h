/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls by number: what they are called and, for those that move
 * bytes, which of their arguments are the source, the sink and the count.
 */
#ifndef COPYHANG_CALLS_H
#define COPYHANG_CALLS_H

#include "text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALL_ARGS 6

/*
 * Whether mmap(2) has one argument, the address of the six that it is described by: on s390x
 * (arch/s390/kernel/syscall.c, struct s390_mmap_arg_struct).
 */
#ifdef __s390x__
#define CALL_MMAP_IN_MEMORY true
#else
#define CALL_MMAP_IN_MEMORY false
#endif

/** struct call - one system call of a task as the tracer or /proc saw it. */
struct call {
	long nr;
	uint64_t args[CALL_ARGS];
};

/** enum call_role - what a call is to a copy, and where it says which descriptors it is about. */
enum call_role {
	CALL_APART,  /* it neither copies nor waits for descriptors */
	CALL_COPIES, /* in its arguments */
	CALL_POLLS,  /* an array of struct pollfd */
	CALL_SELECTS,
	CALL_EPOLLS,  /* what was added to an epoll(7) instance */
	CALL_SUBMITS, /* requests in memory, which nobody else can read */
};

/** struct call_kind - what is known of a call; an argument index of -1 means it has none. */
struct call_kind {
	const char *name;
	long nr;
	int8_t args;  /* how many arguments to show */
	int8_t in;    /* index of the descriptor that is read */
	int8_t out;   /* index of the descriptor that is written */
	int8_t count; /* index of the number of bytes */
	bool returns_bytes;
	enum call_role role;
};

/** struct call_limit - how a call that waits says for how long it does so at most. */
struct call_limit {
	enum limit_kind {
		LIMIT_NONE, /* for ever */
		LIMIT_MS,
		LIMIT_TIMESPEC, /* the address of a struct timespec */
		LIMIT_TIMEVAL,  /* the address of a struct timeval */
		LIMIT_RING,     /* the address of a struct io_uring_getevents_arg */
		LIMIT_UNKNOWN,  /* in a way that nobody else can read */
	} kind;
	uint64_t value; /* ms or an address */
};

/** call_kind() - Return: the kind of call @nr, or NULL for one not in the table. */
const struct call_kind *call_kind(long nr);

/** call_kinds() - Return: all of the table, with its length in *@count. */
const struct call_kind *call_kinds(size_t *count);

/**
 * call_is_in_memory() - are the arguments of @call, as registers have them, in memory, at the
 * address that is the first? All other functions take them as they are there.
 */
bool call_is_in_memory(const struct call *call);

/** call_role() - Return: the role of @call; CALL_APART for one not in the table. */
enum call_role call_role(const struct call *call);

/** call_limit() - after which time does @call, which waits, come back by itself? */
struct call_limit call_limit(const struct call *call);

/** call_source(), call_sink() - Return: the descriptor @call reads or writes, or -1. */
int call_source(const struct call *call);
int call_sink(const struct call *call);

/** call_count() - Return: the bytes @call asks for, or -1 where it names no count. */
int64_t call_count(const struct call *call);

/** call_names_end() - does @call name the descriptors it is about? True for one not in the table.
 */
bool call_names_end(const struct call *call);

/** call_returns_bytes() - is the result of @call the number of bytes that it moved? */
bool call_returns_bytes(const struct call *call);

/** call_alike() - is @a the same call as @b, with the same source and sink? */
bool call_alike(const struct call *a, const struct call *b);

/** call_name() - append the name of call @nr: `sendfile`. */
void call_name(struct text *text, long nr);

/** call_describe() - append the call as `sendfile(1, 0, 0x0, 4194304)`. */
void call_describe(struct text *text, const struct call *call);

/**
 * call_decode() - append it for people: `sendfile(1<sink>, 0<source>, NULL, 16 MiB)`, where @in
 * and @out are what its descriptors are, or NULL. It has to be in the table.
 */
void call_decode(struct text *text, const struct call *call, const char *in, const char *out);

/** call_bytes() - append so many bytes for people: `16 MiB`. */
void call_bytes(struct text *text, int64_t bytes);

/** call_size() - append how many bytes @call asks for: `16 MiB`. */
void call_size(struct text *text, const struct call *call);

#endif
