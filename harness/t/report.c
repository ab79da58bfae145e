// SPDX-License-Identifier: GPL-2.0-only
/* What comes out of a sink, counted and compared. */
#include "report.h"
#include "check.h"
#include "pattern.h"

#include <string.h>
#include <unistd.h>

#define SKIPPED 5 /* bytes that were in the sink before the copy */

static void check_bytes(void)
{
	static char bytes[3 * PATTERN_LINE];
	struct report report = { .size = PATTERN_FILE };

	memcpy(bytes, pattern_bytes(), sizeof(bytes));
	report_bytes(&report, bytes, PATTERN_LINE);
	CHECK(!report.differs && report.received == PATTERN_LINE, "what is right is counted");
	bytes[PATTERN_LINE + 3] ^= 1;
	report_bytes(&report, bytes + PATTERN_LINE, PATTERN_LINE);
	report_bytes(&report, bytes, PATTERN_LINE);
	CHECK(report.differs && report.wrong_at == PATTERN_LINE + 3,
	      "the first byte is told that is wrong");
	CHECK(report.received == (int64_t)sizeof(bytes), "and all are counted on");
}

static void check_receiving(void)
{
	struct report report = { .size = PATTERN_STREAM };
	int ends[2];

	if (pipe(ends) || write(ends[1], "other", SKIPPED) != SKIPPED ||
	    pattern_write(ends[1], PATTERN_STREAM))
		ksft_exit_fail_msg("no pipe\n");
	close(ends[1]);
	report_receive(&report, ends[0], SKIPPED);
	close(ends[0]);
	CHECK(!report.differs && report.received == PATTERN_STREAM,
	      "what was there before is neither compared nor counted");
	CHECK(report.received_all && report.released, "the end is told");
}

int main(void)
{
	ksft_print_header();
	check_bytes();
	check_receiving();
	return checks_done();
}
