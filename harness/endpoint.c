// SPDX-License-Identifier: GPL-2.0-only
#include "endpoint.h"

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

	*endpoint = (struct endpoint){ .kind = kind, .fd = -1, .far = -1 };
	error = kind->open(endpoint, role, missing);
	if (error)
		endpoint_close(endpoint);
	return error;
}

int endpoint_release(struct endpoint *endpoint)
{
	if (!endpoint->kind->release || endpoint->released)
		return 0;
	endpoint->released = true;
	return endpoint->kind->release(endpoint);
}

void endpoint_close(struct endpoint *endpoint)
{
	close_fd(&endpoint->fd);
	close_fd(&endpoint->far);
}
