/* SPDX-License-Identifier: GPL-2.0-only */
/* A case: act, strategy, source and sink, and what follows from these four. */
#ifndef COPYHANG_TEST_CASE_H
#define COPYHANG_TEST_CASE_H

struct act;
struct endpoint_kind;
struct promise;
struct strategy;

/** struct test_case - act x strategy x source x sink; all point to constant rows. */
struct test_case {
	const struct act *act;
	const struct strategy *strategy;
	const struct endpoint_kind *source, *sink;
	const struct promise *promise; /* to be looked at, instead of an act; or NULL */
};

/* Long enough for any id, as `act/strategy/source-sink`. */
#define CASE_ID 128

/** case_id() - write the id into @id, CASE_ID bytes. Return: @id. */
char *case_id(const struct test_case *test, char *id);

/** enum holds - what a bystander of a case can hold. */
enum holds {
	HOLDS_NOTHING,
	HOLDS_READ_END,  /* the read end of the sink */
	HOLDS_WRITE_END, /* the write end of the source: the copier feeds a sink that is full */
	HOLDS_FILE,      /* the sink, opened once more */
};

/** bystander_holds() - what a bystander of @test would hold. */
enum holds bystander_holds(const struct test_case *test);

/** enum stall - what holds the copy up while the act happens. */
enum stall {
	STALL_NONE,   /* nothing can: the act falls into a copy under way */
	STALL_SOURCE, /* the source yields nothing */
	STALL_SINK,   /* the sink takes nothing */
};

/** case_stall() - what holds up the copy of @test. */
enum stall case_stall(const struct test_case *test);

#endif
