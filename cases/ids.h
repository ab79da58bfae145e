/* SPDX-License-Identifier: GPL-2.0-only */
/* An exact list of cases, from a file: for one who has many to name, or what is left of a run. */
#ifndef COPYHANG_IDS_H
#define COPYHANG_IDS_H

#include "cases.h"

/**
 * ids_keep() - reduce @cases, *@count of them, to those that the file @path names, one id a line.
 * Exits with 1 and a message where that is no such list.
 */
void ids_keep(const char *path, struct test_case *cases, size_t *count);

#endif
