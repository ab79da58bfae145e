// SPDX-License-Identifier: GPL-2.0-only
/* The one place where it is decided who copies. */
#include "copier.h"
#include "strategy.h"

const struct copier_kind *copier_of(const struct strategy *strategy)
{
	return strategy->program ? &program_copier : &own_copier;
}
