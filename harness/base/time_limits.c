// SPDX-License-Identifier: GPL-2.0-only
/* The table printed, and the one deadline of a case. */
#include "time_limits.h"

#include <stdio.h>

static int64_t begun; /* 0: not yet */

void limits_print(void)
{
#define PRINT_ROW(name, ms, verdicts, why) printf("%s\t%d\t%s\t%s\n", #name, ms, verdicts, why);
	LIMITS(PRINT_ROW)
#undef PRINT_ROW
}

void patience_begin(void)
{
	begun = clock_now();
}

int64_t patience_deadline(void)
{
	if (!begun)
		patience_begin();
	return begun + LIMIT_OF(CASE);
}

bool patience_suffices(void)
{
	return clock_now() < patience_deadline() - LIMIT_OF(CASE) / 2;
}
