// SPDX-License-Identifier: GPL-2.0-only
#include "endpoint.h"

#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int endpoint_open(struct endpoint *endpoint, const struct endpoint_kind *kind, enum role role,
		  const char **missing)
{
	int error;

	*endpoint = (struct endpoint){
		.kind = kind, .fd = -1, .far = -1, .role = role, .size = kind->size
	};
	error = kind->open(endpoint, role, missing);
	if (error)
		endpoint_close(endpoint);
	return error;
}

int endpoint_release(struct endpoint *endpoint)
{
	return endpoint->kind->release ? endpoint->kind->release(endpoint) : 0;
}

bool endpoint_withholds(const struct endpoint *endpoint)
{
	return !endpoint->kind->withholds || endpoint->kind->withholds();
}

ssize_t endpoint_fill(int fd)
{
	const int flags = fcntl(fd, F_GETFL);
	const char *bytes = pattern_bytes();
	size_t filled = 0;
	ssize_t n;

	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	/* By ever smaller pieces: a pipe or a socket has room for a last few bytes, too. */
	for (size_t piece = 65536; piece; piece /= 2) {
		while (filled + piece <= PATTERN_FILE && (n = write(fd, bytes + filled, piece)) > 0)
			filled += (size_t)n;
	}
	return fcntl(fd, F_SETFL, flags) < 0 ? -errno : (ssize_t)filled;
}

void endpoint_close(struct endpoint *endpoint)
{
	close_fd(&endpoint->fd);
	close_fd(&endpoint->far);
}
