/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of a program under test. */
#ifndef COPYHANG_COMMAND_H
#define COPYHANG_COMMAND_H

#include "program.h"

/**
 * command_prepare() - find the program that @argv names, along PATH, and replace {in} and {out}
 * in its arguments, of which @program keeps the array. Exits with 1 and a message where there is
 * none, or one that is not to be run here.
 */
void command_prepare(struct program *program, char **argv);

#endif
