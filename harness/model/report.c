// SPDX-License-Identifier: GPL-2.0-only
/* Bytes that come out of a sink: received, compared and counted. */
#include "report.h"

#include "pattern.h"

#include <errno.h>
#include <unistd.h>

#define RECEIVE_MAX (256 << 10) /* no datagram is larger: what a read has no room for is lost */

/* Who adds much goes beyond the pattern: @count bytes are compared as far as that reaches. */
static size_t to_compare(const struct report *report, size_t count)
{
	const size_t at = (size_t)report->received;
	const size_t left = at < PATTERN_FILE ? PATTERN_FILE - at : 0;

	return report->adds && left < count ? left : count;
}

void report_bytes(struct report *report, const char *bytes, size_t count)
{
	const size_t compared = to_compare(report, count);
	const bool looks = !report->foreign && !report->differs;
	const off_t wrong = looks ? pattern_differs(bytes, compared, report->received) : -1;

	if (wrong >= 0) {
		report->wrong_at = wrong;
		report->differs = true;
	}
	report->received += (int64_t)count;
}

/*
 * A terminal master says EIO at the end, and may say it before: once the other side is closed
 * n_tty_read() waits for a run of flush_to_ldisc(), which had no room for all of it, and has queued
 * itself again (n_tty_receive_buf_common(); drivers/tty). The next read waits for that one, and as
 * it finds room for all there is, an EIO without a byte after the one before is the end.
 */
void report_receive(struct report *report, int fd, size_t skip)
{
	static char bytes[RECEIVE_MAX];
	volatile const bool *over = &report->over;
	bool gone = false, hung_up = false;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes)))) {
		size_t old = n < 0 ? 0 : (size_t)n < skip ? (size_t)n : skip;

		report->released = true;
		if (n > 0) {
			report_bytes(report, bytes + old, (size_t)n - old);
			hung_up = false;
		} else if (errno == EAGAIN && !gone) {
			gone = *over; /* and what was written before is still to come */
		} else if (errno == EIO && !hung_up) {
			hung_up = true;
		} else if (errno != EINTR) {
			break;
		}
		skip -= old;
	}
	report->received_all = n == 0 || errno == EIO || gone;
}
