// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that SIGKILL does not end, on any kernel with FUSE: it waits for
 * an answer to a request that the server has taken (request_wait_answer() in
 * fs/fuse/dev.c). Root only. The mount is in a name space of its own, and ends
 * with the server, so nothing of it can stay behind.
 */
#include "plants.h"

#include "descriptors.h"
#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGER 3600 /* s that the longer server lives on: it is to be killed before */

static pid_t server;

static void answer_init(int device, const struct fuse_in_header *request)
{
	struct {
		struct fuse_out_header header;
		struct fuse_init_out init;
	} reply = {
		.header = { .len = sizeof(reply), .unique = request->unique },
		.init = {
			.major = FUSE_KERNEL_VERSION,
			.minor = FUSE_KERNEL_MINOR_VERSION,
			.max_write = 4096,
		},
	};

	if (write(device, &reply, sizeof(reply)) < 0)
		_exit(1);
}

/* Take every request, and answer none but the greeting. Holds nothing of the scene. */
static _Noreturn void serve(int inherited, bool longer)
{
	const int device = 3;
	static char request[65536 + 4096];
	const struct fuse_in_header *header = (const void *)request;

	dup2(inherited, device);
	forget_descriptors(device + 1);
	prctl(PR_SET_PDEATHSIG, longer ? SIGALRM : SIGKILL);
	if (longer) {
		signal(SIGALRM, SIG_IGN);
		setsid();
	}
	for (;;) {
		ssize_t n = read(device, request, sizeof(request));

		if (n < 0 && errno != EINTR)
			_exit(1);
		if (n > 0 && header->opcode == FUSE_INIT)
			answer_init(device, header);
		if (n > 0 && longer && header->opcode == FUSE_OPENDIR) {
			sleep(LONGER);
			_exit(0);
		}
	}
}

static int start_server(bool longer)
{
	char options[96];
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (device < 0)
		return -errno;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	if (mount("planted", "/mnt", "fuse", MS_NOSUID | MS_NODEV, options)) {
		close(device);
		return -errno;
	}
	server = fork();
	if (!server)
		serve(device, longer);
	close(device);
	return server < 0 ? -errno : 0;
}

static int open_with_server(struct endpoint *endpoint, const char **missing, bool longer)
{
	int error;

	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL)) {
		*missing = "needs root, to mount FUSE";
		return -errno;
	}
	error = start_server(longer);
	if (error == -ENOENT || error == -ENODEV || error == -EPERM)
		*missing = "no FUSE";
	return error ?: plant_silent.open(endpoint, ROLE_SOURCE, missing);
}

static int open_fuse(struct endpoint *endpoint, enum role role, const char **missing)
{
	(void)role;
	return open_with_server(endpoint, missing, false);
}

static int open_longer(struct endpoint *endpoint, enum role role, const char **missing)
{
	(void)role;
	return open_with_server(endpoint, missing, true);
}

static int release_fuse(struct endpoint *endpoint)
{
	kill(server, SIGKILL);
	return plant_silent.release(endpoint);
}

static int release_all_but_fuse(struct endpoint *endpoint)
{
	return plant_silent.release(endpoint);
}

#define FUSE(what, how, then) \
	{ \
		.name = (what), .is_source = true, .stalls = true, .size = PATTERN_STREAM, \
		.open = (how), .release = (then), \
	}

const struct endpoint_kind plant_fuse = FUSE("fuse", open_fuse, release_fuse);
const struct endpoint_kind plant_dead_fuse = FUSE("dead_fuse", open_fuse, release_all_but_fuse);
const struct endpoint_kind plant_longer_fuse =
	FUSE("longer_fuse", open_longer, release_all_but_fuse);
