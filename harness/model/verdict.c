// SPDX-License-Identifier: GPL-2.0-only
/* The words for verdicts, in one table. */
#include "verdict.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_BROKEN] = "broken",   [VERDICT_SAFE] = "safe",
		[VERDICT_REFUSED] = "refused", [VERDICT_HANG] = "hang",
		[VERDICT_STUCK] = "stuck",     [VERDICT_LATE] = "late",
		[VERDICT_SPINS] = "spins",     [VERDICT_MISSED] = "missed",
		[VERDICT_CORRUPT] = "corrupt", [VERDICT_UNAVAILABLE] = "unavailable",
	};

	return names[verdict];
}
