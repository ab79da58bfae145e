// SPDX-License-Identifier: GPL-2.0-only
/* What is done with an endpoint of any kind: opened, filled, asked how it stands, closed. */
#include "endpoint.h"

#include "descriptors.h"
#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

int endpoint_open(struct endpoint *endpoint, const struct endpoint_kind *kind, enum role role,
		  size_t size, const char **missing)
{
	const bool is_told = size && (role == ROLE_FEED || size < kind->size);
	int error;

	*endpoint = (struct endpoint){
		.kind = kind,
		.fd = -1,
		.far = -1,
		.watched = -1,
		.kept = -1,
		.role = role,
		.size = is_told ? size : kind->size,
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

int endpoint_watch(struct endpoint *endpoint)
{
	if (endpoint->kind->withholds)
		return 0;
	endpoint->watched = fcntl(endpoint->fd, F_DUPFD_CLOEXEC, 0);
	return endpoint->watched < 0 ? -errno : 0;
}

void endpoint_unwatch(struct endpoint *endpoint)
{
	close_fd(&endpoint->watched);
}

/* At its end, or with nobody to read it, it holds nobody up: POLLHUP and POLLERR are ready, too. */
enum standing endpoint_standing(const struct endpoint *endpoint)
{
	const short events = role_is_sink(endpoint->role) ? POLLOUT : POLLIN;
	struct pollfd end = { .fd = endpoint->watched, .events = events };

	if (endpoint->kind->withholds)
		return endpoint->kind->withholds() ? STANDING_WITHHOLDS : STANDING_READY;
	if (end.fd < 0 || poll(&end, 1, 0) < 0 || end.revents & POLLNVAL)
		return STANDING_UNKNOWN;
	return end.revents ? STANDING_READY : STANDING_WITHHOLDS;
}

/* By ever smaller pieces: a pipe or a socket has room for a last few bytes, too. */
static ssize_t fill(int fd, size_t most)
{
	const char *bytes = pattern_bytes();
	size_t filled = 0, piece = 65536;

	while (piece) {
		ssize_t n = filled + piece <= most ? write(fd, bytes + filled, piece) : 0;

		if (n > 0)
			filled += (size_t)n;
		else if (!n || errno == EAGAIN || errno == EMSGSIZE)
			piece /= 2;
		else if (errno != EINTR)
			return -errno;
	}
	return (ssize_t)filled;
}

ssize_t endpoint_fill(int fd, size_t most)
{
	const int flags = fcntl(fd, F_GETFL);
	ssize_t filled;

	if (fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	filled = fill(fd, most);
	return fcntl(fd, F_SETFL, flags) < 0 ? -errno : filled;
}

/* The first one may be the end of what was begun (MSG_MORE). */
void endpoint_end_datagrams(int fd)
{
	send(fd, "", 0, 0);
	send(fd, "", 0, 0);
}

/* By turns: a place is given to another one where all are taken. */
static struct {
	int at; /* 0: nothing is kept */
	int next;
	struct kept {
		struct endpoint_wanted is;
		bool borrowed;
	} of[ENDPOINTS_KEPT];
} kept;

void endpoint_keep_at(int fd)
{
	kept.at = fd;
	for (int i = 0; i < ENDPOINTS_KEPT; i++)
		dup3(STDIN_FILENO, fd + i, O_CLOEXEC);
}

static bool is_like(const struct endpoint_wanted *a, const struct endpoint_wanted *b)
{
	return a->kind == b->kind && a->written == b->written && a->size == b->size;
}

int endpoint_borrow(struct endpoint *endpoint, const struct endpoint_wanted *wanted)
{
	for (int i = 0; i < ENDPOINTS_KEPT; i++) {
		struct kept *file = &kept.of[i];

		if (file->borrowed || !is_like(&file->is, wanted))
			continue;
		file->borrowed = true;
		endpoint->borrowed = i + 1;
		return kept.at + i;
	}
	return -1;
}

static void give_back(struct endpoint *endpoint)
{
	if (endpoint->borrowed)
		kept.of[endpoint->borrowed - 1].borrowed = false;
	endpoint->borrowed = 0;
}

int endpoint_keep(struct endpoint *endpoint, const struct endpoint_wanted *is)
{
	const int place = kept.next;
	struct kept *file = &kept.of[place];

	if (!kept.at || file->borrowed || dup3(endpoint->fd, kept.at + place, O_CLOEXEC) < 0)
		return -1;
	*file = (struct kept){ .is = *is };
	kept.next = (place + 1) % ENDPOINTS_KEPT;
	endpoint_close(endpoint);
	return endpoint_borrow(endpoint, is);
}

void endpoint_close(struct endpoint *endpoint)
{
	give_back(endpoint);
	close_fd(&endpoint->fd);
	close_fd(&endpoint->far);
	close_fd(&endpoint->kept);
	endpoint_unwatch(endpoint);
}
