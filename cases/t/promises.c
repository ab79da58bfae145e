// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is a broken promise noticed? Every row of the table is broken on purpose, and must come out
 * corrupt for the right reason; and kept by reading and writing, where that can keep it.
 */
#include "cases.h"

#include "check.h"
#include "endpoints.h"
#include "planting.h"
#include "plants.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#undef unix /* to the preprocessor it is 1 */

static const struct act act = { .name = "promise", .actor = ACTOR_COPIER };

/* Sinks that go by the name of af_alg and esp, on any kernel: one does its work, and the other one
 * does not. */
static int open_pipe(struct endpoint *endpoint, enum role role, const char **missing)
{
	return endpoint_pipe.open(endpoint, role, missing);
}

static int process_all(int far)
{
	char bytes[8192];

	return read(far, bytes, sizeof(bytes)) < 0 ? -errno : 0;
}

static int process_nothing(int far)
{
	(void)far;
	return -EAGAIN;
}

#define SINK_THAT(goes_by, how) \
	{ \
		.name = (goes_by), .is_sink = true, .open = open_pipe, .process = (how), \
	}
static const struct endpoint_kind endpoint_processing = SINK_THAT("af_alg", process_all);
static const struct endpoint_kind endpoint_idle = SINK_THAT("af_alg", process_nothing);
static const struct endpoint_kind endpoint_decrypting = SINK_THAT("esp", process_all);

static struct plant plants[] = {
#define TEST(s, from, to) \
	{ \
		.act = &act, .strategy = &plant_##s, .source = &endpoint_##from, \
		.sink = &endpoint_##to, \
	}
#define KEPT(s, from, to, shows) \
	{ \
		TEST(s, from, to), VERDICT_SAFE, NULL, shows, 0 \
	}
/* The source was changed, there. */
#define CHANGED(s, from, to, there) \
	{ \
		TEST(s, from, to), VERDICT_CORRUPT, "changed its source", \
			"source_changed_at=" there "\n", 0 \
	}
#define BROKEN(s, from, to, why) \
	{ \
		TEST(s, from, to), VERDICT_CORRUPT, why, NULL, 0 \
	}
	KEPT(reads, same_fd, same_fd, "copied=no"),
	BROKEN(falls_back, same_fd, same_fd, "another spoilt the file"),
	BROKEN(is_let_pass, same_fd, same_fd, "is to refuse overlapping ranges"),
	KEPT(reads, self, self, "copied=yes"),
	KEPT(falls_back, self, self, "copied=yes"),
	BROKEN(falls_back_and_flips, self, self, "another spoilt the file"),
	KEPT(falls_back, self, ahead, "copied=no"),
	BROKEN(is_let_pass, self, ahead, "is to refuse overlapping ranges"),
	KEPT(reads, self, behind, "copied=yes"),
	BROKEN(is_let_pass, self, behind, "is to refuse overlapping ranges"),

	KEPT(reads, small, append, "sink_size=35011"),
	BROKEN(misplaces, small, append, "bytes are missing"),
	BROKEN(flips_a_bit, small, append, "bytes are wrong"),

	KEPT(reads, limited, file, "moved=50021"),
	KEPT(reads, limited, pipe, "source_stands=55024"),
	BROKEN(takes_too_much, limited, file, "more bytes were reported"),
	BROKEN(reads_ahead, limited, file, "the source does not stand"),
	BROKEN(rewinds, limited, file, "the sink does not stand"),
	BROKEN(overstates, limited, file, "have not arrived"),
	KEPT(reads, limited, tiny_pipe, "moved=50021"),
	BROKEN(takes_too_much, limited, tiny_pipe, "more bytes were reported"),
	KEPT(reads, device_zero, pipe, "moved=50021"),
	BROKEN(stops, device_zero, file, "ended early"),
	BROKEN(takes_too_much, device_urandom, pipe, "more bytes were reported"),
	BROKEN(reads_ahead, hugetlb, file, "the source does not stand"),
	KEPT(reads, overlay_lower, overlay, "copied=yes"),
	BROKEN(flips_a_bit, overlay_lower, pipe, "bytes are wrong"),
	BROKEN(cuts_counts, direct, file, "bytes are missing"),
	BROKEN(cuts_counts, direct, direct, "bytes are missing"),
	{ TEST(reads, small, sealed), VERDICT_REFUSED, NULL, "errno=EPERM", 0 },
	BROKEN(ignores_errors, small, sealed, "reported no error"),
	KEPT(reads, limited_pipe, pipe, "source_stands=1501"),
	BROKEN(reads_ahead, limited_pipe, file, "the source does not stand"),

	KEPT(reads, failed_write, pipe, "moved=4000"),
	BROKEN(stops, failed_write, file, "ended early"),
	{ TEST(reads, directory, file), VERDICT_REFUSED, NULL, "errno=EISDIR", 0 },
	BROKEN(makes_up_errors, directory, pipe, "an error that there is none of"),
	BROKEN(refuses_oddly, directory, pipe, "splice failed with ENOTCONN: no manual page"),
	KEPT(reads, small, device_full, "errno=ENOSPC"),
	BROKEN(ignores_errors, small, device_full, "reported no error"),

	KEPT(reads, sys, file, NULL),
	{ TEST(loops, sys, file), VERDICT_SPINS, "call after call", "killable=yes", 0 },
	BROKEN(copies_endlessly, sys, pipe, "did not end"),
	KEPT(reads, proc, file, NULL),
	BROKEN(trusts_stat, proc, file, "ended early"),

	KEPT(reads, modified, pipe, "shared=no"),
	BROKEN(shares_secretly, modified, pipe, "written to the source after"),
	BROKEN(flips_a_bit, modified, file, "bytes are wrong"),

	KEPT(reads, scribbled, pipe, "shared=no"),
	BROKEN(shows_scribbles, scribbled, file, "written to the source after"),
	BROKEN(flips_a_bit, scribbled, pipe, "bytes are wrong"),

	KEPT(reads, small, pipe, "moved=30011"),
	BROKEN(flips_a_bit, small, file, "bytes are wrong"),

	KEPT(reads, huge, file, NULL),
	BROKEN(truncates, huge, file, "ended early"),
	BROKEN(drops_a_byte, huge, pipe, "bytes are missing"),
	BROKEN(repeats_a_line, huge, pipe, "there are more bytes"),

	KEPT(reads, nonblock_pipe, pipe, "errno=EAGAIN"),
	KEPT(reads, nonblock_unix, pipe, "waited=no"),
	BROKEN(waits_anyway, nonblock_pipe, pipe, "it waited"),
	BROKEN(waits_anyway, nonblock_tcp, pipe, "it waited"),
	BROKEN(waits_anyway, nonblock_pty, pipe, "it waited"),
	BROKEN(ends_at_once, nonblock_unix, pipe, "ended early"),
	KEPT(reads, file, nonblock_full_pipe, "errno=EAGAIN"),
	KEPT(sleeps_first, file, nonblock_full_pipe, "errno=EAGAIN"),
	KEPT(reads, pipe, nonblock_full_tcp, "waited=no"),
	BROKEN(waits_anyway, file, nonblock_full_pipe, "it waited"),
	BROKEN(waits_anyway, pipe, nonblock_full_unix, "it waited"),
	BROKEN(waits_anyway, file, nonblock_full_tcp, "it waited"),

	KEPT(reads, interrupted, pipe, "interrupted=4"),
	BROKEN(loses_on_signals, interrupted, pipe, "bytes are missing"),
	BROKEN(loses_on_signals, interrupted, unix, "bytes are missing"),
	BROKEN(doubles_on_signals, interrupted, pipe, "there are more bytes"),

	KEPT(reads, beyond_2g, file, "copied=yes"),
	BROKEN(cuts_offsets, beyond_2g, file, "bytes are missing"),
	KEPT(reads, beyond_4g, pipe, "copied=yes"),
	KEPT(reads, beyond_4g, file, "sink_size=4295056256"),
	BROKEN(cuts_offsets, beyond_4g, file, "bytes are missing"),
	BROKEN(cuts_counts, long_xfs, xfs, "ended early"),
	BROKEN(cuts_counts, long_btrfs, btrfs, "ended early"),

	KEPT(reads, pieces_full_xfs, full_xfs, "errno=ENOSPC"),
	BROKEN(shares_a_part, pieces_full_xfs, full_xfs, "bytes are missing"),

	KEPT(reads, pieces_xfs, xfs, "read_meanwhile="),
	BROKEN(shuts_out, pieces_xfs, xfs, "waited until the copy was over"),
	BROKEN(shuts_out, pieces_btrfs, btrfs, "waited until the copy was over"),

	KEPT(reads, holes, file, "copied=yes"),
	BROKEN(skips_zeros, holes, file, "bytes are missing"),

	BROKEN(sees_holes, holes, file, "bytes are wrong"),
	KEPT(reads, dirty_ext4, ext4, "copied=yes"),
	BROKEN(sees_holes, dirty_ext4, ext4, "bytes are wrong"),
	BROKEN(sees_holes, dirty_xfs, xfs, "bytes are wrong"),
	KEPT(reads, dirty_btrfs, btrfs, "copied=yes"),
	BROKEN(sees_holes, dirty_btrfs, btrfs, "bytes are wrong"),
	BROKEN(sees_holes, dirty_overlay, overlay, "bytes are wrong"),

	KEPT(reads, empty, file, "moved=0"),
	BROKEN(adds_a_line, empty, file, "there are more bytes"),
	KEPT(reads, nothing, pipe, "moved=0"),
	BROKEN(takes_too_much, nothing, file, "more bytes were reported"),

	KEPT(reads, intact, used_pipe, "source_intact=yes\n"),
	KEPT(reads, intact, tcp, "source_intact=yes\n"),
	CHANGED(writes_back, intact, used_pipe, "8023"),
	CHANGED(stores_back, intact, pipe, "0"),
	CHANGED(lengthens, intact, unix, "12011"),
	BROKEN(takes_too_much, intact, used_pipe, "more bytes were reported"),
	KEPT(reads, intact_pipe, used_pipe, "source_intact=yes\n"),
	CHANGED(reaches_file, intact_pipe, used_pipe, "4000"),
	KEPT(reads, intact, file, "source_intact=yes\n"),
	CHANGED(stores_back, intact, file, "0"),
	KEPT(reads, intact, processing, "source_intact=yes\n"),
	CHANGED(writes_back, intact, processing, "8023"),
	{ TEST(reads, intact, idle), VERDICT_BROKEN, "did not process", NULL, 0 },
	KEPT(reads, intact, af_alg, "source_intact=yes\n"),
	CHANGED(writes_back, intact, af_alg, "8023"),
	KEPT(reads, intact, decrypting, "source_intact=yes\n"),
	CHANGED(writes_back, intact, decrypting, "8023"),
	CHANGED(reaches_file, intact_pipe, decrypting, "4000"),

	KEPT(reads, small, fuse_buffered, "copied=yes"),
	BROKEN(drops_a_byte, small, fuse_buffered, "bytes are missing"),
	KEPT(reads, fuse_spliced, fuse_beside, "copied=yes"),
	BROKEN(stops, fuse_spliced, fuse_beside, "ended early"),
	KEPT(reads, small, fuse_spliced, "sink_size=30011"),
	BROKEN(flips_a_bit, small, fuse_spliced, "bytes are wrong"),
	KEPT(reads, small, udp_begun, "sink_size=38172"),
	BROKEN(flips_a_bit, small, udp_begun, "bytes are wrong"),

	{ TEST(runs_on, small, append), VERDICT_SPINS, "in one system call", "killable=yes", 0 },
	{ TEST(asks_in_vain, small, append), VERDICT_SPINS, "call after call", "idle_calls=1", 0 },
	KEPT(reads_elsewhere, small, append, "sink_size=35011"),
	KEPT(goes_slowly, small, append, "sink_size=35011"),

	{ TEST(sleeps_elsewhere, small, append), VERDICT_BROKEN, "nor go on", NULL, 0 },
	{ TEST(copier_crashes, small, append), VERDICT_BROKEN, "the copier died", NULL, 0 },
	{ TEST(fails_midway, limited, file), VERDICT_BROKEN, "failed half-way", "errno=EIO", 0 },
	{ TEST(sleeps_elsewhere, interrupted, pipe), VERDICT_BROKEN, "nor go on", NULL, 0 },
#undef TEST
};

/* So that the small maps of a scene can be made, and that of what arrives can not. */
static void limit_memory(void)
{
	const rlim_t page = (rlim_t)sysconf(_SC_PAGESIZE);
	struct rlimit limit = { 0 };
	unsigned long pages = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (!file || fscanf(file, "%lu", &pages) != 1)
		_exit(1);
	fclose(file);
	limit.rlim_cur = limit.rlim_max = pages * page + (1 << 20);
	if (setrlimit(RLIMIT_AS, &limit))
		_exit(1);
}

static void check_without_memory(struct result *result)
{
	pid_t pid;
	int status;

	memset(result, 0, sizeof(*result));
	pid = fork();
	if (!pid) {
		limit_memory();
		case_play(&plants[0].test, result);
		_exit(fcntl(STDIN_FILENO, F_GETFD) < 0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && !status,
	      "without memory a promise is cleared away, and no more than that");
	if (!strstr(result->reason, "cannot map memory"))
		fprintf(stderr, "# %s %s\n", verdict_name(result->verdict), result->reason);
	CHECK(result->verdict == VERDICT_BROKEN && strstr(result->reason, "cannot map memory"),
	      "... and is broken, with the reason");
}

static void prepare(const struct endpoint_kind *kind)
{
	if (kind->prepare)
		kind->prepare(kind);
}

/* Whatever strategies it is made for: these are none of them. */
static const struct promise *promise_between(const struct test_case *test)
{
	const struct promise_row *row = promises;

	while (row->promise.claim && (!text_lists(row->sources, test->source->name) ||
				      !text_lists(row->sinks, test->sink->name)))
		row++;
	return row->promise.claim ? &row->promise : NULL;
}

int main(void)
{
	struct result *results = plants_results(ARRAY_SIZE(plants));
	size_t broken = 0, rows = 0;

	ksft_print_header();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < ARRAY_SIZE(plants); i++) {
		plants[i].test.promise = promise_between(&plants[i].test);
		if (!plants[i].test.promise)
			ksft_exit_fail_msg("row %zu is no promise\n", i);
		prepare(plants[i].test.source);
		prepare(plants[i].test.sink);
	}
	for (const struct promise_row *row = promises; row->promise.claim; row++) {
		size_t i = 0;

		while (i < ARRAY_SIZE(plants) && (plants[i].test.promise != &row->promise ||
						  plants[i].verdict != VERDICT_CORRUPT))
			i++;
		broken += i < ARRAY_SIZE(plants);
		rows++;
	}
	CHECK(broken == rows, "each of %zu promises is broken once", rows);
	plants_check(plants, ARRAY_SIZE(plants), results);
	check_without_memory(&results[0]);
	return checks_done();
}
