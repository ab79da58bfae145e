// SPDX-License-Identifier: GPL-2.0-only
/* From what was seen of a copier that does not come to an end to whether it spins. */
#include "spin.h"

#include "time_limits.h"

static bool in_one_call(const struct spin *spin)
{
	return spin->looks >= SPINS_LOOKS && spin->ran >= LIMIT_OF(SPINS) && spin->ordinary > 0 &&
	       spin->ran / SPINS_COPIES >= spin->ordinary;
}

bool spin_lasts(const struct spin *spin)
{
	return in_one_call(spin) || spin->calls >= SPINS_CALLS;
}

struct judgement spin_judge(const struct spin *spin)
{
	return (struct judgement){
		.verdict = VERDICT_SPINS,
		.reason = in_one_call(spin) ?
				  "the copier runs on in one system call that moves nothing" :
				  "the copier makes call after call, and they move nothing",
	};
}
