/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tables say, for programs that explain it to people. */
#ifndef COPYHANG_DESCRIBE_H
#define COPYHANG_DESCRIBE_H

/**
 * describe_tables() - print all rows, a fact a line: act, strategy, endpoint or promise, the row's
 * name, the fact's, and the fact, with tabs between. What a row does not say has no line.
 */
void describe_tables(void);

#endif
