/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Complaints about arguments. kselftest runners do not know an exit status for bad usage: it
 * fails, with a reason.
 */
#ifndef COPYHANG_MISUSE_H
#define COPYHANG_MISUSE_H

/** misused() - say @what is wrong with @value, in one line. Exits with 1. */
_Noreturn void misused(const char *what, const char *value);

/** parse_jobs() - Return: the number of cases to play at once that @value says. */
unsigned int parse_jobs(const char *value);

#endif
