/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is claimed of the kernel: every act, strategy and endpoint, and which
 * of their combinations make sense. To add one is to add a row.
 */
#ifndef COPYHANG_CASES_H
#define COPYHANG_CASES_H

#include "act.h"
#include "endpoint.h"
#include "promise.h"
#include "strategy.h"
#include "test_case.h"

/* argv[0] of a program that is only executed, by the act execve: it returns at once. */
#define CASES_EXECUTED "copyhang-executed"

/** enum pipe_end - which end of the pipe a bystander must have for an act to make sense. */
enum pipe_end { ANY_END, READ_END, WRITE_END };

/** struct act_row - an act, and what it meets: strategies and endpoints. */
struct act_row {
	struct act act;
	enum pipe_end pipe_end;
	bool takes_files;    /* also a regular file as sink, which the bystander has open */
	bool takes_fifos;    /* also a fifo for the pipe */
	bool needs_fifo;     /* ... and nothing else */
	bool by_name;        /* ... and kinds alone that are for it (matrix.c) */
	bool core;           /* also the endpoints that have partners */
	bool everything;     /* ... and all strategies, too */
	bool raw_only;       /* no cascades: what holds them up is one of their calls */
	const char *pairs;   /* it meets just these, as source-sink; or NULL */
	const char *but;     /* ... and not with these strategies; or NULL */
	bool keeps_promises; /* it is none: its cases are those of the promises (promise.h) */
};

/** struct promise_row - a promise, and between which endpoints it is looked at. */
struct promise_row {
	struct promise promise;
	const char *sources, *sinks; /* names of kinds; each source meets each sink */
	const char *but;             /* names of strategies that it is not made for, or NULL */
	const char *only;            /* ... or of those that it is; NULL: all others */
	const char *also;            /* ... and of those that no other is made for; or NULL */
	bool raw_only;               /* nor for cascades */
};

/* Each ended by a row without a name, or without a claim. */
extern const struct act_row acts[];
extern const struct strategy strategies[];
extern const struct promise_row promises[];

/** promise_row_of() - the row of what is promised between two kinds of endpoints; or NULL. */
const struct promise_row *promise_row_of(const struct endpoint_kind *source,
					 const struct endpoint_kind *sink);

/** promise_to() - what of @row, which may be NULL, is promised to @strategy; or NULL. */
const struct promise *promise_to(const struct promise_row *row, const struct strategy *strategy);

/** promise_of() - what is promised between the endpoints of @test, to its strategy; or NULL. */
const struct promise *promise_of(const struct test_case *test);

/**
 * cases_select() - the cases of the act called @act (NULL: of all) whose id one of the @nglobs
 * fnmatch(3) patterns matches (0: all), in the order of the tables.
 * Return: an array in shared memory, with its length in *@count; NULL when memory is out.
 */
struct test_case *cases_select(const char *act, char *const *globs, size_t nglobs, size_t *count);

/**
 * cases_can_execute() - can a program take the copier's place in @test, whose act is that of @row,
 * and be held up there?
 */
bool cases_can_execute(const struct act_row *row, const struct test_case *test);

/** cases_find_act() - Return: the row of the act called @name, or NULL. */
const struct act_row *cases_find_act(const char *name);

/** cases_list() - print the ids, one a line. */
void cases_list(const struct test_case *cases, size_t count);

#endif
