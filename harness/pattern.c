// SPDX-License-Identifier: GPL-2.0-only
#include "pattern.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char bytes[PATTERN_FILE + 1];

const char *pattern_bytes(void)
{
	if (bytes[0])
		return bytes;
	for (size_t at = 0; at < PATTERN_FILE; at += PATTERN_LINE)
		snprintf(bytes + at, PATTERN_LINE + 1, "%015zx\n", at / PATTERN_LINE);
	return bytes;
}

off_t pattern_differs(const char *got, size_t count, off_t at)
{
	const char *want = pattern_bytes() + at;

	for (size_t i = 0; i < count; i++) {
		if ((size_t)at + i >= PATTERN_FILE || got[i] != want[i])
			return at + (off_t)i;
	}
	return -1;
}

int pattern_write(int fd, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t n = write(fd, pattern_bytes() + done, count - done);

		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}
