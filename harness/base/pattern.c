// SPDX-License-Identifier: GPL-2.0-only
/* The lines, made once, and compared. */
#include "pattern.h"

#include "shared.h"

#include <errno.h>
#include <stdalign.h>
#include <string.h>
#include <unistd.h>

#define LARGEST_PAGE 65536

/* Where they cannot be shared; else they cost nothing. */
static alignas(LARGEST_PAGE) char own[PATTERN_FILE + PATTERN_BEYOND];

static void write_line(char *line, size_t number)
{
	line[PATTERN_LINE - 1] = '\n';
	for (size_t i = PATTERN_LINE - 1; i--; number >>= 4)
		line[i] = "0123456789abcdef"[number & 0xf];
}

const char *pattern_bytes(void)
{
	static char *bytes;

	if (bytes)
		return bytes;
	bytes = shared_memory(sizeof(own));
	if (!bytes)
		bytes = own;
	for (size_t at = 0; at < PATTERN_FILE; at += PATTERN_LINE)
		write_line(bytes + at, at / PATTERN_LINE);
	return bytes;
}

off_t pattern_differs(const char *got, size_t count, off_t at)
{
	const char *want = pattern_bytes() + at;

	if ((size_t)at + count <= PATTERN_FILE && !memcmp(got, want, count))
		return -1;
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
