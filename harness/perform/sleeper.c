// SPDX-License-Identifier: GPL-2.0-only
/* Sleepers, and wakers: what they do themselves, and what they are seen to do. */
#include "sleeper.h"

#include "checked.h"
#include "children.h"
#include "pattern.h"
#include "shared.h"
#include "time_limits.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct told {
	const char *lacks; /* constant text */
	int error;
	bool is_right;
};

/* In memory shared with the children, once for all scenes of a supervisor. */
static struct shared {
	struct told told[SLEEPERS_MAX + 1];
	/* At the source, and at the sink: */
	bool found_event[2];
	int64_t acts_at[2];
} * shared;

static int count; /* of sleepers that were started, with the control */

/* What the child that is forked next is to be. */
static struct told *own_told;
static struct channel own_channel;

bool sleepers_begin(void)
{
	if (!shared)
		shared = shared_memory(sizeof(*shared));
	if (shared)
		*shared = (struct shared){ 0 };
	count = 0;
	return shared;
}

/* --- Sleepers --- */

static _Noreturn void be_sleeper(const struct scene *scene)
{
	const struct waking *waking = scene->test->act->waking;

	own_told->lacks = waking->prepare(FD_SHARED, own_channel.of_sink);
	own_told->error = errno;
	tracee_wait();
	if (!own_told->lacks)
		own_told->is_right = waking->sleep(FD_SHARED, own_channel.of_sink);
	_exit(0);
}

bool sleeper_start(struct sleeper *sleeper, struct scene *scene, const struct channel *channel)
{
	const int far = channel->of_sink ? channel->reads : channel->writes;

	own_told = &shared->told[count++];
	own_channel = *channel;
	*sleeper = (struct sleeper){
		.of_sink = channel->of_sink,
		.told = own_told,
		.task = scene_start(scene, "the sleeper", far, -1, be_sleeper),
	};
	return sleeper->task;
}

const char *sleeper_lacks(const struct sleeper *sleeper, int *error)
{
	*error = sleeper->told->error;
	return sleeper->told->lacks;
}

void sleeper_note(struct sleeper *sleeper, const struct task *task)
{
	if (task != sleeper->task || sleeper->woke_at)
		return;
	if (!sleeper->call.task)
		sleeper->call = calling_of(sleeper->task);
	if (!task->in_call)
		sleeper->woke_at = task->left_at;
}

void sleeper_look(struct sleeper *sleeper)
{
	if (sleeper->task->ended && !sleeper->woke_at)
		sleeper->woke_at = sleeper->task->ended_at;
	if (sleeper->call.task && !sleeper->woke_at && calling_may_rest(sleeper->task))
		quiescence_look_thread(&sleeper->sleep, sleeper->task->tid);
}

bool sleeper_rests(const struct sleeper *sleeper, int64_t window)
{
	return sleeper->call.task && calling_lasts(&sleeper->call) &&
	       quiescence_lasts(&sleeper->sleep, window);
}

bool sleeper_is_right(const struct sleeper *sleeper)
{
	return sleeper->told->is_right;
}

/* --- Who wakes them --- */

static int bytes_in(int fd)
{
	int bytes;

	return ioctl(fd, FIONREAD, &bytes) < 0 ? 0 : bytes;
}

/* Just what is there: O_NONBLOCK would count for who sleeps in a read as well. */
static void drain(int fd)
{
	static char bytes[1 << 16];
	size_t left;

	while ((left = (size_t)bytes_in(fd))) {
		if (read(fd, bytes, left < sizeof(bytes) ? left : sizeof(bytes)) <= 0)
			return;
	}
}

static void wake_at_file(const struct channel *channel)
{
	char byte;

	if (channel->of_sink)
		CHECKED(pwrite(channel->writes, pattern_bytes(), 1, 0));
	else
		CHECKED(pread(channel->reads, &byte, 1, 0));
}

void channel_prepare(const struct channel *channel)
{
	if (channel->is_file)
		return;
	if (channel->of_sink)
		drain(channel->reads);
	else
		CHECKED(endpoint_fill(channel->writes, PATTERN_FILE));
}

void channel_wake(const struct channel *channel, int sleepers)
{
	if (channel->is_file) {
		wake_at_file(channel);
		return;
	}
	if (!channel->of_sink)
		drain(channel->reads);
	for (int i = 0; channel->of_sink && i < sleepers; i++)
		CHECKED(write(channel->writes, pattern_bytes(), PATTERN_LINE));
}

/* Of who watches files it is known that the copy has moved bytes. */
static bool finds_event(const struct channel *channel, const struct waking *waking)
{
	struct pollfd room = { .fd = channel->writes, .events = POLLOUT };

	if (channel->is_file || waking->watches_files)
		return true;
	if (channel->of_sink)
		return bytes_in(channel->reads) > waking->holds;
	return poll(&room, 1, 0) > 0;
}

static _Noreturn void be_waker(const struct scene *scene)
{
	const struct waking *waking = scene->test->act->waking;
	char byte;

	own_channel.reads = FD_SOURCE;
	own_channel.writes = FD_SINK;
	tracee_wait();
	while (read(FD_RELEASE, &byte, 1) < 0 && errno == EINTR)
		;
	shared->found_event[own_channel.of_sink] = finds_event(&own_channel, waking);
	channel_prepare(&own_channel);
	shared->acts_at[own_channel.of_sink] = clock_now();
	channel_wake(&own_channel, waking->count);
	_exit(0);
}

bool waker_start(struct scene *scene, const struct channel *channel)
{
	own_channel = *channel;
	return scene_start(scene, "the waker", channel->reads, channel->writes, be_waker);
}

int64_t waker_acts_at(bool of_sink)
{
	return shared->acts_at[of_sink];
}

bool waker_found_event(bool of_sink)
{
	return shared->found_event[of_sink];
}
