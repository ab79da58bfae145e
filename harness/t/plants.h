/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Planted faults: acts, strategies and endpoints that misbehave on purpose
 * and on any kernel, so that the harness can be seen to notice.
 */
#ifndef COPYHANG_PLANTS_H
#define COPYHANG_PLANTS_H

#include "act.h"
#include "endpoint.h"
#include "report.h"
#include "strategy.h"
#include "test_case.h"

extern const struct act plant_exits, plant_exits_late, plant_spins_late, plant_never_exits,
	plant_waits_for_copy, plant_released_at_first, plant_sleeps_at_first,
	plant_starves_at_first, plant_wakes_at_first, plant_waits_at_last, plant_opens,
	plant_crashes, plant_receives, plant_control_hangs, plant_slow_machine, plant_is_killed,
	plant_ends_as_prepared;

extern const struct strategy plant_reads, plant_reads_by_worker, plant_prepares, plant_flips_a_bit,
	plant_drops_a_byte, plant_repeats_a_line, plant_claims_more, plant_sleeps_elsewhere,
	plant_copies_unseen, plant_copier_crashes;

/* plant_mapped.c: strategies that store through a mapping, and wait before they are done */
extern const struct strategy plant_stores_first_last, plant_stores_zeros, plant_stores_a_wrong_byte,
	plant_makes_too_much_room, plant_stores_again, plant_undoes;

/* plant_elsewhere.c: the copier sleeps in the right call, and not for the right end */
extern const struct act plant_speaks, plant_stirs;
extern const struct strategy plant_splices, plant_waits_for_all;
extern const struct endpoint_kind plant_full_pipe, plant_dry, plant_full, plant_roomy,
	plant_speaker, plant_filling, plant_stirred;

/* plant_promises.c: strategies for a promise each */
extern const struct strategy plant_takes_too_much, plant_reads_ahead, plant_rewinds,
	plant_misplaces, plant_loops, plant_copies_endlessly, plant_truncates,
	plant_loses_on_signals, plant_doubles_on_signals, plant_skips_zeros, plant_adds_a_line,
	plant_waits_anyway, plant_sleeps_first, plant_ends_at_once, plant_stops,
	plant_ignores_errors, plant_makes_up_errors, plant_refuses_oddly, plant_shares_a_part,
	plant_shuts_out, plant_shows_scribbles, plant_sees_holes, plant_cuts_offsets,
	plant_cuts_counts, plant_is_let_pass, plant_fails_midway, plant_overstates,
	plant_trusts_stat, plant_shares_secretly, plant_falls_back, plant_falls_back_and_flips,
	plant_writes_back, plant_stores_back, plant_reaches_file, plant_lengthens;

/* plant_spins.c: copiers that run on: in the kernel; in the program, for a while; getting on */
extern const struct strategy plant_runs_on, plant_asks_in_vain, plant_reads_elsewhere,
	plant_computes, plant_goes_slowly, plant_worker_runs_on;

/* plant_endpoints.c */
extern int plant_scenes; /* from a silent source, or a file, that this supervisor has set */
extern const struct endpoint_kind plant_silent, /* stalls until it is released, as it should */
	plant_ready,                            /* says that it stalls, and does not */
	plant_impatient,                        /* stalls, and then yields without a release */
	plant_mute, plant_tardy,
	plant_unreleased,                /* sleeps on after the release; is never released */
	plant_unopenable, plant_lacking, /* cannot be opened: a fault; not to be had here */
	plant_fuse,             /* beside a silent source, a FUSE mount that answers on release */
	plant_dead_fuse,        /* ... that never answers, until its supervisor is gone */
	plant_longer_fuse,      /* ... and not for some seconds more */
	plant_pipe, plant_file, /* a sink; source or sink, where nothing stalls */
	plant_filled;           /* a file as sink that has all the bytes already */

#endif
