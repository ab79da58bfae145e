/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is claimed of the kernel: every act, strategy and endpoint, and which
 * of their combinations make sense. To add one is to add a row.
 */
#ifndef COPYHANG_CASES_H
#define COPYHANG_CASES_H

#include "act.h"
#include "copy.h"
#include "endpoint.h"
#include "promise.h"
#include "test_case.h"

/* argv[0] of a program that is only executed, by the act execve: it returns at once. */
#define CASES_EXECUTED "copyhang-executed"

/* Each ended by a row without a name, or without a claim. */
extern const struct act acts[];
extern const struct strategy strategies[];
extern const struct promise promises[];

/** promise_of() - what is promised between the endpoints of @test, to its strategy; or NULL. */
const struct promise *promise_of(const struct test_case *test);

/**
 * cases_select() - the cases of the act called @act (NULL: of all) whose id one of the @nglobs
 * fnmatch(3) patterns matches (0: all), in the order of the tables.
 * Return: an array to free(3), with its length in *@count; NULL when memory is out.
 */
struct test_case *cases_select(const char *act, char *const *globs, size_t nglobs, size_t *count);

/** cases_can_execute() - can a program take the copier's place in @test, and be held up there? */
bool cases_can_execute(const struct test_case *test);

/** cases_find_act() - Return: the act called @name, or NULL. */
const struct act *cases_find_act(const char *name);

/** cases_list() - print the ids, one a line. */
void cases_list(const struct test_case *cases, size_t count);

#endif
