/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System calls by number: what they are called and, for those that move
 * bytes, which of their arguments are the source, the sink and the count.
 */
#ifndef COPYHANG_CALLS_H
#define COPYHANG_CALLS_H

#include "text.h"

#include <stdbool.h>
#include <stdint.h>

#define CALL_ARGS 6

/** struct call - one system call of a task as the tracer or /proc saw it. */
struct call {
	long nr;
	uint64_t args[CALL_ARGS];
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
};

/** call_kind() - Return: the kind of call @nr, or NULL for one not in the table. */
const struct call_kind *call_kind(long nr);

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

/** call_describe() - append the call as `sendfile(1, 0, 0x0, 4194304)`. */
void call_describe(struct text *text, const struct call *call);

#endif
