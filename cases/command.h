/* SPDX-License-Identifier: GPL-2.0-only */
/* The command lines of programs under test. */
#ifndef COPYHANG_COMMAND_H
#define COPYHANG_COMMAND_H

#include "program.h"
#include "strategy.h"

/**
 * command_prepare() - find the program that @argv names, along PATH, and replace {in} and {out}
 * in its arguments, of which @program keeps the array. Exits with 1 and a message where there is
 * none, or one that is not to be run here.
 */
void command_prepare(struct program *program, char **argv);

/**
 * commands_read() - prepare the commands that the files of @folder have: their words, each ended by
 * a null byte, as /proc/PID/cmdline has them. Each is a strategy, called as its file; sorted.
 * Exits with 1 and a message where one cannot be read, or prepared.
 * Return: an array that lives as long as this process, with its length in *@count.
 */
const struct strategy *commands_read(const char *folder, size_t *count);

#endif
