// SPDX-License-Identifier: GPL-2.0-only
/* Endpoints with a mistake each, and those that behave, for plants of another kind. */
#include "plants.h"

#include "descriptors.h"
#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int plant_scenes;

static int open_silent(struct endpoint *endpoint, enum role role, const char **missing)
{
	int ends[2];

	(void)role;
	(void)missing;
	plant_scenes++;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	endpoint->fd = ends[0];
	endpoint->far = ends[1];
	return 0;
}

static int release_silent(struct endpoint *endpoint)
{
	int error = pattern_write(endpoint->far, endpoint->kind->size);

	close_fd(&endpoint->far);
	return error;
}

/* It says that it has released the copy, which goes on to sleep all the same. */
static int release_not(struct endpoint *endpoint)
{
	(void)endpoint;
	return 0;
}

/* Its releaser has no CPU for a while. */
static int release_late(struct endpoint *endpoint)
{
	const struct timespec busy = { .tv_sec = 3 };

	nanosleep(&busy, NULL);
	return release_silent(endpoint);
}

static int release_never(struct endpoint *endpoint)
{
	(void)endpoint;
	while (pause())
		;
	return 0;
}

static int open_ready(struct endpoint *endpoint, enum role role, const char **missing)
{
	return open_silent(endpoint, role, missing) ?: release_silent(endpoint);
}

static int open_impatient(struct endpoint *endpoint, enum role role, const char **missing)
{
	const struct timeval patience = { .tv_usec = 90000 };

	return open_silent(endpoint, role, missing) ?:
		       setsockopt(endpoint->fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
				  sizeof(patience));
}

static int open_not(struct endpoint *endpoint, enum role role, const char **missing)
{
	(void)endpoint;
	(void)role;
	(void)missing;
	return -EMFILE;
}

static int open_lacking(struct endpoint *endpoint, enum role role, const char **missing)
{
	*missing = "planted: not to be had";
	return open_not(endpoint, role, missing);
}

/* With a byte in it, by which is_control() knows it from the control's. */
static int open_pipe(struct endpoint *endpoint, enum role role, const char **missing)
{
	int ends[2];

	(void)role;
	(void)missing;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	endpoint->fd = ends[1];
	endpoint->far = ends[0];
	return write(endpoint->fd, "x", 1) == 1 ? 0 : -errno;
}

static int open_file(struct endpoint *endpoint, enum role role, const char **missing)
{
	int error;

	(void)missing;
	plant_scenes += role == ROLE_SOURCE;
	endpoint->fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (endpoint->fd < 0)
		return -errno;
	endpoint->far = fcntl(endpoint->fd, F_DUPFD_CLOEXEC, 0);
	error = role == ROLE_SOURCE ? pattern_write(endpoint->fd, endpoint->size) : 0;
	lseek(endpoint->fd, 0, SEEK_SET);
	return error;
}

static int open_filled(struct endpoint *endpoint, enum role role, const char **missing)
{
	return open_file(endpoint, role, missing)                   ?:
		       pattern_write(endpoint->far, PATTERN_STREAM) ?:
		       (int)lseek(endpoint->far, 0, SEEK_SET);
}

#define STALLING_UNTIL(what, how, how_released) \
	.name = (what), .is_source = true, .stalls = true, .plain = true, .size = PATTERN_STREAM, \
	.open = (how), .release = (how_released)
#define STALLING(what, how) STALLING_UNTIL(what, how, release_silent)

const struct endpoint_kind plant_silent = { STALLING("silent", open_silent) };
const struct endpoint_kind plant_ready = { STALLING("ready", open_ready) };
const struct endpoint_kind plant_impatient = { STALLING("impatient", open_impatient) };
const struct endpoint_kind plant_mute = { STALLING_UNTIL("mute", open_silent, release_not) };
const struct endpoint_kind plant_tardy = { STALLING_UNTIL("tardy", open_silent, release_late) };
const struct endpoint_kind plant_unreleased = { STALLING_UNTIL("unreleased", open_silent,
							       release_never) };
const struct endpoint_kind plant_unopenable = { STALLING("unopenable", open_not) };
const struct endpoint_kind plant_lacking = { STALLING("lacking", open_lacking) };

const struct endpoint_kind plant_pipe = {
	.name = "pipe",
	.is_sink = true,
	.is_pipe = true,
	.open = open_pipe,
};
const struct endpoint_kind plant_file = {
	.name = "file",
	.is_source = true,
	.is_sink = true,
	.regular = true,
	.size = PATTERN_FILE,
	.open = open_file,
};
const struct endpoint_kind plant_filled = {
	.name = "filled",
	.is_sink = true,
	.regular = true,
	.open = open_filled,
};
