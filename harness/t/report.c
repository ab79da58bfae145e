// SPDX-License-Identifier: GPL-2.0-only
/* What comes out of a sink, counted and compared. */
#include "report.h"
#include "check.h"
#include "pattern.h"

#include <errno.h>
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

/* --- A terminal master, whose other side is closed: what each read says, and that of the rest ---
 */

#define LINE ((ssize_t)PATTERN_LINE)

static const ssize_t *says; /* a read's bytes, or -errno; NULL: it is read(2) itself */

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);

ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	const ssize_t said = says ? *says : 0;

	if (!says)
		return __real_read(fd, bytes, size);
	if (said > 0)
		memcpy(bytes, pattern_bytes(), (size_t)said);
	if (says[1])
		says++;
	errno = said < 0 ? (int)-said : 0;
	return said < 0 ? -1 : said;
}

static void check_terminal(void)
{
	static const ssize_t early[] = { -EIO, LINE, -EIO, -EIO, 0 },
			     broken[] = { -EPERM, LINE, 0 };
	struct report report = { .size = PATTERN_LINE }, failed = { .size = PATTERN_LINE };

	says = early;
	report_receive(&report, -1, 0);
	CHECK(report.received == LINE && !report.differs && report.received_all,
	      "EIO is the end of a terminal once it is said twice: what comes between is had");
	says = broken;
	report_receive(&failed, -1, 0);
	CHECK(!failed.received && !failed.received_all, "another error is no end, and ends it");
	says = NULL;
}

int main(void)
{
	ksft_print_header();
	check_bytes();
	check_receiving();
	check_terminal();
	return checks_done();
}
