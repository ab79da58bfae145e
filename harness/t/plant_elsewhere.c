// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copier that sleeps in the right call, but not for what its case says: for the other end, or
 * elsewhere first, and for the right end only once the act has begun. Whatever the act does then
 * says nothing about the stall that the case is about.
 */
#include "plants.h"

#include "clock.h"
#include "descriptors.h"
#include "movers.h"
#include "pattern.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Between actor and helper, or supervisor: made anew with each scene. */
static volatile struct {
	bool acts;    /* the act has begun */
	bool stirred; /* the copier has been woken since */
} * shared;

static int share(void)
{
	void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	shared = memory;
	return memory == MAP_FAILED ? -errno : 0;
}

static bool is_control(void)
{
	int bytes = 0;

	return ioctl(FD_SHARED, FIONREAD, &bytes) || !bytes;
}

static void nap(void)
{
	const struct timespec moment = { .tv_nsec = NS_PER_MS };

	syscall(SYS_ppoll, NULL, 0, &moment, NULL, 8);
}

/* That it is the actor is found out first: a pipe that is copied into may be locked later. */
static void perform_speak(struct report *report)
{
	const bool control = is_control();

	(void)report;
	nap();
	if (!control)
		shared->acts = true;
}

static void perform_stir(struct report *report)
{
	const bool control = is_control();

	(void)report;
	nap();
	if (!control)
		shared->acts = true;
	while (!control && !shared->stirred)
		nap();
}

#define PLANT(what, how) \
	{ \
		.name = (what), .actor = ACTOR_BYSTANDER, .completion = PROCESS_ENDS, \
		.perform = (how), .nr = SYS_ppoll, .fd = -1, \
	}

const struct act plant_speaks = PLANT("speaks", perform_speak);
const struct act plant_stirs = PLANT("stirs", perform_stir);

/* --- For the other end --- */

const struct strategy plant_splices = {
	.name = "splices",
	.steps = { { .mover = &mover_splice, .chunk = 65536 } },
};

static int open_full_pipe(struct endpoint *endpoint, enum role role, const char **missing)
{
	int error = plant_pipe.open(endpoint, role, missing);
	ssize_t filled = error ? error : endpoint_fill(endpoint->fd, PATTERN_FILE);

	return filled < 0 ? (int)filled : 0;
}

static int open_dry(struct endpoint *endpoint, enum role role, const char **missing)
{
	int ends[2];

	(void)role;
	(void)missing;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	endpoint->fd = ends[0];
	endpoint->far = ends[1];
	return 0;
}

static int open_roomy(struct endpoint *endpoint, enum role role, const char **missing)
{
	return plant_silent.open(endpoint, role, missing);
}

static int open_full(struct endpoint *endpoint, enum role role, const char **missing)
{
	int error = plant_silent.open(endpoint, role, missing);
	ssize_t filled = error ? error : endpoint_fill(endpoint->fd, PATTERN_FILE);

	endpoint->filled = filled < 0 ? 0 : (size_t)filled;
	return filled < 0 ? (int)filled : 0;
}

const struct endpoint_kind plant_full_pipe = {
	.name = "full_pipe",
	.is_sink = true,
	.is_pipe = true,
	.open = open_full_pipe,
};
const struct endpoint_kind plant_dry = {
	.name = "dry",
	.is_source = true,
	.stalls = true,
	.is_pipe = true,
	.open = open_dry,
};
const struct endpoint_kind plant_roomy = {
	.name = "roomy",
	.is_sink = true,
	.stalls = true,
	.open = open_roomy,
};
const struct endpoint_kind plant_full = {
	.name = "full",
	.is_sink = true,
	.stalls = true,
	.open = open_full,
};

/* --- No longer, by the end of the act --- */

static bool is_silent_until_act(void)
{
	return !shared->acts;
}

static bool is_full_since_act(void)
{
	return shared->acts;
}

static int open_speaker(struct endpoint *endpoint, enum role role, const char **missing)
{
	return share() ?: plant_silent.open(endpoint, role, missing);
}

static int open_filling(struct endpoint *endpoint, enum role role, const char **missing)
{
	return share() ?: plant_pipe.open(endpoint, role, missing);
}

static int release_silent(struct endpoint *endpoint)
{
	return plant_silent.release(endpoint);
}

const struct endpoint_kind plant_speaker = {
	.name = "speaker",
	.is_source = true,
	.stalls = true,
	.size = PATTERN_STREAM,
	.open = open_speaker,
	.withholds = is_silent_until_act,
	.release = release_silent,
};
const struct endpoint_kind plant_filling = {
	.name = "filling",
	.is_sink = true,
	.is_pipe = true,
	.open = open_filling,
	.withholds = is_full_since_act,
};

/* --- Another sleep in the same call --- */

/* It goes on waiting when a first byte has come. */
static ssize_t move_whole(struct copy *copy, size_t count)
{
	char bytes[PATTERN_STREAM];
	const size_t wanted = count < sizeof(bytes) ? count : sizeof(bytes);
	ssize_t n = recv(copy->in, bytes, wanted, MSG_WAITALL);

	return n <= 0 ? n : mover_deliver(copy, mover_put_write, bytes, (size_t)n);
}

const struct strategy plant_waits_for_all = {
	.name = "waits_for_all",
	.steps = { { .mover = &(const struct mover){ .move = move_whole,
						     .calls = { SYS_recvfrom, SYS_write },
						     .ncalls = 2 },
		     .chunk = PATTERN_STREAM } },
};

/* The first byte comes with the act, and is taken, before that is over. */
static _Noreturn void stir(int inherited)
{
	const int far = 3;
	int unread = 1;

	dup2(inherited, far);
	forget_descriptors(far + 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!shared->acts)
		nap();
	if (write(far, pattern_bytes(), 1) != 1)
		_exit(1);
	while (!ioctl(far, SIOCOUTQ, &unread) && unread)
		nap();
	shared->stirred = true;
	_exit(0);
}

static int open_stirred(struct endpoint *endpoint, enum role role, const char **missing)
{
	int error = open_speaker(endpoint, role, missing);
	pid_t helper = error ? 0 : fork();

	if (!error && !helper)
		stir(endpoint->far);
	return helper < 0 ? -errno : error;
}

const struct endpoint_kind plant_stirred = {
	.name = "stirred",
	.is_source = true,
	.stalls = true,
	.size = PATTERN_STREAM,
	.open = open_stirred,
	.release = release_silent,
};
