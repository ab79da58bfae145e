// SPDX-License-Identifier: GPL-2.0-only
/* The table printed, and the one deadline that all of a case waits with. */
#include "time_limits.h"

#include <stdio.h>

static int64_t own;             /* where nobody else is to know; 0: not yet */
static int64_t *renewed = &own; /* ns */

void limits_print(void)
{
#define PRINT_ROW(name, ms, verdicts, why) printf("%s\t%d\t%s\t%s\n", #name, ms, verdicts, why);
	LIMITS(PRINT_ROW)
#undef PRINT_ROW
}

void patience_in(int64_t *kept)
{
	renewed = kept;
	patience_renew();
}

void patience_renew(void)
{
	__atomic_store_n(renewed, clock_now(), __ATOMIC_RELAXED);
}

int64_t patience_renewed(const int64_t *kept)
{
	return __atomic_load_n(kept, __ATOMIC_RELAXED);
}

int64_t patience_deadline(void)
{
	if (!patience_renewed(renewed))
		patience_renew();
	return patience_renewed(renewed) + LIMIT_OF(PHASE);
}
